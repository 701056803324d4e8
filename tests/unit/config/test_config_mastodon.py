"""The account on Mastodon in the configuration, and what joining reads of it before there is a token."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pledgebot.config import Settings
from pledgebot.config.joining import Joining, joining
from pledgebot.config.starting import write_private
from pledgebot.domain.errors import Unusable

Load = Callable[..., Settings]
Spoil = Callable[..., list[str]]

TOKEN = "s3cr3t-t0ken-of-an-account"  # noqa: S105 - the token whose leaking is tested
BASE = "https://mastodon.example.org"
PLACE = ('channel = "console"\naddress = "terminal"', 'channel = "mastodon"\naddress = "timeline"')


def section(*lines: str) -> tuple[str, str]:
    """Return the replacement that adds a table [mastodon]."""
    return "[limits]", "\n".join(["[mastodon]", *lines, "[limits]"])


def test_an_installation_is_not_on_mastodon_unless_it_is_told(load: Load) -> None:
    account = load().mastodon
    assert (account.base_url, account.token) == (None, None)
    assert (account.announcements, account.reminders) == ("public", "unlisted")
    assert (account.content_warning, account.posts_reserved) == (None, 150)


def test_the_whole_table_is_read(load: Load) -> None:
    account = load(
        PLACE,
        section(
            f'base_url = "{BASE}/"',
            f'token = "{TOKEN}"',
            'announcements = "unlisted"',
            'reminders = "public"',
            'content_warning = "politique"',
            "posts_reserved = 299",
        ),
    ).mastodon
    assert account.base_url == BASE
    assert account.token is not None
    assert account.token.get_secret_value() == TOKEN
    assert (account.announcements, account.reminders) == ("unlisted", "public")
    assert (account.content_warning, account.posts_reserved) == ("politique", 299)


@pytest.mark.parametrize("way", ["file", "environment", "environment's file"])
def test_the_token_may_come_from_elsewhere(way: str, load: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    environ = {
        "file": {},
        "environment": {"PLEDGEBOT_MASTODON__TOKEN": TOKEN},
        "environment's file": {"PLEDGEBOT_MASTODON__TOKEN_FILE": "token"},
    }[way]
    settings = load(
        PLACE, section(f'base_url = "{BASE}"', 'token_file = "token"' if way == "file" else ""), environ=environ
    )
    assert settings.mastodon.token is not None
    assert settings.mastodon.token.get_secret_value() == TOKEN


def test_a_token_never_shows(load: Load) -> None:
    settings = load(section(f'base_url = "{BASE}"', f'token = "{TOKEN}"'))
    for text in (str(settings), repr(settings), repr(settings.mastodon), settings.model_dump_json()):
        assert TOKEN not in text


WRONG = {
    "with a space": f'token = "{TOKEN} x"',
    "a list": f'token = ["{TOKEN}"]',
    "a misspelled key": f'tokn = "{TOKEN}"',
    "no quotes": f"token = {TOKEN}",
    "twice": f'token = "{TOKEN}"\ntoken_file = "x"',
    "beside another fault": f'token = "{TOKEN}"\nposts_reserved = 1',
}


@pytest.mark.parametrize("way", WRONG)
def test_a_token_that_is_wrong_never_shows_in_an_error(way: str, load: Load) -> None:
    with pytest.raises(Unusable) as caught:
        load(section(f'base_url = "{BASE}"', WRONG[way]))
    error: BaseException | None = caught.value
    while error is not None:
        assert TOKEN not in f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__


def test_a_token_whose_file_is_missing_is_one_fault(faults: Spoil) -> None:
    assert faults(PLACE, section(f'base_url = "{BASE}"', 'token_file = "gone"')) == [
        "config.toml: mastodon.token: its file gone cannot be used (No such file or directory)"
    ]


@pytest.mark.parametrize(
    "url", [BASE, "https://example.org:8443", "http://127.0.0.1:3000", "http://localhost", "http://[::1]:80"]
)
def test_addresses_of_instances(url: str, load: Load) -> None:
    assert load(section(f'base_url = "{url}"')).mastodon.base_url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://mastodon.example.org", "http:// is for this machine's own addresses only"),
        ("http://127.0.0.1.example.org", "http:// is for this machine's own addresses only"),
        ("http://localhost.example.org", "http:// is for this machine's own addresses only"),
        (f"https://bot:{TOKEN}@example.org", "not such an address"),
        ("https://mastodon.example.org/@bot", "not such an address"),
        ("https://", "not such an address"),
        ("mastodon.example.org", "not such an address"),
    ],
)
def test_addresses_that_are_none(url: str, why: str, faults: Spoil) -> None:
    (line,) = faults(section(f'base_url = "{url}"'))
    assert line.startswith(f"config.toml: mastodon.base_url: {why}; expected the address of the instance")
    assert TOKEN not in line


@pytest.mark.parametrize("warning", ["x" * 101, "une\\nligne"])
def test_a_content_warning_is_one_short_line(warning: str, faults: Spoil) -> None:
    (line,) = faults(section(f'content_warning = "{warning}"'))
    assert line == "config.toml: mastodon.content_warning: expected one line of at most 100 characters"


@pytest.fixture
def join(tmp_path: Path, good: str) -> Callable[..., Joining]:
    """Read what joining needs of the good configuration with lines in its table [mastodon]."""

    def join(*lines: str, environ: dict[str, str] | None = None, more: tuple[str, str] = ("", "")) -> Joining:
        text = good.replace(*PLACE).replace(*section(*lines)).replace(*more)
        (tmp_path / "config.toml").write_text(text, "utf-8")
        return joining(tmp_path / "config.toml", environ or {})

    return join


def test_joining_needs_no_token_yet(join: Callable[..., Joining], tmp_path: Path) -> None:
    wanted = join(f'base_url = "{BASE}/"')
    assert wanted == Joining(BASE, None, tmp_path / "mastodon.token", named=False)
    assert join(f'base_url = "{BASE}"', 'token_file = "t"') == Joining(BASE, None, tmp_path / "t", named=True)
    outside = {"PLEDGEBOT_MASTODON__TOKEN_FILE": "/run/t"}
    assert join(f'base_url = "{BASE}"', 'token_file = "t"', environ=outside).token_file == Path("/run/t")


@pytest.mark.parametrize(
    ("lines", "environ", "said"),
    [
        ([f'base_url = "{BASE}"', f'token = "{TOKEN}"'], {}, "config.toml: mastodon.token: the token stands there"),
        ([f'base_url = "{BASE}"'], {"PLEDGEBOT_MASTODON__TOKEN": TOKEN}, "environment: PLEDGEBOT_MASTODON__TOKEN: the"),
        ([f'base_url = "{BASE}"', "token_file = 3"], {}, "config.toml: mastodon.token_file: no path"),
        ([f'base_url = "{BASE}"'], {"PLEDGEBOT_MASTODON__TOKEN_FILE": ""}, "PLEDGEBOT_MASTODON__TOKEN_FILE: no path"),
        ([f'base_url = "{BASE}"', "posts_reserved = 1"], {}, "config.toml: mastodon.posts_reserved: expected"),
    ],
)
def test_joining_refuses_in_one_line(
    lines: list[str], environ: dict[str, str], said: str, join: Callable[..., Joining]
) -> None:
    with pytest.raises(Unusable) as caught:
        join(*lines, environ=environ)
    (line,) = str(caught.value).splitlines()
    assert said in line
    assert TOKEN not in line


def test_joining_needs_an_instance(join: Callable[..., Joining]) -> None:
    with pytest.raises(Unusable, match=r"config\.toml: mastodon\.base_url: missing"):
        join()


def test_a_private_file_is_replaced_only_when_that_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    assert write_private(file, b"one") is None
    assert write_private(file, b"two") == "there already"
    assert file.read_bytes() == b"one"
    file.chmod(0o644)
    assert write_private(file, b"two", replace=True) is None
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


def test_a_private_file_that_cannot_be_replaced_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "token").mkdir()
    assert write_private(tmp_path / "token", b"two", replace=True) == "cannot be written (Is a directory)"
    assert [path.name for path in tmp_path.iterdir()] == ["token"]

"""`pledgebot mastodon login`: an application is registered, a code is pasted, and the token goes into a private file."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from factories.mastodon_office import Office, code_of, office_beside
from fakes.mastodon import MastodonServer, answer, garble, hang_up, mastodon_server
from pledgebot.channels.mastodon.login import SCOPES, missing_scopes

LOGIN = ("mastodon", "login")
TYPED = f"{code_of()}\n"
APPS, TOKEN = "/api/v1/apps", "/oauth/token"


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server on which nobody wrote anything yet."""
    with mastodon_server() as opened:
        opened.rewrite(lambda thing: at_the_gate(thing, opened.base_url), "/.well-known/.*")
        yield opened


def at_the_gate(thing: Mapping[str, object], base_url: str) -> Mapping[str, object]:
    """Return where the server has what, with the address that the bot knows it by."""
    return {
        name: f"{base_url}{urlsplit(value).path}" if isinstance(value, str) and name.endswith("_endpoint") else value
        for name, value in thing.items()
    }


@pytest.fixture
def office(
    server: MastodonServer,
    tmp_path: Path,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Office]:
    """An installation that knows its instance and has no token yet."""
    with office_beside(server, tmp_path, sqlite_url, monkeypatch, capsys) as office:
        office.settle()
        yield office


def token_in(office: Office, name: str = "mastodon.token") -> str:
    """Return the token that a file holds, which only its owner may read."""
    path = office.cli.folder / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text("utf-8").strip()


def nothing_left(office: Office) -> None:
    """Expect that no token was written, not even in part."""
    assert sorted(path.name for path in office.cli.folder.iterdir() if "token" in path.name) == []


def test_a_code_becomes_a_token_in_a_file_that_only_its_owner_reads(office: Office) -> None:
    said = office.done(*LOGIN, typed=TYPED)

    token = token_in(office)
    assert token not in "\n".join(said)
    assert said[-5:] == [
        "The code: ",
        f"wrote {office.cli.folder / 'mastodon.token'}",
        "logged in as @bot",
        'Next: add this line under [mastodon]: token_file = "mastodon.token"',
        "Next: `pledgebot mastodon profile`, then `pledgebot doctor`.",
    ]
    office.settle('token_file = "mastodon.token"')
    office.secrets = (token,)
    assert "mastodon: @bot on " in office("doctor").out


def test_the_address_asks_for_the_smallest_rights(office: Office, server: MastodonServer) -> None:
    address = urlsplit(office.done(*LOGIN, typed=TYPED)[1])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{server.base_url}/oauth/authorize"
    query = parse_qs(address.query)
    assert query["scope"] == [" ".join(SCOPES)]
    assert query["redirect_uri"] == ["urn:ietf:wg:oauth:2.0:oob"]
    # Mastodon asks again who it is: the person's own account is not the bot's.
    assert query["force_login"] == ["True"]
    assert set(query) == {"client_id", "response_type", "redirect_uri", "scope", "force_login"}
    assert not {"read", "write", "follow", "push", "admin:read"} & set(SCOPES)


def test_the_application_names_the_board_as_its_page(office: Office, server: MastodonServer) -> None:
    office.settle(more='[web]\nboard_url = "https://exemple.invalid/tableau"')
    office.done(*LOGIN, typed=TYPED)
    (asked,) = server.asked_for("POST", APPS)
    assert parse_qs(asked.body.decode())["client_name"] == ["pledgebot"]
    assert parse_qs(asked.body.decode())["website"] == ["https://exemple.invalid/tableau"]


def test_the_token_goes_into_the_file_that_is_named_though_a_destination_waits_for_it(office: Office) -> None:
    place = '[[destinations]]\nchannel = "mastodon"\naddress = "timeline"\nlanguage = "fr"'
    office.settle('token_file = "secret"', more=place)
    assert not any("add this line" in line for line in office.done(*LOGIN, typed=TYPED))
    assert token_in(office, "secret")


def test_a_token_that_is_there_is_kept_unless_it_is_asked_for_again(office: Office, server: MastodonServer) -> None:
    file = office.cli.folder / "mastodon.token"
    file.write_text("mine")
    office.refused(*LOGIN, typed=TYPED, saying="mastodon.token: there already; --again replaces it")
    assert (file.read_text(), server.asked) == ("mine", [])

    office.refused(*LOGIN, "--again", typed="wrong\n", saying="does not take this code")
    assert file.read_text() == "mine"

    office.done(*LOGIN, "--again", typed=TYPED)
    assert token_in(office) != "mine"


def test_a_link_is_followed(office: Office) -> None:
    (office.cli.folder / "there").mkdir()
    (office.cli.folder / "mastodon.token").symlink_to("there/t")
    office.refused(*LOGIN, typed=TYPED, saying="there already")
    office.done(*LOGIN, "--again", typed=TYPED)
    assert token_in(office, "there/t") == token_in(office)


@pytest.mark.parametrize("typed", ["", "\n", "  \n", "a\x07b\n"])
def test_no_code(office: Office, typed: str) -> None:
    office.refused(*LOGIN, typed=typed, saying="mastodon: no code was given")
    nothing_left(office)


def test_a_wrong_code(office: Office) -> None:
    office.refused(*LOGIN, typed="wrong\n", saying="mastodon: the instance does not take this code")
    nothing_left(office)


def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(office: Office, server: MastodonServer) -> None:
    office.settle('token_file = "nowhere/token"')
    office.refused(*LOGIN, typed=TYPED, saying="nowhere/token: cannot be written")
    assert server.asked == []


def test_an_instance_that_is_not_there(office: Office) -> None:
    office.settle(base_url="http://127.0.0.1:9")
    office.refused(*LOGIN, typed=TYPED, saying="no answer that can be used (cannot be reached)")


@pytest.mark.parametrize("status", [403, 404, 422, 429])
def test_an_instance_that_registers_nothing(office: Office, server: MastodonServer, status: int) -> None:
    with server.fault(answer(status, "no"), "POST", APPS):
        office.refused(*LOGIN, typed=TYPED, saying="mastodon: the instance does not register the program")


FAULTS = {"503": answer(503), "hanging up": hang_up, "garbage": garble, "moved": answer(301, Location="/elsewhere")}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", [APPS, TOKEN])
def test_an_instance_in_trouble(office: Office, server: MastodonServer, path: str, fault: str) -> None:
    with server.fault(FAULTS[fault], "POST", path):
        office.refused(*LOGIN, typed=TYPED, saying="mastodon: no answer that can be used")
    nothing_left(office)


def test_an_instance_that_grants_less(office: Office, server: MastodonServer) -> None:
    server.rewrite(lambda thing: {**thing, "scope": "read"} if "scope" in thing else thing, TOKEN)
    office.refused(*LOGIN, typed=TYPED, saying="did not grant everything")
    nothing_left(office)


def test_a_token_is_kept_though_the_account_cannot_be_asked(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(503), path=".*verify_credentials"):
        office.refused(*LOGIN, typed=TYPED, saying="no answer that can be used (the server answered 503)")
    assert token_in(office)


def test_a_token_in_the_configuration_itself_is_in_the_way(office: Office, server: MastodonServer) -> None:
    office.settle(token=server.token())
    office.refused(*LOGIN, typed=TYPED, saying="config.toml: mastodon.token: the token stands there itself")
    assert server.asked == []


def test_rights_that_hold_others() -> None:
    assert missing_scopes(frozenset(SCOPES)) == ()
    assert missing_scopes(frozenset({"read", "write"})) == ()
    assert missing_scopes(frozenset({"read", "write:accounts", "write:media", "write:statuses", "follow"})) == (
        "write:notifications",
    )
    assert missing_scopes(frozenset(SCOPES) - {"read:statuses"}) == ("read:statuses",)
    assert missing_scopes(frozenset({"profile", "push"})) == SCOPES

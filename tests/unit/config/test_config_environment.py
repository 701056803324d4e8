from collections.abc import Callable
from datetime import time
from enum import Enum
from pathlib import Path
from typing import Literal, get_origin

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy.engine import make_url

from pledgebot.config import Settings, load_settings
from pledgebot.config.fields import leaves
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.errors import Unusable

Load = Callable[..., Settings]
Spoil = Callable[..., list[str]]

PASSWORD = "s3cr3t-Pa55"  # noqa: S105 - the password whose leaking is tested
BAD_URL = f"mysql://bot:{PASSWORD}@localhost/pledgebot"
GOOD_URL = f"postgresql://bot:{PASSWORD}@localhost:5432/pledgebot"
SQLITE = '"sqlite:///pledgebot.db"'


def test_the_environment_overrides_single_values(load: Load) -> None:
    settings = load(
        environ={
            "PLEDGEBOT_SILENCE__RULE": "none",
            "PLEDGEBOT_SILENCE__REASON": "une répétition",
            "PLEDGEBOT_SILENCE__MARGIN_MINUTES": " 30 ",
            "PLEDGEBOT_FICTIONAL": "True",
            "PLEDGEBOT_SILENCE__NEGATIVE_HOUR": " 13:30 ",
            "PLEDGEBOT_ELECTION__ZONE": "Indian/Reunion",
            "PLEDGEBOT_ELECTION__NAME__FR": "Municipales d’ici",
            "PLEDGEBOT_DATABASE__URL": GOOD_URL,
        }
    )
    assert settings.silence.rule is SilenceRule.NONE
    assert settings.silence.margin_minutes == 30
    assert settings.silence.negative_hour == time(13, 30)
    assert settings.fictional is True
    assert settings.election.zone == "Indian/Reunion"
    assert settings.election.name == {"fr": "Municipales d’ici", "en": "Municipal elections"}
    assert settings.database_url() == GOOD_URL


def test_every_single_setting_has_a_type_that_text_is_converted_to() -> None:
    for path, kind in leaves(Settings):
        plain = kind in {str, int, bool, time, SecretStr} or get_origin(kind) is Literal
        assert plain or (isinstance(kind, type) and issubclass(kind, Enum)), path


def test_a_section_may_come_from_the_environment_alone(load: Load, good: str) -> None:
    database = good[good.index("[database]") : good.index("[legal]")]
    settings = load((database, ""), environ={"PLEDGEBOT_DATABASE__URL": GOOD_URL})
    assert settings.database_url() == GOOD_URL


@pytest.mark.parametrize("word", ["false", "No", "0", "off"])
def test_a_switch_is_turned_off_by_the_environment(word: str, load: Load) -> None:
    assert (
        load(("languages =", "fictional = true\nlanguages ="), environ={"PLEDGEBOT_FICTIONAL": word}).fictional is False
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PLEDGEBOT_SILENCE__MARGIN_MINUTES", "ten", "expected a whole number of minutes from 0 to 720"),
        ("PLEDGEBOT_SILENCE__MARGIN_MINUTES", "9" * 5_000, "expected a whole number of minutes from 0 to 720"),
        ("PLEDGEBOT_FICTIONAL", "perhaps", "expected true or false"),
        ("PLEDGEBOT_LEGAL__CONTACT", "", "empty; expected an e-mail or web address"),
        ("PLEDGEBOT_LEGAL__CONTCT", "x", "unknown variable; did you mean PLEDGEBOT_LEGAL__CONTACT?"),
        ("PLEDGEBOT_LEGAL_CONTACT", "x", "unknown variable; did you mean PLEDGEBOT_LEGAL__CONTACT?"),
        ("PLEDGEBOT_LANGUAGES", "fr", "a list; expected in the configuration file, not here"),
        ("PLEDGEBOT_ELECTION__ROUNDS", "1", "a list; expected in the configuration file, not here"),
        ("PLEDGEBOT_DATABASE__URL", "", ("empty, or with a control character; "
         "expected a sqlite:///… or postgresql://… address")),
        ("PLEDGEBOT_LEGAL__CONTACT_FILE", "x", "unknown variable; did you mean PLEDGEBOT_LEGAL__CONTACT?"),
    ],
)  # fmt: skip
def test_a_variable_that_cannot_be_used_is_named(name: str, value: str, said: str, faults: Spoil) -> None:
    assert faults(environ={name: value}) == [f"environment: {name}: {said}"]


def test_a_value_that_is_not_unicode_is_a_fault(faults: Spoil) -> None:
    (line,) = faults(environ={"PLEDGEBOT_ELECTION__ZONE": "Europe\udce9"})
    assert line.startswith("environment: PLEDGEBOT_ELECTION__ZONE: ")
    line.encode()


@pytest.mark.parametrize("name", ["PLEDGEBOT_CONFIG", "PLEDGEBOT_TEST_POSTGRESQL", "HOME", "pledgebot_legal"])
def test_variables_that_are_no_settings_are_left_alone(name: str, load: Load) -> None:
    assert load(environ={name: "x"}) == load()


def test_a_secret_may_stand_in_a_file_of_its_own(load: Load, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{GOOD_URL}\n")
    assert load((f"url = {SQLITE}", 'url_file = "url"')).database_url() == GOOD_URL


def test_a_secret_file_may_be_named_by_the_environment_which_goes_first(load: Load, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(GOOD_URL)
    assert load(environ={"PLEDGEBOT_DATABASE__URL_FILE": str(tmp_path / "url")}).database_url() == GOOD_URL
    (tmp_path / "other").write_text("sqlite:////tmp/other.db")
    settings = load((f"url = {SQLITE}", 'url_file = "url"'), environ={"PLEDGEBOT_DATABASE__URL": "sqlite:////x.db"})
    assert settings.database_url() == "sqlite:////x.db"


def test_a_secret_and_its_file_together_are_a_fault(faults: Spoil) -> None:
    assert faults((f"url = {SQLITE}", f'url = {SQLITE}\nurl_file = "url"')) == [
        "config.toml: database.url: both database.url and database.url_file are given; expected one of them"
    ]
    (line,) = faults(environ={"PLEDGEBOT_DATABASE__URL": GOOD_URL, "PLEDGEBOT_DATABASE__URL_FILE": "url"})
    assert "both PLEDGEBOT_DATABASE__URL and PLEDGEBOT_DATABASE__URL_FILE are given" in line


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        (b" \n", "empty"),
        (b"\xff\xfe" + PASSWORD.encode(), "not UTF-8"),
        (PASSWORD.encode() * 10_000, "too large for a secret"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_named_never_quoted(
    content: bytes | None, why: str, faults: Spoil, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "url").write_bytes(content)
    lines = faults((f"url = {SQLITE}", 'url_file = "url"'))
    assert lines == [f"config.toml: database.url: its file url cannot be used ({why})"]


def test_a_secret_file_whose_name_is_no_text_is_a_fault(faults: Spoil) -> None:
    assert faults((f"url = {SQLITE}", "url_file = 3")) == [
        "config.toml: database.url: database.url_file is no path; expected the path of a file that holds the secret"
    ]


def test_a_bad_secret_from_a_file_names_the_file(faults: Spoil, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(BAD_URL)
    (line,) = faults((f"url = {SQLITE}", 'url_file = "url"'))
    assert line.startswith("config.toml: database.url (from url): another kind of address")


def everything_in(error: BaseException | None) -> str:
    """Return all that an error shows, its causes and contexts included."""
    texts: list[str] = []
    while error is not None:
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


SECRETS_GIVEN_WRONG = {
    "another kind": (f'url = "{BAD_URL}"', {}),
    "an unquoted password": (f'url = "postgresql://bot:x@{PASSWORD}:y@h/db"', {}),
    "a password as the port": (f'url = "postgresql://bot:{PASSWORD}/pledgebot"', {}),
    "a list": (f'url = ["{BAD_URL}"]', {}),
    "a misspelled key": (f'ulr = "{BAD_URL}"', {}),
    "no quotes": (f"url = {BAD_URL}", {}),
    "half a quote": (f'url = "{BAD_URL}\n', {}),
    "a table": (f'url = {{ address = "{BAD_URL}" }}', {}),
    "the environment": ("", {"PLEDGEBOT_DATABASE__URL": BAD_URL}),
    "the environment, unknown": ("", {"PLEDGEBOT_DATABASE__URI": BAD_URL}),
    "the environment, a section": ("", {"PLEDGEBOT_DATABASE": BAD_URL}),
    "the environment, twice": ("", {"PLEDGEBOT_DATABASE__URL": BAD_URL, "PLEDGEBOT_DATABASE__URL_FILE": "x"}),
}


@pytest.mark.parametrize("way", SECRETS_GIVEN_WRONG)
def test_a_secret_that_is_wrong_never_shows_in_an_error(way: str, load: Load) -> None:
    line, environ = SECRETS_GIVEN_WRONG[way]
    with pytest.raises(Unusable) as caught:
        load((f"url = {SQLITE}", line), environ=environ)
    assert PASSWORD not in everything_in(caught.value)


def test_a_secret_never_shows_in_an_error_about_something_else(load: Load) -> None:
    with pytest.raises(Unusable) as caught:
        load((SQLITE, f'"{GOOD_URL}"'), ("number = 2", "number = 1"))
    assert PASSWORD not in everything_in(caught.value)


def test_even_the_errors_of_the_model_itself_hide_what_they_looked_at() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"database": {"url": BAD_URL, "uri": BAD_URL}})
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value)


def test_space_around_a_secret_does_not_count(load: Load) -> None:
    assert load(environ={"PLEDGEBOT_DATABASE__URL": f" {GOOD_URL}\n"}).database_url() == GOOD_URL


def test_a_good_secret_never_shows_in_the_settings(load: Load) -> None:
    settings = load((SQLITE, f'"{GOOD_URL}"'))
    for text in (
        str(settings),
        repr(settings),
        f"{settings.database}",
        settings.model_dump_json(),
        repr(settings.__dict__),
    ):
        assert PASSWORD not in text
    assert settings.database_url() == GOOD_URL


@pytest.mark.parametrize("name", ["plain", "a?b", "100%41", "é à", "#x"])
def test_the_path_of_an_sqlite_database_is_absolute_whatever_the_folder_is_called(
    name: str, tmp_path: Path, good: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "config.toml").write_text(good, encoding="utf-8")
    url = make_url(load_settings(folder / "config.toml", {}).database_url())
    assert url.database == str(folder / "pledgebot.db")


def test_the_folder_is_absolute_when_the_path_is_not(
    tmp_path: Path, good: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(good, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("config.toml"), {})
    assert settings.folder == tmp_path
    assert settings.database_url() == f"sqlite:///{tmp_path}/pledgebot.db"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/pledgebot.db",
        "postgresql:///pledgebot",
        "postgresql://localhost/pledgebot",
        "postgresql://bot@[::1]:5433/pledgebot?sslmode=require",
        "postgresql://bot:p%40ss%25@db.example.org/pledgebot",
    ],
)
def test_addresses_of_both_kinds_are_accepted_as_they_are(url: str, load: Load) -> None:
    settings = load((SQLITE, f'"{url}"'))
    assert settings.database_url() == url
    assert make_url(url).get_backend_name() in {"sqlite", "postgresql"}

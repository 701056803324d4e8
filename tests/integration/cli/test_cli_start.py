"""`pledgebot init`, `run`, `demo`, `doctor`, `calendar`, `db`: beginning, and what is said of a broken beginning."""

import json
import sqlite3
import stat
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa

from factories.command_line import CommandLine, config_text
from pledgebot.config.shape import LETTERS

pytestmark = pytest.mark.engines("sqlite")

EVERYWHERE = [
    ("run",),
    ("doctor",),
    ("calendar",),
    ("chat",),
    ("db", "check"),
    ("lists", "show"),
    ("answers", "show"),
    ("answers", "export", "new.csv"),
    ("outreach", "report"),
    ("deliveries", "show"),
    ("organizers", "show"),
    ("organizers", "add", "Alix", "--role", "admin"),
    ("lists", "withdraw", "1", "--as", "Alix"),
    ("ledger", "verify"),
    ("ledger", "export", "new.jsonl"),
    ("mastodon", "profile"),
]
"""One command of every kind: each opens the configuration and the database."""

SECRET = "s3cr3t-w0rd"  # noqa: S105 - a password that must never be shown


def in_one_line(cli: CommandLine, *arguments: str, saying: str) -> None:
    """Expect a refusal in one line that no password stands in."""
    outcome = cli(*arguments)
    assert outcome.status == 1, outcome
    assert saying in outcome.err, outcome
    assert len(outcome.err.splitlines()) == 1, outcome
    assert SECRET not in outcome.text
    assert not (cli.folder / "new.csv").exists()
    assert not (cli.folder / "new.jsonl").exists()


def test_init_writes_three_files_that_only_their_owner_reads(empty: CommandLine) -> None:
    said = empty.done("init")
    for name in ("config.toml", "letter.toml", "pledgebot.db"):
        assert f"wrote {name}\n" in said
        assert stat.S_IMODE((empty.folder / name).stat().st_mode) == 0o600
    assert tomllib.loads((empty.folder / "config.toml").read_text("utf-8"))["letter"] == "letter.toml"


def test_init_says_what_is_next_and_the_bot_does_not_start_before(empty: CommandLine) -> None:
    assert "legal notice" in empty.done("init")
    for command in EVERYWHERE:
        outcome = empty(*command)
        assert outcome.status == 1, outcome
        assert "config.toml: legal.publisher: " in outcome.err
        assert "Traceback" not in outcome.text


def test_what_init_wrote_works_once_the_legal_notice_is_filled(empty: CommandLine) -> None:
    empty.done("init")
    config = empty.folder / "config.toml"
    filled = config.read_text("utf-8").replace('contact = "À REMPLIR / FILL IN"', 'contact = "a@exemple.invalid"')
    config.write_text(filled.replace("À REMPLIR / FILL IN", "Collectif Exemple"), "utf-8")
    said = empty.done("doctor")
    assert "database: up to date" in said
    assert "destinations: console terminal" in said
    assert empty.done("db", "check") == "database: up to date\n"
    assert empty.done("db", "upgrade") == "database: up to date already\n"


def test_init_begins_with_another_letter_in_another_folder(empty: CommandLine) -> None:
    (empty.folder / "there").mkdir()
    letter = empty.folder / "own.toml"
    letter.write_text((LETTERS / "marseille-2020.toml").read_text("utf-8").replace("marseille-2020", "own"), "utf-8")
    empty.done("init", "--letter", "own.toml", "--folder", "there")
    assert 'key = "own"' in (empty.folder / "there" / "letter.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (("--folder", "missing"), "missing/config.toml: cannot be written"),
        (("--folder", "file"), "file/config.toml: cannot be written (Not a directory)"),
        (("--folder", "/proc"), "/proc/config.toml: cannot be written"),
        (("--letter", "missing.toml"), "missing.toml: not found"),
        (("--letter", "file"), "file: "),
        (("--letter", "."), ".: cannot be read"),
    ],
)
def test_init_that_cannot_write_leaves_nothing(empty: CommandLine, arguments: tuple[str, ...], saying: str) -> None:
    (empty.folder / "file").write_text("= broken", "utf-8")
    in_one_line(empty, "init", *arguments, saying=saying)
    assert [path.name for path in empty.folder.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["config.toml", "letter.toml"])
def test_init_never_overwrites(empty: CommandLine, name: str) -> None:
    (empty.folder / name).write_text("mine", "utf-8")
    in_one_line(empty, "init", saying=f"{name}: there already; nothing was written")
    assert [path.name for path in empty.folder.iterdir()] == [name]
    assert (empty.folder / name).read_text("utf-8") == "mine"


@pytest.mark.engines("sqlite", "postgresql")
def test_the_calendar_shows_what_is_to_come_in_the_first_language_of_the_configuration(bare: CommandLine) -> None:
    said = bare.done("calendar").replace("\u00a0", " ").replace("\u202f", " ")
    assert "premier tour, dimanche 15 mars 2099" in said
    assert "rien n’est envoyé du vendredi 13 mars 2099 à 23:50 au dimanche 15 mars 2099 à 20:00" in said
    assert "second tour, dimanche 22 mars 2099" in said
    windows = json.loads(bare.done("calendar", "--json"))["windows"]
    assert [window["day"] for window in windows] == ["2099-03-15", "2099-03-22"]
    assert "rien n’est envoyé" not in bare.done("calendar", "--days", "7")
    bare.refused("calendar", "--days", "0", status=2, saying="--days")


def test_the_terminal_speaks_french_where_the_locale_is_french(bare: CommandLine) -> None:
    bare.patch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert "Personne de ce nom" in bare("lists", "alias", "#1", "x", "--as", "Alix").err


def test_the_configuration_may_stand_elsewhere(bare: CommandLine) -> None:
    (bare.folder / "config.toml").rename(bare.folder / "other.toml")
    in_one_line(bare, "calendar", saying="config.toml: not found; `pledgebot init` writes one")
    bare.done("calendar", "--config", "other.toml")
    bare.patch.setenv("PLEDGEBOT_CONFIG", "other.toml")
    bare.done("calendar")
    in_one_line(bare, "calendar", "--config", "third.toml", saying="third.toml: not found")


GOOD = config_text("sqlite:///pledgebot.db")

BROKEN = {
    "broken TOML": (GOOD + "[limits\n", "not TOML"),
    "an unknown key": (GOOD.replace("zone =", "zoen ="), "did you mean election.zone?"),
    "a wrong type": (GOOD.replace("date = 2099-03-15", 'date = "tomorrow"'), "election.rounds#1.date: "),
    "a letter that is not there": (GOOD.replace("builtin:marseille-2020", "missing.toml"), "letter: "),
    "an empty legal notice": (GOOD.replace('"Collectif Exemple"', '""'), "legal.publisher: "),
    "a placeholder": (GOOD.replace("Hébergeur Exemple", "À REMPLIR / FILL IN"), "legal.host: "),
    "no such medium": (GOOD.replace('channel = "console"', 'channel = "pigeon"'), "destinations#1.channel: "),
    "another kind of database": (GOOD.replace("sqlite:///pledgebot.db", f"mysql://u:{SECRET}@h/x"), "database.url: "),
    "an address that is none": (
        GOOD.replace("sqlite:///pledgebot.db", f"postgresql://u:{SECRET}@h:x/y"),
        "database.url",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_configuration_is_said_by_every_command(empty: CommandLine, fault: str) -> None:
    content, saying = BROKEN[fault]
    (empty.folder / "config.toml").write_text(content, "utf-8")
    for command in EVERYWHERE:
        outcome = empty(*command)
        assert outcome.status == 1, outcome
        assert saying in outcome.err, outcome
        assert all(line.startswith("config.toml: ") for line in outcome.err.splitlines()), outcome
        assert SECRET not in outcome.text
    assert [path.name for path in empty.folder.iterdir()] == ["config.toml"]


UNREACHABLE = [
    f"postgresql://someone:{SECRET}@127.0.0.1:1/pledgebot",
    f"postgresql://someone:{SECRET}@/pledgebot?host=/missing",
]


@pytest.mark.parametrize("url", UNREACHABLE)
def test_a_server_that_cannot_be_reached_is_said_in_one_line_without_its_password(empty: CommandLine, url: str) -> None:
    (empty.folder / "config.toml").write_text(config_text(url), "utf-8")
    for command in (*EVERYWHERE, ("db", "upgrade")):
        in_one_line(empty, *command, saying="database postgresql://someone:***@")


def test_a_password_in_the_environment_is_not_said_either(empty: CommandLine) -> None:
    (empty.folder / "config.toml").write_text(GOOD, "utf-8")
    empty.patch.setenv("PLEDGEBOT_DATABASE__URL", UNREACHABLE[0])
    in_one_line(empty, "doctor", saying="someone:***@127.0.0.1")
    empty.patch.setenv("PLEDGEBOT_DATABASE__URL", SECRET)
    in_one_line(empty, "doctor", saying="environment: PLEDGEBOT_DATABASE__URL: ")


def test_a_database_that_is_not_there_is_made_by_upgrade_only(empty: CommandLine) -> None:
    (empty.folder / "config.toml").write_text(GOOD, "utf-8")
    for command in EVERYWHERE:
        if command != ("run",):
            in_one_line(empty, *command, saying="not found; `pledgebot init` or `pledgebot db upgrade` creates it")
    assert empty.done("db", "upgrade") == "database: upgraded\n"
    assert stat.S_IMODE((empty.folder / "pledgebot.db").stat().st_mode) == 0o600
    assert empty.done("db", "check") == "database: up to date\n"


def test_an_empty_database_is_brought_up_to_date_by_upgrade_only(empty: CommandLine) -> None:
    (empty.folder / "config.toml").write_text(GOOD, "utf-8")
    (empty.folder / "pledgebot.db").touch()
    in_one_line(empty, "db", "check", saying="database: empty; run `pledgebot db upgrade`")
    in_one_line(empty, "lists", "show", saying="database: empty; run `pledgebot db upgrade`")
    assert empty.done("db", "upgrade") == "database: upgraded\n"


@pytest.mark.parametrize(
    ("folder", "saying"), [("missing/pledgebot.db", "No such file"), ("file/x.db", "Not a directory"), (".", "Is a ")]
)
def test_a_database_that_cannot_be_made_is_said_in_one_line(empty: CommandLine, folder: str, saying: str) -> None:
    (empty.folder / "file").touch()
    (empty.folder / "config.toml").write_text(config_text(f"sqlite:///{folder}"), "utf-8")
    in_one_line(empty, "db", "upgrade", saying=saying)


def tables(path: Path) -> list[str]:
    """Return the SQL of every table of an SQLite file."""
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT sql FROM sqlite_master ORDER BY name")]
    finally:
        connection.close()


def test_a_database_of_another_program_is_left_alone(empty: CommandLine) -> None:
    path = empty.folder / "pledgebot.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bird (name TEXT)")
    connection.commit()
    connection.close()
    before = tables(path)
    (empty.folder / "config.toml").write_text(GOOD, "utf-8")
    for command in (*EVERYWHERE, ("db", "upgrade")):
        in_one_line(empty, *command, saying="made by a newer version of pledgebot or by another program")
    assert tables(path) == before


def test_a_file_that_is_no_database_is_left_alone(empty: CommandLine) -> None:
    path = empty.folder / "pledgebot.db"
    path.write_text("This is a shopping list, and no database at all.", "utf-8")
    (empty.folder / "config.toml").write_text(GOOD, "utf-8")
    for command in (*EVERYWHERE, ("db", "upgrade")):
        in_one_line(empty, *command, saying="not a database")
    assert path.read_text("utf-8") == "This is a shopping list, and no database at all."


@pytest.mark.engines("sqlite", "postgresql")
def test_a_database_of_a_newer_version_is_refused(told: CommandLine) -> None:
    with told.database.begin() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    before = told.rows()
    for command in (*EVERYWHERE, ("db", "upgrade")):
        in_one_line(told, *command, saying="made by a newer version of pledgebot")
    assert told.rows() == before


def test_doctor_finds_an_installation_that_would_publish_nothing(bare: CommandLine) -> None:
    config = bare.folder / "config.toml"
    config.write_text(config.read_text("utf-8").split("[[destinations]]")[0], "utf-8")
    outcome = bare("doctor")
    assert outcome.status == 1
    assert outcome.err.startswith("destinations: none is configured")


@pytest.mark.engines("sqlite", "postgresql")
def test_doctor_finds_a_ledger_that_was_changed(told: CommandLine) -> None:
    with told.database.begin() as session:
        session.execute(sa.text("UPDATE answer SET speaker = 'Somebody else' WHERE seq = 1"))
    outcome = told("doctor")
    assert outcome.status == 1
    assert outcome.err.startswith("ledger: speaker differs between the table and the ledger")
    assert len(outcome.err.splitlines()) == 1


def test_the_demo_speaks_french_or_english_only(bare: CommandLine) -> None:
    bare.refused("demo", "--language", "de", status=2, saying="expected fr or en")
    bare.refused("demo", "--language", "", status=2, saying="expected fr or en")


def test_the_demo_leaves_the_installation_alone(told: CommandLine) -> None:
    before = told.rows()
    assert "LISTE EXEMPLE B" in told.done("demo", "--no-chat")
    assert told.rows() == before


WRONG = [
    (),
    ("--colour",),
    ("fly",),
    ("init", "here"),
    ("db",),
    ("db", "downgrade"),
    ("run", "--as", "Alix"),
    ("answers",),
]


def test_wrong_usage_has_its_own_exit_status(bare: CommandLine, subtests: pytest.Subtests) -> None:
    for arguments in WRONG:
        with subtests.test(" ".join(arguments)):
            bare.refused(*arguments, status=2, saying="")

"""`pledgebot run` as a process on SQLite, beside which the command line works: posts once, keeps silent, stops in order."""

import re
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factories.command_line import FAR_ROUNDS, SAID, config_text
from factories.processes import PATIENCE, Running, run

RUNS = "pledgebot runs"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything was made by the command line: two people, two lists."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "config.toml").write_text(config_text("sqlite:///pledgebot.db", FAR_ROUNDS), "utf-8")
    for command in (
        ("db", "upgrade"),
        ("organizers", "add", "Alix", "--role", "recorder", "--role", "admin"),
        ("organizers", "add", "Noé", "--role", "verifier", "--as", "Alix"),
        ("lists", "add", "Liste Exemple A", "--constituency", "13055", "--as", "Alix"),
        ("lists", "add", "Liste Exemple B", "--constituency", "13055", "--as", "Alix"),
    ):
        done(folder, *command)
    return folder


@pytest.fixture
def folder(installed: Path, tmp_path: Path) -> Path:
    """A copy of that installation."""
    return shutil.copytree(installed, tmp_path / "here")


def done(folder: Path, *command: str) -> str:
    """Run a command that has to work, and return what it wrote."""
    outcome = run(*command, folder=folder)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def confirmed(folder: Path, name: str) -> int:
    """Record an answer of a list and have it confirmed; return its number."""
    said = done(
        folder, "answers", "record", name, "--position", "cameras=committed", "--source", "letter", "--said-on", SAID,
        "--quote", f"The words of {name}.", "--as", "Alix",
    )  # fmt: skip
    found = re.search(r"Entry (\d+) waits", said)
    assert found is not None
    done(folder, "answers", "confirm", found[1], "--version", "1", "--as", "Noé")
    return int(found[1])


def states(folder: Path) -> dict[int, str]:
    """Return answer → state of its delivery."""
    return dict(select(folder, "SELECT answer_id, state FROM delivery JOIN event ON event.id = delivery.event_id"))


def wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        pause.wait(0.05)


def posts(bot: Running, name: str) -> int:
    """Return how many times a list's answer was posted to Telegram."""
    panels = "".join(bot.out).split("╭─ ")
    return sum(panel.startswith("Telegram") and f"The words of {name}." in panel for panel in panels)


def test_what_is_confirmed_beside_the_running_bot_is_posted_once_and_the_bot_stops_in_order(folder: Path) -> None:
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
        number = confirmed(folder, "Liste Exemple A")
        bot.until("The words of Liste Exemple A.")
        wait_for(lambda: states(folder) == {number: "sent"})
        confirmed(folder, "Liste Exemple B")
        bot.until("The words of Liste Exemple B.")
        bot.signal(signal.SIGTERM)
        assert bot.wait() == 0
        assert posts(bot, "Liste Exemple A") == posts(bot, "Liste Exemple B") == 1
        assert "Exemple : listes et personnes fictives" in bot.written.replace("\u00a0", " ")
        assert "Traceback" not in bot.written
        assert "Error" not in bot.written
    assert set(states(folder).values()) == {"sent"}


def test_ctrl_c_stops_the_bot_in_order_too(folder: Path) -> None:
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
        bot.signal(signal.SIGINT)
        assert bot.wait() == 0
        assert "Traceback" not in bot.written


def test_a_second_bot_on_the_same_database_is_refused_in_one_line(folder: Path) -> None:
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
        second = run("run", folder=folder)
        assert (second.returncode, second.stdout) == (1, "")
        [line] = second.stderr.splitlines()
        assert "another `pledgebot run` works on it already" in line
        bot.signal(signal.SIGTERM)
        assert bot.wait() == 0
    with Running("run", folder=folder) as third:
        third.until(RUNS)


def test_a_database_of_another_version_is_refused_in_one_line(folder: Path) -> None:
    execute(folder, "UPDATE alembic_version SET version_num = 'of-the-future'")
    refused = run("run", folder=folder)
    assert (refused.returncode, refused.stdout) == (1, "")
    [line] = refused.stderr.splitlines()
    assert "made by a newer version of pledgebot" in line


def test_the_bot_brings_its_own_database_up_to_date(folder: Path) -> None:
    (folder / "pledgebot.db").unlink()
    assert run("db", "check", folder=folder).returncode == 1
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
    assert run("db", "check", folder=folder).returncode == 0


def test_after_a_hard_end_what_was_sent_is_not_sent_again(folder: Path) -> None:
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
        first = confirmed(folder, "Liste Exemple A")
        wait_for(lambda: states(folder) == {first: "sent"})
        bot.signal(signal.SIGKILL)
        assert bot.wait() == -signal.SIGKILL
    second = confirmed(folder, "Liste Exemple B")
    with Running("run", folder=folder) as again:
        # The dead bot's lease has to end first.
        again.until("The words of Liste Exemple B.")
        again.signal(signal.SIGTERM)
        assert again.wait() == 0
        assert (posts(again, "Liste Exemple A"), posts(again, "Liste Exemple B")) == (0, 1)
    assert states(folder) == {first: "sent", second: "sent"}


def test_what_may_have_been_sent_by_a_bot_that_died_is_in_doubt_and_never_repeated(folder: Path) -> None:
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
        first = confirmed(folder, "Liste Exemple A")
        wait_for(lambda: states(folder) == {first: "sent"})
        bot.signal(signal.SIGTERM)
        assert bot.wait() == 0
    # As if the bot had died between sending and noting it.
    execute(folder, "UPDATE delivery SET state = 'claimed', remote_id = NULL, sent_at = NULL")
    second = confirmed(folder, "Liste Exemple B")
    with Running("run", folder=folder) as again:
        again.until("The words of Liste Exemple B.")
        again.signal(signal.SIGTERM)
        assert again.wait() == 0
        assert posts(again, "Liste Exemple A") == 0
    assert states(folder) == {first: "uncertain", second: "sent"}


def test_inside_the_silence_nothing_is_posted_and_afterwards_all_of_it(folder: Path) -> None:
    tomorrow = datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)
    config = config_text("sqlite:///pledgebot.db", (tomorrow,))
    (folder / "config.toml").write_text(config, "utf-8")
    done(folder, "lists", "add", "Liste Exemple C", "--constituency", "13055", "--as", "Alix")
    number = confirmed(folder, "Liste Exemple C")
    with Running("run", folder=folder) as bot:
        bot.until(RUNS)
        first = select(folder, "SELECT expires_at FROM lease")
        # The lease is renewed more seldom than the dispatcher looks for what is due.
        wait_for(lambda: select(folder, "SELECT expires_at FROM lease") != first)
        bot.signal(signal.SIGTERM)
        assert bot.wait() == 0
        assert bot.out == []
    assert states(folder) == {}
    (folder / "config.toml").write_text(config + '[silence]\nrule = "none"\nreason = "a rehearsal"\n', "utf-8")
    with Running("run", folder=folder) as bot:
        bot.until("The words of Liste Exemple C.")
        wait_for(lambda: states(folder) == {number: "sent"})


def select(folder: Path, statement: str) -> list[tuple[int, str]]:
    """Read the database behind the bot's back."""
    with closing(sqlite3.connect(folder / "pledgebot.db")) as connection:
        return connection.execute(statement).fetchall()


def execute(folder: Path, statement: str) -> None:
    """Change the database behind the bot's back."""
    with closing(sqlite3.connect(folder / "pledgebot.db")) as connection, connection:
        connection.execute(statement)

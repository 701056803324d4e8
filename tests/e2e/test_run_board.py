"""`pledgebot run` with a board: the real process shows what was confirmed beside it, and stops although somebody reads."""

import http.client
import signal
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from factories.command_line import SAID, config_text
from factories.processes import PATIENCE, Running, run
from factories.telegram import free_port


@pytest.fixture
def port() -> int:
    """A port of the board."""
    return free_port()


@pytest.fixture
def folder(tmp_path: Path, port: int) -> Path:
    """An installation with a board, two people and a list."""
    web = f'[web]\nlisten = "127.0.0.1:{port}"\n'
    (tmp_path / "config.toml").write_text(config_text("sqlite:///pledgebot.db") + web, "utf-8")
    for command in (
        ("db", "upgrade"),
        ("organizers", "add", "Alix", "--role", "recorder", "--role", "admin"),
        ("organizers", "add", "Noé", "--role", "verifier", "--as", "Alix"),
        ("lists", "add", "Liste Exemple A", "--constituency", "13055", "--as", "Alix"),
    ):
        done(tmp_path, *command)
    return tmp_path


def done(folder: Path, *command: str) -> None:
    """Run a command that has to work."""
    outcome = run(*command, folder=folder)
    assert outcome.returncode == 0, outcome.stderr


def read(reader: http.client.HTTPConnection, path: str) -> str:
    """Return a page, on a connection that stays open."""
    reader.request("GET", path)
    answer = reader.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, body
    return body


def test_the_board_follows_and_an_open_connection_does_not_keep_the_bot(folder: Path, port: int) -> None:
    with Running("run", folder=folder) as bot:
        bot.until("pledgebot runs")
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as reader:
            assert "pas encore sollicitée" in read(reader, "/fr/place/13055/")
            said = ("--position", "cameras=committed", "--source", "letter", "--said-on", SAID, "--quote", "Oui.")
            done(folder, "answers", "record", "Liste Exemple A", *said, "--as", "Alix")
            done(folder, "answers", "confirm", "1", "--version", "1", "--as", "Noé")
            # Idle for so long, it may have been closed.
            reader.close()
            deadline, pause = time.monotonic() + PATIENCE, threading.Event()
            while "s’engage" not in read(reader, "/fr/place/13055/"):
                assert time.monotonic() < deadline, "the board does not follow"
                pause.wait(0.1)
            bot.signal(signal.SIGTERM)
            assert bot.wait() == 0
        assert "Traceback" not in bot.written
        assert f"127.0.0.1:{port}" in bot.written

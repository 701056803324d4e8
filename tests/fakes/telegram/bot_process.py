"""The bot as a process beside the emulator, in a throw-away installation with fictional lists."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pledgebot
from fakes.telegram.chats import Chat
from fakes.telegram.server import TelegramServer

SAMPLE = Path(pledgebot.__file__).parent / "samples" / "municipales-2026-candidatures-exemple-tour-1.csv"
PLEDGEBOT = (sys.executable, "-m", "pledgebot.cli.main")
START_SECONDS = 60.0
STOP_SECONDS = 10.0
_CONFIG = """
letter = "builtin:marseille-2020"
languages = ["{first}", "{second}"]
fictional = true
database.url = "sqlite:///play.db"
legal = {{ publisher = "Collectif fictif", contact = "contact@exemple.invalid", host = "Hébergeur fictif" }}
web.listen = "127.0.0.1:{port}"
[telegram]
token = "{token}"
base_url = "{base_url}"
base_file_url = "{base_file_url}"
[election]
zone = "Europe/Paris"
name.fr = "Élections municipales (exemple fictif)"
name.en = "Municipal elections (fictional example)"
rounds = [{{ number = 1, date = 2099-03-15, closes = 20:00:00 }}, {{ number = 2, date = 2099-03-22, closes = 20:00:00 }}]
constituencies = [{{ code = "13055", label = "Marseille", aliases = ["13001", "Massilia"] }}]
[[destinations]]
channel = "telegram"
address = "{channel}"
language = "{first}"
[[destinations]]
channel = "telegram"
address = "{group}"
audience = "organizers"
language = "{first}"
"""
Prepare = Callable[[Path], Sequence[str]]
"""Fills a folder with an installation, and returns the lines that people have to know of it."""


def installed(folder: Path) -> Sequence[str]:
    """Make the database, with fictional lists, one answer and two organizers; returns how these join."""
    _run(folder, "db", "upgrade")
    first = _run(folder, "organizers", "add", "Alix", "--role", "recorder", "--role", "verifier", "--role", "admin")
    second = _run(folder, "organizers", "add", "Noé", "--role", "recorder", "--role", "verifier", "--as", "Alix")
    _run(folder, "lists", "import", str(SAMPLE), "--round", "1", "--commune", "13055", "--as", "Alix")
    _run(
        folder, "answers", "record", "Liste Exemple B", "--position", "cameras=committed", "--source", "letter",
        "--said-on", "2026-02-10", "--quote", "Nous avons lu votre lettre : oui.", "--as", "Alix",
    )  # fmt: skip
    _run(folder, "answers", "confirm", "1", "--version", "1", "--as", "Noé")
    return [
        f"  To be an organizer, {name} follows the invitation: /start {said.strip().rpartition('start=')[2].split()[-1]}"
        for name, said in (("Alix", first), ("Noé", second))
    ]


def config_text(server: TelegramServer, group: Chat, news: Chat, language: str) -> str:
    """Return a configuration for the emulator: the group for organizers, the channel for the public."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first, second = ("en", "fr") if language == "en" else ("fr", "en")
    return _CONFIG.format(
        first=first, second=second, port=port, token=server.token, base_url=server.base_url,
        base_file_url=server.base_file_url, group=group.id, channel=news.id,
    )  # fmt: skip


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PLEDGEBOT_")}


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [*PLEDGEBOT, *command], cwd=folder, env=_environment(), capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(f"pledgebot {' '.join(command)}: {done.stderr.strip().rpartition(chr(10))[2]}")
    return done.stdout


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bot, its words in a file; stopped in order, and by force only when it does not stop."""
    with (folder / "bot.log").open("wb") as log:
        child = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def await_bot(server: TelegramServer, child: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Wait until the bot asks for updates."""
    for _second in range(int(START_SECONDS)):
        try:
            server.world.wait_until(lambda: server.delivery.polled, "a bot that asks for updates", 1.0)
        except AssertionError:
            if child.poll() is not None:
                break
        else:
            return
    raise SystemExit("the bot did not start:\n" + (folder / "bot.log").read_text("utf-8"))

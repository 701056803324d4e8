"""An installation that is on Telegram, its bot as a process, and the whole of it on the stage of the emulator."""

import io
import os
import re
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from factories.command_line import SAID
from factories.processes import Running
from fakes.telegram import TelegramServer
from fakes.telegram.remote import RemoteStage
from pledgebot.cli.main import app
from pledgebot.clock import SystemClock
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.people import find_actor
from pledgebot.store.engine import Database
from scenarios.stage import Play, Stage

SERVER_VARIABLE = "PLEDGEBOT_TEST_TELEGRAM_URL"
"""Another Bot API server, with the control protocol of `tests/scenarios/README.md`."""

READY = "telegram_ready"
LONG_TOWN = "13056"
"""A town with many lists."""

_CONFIG = """
letter = "builtin:marseille-2020"
languages = ["en", "fr"]
fictional = true
database.url = "sqlite:///pledgebot.db"
legal = {{ publisher = "Collectif Exemple", contact = "contact@exemple.invalid", host = "Hébergeur Exemple" }}
web.listen = "127.0.0.1:{port}"
web.board = {board}
{more}
[telegram]
token = "{account.token}"
base_url = "{account.base_url}"
base_file_url = "{account.base_file_url}"
{telegram}
[election]
zone = "Europe/Paris"
name.fr = "Élections municipales (exemple)"
name.en = "Municipal elections (example)"
rounds = [{{ number = 1, date = 2099-03-15, closes = 20:00:00 }}, {{ number = 2, date = 2099-03-22, closes = 20:00:00 }}]
constituencies = [{{ code = "13055", label = "Marseille", aliases = ["13001"] }}]
[limits]
lists_changed = 100000
{places}
"""
_PLACE = """
[[destinations]]
channel = "telegram"
address = "{address}"
audience = "{audience}"
language = "{language}"
"""


@dataclass(frozen=True)
class Account:
    """What a bot needs to know of its server."""

    token: str
    base_url: str
    base_file_url: str
    username: str


def account_of(server: TelegramServer) -> Account:
    """Return what a bot needs to know of an emulator."""
    return Account(server.token, server.base_url, server.base_file_url, server.world.bot.username)


@dataclass(frozen=True)
class Town:
    """An installation in a folder, with the command line beside its bot; it runs in the test's own process."""

    folder: Path
    _one_by_one: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *arguments: str) -> str:
        """Run a command that has to work, and return what it wrote."""
        out, err = io.StringIO(), io.StringIO()
        # What it writes is caught for the whole process, so scenarios that play side by side take turns.
        with self._one_by_one, redirect_stdout(out), redirect_stderr(err):
            app([*arguments, "--config", str(self.folder / "config.toml")], standalone_mode=False)
        return out.getvalue()

    def recorded(self, which: str, *positions: str, quote: str = "", amends: int | None = None) -> int:
        """Record an answer of a list, perhaps in the place of a waiting one; return its number."""
        taken = [word for position in positions or ("cameras=committed",) for word in ("--position", position)]
        amended = ["--amend", str(amends)] if amends is not None else []
        said = self.run(
            "answers", "record", which, *taken, "--source", "letter", "--said-on", SAID, "--as", "Ada",
            "--quote", quote or f"The words of {which}.", *amended,
        )  # fmt: skip
        found = re.search(r"\d+", said)
        assert found is not None, said
        return int(found[0])

    def confirmed(self, which: str, *positions: str, quote: str = "") -> int:
        """Record an answer of a list and have it confirmed by another person; return its number."""
        number = self.recorded(which, *positions, quote=quote)
        self.run("answers", "confirm", str(number), "--version", "1", "--as", "Bo")
        return number

    def announced(self, quote: str, *positions: str) -> int:
        """Let a list that is new give an answer, and have that confirmed; return the entry's number."""
        name = f"Liste Exemple {quote.removesuffix('.')}"
        self.run("lists", "add", name, "--constituency", "13055", "--as", "Ada")
        return self.confirmed(name, *positions, quote=quote)

    def invited(self, name: str, *roles: str) -> str:
        """Add an organizer, and return what they have to press Start with."""
        given = [word for role in roles or ("recorder",) for word in ("--role", role)]
        said = self.run("organizers", "add", name, *given, "--as", "Ada")
        found = re.search(r"join-[0-9a-f]{48}", said)
        assert found is not None, said
        return found[0]

    def select(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read the database behind the bot's back."""
        with closing(sqlite3.connect(self.folder / "pledgebot.db")) as connection:
            return connection.execute(statement, values).fetchall()

    def execute(self, statement: str, *values: object) -> None:
        """Change the database behind the bot's back."""
        with closing(sqlite3.connect(self.folder / "pledgebot.db")) as connection, connection:
            connection.execute(statement, values)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody write for a while: what the bot wants to commit has to wait."""
        with closing(sqlite3.connect(self.folder / "pledgebot.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def cells(self) -> Iterator[tuple[str, object]]:
        """Return every value of every table, with the table's name."""
        tables = [str(name) for (name,) in self.select("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in self.select(f'SELECT * FROM "{table}"'):
                yield from ((table, cell) for cell in row)

    def mentions(self, words: object) -> list[str]:
        """Return the tables in which something stands."""
        return sorted({table for table, cell in self.cells() if str(words) in str(cell)})

    def fill(self, count: int) -> None:
        """Let there be a second town with many lists."""
        with closing_database(self.folder) as database, database.begin() as session:
            ada, now = find_actor(session, "Ada", "cli"), SystemClock().now()
            for number in range(1, count + 1):
                details = ListDetails(f"Liste Martigues {number} <&> « d’abord »", panel=number, head=f"Tête {number}")
                add_list(session, Place(LONG_TOWN, label="Martigues"), details, ada, now)


@contextmanager
def closing_database(folder: Path) -> Iterator[Database]:
    """Open the database of an installation for a moment."""
    database = Database(f"sqlite:///{folder / 'pledgebot.db'}")
    try:
        yield database
    finally:
        database.close()


def settle(
    folder: Path, account: Account, places: Iterable[tuple[object, str, str]] = (), *, port: int = 0,
    telegram: str = "", more: str = "", lists: Iterable[str] = ("Liste Exemple A", "Liste Exemple B"),
) -> Town:  # fmt: skip
    """Make an installation: two people of the command line, some lists; `places` are address, audience, language."""
    told = "".join(_PLACE.format(address=address, audience=who, language=language) for address, who, language in places)
    # Without a port of its own it serves nothing: others play beside it.
    board = "true" if port else "false"
    text = _CONFIG.format(account=account, places=told, port=port or 8080, board=board, telegram=telegram, more=more)
    (folder / "config.toml").write_text(text, "utf-8")
    town = Town(folder)
    town.run("db", "upgrade")
    every = [word for role in ("recorder", "verifier", "admin") for word in ("--role", role)]
    town.run("organizers", "add", "Ada", *every)
    town.run("organizers", "add", "Bo", "--role", "verifier", "--as", "Ada")
    for name in lists:
        town.run("lists", "add", name, "--constituency", "13055", "--head", f"Tête de {name}", "--as", "Ada")
    return town


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Bots:
    """The bot's processes of one installation, one after the other, and everything that they wrote."""

    town: Town
    process: Running | None = None
    past: list[str] = field(default_factory=list)

    def start(self, until: str = READY) -> None:
        """Start the bot, and wait until it says that it is there."""
        self.process = Running("run", folder=self.town.folder)
        if until:
            self.process.until(until)

    def until(self, words: str) -> None:
        """Wait until the bot has written something."""
        assert self.process is not None
        self.process.until(words)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._end(signal.SIGKILL, -signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and see that it does so in order."""
        self._end(signal.SIGTERM, 0)

    def _end(self, number: int, status: int) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.signal(number)
        left = process.wait()
        self.past.append(process.written)
        assert left == status, process.written

    def close(self) -> None:
        """See that nothing is left running, whatever became of the test."""
        if self.process is not None:
            self.process.__exit__(None, None, None)
            self.past.append(self.process.written)
            self.process = None

    @property
    def written(self) -> str:
        """Everything that was written so far."""
        return "".join([*self.past, self.process.written if self.process is not None else ""])


@dataclass(frozen=True)
class Local:
    """A play on the emulator, with what only a local one has: its troubles, and the bot's process."""

    play: Play
    server: TelegramServer
    town: Town
    bots: Bots


@contextmanager
def local_play(
    folder: Path, *, started: bool = True, port: int = 0, telegram: str = "", more: str = "", crowded: int = 0
) -> Iterator[Local]:
    """Let a bot play on an emulator; in the end see that it stops in order, and that nothing was wrong on the way."""
    with TelegramServer.threaded() as server:
        # The bot hears everything in its groups: that it keeps silent there is its own doing.
        server.world.reads_all = True
        organization = server.world.group("Organization", bot=True)
        news = server.world.channel("News", bot=True, username="exemple_news")
        places = [(news.id, "public", "fr"), (organization.id, "organizers", "en")]
        town = settle(folder, account_of(server), places, port=port, telegram=telegram, more=more)
        if crowded:
            town.fill(crowded)
        bots = Bots(town)
        stage: Stage = server.world
        local = Local(Play(stage, town, server.world.bot.username, organization, news), server, town, bots)
        try:
            if started:
                bots.start()
            yield local
            bots.stop()
        finally:
            bots.close()
        faults = [*marred(server), *told_too_much(server, bots.written)]
        assert not faults, "\n".join(faults)


@contextmanager
def remote_play(folder: Path, url: str, *, crowded: int = 0) -> Iterator[Play]:
    """Let a bot play on another Bot API server."""
    stage = RemoteStage(url)
    remote = stage.remote
    organization = stage.group("Organization", people=[stage.user("Owner")], bot=True)
    news = stage.channel("News", people=[stage.user("Editor")], bot=True, username="exemple_news")
    places = [(news.id, "public", "fr"), (organization.id, "organizers", "en")]
    account = Account(remote.token, remote.base_url, remote.base_file_url, remote.username)
    town = settle(folder, account, places)
    if crowded:
        town.fill(crowded)
    bots = Bots(town)
    try:
        bots.start()
        yield Play(stage, town, remote.username, organization, news)
        bots.stop()
    finally:
        bots.close()
    unread = [why for why in remote.refused() if "parse entities" in why or "too long" in why]
    assert not unread, unread
    assert remote.token not in bots.written
    assert "Traceback" not in bots.written, bots.written


@contextmanager
def staged(folder: Path, *, crowded: int = 0) -> Iterator[Play]:
    """Let a bot play on the server that the environment names, else on an emulator of the test's own."""
    url = os.environ.get(SERVER_VARIABLE)
    if url:
        with remote_play(folder, url, crowded=crowded) as play:
            yield play
        return
    with local_play(folder, crowded=crowded) as local:
        yield local.play


def marred(server: TelegramServer) -> list[str]:
    """Return what of the bot's messages Telegram refused to read, or showed otherwise than they were meant."""
    refused = [
        f"{call.method} refused: {call.answer} for {call.parameters}"
        for call in server.calls
        if call.status == 400 and ("parse entities" in str(call.answer) or "too long" in str(call.answer))
    ]
    lost = [
        f"lost of {message.html!r}: {message.dropped_entities} entities, {message.remarks}"
        for chat in server.world.chats.values()
        for message in chat.messages
        if message.from_bot and (message.dropped_entities or message.remarks)
    ]
    return [*refused, *lost]


def told_too_much(server: TelegramServer, written: str) -> list[str]:
    """Return what a log must not hold and does: the token, a follower's number, a message, a fault of the program."""
    world = server.world
    secrets = [server.token, server.token.partition(":")[2], *(str(one) for one in world.people if one != world.bot.id)]
    texts = {
        message.text
        for chat in world.chats.values()
        for message in chat.messages
        if len(message.text) > _SHORT_TEXT and not message.service
    }
    found = [f"in the log: {secret!r}" for secret in [*secrets, *texts] if secret in written]
    return [*found, *([written] if "Traceback" in written else [])]


_SHORT_TEXT = 6
"""A text of fewer letters may stand in a log by chance."""

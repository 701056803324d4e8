"""An installation that is on Mastodon, its bot as a process, and the server with its gate, whose requests may be harmed."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from factories.command_line import config_text
from factories.telegram import Bots, Town
from fakes.mastodon import MastodonServer, mastodon_server
from fakes.mastodon.faults import PATIENCE as HELD_FOR
from fakes.mastodon.faults import Fault, Reply, Way
from fakes.mastodon.process import BOT, PEOPLE, ROBOT, Behind
from fakes.mastodon.server import Thing
from pledgebot.channels.mastodon.values import plain
from pledgebot.clock import SystemClock
from pledgebot.domain.delivery import DeliveryState
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery
from scenarios.stage import eventually

SERVER_VARIABLE = "PLEDGEBOT_TEST_MASTODON_URL"
TOKENS_VARIABLE = "PLEDGEBOT_TEST_MASTODON_TOKENS"
"""Another server, and the tokens of accounts there: `tests/scenarios/README.md`."""

READY = "mastodon_ready"
RUNS = "pledgebot runs"
POSTS = "/api/v1/statuses"

_PLACES = """
[[destinations]]
channel = "mastodon"
address = "timeline"
language = "fr"
[mastodon]
base_url = "{base_url}"
token = "{token}"
"""


@dataclass(frozen=True)
class Inhabited(Town):
    """An installation in a folder, on a database of any kind."""

    url: str = ""

    @cached_property
    def database(self) -> Database:
        """The database, beside the bot's own way to it."""
        return Database(self.url)

    def select(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read the database behind the bot's back; `?` stands for values."""
        with self.database.read() as session:
            return [tuple(row) for row in session.execute(*_bound(statement, values))]

    def hurry(self, *, first: bool = False) -> None:
        """Let the back-off of what failed be over; `first` says: and the waiting for an hour of what was never tried."""
        now = SystemClock().now()
        late = sa.update(Delivery).where(Delivery.state == DeliveryState.DUE, Delivery.due_at > now)
        with self.database.begin() as session:
            session.execute(late.where(Delivery.attempts >= (0 if first else 1)).values(due_at=now))

    def is_settled(self) -> bool:
        """Tell whether everything that was published is sent, but for what waits for an hour."""
        self.hurry()
        # Events first: what is fanned out between the two looks is seen by the second.
        if self.select("SELECT 1 FROM event WHERE fanned_out_at IS NULL"):
            return False
        unsure = Delivery.state.in_([DeliveryState.CLAIMED, DeliveryState.UNCERTAIN])
        goes = sa.or_(Delivery.due_at <= SystemClock().now(), Delivery.attempts > 0)
        waits = sa.or_(unsure, sa.and_(Delivery.state == DeliveryState.DUE, goes))
        with self.database.read() as session:
            return session.scalar(sa.select(Delivery.id).where(waits).limit(1)) is None


def _bound(statement: str, values: Sequence[object]) -> tuple[sa.TextClause, dict[str, object]]:
    named = {f"v{number}": value for number, value in enumerate(values)}
    for name in named:
        statement = statement.replace("?", f":{name}", 1)
    return sa.text(statement), named


@dataclass(frozen=True)
class Play:
    """All that a scenario is given: the server with its gate, the installation, the bot's process, the accounts' names."""

    server: MastodonServer
    town: Inhabited
    bots: Bots
    names: Mapping[str, str]

    def start(self) -> None:
        """Start the bot, and wait until it listens."""
        self.bots.start(READY)
        eventually(
            lambda: self.town.select("SELECT 1 FROM cursor WHERE name LIKE 'mastodon:%'"),
            "the bot knows where it stands",
        )

    def ask(self, user: str, text: str, visibility: str = "public", **how: str) -> str:
        """Let somebody mention the bot, and return the post."""
        return str(self.server.as_user(user).post(f"@{self.names[BOT]} {text}", visibility, **how)["id"])

    def replies(self, post: str) -> list[Thing]:
        """Return the bot's answers that stand below a post, each with what stands below it."""
        found: list[Thing] = []
        above = {post}
        for status in self.server.statuses():
            if status["in_reply_to_id"] in above:
                above.add(str(status["id"]))
                found.append(status)
        return found

    def settled(self) -> None:
        """Wait until everything that was published is sent, but for what waits for an hour."""
        eventually(self.town.is_settled, "everything is sent")

    def caught_up(self) -> None:
        """Wait until every mention is fetched and done."""
        newest = self.server.as_user(BOT).newest_mention()
        if newest is not None:
            eventually(lambda: self.town.select("SELECT 1 FROM cursor WHERE value = ?", newest), "mentions are fetched")
        todo = "SELECT 1 FROM inbox WHERE state IN ('new', 'answered')"
        eventually(lambda: not self.town.select(todo), "mentions are answered")

    def published(self, words: str) -> list[Thing]:
        """Return, when all is sent, the thread that was published last: it stands there once, in order, and says these words."""
        self.settled()
        newest = "SELECT remote_id FROM delivery JOIN destination ON destination.id = destination_id"
        [(ids,)] = self.town.select(f"{newest} WHERE channel = 'mastodon' ORDER BY delivery.id DESC LIMIT 1")
        thread = [status for status in self.server.statuses() if status["id"] in str(ids).split()]
        assert [status["id"] for status in thread] == str(ids).split()
        assert [status["in_reply_to_id"] for status in thread[1:]] == [status["id"] for status in thread[:-1]]
        assert [says(status, words) for status in self.server.statuses()].count(True) == 1
        assert any(says(status, words) for status in thread)
        return thread


def words_of(status: Mapping[str, object]) -> str:
    """Return what a post says, as plain text."""
    return plain(str(status["content"]))


def says(status: Mapping[str, object], words: str) -> bool:
    """Tell whether a post has words in it."""
    return words in words_of(status)


class Stuck:
    """Lets the server do it, and keeps its reply back until the bot is gone."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, way: Way) -> Reply:
        """Do it, and wait."""
        reply = way()
        self._reached.set()
        self._released.wait(HELD_FOR)
        return reply

    def kill(self, bots: Bots) -> None:
        """Kill the bot when the server has done what it asked, and before it hears of it."""
        assert self._reached.wait(HELD_FOR), "the bot never asked"
        bots.kill()
        self._released.set()


def on_the(which: int, fault: Fault) -> Fault:
    """Return a fault that does harm to one request only: the first, the second, and so on."""
    seen = iter(range(1, 1_000_000))
    return lambda way: fault(way) if next(seen) == which else way()


def no_earlier(than: datetime, condition: Callable[[], object], what: str) -> None:
    """See that something is not so before a moment has come, however often it is looked."""
    pause = threading.Event()
    while True:
        so, now = condition(), datetime.now(UTC)
        if now >= than:
            return
        assert not so, f"too early: {what}"
        pause.wait(0.03)


@contextmanager
def played(folder: Path, server: MastodonServer, url: str = "") -> Iterator[Play]:
    """Let there be a bot on a server, which is not started yet; in the end see that it stops in order and told no secret."""
    town = _settled_down(folder, server, url or f"sqlite:///{folder / 'pledgebot.db'}")
    bots = Bots(town)
    names = {user: server.as_user(user).acct for user in (BOT, *PEOPLE[:2], ROBOT)}
    try:
        yield Play(server, town, bots, names)
        if bots.process is not None:
            bots.stop()
    finally:
        bots.close()
        if "database" in vars(town):
            town.database.close()
    assert server.token() not in bots.written
    assert f"@{names[PEOPLE[0]]}" not in bots.written
    assert "Traceback" not in bots.written, bots.written


def _settled_down(folder: Path, server: MastodonServer, url: str) -> Inhabited:
    """Make an installation: two people of the command line, two lists."""
    places = _PLACES.format(base_url=server.base_url, token=server.token())
    (folder / "config.toml").write_text(config_text(url) + places, "utf-8")
    town = Inhabited(folder, url=url)
    town.run("db", "upgrade")
    every = [word for role in ("recorder", "verifier", "admin") for word in ("--role", role)]
    town.run("organizers", "add", "Ada", *every)
    town.run("organizers", "add", "Bo", *every, "--as", "Ada")
    for name in ("Liste Exemple A", "Liste Exemple B"):
        town.run("lists", "add", name, "--constituency", "13055", "--as", "Ada")
    return town


def told_tokens(text: str) -> dict[str, str]:
    """Return the tokens of accounts as they are told: `bot=…,alice=…,bob=…,robot=…`."""
    tokens = dict(pair.strip().split("=", 1) for pair in text.split(",") if pair.strip())
    missing = {BOT, *PEOPLE[:2], ROBOT} - tokens.keys()
    assert not missing, f"{TOKENS_VARIABLE} has no token of {', '.join(sorted(missing))}"
    return tokens


@contextmanager
def another_server(url: str, tokens: Mapping[str, str]) -> Iterator[MastodonServer]:
    """Return a server that is not ours, with a gate before it."""
    server = MastodonServer(Behind(url.rstrip("/"), tokens))
    try:
        yield server
    finally:
        server.close()


@contextmanager
def staged(folder: Path, url: str = "") -> Iterator[Play]:
    """Let a bot play on the server that the environment names, else on one of the tests' own. `url` is that of its database."""
    there = os.environ.get(SERVER_VARIABLE)
    stage = another_server(there, told_tokens(os.environ.get(TOKENS_VARIABLE, ""))) if there else mastodon_server()
    with stage as server, played(folder, server, url) as play:
        yield play


def play_in_turn(scenarios: Sequence[Callable[[Play], None]], play: Play) -> None:
    """Play scenarios one after the other: a fault is for whoever asks next. The first that fails is told, under its name."""
    for scenario in scenarios:
        begun = time.monotonic()
        try:
            scenario(play)
        except BaseException as error:
            error.add_note(f"in the scenario {scenario.__name__}, after {time.monotonic() - begun:.1f} s")
            raise


Visit = Callable[[Play], Iterator[None]]
"""A scenario during which the bot comes by: while it runs the bot is away, at each `yield` the bot does all that there is."""


def play_visits(scenarios: Sequence[Visit], play: Play) -> None:
    """Play scenarios beside each other: each goes on, then the bot comes, does what there is, and is stopped."""
    going = [(scenario.__name__, scenario(play)) for scenario in scenarios]
    while True:
        going = [(name, one) for name, one in going if _goes_on(name, one)]
        if not going:
            return
        play.start()
        play.caught_up()
        play.settled()
        play.bots.stop()


def _goes_on(name: str, one: Iterator[None]) -> bool:
    try:
        return next(one, StopIteration) is not StopIteration
    except BaseException as error:
        error.add_note(f"in the scenario {name}")
        raise

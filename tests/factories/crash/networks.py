"""The networks on which a broadcast is told: who hears it, what goes wrong there, and how often each one was told."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from factories.mastodon import POSTS, words_of
from fakes.mastodon import MastodonServer, answer, empty, garble, hang_up, lose, mastodon_server
from fakes.mastodon.faults import Fault, Reply, Way
from fakes.mastodon.process import BOT, DOMAIN, PEOPLE
from fakes.telegram import TelegramServer
from fakes.telegram.faults import Trouble
from fakes.telegram.parameters import Parameters
from pledgebot.channels.telegram.channel import MOST_AT_ONCE, MOST_AT_ONCE_PAID
from scenarios.stage import PATIENCE, eventually

_TELEGRAM = """
[telegram]
token = "{server.token}"
base_url = "{server.base_url}"
base_file_url = "{server.base_file_url}"
"""
_MASTODON = """
[[destinations]]
channel = "mastodon"
address = "timeline"
language = "fr"
[mastodon]
base_url = "{server.base_url}"
token = "{token}"
"""


class Network(Protocol):
    """A network with its server. `at_once` is how many messages a worker may have under way there, or in an open batch."""

    name: str
    at_once: int
    always: frozenset[str]
    """The addresses that hear of everything."""
    pays: bool
    """Whether every broadcast is paid for there."""

    @property
    def config(self) -> str:
        """The lines of a configuration that open it."""
        ...

    def people(self, group: int) -> tuple[str, ...]:
        """Return the addresses of those who are to follow one list alone, and nothing else."""
        ...

    def harms(self) -> Mapping[str, Callable[[Collection[str]], None]]:
        """Return what can go wrong with the next messages to some addresses, by name."""
        ...

    def doubtful(self, words: str) -> frozenset[str]:
        """Return to whom a message with these words left, while its answer was lost or could not be read."""
        ...

    def copies(self, words: str) -> Counter[str]:
        """Return how often each address was told these words."""
        ...

    def withheld(self, to: Collection[str], kill: Callable[[], None], meanwhile: Callable[[], None]) -> None:
        """Do what the next message to some addresses asks for, and kill the bot before it hears of that.

        `meanwhile` is done again and again until there is such a message.
        """
        ...


class OnTelegram:
    """The emulator: private chats of invented people. Doubts stay, since nobody can look."""

    name = "telegram"
    always: frozenset[str] = frozenset()

    def __init__(self, server: TelegramServer, size: int = 10, *, pays: bool = False) -> None:
        self._server = server
        self._size = size
        self.pays = pays
        self.at_once = MOST_AT_ONCE_PAID if pays else MOST_AT_ONCE

    @property
    def config(self) -> str:
        """The lines of a configuration that open it."""
        return _TELEGRAM.format(server=self._server) + ("paid_broadcasts = true\n" if self.pays else "")

    def people(self, group: int) -> tuple[str, ...]:
        """Return the addresses of new people who have opened the chat with the bot."""
        new = [self._server.world.user(f"Reader {group}.{number}") for number in range(self._size)]
        for person in new:
            person.opened = True
        return tuple(str(person.id) for person in new)

    def harms(self) -> Mapping[str, Callable[[Collection[str]], None]]:
        """Return what can go wrong with the next messages to some addresses, by name."""
        server, send = self._server, "sendMessage"
        return {
            "reply lost": lambda to: server.loses_reply(send, times=2, where=_to(to)),
            "hung up": lambda to: server.drops(send, where=_to(to)),
            "garbage": lambda to: server.garbles(send, where=_to(to)),
            "502": lambda to: server.answers_html(send, where=_to(to)),
            "500": lambda to: server.fails(send, 500, where=_to(to)),
            "429": lambda to: server.fails(send, retry_after=1, where=_to(to)),
            "slow": lambda to: server.slows(send, 0.15, times=4, where=_to(to)),
        }

    def doubtful(self, words: str) -> frozenset[str]:
        """Return to whom a message with these words left, while its answer was lost or could not be read."""
        lost = {Trouble.DROPPED, Trouble.REPLY_LOST, Trouble.GARBLED, Trouble.BAD_GATEWAY}
        return frozenset(
            str(call.parameters["chat_id"])
            for call in self._server.calls_of("sendMessage")
            if (call.trouble in lost or call.status == 500) and words in str(call.parameters["text"])
        )

    def copies(self, words: str) -> Counter[str]:
        """Return how often each address was told these words."""
        with self._server.world.turns.lock:
            chats = list(self._server.world.chats.values())
        told = [(chat.id, message) for chat in chats for message in chat.messages if message.from_bot]
        return Counter(str(number) for number, message in told if words in message.text)

    def withheld(self, to: Collection[str], kill: Callable[[], None], meanwhile: Callable[[], None]) -> None:
        """Do what the next message to some addresses asks for, and kill the bot before it hears of that."""
        gate = self._server.holds("sendMessage", where=_to(to))
        _reached(gate.reached, meanwhile)
        kill()
        before = len(self._server.calls)
        gate.open()
        self._server.world.wait_until(lambda: len(self._server.calls) > before, "the message arrives")


def _to(addresses: Collection[str]) -> Callable[[Parameters], bool]:
    return lambda given: given.text("chat_id") in addresses


class OnMastodon:
    """mastodon-mock behind its gate: the bot's own timeline, and private mentions. Doubts are looked into."""

    name = "mastodon"
    at_once = 1
    pays = False
    always = frozenset({"timeline"})

    def __init__(self, server: MastodonServer) -> None:
        self._server = server
        self._names = {f"{user}@{DOMAIN}": server.as_user(user).acct for user in PEOPLE}

    @property
    def config(self) -> str:
        """The lines of a configuration that open it."""
        return _MASTODON.format(server=self._server, token=self._server.token(BOT))

    def people(self, group: int) -> tuple[str, ...]:
        """Return the address of one of the accounts; the timeline hears of everything besides."""
        return (list(self._names)[group % len(self._names)],)

    def harms(self) -> Mapping[str, Callable[[Collection[str]], None]]:
        """Return what can go wrong with the next post, by name."""
        faults: dict[str, Fault] = {
            "reply lost": lose, "hung up": hang_up, "garbage": garble, "empty": empty, "503": answer(503),
            "429": _too_many,
        }  # fmt: skip
        return {name: partial(self._once, fault) for name, fault in faults.items()}

    def _once(self, fault: Fault, _to: Collection[str]) -> None:
        self._server.fault(fault, "POST", POSTS, 1)

    def doubtful(self, words: str) -> frozenset[str]:  # noqa: ARG002 - as the other network
        """Return nobody: what became of a message is looked up in the end."""
        return frozenset()

    def copies(self, words: str) -> Counter[str]:
        """Return how often each address was told these words."""
        return Counter(
            self._receiver(str(status["visibility"]), words_of(status))
            for status in self._server.statuses()
            if words in words_of(status)
        )

    def _receiver(self, visibility: str, words: str) -> str:
        if visibility != "direct":
            return "timeline"
        return next(address for address, name in self._names.items() if f"@{name}" in words)

    def withheld(self, to: Collection[str], kill: Callable[[], None], meanwhile: Callable[[], None]) -> None:  # noqa: ARG002 - as the other network
        """Do what the next post asks for, and kill the bot before it hears of that."""
        withheld = _Withheld()
        with self._server.fault(withheld, "POST", POSTS, 1):
            _reached(withheld.reached, meanwhile)
            kill()
            withheld.gone.set()


class _Withheld:
    """Lets the server do it, and keeps its reply back until the bot is gone."""

    def __init__(self) -> None:
        self.reached, self.gone = threading.Event(), threading.Event()

    def __call__(self, way: Way) -> Reply:
        reply = way()
        self.reached.set()
        self.gone.wait(PATIENCE)
        return reply


def _reached(reached: threading.Event, meanwhile: Callable[[], None]) -> None:
    def looked() -> bool:
        meanwhile()
        return reached.is_set()

    eventually(looked, "a message is on its way")


def _too_many(way: Way) -> Reply | None:
    """Refuse for a second: a server that does not say for how long is left alone for minutes."""
    over = datetime.now(UTC) + timedelta(seconds=1)
    return answer(429, "Too many requests", X_RateLimit_Remaining="0", X_RateLimit_Reset=over.isoformat())(way)


@contextmanager
def on_telegram(size: int = 10, *, pays: bool = False) -> Iterator[OnTelegram]:
    """Return an emulator as a network, on which broadcasts of that size are paid for or not."""
    with TelegramServer.threaded() as server:
        yield OnTelegram(server, size, pays=pays)


@contextmanager
def on_mastodon() -> Iterator[OnMastodon]:
    """Return a server with Mastodon's API as a network."""
    with mastodon_server() as server:
        yield OnMastodon(server)

"""Who can be driven, and what can be seen: all that a scenario may use. README.md says what a server has to offer for it.

The world of the local emulator is a stage as it stands; `fakes.telegram.remote` is one over HTTP.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

PATIENCE = 65.0
"""Seconds after which waiting is in vain: of twenty-one messages to a group the last one waits for a minute."""


class Shown(Protocol):
    """A message as it stands in a chat, or as it stood when it was looked at."""

    @property
    def id(self) -> int:
        """Its number in the chat."""
        ...

    @property
    def text(self) -> str:
        """Its text or caption, without markup."""
        ...

    @property
    def labels(self) -> list[list[str]]:
        """What its buttons say, row by row."""
        ...

    @property
    def edits(self) -> int:
        """How many times it was edited."""
        ...

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        ...

    @property
    def dropped_entities(self) -> int:
        """How much of its markup Telegram left out without a word."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else of its markup was lost."""
        ...


class Word(Protocol):
    """What is shown to whoever presses a button."""

    @property
    def text(self) -> str:
        """The words; often none."""
        ...


class Pressed(Protocol):
    """A press of a button."""

    def wait(self) -> Word:
        """Wait until the bot has answered it."""
        ...


class Result(Protocol):
    """One result of an inline question."""

    @property
    def title(self) -> str:
        """Its title."""
        ...


class Asked(Protocol):
    """An inline question."""

    def wait(self) -> Sequence[Result]:
        """Wait until the bot has answered it."""
        ...


Wanted = str | Callable[[Shown], object] | None
"""Which message is waited for: a part of its text, a condition, or any."""


class Room(Protocol):
    """A chat: somebody's own with the bot, a group, a channel."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def messages(self) -> Sequence[Shown]:
        """What stands in it now, the newest last."""
        ...

    @property
    def from_bot(self) -> Sequence[Shown]:
        """What the bot wrote of it."""
        ...

    def wait_for(self, wanted: Wanted = None) -> Shown:
        """Wait until the bot has ever said something there that is wanted."""
        ...


class Topic(Protocol):
    """A topic of a group."""

    @property
    def messages(self) -> Sequence[Shown]:
        """What stands in it, the newest last."""
        ...

    def wait_for(self, wanted: Wanted = None) -> Shown:
        """Wait until the bot has ever said something in it that is wanted."""
        ...


class Guest(Protocol):
    """A person with an account."""

    @property
    def id(self) -> int:
        """The account's number."""
        ...

    @property
    def chat(self) -> Room:
        """The private chat with the bot."""
        ...

    def start(self, payload: str = "") -> Shown:
        """Press Start, perhaps after following a link with a payload."""
        ...

    def write(self, text: str) -> Shown:
        """Write to the bot in private."""
        ...

    def write_in(self, place: object, text: str) -> Shown:
        """Write in a group or in one of its topics."""
        ...

    def wait_for(self, place: object = None, wanted: Wanted = None) -> Shown:
        """Wait for an answer to this person's last act in a place; without a place it is the private chat."""
        ...

    def press(self, message: object, what: str, *, stale: bool = False) -> Pressed:
        """Press a button, found by its label or its data; `stale` means that Telegram no longer shows the message."""
        ...

    def send_data(self, message: object, data: str) -> Pressed:
        """Send callback data of one's own making."""
        ...

    def send_photo(self, content: bytes = b"", *, caption: str = "") -> Shown:
        """Send the bot a photo."""
        ...

    def send_document(
        self, content: bytes = b"", name: str = "", *, caption: str = "", size: int | None = None
    ) -> Shown:
        """Send the bot a file; with `size` (in bytes) it may be without content."""
        ...

    def forward(self, message: object) -> Shown:
        """Forward a message to the bot."""
        ...

    def edit(self, message: object, text: str) -> Shown:
        """Edit an own message."""
        ...

    def ask_inline(self, text: str) -> Asked:
        """Type `@bot text` in some chat."""
        ...

    def block(self) -> None:
        """Block the bot."""
        ...


class Group(Room, Protocol):
    """A group."""

    def promote(self, person: object, *, anonymous: bool = False) -> None:
        """Make somebody an administrator."""
        ...

    def topic(self, name: str) -> Topic:
        """Open a topic."""
        ...

    def migrate(self) -> "Group":
        """Turn a plain group into a supergroup with another number, and return that."""
        ...


class News(Room, Protocol):
    """A channel."""

    def promote(self, person: object, *, anonymous: bool = False) -> None:
        """Make somebody an administrator."""
        ...

    def post(self, text: str) -> Shown:
        """Post as an administrator."""
        ...


class Stage(Protocol):
    """Where a scenario plays."""

    def user(self, name: str, *, language: str = "fr") -> Guest:
        """Let there be a person."""
        ...

    def group(self, title: str, *, people: Iterable[object] = (), small: bool = False, bot: bool = False) -> Group:
        """Let there be a supergroup, or with `small` a plain group; the first of the people created it."""
        ...

    def channel(self, title: str, *, people: Iterable[object] = (), bot: bool = False, username: str = "") -> News:
        """Let there be a channel; with `bot` the bot is an administrator of it."""
        ...


class CommandLine(Protocol):
    """The command line of the installation whose bot is on the stage."""

    def run(self, *arguments: str) -> str:
        """Run a command that has to work, and return what it wrote."""
        ...

    def confirmed(self, which: str, *positions: str, quote: str = "") -> int:
        """Record an answer of a list and have it confirmed by another person; return its number."""
        ...

    def recorded(self, which: str, *positions: str, quote: str = "", amends: int | None = None) -> int:
        """Record an answer of a list, perhaps in the place of a waiting one; return its number."""
        ...

    def announced(self, quote: str, *positions: str) -> int:
        """Let a list that is new give an answer, and have that confirmed; return the entry's number."""
        ...

    def invited(self, name: str, *roles: str) -> str:
        """Add an organizer, and return what they have to press Start with."""
        ...

    def select(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Read the database behind the bot's back."""
        ...


@dataclass(frozen=True)
class Play:
    """All that a scenario is given: the stage, the installation, the bot's name, and the places that publish."""

    stage: Stage
    town: CommandLine
    bot: str
    organization: Group
    news: News

    def follower(self, name: str, language: str = "en") -> Guest:
        """Let there be a person who has pressed Start and was greeted."""
        person = self.stage.user(name, language=language)
        person.start()
        person.wait_for()
        return person

    def organizer(self, name: str, *roles: str) -> Guest:
        """Let there be an organizer who has followed the invitation."""
        person = self.stage.user(name, language="en")
        person.start(self.town.invited(name, *roles))
        person.wait_for("You have joined")
        return person

    def subscriber(self, name: str, what: str = "everything", language: str = "en") -> Guest:
        """Let there be a person who follows something."""
        person = self.stage.user(name, language=language)
        person.start()
        person.wait_for()
        person.write(f"/subscribe yes: {what}")
        person.wait_for("What you are told" if language == "en" else None)
        return person


def answer(person: Guest, text: str, wanted: Wanted = None) -> Shown:
    """Let somebody write to the bot in private, and return what it answers."""
    person.write(text)
    return person.wait_for(wanted)


def eventually(condition: Callable[[], object], what: str) -> None:
    """Look again and again until something is so that nobody tells of, such as what stands in a database."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"in vain: {what}"
        pause.wait(0.03)


SIDE_BY_SIDE = 4
"""How many scenarios play at once: each has people and places of its own."""


def play_all(scenarios: Iterable[Callable[[Play], None]], play: Play) -> None:
    """Play scenarios side by side, as people do; every one that fails is told, under its name."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        played = [(scenario.__name__, pool.submit(scenario, play)) for scenario in scenarios]
    failed = [(name, error) for name, future in played if (error := future.exception()) is not None]
    for name, error in failed:
        error.add_note(f"in the scenario {name}")
    if failed:
        raise BaseExceptionGroup(
            "scenarios failed: " + ", ".join(name for name, _error in failed), [e for _, e in failed]
        )

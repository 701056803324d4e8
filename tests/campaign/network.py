"""Networks that take what they are given, fail as they like, and remember everything: the transcript."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from campaign.deaths import Reaper
from pledgebot.channels.base import Outgoing
from pledgebot.clock import MovedClock
from pledgebot.domain.delivery import (
    Action,
    Gone,
    Moved,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    Uncertain,
)
from pledgebot.domain.events import EventKind
from pledgebot.messages.render import plain


class Outcome(StrEnum):
    """What a network did with a message."""

    TOOK = "took"
    TOOK_SILENTLY = "took silently"
    LOST_SILENTLY = "lost silently"
    REFUSED = "refused"
    FOUND = "found"


STANDS = frozenset({Outcome.TOOK, Outcome.TOOK_SILENTLY})
"""Then the message is read at its place."""
COUNTS = STANDS | {Outcome.LOST_SILENTLY}
"""Then nobody may send it again: a doubt counts as sent."""


@dataclass(frozen=True)
class Told:
    """One event that a message tells, as the database had it when the message left."""

    delivery: int
    event: int
    kind: EventKind
    answer: int | None


@dataclass(frozen=True)
class Line:
    """One line of the transcript: what left for which place, and when."""

    at: datetime
    channel: str
    address: str
    action: Action
    text: str
    told: tuple[Told, ...]
    outcome: Outcome
    repeated: bool = False

    @property
    def events(self) -> tuple[int, ...]:
        """The events that it tells."""
        return tuple(one.event for one in self.told)

    def __str__(self) -> str:
        """Return the line as a person reads it in a failure."""
        what = ", ".join(f"{one.kind}#{one.event}" for one in self.told)
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.channel} {self.address} {self.action} [{what}] {self.outcome}"


@dataclass
class Transcript:
    """Everything that left, in its order; `homes` leads from the address of a place to the one at which it began."""

    lines: list[Line] = field(default_factory=list)
    homes: dict[str, str] = field(default_factory=dict)

    def home(self, address: str) -> str:
        """Return the address under which a place was known first."""
        return self.homes.get(address, address)


@dataclass
class Network:
    """A medium that fails now and then, as its dice say. With `looks` it finds what it took before.

    `tells` reads which events a delivery tells. The `reaper` may kill the worker before or after a message was taken.
    """

    name: str
    clock: MovedClock
    transcript: Transcript
    dice: Random
    tells: Callable[[int], tuple[Told, ...]]
    reaper: Reaper
    looks: bool = False
    edits: bool = True
    steady: frozenset[str] = frozenset()
    """Addresses of places that are never gone and never move."""
    borders: tuple[datetime, ...] = ()
    """When a silence begins: shortly before, time goes by until then while it is waited whose turn it is."""

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:  # noqa: ARG002 - the dice do not look whose turn it is
        """Return zero; at times that the place has to wait a little. Meanwhile a second may go by."""
        near = [border for border in self.borders if timedelta(0) < border - self.clock.now() <= timedelta(seconds=3)]
        if near:
            self.clock.move(to=near[0])
        elif self.dice.random() < 0.3:
            self.clock.move(by=timedelta(seconds=1))
        return timedelta(seconds=1) if self.dice.random() < 0.01 else timedelta(0)

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Let go what need not wait."""
        return not self.ready_in(address, paid=paid)

    def leave(self) -> None:
        """Do nothing: nothing was counted."""

    def at_once(self, latency: timedelta, *, paid: bool = False) -> int:  # noqa: ARG002 - one death leaves one doubt
        """Return one."""
        return 1

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Take a message, or fail."""
        if self.looks and outgoing.repeated and self._stands(outgoing):
            self._note(outgoing, Outcome.FOUND)
            return Receipt(f"{self.name}-{outgoing.delivery}")
        self.reaper.may_strike("before the send")
        self._fail(outgoing)
        self._note(outgoing, Outcome.TOOK)
        self.reaper.may_strike("after the send")
        return Receipt(f"{self.name}-{outgoing.delivery}")

    def _fail(self, outgoing: Outgoing) -> None:
        fate = self.dice.random()
        steady = outgoing.address in self.steady
        if fate < 0.03:
            self._note(outgoing, Outcome.REFUSED)
            wait = self.dice.choice([None, timedelta(minutes=3), timedelta(hours=2)])
            raise TemporaryFailure("busy", wait)
        if fate < 0.04:
            self._note(outgoing, self.dice.choice([Outcome.TOOK_SILENTLY, Outcome.LOST_SILENTLY]))
            raise self.dice.choice([Uncertain("no reply"), RuntimeError("the library broke"), TimeoutError()])
        if fate < 0.045:
            self._note(outgoing, Outcome.REFUSED)
            raise PermanentFailure("too ugly")
        if fate < 0.047 and not steady:
            self._note(outgoing, Outcome.REFUSED)
            raise Gone("blocked")
        if fate < 0.055 and not steady and outgoing.address.startswith("-"):
            self._note(outgoing, Outcome.REFUSED)
            raise Moved(self._moved(outgoing.address))

    def _moved(self, address: str) -> str:
        home = self.transcript.home(address)
        new = f"{home}9{sum(1 for other in self.transcript.homes.values() if other == home)}"
        self.transcript.homes[new] = home
        return new

    def _stands(self, outgoing: Outgoing) -> bool:
        text = plain(outgoing.message)
        return any(
            line.outcome in STANDS
            and (line.address, line.action, line.text) == (outgoing.address, outgoing.action, text)
            for line in self.transcript.lines
        )

    def _note(self, outgoing: Outgoing, outcome: Outcome) -> None:
        self.transcript.lines.append(
            Line(
                self.clock.now(),
                self.name,
                outgoing.address,
                outgoing.action,
                plain(outgoing.message),
                self.tells(outgoing.delivery),
                outcome,
                outgoing.repeated,
            )
        )

"""What the dispatcher asks of the database and keeps in order there: who may be spoken to, what is due, what is fanned out."""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from pledgebot.channels.base import Channel
from pledgebot.clock import Clock, ClockWatch
from pledgebot.domain.audience import Audience
from pledgebot.domain.election import Hush
from pledgebot.services import brake_checks, doubts, fan_out
from pledgebot.services.due import Due, due_deliveries, put_off
from pledgebot.services.gate import UNKNOWN, Calendar, Gate, SilencePolicy, gate_at, gate_of, may_go, read_calendar
from pledgebot.services.stopped import is_news, keep_stopped
from pledgebot.store.engine import Database, Session

R = TypeVar("R")


class Cross(Protocol):
    """Does something that waits for the database, outside the event loop."""

    async def __call__(self, work: Callable[[], R], /) -> R:
        """Return what the work returns."""
        ...


_MOST_ROUNDS = 1000
"""After so many steps of the fan-out it is sent before it goes on."""
_HOUSE_SECONDS = 5.0
"""So often the house is kept, however many passes there are."""


@dataclass
class House:
    """What the dispatchers of one process share.

    Events are fanned out one after the other, so that each place hears of them in their order. `under_way` are the deliveries
    that are claimed here and not settled yet.
    """

    fanning: asyncio.Lock = field(default_factory=asyncio.Lock)
    under_way: set[int] = field(default_factory=set)
    kept_at: float = -math.inf


@dataclass
class Desk:
    """The database's side of a pass. `channels` are the media that are open, `editable` those where messages can be changed."""

    database: Database
    clock: Clock
    cross: Cross
    silence: SilencePolicy
    watch: ClockWatch
    channels: Mapping[str, Channel]
    editable: frozenset[str]
    house: House

    def __post_init__(self) -> None:
        """Begin without a calendar."""
        self._calendar = UNKNOWN
        self._free: tuple[Calendar, datetime, datetime] | None = None

    async def look_at_gate(self) -> Hush:
        """Return why nothing may be said to the public, and let organizers know where they have to do something about it."""
        return await self.cross(self._look_at_gate)

    async def keep_house(self, *, at_once: bool = False) -> None:
        """See to doubts, to stale claims and to what has lost its meaning: every few seconds, or at once."""
        now = asyncio.get_running_loop().time()
        if at_once or self.house.kept_at + _HOUSE_SECONDS <= now:
            self.house.kept_at = now
            await self.cross(self._keep_house)

    async def look_at_refusals(self) -> None:
        """See whether a medium has to be stopped, because places were ended."""
        await self.cross(self._check_brakes)

    async def fan_out(self) -> int:
        """Write the deliveries of what was published, and return how many.

        Of what goes to very many only some are written, so that those go out before the rest; but what puts something right
        has to reach its places before the error goes to the next ones.
        """
        written = rounds = 0
        async with self.house.fanning:
            while rounds < _MOST_ROUNDS and await self.cross(self._events_open):
                reached = await self.cross(self._fan_out_batch)
                written, rounds = written + reached, rounds + 1
                if reached >= fan_out.FAN_OUT_BATCH and not await self.cross(self._urgent):
                    break
        return written

    async def candidates(self, channel: str, passed_over: frozenset[int], most: int) -> tuple[Due, ...]:
        """Return what may be sent now on a medium, so much at most.

        What would fall into the quiet hours of a place is put off until they end.
        """
        return await self.cross(partial(self._candidates, channel, passed_over, most))

    def may_leave(self, due: Due) -> bool | None:
        """Tell whether a message may be sent in this moment; None where only the database knows."""
        now = self.clock.now()
        if due.expires_at is not None and due.expires_at <= now:
            return False
        if due.audience is Audience.ORGANIZERS:
            return True
        return True if not self._clock_off and self._is_free(now) else None

    async def asks_whether_may_leave(self, due: Due) -> bool:
        """Tell, by the database, whether a message may be sent in this moment."""
        return await self.cross(partial(self._may_go, due))

    def _is_free(self, now: datetime) -> bool:
        """Tell whether everybody may be spoken to. It is asked for each message: worked out again when it may have changed."""
        calendar, known = self._calendar, self._free
        if known is not None and known[0] is calendar and known[1] <= now < known[2]:
            return True
        until = calendar.free_until(now, self.silence)
        self._free = (calendar, now, until) if until is not None else None
        return until is not None

    @property
    def _clock_off(self) -> bool:
        return self.watch.off is not None

    def _keep_house(self) -> None:
        looking = [name for name, channel in self.channels.items() if channel.looks]
        with self.database.begin() as session:
            doubts.doubt_stale_claims(session, self.clock.now(), self.house.under_way)
            doubts.look_into_doubts(session, looking, self.clock.now())
            doubts.cancel_expired(session, self.clock.now())
            brake_checks.check_brakes(session, self.clock.now())

    def _check_brakes(self) -> None:
        with self.database.begin() as session:
            brake_checks.check_brakes(session, self.clock.now())

    def _events_open(self) -> bool:
        with self.database.read() as session:
            return fan_out.open_events(session, self.clock.now(), self._gate(session))

    def _urgent(self) -> bool:
        with self.database.read() as session:
            return fan_out.urgent(session, self.clock.now(), self._gate(session))

    def _fan_out_batch(self) -> int:
        with self.database.read() as session:
            gate = self._gate(session)
        with self.database.begin() as session:
            return fan_out.fan_out(session, self.clock.now(), gate=gate, editable=self.editable)

    def _gate(self, session: Session) -> Gate:
        return gate_at(session, self.clock.now(), self.silence, clock_off=self._clock_off)

    def _look_at_gate(self) -> Hush:
        now = self.clock.now()
        with self.database.read() as session:
            hush = self._gate(session).hush
            news = is_news(session, hush, now)
        if news:
            with self.database.begin() as session:
                keep_stopped(session, hush, now, self.watch.off)
        return hush

    def _may_go(self, due: Due) -> bool:
        with self.database.read() as session:
            return may_go(session, self._gate(session), due.delivery)

    def _candidates(self, channel: str, passed_over: frozenset[int], most: int) -> tuple[Due, ...]:
        while True:
            with self.database.read() as session:
                self._calendar = read_calendar(session)
                now = self.clock.now()
                gate = gate_of(session, self._calendar, now, self.silence, clock_off=self._clock_off)
                found = due_deliveries(session, now, most, channels=(channel,), gate=gate, passed_over=passed_over)
            quiet = [(due.deliveries, due.quiet_until) for due in found if due.quiet_until is not None]
            if not quiet:
                return found
            with self.database.begin() as session:
                for deliveries, until in quiet:
                    put_off(session, deliveries, until)

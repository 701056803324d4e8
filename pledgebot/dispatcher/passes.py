"""One pass over everything that is due, on every medium that is open."""

import asyncio
import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from pledgebot.channels.base import SEND_TIMEOUT, Channel
from pledgebot.clock import Clock, ClockWatch
from pledgebot.dispatcher.books import Books
from pledgebot.dispatcher.desk import Desk, House
from pledgebot.dispatcher.road import Road
from pledgebot.dispatcher.tally import Pass
from pledgebot.dispatcher.words import Wordings
from pledgebot.domain.policy import Attach
from pledgebot.domain.tallies import Tallies
from pledgebot.services.gate import SilencePolicy
from pledgebot.store.engine import Database

R = TypeVar("R")


def _for_ever() -> float:
    return math.inf


@dataclass
class Dispatcher:
    """Carries what is due to where it belongs. `token` is the lease under which it claims.

    `watch` knows whether the clock is right.
    `board_url` is the public page with the whole table, to which announcements lead, `attach` with which of
    them a picture goes. `may_go` says whether this worker may
    begin a message: it is asked before anything is claimed, and before it leaves; `lease_left` for how many seconds it holds
    the lease. `channels` are those that it sends on, `editable` all those of the installation where a message can be changed
    (None: those of the former that can). Dispatchers of one process share a `house`. `patience` is how long a pass waits for
    the pace. `tallies` counts what became of each message.
    """

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    executor: Executor
    silence: SilencePolicy = field(default_factory=SilencePolicy)
    watch: ClockWatch = field(default_factory=ClockWatch)
    token: int = 1
    send_timeout: timedelta = SEND_TIMEOUT
    board_url: str | None = None
    attach: Attach = Attach.NONE
    may_go: Callable[[], bool] = lambda: True
    lease_left: Callable[[], float] = _for_ever
    editable: frozenset[str] | None = None
    house: House = field(default_factory=House)
    patience: timedelta = timedelta(0)
    tallies: Tallies = field(default_factory=Tallies)

    async def pass_once(self) -> Pass:
        """Fan out what was published, and send everything that may go now; return what was done.

        A pass ends when nothing is left that may go, or that may within its patience.
        """
        desk = self._desk()
        held = await desk.look_at_gate()
        await desk.keep_house()
        fanned_out = 0 if self.channels else await desk.fan_out()
        wordings = Wordings(self.board_url, self.attach)
        counts: dict[str, int] = {}
        for channel in self.channels.values():
            tell = partial(self.tallies.sent, channel.name)
            books = Books(self.database, self.clock, self.executor, self.token, self.house.under_way, tell)
            road = Road(
                channel=channel,
                desk=desk,
                books=books,
                wordings=wordings,
                clock=self.clock,
                timeout=self.send_timeout,
                patience=self.patience,
                may_go=self.may_go,
                lease_left=self.lease_left,
            )
            await road.go()
            fanned_out += road.fanned_out
            for outcome, count in books.counts.items():
                counts[outcome] = counts.get(outcome, 0) + count
        if counts.get("uncertain"):
            await desk.keep_house(at_once=True)
        return Pass(fanned_out=fanned_out, held=held, **counts)

    def _desk(self) -> Desk:
        editable = self.editable
        if editable is None:
            editable = frozenset(name for name, channel in self.channels.items() if channel.edits)
        return Desk(
            database=self.database,
            clock=self.clock,
            cross=self._cross,
            silence=self.silence,
            watch=self.watch,
            channels=self.channels,
            editable=editable,
            house=self.house,
        )

    async def _cross(self, work: Callable[[], R], /) -> R:
        """Do something that waits for the database, outside the event loop: the one place where the two worlds meet."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)

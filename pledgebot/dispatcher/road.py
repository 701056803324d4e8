"""The road to one medium: what may go now is taken, worded, claimed, sent side by side, and settled as its receipts come."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pledgebot.channels.base import Channel, Outgoing
from pledgebot.clock import Clock
from pledgebot.dispatcher.books import Books, Claiming
from pledgebot.dispatcher.desk import Desk
from pledgebot.dispatcher.launcher import AHEAD, AHEAD_PAID, LOST, Claimed, Launcher
from pledgebot.dispatcher.outcomes import Settlement, after, arrived, in_doubt
from pledgebot.dispatcher.words import Wording, Wordings
from pledgebot.domain.errors import Unusable
from pledgebot.domain.events import REMINDERS
from pledgebot.services.claims import Worded
from pledgebot.services.due import Due

CLAIMED_TOGETHER = 25
"""So many at most are claimed by one transaction: what a paid broadcast may send in as many milliseconds."""
_MOST_PASSED_OVER = 500
"""After so many places to which nothing can go now, the others wait for the next pass too."""
_FRESH_SECONDS = 1.0
"""After so long it is looked again at what is to be sent first."""
_LOOKED_AT = (40, 300)
"""So many deliveries are looked at together, at least and at most: twice as many as went since the last look."""
_SOON = timedelta(seconds=0.1)
"""Nothing is claimed ahead of what is not to leave as soon as this."""
_LOOK_SECONDS = 0.5
"""So often it is seen whether the lease still holds, and so long at most it is waited for receipts."""


@dataclass
class Road:
    """One pass on one medium. `patience` is how long it waits for the pace instead of ending.

    `may_go` says whether a message may be begun, `lease_left` for how many seconds the lease holds: at its end whatever is
    under way is cut off, and in doubt.
    """

    channel: Channel
    desk: Desk
    books: Books
    wordings: Wordings
    clock: Clock
    timeout: timedelta
    patience: timedelta
    may_go: Callable[[], bool]
    lease_left: Callable[[], float]

    def __post_init__(self) -> None:
        """Begin with nothing in hand."""
        self._waiting: deque[Due] = deque()
        self._looked = 0.0
        self._begun = 0
        self._aside: dict[int, float] = {}
        self._moved: set[int] = set()
        self._flights: set[asyncio.Task[None]] = set()
        self._cut = False
        self._now: Callable[[], float] = time.monotonic
        self._claiming: Claiming | None = None
        self._asked: list[Claimed] = []
        self._launcher = Launcher(self.channel, self.desk, self.books, self.may_go, self._launch, self._put_aside)
        self.fanned_out = 0

    async def go(self) -> None:
        """Send everything that may go, until nothing is left or what is left has to wait for too long.

        Raises `Unusable` when the database is away, once what was under way is settled all the same.
        """
        self._now = asyncio.get_running_loop().time
        watch = asyncio.create_task(self._watch_lease())
        try:
            away = await self._send_on()
            while self.books.open:
                try:
                    await self._receipts()
                except Unusable as error:
                    away = away or error
            if away is not None:
                raise away
        finally:
            watch.cancel()
            for flight in self._flights:
                flight.cancel()
            await self._launcher.close()
            await asyncio.gather(*self._flights, return_exceptions=True)
            await self.books.close()

    async def _send_on(self) -> Unusable | None:
        """Do one thing after the other; return why nothing more can be begun, if the database is away."""
        try:
            while self.may_go() and await self._step():
                self._check()
        except Unusable as error:
            return error
        return None

    async def _watch_lease(self) -> None:
        """Cut off whatever is under way when the lease ends, whatever else is waited for meanwhile."""
        while self.lease_left() > 0:  # noqa: ASYNC110 - nobody tells that a lease ends: it is not renewed
            await asyncio.sleep(_LOOK_SECONDS)
        self._cut = True
        for flight in self._flights:
            flight.cancel()

    async def _step(self) -> bool:
        """Do the next thing; False when there is nothing more to do."""
        now = self._now()
        if self.books.places_changed or self._looked + _FRESH_SECONDS < now:
            # They were read with the addresses of before, or are no longer what is to be sent first.
            self._waiting.clear()
            if self.books.places_changed:
                self.books.places_changed = False
                await self.desk.look_at_refusals()
        under_way = bool(self.books.open)
        if not self._waiting and not await self._look():
            # What was under way when it was looked may be settled by now, and let others go.
            return (under_way and not self.books.open) or await self._wait_for_places()
        return await self._go_ahead()

    async def _look(self) -> bool:
        """Look at what may go now, after what was published is fanned out; tell whether there is something."""
        self.fanned_out += await self._prepared()
        self._aside = {place: until for place, until in self._aside.items() if until > self._now()}
        if len(self._aside) < _MOST_PASSED_OVER:
            least, most = _LOOKED_AT
            some = min(max(least, 2 * self._begun), most)
            found = await self.desk.candidates(self.channel.name, frozenset(self._aside), some)
            self._waiting.extend(due for due in found if due.delivery not in self.books.open)
        self._looked, self._begun = self._now(), 0
        return bool(self._waiting)

    async def _prepared(self) -> int:
        await self.desk.keep_house()
        return await self.desk.fan_out()

    async def _wait_for_places(self) -> bool:
        """Wait until a place may be written to again, where that is soon: after its receipt, or when its own pace lets it."""
        if self.books.open:
            await self._receipts()
            return True
        if not self._aside:
            return False
        return await self._pause(timedelta(seconds=max(0.0, min(self._aside.values()) - self._now())))

    async def _pause(self, wait: timedelta) -> bool:
        if wait > self.patience:
            return False
        self.books.be_eager(eager=False)
        await asyncio.sleep(min(wait.total_seconds(), _LOOK_SECONDS))
        return True

    async def _go_ahead(self) -> bool:
        """Claim what leaves next a moment ahead; each leaves in its turn."""
        if self._claiming is not None and self._claiming.is_written:
            await self._collect()
        head = self._waiting[0]
        if (wait := self.channel.ready_in(paid=head.paid)) > _SOON:
            return await self._pause(wait)
        ahead = AHEAD_PAID if head.paid else AHEAD
        width = self._width(head)
        room = min(width - len(self.books.open), ahead - self._launcher.waiting, CLAIMED_TOGETHER)
        if self._claiming is not None or room < max(1, min(width, ahead, CLAIMED_TOGETHER, len(self._waiting)) / 2):
            await self._wait_for_room()
        elif taken := self._next(room, wait):
            self._begin(taken)
        return True

    async def _wait_for_room(self) -> None:
        if self._launcher.waiting:
            self.books.be_eager(eager=False)
            await self._launcher.one_left()
            self._check()
        else:
            await self._receipts()

    def _next(self, most: int, wait: timedelta) -> list[Due]:
        """Return what leaves next, at the pace of the first, when that lets it go after a wait."""
        taken: list[Due] = []
        paid = self._waiting[0].paid
        while self._waiting and len(taken) < most and self._waiting[0].paid is paid:
            due = self._waiting.popleft()
            if (longer := self.channel.ready_in(due.address, paid=due.paid)) > wait:
                self._put_aside(due, longer)
            else:
                taken.append(due)
        return taken

    def _begin(self, taken: Sequence[Due]) -> None:
        """Begin to claim some; meanwhile what was claimed before goes on leaving."""
        self._begun += len(taken)
        self._asked = []
        for due in taken:
            wording = self.wordings.of(due)
            self._asked.append((due, wording, Worded.of(due, wording.words)))
        self._claiming = self.books.begin_claim([worded for _due, _wording, worded in self._asked])

    async def _collect(self) -> None:
        """Let what is claimed wait for its turn; wait until it is."""
        claiming, self._claiming = self._claiming, None
        if claiming is None:
            return
        ours = await self.books.claimed(claiming)
        for due, _wording, _worded in self._asked:
            if due.delivery not in ours:
                self._put_aside(due, LOST)
        await self._launcher.add([asked for asked in self._asked if asked[0].delivery in ours])

    def _width(self, due: Due) -> int:
        return self.channel.at_once(timedelta(seconds=self.books.latency), paid=due.paid)

    def _launch(self, due: Due, wording: Wording) -> None:
        flight = asyncio.create_task(self._fly(due, wording))
        self._flights.add(flight)
        flight.add_done_callback(self._landed)

    async def _fly(self, due: Due, wording: Wording) -> None:
        self.channel.leave()
        began = self._now()
        settlement = await self._sent(due, self._outgoing(due, wording))
        if settlement.outcome == "moved":
            # A place that moves on and on waits a while.
            if due.delivery in self._moved:
                self._put_aside(due, self.timeout)
            self._moved.add(due.delivery)
        self.books.settle(settlement, self._now() - began)

    async def _sent(self, due: Due, outgoing: Outgoing) -> Settlement:
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                receipt = await self.channel.send(outgoing)
        except asyncio.CancelledError:
            if not self._cut:
                raise
            return in_doubt(due, "the worker lost its lease while it was sending")
        except Exception as error:  # noqa: BLE001 - whatever a medium's library throws, the message may have left
            return after(error, due, self.clock.now())
        return arrived(due, receipt, self.clock.now())

    @staticmethod
    def _outgoing(due: Due, wording: Wording) -> Outgoing:
        return Outgoing(
            due.delivery,
            due.address,
            due.thread,
            wording.message,
            due.action,
            due.acts_on,
            repeated=due.attempts > 0,
            since=due.since,
            reminder=due.kind in REMINDERS,
            admitted=True,
            paid=due.paid,
        )

    def _landed(self, flight: asyncio.Task[None]) -> None:
        if not flight.cancelled() and flight.exception() is None:
            self._flights.discard(flight)
        self.books.changed.set()

    async def _receipts(self) -> None:
        """Wait until something is settled, for a while; what is being claimed comes first."""
        if self._claiming is not None:
            await self._collect()
            return
        self.books.changed.clear()
        self.books.be_eager(eager=True)
        self._check()
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self.books.changed.wait()
        except TimeoutError:
            pass
        self._check()

    def _check(self) -> None:
        """Raise what ended a flight or the books, if it was no error that can be lived with."""
        for flight in [one for one in self._flights if one.done()]:
            flight.result()
        self.books.check()
        self._launcher.check()

    def _put_aside(self, due: Due, wait: timedelta) -> None:
        self._aside[due.place] = self._now() + wait.total_seconds()

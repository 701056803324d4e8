"""The road to one medium: what may go now is taken, worded, claimed, sent side by side, and settled as its receipts come."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pledgebot.channels.base import Channel, Outgoing
from pledgebot.clock import Clock
from pledgebot.dispatcher.books import Books
from pledgebot.dispatcher.desk import Desk
from pledgebot.dispatcher.launcher import Claimed, Launcher
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
_LOST_SECONDS = 1.0
"""So long a place is passed over where a delivery was not ours to send after all."""
_LOOKED_AT = (40, 300)
"""So many deliveries are looked at together, at least and at most: twice as many as went since the last look."""
_SOON = timedelta(seconds=0.1)
"""Nothing is claimed ahead of what is not to leave as soon as this."""
_AHEAD_SECONDS = 0.005
"""So often it is seen whether more can be claimed ahead."""
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
        self._launcher = Launcher(self.channel, self.desk, self.books, self.may_go, self._launch, self._put_aside)
        self.fanned_out = 0

    async def go(self) -> None:
        """Send everything that may go, until nothing is left or what is left has to wait for too long.

        Raises `Unusable` when the database is away, once what was under way is settled all the same.
        """
        watch = asyncio.create_task(self._watch_lease())
        try:
            away = await self._send_on()
            while self.books.open:
                await self._receipts()
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
        if self._waiting[0].paid and self.desk.may_leave(self._waiting[0]):
            return await self._go_ahead()
        taken, wait = self._take()
        if taken:
            await self._send_all(taken)
            return True
        if not self._waiting:
            return True
        if not wait:
            await self._receipts()
            return True
        return await self._pause(wait)

    async def _look(self) -> bool:
        """Look at what may go now, after what was published is fanned out; tell whether there is something."""
        self.fanned_out += await self._prepared()
        self._aside = {place: until for place, until in self._aside.items() if until > self._now()}
        if len(self._aside) < _MOST_PASSED_OVER:
            least, most = _LOOKED_AT
            some = min(max(least, 2 * self._begun), most)
            self._waiting.extend(await self.desk.candidates(self.channel.name, frozenset(self._aside), some))
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

    def _take(self) -> tuple[list[Due], timedelta]:
        """Return what may be begun now; where the pace lets nobody go, how long until it does."""
        taken: list[Due] = []
        while self._waiting and len(taken) < CLAIMED_TOGETHER:
            due = self._waiting[0]
            if len(self.books.open) + len(taken) >= self._width(due):
                break
            if self.channel.take(due.address, paid=due.paid):
                taken.append(self._waiting.popleft())
                continue
            if wait := self.channel.ready_in(paid=due.paid):
                return taken, wait
            self._put_aside(self._waiting.popleft(), self.channel.ready_in(due.address, paid=due.paid))
        return taken, timedelta(0)

    async def _go_ahead(self) -> bool:
        """Claim some of a broadcast that is paid for a moment ahead; each leaves in its turn."""
        head = self._waiting[0]
        if (wait := self.channel.ready_in(paid=True)) > _SOON:
            return await self._pause(wait)
        room = min(self._width(head) - len(self.books.open), self._launcher.room, CLAIMED_TOGETHER)
        if room < min(CLAIMED_TOGETHER, len(self._waiting)) / 2:
            self.books.be_eager(eager=False)
            await asyncio.sleep(_AHEAD_SECONDS)
            self._check()
            return True
        taken = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        claimed, lost = await self._claimed(taken)
        for due in lost:
            self._put_aside(due, timedelta(seconds=_LOST_SECONDS))
        self._launcher.add(claimed)
        return True

    async def _claimed(self, taken: Sequence[Due]) -> tuple[list[Claimed], list[Due]]:
        """Claim, and return what is ours with its words, and what is not."""
        self._begun += len(taken)
        wordings = {due.delivery: self.wordings.of(due) for due in taken}
        worded = {due.delivery: Worded.of(due, wordings[due.delivery].words) for due in taken}
        ours = await self.books.claim(list(worded.values()))
        claimed = [(due, wordings[due.delivery], worded[due.delivery]) for due in taken if due.delivery in ours]
        return claimed, [due for due in taken if due.delivery not in ours]

    def _width(self, due: Due) -> int:
        return self.channel.at_once(timedelta(seconds=self.books.latency), paid=due.paid)

    async def _send_all(self, taken: Sequence[Due]) -> None:
        """Claim what was taken, and send what is ours."""
        claimed, lost = await self._claimed(taken)
        self.channel.leave()
        unsent: list[Worded] = []
        for due, wording, worded in claimed:
            if await self._may_leave(due):
                self._launch(due, wording)
            else:
                unsent.append(worded)
                lost.append(due)
        for due in lost:
            self._put_aside(due, timedelta(seconds=_LOST_SECONDS))
        # What may leave in this moment leaves in this moment, before anything else is done.
        await asyncio.sleep(0)
        if unsent:
            # The silence began between choosing and sending, or it has lost its meaning: nothing leaves any more.
            await self.books.release(unsent)

    async def _may_leave(self, due: Due) -> bool:
        known = self.desk.may_leave(due)
        allowed = await self.desk.asks_whether_may_leave(due) if known is None else known
        return allowed and self.may_go()

    def _launch(self, due: Due, wording: Wording) -> None:
        flight = asyncio.create_task(self._fly(due, wording))
        self._flights.add(flight)
        flight.add_done_callback(self._landed)

    async def _fly(self, due: Due, wording: Wording) -> None:
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
        """Wait until something is settled, for a while."""
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

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

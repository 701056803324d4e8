"""What is claimed a moment ahead leaves one after the other, each in its turn.

A message that left when its claim is written would leave whenever the disk was done, and what comes late once comes late for
ever: a window that slides forgets nothing. In a broadcast that is paid for claims are made together, some hundredths of a second
before their turn: a crowd that leaves at once is a crowd at the server too. Each is taken from the pace when it leaves.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from pledgebot.channels.base import Channel
from pledgebot.dispatcher.books import Books
from pledgebot.dispatcher.desk import Desk
from pledgebot.dispatcher.words import Wording
from pledgebot.domain.errors import Unusable
from pledgebot.services.claims import Worded
from pledgebot.services.due import Due

AHEAD, AHEAD_PAID = 2, 50
"""So many at most are claimed and wait for their turn; and of what is paid for."""
LOST = timedelta(seconds=1)
"""So long a place is passed over where a delivery was not ours to send after all."""
_BREATH = 0.0035
"""So many seconds at least are between two looks at what is paid for: a few leave together, at half of the cost."""
_LONGEST = timedelta(seconds=2)
"""Who would have to wait for longer is given back."""

Claimed = tuple[Due, Wording, Worded]


class Launcher:
    """Lets claimed messages leave in their turn, by `launch`; `may_go` says whether a message may be begun.

    `put_aside` is told to which place nothing can go for a while.
    """

    def __init__(
        self,
        channel: Channel,
        desk: Desk,
        books: Books,
        may_go: Callable[[], bool],
        launch: Callable[[Due, Wording], None],
        put_aside: Callable[[Due, timedelta], None],
    ) -> None:
        self._channel = channel
        self._desk = desk
        self._books = books
        self._may_go = may_go
        self._launch = launch
        self._put_aside = put_aside
        self._queue: deque[Claimed] = deque()
        self._left = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._queue)

    async def one_left(self) -> None:
        """Wait until fewer wait, or until it ended."""
        if self._task is not None and not self._task.done():
            self._left.clear()
            await self._left.wait()

    async def add(self, claimed: Sequence[Claimed]) -> None:
        """Let these leave after those that wait already."""
        self._queue.extend(claimed)
        if self._task is None or self._task.done():
            self.check()
            self._task = asyncio.create_task(self._let_leave())
            # What may leave in this moment leaves in this moment, before anything else is done: its turn, and its flight.
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    def check(self) -> None:
        """Raise what ended it, if it was no error that can be lived with."""
        if self._task is not None and self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Let nobody leave any more; what is claimed will be a doubt."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _let_leave(self) -> None:
        try:
            while self._queue:
                await self._next()
        finally:
            self._left.set()

    async def _next(self) -> None:
        """Let the first leave, wait for its turn, or give it back."""
        due, wording, _worded = self._queue[0]
        try:
            may_leave = self._may_go() and await self._may_leave(due)
        except Unusable:
            # Nobody knows: the road meets the same when it looks again.
            await self._give_all_back()
            return
        if not self._may_go():
            await self._give_all_back()
        elif not may_leave:
            # The silence began between choosing and sending, or it has lost its meaning.
            await self._give_back(LOST)
        elif self._channel.take(due.address, paid=due.paid):
            self._queue.popleft()
            self._launch(due, wording)
            self._left.set()
        elif wait := self._channel.ready_in(paid=due.paid):
            least = _BREATH if due.paid else 0.0
            await (self._give_all_back() if wait > _LONGEST else asyncio.sleep(max(wait.total_seconds(), least)))
        else:
            # Only this place has to wait.
            await self._give_back(self._channel.ready_in(due.address, paid=due.paid))

    async def _may_leave(self, due: Due) -> bool:
        known = self._desk.may_leave(due)
        return known if known is not None else await self._desk.asks_whether_may_leave(due)

    async def _give_back(self, wait: timedelta) -> None:
        """Give the first back: nothing goes to its place for a while."""
        due, _wording, worded = self._queue.popleft()
        self._put_aside(due, wait)
        await self._books.release([worded])
        self._left.set()

    async def _give_all_back(self) -> None:
        """Give all claims back of which nothing has left: nobody may be told any more, or only much later."""
        unsent = [worded for _due, _wording, worded in self._queue]
        self._queue.clear()
        await self._books.release(unsent)

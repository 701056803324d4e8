"""What is claimed a moment ahead leaves one after the other: a crowd that leaves at once is a crowd at the server too.

At a thousand messages a second the claims are made together, some hundredths of a second before their turn, while those before
them still leave. Each is taken from the pace when it leaves.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from pledgebot.channels.base import Channel
from pledgebot.dispatcher.books import Books
from pledgebot.dispatcher.desk import Desk
from pledgebot.dispatcher.words import Wording
from pledgebot.services.claims import Worded
from pledgebot.services.due import Due

AHEAD = 50
"""So many at most are claimed and wait for their turn."""
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
        self._task: asyncio.Task[None] | None = None

    @property
    def room(self) -> int:
        """How many more may be claimed now."""
        return AHEAD - len(self._queue)

    def add(self, claimed: Sequence[Claimed]) -> None:
        """Let these leave after those that wait already."""
        self._queue.extend(claimed)
        if self._task is None or self._task.done():
            self.check()
            self._task = asyncio.create_task(self._let_leave())

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
        while self._queue:
            due, wording, worded = self._queue[0]
            if not self._may_go() or not self._desk.may_leave(due):
                await self._give_back()
            elif self._channel.take(due.address, paid=due.paid):
                self._queue.popleft()
                self._launch(due, wording)
                self._channel.leave()
            elif wait := self._channel.ready_in(paid=due.paid):
                await (self._give_back() if wait > _LONGEST else asyncio.sleep(wait.total_seconds()))
            else:
                # Only this place has to wait.
                self._queue.popleft()
                self._put_aside(due, self._channel.ready_in(due.address, paid=due.paid))
                await self._books.release([worded])

    async def _give_back(self) -> None:
        """Give all claims back of which nothing has left: nobody may be told any more, or only much later."""
        unsent = [worded for _due, _wording, worded in self._queue]
        self._queue.clear()
        await self._books.release(unsent)

"""Scenes for a pace: its clock, which a test moves, who asks for a turn, and what was admitted when."""

import asyncio
import heapq
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from itertools import count

from pledgebot.pace import Lane, Pace

Answered = tuple[float, str, Lane]


@dataclass
class Call:
    """A call that is still to come."""

    due: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        """Never call."""
        self.cancelled = True


@dataclass
class Moments:
    """A clock that a test moves, with the timers that hang on it."""

    now: float = 1000.0
    calls: list[tuple[float, int, Call]] = field(default_factory=list)
    fired: int = 0
    numbers: "count[int]" = field(default_factory=count)

    def time(self) -> float:
        """Return the seconds at which the clock stands."""
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Call:
        """Call back when the clock is moved there."""
        assert delay > 0
        call = Call(self.now + delay, callback)
        heapq.heappush(self.calls, (call.due, next(self.numbers), call))
        return call

    async def move(self, seconds: float) -> None:
        """Move the clock on, and stop at every timer on the way."""
        until = self.now + seconds
        await settle()
        while self.calls and self.calls[0][0] <= until:
            due, _, call = heapq.heappop(self.calls)
            self.now = max(self.now, due)
            if not call.cancelled:
                self.fired += 1
                call.callback()
                await settle()
        self.now = until


async def settle() -> None:
    """Let every task run on as far as it can."""
    for _ in range(4):
        await asyncio.sleep(0)


@dataclass
class Scene:
    """A pace, its clock, and what it admitted at what time; `paid` is when what is paid for was, `taken` what is to leave yet."""

    moments: Moments = field(default_factory=Moments)
    admitted: list[Answered] = field(default_factory=list)
    paid: list[float] = field(default_factory=list)
    taken: deque[int] = field(default_factory=deque)
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pace = Pace(self.moments.time, self.moments)

    def ask(self, address: str, lane: Lane = Lane.BROADCAST) -> "asyncio.Task[None]":
        """Ask for a turn."""
        task = asyncio.create_task(self._ask(address, lane))
        self.tasks.append(task)
        return task

    async def _ask(self, address: str, lane: Lane) -> None:
        await self.pace.admit(address, lane)
        self.admitted.append((self.moments.now - 1000.0, address, lane))

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Ask for a turn at once."""
        taken = self.pace.take(address, paid=paid)
        if taken:
            self.taken.append(len(self.admitted))
            self.admitted.append((self.moments.now - 1000.0, address, Lane.BROADCAST))
        if taken and paid:
            self.paid.append(self.moments.now - 1000.0)
        return taken

    def leave(self) -> None:
        """Let the first of what was taken leave only now."""
        self.pace.leave()
        place = self.taken.popleft()
        self.admitted[place] = (self.moments.now - 1000.0, *self.admitted[place][1:])

    async def tell(
        self, addresses: Iterable[str], seconds: float, late: Callable[[], float] = lambda: 0.002, *, paid: bool = False
    ) -> None:
        """Tell one after the other for some seconds, as a dispatcher does whose event loop wakes it so many seconds late."""
        until = self.moments.now + seconds
        for address in addresses:
            while not self.take(address, paid=paid):
                wait = self.pace.ready_in(address, paid=paid).total_seconds() + late()
                if self.moments.now + wait >= until:
                    await self.moments.move(until - self.moments.now)
                    return
                await self.moments.move(wait)

    def questions(self, every: float, addresses: Iterable[str]) -> None:
        """Let somebody ask every so many seconds, and wait for the answer."""
        ahead = iter(addresses)

        def ask() -> None:
            address = next(ahead, None)
            if address is not None:
                self.ask(address, Lane.ANSWER)
                self.moments.call_later(every, ask)

        ask()

    def times(self, address: str | None = None) -> list[float]:
        """Return when turns were given, to one chat or to all, in seconds from the beginning."""
        return [round(time, 2) for time, to, _ in self.admitted if address in {None, to}]


def play(scene: Callable[[Scene], Coroutine[None, None, None]]) -> Scene:
    """Play a scene in a loop of its own; whoever still waits at its end goes."""
    it = Scene()

    async def whole() -> None:
        await scene(it)
        for task in it.tasks:
            task.cancel()
        await asyncio.gather(*it.tasks, return_exceptions=True)

    asyncio.run(whole())
    return it


def crowded(times: list[float], span: float) -> int:
    """Return how many there are at most in any window; a window begins where one was admitted."""
    ordered = sorted(times)
    return max((bisect_left(ordered, start + span - 1e-6) - place for place, start in enumerate(ordered)), default=0)

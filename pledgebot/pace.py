"""The one limiter for all that a bot sends: how much per second, per chat and per minute, and who goes first.

Telegram's guidance is about 30 messages a second in all, one a second to a chat, 20 a minute to a group or channel
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Windows slide: a bucket that refills would let
twice as much through around the moment at which it does.
"""

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

PER_SECOND = 30
PAID_PER_SECOND = 1000
"""What Telegram lets through of what it is paid for: https://core.telegram.org/bots/api#sendmessage, `allow_paid_broadcast`."""
RESERVED = 5
"""How many of them a broadcast leaves free while people ask, and how many it is sure of when it waited for long."""
PER_MINUTE_IN_GROUPS = 20
SECOND = 1.0
MINUTE = 60.0
LONG_WAIT = 3.0
"""After so many seconds a broadcast no longer gives way to every answer."""
FORGOTTEN_AFTER = 120.0
_SHORTEST_TIMER = 0.0005
"""Rounding can leave a timer a hair too early; a second one must move the clock on."""


class Lane(Enum):
    """Why something is sent: to answer a person who waits, or to tell many."""

    ANSWER = auto()
    BROADCAST = auto()


class Timer(Protocol):
    """What `Timers.call_later` returns."""

    def cancel(self) -> None:
        """Forget the call."""
        ...


class Timers(Protocol):
    """What an event loop does for the pace: it calls back after a number of seconds."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer:
        """Call back once, after `delay` seconds."""
        ...


class _LoopTimers:
    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer:
        return asyncio.get_running_loop().call_later(delay, callback)


@dataclass
class _Waiter:
    number: int
    since: float
    admitted: asyncio.Future[None]
    listed: bool = False


class _Window:
    """The last admissions: when there will have been fewer than so many of them within the span."""

    def __init__(self, most: int, span: float) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._most = most
        self._span = span

    def add(self, now: float) -> None:
        self._times.append(now)

    def free_at(self, limit: int | None = None) -> float:
        limit = limit or self._most
        return self._times[-limit] + self._span if len(self._times) >= limit else -math.inf

    def next_change(self, now: float) -> float:
        """Return when the next admission leaves the span; infinity when none is in it."""
        return next((time + self._span for time in self._times if time + self._span > now), math.inf)


@dataclass
class _Chat:
    """One place: what was admitted to it, and who waits for it."""

    windows: tuple[_Window, ...]
    touched: float = -math.inf
    held_until: float = -math.inf
    last: Lane | None = None
    expected: bool = False
    waiting: dict[Lane, deque[_Waiter]] = field(default_factory=lambda: {lane: deque() for lane in Lane})

    def ready_at(self) -> float:
        return max(self.held_until, *(window.free_at() for window in self.windows))

    def front(self, lane: Lane) -> _Waiter | None:
        """Return who waits first; whoever gave up meanwhile is forgotten."""
        queue = self.waiting[lane]
        while queue and queue[0].admitted.done():
            queue.popleft()
        return queue[0] if queue else None

    def idle(self, now: float) -> bool:
        return max(self.touched + FORGOTTEN_AFTER, self.held_until) <= now and not any(map(self.front, Lane))


class Pace:
    """Admits one message after the other, in whatever task each of them waits. It belongs to one event loop.

    `monotonic` tells seconds; `timers` is the running event loop unless a test moves its own clock.
    """

    def __init__(self, monotonic: Callable[[], float], timers: Timers | None = None) -> None:
        self._monotonic = monotonic
        self._timers = timers or _LoopTimers()
        self._window = _Window(PER_SECOND, SECOND)
        self._broadcasts = _Window(RESERVED, SECOND)
        self._asked_at = -math.inf
        self._held_until = -math.inf
        self._chats: OrderedDict[str, _Chat] = OrderedDict()
        self._later: list[tuple[float, int, _Chat]] = []
        self._ready: dict[Lane, list[tuple[int, _Waiter, _Chat]]] = {lane: [] for lane in Lane}
        self._numbers = count()
        self._timer: tuple[float, Timer] | None = None

    async def admit(self, address: str, lane: Lane) -> None:
        """Return when a message may go to a chat.

        An answer goes before a broadcast. A broadcast leaves the last five of a second's thirty to answers when somebody
        asked within the last second; one that waited for three seconds takes its turn, at most five of them a second.
        Whoever stops waiting gives the turn up.
        """
        now = self._monotonic()
        if lane is Lane.ANSWER:
            self._asked_at = now
        chat = self._chat(address)
        chat.touched = now
        waiter = _Waiter(next(self._numbers), now, asyncio.get_running_loop().create_future())
        chat.waiting[lane].append(waiter)
        self._expect(chat)
        self._admit_ready()
        await waiter.admitted

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Admit a broadcast to a chat at once, or not at all: whoever sends to many asks for one after the other."""
        if self.ready_in(address, paid=paid):
            return False
        now = self._monotonic()
        chat = self._chat(address)
        chat.last, chat.touched = Lane.BROADCAST, now
        for window in (self._window, *chat.windows):
            window.add(now)
        self._broadcasts.add(now)
        return True

    def ready_in(self, address: str, lane: Lane = Lane.BROADCAST, *, paid: bool = False) -> timedelta:  # noqa: ARG002
        """Return how long limits and deadlines still keep a message to a chat back, whoever else waits; changes nothing."""
        now = self._monotonic()
        limit = self._limit(now) if lane is Lane.BROADCAST else PER_SECOND
        ready = max(self._held_until, min(self._window.free_at(limit), self._quiet_at(limit)), self._window.free_at())
        chat = self._chats.get(address)
        if chat is not None:
            ready = max(ready, chat.ready_at())
        return timedelta(seconds=max(0.0, ready - now))

    def hold(self, address: str | None, wait: timedelta) -> None:
        """Admit nothing to a chat (None: to any) for a while, as the network demanded. An earlier, longer wait stands."""
        until = self._monotonic() + wait.total_seconds()
        if address is None:
            self._held_until = max(self._held_until, until)
        else:
            chat = self._chat(address)
            chat.held_until = max(chat.held_until, until)

    def held_for(self) -> timedelta:
        """Return for how long nothing goes to anybody, because the network demanded it."""
        return timedelta(seconds=max(0.0, self._held_until - self._monotonic()))

    def __len__(self) -> int:
        """Return how many chats are remembered."""
        return len(self._chats)

    def _chat(self, address: str) -> _Chat:
        self._forget_idle()
        chat = self._chats.get(address)
        if chat is None:
            spacing = _Window(1, SECOND)
            windows = (spacing,) if is_private(address) else (spacing, _Window(PER_MINUTE_IN_GROUPS, MINUTE))
            chat = self._chats[address] = _Chat(windows, touched=self._monotonic())
        self._chats.move_to_end(address)
        return chat

    def _forget_idle(self) -> None:
        """Look at the two chats that were used least lately: two for each new one keep memory within bounds."""
        now = self._monotonic()
        for _ in range(min(2, len(self._chats))):
            address, chat = next(iter(self._chats.items()))
            if chat.idle(now):
                del self._chats[address]
            elif chat.touched + FORGOTTEN_AFTER > now:
                break
            else:
                self._chats.move_to_end(address)

    def _admit_ready(self) -> None:
        now = self._monotonic()
        self._sort_out_ready(now)
        while (turn := self._next_turn(now)) is not None:
            self._admit(*turn, now)
        self._set_timer(now)

    def _expect(self, chat: _Chat) -> None:
        """Remember a chat for which somebody waits until its own limits let it go; once is enough."""
        if not chat.expected:
            chat.expected = True
            heappush(self._later, (chat.ready_at(), next(self._numbers), chat))

    def _sort_out_ready(self, now: float) -> None:
        """Move chats whose own limits let them go now to those that only wait for the limit of all."""
        while self._later and self._later[0][0] <= now:
            _, _, chat = heappop(self._later)
            chat.expected = False
            fronts = {lane: front for lane in Lane if (front := chat.front(lane)) is not None}
            if fronts and chat.ready_at() > now:
                self._expect(chat)
                continue
            for lane, front in fronts.items():
                if not front.listed:
                    front.listed = True
                    heappush(self._ready[lane], (front.number, front, chat))

    def _first(self, lane: Lane, now: float) -> tuple[_Chat, _Waiter] | None:
        """Return the first in a lane. Whoever may no longer go at once, after a turn of the chat or a hold, waits again."""
        entries = self._ready[lane]
        while entries:
            _, waiter, chat = entries[0]
            front = chat.front(lane)
            if front is waiter and chat.ready_at() <= now:
                return chat, waiter
            heappop(entries)
            waiter.listed = False
            if front is not None:
                self._expect(chat)
                self._sort_out_ready(now)
        return None

    def _next_turn(self, now: float) -> tuple[_Chat, _Waiter, Lane] | None:
        if max(self._held_until, self._window.free_at()) > now:
            return None
        answer, broadcast = self._first(Lane.ANSWER, now), self._first(Lane.BROADCAST, now)
        if broadcast is not None and self._is_due(*broadcast, now):
            return (*broadcast, Lane.BROADCAST)
        if answer is not None:
            return (*answer, Lane.ANSWER)
        if broadcast is not None and self._window.free_at(self._limit(now)) <= now:
            return (*broadcast, Lane.BROADCAST)
        return None

    def _is_due(self, chat: _Chat, broadcast: _Waiter, now: float) -> bool:
        """Tell whether a broadcast waited for so long that it goes before answers; in one chat they take turns."""
        gives_way = chat.last is Lane.BROADCAST and chat.front(Lane.ANSWER) is not None
        return broadcast.since + LONG_WAIT <= now and self._broadcasts.free_at() <= now and not gives_way

    def _limit(self, now: float) -> int:
        return PER_SECOND - RESERVED if self._asked_at + SECOND > now else PER_SECOND

    def _quiet_at(self, limit: int) -> float:
        return self._asked_at + SECOND if limit < PER_SECOND else math.inf

    def _admit(self, chat: _Chat, waiter: _Waiter, lane: Lane, now: float) -> None:
        chat.waiting[lane].popleft()
        chat.last, chat.touched = lane, now
        for window in (self._window, *chat.windows):
            window.add(now)
        if lane is Lane.BROADCAST:
            self._broadcasts.add(now)
        waiter.admitted.set_result(None)
        if any(map(chat.front, Lane)):
            self._expect(chat)

    def _set_timer(self, now: float) -> None:
        """Have the next moment noticed at which somebody may go; a timer that is due before it does no harm."""
        moment = self._next_moment(now)
        if moment == math.inf or (self._timer is not None and self._timer[0] <= moment):
            return
        if self._timer is not None:
            self._timer[1].cancel()
        self._timer = (moment, self._timers.call_later(max(moment - now, _SHORTEST_TIMER), self._wake))

    def _wake(self) -> None:
        self._timer = None
        self._admit_ready()

    def _next_moment(self, now: float) -> float:
        """Return when the next chat is ready, or the limit of all may let somebody go who waits for that alone."""
        moment = self._later[0][0] if self._later else math.inf
        broadcast = self._first(Lane.BROADCAST, now)
        if self._first(Lane.ANSWER, now) is None and broadcast is None:
            return moment
        if self._held_until > now:
            return min(moment, self._held_until)
        changes = [self._window.next_change(now)]
        if broadcast is not None:
            changes += [self._asked_at + SECOND, broadcast[1].since + LONG_WAIT]
        return min(moment, *(change for change in changes if change > now))


def is_private(address: str) -> bool:
    """Tell whether an address is one person's chat: groups and channels have negative numbers or `@names`."""
    return address.isascii() and address.isdecimal()

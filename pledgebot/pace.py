"""The one limiter for all that a bot sends: how much per second, per chat and per minute, and who goes first.

Telegram's guidance is about 30 messages a second in all, one a second to a chat, 20 a minute to a group or channel
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Whoever tells many asks with `take` for one
after the other, whoever answers waits in `admit`.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from pledgebot.domain.demanded import Unsaved
from pledgebot.domain.turns import LONG_WAIT, SECOND, Chat, Chats, Lane, Waiter, Wish, is_private
from pledgebot.domain.windows import Spacing, Window

__all__ = ["PAID_AT_ONCE", "PAID_PER_SECOND", "PER_SECOND", "RESERVED", "Lane", "Pace", "Timer", "Timers", "is_private"]

_Admitted = asyncio.Future[None]

PER_SECOND = 30
PAID_PER_SECOND = 985
"""Telegram lets 1,000 through of what it is paid for (https://core.telegram.org/bots/api#sendmessage, `allow_paid_broadcast`).

A few less: what is held up for a hundredth of a second on its way meets ten more there than were counted here, and one refusal
costs a second in which nothing goes.
"""
PAID_AT_ONCE = 10
PAID_AT_FIRST, PAID_AT_LEAST = 953, 500
"""How many of what is paid for go in the first second, while connections are made that delay some of it; and after refusals."""
_FEWER, _MORE = 10, 20
"""So many fewer go in a second after each refusal, for good; and so many more after each second in the beginning."""
_PAID_HURRY = 0.05
"""By how much faster what is paid for may go on after a delay: what hurries more arrives in crowds."""
RESERVED = 5
"""How many of them a broadcast leaves free while people ask, and how many it is sure of when it waited for long."""
_SHORTEST_WAIT = 0.0005
"""Rounding can leave a timer a hair too early; a second one must move the clock on."""
_NO_WAIT = timedelta(0)


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


class Pace:
    """Admits one message after the other, in whatever task each of them waits. It belongs to one event loop.

    `monotonic` tells seconds; `timers` is the running event loop unless a test moves its own clock.
    """

    def __init__(self, monotonic: Callable[[], float], timers: Timers | None = None) -> None:
        self._monotonic = monotonic
        self._timers = timers or _LoopTimers()
        self._window = Window(PER_SECOND, SECOND)
        self._broadcasts = Window(RESERVED, SECOND)
        self._spacing = Spacing(PER_SECOND)
        self._paid = Window(PAID_PER_SECOND, SECOND)
        self._paid_most = PAID_AT_FIRST
        self._paid_ceiling = PAID_PER_SECOND
        self._grown_at = -math.inf
        self._paid_spacing = Spacing(PAID_PER_SECOND, PAID_AT_ONCE, _PAID_HURRY)
        self._wish = Wish()
        self._leaving: deque[tuple[Window, int, float]] = deque()
        self._asked_at = -math.inf
        self._held_until = -math.inf
        self._unsaved = Unsaved()
        self._chats: Chats[_Admitted] = Chats()
        self._later: list[tuple[float, int, Chat[_Admitted]]] = []
        self._ready: dict[Lane, list[tuple[int, Waiter[_Admitted], Chat[_Admitted]]]] = {lane: [] for lane in Lane}
        self._all_ready = tuple(self._ready.values())
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
        chat = self._chats.of(address, now)
        waiter = Waiter(next(self._numbers), now, asyncio.get_running_loop().create_future())
        chat.queue(lane).append(waiter)
        self._expect(chat, now)
        self._admit_ready(now)
        await waiter.admitted

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Admit a broadcast to a chat at once, or not at all: whoever tells many asks for one after the other.

        Whoever waits goes first, and answers have the reserve that `admit` names; what gave way to them for three seconds
        has its turn. Broadcasts are spread over the second, so that no delay on the way makes a crowd of them. What is
        `paid` for has a second of its own, neither uses the common one nor gives way, and goes up to ten at once.
        """
        now = self._monotonic()
        self._let_go(now)
        ready = self._ready_at(address, now, paid=paid)
        if ready > now:
            self._put_off(address, now, ready, paid=paid)
            return False
        chat = self._chats.of(address, now)
        chat.add(Lane.BROADCAST, now)
        chat.wish = None
        window = self._paid if paid else self._window
        self._leaving.append((window, window.add(now), now))
        if paid:
            self._speed_up(now)
            self._paid_spacing.add(now)
        else:
            self._broadcasts.add(now)
            self._spacing.add(now)
        if chat.waiting is not None and chat.crowded():
            # The turn that was kept for it is over, so theirs may come sooner.
            self._expect(chat, now)
            self._set_timer(now)
        return True

    def leave(self) -> None:
        """Say that the first of what was taken leaves now: what counts is when it does, not when it was allowed to."""
        if not self._leaving:
            return
        window, number, taken = self._leaving.popleft()
        now = self._monotonic()
        if taken < now:
            window.postpone(number, now)

    def ready_in(self, address: str, lane: Lane = Lane.BROADCAST, *, paid: bool = False) -> timedelta:
        """Return after how long a message may go to a chat; without an address, to one that was not written to lately.

        For a broadcast it is zero when `take` would admit it now, and else a time after which it is worth asking again: that
        it gives way meanwhile is noted as `take` does. For an answer it is what limits and deadlines ask for, whoever else
        waits.
        """
        now = self._monotonic()
        if lane is Lane.BROADCAST:
            self._let_go(now)
            ready = self._ready_at(address, now, paid=paid)
            if ready > now:
                self._put_off(address, now, ready, paid=paid)
        else:
            ready = max(self._chat_ready_at(address), self._held_until, self._window.free_at())
        return timedelta(seconds=max(ready - now, _SHORTEST_WAIT)) if ready > now else _NO_WAIT

    def slow_down(self) -> None:
        """Let fewer go of what is paid for: the network counted more than it allows, whatever was counted here."""
        self._paid_most = self._paid_ceiling = max(PAID_AT_LEAST, self._paid_most - _FEWER)

    def _speed_up(self, now: float) -> None:
        if self._grown_at + SECOND <= now:
            more = _MORE if self._grown_at + 2 * SECOND > now else 0
            self._paid_most, self._grown_at = min(self._paid_ceiling, self._paid_most + more), now

    def hold(self, address: str | None, wait: timedelta, *, lasting: bool = True) -> None:
        """Admit nothing to a chat (None: to any) for a while. An earlier, longer wait stands.

        What is `lasting` is a deadline that the network set: it is to be stored, and to outlive a restart.
        """
        now = self._monotonic()
        until = now + wait.total_seconds()
        if address is None:
            self._held_until = max(until, self._held_until)
        else:
            chat = self._chats.of(address, now)
            chat.held_until = max(until, chat.held_until)
        if lasting:
            self._unsaved.note(address, until)

    def held_for(self) -> timedelta:
        """Return for how long nothing goes to anybody, because the network demanded it."""
        return timedelta(seconds=max(0.0, self._held_until - self._monotonic()))

    @property
    def changed(self) -> bool:
        """Tell whether there is a deadline that is not stored yet."""
        return len(self._unsaved) > 0

    def deadlines(self) -> AbstractContextManager[dict[str | None, timedelta]]:
        """Hand out the deadlines that are not stored yet, to be stored: for whom (None: all), and how long from now.

        Where that fails they are handed out again. Another thread may do it.
        """
        return self._unsaved.handed_out(self._monotonic())

    def restore(self, deadlines: Mapping[str | None, timedelta]) -> None:
        """Obey deadlines that were stored. An earlier, longer wait stands."""
        for address, wait in deadlines.items():
            self.hold(address, wait, lasting=False)

    def __len__(self) -> int:
        """Return how many chats are remembered."""
        return len(self._chats)

    def _chat_ready_at(self, address: str) -> float:
        chat = self._chats.get(address)
        return chat.ready_at() if chat is not None else -math.inf

    def _ready_at(self, address: str, now: float, *, paid: bool) -> float:
        """Return when a broadcast may go to a chat, once those who wait and may go have gone."""
        if paid:
            ready = max(self._held_until, self._paid.free_at(self._paid_most), self._paid_spacing.free_at())
        else:
            ready = max(self._held_until, self._share_at(now), self._spacing.free_at())
        chat = self._chats.get(address)
        return ready if chat is None else max(ready, chat.ready_at())

    def _share_at(self, now: float) -> float:
        """Return when broadcasts may use the common second: all of it, or what answers leave of it, or their turn."""
        ready = self._window.free_at()
        quiet_at = self._asked_at + SECOND
        if quiet_at <= now:
            return ready
        turn_at = max(self._wish.due_at(now), self._broadcasts.free_at())
        return max(ready, min(self._window.free_at(PER_SECOND - RESERVED), quiet_at, turn_at))

    def _put_off(self, address: str, now: float, until: float, *, paid: bool) -> None:
        """Note that a broadcast gives way to answers, where it does."""
        if not paid and self._share_at(now) > now and self._is_answering(now):
            self._wish.put_off(now, until)
        chat = self._chats.get(address)
        if chat is not None:
            chat.put_off(now, until)

    def _is_answering(self, now: float) -> bool:
        return self._asked_at + SECOND > now or self._first(Lane.ANSWER, now) is not None

    def _turn_is_kept(self, now: float) -> bool:
        """Tell whether one of the second's thirty is kept for a broadcast that gave way for long, until it comes for it."""
        return self._wish.due_at(now) <= now and self._broadcasts.free_at() <= now

    def _let_go(self, now: float) -> None:
        if self._later or any(self._all_ready):
            self._admit_ready(now)

    def _admit_ready(self, now: float) -> None:
        self._sort_out_ready(now)
        while (turn := self._next_turn(now)) is not None:
            self._admit(*turn, now)
        self._set_timer(now)

    def _expect(self, chat: Chat[_Admitted], now: float) -> None:
        """Remember a chat for which somebody waits until its own limits let it go; once is enough."""
        moment = chat.turn_at(now)
        if moment < chat.expected_at:
            chat.expected_at = moment
            heappush(self._later, (moment, next(self._numbers), chat))

    def _sort_out_ready(self, now: float) -> None:
        """Move chats whose own limits let them go now to those that only wait for the limit of all."""
        while self._later and self._later[0][0] <= now:
            moment, _, chat = heappop(self._later)
            if moment != chat.expected_at:
                continue
            chat.expected_at = math.inf
            fronts = {lane: front for lane in Lane if (front := chat.front(lane)) is not None}
            if fronts and chat.turn_at(now) > now:
                self._expect(chat, now)
                continue
            for lane, front in fronts.items():
                if not front.listed:
                    front.listed = True
                    heappush(self._ready[lane], (front.number, front, chat))

    def _first(self, lane: Lane, now: float) -> tuple[Chat[_Admitted], Waiter[_Admitted]] | None:
        """Return the first in a lane. Whoever may no longer go at once, after a turn of the chat or a hold, waits again."""
        entries = self._ready[lane]
        while entries:
            _, waiter, chat = entries[0]
            front = chat.front(lane)
            if front is waiter and chat.turn_at(now) <= now:
                return chat, waiter
            heappop(entries)
            waiter.listed = False
            if front is not None:
                self._expect(chat, now)
                self._sort_out_ready(now)
        return None

    def _next_turn(self, now: float) -> tuple[Chat[_Admitted], Waiter[_Admitted], Lane] | None:
        if max(self._held_until, self._window.free_at()) > now:
            return None
        answer, broadcast = self._first(Lane.ANSWER, now), self._first(Lane.BROADCAST, now)
        if broadcast is not None and self._is_due(*broadcast, now):
            return (*broadcast, Lane.BROADCAST)
        if answer is not None and not (self._turn_is_kept(now) and self._window.free_at(PER_SECOND - 1) > now):
            return (*answer, Lane.ANSWER)
        if answer is None and broadcast is not None and self._window.free_at(self._limit(now)) <= now:
            return (*broadcast, Lane.BROADCAST)
        return None

    def _is_due(self, chat: Chat[_Admitted], broadcast: Waiter[_Admitted], now: float) -> bool:
        """Tell whether a broadcast waited for so long that it goes before answers; in one chat they take turns."""
        gives_way = chat.last is Lane.BROADCAST and chat.front(Lane.ANSWER) is not None
        return broadcast.since + LONG_WAIT <= now and self._broadcasts.free_at() <= now and not gives_way

    def _limit(self, now: float) -> int:
        return PER_SECOND - RESERVED if self._asked_at + SECOND > now else PER_SECOND

    def _admit(self, chat: Chat[_Admitted], waiter: Waiter[_Admitted], lane: Lane, now: float) -> None:
        chat.queue(lane).popleft()
        chat.add(lane, now)
        self._window.add(now)
        if lane is Lane.BROADCAST:
            self._broadcasts.add(now)
        waiter.admitted.set_result(None)
        if chat.crowded():
            self._expect(chat, now)

    def _set_timer(self, now: float) -> None:
        """Have the next moment noticed at which somebody may go; a timer that is due before it does no harm."""
        moment = self._next_moment(now)
        if moment == math.inf or (self._timer is not None and self._timer[0] <= moment):
            return
        if self._timer is not None:
            self._timer[1].cancel()
        self._timer = (moment, self._timers.call_later(max(moment - now, _SHORTEST_WAIT), self._wake))

    def _wake(self) -> None:
        self._timer = None
        self._admit_ready(self._monotonic())

    def _next_moment(self, now: float) -> float:
        """Return when the next chat is ready, or the limit of all may let somebody go who waits for that alone."""
        answer, broadcast = self._first(Lane.ANSWER, now), self._first(Lane.BROADCAST, now)
        # Only now: whoever may no longer go at once was put back among those for whom it is waited.
        moment = self._later[0][0] if self._later else math.inf
        if answer is None and broadcast is None:
            return moment
        if self._held_until > now:
            return min(moment, self._held_until)
        changes = [self._window.next_change(now)]
        if broadcast is not None:
            changes += [self._asked_at + SECOND, broadcast[1].since + LONG_WAIT]
        return min(moment, *(change for change in changes if change > now))

"""Whose turn it is at one place: what was admitted to it, who waits there, and in which lane.

Moments are seconds of any one clock that never goes back.
"""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, Protocol, TypeVar

from pledgebot.domain.windows import Window

PER_MINUTE_IN_GROUPS = 20
SECOND = 1.0
MINUTE = 60.0
LONG_WAIT = 3.0
"""After so many seconds a broadcast no longer gives way to every answer; for so many it may then come for its turn."""


class Lane(Enum):
    """Why something is sent: to answer a person who waits, or to tell many."""

    ANSWER = auto()
    BROADCAST = auto()


class Answerable(Protocol):
    """What whoever waits is told by: a future."""

    def done(self) -> bool:
        """Tell whether it was admitted, or gave up."""
        ...


A = TypeVar("A", bound=Answerable)


@dataclass
class Waiter(Generic[A]):
    """Somebody who waits since a moment, in the order of numbers; `listed` among those who only wait for the limit of all."""

    number: int
    since: float
    admitted: A
    listed: bool = False


class Wish:
    """That a broadcast wants to go and gives way to answers: since when, and until when it may come for its turn."""

    __slots__ = ("since", "until")

    def __init__(self) -> None:
        self.since = math.inf
        self.until = -math.inf

    def put_off(self, now: float, until: float) -> None:
        """Note that it was asked for in vain, and told to come again at a moment."""
        if now > self.until:
            self.since = now
        self.until = until + LONG_WAIT

    def due_at(self, now: float) -> float:
        """Return when it no longer gives way; infinity where nobody wants it any more."""
        return self.since + LONG_WAIT if now <= self.until else math.inf


class Chat(Generic[A]):
    """One place: at most one message a second, and in a group so many in any minute."""

    __slots__ = ("expected_at", "free_at", "held_until", "last", "minute", "waiting", "wish")

    def __init__(self, minute: Window | None = None) -> None:
        self.minute = minute
        self.free_at = self.held_until = -math.inf
        self.last: Lane | None = None
        self.expected_at = math.inf
        # Most places have neither: a broadcast makes a thousand of them in a second.
        self.waiting: dict[Lane, deque[Waiter[A]]] | None = None
        self.wish: Wish | None = None

    def add(self, lane: Lane, now: float) -> None:
        """Count one more."""
        self.last = lane
        self.free_at = now + SECOND
        if self.minute is not None:
            self.minute.add(now)

    def ready_at(self) -> float:
        """Return when something may go there, as far as its own limits and deadlines are concerned."""
        ready = max(self.free_at, self.held_until)
        return ready if self.minute is None else max(ready, self.minute.free_at())

    def turn_at(self, now: float) -> float:
        """Return when one of those who wait may go: a turn may be kept for a broadcast that gave way for long."""
        if self.wish is not None and self.last is Lane.ANSWER and self.wish.due_at(now) <= now:
            return max(self.ready_at(), self.wish.until)
        return self.ready_at()

    def put_off(self, now: float, until: float) -> None:
        """Note that a broadcast has to come again at a moment, where it gives way to answers."""
        if self.last is Lane.ANSWER or self.front(Lane.ANSWER) is not None:
            self.wish = self.wish or Wish()
            self.wish.put_off(now, until)

    def queue(self, lane: Lane) -> deque[Waiter[A]]:
        """Return those who wait in a lane, to which others may be added."""
        if self.waiting is None:
            self.waiting = {lane: deque() for lane in Lane}
        return self.waiting[lane]

    def front(self, lane: Lane) -> Waiter[A] | None:
        """Return who waits first; whoever gave up meanwhile is forgotten."""
        if self.waiting is None:
            return None
        queue = self.waiting[lane]
        while queue and queue[0].admitted.done():
            queue.popleft()
        return queue[0] if queue else None

    def crowded(self) -> bool:
        """Tell whether somebody waits."""
        return self.waiting is not None and any(map(self.front, Lane))

    def counts_until(self) -> float:
        """Return until when what was admitted counts."""
        return self.free_at if self.minute is None else max(self.free_at, self.minute.over_at())

    def idle(self, now: float) -> bool:
        """Tell whether nothing need be remembered of it any more, where what was admitted does not count any more."""
        wanted = self.wish is not None and self.wish.until > now
        return self.held_until <= now and not wanted and (self.waiting is None or not self.crowded())


class Chats(Generic[A]):
    """The chats that are remembered, by their addresses; those of which nothing counts any more are forgotten."""

    def __init__(self) -> None:
        # Persons' chats count for a second, groups for a minute: each are forgotten in their order.
        self._private: OrderedDict[str, Chat[A]] = OrderedDict()
        self._shared: OrderedDict[str, Chat[A]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._private) + len(self._shared)

    def get(self, address: str) -> Chat[A] | None:
        """Return a chat that is remembered."""
        return (self._private if is_private(address) else self._shared).get(address)

    def of(self, address: str, now: float) -> Chat[A]:
        """Return a chat, to be remembered from now on."""
        private = is_private(address)
        chats = self._private if private else self._shared
        chat = chats.get(address)
        if chat is None:
            _forget_idle(chats, now)
            chat = chats[address] = Chat(None if private else Window(PER_MINUTE_IN_GROUPS, MINUTE))
        else:
            chats.move_to_end(address)
        return chat


def _forget_idle(chats: OrderedDict[str, Chat[A]], now: float) -> None:
    """Look at the two that were used least lately: two for each new one keep memory within bounds."""
    for _ in range(2):
        address, chat = next(iter(chats.items()), ("", None))
        if chat is None or chat.free_at > now or chat.counts_until() > now:
            break
        if chat.idle(now):
            del chats[address]
        else:
            chats.move_to_end(address)


def is_private(address: str) -> bool:
    """Tell whether an address is one person's chat: groups and channels have negative numbers or `@names`."""
    return address.isascii() and address.isdecimal()

"""How often something may happen, told in seconds of any one clock that never goes back. Pure.

Windows slide: a bucket that refills would let twice as much through around the moment at which it does.
"""

import math
from collections import deque

CATCH_UP = 0.1
"""So many seconds a stream may make up for that it lost by coming late."""
_PAUSE = 1.0
_ROUNDING = 1e-6
"""What adding fractions may be off by: all of a burst go in one moment."""


class Window:
    """At most so many within any span of so many seconds, wherever it begins."""

    __slots__ = ("_counted", "_most", "_span", "_times")

    def __init__(self, most: int, span: float) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._most = most
        self._span = span
        self._counted = 0

    def add(self, now: float) -> int:
        """Count one more; return its number, by which it can be postponed."""
        self._times.append(now)
        self._counted += 1
        return self._counted

    def postpone(self, number: int, now: float) -> None:
        """Count one as of now: it was let go before, and leaves only now."""
        place = self._counted - number + 1
        if place <= len(self._times):
            del self._times[-place]
        self.add(now)

    def free_at(self, limit: int | None = None) -> float:
        """Return when there will be fewer than the limit, or than a lower one, within the span; any past moment for now."""
        limit = limit or self._most
        return self._times[-limit] + self._span if len(self._times) >= limit else -math.inf

    def next_change(self, now: float) -> float:
        """Return when the next one leaves the span; infinity when none is in it."""
        times = self._times
        while times and times[0] + self._span <= now:
            times.popleft()
        return times[0] + self._span if times else math.inf

    def over_at(self) -> float:
        """Return when the last one leaves the span, and nothing of it counts any more."""
        return self._times[-1] + self._span if self._times else -math.inf


class Spacing:
    """Spreads a stream evenly: so many a second, at most `burst` of them at once.

    Whoever comes late may go on faster, by the share `hurry`, until at most `CATCH_UP` seconds are made up for: a stream that
    could not would fall behind by every delay. After a pause of a second it begins anew. It bounds how many can reach a server
    together, not how many there are in a second: that is a `Window`'s.
    """

    __slots__ = ("_closest", "_due", "_early", "_every", "_next", "_together")

    def __init__(self, per_second: int, burst: int = 1, hurry: float = 1 / 3) -> None:
        self._every = 1 / per_second
        self._closest = 1 / (1 + hurry) / per_second
        self._early = (burst - 1) * self._every + _ROUNDING
        self._together = (burst - 1) * self._closest + _ROUNDING
        self._due = -math.inf
        self._next = -math.inf

    def add(self, now: float) -> None:
        """Count one more."""
        late = now - self._due
        self._due = (now if late > _PAUSE else max(self._due, now - CATCH_UP)) + self._every
        self._next = max(now, self._next) + self._closest

    def free_at(self) -> float:
        """Return when the next one may go; any past moment for now."""
        return max(self._due - self._early, self._next - self._together)

"""Time for a pace whose waits a test does not want to sit through: whenever somebody waits, the clock leaps there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class LeapingMoments:
    """A clock of seconds with timers; `now` shows how much time the waits took."""

    now: float = 0.0

    def time(self) -> float:
        """Return the seconds at which the clock stands."""
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.Handle:
        """Leap there as soon as everybody waits."""
        due = self.now + delay

        def leap() -> None:
            self.now = max(self.now, due)
            callback()

        return asyncio.get_running_loop().call_soon(leap)

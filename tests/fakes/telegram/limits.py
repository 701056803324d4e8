"""How much a bot may send, counted in sliding windows: overall, in a private chat, in a group."""

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from fakes.telegram.refusals import too_many


@dataclass(frozen=True)
class Limits:
    """Messages that are taken within seconds; `burst` is how many may come at once in a private chat."""

    overall: int = 30
    overall_seconds: float = 1.0
    burst: int = 1
    private_seconds: float = 1.0
    group: int = 20
    group_seconds: float = 60.0


class Counter:
    """Counts messages while there are limits; the clock is the world's."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.limits: Limits | None = None
        self.refused = 0
        """How many messages were refused so far."""
        self._sent: dict[int | None, deque[float]] = defaultdict(deque)

    def count(self, chat_id: int, messages: int = 1) -> None:
        """Count messages to a chat; refuses with 429 when they are too many. A refused message does not count."""
        limits = self.limits
        if limits is None:
            return
        now = self._now()
        windows = (
            (None, limits.overall, limits.overall_seconds),
            (chat_id, limits.group, limits.group_seconds)
            if chat_id < 0
            else (chat_id, limits.burst, limits.private_seconds * limits.burst),
        )
        wait = max(self._wait(key, most, seconds, messages, now) for key, most, seconds in windows)
        if wait > 0:
            self.refused += 1
            raise too_many(max(1, math.ceil(wait)))
        for key in (None, chat_id):
            self._sent[key].extend([now] * messages)

    def _wait(self, key: int | None, most: int, seconds: float, messages: int, now: float) -> float:
        """Return for how many seconds there is no room."""
        sent = self._sent[key]
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        over = len(sent) + messages - most
        return 0.0 if over <= 0 or not sent else sent[min(over, len(sent)) - 1] + seconds - now

"""What a process counts of its own doing: numbers by medium, never an address, a name or a word that was said."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

ANSWER_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""The seconds by which the times of answers are sorted; whatever took longer is in a last bucket of its own."""


@dataclass(frozen=True)
class Times:
    """How many things took up to each of `ANSWER_BUCKETS`, and longer, and how many seconds all of them took together."""

    buckets: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class Counted:
    """What was counted since the process began. `sends` is by medium and result, all else by medium.

    `waits` are the seconds that a network asked to be left alone, in all. `heard_at` is when it last gave what it had.
    """

    sends: Mapping[tuple[str, str], int]
    answers: Mapping[str, Times]
    refusals: Mapping[str, int]
    waits: Mapping[str, float]
    heard_at: Mapping[str, datetime]


class Tallies:
    """Counts. Any thread may tell it something: each call takes well under a microsecond of whoever sends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sends: Counter[tuple[str, str]] = Counter()
        self._answers: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._refusals: Counter[str] = Counter()
        self._waits: dict[str, float] = {}
        self._heard_at: dict[str, datetime] = {}

    def sent(self, channel: str, result: str) -> None:
        """Count a message that was settled: as `sent`, `put_off`, `failed`, `uncertain` or `moved`."""
        with self._lock:
            self._sends[channel, result] += 1

    def answered(self, channel: str, took: timedelta) -> None:
        """Count what a person wrote or pressed and that was dealt with, and how long that took since it was kept."""
        seconds = max(0.0, took.total_seconds())
        with self._lock:
            buckets = self._answers.setdefault(channel, [0] * (len(ANSWER_BUCKETS) + 1))
            buckets[bisect_left(ANSWER_BUCKETS, seconds)] += 1
            self._seconds[channel] = self._seconds.get(channel, 0.0) + seconds

    def refused(self, channel: str, wait: timedelta) -> None:
        """Count a reply that asked for patience (429), and how long."""
        with self._lock:
            self._refusals[channel] += 1
            self._waits[channel] = self._waits.get(channel, 0.0) + wait.total_seconds()

    def heard(self, channel: str, now: datetime) -> None:
        """Note that a network was reached and gave what it had for us."""
        with self._lock:
            self._heard_at[channel] = now

    def heard_at(self, channel: str) -> datetime | None:
        """Return when a network last gave what it had; None when it never did."""
        return self._heard_at.get(channel)

    def counted(self) -> Counted:
        """Return what was counted so far."""
        with self._lock:
            times = {name: Times(tuple(buckets), self._seconds[name]) for name, buckets in self._answers.items()}
            return Counted(
                dict(self._sends), times, dict(self._refusals), dict(self._waits), dict(self._heard_at)
            )  # fmt: skip

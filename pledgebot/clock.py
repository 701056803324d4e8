"""The one clock: nothing else in pledgebot asks what time it is. Whether it is right, the networks' replies tell."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Protocol

CLOCK_TOLERANCE = timedelta(minutes=2)
"""How far this clock may be from those of the networks before it counts as wrong."""


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment as an aware datetime in UTC."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


@dataclass
class MovedClock:
    """A clock that stands still until it is moved: for the demo and the tests."""

    at: datetime
    _moves: list[datetime] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        """Refuse a naive start, and keep it in UTC."""
        if self.at.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self.at = self.at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment at which the clock stands, in UTC."""
        return self.at

    def move(self, *, to: datetime | None = None, by: timedelta | None = None) -> datetime:
        """Move the clock to a moment, or forward by a duration, and return the new time."""
        target = to.astimezone(UTC) if to is not None else self.at
        self.at = target + (by or timedelta())
        self._moves.append(self.at)
        return self.at


class ClockWatch:
    """Compares this clock with those of the networks, as their replies tell them. It may be told from several threads.

    `off` is how far this clock is off by the network from which it is furthest; None while it is near enough to all.
    """

    def __init__(self) -> None:
        self._off: dict[str, timedelta] = {}
        self._lock = threading.Lock()
        self.off: timedelta | None = None

    def hear(self, network: str, asked: datetime, heard: datetime, headers: Mapping[str, str]) -> None:
        """Take note of one reply: when it was asked for and when it came by this clock (aware), and its headers.

        The server wrote its `Date` in between, so what lies within that span is no difference. A reply without a date that can
        be read says nothing, nor does one that a cache kept (`Age`): https://www.rfc-editor.org/rfc/rfc9110#name-date.
        """
        theirs = _date_of(headers)
        if theirs is None or _is_kept(headers):
            return
        off = timedelta()
        if theirs < min(asked, heard):
            off = min(asked, heard) - theirs
        elif theirs > max(asked, heard):
            off = max(asked, heard) - theirs
        with self._lock:
            if self._off.get(network) == off:
                return
            self._off[network] = off
            furthest = max(self._off.values(), key=abs)
            self.off = furthest if is_off(furthest) else None

    @property
    def offsets(self) -> dict[str, timedelta]:
        """Return, for each network that was heard, how far this clock is from its: more than zero when this one is ahead."""
        with self._lock:
            return dict(self._off)


def is_off(offset: timedelta) -> bool:
    """Tell whether a clock so far from another counts as wrong."""
    return abs(offset) > CLOCK_TOLERANCE


def _date_of(headers: Mapping[str, str]) -> datetime | None:
    return _read_date(headers.get("Date", ""))


@lru_cache(maxsize=16)
def _read_date(text: str) -> datetime | None:
    """Read a date of a reply; all replies of one second have the same."""
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def _is_kept(headers: Mapping[str, str]) -> bool:
    """Tell whether a reply is an old one that a cache kept; an age that cannot be read may be one."""
    age = headers.get("Age", "").strip()
    return age.strip("0") != ""

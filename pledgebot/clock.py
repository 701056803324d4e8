"""The one clock: nothing else in pledgebot asks what time it is."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


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

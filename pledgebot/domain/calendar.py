"""Moments of an election's calendar: days counted back from a polling day, told by the clocks of its place."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from pledgebot.domain.audience import moment_at

Z = TypeVar("Z", bound=tzinfo)


@dataclass(frozen=True)
class Occurrence:
    """One thing to recall at one time: unique by rule and key. Aware, in UTC; from `expires_at` on it has no meaning."""

    rule: str
    key: str
    due_at: datetime
    expires_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether its time has come and is not over."""
        return self.due_at <= now and (self.expires_at is None or now < self.expires_at)


def days_before(polling_day: date, days: int, hour: time, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, of an hour so many days before a polling day, as the clocks of a zone show it."""
    return moment_at(polling_day - timedelta(days=days), hour, zone)


def zone_or(name: str | None, otherwise: Z) -> ZoneInfo | Z:
    """Return the zone of a name that was stored; another one for none, and for one that this machine does not know."""
    try:
        return ZoneInfo(name) if name else otherwise
    except (ValueError, LookupError, OSError):
        return otherwise

"""When a place wants to hear: its rhythm, hour, day and quiet hours, by its own clocks or else those of the election."""

from datetime import datetime, time, tzinfo
from typing import NamedTuple

from pledgebot.domain.audience import DIGEST_WEEKDAY, QuietHours, Rhythm, first_due
from pledgebot.domain.calendar import zone_or
from pledgebot.store.tables import Destination


class Wishes(NamedTuple):
    """What decides when a place wants to hear: many have the same."""

    rhythm: Rhythm
    hour: time | None = None
    weekday: int | None = None
    zone: str | None = None
    quiet_from: time | None = None
    quiet_to: time | None = None


def due_at(place: Destination | Wishes, moment: datetime, zone: tzinfo, expires_at: datetime | None = None) -> datetime:
    """Return when a place wants to hear of what may be said from a moment on. `zone` is that of the election.

    What would have lost its meaning by the next day's digest is told on its day; whoever wants a weekly one goes without.
    """
    weekday = DIGEST_WEEKDAY if place.weekday is None else place.weekday
    quiet, own = _quiet_hours(place), _zone(place, zone)
    due = first_due(moment, place.rhythm, place.hour, quiet, own, weekday)
    if expires_at is not None and due >= expires_at and place.rhythm is Rhythm.DAILY:
        return first_due(moment, Rhythm.AT_ONCE, None, quiet, own)
    return due


def quiet_end(quiet: QuietHours, own: str | None, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours of a place with a zone of its `own`, if it has one, end; None when it is in none."""
    end = first_due(now, Rhythm.AT_ONCE, None, quiet, zone_or(own, zone))
    return end if end > now else None


def _quiet_hours(place: Destination | Wishes) -> QuietHours | None:
    return (place.quiet_from, place.quiet_to) if place.quiet_from is not None and place.quiet_to is not None else None


def _zone(place: Destination | Wishes, zone: tzinfo) -> tzinfo:
    return zone_or(place.zone, zone)

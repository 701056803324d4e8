"""When a place wants to hear: its rhythm, hour and quiet hours, by its own clocks or else those of the election."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from pledgebot.domain.audience import QuietHours, Rhythm, first_due
from pledgebot.store.tables import Destination


def due_at(place: Destination, moment: datetime, zone: tzinfo) -> datetime:
    """Return when a place wants to hear of what may be said from a moment on. `zone` is that of the election."""
    return first_due(moment, place.rhythm, place.hour, _quiet_hours(place), _zone(place, zone))


def quiet_until(place: Destination, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours in which a place is now end; None when it is in none."""
    end = first_due(now, Rhythm.AT_ONCE, None, _quiet_hours(place), _zone(place, zone))
    return end if end > now else None


def _quiet_hours(place: Destination) -> QuietHours | None:
    return (place.quiet_from, place.quiet_to) if place.quiet_from is not None and place.quiet_to is not None else None


def _zone(place: Destination, zone: tzinfo) -> tzinfo:
    return ZoneInfo(place.zone) if place.zone else zone

"""The calendar of a campaign as the tests know it: computed here from dates and zones alone, not by the code under test."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS, REUNION, TAHITI = "Europe/Paris", "Indian/Reunion", "Pacific/Tahiti"
MARGIN = timedelta(minutes=10)
DAY = timedelta(days=1)

CALENDARS = (
    (date(2026, 3, 15), date(2026, 3, 22)),
    (date(2026, 3, 22), date(2026, 3, 29)),
    (date(2026, 10, 18), date(2026, 10, 25)),
    (date(2025, 10, 26), date(2025, 11, 2)),
)
"""Two rounds, one week apart. In all but the first the clocks of Paris change on a polling day, or soon after the vote."""

CLOSES = {PARIS: time(20), REUNION: time(18), TAHITI: time(19)}
"""When the polls close, by the clocks of the place."""


@dataclass(frozen=True)
class Span:
    """A stretch of time: `begins` is inside, `ends` is not."""

    begins: datetime
    ends: datetime

    def __contains__(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.begins <= moment < self.ends


def at(day: date, hour: time, zone: str) -> datetime:
    """Return a local time as a moment in UTC."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def silence(polling_day: date, zones: frozenset[str], margin: timedelta = MARGIN) -> Span:
    """Return when nothing may be said around a polling day to somebody who hears of places in these zones."""
    begins = min(at(polling_day - DAY, time(0), zone) for zone in zones)
    return Span(begins - margin, max(at(polling_day, CLOSES[zone], zone) for zone in zones))


def silences(days: tuple[date, ...], zones: frozenset[str]) -> tuple[Span, ...]:
    """Return the silences of all rounds."""
    return tuple(silence(day, zones) for day in days)


def silent_everywhere(days: tuple[date, ...]) -> tuple[Span, ...]:
    """Return when nothing may be said to anybody around some polling days."""
    apart = [[silence(day, frozenset({zone})) for zone in CLOSES] for day in days]
    return tuple(Span(max(one.begins for one in each), min(one.ends for one in each)) for each in apart)


def in_hours(moment: datetime, hours: tuple[time, time] | None, zone: str) -> bool:
    """Tell whether a moment lies in quiet hours, told by the clocks of a zone; they may cross midnight."""
    if hours is None:
        return False
    begins, ends = (hour.hour * 60 + hour.minute for hour in hours)
    local = moment.astimezone(ZoneInfo(zone))
    return (local.hour * 60 + local.minute - begins) % 1440 < (ends - begins) % 1440


def next_digest(
    moment: datetime, hour: time, weekday: int | None, zone: str, quiet: tuple[time, time] | None
) -> datetime:
    """Return the first occurrence of an hour (on a weekday) from a moment on, by the clocks of a zone.

    One that falls into quiet hours comes at their end: that of yesterday may still be to come.
    """
    first = moment.astimezone(ZoneInfo(zone)).date() - 2 * DAY
    days = (first + number * DAY for number in range(12))
    wanted = (at(day, hour, zone) for day in days if weekday is None or day.weekday() == weekday)
    moments = (after_hours(one, quiet, zone) for one in wanted)
    return next(one for one in moments if one >= moment)


def after_hours(moment: datetime, hours: tuple[time, time] | None, zone: str) -> datetime:
    """Return a moment, or where it lies in quiet hours their end, on the minute."""
    while in_hours(moment, hours, zone):
        moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return moment

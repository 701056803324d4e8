"""What the clock means for the board: as of when everything is shown, and when that changes next. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pledgebot.domain.election import Silence

_FAR = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


@dataclass(frozen=True)
class Borders:
    """The moments at which the board changes by itself.

    `silences` are those that hold, none where the law knows none; `ends` are the first moments after each polling day, from
    which on people ask about the next round. `zone` is the one by whose clocks days are counted.
    """

    silences: tuple[Silence, ...] = ()
    ends: tuple[datetime, ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


@dataclass(frozen=True)
class Moment:
    """What the clock means from `since` until `until`: `as_of` is when the silence began that holds, None without one.

    `today` is the day in the election's zone, `rounds_over` says how many polling days are past.
    """

    as_of: datetime | None
    today: date
    rounds_over: int
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether this is still so at a moment."""
        return self.since <= now < self.until


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after a day, as an aware moment in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def moment_of(borders: Borders, now: datetime) -> Moment:
    """Return what a moment means."""
    today = now.astimezone(borders.zone).date()
    edges = [
        *(edge for silence in borders.silences for edge in (silence.begins, silence.ends)),
        *borders.ends,
        midnight_after(today, borders.zone),
    ]
    covering = [silence.begins for silence in borders.silences if silence.covers(now)]
    return Moment(
        as_of=min(covering, default=None),
        today=today,
        rounds_over=sum(end <= now for end in borders.ends),
        since=max((edge for edge in edges if edge <= now), default=datetime.min.replace(tzinfo=UTC)),
        until=min((edge for edge in edges if edge > now), default=_FAR),
    )


def end_of(day: date, moment: Moment, zone: ZoneInfo) -> tuple[datetime, bool] | None:
    """Return as of when a day is shown, and whether that is not its end yet; None for a day that is still to come.

    It is never later than the beginning of a silence that holds.
    """
    if day > moment.today:
        return None
    try:
        end = midnight_after(day, zone)
    except OverflowError:
        return None
    if moment.as_of is not None and moment.as_of < end:
        return moment.as_of, True
    return end, day == moment.today


def ends_of(days: Sequence[tuple[date, ZoneInfo]]) -> tuple[datetime, ...]:
    """Return the first moments after polling days, each in its zone."""
    return tuple(midnight_after(day, zone) for day, zone in days)

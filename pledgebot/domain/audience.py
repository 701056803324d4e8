"""Who hears what, and when: topics, rhythms, quiet hours, and the kinds of places that are written to."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import count


class Audience(StrEnum):
    """Who a destination or an event is for. Messages to organizers are exempt from the electoral silence."""

    PUBLIC = "public"
    SUBSCRIBER = "subscriber"
    ORGANIZERS = "organizers"


class PlaceKind(StrEnum):
    """What kind of place is written to: one person's chat, a group, or a channel that many read."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True)
class Spot:
    """A place as a network names it: the medium, the address there, the topic of a forum (empty for none), what it is."""

    channel: str
    address: str
    thread: str = ""
    place: PlaceKind = PlaceKind.PRIVATE


class Rhythm(StrEnum):
    """How often a destination wants to hear."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class TopicKind(StrEnum):
    """What a subscription follows."""

    ALL = "all"
    CONSTITUENCY = "constituency"
    BANNER = "banner"
    LIST = "list"
    DEMAND = "demand"


@dataclass(frozen=True)
class Topics:
    """What an event touches, as row numbers: whoever follows one of them hears of it."""

    lists: tuple[int, ...] = ()
    banners: tuple[int, ...] = ()
    constituencies: tuple[int, ...] = ()
    demands: tuple[int, ...] = ()


QuietHours = tuple[time, time]
"""Local times between which nothing is sent: the first is inside, the second is not. Equal ones mean none."""

DIGEST_HOUR = time(18)
"""When a digest comes for whoever chose no hour: after work, before the evening."""
DIGEST_WEEKDAY = 3
"""Thursday. The vote is on a Sunday and the silence begins with the Saturday: Friday is left to ask and to put right."""

_DAY = timedelta(days=1)


def first_due(
    not_before: datetime,
    rhythm: Rhythm,
    hour: time | None,
    quiet: QuietHours | None,
    zone: tzinfo,
    weekday: int = DIGEST_WEEKDAY,
) -> datetime:
    """Return when a place wants to hear of what may be said from a moment on. Aware, in UTC.

    At once is then, or at the end of the quiet hours; a digest comes at the next occurrence of its hour, put off likewise, a
    weekly one on its `weekday` (Monday is 0).
    A local time that a change of clocks leaves out is the first moment after the gap, one that comes twice is taken the first
    time. The result is never earlier than `not_before`, never in quiet hours, and asking again with it changes nothing.
    """
    if rhythm is Rhythm.AT_ONCE:
        return _after_quiet(not_before.astimezone(UTC), quiet, zone)
    # What quiet hours put off until today may be the occurrence of the day before.
    first_day = not_before.astimezone(zone).date() - 2 * _DAY
    days = (first_day + number * _DAY for number in count())
    wanted = (day for day in days if rhythm is Rhythm.DAILY or day.weekday() == weekday)
    moments = (_after_quiet(_moment(day, hour or DIGEST_HOUR, zone), quiet, zone) for day in wanted)
    return next(moment for moment in moments if moment >= not_before)


def _after_quiet(moment: datetime, quiet: QuietHours | None, zone: tzinfo) -> datetime:
    """Return a moment, or where it lies in quiet hours their end."""
    while quiet is not None and is_quiet((local := moment.astimezone(zone)).time(), quiet):
        begins, ends = quiet
        tomorrow = begins > ends and local.time() >= begins
        day = local.date() + _DAY if tomorrow else local.date()
        end = _moment(day, ends, zone)
        # In the hour that comes twice the first end may be past already.
        moment = end if end > moment else _moment(day, ends, zone, fold=1)
    return moment


def is_quiet(at: time, quiet: QuietHours) -> bool:
    """Tell whether a local time lies in quiet hours, which may cross midnight."""
    begins, ends = quiet
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def moment_at(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the moment in UTC of a local time; of one that comes twice the first, of one left out the end of the gap."""
    return _moment(day, at, zone)


def _moment(day: date, at: time, zone: tzinfo, fold: int = 0) -> datetime:
    """Return the moment in UTC of a local time, or the first moment after the gap in which it would lie."""
    local = datetime.combine(day, at, zone).replace(fold=fold)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0):
        return moment
    # Read with the clock of after the change it lies before the gap, with that of before the change behind it.
    before = int(local.replace(fold=1).timestamp())
    behind = int(local.replace(fold=0).timestamp()) + 1
    offset = _offset(before, zone)
    while behind - before > 1:
        middle = (before + behind) // 2
        before, behind = (middle, behind) if _offset(middle, zone) == offset else (before, middle)
    return datetime.fromtimestamp(behind, UTC)


def _offset(seconds: int, zone: tzinfo) -> timedelta | None:
    return datetime.fromtimestamp(seconds, zone).utcoffset()


_HOUR = r"(?:(\d{1,2})(?:\s*(?:h|:)\s*(\d{2})?)?\s*([ap]m)?|(minuit|midnight|midi|noon))"
_BETWEEN = r"\s*(?:-|/|>|\bà\b|\ba\b|\bau\b|\bto\b|\buntil\b|\btill\b|\bet\b|\band\b|\bjusqu'[àa]\b|\s)\s*"
_ONE = re.compile(_HOUR)
_TWO = re.compile(rf"(?:de |from |entre |between )?{_HOUR}{_BETWEEN}{_HOUR}")
_NAMED = {"minuit": time(0), "midnight": time(0), "midi": time(12), "noon": time(12)}
_HALF_DAY = range(1, 13)
_LONGEST = 40


def hour_from(text: str) -> time | None:
    """Return the time of day that a text names, such as "18h", "7:30" or "6 pm"; None when it names none."""
    found = _ONE.fullmatch(_plain(text))
    return _time(*found.groups()) if found is not None else None


def hours_from(text: str) -> QuietHours | None:
    """Return the two times of day that a text names, such as "22h-7h" or "from 10pm to 7am"; None when it names no two."""
    found = _TWO.fullmatch(_plain(text))
    if found is None:
        return None
    begins, ends = _time(*found.groups()[:4]), _time(*found.groups()[4:])
    return (begins, ends) if begins is not None and ends is not None else None


def _plain(text: str) -> str:
    """Return a short text in one form: no capitals, one kind of dash, of apostrophe and of blank; a long one names no hour."""
    if len(text) > _LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace(".m", "m").replace("m.", "m")
    plain = re.sub(r"[\u2010-\u2015\u2212→]", "-", plain)
    return " ".join(re.sub(r"(?<=\d)\s*(?:heures?|hours?|hrs?)\b", "h", plain).split())


def _time(hours: str | None, minutes: str | None, half: str | None, name: str | None) -> time | None:
    if name is not None:
        return _NAMED[name]
    hour, minute = int(hours or 0), int(minutes or 0)
    if half is not None:
        if hour not in _HALF_DAY:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    # Midnight is written as 24h as well.
    if (hour, minute) == (24, 0):
        hour = 0
    try:
        return time(hour, minute)
    except ValueError:
        return None

"""Rounds, polling days and the electoral silence.

The silence follows article L. 49 of the French electoral code: from the eve of the vote at zero hour nothing with the
character of electoral propaganda may be spread to the public by electronic means. It ends when the polls close.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SILENCE_MARGIN = timedelta(minutes=10)
"""How long before the silence sending stops, so that what is under way has arrived when it begins."""


class SilenceRule(StrEnum):
    """Which law keeps the bot silent around a polling day."""

    FR_L49 = "fr-L49"
    NONE = "none"


@dataclass(frozen=True)
class PollingDay:
    """One polling day as seen from one place: its date, the hour at which the polls close there, the time zone."""

    day: date
    closes: time
    zone: ZoneInfo

    def by(self, hours: "Hours") -> "PollingDay":
        """Return the same polling day in a place with hours of its own. Raises what `ZoneInfo` raises for an unknown zone."""
        zone = ZoneInfo(hours.zone) if hours.zone is not None else self.zone
        return replace(self, closes=hours.closes if hours.closes is not None else self.closes, zone=zone)


@dataclass(frozen=True)
class Hours:
    """By which clocks a place votes, and when its polls close; None stands for what it leaves to its round."""

    zone: str | None = None
    closes: time | None = None

    def within(self, parent: "Hours") -> "Hours":
        """Return the hours of a place that is part of another: its own, else the other's."""
        return Hours(
            self.zone if self.zone is not None else parent.zone,
            self.closes if self.closes is not None else parent.closes,
        )


@dataclass(frozen=True)
class Silence:
    """A span in which nothing may be said to the public: `begins` is inside it, `ends` is not. Aware, in UTC."""

    begins: datetime
    ends: datetime

    def covers(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the silence."""
        return self.begins <= moment < self.ends


class Hush(StrEnum):
    """Why nothing may be said to the public now, or that it may."""

    FREE = "free"
    SILENCE = "silence"
    NO_CALENDAR = "no_calendar"
    CLOCK_OFF = "clock_off"


def silence_of(polling_day: PollingDay) -> Silence:
    """Return the silence around one polling day in one place: 00:00 local time on the eve to the close of the polls."""
    eve = datetime.combine(polling_day.day - timedelta(days=1), time(0), polling_day.zone)
    close = datetime.combine(polling_day.day, polling_day.closes, polling_day.zone)
    return Silence(eve.astimezone(UTC), close.astimezone(UTC))


def widest_silence(polling_days: Iterable[PollingDay]) -> Silence | None:
    """Return the widest span that covers the silences of one round in several places; None without any place."""
    silences = [silence_of(day) for day in polling_days]
    if not silences:
        return None
    return Silence(min(s.begins for s in silences), max(s.ends for s in silences))


def hush_at(
    moment: datetime,
    silences: Iterable[Silence],
    rule: SilenceRule = SilenceRule.FR_L49,
    margin: timedelta = SILENCE_MARGIN,
    *,
    clock_off: bool = False,
) -> Hush:
    """Tell whether the public may be spoken to at a moment.

    It fails closed: without a calendar nothing is said, since an unknown polling day cannot be kept, nor by a clock that is
    known to be wrong (`clock_off`). The margin is counted before the silence begins.
    """
    if rule is SilenceRule.NONE:
        return Hush.FREE
    known = list(silences)
    if not known:
        return Hush.NO_CALENDAR
    if clock_off:
        return Hush.CLOCK_OFF
    if any(Silence(s.begins - margin, s.ends).covers(moment) for s in known):
        return Hush.SILENCE
    return Hush.FREE


class ListStatus(StrEnum):
    """What became of a list in its round."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Fate(StrEnum):
    """What became of a list once the next round's lists are known; `OPEN` until a person confirmed where it went."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    CONTINUED = "continued"
    NOT_STANDING = "not_standing"
    OPEN = "open"


class LineageKind(StrEnum):
    """How a list descends from an earlier one."""

    CONTINUES = "continues"
    MERGED = "merged"


@dataclass(frozen=True)
class ListRecord:
    """One list as a file gives it: what an importer hands to the services.

    `line` is the line of the file where the list begins, for messages. `nuance` is the code attributed by the prefecture,
    `nuance_year` the year of the codes that it is one of: the same code may mean something else in another year.
    No candidate but the head of list is kept, and of them the name only. `members` are the digests of the names of all
    candidates, 8 bytes each, sorted, one after the other; empty when none were asked for.
    """

    line: int
    constituency: str
    constituency_label: str
    panel: int | None
    name: str
    short_name: str | None
    head: str | None
    nuance: str | None
    nuance_year: int | None = None
    members: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Descent:
    """A list of the round before from which a list's candidates come: `common` of its `of_child` candidates."""

    parent: int
    kind: LineageKind
    common: int
    of_child: int


def descents(
    children: Mapping[int, frozenset[bytes]], parents: Mapping[int, frozenset[bytes]]
) -> Iterator[tuple[int, Descent]]:
    """Yield, for each list of a round in one constituency, the lists of the round before that its candidates come from.

    Both arguments are list → candidates. A list with the candidates of one parent only continues it, with those of several
    it is a merger. Most common candidates first; ties by the parent's number.
    """
    for child, members in children.items():
        common = {parent: len(members & others) for parent, others in parents.items()}
        found = sorted((parent for parent in common if common[parent]), key=lambda parent: (-common[parent], parent))
        kind = LineageKind.CONTINUES if len(found) == 1 else LineageKind.MERGED
        for parent in found:
            yield child, Descent(parent, kind, common[parent], len(members))

"""What the calendar holds from a moment on: silences, reminders, digests. Of subscribers numbers only, never who they are."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, Rhythm, moment_at
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.election import Hours, PollingDay, SilenceRule, silence_of
from pledgebot.domain.negative import held_spans
from pledgebot.domain.organizer_calendar import upcoming_organizers
from pledgebot.domain.policy import Policy
from pledgebot.domain.public_calendar import upcoming_public
from pledgebot.services.facts import election_zone
from pledgebot.services.occurrences import was_raised
from pledgebot.services.policies import policy
from pledgebot.services.rhythms import due_at
from pledgebot.services.rounds import UNREADABLE, hours_apart, polling_days, whole_calendar
from pledgebot.services.staying import ASKED_AFTER, DEADLINE_AFTER, STAY_RULE
from pledgebot.services.views import RoundView
from pledgebot.store.tables import Constituency, Destination

FORGET_RULE = "forget"
"""Under this name stands when those are deleted who did not say that they stay."""


@dataclass(frozen=True)
class SilentWindow:
    """The silence of one round by the clocks of one zone: nothing is sent any more from `stops` on, until `ends`.

    `places` are those that have these hours of their own, none where they are those of the round. From `held_from` on no new
    refusal is confirmed; None where no such moment is configured.
    """

    number: int
    day: date
    zone: ZoneInfo
    places: tuple[str, ...]
    stops: datetime
    begins: datetime
    ends: datetime
    held_from: datetime | None


@dataclass(frozen=True)
class Planned:
    """One thing that will be recalled, unless it is over then: its rule, and how many days before which round it comes."""

    at: datetime
    rule: str
    number: int
    days_left: int


@dataclass(frozen=True)
class NextDigests:
    """How many subscribers get their next digest at one moment, if there is news; in the silence it waits."""

    at: datetime
    rhythm: Rhythm
    subscribers: int
    is_silent: bool


@dataclass(frozen=True)
class CalendarView:
    """All that is to come from `now` on, each in its order; `zone` is the one whose clocks the election goes by.

    `known` is False where there is no calendar or it cannot be read: then nothing is said in public. `daily` is when
    organizers get their message of the day.
    """

    now: datetime
    zone: ZoneInfo
    known: bool
    rule: SilenceRule
    windows: tuple[SilentWindow, ...] = ()
    public: tuple[Planned, ...] = ()
    organizers: tuple[Planned, ...] = ()
    daily: time | None = None
    digests: tuple[NextDigests, ...] = ()


def coming(session: Session, now: datetime, days: int | None = None) -> CalendarView:
    """Return what is to come, of the next days or of all. What is past is not in it."""
    decided = policy(session)
    until = now + timedelta(days=days) if days is not None else None
    try:
        rounds = whole_calendar(session)
        zone = election_zone(session)
        windows = tuple(_windows(session, decided, now))
    except UNREADABLE:
        rounds, zone, windows = (), ZoneInfo("UTC"), ()
    if not rounds:
        return CalendarView(now, zone, known=False, rule=decided.rule)
    public = [*_planned(session, rounds, upcoming_public(rounds, decided, now)), *_farewell(rounds, now)]
    return CalendarView(
        now=now,
        zone=zone,
        known=True,
        rule=decided.rule,
        windows=tuple(one for one in windows if until is None or one.stops <= until),
        public=tuple(one for one in public if until is None or one.at <= until),
        organizers=tuple(
            one
            for one in _planned(session, rounds, upcoming_organizers(rounds, decided, now))
            if until is None or one.at <= until
        ),
        daily=decided.reminders.organizers_hour if now.astimezone(zone).date() <= rounds[-1].day else None,
        digests=tuple(one for one in _digests(session, zone, windows, now) if until is None or one.at <= until),
    )


def _windows(session: Session, decided: Policy, now: datetime) -> Iterator[SilentWindow]:
    """Yield the silences that are not over, one for each clock by which a place votes."""
    if decided.rule is SilenceRule.NONE:
        return
    labels = _labels(session)
    for number, day in enumerate(polling_days(session), 1):
        by_span: defaultdict[PollingDay, list[str]] = defaultdict(list)
        by_span[day] = []
        for hours, places in labels.items():
            by_span[day.by(hours)] += places
        for own, places in sorted(by_span.items(), key=lambda one: (silence_of(one[0]).begins, one[0].closes)):
            silence = silence_of(own)
            if now < silence.ends:
                held = held_spans([own], decided.negative_days, decided.negative_hour)
                yield SilentWindow(
                    number=number,
                    day=own.day,
                    zone=own.zone,
                    places=tuple(places),
                    stops=silence.begins - decided.margin,
                    begins=silence.begins,
                    ends=silence.ends,
                    held_from=held[0].begins if held else None,
                )


def _labels(session: Session) -> dict[Hours, list[str]]:
    """Return the hours that places have of their own, and how those are called."""
    apart = hours_apart(session)
    named: defaultdict[Hours, list[str]] = defaultdict(list)
    rows = session.execute(
        sa.select(Constituency.id, Constituency.label)
        .where(sa.or_(Constituency.zone.is_not(None), Constituency.closes.is_not(None)))
        .order_by(Constituency.label)
    )
    for number, label in rows:
        named[apart[number]].append(label)
    return named


def _planned(session: Session, rounds: Sequence[RoundView], occurrences: Iterable[Occurrence]) -> Iterator[Planned]:
    """Yield occurrences that were not raised yet, with the round of each: its key begins theirs."""
    for one in occurrences:
        if one.key in was_raised(session, one.rule, [one.key]):
            continue
        mine = re.split("[ :]", one.key)[0]
        number, its = next((number, its) for number, its in enumerate(rounds, 1) if its.key == mine)
        days_left = (its.day - one.due_at.astimezone(its.zone).date()).days
        yield Planned(one.due_at, one.rule, number, days_left)


def _farewell(rounds: Sequence[RoundView], now: datetime) -> Iterator[Planned]:
    """Yield when subscribers are asked whether they stay for the mandate, and when those are deleted who did not answer."""
    last = rounds[-1]
    for rule, after in ((STAY_RULE, ASKED_AFTER), (FORGET_RULE, DEADLINE_AFTER + timedelta(days=1))):
        at = moment_at(last.day + after, time(0), last.zone)
        if now < at:
            yield Planned(at, rule, len(rounds), -after.days)


def _digests(session: Session, zone: ZoneInfo, windows: Sequence[SilentWindow], now: datetime) -> Iterator[NextDigests]:
    """Yield when the next digests go, however many subscribers there are: who chose the same is counted as one."""
    chosen = (
        Destination.rhythm,
        Destination.hour,
        Destination.weekday,
        Destination.zone,
        Destination.quiet_from,
        Destination.quiet_to,
    )
    rows = session.execute(
        sa.select(*chosen, sa.func.count())
        .where(
            Destination.audience == Audience.SUBSCRIBER,
            Destination.ended_at.is_(None),
            Destination.rhythm != Rhythm.AT_ONCE,
        )
        .group_by(*chosen)
    )
    counted: Counter[tuple[datetime, Rhythm]] = Counter()
    for *choice, count in rows:
        place = Destination(**dict(zip((column.key for column in chosen), choice, strict=True)))
        counted[due_at(place, now, zone), place.rhythm] += count
    for (at, rhythm), count in sorted(counted.items()):
        yield NextDigests(at, rhythm, count, any(one.stops <= at < one.ends for one in windows))

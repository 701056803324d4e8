"""When organizers are reminded: whom to write to again, what waits for them, which dates come.

Messages to organizers say nothing to the public, so they are exempt from the silence. They have no quiet hours of their own:
what is not bound to an hour is never told them at night.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from pledgebot.domain.audience import QuietHours, Rhythm, first_due, is_quiet, moment_at
from pledgebot.domain.calendar import Occurrence, days_before
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.policy import Policy, ReminderPolicy
from pledgebot.domain.progress import Contact, ContactKind
from pledgebot.domain.public_calendar import DatedRound

OUTREACH = "outreach"
ENTRY_WAITS = "entry_waits"
ANSWER_WAITS = "answer_waits"
"""The rules under which these reminders are raised once; the dates have the values of `Deadline`."""

NIGHT: QuietHours = (time(21), time(8))
"""When organizers are told nothing that can wait."""

ENTRY_HOURS = (2, 24)
"""After how many hours an entry that waits for a second person is told again; after the last it is counted once a day."""

ANSWER_HOURS = (24, 48)
"""After how many hours a message of a list is told of which nothing is recorded. A reply that is due has to be published
within three days (LCEN, article 1-1, III): the second time one is left."""

BETWEEN = timedelta(days=14)
"""Up to how far apart two rounds are so close that lists of the second are written to on three days running."""

_TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY = 5, 4, 3, 2
"""How many days before a polling day on a Sunday these lie."""

_DAY = timedelta(days=1)
_WARNED = timedelta(hours=2)
"""How long before a silence that begins early, as in Nouméa, organizers are told at the latest."""


class Deadline(StrEnum):
    """What organizers are told of the calendar, each once for a round.

    `LINEAGES`: second-round lists are deposited on the Tuesday until 18:00, and who descends from whom is not confirmed.
    """

    LAST_CALL_TOMORROW = "last_call_tomorrow"
    NO_REFUSALS = "no_refusals"
    SILENCE_BEGINS = "silence_begins"
    SILENCE_OVER = "silence_over"
    LINEAGES = "lineages"


@dataclass(frozen=True)
class OrganizerDate:
    """One date of a round (by its key): `at` is the moment that it tells of."""

    round_key: str
    what: Deadline
    at: datetime
    occurrence: Occurrence


def upcoming_organizers(rounds: Iterable[DatedRound], policy: Policy, now: datetime) -> tuple[Occurrence, ...]:
    """Return the fixed dates of which organizers are still to be told, the next one first."""
    return tuple(one.occurrence for one in _planned(rounds, policy) if now < _end(one))


def due_organizers(rounds: Iterable[DatedRound], policy: Policy, now: datetime) -> tuple[OrganizerDate, ...]:
    """Return the dates of which organizers may be told now: of each rule one at most, the newest."""
    due = {one.what: one for one in _planned(rounds, policy) if one.occurrence.is_due(now)}
    return tuple(due.values())


def is_night(moment: datetime, zone: tzinfo) -> bool:
    """Tell whether organizers are not to be disturbed, by the clocks of a zone."""
    return is_quiet(moment.astimezone(zone).time(), NIGHT)


def daily_outreach(now: datetime, policy: ReminderPolicy, zone: tzinfo) -> Occurrence:
    """Return the daily message of the day that it is now; when nobody looked in time, it is told until the night."""
    today = now.astimezone(zone).date()
    due = moment_at(today, policy.organizers_hour, zone)
    night = moment_at(today, NIGHT[0], zone)
    ends = night if night > due else moment_at(today + _DAY, time(0), zone)
    return Occurrence(OUTREACH, f"{today:%Y-%m-%d}", due, max(ends, due + timedelta(minutes=1)))


def _end(one: OrganizerDate) -> datetime:
    """Return when a date has no meaning any more; each of them has such a moment."""
    return one.occurrence.expires_at or one.occurrence.due_at


def _planned(rounds: Iterable[DatedRound], policy: Policy) -> list[OrganizerDate]:
    ordered = sorted(rounds, key=lambda one: one.day)
    found: list[OrganizerDate] = []
    for place, one in enumerate(ordered):
        # Nobody is told of the second vote before the first is over.
        over = max((before.silence.ends for before in ordered[:place] if before.silence is not None), default=None)
        dates = _dates(one, policy, second=place > 0)
        found += [found_one for found_one in dates if over is None or over <= found_one.occurrence.due_at]
    return sorted(found, key=lambda one: (one.occurrence.due_at, one.what))


def _dates(one: DatedRound, policy: Policy, *, second: bool) -> Iterator[OrganizerDate]:
    hour = policy.reminders.organizers_hour
    if last := policy.reminders.last_call:
        at = days_before(one.day, last, policy.reminders.hour, one.zone)
        yield _date(one, Deadline.LAST_CALL_TOMORROW, at, days_before(one.day, last + 1, hour, one.zone))
    if (days := policy.negative_days) and policy.rule is not SilenceRule.NONE:
        at = days_before(one.day, days, policy.negative_hour, one.zone)
        # Early hours of the same day come first; where the limit falls before them, the day before.
        due = days_before(one.day, days if hour < policy.negative_hour else days + 1, hour, one.zone)
        yield _date(one, Deadline.NO_REFUSALS, at, due)
    if one.silence is not None and policy.rule is not SilenceRule.NONE:
        begins = one.silence.begins - policy.margin
        yield _date(
            one,
            Deadline.SILENCE_BEGINS,
            begins,
            min(days_before(one.day, _FRIDAY, time(10), one.zone), begins - _WARNED),
        )
        ends = one.silence.ends
        morning = first_due(ends, Rhythm.AT_ONCE, None, NIGHT, one.zone)
        yield _date(one, Deadline.SILENCE_OVER, ends, morning, morning + _DAY)
    if second:
        evening = days_before(one.day, _TUESDAY, time(19), one.zone)
        yield _date(one, Deadline.LINEAGES, evening, evening, evening + _DAY)


def _date(
    one: DatedRound, what: Deadline, at: datetime, due: datetime, expires: datetime | None = None
) -> OrganizerDate:
    """Return one date. The polling day is part of its key: of a vote that is put off organizers are told again."""
    return OrganizerDate(
        one.key,
        what,
        at,
        Occurrence(what.value, f"{one.key} {one.day:%Y-%m-%d}", due, at if expires is None else expires),
    )


@dataclass(frozen=True)
class History:
    """On which days a list was written to in a round: the first letter, None for none, and the reminders in their order."""

    first: date | None = None
    reminders: tuple[date, ...] = ()


def history_of(contacts: Iterable[Contact], zone: tzinfo) -> History:
    """Return what a list was sent, by the clocks of a zone. A reminder without a letter before it is one all the same."""
    days = sorted((contact.at.astimezone(zone).date(), contact.kind) for contact in contacts)
    sent = [day for day, kind in days if kind is ContactKind.SENT]
    reminders = tuple(day for day, kind in days if kind is ContactKind.REMINDED)
    return History(min((*sent[:1], *reminders[:1]), default=None), reminders)


def last_day(polling_day: date, policy: ReminderPolicy, before: date | None = None) -> date:
    """Return the last day on which a list is written to: that of the last call, and never in the silence.

    Where the round before, of which `before` is the day, is close, it is the Thursday.
    """
    return polling_day - (_THURSDAY if _is_close(polling_day, before) else max(policy.last_call, _FRIDAY)) * _DAY


def answer_before(polling_day: date, policy: Policy, today: date) -> date:
    """Return before which day an answer is asked for, so that it can be published whatever it says.

    That is the day from which on no new refusal is confirmed; when that is there, the Friday before the silence.
    """
    friday = polling_day - _FRIDAY * _DAY
    limit = min(friday, polling_day - policy.negative_days * _DAY) if policy.negative_days else friday
    return limit if today < limit else friday


def rungs(first: date, polling_day: date, policy: ReminderPolicy, before: date | None = None) -> tuple[date, ...]:
    """Return the days on which a list that does not answer is reminded, when the first letter was sent on a day.

    They are so many days after the letter. When fewer are left until the last call, as many rungs are spread evenly over what
    is left, whole days, each on a day of its own. `before` is the day of the round before: when it is close, lists are
    written to on the Tuesday, the Wednesday and the Thursday. The same days for every list that was sent the letter on one
    day; then it is over.
    """
    ladder = sorted(set(policy.ladder))
    if _is_close(polling_day, before):
        days = (polling_day - number * _DAY for number in (_TUESDAY, _WEDNESDAY, _THURSDAY)[: len(ladder)])
        return tuple(day for day in days if day > first)
    left = (last_day(polling_day, policy) - first).days
    if not ladder or left >= ladder[-1]:
        return tuple(first + days * _DAY for days in ladder)
    many = max(0, min(len(ladder), left))
    return tuple(first + (left * rung // many) * _DAY for rung in range(1, many + 1))


def _is_close(polling_day: date, before: date | None) -> bool:
    return before is not None and polling_day - before <= BETWEEN


def rung_due(history: History, steps: Sequence[date], today: date, last: date) -> int | None:
    """Return which reminder a list is to be sent today, counted from 1, None for none.

    Each reminder that was sent takes a rung. One that was missed is made up for until the next rung comes: nobody is reminded
    twice on its account, and nobody after the last day.
    """
    come = [day for day in steps if day <= today]
    if not come or today > last or len(history.reminders) >= len(come) or history.reminders[-1:] >= tuple(come[-1:]):
        return None
    return len(history.reminders) + 1

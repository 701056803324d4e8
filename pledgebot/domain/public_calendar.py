"""When the public and subscribers are reminded: so many days before each round, and once of the lists' last days to answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from pledgebot.domain.calendar import Occurrence, days_before
from pledgebot.domain.election import Silence, SilenceRule
from pledgebot.domain.policy import Policy

DAYS_LEFT = "days_left"
LAST_CALL = "last_call"
"""The rules under which these reminders are raised once."""


class DatedRound(Protocol):
    """A round as the calendar knows it: its key, its day, the zone of its hours, the widest silence around it."""

    @property
    def key(self) -> str:
        """What it is called by, such as `2026-t1`."""
        ...

    @property
    def day(self) -> date:
        """The polling day."""
        ...

    @property
    def zone(self) -> tzinfo:
        """By which clocks its hours are read."""
        ...

    @property
    def silence(self) -> Silence | None:
        """The widest silence over the places where lists may stand."""
        ...


@dataclass(frozen=True)
class PublicReminder:
    """One reminder of a round (by its key), so many days before it."""

    round_key: str
    days_left: int
    occurrence: Occurrence


def upcoming_public(rounds: Iterable[DatedRound], policy: Policy, now: datetime) -> tuple[Occurrence, ...]:
    """Return the reminders to the public that are still to come or have their day today, the next one first."""
    return tuple(one.occurrence for one in _planned(rounds, policy) if now < _end(one))


def due_public(rounds: Iterable[DatedRound], policy: Policy, now: datetime) -> tuple[PublicReminder, ...]:
    """Return what may be recalled now: of each rule one at most, the newest, however long nobody looked."""
    due = {one.occurrence.rule: one for one in _planned(rounds, policy) if one.occurrence.is_due(now)}
    return tuple(due.values())


def _end(one: PublicReminder) -> datetime:
    """Return when a reminder has no meaning any more; each of them has such a moment."""
    return one.occurrence.expires_at or one.occurrence.due_at


def _planned(rounds: Iterable[DatedRound], policy: Policy) -> list[PublicReminder]:
    """Return every reminder of some rounds in the order of their moments.

    None lies in a silence, and none before the round before is over: people are not reminded of two votes at once, and which
    lists stand in the second one nobody knows yet. The last call says how many days are left too, so on its day nothing else
    does.
    """
    ordered = sorted(rounds, key=lambda one: one.day)
    silences = [] if policy.rule is SilenceRule.NONE else [one.silence for one in ordered if one.silence is not None]
    found: list[PublicReminder] = []
    for place, one in enumerate(ordered):
        over = _over(ordered[:place])
        found += [
            reminder
            for reminder in _of_round(one, policy)
            if (over is None or over <= reminder.occurrence.due_at) and not _silent(reminder, silences, policy)
        ]
    return sorted(found, key=lambda reminder: reminder.occurrence.due_at)


def _over(before: Sequence[DatedRound]) -> datetime | None:
    """Return when the last of some rounds is over; None without any."""
    ends = [one.silence.ends for one in before if one.silence is not None]
    return max(ends, default=None)


def _silent(reminder: PublicReminder, silences: Iterable[Silence], policy: Policy) -> bool:
    return any(Silence(one.begins - policy.margin, one.ends).covers(reminder.occurrence.due_at) for one in silences)


def _of_round(one: DatedRound, policy: Policy) -> Iterator[PublicReminder]:
    wanted = policy.reminders
    for days in sorted({*wanted.days_left, wanted.last_call} - {0}):
        rule = LAST_CALL if days == wanted.last_call else DAYS_LEFT
        yield PublicReminder(one.key, days, _occurrence(rule, one, days, wanted.hour))


def _occurrence(rule: str, one: DatedRound, days: int, hour: time) -> Occurrence:
    """Return one reminder, which has a meaning until its day is over.

    The polling day is part of its key: of a vote that is put off, as in 2020, people are reminded again.
    """
    due = days_before(one.day, days, hour, one.zone)
    midnight = days_before(one.day, days - 1, time(0), one.zone)
    return Occurrence(rule, f"{one.key}:{days} {one.day:%Y-%m-%d}", due, max(midnight, due + timedelta(minutes=1)))

"""Telling organizers again of what waits for them: entries for a second person, messages of lists to be recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import StanceState
from pledgebot.domain.audience import Audience
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.errors import Refused
from pledgebot.domain.events import EventKind
from pledgebot.domain.organizer_calendar import ANSWER_HOURS, ANSWER_WAITS, ENTRY_HOURS, ENTRY_WAITS
from pledgebot.domain.recalled import WaitingFacts
from pledgebot.services.facts import lead_proof, subject_facts
from pledgebot.services.lists import get_list
from pledgebot.services.negatives import refuse_late_negative
from pledgebot.services.occurrences import link_event, take_occurrence, was_raised
from pledgebot.services.publishing import publish, publish_notice
from pledgebot.services.queries import is_fictional
from pledgebot.services.topics import topics_of
from pledgebot.services.waiting import WaitingEntry, WaitingMessage, hours_since, waiting_entries, waiting_messages
from pledgebot.store.tables import Answer, Constituency, ContactRow, Organizer, Reminder, Stance

T = TypeVar("T")

_A_WHILE = timedelta(hours=12)

MOST_AT_ONCE = 5
"""When more entries or messages than this are due to be told again at one time, only their number is told."""


def decidable(session: Session, entry: WaitingEntry, now: datetime) -> bool:
    """Tell whether somebody may confirm an entry now; one that the last days before a vote hold back is told of after it."""
    answer = session.get_one(Answer, entry.answer)
    open_stances = sa.select(Stance).where(Stance.answer_id == answer.id, Stance.state == StanceState.PENDING)
    try:
        refuse_late_negative(session, answer, session.scalars(open_stances).all(), now)
    except Refused:
        return False
    return True


def raise_entries(session: Session, now: datetime) -> int:
    """Tell again of entries that wait: once for each number of hours, of the newest one alone after days of sleep."""
    waiting = waiting_entries(session, now - timedelta(hours=ENTRY_HOURS[0]))
    steps = {entry: _Steps(f"{entry.answer}:{entry.version}", entry.since) for entry in waiting}
    open_now = _open_steps(session, ENTRY_WAITS, ENTRY_HOURS, steps, now)
    due = [_taken(session, one, now) for one in open_now if decidable(session, one.what, now)]
    if len(due) > MOST_AT_ONCE:
        return _raise_count(session, EventKind.ENTRY_WAITS, due, now)
    for one in due:
        _tell_of_entry(session, one, now)
    return len(due)


def still_waiting(session: Session, now: datetime) -> tuple[int, int]:
    """Return how many entries that may be confirmed, and how many messages, still wait although they were told for the last time.

    What was told today is not told once more on the same day.
    """
    entries = waiting_entries(session, now - timedelta(hours=ENTRY_HOURS[-1]))
    messages = waiting_messages(session, now - timedelta(hours=ANSWER_HOURS[-1]), now)
    told_entries = _told_before(
        session, ENTRY_WAITS, {f"{one.answer}:{one.version}:{ENTRY_HOURS[-1]}": one for one in entries}, now
    )
    told_messages = _told_before(
        session, ANSWER_WAITS, {f"{one.contact}:{ANSWER_HOURS[-1]}": one for one in messages}, now
    )
    return sum(decidable(session, entry, now) for entry in told_entries), len(told_messages)


def _told_before(session: Session, rule: str, waiting: Mapping[str, T], now: datetime) -> list[T]:
    known = sa.select(Reminder.occurrence).where(
        Reminder.rule == rule, Reminder.occurrence.in_(list(waiting)), Reminder.raised_at <= now - _A_WHILE
    )
    return [waiting[key] for key in session.scalars(known)]


@dataclass(frozen=True)
class _Steps:
    """Under which name something waits, and since when."""

    name: str
    since: datetime


@dataclass(frozen=True)
class _Due(Generic[T]):
    """Something that is due to be told again: the occurrences that nobody raised yet, the newest last, and its row."""

    what: T
    hours: int
    occurrences: tuple[Occurrence, ...]
    reminder: int = 0


def _open_steps(
    session: Session, rule: str, hours: Sequence[int], waiting: Mapping[T, _Steps], now: datetime
) -> list[_Due[T]]:
    """Return what waits for so many hours that it is due to be told again."""
    come = {
        what: {each: f"{one.name}:{each}" for each in hours_since(hours, one.since, now)}
        for what, one in waiting.items()
    }
    known = was_raised(session, rule, [key for keys in come.values() for key in keys.values()])
    found: list[_Due[T]] = []
    for what, keys in come.items():
        fresh = {each: key for each, key in keys.items() if key not in known}
        since = waiting[what].since
        occurrences = tuple(Occurrence(rule, key, since + timedelta(hours=each)) for each, key in fresh.items())
        found += [_Due(what, max(fresh), occurrences)] if fresh else []
    return found


def _taken(session: Session, one: _Due[T], now: datetime) -> _Due[T]:
    """Take all of its occurrences: after days of sleep the newest is told, and the earlier ones are not made up for."""
    rows = [take_occurrence(session, occurrence, now) for occurrence in one.occurrences]
    return replace(one, reminder=rows[-1] or 0)


def _tell_of_entry(session: Session, one: _Due[WaitingEntry], now: datetime) -> None:
    answer = session.get_one(Answer, one.what.answer)
    subject = subject_facts(session, answer.list_id, answer.banner_id)
    proof = lead_proof(session, answer)
    facts = WaitingFacts(
        answer=answer.id,
        version=answer.version,
        list_id=answer.list_id,
        name=subject.name,
        constituencies=subject.constituencies,
        hours=one.hours,
        recorded_by=session.get_one(Organizer, answer.recorded_by).name,
        fictional=is_fictional(session),
        has_file=proof is not None and bool(proof.file_sha256),
    )
    event = publish(
        session,
        EventKind.ENTRY_WAITS,
        facts,
        topics_of(session, answer),
        now,
        answer_id=answer.id,
        audience=Audience.ORGANIZERS,
        # One event of a kind for each version and number of hours: the versions count on, the hours are fewer than these.
        revision=answer.version * (ENTRY_HOURS[-1] + 1) + one.hours,
    )
    link_event(session, one.reminder, event)


def raise_messages(session: Session, now: datetime) -> int:
    """Tell of messages of lists of which nothing is recorded, as often as of entries."""
    waiting = waiting_messages(session, now - timedelta(hours=ANSWER_HOURS[0]), now)
    steps = {message: _Steps(str(message.contact), message.since) for message in waiting}
    due = [_taken(session, one, now) for one in _open_steps(session, ANSWER_WAITS, ANSWER_HOURS, steps, now)]
    if len(due) > MOST_AT_ONCE:
        return _raise_count(session, EventKind.ANSWER_WAITS, due, now)
    for one in due:
        _tell_of_message(session, one, now)
    return len(due)


def _tell_of_message(session: Session, one: _Due[WaitingMessage], now: datetime) -> None:
    row = get_list(session, one.what.list_id)
    logged = session.get_one(ContactRow, one.what.contact)
    facts = WaitingFacts(
        answer=None,
        version=0,
        list_id=row.id,
        name=row.name,
        constituencies=(session.get_one(Constituency, row.constituency_id).label,),
        hours=one.hours,
        recorded_by=session.get_one(Organizer, logged.organizer_id).name,
        fictional=is_fictional(session),
    )
    event = publish_notice(session, EventKind.ANSWER_WAITS, facts, now, audience=Audience.ORGANIZERS)
    link_event(session, one.reminder, event)


def _raise_count(session: Session, kind: EventKind, due: Sequence[_Due[T]], now: datetime) -> int:
    """Tell how many wait at once, and for how many hours at least."""
    hours = min(one.hours for one in due)
    facts = WaitingFacts(None, 0, None, "", (), hours, None, is_fictional(session), count=len(due))
    event = publish_notice(session, kind, facts, now, audience=Audience.ORGANIZERS)
    for one in due:
        link_event(session, one.reminder, event)
    return 1

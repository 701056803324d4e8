"""What waits for organizers for hours: entries for a second person, messages of lists of which nothing is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.election import ListStatus
from pledgebot.domain.events import EventKind
from pledgebot.domain.progress import ContactKind
from pledgebot.store.tables import Answer, CandidateList, ContactRow, Event

REMEMBERED = timedelta(days=14)
"""A message that was received longer ago is not brought up again: a sheet of old contacts may have come in."""

_SAME_DAY = timedelta(hours=12)
"""A contact of which only the day is known is logged for noon: what was recorded that morning may be of it."""


@dataclass(frozen=True)
class WaitingEntry:
    """An entry that waits in its present version since a moment."""

    answer: int
    version: int
    since: datetime


@dataclass(frozen=True)
class WaitingMessage:
    """A message of a list, by the number of its contact, and when it came."""

    contact: int
    list_id: int
    since: datetime


def waiting_entries(session: Session, before: datetime) -> tuple[WaitingEntry, ...]:
    """Return the entries that wait since before a moment: a changed one since it was shown in its present version."""
    rows = session.execute(
        sa.select(Answer.id, Answer.version, Event.created_at)
        .join(Event, Event.answer_id == Answer.id)
        .where(
            Answer.state == AnswerState.PENDING,
            Event.kind == EventKind.ANSWER_PENDING,
            Event.revision == Answer.version,
            Event.created_at <= before,
        )
        .order_by(Event.created_at, Answer.id)
    )
    return tuple(WaitingEntry(*row) for row in rows)


def waiting_messages(session: Session, before: datetime, now: datetime) -> tuple[WaitingMessage, ...]:
    """Return the messages of standing lists that came before a moment and of which nothing was recorded or done since.

    Of each list the last one; a contact that was logged afterwards says that somebody has dealt with it.
    """
    later = aliased(ContactRow)
    dealt_with = sa.select(later.id).where(
        later.list_id == ContactRow.list_id,
        sa.or_(later.at > ContactRow.at, sa.and_(later.at == ContactRow.at, later.id > ContactRow.id)),
    )
    rows = session.execute(
        sa.select(ContactRow.id, ContactRow.at, CandidateList.id, CandidateList.banner_id)
        .join(CandidateList, CandidateList.id == ContactRow.list_id)
        .where(
            ContactRow.kind == ContactKind.RECEIVED,
            ContactRow.at <= before,
            ContactRow.at > now - REMEMBERED,
            CandidateList.status == ListStatus.STANDING,
            ~dealt_with.exists(),
        )
        .order_by(ContactRow.at, ContactRow.id)
    ).all()
    return tuple(
        WaitingMessage(contact, list_id, at)
        for contact, at, list_id, banner_id in rows
        if not _recorded_since(session, list_id, banner_id, at - _SAME_DAY)
    )


def _recorded_since(session: Session, list_id: int, banner_id: int | None, moment: datetime) -> bool:
    """Tell whether an entry about a list or its banner was recorded since a moment, whatever became of it."""
    about = Answer.list_id == list_id
    if banner_id is not None:
        about = sa.or_(about, Answer.banner_id == banner_id)
    return session.scalar(sa.select(Answer.id).where(about, Answer.recorded_at >= moment).limit(1)) is not None


def hours_since(steps: Iterable[int], since: datetime, now: datetime) -> tuple[int, ...]:
    """Return those of some numbers of hours that have passed since a moment."""
    return tuple(hours for hours in steps if since + timedelta(hours=hours) <= now)

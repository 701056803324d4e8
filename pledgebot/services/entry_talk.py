"""Asking about a waiting entry and answering: each remark is audited, told to the organizers, and brought to one person.

Whoever presses Ask or Answer in private is awaited: what they write next is the question or the answer. That is kept for an
hour, so that a restart loses nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import AnswerFacts, EventKind, Remark
from pledgebot.services.answers import get_answer
from pledgebot.services.cursors import write_cursor
from pledgebot.services.facts import answer_facts_from
from pledgebot.services.people import Actor, Role, identity_of, note, require_role
from pledgebot.services.publishing import tell_remark
from pledgebot.services.texts import words
from pledgebot.store.tables import Answer, Cursor, Event, Organizer

LONGEST_REMARK = 1000
"""How many characters a question or an answer has at most."""
AWAITED_FOR = timedelta(hours=1)

_KINDS = (EventKind.ENTRY_ASKED, EventKind.ENTRY_EXPLAINED, EventKind.ENTRY_DECIDED)
_AT_ONCE = 50


def ask_about(session: Session, answer_id: int, text: str, by: Actor, now: datetime) -> None:
    """Ask whoever recorded a waiting entry something about it. Refuses a decided entry, no words, and too many."""
    _remark(session, answer_id, text, by, now, answers=False)


def explain_entry(session: Session, answer_id: int, text: str, by: Actor, now: datetime) -> None:
    """Answer what was asked about a waiting entry. Refuses as `ask_about` does."""
    _remark(session, answer_id, text, by, now, answers=True)


def _remark(session: Session, answer_id: int, text: str, by: Actor, now: datetime, *, answers: bool) -> None:
    require_role(session, by, Role.VERIFIER, Role.RECORDER)
    answer = get_answer(session, answer_id)
    # Locked: of two remarks at once each has to tell of the other.
    session.refresh(answer, with_for_update=True)
    said = words(text)
    if answer.state is not AnswerState.PENDING:
        raise Refused(Objection.ALREADY_DECIDED, answer=answer_id)
    if said is None:
        raise Refused(Objection.REASON_MISSING)
    if len(said) > LONGEST_REMARK:
        raise Refused(Objection.TEXT_TOO_LONG, limit=LONGEST_REMARK, name=f"{said[:40]}…")
    tell_remark(session, answer, Remark(by.name, said, answers), now)
    note(session, by, "answer.explain" if answers else "answer.ask", f"answer:{answer_id}", now, text=said)


def await_words(session: Session, organizer: int, about: str, now: datetime) -> None:
    """Keep that what an organizer writes next in private is about something: a token, of at most 64 characters."""
    write_cursor(session, _awaited(organizer), about, now)


def awaited_words(session: Session, organizer: int, now: datetime) -> str | None:
    """Return about what an organizer's next words are, None when nothing is awaited (any more)."""
    fresh = sa.select(Cursor.value).where(Cursor.name == _awaited(organizer), Cursor.moved_at > now - AWAITED_FOR)
    return session.scalar(fresh)


def await_no_words(session: Session, organizer: int) -> None:
    """Forget what was awaited of an organizer."""
    session.execute(sa.delete(Cursor).where(Cursor.name == _awaited(organizer)))


def _awaited(organizer: int) -> str:
    return f"awaited:{organizer}"


@dataclass(frozen=True)
class Letter:
    """What became of an entry, for one person: the recorder, or whoever asked. `address` is None without a private chat."""

    event: int
    kind: EventKind
    facts: AnswerFacts
    address: str | None


def letters_after(session: Session, channel: str, event: int) -> tuple[Letter, ...]:
    """Return what became of entries since an event, for one person each, oldest first, some at a time.

    A question is for whoever recorded the entry, and so is a rejection; an answer for whoever asked. Nobody is told what
    they did themselves.
    """
    rows = session.execute(
        sa.select(Event, Answer.recorded_by)
        .join(Answer, Answer.id == Event.answer_id)
        .where(Event.id > event, Event.kind.in_(_KINDS))
        .order_by(Event.id)
        .limit(_AT_ONCE)
    )
    return tuple(_letter(session, channel, row, recorder) for row, recorder in rows)


def newest_event(session: Session) -> int:
    """Return the number of the newest event, 0 when there is none."""
    return session.scalar(sa.select(sa.func.max(Event.id))) or 0


def _letter(session: Session, channel: str, event: Event, recorder: int) -> Letter:
    facts = answer_facts_from(event.facts)
    reader = _reader(session, event.kind, facts, recorder)
    address = identity_of(session, reader, channel) if reader is not None else None
    return Letter(event.id, event.kind, facts, address)


def _reader(session: Session, kind: EventKind, facts: AnswerFacts, recorder: int) -> int | None:
    if kind is EventKind.ENTRY_DECIDED:
        rejected = facts.decision is not None and facts.decision.state is AnswerState.REJECTED
        return _unless(session, recorder, facts.decision.by if facts.decision else "") if rejected else None
    if kind is EventKind.ENTRY_ASKED:
        return _unless(session, recorder, facts.talk[-1].by if facts.talk else "")
    questions = [remark for remark in facts.talk if not remark.answers]
    if not questions:
        return None
    asker = session.scalar(sa.select(Organizer.id).where(Organizer.name == questions[-1].by))
    return _unless(session, asker, facts.talk[-1].by) if asker is not None else None


def _unless(session: Session, organizer: int, name: str) -> int | None:
    """Return a person who is still an organizer, unless they are the one of that name."""
    row = session.get(Organizer, organizer)
    return row.id if row is not None and row.removed_at is None and row.name != name else None

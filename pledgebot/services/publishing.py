"""Events: one is written in the transaction of the fact that it announces, and may be taken back until it was told."""

from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.audience import Audience, Topics
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import FACTS_VERSION, Decision, EventKind, Facts, NoticeFacts, Remark
from pledgebot.domain.recalled import Recalled
from pledgebot.services.facts import answer_facts, answer_facts_from, election_zone, facts_content
from pledgebot.services.topics import topics_of
from pledgebot.store.tables import Answer, Delivery, Event

CHANGED = "the entry changed"
DECIDED = "decided already"


def publish(
    session: Session,
    kind: EventKind,
    facts: Facts,
    topics: Topics,
    now: datetime,
    *,
    answer_id: int | None = None,
    audience: Audience = Audience.PUBLIC,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    revision: int = 1,
) -> int:
    """Write one event in the transaction of the fact that it announces, and return its number."""
    event = Event(
        kind=kind,
        audience=audience,
        answer_id=answer_id,
        revision=revision,
        topics={name: list(numbers) for name, numbers in asdict(topics).items()},
        facts=facts_content(kind, facts),
        facts_version=FACTS_VERSION,
        created_at=now,
        not_before=not_before or now,
        expires_at=expires_at,
    )
    session.add(event)
    session.flush()
    return event.id


def publish_notice(
    session: Session,
    kind: EventKind,
    facts: NoticeFacts | Recalled,
    now: datetime,
    *,
    audience: Audience = Audience.SUBSCRIBER,
    topics: Topics | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Write an event that is about no answer, and return its number. Whom it reaches, the fan-out decides by its kind.

    After `expires_at` it has no meaning any more: what was not sent by then is cancelled.
    """
    return publish(session, kind, facts, topics or Topics(), now, audience=audience, expires_at=expires_at)


def ask_organizers(session: Session, answer: Answer, now: datetime) -> int:
    """Tell the organizers that an entry waits in its present version, in place of what earlier versions of it said."""
    stop_asking(session, answer.id, CHANGED, now)
    return publish(
        session,
        EventKind.ANSWER_PENDING,
        answer_facts(session, answer),
        topics_of(session, answer),
        now,
        answer_id=answer.id,
        audience=Audience.ORGANIZERS,
        revision=answer.version,
    )


def stop_asking(session: Session, answer_id: int, reason: str, now: datetime) -> None:
    """Cancel what organizers have not been asked yet about an entry, whatever its version."""
    # Locked, so that a fan-out that is under way ends first: the deliveries that it wrote are seen and cancelled too.
    kinds = (EventKind.ANSWER_PENDING, EventKind.ENTRY_WAITS)
    asked = sa.select(Event).where(Event.answer_id == answer_id, Event.kind.in_(kinds))
    events = session.scalars(asked.order_by(Event.id).with_for_update()).all()
    for event in events:
        if event.fanned_out_at is None:
            event.cancelled_at = event.fanned_out_at = now
    session.flush()
    session.execute(
        sa.update(Delivery)
        .where(Delivery.event_id.in_([event.id for event in events]), Delivery.state == DeliveryState.DUE)
        .values(state=DeliveryState.CANCELLED, reason=reason)
    )


def tell_remark(session: Session, answer: Answer, remark: Remark, now: datetime) -> int:
    """Tell organizers of a question about a waiting entry, or of the answer, where they were asked about the entry."""
    talk = (*remarks_about(session, answer.id), remark)
    kind = EventKind.ENTRY_EXPLAINED if remark.answers else EventKind.ENTRY_ASKED
    return _tell_of_entry(session, answer, kind, now, talk=talk, revision=len(talk))


def remarks_about(session: Session, answer_id: int) -> tuple[Remark, ...]:
    """Return what was asked about an entry and answered, in its order."""
    said = sa.select(Event.facts).where(
        Event.answer_id == answer_id, Event.kind.in_([EventKind.ENTRY_ASKED, EventKind.ENTRY_EXPLAINED])
    )
    last = session.scalars(said.order_by(Event.id.desc()).limit(1)).first()
    return answer_facts_from(last).talk if last is not None else ()


def tell_decision(
    session: Session, answer: Answer, by: str, now: datetime, reason: str | None = None, *, undone: bool = False
) -> None:
    """Tell organizers what became of an entry, in every message that asked them about it.

    A confirmation of which nobody was asked is nobody's news; a rejection is still told to whoever recorded the entry.
    """
    asked = sa.select(Event.id).where(
        Event.answer_id == answer.id, Event.kind == EventKind.ANSWER_PENDING, Event.fanned_to > 0
    )
    if answer.state is not AnswerState.REJECTED and session.scalar(asked.limit(1)) is None:
        return
    local = now.astimezone(election_zone(session))
    decision = Decision(answer.state, by, local, reason, undone)
    talk = remarks_about(session, answer.id)
    revision = 2 if undone else 1
    _tell_of_entry(session, answer, EventKind.ENTRY_DECIDED, now, talk=talk, decision=decision, revision=revision)


def _tell_of_entry(
    session: Session,
    answer: Answer,
    kind: EventKind,
    now: datetime,
    *,
    talk: tuple[Remark, ...],
    decision: Decision | None = None,
    revision: int,
) -> int:
    return publish(
        session,
        kind,
        replace(answer_facts(session, answer), talk=talk, decision=decision),
        topics_of(session, answer),
        now,
        answer_id=answer.id,
        audience=Audience.ORGANIZERS,
        revision=revision,
    )


def cancel_event(session: Session, event: Event, now: datetime) -> bool:
    """Cancel an event of which nobody was told yet. Returns False when the fan-out has begun."""
    if event.fanned_to or event.fanned_out_at is not None:
        return False
    event.cancelled_at = now
    event.fanned_out_at = now
    session.flush()
    return True

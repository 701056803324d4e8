"""That messages are in doubt and left so: told to organizers once for all that tell the same, however many they are."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.doubts import TOLD_AFTER, TOLD_AGAIN_AFTER
from pledgebot.domain.events import EventKind
from pledgebot.domain.recalled import DoubtFacts
from pledgebot.services.publishing import publish_notice
from pledgebot.services.troubles import LEAD, OPEN_DOUBT, Trouble, trouble
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Delivery, Destination, Event, Installation, Reminder
from pledgebot.store.upserts import insert_into

_TOLD = "doubts_told"
"""The rule under which it is kept of which event's doubts organizers were told, and when."""


def tell_doubts(session: Session, now: datetime) -> int:
    """Tell organizers of doubts that nobody settles by itself, once for each event; return of how many events.

    Of what is for organizers themselves nothing is told: a message about a message that may be lost would have no end. What
    has lost its meaning, or was for a place that has ended, is nobody's care any more.
    """
    sent_at = sa.func.coalesce(Delivery.claimed_at, Delivery.due_at)
    told = sa.select(Reminder.id).where(
        Reminder.rule == _TOLD,
        Reminder.occurrence == sa.cast(Delivery.event_id, sa.String),
        sa.or_(Reminder.raised_at > now - TOLD_AGAIN_AFTER, Reminder.raised_at >= sent_at),
    )
    untold = (
        sa.select(Delivery.event_id)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            *OPEN_DOUBT,
            LEAD,
            Event.audience != Audience.ORGANIZERS,
            Destination.audience != Audience.ORGANIZERS,
            Destination.ended_at.is_(None),
            sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
            sent_at <= now - TOLD_AFTER,
            ~told.exists(),
        )
        .distinct()
        .order_by(Delivery.event_id)
    )
    events = fetch(session, untold).scalars().all()
    for event in events:
        found = trouble(session, event, DeliveryState.UNCERTAIN)
        if found is not None:
            _tell(session, found, now)
    return len(events)


def _tell(session: Session, found: Trouble, now: datetime) -> None:
    facts = DoubtFacts(
        event=found.event,
        about=found.kind.value,
        name=found.name,
        messages=found.messages,
        highest=found.highest,
        where=found.where,
        answer=found.answer,
        fictional=bool(session.scalar(sa.select(Installation.fictional))),
    )
    notice = publish_notice(session, EventKind.DOUBTS_LEFT, facts, now, audience=Audience.ORGANIZERS)
    kept = insert_into(session, Reminder.__table__).values(
        rule=_TOLD, occurrence=str(found.event), due_at=now, raised_at=now, event_id=notice
    )
    session.execute(
        kept.on_conflict_do_update(index_elements=["rule", "occurrence"], set_={"raised_at": now, "event_id": notice})
    )

"""Deliveries as they are looked at and looked after: shown to organizers, and their words forgotten on legal demand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.store.tables import Delivery, Destination, Event, Wording


def forget_wordings(session: Session, answer_id: int) -> None:
    """Forget the words of messages about an answer whose content is removed; that they were sent stays known.

    A correction edited into the answer's own messages repeats what it left as it was, so those words go too; and so does
    what was edited into a digest that told of the answer.
    """
    about = sa.select(Delivery.id).join(Event, Event.id == Delivery.event_id).where(Event.answer_id == answer_id)
    mate = aliased(Delivery)
    digests = sa.select(mate.bundle_id).where(mate.id.in_(about), mate.bundle_id.is_not(None))
    mates = sa.select(mate.id).where(mate.bundle_id.in_(digests))
    edits = sa.and_(
        Delivery.action == Action.EDIT, sa.or_(Delivery.acts_on_id.in_(about), Delivery.acts_on_id.in_(mates))
    )
    for delivery in session.scalars(sa.select(Delivery).where(sa.or_(Delivery.id.in_(about), edits))).all():
        if delivery.wording_id is not None:
            session.get_one(Wording, delivery.wording_id).content = {}
        if delivery.state is DeliveryState.DUE:
            delivery.wording_id = None
    session.flush()


@dataclass(frozen=True)
class DeliveryView:
    """One delivery as organizers see it; a follower's address is never shown. `bundle` is the digest that tells it, if one."""

    id: int
    event: int
    kind: EventKind
    answer: int | None
    channel: str
    audience: Audience
    state: DeliveryState
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    reason: str | None
    bundle: int | None = None


@dataclass(frozen=True)
class DeliveryCounts:
    """How many deliveries are in each state; `left` are the doubts that a person left as they are, counted by themselves."""

    states: dict[DeliveryState, int]
    left: int = 0


def count_deliveries(session: Session, event: int | None = None) -> DeliveryCounts:
    """Return how many deliveries are in each state, of all or of one event."""
    left = sa.case((sa.and_(Delivery.state == DeliveryState.UNCERTAIN, Delivery.settled_by.is_not(None)), 1), else_=0)
    counted = sa.select(Delivery.state, sa.func.count(), sa.func.sum(left)).group_by(Delivery.state)
    if event is not None:
        counted = counted.where(Delivery.event_id == event)
    rows = {state: (count, settled) for state, count, settled in session.execute(counted)}
    found = rows.get(DeliveryState.UNCERTAIN, (0, 0))
    states = {state: rows[state][0] for state in DeliveryState if state in rows}
    if found[1]:
        states[DeliveryState.UNCERTAIN] -= int(found[1])
    return DeliveryCounts({state: count for state, count in states.items() if count}, int(found[1]))


def show_deliveries(
    session: Session, states: Iterable[DeliveryState] = (), limit: int = 100, event: int | None = None
) -> tuple[DeliveryView, ...]:
    """Return deliveries in these states (all without any), of all or of one event, newest first."""
    wanted = list(states)
    rows = session.execute(
        sa.select(Delivery, Event, Destination)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Delivery.state.in_(wanted) if wanted else sa.true(),
            Delivery.event_id == event if event is not None else sa.true(),
        )
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return tuple(
        DeliveryView(
            id=delivery.id,
            event=event.id,
            kind=event.kind,
            answer=event.answer_id,
            channel=to.channel,
            audience=to.audience,
            state=delivery.state,
            due_at=delivery.due_at,
            sent_at=delivery.sent_at,
            attempts=delivery.attempts,
            reason=delivery.reason,
            bundle=delivery.bundle_id,
        )
        for delivery, event, to in rows
    )

"""Doubts: claims of which nobody knows any more what became of them, and what has lost its meaning by waiting."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.delivery import CLAIM_LIFE, Action, DeliveryState, back_off
from pledgebot.services import bundles
from pledgebot.services.people import note
from pledgebot.store.tables import Delivery, Destination, Event, Wording

LOOKED_FOR = timedelta(days=1)
"""For so long after an event it is looked by itself what became of its messages; then it is for a person."""


def doubt_stale_claims(session: Session, now: datetime) -> int:
    """Make stale claims uncertain, never due: whoever held them may have sent. Returns how many."""
    stale = session.scalars(
        sa.update(Delivery)
        .where(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_at < now - CLAIM_LIFE)
        .values(state=DeliveryState.UNCERTAIN, reason="the worker stopped while it was sending")
        .returning(Delivery.id)
    ).all()
    return len(stale)


def doubt_claims_before(session: Session, token: int) -> int:
    """Make the claims of earlier workers uncertain: this worker holds the lease, so they no longer send."""
    stale = session.scalars(
        sa.update(Delivery)
        .where(Delivery.state == DeliveryState.CLAIMED, Delivery.claim_token < token)
        .values(state=DeliveryState.UNCERTAIN, reason="the worker stopped while it was sending")
        .returning(Delivery.id)
    ).all()
    return len(stale)


def look_into_doubts(session: Session, channels: Collection[str], now: datetime) -> int:
    """Make doubts due again, after a back-off, on media that look before they repeat; return how many.

    A day after the event, or after a digest was worded, a doubt stays one for a person, and so does what would be too late
    to say. Of a digest all is looked for together or nothing.
    """
    if not channels:
        return 0
    here = sa.select(Destination.id).where(Destination.channel.in_(channels), Destination.ended_at.is_(None))
    alone = Delivery.bundle_id.is_(None)
    later = aliased(Delivery)
    # The whole message was changed once more since: done now, the earlier change would undo the later one.
    overtaken = sa.and_(
        Delivery.action == Action.EDIT,
        sa.select(later.id)
        .where(
            later.acts_on_id == Delivery.acts_on_id,
            later.action == Action.EDIT,
            later.id > Delivery.id,
            later.state.not_in([DeliveryState.FAILED, DeliveryState.CANCELLED]),
        )
        .exists(),
    )
    doubts = session.scalars(
        sa.select(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .outerjoin(Wording, Wording.id == Delivery.wording_id)
        .where(
            Delivery.state == DeliveryState.UNCERTAIN,
            sa.case((alone, Event.created_at), else_=Wording.created_at) > now - LOOKED_FOR,
            Delivery.destination_id.in_(here),
            sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
            ~overtaken,
        )
        .with_for_update(of=Delivery, skip_locked=True)
    ).all()
    again = bundles.whole(session, doubts)
    for delivery in again:
        delivery.state, delivery.due_at = DeliveryState.DUE, now + back_off(delivery.attempts)
        delivery.claimed_at = delivery.reason = None
    return len(again)


def cancel_expired(session: Session, now: datetime) -> int:
    """Cancel what has lost its meaning by waiting, with an entry in the audit log; return how many messages that were.

    An event that expires before everybody was reached is told to nobody else.
    """
    untold = sa.select(Event).where(Event.expires_at <= now, Event.fanned_out_at.is_(None))
    for event in session.scalars(untold.order_by(Event.id).with_for_update(skip_locked=True)):
        event.cancelled_at = event.fanned_out_at = now
        note(session, None, "event.expire", f"event:{event.id}", now)
    session.flush()
    due = (
        sa.select(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .where(Event.expires_at <= now, Delivery.state == DeliveryState.DUE)
        .order_by(Delivery.id)
    )
    expired = session.scalars(due.with_for_update(of=Delivery, skip_locked=True)).all()
    for delivery in expired:
        delivery.state, delivery.reason = DeliveryState.CANCELLED, "expired"
        note(session, None, "delivery.expire", f"delivery:{delivery.id}", now)
    return len(expired)

"""Doubts: claims of which nobody knows any more what became of them, and what has lost its meaning by waiting."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.delivery import CLAIM_LIFE, Action, DeliveryState, back_off
from pledgebot.domain.doubts import AfterDoubt, DoubtPolicy, after_doubt
from pledgebot.services import bundles
from pledgebot.services.doubts_told import tell_doubts
from pledgebot.services.occurrences import take_occurrence
from pledgebot.services.overtaking import changed_since, told_since
from pledgebot.services.people import note
from pledgebot.services.policies import policy
from pledgebot.services.troubles import OPEN_DOUBT
from pledgebot.store.engine import fetch, run
from pledgebot.store.tables import Delivery, Destination, Event, Reminder, Wording
from pledgebot.store.types import Moment

LOOKED_FOR = timedelta(days=1)
"""For so long after an event it is looked by itself what became of its messages; then it is for a person."""

_ANY = sa.select(Delivery.id).where(*OPEN_DOUBT).limit(1)
"""Asked each second; nearly always there is no doubt, and nothing else to ask."""

_LOOKED_FOR = "doubt_looked_for"
"""The rule under which it is kept that a message is looked for: what is due again may stand there."""
_REPEATED = "doubt_repeated"
"""The rule under which it is kept that a message was sent once more: it is not a third time."""


def doubt_stale_claims(session: Session, now: datetime, under_way: Collection[int] = ()) -> int:
    """Make stale claims uncertain, never due: whoever held them may have sent. Returns how many.

    `under_way` are those that this process knows to be: their receipts wait only to be written down.
    """
    stale = session.scalars(
        sa.update(Delivery)
        .where(
            Delivery.state == DeliveryState.CLAIMED,
            Delivery.claimed_at < now - CLAIM_LIFE,
            Delivery.id.not_in(under_way) if under_way else sa.true(),
        )
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
    """Make due again, after a back-off, what is looked for or sent once more by itself; return how many that were.

    `channels` are the media that look before they repeat; on all others it is as the installation decided. Of what is left,
    organizers are told. A day after the event, or after a digest was worded, a doubt stays one for a person, and so does what
    would be too late to say. Of a digest all is done together or nothing.
    """
    if fetch(session, _ANY).first() is None:
        return 0
    if run(session, _ANY).first() is None:
        return 0
    which = {"channels": list(channels), "since": now - LOOKED_FOR, "now": now}
    rows = session.execute(_settled_by_itself(policy(session).doubts), which).all()
    channel_of = {delivery.id: channel for delivery, channel in rows}
    again = bundles.whole(session, [delivery for delivery, _channel in rows])
    for delivery in again:
        delivery.state, delivery.due_at = DeliveryState.DUE, now + back_off(delivery.attempts)
        delivery.claimed_at = delivery.reason = None
        if delivery.action is not Action.EDIT:
            rule = _LOOKED_FOR if channel_of[delivery.id] in channels else _REPEATED
            take_occurrence(session, Occurrence(rule, str(delivery.id), now), now)
    session.flush()
    tell_doubts(session, now)
    return len(again)


_ANY = sa.select(Delivery.id).where(Delivery.state == DeliveryState.UNCERTAIN).limit(1)


@lru_cache(maxsize=16)
def _settled_by_itself(decided: DoubtPolicy) -> sa.Select[Delivery, str]:
    """Return the question for doubts that are looked for or sent once more, and their media; made once, being asked often."""
    alone = Delivery.bundle_id.is_(None)
    return (
        sa.select(Delivery, Destination.channel)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Wording, Wording.id == Delivery.wording_id)
        .where(
            *OPEN_DOUBT,
            sa.case((alone, Event.created_at), else_=Wording.created_at) > sa.bindparam("since", type_=Moment()),
            Destination.ended_at.is_(None),
            sa.or_(Event.expires_at.is_(None), Event.expires_at > sa.bindparam("now", type_=Moment())),
            ~changed_since(),
            sa.or_(Destination.channel.in_(sa.bindparam("channels", expanding=True)), _sent_again(decided)),
        )
        .with_for_update(of=Delivery, skip_locked=True)
    )


def doubt_again(session: Session, answers: Collection[int], destinations: Collection[int]) -> None:
    """Leave in doubt what was to be looked for or sent once more about entries that are put right: it may stand at its place.

    Taken for unsent, it would be cancelled, and whoever read it would never hear that it was wrong.
    """
    about = sa.select(Event.id).where(Event.answer_id.in_(answers), Event.audience != Audience.ORGANIZERS)
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.destination_id.in_(destinations),
            Delivery.state == DeliveryState.DUE,
            Delivery.action != Action.EDIT,
            Delivery.event_id.in_(about),
            _was_repeated(_REPEATED, _LOOKED_FOR),
        )
        .values(state=DeliveryState.UNCERTAIN, reason="put right before it was sent once more")
    )


def _was_repeated(*rules: str) -> sa.ColumnElement[bool]:
    kept = sa.select(Reminder.id).where(
        Reminder.rule.in_(rules), Reminder.occurrence == sa.cast(Delivery.id, sa.String)
    )
    return kept.exists()


def _sent_again(decided: DoubtPolicy) -> sa.ColumnElement[bool]:
    """Return the condition, with the delivery's event and place, that a doubt is sent once more without being looked for."""
    alone, digests = (
        [
            (action, audience, place)
            for action in Action
            for audience in Audience
            for place in PlaceKind
            if after_doubt(action, audience, place, digest=digest, policy=decided) is AfterDoubt.REPEAT
        ]
        for digest in (False, True)
    )
    kind = sa.tuple_(Delivery.action, Destination.audience, Destination.place)
    return sa.and_(
        sa.or_(
            sa.and_(Delivery.bundle_id.is_(None), kind.in_(alone)),
            sa.and_(Delivery.bundle_id.is_not(None), kind.in_(digests)),
        ),
        sa.or_(Delivery.action == Action.EDIT, sa.and_(~_was_repeated(_REPEATED), ~told_since())),
    )


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

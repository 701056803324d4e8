"""The outbox: what is due is claimed, and what became of it is settled. No network here.

A claim says "may have been sent". Settling names the claim's token, so that a worker that lost its lease changes nothing.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import cast

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import CLAIM_LIFE, Action, DeliveryState, back_off
from pledgebot.domain.events import EventKind, Facts, Said
from pledgebot.services import subscriber_places
from pledgebot.services.facts import election_zone, facts_from
from pledgebot.services.people import note
from pledgebot.services.posts import trail_of
from pledgebot.services.rhythms import quiet_until
from pledgebot.store.tables import Delivery, Destination, Event, Wording
from pledgebot.store.types import Json

_MOST_FOR_ORGANIZERS = 1000
"""So many of the deliveries that wait at one of their places are looked at, oldest first."""


@dataclass(frozen=True)
class Due:
    """A delivery that may be sent now, with all that is needed to word and address it; it is not claimed yet.

    `worded` is the message made at an earlier claim, used again by every retry. `acts_on` is the remote id of the message
    that an edit or a reply concerns; `trail` what a message that is corrected said, and each correction of it.
    `quiet_until` is the end of the quiet hours in which the place is now.
    """

    delivery: int
    place: int
    kind: EventKind
    facts: Facts
    channel: str
    address: str
    thread: str
    language: str
    audience: Audience
    action: Action
    acts_on: str | None
    attempts: int
    worded: Mapping[str, object] | None
    trail: tuple[Said, ...] = ()
    quiet_until: datetime | None = None


@dataclass(frozen=True)
class Worded:
    """A due delivery with its message as JSON, and all the facts that it was made from."""

    delivery: int
    facts: Facts
    language: str
    content: Mapping[str, object]
    trail: tuple[Said, ...] = ()


def due_deliveries(
    session: Session,
    now: datetime,
    limit: int,
    *,
    public: bool,
    channels: Collection[str],
    passed_over: Collection[int] = (),
) -> tuple[Due, ...]:
    """Return what may be sent now, oldest first, at most one for each destination.

    `public` is False while the public may not be spoken to: then only organizers are written to. `channels` are the media
    that this worker speaks, `passed_over` destinations to which nothing can go at this moment. A delivery waits for those
    that came before it to the same destination, but not for those that are only to come later.
    """
    theirs = () if public else _due_to_organizers(session, now)
    if not public and not theirs:
        return ()
    earlier, original = aliased(Delivery), aliased(Delivery)
    waits = (
        sa.select(earlier.id)
        .where(
            earlier.destination_id == Delivery.destination_id,
            earlier.id < Delivery.id,
            sa.or_(
                earlier.state == DeliveryState.CLAIMED,
                sa.and_(
                    earlier.state == DeliveryState.DUE,
                    sa.or_(earlier.attempts > 0, earlier.due_at <= Delivery.due_at),
                ),
            ),
        )
        .exists()
    )
    rows = session.execute(
        sa.select(Delivery, Event, Destination, Wording.content, original.remote_id)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Wording, Wording.id == Delivery.wording_id)
        .outerjoin(original, original.id == Delivery.acts_on_id)
        .where(
            Delivery.state == DeliveryState.DUE,
            Delivery.due_at <= now,
            Destination.ended_at.is_(None),
            Destination.channel.in_(channels),
            Destination.id.not_in(passed_over),
            sa.true() if public else Delivery.id.in_(theirs),
            # A place that was the organizers' own and is public now hears nothing that was for them.
            sa.or_(Event.audience != Audience.ORGANIZERS, Destination.audience == Audience.ORGANIZERS),
            ~waits,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
    ).all()
    zone = election_zone(session)
    return tuple(
        Due(
            delivery=delivery.id,
            place=to.id,
            kind=event.kind,
            facts=facts_from(event.kind, event.facts),
            channel=to.channel,
            address=to.address,
            thread=to.thread,
            language=to.language,
            audience=to.audience,
            action=delivery.action,
            acts_on=acts_on,
            attempts=delivery.attempts,
            worded=worded,
            trail=trail_of(session, delivery, event),
            quiet_until=_quiet_until(delivery, to, now, zone),
        )
        for delivery, event, to, worded, acts_on in rows
    )


def _due_to_organizers(session: Session, now: datetime) -> tuple[int, ...]:
    """Return what is due to organizers: asked of each of their few places, however much waits for the public."""
    theirs = sa.select(Destination.id).where(
        Destination.audience == Audience.ORGANIZERS, Destination.ended_at.is_(None)
    )
    due = sa.select(Delivery.id).where(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now)
    found: list[int] = []
    for place in session.scalars(theirs).all():
        # Put in the order of the index of places, which the database then takes instead of that of all that is due.
        here = due.where(Delivery.destination_id == place).order_by(Delivery.id).limit(_MOST_FOR_ORGANIZERS)
        found.extend(session.scalars(here))
    return tuple(found)


def _quiet_until(delivery: Delivery, to: Destination, now: datetime, zone: tzinfo) -> datetime | None:
    """Return until when a place is quiet; an edit disturbs nobody."""
    return None if delivery.action is Action.EDIT else quiet_until(to, now, zone)


def put_off(session: Session, delivery: int, until: datetime) -> None:
    """Let a delivery that nobody claimed wait until a moment, such as the end of quiet hours that it would fall into."""
    session.execute(
        sa.update(Delivery).where(Delivery.id == delivery, Delivery.state == DeliveryState.DUE).values(due_at=until)
    )


def claim_deliveries(session: Session, worded: Iterable[Worded], token: int, now: datetime) -> frozenset[int]:
    """Claim deliveries for this worker, store their words, and return those that are its own now.

    Words made from facts that changed meanwhile (content removed, a correction) are not said: such a delivery stays due.
    """
    claimed: set[int] = set()
    items = list(worded)
    _lock_places_of(session, [item.delivery for item in items])
    for item in items:
        if not _still_so(session, item):
            continue
        wording = _keep_wording(session, item, now)
        won = session.execute(
            sa.update(Delivery)
            .where(Delivery.id == item.delivery, Delivery.state == DeliveryState.DUE)
            .values(
                state=DeliveryState.CLAIMED,
                claimed_at=now,
                claim_token=token,
                wording_id=wording,
                attempts=Delivery.attempts + 1,
            )
            .returning(Delivery.id)
        ).scalar()
        if won is not None:
            claimed.add(won)
    return frozenset(claimed)


def _lock_places_of(session: Session, deliveries: Collection[int]) -> None:
    """Keep the places of deliveries from being changed or deleted until the transaction ends: they are locked first."""
    there = sa.select(Delivery.destination_id).where(Delivery.id.in_(deliveries))
    session.execute(
        sa.select(Destination.id)
        .where(Destination.id.in_(there))
        .order_by(Destination.id)
        .with_for_update(of=Destination, read=True, key_share=True)
    )


def _still_so(session: Session, item: Worded) -> bool:
    """Tell whether what was worded is still what is to be said; it stays so until the transaction ends."""
    locked = sa.select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id == item.delivery)
    event = session.scalar(locked.with_for_update(of=Event).execution_options(populate_existing=True))
    if event is None or facts_from(event.kind, event.facts) != item.facts:
        return False
    return trail_of(session, session.get_one(Delivery, item.delivery), event, lock=True) == item.trail


def _keep_wording(session: Session, item: Worded, now: datetime) -> int:
    content = cast("dict[str, Json]", item.content)
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    # Locked, so that nobody forgets as unused in this moment what is about to be used.
    same = sa.select(Wording.id).where(Wording.hash == digest)
    known = session.scalar(same.with_for_update(read=True, key_share=True))
    if known is not None:
        return known
    wording = Wording(hash=digest, language=item.language, content=content, created_at=now)
    session.add(wording)
    session.flush()
    return wording.id


def _settle(session: Session, delivery: int, token: int, **values: object) -> bool:
    """Settle a claim of ours; False when it is no longer ours."""
    changed = session.execute(
        sa.update(Delivery)
        .where(Delivery.id == delivery, Delivery.state == DeliveryState.CLAIMED, Delivery.claim_token == token)
        .values(**values)
        .returning(Delivery.id)
    ).scalar()
    return changed is not None


def settle_sent(session: Session, delivery: int, token: int, remote_id: str, now: datetime) -> bool:
    """Settle a claim as sent, with the id that the network gave."""
    return _settle(session, delivery, token, state=DeliveryState.SENT, remote_id=remote_id, sent_at=now)


def settle_later(
    session: Session, delivery: int, token: int, attempts: int, now: datetime, retry_after: timedelta | None
) -> bool:
    """Settle a claim as provably not sent, to be tried again after the server's own wait or the back-off."""
    return _settle(
        session, delivery, token, state=DeliveryState.DUE, due_at=now + back_off(attempts, retry_after), claimed_at=None
    )


def settle_failed(session: Session, delivery: int, token: int, reason: str) -> bool:
    """Settle a claim as provably not sent, for good."""
    return _settle(session, delivery, token, state=DeliveryState.FAILED, reason=reason)


def settle_gone(session: Session, delivery: int, token: int, reason: str, now: datetime) -> bool:
    """Settle a claim as provably not sent because the place is gone, and end the place: nothing more is sent there."""
    to = _place_of(session, delivery)
    if to is None:
        return False
    subscriber_places.lock_places(session, *to)
    if not settle_failed(session, delivery, token, reason):
        return False
    subscriber_places.end_place(session, *to, now)
    return True


def settle_moved(session: Session, delivery: int, token: int, new_address: str, now: datetime) -> bool:
    """Settle a claim as provably not sent because the place has another address: due there at once, as if never tried."""
    to = _place_of(session, delivery)
    if to is None:
        return False
    subscriber_places.lock_places(session, *to, new_address)
    again = {"due_at": now, "claimed_at": None, "attempts": Delivery.attempts - 1}
    if not _settle(session, delivery, token, state=DeliveryState.DUE, **again):
        return False
    subscriber_places.move_place(session, *to, new_address, now)
    return True


def _place_of(session: Session, delivery: int) -> tuple[str, str] | None:
    """Return the channel and address of a delivery; None where the place was erased meanwhile."""
    to = sa.select(Destination.channel, Destination.address).join(Delivery, Delivery.destination_id == Destination.id)
    row = session.execute(to.where(Delivery.id == delivery)).first()
    return (row.channel, row.address) if row is not None else None


def settle_uncertain(session: Session, delivery: int, token: int, reason: str) -> bool:
    """Settle a claim as a doubt: nobody knows whether it was sent, so it is never repeated by itself."""
    return _settle(session, delivery, token, state=DeliveryState.UNCERTAIN, reason=reason)


def release_unsent(session: Session, delivery: int, token: int) -> bool:
    """Give back a claim before its send began, because the public may no longer be spoken to: it is due as before."""
    return _settle(session, delivery, token, state=DeliveryState.DUE, claimed_at=None, attempts=Delivery.attempts - 1)


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


def cancel_expired(session: Session, now: datetime) -> int:
    """Cancel what has lost its meaning by waiting, with an entry in the audit log; return how many."""
    events = session.scalars(sa.select(Event.id).where(Event.expires_at <= now)).all()
    if not events:
        return 0
    due = sa.select(Delivery).where(Delivery.event_id.in_(events), Delivery.state == DeliveryState.DUE)
    expired = session.scalars(due.order_by(Delivery.id).with_for_update(skip_locked=True)).all()
    for delivery in expired:
        delivery.state, delivery.reason = DeliveryState.CANCELLED, "expired"
        note(session, None, "delivery.expire", f"delivery:{delivery.id}", now)
    return len(expired)

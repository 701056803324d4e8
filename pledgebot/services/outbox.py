"""The outbox: events are published with the facts, fanned out resumably, claimed, settled. No network here.

A claim says "may have been sent". Settling names the claim's token, so that a worker that lost its lease changes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience, TopicKind, Topics
from pledgebot.domain.delivery import CLAIM_LIFE, Action, DeliveryState, back_off
from pledgebot.domain.events import FACTS_VERSION, AnswerFacts, EventKind
from pledgebot.services.facts import facts_content, facts_from
from pledgebot.services.people import note
from pledgebot.store.tables import Answer, Delivery, Destination, Event, Subscription, Wording
from pledgebot.store.types import Json

FAN_OUT_BATCH = 500


@dataclass(frozen=True)
class Due:
    """A delivery that may be sent now, with all that is needed to word and address it; it is not claimed yet.

    `worded` is the message made at an earlier claim, used again by every retry. `acts_on` is the remote id of the message
    that an edit or a reply concerns.
    """

    delivery: int
    kind: EventKind
    facts: AnswerFacts
    channel: str
    address: str
    thread: str
    language: str
    audience: Audience
    action: Action
    acts_on: str | None
    attempts: int
    worded: Mapping[str, object] | None


@dataclass(frozen=True)
class Worded:
    """A due delivery with its message as JSON, and the facts that it was made from."""

    delivery: int
    facts: AnswerFacts
    language: str
    content: Mapping[str, object]


def publish(
    session: Session,
    kind: EventKind,
    facts: AnswerFacts,
    topics: Topics,
    now: datetime,
    *,
    answer_id: int | None = None,
    audience: Audience = Audience.PUBLIC,
    not_before: datetime | None = None,
) -> int:
    """Write one event in the transaction of the fact that it announces, and return its number."""
    event = Event(
        kind=kind,
        audience=audience,
        answer_id=answer_id,
        topics={name: list(numbers) for name, numbers in asdict(topics).items()},
        facts=facts_content(facts),
        facts_version=FACTS_VERSION,
        created_at=now,
        not_before=not_before or now,
    )
    session.add(event)
    session.flush()
    return event.id


def cancel_event(session: Session, event: Event, now: datetime) -> bool:
    """Cancel an event of which nobody was told yet. Returns False when the fan-out has begun."""
    if event.fanned_to or event.fanned_out_at is not None:
        return False
    event.cancelled_at = now
    event.fanned_out_at = now
    session.flush()
    return True


def fan_out(session: Session, now: datetime, batch: int = FAN_OUT_BATCH, *, public: bool = True) -> int:
    """Write the deliveries of the oldest open event for its next destinations, and return how many.

    `public` is False while the public may not be spoken to: what is for it waits, and can still be undone.

    The cursor moves in the same transaction: a crash in between repeats nothing and leaves nobody out. Whoever came after
    the event was published is told what comes next, not what was.
    """
    event = session.scalar(
        sa.select(Event)
        .where(_open(now, public=public))
        .order_by(Event.priority.desc(), Event.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if event is None:
        return 0
    destinations = _next_destinations(session, event, batch)
    for destination in destinations:
        delivery = _delivery(session, event, destination)
        if delivery is not None:
            session.add(delivery)
    if destinations:
        event.fanned_to = destinations[-1]
    if len(destinations) < batch:
        event.fanned_out_at = now
    session.flush()
    return len(destinations)


def open_events(session: Session, now: datetime, *, public: bool = True) -> bool:
    """Tell whether an event waits that may be fanned out now."""
    return session.scalar(sa.select(Event.id).where(_open(now, public=public)).limit(1)) is not None


def _open(now: datetime, *, public: bool) -> sa.ColumnElement[bool]:
    return sa.and_(
        Event.fanned_out_at.is_(None),
        Event.not_before <= now,
        sa.true() if public else Event.audience == Audience.ORGANIZERS,
    )


def _next_destinations(session: Session, event: Event, batch: int) -> Sequence[int]:
    matched = (
        sa.select(Subscription.destination_id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .where(
            Subscription.destination_id > event.fanned_to,
            Destination.ended_at.is_(None),
            Destination.created_at <= event.created_at,
            Destination.audience == Audience.ORGANIZERS
            if event.audience is Audience.ORGANIZERS
            else Destination.audience != Audience.ORGANIZERS,
            _follows(event.topics),
        )
        .distinct()
        .order_by(Subscription.destination_id)
        .limit(batch)
    )
    return session.scalars(matched).all()


def _follows(topics: dict[str, list[int]]) -> sa.ColumnElement[bool]:
    return sa.or_(
        Subscription.topic == TopicKind.ALL,
        Subscription.list_id.in_(topics["lists"]),
        Subscription.banner_id.in_(topics["banners"]),
        Subscription.constituency_id.in_(topics["constituencies"]),
        Subscription.demand_id.in_(topics["demands"]),
    )


def _delivery(session: Session, event: Event, destination: int) -> Delivery | None:
    """Return the delivery of an event to one destination: a reply where the original is there, else a message of its own.

    Where the original has not gone out yet it does not go out as it was: of a correction only what stays right is said,
    and of removed content nothing, so that there is nothing to take back either.
    """
    original = _original(session, event, destination)
    if original is not None and original.state is DeliveryState.DUE:
        if event.kind is EventKind.CONTENT_REMOVED:
            original.state, original.reason = DeliveryState.CANCELLED, "its content was removed before it was sent"
            return None
        _leave_out(session, event, original)
        original = None
    known = original is not None and original.state in {DeliveryState.SENT, DeliveryState.UNCERTAIN}
    return Delivery(
        event_id=event.id,
        destination_id=destination,
        action=Action.REPLY if known else Action.SEND,
        acts_on_id=original.id if known and original is not None else None,
        state=DeliveryState.DUE,
        due_at=event.not_before,
    )


def _leave_out(session: Session, correction: Event, original: Delivery) -> None:
    """Take out of an unsent announcement what was corrected since; cancel it when nothing is left."""
    event = session.get_one(Event, original.event_id)
    facts = facts_from(event.facts)
    put_right = {(stance.demand, _named(stance.part_title)) for stance in facts_from(correction.facts).stances}
    left = tuple(s for s in facts.stances if (s.demand, _named(s.part_title)) not in put_right)
    if left:
        event.facts = facts_content(replace(facts, stances=left))
        original.wording_id = None
    else:
        original.state, original.reason = DeliveryState.CANCELLED, "corrected before it was sent"


def _named(titles: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((titles or {}).items()))


def _original(session: Session, event: Event, destination: int) -> Delivery | None:
    """Return the delivery of the entry that a correction corrects or a removal blanks, to the same destination."""
    if event.kind not in {EventKind.ANSWER_CORRECTED, EventKind.CONTENT_REMOVED} or event.answer_id is None:
        return None
    target = sa.select(Answer.target_id).where(Answer.id == event.answer_id).scalar_subquery()
    return session.scalar(
        sa.select(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .where(Event.answer_id == target, Delivery.destination_id == destination, Delivery.part == 1)
        .order_by(Delivery.id)
        .limit(1)
    )


def due_deliveries(
    session: Session, now: datetime, limit: int, *, public: bool, channels: Sequence[str]
) -> tuple[Due, ...]:
    """Return what may be sent now, oldest first, at most one for each destination.

    `public` is False while the public may not be spoken to: then only organizers are written to. A delivery waits for
    those that came before it to the same destination. `channels` are the media that this worker speaks.
    """
    earlier, original = aliased(Delivery), aliased(Delivery)
    unsettled = [DeliveryState.DUE, DeliveryState.CLAIMED]
    waits = (
        sa.select(earlier.id)
        .where(
            earlier.destination_id == Delivery.destination_id, earlier.id < Delivery.id, earlier.state.in_(unsettled)
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
            sa.true() if public else Destination.audience == Audience.ORGANIZERS,
            ~waits,
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
    )
    return tuple(_due(*row) for row in rows)


def _due(delivery: Delivery, event: Event, to: Destination, worded: dict[str, Json] | None, acts_on: str | None) -> Due:
    return Due(
        delivery=delivery.id,
        kind=event.kind,
        facts=facts_from(event.facts),
        channel=to.channel,
        address=to.address,
        thread=to.thread,
        language=to.language,
        audience=to.audience,
        action=delivery.action,
        acts_on=acts_on,
        attempts=delivery.attempts,
        worded=worded,
    )


def claim_deliveries(session: Session, worded: Iterable[Worded], token: int, now: datetime) -> frozenset[int]:
    """Claim deliveries for this worker, store their words, and return those that are its own now.

    Words made from facts that changed meanwhile (content removed, a correction) are not said: such a delivery stays due.
    """
    claimed: set[int] = set()
    for item in worded:
        event = session.scalar(
            sa.select(Event).join(Delivery).where(Delivery.id == item.delivery).with_for_update(of=Event)
        )
        if event is None or facts_from(event.facts) != item.facts:
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


def _keep_wording(session: Session, item: Worded, now: datetime) -> int:
    content = cast("dict[str, Json]", item.content)
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    known = session.scalar(sa.select(Wording.id).where(Wording.hash == digest))
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
    expired = session.scalars(
        sa.select(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .where(Delivery.state == DeliveryState.DUE, Event.expires_at <= now)
    ).all()
    for delivery in expired:
        delivery.state, delivery.reason = DeliveryState.CANCELLED, "expired"
        note(session, None, "delivery.expire", f"delivery:{delivery.id}", now)
    return len(expired)


def forget_wordings(session: Session, answer_id: int) -> None:
    """Forget the words of messages about an answer whose content is removed; that they were sent stays known."""
    about = sa.select(Delivery).join(Event, Event.id == Delivery.event_id).where(Event.answer_id == answer_id)
    for delivery in session.scalars(about).all():
        if delivery.wording_id is not None:
            session.get_one(Wording, delivery.wording_id).content = {}
        if delivery.state is DeliveryState.DUE:
            delivery.wording_id = None
    session.flush()


@dataclass(frozen=True)
class DeliveryView:
    """One delivery as organizers see it; a follower's address is never shown."""

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


def show_deliveries(
    session: Session, states: Iterable[DeliveryState] = (), limit: int = 100
) -> tuple[DeliveryView, ...]:
    """Return deliveries in these states (all without any), newest first."""
    wanted = list(states)
    rows = session.execute(
        sa.select(Delivery, Event, Destination)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Delivery.state.in_(wanted) if wanted else sa.true())
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
        )
        for delivery, event, to in rows
    )

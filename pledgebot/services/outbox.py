"""The outbox: what is due is claimed, and what became of it is settled. No network here.

A claim says "may have been sent". Settling names the claim's token, so that a worker that lost its lease changes nothing.
What is told together is claimed together, and settling one settles all of it.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import cast

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience, Topics
from pledgebot.domain.delivery import CLAIM_LIFE, Action, DeliveryState, back_off
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind, Facts, News
from pledgebot.domain.recalled import ReminderFacts
from pledgebot.services import bundles, subscriber_places
from pledgebot.services.bundles import Member, Waiting
from pledgebot.services.facts import election_zone, facts_from
from pledgebot.services.follows import follows_of
from pledgebot.services.gate import OPEN, Gate, may_be_told, removes_content
from pledgebot.services.people import note
from pledgebot.services.posts import trail_of
from pledgebot.services.rhythms import quiet_until
from pledgebot.store.tables import Delivery, Destination, Event, Wording
from pledgebot.store.types import Json

LOOKED_FOR = timedelta(days=1)
"""For so long after an event it is looked by itself what became of its messages; then it is for a person."""
_MOST_FOR_ORGANIZERS = 1000
"""So many of the deliveries that wait at one of their places are looked at, oldest first."""


@dataclass(frozen=True)
class Due:
    """A delivery that may be sent now, with all that is needed to word and address it; it is not claimed yet.

    `worded` is the message made at an earlier claim, used again by every retry. `acts_on` is the remote id of the message
    that an edit or a reply concerns; `trail` what a message that is corrected said, and each correction of it.
    `quiet_until` is the end of the quiet hours in which the place is now, `since` when there was something to say. `members`
    are what is told together as one message, this delivery first; of what is told alone there are none. From `expires_at` on
    it has no meaning any more. `follows` is what the place follows, where that decides what a reminder says: None is all of it.
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
    since: datetime
    worded: Mapping[str, object] | None
    trail: tuple[News, ...] = ()
    quiet_until: datetime | None = None
    members: tuple[Member, ...] = ()
    expires_at: datetime | None = None
    follows: Topics | None = None

    @property
    def deliveries(self) -> tuple[int, ...]:
        """The numbers of all that the message tells."""
        return _numbers(self.delivery, self.members)


@dataclass(frozen=True)
class Worded:
    """A due delivery, or several as one message, with the message as JSON and all the facts that it was made from."""

    delivery: int
    facts: Facts
    language: str
    content: Mapping[str, object]
    trail: tuple[News, ...] = ()
    members: tuple[Member, ...] = ()

    @property
    def deliveries(self) -> tuple[int, ...]:
        """The numbers of all that the message tells."""
        return _numbers(self.delivery, self.members)


def _numbers(delivery: int, members: tuple[Member, ...]) -> tuple[int, ...]:
    return tuple(member.delivery for member in members) or (delivery,)


_EARLIER, _ORIGINAL, _CAUSE = aliased(Delivery), aliased(Delivery), aliased(Event)
"""Made once: the columns of a new alias cost more than the question that is asked with them."""

_Row = sa.Row[Delivery, Event, Destination, dict[str, Json], str | None]
"""A delivery with its event and place, the words made for it before, and the remote id of what it acts on."""


def due_deliveries(
    session: Session,
    now: datetime,
    limit: int,
    *,
    channels: Collection[str],
    gate: Gate = OPEN,
    passed_over: Collection[int] = (),
) -> tuple[Due, ...]:
    """Return what may be sent now, oldest first, at most one message for each destination.

    What a subscriber is to hear now is one message, however much it is. `gate` says whom of the public may be spoken to;
    organizers always are. `channels` are the media that this worker speaks, `passed_over` destinations to which nothing can
    go at this moment. A delivery waits for those that came before it to the same destination, but not for those that are only
    to come later.
    """
    may_go = _sendable(now, channels, passed_over)
    heads = () if gate.hush is not Hush.FREE else _heads(session, [*may_go, may_be_told(gate)], limit)
    if gate.hush is not Hush.FREE and (theirs := _due_to_organizers(session, now)):
        heads = _heads(session, [*may_go, Delivery.id.in_(theirs)], limit)
    found = _bundled(session, heads, now)
    if gate.lets_removals_through:
        found += _removals(session, [*may_go, ~may_be_told(gate)], limit, now)
    return found


def _sendable(
    now: datetime, channels: Collection[str], passed_over: Collection[int]
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Delivery.state == DeliveryState.DUE,
        Delivery.due_at <= now,
        Destination.ended_at.is_(None),
        Destination.channel.in_(channels),
        Destination.id.not_in(passed_over),
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
        # A place that was the organizers' own and is public now hears nothing that was for them.
        sa.or_(Event.audience != Audience.ORGANIZERS, Destination.audience == Audience.ORGANIZERS),
    )


def _heads(session: Session, conditions: Iterable[sa.ColumnElement[bool]], limit: int) -> Sequence[_Row]:
    """Return the deliveries that nothing earlier holds up, oldest first."""
    earlier = _EARLIER
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
    found = _rows().where(*conditions, ~waits).order_by(Delivery.due_at, Delivery.id).limit(limit)
    return session.execute(found).all()


def _removals(
    session: Session, conditions: Iterable[sa.ColumnElement[bool]], limit: int, now: datetime
) -> tuple[Due, ...]:
    """Return what removes content where nothing else may be said: each alone, past all that waits there.

    Only what changes the same message, or may be doing so in this moment, is waited for.
    """
    earlier, cause = _EARLIER, _CAUSE
    same = sa.and_(earlier.action == Action.EDIT, earlier.acts_on_id == Delivery.acts_on_id)
    waits = (
        sa.select(earlier.id)
        .join(cause, cause.id == earlier.event_id)
        .where(
            earlier.destination_id == Delivery.destination_id,
            earlier.id < Delivery.id,
            sa.or_(
                earlier.state == DeliveryState.CLAIMED,
                sa.and_(
                    earlier.state == DeliveryState.DUE,
                    sa.or_(same, sa.and_(earlier.action == Action.EDIT, cause.kind == EventKind.CONTENT_REMOVED)),
                ),
            ),
        )
        .exists()
    )
    removals = _rows().where(*conditions, removes_content(), ~waits).order_by(Delivery.due_at, Delivery.id)
    zone = election_zone(session)
    return tuple(_due(session, row, now, zone) for row in session.execute(removals.limit(limit)))


def _rows() -> sa.Select[Delivery, Event, Destination, dict[str, Json], str | None]:
    original = _ORIGINAL
    return (
        sa.select(Delivery, Event, Destination, Wording.content, original.remote_id)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Wording, Wording.id == Delivery.wording_id)
        .outerjoin(original, original.id == Delivery.acts_on_id)
    )


def _bundled(session: Session, heads: Sequence[_Row], now: datetime) -> tuple[Due, ...]:
    """Return what goes next at the places of some deliveries, which for a subscriber may be several as one message."""
    subscribers = {to.id for _delivery, _event, to, _words, _on in heads if to.audience is Audience.SUBSCRIBER}
    groups = bundles.next_at(session, subscribers, now)
    members = bundles.members_of(session, groups.values())
    known = {row[0].id: row for row in heads}
    leads = {place: group[0].delivery for place, group in groups.items() if group}
    missing = set(leads.values()) - set(known)
    if missing:
        known |= {row[0].id: row for row in session.execute(_rows().where(Delivery.id.in_(missing)))}
    zone = election_zone(session)
    found: dict[int, Due] = {}
    for head in heads:
        place = head[2].id
        if place in subscribers:
            if place in leads and leads[place] not in found:
                lead = leads[place]
                found[lead] = _due(session, known[lead], now, zone, groups[place], members.get(lead, ()))
        else:
            found[head[0].id] = _due(session, head, now, zone)
    return tuple(found.values())


def _due(
    session: Session,
    row: _Row,
    now: datetime,
    zone: tzinfo,
    group: Sequence[Waiting] = (),
    members: tuple[Member, ...] = (),
) -> Due:
    delivery, event, to, worded, acts_on = row
    facts, trail = facts_from(event.kind, event.facts), trail_of(session, delivery, event)
    told = (facts, *(one.facts for one in trail), *(member.said.facts for member in members))
    return Due(
        delivery=delivery.id,
        place=to.id,
        kind=event.kind,
        facts=facts,
        channel=to.channel,
        address=to.address,
        thread=to.thread,
        language=to.language,
        audience=to.audience,
        # Several messages may have been meant to answer others, and one can answer only one: a digest answers none.
        action=Action.SEND if members else delivery.action,
        acts_on=None if members else acts_on,
        attempts=delivery.attempts,
        since=max((member.since for member in members), default=event.created_at),
        worded=bundles.words_of(group, worded) if group else worded,
        trail=trail,
        quiet_until=_quiet_until(delivery, to, now, zone),
        members=members,
        expires_at=event.expires_at,
        follows=follows_of(session, to.id)
        if any(isinstance(one, ReminderFacts) and one.places for one in told)
        else None,
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


def put_off(session: Session, deliveries: Collection[int], until: datetime) -> None:
    """Let deliveries that nobody claimed wait until a moment, such as the end of quiet hours that they would fall into."""
    waits = (Delivery.id.in_(deliveries), Delivery.state == DeliveryState.DUE)
    session.execute(sa.update(Delivery).where(*waits).values(due_at=until))


def claim_deliveries(session: Session, worded: Iterable[Worded], token: int, now: datetime) -> frozenset[int]:
    """Claim deliveries for this worker, store their words, and return those that are its own now.

    What is told together is claimed together or not at all. Words made from facts that changed meanwhile (content removed, a
    correction) are not said: such a delivery stays due.
    """
    claimed: set[int] = set()
    items = list(worded)
    _lock_places_of(session, [item.delivery for item in items])
    for item in items:
        if not _still_so(session, item):
            continue
        bundle = bundles.keep_together(session, item.members, now) if item.members else None
        if item.members and bundle is None:
            continue
        wording = _keep_wording(session, item, now)
        won = session.scalars(
            sa.update(Delivery)
            .where(Delivery.id.in_(item.deliveries), Delivery.state == DeliveryState.DUE)
            .values(
                state=DeliveryState.CLAIMED,
                claimed_at=now,
                claim_token=token,
                wording_id=wording,
                bundle_id=bundle,
                attempts=Delivery.attempts + 1,
            )
            .returning(Delivery.id)
        )
        claimed.update(won)
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
    if item.members:
        return bundles.still_said(session, item.members)
    locked = sa.select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id == item.delivery)
    event = session.scalar(locked.with_for_update(of=Event).execution_options(populate_existing=True))
    if event is None or facts_from(event.kind, event.facts) != item.facts:
        return False
    return trail_of(session, session.get_one(Delivery, item.delivery), event, lock=True) == item.trail


def _keep_wording(session: Session, item: Worded, now: datetime) -> int:
    content = cast("dict[str, Json]", bundles.with_events(item.content, item.members))
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
    """Settle a claim of ours, with all that is told by the same message; False when it is no longer ours."""
    mine = (Delivery.state == DeliveryState.CLAIMED, Delivery.claim_token == token)
    changed = session.scalars(
        sa.update(Delivery)
        .where(bundles.with_mates(delivery), *mine)
        .values(**values)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(changed)


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
    subscriber_places.one_move_at_a_time(session)
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

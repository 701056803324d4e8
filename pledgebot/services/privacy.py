"""What is kept of a place, shown to whoever asks from there, and erased at once when they say so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, PlaceKind, Spot
from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.deadlines import forget_deadline
from pledgebot.services.drafts import forget_drafts
from pledgebot.services.people import Actor, Role, actor_of, note, require_role, roles
from pledgebot.services.subscriber_views import SubscriberView, at_spot, find_subscriber
from pledgebot.store.tables import (
    Bundle,
    Cursor,
    Delivery,
    Destination,
    Draft,
    Inbox,
    InboxState,
    Subscription,
    Wording,
)

_WAITS = (DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.HELD)
_UNFINISHED = (InboxState.NEW, InboxState.ANSWERED, InboxState.SET_ASIDE)
_HAS_CHAT = (InboxState.ANSWERED, InboxState.SET_ASIDE)
"""What is not new and still says where it came from: of what is done that was erased."""
_AT_A_TIME = 500
"""So many places are erased by one statement: a database takes so many parameters, not any number."""


@dataclass(frozen=True)
class KeptView:
    """Everything that is kept of a place at a moment.

    `subscriber` is what it chose, None where it follows nothing. `sent` and `waiting` count its messages, `unfinished` what
    came from there and is not done. `organizer` is the name of the person whose account it is, with their roles and how many
    drafts they have in this chat.
    """

    spot: Spot
    at: datetime
    subscriber: SubscriberView | None
    sent: int
    waiting: int
    unfinished: int
    organizer: str | None
    roles: frozenset[Role]
    drafts: int


def kept_of(session: Session, spot: Spot, now: datetime, update: int | None = None) -> KeptView:
    """Return everything that is kept of a place, but for the update that asks for it: that is gone once it is answered."""
    actor = _account_of(session, spot)
    return KeptView(
        spot=spot,
        at=now,
        subscriber=find_subscriber(session, spot),
        sent=_deliveries(session, spot, (DeliveryState.SENT,)),
        waiting=_deliveries(session, spot, _WAITS),
        unfinished=_count(session, _came_from(spot), Inbox.state.in_(_UNFINISHED), Inbox.id != (update or 0)),
        organizer=actor.name if actor is not None else None,
        roles=roles(session, actor) if actor is not None else frozenset(),
        drafts=_count(session, Draft.organizer_id == actor.organizer, Draft.chat == spot.address) if actor else 0,
    )


def _account_of(session: Session, spot: Spot) -> Actor | None:
    """Return the organizer whose own chat a place is: there the address is the account's."""
    return actor_of(session, spot.channel, spot.address) if spot.place is PlaceKind.PRIVATE else None


def _deliveries(session: Session, spot: Spot, states: Collection[DeliveryState]) -> int:
    """Return how many messages of a place are in some states; a digest is one, however much it tells."""
    here = (Delivery.destination_id.in_(sa.select(Destination.id).where(at_spot(spot))), Delivery.state.in_(states))
    digests = session.scalar(sa.select(sa.func.count(Delivery.bundle_id.distinct())).where(*here)) or 0
    return digests + _count(session, *here, Delivery.bundle_id.is_(None))


def _count(session: Session, *rules: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(*rules)) or 0


def _came_from(spot: Spot) -> sa.ColumnElement[bool]:
    return sa.and_(Inbox.source == spot.channel, Inbox.chat == spot.address)


def forget(session: Session, spot: Spot) -> bool:
    """Erase at once what is kept of a place, and tell whether there was anything.

    Of a private chat everything goes: what it follows, its deliveries with their words, what came from there, an organizer's
    drafts in it. Of a group or channel only the given topic of its forum, and what came from there once nothing of it is
    followed any more. What was not handled yet stays until it is, and is erased then: that is what asks for this, and what
    was asked after it. A place that the configuration names is not a follower's, and an organizer stays a person of the
    ledger.
    """
    private = spot.place is PlaceKind.PRIVATE
    here = (
        sa.and_(Destination.channel == spot.channel, Destination.address == spot.address) if private else at_spot(spot)
    )
    followers = sa.select(Destination.id).where(here, Destination.audience == Audience.SUBSCRIBER)
    places = session.scalars(followers.order_by(Destination.id).with_for_update()).all()
    erase_places(session, places)
    others = sa.select(Destination.id).where(Destination.channel == spot.channel, Destination.address == spot.address)
    came = 0
    if session.scalar(others.limit(1)) is None:
        came = _forget_what_came(session, spot.channel, [spot.address])
        forget_deadline(session, spot.channel, spot.address)
        _forget_moves(session, spot)
    actor = _account_of(session, spot)
    drafts = forget_drafts(session, actor.organizer, spot.address) if actor is not None else 0
    session.flush()
    return bool(places or came or drafts)


def forget_places(session: Session, places: Collection[int]) -> None:
    """Erase places of followers, and what came from there and is handled where nothing of it is kept any more."""
    where = sa.select(Destination.channel, Destination.address).where(Destination.id.in_(places))
    left: dict[str, set[str]] = {}
    for channel, address in session.execute(where):
        left.setdefault(channel, set()).add(address)
    erase_places(session, places)
    for channel, addresses in left.items():
        there = sa.select(Destination.address).where(Destination.channel == channel, Destination.address.in_(addresses))
        left_there = addresses.difference(session.scalars(there))
        _forget_what_came(session, channel, left_there)
        for address in left_there:
            forget_deadline(session, channel, address)


def _forget_what_came(session: Session, channel: str, addresses: Collection[str]) -> int:
    deleted = (
        sa.delete(Inbox)
        .where(Inbox.source == channel, Inbox.chat.in_(addresses), Inbox.state.in_(_HAS_CHAT))
        .returning(Inbox.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.scalars(deleted).all())


def _forget_moves(session: Session, spot: Spot) -> None:
    """Forget from where a place had moved or where to, unless what is there now is still written to."""
    moved = f"moved:{spot.channel}:"
    to_here = sa.and_(Cursor.name.startswith(moved, autoescape=True), Cursor.value == spot.address)
    lives_on = sa.select(Destination.address).where(Destination.channel == spot.channel)
    either = sa.or_(Cursor.name == f"{moved}{spot.address}", to_here)
    session.execute(sa.delete(Cursor).where(either, Cursor.value.not_in(lives_on)))


def erase_places(session: Session, places: Collection[int]) -> None:
    """Delete destinations with all that is theirs: what they follow, their deliveries, the words that only they got."""
    every = sorted(places)
    for first in range(0, len(every), _AT_A_TIME):
        some = every[first : first + _AT_A_TIME]
        session.flush()
        # Places are locked before their deliveries, by everybody: else two would wait for each other.
        session.execute(
            sa.select(Destination.id).where(Destination.id.in_(some)).order_by(Destination.id).with_for_update()
        )
        told = sa.select(Delivery.wording_id).where(Delivery.destination_id.in_(some), Delivery.wording_id.is_not(None))
        wordings = session.scalars(told.distinct()).all()
        for table in (Delivery, Bundle, Subscription):
            session.execute(sa.delete(table).where(table.destination_id.in_(some)))
        session.execute(sa.delete(Destination).where(Destination.id.in_(some)))
        _forget_unused(session, [wording for wording in wordings if wording is not None])


def _forget_unused(session: Session, wordings: Collection[int]) -> None:
    """Delete words that nobody else got. One that another worker is about to use is locked by it, and left alone."""
    used = sa.select(Delivery.id).where(Delivery.wording_id == Wording.id).exists()
    every = list(wordings)
    for first in range(0, len(every), _AT_A_TIME):
        some = every[first : first + _AT_A_TIME]
        unused = sa.select(Wording.id).where(Wording.id.in_(some), ~used).with_for_update(skip_locked=True)
        session.execute(sa.delete(Wording).where(Wording.id.in_(session.scalars(unused).all())))


def forget_for(session: Session, channel: str, address: str, thread: str | None, by: Actor, now: datetime) -> bool:
    """Erase what is kept of an address for somebody who asked an administrator; the audit log does not say of which.

    Without a thread every topic of a forum is meant. Returns False where nothing was kept.
    """
    require_role(session, by, Role.ADMIN)
    known = session.execute(
        sa.select(Destination.thread, Destination.place).where(
            Destination.channel == channel, Destination.address == address, Destination.audience == Audience.SUBSCRIBER
        )
    ).all()
    # Of whom no subscription is kept there may still be something that came in.
    spots = [Spot(channel, address, *row) for row in known] or [Spot(channel, address, thread or "")]
    meant = [spot for spot in spots if thread is None or spot.thread == thread or spot.place is PlaceKind.PRIVATE]
    forgotten = [forget(session, spot) for spot in meant]
    if any(forgotten):
        note(session, by, "subscriber.forget", channel, now)
    return any(forgotten)

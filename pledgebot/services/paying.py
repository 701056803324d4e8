"""Paying the network for sending a large broadcast faster: what it would cost, and who agreed to it. Nothing is paid unasked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import EventKind
from pledgebot.services.facts import facts_from
from pledgebot.services.hearers import is_told
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.policies import policy
from pledgebot.services.troubles import name_in
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Delivery, Destination, Event

LEAST = 1000
"""From so many messages on, which take the free pace more than half a minute, it is offered."""

CHANNEL = "telegram"
"""The one network that sells it: https://core.telegram.org/bots/api#sendmessage, allow_paid_broadcast."""

_MESSAGES_PER_STAR = 10
_SOON = timedelta(hours=1)
_OLDEST = timedelta(days=3)


@dataclass(frozen=True)
class Broadcast:
    """A large broadcast on its way: how many messages are not sent yet to private chats, and what they cost at most."""

    event: int
    kind: EventKind
    name: str
    messages: int

    @property
    def stars(self) -> int:
        """The cost in Telegram Stars, rounded up."""
        return stars(self.messages)


def stars(messages: int) -> int:
    """Return what so many messages cost in whole Telegram Stars: 0.1 each, rounded up."""
    return -(-messages // _MESSAGES_PER_STAR)


def broadcasts(session: Session, now: datetime) -> tuple[Broadcast, ...]:
    """Return the large broadcasts that may be paid for, the newest first; none where the installation does not pay."""
    if not policy(session).paid_broadcasts:
        return ()
    found = session.scalars(sa.select(Event).where(*_open(now)).order_by(Event.id.desc())).all()
    made = (_broadcast(session, event, now) for event in found)
    return tuple(one for one in made if one.messages >= LEAST)


def broadcast(session: Session, number: int, now: datetime) -> Broadcast:
    """Return a broadcast that may be paid for; refuses what is none, what is paid for already, and where nobody pays."""
    if not policy(session).paid_broadcasts:
        raise Refused(Objection.PAYING_OFF)
    event = session.get(Event, number, populate_existing=True)
    if event is None:
        raise Refused(Objection.UNKNOWN_EVENT, name=str(number))
    if event.paid_at is not None:
        raise Refused(Objection.ALREADY_PAID)
    known = session.scalar(sa.select(Event.id).where(Event.id == number, *_open(now)))
    found = _broadcast(session, event, now)
    if known is None or found.messages < LEAST:
        raise Refused(Objection.NOTHING_TO_PAY)
    return found


def pay_for(session: Session, number: int, by: Actor, now: datetime, *, most: int | None = None) -> Broadcast:
    """Agree to pay for sending a broadcast faster, and return it. Only an administrator may.

    `most` is how many messages were shown to whoever agrees: where there are more by now, they are asked again.
    """
    require_role(session, by, Role.ADMIN)
    session.execute(sa.select(Event.id).where(Event.id == number).with_for_update())
    found = broadcast(session, number, now)
    if most is not None and found.messages > most:
        raise Refused(Objection.COSTS_MORE)
    event = session.get_one(Event, number)
    event.paid_at, event.paid_by = now, by.organizer
    session.flush()
    note(session, by, "event.pay", f"event:{number}", now, messages=found.messages, stars=found.stars)
    return found


def _open(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Event.paid_at.is_(None),
        Event.cancelled_at.is_(None),
        Event.audience != Audience.ORGANIZERS,
        Event.created_at > now - _OLDEST,
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
    )


def _broadcast(session: Session, event: Event, now: datetime) -> Broadcast:
    messages = _written(session, event, now) + (_unwritten(session, event) if event.fanned_out_at is None else 0)
    return Broadcast(event.id, event.kind, name_in(facts_from(event.kind, event.facts)), messages)


_PRIVATE = (
    Destination.channel == CHANNEL,
    Destination.place == PlaceKind.PRIVATE,
    Destination.audience == Audience.SUBSCRIBER,
    Destination.ended_at.is_(None),
)


def _written(session: Session, event: Event, now: datetime) -> int:
    """Return how many messages wait to be sent; what comes in a digest of another hour is none of them."""
    waits = (Delivery.event_id == event.id, Delivery.state == DeliveryState.DUE, Delivery.due_at <= now + _SOON)
    counted = sa.select(sa.func.count(Delivery.id)).join(Destination, Destination.id == Delivery.destination_id)
    return fetch(session, counted.where(*waits, *_PRIVATE)).scalar() or 0


def _unwritten(session: Session, event: Event) -> int:
    """Return how many places the fan-out has still to reach."""
    left = sa.select(sa.func.count(Destination.id)).where(Destination.id > event.fanned_to, *_PRIVATE, is_told(event))
    return fetch(session, left).scalar() or 0

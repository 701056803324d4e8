"""Brakes: what is stopped for the public, and why, until a person ends it. Rows that wait are never rewritten.

Organizers are always spoken to, and what people ask is always answered.
"""

import hashlib
import logging
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience
from pledgebot.domain.brakes import BrakeEnd, BrakeKind, Brakes, receivers_allowed
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import EventKind
from pledgebot.services.brake_views import brake_facts
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.policies import policy
from pledgebot.services.publishing import publish_notice
from pledgebot.services.texts import one_line
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, Brake, Cursor, Delivery, Destination, Event
from pledgebot.store.upserts import insert_into

log = logging.getLogger(__name__)

__all__ = ["Brakes", "not_braked", "pull", "read_brakes", "release"]

MEDIA = ("telegram", "mastodon", "console")
"""The media that can be stopped by themselves."""
LONGEST_REASON = 300

_CONFIRMED = "receivers:confirmed"
_LONGEST_NAME = 100
_NONE = Brakes()
_STANDING = sa.select(Brake.channel, Brake.event_id).where(Brake.ended_at.is_(None))


def read_brakes(session: Session) -> Brakes:
    """Return what is stopped now. With an event wait those that speak of the same list or banner, and came after it."""
    rows = fetch(session, _STANDING).all()
    if not rows:
        return _NONE
    events = {event for _channel, event in rows if event is not None}
    return Brakes(
        everything=any(event is None and not channel for channel, event in rows),
        channels=frozenset(channel for channel, _event in rows if channel),
        events=frozenset(events | _behind(session, events)),
    )


def _behind(session: Session, events: Collection[int]) -> set[int]:
    """Return what is not written yet and must not overtake these: a correction, or what a list said later."""
    if not events:
        return set()
    stopped, first, later = aliased(Event), aliased(Answer), aliased(Answer)
    same = sa.or_(later.list_id == first.list_id, later.banner_id == first.banner_id)
    rows = fetch(
        session,
        sa.select(Event.id)
        .join(later, later.id == Event.answer_id)
        .join(first, same)
        .join(stopped, stopped.answer_id == first.id)
        .where(
            stopped.id.in_(events),
            Event.id > stopped.id,
            Event.fanned_out_at.is_(None),
            Event.audience != Audience.ORGANIZERS,
        ),
    )
    return set(rows.scalars())


def not_braked(brakes: Brakes) -> sa.ColumnElement[bool]:
    """Return the condition that a delivery to a destination is not stopped. What is for organizers never is."""
    if brakes.none:
        return sa.true()
    organizers = Destination.audience == Audience.ORGANIZERS
    if brakes.everything:
        return organizers
    free = [
        *([Destination.channel.not_in(brakes.channels)] if brakes.channels else ()),
        *([Delivery.event_id.not_in(brakes.events)] if brakes.events else ()),
    ]
    return sa.or_(organizers, sa.and_(*free))


def may_fan_out(brakes: Brakes) -> sa.ColumnElement[bool]:
    """Return the condition that an event may become deliveries: they may be written for a medium that is stopped."""
    if brakes.everything:
        return Event.audience == Audience.ORGANIZERS
    if brakes.events:
        return sa.or_(Event.audience == Audience.ORGANIZERS, Event.id.not_in(brakes.events))
    return sa.true()


def stopped_among(session: Session, deliveries: Collection[int]) -> frozenset[int]:
    """Return those of some deliveries that are stopped: asked when they are claimed, just before they are sent."""
    brakes = read_brakes(session)
    if brakes.none or not deliveries:
        return frozenset()
    stopped = (
        sa.select(Delivery.id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Delivery.id.in_(deliveries), ~not_braked(brakes))
    )
    return frozenset(fetch(session, stopped).scalars())


def pull(
    session: Session,
    kind: BrakeKind,
    *,
    now: datetime,
    event: int | None = None,
    channel: str = "",
    facts: Mapping[str, int] | None = None,
    by: Actor | None = None,
    reason: str = "",
) -> int | None:
    """Stop an event, a channel, or everything, and ask organizers; return the brake's number, None where it stood already.

    `facts` are the numbers that organizers are told. `by` is who paused, None where the bot stops by itself.
    """
    number = session.scalar(
        insert_into(session, Brake.__table__)
        .values(
            kind=kind,
            channel=channel,
            event_id=event,
            numbers=dict(facts or {}),
            reason=reason,
            since=now,
            organizer_id=by.organizer if by is not None else None,
        )
        .on_conflict_do_nothing()
        .returning(Brake.__table__.c.id)
    )
    if number is None:
        return None
    log.warning("brake_pulled: %s %s %s", kind.value, channel or "-", event or "-")
    note(session, by, "brake.pull", f"brake:{number}", now, kind=kind.value, channel=channel, event=event)
    told = brake_facts(session, session.get_one(Brake, number))
    publish_notice(session, EventKind.BRAKE_PULLED, told, now, audience=Audience.ORGANIZERS)
    return int(number)


def pause(session: Session, by: Actor, now: datetime, channel: str = "", reason: str = "") -> int:
    """Stop everything that is for the public, or one medium, because an organizer says so; return the brake's number.

    Refuses a medium that is none, and what is paused already.
    """
    require_role(session, by, *Role)
    if channel and channel not in MEDIA:
        raise Refused(Objection.UNKNOWN_MEDIUM, name=channel, options=MEDIA)
    number = pull(session, BrakeKind.PAUSED, channel=channel, by=by, reason=one_line(reason, LONGEST_REASON), now=now)
    if number is None:
        raise Refused(Objection.ALREADY_PAUSED)
    return number


def release(session: Session, number: int, by: Actor, now: datetime) -> bool:
    """Let go on what a brake stopped; False when it was ended before. Only who may confirm entries may.

    Whoever lets a message go to many places agrees to that many, and to all others that wait for no more than that.
    """
    require_role(session, by, Role.VERIFIER)
    brake = _ended(session, number, BrakeEnd.RELEASED, by, now)
    if brake is None:
        return False
    if brake.kind is BrakeKind.MANY_RECEIVERS:
        confirm_receivers(session, brake.numbers.get("receivers", 0), now)
        _release_smaller(session, by, now)
    return True


def cancel(session: Session, number: int, by: Actor, now: datetime) -> bool:
    """Cancel the event that a brake stopped: what was not sent is never sent. False when the brake was ended before."""
    require_role(session, by, Role.VERIFIER)
    if _brake(session, number).event_id is None:
        raise Refused(Objection.NOTHING_TO_CANCEL)
    brake = _ended(session, number, BrakeEnd.CANCELLED, by, now)
    if brake is None or brake.event_id is None:
        return False
    cancel_event(session, brake.event_id, by, now)
    return True


def cancel_event(session: Session, number: int, by: Actor, now: datetime) -> int:
    """Cancel all messages of an event that wait, and let it reach nobody else; return how many messages waited.

    What was sent stays sent, and what is under way is settled as it goes. Brakes that stop it end.
    """
    event = session.scalar(sa.select(Event).where(Event.id == number).with_for_update())
    if event is None:
        raise Refused(Objection.UNKNOWN_EVENT, name=str(number))
    if event.fanned_out_at is None:
        event.cancelled_at = event.fanned_out_at = now
    session.flush()
    waits = Delivery.state.in_([DeliveryState.DUE, DeliveryState.HELD])
    cancelled = session.scalars(
        sa.update(Delivery)
        .where(Delivery.event_id == number, waits)
        .values(state=DeliveryState.CANCELLED, reason=f"cancelled by {by.name}")
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    standing = sa.select(Brake.id).where(Brake.event_id == number, Brake.ended_at.is_(None))
    for brake in session.scalars(standing).all():
        _ended(session, brake, BrakeEnd.CANCELLED, by, now)
    note(session, by, "event.cancel", f"event:{number}", now, deliveries=len(cancelled))
    return len(cancelled)


def confirmed_receivers(session: Session) -> int:
    """Return the most places to which an organizer has let one message go; 0 where nobody was asked yet."""
    return int(read_cursor(session, _CONFIRMED) or 0)


def confirm_receivers(session: Session, receivers: int, now: datetime) -> None:
    """Keep that messages may go to so many places; what was agreed to before is never made less."""
    if receivers > confirmed_receivers(session):
        write_cursor(session, _CONFIRMED, str(receivers), now)


def is_known(session: Session, channel: str, account: str) -> bool:
    """Tell whether this database has met an account on a channel before."""
    return read_cursor(session, _met(channel, account)) is not None


def meet_account(
    session: Session, channel: str, account: str, *, used: int, known: bool = False, now: datetime
) -> int | None:
    """Keep that this database knows an account, and stop its channel where somebody used it before; return the brake's number.

    `used` is what stands there already: posts, or commands in the menu. A database that sent something on the channel, or is
    `known` to have worked there by other marks, is not a new one. Of an account that was met before nothing is asked again.
    """
    first = session.scalar(
        insert_into(session, Cursor.__table__)
        .values(name=_met(channel, account), value=str(used), moved_at=now)
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(Cursor.__table__.c.name)
    )
    if first is None or known or not used or _has_sent(session, channel):
        return None
    return pull(session, BrakeKind.NEW_DATABASE, channel=channel, facts={"used": used}, now=now)


def _met(channel: str, account: str) -> str:
    name = f"account:{channel}:{account}"
    return name if len(name) <= _LONGEST_NAME else f"account:{hashlib.sha256(name.encode()).hexdigest()}"


def _has_sent(session: Session, channel: str) -> bool:
    sent = (
        sa.select(Delivery.id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Destination.channel == channel, Delivery.sent_at.is_not(None))
    )
    return session.scalar(sent.limit(1)) is not None


def _brake(session: Session, number: int) -> Brake:
    brake = session.scalar(
        sa.select(Brake).where(Brake.id == number).with_for_update().execution_options(populate_existing=True)
    )
    if brake is None:
        raise Refused(Objection.UNKNOWN_BRAKE, name=str(number))
    return brake


def _ended(session: Session, number: int, outcome: BrakeEnd, by: Actor, now: datetime) -> Brake | None:
    """End a brake, and return it; None where somebody else ended it before."""
    brake = _brake(session, number)
    if brake.ended_at is not None:
        return None
    brake.ended_at, brake.ended_by, brake.outcome = now, by.organizer, outcome
    session.flush()
    note(
        session, by, f"brake.{_ACTS[outcome]}", f"brake:{number}", now, kind=brake.kind.value, numbers={**brake.numbers}
    )
    return brake


_ACTS = {BrakeEnd.RELEASED: "release", BrakeEnd.CANCELLED: "cancel"}


def _release_smaller(session: Session, by: Actor, now: datetime) -> None:
    allowed = receivers_allowed(confirmed_receivers(session), policy(session).brakes)
    waiting = sa.select(Brake).where(Brake.kind == BrakeKind.MANY_RECEIVERS, Brake.ended_at.is_(None))
    for other in session.scalars(waiting.order_by(Brake.id)).all():
        if other.numbers.get("receivers", 0) <= allowed:
            _ended(session, other.id, BrakeEnd.RELEASED, by, now)

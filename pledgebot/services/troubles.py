"""Messages that wait for a person: in doubt, failed or held, told together by what they tell. Never a follower's address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import AnswerFacts, EventKind, Facts
from pledgebot.domain.recalled import MergerFacts, ReminderFacts, Whereabouts
from pledgebot.services.facts import facts_from
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Delivery, Destination, Event

OPEN_DOUBT = (Delivery.state == DeliveryState.UNCERTAIN, Delivery.settled_by.is_(None))
"""A doubt that no person has decided to leave as it is."""

STATES = (DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.HELD)
"""The states of what only a person takes further, what is most urgent first."""

_MATE = aliased(Delivery)
LEAD = ~(
    sa.select(_MATE.id)
    .where(_MATE.bundle_id == Delivery.bundle_id, _MATE.state == Delivery.state, _MATE.id < Delivery.id)
    .exists()
)
"""The condition that a delivery is told alone, or is the first of those that are told by the same message."""

_WAITS = sa.or_(
    sa.and_(*OPEN_DOUBT),
    # Whoever left needs nobody's care; and of a question to organizers its answer is told elsewhere too.
    sa.and_(
        Delivery.state == DeliveryState.FAILED,
        Destination.ended_at.is_(None),
        sa.or_(Delivery.action != Action.EDIT, Destination.audience != Audience.ORGANIZERS),
    ),
    Delivery.state == DeliveryState.HELD,
)
_SINCE = sa.func.min(sa.func.coalesce(Delivery.claimed_at, Delivery.due_at))
_COUNT = sa.func.count(Delivery.id)
_ADDRESS = sa.case((Destination.audience == Audience.PUBLIC, Destination.address), else_="")


@dataclass(frozen=True)
class Trouble:
    """Messages of one event that wait for a person for one reason.

    `name` is of which list or banner it tells, `answer` of which entry; of `digests`, which tell several things, it is the first.
    `highest` is the number of the last delivery, `since` when the oldest was sent. From `expires_at` on it has no meaning.
    """

    event: int
    kind: EventKind
    name: str
    answer: int | None
    state: DeliveryState
    messages: int
    highest: int
    digests: int
    since: datetime
    reason: str
    expires_at: datetime | None
    where: tuple[Whereabouts, ...] = ()

    def has_expired(self, now: datetime) -> bool:
        """Tell whether it has lost its meaning."""
        return self.expires_at is not None and self.expires_at <= now


def troubles(session: Session, skip: int = 0, most: int = 5) -> tuple[tuple[Trouble, ...], int]:
    """Return some of what waits for a person, doubts first and the newest first, and how many such groups there are."""
    groups = _grouped().where(_WAITS)
    total = fetch(session, sa.select(sa.func.count()).select_from(groups.subquery())).scalar() or 0
    order = sa.case({state: place for place, state in enumerate(STATES)}, value=Delivery.state)
    page = groups.order_by(order, Delivery.event_id.desc()).offset(skip).limit(most)
    return tuple(_trouble(session, *row) for row in fetch(session, page)), total


def trouble(session: Session, event: int, state: DeliveryState) -> Trouble | None:
    """Return what of an event waits in a state for a person; None when nothing does."""
    found = fetch(session, _grouped().where(_WAITS, Delivery.event_id == event, Delivery.state == state)).first()
    return _trouble(session, *found) if found is not None else None


def waiting_of(session: Session, event: int, state: DeliveryState, highest: int) -> tuple[int, ...]:
    """Return the numbers of the messages of a group, up to one number: of a digest that of its first delivery."""
    found = (
        sa.select(Delivery.id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(_WAITS, LEAD, Delivery.event_id == event, Delivery.state == state, Delivery.id <= highest)
    )
    return tuple(fetch(session, found.order_by(Delivery.id)).scalars())


def event_named(session: Session, number: int) -> tuple[EventKind, str, int | None] | None:
    """Return of which kind an event is, of which list or banner it tells, and of which entry; None where there is none."""
    event = session.get(Event, number)
    if event is None:
        return None
    return event.kind, name_in(facts_from(event.kind, event.facts)), event.answer_id


def name_in(facts: Facts) -> str:
    """Return of which list, banner or place facts tell; empty for those that tell of none."""
    match facts:
        case AnswerFacts():
            return facts.subject.name
        case MergerFacts():
            return facts.child.name
        case ReminderFacts():
            return facts.constituency
    return ""


def _grouped() -> "sa.Select[int, DeliveryState, int, int, int, datetime, str | None]":
    return (
        sa.select(
            Delivery.event_id,
            Delivery.state,
            _COUNT,
            sa.func.max(Delivery.id),
            sa.func.count(Delivery.bundle_id),
            _SINCE,
            sa.func.max(Delivery.reason),
        )
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(LEAD)
        .group_by(Delivery.event_id, Delivery.state)
    )


def _trouble(
    session: Session,
    number: int,
    state: DeliveryState,
    messages: int,
    highest: int,
    digests: int,
    since: datetime,
    reason: str | None,
) -> Trouble:
    event = session.get_one(Event, number)
    return Trouble(
        event=number,
        kind=event.kind,
        name=name_in(facts_from(event.kind, event.facts)),
        answer=event.answer_id,
        state=state,
        messages=messages,
        highest=highest,
        digests=digests,
        since=since,
        reason=reason or "",
        expires_at=event.expires_at,
        where=where_of(session, [_WAITS, Delivery.event_id == number, Delivery.state == state]),
    )


def where_of(session: Session, conditions: Iterable[sa.ColumnElement[bool]]) -> tuple[Whereabouts, ...]:
    """Return to which kinds of place some messages go, public ones first and by name; of all others only how many."""
    rows = fetch(
        session,
        sa.select(Destination.channel, Destination.audience, Destination.place, _ADDRESS, _COUNT)
        .join(Delivery, Delivery.destination_id == Destination.id)
        .where(LEAD, *conditions)
        .group_by(Destination.channel, Destination.audience, Destination.place, _ADDRESS)
        .order_by(_ADDRESS == "", Destination.channel, Destination.audience, Destination.place, _ADDRESS),
    )
    return tuple(
        Whereabouts(channel, str(to), str(place), count, address) for channel, to, place, address, count in rows
    )

"""What a person decides of messages that wait for one: it arrived, it is sent again, it is left. Each is decided once.

What was sent or cancelled is never changed, and what is under way is not touched: nobody knows yet what becomes of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.brakes import cancel_event
from pledgebot.services.overtaking import changed_since, told_since
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.tables import Delivery, Destination, Event
from pledgebot.store.types import Json

SETTLED = "delivery.settle"
"""The act under which the audit log keeps what a person decided, for each event."""

_MOST_IN_SQL = 500
_MOST_NUMBERED = 50
"""So many numbers of deliveries are written into one line of the audit log; of more it says how many."""


class Choice(StrEnum):
    """What a person decides."""

    SENT = "sent"
    AGAIN = "again"
    LEAVE = "leave"


class Why(StrEnum):
    """Why a message stays as it is."""

    UNKNOWN = "unknown"
    UNDER_WAY = "under_way"
    WAITS = "waits"
    SENT = "sent"
    CANCELLED = "cancelled"
    LEFT = "left"
    NOT_IN_DOUBT = "not_in_doubt"
    ENDED = "ended"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True)
class Which:
    """Which messages are meant: by the numbers of deliveries, by their event, by their state; all that is given holds.

    `in_doubt` says that of what is meant only doubts may be decided.
    """

    numbers: tuple[int, ...] = ()
    event: int | None = None
    states: frozenset[DeliveryState] = frozenset()
    in_doubt: bool = False


@dataclass(frozen=True)
class Decided:
    """What was done: the messages by the number of their first delivery; what stays as it is, by the reason.

    `doubtful` are those of the done that were left and may have arrived all the same: that cannot be taken back.
    """

    done: tuple[int, ...] = ()
    doubtful: int = 0
    refused: Mapping[Why, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _One:
    """A delivery, with what keeps it from being sent again."""

    id: int
    event: int
    bundle: int | None
    state: DeliveryState
    settled_by: int | None
    ended: bool
    expired: bool
    overtaken: bool

    @property
    def message(self) -> tuple[int | None, int]:
        """By what the message is known that tells it: a digest is one message, but what waits can still leave it."""
        waits = self.state in {DeliveryState.DUE, DeliveryState.HELD}
        return (self.bundle, 0) if self.bundle is not None and not waits else (None, self.id)


def settle(session: Session, which: Which, choice: Choice, by: Actor, now: datetime) -> Decided:
    """Do what an organizer decided, with all of every message that is concerned. Refuses whoever is none any more.

    What is sent again is due at once, and goes before all that came after it to its place. What is left is cancelled; a doubt
    that is left stays a doubt, since a correction still has to reach what may stand there, but is asked about no more.
    """
    require_role(session, by, *Role)
    if not (which.numbers or which.event or which.states):
        return Decided()
    found = _concerned(session, which, now)
    held = _held(session, found)
    done: dict[int, list[_One]] = {}
    refused: dict[Why, list[int]] = {}
    for message in _messages(found):
        why = next(filter(None, (_why(one, held.get(one.id), choice, which) for one in message)), None)
        if why is None:
            done[message[0].id] = message
        else:
            refused.setdefault(why, []).append(message[0].id)
    missing = set(which.numbers) - {one.id for one in found}
    if missing and not (which.states or which.event):
        refused[Why.UNKNOWN] = sorted(missing)
    ones = [one for message in done.values() for one in message]
    _write(session, ones, choice, by, now)
    _note(session, ones, choice, by, now)
    doubtful = [message for message in done.values() if message[0].state is DeliveryState.UNCERTAIN]
    return Decided(
        done=tuple(done),
        doubtful=len(doubtful) if choice is Choice.LEAVE else 0,
        refused={why: tuple(numbers) for why, numbers in refused.items()},
    )


def cancel_all_of(session: Session, event: int, by: Actor, now: datetime) -> tuple[int, Decided]:
    """Cancel all messages of an event that are not sent, and let it reach nobody else.

    Return how many waited, and what was decided of those that failed or are in doubt. Only who may confirm entries may.
    """
    require_role(session, by, Role.VERIFIER)
    waited = cancel_event(session, event, by, now)
    session.flush()
    tried = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})
    return waited, settle(session, Which(event=event, states=tried), Choice.LEAVE, by, now)


def _concerned(session: Session, which: Which, now: datetime) -> list[_One]:
    """Return the deliveries that are meant, with all that are told by the same messages, by number."""
    asked = sa.and_(
        Delivery.event_id == which.event if which.event is not None else sa.true(),
        Delivery.state.in_(which.states) if which.states else sa.true(),
    )
    found: dict[int, _One] = {}
    for some in _parts(which.numbers) if which.numbers else [()]:
        meant = sa.and_(asked, Delivery.id.in_(some)) if some else asked
        rows = _read(session, meant, now)
        digests = {one.bundle for one in rows if one.message[0] is not None}
        for part in _parts(sorted(filter(None, digests))):
            # What was cancelled out of a digest is not told by it any more.
            rows += _read(session, sa.and_(Delivery.bundle_id.in_(part), Delivery.state.in_(_TRIED)), now)
        found |= {one.id: one for one in rows}
    return [found[number] for number in sorted(found)]


def _read(session: Session, condition: sa.ColumnElement[bool], now: datetime) -> list[_One]:
    to_organizers, of_organizers = Destination.audience == Audience.ORGANIZERS, Event.audience == Audience.ORGANIZERS
    rows = session.execute(
        sa.select(
            Delivery.id,
            Delivery.event_id,
            Delivery.bundle_id,
            Delivery.state,
            Delivery.settled_by,
            sa.or_(Destination.ended_at.is_not(None), sa.and_(of_organizers, ~to_organizers)),
            sa.or_(Event.cancelled_at.is_not(None), sa.and_(Event.expires_at.is_not(None), Event.expires_at <= now)),
            sa.or_(changed_since(), told_since()),
        )
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(condition)
        .order_by(Delivery.id)
    )
    return [_One(*row[:5], bool(row[5]), bool(row[6]), bool(row[7])) for row in rows]


def _held(session: Session, found: Sequence[_One]) -> dict[int, tuple[DeliveryState, int | None]]:
    """Lock what is concerned, and return how it is now: somebody else may have decided meanwhile.

    What is due may be claimed in this moment: whoever does is not waited for, and it counts as under way.
    """
    held: dict[int, tuple[DeliveryState, int | None]] = {}
    for due in (True, False):
        for numbers in _parts([one.id for one in found if (one.state is DeliveryState.DUE) is due]):
            rows = session.execute(
                sa.select(Delivery.id, Delivery.state, Delivery.settled_by)
                .where(Delivery.id.in_(numbers))
                .order_by(Delivery.id)
                .with_for_update(of=Delivery, skip_locked=due)
            )
            held |= {number: (state, settled_by) for number, state, settled_by in rows}
    return held


def _messages(found: Iterable[_One]) -> Iterator[list[_One]]:
    """Yield the deliveries of each message, the first of all first."""
    messages: dict[tuple[int | None, int], list[_One]] = {}
    for one in found:
        messages.setdefault(one.message, []).append(one)
    yield from messages.values()


_TRIED = (DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
_FINAL = {
    DeliveryState.CLAIMED: Why.UNDER_WAY,
    DeliveryState.SENT: Why.SENT,
    DeliveryState.CANCELLED: Why.CANCELLED,
}
_MEANWHILE = _FINAL | {DeliveryState.DUE: Why.WAITS, DeliveryState.UNCERTAIN: Why.LEFT}


def _why(one: _One, held: tuple[DeliveryState, int | None] | None, choice: Choice, which: Which) -> Why | None:
    """Return why a delivery stays as it is; None where it can be done what is wanted."""
    if held is None:
        return Why.UNDER_WAY
    state, settled_by = held
    if state in _FINAL:
        return _FINAL[state]
    if settled_by is not None:
        return Why.LEFT
    if state is not one.state:
        return _MEANWHILE.get(state, Why.NOT_IN_DOUBT)
    if (choice is Choice.SENT or which.in_doubt) and state is not DeliveryState.UNCERTAIN:
        return Why.NOT_IN_DOUBT
    return _why_not_again(one) if choice is Choice.AGAIN else None


def _why_not_again(one: _One) -> Why | None:
    if one.state is DeliveryState.DUE:
        return Why.WAITS
    if one.ended:
        return Why.ENDED
    if one.expired:
        return Why.EXPIRED
    return Why.OVERTAKEN if one.overtaken else None


def _write(session: Session, ones: Sequence[_One], choice: Choice, by: Actor, now: datetime) -> None:
    for state in {one.state for one in ones}:
        values = _values(state, choice, by, now)
        for numbers in _parts([one.id for one in ones if one.state is state]):
            session.execute(
                sa.update(Delivery)
                .where(Delivery.id.in_(numbers), Delivery.state == state)
                .values(**values)
                .execution_options(synchronize_session=False)
            )
    session.expire_all()


def _values(state: DeliveryState, choice: Choice, by: Actor, now: datetime) -> dict[str, object]:
    if choice is Choice.SENT:
        # It left when it was claimed, if it left; its number there nobody knows.
        sent_at = sa.func.coalesce(Delivery.claimed_at, now)
        return {"state": DeliveryState.SENT, "sent_at": sent_at, "settled_by": by.organizer}
    if choice is Choice.AGAIN:
        return {"state": DeliveryState.DUE, "due_at": now, "claimed_at": None, "reason": None}
    if state is DeliveryState.UNCERTAIN:
        return {"settled_by": by.organizer}
    return {"state": DeliveryState.CANCELLED, "reason": f"cancelled by {by.name}", "settled_by": by.organizer}


def _note(session: Session, ones: Sequence[_One], choice: Choice, by: Actor, now: datetime) -> None:
    """Write a line into the audit log for each event that is concerned."""
    concerned: dict[int, list[Json]] = {}
    for one in ones:
        concerned.setdefault(one.event, []).append(one.id)
    for event, numbers in concerned.items():
        named = numbers if len(numbers) <= _MOST_NUMBERED else None
        note(session, by, f"{SETTLED}.{choice}", f"event:{event}", now, count=len(numbers), deliveries=named)


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _MOST_IN_SQL] for start in range(0, len(numbers), _MOST_IN_SQL))

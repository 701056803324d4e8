"""The canary of a broadcast: while the first few are under way, and when they did not arrive, the rest waits."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.brakes import BrakeKind, Brakes
from pledgebot.domain.canary import PATIENCE, Few, Verdict, verdict
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.services.brakes import pull
from pledgebot.services.cursors import write_cursor
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Brake, Cursor, Delivery, Destination, Event

PUTS_RIGHT = frozenset({EventKind.ANSWER_CORRECTED, EventKind.CONTENT_REMOVED, EventKind.ANSWER_WITHDRAWN})
"""What puts something right is never held up by a canary of its own."""


_BEGUN = (
    sa.select(Event.id, Event.priority)
    .where(
        Event.fanned_out_at.is_(None),
        Event.fanned_to > 0,
        Event.tried_at.is_(None),
        Event.audience != Audience.ORGANIZERS,
        Event.kind.not_in(PUTS_RIGHT),
    )
    .order_by(Event.id)
)


class Trial(NamedTuple):
    """An event of which the first few were told, and what becomes of the rest."""

    event: int
    priority: int
    few: Few
    verdict: Verdict


def tries(event: Event) -> bool:
    """Tell whether an event goes to a few first, if it goes to many: what is for the public, and puts nothing right."""
    return event.audience is not Audience.ORGANIZERS and event.kind not in PUTS_RIGHT and event.tried_at is None


def begin(session: Session, event: Event, now: datetime) -> None:
    """Keep that from now on the first few of an event are under way."""
    write_cursor(session, _name(event.id), "", now)


def decide(session: Session, trials: Collection[Trial], now: datetime) -> bool:
    """Let those events go on whose first few arrived, and stop those of which they did not; tell whether there were any.

    About what stops organizers are asked, and whatever they decide, it is tried no more.
    """
    decided = [trial for trial in trials if trial.verdict is not Verdict.WAIT]
    for trial in decided:
        event = session.get_one(Event, trial.event, with_for_update=True)
        event.tried_at = now
        session.execute(sa.delete(Cursor).where(Cursor.name == _name(event.id)))
        session.flush()
        if trial.verdict is Verdict.STOP:
            few = trial.few
            facts = {"tried": few.tried, "failed": few.failed, "uncertain": few.uncertain}
            pull(session, BrakeKind.CANARY, event=event.id, facts=facts, now=now)
    return bool(decided)


def not_held_up(trials: Collection[Trial]) -> sa.ColumnElement[bool]:
    """Return the condition that an event waits for no canary: what is for the public does, for its own and for one before it.

    So each place hears of things in their order.
    """
    waiting = [trial for trial in trials if trial.verdict is Verdict.WAIT]
    if not waiting:
        return sa.true()
    highest = max(trial.priority for trial in waiting)
    return sa.or_(Event.audience == Audience.ORGANIZERS, Event.priority > highest)


def read_trials(session: Session, brakes: Brakes, now: datetime) -> list[Trial]:
    """Return the events whose first few were told and the rest not yet, but for those that are stopped."""
    if brakes.everything:
        return []
    begun = fetch(session, _BEGUN).all()
    return [_trial(session, *row, now) for row in begun if row.id not in brakes.events]


def _trial(session: Session, event: int, priority: int, now: datetime) -> Trial:
    few = _few(session, event, now)
    return Trial(event, priority, few, verdict(few, _waited(session, event, now)))


def _few(session: Session, event: int, now: datetime) -> Few:
    """Count what became of those who were told. What is due later is to come later, unless it was tried before."""
    state = Delivery.state
    soon = sa.and_(
        state == DeliveryState.DUE,
        sa.or_(Delivery.due_at <= now, Delivery.attempts > 0),
        Destination.ended_at.is_(None),
    )
    counted = [
        state == DeliveryState.SENT,
        state == DeliveryState.FAILED,
        state == DeliveryState.UNCERTAIN,
        sa.or_(soon, state == DeliveryState.CLAIMED),
    ]
    told = (
        sa.select(*(sa.func.count(sa.case((one, 1))) for one in counted))
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Delivery.event_id == event)
    )
    return Few(*list(fetch(session, told).one()))


def _waited(session: Session, event: int, now: datetime) -> timedelta:
    """Return for how long the first few have been under way, but not while a person had stopped what they do."""
    begun = fetch(session, sa.select(Cursor.moved_at).where(Cursor.name == _name(event))).scalar()
    if begun is None:
        return PATIENCE
    let_go = fetch(session, sa.select(sa.func.max(Brake.ended_at))).scalar()
    return now - max(begun, let_go or begun)


def _name(event: int) -> str:
    return f"canary:{event}"

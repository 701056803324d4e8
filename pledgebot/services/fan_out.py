"""Fanning out: an event becomes its deliveries, for each place that is to hear of it. Resumable; no network here."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind
from pledgebot.services import brake_checks, canary
from pledgebot.services.brakes import Brakes, may_fan_out, read_brakes
from pledgebot.services.broadcasts import tell
from pledgebot.services.fan_out_steps import STEP_BY_STEP, tell_step_by_step
from pledgebot.services.gate import OPEN, Gate
from pledgebot.services.hearers import is_told
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, Event

__all__ = ["FAN_OUT_BATCH", "fan_out", "is_told", "open_events", "urgent"]

FAN_OUT_BATCH = 5000
"""So many destinations are written together: a transaction that long holds nobody up."""


def fan_out(
    session: Session,
    now: datetime,
    batch: int = FAN_OUT_BATCH,
    *,
    gate: Gate = OPEN,
    editable: Collection[str] = (),
) -> int:
    """Write the deliveries of the oldest open event for its next destinations, and return how many it reached.

    While nobody of the public may be spoken to, by the `gate`, what is for it waits, and can still be undone. `editable` are
    the media where a message that was sent can be changed: there a correction or a removal reaches the message itself. Of
    what goes to many the first few go out before the rest is written.

    The cursor moves in the same transaction: a crash in between repeats nothing and leaves nobody out. Whoever came after
    the event was published is told what comes next, not what was.
    """
    event = _next_event(session, now, gate)
    while event is not None and brake_checks.stops(session, event, is_told(event), now):
        event = _next_event(session, now, gate)
    if event is None:
        return 0
    if event.kind in STEP_BY_STEP:
        return tell_step_by_step(session, event, batch, now, editable)
    return tell(session, event, batch, now)


def _next_event(session: Session, now: datetime, gate: Gate) -> Event | None:
    brakes = read_brakes(session)
    trials = canary.read_trials(session, brakes, now)
    if canary.decide(session, trials, now):
        return _next_event(session, now, gate)
    first = sa.select(Event).where(_open(now, gate, brakes, trials)).order_by(Event.priority.desc(), Event.id).limit(1)
    return session.scalar(first.with_for_update(skip_locked=True))


def open_events(session: Session, now: datetime, gate: Gate = OPEN) -> bool:
    """Tell whether an event waits that may be fanned out now."""
    return _is_any_open(session, now, gate)


def urgent(session: Session, now: datetime, gate: Gate = OPEN) -> bool:
    """Tell whether an event that may be fanned out now puts something right: it is written whole before more is said."""
    return _is_any_open(session, now, gate, Event.kind.in_(canary.PUTS_RIGHT))


def _is_any_open(session: Session, now: datetime, gate: Gate, *conditions: sa.ColumnElement[bool]) -> bool:
    brakes = read_brakes(session)
    trials = canary.read_trials(session, brakes, now)
    found = sa.select(Event.id).where(_open(now, gate, brakes, trials), *conditions)
    return fetch(session, found.limit(1)).scalar() is not None


def _open(now: datetime, gate: Gate, brakes: Brakes, trials: Collection[canary.Trial]) -> sa.ColumnElement[bool]:
    return sa.and_(
        may_fan_out(brakes),
        canary.not_held_up(trials),
        Event.fanned_out_at.is_(None),
        Event.not_before <= now,
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
        sa.true() if gate.hush is Hush.FREE else _open_in_silence(gate),
    )


def _open_in_silence(gate: Gate) -> sa.ColumnElement[bool]:
    """Return the condition of what is fanned out although nobody of the public may be spoken to.

    What was begun is ended: it cannot be undone any more, its messages wait, and a removal has to find them all. A removal
    of what nobody was told yet has nothing to remove, and follows it afterwards.
    """
    organizers, begun = Event.audience == Audience.ORGANIZERS, Event.fanned_to > 0
    if not gate.lets_removals_through:
        return sa.or_(organizers, begun)
    told = aliased(Event)
    untold = (
        sa.select(told.id)
        .join(Answer, Answer.target_id == told.answer_id)
        .where(
            Answer.id == Event.answer_id,
            told.audience != Audience.ORGANIZERS,
            told.fanned_out_at.is_(None),
            told.fanned_to == 0,
        )
    )
    return sa.or_(organizers, begun, sa.and_(Event.kind == EventKind.CONTENT_REMOVED, ~untold.exists()))

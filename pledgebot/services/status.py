"""How the bot does, as organizers see it: silence, what comes in, what goes out, what waits. Numbers only, never a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.election import Hush, Silence
from pledgebot.domain.errors import Refused
from pledgebot.domain.progress import Stage
from pledgebot.services.brake_views import BrakeView, brakes_standing
from pledgebot.services.chases import stages
from pledgebot.services.gate import SilencePolicy, gate_at, silent_until
from pledgebot.services.policies import policy
from pledgebot.services.rounds import UNREADABLE, current_round, silences
from pledgebot.services.stopped import stopped
from pledgebot.services.stops import Stop, stops
from pledgebot.services.views import RoundView
from pledgebot.store.tables import Answer, Delivery, Destination, Inbox, InboxState, LedgerEntry

UNSENT = (DeliveryState.DUE, DeliveryState.CLAIMED)
"""The states of what is still on its way; what waits for a person is not."""


@dataclass(frozen=True)
class StatusView:
    """How the bot does at a moment.

    `round` is None without a calendar; `silence` is the one that holds now or comes next. `oldest_unsent` is since when the
    delivery waits that should have gone out first. `stops` are the networks that asked to be left alone. `hush` says why nothing
    goes out to the public now, `until` when that ends, where that is known; `only_some` that it holds for some places only. `off`
    is how far the machine's clock is ahead, where it is that. `brakes` are what is stopped until a person lets it go on.
    """

    now: datetime
    round: RoundView | None
    silence: Silence | None
    last_update_at: datetime | None
    waiting_updates: int
    set_aside_updates: int
    oldest_unsent: datetime | None
    deliveries: dict[DeliveryState, int]
    entries_waiting: int
    lists: dict[Stage, int]
    ledger_entries: int
    subscribers: int
    stops: tuple[Stop, ...] = ()
    hush: Hush = Hush.FREE
    until: datetime | None = None
    only_some: bool = False
    off: timedelta | None = None
    brakes: tuple[BrakeView, ...] = ()


def status(session: Session, now: datetime) -> StatusView:
    """Return how the bot does now."""
    asked = _round(session, now)
    decided, seen = policy(session), stopped(session)
    clock_off = seen is not None and seen.hush is Hush.CLOCK_OFF
    silence = SilencePolicy(decided.rule, decided.margin)
    gate = gate_at(session, now, silence, clock_off=clock_off)
    only_some = gate.silent is not None
    updates = _counts(session, sa.select(Inbox.state, sa.func.count()).group_by(Inbox.state))
    deliveries = _counts(session, sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state))
    waiting = sa.select(sa.func.count()).select_from(Answer).where(Answer.state == AnswerState.PENDING)
    followers = (
        sa.select(sa.func.count())
        .select_from(Destination)
        .where(Destination.audience == Audience.SUBSCRIBER, Destination.ended_at.is_(None))
    )
    overdue = sa.select(sa.func.min(Delivery.due_at)).where(Delivery.state.in_(UNSENT), Delivery.due_at <= now)
    return StatusView(
        now=now,
        round=asked,
        silence=_silence(session, now),
        last_update_at=session.scalar(sa.select(sa.func.max(Inbox.received_at))),
        waiting_updates=updates.get(InboxState.NEW, 0),
        set_aside_updates=updates.get(InboxState.SET_ASIDE, 0),
        oldest_unsent=session.scalar(overdue),
        deliveries={state: deliveries[state] for state in DeliveryState if state in deliveries},
        entries_waiting=session.scalar(waiting) or 0,
        lists=stages(session, asked.id, now) if asked is not None else {},
        ledger_entries=session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) or 0,
        subscribers=session.scalar(followers) or 0,
        stops=stops(session, now),
        hush=Hush.SILENCE if only_some else gate.hush,
        until=silent_until(session, now, silence),
        only_some=only_some,
        off=seen.off if seen is not None and gate.hush is Hush.CLOCK_OFF else None,
        brakes=brakes_standing(session),
    )


def _round(session: Session, now: datetime) -> RoundView | None:
    try:
        return current_round(session, now)
    except (Refused, *UNREADABLE):
        return None


def _silence(session: Session, now: datetime) -> Silence | None:
    try:
        ahead = [silence for silence in silences(session) if now < silence.ends]
    except UNREADABLE:
        return None
    return min(ahead, key=lambda silence: silence.begins, default=None)


def _counts(session: Session, counted: sa.Select[object, int]) -> dict[object, int]:
    return {row[0]: row[1] for row in session.execute(counted)}

"""Whether the bot does its work, and in numbers how much of it: read only, and never a person, an address or a word."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.brakes import not_braked, read_brakes
from pledgebot.services.due import sendable
from pledgebot.services.gate import SilencePolicy, gate_at, may_be_told
from pledgebot.services.rounds import UNREADABLE, silences
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    Brake,
    CandidateList,
    Delivery,
    Destination,
    Event,
    Inbox,
    InboxState,
    LedgerEntry,
)

STALE = timedelta(minutes=10)
"""A delivery that could go and waits for longer is a fault, unless others go out on the same medium meanwhile."""
CROWD = 10
"""Subscribers are told in whole tens: a number that moves by one would tell when one person came or left."""


@dataclass(frozen=True)
class Backlog:
    """What waits on a medium although nothing forbids it: since when the oldest could have gone, and whether others go."""

    channel: str
    since: datetime
    moving: bool

    def is_stuck(self, now: datetime) -> bool:
        """Tell whether it waits for too long: a large broadcast may take an hour, but then it moves."""
        return not self.moving and now - self.since > STALE


@dataclass(frozen=True)
class Figures:
    """How much there is of what the database holds. `subscribers` are rounded down to whole tens, by medium."""

    deliveries: Mapping[tuple[str, DeliveryState], int]
    events_waiting: int
    inbox: Mapping[tuple[str, InboxState], int]
    ledger_entries: int
    lists: int
    subscribers: Mapping[str, int]


def backlogs(
    session: Session, now: datetime, channels: Collection[str], policy: SilencePolicy, *, clock_off: bool = False
) -> tuple[Backlog, ...]:
    """Return the media on which something waits that could go: what a silence or a brake holds up does not count.

    Nor does the time during which it was held up: whatever became free by the end of a silence or of a brake waits since then.
    """
    gate = gate_at(session, now, policy, clock_off=clock_off)
    allowed = (not_braked(read_brakes(session)), may_be_told(gate))
    freed = _freed_at(session, now)
    found: list[Backlog] = []
    for channel in sorted(channels):
        due_at = fetch(session, _oldest(now, channel, allowed)).scalar()
        if due_at is not None:
            moving = fetch(session, _latest(channel, now - STALE)).first() is not None
            found.append(Backlog(channel, max(due_at, freed) if freed is not None else due_at, moving))
    return tuple(found)


def figures(session: Session, now: datetime) -> Figures:
    """Return the numbers. It reads all deliveries, which takes a second where there are a million."""
    deliveries = (
        sa.select(Destination.channel, Delivery.state, sa.func.count())
        .join(Destination, Destination.id == Delivery.destination_id)
        .group_by(Destination.channel, Delivery.state)
    )
    waiting = sa.select(sa.func.count(Event.id)).where(
        Event.fanned_out_at.is_(None),
        Event.cancelled_at.is_(None),
        Event.not_before <= now,
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
    )
    inbox = (
        sa.select(Inbox.source, Inbox.state, sa.func.count())
        .where(Inbox.state != InboxState.DONE)
        .group_by(Inbox.source, Inbox.state)
    )
    followers = (
        sa.select(Destination.channel, sa.func.count())
        .where(Destination.audience == Audience.SUBSCRIBER, Destination.ended_at.is_(None))
        .group_by(Destination.channel)
    )
    return Figures(
        deliveries={(channel, state): count for channel, state, count in fetch(session, deliveries)},
        events_waiting=fetch(session, waiting).scalar() or 0,
        inbox={(source, state): count for source, state, count in fetch(session, inbox)},
        ledger_entries=fetch(session, sa.select(sa.func.count(LedgerEntry.seq))).scalar() or 0,
        lists=fetch(session, sa.select(sa.func.count(CandidateList.id))).scalar() or 0,
        subscribers={channel: count - count % CROWD for channel, count in fetch(session, followers)},
    )


def _oldest(now: datetime, channel: str, allowed: tuple[sa.ColumnElement[bool], ...]) -> "sa.Select[datetime]":
    return (
        sa.select(Delivery.due_at)
        .join(Destination, Destination.id == Delivery.destination_id)
        .join(Event, Event.id == Delivery.event_id)
        .where(*sendable(now, (channel,)), *allowed)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
    )


def _latest(channel: str, since: datetime) -> "sa.Select[datetime | None]":
    return (
        sa.select(Delivery.sent_at)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Delivery.sent_at >= since, Destination.channel == channel)
        .order_by(Delivery.sent_at.desc())
        .limit(1)
    )


def _freed_at(session: Session, now: datetime) -> datetime | None:
    """Return when the last silence or brake ended."""
    ended = fetch(session, sa.select(sa.func.max(Brake.ended_at))).scalar()
    moments = [ended] if ended is not None else []
    # Without a calendar that can be read nothing is due to the public anyway.
    with suppress(*UNREADABLE):
        moments += [silence.ends for silence in silences(session) if silence.ends <= now]
    return max(moments, default=None)

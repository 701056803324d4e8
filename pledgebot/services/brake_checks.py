"""When the bot stops by itself: before an event goes out, and while a medium refuses. Each look is a few indexed rows."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.brakes import (
    CHANGES_WITHIN,
    LAST_SETTLED,
    LEAST_REFUSED,
    REFUSALS_WITHIN,
    BrakeKind,
    BrakePolicy,
    receivers_allowed,
    too_many_changes,
    too_many_refusals,
)
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.election import ListStatus
from pledgebot.domain.events import EventKind
from pledgebot.services.brakes import confirmed_receivers, pull
from pledgebot.services.policies import policy
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, Banner, Brake, CandidateList, Delivery, Destination, Event

CHANGES = frozenset({
    EventKind.ANSWER_CONFIRMED,
    EventKind.ANSWER_CORRECTED,
    EventKind.ANSWER_WITHDRAWN,
    EventKind.CONTENT_REMOVED,
})  # fmt: skip
"""The kinds of event that tell that something is new about a list."""

_MOST_ENDED = 500
_PARTS_OF_A_DIGEST = 4
"""A digest tells several things: so many deliveries are read for each message that is looked at."""


def stops(session: Session, event: Event, told: sa.ColumnElement[bool], now: datetime) -> bool:
    """Stop an event that must not begin to go out unasked, and tell whether it was; `told` says which destinations hear it.

    Asked once, when its first destinations are about to be written.
    """
    if event.audience is Audience.ORGANIZERS or event.fanned_to:
        return False
    limits = policy(session).brakes
    return _too_many_change(session, event, limits, now) or _too_many_receive(session, event, told, limits, now)


def check_brakes(session: Session, now: datetime) -> None:
    """Stop the media on which very many places refused just now: asked each second, and whenever a place has ended."""
    since = now - REFUSALS_WITHIN
    ended = (
        sa.select(Destination.channel, Destination.id)
        .where(Destination.ended_at > since)
        .order_by(Destination.ended_at.desc())
        .limit(_MOST_ENDED)
    )
    places: dict[str, list[int]] = {}
    for channel, place in fetch(session, ended):
        places.setdefault(channel, []).append(place)
    for channel, here in places.items():
        if len(here) >= LEAST_REFUSED:
            _check_refusals(session, channel, here, now)


def _too_many_change(session: Session, event: Event, limits: BrakePolicy, now: datetime) -> bool:
    """Stop everything where too many lists change within an hour that begins or ends with this event.

    What was let go on before does not count again.
    """
    if event.kind not in CHANGES:
        return False
    at, let_go = event.created_at, _last_end(session, BrakeKind.MANY_CHANGES)
    if let_go is not None and at <= let_go:
        return False
    window = [
        Event.created_at > max(at - CHANGES_WITHIN, let_go or at - CHANGES_WITHIN),
        Event.created_at < at + CHANGES_WITHIN,
        Event.kind.in_(CHANGES),
        Event.cancelled_at.is_(None),
    ]
    # A banner is one: what is said of it is one message, however many lists stand under it.
    changed = sa.func.coalesce(Answer.list_id, -Answer.banner_id)
    before, after = sa.case((Event.created_at <= at, changed)), sa.case((Event.created_at >= at, changed))
    counted = (
        sa.select(sa.func.count(before.distinct()), sa.func.count(after.distinct()))
        .join(Answer, Answer.id == Event.answer_id)
        .where(*window)
    )
    most = max(fetch(session, counted).one())
    if most < limits.least_lists:
        return False
    lists = _lists_beside(session, window)
    if not too_many_changes(most, lists, limits):
        return False
    pull(session, BrakeKind.MANY_CHANGES, facts={"changed": most, "lists": lists}, now=now)
    return True


def _lists_beside(session: Session, window: Collection[sa.ColumnElement[bool]]) -> int:
    """Return how many lists stand in the rounds of those that change."""
    answers = sa.select(Answer.list_id, Answer.banner_id).join(Event, Event.answer_id == Answer.id).where(*window)
    changed = answers.subquery()
    rounds = sa.union(
        sa.select(CandidateList.round_id).where(CandidateList.id.in_(sa.select(changed.c.list_id))),
        sa.select(Banner.round_id).where(Banner.id.in_(sa.select(changed.c.banner_id))),
    )
    standing = sa.select(sa.func.count()).select_from(CandidateList).where(CandidateList.status == ListStatus.STANDING)
    return session.scalar(standing.where(CandidateList.round_id.in_(rounds))) or 0


def _too_many_receive(
    session: Session, event: Event, told: sa.ColumnElement[bool], limits: BrakePolicy, now: datetime
) -> bool:
    """Stop an event that would go to more destinations than anybody agreed to. They are counted only where they may be many."""
    confirmed = confirmed_receivers(session)
    allowed = receivers_allowed(confirmed, limits)
    highest = fetch(session, sa.select(sa.func.max(Destination.id))).scalar() or 0
    if highest <= allowed:
        return False
    receivers = sa.select(Destination.id).where(Destination.ended_at.is_(None), told)
    if _count(session, receivers.limit(allowed + 1)) <= allowed:
        return False
    facts = {"receivers": _count(session, receivers), "confirmed": confirmed, "allowed": limits.most_receivers}
    pull(session, BrakeKind.MANY_RECEIVERS, event=event.id, facts=facts, now=now)
    return True


def _count(session: Session, rows: sa.Select[int]) -> int:
    return fetch(session, sa.select(sa.func.count()).select_from(rows.subquery())).scalar() or 0


def _check_refusals(session: Session, channel: str, ended: Collection[int], now: datetime) -> None:
    since = now - REFUSALS_WITHIN
    let_go = _last_end(session, BrakeKind.MANY_REFUSALS, channel)
    since = max(since, let_go) if let_go is not None else since
    refused = fetch(
        session,
        sa.select(sa.func.max(Delivery.claimed_at))
        .where(Delivery.destination_id.in_(ended), Delivery.state == DeliveryState.FAILED, Delivery.claimed_at > since)
        .group_by(Delivery.destination_id),
    ).scalars()
    refusals = [moment for moment in refused if moment is not None]
    if len(refusals) < LEAST_REFUSED:
        return
    settled = [
        *((moment, True) for moment in refusals),
        *((moment, False) for moment in _arrived(session, channel, since)),
    ]
    newest = [gone for _moment, gone in sorted(settled, reverse=True)][:LAST_SETTLED]
    if too_many_refusals(newest):
        facts = {"refused": sum(newest), "settled": len(newest)}
        pull(session, BrakeKind.MANY_REFUSALS, channel=channel, facts=facts, now=now)


def _arrived(session: Session, channel: str, since: datetime) -> list[datetime]:
    """Return when the messages arrived on a channel that did so last; a digest is one."""
    rows = fetch(
        session,
        sa.select(Delivery.destination_id, Delivery.sent_at)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Destination.channel == channel, Delivery.sent_at > since)
        .order_by(Delivery.sent_at.desc())
        .limit(LAST_SETTLED * _PARTS_OF_A_DIGEST),
    )
    messages = dict.fromkeys((place, moment) for place, moment in rows)
    return [moment for _place, moment in messages if moment is not None][:LAST_SETTLED]


def _last_end(session: Session, kind: BrakeKind, channel: str = "") -> datetime | None:
    """Return when a brake of a kind was ended last: what was seen then was let go on."""
    ended = sa.select(sa.func.max(Brake.ended_at)).where(Brake.kind == kind, Brake.channel == channel)
    return fetch(session, ended).scalar()

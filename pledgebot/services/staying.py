"""After the election each person is asked once whether they stay for the mandate; who does not answer is deleted."""

from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, PlaceKind, Spot
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import EventKind, NoticeFacts, Titles
from pledgebot.services.occurrences import link_event, take_occurrence
from pledgebot.services.privacy import forget_places
from pledgebot.services.publishing import publish_notice
from pledgebot.services.subscriber_views import SubscriberView, at_spot, view_of
from pledgebot.store.tables import Delivery, Destination, Event, Installation, Round

STAY_RULE = "stay"
ASKED_AFTER = timedelta(days=7)
DEADLINE_AFTER = timedelta(days=30)
"""Counted from the day of the last round."""
TIME_TO_ANSWER = timedelta(days=14)
"""Nobody is deleted sooner than this after the question was sent to them, however late that was."""

_AT_ONCE = 100


def ask_to_stay(session: Session, now: datetime) -> bool:
    """Ask each private subscriber, once, a week after the last round; return whether they are asked now.

    Nothing happens before, where there are none, and when it was done for this election.
    """
    last = _last_round(session)
    if last is None or _today(last, now) < last.day + ASKED_AFTER or not _has_private_subscribers(session):
        return False
    taken = take_occurrence(session, Occurrence(STAY_RULE, last.key, now), now)
    if taken is None:
        return False
    link_event(session, taken, publish_notice(session, EventKind.STAY_ASKED, _facts(session, last), now))
    return True


def _last_round(session: Session) -> Round | None:
    return session.scalar(sa.select(Round).order_by(Round.day.desc()).limit(1))


def _today(last: Round, now: datetime) -> date:
    return now.astimezone(ZoneInfo(last.zone)).date()


def _private() -> sa.ColumnElement[bool]:
    return sa.and_(Destination.audience == Audience.SUBSCRIBER, Destination.place == PlaceKind.PRIVATE)


def _has_private_subscribers(session: Session) -> bool:
    active = sa.select(Destination.id).where(_private(), Destination.ended_at.is_(None)).limit(1)
    return session.scalar(active) is not None


def _facts(session: Session, last: Round) -> NoticeFacts:
    installation = session.get_one(Installation, 1)
    letter = cast("dict[str, Titles]", installation.letter or {})
    return NoticeFacts(
        letter_title=letter.get("title", {}),
        election=last.election,
        last_round=last.day,
        deadline=last.day + DEADLINE_AFTER,
        fictional=installation.fictional,
    )


def stay(session: Session, spot: Spot, now: datetime) -> SubscriberView | None:
    """Note that a person stays for the mandate; None where nothing is kept of them (any more)."""
    row = session.scalar(
        sa.select(Destination)
        .where(at_spot(spot), Destination.audience == Audience.SUBSCRIBER)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    row.stays_at = now
    session.flush()
    return view_of(session, row)


def forget_unanswered(session: Session, now: datetime) -> int:
    """Delete the private subscribers who did not say that they stay, a hundred at a time, and return how many.

    Only after the deadline, and of those only who had a fortnight to answer since the question was sent: an outage must not
    cost anybody their place, and nobody's silence counts who was never asked.
    """
    last = _last_round(session)
    if last is None or _today(last, now) <= last.day + DEADLINE_AFTER:
        return 0
    silent = sa.or_(Destination.stays_at.is_(None), Destination.stays_at < Destination.asked_to_stay_at)
    # Who is about to answer in this moment is locked by that, and left alone.
    places = session.scalars(
        sa.select(Destination.id)
        .where(
            _private(), silent, Destination.asked_to_stay_at <= now - TIME_TO_ANSWER, _was_asked(now - TIME_TO_ANSWER)
        )
        .order_by(Destination.id)
        .limit(_AT_ONCE)
        .with_for_update(of=Destination, skip_locked=True)
    ).all()
    forget_places(session, places)
    return len(places)


def _was_asked(until: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that the question went out to a place, at the latest at that moment."""
    return (
        sa.select(Delivery.id)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Delivery.destination_id == Destination.id,
            Event.kind == EventKind.STAY_ASKED,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at <= until,
        )
        .exists()
    )

"""Places that follow something: they choose it, change how they hear of it, leave. Nothing of it enters the audit log."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, QuietHours, Rhythm, Spot, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.privacy import erase_places
from pledgebot.services.rhythms import due_at
from pledgebot.services.staying import ask_to_stay, forget_unanswered, stay
from pledgebot.services.subscriber_places import end_place, forget_ended, move_place, revive, revive_place
from pledgebot.services.subscriber_views import (
    COLUMNS,
    SubscriberCount,
    SubscriberView,
    Topic,
    TopicView,
    at_spot,
    count_subscribers,
    find_subscriber,
    is_organizers_place,
    label_of,
    language_of,
    organizers_places,
    view_of,
    zone_of,
)
from pledgebot.store.tables import CandidateList, Constituency, Delivery, Destination, Event, Subscription
from pledgebot.store.upserts import insert_into

__all__ = [
    "SubscriberCount",
    "SubscriberView",
    "Topic",
    "TopicView",
    "ask_to_stay",
    "count_subscribers",
    "end_place",
    "find_subscriber",
    "forget_ended",
    "forget_unanswered",
    "is_organizers_place",
    "language_of",
    "move_place",
    "organizers_places",
    "revive_place",
    "set_language",
    "set_quiet_hours",
    "set_rhythm",
    "set_zone",
    "stay",
    "subscribe",
    "unsubscribe",
]

DIGESTS_ONLY = frozenset({"mastodon"})
"""Media on which a place hears once a day at most: there all private messages share one small quota with what is public."""

_LANGUAGE_LENGTH = 8


def subscribe(session: Session, spot: Spot, topic: Topic, language: str, now: datetime) -> SubscriberView:
    """Let a place follow a topic; calling this is its consent, of which the first moment is kept.

    Everything takes the place of narrower topics, and a narrower one that of everything. A place that had ended is told from
    now on. Whoever subscribes anew stays for the mandate, so they are not asked any more. Refuses what is not there to be
    followed, and a place that the configuration names.
    """
    if label_of(session, topic) is None:
        raise Refused(Objection.NOTHING_TO_FOLLOW)
    row = _kept(session, spot, language, now)
    if row.ended_at is not None:
        revive(row, now)
    row.place = spot.place
    row.zone = row.zone or _own_zone(session, topic)
    if row.asked_to_stay_at is not None:
        row.stays_at = now
    _follow(session, row, topic)
    return view_of(session, row)


def _kept(session: Session, spot: Spot, language: str, now: datetime) -> Destination:
    """Return the locked row of a place, made if there is none; of two presses at once one makes it, both find it."""
    new = {
        "channel": spot.channel,
        "address": spot.address,
        "thread": spot.thread,
        "audience": Audience.SUBSCRIBER,
        "place": spot.place,
        "language": _known(language),
        "rhythm": _possible(spot.channel, Rhythm.AT_ONCE),
        "consented_at": now,
        "created_at": now,
    }
    made = insert_into(session, Destination.__table__).on_conflict_do_nothing(
        index_elements=["channel", "address", "thread"]
    )
    while True:
        session.execute(made.values(**new))
        row = _locked(session, spot)
        # It may have been there, and be deleted in between by somebody who leaves at this moment.
        if row is not None:
            return row


def _possible(channel: str, rhythm: Rhythm) -> Rhythm:
    """Return a rhythm as a medium has it: what cannot come at once comes daily."""
    return Rhythm.DAILY if rhythm is Rhythm.AT_ONCE and channel in DIGESTS_ONLY else rhythm


def _locked(session: Session, spot: Spot) -> Destination | None:
    """Return the row of a place, locked until the transaction ends; refuses one that the configuration names."""
    session.flush()
    row = session.scalar(
        sa.select(Destination).where(at_spot(spot)).with_for_update().execution_options(populate_existing=True)
    )
    if row is not None and row.audience is not Audience.SUBSCRIBER:
        raise Refused(Objection.ALREADY_CONFIGURED)
    return row


def _known(language: str) -> str:
    """Return a language code; whether its words are known is for those to say who have them."""
    code = language.strip().lower()
    if not (code.replace("-", "").isascii() and code.replace("-", "").isalpha() and len(code) <= _LANGUAGE_LENGTH):
        raise Refused(Objection.LANGUAGE_UNKNOWN)
    return code


def _own_zone(session: Session, topic: Topic) -> str | None:
    """Return the zone of the place that is followed, where it has another one than the election."""
    place: sa.ScalarSelect[int] | int | None = topic.id if topic.kind is TopicKind.CONSTITUENCY else None
    if topic.kind is TopicKind.LIST:
        place = sa.select(CandidateList.constituency_id).where(CandidateList.id == topic.id).scalar_subquery()
    return session.scalar(sa.select(Constituency.zone).where(Constituency.id == place)) if place is not None else None


def _follow(session: Session, row: Destination, topic: Topic) -> None:
    mine = Subscription.destination_id == row.id
    narrows = topic.kind is not TopicKind.ALL
    replaced = Subscription.topic == TopicKind.ALL if narrows else Subscription.topic != TopicKind.ALL
    session.execute(sa.delete(Subscription).where(mine, replaced))
    if session.scalar(sa.select(Subscription.id).where(mine, _is(topic))) is None:
        number = {COLUMNS[topic.kind].key: topic.id} if narrows else {}
        session.add(Subscription(destination_id=row.id, topic=topic.kind, **number))
    session.flush()


def _is(topic: Topic) -> sa.ColumnElement[bool]:
    if topic.kind is TopicKind.ALL:
        return Subscription.topic == TopicKind.ALL
    return COLUMNS[topic.kind] == topic.id


def unsubscribe(session: Session, spot: Spot, topic: Topic | None, now: datetime) -> SubscriberView | None:  # noqa: ARG001 - every act is told when it happens
    """Let a place no longer follow a topic, or (None) anything, and return what is left of it.

    With the last topic everything goes, deliveries included, and None is returned: nobody who left is kept.
    """
    row = _locked(session, spot)
    if row is None:
        return None
    mine = Subscription.destination_id == row.id
    if topic is not None:
        session.execute(sa.delete(Subscription).where(mine, _is(topic)))
    if topic is None or session.scalar(sa.select(Subscription.id).where(mine).limit(1)) is None:
        erase_places(session, [row.id])
        session.expunge(row)
        return None
    return view_of(session, row)


def set_rhythm(
    session: Session, spot: Spot, rhythm: Rhythm, hour: time | None, now: datetime, weekday: int | None = None
) -> SubscriberView:
    """Set how often a place hears, at which hour of its own clock, and for a weekly digest on which day (Monday is 0).

    Without an hour or a day the one chosen before stays.
    What already waits comes in the new rhythm. Where a medium has digests only, at once becomes daily. Refuses a place that
    follows nothing.
    """
    row = _following(session, spot)
    row.rhythm = _possible(spot.channel, rhythm)
    row.hour = hour if hour is not None else row.hour
    row.weekday = weekday if weekday is not None else row.weekday
    _set_due_again(session, row, now)
    return view_of(session, row)


def set_quiet_hours(session: Session, spot: Spot, hours: QuietHours | None, now: datetime) -> SubscriberView:
    """Set the hours of its own clock in which a place is not written to; None, or two equal ones, for none.

    They hold for what already waits. Refuses a place that follows nothing.
    """
    row = _following(session, spot)
    begins, ends = hours if hours is not None and hours[0] != hours[1] else (None, None)
    row.quiet_from, row.quiet_to = begins, ends
    _set_due_again(session, row, now)
    return view_of(session, row)


def set_zone(session: Session, spot: Spot, zone: str, now: datetime) -> SubscriberView:
    """Set by which clocks the hours of a place are read: the IANA name of a zone, which whoever calls this has checked.

    What already waits comes by the new clocks. Refuses a place that follows nothing.
    """
    row = _following(session, spot)
    row.zone = zone
    _set_due_again(session, row, now)
    return view_of(session, row)


def set_language(session: Session, spot: Spot, language: str, now: datetime) -> SubscriberView:
    """Set the language in which a place is answered and written to. Refuses what is no language code.

    Of a place that follows nothing its address and this choice are kept from then on: asking for it is the consent.
    """
    row = _kept(session, spot, language, now)
    row.language = _known(language)
    session.flush()
    return view_of(session, row)


def _following(session: Session, spot: Spot) -> Destination:
    row = _locked(session, spot)
    if row is None:
        raise Refused(Objection.UNKNOWN_DESTINATION)
    return row


def _set_due_again(session: Session, row: Destination, now: datetime) -> None:
    """Let what waits come when the place now wants it.

    What failed before keeps the time that its network asked for, and a change of an old message disturbs nobody. What loses
    its meaning before that time is told as `due_at` says.
    """
    session.flush()
    mine = (Delivery.destination_id == row.id, Delivery.state == DeliveryState.DUE)
    waits = (*mine, Delivery.attempts == 0, Delivery.action != Action.EDIT)
    zone = ZoneInfo(zone_of(session, row))
    ends = sa.select(Event.expires_at).join(Delivery, Delivery.event_id == Event.id).where(*waits).distinct()
    for end in session.scalars(ends).all():
        ending = sa.select(Event.id).where(Event.expires_at.is_not_distinct_from(end))
        session.execute(
            sa.update(Delivery).where(*waits, Delivery.event_id.in_(ending)).values(due_at=due_at(row, now, zone, end))
        )

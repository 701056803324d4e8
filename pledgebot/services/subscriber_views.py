"""What is kept of a place that follows something, as it is shown; and how many there are, without any address."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from pledgebot.domain.audience import Audience, QuietHours, Rhythm, Spot, TopicKind
from pledgebot.domain.events import Titles
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    Banner,
    Base,
    CandidateList,
    Constituency,
    DemandRow,
    DemandVersion,
    Destination,
    Round,
    Subscription,
)


@dataclass(frozen=True)
class Topic:
    """What may be followed: everything, or the constituency, banner, list or demand of a number."""

    kind: TopicKind
    id: int | None = None


@dataclass(frozen=True)
class TopicView:
    """A topic and how it is called, for a demand in every language of the letter. Everything has no name of its own."""

    topic: Topic
    label: str | Titles


@dataclass(frozen=True)
class SubscriberView:
    """A place that is written to: whose it is, what it follows, how and when it wants to hear.

    `zone` is the one in which `hour`, `weekday` (Monday is 0, None for the usual day) and `quiet` are read. `since` is from
    when on it is told. `active` is False once the network said that it cannot be written to any more.
    """

    id: int
    spot: Spot
    audience: Audience
    language: str
    rhythm: Rhythm
    hour: time | None
    zone: str
    quiet: QuietHours | None
    consented_at: datetime | None
    since: datetime
    topics: tuple[TopicView, ...]
    active: bool
    asked_to_stay_at: datetime | None
    stays_at: datetime | None
    weekday: int | None = None


@dataclass(frozen=True)
class SubscriberCount:
    """How many places of subscribers have something in common, and how many of them are written to now."""

    by: str
    value: str
    places: int
    active: int


COLUMNS: dict[TopicKind, InstrumentedAttribute[int | None]] = {
    TopicKind.CONSTITUENCY: Subscription.constituency_id,
    TopicKind.BANNER: Subscription.banner_id,
    TopicKind.LIST: Subscription.list_id,
    TopicKind.DEMAND: Subscription.demand_id,
}
"""Where the number of what is followed stands."""


def at_spot(spot: Spot) -> sa.ColumnElement[bool]:
    """Return the condition that a destination is this place."""
    return sa.and_(
        Destination.channel == spot.channel, Destination.address == spot.address, Destination.thread == spot.thread
    )


def find_subscriber(session: Session, spot: Spot) -> SubscriberView | None:
    """Return what is kept of a place, also of one that ended; None where nothing is."""
    row = session.scalar(sa.select(Destination).where(at_spot(spot)).execution_options(populate_existing=True))
    return view_of(session, row) if row is not None else None


def view_of(session: Session, row: Destination) -> SubscriberView:
    """Return a destination as it is shown."""
    quiet = (row.quiet_from, row.quiet_to) if row.quiet_from is not None and row.quiet_to is not None else None
    return SubscriberView(
        id=row.id,
        spot=Spot(row.channel, row.address, row.thread, row.place),
        audience=row.audience,
        language=row.language,
        rhythm=row.rhythm,
        hour=row.hour,
        zone=zone_of(session, row),
        quiet=quiet,
        consented_at=row.consented_at,
        since=row.created_at,
        topics=_topics(session, row.id),
        active=row.ended_at is None,
        asked_to_stay_at=row.asked_to_stay_at,
        stays_at=row.stays_at,
        weekday=row.weekday,
    )


def zone_of(session: Session, row: Destination) -> str:
    """Return the zone of a destination's clock: its own, else the election's."""
    return row.zone or session.scalar(sa.select(Round.zone).order_by(Round.day).limit(1)) or "UTC"


def _topics(session: Session, destination: int) -> tuple[TopicView, ...]:
    """Return what a destination follows, in the order in which it was chosen."""
    rows = session.scalars(
        sa.select(Subscription).where(Subscription.destination_id == destination).order_by(Subscription.id)
    )
    topics = [Topic(row.topic, _number(row)) for row in rows]
    return tuple(TopicView(topic, label_of(session, topic) or "") for topic in topics)


def _number(row: Subscription) -> int | None:
    return row.constituency_id or row.banner_id or row.list_id or row.demand_id


def label_of(session: Session, topic: Topic) -> str | Titles | None:
    """Return how a topic is called now, empty for everything; None where there is nothing of that number to follow."""
    if topic.kind is TopicKind.ALL:
        return "" if topic.id is None else None
    if topic.kind is TopicKind.DEMAND:
        return _title(session, topic.id)
    names = {
        TopicKind.CONSTITUENCY: sa.select(Constituency.label).where(Constituency.id == topic.id),
        TopicKind.BANNER: sa.select(Banner.name).where(Banner.id == topic.id),
        TopicKind.LIST: sa.select(CandidateList.name).where(CandidateList.id == topic.id),
    }
    return session.scalar(names[topic.kind])


def _title(session: Session, demand: int | None) -> Titles | None:
    content = session.scalar(
        sa.select(DemandVersion.content)
        .join(DemandRow, DemandRow.id == DemandVersion.demand_id)
        .where(DemandVersion.demand_id == demand, DemandRow.retired_at.is_(None))
        .order_by(DemandVersion.number.desc())
        .limit(1)
    )
    return cast("Titles", content["title"]) if content is not None else None


# Put together once, and of the table and not of the mapped class: it is asked at every question.
_PLACES = Base.metadata.tables[Destination.__tablename__]
_LANGUAGE = sa.select(_PLACES.c.language).where(
    _PLACES.c.channel == sa.bindparam("channel"),
    _PLACES.c.address == sa.bindparam("address"),
    _PLACES.c.thread == sa.bindparam("thread"),
)
_SPOKEN = "languages spoken"
"""What is noted in `Session.info`, which lives as long as the transaction that one session is for."""
_LANGUAGES = sa.select(_PLACES.c.channel, _PLACES.c.address, _PLACES.c.thread, _PLACES.c.language).where(
    _PLACES.c.channel.in_(sa.bindparam("channels", expanding=True)),
    _PLACES.c.address.in_(sa.bindparam("addresses", expanding=True)),
)


def language_of(session: Session, spot: Spot) -> str | None:
    """Return the language in which a place is written to, None where nothing is kept of it."""
    spoken: dict[tuple[str, str, str], str | None] = session.info.get(_SPOKEN, {})
    here = (spot.channel, spot.address, spot.thread)
    if here in spoken:
        return spoken[here]
    place = {"channel": spot.channel, "address": spot.address, "thread": spot.thread}
    return fetch(session, _LANGUAGE, place).scalar()


def read_languages(session: Session, spots: Collection[Spot]) -> None:
    """Read the languages of several places at once, for `language_of` in the same transaction. For one that only reads."""
    where = {"channels": {spot.channel for spot in spots}, "addresses": {spot.address for spot in spots}}
    rows = fetch(session, _LANGUAGES, {name: list(values) for name, values in where.items()})
    known = {(row[0], row[1], row[2]): row[3] for row in rows}
    session.info[_SPOKEN] = {
        (spot.channel, spot.address, spot.thread): known.get((spot.channel, spot.address, spot.thread))
        for spot in spots
    }


def organizers_places(session: Session, channel: str) -> tuple[str, ...]:
    """Return the addresses of the places on a channel that the configuration gave to the organizers."""
    mine = sa.select(Destination.address).where(Destination.channel == channel, *_of_organizers())
    return tuple(session.scalars(mine.distinct().order_by(Destination.address)))


def is_organizers_place(session: Session, spot: Spot) -> bool:
    """Tell whether a place is the organizers' own, whatever the topic of its forum."""
    here = (Destination.channel == spot.channel, Destination.address == spot.address)
    return session.scalar(sa.select(Destination.id).where(*here, *_of_organizers()).limit(1)) is not None


def _of_organizers() -> tuple[sa.ColumnElement[bool], ...]:
    return Destination.audience == Audience.ORGANIZERS, Destination.ended_at.is_(None)


def count_subscribers(session: Session) -> tuple[SubscriberCount, ...]:
    """Count the places of subscribers by channel, kind, language, rhythm and kind of topic; no address is read."""
    active = Destination.ended_at.is_(None)
    columns = (Destination.channel, Destination.place, Destination.language, Destination.rhythm)
    ours = Destination.audience == Audience.SUBSCRIBER
    places = session.execute(sa.select(*columns, active, sa.func.count()).where(ours).group_by(*columns, active)).all()
    topics = session.execute(
        sa.select(Subscription.topic, active, sa.func.count(Destination.id.distinct()))
        .join(Destination, Destination.id == Subscription.destination_id)
        .where(ours)
        .group_by(Subscription.topic, active)
    ).all()
    counted = [
        *_summed("channel", ((row[0], row[4], row[5]) for row in places)),
        *_summed("place", ((row[1].value, row[4], row[5]) for row in places)),
        *_summed("language", ((row[2], row[4], row[5]) for row in places)),
        *_summed("rhythm", ((row[3].value, row[4], row[5]) for row in places)),
        *_summed("topic", ((row[0].value, row[1], row[2]) for row in topics)),
    ]
    return tuple(counted)


def _summed(by: str, rows: Iterable[tuple[str, bool, int]]) -> Sequence[SubscriberCount]:
    every: Counter[str] = Counter()
    active: Counter[str] = Counter()
    for value, is_active, places in rows:
        every[value] += places
        active[value] += places if is_active else 0
    return [SubscriberCount(by, value, every[value], active[value]) for value in sorted(every)]

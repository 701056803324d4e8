"""What is due: deliveries that may be sent now, each with all that is needed to word and address it. No network here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience, PlaceKind, Topics
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind, Facts, News
from pledgebot.domain.recalled import ReminderFacts
from pledgebot.services import bundles
from pledgebot.services.brakes import not_braked, read_brakes
from pledgebot.services.bundles import Member, Waiting
from pledgebot.services.facts import election_zone, facts_in
from pledgebot.services.follows import follows_of
from pledgebot.services.gate import OPEN, Gate, may_be_told, removes_content
from pledgebot.services.posts import trail_of
from pledgebot.services.rhythms import quiet_end
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Delivery, Destination, Event, Wording
from pledgebot.store.types import Json

_MOST_FOR_ORGANIZERS = 1000
"""So many of the deliveries that wait at one of their places are looked at, oldest first."""


@dataclass(frozen=True)
class Due:
    """A delivery that may be sent now, with all that is needed to word and address it; it is not claimed yet.

    `stored` is the text of the event's facts as the database holds it. `worded` is the message made at an earlier claim, used
    again by every retry. `acts_on` is the remote id of the message that an edit or a reply concerns; `trail` what a message
    that is corrected said, and each correction of it. `quiet_until` is the end of the quiet hours in which the place is now,
    `since` when there was something to say. `members` are what is told together as one message, this delivery first; of what
    is told alone there are none. From `expires_at` on it has no meaning any more. `follows` is what the place follows, where
    that decides what a reminder says: None is all of it. `paid` says that somebody agreed to pay for sending it faster.
    """

    delivery: int
    event: int
    place: int
    kind: EventKind
    facts: Facts
    stored: str
    channel: str
    address: str
    thread: str
    language: str
    audience: Audience
    action: Action
    acts_on: str | None
    attempts: int
    since: datetime
    worded: Mapping[str, object] | None
    trail: tuple[News, ...] = ()
    quiet_until: datetime | None = None
    members: tuple[Member, ...] = ()
    expires_at: datetime | None = None
    follows: Topics | None = None
    paid: bool = False

    @property
    def deliveries(self) -> tuple[int, ...]:
        """The numbers of all that the message tells."""
        return numbers(self.delivery, self.members)


def numbers(delivery: int, members: tuple[Member, ...]) -> tuple[int, ...]:
    """Return the numbers of all that a message tells, which may be one delivery."""
    return tuple(member.delivery for member in members) or (delivery,)


_EARLIER, _ORIGINAL, _CAUSE = aliased(Delivery), aliased(Delivery), aliased(Event)
"""Made once: the columns of a new alias cost more than the question that is asked with them."""


class _Head(NamedTuple):
    """A delivery with its place, and the remote id of what it acts on."""

    delivery: int
    event: int
    action: Action
    attempts: int
    wording: int | None
    place: int
    channel: str
    address: str
    thread: str
    language: str
    audience: Audience
    kind: PlaceKind
    zone: str | None
    quiet_from: time | None
    quiet_to: time | None
    acts_on: str | None


_HEADS = (
    sa.select(
        Delivery.id,
        Delivery.event_id,
        Delivery.action,
        Delivery.attempts,
        Delivery.wording_id,
        Destination.id,
        Destination.channel,
        Destination.address,
        Destination.thread,
        Destination.language,
        Destination.audience,
        Destination.place,
        Destination.zone,
        Destination.quiet_from,
        Destination.quiet_to,
        _ORIGINAL.remote_id,
    )
    .join(Event, Event.id == Delivery.event_id)
    .join(Destination, Destination.id == Delivery.destination_id)
    .outerjoin(_ORIGINAL, _ORIGINAL.id == Delivery.acts_on_id)
)


class _Told(NamedTuple):
    """An event, as its messages need it."""

    number: int
    kind: EventKind
    stored: str
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None

    @property
    def facts(self) -> Facts:
        """What it says: the same object as long as the same is stored."""
        return facts_in(self.kind, self.stored)


_TOLD = sa.select(
    Event.id, Event.kind, sa.cast(Event.facts, sa.Text), Event.created_at, Event.expires_at, Event.paid_at
).where(Event.id.in_(sa.bindparam("events", expanding=True)))
_WORDS = sa.select(Wording.id, Wording.content).where(Wording.id.in_(sa.bindparam("wordings", expanding=True)))


def due_deliveries(
    session: Session,
    now: datetime,
    limit: int,
    *,
    channels: Collection[str],
    gate: Gate = OPEN,
    passed_over: Collection[int] = (),
) -> tuple[Due, ...]:
    """Return what may be sent now, oldest first, at most one message for each destination.

    What a subscriber is to hear now is one message, however much it is. `gate` says whom of the public may be spoken to;
    organizers always are. `channels` are the media that this worker speaks, `passed_over` destinations to which nothing can
    go at this moment. A delivery waits for those that came before it to the same destination, but not for those that are only
    to come later.
    """
    brakes = read_brakes(session)
    may_go = (*sendable(now, channels, passed_over), not_braked(brakes))
    heads: Sequence[_Head] = ()
    if gate.hush is Hush.FREE and not (brakes.everything or brakes.channels.issuperset(channels)):
        heads = _heads(session, [*may_go, may_be_told(gate)], limit, brakes.events)
    elif theirs := _due_to_organizers(session, now):
        heads = _heads(session, [*may_go, Delivery.id.in_(theirs)], limit)
    found = _bundled(session, heads, now, brakes.events)
    if gate.lets_removals_through:
        found += _removals(session, [*may_go, ~may_be_told(gate)], limit, now)
    return found


def sendable(
    now: datetime, channels: Collection[str], passed_over: Collection[int] = ()
) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a delivery is due, by itself: whether it may be told now is for the gate and the brakes."""
    return (
        Delivery.state == DeliveryState.DUE,
        Delivery.due_at <= now,
        Destination.ended_at.is_(None),
        Destination.channel.in_(channels),
        Destination.id.not_in(passed_over) if passed_over else sa.true(),
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
        # A place that was the organizers' own and is public now hears nothing that was for them.
        sa.or_(Event.audience != Audience.ORGANIZERS, Destination.audience == Audience.ORGANIZERS),
    )


def _heads(
    session: Session, conditions: Iterable[sa.ColumnElement[bool]], limit: int, stopped: Collection[int] = ()
) -> Sequence[_Head]:
    """Return the deliveries that nothing earlier holds up, oldest first; events that are `stopped` hold up nothing."""
    earlier = _EARLIER
    waits = (
        sa.select(earlier.id)
        .where(
            earlier.destination_id == Delivery.destination_id,
            earlier.id < Delivery.id,
            earlier.event_id.not_in(stopped) if stopped else sa.true(),
            sa.or_(
                earlier.state == DeliveryState.CLAIMED,
                sa.and_(
                    earlier.state == DeliveryState.DUE,
                    sa.or_(earlier.attempts > 0, earlier.due_at <= Delivery.due_at),
                ),
            ),
        )
        .exists()
    )
    return _found(session, _HEADS.where(*conditions, ~waits).limit(limit))


def _found(session: Session, heads: sa.Select[*tuple[object, ...]]) -> Sequence[_Head]:
    return [_Head._make(row) for row in fetch(session, heads.order_by(Delivery.due_at, Delivery.id))]


def _removals(
    session: Session, conditions: Iterable[sa.ColumnElement[bool]], limit: int, now: datetime
) -> tuple[Due, ...]:
    """Return what removes content where nothing else may be said: each alone, past all that waits there.

    Only what changes the same message, or may be doing so in this moment, is waited for.
    """
    earlier, cause = _EARLIER, _CAUSE
    same = sa.and_(earlier.action == Action.EDIT, earlier.acts_on_id == Delivery.acts_on_id)
    waits = (
        sa.select(earlier.id)
        .join(cause, cause.id == earlier.event_id)
        .where(
            earlier.destination_id == Delivery.destination_id,
            earlier.id < Delivery.id,
            sa.or_(
                earlier.state == DeliveryState.CLAIMED,
                sa.and_(
                    earlier.state == DeliveryState.DUE,
                    sa.or_(same, sa.and_(earlier.action == Action.EDIT, cause.kind == EventKind.CONTENT_REMOVED)),
                ),
            ),
        )
        .exists()
    )
    heads = _found(session, _HEADS.where(*conditions, removes_content(), ~waits).limit(limit))
    sources = _Sources.of(session, heads)
    return tuple(sources.due(session, head, now) for head in heads)


def _bundled(session: Session, heads: Sequence[_Head], now: datetime, stopped: Collection[int] = ()) -> tuple[Due, ...]:
    """Return what goes next at the places of some deliveries, which for a subscriber may be several as one message."""
    subscribers = {head.place for head in heads if head.audience is Audience.SUBSCRIBER}
    groups = bundles.next_at(session, subscribers, now, stopped)
    members = bundles.members_of(session, groups.values())
    known = {head.delivery: head for head in heads}
    leads = {place: group[0].delivery for place, group in groups.items() if group}
    missing = set(leads.values()) - set(known)
    if missing:
        known |= {head.delivery: head for head in _found(session, _HEADS.where(Delivery.id.in_(missing)))}
    sources = _Sources.of(session, list(known.values()))
    found: dict[int, Due] = {}
    for head in heads:
        place = head.place
        if place not in subscribers:
            found[head.delivery] = sources.due(session, head, now)
        elif place in leads and leads[place] not in found:
            lead = leads[place]
            found[lead] = sources.due(session, known[lead], now, groups[place], members.get(lead, ()))
    return tuple(found.values())


@dataclass(frozen=True)
class _Sources:
    """What many deliveries share: their events, the words made for them before, the election's zone."""

    events: Mapping[int, _Told]
    words: Mapping[int, Mapping[str, Json]]
    zone: tzinfo | None

    @classmethod
    def of(cls, session: Session, heads: Sequence[_Head]) -> "_Sources":
        if not heads:
            return cls({}, {}, None)
        events = fetch(session, _TOLD, {"events": list({head.event for head in heads})})
        wordings = list({head.wording for head in heads if head.wording is not None})
        words = fetch(session, _WORDS, {"wordings": wordings}).all() if wordings else ()
        quiet = any(head.quiet_from is not None for head in heads)
        return cls(
            {row[0]: _Told(*row) for row in events},
            {row[0]: row[1] for row in words},
            election_zone(session) if quiet else None,
        )

    def due(
        self,
        session: Session,
        head: _Head,
        now: datetime,
        group: Sequence[Waiting] = (),
        members: tuple[Member, ...] = (),
    ) -> Due:
        """Return all that is needed to send a delivery, or several as one message."""
        event = self.events[head.event]
        worded = self.words.get(head.wording or 0)
        trail = _trail(session, head, event)
        told = (event.facts, *(one.facts for one in trail), *(member.said.facts for member in members))
        narrowed = any(isinstance(one, ReminderFacts) and one.places for one in told)
        return Due(
            delivery=head.delivery,
            event=head.event,
            place=head.place,
            kind=event.kind,
            facts=event.facts,
            stored=event.stored,
            channel=head.channel,
            address=head.address,
            thread=head.thread,
            language=head.language,
            audience=head.audience,
            # Several messages may have been meant to answer others, and one can answer only one: a digest answers none.
            action=Action.SEND if members else head.action,
            acts_on=None if members else head.acts_on,
            attempts=head.attempts,
            since=max((member.since for member in members), default=event.created_at),
            worded=bundles.words_of(group, worded) if group else worded,
            trail=trail,
            quiet_until=self._quiet_until(head, now),
            members=members,
            expires_at=event.expires_at,
            follows=follows_of(session, head.place) if narrowed else None,
            # Only what goes to single people is paid for: that is what was counted when somebody agreed.
            paid=event.paid_at is not None and head.audience is Audience.SUBSCRIBER and head.kind is PlaceKind.PRIVATE,
        )

    def _quiet_until(self, head: _Head, now: datetime) -> datetime | None:
        """Return until when a place is quiet; an edit disturbs nobody."""
        if head.action is Action.EDIT or head.quiet_from is None or head.quiet_to is None or self.zone is None:
            return None
        return quiet_end((head.quiet_from, head.quiet_to), head.zone, now, self.zone)


def _trail(session: Session, head: _Head, event: _Told) -> tuple[News, ...]:
    if head.action is not Action.EDIT:
        return ()
    return trail_of(session, session.get_one(Delivery, head.delivery), session.get_one(Event, event.number))


def _due_to_organizers(session: Session, now: datetime) -> tuple[int, ...]:
    """Return what is due to organizers: asked of each of their few places, however much waits for the public."""
    theirs = sa.select(Destination.id).where(
        Destination.audience == Audience.ORGANIZERS, Destination.ended_at.is_(None)
    )
    due = sa.select(Delivery.id).where(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now)
    found: list[int] = []
    for place in session.scalars(theirs).all():
        # Put in the order of the index of places, which the database then takes instead of that of all that is due.
        here = due.where(Delivery.destination_id == place).order_by(Delivery.id).limit(_MOST_FOR_ORGANIZERS)
        found.extend(session.scalars(here))
    return tuple(found)


def put_off(session: Session, deliveries: Collection[int], until: datetime) -> None:
    """Let deliveries that nobody claimed wait until a moment, such as the end of quiet hours that they would fall into."""
    waits = (Delivery.id.in_(deliveries), Delivery.state == DeliveryState.DUE)
    session.execute(sa.update(Delivery).where(*waits).values(due_at=until))

"""What is due: deliveries that may be sent now, each with all that is needed to word and address it. No network here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from pledgebot.domain.audience import Audience, Topics
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind, Facts, News
from pledgebot.domain.recalled import ReminderFacts
from pledgebot.services import bundles
from pledgebot.services.bundles import Member, Waiting
from pledgebot.services.facts import election_zone, facts_from
from pledgebot.services.follows import follows_of
from pledgebot.services.gate import OPEN, Gate, may_be_told, removes_content
from pledgebot.services.posts import trail_of
from pledgebot.services.rhythms import quiet_until
from pledgebot.store.tables import Delivery, Destination, Event, Wording
from pledgebot.store.types import Json

_MOST_FOR_ORGANIZERS = 1000
"""So many of the deliveries that wait at one of their places are looked at, oldest first."""


@dataclass(frozen=True)
class Due:
    """A delivery that may be sent now, with all that is needed to word and address it; it is not claimed yet.

    `worded` is the message made at an earlier claim, used again by every retry. `acts_on` is the remote id of the message
    that an edit or a reply concerns; `trail` what a message that is corrected said, and each correction of it.
    `quiet_until` is the end of the quiet hours in which the place is now, `since` when there was something to say. `members`
    are what is told together as one message, this delivery first; of what is told alone there are none. From `expires_at` on
    it has no meaning any more. `follows` is what the place follows, where that decides what a reminder says: None is all of it.
    """

    delivery: int
    place: int
    kind: EventKind
    facts: Facts
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

    @property
    def deliveries(self) -> tuple[int, ...]:
        """The numbers of all that the message tells."""
        return numbers(self.delivery, self.members)


def numbers(delivery: int, members: tuple[Member, ...]) -> tuple[int, ...]:
    """Return the numbers of all that a message tells, which may be one delivery."""
    return tuple(member.delivery for member in members) or (delivery,)


_EARLIER, _ORIGINAL, _CAUSE = aliased(Delivery), aliased(Delivery), aliased(Event)
"""Made once: the columns of a new alias cost more than the question that is asked with them."""

_Row = sa.Row[Delivery, Event, Destination, dict[str, Json], str | None]
"""A delivery with its event and place, the words made for it before, and the remote id of what it acts on."""


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
    may_go = _sendable(now, channels, passed_over)
    heads = () if gate.hush is not Hush.FREE else _heads(session, [*may_go, may_be_told(gate)], limit)
    if gate.hush is not Hush.FREE and (theirs := _due_to_organizers(session, now)):
        heads = _heads(session, [*may_go, Delivery.id.in_(theirs)], limit)
    found = _bundled(session, heads, now)
    if gate.lets_removals_through:
        found += _removals(session, [*may_go, ~may_be_told(gate)], limit, now)
    return found


def _sendable(
    now: datetime, channels: Collection[str], passed_over: Collection[int]
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Delivery.state == DeliveryState.DUE,
        Delivery.due_at <= now,
        Destination.ended_at.is_(None),
        Destination.channel.in_(channels),
        Destination.id.not_in(passed_over),
        sa.or_(Event.expires_at.is_(None), Event.expires_at > now),
        # A place that was the organizers' own and is public now hears nothing that was for them.
        sa.or_(Event.audience != Audience.ORGANIZERS, Destination.audience == Audience.ORGANIZERS),
    )


def _heads(session: Session, conditions: Iterable[sa.ColumnElement[bool]], limit: int) -> Sequence[_Row]:
    """Return the deliveries that nothing earlier holds up, oldest first."""
    earlier = _EARLIER
    waits = (
        sa.select(earlier.id)
        .where(
            earlier.destination_id == Delivery.destination_id,
            earlier.id < Delivery.id,
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
    found = _rows().where(*conditions, ~waits).order_by(Delivery.due_at, Delivery.id).limit(limit)
    return session.execute(found).all()


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
    removals = _rows().where(*conditions, removes_content(), ~waits).order_by(Delivery.due_at, Delivery.id)
    zone = election_zone(session)
    return tuple(_due(session, row, now, zone) for row in session.execute(removals.limit(limit)))


def _rows() -> sa.Select[Delivery, Event, Destination, dict[str, Json], str | None]:
    original = _ORIGINAL
    return (
        sa.select(Delivery, Event, Destination, Wording.content, original.remote_id)
        .join(Event, Event.id == Delivery.event_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(Wording, Wording.id == Delivery.wording_id)
        .outerjoin(original, original.id == Delivery.acts_on_id)
    )


def _bundled(session: Session, heads: Sequence[_Row], now: datetime) -> tuple[Due, ...]:
    """Return what goes next at the places of some deliveries, which for a subscriber may be several as one message."""
    subscribers = {to.id for _delivery, _event, to, _words, _on in heads if to.audience is Audience.SUBSCRIBER}
    groups = bundles.next_at(session, subscribers, now)
    members = bundles.members_of(session, groups.values())
    known = {row[0].id: row for row in heads}
    leads = {place: group[0].delivery for place, group in groups.items() if group}
    missing = set(leads.values()) - set(known)
    if missing:
        known |= {row[0].id: row for row in session.execute(_rows().where(Delivery.id.in_(missing)))}
    zone = election_zone(session)
    found: dict[int, Due] = {}
    for head in heads:
        place = head[2].id
        if place in subscribers:
            if place in leads and leads[place] not in found:
                lead = leads[place]
                found[lead] = _due(session, known[lead], now, zone, groups[place], members.get(lead, ()))
        else:
            found[head[0].id] = _due(session, head, now, zone)
    return tuple(found.values())


def _due(
    session: Session,
    row: _Row,
    now: datetime,
    zone: tzinfo,
    group: Sequence[Waiting] = (),
    members: tuple[Member, ...] = (),
) -> Due:
    delivery, event, to, worded, acts_on = row
    facts, trail = facts_from(event.kind, event.facts), trail_of(session, delivery, event)
    told = (facts, *(one.facts for one in trail), *(member.said.facts for member in members))
    return Due(
        delivery=delivery.id,
        place=to.id,
        kind=event.kind,
        facts=facts,
        channel=to.channel,
        address=to.address,
        thread=to.thread,
        language=to.language,
        audience=to.audience,
        # Several messages may have been meant to answer others, and one can answer only one: a digest answers none.
        action=Action.SEND if members else delivery.action,
        acts_on=None if members else acts_on,
        attempts=delivery.attempts,
        since=max((member.since for member in members), default=event.created_at),
        worded=bundles.words_of(group, worded) if group else worded,
        trail=trail,
        quiet_until=_quiet_until(delivery, to, now, zone),
        members=members,
        expires_at=event.expires_at,
        follows=follows_of(session, to.id)
        if any(isinstance(one, ReminderFacts) and one.places for one in told)
        else None,
    )


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


def _quiet_until(delivery: Delivery, to: Destination, now: datetime, zone: tzinfo) -> datetime | None:
    """Return until when a place is quiet; an edit disturbs nobody."""
    return None if delivery.action is Action.EDIT else quiet_until(to, now, zone)


def put_off(session: Session, deliveries: Collection[int], until: datetime) -> None:
    """Let deliveries that nobody claimed wait until a moment, such as the end of quiet hours that they would fall into."""
    waits = (Delivery.id.in_(deliveries), Delivery.state == DeliveryState.DUE)
    session.execute(sa.update(Delivery).where(*waits).values(due_at=until))

"""Whom of the public may be spoken to now: everybody, nobody, or only who follows places where it is not silent.

A window is that of a zone and a closing hour. As long as all windows of an installation agree, which is nearly always, the gate
is open or closed for everybody, and no place is looked at.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.delivery import Action
from pledgebot.domain.election import SILENCE_MARGIN, Hours, Hush, PollingDay, Silence, SilenceRule, hush_at, silence_of
from pledgebot.domain.events import EventKind
from pledgebot.services.rounds import UNREADABLE, hours_apart, polling_days, silences
from pledgebot.store.engine import fetch
from pledgebot.store.tables import CandidateList, Constituency, Delivery, Destination, Event, Subscription

_PARTS = sa.select(Constituency.id, Constituency.parent_id, Constituency.zone, Constituency.closes).where(
    Constituency.parent_id.in_(sa.bindparam("places", expanding=True))
)
_WHOLES = sa.select(Constituency.parent_id).where(
    Constituency.id.in_(sa.bindparam("places", expanding=True)), Constituency.parent_id.is_not(None)
)


@dataclass(frozen=True)
class SilencePolicy:
    """Which rule keeps the bot silent around a polling day, and how long before it sending stops.

    `removals` says that content may be removed from messages that were sent, although it is silent.
    """

    rule: SilenceRule = SilenceRule.FR_L49
    margin: timedelta = SILENCE_MARGIN
    removals: bool = False


@dataclass(frozen=True)
class Places:
    """Some constituencies: those that are named, or all but those."""

    named: frozenset[int]
    all_but: bool = False

    def hold(self, column: sa.SQLColumnExpression[int] | sa.SQLColumnExpression[int | None]) -> sa.ColumnElement[bool]:
        """Return the condition that a column names one of them."""
        return column.not_in(self.named) if self.all_but else column.in_(self.named)


@dataclass(frozen=True)
class Gate:
    """Whom of the public may be spoken to: nobody, for the reason `hush`, or whoever covers none of the `silent` places.

    `silent` is None where it is silent nowhere. `removals` says that content may be removed where it is silent.
    """

    hush: Hush = Hush.FREE
    silent: Places | None = None
    removals: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether everybody may be spoken to."""
        return self.hush is Hush.FREE and self.silent is None

    @property
    def lets_removals_through(self) -> bool:
        """Tell whether content may be removed where nothing may be said. Only a silence that is known allows it."""
        return self.removals and (self.hush is Hush.SILENCE or self.silent is not None)


OPEN = Gate()


@dataclass(frozen=True)
class Calendar:
    """The polling days by the hours of their rounds, and the places that have hours of their own."""

    days: tuple[PollingDay, ...] = ()
    apart: Mapping[int, Hours] = field(default_factory=dict)

    def hushes(self, now: datetime, policy: SilencePolicy, *, clock_off: bool = False) -> dict[Hours, Hush]:
        """Return why nothing may be said at a moment, by hours; those of the rounds themselves are `Hours()`."""
        return {
            hours: hush_at(now, silences, policy.rule, policy.margin, clock_off=clock_off)
            for hours, silences in self.silences.items()
        }

    @cached_property
    def silences(self) -> dict[Hours, tuple[Silence, ...]]:
        """The silences, by hours."""
        return {
            hours: tuple(silence_of(day.by(hours)) for day in self.days) for hours in {Hours(), *self.apart.values()}
        }

    def is_free(self, now: datetime, policy: SilencePolicy, *, clock_off: bool = False) -> bool:
        """Tell whether everybody may be spoken to at a moment, wherever they are."""
        try:
            return set(self.hushes(now, policy, clock_off=clock_off).values()) == {Hush.FREE}
        except UNREADABLE:
            return False

    def free_until(self, now: datetime, policy: SilencePolicy) -> datetime | None:
        """Return until when everybody may be spoken to, at least, from a moment on; None where somebody may not be."""
        if not self.is_free(now, policy):
            return None
        begins = (silence.begins - policy.margin for silences in self.silences.values() for silence in silences)
        return min((moment for moment in begins if moment > now), default=_NO_END)


_NO_END = datetime.max.replace(tzinfo=UTC)
UNKNOWN = Calendar()
"""No calendar: nothing is said."""


def read_calendar(session: Session) -> Calendar:
    """Return the calendar; one that cannot be read counts as none."""
    try:
        return Calendar(polling_days(session), hours_apart(session))
    except UNREADABLE:
        return UNKNOWN


def gate_at(session: Session, now: datetime, policy: SilencePolicy | None = None, *, clock_off: bool = False) -> Gate:
    """Return whom may be spoken to at a moment. A calendar that cannot be read counts as none: nothing is said."""
    return gate_of(session, read_calendar(session), now, policy or SilencePolicy(), clock_off=clock_off)


def gate_of(
    session: Session, calendar: Calendar, now: datetime, policy: SilencePolicy, *, clock_off: bool = False
) -> Gate:
    """Return whom may be spoken to at a moment by a calendar that was read."""
    try:
        return _gate(session, calendar, now, policy, clock_off=clock_off)
    except UNREADABLE:
        return Gate(hush_at(now, (), policy.rule, policy.margin))


def _gate(session: Session, calendar: Calendar, now: datetime, policy: SilencePolicy, *, clock_off: bool) -> Gate:
    hushes, own = calendar.hushes(now, policy, clock_off=clock_off), Hours()
    if len(set(hushes.values())) == 1:
        return Gate(hushes[own], removals=policy.removals)
    places = _with_parts(session, calendar.apart)
    silent = {place: hushes[hours] is not Hush.FREE for place, hours in places.items()}
    if hushes[own] is Hush.FREE:
        # A place of which one part is silent is silent as well.
        named = Places(_with_wholes(session, {place for place, is_silent in silent.items() if is_silent}))
    else:
        there = {place for place, is_silent in silent.items() if not is_silent}
        covering = _with_wholes(session, {place for place, is_silent in silent.items() if is_silent})
        named = Places(frozenset(there - covering), all_but=True)
    return Gate(silent=named, removals=policy.removals)


def silent_until(session: Session, now: datetime, policy: SilencePolicy | None = None) -> datetime | None:
    """Return when the silence ends that holds now, for whoever covers all places; None where it is silent nowhere.

    A calendar that cannot be read tells no end.
    """
    policy = policy or SilencePolicy()
    if policy.rule is SilenceRule.NONE:
        return None
    try:
        known = silences(session)
    except UNREADABLE:
        return None
    return max((one.ends for one in known if one.begins - policy.margin <= now < one.ends), default=None)


def _with_parts(session: Session, apart: Mapping[int, Hours]) -> dict[int, Hours]:
    """Return the hours of places that have some of their own, and of all that is part of them."""
    found = dict(apart)
    waiting: Collection[int] = list(apart)
    while waiting:
        rows = fetch(session, _PARTS, {"places": list(waiting)}).all()
        waiting = [row.id for row in rows if row.id not in found]
        found |= {row.id: found[row.parent_id] for row in rows if row.id in waiting}
    return found


def _with_wholes(session: Session, places: set[int]) -> frozenset[int]:
    """Return places, and those that they are a part of."""
    found: set[int] = set()
    waiting = set(places)
    while waiting:
        found |= waiting
        wholes = fetch(session, _WHOLES, {"places": list(waiting)}).scalars()
        waiting = {whole for whole in wholes if whole is not None} - found
    return frozenset(found)


def may_be_told(gate: Gate) -> sa.ColumnElement[bool]:
    """Return the condition that a destination may be spoken to. Organizers always may.

    Whoever follows everything or a demand covers all places, and whoever follows nothing any more may stand anywhere.
    """
    if gate.is_open:
        return sa.true()
    organizers = Destination.audience == Audience.ORGANIZERS
    if gate.silent is None:
        return organizers
    follows = sa.select(Subscription.id).where(Subscription.destination_id == Destination.id)
    return sa.or_(organizers, sa.and_(follows.exists(), ~follows.where(_is_silent(gate.silent)).exists()))


def _is_silent(silent: Places) -> sa.ColumnElement[bool]:
    """Return the condition that a subscription covers a place where it is silent."""
    lists = sa.select(CandidateList.id).where(silent.hold(CandidateList.constituency_id))
    with_banner = CandidateList.banner_id.is_not(None)
    banners = sa.select(CandidateList.banner_id).where(silent.hold(CandidateList.constituency_id), with_banner)
    return sa.or_(
        Subscription.topic.in_([TopicKind.ALL, TopicKind.DEMAND]),
        silent.hold(Subscription.constituency_id),
        Subscription.list_id.in_(lists),
        Subscription.banner_id.in_(banners),
        # Under a banner without a list nobody knows where it stands.
        Subscription.banner_id.not_in(sa.select(CandidateList.banner_id).where(with_banner)),
    )


def removes_content() -> sa.ColumnElement[bool]:
    """Return the condition of the one thing that may be allowed in the silence: content is removed from what was sent."""
    return sa.and_(Event.kind == EventKind.CONTENT_REMOVED, Delivery.action == Action.EDIT)


def may_go(session: Session, gate: Gate, delivery: int) -> bool:
    """Tell whether a delivery may be sent: asked just before it is."""
    if gate.is_open:
        return True
    allowed = may_be_told(gate)
    if gate.lets_removals_through:
        allowed = sa.or_(allowed, removes_content())
    found = (
        sa.select(Delivery.id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .join(Event, Event.id == Delivery.event_id)
        .where(Delivery.id == delivery, allowed)
    )
    return session.scalar(found) is not None

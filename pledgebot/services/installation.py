"""Brings the database into line with the configuration and the letter: demands, rounds, places, public destinations."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, TopicKind
from pledgebot.domain.letter import Demand, Letter
from pledgebot.domain.policy import Policy
from pledgebot.domain.words import normalise
from pledgebot.services.cursors import read_cursor
from pledgebot.services.letters import demand_content, letter_content
from pledgebot.services.names import names_changed
from pledgebot.services.policies import policy_content
from pledgebot.services.revision import raise_revision
from pledgebot.store.tables import (
    Constituency,
    ConstituencyAlias,
    DemandRow,
    DemandVersion,
    Destination,
    Installation,
    Round,
    Stance,
    Subscription,
)


@dataclass(frozen=True)
class RoundPlan:
    """One round as configured; `zone` is an IANA name, `closes` local time."""

    number: int
    day: date
    closes: time
    zone: str
    election: dict[str, str]

    @property
    def key(self) -> str:
        """Return the round's natural key, such as `2026-t1` (no spreadsheet takes it for a date)."""
        return f"{self.day.year}-t{self.number}"


@dataclass(frozen=True)
class PlacePlan:
    """One constituency as configured."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    zone: str | None = None
    closes: time | None = None


@dataclass(frozen=True)
class DestinationPlan:
    """One place as configured: public, or the organizers' own. `thread` is the topic of a forum, empty for none."""

    channel: str
    address: str
    language: str
    audience: Audience = Audience.PUBLIC
    thread: str = ""

    @property
    def place(self) -> PlaceKind:
        """Return what kind of place it is: organizers meet in a group, the public reads a channel."""
        return PlaceKind.GROUP if self.audience is Audience.ORGANIZERS else PlaceKind.CHANNEL


@dataclass(frozen=True)
class InstallationPlan:
    """Everything that the configuration says about what the database has to hold."""

    letter: Letter
    rounds: tuple[RoundPlan, ...]
    places: tuple[PlacePlan, ...]
    destinations: tuple[DestinationPlan, ...]
    fictional: bool
    policy: Policy = field(default_factory=Policy)


def sync_installation(session: Session, plan: InstallationPlan, now: datetime) -> None:
    """Bring the database into line with the plan; doing it again changes nothing.

    A demand whose wording or tests changed gets a new version once stances were judged by the old one; a demand that the
    letter dropped is retired, never deleted. Rounds and places that were dropped stay, since lists may stand in them.
    """
    named, told = _named(session, plan), _told(session)
    installation = session.get(Installation, 1)
    if installation is None:
        installation = Installation(id=1, secret=secrets.token_hex(32), fictional=plan.fictional, created_at=now)
        session.add(installation)
    installation.letter_key = plan.letter.key
    installation.letter = letter_content(plan.letter)
    installation.fictional = plan.fictional
    installation.policy = policy_content(plan.policy)
    _sync_demands(session, plan.letter.demands, now)
    _sync_rounds(session, plan.rounds)
    _sync_places(session, plan.places)
    _sync_destinations(session, plan.destinations, now)
    session.flush()
    if named != _named(session, plan):
        names_changed(session)
    if told != _told(session):
        raise_revision(session)


def _told(session: Session) -> tuple[object, ...]:
    """Return what answers tell of the configuration beside the names."""
    itself = sa.select(Installation.id, Installation.letter, Installation.fictional, Installation.policy)
    rounds = sa.select(Round.id, Round.number, Round.day, Round.closes, Round.zone, Round.election).order_by(Round.id)
    hours = (
        sa.select(Constituency.id, Constituency.zone, Constituency.closes)
        .where(sa.or_(Constituency.zone.is_not(None), Constituency.closes.is_not(None)))
        .order_by(Constituency.id)
    )
    order = sa.select(DemandRow.id, DemandRow.place).order_by(DemandRow.id)
    return tuple(tuple(tuple(row) for row in session.execute(query)) for query in (itself, rounds, hours, order))


def _named(session: Session, plan: InstallationPlan) -> tuple[object, ...]:
    """Return what changes when places, their aliases or the words for demands do: small, whatever the country's size."""
    last = sa.select(DemandVersion.id, DemandVersion.content_hash).order_by(DemandVersion.id)
    counted = sa.select(sa.func.count(), sa.func.max(ConstituencyAlias.id)).select_from(ConstituencyAlias)
    retired = sa.select(DemandRow.id, DemandRow.retired_at).order_by(DemandRow.id)
    planned = Constituency.code.in_([place.code for place in plan.places])
    places = (
        sa.select(Constituency.id, Constituency.label, Constituency.parent_id)
        .where(sa.or_(_configured(), planned))
        .order_by(Constituency.id)
    )
    return tuple(tuple(tuple(row) for row in session.execute(query)) for query in (last, counted, retired, places))


def _configured() -> sa.ColumnElement[bool]:
    """Return the condition that a place has something that only a configuration gives: a parent or another name."""
    aliased = sa.select(ConstituencyAlias.constituency_id)
    return sa.or_(Constituency.parent_id.is_not(None), Constituency.id.in_(aliased))


def _sync_demands(session: Session, demands: Sequence[Demand], now: datetime) -> None:
    rows = {row.key: row for row in session.scalars(sa.select(DemandRow))}
    for place, demand in enumerate(demands, start=1):
        row = rows.pop(demand.key, None)
        if row is None:
            row = DemandRow(key=demand.key, place=place)
            session.add(row)
            session.flush()
        row.place, row.retired_at = place, None
        _sync_version(session, row.id, demand, now)
    for dropped in rows.values():
        dropped.retired_at = dropped.retired_at or now


def _sync_version(session: Session, demand_id: int, demand: Demand, now: datetime) -> None:
    content = demand_content(demand)
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    last = session.scalar(
        sa.select(DemandVersion)
        .where(DemandVersion.demand_id == demand_id)
        .order_by(DemandVersion.number.desc())
        .limit(1)
    )
    if last is not None and last.content_hash == digest:
        return
    judged = last is not None and session.scalar(
        sa.select(Stance.id).where(Stance.demand_version_id == last.id).limit(1)
    )
    if last is not None and judged is None:
        last.content, last.content_hash, last.since = content, digest, now
        return
    number = last.number + 1 if last is not None else 1
    session.add(DemandVersion(demand_id=demand_id, number=number, content=content, content_hash=digest, since=now))


def _sync_rounds(session: Session, rounds: Iterable[RoundPlan]) -> None:
    rows = {row.key: row for row in session.scalars(sa.select(Round))}
    for plan in rounds:
        row = rows.get(plan.key)
        if row is None:
            row = Round(key=plan.key, number=plan.number)
            session.add(row)
        row.day, row.closes, row.zone, row.election = plan.day, plan.closes, plan.zone, dict(plan.election)


def _sync_places(session: Session, places: Sequence[PlacePlan]) -> None:
    rows = {row.code: row for row in session.scalars(sa.select(Constituency))}
    for plan in places:
        row = rows.get(plan.code)
        if row is None:
            row = rows[plan.code] = Constituency(code=plan.code, label=plan.label)
            session.add(row)
        row.label, row.zone, row.closes = plan.label, plan.zone, plan.closes
    session.flush()
    for plan in places:
        row = rows[plan.code]
        row.parent_id = rows[plan.parent].id if plan.parent else None
        _sync_aliases(session, row.id, plan.aliases)


def _sync_aliases(session: Session, constituency: int, aliases: Iterable[str]) -> None:
    there = set(
        session.scalars(sa.select(ConstituencyAlias.normal).where(ConstituencyAlias.constituency_id == constituency))
    )
    for alias in aliases:
        normal = normalise(alias)
        if normal not in there:
            there.add(normal)
            session.add(ConstituencyAlias(constituency_id=constituency, alias=alias, normal=normal))


def _sync_destinations(session: Session, plans: Iterable[DestinationPlan], now: datetime) -> None:
    """Let configured places follow everything; one that left the configuration ends, and starts from now if it is back.

    A place that somebody subscribed by themselves before becomes the configured one; the others are left alone.
    """
    present = [(plan, _present_address(session, plan.channel, plan.address)) for plan in plans]
    there = sa.select(Destination).where(
        sa.or_(
            Destination.audience != Audience.SUBSCRIBER,
            Destination.address.in_([address for _plan, address in present]),
        )
    )
    rows = {(row.channel, row.address, row.thread): row for row in session.scalars(there)}
    configured: set[int] = set()
    for plan, address in present:
        key = (plan.channel, address, plan.thread)
        if key not in rows:
            rows[key] = _new_destination(session, plan, address, now)
        row = rows[key]
        _configure(session, row, plan, now)
        configured.add(row.id)
    for row in rows.values():
        if row.audience is not Audience.SUBSCRIBER and row.id not in configured:
            row.ended_at = row.ended_at or now


def _present_address(session: Session, channel: str, address: str) -> str:
    """Return where a configured place is now: it may have moved since its address was written down, and moved again."""
    seen = {address}
    while (moved := read_cursor(session, f"moved:{channel}:{address}")) is not None and moved not in seen:
        address = moved
        seen.add(address)
    return address


def _new_destination(session: Session, plan: DestinationPlan, address: str, now: datetime) -> Destination:
    row = Destination(
        channel=plan.channel,
        address=address,
        thread=plan.thread,
        audience=plan.audience,
        language=plan.language,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add(Subscription(destination_id=row.id, topic=TopicKind.ALL))
    return row


def _configure(session: Session, row: Destination, plan: DestinationPlan, now: datetime) -> None:
    """Make a row what the configuration says, whatever it was."""
    if row.audience is Audience.SUBSCRIBER:
        session.execute(sa.delete(Subscription).where(Subscription.destination_id == row.id))
        session.add(Subscription(destination_id=row.id, topic=TopicKind.ALL))
        row.rhythm, row.hour, row.quiet_from, row.quiet_to = Rhythm.AT_ONCE, None, None, None
        row.consented_at = row.asked_to_stay_at = row.stays_at = None
    if row.ended_at is not None:
        row.ended_at, row.created_at = None, now
    row.language, row.audience, row.place = plan.language, plan.audience, plan.place

"""Brings the database into line with the configuration and the letter: demands, rounds, places, public destinations."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import rfc8785
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.letter import Demand, Letter
from pledgebot.domain.words import normalise
from pledgebot.services.letters import demand_content, letter_content
from pledgebot.services.names import names_changed
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
    """One public place as configured."""

    channel: str
    address: str
    language: str
    audience: Audience = Audience.PUBLIC


@dataclass(frozen=True)
class InstallationPlan:
    """Everything that the configuration says about what the database has to hold."""

    letter: Letter
    rounds: tuple[RoundPlan, ...]
    places: tuple[PlacePlan, ...]
    destinations: tuple[DestinationPlan, ...]
    fictional: bool


def sync_installation(session: Session, plan: InstallationPlan, now: datetime) -> None:
    """Bring the database into line with the plan; doing it again changes nothing.

    A demand whose wording or tests changed gets a new version once stances were judged by the old one; a demand that the
    letter dropped is retired, never deleted. Rounds and places that were dropped stay, since lists may stand in them.
    """
    before = _named(session)
    installation = session.get(Installation, 1)
    if installation is None:
        installation = Installation(id=1, secret=secrets.token_hex(32), fictional=plan.fictional, created_at=now)
        session.add(installation)
    installation.letter_key = plan.letter.key
    installation.letter = letter_content(plan.letter)
    installation.fictional = plan.fictional
    _sync_demands(session, plan.letter.demands, now)
    _sync_rounds(session, plan.rounds)
    _sync_places(session, plan.places)
    _sync_destinations(session, plan.destinations, now)
    session.flush()
    if before != _named(session):
        names_changed(session)


def _named(session: Session) -> tuple[object, ...]:
    """Return what changes when places, their aliases or the words for demands do: small, whatever the country's size."""
    last = sa.select(DemandVersion.id, DemandVersion.content_hash).order_by(DemandVersion.id)
    counted = sa.select(sa.func.count(), sa.func.max(ConstituencyAlias.id)).select_from(ConstituencyAlias)
    retired = sa.select(DemandRow.id, DemandRow.retired_at).order_by(DemandRow.id)
    places = sa.select(Constituency.id, Constituency.label, Constituency.parent_id).where(_configured())
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
    """Public places follow everything; one that left the configuration ends, and starts from now if it comes back."""
    rows = {
        (row.channel, row.address): row
        for row in session.scalars(sa.select(Destination).where(Destination.audience != Audience.SUBSCRIBER))
    }
    for plan in plans:
        row = rows.pop((plan.channel, plan.address), None)
        if row is None:
            row = Destination(
                channel=plan.channel,
                address=plan.address,
                audience=plan.audience,
                language=plan.language,
                created_at=now,
            )
            session.add(row)
            session.flush()
            session.add(Subscription(destination_id=row.id, topic=TopicKind.ALL))
        elif row.ended_at is not None:
            row.ended_at, row.created_at = None, now
        row.language, row.audience = plan.language, plan.audience
    for dropped in rows.values():
        dropped.ended_at = dropped.ended_at or now

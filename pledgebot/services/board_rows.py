"""The whole table read piece by piece, for whoever publishes all of it: a few queries for some hundred lists at once.

The order is that of rounds, codes of constituencies and panels, decided here and not by the database: two databases that say
the same are published alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.letter import Demand
from pledgebot.services.as_of import past_of
from pledgebot.services.demands import demands
from pledgebot.services.letters import demand_from
from pledgebot.services.list_views import views_of
from pledgebot.services.positions import Positions
from pledgebot.services.revision import Remembered
from pledgebot.services.rounds import calendar
from pledgebot.services.views import CellView, ListView, PlaceView, RoundView
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    DemandVersion,
    LedgerEntry,
    Lineage,
    Round,
    Stance,
)

AT_ONCE = 200
"""How many lists are read together: enough to make queries cheap, few enough to be held in a little memory."""

_PLACED = sa.select(
    Round.day,
    Round.id.label("round"),
    Constituency.code,
    Constituency.label,
    CandidateList.constituency_id,
    CandidateList.panel,
    CandidateList.normal,
    CandidateList.id,
).select_from(
    sa.join(CandidateList, Round, Round.id == CandidateList.round_id).join(
        Constituency, Constituency.id == CandidateList.constituency_id
    )
)
_BANNERS = sa.select(Banner.id, Banner.name, Banner.round_id)
_STOOD = sa.select(CandidateList.banner_id).where(CandidateList.created_at < sa.bindparam("moment"))
_SPOKE = sa.select(Answer.banner_id).where(Answer.decided_at < sa.bindparam("moment"))
_NAMED = sa.select(Constituency.id, Constituency.code, Constituency.label, Constituency.parent_id)
_DESCENT = sa.select(Lineage.parent_id, Lineage.child_id)
_HASHES = sa.select(Answer.id, LedgerEntry.hash).join(LedgerEntry, LedgerEntry.seq == Answer.seq)
_JUDGED = sa.select(Stance.answer_id, Stance.demand_id, Stance.part, DemandVersion.number).join(
    DemandVersion, DemandVersion.id == Stance.demand_version_id
)


@dataclass(frozen=True)
class PlacedLists:
    """The lists of one constituency in one round, by their numbers, in panel order (before there is one, alphabetical)."""

    round_id: int
    constituency_id: int
    code: str
    label: str
    lists: tuple[int, ...]


@dataclass(frozen=True)
class Marks:
    """By what statements are found again: answer → hash of its entry; (answer, demand, part) → version of the wording."""

    hashes: Mapping[int, str] = field(default_factory=dict)
    versions: Mapping[tuple[int, int, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class WordingView:
    """One version of a demand: its number, since when it holds, its digest in the ledger, and what it says."""

    number: int
    since: datetime
    sha256: str
    demand: Demand


@dataclass(frozen=True)
class BannerRow:
    """A banner with what it says itself, for all its lists."""

    id: int
    name: str
    round_id: int
    cells: tuple[CellView, ...]


def placed_lists(session: Session, as_of: datetime | None = None) -> tuple[PlacedLists, ...]:
    """Return all lists by round and constituency; with `as_of` those that had been added by then."""
    there = _PLACED if as_of is None else _PLACED.where(CandidateList.created_at < as_of)
    # One plain tuple for each list: there may be fifty thousand of them.
    rows = sorted(
        (
            row.day,
            row.round,
            row.code,
            row.panel is None,
            row.panel or 0,
            row.normal,
            row.id,
            row.constituency_id,
            row.label,
        )
        for row in fetch(session, there)
    )
    placed: list[PlacedLists] = []
    for (_day, round_id, code), some in groupby(rows, key=lambda row: row[:3]):
        lists = list(some)
        *_order, place, label = lists[0]
        placed.append(PlacedLists(round_id, place, code, label, tuple(row[6] for row in lists)))
    return tuple(placed)


def in_batches(places: Iterable[PlacedLists], most: int = AT_ONCE) -> Iterator[tuple[PlacedLists, ...]]:
    """Yield constituencies some at a time, at most so many lists together; none is torn apart."""
    batch: list[PlacedLists] = []
    count = 0
    for place in places:
        if batch and count + len(place.lists) > most:
            yield tuple(batch)
            batch, count = [], 0
        batch.append(place)
        count += len(place.lists)
    if batch:
        yield tuple(batch)


def views_in(
    session: Session, places: Sequence[PlacedLists], known: Remembered, as_of: datetime | None = None
) -> tuple[tuple[PlacedLists, tuple[ListView, ...]], ...]:
    """Return what the lists of some constituencies say, read together."""
    numbers = [number for place in places for number in place.lists]
    views = {
        view.head.id: view for view in views_of(session, numbers, known.read(session, demands), known, as_of=as_of)
    }
    return tuple((place, tuple(views[number] for number in place.lists if number in views)) for place in places)


def rounds_by_number(session: Session, known: Remembered) -> dict[int, RoundView]:
    """Return the number of a round's row → the round."""
    return {view.id: view for view in known.read(session, calendar)}


def parents_of_places(session: Session) -> dict[int, PlaceView]:
    """Return constituency → the place that it is part of, of those that are part of one."""
    rows = {row.id: row for row in fetch(session, _NAMED)}
    parents = {row.id: rows[row.parent_id] for row in rows.values() if row.parent_id in rows}
    return {number: PlaceView(row.id, row.code, row.label, 0) for number, row in parents.items()}


def heirs_of(session: Session, lists: Collection[int]) -> frozenset[int]:
    """Return these lists and all that descend from them, if only by a proposal."""
    children: dict[int, set[int]] = defaultdict(set)
    for row in fetch(session, _DESCENT):
        children[row.parent_id].add(row.child_id)
    found, waiting = set(lists), list(lists)
    while waiting:
        new = children[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def banner_rows(session: Session, known: Remembered, as_of: datetime | None = None) -> tuple[BannerRow, ...]:
    """Return every banner with its own standing, in the order of their numbers; with `as_of` those that were there by then.

    Of a banner nobody knows since when it is there: it is since lists stand under it, or since it spoke.
    """
    rows = sorted(fetch(session, _BANNERS), key=lambda row: row.id)
    if as_of is not None:
        moment = {"moment": as_of}
        there = {*session.scalars(_STOOD, moment), *session.scalars(_SPOKE, moment)}
        rows = [row for row in rows if row.id in there]
    positions = Positions(session, (), [row.id for row in rows], known, past=past_of(session, as_of, known))
    columns = known.read(session, demands)
    return tuple(BannerRow(row.id, row.name, row.round_id, positions.cells_of_banner(row.id, columns)) for row in rows)


def marks_of(session: Session, answers: Collection[int]) -> Marks:
    """Return the hashes of some entries, and by which wordings they were judged."""
    if not answers:
        return Marks()
    asked = sorted(answers)
    return Marks(
        {row.id: row.hash for row in fetch(session, _HASHES.where(Answer.id.in_(asked)))},
        {
            (row.answer_id, row.demand_id, row.part): row.number
            for row in fetch(session, _JUDGED.where(Stance.answer_id.in_(asked)))
        },
    )


def wordings(session: Session, as_of: datetime | None = None) -> Mapping[int, tuple[WordingView, ...]]:
    """Return demand → all its versions, the first one first; with `as_of` those that held by then, if any did."""
    versions: dict[int, list[WordingView]] = defaultdict(list)
    for row in session.scalars(sa.select(DemandVersion).order_by(DemandVersion.demand_id, DemandVersion.number)):
        versions[row.demand_id].append(WordingView(row.number, row.since, row.content_hash, demand_from(row.content)))
    return {
        demand: tuple(one for one in many if as_of is None or one.since < as_of) or tuple(many)
        for demand, many in versions.items()
    }

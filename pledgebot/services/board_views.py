"""What the pages of the board are made from, besides what questions in the chat return already."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.events import ProofFacts
from pledgebot.domain.letter import Demand, Letter
from pledgebot.domain.words import normalise
from pledgebot.services import queries
from pledgebot.services.letters import demand_from, read_letter
from pledgebot.services.list_views import heads_of, list_view
from pledgebot.services.positions import proof_of
from pledgebot.services.revision import Remembered
from pledgebot.services.rounds import calendar, current_round
from pledgebot.services.views import BannerView, DemandView, HistoryView, ListHead, ListView, PlaceView, TableView
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    DemandRow,
    DemandVersion,
    Evidence,
    LedgerEntry,
    Round,
)

FEW_LISTS = 200
"""Up to how many lists the page of a demand shows what each says; with more it leads to the places."""


@dataclass(frozen=True)
class LastEntry:
    """The last confirmed entry: its number in the ledger, its hash, when it was confirmed."""

    seq: int
    hash: str
    confirmed_at: datetime


@dataclass(frozen=True)
class BannerHead:
    """A banner without what it said, and how many lists stand under it."""

    id: int
    name: str
    round_number: int
    lists: int


@dataclass(frozen=True)
class Wording:
    """One wording of a demand with its tests, and since when it holds."""

    number: int
    since: datetime
    demand: Demand


@dataclass(frozen=True)
class HomeView:
    """The first page: the letter, its demands as they are worded now, where lists stand, and under which banners."""

    letter: Letter | None
    demands: tuple[DemandView, ...]
    places: tuple[PlaceView, ...]
    banners: tuple[BannerHead, ...]


@dataclass(frozen=True)
class PlacePage:
    """A constituency: its table, the place that it is part of, its parts that vote apart, and its lists of other rounds."""

    table: TableView
    parent: PlaceView | None = None
    parts: tuple[PlaceView, ...] = ()
    others: tuple[ListHead, ...] = ()


@dataclass(frozen=True)
class ListPage:
    """A list, and everything that it said itself."""

    view: ListView
    history: HistoryView


@dataclass(frozen=True)
class StancePage:
    """A list's position on one demand: `histories` are those of whoever it may have it from, its own first.

    `proofs` are those of each entry (by its number), the lead proof first.
    """

    view: ListView
    demand: DemandView
    histories: tuple[HistoryView, ...]
    proofs: Mapping[int, tuple[ProofFacts, ...]]


@dataclass(frozen=True)
class BannerPage:
    """A banner, and everything that it said itself."""

    view: BannerView
    history: HistoryView
    proofs: Mapping[int, tuple[ProofFacts, ...]]


@dataclass(frozen=True)
class DemandPage:
    """A demand with all its wordings, newest first; what each list says of it, or where lists stand when they are many."""

    demand: DemandView
    wordings: tuple[Wording, ...]
    tables: tuple[TableView, ...]
    places: tuple[PlaceView, ...]
    banners: tuple[BannerHead, ...]


_ENTRIES = (
    sa.select(LedgerEntry.seq, LedgerEntry.hash, Answer.decided_at)
    .join(Answer, Answer.seq == LedgerEntry.seq)
    .where(Answer.state == AnswerState.CONFIRMED, Answer.decided_at.is_not(None))
    .order_by(LedgerEntry.seq.desc())
    .limit(1)
)
_PLACE = sa.select(Constituency.id).where(Constituency.code == sa.bindparam("code"))
_PARENT = sa.select(Constituency.parent_id).where(Constituency.id == sa.bindparam("place"))
_NAMED = sa.select(Constituency.id, Constituency.code, Constituency.label).where(
    Constituency.id == sa.bindparam("place")
)
_COUNTED = (
    sa.select(Constituency.id, Constituency.code, Constituency.label, CandidateList.round_id, sa.func.count())
    .join(CandidateList, CandidateList.constituency_id == Constituency.id)
    .group_by(Constituency.id, Constituency.code, Constituency.label, CandidateList.round_id)
)
_BANNERS = (
    sa.select(Banner.id, Banner.name, Round.number, sa.func.count(CandidateList.id))
    .join(Round, Round.id == Banner.round_id)
    .join(CandidateList, CandidateList.banner_id == Banner.id)
    .group_by(Banner.id, Banner.name, Banner.normal, Round.number, Round.day)
    .order_by(Round.day.desc(), Banner.normal, Banner.id)
)
_OTHERS = (
    sa.select(CandidateList.id)
    .join(Round, Round.id == CandidateList.round_id)
    .where(CandidateList.constituency_id == sa.bindparam("place"), CandidateList.round_id != sa.bindparam("round"))
    .order_by(Round.day, CandidateList.panel.is_(None), CandidateList.panel, CandidateList.normal, CandidateList.id)
)
_WORDINGS = (
    sa.select(DemandVersion.number, DemandVersion.since, DemandVersion.content)
    .join(DemandRow, DemandRow.id == DemandVersion.demand_id)
    .where(DemandRow.id == sa.bindparam("demand"))
    .order_by(DemandVersion.number.desc())
)
_PROOFS = (
    sa.select(Evidence, Answer.lead_evidence_id)
    .join(Answer, Answer.id == Evidence.answer_id)
    .where(Evidence.answer_id.in_(sa.bindparam("answers")), Answer.removed_at.is_(None))
    .order_by(Evidence.answer_id, Evidence.place)
)


def last_entry(session: Session, as_of: datetime | None = None) -> LastEntry | None:
    """Return the last confirmed entry, or the last that had been confirmed at a moment; None before the first."""
    asked = _ENTRIES if as_of is None else _ENTRIES.where(Answer.decided_at < as_of)
    row = session.execute(asked).first()
    return LastEntry(row[0], row[1], row[2]) if row is not None and row[2] is not None else None


def place_of(session: Session, code: str) -> int | None:
    """Return the number of the constituency that has a code, None when there is none."""
    return fetch(session, _PLACE, {"code": code}).scalar()


def code_of(session: Session, place: int) -> str:
    """Return the code of a constituency."""
    return str(fetch(session, _NAMED, {"place": place}).one().code)


def home_view(session: Session, now: datetime, known: Remembered, *, as_of: datetime | None = None) -> HomeView:
    """Return the first page."""
    return HomeView(
        letter=known.read(session, read_letter),
        demands=known.read(session, queries.demands),
        places=standing_places(session, now, known, as_of=as_of),
        banners=banner_heads(session, as_of),
    )


def standing_places(
    session: Session, now: datetime, known: Remembered, *, as_of: datetime | None = None
) -> tuple[PlaceView, ...]:
    """Return the constituencies where lists stand, by label, each with the number of them in the round that it shows."""
    days = {view.id: view.day for view in known.read(session, calendar)}
    if not days:
        return ()
    current = current_round(session, as_of or now, known)

    def read(session: Session) -> tuple[PlaceView, ...]:
        counted = _COUNTED if as_of is None else _COUNTED.where(CandidateList.created_at < as_of)
        shown: dict[int, tuple[date, PlaceView]] = {}
        for number, code, label, round_id, lists in session.execute(counted):
            day = days[round_id]
            if day <= current.day and (number not in shown or day > shown[number][0]):
                shown[number] = (day, PlaceView(number, code, label, lists))
        return tuple(sorted((view for _day, view in shown.values()), key=_by_label))

    return known.read_one(session, ("standing places", as_of, current.id), read)


def _by_label(view: PlaceView) -> tuple[str, str]:
    return normalise(view.label), view.code


def banner_heads(session: Session, as_of: datetime | None = None) -> tuple[BannerHead, ...]:
    """Return the banners under which lists stand, those of the last round first."""
    asked = _BANNERS if as_of is None else _BANNERS.where(CandidateList.created_at < as_of)
    return tuple(BannerHead(*row) for row in session.execute(asked))


def place_page(
    session: Session, place: int, now: datetime, known: Remembered, *, as_of: datetime | None = None
) -> PlacePage:
    """Return a constituency with its table."""
    table = queries.table(session, place, now, known, as_of=as_of)
    here = {"place": place}
    parent = fetch(session, _PARENT, here).scalar()
    others = fetch(session, _OTHERS, {**here, "round": table.round.id}).scalars().all()
    return PlacePage(
        table=table,
        parent=_named(session, parent) if parent is not None else None,
        parts=queries.parts_of(session, place, table.round.id),
        others=tuple(heads_of(session, others, known, as_of=as_of)),
    )


def _named(session: Session, place: int) -> PlaceView:
    row = fetch(session, _NAMED, {"place": place}).one()
    return PlaceView(row.id, row.code, row.label, 0)


def list_page(session: Session, list_id: int, known: Remembered, *, as_of: datetime | None = None) -> ListPage:
    """Return a list. Raises `Refused` for one that does not exist, or did not yet."""
    view = list_view(session, list_id, known, as_of=as_of)
    return ListPage(view, queries.history(session, list_id=list_id, known=known, as_of=as_of))


def stance_page(
    session: Session, list_id: int, key: str, known: Remembered, *, as_of: datetime | None = None
) -> StancePage | None:
    """Return a list's position on a demand, None where nobody demands that. Raises `Refused` as `list_page` does."""
    view = list_view(session, list_id, known, as_of=as_of)
    demand = next((cell.demand for cell in view.cells if cell.demand.key == key), None)
    if demand is None:
        return None
    subjects: list[tuple[int | None, int | None]] = [(list_id, None)]
    if view.head.banner_id is not None:
        subjects.append((None, view.head.banner_id))
    subjects.extend((parent.id, None) for parent in view.head.parents)
    told = (_on_demand(session, one, banner, demand.id, known, as_of) for one, banner in subjects)
    histories = tuple(one for one in told if one.entries)
    return StancePage(view, demand, histories, proofs_of(session, histories))


def _on_demand(
    session: Session, list_id: int | None, banner_id: int | None, demand: int, known: Remembered, as_of: datetime | None
) -> HistoryView:
    """Return the history on one demand, with the entries that undo or blank one of it: those name no demand themselves."""
    narrow = queries.history(session, list_id=list_id, banner_id=banner_id, demand_id=demand, known=known, as_of=as_of)
    said = {entry.answer for entry in narrow.entries}
    if not said:
        return narrow
    whole = queries.history(session, list_id=list_id, banner_id=banner_id, known=known, as_of=as_of)
    return replace(narrow, entries=tuple(one for one in whole.entries if {one.answer, one.target} & said))


def proofs_of(session: Session, histories: Iterable[HistoryView]) -> dict[int, tuple[ProofFacts, ...]]:
    """Return every proof of the entries of some histories, by the entry's number, the lead proof first."""
    answers = [entry.answer for view in histories for entry in view.entries]
    found: dict[int, list[tuple[bool, ProofFacts]]] = defaultdict(list)
    for evidence, lead in session.execute(_PROOFS, {"answers": answers}) if answers else ():
        proof = proof_of(evidence)
        if proof is not None:
            found[evidence.answer_id].append((evidence.id != lead, proof))
    return {answer: tuple(proof for _late, proof in sorted(pairs, key=_is_late)) for answer, pairs in found.items()}


def _is_late(pair: tuple[bool, ProofFacts]) -> bool:
    return pair[0]


def banner_page(session: Session, banner_id: int, known: Remembered, *, as_of: datetime | None = None) -> BannerPage:
    """Return a banner. Raises `Refused` for one that does not exist."""
    view = queries.banner_view(session, banner_id, known, as_of=as_of)
    history = queries.history(session, banner_id=banner_id, known=known, as_of=as_of)
    return BannerPage(view, history, proofs_of(session, [history]))


def demand_page(
    session: Session, key: str, now: datetime, known: Remembered, *, as_of: datetime | None = None
) -> DemandPage | None:
    """Return a demand, None where nobody demands that."""
    demand = next((one for one in known.read(session, queries.demands) if one.key == key), None)
    if demand is None:
        return None
    wordings = tuple(
        Wording(number, since, demand_from(content))
        for number, since, content in session.execute(_WORDINGS, {"demand": demand.id})
        if as_of is None or since < as_of
    )
    places = standing_places(session, now, known, as_of=as_of)
    few = sum(place.lists for place in places) <= FEW_LISTS
    return DemandPage(
        demand=_worded(demand, wordings[0]) if as_of is not None and wordings else demand,
        wordings=wordings,
        tables=tuple(queries.table(session, place.id, now, known, as_of=as_of) for place in places) if few else (),
        places=places,
        banners=banner_heads(session, as_of),
    )


def _worded(demand: DemandView, wording: Wording) -> DemandView:
    """Return a demand as one of its wordings has it."""
    worded = wording.demand
    return replace(
        demand,
        version=wording.number,
        title=worded.title,
        text=worded.text,
        tests=worded.tests,
        parts=tuple((part.key, part.title) for part in worded.parts),
    )

"""Questions: each returns a frozen view, read in one moment of the database."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import StanceState, Standing
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.as_of import past_of
from pledgebot.services.demands import demands
from pledgebot.services.histories import entries, entry, history
from pledgebot.services.list_views import heads_of, list_heads, list_view, views_of
from pledgebot.services.positions import Positions
from pledgebot.services.revision import Remembered
from pledgebot.services.rounds import current_round, dates, round_in, silences, whole_calendar
from pledgebot.services.views import (
    BannerView,
    CellView,
    DemandRows,
    DemandView,
    ListView,
    PlaceView,
    StanceView,
    TableView,
)
from pledgebot.store.engine import fetch
from pledgebot.store.tables import (
    Banner,
    CandidateList,
    Constituency,
    Installation,
    Lineage,
    Round,
    Stance,
)

__all__ = [
    "banner_view",
    "current_round",
    "dates",
    "demand_rows",
    "demands",
    "differs",
    "entries",
    "entry",
    "history",
    "is_fictional",
    "list_heads",
    "list_view",
    "parts_of",
    "places",
    "round_in",
    "silences",
    "table",
    "whole_calendar",
]


_FICTIONAL = sa.select(Installation.fictional)
_STANDS = sa.select(CandidateList.id).where(CandidateList.constituency_id == sa.bindparam("place")).limit(1)
_PLACE = sa.select(Constituency.label, Constituency.code).where(Constituency.id == sa.bindparam("place"))
_LISTS_OF = sa.select(CandidateList.id, CandidateList.panel, CandidateList.normal).where(
    CandidateList.constituency_id == sa.bindparam("place"), CandidateList.round_id == sa.bindparam("round")
)
_MEMBERS = (
    sa.select(CandidateList.id).where(CandidateList.banner_id == sa.bindparam("banner")).order_by(CandidateList.id)
)


def is_fictional(session: Session, known: Remembered | None = None) -> bool:
    """Tell whether this installation is an example whose lists and people are invented."""
    return (known or Remembered()).read(session, _is_fictional)


def _is_fictional(session: Session) -> bool:
    return bool(fetch(session, _FICTIONAL).scalar())


def places(
    session: Session, round_id: int, most: int | None = None, part_of: int | None = None
) -> tuple[PlaceView, ...]:
    """Return the constituencies in which lists stand in a round, by label; at most so many, of one place or of all."""
    rows = session.execute(
        sa.select(Constituency.id, Constituency.code, Constituency.label, sa.func.count(CandidateList.id))
        .join(CandidateList, CandidateList.constituency_id == Constituency.id)
        .where(CandidateList.round_id == round_id, sa.true() if part_of is None else Constituency.parent_id == part_of)
        .group_by(Constituency.id, Constituency.code, Constituency.label)
        .order_by(Constituency.label)
        .limit(most)
    )
    return tuple(PlaceView(*row) for row in rows)


def parts_of(session: Session, constituency_id: int, round_id: int, most: int | None = None) -> tuple[PlaceView, ...]:
    """Return the parts of a place that vote apart, such as the sectors of a city; none where lists stand in the whole."""
    if fetch(session, _STANDS, {"place": constituency_id}).scalar() is not None:
        return ()
    return places(session, round_id, most, part_of=constituency_id)


def place_label(session: Session, constituency_id: int) -> str:
    """Return how a place is called. Raises `NoResultFound` where there is none."""
    return str(fetch(session, _PLACE, {"place": constituency_id}).one().label)


def table(
    session: Session,
    constituency_id: int,
    now: datetime,
    known: Remembered | None = None,
    *,
    as_of: datetime | None = None,
) -> TableView:
    """Return the table lists × demands of one constituency in the current round, or the last that lists stood in there.

    With `as_of` everything is as it stood at that moment; so it is in the other questions that take it.
    """
    known = known or Remembered()
    asked = round_in(session, constituency_id, now, known, as_of=as_of)
    label, code = fetch(session, _PLACE, {"place": constituency_id}).one()
    columns = known.read(session, demands)
    rows = views_of(session, _lists_of(session, constituency_id, asked.id), columns, known, as_of=as_of)
    return TableView(label, code, asked, columns, tuple(rows))


def _lists_of(session: Session, constituency_id: int, round_id: int) -> list[int]:
    """Return the lists of a place in panel order; before there is one, alphabetical."""
    rows = fetch(session, _LISTS_OF, {"place": constituency_id, "round": round_id})
    ordered = sorted(rows, key=lambda row: (row.panel is None, row.panel or 0, row.normal))
    return [row.id for row in ordered]


def banner_view(
    session: Session, banner_id: int, known: Remembered | None = None, *, as_of: datetime | None = None
) -> BannerView:
    """Return a banner with its own standing, its lists, and those that said something else than it (exceptions)."""
    known = known or Remembered()
    banner = session.get(Banner, banner_id)
    if banner is None:
        raise Refused(Objection.UNKNOWN_BANNER, name=str(banner_id))
    columns = known.read(session, demands)
    lists = list(fetch(session, _MEMBERS, {"banner": banner_id}).scalars())
    asked = session.get_one(Round, banner.round_id)
    view = BannerView(
        id=banner.id,
        name=banner.name,
        round_key=asked.key,
        round_number=asked.number,
        cells=_cells_of_banner(session, banner_id, columns, known, as_of),
        lists=tuple(heads_of(session, lists, known, as_of=as_of)),
        exceptions=(),
    )
    # At an earlier moment others may have spoken than now: all of them are looked at.
    apart = _with_words_of_their_own(session, set(lists)) if as_of is None else set(lists)
    views = views_of(session, [number for number in lists if number in apart], columns, known, as_of=as_of)
    return replace(view, exceptions=tuple(one for one in views if differs(one, view)))


def _cells_of_banner(
    session: Session, banner_id: int, columns: tuple[DemandView, ...], known: Remembered, as_of: datetime | None
) -> tuple[CellView, ...]:
    past = past_of(session, as_of, known)
    return Positions(session, (), [banner_id], known, past=past).cells_of_banner(banner_id, columns)


def _with_words_of_their_own(session: Session, lists: set[int]) -> set[int | None]:
    """Return the lists that said something themselves, or may have it from a list of the round before."""
    spoke = sa.select(Stance.list_id).where(Stance.list_id.in_(lists), Stance.state == StanceState.CURRENT)
    descend = sa.select(Lineage.child_id).where(Lineage.child_id.in_(lists), Lineage.confirmed_at.is_not(None))
    return {*session.scalars(spoke), *session.scalars(descend)}


def differs(view: ListView, banner: BannerView) -> bool:
    """Tell whether a list stands elsewhere than its banner on one of the banner's demands."""
    own = {cell.demand.id: _shape(cell) for cell in view.cells}
    return any(own.get(cell.demand.id) != _shape(cell) for cell in banner.cells)


def _shape(cell: CellView) -> tuple[object, ...]:
    """Return what is held on a demand and its parts, by whomever and whenever it was said."""
    return (_held(cell.standing), *((sorted(title.items()), _held(standing)) for title, standing in cell.parts))


def _held(standing: Standing[StanceView]) -> tuple[object, ...]:
    counts = standing.counts.position if standing.counts is not None else None
    return (
        counts,
        standing.withdrawn is not None,
        tuple(one.position for one in standing.beside),
        bool(standing.parents),
    )


def demand_rows(
    session: Session,
    demand_id: int,
    constituency_id: int,
    now: datetime,
    known: Remembered | None = None,
    *,
    as_of: datetime | None = None,
) -> DemandRows:
    """Return what each list of a constituency says on one demand in the current round."""
    whole = table(session, constituency_id, now, known, as_of=as_of)
    demand = next((column for column in whole.demands if column.id == demand_id), None)
    if demand is None:
        raise Refused(Objection.UNKNOWN_DEMAND, name=str(demand_id))
    place = whole.demands.index(demand)
    rows = tuple((row.head, row.cells[place], row.progress) for row in whole.rows)
    return DemandRows(demand, whole.constituency, whole.round, rows)

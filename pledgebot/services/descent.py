"""From which lists a list descends, in which it goes on, and what became of it once the next round's lists are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import Fate, LineageKind, ListStatus
from pledgebot.services.as_of import LineageThen, Past, lineages_at
from pledgebot.services.positions import any_descent
from pledgebot.services.revision import Remembered
from pledgebot.services.rounds import calendar
from pledgebot.services.views import ParentView
from pledgebot.store.tables import CandidateList, Lineage, NameDigest, Round

_RELATED = (
    sa.select(Lineage.id, Lineage.child_id, Lineage.parent_id, Lineage.kind, Lineage.confirmed_at)
    .where(sa.or_(Lineage.child_id.in_(sa.bindparam("lists")), Lineage.parent_id.in_(sa.bindparam("lists"))))
    .order_by(Lineage.id)
)
_NAMES = sa.select(CandidateList.id, CandidateList.name).where(CandidateList.id.in_(sa.bindparam("lists")))
_STOOD_IN = sa.select(CandidateList.round_id).distinct()
_CLOSED = sa.select(Round.id).where(Round.lineages_closed_at.is_not(None))
_COUNTED = (
    sa.select(
        CandidateList.constituency_id,
        CandidateList.round_id,
        sa.func.count().label("all"),
        sa.func.count(CandidateList.panel).label("official"),
        sa.func.count(NameDigest.list_id).label("compared"),
    )
    .outerjoin(NameDigest, NameDigest.list_id == CandidateList.id)
    .where(CandidateList.constituency_id.in_(sa.bindparam("places")))
    .group_by(CandidateList.constituency_id, CandidateList.round_id)
)
_DIGESTED = sa.select(NameDigest.list_id).where(NameDigest.list_id.in_(sa.bindparam("lists")))


@dataclass(frozen=True)
class Standpoint:
    """Where a list stands: in which round and place, and whether it does."""

    list_id: int
    round_id: int
    constituency_id: int
    status: ListStatus


def _rounds_stood_in(session: Session) -> frozenset[int]:
    """Return the rounds in which any list stands."""
    return frozenset(session.scalars(_STOOD_IN))


def _closed_rounds(session: Session) -> frozenset[int]:
    """Return the rounds of which a person closed the lineages."""
    return frozenset(session.scalars(_CLOSED))


def _related(session: Session, lists: Sequence[int], known: Remembered, past: Past | None) -> Sequence[LineageThen]:
    """Return the lineages from and to some lists, proposed ones too."""
    if past is not None:
        return lineages_at(session, past, lists)
    rows = session.execute(_RELATED, {"lists": lists}) if known.read(session, any_descent) else ()
    return [LineageThen(row.id, row.child_id, row.parent_id, row.kind, row.confirmed_at is not None) for row in rows]


class Family:
    """The confirmed descent of some lists, and what became of those whose next round is known."""

    def __init__(
        self, session: Session, lists: Sequence[Standpoint], known: Remembered, past: Past | None = None
    ) -> None:
        ids = [one.list_id for one in lists]
        related = _related(session, ids, known, past) if ids else []
        self._confirmed = [one for one in related if one.confirmed]
        self._open = {one.parent_id for one in related if not one.confirmed}
        relatives = {number for row in self._confirmed for number in (row.child_id, row.parent_id)}
        named = session.execute(_NAMES, {"lists": list(relatives)}) if relatives else ()
        self._names = {row.id: row.name for row in named}
        self._lists = {one.list_id: one for one in lists}
        self._next = _NextRound(session, lists, known, past)

    def parents(self, list_id: int) -> tuple[ParentView, ...]:
        """Return the lists from which a list descends."""
        mine = (row for row in self._confirmed if row.child_id == list_id)
        return tuple(ParentView(self._names[row.parent_id], row.kind, row.parent_id) for row in mine)

    def successors(self, list_id: int) -> tuple[str, ...]:
        """Return the lists in which a list goes on."""
        return tuple(self._names[row.child_id] for row in self._confirmed if row.parent_id == list_id)

    def successor_ids(self, list_id: int) -> tuple[int, ...]:
        """Return the numbers of the lists in which a list goes on, in the order of their names in `successors`."""
        return tuple(row.child_id for row in self._confirmed if row.parent_id == list_id)

    def merged_into(self, list_id: int) -> str | None:
        """Return the list into which a list merged."""
        mine = (row for row in self._confirmed if row.parent_id == list_id and row.kind is LineageKind.MERGED)
        return next((self._names[row.child_id] for row in mine), None)

    def fate(self, list_id: int) -> Fate:
        """Return what became of a list."""
        if self.merged_into(list_id) is not None:
            return Fate.MERGED
        if self.successors(list_id):
            return Fate.CONTINUED
        one = self._lists[list_id]
        if one.status is not ListStatus.STANDING:
            return Fate(one.status.value)
        return self._next.fate_of(one, proposed=list_id in self._open)


class _NextRound:
    """What is known of the round that follows that of some lists, in their places.

    A list is said not to stand in it only when that is certain: a person closed the round, or every list of the official
    file there was compared with it by candidates, and none has one in common.
    """

    def __init__(self, session: Session, lists: Sequence[Standpoint], known: Remembered, past: Past | None) -> None:
        self._days = {view.id: view.day for view in known.read(session, calendar)}
        self._there: set[tuple[int, int]] = set()
        self._closed: set[tuple[int, int]] = set()
        self._compared: set[tuple[int, int]] = set()
        self._digested: set[int] = set()
        stood_in = known.read(session, _rounds_stood_in)
        if any(self._days[number] > self._days[one.round_id] for one in lists for number in stood_in):
            if past is None:
                self._read(session, lists, known.read(session, _closed_rounds), _COUNTED)
            else:
                closed = session.scalars(_CLOSED.where(Round.lineages_closed_at < past.moment))
                counted = _COUNTED.where(CandidateList.created_at < past.moment)
                self._read(session, lists, frozenset(closed), counted)

    def _read(
        self,
        session: Session,
        lists: Sequence[Standpoint],
        closed: frozenset[int],
        counted: sa.Select[int, int, int, int, int],
    ) -> None:
        places = {"places": list({one.constituency_id for one in lists})}
        for place, number, *counts in session.execute(counted, places):
            self._there.add((place, number))
            if number in closed:
                self._closed.add((place, number))
            if len(set(counts)) == 1:
                self._compared.add((place, number))
        self._digested = set(session.scalars(_DIGESTED, {"lists": [one.list_id for one in lists]}))

    def fate_of(self, one: Standpoint, *, proposed: bool) -> Fate:
        """Return what became of a list that descends into none by a confirmed lineage."""
        later = [number for number, day in self._days.items() if day > self._days[one.round_id]]
        there = {(one.constituency_id, number) for number in later} & self._there
        if not there:
            return Fate.STANDING
        certain = bool(there & self._closed) or (there <= self._compared and one.list_id in self._digested)
        return Fate.NOT_STANDING if certain and not proposed else Fate.OPEN

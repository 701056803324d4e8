"""Positions of lists on demands, read in a few queries for many lists at once: own, continued, banner's, inherited."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    EvidenceKind,
    Origin,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
    Standing,
    standing_of,
)
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import ProofFacts
from pledgebot.services.as_of import Past, lineages_at, states_at
from pledgebot.services.revision import Remembered
from pledgebot.services.views import CellView, DemandView, StanceView
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, CandidateList, Evidence, Lineage, Stance

Key = tuple[int, str]
"""A demand's number and a part's key (empty for the whole)."""

Said = dict[Key, Standing[StanceView]]

_NAMED = sa.select(CandidateList.id, CandidateList.name, CandidateList.banner_id).where(
    CandidateList.id.in_(sa.bindparam("lists"))
)
_ANY_DESCENT = sa.select(sa.exists(sa.select(Lineage.id)))
_PARENTS = (
    sa.select(Lineage.child_id, Lineage.parent_id, Lineage.kind)
    .where(Lineage.child_id.in_(sa.bindparam("lists")), Lineage.confirmed_at.is_not(None))
    .order_by(Lineage.id)
)
_CORRECTED = (
    sa.select(Answer.target_id, Stance.demand_id)
    .join(Stance, Stance.answer_id == Answer.id)
    .where(Answer.kind == AnswerKind.CORRECTION, Answer.state == AnswerState.PENDING)
)
_STANCES = (
    sa.select(
        Stance.list_id,
        Stance.banner_id,
        Stance.demand_id,
        Stance.part,
        Stance.position,
        Stance.state,
        Answer.id.label("answer"),
        Answer.seq,
        Answer.said_on,
        Answer.source_kind,
        Answer.speaker,
        Answer.speaker_role,
        Evidence.kind,
        Evidence.url,
        Evidence.quote,
        Evidence.blob_sha256,
        Evidence.removed_at,
    )
    .join(Answer, Answer.id == Stance.answer_id)
    .outerjoin(Evidence, Evidence.id == Answer.lead_evidence_id)
    .order_by(Answer.said_on, Answer.seq)
)
_COUNTS = (StanceState.CURRENT, StanceState.BESIDE)
_HELD = _STANCES.where(Stance.state.in_(_COUNTS))
# By the subject of the entry, which has an index; it is that of its stances. Lists and banners apart: asked for both at once,
# SQLite looks at every entry there is.
_HELD_BY_LISTS = _HELD.where(Answer.list_id.in_(sa.bindparam("lists")))
_HELD_BY_BANNERS = _HELD.where(Answer.banner_id.in_(sa.bindparam("banners")))
_HELD_THEN = _STANCES.add_columns(Stance.id).where(Stance.id.in_(sa.bindparam("stances")))


def any_descent(session: Session) -> bool:
    """Tell whether any list descends from another, if only as a proposal: before the second round none does."""
    return bool(fetch(session, _ANY_DESCENT).scalar())


def being_corrected(session: Session) -> frozenset[tuple[int | None, int]]:
    """Return the entries of which a correction waits for a second person, each with a demand that it concerns."""
    return frozenset((row.target_id, row.demand_id) for row in fetch(session, _CORRECTED))


class Positions:
    """What some lists and banners say, with everything that they may have it from."""

    def __init__(
        self,
        session: Session,
        lists: Iterable[int],
        banners: Iterable[int] = (),
        known: Remembered | None = None,
        under: Mapping[int, int | None] | None = None,
        past: Past | None = None,
    ) -> None:
        """Read them; `under` is list → banner of these lists, where it was read already, `past` the moment that is asked for."""
        known = known or Remembered()
        descent = known.read(session, any_descent) or (past is not None and past.taken_back)
        self._parents = _family(session, set(lists), past) if descent else {}
        everyone = set(lists) | set(self._parents)
        everyone |= {parent for parents in self._parents.values() for parent, _kind in parents}
        self._names: dict[int, str] = {}
        self._banner = dict(under or {})
        if self._parents or not everyone <= self._banner.keys():
            for row in fetch(session, _NAMED, {"lists": list(everyone)}):
                self._names[row.id], self._banner[row.id] = row.name, row.banner_id
        wanted = {self._banner[number] for number in everyone if number in self._banner} | set(banners)
        corrected = known.read(session, being_corrected) if past is None else past.corrected
        rows = (
            _held(session, everyone, wanted - {None}) if past is None else _held_then(session, everyone, wanted, past)
        )
        self._of_list, self._of_banner = _standings(rows, corrected)

    def of_list(self, list_id: int, key: Key) -> Standing[StanceView]:
        """Return a list's position, by the rule of `standing_of`."""
        continued = None
        parents: list[tuple[str, Standing[StanceView]]] = []
        for parent, kind in self._parents.get(list_id, ()):
            standing = self.of_list(parent, key)
            if kind is LineageKind.CONTINUES:
                continued = standing
            else:
                parents.append((self._names[parent], standing))
        banner = self._banner.get(list_id)
        return standing_of(
            own=self._of_list.get(list_id, {}).get(key),
            continued=continued,
            banner=self._of_banner.get(banner, {}).get(key) if banner is not None else None,
            parents=parents,
        )

    def of_banner(self, banner_id: int, key: Key) -> Standing[StanceView]:
        """Return what a banner said for all its lists."""
        return self._of_banner.get(banner_id, {}).get(key) or Standing(Origin.NOWHERE)

    def cells_of_list(self, list_id: int, demands: Iterable[DemandView]) -> tuple[CellView, ...]:
        """Return a list's standing on each demand, with the parts on which something was said apart."""
        return tuple(_cell(demand, lambda key: self.of_list(list_id, key)) for demand in demands)

    def cells_of_banner(self, banner_id: int, demands: Iterable[DemandView]) -> tuple[CellView, ...]:
        """Return a banner's standing on each demand, with the parts on which something was said apart."""
        return tuple(_cell(demand, lambda key: self.of_banner(banner_id, key)) for demand in demands)

    def names_of_parents(self, list_id: int) -> tuple[tuple[str, LineageKind], ...]:
        """Return the lists from which a list descends, and how."""
        return tuple((self._names[parent], kind) for parent, kind in self._parents.get(list_id, ()))


def _cell(demand: DemandView, standing: Callable[[Key], Standing[StanceView]]) -> CellView:
    parts = tuple((titles, standing((demand.id, key))) for key, titles in demand.parts)
    return CellView(demand, standing((demand.id, "")), tuple(part for part in parts if part[1].known))


def _family(session: Session, lists: set[int], past: Past | None) -> dict[int, list[tuple[int, LineageKind]]]:
    """Return the confirmed parents of lists, of their parents, and so on."""
    parents: dict[int, list[tuple[int, LineageKind]]] = {}
    waiting = set(lists)
    while waiting:
        rows = fetch(session, _PARENTS, {"lists": list(waiting)}).all() if past is None else ()
        found = [(row.child_id, row.parent_id, row.kind) for row in rows]
        if past is not None:
            then = lineages_at(session, past, list(waiting))
            found = [
                (one.child_id, one.parent_id, one.kind) for one in then if one.confirmed and one.child_id in waiting
            ]
        for child, parent, kind in found:
            parents.setdefault(child, []).append((parent, kind))
        waiting = {parent for _child, parent, _kind in found} - set(parents)
    return parents


_Row = sa.Row[
    int | None, int | None, int, str, Position | None, StanceState, int, int | None, date, SourceKind, str | None,
    SpeakerRole, EvidenceKind, str | None, str | None, str | None, datetime | None,
]  # fmt: skip
"""A stance as `_STANCES` reads it; without a proof its kind is None."""


def _held(session: Session, lists: set[int], banners: set[int | None]) -> Iterable[tuple[_Row, StanceState]]:
    """Yield what lists and banners said themselves and what counts of it, in the order in which it was said."""
    by_lists = fetch(session, _HELD_BY_LISTS, {"lists": list(lists)}) if lists else ()
    by_banners = fetch(session, _HELD_BY_BANNERS, {"banners": list(banners)}) if banners else ()
    return ((row, row.state) for row in chain(by_lists, by_banners))


def _held_then(
    session: Session, lists: set[int], banners: set[int | None], past: Past
) -> Iterable[tuple[_Row, StanceState]]:
    """Yield what counted at a moment of what lists and banners said, as `_held` does."""
    states = states_at(session, past, lists, [banner for banner in banners if banner is not None])
    counted = [stance for stance, state in states.items() if state in _COUNTS]
    rows = fetch(session, _HELD_THEN, {"stances": counted}) if counted else ()
    return ((row, states[row.id]) for row in rows)


def _standings(
    rows: Iterable[tuple[_Row, StanceState]], corrected: frozenset[tuple[int | None, int]]
) -> tuple[Mapping[int, Said], Mapping[int, Said]]:
    """Return what lists and banners said themselves, from the stances that count or stand beside."""
    current: dict[tuple[int | None, int | None, Key], StanceView] = {}
    beside: dict[tuple[int | None, int | None, Key], list[StanceView]] = defaultdict(list)
    for row, state in rows:
        place = (row.list_id, row.banner_id, (row.demand_id, row.part))
        view = StanceView(
            answer=row.answer,
            seq=row.seq or 0,
            position=row.position,
            said_on=row.said_on,
            source=row.source_kind,
            speaker=row.speaker,
            role=row.speaker_role,
            proof=None
            if row.kind is None or row.removed_at is not None
            else ProofFacts(row.kind, row.url, row.quote, row.blob_sha256),
            being_corrected=(row.answer, row.demand_id) in corrected,
        )
        if state is StanceState.CURRENT:
            current[place] = view
        else:
            beside[place].append(view)
    of_list: dict[int, Said] = defaultdict(dict)
    of_banner: dict[int, Said] = defaultdict(dict)
    for (list_id, banner_id, key), view in current.items():
        standing = Standing(
            Origin.OWN,
            counts=view if view.position is not None else None,
            beside=tuple(beside[list_id, banner_id, key]),
            withdrawn=view if view.position is None else None,
        )
        if list_id is not None:
            of_list[list_id][key] = standing
        elif banner_id is not None:
            of_banner[banner_id][key] = standing
    return of_list, of_banner


def proof_of(evidence: Evidence | None) -> ProofFacts | None:
    """Return an evidence as it may be shown; None where there is none or its content was removed."""
    if evidence is None or evidence.removed_at is not None:
        return None
    return ProofFacts(evidence.kind, evidence.url, evidence.quote, evidence.blob_sha256)

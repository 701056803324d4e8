"""Positions of lists on demands, read in a few queries for many lists at once: own, continued, banner's, inherited."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState, Origin, StanceState, Standing, standing_of
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import ProofFacts
from pledgebot.services.views import CellView, DemandView, StanceView
from pledgebot.store.tables import Answer, CandidateList, Evidence, Lineage, Stance

Key = tuple[int, str]
"""A demand's number and a part's key (empty for the whole)."""

Said = dict[Key, Standing[StanceView]]


class Positions:
    """What some lists and banners say, with everything that they may have it from."""

    def __init__(self, session: Session, lists: Iterable[int], banners: Iterable[int] = ()) -> None:
        self._parents = _family(session, set(lists))
        everyone = set(lists) | set(self._parents)
        everyone |= {parent for parents in self._parents.values() for parent, _kind in parents}
        rows = list(session.scalars(sa.select(CandidateList).where(CandidateList.id.in_(everyone))))
        self._names = {row.id: row.name for row in rows}
        self._banner = {row.id: row.banner_id for row in rows}
        wanted = {row.banner_id for row in rows if row.banner_id is not None} | set(banners)
        self._of_list, self._of_banner = _held(session, everyone, wanted)

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


def _family(session: Session, lists: set[int]) -> dict[int, list[tuple[int, LineageKind]]]:
    """Return the confirmed parents of lists, of their parents, and so on."""
    parents: dict[int, list[tuple[int, LineageKind]]] = {}
    waiting = set(lists)
    while waiting:
        rows = session.scalars(
            sa.select(Lineage)
            .where(Lineage.child_id.in_(waiting), Lineage.confirmed_at.is_not(None))
            .order_by(Lineage.id)
        ).all()
        for row in rows:
            parents.setdefault(row.child_id, []).append((row.parent_id, row.kind))
        waiting = {row.parent_id for row in rows} - set(parents)
    return parents


def _held(session: Session, lists: set[int], banners: set[int]) -> tuple[Mapping[int, Said], Mapping[int, Said]]:
    """Return what lists and banners said themselves and what counts of it."""
    corrected = set(
        session.scalars(
            sa.select(Answer.target_id).where(Answer.kind == AnswerKind.CORRECTION, Answer.state == AnswerState.PENDING)
        )
    )
    rows = session.execute(
        sa.select(Stance, Answer, Evidence)
        .join(Answer, Answer.id == Stance.answer_id)
        .outerjoin(Evidence, Evidence.id == Answer.lead_evidence_id)
        .where(
            Stance.state.in_([StanceState.CURRENT, StanceState.BESIDE]),
            sa.or_(Stance.list_id.in_(lists), Stance.banner_id.in_(banners)),
        )
        .order_by(Answer.said_on, Answer.seq)
    )
    current: dict[tuple[int | None, int | None, Key], StanceView] = {}
    beside: dict[tuple[int | None, int | None, Key], list[StanceView]] = defaultdict(list)
    for stance, answer, evidence in rows:
        place = (stance.list_id, stance.banner_id, (stance.demand_id, stance.part))
        view = stance_view(stance, answer, evidence, being_corrected=answer.id in corrected)
        if stance.state is StanceState.CURRENT:
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


def stance_view(stance: Stance, answer: Answer, evidence: Evidence | None, *, being_corrected: bool) -> StanceView:
    """Return a confirmed stance as it is shown."""
    return StanceView(
        answer=answer.id,
        seq=answer.seq or 0,
        position=stance.position,
        said_on=answer.said_on,
        source=answer.source_kind,
        speaker=answer.speaker,
        role=answer.speaker_role,
        proof=proof_of(evidence),
        being_corrected=being_corrected,
    )


def proof_of(evidence: Evidence | None) -> ProofFacts | None:
    """Return an evidence as it may be shown; None where there is none or its content was removed."""
    if evidence is None or evidence.removed_at is not None:
        return None
    return ProofFacts(evidence.kind, evidence.url, evidence.quote, evidence.blob_sha256)

"""Lists as they are shown: what they are, what became of them, what they say, how far the conversation is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState, SourceKind
from pledgebot.domain.election import Fate, LineageKind, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import Contact, Progress, Stage, progress_of
from pledgebot.services.demands import demands
from pledgebot.services.positions import Positions
from pledgebot.services.standing import undone_answers
from pledgebot.services.views import (
    DemandView,
    ListHead,
    ListView,
    ParentView,
)
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    ContactRow,
    Lineage,
    NameAlias,
    NameDigest,
    Round,
)

_TO_US = (SourceKind.LETTER, SourceKind.EMAIL, SourceKind.PUBLIC_POST, SourceKind.RECORDED_SPEECH)
"""The sources by which a list answers: a programme and what others report are no answer to a letter."""

T = TypeVar("T", Constituency, Round, Banner, CandidateList)


def list_view(session: Session, list_id: int) -> ListView:
    """Return one list with its standing on each demand."""
    row = session.get(CandidateList, list_id)
    if row is None:
        raise Refused(Objection.UNKNOWN_LIST, name=str(list_id))
    return next(iter(list_views(session, [row], demands(session))))


def list_views(session: Session, rows: Sequence[CandidateList], columns: Iterable[DemandView]) -> Iterable[ListView]:
    """Yield lists with their standing on these demands, read in a few queries for all of them."""
    ids = [row.id for row in rows]
    positions = Positions(session, ids)
    heads = list_heads(session, rows)
    progress = _progress(session, rows)
    aliases: dict[int, list[str]] = defaultdict(list)
    for owner, alias in session.execute(
        sa.select(NameAlias.list_id, NameAlias.alias).where(NameAlias.list_id.in_(ids)).order_by(NameAlias.id)
    ):
        if owner is not None:
            aliases[owner].append(alias)
    columns = tuple(columns)
    for row, head in zip(rows, heads, strict=True):
        yield ListView(head, positions.cells_of_list(row.id, columns), progress[row.id], tuple(aliases[row.id]))


def list_heads(session: Session, rows: Sequence[CandidateList]) -> list[ListHead]:
    """Return what lists are, without what they said."""
    places_by_id = _by_id(session, Constituency, {row.constituency_id for row in rows})
    rounds = _by_id(session, Round, {row.round_id for row in rows})
    banners = _by_id(session, Banner, {row.banner_id for row in rows if row.banner_id is not None})
    family = _Family(session, rows)
    return [
        ListHead(
            id=row.id,
            name=row.name,
            short_name=row.short_name,
            head=row.head,
            panel=row.panel,
            constituency=places_by_id[row.constituency_id].label,
            constituency_code=places_by_id[row.constituency_id].code,
            round_key=rounds[row.round_id].key,
            round_number=rounds[row.round_id].number,
            status=row.status,
            banner=banners[row.banner_id].name if row.banner_id is not None else None,
            nuance=row.nuance,
            nuance_source=_nuance_source(row),
            merged_into=family.merged_into(row.id),
            fate=family.fate(row),
            successors=family.successors(row.id),
            parents=family.parents(row.id),
        )
        for row in rows
    ]


def _nuance_source(row: CandidateList) -> str | None:
    """Return where a nuance is from, with its year: the same code means different things in different years."""
    if row.nuance_source is None or row.nuance_year is None:
        return row.nuance_source
    return f"{row.nuance_source}, {row.nuance_year}"


class _Family:
    """The confirmed descent of some lists, and what became of those whose next round is known."""

    def __init__(self, session: Session, rows: Sequence[CandidateList]) -> None:
        ids = [row.id for row in rows]
        everything = session.scalars(
            sa.select(Lineage).where(sa.or_(Lineage.child_id.in_(ids), Lineage.parent_id.in_(ids))).order_by(Lineage.id)
        ).all()
        self._confirmed = [row for row in everything if row.confirmed_at is not None]
        self._open = {row.parent_id for row in everything if row.confirmed_at is None}
        relatives = {number for row in self._confirmed for number in (row.child_id, row.parent_id)}
        self._names = {number: row.name for number, row in _by_id(session, CandidateList, relatives).items()}
        self._next = _NextRound(session, rows)

    def parents(self, list_id: int) -> tuple[ParentView, ...]:
        """Return the lists from which a list descends."""
        mine = (row for row in self._confirmed if row.child_id == list_id)
        return tuple(ParentView(self._names[row.parent_id], row.kind) for row in mine)

    def successors(self, list_id: int) -> tuple[str, ...]:
        """Return the lists in which a list goes on."""
        return tuple(self._names[row.child_id] for row in self._confirmed if row.parent_id == list_id)

    def merged_into(self, list_id: int) -> str | None:
        """Return the list into which a list merged."""
        mine = (row for row in self._confirmed if row.parent_id == list_id and row.kind is LineageKind.MERGED)
        return next((self._names[row.child_id] for row in mine), None)

    def fate(self, row: CandidateList) -> Fate:
        """Return what became of a list."""
        if self.merged_into(row.id) is not None:
            return Fate.MERGED
        if self.successors(row.id):
            return Fate.CONTINUED
        if row.status is not ListStatus.STANDING:
            return Fate(row.status.value)
        return self._next.fate_of(row, proposed=row.id in self._open)


class _NextRound:
    """What is known of the round that follows that of some lists, in their places.

    A list is said not to stand in it only when that is certain: a person closed the round, or every list of the official
    file there was compared with it by candidates, and none has one in common.
    """

    def __init__(self, session: Session, rows: Sequence[CandidateList]) -> None:
        table = CandidateList
        self._days = {row.id: row.day for row in session.execute(sa.select(Round.id, Round.day))}
        closed = set(session.scalars(sa.select(Round.id).where(Round.lineages_closed_at.is_not(None))))
        known = session.execute(
            sa.select(
                table.constituency_id,
                table.round_id,
                sa.func.count(),
                sa.func.count(table.panel),
                sa.func.count(NameDigest.list_id),
            )
            .outerjoin(NameDigest, NameDigest.list_id == table.id)
            .where(table.constituency_id.in_({row.constituency_id for row in rows}))
            .group_by(table.constituency_id, table.round_id)
        ).all()
        self._there = {(place, number) for place, number, *_counts in known}
        self._closed = {(place, number) for place, number, *_counts in known if number in closed}
        self._compared = {(place, number) for place, number, *counts in known if len(set(counts)) == 1}
        ids = [row.id for row in rows]
        self._digested = set(session.scalars(sa.select(NameDigest.list_id).where(NameDigest.list_id.in_(ids))))

    def fate_of(self, row: CandidateList, *, proposed: bool) -> Fate:
        """Return what became of a list that descends into none by a confirmed lineage."""
        later = [number for number, day in self._days.items() if day > self._days[row.round_id]]
        there = {(row.constituency_id, number) for number in later} & self._there
        if not there:
            return Fate.STANDING
        certain = bool(there & self._closed) or (there <= self._compared and row.id in self._digested)
        return Fate.NOT_STANDING if certain and not proposed else Fate.OPEN


def _by_id(session: Session, table_class: type[T], ids: set[int]) -> dict[int, T]:
    return {row.id: row for row in session.scalars(sa.select(table_class).where(table_class.id.in_(ids)))}


def _progress(session: Session, rows: Sequence[CandidateList]) -> dict[int, Progress]:
    ids = [row.id for row in rows]
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for contact in session.scalars(sa.select(ContactRow).where(ContactRow.list_id.in_(ids))):
        contacts[contact.list_id].append(Contact(contact.kind, contact.at))
    undone = undone_answers(session)
    answered: dict[tuple[int | None, int | None], datetime] = {}
    for answer in session.scalars(
        sa.select(Answer)
        .where(
            Answer.state == AnswerState.CONFIRMED,
            Answer.kind == AnswerKind.STATEMENT,
            Answer.source_kind.in_(_TO_US),
            sa.or_(Answer.list_id.in_(ids), Answer.banner_id.in_({row.banner_id for row in rows if row.banner_id})),
        )
        .order_by(Answer.recorded_at.desc())
    ):
        if answer.id not in undone:
            answered[answer.list_id, answer.banner_id] = answer.recorded_at
    own = {
        row.id: progress_of(
            contacts[row.id], answered_at=answered.get((row.id, None)) or answered.get((None, row.banner_id or 0))
        )
        for row in rows
    }
    return own | _continued_progress(session, [number for number in ids if own[number].stage is Stage.NOT_CONTACTED])


def _continued_progress(session: Session, ids: Sequence[int]) -> dict[int, Progress]:
    """Return the progress of the lists that these continue: the conversation goes on with the same people."""
    continued = session.execute(
        sa.select(Lineage.child_id, Lineage.parent_id).where(
            Lineage.child_id.in_(ids), Lineage.kind == LineageKind.CONTINUES, Lineage.confirmed_at.is_not(None)
        )
    ).all()
    if not continued:
        return {}
    parents = session.scalars(
        sa.select(CandidateList).where(CandidateList.id.in_([parent for _child, parent in continued]))
    ).all()
    progress = _progress(session, parents)
    return {child: progress[parent] for child, parent in continued}

"""Questions: each returns a frozen view, read in one moment of the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState, StanceState, Standing
from pledgebot.domain.election import Fate, LineageKind, ListStatus, PollingDay, Silence, widest_silence
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import Contact, Progress, Stage, progress_of
from pledgebot.services.answers import get_answer
from pledgebot.services.facts import answer_facts, subject_facts
from pledgebot.services.letters import demand_from
from pledgebot.services.positions import Positions, proof_of
from pledgebot.services.standing import undone_answers
from pledgebot.services.views import (
    BannerView,
    CellView,
    DatesView,
    DemandRows,
    DemandView,
    EntryView,
    HistoryEntry,
    HistoryStance,
    HistoryView,
    ListHead,
    ListView,
    ParentView,
    PlaceView,
    RoundView,
    StanceView,
    TableView,
)
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    ContactRow,
    DemandRow,
    DemandVersion,
    Evidence,
    Installation,
    LedgerEntry,
    Lineage,
    NameAlias,
    Organizer,
    Round,
    Stance,
)

T = TypeVar("T", Constituency, Round, Banner, CandidateList)


def is_fictional(session: Session) -> bool:
    """Tell whether this installation is an example whose lists and people are invented."""
    installation = session.get(Installation, 1)
    return installation is not None and installation.fictional


def silences(session: Session) -> tuple[Silence, ...]:
    """Return the silence of every round, each the widest over the places where lists may stand."""
    return tuple(view.silence for view in _rounds(session) if view.silence is not None)


def dates(session: Session, now: datetime) -> DatesView:
    """Return the calendar."""
    return DatesView(tuple(_rounds(session)), now)


def _rounds(session: Session) -> list[RoundView]:
    places = session.execute(
        sa.select(Constituency.zone, Constituency.closes)
        .where(sa.or_(Constituency.zone.is_not(None), Constituency.closes.is_not(None)))
        .distinct()
    ).all()
    return [_round_view(row, places) for row in session.scalars(sa.select(Round).order_by(Round.day))]


def _calendar(session: Session) -> list[RoundView]:
    """Return the rounds with the silence of their own zone: asked for by every question, they look at no place."""
    return [_round_view(row) for row in session.scalars(sa.select(Round).order_by(Round.day))]


def _round_view(row: Round, places: Sequence[sa.Row[str | None, time | None]] = ()) -> RoundView:
    own = PollingDay(row.day, row.closes, ZoneInfo(row.zone))
    others = [PollingDay(row.day, place[1] or row.closes, ZoneInfo(place[0] or row.zone)) for place in places]
    return RoundView(
        row.id, row.key, row.number, row.election, row.day, ZoneInfo(row.zone), widest_silence([own, *others])
    )


def current_round(session: Session, now: datetime) -> RoundView:
    """Return the round that people ask about: the next one, on its day too, and after the last the last."""
    rounds = _calendar(session)
    if not rounds:
        raise Refused(Objection.UNKNOWN_ROUND, name="")
    return next((view for view in rounds if now.astimezone(view.zone).date() <= view.day), rounds[-1])


def round_in(session: Session, constituency_id: int, now: datetime) -> RoundView:
    """Return the current round as one constituency has it: where the first round decided, it stays the first."""
    current = current_round(session, now)
    stood_in = set(
        session.scalars(
            sa.select(CandidateList.round_id).where(CandidateList.constituency_id == constituency_id).distinct()
        )
    )
    rounds = [view for view in _calendar(session) if view.day <= current.day and view.id in stood_in]
    return rounds[-1] if rounds else current


def demands(session: Session) -> tuple[DemandView, ...]:
    """Return the demands as they are worded now, in the letter's order, without those that were retired."""
    latest = (
        sa.select(DemandVersion.demand_id, sa.func.max(DemandVersion.number).label("number"))
        .group_by(DemandVersion.demand_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(DemandRow, DemandVersion)
        .join(latest, latest.c.demand_id == DemandRow.id)
        .join(
            DemandVersion,
            sa.and_(DemandVersion.demand_id == DemandRow.id, DemandVersion.number == latest.c.number),
        )
        .where(DemandRow.retired_at.is_(None))
        .order_by(DemandRow.place)
    )
    return tuple(_demand_view(row, version) for row, version in rows)


def _demand_view(row: DemandRow, version: DemandVersion) -> DemandView:
    worded = demand_from(version.content)
    return DemandView(
        id=row.id,
        key=row.key,
        number=row.place,
        version=version.number,
        title=worded.title,
        text=worded.text,
        tests=worded.tests,
        hashtag=worded.hashtag,
        parts=tuple((part.key, part.title) for part in worded.parts),
        retired=row.retired_at is not None,
    )


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
    if session.scalar(sa.select(CandidateList.id).where(CandidateList.constituency_id == constituency_id).limit(1)):
        return ()
    return places(session, round_id, most, part_of=constituency_id)


def table(session: Session, constituency_id: int, now: datetime) -> TableView:
    """Return the table lists × demands of one constituency in the current round, or the last that lists stood in there."""
    asked = round_in(session, constituency_id, now)
    place = session.get_one(Constituency, constituency_id)
    columns = demands(session)
    rows = _lists_of(session, constituency_id, asked.id)
    return TableView(place.label, place.code, asked, columns, tuple(_list_views(session, rows, columns)))


def _lists_of(session: Session, constituency_id: int, round_id: int) -> list[CandidateList]:
    """Return the lists of a place in panel order; before there is one, alphabetical."""
    rows = session.scalars(
        sa.select(CandidateList).where(
            CandidateList.constituency_id == constituency_id, CandidateList.round_id == round_id
        )
    )
    return sorted(rows, key=lambda row: (row.panel is None, row.panel or 0, row.normal))


def list_view(session: Session, list_id: int) -> ListView:
    """Return one list with its standing on each demand."""
    row = session.get(CandidateList, list_id)
    if row is None:
        raise Refused(Objection.UNKNOWN_LIST, name=str(list_id))
    return next(iter(_list_views(session, [row], demands(session))))


def _list_views(session: Session, rows: Sequence[CandidateList], columns: Iterable[DemandView]) -> Iterable[ListView]:
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
        self._followed = _followed_by_lists(session, rows)

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
        if (row.constituency_id, row.round_id) not in self._followed:
            return Fate.STANDING
        return Fate.OPEN if row.id in self._open else Fate.NOT_STANDING


def _followed_by_lists(session: Session, rows: Sequence[CandidateList]) -> set[tuple[int, int]]:
    """Return the (constituency, round) pairs of these lists after which the lists of a later round are known."""
    days = {row.id: row.day for row in session.execute(sa.select(Round.id, Round.day))}
    later = session.execute(
        sa.select(CandidateList.constituency_id, CandidateList.round_id)
        .where(CandidateList.constituency_id.in_({row.constituency_id for row in rows}))
        .distinct()
    ).all()
    return {
        (row.constituency_id, row.round_id)
        for row in rows
        for place, round_id in later
        if place == row.constituency_id and days[round_id] > days[row.round_id]
    }


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


def banner_view(session: Session, banner_id: int) -> BannerView:
    """Return a banner with its own standing, its lists, and those that said something else than it (exceptions)."""
    banner = session.get(Banner, banner_id)
    if banner is None:
        raise Refused(Objection.UNKNOWN_BANNER, name=str(banner_id))
    columns = demands(session)
    rows = list(
        session.scalars(sa.select(CandidateList).where(CandidateList.banner_id == banner_id).order_by(CandidateList.id))
    )
    asked = session.get_one(Round, banner.round_id)
    view = BannerView(
        id=banner.id,
        name=banner.name,
        round_key=asked.key,
        round_number=asked.number,
        cells=Positions(session, (), [banner_id]).cells_of_banner(banner_id, columns),
        lists=tuple(list_heads(session, rows)),
        exceptions=(),
    )
    apart = _with_words_of_their_own(session, {row.id for row in rows})
    views = _list_views(session, [row for row in rows if row.id in apart], columns)
    return replace(view, exceptions=tuple(one for one in views if differs(one, view)))


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


def demand_rows(session: Session, demand_id: int, constituency_id: int, now: datetime) -> DemandRows:
    """Return what each list of a constituency says on one demand in the current round."""
    whole = table(session, constituency_id, now)
    demand = next((column for column in whole.demands if column.id == demand_id), None)
    if demand is None:
        raise Refused(Objection.UNKNOWN_DEMAND, name=str(demand_id))
    place = whole.demands.index(demand)
    rows = tuple((row.head, row.cells[place], row.progress) for row in whole.rows)
    return DemandRows(demand, whole.constituency, whole.round, rows)


def history(
    session: Session, *, list_id: int | None = None, banner_id: int | None = None, demand_id: int | None = None
) -> HistoryView:
    """Return everything confirmed about a list or banner, newest first; undone and removed entries are marked as such."""
    subject = subject_facts(session, list_id, banner_id)
    answers = session.scalars(
        sa.select(Answer)
        .where(
            Answer.state == AnswerState.CONFIRMED,
            Answer.list_id == list_id if list_id is not None else Answer.banner_id == banner_id,
            sa.true()
            if demand_id is None
            else Answer.id.in_(sa.select(Stance.answer_id).where(Stance.demand_id == demand_id)),
        )
        .order_by(Answer.seq.desc())
    ).all()
    undone = undone_answers(session)
    demand = next((view for view in demands(session) if view.id == demand_id), None)
    return HistoryView(
        subject=subject.name,
        constituency=subject.constituencies[0] if list_id is not None else None,
        demand=demand,
        entries=tuple(_history_entry(session, answer, undone) for answer in answers),
    )


def _history_entry(session: Session, answer: Answer, undone: frozenset[int]) -> HistoryEntry:
    target = session.get(Answer, answer.target_id) if answer.target_id is not None else None
    lead = session.get(Evidence, answer.lead_evidence_id) if answer.lead_evidence_id is not None else None
    return HistoryEntry(
        answer=answer.id,
        seq=answer.seq or 0,
        kind=answer.kind,
        said_on=answer.said_on,
        confirmed_at=answer.decided_at or answer.recorded_at,
        source=answer.source_kind,
        speaker=answer.speaker,
        role=answer.speaker_role,
        reason=answer.reason,
        proof=proof_of(lead),
        stances=tuple(_history_stances(session, answer)),
        target_seq=target.seq if target is not None else None,
        hash=session.get_one(LedgerEntry, answer.seq).hash,
        undone=answer.id in undone,
        removed=answer.removed_at is not None,
    )


def _history_stances(session: Session, answer: Answer) -> Iterable[HistoryStance]:
    rows = session.execute(
        sa.select(Stance, DemandVersion)
        .join(DemandVersion, DemandVersion.id == Stance.demand_version_id)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(Stance.answer_id == answer.id, Stance.state != StanceState.REJECTED)
        .order_by(DemandRow.place, Stance.part)
    )
    for stance, version in rows:
        worded = demand_from(version.content)
        part = next((part.title for part in worded.parts if part.key == stance.part), None)
        yield HistoryStance(worded.title, part, stance.position, stance.state)


def entry(session: Session, answer_id: int) -> EntryView:
    """Return one entry as organizers see it, waiting or decided."""
    answer = get_answer(session, answer_id)
    decider = session.get(Organizer, answer.decided_by) if answer.decided_by is not None else None
    rejected = session.scalars(
        sa.select(DemandVersion.content)
        .join(Stance, Stance.demand_version_id == DemandVersion.id)
        .where(Stance.answer_id == answer_id, Stance.state == StanceState.REJECTED)
    )
    return EntryView(
        facts=answer_facts(session, answer),
        kind=answer.kind,
        state=answer.state,
        recorded_by=session.get_one(Organizer, answer.recorded_by).name,
        recorded_at=answer.recorded_at,
        decided_by=decider.name if decider is not None else None,
        rejected_demands=tuple(demand_from(content).title for content in rejected),
    )


def entries(session: Session, state: AnswerState = AnswerState.PENDING) -> tuple[EntryView, ...]:
    """Return the entries in a state, oldest first."""
    waiting = session.scalars(sa.select(Answer.id).where(Answer.state == state).order_by(Answer.id))
    return tuple(entry(session, answer_id) for answer_id in waiting.all())

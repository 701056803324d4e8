"""What was confirmed about a list or a banner, and single entries as organizers see them."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState, StanceState
from pledgebot.services.answers import get_answer
from pledgebot.services.demands import demands
from pledgebot.services.facts import answer_facts, subject_facts
from pledgebot.services.letters import demand_from
from pledgebot.services.positions import proof_of
from pledgebot.services.standing import undone_answers
from pledgebot.services.views import (
    EntryView,
    HistoryEntry,
    HistoryStance,
    HistoryView,
)
from pledgebot.store.tables import (
    Answer,
    DemandRow,
    DemandVersion,
    Evidence,
    LedgerEntry,
    Organizer,
    Stance,
)


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

"""What was confirmed about a list or a banner, and single entries as organizers see them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState, StanceState
from pledgebot.domain.letter import Demand
from pledgebot.services.answers import get_answer
from pledgebot.services.as_of import Past, past_of, states_at
from pledgebot.services.demands import demands
from pledgebot.services.facts import answer_facts, subject_facts
from pledgebot.services.letters import demand_from
from pledgebot.services.positions import proof_of
from pledgebot.services.revision import Remembered
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

_ENTRIES = (
    sa.select(
        Answer.id,
        Answer.seq,
        Answer.kind,
        Answer.said_on,
        Answer.decided_at,
        Answer.recorded_at,
        Answer.source_kind,
        Answer.speaker,
        Answer.speaker_role,
        Answer.reason,
        Answer.removed_at,
        Answer.target_id,
        LedgerEntry.hash,
        Evidence,
    )
    .join(LedgerEntry, LedgerEntry.seq == Answer.seq)
    .outerjoin(Evidence, Evidence.id == Answer.lead_evidence_id)
    .where(Answer.state == AnswerState.CONFIRMED)
    .order_by(Answer.seq.desc())
)
_STANCES = (
    sa.select(
        Stance.answer_id,
        Stance.part,
        Stance.position,
        Stance.state,
        Stance.id.label("stance"),
        DemandVersion.id,
        DemandVersion.content,
    )
    .join(DemandVersion, DemandVersion.id == Stance.demand_version_id)
    .join(DemandRow, DemandRow.id == Stance.demand_id)
    .where(Stance.answer_id.in_(sa.bindparam("answers")), Stance.state != StanceState.REJECTED)
    .order_by(DemandRow.place, Stance.part)
)


def history(
    session: Session,
    *,
    list_id: int | None = None,
    banner_id: int | None = None,
    demand_id: int | None = None,
    known: Remembered | None = None,
    as_of: datetime | None = None,
) -> HistoryView:
    """Return everything confirmed about a list or banner, newest first; undone and removed entries are marked as such.

    With `as_of` it is what was confirmed before that moment, as it stood then; what was removed since is not shown even so.
    """
    known = known or Remembered()
    past = past_of(session, as_of, known)
    subject = subject_facts(session, list_id, banner_id)
    of_subject = _ENTRIES.where(Answer.list_id == list_id if list_id is not None else Answer.banner_id == banner_id)
    if past is not None:
        of_subject = of_subject.where(Answer.decided_at < past.moment)
    if demand_id is not None:
        of_subject = of_subject.where(Answer.id.in_(sa.select(Stance.answer_id).where(Stance.demand_id == demand_id)))
    rows = session.execute(of_subject).all()
    stances = _stances_of(session, [row.id for row in rows], _states(session, list_id, banner_id, past))
    undone = known.read(session, undone_answers) if past is None else past.undone
    return HistoryView(
        subject=subject.name,
        constituency=subject.constituencies[0] if list_id is not None else None,
        demand=next((view for view in known.read(session, demands) if view.id == demand_id), None),
        entries=tuple(
            HistoryEntry(
                answer=row.id,
                seq=row.seq or 0,
                kind=row.kind,
                said_on=row.said_on,
                confirmed_at=row.decided_at or row.recorded_at,
                source=row.source_kind,
                speaker=row.speaker,
                role=row.speaker_role,
                reason=row.reason,
                proof=proof_of(row.Evidence),
                stances=tuple(stances[row.id]),
                target=row.target_id,
                hash=row.hash,
                undone=row.id in undone,
                removed=row.removed_at is not None,
            )
            for row in rows
        ),
    )


def _states(
    session: Session, list_id: int | None, banner_id: int | None, past: Past | None
) -> Mapping[int, StanceState]:
    """Return stance → state of what a subject had said by a moment; empty for now, of which the rows themselves tell."""
    lists, banners = ([number] if number is not None else [] for number in (list_id, banner_id))
    return states_at(session, past, lists, banners) if past is not None else {}


def _stances_of(
    session: Session, answers: list[int], states: Mapping[int, StanceState]
) -> dict[int, list[HistoryStance]]:
    """Return what each of these entries said, in the order of the letter; a wording is read once, however many said so.

    `states` are those that stances had at the moment that is asked for.
    """
    wordings: dict[int, Demand] = {}
    stances: dict[int, list[HistoryStance]] = defaultdict(list)
    for row in session.execute(_STANCES, {"answers": answers}) if answers else ():
        worded = wordings.get(row.id) or wordings.setdefault(row.id, demand_from(row.content))
        part = next((part.title for part in worded.parts if part.key == row.part), None)
        state = states.get(row.stance, row.state)
        stances[row.answer_id].append(HistoryStance(worded.title, part, row.position, state))
    return stances


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

"""Every answer as one flat value, for the organizers' spreadsheet. Organizers are not named in it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
)
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    DemandRow,
    Evidence,
    Round,
    Stance,
)


@dataclass(frozen=True)
class StoredAnswer:
    """One answer: its subject by name, its lead proof as link and words, its positions as (demand, part, position)."""

    number: int
    state: AnswerState
    kind: AnswerKind
    subject: str
    constituency: str
    round: str
    said_on: date
    source: SourceKind
    speaker: str | None
    role: SpeakerRole
    link: str | None
    quote: str | None
    reason: str | None
    contradiction: Contradiction
    positions: tuple[tuple[str, str, Position | None], ...]


def stored_answers(session: Session) -> tuple[StoredAnswer, ...]:
    """Return every answer that was not rejected, oldest first."""
    positions: dict[int, list[tuple[str, str, Position | None]]] = defaultdict(list)
    for answer_id, key, part, position in session.execute(
        sa.select(Stance.answer_id, DemandRow.key, Stance.part, Stance.position)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(Stance.state != StanceState.REJECTED)
        .order_by(DemandRow.place, Stance.part)
    ):
        positions[answer_id].append((key, part, position))
    rows = session.execute(
        sa.select(Answer, Evidence, CandidateList.name, Constituency.code, Banner.name, Round.key)
        .outerjoin(Evidence, Evidence.id == Answer.lead_evidence_id)
        .outerjoin(CandidateList, CandidateList.id == Answer.list_id)
        .outerjoin(Constituency, Constituency.id == CandidateList.constituency_id)
        .outerjoin(Banner, Banner.id == Answer.banner_id)
        .join(Round, Round.id == sa.func.coalesce(CandidateList.round_id, Banner.round_id))
        .where(Answer.state != AnswerState.REJECTED)
        .order_by(Answer.id)
    )
    return tuple(
        StoredAnswer(
            number=answer.id,
            state=answer.state,
            kind=answer.kind,
            subject=list_name or banner_name or "",
            constituency=code or "",
            round=round_key,
            said_on=answer.said_on,
            source=answer.source_kind,
            speaker=answer.speaker,
            role=answer.speaker_role,
            link=evidence.url if evidence is not None else None,
            quote=evidence.quote if evidence is not None else None,
            reason=answer.reason,
            contradiction=answer.contradiction,
            positions=tuple(positions[answer.id]),
        )
        for answer, evidence, list_name, code, banner_name, round_key in rows
    )

"""An answer as frozen facts: what an announcement may say of it, and how facts are stored and read again."""

from datetime import date
from functools import cache, lru_cache
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from pledgebot.domain.answer import StanceState
from pledgebot.domain.calendar import zone_or
from pledgebot.domain.election import ListStatus
from pledgebot.domain.events import (
    FACTS_OF,
    AnswerFacts,
    EventKind,
    Facts,
    ProofFacts,
    StanceFacts,
    SubjectFacts,
    Titles,
)
from pledgebot.services.letters import demand_from
from pledgebot.services.positions import proof_of
from pledgebot.services.standing import effect_of
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    DemandRow,
    DemandVersion,
    Evidence,
    Installation,
    LedgerEntry,
    Round,
    Stance,
)
from pledgebot.store.types import Json


def answer_facts(session: Session, answer: Answer, also_undone: frozenset[int] = frozenset()) -> AnswerFacts:
    """Return everything that may be said of an answer now.

    For a waiting entry `was` and `contradicts` say what it would replace or stand beside. `also_undone` is that of
    `effect_of`.
    """
    installation = session.get_one(Installation, 1)
    entry = session.get(LedgerEntry, answer.seq) if answer.seq is not None else None
    target = session.get(Answer, answer.target_id) if answer.target_id is not None else None
    letter = cast("dict[str, Titles]", installation.letter or {})
    return AnswerFacts(
        answer=answer.id,
        version=answer.version,
        seq=answer.seq,
        head_hash=entry.hash if entry is not None else None,
        subject=subject_facts(session, answer.list_id, answer.banner_id),
        stances=tuple(_stance_facts(session, answer, stance, also_undone) for stance in _stances(session, answer)),
        source_kind=answer.source_kind,
        speaker=answer.speaker,
        speaker_role=answer.speaker_role,
        said_on=answer.said_on,
        proof=lead_proof(session, answer),
        reason=answer.reason,
        corrects_said_on=target.said_on if target is not None else None,
        letter_title=letter.get("title", {}),
        fictional=installation.fictional,
        decided_on=_day_of_decision(session, answer),
        kind=answer.kind,
        proofs=_count_proofs(session, answer),
    )


def _day_of_decision(session: Session, answer: Answer) -> date | None:
    """Return the day of a decision as the election's clocks show it."""
    return answer.decided_at.astimezone(election_zone(session)).date() if answer.decided_at is not None else None


def election_zone(session: Session) -> ZoneInfo:
    """Return the zone whose clocks the election goes by: that of its first round, UTC before there is one that can be read."""
    return zone_or(session.scalars(sa.select(Round.zone).order_by(Round.day).limit(1)).first(), ZoneInfo("UTC"))


def subject_facts(session: Session, list_id: int | None, banner_id: int | None) -> SubjectFacts:
    """Return whom an answer is about, as it is called now."""
    if list_id is not None:
        row = session.get_one(CandidateList, list_id)
        place = session.get_one(Constituency, row.constituency_id)
        withdrawn = row.status is not ListStatus.STANDING
        return SubjectFacts(row.name, is_banner=False, head=row.head, panel=row.panel, constituencies=(place.label,),
                            withdrawn=withdrawn, id=row.id)  # fmt: skip
    banner = session.get_one(Banner, banner_id)
    labels = session.scalars(
        sa.select(Constituency.label)
        .join(CandidateList, CandidateList.constituency_id == Constituency.id)
        .where(CandidateList.banner_id == banner.id)
        .distinct()
        .order_by(Constituency.label)
    )
    return SubjectFacts(banner.name, is_banner=True, head=None, panel=None, constituencies=tuple(labels), id=banner.id)


def lead_proof(session: Session, answer: Answer) -> ProofFacts | None:
    """Return the lead evidence as it may be shown; None where its content was removed."""
    if answer.lead_evidence_id is None:
        return None
    return proof_of(session.get_one(Evidence, answer.lead_evidence_id))


def _count_proofs(session: Session, answer: Answer) -> int:
    there = sa.select(sa.func.count()).select_from(Evidence)
    return session.scalar(there.where(Evidence.answer_id == answer.id, Evidence.removed_at.is_(None))) or 0


def _stances(session: Session, answer: Answer) -> list[Stance]:
    return list(
        session.scalars(
            sa.select(Stance)
            .join(DemandRow, DemandRow.id == Stance.demand_id)
            .where(Stance.answer_id == answer.id, Stance.state != StanceState.REJECTED)
            .order_by(DemandRow.place, Stance.part)
        )
    )


def _stance_facts(session: Session, answer: Answer, stance: Stance, also_undone: frozenset[int]) -> StanceFacts:
    worded = demand_from(session.get_one(DemandVersion, stance.demand_version_id).content)
    effect = effect_of(session, answer, stance, also_undone)
    return StanceFacts(
        demand=worded.key,
        title=worded.title,
        part_title=next((part.title for part in worded.parts if part.key == stance.part), None),
        position=stance.position,
        was=effect.was,
        contradicts=effect.contradicts,
        counts=effect.state is not StanceState.SUPERSEDED,
        hashtag=worded.hashtag,
    )


@cache
def _adapter(kind: EventKind) -> TypeAdapter[Facts]:
    return TypeAdapter(FACTS_OF.get(kind, AnswerFacts))


@cache
def _answers() -> TypeAdapter[AnswerFacts]:
    return TypeAdapter(AnswerFacts)


def facts_content(kind: EventKind, facts: Facts) -> dict[str, Json]:
    """Return facts as an event of this kind stores them."""
    return cast("dict[str, Json]", _adapter(kind).dump_python(facts, mode="json"))


def facts_from(kind: EventKind, content: dict[str, Json]) -> Facts:
    """Return the facts that an event of this kind stored."""
    return _adapter(kind).validate_python(content)


@lru_cache(maxsize=256)
def facts_in(kind: EventKind, stored: str) -> Facts:
    """Return the facts in the text that an event of this kind stored: the same object for the same text."""
    return _adapter(kind).validate_json(stored)


def answer_facts_from(content: dict[str, Json]) -> AnswerFacts:
    """Return the facts that an event about an answer stored."""
    return _answers().validate_python(content)

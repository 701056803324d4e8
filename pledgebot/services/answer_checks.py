"""What may not be recorded, each with the reason that a person can do something about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    SpeakerRole,
    StanceState,
    may_replace,
)
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.new_answers import FILE_LIMIT, LARGEST_NUMBER, SPEAKER_LENGTH, NewAnswer, Proof, Subject, Taken
from pledgebot.services.standing import undone_answers
from pledgebot.services.texts import one_line, words
from pledgebot.store.tables import Answer, Banner, CandidateList, DemandRow, DemandVersion, Stance

_EARLIEST_ZONE = timedelta(hours=14)
"""Somewhere it is already tomorrow: a day said is not refused as future while it has begun anywhere."""


def get_answer(session: Session, answer_id: int) -> Answer:
    """Return an answer by its number; refuses an unknown one."""
    answer = session.get(Answer, answer_id) if 0 < answer_id < LARGEST_NUMBER else None
    if answer is None:
        raise Refused(Objection.UNKNOWN_ANSWER, answer=answer_id)
    return answer


def current_version(session: Session, key: str) -> tuple[DemandRow, DemandVersion]:
    """Return a demand and its present wording; refuses an unknown one, and names those that there are."""
    demand = session.scalar(sa.select(DemandRow).where(DemandRow.key == key))
    if demand is None:
        known = list(session.scalars(sa.select(DemandRow.key).order_by(DemandRow.place)))
        raise Refused(Objection.UNKNOWN_DEMAND, name=key, known=known)
    version = session.scalars(
        sa.select(DemandVersion)
        .where(DemandVersion.demand_id == demand.id)
        .order_by(DemandVersion.number.desc())
        .limit(1)
    ).one()
    return demand, version


def check_answer(session: Session, new: NewAnswer, now: datetime) -> None:
    """Refuse what may not be recorded, with the first reason that a person can do something about."""
    _check_subject(session, new.subject)
    _check_positions(session, new)
    _check_proofs(new.proofs)
    if new.role is not SpeakerRole.LIST and not one_line(new.speaker, SPEAKER_LENGTH):
        raise Refused(Objection.SPEAKER_MISSING)
    if new.said_on > (now + _EARLIEST_ZONE).date():
        raise Refused(Objection.SAID_IN_FUTURE, day=new.said_on)
    if new.kind is AnswerKind.CORRECTION:
        _check_correction(session, new)
    elif new.kind is AnswerKind.WITHDRAWAL:
        _check_withdrawal(session, new)
    else:
        _check_contradiction(session, new)


def _check_subject(session: Session, subject: Subject) -> None:
    if subject.list_id is not None and session.get(CandidateList, subject.list_id) is None:
        raise Refused(Objection.UNKNOWN_LIST, name=str(subject.list_id))
    if subject.banner_id is not None and session.get(Banner, subject.banner_id) is None:
        raise Refused(Objection.UNKNOWN_BANNER, name=str(subject.banner_id))


def _check_positions(session: Session, new: NewAnswer) -> None:
    if not new.positions:
        raise Refused(Objection.NO_POSITION)
    seen: set[tuple[str, str]] = set()
    for taken in new.positions:
        if (taken.demand, taken.part) in seen:
            raise Refused(Objection.TWICE_THE_SAME_DEMAND, demand=taken.demand)
        seen.add((taken.demand, taken.part))
        demand, version = current_version(session, taken.demand)
        if demand.retired_at is not None:
            raise Refused(Objection.DEMAND_RETIRED, demand=taken.demand)
        if taken.part and taken.part not in _part_keys(version):
            raise Refused(Objection.UNKNOWN_PART, name=taken.part, demand=taken.demand, known=_part_keys(version))
        if (taken.position is None) != (new.kind is AnswerKind.WITHDRAWAL):
            raise Refused(Objection.NO_POSITION, demand=taken.demand)
    for demand_key, part in seen:
        if part and (demand_key, "") in seen:
            raise Refused(Objection.WHOLE_AND_PART, demand=demand_key)


def _part_keys(version: DemandVersion) -> list[str]:
    parts = version.content["parts"]
    return [str(part["key"]) for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _check_proofs(proofs: Sequence[Proof]) -> None:
    if not proofs:
        raise Refused(Objection.EVIDENCE_MISSING)
    for proof in proofs:
        has_words = words(proof.quote) is not None
        if proof.file is not None and len(proof.file) > FILE_LIMIT:
            raise Refused(Objection.FILE_TOO_LARGE, limit=FILE_LIMIT // 1024 // 1024)
        if proof.file is not None and not proof.file:
            raise Refused(Objection.FILE_EMPTY)
        if proof.url and not is_web_address(proof.url):
            raise Refused(Objection.LINK_NOT_WEB, link=proof.url)
        if proof.url and not has_words and proof.file is None:
            raise Refused(Objection.LINK_WITHOUT_WORDS, link=proof.url)
        if not proof.url and proof.file is None and not has_words:
            raise Refused(Objection.EVIDENCE_MISSING)


def is_web_address(url: str) -> bool:
    """Tell whether a text is an http(s) address with a host and without spaces."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in url)


def _check_correction(session: Session, new: NewAnswer) -> None:
    if words(new.reason) is None:
        raise Refused(Objection.REASON_MISSING)
    target = get_answer(session, new.target or 0)
    if target.state is not AnswerState.CONFIRMED or target.kind in {AnswerKind.UNDO, AnswerKind.REMOVAL}:
        raise Refused(Objection.NOT_CONFIRMED, answer=target.id)
    if (target.list_id, target.banner_id) != (new.subject.list_id, new.subject.banner_id):
        raise Refused(Objection.UNKNOWN_ANSWER, answer=target.id)
    if target.id in undone_answers(session):
        raise Refused(Objection.ALREADY_UNDONE, answer=target.id)
    there = _taken_in(session, target.id)
    for taken in new.positions:
        if (taken.demand, taken.part) not in there:
            raise Refused(Objection.DEMAND_NOT_IN_ANSWER, demand=taken.demand, answer=target.id)


def _taken_in(session: Session, answer_id: int) -> set[tuple[str, str]]:
    rows = session.execute(
        sa.select(DemandRow.key, Stance.part)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(Stance.answer_id == answer_id, Stance.state != StanceState.REJECTED)
    )
    return {(key, part) for key, part in rows}


def _check_withdrawal(session: Session, new: NewAnswer) -> None:
    for taken in new.positions:
        given = [one for one in current_stances(session, new.subject, taken) if one.position is not None]
        if not given:
            raise Refused(Objection.NO_POSITION, demand=taken.demand)
        answer = session.get_one(Answer, given[0].answer_id)
        if not may_replace(new.source, answer.source_kind) or new.said_on < answer.said_on:
            raise Refused(Objection.CANNOT_TAKE_BACK, demand=taken.demand, day=answer.said_on)


def _check_contradiction(session: Session, new: NewAnswer) -> None:
    """Ask for the recorder's word on an answer that contradicts the current one and could replace it."""
    if new.contradiction is not None:
        return
    for taken in new.positions:
        for current in current_stances(session, new.subject, taken):
            answer = session.get_one(Answer, current.answer_id)
            differs = current.position is not None and current.position != taken.position
            if differs and may_replace(new.source, answer.source_kind) and new.said_on >= answer.said_on:
                raise Refused(
                    Objection.CONTRADICTION_UNDECIDED,
                    demand=taken.demand,
                    position=current.position,
                    day=answer.said_on,
                )


def refuse_unasked_contradiction(session: Session, answer: Answer, stance: Stance) -> None:
    """Refuse to confirm what contradicts an answer of which its recorder could not know yet, and was not asked about."""
    if answer.kind is not AnswerKind.STATEMENT or answer.contradiction is Contradiction.BESIDE:
        return
    subject = Subject(answer.list_id, answer.banner_id)
    demand = session.get_one(DemandRow, stance.demand_id).key
    for current in current_stances(session, subject, Taken(demand, stance.position, stance.part)):
        other = session.get_one(Answer, current.answer_id)
        unknown = other.decided_at is not None and other.decided_at > answer.recorded_at
        differs = current.position is not None and current.position != stance.position
        if (
            unknown
            and differs
            and may_replace(answer.source_kind, other.source_kind)
            and answer.said_on >= other.said_on
        ):
            raise Refused(
                Objection.CONTRADICTION_UNDECIDED, demand=demand, position=current.position, day=other.said_on
            )


def current_stances(session: Session, subject: Subject, taken: Taken) -> list[Stance]:
    """Return the current stance of a subject on a demand (or part), if there is one."""
    demand, _version = current_version(session, taken.demand)
    return list(
        session.scalars(
            sa.select(Stance).where(
                of_subject(Stance, subject),
                Stance.demand_id == demand.id,
                Stance.part == taken.part,
                Stance.state == StanceState.CURRENT,
            )
        )
    )


def of_subject(table: type[Stance] | type[Answer], subject: Subject) -> sa.ColumnElement[bool]:
    """Return the condition that a row is about this subject."""
    if subject.list_id is not None:
        return table.list_id == subject.list_id
    return table.banner_id == subject.banner_id

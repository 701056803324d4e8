"""Recording: one answer becomes one entry that waits for a second person."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    Position,
    StanceState,
)
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.answer_checks import check_answer, current_version, get_answer, is_web_address, of_subject
from pledgebot.services.files import delete_unused_files, keep_file
from pledgebot.services.new_answers import FILE_LIMIT, SPEAKER_LENGTH, NewAnswer, Proof, Subject, Taken
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.publishing import ask_organizers
from pledgebot.services.texts import one_line, words
from pledgebot.store.tables import Answer, DemandRow, Evidence, Stance

__all__ = [
    "FILE_LIMIT",
    "NewAnswer",
    "Proof",
    "Subject",
    "Taken",
    "amend_answer",
    "bump_version",
    "delete_unused_files",
    "get_answer",
    "is_web_address",
    "record_answer",
]


def record_answer(session: Session, new: NewAnswer, by: Actor, now: datetime) -> int:
    """Record an answer, which then waits for a second person, and return its number.

    Refuses, with the reason, an answer without evidence, a link without the words, a day in the future, a contradiction
    about which nothing was said, and the same answer while it is already waiting.
    """
    require_role(session, by, Role.RECORDER)
    check_answer(session, new, now)
    if _same_pending(session, new):
        raise Refused(Objection.SAME_ANSWER_PENDING)
    answer = Answer(
        list_id=new.subject.list_id,
        banner_id=new.subject.banner_id,
        kind=new.kind,
        target_id=new.target,
        state=AnswerState.PENDING,
        version=1,
        recorded_via=by.via,
    )
    session.add(answer)
    _fill(session, answer, new, by, now)
    ask_organizers(session, answer, now)
    note(session, by, f"answer.record.{new.kind.value}", f"answer:{answer.id}", now)
    return answer.id


def amend_answer(session: Session, answer_id: int, new: NewAnswer, by: Actor, now: datetime) -> int:
    """Replace what a waiting entry says, and return its new version.

    Whoever amends becomes its recorder, and a confirmation of the version shown before is void.
    """
    require_role(session, by, Role.RECORDER)
    answer = get_answer(session, answer_id)
    if answer.state is not AnswerState.PENDING:
        raise Refused(Objection.ALREADY_DECIDED, answer=answer_id)
    if answer.kind is AnswerKind.REMOVAL:
        raise Refused(Objection.UNKNOWN_ANSWER, answer=answer_id)
    if (answer.list_id, answer.banner_id) != (new.subject.list_id, new.subject.banner_id):
        raise Refused(Objection.UNKNOWN_LIST, name="")
    # First, so that whoever was overtaken reads that, and not what the entry as it is now would object to.
    bump_version(session, answer)
    check_answer(session, new, now)
    answer.lead_evidence_id = None
    session.flush()
    session.execute(sa.delete(Stance).where(Stance.answer_id == answer_id))
    files = session.scalars(sa.select(Evidence.blob_sha256).where(Evidence.answer_id == answer_id)).all()
    session.execute(sa.delete(Evidence).where(Evidence.answer_id == answer_id))
    answer.kind, answer.target_id = new.kind, new.target
    _fill(session, answer, new, by, now)
    delete_unused_files(session, files)
    ask_organizers(session, answer, now)
    note(session, by, "answer.amend", f"answer:{answer_id}", now, version=answer.version)
    return answer.version


def bump_version(session: Session, answer: Answer) -> None:
    """Raise a waiting entry's version; refuses when somebody decided on it or changed it in this moment."""
    changed = session.execute(
        sa.update(Answer)
        .where(Answer.id == answer.id, Answer.version == answer.version, Answer.state == AnswerState.PENDING)
        .values(version=Answer.version + 1)
        .returning(Answer.version)
        .execution_options(synchronize_session=False)
    ).scalar()
    if changed is None:
        raise Refused(Objection.CHANGED_MEANWHILE, answer=answer.id)
    session.refresh(answer)


def _fill(session: Session, answer: Answer, new: NewAnswer, by: Actor, now: datetime) -> None:
    answer.source_kind, answer.speaker_role = new.source, new.role
    answer.speaker = one_line(new.speaker, SPEAKER_LENGTH) or None
    answer.said_on = new.said_on
    answer.contradiction = new.contradiction or _inherited_contradiction(session, new)
    answer.reason = words(new.reason)
    answer.recorded_by, answer.recorded_at = by.organizer, now
    session.flush()
    for taken in new.positions:
        session.add(_stance(session, answer, taken))
    for place, proof in enumerate(new.proofs, start=1):
        evidence = _evidence(session, answer.id, place, proof, now)
        if place == 1:
            answer.lead_evidence_id = evidence.id
    session.flush()


def _inherited_contradiction(session: Session, new: NewAnswer) -> Contradiction:
    """Return what a correction keeps of its target: it takes that one's place, also beside another answer."""
    # The new entry is half filled at this moment: reading must not send it to the database.
    with session.no_autoflush:
        target = session.get(Answer, new.target) if new.target is not None else None
    return target.contradiction if target is not None else Contradiction.REPLACES


def _stance(session: Session, answer: Answer, taken: Taken) -> Stance:
    demand, version = current_version(session, taken.demand)
    return Stance(
        answer_id=answer.id,
        list_id=answer.list_id,
        banner_id=answer.banner_id,
        demand_id=demand.id,
        demand_version_id=version.id,
        part=taken.part,
        position=taken.position,
        state=StanceState.PENDING,
    )


def _evidence(session: Session, answer_id: int, place: int, proof: Proof, now: datetime) -> Evidence:
    evidence = Evidence(
        answer_id=answer_id,
        place=place,
        kind=proof.kind,
        url=proof.url or None,
        quote=words(proof.quote),
        blob_sha256=keep_file(session, proof.file, proof.media_type, now) if proof.file is not None else None,
    )
    session.add(evidence)
    session.flush()
    return evidence


def _same_pending(session: Session, new: NewAnswer) -> bool:
    """Tell whether the very same answer already waits: a form sent twice is one answer."""
    waiting = session.scalars(
        sa.select(Answer).where(
            of_subject(Answer, new.subject),
            Answer.state == AnswerState.PENDING,
            Answer.kind == new.kind,
            Answer.said_on == new.said_on,
            Answer.source_kind == new.source,
        )
    )
    wanted = {(taken.demand, taken.part, taken.position) for taken in new.positions}
    urls = {proof.url or None for proof in new.proofs}
    return any(_positions(session, row.id) == wanted and _urls(session, row.id) == urls for row in waiting)


def _positions(session: Session, answer_id: int) -> set[tuple[str, str, Position | None]]:
    rows = session.execute(
        sa.select(DemandRow.key, Stance.part, Stance.position)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(Stance.answer_id == answer_id)
    )
    return {(row[0], row[1], row[2]) for row in rows}


def _urls(session: Session, answer_id: int) -> set[str | None]:
    return set(session.scalars(sa.select(Evidence.url).where(Evidence.answer_id == answer_id)))

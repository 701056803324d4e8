"""Recording: one answer becomes one entry that waits for a second person."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    EvidenceKind,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
    may_replace,
)
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.standing import undone_answers
from pledgebot.services.texts import one_line, words
from pledgebot.store.tables import Answer, Banner, Blob, CandidateList, DemandRow, DemandVersion, Evidence, Stance

FILE_LIMIT = 20 * 1024 * 1024
SPEAKER_LENGTH = 200
LARGEST_NUMBER = 1 << 31
"""Row numbers are below it: PostgreSQL and SQLite refuse to be asked for larger ones."""
_EARLIEST_ZONE = timedelta(hours=14)
"""Somewhere it is already tomorrow: a day said is not refused as future while it has begun anywhere."""


@dataclass(frozen=True)
class Subject:
    """Whom an answer is about: the number of a list or of a banner, exactly one of them."""

    list_id: int | None = None
    banner_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.list_id is None) == (self.banner_id is None):
            raise ValueError("an answer has one subject: a list or a banner")


@dataclass(frozen=True)
class Taken:
    """The position taken on one demand, or on one part of it; None in a withdrawal."""

    demand: str
    position: Position | None
    part: str = ""


@dataclass(frozen=True)
class Proof:
    """One piece of evidence. A link needs the quoted words or a capture (`file`); the first proof given leads."""

    url: str | None = None
    quote: str | None = None
    file: bytes | None = None
    media_type: str = "application/octet-stream"

    @property
    def kind(self) -> EvidenceKind:
        """Return what kind of evidence this is."""
        if self.url:
            return EvidenceKind.LINK
        return EvidenceKind.FILE if self.file is not None else EvidenceKind.QUOTATION


@dataclass(frozen=True)
class NewAnswer:
    """One answer as an organizer gives it.

    `contradiction` says whether an answer that contradicts the current one replaces it or stands beside it; it may be None
    as long as nothing is contradicted. `target` is the answer that a correction corrects. An undo and a removal are
    nobody's answer: `services.decisions` makes them.
    """

    subject: Subject
    positions: tuple[Taken, ...]
    source: SourceKind
    role: SpeakerRole
    said_on: date
    proofs: tuple[Proof, ...]
    speaker: str | None = None
    kind: AnswerKind = AnswerKind.STATEMENT
    target: int | None = None
    contradiction: Contradiction | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody says: an undo or a removal, and a target of anything but a correction."""
        if self.kind in {AnswerKind.UNDO, AnswerKind.REMOVAL}:
            raise ValueError(f"nobody answers with {self.kind.value}: see services.decisions")
        if self.target is not None and self.kind is not AnswerKind.CORRECTION:
            raise ValueError("only a correction has a target")


def record_answer(session: Session, new: NewAnswer, by: Actor, now: datetime) -> int:
    """Record an answer, which then waits for a second person, and return its number.

    Refuses, with the reason, an answer without evidence, a link without the words, a day in the future, a contradiction
    about which nothing was said, and the same answer while it is already waiting.
    """
    require_role(session, by, Role.RECORDER)
    _check(session, new, now)
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
    _check(session, new, now)
    bump_version(session, answer)
    answer.lead_evidence_id = None
    session.flush()
    session.execute(sa.delete(Stance).where(Stance.answer_id == answer_id))
    files = session.scalars(sa.select(Evidence.blob_sha256).where(Evidence.answer_id == answer_id)).all()
    session.execute(sa.delete(Evidence).where(Evidence.answer_id == answer_id))
    answer.kind, answer.target_id = new.kind, new.target
    _fill(session, answer, new, by, now)
    delete_unused_files(session, files)
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


def get_answer(session: Session, answer_id: int) -> Answer:
    """Return an answer by its number; refuses an unknown one."""
    answer = session.get(Answer, answer_id) if 0 < answer_id < LARGEST_NUMBER else None
    if answer is None:
        raise Refused(Objection.UNKNOWN_ANSWER, answer=answer_id)
    return answer


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
    demand, version = _current_version(session, taken.demand)
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


def _current_version(session: Session, key: str) -> tuple[DemandRow, DemandVersion]:
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


def _evidence(session: Session, answer_id: int, place: int, proof: Proof, now: datetime) -> Evidence:
    evidence = Evidence(
        answer_id=answer_id,
        place=place,
        kind=proof.kind,
        url=proof.url or None,
        quote=words(proof.quote),
        blob_sha256=_keep(session, proof, now) if proof.file is not None else None,
    )
    session.add(evidence)
    session.flush()
    return evidence


def _keep(session: Session, proof: Proof, now: datetime) -> str:
    content = proof.file or b""
    digest = hashlib.sha256(content).hexdigest()
    if session.get(Blob, digest) is None:
        session.add(Blob(sha256=digest, size=len(content), media_type=proof.media_type, content=content, kept_at=now))
        session.flush()
    return digest


def delete_unused_files(session: Session, hashes: Iterable[str | None]) -> None:
    """Delete those of some files that prove nothing any more: two answers may rest on one file."""
    session.flush()
    used = sa.select(Evidence.blob_sha256).where(Evidence.blob_sha256.is_not(None))
    gone = [digest for digest in hashes if digest is not None]
    session.execute(sa.delete(Blob).where(Blob.sha256.in_(gone), Blob.sha256.not_in(used)))


def _check(session: Session, new: NewAnswer, now: datetime) -> None:
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
        demand, version = _current_version(session, taken.demand)
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
        if all(current.position is None for current in current_stances(session, new.subject, taken)):
            raise Refused(Objection.NO_POSITION, demand=taken.demand)


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


def current_stances(session: Session, subject: Subject, taken: Taken) -> list[Stance]:
    """Return the current stance of a subject on a demand (or part), if there is one."""
    demand, _version = _current_version(session, taken.demand)
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

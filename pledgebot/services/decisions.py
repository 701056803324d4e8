"""Deciding: a second person confirms or rejects; a confirmed entry enters the ledger and is announced, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    SourceKind,
    SpeakerRole,
    StanceState,
    why_not_decide,
)
from pledgebot.domain.audience import Audience
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import NOTICES, EventKind
from pledgebot.services.answer_checks import refuse_unasked_contradiction
from pledgebot.services.answers import bump_version, delete_unused_files, get_answer
from pledgebot.services.deliveries import forget_wordings
from pledgebot.services.drafts import forget_drafts_about
from pledgebot.services.facts import answer_facts, answer_facts_from, facts_content
from pledgebot.services.ledger import (
    REMOVED,
    Link,
    append_entry,
    blank_fields,
    ledger_facts,
    ledger_texts,
    lock_head,
)
from pledgebot.services.negatives import refuse_late_negative
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.publishing import (
    DECIDED,
    ask_organizers,
    cancel_event,
    publish,
    stop_asking,
    tell_decision,
)
from pledgebot.services.standing import resettle, undone_answers
from pledgebot.services.topics import topics_of
from pledgebot.store.tables import (
    Answer,
    Banner,
    CandidateList,
    Constituency,
    DemandRow,
    Event,
    Evidence,
    Organizer,
    Round,
    Stance,
)
from pledgebot.store.types import Json

_ANNOUNCED_AS = {
    AnswerKind.STATEMENT: EventKind.ANSWER_CONFIRMED,
    AnswerKind.CORRECTION: EventKind.ANSWER_CORRECTED,
    AnswerKind.WITHDRAWAL: EventKind.ANSWER_WITHDRAWN,
    AnswerKind.REMOVAL: EventKind.CONTENT_REMOVED,
}


@dataclass(frozen=True)
class Confirmed:
    """An entry that is now in the ledger: its place and hash there, and the event that announces it."""

    answer: int
    link: Link
    event: int


def confirm_answer(session: Session, answer_id: int, version_shown: int, by: Actor, now: datetime) -> Confirmed:
    """Confirm a waiting entry: it enters the ledger, counts, and is announced once.

    Refuses the person who recorded it, by whatever road, any version but the one that was shown, and a new negative entry
    shortly before the vote, which goes on waiting.
    """
    require_role(session, by, Role.VERIFIER)
    lock_head(session)
    answer = _decidable(session, answer_id, version_shown, by, confirming=True)
    stances = _open_stances(session, answer)
    if not stances and answer.kind is not AnswerKind.REMOVAL:
        raise Refused(Objection.NO_POSITION, answer=answer_id)
    if answer.kind is AnswerKind.CORRECTION and answer.target_id in undone_answers(session):
        raise Refused(Objection.ALREADY_UNDONE, answer=answer.target_id)
    if answer.kind is AnswerKind.REMOVAL and session.get_one(Answer, answer.target_id).removed_at is not None:
        raise Refused(Objection.ALREADY_REMOVED, answer=answer.target_id)
    for stance in stances:
        refuse_unasked_contradiction(session, answer, stance)
    refuse_late_negative(session, answer, stances, now)
    link = _enter(session, answer, by, now)
    if answer.kind is AnswerKind.REMOVAL:
        _blank(session, answer, now)
    resettle(session, stances)
    stop_asking(session, answer_id, DECIDED, now)
    tell_decision(session, answer, by.name, now)
    event = publish(
        session,
        _ANNOUNCED_AS[answer.kind],
        answer_facts(session, answer),
        topics_of(session, answer),
        now,
        answer_id=answer.id,
    )
    note(session, by, "answer.confirm", f"answer:{answer_id}", now, seq=link.seq, version=version_shown)
    return Confirmed(answer_id, link, event)


def _decidable(session: Session, answer_id: int, version: int, by: Actor, *, confirming: bool) -> Answer:
    answer = get_answer(session, answer_id)
    session.refresh(answer, with_for_update=True)
    objection = why_not_decide(
        state=answer.state,
        version=answer.version,
        version_shown=version,
        recorded_by=answer.recorded_by,
        decider=by.organizer,
        confirming=confirming,
    )
    if objection is not None:
        raise Refused(objection, answer=answer_id, version=answer.version)
    return answer


def _open_stances(session: Session, answer: Answer) -> Sequence[Stance]:
    waiting = sa.select(Stance).where(Stance.answer_id == answer.id, Stance.state == StanceState.PENDING)
    return session.scalars(waiting).all()


def _enter(session: Session, answer: Answer, by: Actor, now: datetime) -> Link:
    """Append a waiting entry to the ledger, and mark it confirmed; the row's state and version are checked once more."""
    facts: dict[str, Json] = {**ledger_facts(session, answer), "confirmed_at": now.replace(microsecond=0).isoformat()}
    subject, name = _subject(session, answer)
    facts["subject"] = subject
    if answer.kind is AnswerKind.REMOVAL:
        facts["removes"] = session.get_one(Answer, answer.target_id).seq
    recorder = session.get_one(Organizer, answer.recorded_by).name
    texts = {"name": name, **ledger_texts(session, answer), "recorded_by": recorder, "confirmed_by": by.name}
    link = append_entry(session, facts, texts)
    changed = session.execute(
        sa.update(Answer)
        .where(Answer.id == answer.id, Answer.version == answer.version, Answer.state == AnswerState.PENDING)
        .values(state=AnswerState.CONFIRMED, decided_by=by.organizer, decided_at=now, seq=link.seq)
        .returning(Answer.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if changed is None:
        raise Refused(Objection.CHANGED_MEANWHILE, answer=answer.id)
    session.refresh(answer)
    return link


def _subject(session: Session, answer: Answer) -> tuple[Json, str]:
    """Return the natural key of an answer's subject, and its name, which enters the chain by digest."""
    if answer.list_id is not None:
        row = session.get_one(CandidateList, answer.list_id)
        place = session.get_one(Constituency, row.constituency_id).code
        key = session.get_one(Round, row.round_id).key
        return {"list": row.id, "round": key, "constituency": place, "panel": row.panel}, row.name
    banner = session.get_one(Banner, answer.banner_id)
    return {"banner": banner.id, "round": session.get_one(Round, banner.round_id).key}, banner.name


def reject_answer(
    session: Session,
    answer_id: int,
    version_shown: int,
    reason: str,
    by: Actor,
    now: datetime,
    *,
    demand: str | None = None,
) -> None:
    """Reject a waiting entry, or only what it says on one demand, with the reason. Nothing of it was or will be published."""
    require_role(session, by, Role.VERIFIER, Role.RECORDER)
    answer = _decidable(session, answer_id, version_shown, by, confirming=False)
    if not reason.strip():
        raise Refused(Objection.REASON_MISSING)
    stances = [row for row in _open_stances(session, answer) if demand is None or _demand_key(session, row) == demand]
    if demand is not None and not stances:
        raise Refused(Objection.DEMAND_NOT_IN_ANSWER, demand=demand, answer=answer_id)
    for stance in stances:
        stance.state = StanceState.REJECTED
    if demand is None or not _open_stances(session, answer):
        answer.state, answer.decided_by, answer.decided_at = AnswerState.REJECTED, by.organizer, now
        session.flush()
        stop_asking(session, answer_id, DECIDED, now)
        tell_decision(session, answer, by.name, now, reason.strip())
    else:
        bump_version(session, answer)
        ask_organizers(session, answer, now)
    note(session, by, "answer.reject", f"answer:{answer_id}", now, reason=reason, demand=demand)


def _demand_key(session: Session, stance: Stance) -> str:
    return session.get_one(DemandRow, stance.demand_id).key


def undo_answer(session: Session, answer_id: int, reason: str, by: Actor, now: datetime) -> Link:
    """Take a confirmation back before anybody was told: what counted before counts again, and the ledger says so.

    One person may do it, since it publishes nothing. Once the announcement has begun to go out it is refused: then a
    correction or a withdrawal is the honest way.
    """
    require_role(session, by, Role.VERIFIER)
    lock_head(session)
    target = get_answer(session, answer_id)
    if target.state is not AnswerState.CONFIRMED or target.kind in {AnswerKind.UNDO, AnswerKind.REMOVAL}:
        raise Refused(Objection.NOT_CONFIRMED, answer=answer_id)
    if answer_id in undone_answers(session):
        raise Refused(Objection.ALREADY_UNDONE, answer=answer_id)
    if not reason.strip():
        raise Refused(Objection.REASON_MISSING)
    told = sa.select(Event).where(Event.answer_id == answer_id, Event.audience != Audience.ORGANIZERS)
    for event in session.scalars(told.with_for_update()):
        if not cancel_event(session, event, now):
            raise Refused(Objection.ALREADY_ANNOUNCED, answer=answer_id)
    link = _enter_undo(session, target, reason, by, now)
    resettle(session, session.scalars(sa.select(Stance).where(Stance.answer_id == answer_id)).all())
    _forget_in_open_events(session, target)
    tell_decision(session, target, by.name, now, reason.strip(), undone=True)
    note(session, by, "answer.undo", f"answer:{answer_id}", now, reason=reason, seq=link.seq)
    return link


def _forget_in_open_events(session: Session, undone: Answer) -> None:
    """Word anew what is still to be announced of the same subject: it must not mention what was taken back."""
    same = Answer.list_id == undone.list_id if undone.list_id is not None else Answer.banner_id == undone.banner_id
    waiting = session.execute(
        sa.select(Event, Answer)
        .join(Answer, Answer.id == Event.answer_id)
        .where(Event.fanned_out_at.is_(None), Event.fanned_to == 0, Event.kind.not_in(NOTICES), same)
    ).all()
    for event, answer in waiting:
        told = answer_facts_from(event.facts)
        facts = answer_facts(session, answer, frozenset({undone.id}))
        event.facts = facts_content(event.kind, replace(facts, talk=told.talk, decision=told.decision))


def _entry_about(target: Answer, kind: AnswerKind, reason: str, by: Actor, now: datetime) -> Answer:
    """Return an entry of our own doing about another entry: nobody spoke, so it repeats its target's source."""
    return Answer(
        list_id=target.list_id,
        banner_id=target.banner_id,
        kind=kind,
        target_id=target.id,
        source_kind=SourceKind(target.source_kind),
        speaker_role=SpeakerRole.LIST,
        said_on=target.said_on,
        contradiction=Contradiction.REPLACES,
        reason=reason.strip(),
        state=AnswerState.PENDING,
        version=1,
        recorded_by=by.organizer,
        recorded_at=now,
        recorded_via=by.via,
    )


def _enter_undo(session: Session, target: Answer, reason: str, by: Actor, now: datetime) -> Link:
    undo = _entry_about(target, AnswerKind.UNDO, reason, by, now)
    session.add(undo)
    session.flush()
    return _enter(session, undo, by, now)


def request_removal(session: Session, answer_id: int, reason: str, by: Actor, now: datetime) -> int:
    """Ask that the texts and proofs of a confirmed entry be erased, because the law obliges us to; a second person confirms."""
    require_role(session, by, Role.VERIFIER, Role.RECORDER)
    target = get_answer(session, answer_id)
    if target.state is not AnswerState.CONFIRMED or target.kind in {AnswerKind.UNDO, AnswerKind.REMOVAL}:
        raise Refused(Objection.NOT_CONFIRMED, answer=answer_id)
    if target.removed_at is not None:
        raise Refused(Objection.ALREADY_REMOVED, answer=answer_id)
    if not reason.strip():
        raise Refused(Objection.REASON_MISSING)
    waiting = sa.select(Answer.id).where(
        Answer.target_id == answer_id, Answer.kind == AnswerKind.REMOVAL, Answer.state == AnswerState.PENDING
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise Refused(Objection.SAME_ANSWER_PENDING, answer=answer_id)
    removal = _entry_about(target, AnswerKind.REMOVAL, reason, by, now)
    session.add(removal)
    session.flush()
    ask_organizers(session, removal, now)
    note(session, by, "answer.remove", f"answer:{answer_id}", now, reason=reason)
    return removal.id


def _blank(session: Session, removal: Answer, now: datetime) -> None:
    """Erase an entry's texts and proofs wherever they are kept; what it said by position and day stays."""
    target = session.get_one(Answer, removal.target_id)
    blank_fields(session, target.seq or 0, lambda name: name in {"speaker", "reason"} or name.startswith("evidence."))
    target.speaker, target.removed_at = None, now
    target.reason = REMOVED if target.reason else None
    files: set[str] = set()
    for evidence in session.scalars(sa.select(Evidence).where(Evidence.answer_id == target.id)):
        files |= {evidence.blob_sha256} if evidence.blob_sha256 else set()
        evidence.url = evidence.quote = evidence.blob_sha256 = None
        evidence.removed_at = now
    session.flush()
    # First the drafts: a file that one of them holds is in use.
    forget_drafts_about(session, target.id, now)
    delete_unused_files(session, files)
    for event in session.scalars(sa.select(Event).where(Event.answer_id == target.id)):
        event.facts = {**event.facts, "proof": None, "speaker": None, "reason": None, "talk": []}
    forget_wordings(session, target.id)

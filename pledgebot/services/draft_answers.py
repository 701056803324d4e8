"""A draft as an answer: what it would record, how that would be posted, what a correction begins with."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState, SpeakerRole, StanceState
from pledgebot.domain.draft import (
    Draft,
    HeldProof,
    Original,
    Questions,
    Said,
    Slot,
    Step,
    choose_subject,
    onward,
    slots,
)
from pledgebot.domain.draft_corrections import put_right
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.answer_checks import get_answer, of_subject
from pledgebot.services.answers import record_answer
from pledgebot.services.drafts import StoredDraft, close_draft
from pledgebot.services.histories import entry
from pledgebot.services.new_answers import LARGEST_NUMBER, NewAnswer, Proof, Subject, Taken
from pledgebot.services.people import Actor
from pledgebot.services.standing import undone_answers
from pledgebot.services.views import EntryView
from pledgebot.store.tables import Answer, Banner, Blob, CandidateList, DemandRow, Evidence, Stance


def preview_draft(session: Session, draft: Draft, questions: Questions, by: Actor, now: datetime) -> EntryView:
    """Return the entry that a draft would become, exactly as it would be posted; nothing is recorded.

    Refuses whatever `record_answer` refuses.
    """
    # Recorded and taken back at once: only so is it certain to be what submitting brings.
    with session.begin_nested() as attempt:
        view = entry(session, record_answer(session, new_answer(session, draft, questions), by, now))
        attempt.rollback()
    return view


def submit_draft(
    session: Session, chat: str, stored: StoredDraft, questions: Questions, by: Actor, now: datetime
) -> int:
    """Record what a draft says, once, and return the entry's number; the draft is over in the same transaction.

    Refuses whatever `record_answer` refuses, and with `DRAFT_CHANGED` what is no longer the present draft.
    """
    if stored.draft is None:
        raise Refused(Objection.NO_DRAFT)
    new = new_answer(session, stored.draft, questions)
    number = record_answer(session, new, by, now)
    close_draft(session, by.organizer, chat, stored.revision, now, submitted=number)
    return number


def new_answer(session: Session, draft: Draft, questions: Questions) -> NewAnswer:
    """Return the answer that a draft has become; refuses one that lacks something.

    A correction says only what it changes, so that the rest of its entry stays as it is, with its own proof; where the
    circumstances or the proof alone change, which belong to the whole entry, it says everything anew.
    """
    if not draft.has_subject:
        raise Refused(Objection.UNKNOWN_LIST)
    if draft.source is None or draft.said_on is None:
        raise Refused(Objection.NO_DRAFT)
    if draft.role is None:
        raise Refused(Objection.SPEAKER_MISSING)
    asked = put_right(draft) if draft.kind is AnswerKind.CORRECTION else slots(draft, questions)
    told = [(slot, draft.on(slot)) for slot in asked]
    return NewAnswer(
        subject=Subject(draft.list_id, draft.banner_id),
        positions=tuple(
            Taken(slot.demand, said.position, slot.part)
            for slot, said in told
            if said is not None and said is not Said.NOTHING
        ),
        source=draft.source,
        role=draft.role,
        said_on=draft.said_on,
        proofs=tuple(_proof(session, held) for held in draft.proofs),
        speaker=draft.speaker,
        kind=draft.kind,
        target=draft.target,
        contradiction=draft.contradiction,
        reason=draft.reason,
    )


def _proof(session: Session, held: HeldProof) -> Proof:
    if held.file is None:
        return Proof(held.url, held.quote)
    row = session.execute(sa.select(Blob.content, Blob.media_type).where(Blob.sha256 == held.file)).first()
    if row is None:
        raise Refused(Objection.EVIDENCE_MISSING)
    return Proof(held.url, held.quote, row.content, row.media_type)


def is_there(session: Session, *, list_id: int | None, banner_id: int | None) -> bool:
    """Tell whether a list, or a banner, has this number."""
    number = list_id if list_id is not None else banner_id
    if number is None or not 0 < number < LARGEST_NUMBER:
        return False
    return session.get(CandidateList if list_id is not None else Banner, number) is not None


def with_subject(
    session: Session, draft: Draft, questions: Questions, *, list_id: int | None = None, banner_id: int | None = None
) -> Draft:
    """Return a draft about a list or a banner; refuses an unknown one, and one that has no word to take back."""
    if not is_there(session, list_id=list_id, banner_id=banner_id):
        raise Refused(Objection.UNKNOWN_LIST if banner_id is None else Objection.UNKNOWN_BANNER)
    only: tuple[Slot, ...] = ()
    if draft.kind is AnswerKind.WITHDRAWAL:
        only = _given(session, Subject(list_id, banner_id))
        if not only:
            raise Refused(Objection.NOTHING_TO_CHANGE)
    return choose_subject(draft, questions, list_id=list_id, banner_id=banner_id, only=only)


def _given(session: Session, subject: Subject) -> tuple[Slot, ...]:
    """Return the demands and parts on which a subject has a position now, in the letter's order."""
    rows = session.execute(
        sa.select(DemandRow.key, Stance.part)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(
            of_subject(Stance, subject),
            Stance.state == StanceState.CURRENT,
            Stance.position.is_not(None),
            DemandRow.retired_at.is_(None),
        )
        .order_by(DemandRow.place, Stance.part)
    )
    return tuple(Slot(*row) for row in rows)


def correction_of(session: Session, number: int, reason: str | None, questions: Questions) -> Draft:
    """Return a draft that corrects a confirmed entry and holds everything of it; refuses what cannot be corrected."""
    answer = get_answer(session, number)
    if answer.state is not AnswerState.CONFIRMED or answer.kind in {AnswerKind.UNDO, AnswerKind.REMOVAL}:
        raise Refused(Objection.NOT_CONFIRMED, answer=number)
    if answer.removed_at is not None:
        raise Refused(Objection.ALREADY_REMOVED, answer=number)
    if number in undone_answers(session):
        raise Refused(Objection.ALREADY_UNDONE, answer=number)
    said = _said_in(session, number)
    draft = Draft(
        kind=AnswerKind.CORRECTION,
        step=Step.CHANGE,
        target=number,
        list_id=answer.list_id,
        banner_id=answer.banner_id,
        only=tuple(slot for slot, _said in said),
        said=tuple((slot, told) for slot, told in said if told is not None),
        source=answer.source_kind,
        proofs=_held(session, answer),
        said_on=answer.said_on,
        speaker=answer.speaker,
        role=answer.speaker_role,
        reason=reason,
    )
    # An entry imported long ago may lack what is asked for today.
    if draft.role is not SpeakerRole.LIST and not draft.speaker:
        draft = replace(draft, role=None)
    draft = replace(draft, original=_original(draft))
    return draft if any(told is not None for _slot, told in said) else onward(draft, questions)


def _original(draft: Draft) -> Original:
    return Original(draft.said, draft.source, draft.said_on, draft.speaker, draft.role, draft.proofs)


def _said_in(session: Session, number: int) -> tuple[tuple[Slot, Said | None], ...]:
    """Return what an entry said; None where it took a word back, since a correction says what is right instead."""
    rows = session.execute(
        sa.select(DemandRow.key, Stance.part, Stance.position)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(Stance.answer_id == number, Stance.state != StanceState.REJECTED)
        .order_by(DemandRow.place, Stance.part)
    )
    return tuple((Slot(key, part), Said(position.value) if position else None) for key, part, position in rows)


def _held(session: Session, answer: Answer) -> tuple[HeldProof, ...]:
    rows = session.scalars(
        sa.select(Evidence)
        .where(Evidence.answer_id == answer.id, Evidence.removed_at.is_(None))
        .order_by((Evidence.id == answer.lead_evidence_id).desc(), Evidence.place)
    )
    return tuple(HeldProof(row.url, row.quote, row.blob_sha256) for row in rows)

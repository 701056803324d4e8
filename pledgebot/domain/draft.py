"""A half-typed answer: what is asked next, and what everything that a person gives does to it. Nothing is recorded here."""

from dataclasses import replace
from datetime import date

from pledgebot.domain.answer import AnswerKind, Contradiction, SourceKind, SpeakerRole
from pledgebot.domain.draft_corrections import changed, changes_nothing, new_proofs, unproved
from pledgebot.domain.draft_values import (
    MOST_PROOFS,
    Draft,
    HeldProof,
    Original,
    Question,
    Questions,
    Said,
    Slot,
    Step,
)

__all__ = [
    "MOST_PROOFS",
    "Draft",
    "HeldProof",
    "Original",
    "Question",
    "Questions",
    "Said",
    "Slot",
    "Step",
]

_FORM = (Step.LIST, Step.POSITIONS, Step.SOURCE, Step.PROOF, Step.DATE, Step.SPEAKER)


def steps_of(kind: AnswerKind) -> tuple[Step, ...]:
    """Return the steps of an entry of this kind, in order."""
    if kind is AnswerKind.CORRECTION:
        return (*_FORM[1:], Step.REASON, Step.PREVIEW)
    return (*_FORM, Step.PREVIEW)


def slots(draft: Draft, questions: Questions) -> tuple[Slot, ...]:
    """Return what is asked about, in the letter's order: whole demands, and the parts of those that are answered by parts."""
    if draft.kind is not AnswerKind.STATEMENT:
        return draft.only
    return tuple(
        slot
        for question in questions
        for slot in (
            [Slot(question.demand, part) for part in question.parts]
            if question.demand in draft.split and question.parts
            else [Slot(question.demand)]
        )
    )


def can_split(draft: Draft, slot: Slot | None, questions: Questions) -> bool:
    """Tell whether a demand that is asked about as a whole could be answered by parts."""
    if slot is None or slot.part or draft.kind is not AnswerKind.STATEMENT:
        return False
    return any(question.demand == slot.demand and question.parts for question in questions)


def is_missing(draft: Draft, step: Step, questions: Questions) -> bool:
    """Tell whether a step has still to be done before the answer can be recorded."""
    if step is Step.POSITIONS:
        told = [draft.on(slot) for slot in slots(draft, questions)]
        return None in told or all(said is Said.NOTHING for said in told)
    return {
        Step.LIST: not draft.has_subject,
        Step.SOURCE: draft.source is None,
        Step.PROOF: not draft.proofs or not all(proof.complete for proof in draft.proofs) or bool(unproved(draft)),
        Step.DATE: draft.said_on is None,
        Step.SPEAKER: draft.role is None or (draft.role is not SpeakerRole.LIST and not draft.speaker),
        Step.REASON: not draft.reason,
    }.get(step, False)


def onward(draft: Draft, questions: Questions) -> Draft:
    """Go to the first step that is missing, or to the preview when none is.

    A correction that changes nothing yet asks what it should change.
    """
    step = next((one for one in steps_of(draft.kind) if is_missing(draft, one, questions)), Step.PREVIEW)
    if step is not Step.POSITIONS and draft.kind is AnswerKind.CORRECTION and changes_nothing(draft):
        step = Step.CHANGE
    asked = slots(draft, questions)
    at = next((slot for slot in asked if draft.on(slot) is None), asked[0] if asked else None)
    return replace(draft, step=step, at=at if step is Step.POSITIONS else None, changing=False)


def go(draft: Draft, step: Step, questions: Questions, slot: Slot | None = None) -> Draft:
    """Go to a step to change it, for the positions to one demand or part; a step that this entry has not changes nothing.

    The preview is only reached when nothing is missing.
    """
    if step is Step.CHANGE:
        return replace(draft, step=step, at=None, query="", place=None, changing=False)
    if step is Step.PREVIEW:
        return onward(draft, questions)
    asked = slots(draft, questions)
    if step not in steps_of(draft.kind) or (step is Step.POSITIONS and not asked):
        return draft
    at = slot if slot in asked else asked[0] if asked else None
    by_menu = draft.changing or draft.step is Step.CHANGE
    return replace(draft, step=step, at=at if step is Step.POSITIONS else None, query="", place=None, changing=by_menu)


def back(draft: Draft, questions: Questions) -> Draft:
    """Go to where one came from: what was asked before, or the menu of what to change. From the first step nowhere.

    The menu itself leads back to the preview; where that cannot be shown yet, nothing was before it.
    """
    if draft.step is Step.CHANGE:
        before = onward(draft, questions)
        return before if before.step is Step.PREVIEW else draft
    within = _back_within(draft, questions)
    if within is not None:
        return within
    if draft.changing or (draft.kind is AnswerKind.CORRECTION and draft.step is not Step.PREVIEW):
        return go(draft, Step.CHANGE, questions)
    steps, asked = steps_of(draft.kind), slots(draft, questions)
    if draft.step is Step.POSITIONS and draft.at in asked[1:]:
        return replace(draft, at=asked[asked.index(draft.at) - 1])
    before_this = steps[max(0, steps.index(draft.step) - 1)]
    return go(draft, before_this, questions, asked[-1] if asked else None)


def _back_within(draft: Draft, questions: Questions) -> Draft | None:
    """Return what came before within the same step, None where that was another step or another demand."""
    if draft.step is Step.SPEAKER and half_named(draft):
        return replace(draft, speaker=None)
    if draft.step is Step.LIST and (draft.query or draft.place is not None):
        return replace(draft, query="", place=None)
    if draft.step is not Step.POSITIONS or draft.at is None or draft.at.demand not in draft.split:
        return None
    parts = [slot for slot in slots(draft, questions) if slot.demand == draft.at.demand]
    fresh = draft.at == parts[0] and all(draft.on(part) is None for part in parts)
    return unite(draft, questions) if fresh else None


def can_go_back(draft: Draft, questions: Questions) -> bool:
    """Tell whether there is something before what is asked now."""
    return back(draft, questions) != draft


def half_named(draft: Draft) -> bool:
    """Tell whether the speaker's name is known, but not in what role they spoke."""
    return bool(draft.speaker) and draft.role is None


def choose_subject(
    draft: Draft, questions: Questions, *, list_id: int | None, banner_id: int | None, only: tuple[Slot, ...] = ()
) -> Draft:
    """Say whom the answer is about. The head of another list did not speak for this one."""
    if (draft.list_id, draft.banner_id) != (list_id, banner_id):
        kept = draft.role is SpeakerRole.LIST
        draft = replace(
            draft,
            said=draft.said if draft.kind is AnswerKind.STATEMENT else (),
            role=draft.role if kept else None,
            speaker=None,
            contradiction=None,
        )
    chosen = replace(draft, list_id=list_id, banner_id=banner_id, only=only, query="", place=None)
    return onward(chosen, questions)


def say(draft: Draft, said: Said, questions: Questions) -> Draft:
    """Say something on the demand or part that is asked about, and go on."""
    if draft.step is not Step.POSITIONS or draft.at not in slots(draft, questions) or not fits(said, draft.kind):
        return draft
    if said is Said.NOTHING and draft.original is not None:
        # "It stays as it was" is said of what the entry says, if that is a position.
        said = draft.original.on(draft.at) or said
    told = (*((slot, one) for slot, one in draft.said if slot != draft.at), (draft.at, said))
    return onward(replace(draft, said=told, contradiction=None), questions)


def say_all(draft: Draft, said: Said, questions: Questions) -> Draft:
    """Say the same on everything that is asked about, and go on."""
    if draft.step is not Step.POSITIONS or not fits(said, draft.kind):
        return draft
    told = tuple((slot, said) for slot in slots(draft, questions))
    return onward(replace(draft, said=told, contradiction=None), questions)


def fits(said: Said, kind: AnswerKind) -> bool:
    """Tell whether this can be said in an entry of this kind: a withdrawal takes no position, and nothing else takes back."""
    return said is Said.NOTHING or (said is Said.BACK) == (kind is AnswerKind.WITHDRAWAL)


def split(draft: Draft, questions: Questions) -> Draft:
    """Answer the demand that is asked about by its parts."""
    at = draft.at
    if draft.step is not Step.POSITIONS or at is None or not can_split(draft, at, questions):
        return draft
    told = tuple(one for one in draft.said if one[0].demand != at.demand)
    parted = replace(draft, split=(*draft.split, at.demand), said=told, contradiction=None)
    return go(
        parted, Step.POSITIONS, questions, next(one for one in slots(parted, questions) if one.demand == at.demand)
    )


def unite(draft: Draft, questions: Questions) -> Draft:
    """Answer the demand that is asked about as a whole again."""
    at = draft.at
    if draft.step is not Step.POSITIONS or at is None or at.demand not in draft.split:
        return draft
    told = tuple(one for one in draft.said if one[0].demand != at.demand)
    whole = replace(draft, split=tuple(one for one in draft.split if one != at.demand), said=told, contradiction=None)
    return go(whole, Step.POSITIONS, questions, Slot(at.demand))


def choose_source(draft: Draft, source: SourceKind, questions: Questions) -> Draft:
    """Say where the answer was given, and go on."""
    return onward(replace(draft, source=source, contradiction=None), questions)


def add_proof(draft: Draft, proof: HeldProof, questions: Questions) -> Draft:
    """Add a proof, or complete the link that waits for its words or its capture; go on where a proof was asked for.

    More than `MOST_PROOFS` are not taken.
    """
    waiting = next((place for place, held in enumerate(draft.proofs) if not held.complete), None)
    if waiting is not None and proof.complete and proof.url in {None, draft.proofs[waiting].url}:
        whole = replace(proof, url=draft.proofs[waiting].url)
        held = (*draft.proofs[:waiting], whole, *draft.proofs[waiting + 1 :])
    elif len(draft.proofs) >= MOST_PROOFS:
        return draft
    else:
        # A correction brings the proofs of what it corrects along: what is given for it leads before them.
        place = new_proofs(draft)
        held = (*draft.proofs[:place], proof, *draft.proofs[place:])
    proved = replace(draft, proofs=held, proved=changed(draft))
    passed = draft.step not in _FORM[: _FORM.index(Step.PROOF)]
    if draft.step is Step.PROOF or (passed and is_missing(proved, Step.PROOF, questions)):
        return onward(proved, questions)
    return proved


def offer(draft: Draft, day: date | None, by: str) -> Draft:
    """Keep what a forwarded message says of itself: its day, to be chosen, and who wrote it."""
    return replace(draft, offered=day or draft.offered, by=by or draft.by)


def keep_proof(draft: Draft, questions: Questions) -> Draft:
    """Say that the proof that is there proves what a correction changes too, and go on."""
    if draft.step is not Step.PROOF or draft.original is None:
        return draft
    return onward(replace(draft, proved=changed(draft)), questions)


def last_proof(draft: Draft) -> HeldProof | None:
    """Return the proof that was given last; before any was given, the last of those that a correction brings along."""
    return draft.proofs[_last(draft)] if draft.proofs else None


def _last(draft: Draft) -> int:
    return (new_proofs(draft) or len(draft.proofs)) - 1


def drop_proof(draft: Draft) -> Draft:
    """Remove the proof that was given last, where proofs are asked for."""
    if draft.step is not Step.PROOF or not draft.proofs:
        return draft
    place = _last(draft)
    return replace(draft, proofs=(*draft.proofs[:place], *draft.proofs[place + 1 :]))


def can_join(draft: Draft) -> bool:
    """Tell whether a link that waits for its words could go with the words or the file given just before it."""
    given = draft.proofs[: new_proofs(draft)]
    return len(given) > 1 and not given[-1].complete and not given[-2].url


def join_proofs(draft: Draft, questions: Questions) -> Draft:
    """Put a link to the words or the file given just before it, and go on."""
    if not can_join(draft):
        return draft
    place = new_proofs(draft) - 1
    whole = replace(draft.proofs[place - 1], url=draft.proofs[place].url)
    return onward(replace(draft, proofs=(*draft.proofs[: place - 1], whole, *draft.proofs[place + 1 :])), questions)


def choose_day(draft: Draft, day: date, questions: Questions) -> Draft:
    """Say when the answer was given, and go on."""
    return onward(replace(draft, said_on=day, contradiction=None), questions)


def choose_speaker(draft: Draft, role: SpeakerRole | None, speaker: str | None, questions: Questions) -> Draft:
    """Say who spoke, and go on; without a role that is asked for next. The list itself has no name of its own."""
    named = replace(draft, role=role, speaker=None if role is SpeakerRole.LIST else speaker)
    return replace(named, step=Step.SPEAKER, at=None) if half_named(named) else onward(named, questions)


def give_reason(draft: Draft, reason: str, questions: Questions) -> Draft:
    """Say why the entry is made, and go on."""
    return onward(replace(draft, reason=reason), questions)


def decide(draft: Draft, contradiction: Contradiction) -> Draft:
    """Say whether the answer replaces what it contradicts or stands beside it."""
    return replace(draft, contradiction=contradiction)

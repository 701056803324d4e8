"""A half-typed answer: what is asked next, and what everything that a person gives does to it. Nothing is recorded here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole

MOST_PROOFS = 10
"""An album of a messenger holds ten pictures."""


class Step(StrEnum):
    """What a draft waits for."""

    LIST = "list"
    POSITIONS = "positions"
    SOURCE = "source"
    PROOF = "proof"
    DATE = "date"
    SPEAKER = "speaker"
    REASON = "reason"
    PREVIEW = "preview"
    CHANGE = "change"


class Said(StrEnum):
    """What an answer says on a demand: a position, its word taken back, or nothing (in a correction: it stays as it was)."""

    COMMITTED = "committed"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    BACK = "back"
    NOTHING = "nothing"

    @property
    def position(self) -> Position | None:
        """Return the position, if it is one."""
        return Position(self.value) if self not in {Said.BACK, Said.NOTHING} else None


@dataclass(frozen=True)
class Question:
    """One demand of the letter, with the parts on which one may answer apart."""

    demand: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """A demand, or one part of it, on which something is said."""

    demand: str
    part: str = ""


@dataclass(frozen=True)
class HeldProof:
    """A proof as a draft holds it; `file` is the SHA-256 of a file that is kept already. A link alone proves nothing yet."""

    url: str | None = None
    quote: str | None = None
    file: str | None = None

    @property
    def complete(self) -> bool:
        """Tell whether there are words or a file."""
        return bool(self.quote or self.file)


@dataclass(frozen=True)
class Draft:
    """A half-typed answer.

    `only` are the demands and parts that can be spoken of, where they are not the letter's: those of the entry that is
    corrected, those on which a word can be taken back. `split` are the demands answered by parts, `at` what is asked about
    now, `query` and `place` what was typed or pressed while looking for a list. `offered` is a day to choose, from a
    forwarded message, `by` who wrote that. A speaker without a role is half named.
    """

    kind: AnswerKind = AnswerKind.STATEMENT
    step: Step = Step.LIST
    target: int | None = None
    list_id: int | None = None
    banner_id: int | None = None
    query: str = ""
    place: int | None = None
    only: tuple[Slot, ...] = ()
    split: tuple[str, ...] = ()
    at: Slot | None = None
    said: tuple[tuple[Slot, Said], ...] = ()
    source: SourceKind | None = None
    proofs: tuple[HeldProof, ...] = ()
    said_on: date | None = None
    offered: date | None = None
    by: str = ""
    speaker: str | None = None
    role: SpeakerRole | None = None
    contradiction: Contradiction | None = None
    reason: str | None = None

    @property
    def has_subject(self) -> bool:
        """Tell whether it is known whom the answer is about."""
        return (self.list_id is None) != (self.banner_id is None)

    @property
    def worth_keeping(self) -> bool:
        """Tell whether something was entered that would be a loss."""
        return self.has_subject or bool(self.proofs)

    def on(self, slot: Slot) -> Said | None:
        """Return what the answer says on a demand or part; None while that is open."""
        return next((said for one, said in self.said if one == slot), None)


Questions = Sequence[Question]
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
        Step.PROOF: not draft.proofs or not all(proof.complete for proof in draft.proofs),
        Step.DATE: draft.said_on is None,
        Step.SPEAKER: draft.role is None or (draft.role is not SpeakerRole.LIST and not draft.speaker),
        Step.REASON: not draft.reason,
    }.get(step, False)


def onward(draft: Draft, questions: Questions) -> Draft:
    """Go to the first step that is missing, or to the preview when none is."""
    step = next((one for one in steps_of(draft.kind) if is_missing(draft, one, questions)), Step.PREVIEW)
    asked = slots(draft, questions)
    at = next((slot for slot in asked if draft.on(slot) is None), asked[0] if asked else None)
    return replace(draft, step=step, at=at if step is Step.POSITIONS else None)


def go(draft: Draft, step: Step, questions: Questions, slot: Slot | None = None) -> Draft:
    """Go to a step to change it, for the positions to one demand or part; a step that this entry has not changes nothing.

    The preview is only reached when nothing is missing.
    """
    if step is Step.CHANGE:
        return replace(draft, step=step, at=None)
    if step is Step.PREVIEW:
        return onward(draft, questions)
    asked = slots(draft, questions)
    if step not in steps_of(draft.kind) or (step is Step.POSITIONS and not asked):
        return draft
    at = slot if slot in asked else asked[0] if asked else None
    return replace(draft, step=step, at=at if step is Step.POSITIONS else None, query="", place=None)


def back(draft: Draft, questions: Questions) -> Draft:
    """Go to what was asked before; from the first step nowhere, from the choice of a change to where the draft was."""
    steps, asked = steps_of(draft.kind), slots(draft, questions)
    if draft.step is Step.CHANGE:
        return onward(draft, questions)
    if draft.step is Step.SPEAKER and half_named(draft):
        return replace(draft, speaker=None)
    if draft.step is Step.LIST and (draft.query or draft.place is not None):
        return replace(draft, query="", place=None)
    if draft.step is Step.POSITIONS and draft.at in asked[1:]:
        return replace(draft, at=asked[asked.index(draft.at) - 1])
    place = steps.index(draft.step) if draft.step in steps else 0
    before = steps[max(0, place - 1)]
    return go(draft, before, questions, asked[-1] if asked else None)


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
        held = (proof, *draft.proofs) if draft.kind is AnswerKind.CORRECTION else (*draft.proofs, proof)
    proved = replace(draft, proofs=held)
    passed = draft.step not in _FORM[: _FORM.index(Step.PROOF)]
    if draft.step is Step.PROOF or (passed and is_missing(proved, Step.PROOF, questions)):
        return onward(proved, questions)
    return proved


def offer(draft: Draft, day: date | None, by: str) -> Draft:
    """Keep what a forwarded message says of itself: its day, to be chosen, and who wrote it."""
    return replace(draft, offered=day or draft.offered, by=by or draft.by)


def drop_proof(draft: Draft) -> Draft:
    """Remove the proof that was given last, where proofs are asked for."""
    if draft.step is not Step.PROOF:
        return draft
    return replace(draft, proofs=draft.proofs[1:] if draft.kind is AnswerKind.CORRECTION else draft.proofs[:-1])


def can_join(draft: Draft) -> bool:
    """Tell whether a link that waits for its words could go with the words or the file given just before it."""
    return len(draft.proofs) > 1 and not draft.proofs[-1].complete and not draft.proofs[-2].url


def join_proofs(draft: Draft, questions: Questions) -> Draft:
    """Put a link to the words or the file given just before it, and go on."""
    if not can_join(draft):
        return draft
    *others, before, link = draft.proofs
    return onward(replace(draft, proofs=(*others, replace(before, url=link.url))), questions)


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

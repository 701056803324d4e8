"""What an organizer reads while an answer is typed: one screen per step, the same with and without buttons."""

from collections.abc import Callable, Mapping, Sequence

from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.draft import MOST_PROOFS, Step, can_join, half_named, steps_of
from pledgebot.domain.errors import Objection
from pledgebot.messages import draft_buttons as press
from pledgebot.messages import labels
from pledgebot.messages.announcements import EVENT_OF, preview_blocks
from pledgebot.messages.document import (
    Block,
    Bullets,
    Buttons,
    Message,
    Text,
    clean,
    heading,
    paragraph,
)
from pledgebot.messages.draft_words import proof_word, said_word, shortened, slot_title, speaker_words
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.objections import objection
from pledgebot.services.draft_views import DraftView
from pledgebot.services.views import EntryView


def screen(view: DraftView, tr: Translator, note: str = "") -> Message:
    """Return the screen of the step where a draft is; `note` is a sentence about what was just done, or not done."""
    blocks = [*_noted(note), _title(view, tr), *_entered(view, tr)]
    blocks += [paragraph(line) for line in _ASKED[view.draft.step](view, tr)]
    return Message(tuple(blocks), tr.language, buttons=press.buttons(view, tr))


def preview(view: DraftView, entry: EntryView, tr: Translator, note: str = "") -> Message:
    """Return what will be posted, exactly, and the buttons to submit or to change it."""
    kind = EVENT_OF[entry.kind]
    blocks = [*_noted(note), _title(view, tr), *preview_blocks(entry.facts, kind, tr)]
    further = len(view.draft.proofs) - 1
    if further > 0:
        told = tr.n("{count} further proof is kept with it.", "{count} further proofs are kept with it.", further)
        blocks.append(paragraph(told.format(count=further)))
    blocks.append(
        paragraph(
            tr._("Read it against its proof, then press Submit. Nothing is posted before another person confirms.")
        )
    )
    made = Message(tuple(blocks), tr.language, buttons=press.of_preview(view, tr, can_submit=True))
    return frame(made, tr, entry.facts.fictional)


def undecided(view: DraftView, facts: Mapping[str, object], tr: Translator, note: str = "") -> Message:
    """Ask whether an answer that contradicts what is on record replaces it or stands beside it."""
    named = next((slot for slot in view.slots if slot.slot.demand == facts.get("demand")), None)
    shown = {**facts, "demand": slot_title(named, tr)} if named is not None else facts
    asked = objection(tr, Objection.CONTRADICTION_UNDECIDED, shown)
    rows = press.of_contradiction(view, tr)
    return _before_submit(view, asked, rows, tr, note)


def not_yet(view: DraftView, why: str, tr: Translator, note: str = "") -> Message:
    """Say why a draft cannot be submitted as it is, and offer to change it."""
    return _before_submit(view, why, press.of_preview(view, tr, can_submit=False), tr, note)


def _before_submit(view: DraftView, told: str, rows: Buttons, tr: Translator, note: str) -> Message:
    blocks = [*_noted(note), _title(view, tr), *_entered(view, tr), paragraph(told)]
    return Message(tuple(blocks), tr.language, buttons=rows)


def closed(submitted: int | None, tr: Translator) -> Message:
    """Answer a press on a draft that is over."""
    told = tr._("This draft is closed: nothing was changed. /log begins a new one.")
    if submitted is not None:
        told = tr._(
            "This draft is closed: nothing was changed. What was submitted last is already recorded: entry {number}."
        ).format(number=submitted)
    return _one(told, tr)


def cancelled(tr: Translator) -> Message:
    """Say that a draft is dropped."""
    return _one(tr._("The draft is dropped, with its files. Nothing was recorded. /log begins a new one."), tr)


def nothing_to_cancel(tr: Translator) -> Message:
    """Say that there is no draft."""
    return _one(tr._("No draft is open here: there is nothing to cancel. /log begins one."), tr)


def open_already(view: DraftView, anew: Sequence[str | int], tr: Translator) -> Message:
    """Ask whether to go on with the draft that is open or to drop it for a new one; `anew` says which one."""
    blocks: list[Block] = [
        heading(tr._("A draft is open here already")),
        *_entered(view, tr),
        paragraph(tr._("Press whether to go on with it, or to drop it with its files and begin the new one.")),
    ]
    return Message(tuple(blocks), tr.language, buttons=press.of_open(view, anew, tr))


def too_large(megabytes: int, tr: Translator) -> Message:
    """Say what to do instead of a file that is too large."""
    return _one(
        tr._(
            "This file is larger than {limit} MB and was not kept. Send the pages that matter alone, a photo of them, or a "
            "link followed by the words that stand there."
        ).format(limit=megabytes),
        tr,
    )


def stale(tr: Translator) -> str:
    """Return the notice at a button of an earlier screen."""
    return tr._("That button was of an earlier screen: nothing was changed. This is the present one.")


def kept(tr: Translator) -> str:
    """Return that a proof was taken, where something else was asked for."""
    return tr._("The proof is kept with the draft.")


def too_many_proofs(tr: Translator) -> str:
    """Return that no more proofs are taken."""
    told = tr._("This proof was not kept: an entry takes at most {count}. Remove one, or go on.")
    return told.format(count=MOST_PROOFS)


def no_day(tr: Translator) -> str:
    """Return that a text is no day."""
    return tr._("That is no day: type it such as 14/02/2026 or 2026-02-14, or press one.")


def no_name(tr: Translator) -> str:
    """Return that a text holds no name."""
    return tr._("That holds no name: type the name and the role of who spoke, or press one.")


def nothing_on_record(tr: Translator) -> str:
    """Return that a list has no word to take back."""
    return tr._("Nothing of it is on record, so there is no word to take back: choose another, or use /log.")


def _one(told: str, tr: Translator) -> Message:
    return Message((paragraph(told),), tr.language)


def _noted(note: str) -> list[Block]:
    return [paragraph(note)] if note else []


def _title(view: DraftView, tr: Translator) -> Block:
    """Return where one is, in words."""
    draft, names = view.draft, press.step_names(tr)
    steps = steps_of(draft.kind)
    what = names[draft.step]
    if draft.step is Step.POSITIONS and view.at is not None:
        number, count = view.slots.index(view.at) + 1, len(view.slots)
        what = tr._("{step}, {number} of {count}").format(step=what, number=number, count=count)
    kind = _kind(view, tr)
    if draft.step not in steps:
        return heading(f"{kind} — {what}")
    number = steps.index(draft.step) + 1
    told = tr._("{entry} — step {number} of {count}: {step}")
    return heading(told.format(entry=kind, number=number, count=len(steps), step=what))


def _kind(view: DraftView, tr: Translator) -> str:
    if view.draft.kind is AnswerKind.CORRECTION:
        return tr._("Correction of entry {number}").format(number=view.draft.target)
    if view.draft.kind is AnswerKind.WITHDRAWAL:
        return tr._("Word taken back")
    return tr._("New entry")


def _entered(view: DraftView, tr: Translator) -> list[Block]:
    """Return what was entered so far, in short."""
    draft = view.draft
    lines: list[str] = []
    if view.subject is not None:
        lines.append(clean(view.subject.name))
    lines += [
        f"{slot_title(slot, tr)} — {said_word(slot.said, draft.kind, tr)}"
        for slot in view.slots
        if slot.said is not None
    ]
    if draft.source is not None:
        lines.append(tr._("source: {source}").format(source=labels.source_kind(draft.source, tr)))
    if draft.proofs:
        told = tr.join([proof_word(proof, tr) for proof in draft.proofs])
        lines.append(tr._("proof: {proofs}").format(proofs=told))
    if draft.said_on is not None:
        lines.append(tr._("said on {date}").format(date=tr.short_day(draft.said_on)))
    if draft.speaker or draft.role is not None:
        lines.append(tr._("who spoke: {who}").format(who=speaker_words(draft, tr)))
    if draft.reason:
        lines.append(tr._("reason: {reason}").format(reason=shortened(draft.reason)))
    return [paragraph(tr._("So far:")), Bullets(tuple((Text(line),) for line in lines))] if lines else []


def _ask_list(view: DraftView, tr: Translator) -> list[str]:
    draft = view.draft
    if draft.query and view.choices:
        told = tr._("Several could be meant by “{query}”: press the right one, or type more of its name.")
        return [told.format(query=shortened(draft.query))]
    if draft.query:
        told = tr._("Nothing is called “{query}”: check the spelling, or type its place or the head of its list.")
        return [told.format(query=shortened(draft.query))]
    asked = tr._("Which list or banner answered?")
    if draft.kind is AnswerKind.WITHDRAWAL:
        asked = tr._("Which list or banner takes its word back?")
    if not view.choices:
        return [asked, tr._("Type its name, its place or the head of its list.")]
    if view.more:
        return [asked, tr._("These are only some: press one, or type its name, its place or the head of its list.")]
    return [asked, tr._("Press it, or type its name, its place or the head of its list.")]


def _ask_position(view: DraftView, tr: Translator) -> list[str]:
    if view.at is None:
        return [tr._("The letter has no demand that could be spoken on.")]
    title = slot_title(view.at, tr)
    if view.draft.kind is AnswerKind.WITHDRAWAL:
        return [tr._("Is the word on “{title}” taken back? Press one.").format(title=title)]
    asked = tr._("What is said on “{title}”?")
    if view.draft.kind is AnswerKind.CORRECTION:
        asked = tr._("What is right on “{title}”?")
    return [asked.format(title=title), tr._("Press one, or type committed, partial, refused or unclear.")]


def _ask_source(_view: DraftView, tr: Translator) -> list[str]:
    return [tr._("Where was it said? Press the kind of source, or type it.")]


def _ask_proof(view: DraftView, tr: Translator) -> list[str]:
    waiting = next((proof for proof in view.draft.proofs if not proof.complete), None)
    if waiting is not None:
        told = tr._("This link alone is no proof, since pages change: {link}")
        asked = [
            told.format(link=shortened(waiting.url or "")),
            tr._("Send the words that stand there, or a picture of the page."),
        ]
        if can_join(view.draft):
            asked.append(tr._("If what you sent before is its words or its picture, press that it belongs to it."))
        return asked
    if view.draft.proofs:
        return [tr._("Send another proof, or go on. The first proof is the one that is posted.")]
    return [
        tr._(
            "Send the proof now: a link followed by the words that stand there, the words alone, a photo, a PDF or another "
            "file, or a forwarded message."
        ),
        tr._("What you write under a photo or a file is taken as the quoted words. Names of files are not kept."),
    ]


def _ask_day(_view: DraftView, tr: Translator) -> list[str]:
    return [
        tr._("When was it said? Press a day, or type it, such as 14/02/2026."),
        tr._("More proofs can still be sent: a file, or a link followed by its words."),
    ]


def _ask_speaker(view: DraftView, tr: Translator) -> list[str]:
    draft = view.draft
    if half_named(draft):
        told = tr._("In what role did {name} speak? Press it, or type it.")
        return [told.format(name=clean(draft.speaker or ""))]
    asked = [tr._("Who spoke? Press it, or type the name and the role, such as: Ada Exemple, spokesperson.")]
    if draft.by:
        asked.append(tr._("The forwarded message is by: {name}").format(name=clean(draft.by)))
    return asked


def _ask_reason(_view: DraftView, tr: Translator) -> list[str]:
    return [tr._("Why is the entry corrected? Send one sentence: it is posted with the correction.")]


def _ask_change(_view: DraftView, tr: Translator) -> list[str]:
    return [tr._("What should change? Press it. Everything else stays as it is.")]


def _ask_submit(_view: DraftView, tr: Translator) -> list[str]:
    return [tr._("Press whether to submit it or to change it.")]


_ASKED: dict[Step, Callable[[DraftView, Translator], list[str]]] = {
    Step.LIST: _ask_list,
    Step.POSITIONS: _ask_position,
    Step.SOURCE: _ask_source,
    Step.PROOF: _ask_proof,
    Step.DATE: _ask_day,
    Step.SPEAKER: _ask_speaker,
    Step.REASON: _ask_reason,
    Step.CHANGE: _ask_change,
    Step.PREVIEW: _ask_submit,
}

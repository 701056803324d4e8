"""What an organizer reads while an answer is typed: one screen per step, the same with and without buttons."""

from collections.abc import Mapping, Sequence
from datetime import date

from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.days import LONGEST_AGO
from pledgebot.domain.draft import MOST_PROOFS, Said, Step, steps_of
from pledgebot.domain.draft_corrections import changed, changes_nothing, concerns_all
from pledgebot.domain.errors import Objection
from pledgebot.messages import draft_buttons as press
from pledgebot.messages import labels
from pledgebot.messages.announcements import EVENT_OF, preview_blocks
from pledgebot.messages.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Message,
    Text,
    clean,
    heading,
    paragraph,
)
from pledgebot.messages.draft_asked import asked
from pledgebot.messages.draft_words import proofs_word, said_word, shortened, slot_title, speaker_words, subject_words
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.objections import objection
from pledgebot.services.draft_views import DraftView, SlotView
from pledgebot.services.views import EntryView


def screen(view: DraftView, tr: Translator, note: str = "") -> Message:
    """Return the screen of the step where a draft is; `note` is a sentence about what was just done, or not done."""
    blocks = [*_noted(note), _title(view, tr), *_entered(view, tr)]
    blocks += [paragraph(line) for line in asked(view, tr)]
    return Message(tuple(blocks), tr.language, buttons=press.buttons(view, tr))


def preview(view: DraftView, entry: EntryView, tr: Translator, note: str = "") -> Message:
    """Return what will be posted, exactly, and the buttons to submit or to change it."""
    kind = EVENT_OF[entry.kind]
    blocks = [*_noted(note), _title(view, tr), *preview_blocks(entry.facts, kind, tr)]
    further = len(view.draft.proofs) - 1
    if further > 0:
        told = tr.n("{count} further proof is kept with it.", "{count} further proofs are kept with it.", further)
        blocks.append(paragraph(told.format(count=further)))
    if entry.kind is AnswerKind.CORRECTION and concerns_all(view.draft) and len(view.slots) > 1:
        blocks.append(
            paragraph(
                tr._(
                    "Who spoke, when and where, and a proof that is changed alone belong to the whole entry: it is posted anew "
                    "with everything that it says."
                )
            )
        )
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


def throw_away(view: DraftView, tr: Translator) -> Message:
    """Ask once whether a draft is to be thrown away."""
    asked = tr._("Throw away what was noted so far?")
    if view.subject is not None:
        asked = tr._("Throw away what was noted for {name}?").format(name=clean(view.subject.name))
    told = tr._("Its files are deleted with it. Nothing of it is recorded.")
    return Message((heading(asked), paragraph(told)), tr.language, buttons=press.of_throwing_away(view, tr))


def way_back(revision: int, tr: Translator) -> Button:
    """Return the button that leads back to the draft from an answer that was given in between."""
    return press.way_back(revision, tr)


def not_understood(tr: Translator) -> str:
    """Return that a text says nothing to the draft, and asks nothing that can be answered."""
    return tr._("That was not understood, and nothing was changed. This is what the draft waits for:")


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
    return tr._("That is no day: type it such as 14/02, 14 February 2026 or Monday, or press one.")


def too_long_ago(day: date, tr: Translator) -> str:
    """Return that a day is of another age."""
    told = tr._("{date} is more than {count} years ago: check the year.")
    return told.format(date=tr.short_day(day), count=LONGEST_AGO)


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
        if draft.kind is not AnswerKind.CORRECTION:
            what = tr._("{step}, {number} of {count}").format(step=what, number=number, count=count)
    kind = _kind(view, tr)
    if draft.step not in steps or draft.kind is AnswerKind.CORRECTION:
        # A correction is made from a menu: it has no third step of seven.
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
        lines.append(subject_words(view.subject, tr))
    lines += [f"{slot_title(slot, tr)} — {_said(view, slot, tr)}" for slot in view.slots if slot.said is not None]
    if draft.source is not None:
        lines.append(tr._("source: {source}").format(source=labels.source_kind(draft.source, tr)))
    if draft.proofs:
        lines.append(tr._("proof: {proofs}").format(proofs=proofs_word(draft.proofs, tr)))
    if draft.said_on is not None:
        lines.append(tr._("said on {date}").format(date=tr.short_day(draft.said_on)))
    if draft.speaker or draft.role is not None:
        lines.append(tr._("who spoke: {who}").format(who=speaker_words(draft, tr)))
    if draft.reason:
        lines.append(tr._("reason: {reason}").format(reason=shortened(draft.reason)))
    return [paragraph(_so_far(view, tr)), Bullets(tuple((Text(line),) for line in lines))] if lines else []


def _so_far(view: DraftView, tr: Translator) -> str:
    if view.draft.kind is not AnswerKind.CORRECTION:
        return tr._("So far:")
    return tr._("The entry says:") if changes_nothing(view.draft) else tr._("With what you change, the entry says:")


def _said(view: DraftView, slot: SlotView, tr: Translator) -> str:
    """Return what is said on a demand; where a correction changes it, also what the entry says."""
    draft = view.draft
    now = said_word(slot.said or Said.NOTHING, draft.kind, tr)
    if draft.original is None or slot.slot not in changed(draft):
        return now
    before = draft.original.on(slot.slot) or Said.BACK
    return tr._("{now}, instead of: {before}").format(now=now, before=said_word(before, draft.kind, tr))

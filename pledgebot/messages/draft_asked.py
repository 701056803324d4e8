"""What each step of a draft asks, in sentences."""

from collections.abc import Callable

from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.draft import Step, can_join, half_named
from pledgebot.domain.draft_corrections import changes_nothing, unproved
from pledgebot.messages.document import clean
from pledgebot.messages.draft_words import shortened, slot_title
from pledgebot.messages.i18n import Translator
from pledgebot.services.draft_views import DraftView


def asked(view: DraftView, tr: Translator) -> list[str]:
    """Return what is asked where a draft is, one paragraph each."""
    return _ASKED[view.draft.step](view, tr)


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
    if unproved(view.draft):
        proving = [tr._("What proves what you changed? Send it now: it will be the proof that is posted.")]
        if view.draft.proofs:
            proving.append(tr._("If the proof that the entry has shows it, press that the same proof holds."))
        return proving
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
        tr._("When was it said? Press a day, or type it, such as 14/02, 14 February or Monday."),
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


def _ask_change(view: DraftView, tr: Translator) -> list[str]:
    if view.draft.kind is AnswerKind.CORRECTION and changes_nothing(view.draft):
        return [tr._("What is wrong in it? Press it. Everything else stays as it is.")]
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

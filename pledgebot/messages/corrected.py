"""What a message says once it is corrected in place: what is right, from all that was said since, marked as corrected."""

from collections.abc import Sequence
from dataclasses import replace

from pledgebot.domain.events import AnswerFacts, EventKind, Said, StanceFacts
from pledgebot.messages.announcement_buttons import reading_buttons
from pledgebot.messages.announcements import Teller, end, proof, spoken, stances, subject, taken, taken_back
from pledgebot.messages.document import Block, Inlines, Message, Strong, clean, heading, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator


def corrected_post(
    trail: Sequence[Said], tr: Translator, board_url: str | None = None, hashtags: Sequence[str] = ()
) -> Message:
    """Return the new text of a message. `trail` is what it said first, then each correction, oldest first: never empty.

    What a correction put right is told by that correction, with its proof; the rest stays as it was, with its own.
    """
    last = trail[-1].facts
    blocks: list[Block] = [
        heading(tr._("Corrected: {name}").format(name=clean(last.subject.name))),
        subject(last.subject, tr),
        paragraph(_marked(last, tr)),
    ]
    for said in still_right(trail):
        blocks += [stances(said.facts, tr, _teller(said.kind)), *spoken(said.facts, tr), *proof(said.facts, tr)]
    blocks += end(last, tr, board_url)
    buttons = reading_buttons(last, tr, board_url)
    return frame(Message(tuple(blocks), tr.language, tuple(hashtags), buttons=buttons), tr, last.fictional)


def _marked(last: AnswerFacts, tr: Translator) -> str:
    if last.decided_on is None:
        return tr._("Corrected: this message contained an error. This is what is right:")
    return tr._("Corrected on {date}: this message contained an error. This is what is right:").format(
        date=tr.short_day(last.decided_on)
    )


def still_right(trail: Sequence[Said]) -> list[Said]:
    """Return what stays of each, without what a later one put right; those of which nothing stays are left out."""
    found: list[Said] = []
    put_right: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for said in reversed(trail):
        left = tuple(stance for stance in said.facts.stances if _about(stance) not in put_right)
        put_right |= {_about(stance) for stance in said.facts.stances}
        if left:
            found.insert(0, replace(said, facts=replace(said.facts, stances=left)))
    return found


def _about(stance: StanceFacts) -> tuple[str, tuple[tuple[str, str], ...]]:
    return stance.demand, tuple(sorted((stance.part_title or {}).items()))


def _teller(kind: EventKind) -> Teller:
    if kind is EventKind.ANSWER_CORRECTED:
        return _right
    return taken_back if kind is EventKind.ANSWER_WITHDRAWN else taken


def _right(stance: StanceFacts, facts: AnswerFacts, tr: Translator) -> Inlines:
    """Return what is right; `was` of a correction is the error, which is not repeated here."""
    if stance.position is None:
        return (Strong(tr._("no position on this demand")),)
    return taken(replace(stance, was=None), facts, tr)

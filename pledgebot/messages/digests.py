"""A digest: several things that happened, told to one subscriber as one message."""

from collections.abc import Sequence
from dataclasses import replace

from pledgebot.domain.audience import Audience
from pledgebot.domain.events import AnswerFacts, EventKind, News, Reminded, Said
from pledgebot.messages.announcement_buttons import digest_buttons, reading_buttons
from pledgebot.messages.announcements import end, posting
from pledgebot.messages.document import Block, Buttons, Message, clean, heading, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.reminders import reminder_blocks, reminder_buttons, reminder_end

MOST_TOLD = 20
"""So many events are told in full; of the others their lists are named."""

_PUT_RIGHT = frozenset({EventKind.ANSWER_CORRECTED, EventKind.CONTENT_REMOVED})


def digest(
    news: Sequence[News], tr: Translator, board_url: str | None = None, audience: Audience = Audience.SUBSCRIBER
) -> Message:
    """Return several events as one message, in the order in which they were confirmed; `news` is never empty.

    Reminders come first: they have their day. What happened is told in the words of its announcement, without the quotation:
    the proof is linked. Where there are more than twenty, what puts something right is always among those that are told in
    full, and no list is told before another for any other reason than its moment. `board_url` leads to the whole table,
    `audience` is who reads it.
    """
    recalled = [one for one in news if isinstance(one, Reminded)]
    happened = [one for one in news if isinstance(one, Said)]
    blocks = reminder_blocks(recalled, tr, audience)
    buttons = reminder_buttons(recalled, tr, board_url)
    if happened:
        what, onward = _happened(happened, tr, board_url)
        # The way to the table stands once.
        blocks, buttons = [*blocks, *what], (*(row for row in buttons if row not in onward), *onward)
    else:
        blocks += reminder_end(recalled, tr, board_url)
    fictional = any(one.facts.fictional for one in news)
    return frame(Message(tuple(blocks), tr.language, buttons=buttons), tr, fictional)


def _happened(news: Sequence[Said], tr: Translator, board_url: str | None) -> tuple[list[Block], Buttons]:
    """Return what was confirmed since, with its end, and where its readers may go on."""
    ordered = sorted(news, key=lambda said: (said.facts.seq is None, said.facts.seq or 0))
    told, others = _chosen(ordered)
    count = tr.n("{count} news item about what you follow", "{count} news items about what you follow", len(ordered))
    blocks: list[Block] = [heading(count.format(count=len(ordered)))]
    for said in told:
        blocks += posting(_brief(said.facts), said.kind, tr, said.facts.decided_on)
    blocks += _others(others, tr)
    blocks += end(ordered[-1].facts, tr, board_url)
    subjects = list(dict.fromkeys(said.facts.subject for said in told))
    if len(subjects) == 1 and not others:
        return blocks, reading_buttons(ordered[-1].facts, tr, board_url)
    return blocks, digest_buttons(subjects, tr, board_url)


def _chosen(ordered: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Return what is told in full, and what is only counted, both in their order."""
    first = sorted(range(len(ordered)), key=lambda place: (ordered[place].kind not in _PUT_RIGHT, place))[:MOST_TOLD]
    full = set(first)
    told = [said for place, said in enumerate(ordered) if place in full]
    return told, [said for place, said in enumerate(ordered) if place not in full]


def _brief(facts: AnswerFacts) -> AnswerFacts:
    return facts if facts.proof is None else replace(facts, proof=replace(facts.proof, quote=None))


def _others(others: Sequence[Said], tr: Translator) -> list[Block]:
    """Return how many more there are, about whom, and how to read them."""
    if not others:
        return []
    names = tr.join(dict.fromkeys(clean(said.facts.subject.name) for said in others))
    more = tr.n("And {count} more news item: {names}.", "And {count} more news items: {names}.", len(others))
    how = tr._("Ask for a list by its name, and you read everything that it says.")
    return [paragraph(more.format(count=len(others), names=names), " ", how)]

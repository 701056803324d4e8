"""What organizers read of an entry that they were asked about: what was asked and answered, and what was decided."""

from collections.abc import Sequence
from dataclasses import replace

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.events import AnswerFacts, Decision
from pledgebot.messages import labels
from pledgebot.messages.announcement_buttons import decision_buttons, entry_button
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import (
    Block,
    Bullets,
    Button,
    Inlines,
    Message,
    Quote,
    Text,
    clean,
    clean_words,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import demand_title


def talk(facts: AnswerFacts, tr: Translator) -> list[Block]:
    """Return what was asked about an entry and answered, in its order; nothing where nobody asked."""
    blocks: list[Block] = []
    for remark in facts.talk:
        told = tr._("answered by {name}:") if remark.answers else tr._("asked by {name}:")
        blocks += [paragraph(told.format(name=clean(remark.by))), Quote((Text(clean_words(remark.text)),))]
    return blocks


def newest_remark(facts: AnswerFacts, tr: Translator) -> Message:
    """Return the last question about an entry, or its answer with the question, with the buttons that decide on it."""
    last = facts.talk[-1:]
    answers = bool(last) and last[0].answers
    told = tr._("Entry {number}, {name}: an answer") if answers else tr._("Entry {number}, {name}: a question")
    return Message(
        (heading(_of(facts, told)), *talk(_lately(facts), tr)), tr.language, buttons=decision_buttons(facts, tr)
    )


def asked_of_recorder(facts: AnswerFacts, tr: Translator) -> Message:
    """Return a question as whoever recorded the entry gets it in private: they answer by a button or by a reply."""
    told = tr._("A question about entry {number}, which you recorded: {name}")
    how = tr._("Reply to this message, or press the button and write; the organizers then see your answer.")
    row = (
        pressing(tr._("Answer"), "explain", facts.answer),
        pressing(tr._("Reject…"), "reject", facts.answer, facts.version),
    )
    blocks = (heading(_of(facts, told)), *_positions(facts, tr), *talk(_lately(facts), tr), paragraph(how))
    return Message(blocks, tr.language, buttons=(row, (entry_button(facts, tr),)))


def asking(facts: AnswerFacts, recorder: str, tr: Translator) -> Message:
    """Return what somebody reads who wants to ask about an entry: their reply to this message is the question."""
    told = tr._("What do you want to know about entry {number}, {name}?")
    how = tr._(
        "Write it as a reply to this message, or in a private chat simply as the next one. {person}, who recorded the entry, "
        "is asked, and the organizers see it. /cancel drops it."
    ).format(person=clean(recorder))
    return _prompt(facts, told, how, pressing(tr._("The entry"), "question", facts.answer), tr)


def explaining(facts: AnswerFacts, tr: Translator) -> Message:
    """Return what a recorder reads who wants to answer: their next message is the answer."""
    told = tr._("What do you answer about entry {number}, {name}?")
    how = tr._("Your next message is the answer, and the organizers see it. /cancel drops it.")
    return _prompt(facts, told, how, pressing(tr._("The entry"), "answering", facts.answer), tr)


def _prompt(facts: AnswerFacts, told: str, how: str, button: Button, tr: Translator) -> Message:
    blocks = (paragraph(_of(facts, told)), *talk(_lately(facts), tr), paragraph(how))
    return Message(blocks, tr.language, buttons=((button,),))


def decided(facts: AnswerFacts, tr: Translator) -> Message:
    """Return what was decided on an entry, by whom, when and why: there is nothing left to press."""
    if facts.decision is None:
        return Message((heading(_of(facts, tr._("Entry {number} is decided: {name}"))),), tr.language)
    told = _verdict(facts.decision, tr).format(
        number=facts.answer, person=clean(facts.decision.by), name=clean(facts.subject.name)
    )
    blocks: list[Block] = [paragraph(told), *_positions(facts, tr), _circumstances(facts.decision, tr)]
    return Message((*blocks, *talk(facts, tr)), tr.language)


def rejected_for_recorder(facts: AnswerFacts, tr: Translator) -> Message:
    """Return that an entry was rejected, as whoever recorded it is told in private: by whom, when and why."""
    told = tr._("An entry that you recorded was not confirmed.")
    return Message((paragraph(told), *decided(facts, tr).blocks), tr.language)


def _verdict(decision: Decision, tr: Translator) -> str:
    if decision.undone:
        return tr._(
            "The confirmation of entry {number} is undone by {person}: {name}. Nobody was told; the ledger says so."
        )
    if decision.state is AnswerState.CONFIRMED:
        return tr._("Entry {number} is confirmed by {person}: {name}. It is in the ledger and will be announced once.")
    return tr._("Entry {number} is rejected by {person}: {name}. Nothing of it was or will be posted.")


def _circumstances(decision: Decision, tr: Translator) -> Bullets:
    zone = decision.at.tzinfo
    lines = [tr.moment(decision.at, zone)] if zone is not None else []
    if decision.reason:
        lines.append(tr._("reason: {reason}").format(reason=clean(decision.reason)))
    return Bullets(tuple((Text(line),) for line in lines))


def _positions(facts: AnswerFacts, tr: Translator) -> list[Block]:
    taken: Sequence[Inlines] = [
        sentence(
            "{title} — {word}",
            title=demand_title(stance.title, stance.part_title, tr),
            word=tr._("word taken back") if stance.position is None else labels.position(stance.position, tr),
        )
        for stance in facts.stances
    ]
    return [Bullets(tuple(taken))] if taken else []


def _lately(facts: AnswerFacts) -> AnswerFacts:
    """Return facts with the last question only, and its answer if there is one."""
    latest = 2 if facts.talk and facts.talk[-1].answers else 1
    return replace(facts, talk=facts.talk[-latest:])


def _of(facts: AnswerFacts, template: str) -> str:
    return template.format(number=facts.answer, name=clean(facts.subject.name))

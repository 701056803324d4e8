"""What organizers read: one entry, those that wait, and what became of a decision."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.events import AnswerFacts
from pledgebot.messages import labels
from pledgebot.messages.announcements import EVENT_OF, confirm_blocks, preview_blocks
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Message,
    Strong,
    Text,
    clean,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import demand_title
from pledgebot.services.views import EntryView


def entry(view: EntryView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return one entry: who recorded it when, how to decide on it while it waits, and exactly what will be posted."""
    facts = view.facts
    blocks: list[Block] = []
    if view.state is AnswerState.PENDING:
        blocks += confirm_blocks(facts, tr)
    else:
        state = labels.answer_state(view.state, tr)
        blocks.append(heading(tr._("Entry {number}: {state}").format(number=facts.answer, state=state)))
    blocks.append(Bullets(tuple((Text(line),) for line in _circumstances(view, tr, zone))))
    kind = EVENT_OF.get(view.kind)
    if view.state is AnswerState.PENDING and kind is not None:
        blocks += preview_blocks(facts, kind, tr)
    return _framed(blocks, facts, tr)


def _circumstances(view: EntryView, tr: Translator, zone: tzinfo) -> list[str]:
    lines = [
        labels.answer_kind(view.kind, tr),
        tr._("version {version}").format(version=view.facts.version),
        tr._("recorded by {name}, {moment}").format(
            name=clean(view.recorded_by), moment=tr.moment(view.recorded_at, zone)
        ),
    ]
    if view.decided_by and view.state is AnswerState.CONFIRMED:
        lines.append(tr._("confirmed by {name}").format(name=clean(view.decided_by)))
    if view.decided_by and view.state is AnswerState.REJECTED:
        lines.append(tr._("rejected by {name}").format(name=clean(view.decided_by)))
    if view.rejected_demands:
        titles = tr.join(map(tr.pick, view.rejected_demands))
        lines.append(tr._("rejected, will not be posted: {demands}").format(demands=titles))
    return lines


def pending(views: Sequence[EntryView], tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return the entries that wait for a second person, with the command that confirms each."""
    if not views:
        return Message((paragraph(tr._("No entry waits for a second person.")),), tr.language)
    blocks: list[Block] = [
        heading(
            tr.n(
                "{count} entry waits for a second person", "{count} entries wait for a second person", len(views)
            ).format(count=len(views))
        )
    ]
    for view in views:
        facts = view.facts
        title = tr._("Entry {number}: {name}").format(number=facts.answer, name=clean(facts.subject.name))
        items = [
            *_taken(facts, tr),
            *((Text(line),) for line in _circumstances(view, tr, zone)),
            _to_confirm(facts, tr),
        ]
        blocks += [heading(title), Bullets(tuple(items))]
    return _framed(blocks, views[0].facts, tr)


def _taken(facts: AnswerFacts, tr: Translator) -> list[Inlines]:
    return [
        sentence(
            "{title} — {word}",
            title=demand_title(stance.title, stance.part_title, tr),
            word=tr._("word taken back") if stance.position is None else labels.position(stance.position, tr),
        )
        for stance in facts.stances
    ]


def _to_confirm(facts: AnswerFacts, tr: Translator) -> Inlines:
    return sentence(tr._("to confirm: {command}"), command=Strong(f"/confirm {facts.answer} {facts.version}"))


def recorded(view: EntryView, tr: Translator) -> Message:
    """Return that an entry is recorded, and that somebody else has to confirm it."""
    facts = view.facts
    return _framed(
        [
            heading(
                tr._("Entry {number} is recorded: {name}").format(number=facts.answer, name=clean(facts.subject.name))
            ),
            Bullets(tuple(_taken(facts, tr))),
            paragraph(tr._("Nothing is posted yet: another person has to confirm it.")),
            paragraph(*_to_confirm(facts, tr)),
        ],
        facts,
        tr,
    )


def confirmed(view: EntryView, tr: Translator) -> Message:
    """Return that an entry is confirmed and will be announced."""
    facts = view.facts
    told = tr._("Entry {number} is confirmed: {name}. It is in the ledger and will be announced once.")
    return _decided(facts, told, tr)


def rejected(view: EntryView, tr: Translator) -> Message:
    """Return that an entry is rejected and that nothing of it was posted."""
    facts = view.facts
    return _decided(facts, tr._("Entry {number} is rejected: {name}. Nothing of it was or will be posted."), tr)


def _decided(facts: AnswerFacts, template: str, tr: Translator) -> Message:
    told = template.format(number=facts.answer, name=clean(facts.subject.name))
    blocks: list[Block] = [paragraph(told)]
    if facts.stances:
        blocks.append(Bullets(tuple(_taken(facts, tr))))
    return _framed(blocks, facts, tr)


def _framed(blocks: Sequence[Block], facts: AnswerFacts, tr: Translator) -> Message:
    return frame(Message(tuple(blocks), tr.language), tr, facts.fictional)

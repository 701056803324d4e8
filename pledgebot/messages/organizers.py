"""What organizers read: one entry, those that wait, and what became of a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.events import AnswerFacts
from pledgebot.messages import labels
from pledgebot.messages.announcement_buttons import decision_buttons
from pledgebot.messages.announcements import EVENT_OF, confirm_blocks, confirming, preview_blocks
from pledgebot.messages.buttons import pairs, pressing
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
from pledgebot.services.people import Role
from pledgebot.services.views import EntryView

MOST_BUTTONS = 30
"""How many entries of a list have a button of their own: the oldest, which have waited longest."""

REASONS = ("proof", "position", "subject", "duplicate", "other")
"""The reasons for which an entry is rejected by a button; the stored words are those of `rejection_reason`."""


def joined(name: str, roles: Iterable[Role], tr: Translator) -> Message:
    """Return the first message to somebody who just joined: who they are here, what they may do, where to begin."""
    held = [role_word(role, tr) for role in Role if role in set(roles)]
    blocks: list[Block] = [
        heading(tr._("You have joined as {name}").format(name=clean(name))),
        paragraph(tr._("Your roles: {roles}.").format(roles=tr.join(held))),
        Bullets(
            (
                (Text(tr._("/log — record an answer with its proof")),),
                (Text(tr._("/pending — entries that wait for a second person")),),
                (Text(tr._("/lists — the lists, and how to add or change one")),),
                (Text(tr._("/chase — which lists to write to")),),
                (Text(tr._("/help — everything else")),),
            )
        ),
    ]
    buttons = (
        (pressing(tr._("Record an answer"), "log"), pressing(tr._("Entries that wait"), "pending")),
        (pressing(tr._("How the bot does"), "status"),),
    )
    return Message(tuple(blocks), tr.language, buttons=buttons)


def role_word(role: Role, tr: Translator) -> str:
    """Return what an organizer with a role does."""
    return {
        Role.RECORDER: tr.p("organizer", "records answers"),
        Role.VERIFIER: tr.p("organizer", "confirms what others recorded"),
        Role.ADMIN: tr.p("organizer", "administers"),
    }[role]


def entry(view: EntryView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return one entry: who recorded it when, how to decide on it while it waits, and exactly what will be posted."""
    return _shown(view, _entry_blocks(view, tr, zone), tr)


def changed(view: EntryView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return an entry that changed since it was shown, as it is now."""
    told = paragraph(tr._("The entry has changed since it was shown to you. This is how it is now:"))
    return _shown(view, [told, *_entry_blocks(view, tr, zone)], tr)


def _shown(view: EntryView, blocks: Sequence[Block], tr: Translator) -> Message:
    buttons = decision_buttons(view.facts, tr) if view.state is AnswerState.PENDING else ()
    return replace(_framed(blocks, view.facts, tr), buttons=buttons)


def _entry_blocks(view: EntryView, tr: Translator, zone: tzinfo) -> list[Block]:
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
    return blocks


def why_reject(view: EntryView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return a waiting entry with the question for what reason it is rejected."""
    facts = view.facts
    template = tr._("Why is it rejected? Press a reason, or write {command} and the reason in your own words.")
    command = tr._("/reject {number} {version}").format(number=facts.answer, version=facts.version)
    asked = paragraph(*sentence(template, command=Strong(command)))
    reasons = [
        pressing(rejection_reason(reason, tr), "reject", facts.answer, facts.version, reason) for reason in REASONS
    ]
    back = pressing(tr._("Back"), "entry", facts.answer, "back")
    whole = _framed([*_entry_blocks(view, tr, zone), asked], facts, tr)
    return replace(whole, buttons=(*pairs(reasons), (back,)))


def rejection_reason(reason: str, tr: Translator) -> str:
    """Return the words of a reason that can be pressed; they are kept with the entry."""
    return {
        "proof": tr.p("rejection", "the proof does not show it"),
        "position": tr.p("rejection", "the position is not what was said"),
        "subject": tr.p("rejection", "it is about another list"),
        "duplicate": tr.p("rejection", "it is on record already"),
        "other": tr.p("rejection", "another reason"),
    }[reason]


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
    rows = tuple(
        (
            pressing(
                tr._("Entry {number}: {name}").format(number=view.facts.answer, name=clean(view.facts.subject.name)),
                "entry",
                view.facts.answer,
            ),
        )
        for view in views[:MOST_BUTTONS]
    )
    return replace(_framed(blocks, views[0].facts, tr), buttons=rows)


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
    return sentence(tr._("to confirm: {command}"), command=Strong(confirming(facts, tr)))


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
    """Return that an entry is confirmed, by whom, and that it will be announced."""
    told = tr._("Entry {number} is confirmed by {person}: {name}. It is in the ledger and will be announced once.")
    return _decided(view, told, tr)


def rejected(view: EntryView, tr: Translator) -> Message:
    """Return that an entry is rejected, by whom, and that nothing of it was posted."""
    told = tr._("Entry {number} is rejected by {person}: {name}. Nothing of it was or will be posted.")
    return _decided(view, told, tr)


def undone(view: EntryView, by: str, tr: Translator) -> Message:
    """Return that the confirmation of an entry was taken back before anybody was told."""
    told = tr._(
        "The confirmation of entry {number} is undone by {person}: {name}. Nobody was told; the ledger says so."
    )
    return _decided(replace(view, decided_by=by), told, tr)


def _decided(view: EntryView, template: str, tr: Translator) -> Message:
    facts = view.facts
    told = template.format(number=facts.answer, person=clean(view.decided_by or "?"), name=clean(facts.subject.name))
    blocks: list[Block] = [paragraph(told)]
    if facts.stances:
        blocks.append(Bullets(tuple(_taken(facts, tr))))
    return _framed(blocks, facts, tr)


def _framed(blocks: Sequence[Block], facts: AnswerFacts, tr: Translator) -> Message:
    return frame(Message(tuple(blocks), tr.language), tr, facts.fictional)

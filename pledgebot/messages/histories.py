"""The history of a list or banner: every entry of the ledger about it, newest first, and what became of each."""

from collections.abc import Mapping
from datetime import UTC, tzinfo

from pledgebot.domain.answer import AnswerKind
from pledgebot.messages import labels
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Message,
    Strong,
    Text,
    clean,
    heading,
    joined,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import Telling, blanked, demand_title, proof_of, said
from pledgebot.services.views import HistoryEntry, HistoryStance, HistoryView

_OF_OUR_OWN_DOING = {AnswerKind.UNDO, AnswerKind.REMOVAL}


def history(view: HistoryView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return every confirmed entry about a list or banner; `zone` is where the days of confirmations begin."""
    telling = Telling(tr, zone)
    place = f" ({clean(view.constituency)})" if view.constituency else ""
    blocks: list[Block] = [heading(tr._("History: {name}").format(name=f"{clean(view.subject)}{place}"))]
    if view.demand is not None:
        blocks.append(paragraph(tr._("On: {demand}").format(demand=tr.pick(view.demand.title))))
    removals = {entry.target: entry for entry in view.entries if entry.kind is AnswerKind.REMOVAL}
    for entry in view.entries:
        blocks.append(_title(entry, telling))
        blocks.append(Bullets(tuple(_items(entry, removals, telling))))
    if not view.entries:
        blocks.append(paragraph(tr._("Nothing is on record yet.")))
    return Message(tuple(blocks), tr.language)


def _title(entry: HistoryEntry, telling: Telling) -> Block:
    return heading(
        telling.tr._("Entry {number}, confirmed on {date}: {kind}").format(
            number=entry.answer, date=telling.day(entry.confirmed_at), kind=labels.answer_kind(entry.kind, telling.tr)
        )
    )


def _items(entry: HistoryEntry, removals: Mapping[int | None, HistoryEntry], telling: Telling) -> list[Inlines]:
    tr = telling.tr
    items = [_stance(stance, tr) for stance in entry.stances]
    if entry.undone:
        items.append((Strong(tr._("this entry was undone before it was announced")),))
    if entry.target is not None:
        items.append((Text(_about(entry.kind, entry.target, tr)),))
    if entry.removed:
        items.append((Text(blanked(removals.get(entry.answer), telling)),))
    elif entry.kind not in _OF_OUR_OWN_DOING:
        spoken = said(entry.said_on, entry.speaker, entry.role, entry.source, tr)
        items.append(joined([(Text(spoken),), proof_of(entry.proof, telling)], " — "))
    if entry.reason and not entry.removed:
        items.append(sentence(tr._("reason: {reason}"), reason=clean(entry.reason)))
    return items


def _stance(stance: HistoryStance, tr: Translator) -> Inlines:
    word = tr._("word taken back") if stance.position is None else labels.position(stance.position, tr)
    return sentence(
        "{title} — {word} ({state})",
        title=demand_title(stance.title, stance.part_title, tr),
        word=Strong(word),
        state=labels.stance_state(stance.state, tr),
    )


def _about(kind: AnswerKind, target: int, tr: Translator) -> str:
    """Return what an entry does to another one."""
    templates = {
        AnswerKind.CORRECTION: tr._("corrects entry {number}"),
        AnswerKind.UNDO: tr._("undoes entry {number}"),
        AnswerKind.REMOVAL: tr._("removes the content of entry {number}"),
    }
    return templates.get(kind, tr._("concerns entry {number}")).format(number=target)

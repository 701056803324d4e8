"""The whole proof of one entry: who said it when and where, the words themselves, the link, the kept file."""

from datetime import UTC, tzinfo

from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.events import ProofFacts
from pledgebot.messages import labels
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Link,
    Message,
    Quote,
    Strong,
    Text,
    clean,
    clean_words,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import Telling, blanked, demand_title, who
from pledgebot.services.proofs import ProofView
from pledgebot.services.views import HistoryEntry, HistoryStance

_WITHOUT_PROOF = {AnswerKind.UNDO, AnswerKind.REMOVAL}


def proof(view: ProofView, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return everything that proves one confirmed entry; `zone` is where the days of confirmations begin."""
    telling = Telling(tr, zone)
    place = f" ({clean(view.constituency)})" if view.constituency else ""
    title = tr._("Proof of entry {number}: {name}").format(
        number=view.entry.answer, name=f"{clean(view.subject)}{place}"
    )
    blocks: list[Block] = [heading(title)]
    if view.entry.stances:
        blocks.append(Bullets(tuple(_stance(stance, tr) for stance in view.entry.stances)))
    if view.entry.removed:
        blocks.append(paragraph(blanked(view.removal, telling)))
    elif view.entry.kind in _WITHOUT_PROOF:
        blocks.append(paragraph(tr._("This entry is of the collective's own doing: it needs no proof of its own.")))
    else:
        blocks += [paragraph(_said(view.entry, tr)), *_proofs(view.proofs, tr)]
    if view.entry.undone:
        blocks.append(paragraph(tr._("This entry was undone before it was announced: it does not count.")))
    blocks.append(paragraph(tr._("Confirmed on {date}.").format(date=telling.day(view.entry.confirmed_at))))
    return Message(tuple(blocks), tr.language)


def _stance(stance: HistoryStance, tr: Translator) -> Inlines:
    word = tr._("word taken back") if stance.position is None else labels.position(stance.position, tr)
    title = demand_title(stance.title, stance.part_title, tr)
    return sentence("{title} — {word}", title=title, word=Strong(word))


def _said(entry: HistoryEntry, tr: Translator) -> str:
    return tr._("Said on {date}, by {who}. Kind of source: {source}.").format(
        date=tr.short_day(entry.said_on),
        who=who(entry.speaker, entry.role, tr),
        source=labels.source_kind(entry.source, tr),
    )


def _proofs(proofs: tuple[ProofFacts, ...], tr: Translator) -> list[Block]:
    blocks = [block for one in proofs for block in _proof(one, tr)]
    return blocks or [paragraph(tr._("The proof of this entry has been removed."))]


def _proof(one: ProofFacts, tr: Translator) -> list[Block]:
    blocks: list[Block] = []
    if one.quote:
        blocks.append(Quote((Text(clean_words(one.quote)),)))
    if one.url:
        blocks.append(paragraph(Link(tr._("see the source"), one.url)))
    if one.file_sha256:
        told = tr._("A file that the collective keeps and does not publish, SHA-256: {digest}")
        blocks.append(paragraph(told.format(digest=one.file_sha256)))
    return blocks

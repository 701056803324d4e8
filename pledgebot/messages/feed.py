"""How a feed tells one entry of the ledger: a title, and a message that holds no more than what still may be said."""

from datetime import tzinfo

from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.events import EventKind
from pledgebot.messages.announcements import EVENT_OF, posting, stances, subject, taken
from pledgebot.messages.document import Block, Message, clean, heading, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.render import plain
from pledgebot.services.feed_entries import FeedEntry, Since


def feed_entry(entry: FeedEntry, tr: Translator, zone: tzinfo) -> tuple[str, Message]:
    """Return the title and the words of an entry in a feed.

    Of one that was undone nothing is repeated, of one that was blanked the positions alone; one that was corrected says by
    which entry. `zone` is where the days of confirmations begin.
    """
    blocks = _blocks(entry, tr, zone)
    title, rest = blocks[0], blocks[1:]
    rest.append(_ledger(entry, tr))
    message = frame(Message(tuple(rest), tr.language), tr, entry.facts.fictional)
    return plain(Message((title,), tr.language)).strip(), message


def _blocks(entry: FeedEntry, tr: Translator, zone: tzinfo) -> list[Block]:
    facts = entry.facts
    name = clean(facts.subject.name)
    if entry.undone is not None:
        gone = tr._("This entry was undone by entry {number} of the ledger, and counts for nothing.")
        return [
            heading(tr._("Undone: {name}").format(name=name)),
            subject(facts.subject, tr),
            paragraph(gone.format(number=entry.undone.number)),
        ]
    if entry.kind is AnswerKind.UNDO:
        return [
            heading(tr._("Undone: {name}").format(name=name)),
            subject(facts.subject, tr),
            paragraph(tr._("undoes entry {number}").format(number=entry.target or 0)),
            *_reason(facts.reason, tr),
        ]
    if entry.removed is not None:
        return [
            heading(tr._("Content removed: {name}").format(name=name)),
            subject(facts.subject, tr),
            stances(facts, tr, taken),
            paragraph(_removed(entry.removed, tr, zone)),
        ]
    day = entry.confirmed_at.astimezone(zone).date()
    told = posting(facts, EVENT_OF.get(entry.kind, EventKind.ANSWER_CONFIRMED), tr, day)
    return [told[0], *_corrected(entry, tr), *told[1:]]


def _corrected(entry: FeedEntry, tr: Translator) -> list[Block]:
    """Return that an entry contained an error: it comes before what it said."""
    if entry.corrected is None:
        return []
    told = tr._("This entry contained an error: entry {number} of the ledger corrects it.")
    return [paragraph(told.format(number=entry.corrected.number))]


def _reason(reason: str | None, tr: Translator) -> list[Block]:
    told = clean(reason or "")
    return [paragraph(tr._("Reason: {reason}").format(reason=told))] if told else []


def _removed(removal: Since, tr: Translator, zone: tzinfo) -> str:
    if removal.reason is None:
        return tr._("content removed on legal demand")
    return tr._("content removed on legal demand on {date}: {reason}").format(
        date=tr.short_day(removal.at.astimezone(zone).date()),
        reason=clean(removal.reason) or tr._("no reason was given"),
    )


def _ledger(entry: FeedEntry, tr: Translator) -> Block:
    return paragraph(tr._("Ledger: link {number}, head {head}").format(number=entry.number, head=entry.hash))

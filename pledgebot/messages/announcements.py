"""What is told to those who follow: one wording for each kind of event, made from its stored facts alone."""

from collections.abc import Callable, Sequence
from datetime import date

from pledgebot.domain.answer import AnswerKind, SourceKind
from pledgebot.domain.events import OF_ENTRIES, AnswerFacts, EventKind, Facts, NoticeFacts, StanceFacts, SubjectFacts
from pledgebot.messages import entry_notices, labels
from pledgebot.messages.announcement_buttons import decision_buttons, reading_buttons
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Link,
    Message,
    Paragraph,
    Quote,
    Strong,
    Text,
    clean,
    clean_words,
    heading,
    joined,
    paragraph,
    sentence,
)
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator
from pledgebot.messages.notices import stay_asked
from pledgebot.messages.reminders import recall
from pledgebot.messages.standings import demand_title, kept_file, said
from pledgebot.messages.subjects import banner_name, provisional

_DASH = " — "

Teller = Callable[[StanceFacts, AnswerFacts, Translator], Inlines]
"""How one position is told, in the light of all that was said with it."""

EVENT_OF: dict[AnswerKind, EventKind] = {
    AnswerKind.STATEMENT: EventKind.ANSWER_CONFIRMED,
    AnswerKind.CORRECTION: EventKind.ANSWER_CORRECTED,
    AnswerKind.WITHDRAWAL: EventKind.ANSWER_WITHDRAWN,
    AnswerKind.REMOVAL: EventKind.CONTENT_REMOVED,
}
"""As what an entry is announced once it is confirmed; an undone confirmation is not announced."""


def announce(
    facts: Facts,
    kind: EventKind,
    tr: Translator,
    board_url: str | None = None,
    hashtags: Sequence[str] = (),
    removed_on: date | None = None,
    spot: tuple[str, str] | None = None,
) -> Message:
    """Return the announcement of one answer, or a notice that is about none.

    `board_url` leads to the whole table; `hashtags` are passed on. `removed_on` is the day of a removal, which the facts
    do not hold (their `said_on` is the day of the removed words). `spot` is the address and thread to which a notice goes
    that is answered by a button. What became of an entry is worded for the message in which organizers were asked about it.
    """
    if isinstance(facts, NoticeFacts):
        return frame(stay_asked(facts, tr, spot), tr, facts.fictional)
    if not isinstance(facts, AnswerFacts):
        return frame(recall(facts, kind, tr, board_url), tr, facts.fictional)
    if kind is EventKind.ENTRY_DECIDED:
        return frame(entry_notices.decided(facts, tr), tr, facts.fictional)
    if kind is EventKind.ANSWER_PENDING or kind in OF_ENTRIES:
        asked = [*confirm_blocks(facts, tr), *entry_notices.talk(facts, tr)]
        blocks = [*asked, *preview_blocks(facts, future_kind(facts), tr, board_url)]
        buttons = decision_buttons(facts, tr)
    else:
        blocks = [*posting(facts, kind, tr, removed_on), *end(facts, tr, board_url)]
        buttons = reading_buttons(facts, tr, board_url)
    return frame(Message(tuple(blocks), tr.language, tuple(hashtags), buttons=buttons), tr, facts.fictional)


def future_kind(facts: AnswerFacts) -> EventKind:
    """Return as what a waiting entry will be announced; facts that do not say their kind tell it by what they hold."""
    if facts.kind in EVENT_OF:
        return EVENT_OF[facts.kind]
    if not facts.stances:
        return EventKind.CONTENT_REMOVED
    if facts.corrects_said_on is not None:
        return EventKind.ANSWER_CORRECTED
    if all(stance.position is None for stance in facts.stances):
        return EventKind.ANSWER_WITHDRAWN
    return EventKind.ANSWER_CONFIRMED


def confirm_blocks(facts: AnswerFacts, tr: Translator) -> list[Block]:
    """Return what organizers are asked about a waiting entry, and how to confirm or reject it."""
    return [
        heading(tr._("Entry {number} waits for a second person").format(number=facts.answer)),
        paragraph(
            tr._("Whoever recorded it cannot confirm it. Read it against its proof, then send one of these:"),
        ),
        Bullets((
            sentence(tr._("to confirm: {command}"), command=Strong(confirming(facts, tr))),
            sentence(tr._("to reject: {command}"), command=Strong(tr._("/reject {number}").format(number=facts.answer))),
            *_further_proofs(facts, tr),
        )),
    ]  # fmt: skip


def _further_proofs(facts: AnswerFacts, tr: Translator) -> list[Inlines]:
    """Return how many proofs a waiting entry has, where the one that is posted is not the only one."""
    if facts.proofs <= 1:
        return []
    told = tr.n("{count} proof, which is posted", "{count} proofs, of which the first is posted", facts.proofs)
    return [(Text(told.format(count=facts.proofs)),)]


def confirming(facts: AnswerFacts, tr: Translator) -> str:
    """Return the command that confirms an entry in the version that is shown, as it is called in the reader's language."""
    return tr._("/confirm {number} {version}").format(number=facts.answer, version=facts.version)


def preview_blocks(facts: AnswerFacts, kind: EventKind, tr: Translator, board_url: str | None = None) -> list[Block]:
    """Return exactly what will be posted once a waiting entry is confirmed."""
    return [heading(tr._("This is what will be posted:")), *posting(facts, kind, tr, None), *end(facts, tr, board_url)]


def posting(facts: AnswerFacts, kind: EventKind, tr: Translator, removed_on: date | None) -> list[Block]:
    """Return what an announcement says, without its end; `ANSWER_PENDING` announces nothing by itself."""
    if kind is EventKind.CONTENT_REMOVED:
        return _removed(facts, tr, removed_on)
    if kind is EventKind.ANSWER_CORRECTED:
        return _corrected(facts, tr)
    if kind is EventKind.ANSWER_WITHDRAWN:
        return _withdrawn(facts, tr)
    return _confirmed(facts, tr)


def _confirmed(facts: AnswerFacts, tr: Translator) -> list[Block]:
    name = clean(facts.subject.name)
    if any(stance.counts for stance in facts.stances):
        title = tr._("New answer: {name}").format(name=name)
    else:
        title = tr._("Added to the record: {name}").format(name=name)
    return [
        heading(title),
        subject(facts.subject, tr),
        stances(facts, tr, taken),
        *spoken(facts, tr),
        *proof(facts, tr),
    ]


def _corrected(facts: AnswerFacts, tr: Translator) -> list[Block]:
    what = tr._("Our earlier announcement contained an error. This is what is right:")
    if facts.corrects_said_on is not None:
        what = tr._("What we published on the words of {date} contained an error. This is what is right:").format(
            date=tr.short_day(facts.corrects_said_on)
        )
    return [
        heading(tr._("Correction: {name}").format(name=clean(facts.subject.name))),
        subject(facts.subject, tr),
        paragraph(what),
        stances(facts, tr, _put_right),
        *_reason(facts, tr._("Reason for the correction: {reason}")),
        *spoken(facts, tr),
        *proof(facts, tr),
    ]


def _withdrawn(facts: AnswerFacts, tr: Translator) -> list[Block]:
    return [
        heading(tr._("Word taken back: {name}").format(name=clean(facts.subject.name))),
        subject(facts.subject, tr),
        stances(facts, tr, taken_back),
        *spoken(facts, tr),
        *_reason(facts, tr._("Reason: {reason}")),
        *proof(facts, tr),
    ]


def _removed(facts: AnswerFacts, tr: Translator, removed_on: date | None) -> list[Block]:
    """Return what may still be said of removed content: never its words, its speaker or its proof."""
    reason = clean(facts.reason or "") or tr._("no reason was given")
    what = tr._("Content removed on legal demand: {reason}").format(reason=reason)
    if removed_on is not None:
        what = tr._("Content removed on legal demand on {date}: {reason}").format(
            date=tr.short_day(removed_on), reason=reason
        )
    concerned = facts.corrects_said_on or facts.said_on
    return [
        heading(tr._("Content removed: {name}").format(name=clean(facts.subject.name))),
        subject(facts.subject, tr),
        paragraph(what),
        paragraph(
            tr._("It concerns words of {date}. Positions and dates stay in the ledger.").format(
                date=tr.short_day(concerned)
            )
        ),
    ]


def subject(facts: SubjectFacts, tr: Translator) -> Paragraph:
    """Return whom an answer is about: a list with its place and panel, or a banner with its constituencies."""
    places = tr.join(map(clean, facts.constituencies))
    if facts.is_banner:
        if not places:
            return paragraph(f"{banner_name(facts.name, tr)}.")
        return paragraph(
            tr._("{banner}, for its lists in: {places}.").format(banner=banner_name(facts.name, tr), places=places)
        )
    known = [clean(facts.name)]
    if facts.head:
        known.append(tr._("head of list: {name}").format(name=clean(facts.head)))
    if places:
        known.append(places)
    known.append(provisional(tr) if facts.panel is None else tr._("panel {number}").format(number=facts.panel))
    if facts.withdrawn:
        known.append(tr._("no longer standing"))
    return paragraph(", ".join(known) + ".")


def stances(facts: AnswerFacts, tr: Translator, told: Teller) -> Bullets:
    """Return what was said on each demand, each told in the same manner."""
    return Bullets(
        tuple(
            joined([(Text(demand_title(stance.title, stance.part_title, tr)),), told(stance, facts, tr)], _DASH)
            for stance in facts.stances
        )
    )


def taken(stance: StanceFacts, facts: AnswerFacts, tr: Translator) -> Inlines:
    """Return the position taken, what it replaces, what contradicts it, and whether it is history already."""
    notes: list[str] = []
    if stance.was is not None:
        notes.append(tr._("before: {position}").format(position=labels.position(stance.was, tr)))
    if stance.contradicts is not None:
        other = labels.position(stance.contradicts, tr)
        notes.append(tr._("contradictory: also on record is “{position}”").format(position=other))
    if not stance.counts:
        notes.append(
            tr._("changes nothing of what is on record")
            if facts.source_kind is SourceKind.REPORTED_SPEECH
            else tr._("earlier statement, already replaced")
        )
    return joined([_word(stance, tr), *((Text(note),) for note in notes)], _DASH)


def _word(stance: StanceFacts, tr: Translator) -> Inlines:
    if stance.position is None:
        return (Strong(tr._("word taken back")),)
    return (Strong(labels.position(stance.position, tr)),)


def _put_right(stance: StanceFacts, _facts: AnswerFacts, tr: Translator) -> Inlines:
    """Return what was said before and what is right now; a correction of date or proof alone changes no position."""
    now = tr._("no position on this demand") if stance.position is None else labels.position(stance.position, tr)
    if stance.was is None:
        told = sentence(tr._("position unchanged: {now}"), now=Strong(now))
    else:
        was = labels.position(stance.was, tr)
        told = sentence(tr._("we had written: {was}; right is: {now}"), was=was, now=Strong(now))
    if not stance.counts:
        return joined([told, (Text(tr._("earlier statement, already replaced")),)], _DASH)
    return told


def taken_back(stance: StanceFacts, facts: AnswerFacts, tr: Translator) -> Inlines:
    """Return that a word was taken back, when, and which it was."""
    if stance.position is not None:
        return taken(stance, facts, tr)
    told = (Strong(tr._("took its word back on {date}").format(date=tr.short_day(facts.said_on))),)
    notes: list[str] = []
    if stance.was is not None:
        notes.append(tr._("before: {position}").format(position=labels.position(stance.was, tr)))
    if not stance.counts:
        notes.append(tr._("earlier statement, already replaced"))
    return joined([told, *((Text(note),) for note in notes)], _DASH)


def spoken(facts: AnswerFacts, tr: Translator) -> list[Block]:
    """Return when it was said, by whom and by which road."""
    banner = facts.subject.is_banner
    words = said(facts.said_on, facts.speaker, facts.speaker_role, facts.source_kind, tr, banner=banner)
    return [paragraph(f"{words[:1].upper()}{words[1:]}.")]


def _reason(facts: AnswerFacts, template: str) -> list[Block]:
    reason = clean(facts.reason or "")
    return [Paragraph(sentence(template, reason=reason))] if reason else []


def proof(facts: AnswerFacts, tr: Translator) -> list[Block]:
    """Return the quoted words, then the link or the file that proves them."""
    shown = facts.proof
    if shown is None:
        return []
    blocks: list[Block] = []
    if shown.quote and clean_words(shown.quote):
        blocks.append(Quote((Text(clean_words(shown.quote)),)))
    sources: list[Inlines] = []
    if shown.url:
        sources.append((Link(tr._("see the source"), shown.url),))
    if shown.file_sha256:
        sources.append((Text(kept_file(shown.file_sha256, tr)),))
    if sources:
        blocks.append(Paragraph(sentence(tr._("Proof: {proof}"), proof=joined(sources, ", "))))
    return blocks


def end(facts: AnswerFacts, tr: Translator, board_url: str | None) -> list[Block]:
    """Return what every announcement ends with: the letter, the table, the place in the ledger by which it can be checked."""
    blocks: list[Block] = []
    letter = tr.pick(facts.letter_title)
    if letter:
        blocks.append(paragraph(tr._("Open letter: {title}").format(title=letter)))
    if board_url:
        blocks.append(paragraph(Link(tr._("What every list says"), board_url)))
    if facts.seq is not None and facts.head_hash:
        number, head = facts.seq, facts.head_hash
        blocks.append(paragraph(tr._("Ledger: link {number}, head {head}").format(number=number, head=head)))
    return blocks

"""Cards of what is told: one announcement, a correction of it, a digest. From the facts that their events stored, alone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pledgebot.domain.answer import SourceKind
from pledgebot.domain.events import AnswerFacts, EventKind, Said, StanceFacts, SubjectFacts
from pledgebot.messages import labels
from pledgebot.messages.card import Card, Entry, Row
from pledgebot.messages.card_views import example
from pledgebot.messages.cells import Sign
from pledgebot.messages.corrected import still_right
from pledgebot.messages.document import clean
from pledgebot.messages.i18n import Translator
from pledgebot.messages.standings import demand_title, said
from pledgebot.messages.subjects import banner_name
from pledgebot.messages.typography import typeset


def change_card(told: Said, tr: Translator) -> Card:
    """Return the card of one announcement: what was said on each demand, and nothing that it does not tell."""
    facts = told.facts
    if told.kind is EventKind.CONTENT_REMOVED:
        return _card(facts, _title(told, tr), _where(facts.subject, tr), (), tr)
    spoken = said(
        facts.said_on,
        facts.speaker,
        facts.speaker_role,
        facts.source_kind,
        tr,
        banner=facts.subject.is_banner,
    )
    subtitle = ". ".join(filter(None, (_where(facts.subject, tr), f"{spoken[:1].upper()}{spoken[1:]}.")))
    return _card(facts, _title(told, tr), subtitle, _by_demand((told,), tr), tr)


def corrected_card(trail: Sequence[Said], tr: Translator) -> Card:
    """Return the card of a message that is corrected in place: what is right, from all that was said since."""
    last = trail[-1].facts
    # What a correction says replaces an error, which is not shown again.
    right = [replace(one, facts=_without_before(one.facts)) for one in still_right(trail)]
    title = tr._("Corrected: {name}").format(name=clean(last.subject.name))
    return _card(last, title, _where(last.subject, tr), _by_demand(right, tr), tr)


def digest_card(news: Sequence[Said], tr: Translator) -> Card:
    """Return the card of several announcements: a row for each, with what it says on each demand. `news` is never empty."""
    ordered = sorted(news, key=lambda one: (one.facts.seq is None, one.facts.seq or 0))
    rows = tuple(
        Row(
            _set(_name(one.facts.subject, tr), tr),
            _set(_digest_note(one, tr), tr),
            (tuple(_entry(stance, one, tr, named=True) for stance in one.facts.stances),),
        )
        for one in ordered
    )
    count = tr.n("{count} news item about what you follow", "{count} news items about what you follow", len(ordered))
    card = _card(ordered[-1].facts, count.format(count=len(ordered)), "", rows, tr)
    return replace(card, head=tr.p("card", "List"), columns=(tr.p("card", "What was said"),))


def _card(facts: AnswerFacts, title: str, subtitle: str, rows: tuple[Row, ...], tr: Translator) -> Card:
    lines = []
    letter = tr.pick(facts.letter_title)
    if letter:
        lines.append(tr._("Open letter: {title}").format(title=letter))
    if facts.seq is not None and facts.head_hash:
        lines.append(tr._("Ledger: link {number}, head {head}").format(number=facts.seq, head=facts.head_hash))
    return Card(
        title=_set(title, tr),
        subtitle=_set(subtitle, tr),
        head=tr.p("card", "Demand"),
        columns=(tr.p("card", "Position"),) if rows else (),
        rows=rows,
        footer=tuple(_set(line, tr) for line in lines),
        language=tr.language,
        example=example(tr, fictional=facts.fictional),
    )


def _by_demand(told: Iterable[Said], tr: Translator) -> tuple[Row, ...]:
    return tuple(
        Row(_set(demand_title(stance.title, stance.part_title, tr), tr), "", ((_entry(stance, one, tr),),))
        for one in told
        for stance in one.facts.stances
    )


def _entry(stance: StanceFacts, told: Said, tr: Translator, *, named: bool = False) -> Entry:
    corrected = told.kind is EventKind.ANSWER_CORRECTED
    if stance.position is not None:
        sign, word = Sign(stance.position.value), labels.position(stance.position, tr)
    elif corrected:
        sign, word = Sign.NO_POSITION, tr._("no position on this demand")
    else:
        sign, word = Sign.TAKEN_BACK, tr.p("cell", "word taken back")
    part = demand_title(stance.title, stance.part_title, tr) if named else ""
    notes = tuple(_set(note, tr) for note in _notes(stance, told, tr))
    return Entry(sign, _set(word, tr), notes, _set(part, tr))


def _notes(stance: StanceFacts, told: Said, tr: Translator) -> Iterable[str]:
    """Return what the announcement says beside a position, in its words."""
    if stance.was is not None and told.kind is EventKind.ANSWER_CORRECTED:
        yield tr._("we had written: {was}").format(was=labels.position(stance.was, tr))
    elif stance.was is not None:
        yield tr._("before: {position}").format(position=labels.position(stance.was, tr))
    if stance.contradicts is not None:
        other = labels.position(stance.contradicts, tr)
        yield tr._("contradictory: also on record is “{position}”").format(position=other)
    if stance.counts:
        return
    if told.facts.source_kind is SourceKind.REPORTED_SPEECH and stance.position is not None:
        yield tr._("changes nothing of what is on record")
    else:
        yield tr._("earlier statement, already replaced")


def _without_before(facts: AnswerFacts) -> AnswerFacts:
    return replace(facts, stances=tuple(replace(stance, was=None) for stance in facts.stances))


def _title(told: Said, tr: Translator) -> str:
    if told.kind is EventKind.CONTENT_REMOVED:
        template = tr._("Content removed: {name}")
    elif told.kind is EventKind.ANSWER_CORRECTED:
        template = tr._("Correction: {name}")
    elif told.kind is EventKind.ANSWER_WITHDRAWN:
        template = tr._("Word taken back: {name}")
    elif any(stance.counts for stance in told.facts.stances):
        template = tr._("New answer: {name}")
    else:
        template = tr._("Added to the record: {name}")
    return template.format(name=clean(told.facts.subject.name))


def _digest_note(told: Said, tr: Translator) -> str:
    kinds = {
        EventKind.ANSWER_CORRECTED: tr.p("entry", "correction"),
        EventKind.CONTENT_REMOVED: tr.p("entry", "content removed on legal demand"),
    }
    day = tr._("words of {date}").format(date=tr.short_day(told.facts.corrects_said_on or told.facts.said_on))
    return ", ".join(filter(None, (_where(told.facts.subject, tr), kinds.get(told.kind, ""), day)))


def _name(subject: SubjectFacts, tr: Translator) -> str:
    return banner_name(subject.name, tr) if subject.is_banner else clean(subject.name)


def _where(subject: SubjectFacts, tr: Translator) -> str:
    """Return where a list stands, with its panel; of a banner, where its lists do."""
    places = tr.join(map(clean, subject.constituencies))
    panel = "" if subject.panel is None or subject.is_banner else tr._("panel {number}").format(number=subject.panel)
    gone = tr._("no longer standing") if subject.withdrawn and not subject.is_banner else ""
    return ", ".join(filter(None, (places, panel, gone)))


def _set(words: str, tr: Translator) -> str:
    return typeset(words, tr.language)

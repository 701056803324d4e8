"""What reminders say: to the public and to subscribers here, to organizers in `organizer_reminders`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from pledgebot.domain.audience import Audience
from pledgebot.domain.events import EventKind, Reminded
from pledgebot.domain.progress import Stage
from pledgebot.domain.recalled import (
    MergerFacts,
    Recalled,
    RecalledList,
    ReminderFacts,
)
from pledgebot.messages import labels
from pledgebot.messages.announcement_buttons import digest_buttons
from pledgebot.messages.document import (
    Block,
    Bullets,
    Button,
    Buttons,
    Inlines,
    Link,
    Message,
    Text,
    clean,
    heading,
    paragraph,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.mergers import merger_blocks
from pledgebot.messages.organizer_reminders import recall_to_organizers
from pledgebot.messages.presses import token
from pledgebot.messages.subjects import round_name

MOST_NAMED = 24
"""Where more lists than this are spoken of, only counts are said, of each place."""
MOST_PLACES = 24
"""Where even places are more than this, only counts of all of them."""

_DASH = " — "


def recall(
    facts: Recalled,
    kind: EventKind,
    tr: Translator,
    board_url: str | None = None,
    audience: Audience = Audience.PUBLIC,
) -> Message:
    """Return a reminder; `board_url` leads to the whole table, `audience` is who reads it."""
    if isinstance(facts, (ReminderFacts, MergerFacts)):
        recalled = [Reminded(kind, facts)]
        blocks = [*reminder_blocks(recalled, tr, audience), *reminder_end(recalled, tr, board_url)]
        return Message(tuple(blocks), tr.language, buttons=reminder_buttons(recalled, tr, board_url))
    return recall_to_organizers(facts, kind, tr)


def reminder_blocks(recalled: Sequence[Reminded], tr: Translator, audience: Audience) -> list[Block]:
    """Return what several reminders say, without the end; those of one round that come together are one."""
    blocks: list[Block] = []
    of_rounds = [(one.kind, one.facts) for one in recalled if isinstance(one.facts, ReminderFacts)]
    for kind, facts in of_rounds:
        same = [
            other
            for also, other in of_rounds
            if (also, other.day, other.days_left) == (kind, facts.day, facts.days_left)
        ]
        if same[0] is facts:
            blocks += _of_round(same, kind, tr, audience)
    for one in recalled:
        if isinstance(one.facts, MergerFacts):
            blocks += merger_blocks(one.facts, tr)
    return blocks


def reminder_end(recalled: Sequence[Reminded], tr: Translator, board_url: str | None) -> list[Block]:
    """Return what reminders end with: the letter, and where every position is read."""
    letter = clean(tr.pick(recalled[-1].facts.letter_title))
    blocks: list[Block] = [paragraph(tr._("Open letter: {title}").format(title=letter))] if letter else []
    if board_url:
        return [*blocks, paragraph(Link(tr._("What every list says"), board_url))]
    return [*blocks, paragraph(tr._("Ask for a list by its name, and you read everything that it says."))]


def reminder_buttons(recalled: Sequence[Reminded], tr: Translator, board_url: str | None) -> Buttons:
    """Return where readers of reminders may go on: the whole table, the tables of a few places, the list of a merger."""
    places = {
        one.facts.places[0]: one.facts.constituency
        for one in recalled
        if isinstance(one.facts, ReminderFacts) and one.facts.places
    }
    rows = list(digest_buttons((), tr, board_url))
    if len(places) == 1:
        rows += [(Button(tr._("Table of all lists"), press=token("place", place)),) for place in places]
    elif len(places) <= MOST_PLACES:
        rows += [(Button(clean(label), press=token("place", place)),) for place, label in places.items()]
    for one in recalled:
        if isinstance(one.facts, MergerFacts):
            rows.append((Button(tr._("More on this list"), press=token("list", one.facts.child.id)),))
    return tuple(rows)


def _of_round(facts: Sequence[ReminderFacts], kind: EventKind, tr: Translator, audience: Audience) -> list[Block]:
    """Return what one round's reminders say of all their places."""
    first = facts[0]
    left = tr.n("The vote is in {count} day", "The vote is in {count} days", first.days_left)
    if kind is EventKind.LAST_CALL:
        left = tr.n(
            "Last call to the lists: the vote is in {count} day",
            "Last call to the lists: the vote is in {count} days",
            first.days_left,
        )
    election = clean(tr.pick(first.election))
    which = round_name(first.round_number, tr)
    blocks: list[Block] = [
        heading(left.format(count=first.days_left)),
        paragraph(
            tr._("{election}, {round}: {day}.").format(
                election=election or tr._("Election"), round=which, day=tr.day(first.day)
            )
        ),
    ]
    if kind is EventKind.LAST_CALL:
        blocks += _until_when(facts, tr, audience)
    return [*blocks, *_who_answered(facts, tr, audience)]


def _until_when(facts: Sequence[ReminderFacts], tr: Translator, audience: Audience) -> list[Block]:
    """Return until when answers are published; where places vote by several clocks, the earliest moment is said."""
    blocks: list[Block] = []
    last = min((one.silence_begins for one in facts if one.silence_begins is not None), default=None)
    if last is not None:
        told = tr._(
            "The lists' answers are published until {moment}. Then nothing more is published until the polls have closed: "
            "this is the electoral silence."
        )
        if audience is Audience.PUBLIC:
            told = tr._(
                "To the lists: your answer can be published until {moment}, once two people have read it. Then nothing more "
                "is published until the polls have closed: this is the electoral silence."
            )
        blocks.append(paragraph(told.format(moment=_moment(last, tr))))
    refusals = min((one.refusals_until for one in facts if one.refusals_until is not None), default=None)
    if refusals is not None and (facts[0].as_of is None or facts[0].as_of < refusals):
        told = tr._("A new refusal, or a word that is taken back, is published until {moment} only.")
        blocks.append(paragraph(told.format(moment=_moment(refusals, tr))))
    return blocks


def _moment(moment: datetime, tr: Translator) -> str:
    """Return a moment by the clocks that its facts were made with."""
    return tr._("{day} at {time}").format(day=tr.day(moment.date()), time=f"{moment:%H:%M}")


def _who_answered(facts: Sequence[ReminderFacts], tr: Translator, audience: Audience) -> list[Block]:
    """Return how far the conversation with the lists is, each told in the same manner."""
    counts: Counter[Stage] = Counter()
    for one in facts:
        counts.update(one.counts)
    blocks: list[Block] = []
    if counts:
        blocks.append(paragraph(_state_of(facts[0], tr, audience)))
        blocks += _named(facts, tr) if _few(facts) else _in_numbers(facts, counts, tr)
    gone = list(dict.fromkeys(clean(one.name) for fact in facts for one in fact.gone))
    if gone:
        blocks.append(paragraph(tr._("No longer standing: {names}.").format(names=tr.join(gone))))
    return blocks


def _state_of(facts: ReminderFacts, tr: Translator, audience: Audience) -> str:
    told = tr._("Who answered the open letter:")
    if facts.as_of is not None:
        told = tr._("Who answered the open letter, as of {moment}:").format(moment=_moment(facts.as_of, tr))
        if audience is Audience.SUBSCRIBER and facts.places:
            told = tr._("Who answered, of what you follow, as of {moment}:").format(moment=_moment(facts.as_of, tr))
    return told


def _few(facts: Sequence[ReminderFacts]) -> bool:
    """Tell whether every list that is spoken of is named, and they are few."""
    return all(one.lists or not one.counts for one in facts) and sum(len(one.lists) for one in facts) <= MOST_NAMED


def _named(facts: Sequence[ReminderFacts], tr: Translator) -> list[Block]:
    """Return the lists in panel order (before there is one, alphabetical), by place where there are several."""
    lists = [one for fact in facts for one in fact.lists]
    places = [(place, tuple(here)) for place, here in groupby(lists, key=lambda one: one.constituency)]
    if len(places) == 1:
        return [Bullets(tuple(_of_list(one, tr) for one in lists))]
    blocks: list[Block] = []
    for place, here in places:
        blocks += [heading(clean(place)), Bullets(tuple(_of_list(one, tr) for one in here))]
    return blocks


def _of_list(one: RecalledList, tr: Translator) -> Inlines:
    name = clean(one.name) if one.panel is None else f"{one.panel}. {clean(one.name)}"
    return (Text(f"{name}{_DASH}{stage_on(one.stage, one.since, tr)}"),)


def stage_on(stage: Stage, since: date | None, tr: Translator) -> str:
    """Return how far the conversation with a list is: "no answer" is said only of one that was provably asked, with the date."""
    template = {
        Stage.RECEIVED: tr._("an answer came; being checked since {date}"),
        Stage.CONTACTED: tr._("no answer yet, asked on {date}"),
        Stage.REMINDED: tr._("no answer yet, last asked on {date}"),
        Stage.DECLINED: tr._("declined to answer on {date}"),
    }.get(stage)
    if template is None or since is None:
        return labels.stage(stage, tr)
    return template.format(date=tr.short_day(since))


def _in_numbers(facts: Sequence[ReminderFacts], counts: Counter[Stage], tr: Translator) -> list[Block]:
    """Return counts alone: of each place where there are several, or of all where even those are many."""
    told = _each_count(counts, tr)
    if 1 < len(facts) <= MOST_PLACES:
        told = [
            tr._("{name}: {what}").format(name=clean(one.constituency), what=", ".join(_each_count(one.counts, tr)))
            for one in facts
            if one.counts
        ]
    return [Bullets(tuple((Text(line),) for line in told))]


def _each_count(counts: Mapping[Stage, int], tr: Translator) -> list[str]:
    """Return how many lists answered and how many did not, always in the same order; where none is, nothing is said."""
    asked = counts.get(Stage.CONTACTED, 0) + counts.get(Stage.REMINDED, 0)
    answered, checked = counts.get(Stage.ANSWERED, 0), counts.get(Stage.RECEIVED, 0)
    declined, unasked = counts.get(Stage.DECLINED, 0), counts.get(Stage.NOT_CONTACTED, 0)
    sentences = [
        (answered, tr.n("{count} list answered", "{count} lists answered", answered)),
        (
            checked,
            tr.n("{count} list whose answer is being checked", "{count} lists whose answer is being checked", checked),
        ),
        (declined, tr.n("{count} list declined to answer", "{count} lists declined to answer", declined)),
        (asked, tr.n("{count} list asked, no answer yet", "{count} lists asked, no answer yet", asked)),
        (unasked, tr.n("{count} list not yet asked", "{count} lists not yet asked", unasked)),
    ]
    return [told.format(count=count) for count, told in sentences if count]

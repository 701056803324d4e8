"""What organizers read of messages that wait for a person, and of what was decided about them. Never a follower's address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.domain.recalled import DoubtFacts, Whereabouts
from pledgebot.messages import labels
from pledgebot.messages.brakes import channel_name
from pledgebot.messages.buttons import pressing
from pledgebot.messages.document import Block, Bullets, Button, Buttons, Message, Text, clean, heading, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.messages.paying import offers
from pledgebot.services.dead_letters import Choice, Decided, Why
from pledgebot.services.deliveries import DeliveryCounts
from pledgebot.services.delivery_desk import DeskView, Settlement, letter_of
from pledgebot.services.troubles import Trouble

_LONGEST_REASON = 150
_MOST_PLACES = 6


@dataclass(frozen=True)
class Outcome:
    """What became of the messages of an event when an organizer pressed: what was done now, or what was decided before."""

    title: str
    by: str
    choice: Choice
    decided: Decided
    before: Settlement | None = None


def desk(view: DeskView, tr: Translator, now: datetime, zone: tzinfo = UTC, outcome: Outcome | None = None) -> Message:
    """Return a page of what waits for a person, with the buttons that settle each group; what was just done comes first."""
    blocks: list[Block] = []
    if outcome is not None:
        blocks += [paragraph(line) for line in outcome_lines(outcome, tr)]
    told = tr.n("{count} group of messages waits for you", "{count} groups of messages wait for you", view.groups)
    title = told.format(count=tr.number(view.groups)) if view.groups else tr._("No message waits for a person.")
    blocks += [heading(title), paragraph(counts_line(view.counts, tr))]
    blocks += [paragraph(line) for line in _advice(view.troubles, tr)]
    buttons: list[tuple[Button, ...]] = []
    for number, one in enumerate(view.troubles, start=view.before + 1):
        blocks += _trouble(number, one, tr, now, zone)
        buttons += _choices(one, tr, now, number=number if view.groups > 1 else None, page=view.page)
    paid_blocks, paid_buttons = offers(view.broadcasts, tr)
    rows = (*buttons, *paid_buttons, *_onward(view, tr))
    return Message((*blocks, *paid_blocks), tr.language, buttons=rows)


def doubts_left(facts: DoubtFacts, tr: Translator) -> Message:
    """Return that messages are in doubt and nothing is done about them by itself, with the buttons that settle all of them."""
    template = tr.n(
        "Nobody knows whether {count} message arrived: {places}.",
        "Nobody knows whether {count} messages arrived: {places}.",
        facts.messages,
    )
    told = template.format(count=tr.number(facts.messages), places=places_line(facts.where, tr))
    blocks: tuple[Block, ...] = (
        heading(_doubt_title(EventKind(facts.about), facts.name, facts.answer, tr)),
        paragraph(told),
        paragraph(tr._("It is not sent again by itself. Look where it should stand, then say it here.")),
    )
    everything = pressing(tr._("All that waits"), "deliveries")
    keys = (facts.event, DeliveryState.UNCERTAIN, facts.messages, facts.highest)
    return Message(blocks, tr.language, buttons=(*_one_below_the_other(*keys, tr), (everything,)))


def settled(outcome: Outcome, tr: Translator) -> Message:
    """Return what became of the messages of an event, in the place of what asked about them."""
    blocks: tuple[Block, ...] = (heading(outcome.title), *(paragraph(line) for line in outcome_lines(outcome, tr)))
    buttons: Buttons = ((pressing(tr._("All that waits"), "deliveries"),),)
    return Message(blocks, tr.language, buttons=buttons)


def outcome_lines(outcome: Outcome, tr: Translator) -> list[str]:
    """Return what was done and by whom, and what stays as it is and why; of what was decided before, by whom and when."""
    decided = outcome.decided
    lines = [done_line(outcome.choice, len(decided.done), outcome.by, tr)] if decided.done else []
    if decided.done and decided.doubtful:
        lines.append(tr._("What arrived all the same stands there: a later correction reaches it."))
    lines += [
        tr._("{count} left as before: {why}.").format(count=tr.number(len(numbers)), why=why(reason, tr))
        for reason, numbers in decided.refused.items()
    ]
    if lines:
        return lines
    before = outcome.before
    if before is None:
        return [tr._("Nothing of it waits any more.")]
    done = done_line(before.choice, before.messages, before.by, tr)
    return [
        tr._("Decided before, {moment}. {done}").format(moment=tr.moment(before.at, before.at.tzinfo or UTC), done=done)
    ]


def done_line(choice: Choice, messages: int, by: str, tr: Translator) -> str:
    """Return what somebody decided about so many messages, in one line."""
    told = {
        Choice.SENT: tr.n("{name}: {count} message arrived.", "{name}: {count} messages arrived.", messages),
        Choice.AGAIN: tr.n(
            "{name}: {count} message is sent again.", "{name}: {count} messages are sent again.", messages
        ),
        Choice.LEAVE: tr.n("{name}: {count} message is left.", "{name}: {count} messages are left.", messages),
    }[choice]
    return told.format(name=clean(by), count=tr.number(messages))


def why(reason: Why, tr: Translator) -> str:
    """Return why a message stays as it is, as half a sentence."""
    return {
        Why.UNKNOWN: tr._("no message has this number"),
        Why.UNDER_WAY: tr._("it is under way in this moment; look again in a minute"),
        Why.WAITS: tr._("it waits to be sent already"),
        Why.SENT: tr._("it was sent, which cannot be taken back"),
        Why.CANCELLED: tr._("it was cancelled"),
        Why.LEFT: tr._("somebody decided to leave it"),
        Why.NOT_IN_DOUBT: tr._("it is not in doubt"),
        Why.ENDED: tr._("its place has ended: whoever was there has left"),
        Why.EXPIRED: tr._("it came too late: its time has passed"),
        Why.OVERTAKEN: tr._("something newer about the same was said there since"),
    }[reason]


def counts_line(counts: DeliveryCounts, tr: Translator) -> str:
    """Return how many messages are in each state, in one line."""
    lines = [(labels.delivery_state(state, tr), count) for state, count in counts.states.items()]
    if counts.left:
        lines.append((tr.p("delivery", "left in doubt"), counts.left))
    if not lines:
        return tr._("Nothing was sent yet.")
    told = [tr._("{name}: {count}").format(name=name, count=tr.number(count)) for name, count in lines]
    return tr._("In all: {counts}").format(counts=", ".join(told))


def title_of(one: Trouble, tr: Translator) -> str:
    """Return what a group of messages is, in one line."""
    if one.state is DeliveryState.UNCERTAIN:
        return _doubt_title(one.kind, one.name, one.answer, tr)
    told = tr._("Failed: {what}") if one.state is DeliveryState.FAILED else tr._("Held back: {what}")
    return told.format(what=what(one.kind, one.name, one.answer, tr))


def places_line(where: Sequence[Whereabouts], tr: Translator) -> str:
    """Return where messages go: public places by name, of all others only how many."""
    told = [_place(one, tr) for one in where[:_MOST_PLACES]]
    more = sum(one.messages for one in where[_MOST_PLACES:])
    if more:
        told.append(tr.n("{count} more", "{count} more", more).format(count=tr.number(more)))
    return ", ".join(told)


def _place(one: Whereabouts, tr: Translator) -> str:
    medium = channel_name(one.channel)
    if one.address:
        return tr.p("place", "{name} on {medium}").format(name=clean(one.address), medium=medium)
    if one.audience == Audience.ORGANIZERS:
        told = tr.n("{count} to organizers on {medium}", "{count} to organizers on {medium}", one.messages)
    elif one.place == PlaceKind.PRIVATE:
        told = tr.n("{count} follower on {medium}", "{count} followers on {medium}", one.messages)
    else:
        told = tr.n("{count} group that follows on {medium}", "{count} groups that follow on {medium}", one.messages)
    return told.format(count=tr.number(one.messages), medium=medium)


def _doubt_title(kind: EventKind, name: str, answer: int | None, tr: Translator) -> str:
    return tr._("In doubt: {what}").format(what=what(kind, name, answer, tr))


def what(kind: EventKind, name: str, answer: int | None, tr: Translator) -> str:
    """Return what a message tells: its kind, of which list or banner, and of which entry."""
    told = labels.event_kind(kind, tr)
    if name:
        told = f"{told}, {clean(name)}"
    if answer is None:
        return told
    entry = tr._("entry {number}").format(number=answer)
    return f"{told} ({entry})"


def _advice(found: Iterable[Trouble], tr: Translator) -> list[str]:
    states = {one.state for one in found}
    told = {
        DeliveryState.UNCERTAIN: tr._(
            "In doubt: nobody knows whether it arrived. Look where it should stand, then say it here."
        ),
        DeliveryState.FAILED: tr._("Failed: it certainly did not arrive."),
    }
    return [sentence for state, sentence in told.items() if state in states]


def _trouble(number: int, one: Trouble, tr: Translator, now: datetime, zone: tzinfo) -> list[Block]:
    count = tr.n("{count} message: {places}", "{count} messages: {places}", one.messages)
    lines = [count.format(count=tr.number(one.messages), places=places_line(one.where, tr))]
    if one.digests:
        digests = tr.n("{count} of them is a digest", "{count} of them are digests", one.digests)
        lines.append(digests.format(count=tr.number(one.digests)))
    lines.append(tr._("since {moment}").format(moment=tr.moment(one.since, zone)))
    if one.reason:
        lines.append(tr._("why: {reason}").format(reason=_reason(one.reason, tr)))
    if one.has_expired(now):
        lines.append(tr._("it cannot be sent again: its time has passed"))
    return [heading(f"{number}. {title_of(one, tr)}"), Bullets(tuple((Text(line),) for line in lines))]


def _reason(reason: str, tr: Translator) -> str:
    """Return a reason in the reader's language where it is one of the bot's own; what a network said stands as it is."""
    own = {
        "the worker stopped while it was sending": tr.p("reason", "the bot was stopped while it was sending"),
        "the worker lost its lease while it was sending": tr.p("reason", "the bot was cut off while it was sending"),
        "no answer in time": tr.p("reason", "the network did not answer in time"),
    }
    return own.get(reason, clean(reason)[:_LONGEST_REASON])


def _choices(one: Trouble, tr: Translator, now: datetime, *, number: int | None, page: int) -> Buttons:
    """Return the buttons of a group: one below the other where it is the only one, else side by side with its number."""
    keys = (one.event, one.state, one.messages, one.highest)
    again = not one.has_expired(now)
    if number is None:
        return _one_below_the_other(*keys, tr, page=page, again=again)
    labelled = {
        Choice.SENT: tr._("{number}. It arrived"),
        Choice.AGAIN: tr._("{number}. Send again"),
        Choice.LEAVE: tr._("{number}. Leave it"),
    }
    row = [
        _settling(label.format(number=number), choice, *keys, page)
        for choice, label in labelled.items()
        if _is_offered(choice, one.state, again=again)
    ]
    return (tuple(row),)


def _one_below_the_other(
    event: int,
    state: DeliveryState,
    messages: int,
    highest: int,
    tr: Translator,
    *,
    page: int = 0,
    again: bool = True,
) -> Buttons:
    doubt = state is DeliveryState.UNCERTAIN
    labelled = {
        Choice.SENT: tr._("It arrived"),
        Choice.AGAIN: tr._("It did not: send again") if doubt else tr._("Send again"),
        Choice.LEAVE: tr._("Leave it as it is"),
    }
    return tuple(
        (_settling(label, choice, event, state, messages, highest, page),)
        for choice, label in labelled.items()
        if _is_offered(choice, state, again=again)
    )


def _is_offered(choice: Choice, state: DeliveryState, *, again: bool) -> bool:
    return {Choice.SENT: state is DeliveryState.UNCERTAIN, Choice.AGAIN: again, Choice.LEAVE: True}[choice]


def _settling(
    label: str, choice: Choice, event: int, state: DeliveryState, messages: int, highest: int, page: int
) -> Button:
    return pressing(label, "settle", event, letter_of(state), choice.value, messages, highest, page)


def _onward(view: DeskView, tr: Translator) -> Buttons:
    earlier = [pressing(tr._("Earlier ones"), "deliveries", view.page - 1)] if view.page > 1 else []
    later = [pressing(tr._("Further ones"), "deliveries", view.page + 1)] if view.page < view.pages else []
    again = pressing(tr._("Look again"), "deliveries", view.page)
    return tuple(row for row in ((*earlier, *later), (again,)) if row)

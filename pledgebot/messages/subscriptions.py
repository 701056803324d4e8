"""What a subscriber reads beside the panel: the choice, the sentence of consent, refusals, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.messages import about
from pledgebot.messages.buttons import MOST, pairs
from pledgebot.messages.document import Block, Button, Message, clean, echoed, heading, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.messages.panels import (
    Elsewhere,
    bullets,
    has_buttons,
    language_buttons,
    message,
    of_place,
    press,
    token_of,
    topic_name,
    zone_buttons,
)
from pledgebot.messages.zones import zone_name
from pledgebot.services.subscriber_views import TopicView


@dataclass(frozen=True)
class Offer:
    """What may be followed: the only place there is, if there is one, the demands, the lists of that place."""

    place: TopicView | None
    demands: tuple[TopicView, ...]
    lists: tuple[TopicView, ...]


def choosing(spot: Spot, offer: Offer, tr: Translator, elsewhere: Elsewhere | None = None) -> Message:
    """Return what may be followed, each with its button."""
    question = of_place(
        spot,
        private=tr._("What do you want to be told about?"),
        group=tr._("What is this group to be told about?"),
        topic=tr._("What is this topic to be told about?"),
        channel=tr._("What is the channel to be told about?"),
    )
    rows = [
        press(spot, tr._("Everything"), "add", "all"),
        [*_adding(spot, offer.place, tr)] or press(spot, tr._("One town or sector"), "towns"),
        *pairs([button for one in offer.demands for button in _adding(spot, one, tr)]),
    ]
    room = MOST - sum(map(len, rows))
    rows += [_adding(spot, one, tr) for one in offer.lists[:room]]
    if not has_buttons(spot):
        return message([heading(question), *_in_words(offer, tr)], [], tr)
    return message([heading(question), paragraph(_how_to_choose(elsewhere, tr))], rows, tr)


def _how_to_choose(elsewhere: Elsewhere | None, tr: Translator) -> str:
    if elsewhere is None:
        return tr._(
            "A button below, or in words: /subscribe everything, /subscribe NAME of a list, a demand or a town."
        )
    if not elsewhere.handle:
        return tr._("A button below. Words that are written here are about this chat alone.")
    return tr._(
        "A button below, or in words: /subscribe {handle} everything, /subscribe {handle} NAME of a list, a demand or a town."
    ).format(handle=elsewhere.handle)


def _in_words(offer: Offer, tr: Translator) -> list[Block]:
    """Return what may be followed where nothing can be pressed; lists are too many to be named."""
    names = [topic_name(one, tr) for one in (offer.place, *offer.demands) if one is not None]
    told = tr._("Write: /subscribe everything, or /subscribe NAME of a list, a demand or a town.")
    return [paragraph(told), bullets(names)] if names else [paragraph(told)]


def towns(spot: Spot, tr: Translator, elsewhere: Elsewhere | None = None) -> Message:
    """Return how a town is chosen: by words, since there may be thousands."""
    if elsewhere is None:
        told = tr._("Write the town after the command, by its name or a postcode: for example /subscribe 13005")
    elif elsewhere.handle:
        told = tr._(
            "Write the town after the command, by its name or a postcode: for example /subscribe {handle} 13005"
        ).format(handle=elsewhere.handle)
    else:
        told = tr._(
            "A town is chosen in words that name the place, and this one has no public name (@name): give it one for the "
            "moment, or choose lists and demands."
        )
    return message([paragraph(told)], [press(spot, tr._("Back"), "more")], tr)


def options(spot: Spot, query: str, found: Sequence[TopicView], tr: Translator, *, drop: bool = False) -> Message:
    """Return the question which of several things is meant, each with its button."""
    asked = tr._("“{query}” may be several things. Which one do you mean?").format(query=echoed(query))
    names = [topic_name(one, tr) for one in found]
    rows = [
        press(spot, name, "drop" if drop else "add", *token_of(one.topic))
        for one, name in zip(found, names, strict=True)
    ]
    return message([paragraph(asked), bullets(names)], rows, tr)


def consent(spot: Spot, one: TopicView, tr: Translator) -> Message:
    """Return the one sentence that says what would be kept, why and how it ends, with Yes and No."""
    private = tr._(
        "To tell you about {topic}, and for nothing else, the number of this chat and what you choose here are kept "
        "until you write /unsubscribe or /forget, which deletes them at once: do you agree?"
    )
    if not has_buttons(spot):
        private = tr._(
            "To tell you about {topic}, and for nothing else, the name of your account and what you choose here are kept "
            "until you write /unsubscribe or /forget, which deletes them at once: do you agree?"
        )
    told = of_place(
        spot,
        private=private,
        group=tr._(
            "To tell this group about {topic}, and for nothing else, the number of the group and what is chosen for it are "
            "kept until an administrator writes /unsubscribe or /forget, which deletes them at once: do you agree?"
        ),
        topic=tr._(
            "To tell this topic about {topic}, and for nothing else, the numbers of the group and the topic and what is chosen "
            "for it are kept until an administrator writes /unsubscribe or /forget in it, which deletes them at once: do you "
            "agree?"
        ),
        channel=tr._(
            "To tell the channel about {topic}, and for nothing else, its number and what is chosen for it are kept until "
            "an administrator ends it by the buttons here, which deletes them at once: do you agree?"
        ),
    )
    name = topic_name(one, tr)
    blocks: list[Block] = [paragraph(told.format(topic=name))]
    row = [*press(spot, tr._("Yes"), "yes", *token_of(one.topic)), *press(spot, tr._("No"), "no")]
    if not row:
        blocks.append(paragraph(tr._("To agree, write: /subscribe yes: {topic}").format(topic=name)))
    return message(blocks, [row], tr)


def languages(spot: Spot, chosen: str | None, tr: Translator) -> Message:
    """Return the question which language is wanted, and that a choice is kept."""
    told = tr._("Which language? In words: /language fr or /language en. The choice is kept until /forget.")
    return message([paragraph(told)], [language_buttons(spot, chosen)], tr)


def zones(spot: Spot, chosen: str, tr: Translator) -> Message:
    """Return the question by which clocks the hours are read, with those of France to press."""
    blocks: list[Block] = [
        paragraph(tr._("By which clocks are the hours read? Now: {zone}.").format(zone=zone_name(chosen, tr))),
        paragraph(
            tr._("In words: /timezone Paris, /timezone Tahiti, or any international name: /timezone America/Montreal")
        ),
    ]
    return message(blocks, [*pairs(zone_buttons(spot, chosen, tr)), press(spot, tr._("Back"), "menu")], tr)


def language_kept(spot: Spot, tr: Translator) -> Message:
    """Return, in the language that was chosen, that the choice is kept of a place that follows nothing."""
    private = tr._(
        "Answers are in English from now on. To know that, the number of this chat and the language are kept until you "
        "write /forget."
    )
    if not has_buttons(spot):
        private = tr._(
            "Answers are in English from now on. To know that, the name of your account and the language are kept until you "
            "write /forget."
        )
    told = of_place(
        spot,
        private=private,
        group=tr._(
            "Answers are in English from now on. To know that, the number of this group and the language are kept until an "
            "administrator writes /forget."
        ),
        topic=tr._(
            "Answers in this topic are in English from now on. To know that, its number and the language are kept until an "
            "administrator writes /forget in it."
        ),
        channel=tr._(
            "The channel is told in English from now on. To know that, its number and the language are kept until an "
            "administrator has them deleted."
        ),
    )
    return message([paragraph(told)], [], tr)


def nowhere(tr: Translator) -> Message:
    """Return where one can subscribe, to somebody who asks where that is impossible."""
    told = tr._(
        "Nothing can be subscribed to here, and nothing is kept of you here. On Telegram, write /subscribe to the bot."
    )
    return message([paragraph(told)], [], tr)


def for_administrators(spot: Spot, tr: Translator) -> Message:
    """Return that an administrator decides for a group or a channel, and what an anonymous one does."""
    told = {
        PlaceKind.PRIVATE: tr._("Only whoever this chat belongs to can decide this."),
        PlaceKind.GROUP: tr._("An administrator of this group can do that."),
        PlaceKind.CHANNEL: tr._("An administrator of that channel can do that."),
    }[spot.place]
    blocks: list[Block] = [paragraph(told)]
    rows: list[list[Button]] = []
    if spot.place is PlaceKind.GROUP:
        anonymous = tr._(
            "An administrator who writes anonymously cannot be recognised: switch off “Remain anonymous” and write again, or "
            "press this button."
        )
        blocks.append(paragraph(anonymous))
        rows.append(press(spot, tr._("I am an administrator"), "menu"))
    return message(blocks, rows, tr)


def welcome_organizers(tr: Translator) -> Message:
    """Return the first message to the organizers' own group: what comes there, and where to begin."""
    told = tr._(
        "This is the organizers' group: every entry that waits for a second person is shown here, with the buttons that "
        "decide on it. What is announced to everybody goes elsewhere."
    )
    how = tr._("/pending shows what waits, /status how the bot does, /help everything else.")
    return message([heading(tr._("Welcome")), paragraph(told), paragraph(how)], [], tr)


def declined(tr: Translator) -> Message:
    """Return that without consent nothing was kept."""
    return message([paragraph(tr._("All right: nothing was kept, and you may still ask anything."))], [], tr)


def ended(spot: Spot, tr: Translator) -> Message:
    """Return that nothing will come any more and nothing is kept."""
    told = of_place(
        spot,
        private=tr._("You are told nothing any more, and everything that was kept for it is deleted."),
        group=tr._("This group is told nothing any more, and everything that was kept for it is deleted."),
        topic=tr._("This topic is told nothing any more, and everything that was kept for it is deleted."),
        channel=tr._("The channel is told nothing any more, and everything that was kept for it is deleted."),
    )
    return message([paragraph(told), paragraph(about.backups(tr))], [], tr)


def nothing_kept(spot: Spot, tr: Translator) -> Message:
    """Return that a place follows nothing and nothing is kept of it, and how it may begin."""
    told = of_place(
        spot,
        private=tr._("You follow nothing, and nothing is kept of you. /subscribe begins."),
        group=tr._("This group follows nothing, and nothing is kept of it. /subscribe begins."),
        topic=tr._("This topic follows nothing, and nothing is kept of it. /subscribe begins."),
        channel=tr._("The channel follows nothing, and nothing is kept of it."),
    )
    return message([paragraph(told)], [press(spot, tr._("Choose what to follow"), "menu")], tr)


def not_followed(name: str, tr: Translator) -> Message:
    """Return that something is not followed that was to be dropped."""
    told = tr._("“{name}” is not followed by itself. /subscribe shows what is.").format(name=clean(name))
    return message([paragraph(told)], [], tr)


def stays(tr: Translator) -> Message:
    """Return thanks to whoever stays for the mandate."""
    told = tr._(
        "Thank you: you will be told how the word is kept during the mandate. /unsubscribe ends it at any time."
    )
    return message([paragraph(told)], [], tr)


def _adding(spot: Spot, one: TopicView | None, tr: Translator) -> list[Button]:
    return press(spot, topic_name(one, tr), "add", *token_of(one.topic)) if one is not None else []

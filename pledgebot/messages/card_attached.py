"""A card as the picture of what is told, or the button that leads to one."""

from collections.abc import Sequence
from dataclasses import replace

from pledgebot.domain.events import Said, SubjectFacts
from pledgebot.messages.card import Card
from pledgebot.messages.card_words import pictures_of
from pledgebot.messages.document import Button, Message
from pledgebot.messages.i18n import Translator
from pledgebot.messages.presses import token

MOST_PICTURES = 4
"""So many pictures go with what is told at most, as many as a post of Mastodon holds; where it takes more, none goes: a part
of it would not be fair, and the words say all of it."""


def pictured(message: Message, card: Card, tr: Translator) -> Message:
    """Return a message with a card, unless that flows over too many pictures."""
    pictures = pictures_of(card, tr)
    return replace(message, pictures=pictures) if len(pictures) <= MOST_PICTURES else message


def with_picture_button(message: Message, news: Sequence[Said], tr: Translator) -> Message:
    """Return a message with a button to the picture of the list or banner that it tells of, if it is one alone."""
    subjects = {(one.facts.subject.is_banner, one.facts.subject.id): one.facts.subject for one in news}
    if len(subjects) != 1:
        return message
    [subject] = subjects.values()
    button = picture_button(subject, tr)
    return replace(message, buttons=(*message.buttons, (button,))) if button is not None else message


def picture_button(subject: SubjectFacts, tr: Translator) -> Button | None:
    """Return the button that shows the card of a list or a banner; None for one whose number is not known."""
    if subject.id is None:
        return None
    return Button(tr._("See the picture"), press=token("card", "banner" if subject.is_banner else "list", subject.id))

"""A message becomes the pieces in which Telegram takes it: texts, and pictures with words below them."""

from dataclasses import dataclass, replace
from functools import cached_property

from pledgebot.messages.card import Card, key_of
from pledgebot.messages.card_words import SHORTEST, beside, shortened
from pledgebot.messages.document import Message, Paragraph, Picture, paragraph
from pledgebot.messages.frame import frame, is_framed, thread
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain, telegram_fits, telegram_html, telegram_length

CAPTION = 1024
"""UTF-16 units below a picture: https://core.telegram.org/bots/api#sendphoto"""


@dataclass(frozen=True)
class Piece:
    """One message of Telegram: words, below a picture if there is one. Only a picture may stand without words."""

    words: Message
    picture: Picture | None = None

    @cached_property
    def html(self) -> str:
        """The words in Telegram's HTML."""
        return telegram_html(self.words)


def pieces(message: Message) -> tuple[Piece, ...]:
    """Return what is sent for a message, in order.

    One picture and words that fit below it go as one, the picture's description as the last paragraph: that of a card is made
    shorter, since one message is better than two, and one line where the words say already all that is on it. Else each picture
    goes first, with its description, and the words follow, in as many parts as they need. A message of nothing has no pieces.
    """
    words = replace(message, pictures=())
    if len(message.pictures) == 1:
        together = _together(words, message.pictures[0])
        if together is not None:
            return (together,)
    pictures = [piece for picture in message.pictures for piece in _pictured(picture, words)]
    texts = [piece for part in thread(words, telegram_fits) if (piece := Piece(part)).html.strip()]
    if pictures and not texts:
        pictures[-1] = replace(pictures[-1], words=replace(pictures[-1].words, buttons=words.buttons))
    return (*pictures, *texts)


def without_picture(piece: Piece) -> Piece:
    """Return a piece with an empty picture, for the place of one that is not to be seen any more."""
    tr = translator(piece.words.language)
    empty = Card(tr._("See the words below"), "", "", (), (), (), piece.words.language)
    return replace(piece, picture=Picture(key_of(empty), ""))


def _together(words: Message, picture: Picture) -> Piece | None:
    """Return a picture with words and its description below it, None where all of it finds no room there."""
    picture = beside(picture, words.language, plain(words))
    room = CAPTION - telegram_length(plain(words)) - _BETWEEN
    for most in (len(picture.description), room, room * 3 // 4, SHORTEST):
        told = shortened(picture, words.language, most) if most >= SHORTEST else picture
        below = replace(words, blocks=(*words.blocks, *_description(told, words)))
        if telegram_fits(below, CAPTION):
            return Piece(below, told)
    return None


_BETWEEN = 4


def _pictured(picture: Picture, words: Message) -> tuple[Piece, ...]:
    """Return a picture with its description, which follows as a text when it is too long to stand below."""
    tr = translator(words.language)
    # An example says so at its beginning, and a picture that goes alone says it too.
    fictional = is_framed(words, tr)
    empty = Message((), words.language)
    told = shortened(beside(picture, words.language, plain(words)), words.language, _ALONE)
    described = frame(replace(empty, blocks=_description(told, words)), tr, fictional)
    if telegram_fits(described, CAPTION):
        return (Piece(described, told),)
    return (Piece(frame(empty, tr, fictional), picture), *map(Piece, thread(described, telegram_fits)))


_ALONE = 900
"""So long is the description of a card that goes without other words: all of it stands below, with room for a first line."""


def _description(picture: Picture, words: Message) -> tuple[Paragraph, ...]:
    """Return a picture's description as it stands below; that all is an example is said at the beginning already."""
    told = picture.description.strip()
    first = plain(replace(words, blocks=words.blocks[:1], hashtags=())).strip()
    told = told.removeprefix(first).strip() if is_framed(words, translator(words.language)) else told
    return (paragraph(told),) if told else ()

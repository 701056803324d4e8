"""A message becomes the pieces in which Telegram takes it: texts, and pictures with words below them."""

from dataclasses import dataclass, replace
from functools import cached_property

from pledgebot.messages.document import Message, Paragraph, Picture, paragraph
from pledgebot.messages.frame import frame, thread
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import telegram_fits, telegram_html

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

    One picture and words that fit below it go as one, the picture's description as the last paragraph. Else each picture goes
    first, with its description, and the words follow, in as many parts as they need. A message of nothing has no pieces.
    """
    words = replace(message, pictures=())
    if len(message.pictures) == 1:
        below = replace(words, blocks=(*words.blocks, *_description(message.pictures[0])))
        if telegram_fits(below, CAPTION):
            return (Piece(below, message.pictures[0]),)
    pictures = [piece for picture in message.pictures for piece in _pictured(picture, words)]
    texts = [piece for part in thread(words, telegram_fits) if (piece := Piece(part)).html.strip()]
    if pictures and not texts:
        pictures[-1] = replace(pictures[-1], words=replace(pictures[-1].words, buttons=words.buttons))
    return (*pictures, *texts)


def _pictured(picture: Picture, words: Message) -> tuple[Piece, ...]:
    """Return a picture with its description, which follows as a text when it is too long to stand below."""
    tr = translator(words.language)
    # An example says so at its beginning, and a picture that goes alone says it too.
    fictional = bool(words.blocks) and frame(words, tr, fictional=True) == words
    empty = Message((), words.language)
    described = frame(replace(empty, blocks=_description(picture)), tr, fictional)
    if telegram_fits(described, CAPTION):
        return (Piece(described, picture),)
    return (Piece(frame(empty, tr, fictional), picture), *map(Piece, thread(described, telegram_fits)))


def _description(picture: Picture) -> tuple[Paragraph, ...]:
    return (paragraph(picture.description),) if picture.description.strip() else ()

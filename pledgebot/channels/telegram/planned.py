"""A message as it will be sent: its pieces rendered, with their pictures and buttons, and remembered where many ask for it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup, LinkPreviewOptions

from pledgebot.channels.telegram.keyboards import as_sent, markup
from pledgebot.channels.telegram.pieces import Piece, pieces
from pledgebot.domain.delivery import PermanentFailure
from pledgebot.messages.card_words import described
from pledgebot.messages.document import Message, Picture

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""Nothing of a link is shown but its label."""


@dataclass(frozen=True)
class Planned:
    """One piece as it is sent: its words as HTML, its picture, its buttons."""

    piece: Piece
    html: str
    picture: bytes | None
    markup: InlineKeyboardMarkup | None
    keyboard: str
    """The markup as it is sent."""


class Renderings:
    """How messages look, those longest unsent forgotten first: an answer that many ask for is rendered once.

    A message is known by being the same object, which is asked for faster than by what it says. Without pictures only.
    """

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._known: OrderedDict[tuple[int, bool], tuple[Message, tuple[Planned, ...]]] = OrderedDict()

    def get(self, message: Message, private: bool) -> tuple[Planned, ...] | None:
        """Return what is known of a message, None when it is not."""
        kept = self._known.get((id(message), private))
        return kept[1] if kept is not None and kept[0] is message else None

    def keep(self, message: Message, private: bool, planned: tuple[Planned, ...]) -> None:
        """Remember a message."""
        if message.pictures:
            return
        self._known[id(message), private] = (message, planned)
        if len(self._known) > self._most:
            self._known.popitem(last=False)


async def plan(message: Message, private: bool, username: str, pictures: Callable[[str], bytes]) -> tuple[Planned, ...]:
    """Return the pieces of a message for a chat, with their pictures. Raises `PermanentFailure` for a message of nothing.

    Words are not kept back by a picture that cannot be drawn: its description goes in its place.
    """
    message = await _with_what_is_drawn(message, pictures)
    planned = []
    for piece in pieces(message):
        keyboard = markup(piece.words.buttons, private, username)
        shown = as_sent(keyboard) if keyboard is not None else ""
        drawn = await _picture(piece.picture, pictures)
        planned.append(Planned(piece, piece.html, drawn, keyboard, shown))
    if not planned:
        raise PermanentFailure("a message of nothing")
    return tuple(planned)


async def _with_what_is_drawn(message: Message, pictures: Callable[[str], bytes]) -> Message:
    if not message.pictures:
        return message
    there = [one for one in message.pictures if await _picture(one, pictures) is not None]
    missing = [one for one in message.pictures if one not in there]
    return replace(described(replace(message, pictures=tuple(missing))), pictures=tuple(there))


async def _picture(picture: Picture | None, pictures: Callable[[str], bytes]) -> bytes | None:
    if picture is None:
        return None
    try:
        return await asyncio.to_thread(pictures, picture.key)
    except (OSError, LookupError) as error:
        log.error("picture_left_out: %s", type(error).__name__)  # noqa: TRY400 - its words hold those of the message
        return None

"""A message as it will be sent: its pieces rendered, with their pictures and buttons, and remembered where many ask for it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, LinkPreviewOptions

from pledgebot.channels.telegram.keyboards import as_sent, markup
from pledgebot.channels.telegram.pieces import Piece, pieces
from pledgebot.domain.delivery import PermanentFailure
from pledgebot.messages.document import Message

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
    """Return the pieces of a message for a chat, with their pictures. Raises `PermanentFailure`."""
    planned = []
    for piece in pieces(message):
        keyboard = markup(piece.words.buttons, private, username)
        shown = as_sent(keyboard) if keyboard is not None else ""
        planned.append(Planned(piece, piece.html, await _picture(piece, pictures), keyboard, shown))
    if not planned:
        raise PermanentFailure("a message of nothing")
    return tuple(planned)


async def _picture(piece: Piece, pictures: Callable[[str], bytes]) -> bytes | None:
    if piece.picture is None:
        return None
    try:
        return await asyncio.to_thread(pictures, piece.picture.key)
    except (OSError, LookupError) as error:
        raise PermanentFailure(f"a picture cannot be read: {type(error).__name__}") from error

"""By what means this mouth speaks: the medium of the same name does it, and is handed in."""

from datetime import timedelta
from typing import Protocol

from telegram import InlineKeyboardMarkup

from pledgebot.messages.document import Buttons, Message


class Voice(Protocol):
    """Says what was decided. Raises the failures of `domain.delivery`, and nothing of the library's."""

    async def say(self, chat: str, thread: str, message: Message, reply_to: int | None = None) -> None:
        """Send a message to a chat, as an answer to one that stands there if `reply_to` names it."""
        ...

    async def go_on(self, chat: str, thread: str, message: Message, gone: int) -> None:
        """Send what is left of a message of which so many pieces went out already."""
        ...

    async def change(self, chat: str, thread: str, number: int, message: Message) -> None:
        """Put a message in the place of one that was sent."""
        ...

    async def show(self, chat: str, thread: str, content: bytes, media_type: str) -> None:
        """Send a file to a chat."""
        ...

    def keyboard(self, buttons: Buttons) -> InlineKeyboardMarkup | None:
        """Return buttons for a message that may be inserted anywhere."""
        ...

    def wait_after(self, error: Exception) -> timedelta | None:
        """Return how long the network asked to wait with an error, None when it did not ask."""
        ...

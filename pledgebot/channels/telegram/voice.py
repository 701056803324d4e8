"""Answers on Telegram go the same road as posts, in the lane of answers."""

from collections.abc import Callable
from datetime import timedelta

import telegram
from telegram import InlineKeyboardMarkup

from pledgebot.channels.base import read_picture
from pledgebot.channels.telegram.errors import translate
from pledgebot.channels.telegram.keyboards import markup
from pledgebot.channels.telegram.photos import Photos
from pledgebot.channels.telegram.planned import Renderings
from pledgebot.channels.telegram.sending import change, deliver, send_file
from pledgebot.domain.delivery import TemporaryFailure
from pledgebot.messages.document import Buttons, Message
from pledgebot.pace import Lane, Pace


class TelegramVoice:
    """Says and changes messages for whoever answers; raises the failures of `domain.delivery`.

    `pictures` reads the picture of a key.
    """

    def __init__(self, bot: telegram.Bot, pace: Pace, pictures: Callable[[str], bytes] = read_picture) -> None:
        self._bot = bot
        self._pace = pace
        self._renderings = Renderings()
        self._pictures = pictures
        self._photos = Photos()

    async def say(self, chat: str, thread: str, message: Message, reply_to: int | None = None) -> None:
        """Send a message to a chat, as an answer to one that stands there if `reply_to` names it."""
        await deliver(
            self._bot,
            self._pace,
            chat,
            thread,
            message,
            lane=Lane.ANSWER,
            reply_to=reply_to,
            username=self._bot.username,
            pictures=self._pictures,
            photos=self._photos,
            renderings=self._renderings,
        )

    async def go_on(self, chat: str, thread: str, message: Message, gone: int) -> None:
        """Send what is left of a message of which so many pieces went out already."""
        await deliver(
            self._bot,
            self._pace,
            chat,
            thread,
            message,
            lane=Lane.ANSWER,
            username=self._bot.username,
            pictures=self._pictures,
            photos=self._photos,
            renderings=self._renderings,
            gone=gone,
        )

    async def change(self, chat: str, thread: str, number: int, message: Message) -> None:
        """Put a message in the place of one that was sent."""
        await change(
            self._bot,
            self._pace,
            chat,
            number,
            message,
            lane=Lane.ANSWER,
            thread=thread,
            username=self._bot.username,
            pictures=self._pictures,
            photos=self._photos,
        )

    async def show(self, chat: str, thread: str, content: bytes, media_type: str) -> None:
        """Send a file to a chat, as it was kept: a picture made smaller would be no proof."""
        await send_file(self._bot, self._pace, chat, thread, content, media_type)

    def keyboard(self, buttons: Buttons) -> InlineKeyboardMarkup | None:
        """Return buttons for a message that may be inserted anywhere: they lead to the private chat."""
        return markup(buttons, private=False, username=self._bot.username)

    def wait_after(self, error: Exception) -> timedelta | None:
        """Return how long the network asked to wait with an error, None when it did not ask."""
        failure = translate(error)
        return failure.retry_after if isinstance(failure, TemporaryFailure) else None

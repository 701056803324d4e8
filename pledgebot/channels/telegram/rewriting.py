"""A piece of a message takes the place of what was sent: words for words, a picture for a picture; nothing old is left to see."""

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass

import telegram
from telegram import InputMediaPhoto
from telegram.constants import ParseMode
from telegram.error import TelegramError

from pledgebot.channels.pictures import read_card
from pledgebot.channels.telegram.errors import GONE_ALREADY, NO_TEXT, UNCHANGED, says, translate
from pledgebot.channels.telegram.photos import FILENAME, Photos
from pledgebot.channels.telegram.pieces import CAPTION, Piece, without_picture
from pledgebot.channels.telegram.planned import NO_PREVIEW, Planned
from pledgebot.domain.delivery import PermanentFailure
from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import telegram_fits

_ELSEWHERE = "…"
_NO_PHOTO = "no media in the message"


@dataclass(frozen=True)
class Rewriting:
    """Changes messages of one chat. Raises the library's errors; that nothing is new is none."""

    bot: telegram.Bot
    chat: int | str
    photos: Photos

    async def put(self, number: int, one: Planned) -> bool:
        """Put a piece in the place of a message, with its picture in the place of the picture there.

        Return whether it stands there: below a picture there may be no room for its words. Then an empty picture does, and the
        piece is to go elsewhere.
        """
        if one.picture is None:
            return await self._put_words(number, one)
        try:
            await self._put_photo(number, one)
        except TelegramError as error:
            # What stands there is words alone, and a server that is not new leaves it so: they are put right.
            if not says(error, _NO_PHOTO) or not one.html:
                raise
            return await self._put_words(number, one)
        return True

    async def remove(self, number: int, language: str) -> None:
        """Delete a message that is no longer said; where that is refused, its words and its picture go all the same."""
        try:
            await self.bot.delete_message(self.chat, number)
        except TelegramError as error:
            if says(error, GONE_ALREADY):
                return
            if not isinstance(translate(error), PermanentFailure):
                raise
            left = Piece(Message((paragraph(_ELSEWHERE),), language))
            await self._put_words(number, Planned(left, _ELSEWHERE, None, None, ""))

    async def _put_words(self, number: int, one: Planned) -> bool:
        try:
            await _unless_unchanged(
                self.bot.edit_message_text(
                    one.html,
                    self.chat,
                    number,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=one.markup,
                )
            )
        except TelegramError as error:
            # What stands there is a picture: it must not go on saying what the words say no more.
            if not says(error, NO_TEXT):
                raise
            fits = telegram_fits(one.piece.words, CAPTION)
            await self._put_photo(number, await asyncio.to_thread(_emptied, one if fits else _elsewhere(one)))
            return fits
        return True

    async def _put_photo(self, number: int, one: Planned) -> None:
        picture, content = one.piece.picture, one.picture
        if picture is None or content is None:
            raise ValueError("a piece without a picture")

        def edit(photo: str | bytes) -> Coroutine[None, None, telegram.Message | bool]:
            media = InputMediaPhoto(photo, caption=one.html or None, parse_mode=ParseMode.HTML, filename=FILENAME)
            return self.bot.edit_message_media(media, self.chat, number, reply_markup=one.markup)

        await _unless_unchanged(self.photos.send(picture.key, content, edit))


def _elsewhere(one: Planned) -> Planned:
    """Return what stands where a piece finds no room: in words too, for whoever does not see pictures."""
    language = one.piece.words.language
    piece = Piece(Message((paragraph(translator(language)._("See the words below")),), language))
    return Planned(piece, piece.html, None, None, "")


def _emptied(one: Planned) -> Planned:
    """Return a piece with an empty picture."""
    piece = without_picture(one.piece)
    return Planned(piece, one.html, read_card(piece.picture.key) if piece.picture else None, one.markup, one.keyboard)


async def _unless_unchanged(edit: Awaitable[object]) -> None:
    try:
        await edit
    except TelegramError as error:
        if not says(error, UNCHANGED):
            raise

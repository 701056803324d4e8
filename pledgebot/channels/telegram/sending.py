"""The one road by which words reach a chat of Telegram, for posts and answers alike: paced, in pieces, with their buttons."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from mimetypes import guess_extension
from typing import TypeVar

import telegram
from telegram import ReplyParameters
from telegram.constants import ParseMode
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.request import RequestData

# The library builds every call of these two; it names only the first one aloud.
from telegram.request._requestparameter import RequestParameter

from pledgebot.channels.base import read_picture
from pledgebot.channels.telegram.errors import translate
from pledgebot.channels.telegram.photos import Photos
from pledgebot.channels.telegram.planned import NO_PREVIEW, Planned, Renderings, plan
from pledgebot.channels.telegram.rewriting import Rewriting
from pledgebot.domain.delivery import Interrupted, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.messages.document import Message
from pledgebot.pace import Lane, Pace, is_private

log = logging.getLogger(__name__)
R = TypeVar("R")

PATIENCE = timedelta(seconds=20)
"""How long a message waits for its turn before it is given back: whoever sends would soon take the wait for a lost reply."""
TOKEN_WAIT = timedelta(minutes=5)
"""How long a bot whose token was refused is not used."""
LONG_HOLD = timedelta(minutes=5)
"""A wait so long is worth a word to whoever runs the bot."""
_SHORTEST_HOLD = timedelta(seconds=1)
_GENERAL = {"", "0", "1"}
"""The topic General is none for Telegram: https://github.com/tdlib/telegram-bot-api/issues/798"""
_NO_PREVIEW_JSON = NO_PREVIEW.to_json()
_PAID = RequestParameter("allow_paid_broadcast", "true", None)


@lru_cache(maxsize=64)
def _words(html: str, keyboard: str) -> tuple[RequestParameter, ...]:
    """Return the parameters that are the same for all who get a text."""
    fields = {"text": html, "parse_mode": ParseMode.HTML.value, "link_preview_options": _NO_PREVIEW_JSON}
    if keyboard:
        fields["reply_markup"] = keyboard
    return tuple(RequestParameter(name, value, None) for name, value in fields.items())


async def deliver(
    bot: telegram.Bot,
    pace: Pace,
    chat: int | str,
    thread: int | str,
    message: Message,
    *,
    lane: Lane,
    reply_to: int | None = None,
    username: str = "",
    pictures: Callable[[str], bytes] = read_picture,
    photos: Photos | None = None,
    renderings: Renderings | None = None,
    gone: int = 0,
    admitted: bool = False,
    paid: bool = False,
) -> tuple[int, ...]:
    """Send a message to a chat and return the numbers that its pieces have there.

    `renderings` remembers how a message looks that is sent again and again, the very same object, `photos` what Telegram has of
    its pictures. `thread` is a topic's
    number, 0 or nothing for none; the first piece answers `reply_to`, if that still exists. `gone` pieces went out at an
    earlier try and are left out. `admitted` says that the pace let the first one go already, `paid` that Telegram is paid for
    sending it faster. Raises the failures of `domain.delivery`; once a piece has gone out, any failure of a later
    one is `Uncertain`, but that a later piece of an answer has to wait is `Interrupted`.
    """
    leave, photos = _Leave(granted=admitted), photos or Photos()
    where = _Where(bot, pace, str(chat), str(thread), lane, username, pictures, leave, photos, paid)
    known = renderings.get(message, where.private) if renderings is not None else None
    planned = known or await where.planned(message)
    if renderings is not None and known is None:
        renderings.keep(message, where.private, planned)
    return await where.send(planned[gone:], None if gone else reply_to, gone=gone)


async def change(
    bot: telegram.Bot,
    pace: Pace,
    chat: int | str,
    message_id: int | Sequence[int],
    message: Message,
    *,
    lane: Lane,
    thread: int | str = "",
    username: str = "",
    pictures: Callable[[str], bytes] = read_picture,
    photos: Photos | None = None,
    admitted: bool = False,
) -> tuple[int, ...]:
    """Put a message in the place of one that was sent (of several numbers, if it had several pieces); return the numbers.

    Pieces take each other's place one by one. New ones that are left over are sent, old ones deleted, or emptied where that is
    not allowed. A picture takes the place of the one that stands there; where the message has none any more, an empty one does:
    nothing old stays to be seen. Nothing new is a success. Raises as `deliver` does.
    """
    leave, photos = _Leave(granted=admitted), photos or Photos()
    where = _Where(bot, pace, str(chat), str(thread), lane, username, pictures, leave, photos)
    old = (message_id,) if isinstance(message_id, int) else tuple(message_id)
    return await where.rewrite(old, await where.planned(message))


async def send_file(
    bot: telegram.Bot, pace: Pace, chat: int | str, thread: int | str, content: bytes, media_type: str
) -> int:
    """Send a file as a document, paced as an answer; return its number. Raises as `deliver` does."""
    where = _Where(bot, pace, str(chat), str(thread), Lane.ANSWER, "", read_picture, _Leave(), Photos())
    return await where.send_document(content, f"proof{guess_extension(media_type) or '.bin'}")


@dataclass
class _Leave:
    """Whether the pace let a request go before it was asked to: that holds for one."""

    granted: bool = False

    def used(self) -> bool:
        """Use it up, and tell whether it was there."""
        granted, self.granted = self.granted, False
        return granted


@dataclass(frozen=True)
class _Where:
    """A place in a chat, and the means to reach it."""

    bot: telegram.Bot
    pace: Pace
    chat: str
    thread: str
    lane: Lane
    username: str
    pictures: Callable[[str], bytes]
    leave: _Leave
    photos: Photos
    paid: bool = False

    @property
    def private(self) -> bool:
        """Whether it is one person's chat."""
        return is_private(self.chat)

    async def planned(self, message: Message) -> tuple[Planned, ...]:
        """Return the pieces with their pictures, read before anything is sent. Raises `PermanentFailure`."""
        return await plan(message, self.private, self.username, self.pictures)

    async def send(
        self, planned: Sequence[Planned], reply_to: int | None = None, sent: tuple[int, ...] = (), gone: int = 0
    ) -> tuple[int, ...]:
        """Send pieces after those that were sent before, and after as many of an earlier try; return the numbers of all."""
        of = gone + len(sent) + len(planned)
        for one in planned:
            work = partial(self._send, one, None if sent else reply_to)
            sent = (*sent, await (self._further(work, gone + len(sent) + 1, of) if sent else self._call(work)))
        return sent

    async def rewrite(self, old: Sequence[int], planned: Sequence[Planned]) -> tuple[int, ...]:
        """Put pieces in the place of old ones. Until something new is sent, a failure is one of the whole: edits repeat well."""
        there = Rewriting(self.bot, self._chat_id, self.photos)
        kept: tuple[int, ...] = ()
        put = 0
        for number in old:
            if put == len(planned):
                await self._call(partial(there.remove, number, planned[0].piece.words.language))
                continue
            # A picture that has no room for the words below it is emptied; they go where the next piece stood, or follow.
            put += await self._call(partial(there.put, number, planned[put]))
            kept = (*kept, number)
        return await self.send(planned[put:], sent=kept)

    async def send_document(self, content: bytes, filename: str) -> int:
        """Send a file as it is."""
        thread = None if self.thread in _GENERAL else int(self.thread)

        async def work() -> int:
            sent = await self.bot.send_document(self._chat_id, content, filename=filename, message_thread_id=thread)
            return sent.message_id

        return await self._call(work)

    async def _further(self, work: Callable[[], Coroutine[None, None, R]], number: int, of: int) -> R:
        """Do what follows on something that went out already: whatever fails now leaves the whole in doubt.

        An answer is whole only with what is left, and whoever asked waits for it: what has to wait goes out later.
        """
        try:
            return await self._call(work)
        except TemporaryFailure as failure:
            if self.lane is Lane.ANSWER:
                raise Interrupted(failure, number - 1) from failure
            raise Uncertain(f"part {number} of {of} was not sent: {failure.reason}") from failure
        except PermanentFailure as failure:
            raise Uncertain(f"part {number} of {of} was not sent: {failure.reason}") from failure
        except Uncertain as doubt:
            raise Uncertain(f"part {number} of {of} may not have been sent: {doubt.reason}") from doubt

    async def _call(self, work: Callable[[], Coroutine[None, None, R]]) -> R:
        """Do one thing in its turn, and say what a failure means."""
        await self._turn()
        try:
            return await work()
        except Exception as error:
            # Not only the library's own: an answer of another shape is a KeyError or the like.
            self._notice(error)
            raise translate(error) from error

    async def _turn(self) -> None:
        # What was let go before Telegram asked to wait stays here all the same.
        if self.leave.used() and not self.pace.held_for():
            return
        wait = self.pace.ready_in(self.chat, self.lane, paid=self.paid)
        if wait > PATIENCE:
            raise TemporaryFailure("kept back by the pace", wait)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                while self.paid and not self.pace.take(self.chat, paid=True):  # noqa: ASYNC110 - the pace says when to ask again
                    await asyncio.sleep(self.pace.ready_in(self.chat, paid=True).total_seconds())
                if self.paid:
                    self.pace.leave()
                else:
                    await self.pace.admit(self.chat, self.lane)
        except TimeoutError as error:
            raise TemporaryFailure("kept back by the pace") from error

    def _notice(self, error: Exception) -> None:
        """Hold back what a refusal concerns.

        The pace asks no more of a private chat than is allowed there, so that a 429 means the limit of all; a group has limits
        that others use up as well. However long that is, nobody is written to before: whoever goes on is kept out for longer.
        """
        failure = translate(error)
        if isinstance(error, InvalidToken):
            log.error("telegram_token_refused")
            self.pace.hold(None, TOKEN_WAIT, lasting=False)
        elif isinstance(error, RetryAfter) and isinstance(failure, TemporaryFailure):
            wait = failure.retry_after or _SHORTEST_HOLD
            if self.paid and not self.pace.held_for():
                self.pace.slow_down()
            everybody = is_private(self.chat)
            if wait >= LONG_HOLD:
                whom = "nobody" if everybody else "one group or channel not"
                log.error("telegram_asks_to_wait: %d seconds; %s written to before", wait.total_seconds(), whom)
            self.pace.hold(None if everybody else self.chat, wait)

    @property
    def _chat_id(self) -> int | str:
        return int(self.chat) if self.chat.removeprefix("-").isdecimal() else self.chat

    async def _send(self, one: Planned, reply_to: int | None) -> int:
        reply = None if reply_to is None else ReplyParameters(reply_to, allow_sending_without_reply=True)
        thread = None if self.thread in _GENERAL else int(self.thread)
        if one.picture is not None and one.piece.picture is not None:
            send = partial(
                self.bot.send_photo,
                self._chat_id,
                caption=one.html or None,
                parse_mode=ParseMode.HTML,
                message_thread_id=thread,
                reply_parameters=reply,
                reply_markup=one.markup,
                filename="image.png",
                allow_paid_broadcast=True if self.paid else None,
            )
            sent = await self.photos.send(one.piece.picture.key, one.picture, send)
            return sent.message_id
        return await self._send_words(one, thread, reply)

    async def _send_words(self, one: Planned, thread: int | None, reply: ReplyParameters | None) -> int:
        """Send a text in the shortest way: most of what is sent is one, and its answer is read for its number only.

        The library's own method makes objects of all that it sends and gets; its transport and its errors are kept.
        """
        fields = [RequestParameter("chat_id", self.chat, None), *_words(one.html, one.keyboard)]
        if thread is not None:
            fields.append(RequestParameter("message_thread_id", str(thread), None))
        if reply is not None:
            fields.append(RequestParameter("reply_parameters", reply.to_json(), None))
        if self.paid:
            fields.append(_PAID)
        sent = await self.bot.request.post(f"{self.bot.base_url}/sendMessage", RequestData(fields))
        if not isinstance(sent, dict):
            raise TelegramError("Invalid server response")
        return int(sent["message_id"])

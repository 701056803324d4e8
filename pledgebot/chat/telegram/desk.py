"""Where turns are taken: what Telegram has to be asked first is asked, then it is decided, then it is done."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import telegram
from telegram import InlineQueryResultArticle, InputTextMessageContent, LinkPreviewOptions
from telegram.constants import ChatMemberStatus, ChatType, InlineQueryLimit, ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from pledgebot.chat.drafting import ReceivedFile
from pledgebot.chat.suggestions import Suggestion
from pledgebot.chat.telegram.acts import Act, Outcome, Say, Show, acts_from_json
from pledgebot.chat.telegram.gathering import Gathering
from pledgebot.chat.telegram.intents import has_effects, meant_address, needs_administrator
from pledgebot.chat.telegram.live import Live
from pledgebot.chat.telegram.responder import Responder
from pledgebot.chat.telegram.turns import LARGEST_FILE, Membership, Migration, Turn, What, called, may_write, spot_of
from pledgebot.chat.telegram.voice import Voice
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.budgets import Budgets, Verdict
from pledgebot.domain.delivery import Gone, Interrupted, Moved, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.messages.frame import thread
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import telegram_fits, telegram_html

log = logging.getLogger(__name__)


class Unfinished(TemporaryFailure):
    """Telegram could not be reached in the middle of what was to be done: `left` is still to do.

    `begun` says that something went out, so that the whole must not be done again.
    """

    def __init__(self, failure: TemporaryFailure, left: tuple[Act, ...], *, begun: bool) -> None:
        super().__init__(failure.reason, failure.retry_after)
        self.left = left
        self.begun = begun


R = TypeVar("R")
Cross = Callable[[Callable[[], R]], Awaitable[R]]

AT_ONCE, FILES_AT_ONCE = 16, 2
"""How many turns are decided side by side, and how many files are fetched: each is held in memory whole."""
_NOTICE = 200
"""https://core.telegram.org/bots/api#answercallbackquery"""
_CACHED = 30
"""How many seconds Telegram may keep the results of an inline question."""
_NAMED = re.compile(r"^\s*(/\S+)\s+@(\w{4,32})\b\s*(.*)$", re.DOTALL)
_ADMINISTERS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


@dataclass
class Desk:
    """Takes turns one by one. `cross` does something that waits for the database, outside the event loop."""

    bot: telegram.Bot
    voice: Voice
    responder: Responder
    budgets: Budgets
    cross: Callable[[Callable[[], object]], Awaitable[object]]
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), repr=False)
    _fetching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE), repr=False)

    def __post_init__(self) -> None:
        """Let those be answered together who only ask."""
        self._asking: Gathering[tuple[Turn, Live], Outcome | None] = Gathering(self._answers)

    async def take(self, item: int, turn: Turn) -> None:
        """Answer a turn. Raises `TemporaryFailure` when Telegram could not be reached: then it is tried again later."""
        if not turn.addressed:
            return
        # Anonymous administrators share one account: their group stands for them.
        person = turn.spot.address if turn.person.anonymous else str(turn.person.id)
        verdict, wait = self.budgets.admit(person, turn.spot.address, self.responder.clock.now())
        if verdict is not Verdict.ALLOWED:
            await self._finish(turn, self.responder.slow_down(turn, verdict, wait))
            return
        turn, live = await self._look(turn)
        await self._finish(turn, await self._decided(item, turn, live))

    async def change_membership(self, item: int, membership: Membership) -> None:
        """Take note of where the bot may write."""
        outcome = await self._crossed(lambda: self.responder.changed(item, membership))
        await self.do(outcome.acts)

    async def follow(self, migration: Migration) -> None:
        """Follow a group to its new number."""
        await self._crossed(lambda: self.responder.moved(migration))

    async def resume(self, stored: str) -> None:
        """Do what was decided before a crash; what had been sent already may be sent once more."""
        await self.do(acts_from_json(stored))

    async def _decided(self, item: int, turn: Turn, live: Live) -> Outcome:
        """Let a turn be decided: together with others that only ask, by itself when it may have effects."""
        outcome = None if has_effects(turn) else await self._asking.ask((turn, live))
        if outcome is not None:
            return outcome
        return await self._crossed(lambda: self.responder.respond(item, turn, live))

    async def _answers(self, asked: Sequence[tuple[Turn, Live]]) -> list[Outcome | Exception | None]:
        return await self.cross(partial(self.responder.respond_all, asked))  # type: ignore[return-value]  # as below

    async def _crossed(self, work: Callable[[], R]) -> R:
        # Only deciding takes up room: whoever waits for the network or for the pace keeps nobody else waiting.
        async with self._room:
            return await self.cross(work)  # type: ignore[return-value]  # a callable attribute cannot be generic

    # --- what Telegram has to be asked first

    async def _look(self, turn: Turn) -> tuple[Turn, Live]:
        live = Live()
        if turn.what is What.FILE and turn.file is not None:
            # A stranger's file is nobody's proof: it is not even fetched.
            wanted = await self._crossed(lambda: self.responder.takes_files(turn))
            return turn, replace(live, file=await self._fetched(turn) if wanted else None)
        if not needs_administrator(turn):
            return turn, live
        named = _NAMED.match(turn.text) if turn.private and turn.what is What.TEXT else None
        if named is not None:
            chat = await self._chat_called(named[2])
            if chat is None:
                return turn, replace(live, unseen=True)
            turn, live = replace(turn, text=f"{named[1]} {named[3]}".strip()), _aimed(live, chat)
        elif turn.what is What.PRESS:
            live = _aimed(live, await self._chat_meant(turn))
        meant = live.target or turn.spot
        if meant.place is PlaceKind.PRIVATE:
            return turn, replace(live, administrator=meant.address == str(turn.person.id))
        return turn, replace(live, administrator=await self._administers(turn.person.id, meant))

    async def _fetched(self, turn: Turn) -> ReceivedFile | None:
        """Fetch a file that was sent; None when it is too large for a bot."""
        if turn.file is None or turn.file.size > LARGEST_FILE:
            return None
        try:
            async with self._fetching:
                file = await self.bot.get_file(turn.file.file_id)
                content = bytes(await file.download_as_bytearray())
        except BadRequest:
            # "File is too big": Telegram does not always tell the size beforehand.
            return None
        except TelegramError as error:
            raise TemporaryFailure(f"a file could not be fetched: {type(error).__name__}") from None
        return ReceivedFile(content, turn.file.media_type, turn.text or None)

    async def _chat_called(self, name: str) -> telegram.ChatFullInfo | None:
        """Return the channel or group of a public name, None when there is none in which the bot may write."""
        try:
            chat = await self.bot.get_chat(f"@{name}")
            member = await self.bot.get_chat_member(chat.id, self.bot.id)
        except TelegramError as error:
            _only_no(error)
            return None
        if not may_write(member, PlaceKind.CHANNEL if chat.type == ChatType.CHANNEL else PlaceKind.GROUP):
            return None
        return chat

    async def _chat_meant(self, turn: Turn) -> telegram.ChatFullInfo | None:
        """Return the place that a button of the panel is about, where it is not the chat in which it was pressed."""
        press = read_token(turn.text)
        address = meant_address(press) if press is not None else ""
        if not address or address == turn.spot.address:
            return None
        try:
            return await self.bot.get_chat(int(address))
        except TelegramError as error:
            _only_no(error)
            return None

    async def _administers(self, user: int, place: Spot) -> bool:
        """Ask Telegram whether somebody administers a place at this moment; an anonymous one cannot be told apart."""
        if not user:
            return False
        try:
            member = await self.bot.get_chat_member(int(place.address), user)
        except TelegramError as error:
            _only_no(error)
            return False
        return member.status in _ADMINISTERS

    # --- what was decided is done

    async def _finish(self, turn: Turn, outcome: Outcome) -> None:
        if turn.what is What.INLINE:
            await self._suggest(turn, outcome)
            return
        if turn.what is What.PRESS:
            await self._acknowledge(turn.query, outcome.notice)
        await self.do(outcome.acts)

    async def _acknowledge(self, query: str, notice: str) -> None:
        """Take the waiting mark off a button; for one that waited too long that is no use any more."""
        try:
            await self.bot.answer_callback_query(query, text=notice[:_NOTICE] or None, show_alert=len(notice) > _SHORT)
        except TelegramError as error:
            log.info("press_not_acknowledged: %s", type(error).__name__)

    async def _suggest(self, turn: Turn, outcome: Outcome) -> None:
        results = [self._article(one) for one in outcome.suggestions[: InlineQueryLimit.RESULTS]]
        try:
            await self.bot.answer_inline_query(turn.query, results, cache_time=self._cached(outcome), is_personal=True)
        except TelegramError as error:
            log.info("inline_not_answered: %s", type(error).__name__)

    def _cached(self, outcome: Outcome) -> int:
        """Return for how many seconds Telegram may show results again: not over the border of an electoral silence."""
        if outcome.fresh_until is None:
            return _CACHED
        left = outcome.fresh_until - self.responder.clock.now()
        return min(_CACHED, max(0, int(left.total_seconds())))

    def _article(self, one: Suggestion) -> InlineQueryResultArticle:
        """Return one result. A message that is too long is cut at a block's border: the rest is behind its button."""
        first = thread(one.message, telegram_fits)[0]
        return InlineQueryResultArticle(
            id=one.key,
            title=one.title,
            description=one.description,
            input_message_content=InputTextMessageContent(
                telegram_html(first), ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
            ),
            reply_markup=self.voice.keyboard(one.message.buttons),
        )

    async def do(self, acts: tuple[Act, ...]) -> None:
        """Do acts in their order. Raises `Unfinished`, with what is left, when Telegram cannot be reached now."""
        for place, decided in enumerate(acts):
            # What was kept waiting, by the network or by a restart, may have come into an electoral silence.
            act = decided.at(self.responder.clock.now()) if isinstance(decided, Say) else decided
            try:
                await self._do(act)
            except Moved as goal:
                await self.follow(Migration(act.chat, goal.address))
                left = (replace(one, chat=goal.address) if one.chat == act.chat else one for one in acts[place:])
                raise Unfinished(goal, tuple(left), begun=place > 0) from None
            except Gone:
                await self._crossed(partial(self.responder.gone, act.chat))
            except Interrupted as stopped:
                raise Unfinished(stopped, (_rest(act, stopped.sent), *acts[place + 1 :]), begun=True) from None
            except TemporaryFailure as failure:
                raise Unfinished(failure, acts[place:], begun=place > 0) from None
            except (PermanentFailure, Uncertain) as failure:
                # Nobody is told twice because of a doubt, and nobody else waits for what cannot be said.
                log.warning("answer_not_sent: %s", failure.reason)

    async def _do(self, act: Act) -> None:
        if isinstance(act, Say) and act.gone:
            await self.voice.go_on(act.chat, act.thread, act.message, act.gone)
            return
        if isinstance(act, Say):
            await self.voice.say(act.chat, act.thread, act.message, act.reply_to)
            return
        if isinstance(act, Show):
            kept = await self._crossed(partial(self.responder.file, act.file))
            if kept is not None:
                await self.voice.show(act.chat, act.thread, *kept)
            return
        try:
            await self.voice.change(act.chat, act.thread, act.number, act.message)
        except Gone:
            raise
        except PermanentFailure as failure:
            # Too old to be changed, or deleted meanwhile: what it would have said is said anew.
            log.info("message_not_changed: %s", failure.reason)
            await self.voice.say(act.chat, act.thread, act.message)


def _aimed(live: Live, chat: telegram.ChatFullInfo | None) -> Live:
    """Return what is known with the place that is meant, if it is another one than the chat itself."""
    return live if chat is None else replace(live, target=spot_of(chat), called=called(chat))


def _rest(act: Act, sent: int) -> Act:
    """Return what is left to do of a message of which so many pieces went out, or took the place of older ones."""
    if isinstance(act, Show):
        return act
    instead = act.instead if isinstance(act, Say) else None
    return Say(act.chat, act.thread, act.message, gone=sent, instead=instead)


def _only_no(error: TelegramError) -> None:
    """Let a refusal pass as a no; of anything else nobody knows the answer, so it is asked again later."""
    if not isinstance(error, (BadRequest, Forbidden)):
        raise TemporaryFailure(f"Telegram did not answer: {type(error).__name__}") from None


_SHORT = 60
"""A longer notice is shown until it is put away, so that it can be read."""


def waiting_time(failure: TemporaryFailure, attempts: int) -> timedelta:
    """Return how long an update waits after a failure: the network's own wait, else longer and longer up to a minute."""
    own = timedelta(seconds=min(60, 2**attempts))
    return max(own, failure.retry_after) if failure.retry_after is not None else own

"""Our contenders: `ours` takes one question after the other, so that each can be timed; `whole` is all that a process spends."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import telegram
from aiohttp import ClientSession
from bench_questions import NOW
from telegram.ext import ExtBot

from chat.clocked import WARMING, Clocked, spent
from chat.server import BATCH
from pledgebot.channels.telegram.transport import AiohttpRequest
from pledgebot.channels.telegram.voice import TelegramVoice
from pledgebot.chat.telegram.acts import Say
from pledgebot.chat.telegram.life import Account, TelegramLife
from pledgebot.chat.telegram.private_texts import private_text
from pledgebot.chat.telegram.responder import Live, Manners, Responder
from pledgebot.chat.telegram.turns import written
from pledgebot.chat.telegram.updates import received
from pledgebot.clock import MovedClock
from pledgebot.messages.document import Message
from pledgebot.pace import Pace
from pledgebot.services import inbox
from pledgebot.store.engine import Database
from pledgebot.store.tables import Inbox

PARIS = ZoneInfo("Europe/Paris")


async def ours(path: Path, port: int, token: str, clocked: Clocked) -> dict[str, float]:
    """Answer as `pledgebot run` does: raw updates are committed to the inbox, answered, and marked as done together."""
    database, clock = Database(f"sqlite:///{path}"), MovedClock(NOW)
    responder = Responder(database, clock, Manners(("fr", "en"), "https://example.org"), "bench_bot")
    before = spent()
    with database.read() as session:
        responder.directories.fresh(session)
    built = spent() - before
    fetching = AiohttpRequest()
    async with telegram.Bot(
        token, base_url=f"http://127.0.0.1:{port}/bot", request=AiohttpRequest(), get_updates_request=fetching
    ) as bot:
        voice = TelegramVoice(bot, unhurried())

        async def fetch(offset: int) -> Sequence[object]:
            # Raw, as they go into the inbox.
            raw = await fetching.post(f"{bot.base_url}/getUpdates?offset={offset}")
            updates = list(raw) if isinstance(raw, list) else []
            with database.begin() as session:
                inbox.mark_done(session, [item.id for item in inbox.waiting(session, "telegram", BATCH)], NOW)
                inbox.keep_updates(session, "telegram", received(updates), NOW)
            with database.read() as session:
                inbox.waiting(session, "telegram", BATCH)
            return updates

        async def handle(raw: object) -> None:
            update = cast("dict[str, object]", raw)
            turn = private_text(update, "bench_bot") or written(
                telegram.Update.de_json(update, bot), "bench_bot", PARIS
            )
            if turn is None:
                return
            for act in responder.respond(0, turn, Live()).acts:
                if isinstance(act, Say):
                    await voice.say(act.chat, act.thread, act.message, act.reply_to)

        await clocked.all(fetch, handle)
    database.close()
    recall = responder.recall
    return {"hits": recall.hits / max(1, recall.hits + recall.misses), "directory": built}


class _Fast:
    """Timers of a loop whose seconds are thousandths."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> asyncio.TimerHandle:
        """Call something later, but not that much later."""
        return asyncio.get_running_loop().call_later(delay / _FASTER, callback)


_FASTER = 1000.0


def unhurried() -> Pace:
    """Return a pace on a clock that runs a thousand times too fast, so that thirty a second make nobody wait."""
    return Pace(lambda: time.monotonic() * _FASTER, _Fast())


class Counting(TelegramVoice):
    """Counts what was said, and says when it was the last."""

    def __init__(self, bot: telegram.Bot, pace: Pace, last: int) -> None:
        super().__init__(bot, pace)
        self.said, self.last, self.began = 0, last, 0.0
        self.over = asyncio.Event()

    async def say(self, chat: str, thread: str, message: Message, reply_to: int | None = None) -> None:
        """Say something."""
        await super().say(chat, thread, message, reply_to)
        self.said += 1
        if self.said == WARMING:
            self.began = spent()
        if self.said == self.last:
            self.over.set()


async def whole(path: Path, port: int, token: str, clocked: Clocked) -> dict[str, float]:
    """Answer with everything that `pledgebot run` has on Telegram: polling, inbox, dispatch, chats side by side."""
    database, clock = Database(f"sqlite:///{path}"), MovedClock(NOW)
    with database.begin() as session:
        session.execute(sa.delete(Inbox))
    responder = Responder(database, clock, Manners(("fr", "en"), "https://example.org"))
    with database.read() as session:
        responder.directories.fresh(session)
    threads = ThreadPoolExecutor(4)
    base = f"http://127.0.0.1:{port}/bot"
    many = int(await _asked(base, token))
    polling = AiohttpRequest(connections=1)
    bot: ExtBot[None] = ExtBot(token, base_url=base, request=AiohttpRequest(), get_updates_request=polling)
    voice = Counting(bot, unhurried(), many)

    async def cross(work: Callable[[], object]) -> object:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    life = TelegramLife(Account(bot, polling, voice), responder, PARIS, cross, lambda: True)
    living = asyncio.create_task(life.run())
    await voice.over.wait()
    clocked.spent = (spent() - voice.began) * 1000
    clocked.own, clocked.wall = [0.0] * (many - WARMING), [0.0] * (many - WARMING)
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    database.close()
    recall = responder.recall
    return {"hits": recall.hits / max(1, recall.hits + recall.misses)}


async def _asked(base: str, token: str) -> str:
    async with ClientSession() as session, session.get(f"{base}{token}/howMany") as told:
        return await told.text()

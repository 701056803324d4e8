"""The other contenders: a floor, python-telegram-bot as it comes and tuned, aiogram. Each waits for a line on standard input."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path

from delivery.books import TEXT, Books
from delivery.broadcast import Manner, Send, tell_all

TOKEN = "42:" + "A" * 35
Way = Callable[[Send], Coroutine[None, None, None]]


class WithoutSniffio(MetaPathFinder):
    """Imports as on a machine where sniffio is not installed, at the same cost: what is missing is looked for everywhere."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002 - as the parent has it
        """Find nothing of that name."""
        if name == "sniffio":
            PathFinder.find_spec("sniffio_that_nobody_installed")
            raise ModuleNotFoundError(name=name)


async def stock(base_url: str, way: Way, per_second: int) -> None:
    """Be python-telegram-bot as its documentation shows it: its own transport, `AIORateLimiter`, no sniffio."""
    sys.meta_path.insert(0, WithoutSniffio())
    from telegram.ext import AIORateLimiter, ExtBot

    limiter = AIORateLimiter(overall_max_rate=per_second, max_retries=5)
    async with ExtBot(TOKEN, base_url=base_url, rate_limiter=limiter) as bot:
        await way(lambda chat: _ptb(bot, chat))


async def tuned(base_url: str, way: Way, per_second: int) -> None:
    """Be python-telegram-bot with what makes it faster: sniffio, a small pool; its limiter only at the free pace."""
    import sniffio  # noqa: F401 - imported by the transport, again and again where it is missing
    from telegram.ext import AIORateLimiter, ExtBot
    from telegram.request import HTTPXRequest

    free = per_second <= FREE
    limiter = AIORateLimiter(overall_max_rate=per_second, max_retries=5) if free else None
    request = HTTPXRequest(connection_pool_size=POOL, pool_timeout=60.0)
    async with ExtBot(TOKEN, base_url=base_url, rate_limiter=limiter, request=request) as bot:
        await way(lambda chat: _ptb(bot, chat))


async def _ptb(bot: "object", chat: int) -> int:
    sent = await bot.send_message(chat, TEXT, parse_mode="HTML")  # type: ignore[attr-defined]  # the library is loaded where it is used
    return int(sent.message_id)


async def aiogram(base_url: str, way: Way, per_second: int) -> None:  # noqa: ARG001 - it has no limiter
    """Be aiogram on its own transport."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramRetryAfter

    session = AiohttpSession(api=TelegramAPIServer.from_base(base_url.removesuffix("/bot")), limit=AT_ONCE)
    async with Bot(TOKEN, session=session) as bot:

        async def send(chat: int) -> int:
            while True:
                try:
                    return int((await bot.send_message(chat, TEXT, parse_mode="HTML")).message_id)
                except TelegramRetryAfter as refused:
                    await asyncio.sleep(refused.retry_after)

        await way(send)


async def floor(base_url: str, way: Way, per_second: int) -> None:
    """Be as little as does the same: bare aiohttp, one message after the other in an even pace."""
    import aiohttp

    loop = asyncio.get_running_loop()
    turn = loop.time()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def send(chat: int) -> int:
            nonlocal turn
            said = {"chat_id": chat, "text": TEXT, "parse_mode": "HTML"}
            while True:
                turn = max(turn, loop.time() - SLACK) + 1 / per_second
                await asyncio.sleep(turn - loop.time())
                async with session.post(f"{base_url}{TOKEN}/sendMessage", json=said) as answer:
                    told = await answer.json()
                if told["ok"]:
                    return int(told["result"]["message_id"])
                turn = max(turn, loop.time() + told["parameters"]["retry_after"])

        await way(send)


FREE = 30
SLACK = 0.05
"""So many seconds the floor makes up for when it is late."""
POOL, AT_ONCE, BATCH = 8, 128, 100
"""Connections of the tuned one, messages at once of the others, and how many are marked together in a paid broadcast."""
PEERS = {"floor": floor, "ptb": stock, "ptb tuned": tuned, "aiogram": aiogram}


def manner(name: str, per_second: int) -> Manner:
    """Return how a contender tells many.

    At the free pace one by one: aiogram, which has no limiter, as its example of a broadcast does, the others in a few tasks
    that wait for the limiter.
    """
    if per_second <= FREE:
        return Manner(1, 1, pause=0.05) if name == "aiogram" else Manner(POOL, 1)
    return Manner({"ptb": 32, "ptb tuned": POOL * 4}.get(name, AT_ONCE), BATCH)


def contend(name: str, path: Path, port: int, chats: int, per_second: int) -> None:
    """Be a contender: get ready, wait for a line, tell everybody."""
    books = Books(path, chats)

    async def way(send: Send) -> None:
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await tell_all(send, books, manner(name, per_second))
        # It lives until it is looked at for the last time.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    asyncio.run(PEERS[name](f"http://127.0.0.1:{port}/bot", way, per_second))


if __name__ == "__main__":
    contend(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:6]))

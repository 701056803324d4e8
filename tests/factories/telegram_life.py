"""The bot's life on the emulator inside a test's own event loop: its real parts, a real database, a pace that hurries."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeVar
from zoneinfo import ZoneInfo

from telegram.ext import ExtBot

from factories.services import ZONE
from fakes.telegram import Gate, TelegramServer
from fakes.telegram.orders import Where
from pledgebot.channels.telegram import AiohttpRequest, TelegramVoice
from pledgebot.chat.telegram.life import Account, TelegramLife
from pledgebot.chat.telegram.responder import Manners, Responder
from pledgebot.clock import Clock
from pledgebot.domain.errors import Unusable
from pledgebot.messages.document import Message
from pledgebot.pace import Pace, Timer
from pledgebot.services.inbox import inbox_counts
from pledgebot.store.engine import Database, Session

R = TypeVar("R")

MANNERS = Manners(("fr", "en"), "contact@exemple.invalid")
HASTE = 1_000
"""How many times faster the pace counts than the world goes."""


class _Hasty:
    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer:
        return asyncio.get_running_loop().call_later(delay / HASTE, callback)


class Telling(TelegramVoice):
    """The voice of the bot, which tells whoever waits that it has tried to say something."""

    def __init__(self, bot: ExtBot[None], server: TelegramServer) -> None:
        super().__init__(bot, Pace(lambda: time.monotonic() * HASTE, _Hasty()))
        self._turns = server.world.turns
        self.tries = 0

    async def say(self, chat: str, thread: str, message: Message, reply_to: int | None = None) -> None:
        """Say it, and count that."""
        try:
            await super().say(chat, thread, message, reply_to)
        finally:
            self.tries += 1
            self._turns.changed()


def account_on(server: TelegramServer) -> Account:
    """Return the bot's account on an emulator."""
    polling = AiohttpRequest(connections=1)
    bot: ExtBot[None] = ExtBot(
        server.token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=AiohttpRequest(),
        get_updates_request=polling,
    )
    return Account(bot, polling, Telling(bot, server))


@asynccontextmanager
async def living(
    server: TelegramServer, responder: Responder, *, webhook: str | None = None
) -> AsyncIterator[TelegramLife]:
    """Let the bot live from when it listens; whoever waits for something in the world looks whenever the database answered."""
    with ThreadPoolExecutor(4) as pool:

        async def cross(work: Callable[[], object]) -> object:
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, work)
            finally:
                server.world.turns.changed()

        life = TelegramLife(
            account=account_on(server),
            responder=responder,
            zone=ZoneInfo(ZONE),
            cross=cross,
            may_work=lambda: True,
            webhook=webhook,
        )
        running = asyncio.create_task(life.run())
        running.add_done_callback(lambda _task: server.world.turns.changed())
        listens = (lambda: server.delivery.url) if webhook else (lambda: server.delivery.polled)
        try:
            await server.world.until(lambda: running.done() or (life.ready and listens()), "the bot listens")
            yield life
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def caught_up(server: TelegramServer, database: Database) -> None:
    """Wait until the bot has fetched everything, and nothing is left to be answered."""

    def nothing_waits() -> bool:
        with database.read() as session:
            return not len(server.world.updates) and inbox_counts(session).waiting == 0

    await server.world.until(nothing_waits, "everything is answered")


async def reached(gate: Gate) -> None:
    """Wait until a call stands before a gate."""
    assert await asyncio.to_thread(gate.reached.wait, 15), "the bot never came to that call"


def to(*chats: object) -> Where:
    """Return which calls are for these people or places."""
    numbers = {str(getattr(chat, "id")) for chat in chats}  # noqa: B009 - people, groups and channels alike
    return lambda given: given.text("chat_id") in numbers


def played(play: Callable[[TelegramServer], Coroutine[None, None, R]]) -> R:
    """Play on an emulator of the test's own."""

    async def on_stage() -> R:
        async with TelegramServer() as server:
            server.world.reads_all = True
            return await play(server)

    return asyncio.run(on_stage())


class Wavering(Database):
    """A database that can be told to be away for whoever wants to write."""

    away = False
    refusals = 0

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction, unless it is away."""
        if self.away:
            self.refusals += 1
            raise Unusable("database: away")
        with super().begin() as session:
            yield session


def responder_on(database: Database, clock: Clock, kind: type[Responder] = Responder) -> Responder:
    """Return who decides what is answered."""
    return kind(database, clock, MANNERS)

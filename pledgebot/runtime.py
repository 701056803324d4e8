"""One event loop: the lease, the dispatcher, the scheduler; signals; an orderly stop."""

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from pledgebot.bootstrap import Bot, build_dispatcher
from pledgebot.domain.errors import Unusable
from pledgebot.scheduler import Acts, build_scheduler
from pledgebot.services import outbox
from pledgebot.services.work import release_lease, take_lease

LEASE = "bot"

log = logging.getLogger(__name__)

R = TypeVar("R")


async def run_bot(bot: Bot, ready: asyncio.Event | None = None) -> None:
    """Run until SIGINT or SIGTERM, or until the task is cancelled; what is under way is finished first."""
    worker = _Worker(bot)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    scheduler = build_scheduler(Acts(dispatch=worker.dispatch, hold_lease=worker.hold_lease))
    try:
        await worker.hold_lease()
        scheduler.start()
        if ready is not None:
            ready.set()
        await stop.wait()
    finally:
        if scheduler.running:
            scheduler.pause()
        await worker.close()
        if scheduler.running:
            scheduler.shutdown(wait=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


class _Worker:
    """A process, one of perhaps several: it works while it holds the lease."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database")
        self._token: int | None = None
        self._sending = asyncio.Lock()

    async def hold_lease(self) -> None:
        """Take or renew the lease; whoever takes it over doubts the claims of the one before."""
        try:
            token = await self._cross(self._take)
            if token is not None and token != self._token:
                await self._cross(partial(self._doubt_before, token))
        except Unusable as error:
            # Without the database nobody knows who works: this worker stops until it is back.
            self._token = None
            log.warning("lease_unknown: %s", error)
        else:
            self._token = token

    async def dispatch(self) -> None:
        """Send what is due, if this worker holds the lease."""
        if self._token is None:
            return
        async with self._sending:
            try:
                await build_dispatcher(self._bot, self._executor, self._token).pass_once()
            except Unusable as error:
                log.warning("database_away: %s", error)

    async def close(self) -> None:
        """Let the send that is under way end, then give the lease back."""
        async with self._sending:
            try:
                await self._cross(self._release)
            except Unusable as error:
                log.warning("lease_not_released: %s", error)
        self._executor.shutdown()

    async def _cross(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _take(self) -> int | None:
        with self._bot.database.begin() as session:
            alone = self._bot.database.is_sqlite
            return take_lease(session, LEASE, self._owner, self._bot.clock.now(), alone=alone)

    def _doubt_before(self, token: int) -> None:
        with self._bot.database.begin() as session:
            outbox.doubt_claims_before(session, token)

    def _release(self) -> None:
        with self._bot.database.begin() as session:
            release_lease(session, LEASE, self._owner, self._bot.clock.now())

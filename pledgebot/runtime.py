"""One event loop: the lease, the dispatcher, the scheduler, the mouths, the web; signals; an orderly stop."""

import asyncio
import gc
import logging
import math
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from pledgebot.bootstrap import Bot, build_dispatcher, build_mastodon, build_operator, build_telegram, build_web
from pledgebot.dispatcher import House
from pledgebot.domain.errors import Unusable, place_of
from pledgebot.scheduler import Acts, build_scheduler
from pledgebot.services import doubts, inbox
from pledgebot.services.deadlines import forget_past, keep_deadlines, read_deadlines
from pledgebot.services.quotas import load_quota, save_quota
from pledgebot.services.reminders import raise_due
from pledgebot.services.staying import ask_to_stay, forget_unanswered
from pledgebot.services.subscriber_places import forget_ended
from pledgebot.services.work import LEASE_LIFE, release_lease, take_lease

LEASE = "bot"
_LEASE_MARGIN = 2.0
"""How many seconds before its end a worker no longer counts on its lease: whatever is under way then is cut off."""
_NEEDED_TO_BEGIN = 4.0
"""With fewer seconds left no message is begun: nearly all are answered in less."""
_PATIENCE = timedelta(seconds=2)
"""So long a pass waits for the pace; what has to wait for longer is for a later one."""
_GRACE = 20.0
"""For so many seconds what is under way may end, and be written down, before the process does."""
_COLLECTED = (20_000, 10, 10)
"""After how many new objects it is looked which can be forgotten, and how much more seldom among the older ones.

Nearly all go by themselves. Python's own 700 cost a twentieth of a broadcast, and hold up what leaves for a moment each time.
"""

log = logging.getLogger(__name__)

R = TypeVar("R")


async def run_bot(bot: Bot, ready: asyncio.Event | None = None) -> None:
    """Run until SIGINT or SIGTERM, or until the task is cancelled; what is under way is finished first.

    Raises `Unusable` when a part of it cannot work at all: a token that is refused, a port that is taken.
    """
    worker = _Worker(bot)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    acts = Acts(worker.dispatch, worker.hold_lease, worker.listen, worker.keep_house, worker.remind)
    scheduler = build_scheduler(acts)
    lives: list[asyncio.Task[None]] = []
    try:
        for server in worker.servers:
            server.open()
        await worker.hold_lease()
        # What was made by now stays: looking through it again and again would hold up what is to leave in its turn.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECTED)
        scheduler.start()
        lives += [asyncio.create_task(life) for life in worker.lives()]
        if ready is not None:
            ready.set()
        await _until(stop, lives)
    finally:
        if scheduler.running:
            scheduler.pause()
        # The send that is under way ends before the medium is closed under it.
        await worker.stop_sending()
        await _end(lives)
        await worker.close()
        if scheduler.running:
            scheduler.shutdown(wait=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _until(stop: asyncio.Event, lives: Iterable[asyncio.Task[None]]) -> None:
    """Let everything live until it is to stop, or until one of them cannot go on: then its reason is raised."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopping, *lives}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
    for task in lives:
        if task.done():
            task.result()


async def _end(lives: Iterable[asyncio.Task[None]]) -> None:
    """Cancel what still lives, and wait until it has tidied up."""
    for task in lives:
        task.cancel()
    for task in lives:
        with suppress(asyncio.CancelledError, Unusable):
            await task


class _Worker:
    """A process, one of perhaps several: it works while it holds the lease."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database")
        # What is sent is claimed and settled by one thread: it writes one after the other anyway, and stays warm.
        self._books = ThreadPoolExecutor(max_workers=1, thread_name_prefix="books")
        self._token: int | None = None
        self._lease_ends = -math.inf
        self._since: datetime | None = None
        self._passes: dict[str, asyncio.Task[None]] = {}
        self._house = House()
        self._stopped = False
        self._telegram = build_telegram(bot, self._cross, self.works)
        self._mastodon = build_mastodon(bot, self._cross, self.works)
        servers = build_web(bot, self._telegram), build_operator(bot, LEASE, self.works_since)
        self.servers = tuple(server for server in servers if server is not None)

    def lives(self) -> list[Coroutine[None, None, None]]:
        """Return what runs beside the ticks, each until it is cancelled."""
        return [part.run() for part in (self._telegram, self._mastodon, *self.servers) if part is not None]

    def works(self) -> bool:
        """Tell whether this worker holds the lease at this moment, by its own clock: a renewal that hangs lets it end."""
        return self._token is not None and not self._stopped and self._lease_left() > 0

    def works_since(self) -> datetime | None:
        """Return since when this worker holds the lease; None while it does not."""
        return self._since if self.works() else None

    def _lease_left(self) -> float:
        return self._lease_ends - time.monotonic()

    def _may_begin(self) -> bool:
        return self.works() and self._lease_left() >= _NEEDED_TO_BEGIN

    async def hold_lease(self) -> None:
        """Take or renew the lease; whoever takes it over doubts the claims of the one before."""
        asked = time.monotonic()
        try:
            token = await self._cross(self._take)
            if token is not None and token != self._token:
                await self._cross(partial(self._doubt_before, token))
        except Unusable as error:
            # Without the database nobody knows who works: this worker stops until it is back.
            self._token = None
            log.warning("lease_unknown: %s", error)
        else:
            if token is not None and token != self._token:
                await self._cross(self._read_budgets)
                await self._obey_deadlines()
            if token != self._token:
                self._since = self._bot.clock.now()
            self._token = token
            self._lease_ends = asked + LEASE_LIFE.total_seconds() - _LEASE_MARGIN

    async def dispatch(self) -> None:
        """Begin to send what is due, if this worker holds the lease, on each medium that is open and not at it already.

        Each medium has a pass of its own: a network that takes long to answer delays no other.
        """
        token = self._token
        if token is None or not self.works():
            return
        for name in self._bot.channels:
            under_way = self._passes.get(name)
            if self._is_open(name) and (under_way is None or under_way.done()):
                self._passes[name] = asyncio.create_task(self._pass(name, token))
        await self._remember_pace()

    async def _remember_pace(self) -> None:
        """Write down what changed of budgets and deadlines, however long a pass lasts."""
        pace, account = self._bot.pace, self._bot.mastodon
        if (pace is None or not pace.changed) and (account is None or not account.budgets.changed):
            return
        try:
            await self._cross(self._keep_budgets)
        except Unusable as error:
            log.warning("database_away: %s", error)

    def _is_open(self, name: str) -> bool:
        lives = {"telegram": self._telegram, "mastodon": self._mastodon}
        life = lives.get(name)
        return name not in lives or (life is not None and life.ready)

    async def _pass(self, name: str, token: int) -> None:
        channel = {name: self._bot.channels[name]}
        try:
            await build_dispatcher(
                self._bot,
                self._books,
                token,
                channel,
                may_go=self._may_begin,
                lease_left=self._lease_left,
                house=self._house,
                patience=_PATIENCE,
            ).pass_once()
            await self._cross(self._keep_budgets)
        except Unusable as error:
            log.warning("database_away: %s", error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next tick tries again
            # Its words may hold an address.
            log.error("pass_failed: %s: %s", name, place_of(error))  # noqa: TRY400

    async def listen(self) -> None:
        """Take up what stands in the inbox: what a webhook of another process brought, what a crash left."""
        if self._telegram is None:
            return
        try:
            await self._telegram.look()
        except Unusable as error:
            log.warning("database_away: %s", error)

    async def keep_house(self) -> None:
        """Erase what need not be kept any longer, ask who stays for the mandate, renew the menus."""
        if not self.works():
            return
        try:
            await self._cross(self._tidy)
            if self._telegram is not None:
                await self._telegram.renew_menus()
        except Unusable as error:
            log.warning("database_away: %s", error)

    async def remind(self) -> None:
        """Raise the reminders whose time has come."""
        if not self.works():
            return
        try:
            await self._cross(self._raise_due)
        except Unusable as error:
            log.warning("database_away: %s", error)

    def _raise_due(self) -> None:
        with self._bot.database.begin() as session:
            raise_due(session, self._bot.clock.now())

    def _keep_budgets(self) -> None:
        """Write down what was spent of a network's budgets, so that a restart does not begin with full ones."""
        self._keep_deadlines()
        account = self._bot.mastodon
        if account is None or not account.budgets.changed:
            return
        account.budgets.changed = False
        try:
            with self._bot.database.begin() as session:
                for road, quota in account.budgets.quotas().items():
                    save_quota(session, f"mastodon:{road}", quota)
        except Unusable:
            account.budgets.changed = True
            raise

    def _read_budgets(self) -> None:
        account = self._bot.mastodon
        if account is None:
            return
        with self._bot.database.read() as session:
            account.budgets.refill(
                {road: load_quota(session, f"mastodon:{road}", full) for road, full in account.budgets.quotas().items()}
            )

    def _keep_deadlines(self) -> None:
        """Write down until when Telegram wants to hear nothing, so that a restart does not knock."""
        pace = self._bot.pace
        if pace is None or not pace.changed:
            return
        with pace.deadlines() as waits, self._bot.database.begin() as session:
            keep_deadlines(session, "telegram", waits, self._bot.clock.now())

    async def _obey_deadlines(self) -> None:
        """Wait for as long as Telegram demanded of whoever worked before."""
        pace = self._bot.pace
        if pace is None:
            return
        deadlines = await self._cross(self._read_deadlines)
        # In this thread: the pace belongs to the event loop.
        pace.restore(deadlines)
        if None in deadlines:
            log.error("telegram_asked_to_wait: nothing is sent for %d seconds", deadlines[None].total_seconds())

    def _read_deadlines(self) -> dict[str | None, timedelta]:
        with self._bot.database.read() as session:
            return read_deadlines(session, "telegram", self._bot.clock.now())

    async def stop_sending(self) -> None:
        """Let what is under way end and be written down; nothing else begins."""
        self._stopped = True
        passes = list(self._passes.values())
        if passes:
            await asyncio.wait(passes, timeout=_GRACE)
        for one in passes:
            one.cancel()
        await asyncio.gather(*passes, return_exceptions=True)

    async def close(self) -> None:
        """Give the lease back, and end the threads."""
        try:
            await self._cross(self._keep_budgets)
            await self._cross(self._release)
        except Unusable as error:
            log.warning("lease_not_released: %s", error)
        if self._bot.mastodon is not None:
            self._bot.mastodon.gateway.close()
        self._executor.shutdown()
        self._books.shutdown()

    async def _cross(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _take(self) -> int | None:
        with self._bot.database.begin() as session:
            alone = self._bot.database.is_sqlite
            return take_lease(session, LEASE, self._owner, self._bot.clock.now(), alone=alone)

    def _doubt_before(self, token: int) -> None:
        with self._bot.database.begin() as session:
            doubts.doubt_claims_before(session, token)

    def _tidy(self) -> None:
        now = self._bot.clock.now()
        with self._bot.database.begin() as session:
            inbox.tidy_inbox(session, now)
            forget_past(session, now)
            forget_ended(session, now)
            ask_to_stay(session, now)
            forget_unanswered(session, now)

    def _release(self) -> None:
        with self._bot.database.begin() as session:
            release_lease(session, LEASE, self._owner, self._bot.clock.now())

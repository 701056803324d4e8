"""The inbox of Telegram: updates are committed before they are acknowledged, and handled in order within each chat."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

import telegram
from telegram.ext import Application

from pledgebot.chat.telegram.acts import Act, acts_from_json, acts_to_json
from pledgebot.chat.telegram.desk import Desk, Unfinished, waiting_time
from pledgebot.chat.telegram.intents import readable
from pledgebot.chat.telegram.live import HandledMeanwhile
from pledgebot.chat.telegram.private_texts import private_text
from pledgebot.chat.telegram.turns import origin_of
from pledgebot.clock import Clock
from pledgebot.domain.delivery import TemporaryFailure
from pledgebot.domain.errors import Unusable, place_of
from pledgebot.domain.tallies import Tallies
from pledgebot.services import inbox
from pledgebot.services.inbox import InboxItem, ReceivedUpdate
from pledgebot.store.engine import Database
from pledgebot.store.tables import InboxState

log = logging.getLogger(__name__)

SOURCE = "telegram"
_BATCH = 500
_MOST_TAKEN_UP = 10_000
"""So many updates are held in memory at most; the others stand in the inbox."""
_TRIES = 3
"""After this many faults of our own an update is set aside, so that it does not keep others waiting for ever."""

# Its six type parameters are for what its handlers keep in memory, and nothing is kept there.
App: TypeAlias = "Application[Any, Any, Any, Any, Any, Any]"


def received(raw: Iterable[object]) -> list[ReceivedUpdate]:
    """Return raw updates as they are kept; what has no number cannot be told apart and is left out."""
    found = ((one, origin_of(one)) for one in raw)
    return [
        ReceivedUpdate(origin.update, origin.chat, json.dumps(one, ensure_ascii=False))
        for one, origin in found
        if origin is not None
    ]


@dataclass
class _Lane:
    """What waits of one chat: one update after the other."""

    waiting: deque[InboxItem] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


@dataclass
class _Job:
    """An update under way: `left` is what is still to be said of it, None before it is decided."""

    item: InboxItem
    left: tuple[Act, ...] | None = None
    attempts: int = 0


class _Finished:
    """Marks updates as done, those together that end together: the first starts a commit, the next wait for the one after.

    Whoever waits goes on when theirs is committed, so that the order within a chat is kept.
    """

    def __init__(self, write: Callable[[list[int]], Awaitable[object]]) -> None:
        self._write = write
        self._next: list[int] = []
        self._writing = asyncio.Lock()

    async def mark(self, item: int) -> None:
        """Mark one, together with all that ended meanwhile."""
        self._next.append(item)
        async with self._writing:
            together, self._next = self._next, []
            try:
                if together:
                    await self._write(together)
            except BaseException:
                # Those that were written for must not believe that they were.
                self._next = together + self._next
                raise


@dataclass
class Updates:
    """Handles what stands in the inbox, while this worker may. Different chats go side by side, one chat in its order."""

    database: Database
    clock: Clock
    app: App
    desk: Desk
    cross: Callable[[Callable[[], object]], Awaitable[object]]
    may_work: Callable[[], bool] = lambda: True
    tallies: Tallies = field(default_factory=Tallies)
    _lanes: dict[str, _Lane] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)
    _ended: set[int] = field(default_factory=set)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _broken: dict[int, BaseException] = field(default_factory=dict)
    items: dict[int, int] = field(default_factory=dict)
    """Update number → row of the inbox, of what is being handled."""

    def __post_init__(self) -> None:
        """Let what ends together be marked together."""
        self._finished = _Finished(lambda items: self.cross(lambda: self._done(items)))

    def keep(self, raw: list[object]) -> int:
        """Commit raw updates, those that came before excepted; return how many are new. Called in a worker thread."""
        with self.database.begin() as session:
            return inbox.keep_updates(session, SOURCE, received(raw), self.clock.now())

    async def look(self) -> None:
        """Take up everything that stands in the inbox and is not being handled yet."""
        async with self._looking:
            # What ends while the inbox is being read is read as if it still waited.
            self._ended.clear()
            last = 0
            while len(self._known) < _MOST_TAKEN_UP and self.may_work():
                found = await self.cross(partial(self._waiting, last, frozenset(self._known)))
                page = found if isinstance(found, tuple) else ()
                for item in page:
                    self._take_up(item)
                if len(page) < _BATCH:
                    break
                last = page[-1].id

    def _waiting(self, after: int, known: frozenset[int]) -> tuple[InboxItem, ...]:
        with self.database.read() as session:
            return inbox.waiting(session, SOURCE, _BATCH, after, known)

    def _take_up(self, item: InboxItem) -> None:
        if item.id in self._known or item.id in self._ended:
            return
        self._known.add(item.id)
        lane = self._lanes.setdefault(item.chat, _Lane())
        lane.waiting.append(item)
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(item.chat, lane))

    async def _run(self, chat: str, lane: _Lane) -> None:
        while lane.waiting:
            item = lane.waiting.popleft()
            try:
                if self.may_work():
                    await self._until_done(item)
            finally:
                self._ended.add(item.id)
                self._known.discard(item.id)
        lane.task = None
        if self._lanes.get(chat) is lane:
            del self._lanes[chat]

    async def _until_done(self, item: InboxItem) -> None:
        """Handle an update, say what comes of it, mark it: what was done once is not done again when the rest fails.

        Whoever lost the lease in between leaves it to the worker that has it now.
        """
        job = _Job(item)
        while self.may_work():
            try:
                await self._go_on(job)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must neither come for ever nor stop the others
                wait = await self._after(error, job)
            else:
                return
            if wait is None:
                return
            job.attempts += 1
            await asyncio.sleep(wait.total_seconds())

    async def _go_on(self, job: "_Job") -> None:
        if job.left is None:
            await self._handle(job.item)
        elif job.left:
            await self.desk.do(job.left)
        job.left = ()
        await self._finished.mark(job.item.id)
        self.tallies.answered(SOURCE, self.clock.now() - job.item.received_at)

    async def _after(self, error: Exception, job: "_Job") -> timedelta | None:
        """Return how long an update waits after a failure; None when nothing more is to be done about it."""
        if isinstance(error, HandledMeanwhile):
            job.left = await self._stored(job.item.id)
            return timedelta(0) if job.left is not None else None
        if isinstance(error, Unfinished):
            job.left = error.left
            if error.begun:
                await self._keep_left(job.item.id, error.left)
        if isinstance(error, TemporaryFailure):
            return waiting_time(error, job.attempts)
        if isinstance(error, Unusable):
            log.warning("database_away: %s", error)
            return waiting_time(TemporaryFailure("database"), job.attempts)
        log.error("update_not_handled: %s", place_of(error))
        if job.attempts + 1 < _TRIES:
            return waiting_time(TemporaryFailure("fault"), 0)
        await self.cross(lambda: self._set_aside(job.item.id))
        return None

    async def _keep_left(self, item: int, left: tuple[Act, ...]) -> None:
        """Store what is still to be said where a part of it was: a crash neither loses it nor says the beginning again."""

        def write() -> None:
            with self.database.begin() as session:
                inbox.keep_left(session, item, acts_to_json(left))

        try:
            await self.cross(write)
        except Unusable as error:
            # It is held in memory all the same.
            log.warning("database_away: %s", error)

    async def _stored(self, item: int) -> tuple[Act, ...] | None:
        """Return what is still to be said of an update whose effects are committed, None when it is done."""

        def read() -> InboxItem | None:
            with self.database.read() as session:
                return inbox.read_item(session, item)

        found = await self.cross(read)
        if not isinstance(found, InboxItem) or found.state is not InboxState.ANSWERED:
            return None
        return acts_from_json(found.payload or "[]")

    async def _handle(self, item: InboxItem) -> None:
        if item.state is InboxState.ANSWERED:
            await self.desk.resume(item.payload or "[]")
            return
        raw = readable(item.payload)
        turn = private_text(raw, self.desk.responder.username) if raw is not None else None
        if turn is not None:
            await self.desk.take(item.id, turn)
            return
        update = None
        try:
            update = telegram.Update.de_json(raw, self.app.bot) if raw is not None else None
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            log.warning("update_not_readable: %s", type(error).__name__)
        if update is None:
            await self.cross(lambda: self._set_aside(item.id))
            return
        self.items[update.update_id] = item.id
        try:
            await self.app.process_update(update)
        finally:
            self.items.pop(update.update_id, None)
        broken = self._broken.pop(update.update_id, None)
        if broken is not None:
            raise broken

    def broke(self, update: int, error: BaseException) -> None:
        """Note that a handler raised; the library would only log it."""
        self._broken[update] = error

    def _done(self, items: list[int]) -> None:
        with self.database.begin() as session:
            inbox.mark_done(session, items, self.clock.now())

    def _set_aside(self, item: int) -> None:
        with self.database.begin() as session:
            inbox.set_aside(session, item, self.clock.now())

    async def close(self) -> None:
        """Let what is being handled end, a few seconds at most; the rest stands in the inbox."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for lane in self._lanes.values():
            lane.waiting.clear()
        if tasks:
            _done, pending = await asyncio.wait(tasks, timeout=_PATIENCE)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)


_PATIENCE = 5.0

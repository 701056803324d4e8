"""The board over HTTP: pages from memory on the event loop, whatever else from a thread that reads the database.

What is kept holds for one state of the installation. How it stands is looked up once a second at most; the silence's border
is the clock's, so that it is seen at every request.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from starlette.types import Receive, Scope, Send

from pledgebot.clock import Clock
from pledgebot.domain.errors import Unusable, place_of
from pledgebot.web.answers import Answer, answer_of, away, first_language, no_method, not_modified, too_long
from pledgebot.web.board import Found, State

KEPT_BYTES = 64 * 1024 * 1024
"""How many bytes of pages are kept in memory."""

LOOKED_EVERY = 1.0
"""For so many seconds it is believed how things stood."""

PATIENCE = 5.0
"""So many seconds a request waits for the database."""

MOST_WAITING = 64
"""How many addresses may be read at one time; whoever asks for yet another is told to come back."""

LONGEST_PATH = 400
"""How long an address may be; ours are far shorter."""

R = TypeVar("R")

log = logging.getLogger(__name__)


class Source(Protocol):
    """What a board gives: see `board.Board`."""

    def look(self) -> State:
        """Return how things stand. Raises `Unusable`."""
        ...

    def page(self, path: str, query: str = "") -> tuple[Found, State]:
        """Return what stands at an address, and the state in which it was read. Raises `Unusable`."""
        ...


class BoardApp:
    """An ASGI application that serves a board."""

    def __init__(
        self,
        board: Source,
        clock: Clock,
        languages: Iterable[str],
        *,
        kept_bytes: int = KEPT_BYTES,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._board = board
        self._clock = clock
        self._languages = tuple(languages)
        self._most = kept_bytes
        self._seconds = seconds
        self._executor = ThreadPoolExecutor(max_workers=3, thread_name_prefix="board")
        # Apart: however long pages take to be made, it is seen that a silence begins.
        self._looker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="board-look")
        self._state: State | None = None
        self._looked = -LOOKED_EVERY
        self._looking: asyncio.Task[None] | None = None
        self._failed = False
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[tuple[str, str], asyncio.Task[Answer]] = {}

    def close(self) -> None:
        """End the threads."""
        for executor in (self._executor, self._looker):
            executor.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await no_method().send(send)
            return
        if not self._is_fresh():
            await self._look()
        path = scope["path"]
        answer = self._kept.get(path)
        if answer is None:
            answer = await self._answer(scope, path)
        else:
            self._kept.move_to_end(path)
        if answer.etag and is_known(answer.etag, scope["headers"]):
            answer = not_modified(answer)
        await (answer.send_head(send) if method == "HEAD" else answer.send(send))

    def _is_fresh(self) -> bool:
        if self._seconds() - self._looked >= LOOKED_EVERY:
            return False
        # A look that failed is not repeated sooner for a border of the clock: the database is away.
        return self._failed or (self._state is not None and self._state.moment.holds(self._clock.now()))

    async def _look(self) -> None:
        """Look how things stand; whoever comes meanwhile waits for the same look, but not for long."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_once())
        await asyncio.wait({self._looking}, timeout=PATIENCE)

    async def _look_once(self) -> None:
        try:
            state = await self._in_thread(self._looker, self._board.look)
        except Unusable as error:
            if not self._failed:
                log.warning("board_stands_still: %s", error)
            self._failed = True
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look tries again
            log.error("board_look_failed: %s", place_of(error))  # noqa: TRY400 - its words may hold an address
            self._failed = True
        else:
            self._failed = False
            self._enter(state)
        finally:
            self._looked = self._seconds()
            self._looking = None

    def _enter(self, state: State) -> None:
        """Take up a state; pages of another one are forgotten."""
        if state != self._state:
            self._kept.clear()
            self._bytes = 0
            self._state = state

    async def _answer(self, scope: Scope, path: str) -> Answer:
        """Return the answer for an address that is not kept."""
        if len(path) > LONGEST_PATH:
            return too_long()
        if path in {"/", ""}:
            return first_language(self._languages, scope["headers"])
        query = scope["query_string"].decode("latin-1") if path.endswith("/search") else ""
        key = (path, query)
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= MOST_WAITING:
                return away()
            task = asyncio.create_task(self._read(path, query))
            self._under_way[key] = task
            task.add_done_callback(lambda _task: self._under_way.pop(key, None))
        done, _pending = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done else away()

    async def _read(self, path: str, query: str) -> Answer:
        try:
            found, state = await self._in_thread(
                self._executor, lambda: self._board.page(path.removeprefix("/"), query)
            )
        except Unusable:
            return away()
        except Exception as error:  # noqa: BLE001 - one page that cannot be made must not stop the others
            log.error("page_failed: %s", place_of(error))  # noqa: TRY400 - its words may hold an address
            return away()
        answer = answer_of(found, path)
        # Read in a state that is not the one of what is kept, it is given once and not kept.
        if found.kept and state == self._state:
            self._keep(path, answer)
        return answer

    def _keep(self, path: str, answer: Answer) -> None:
        if answer.size > self._most or path in self._kept:
            return
        self._kept[path] = answer
        self._bytes += answer.size
        while self._bytes > self._most:
            _path, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size

    async def _in_thread(self, executor: ThreadPoolExecutor, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(executor, work)


def is_known(tag: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a reader has an entity already: `If-None-Match` with its tag, weak or strong, or `*`.

    RFC 9110, section 13.1.2. Our tags hold nothing but digits, so that one is found as it stands, quotes included.
    """
    for name, value in headers:
        if name == b"if-none-match":
            return tag in value or value.strip() == b"*"
    return False

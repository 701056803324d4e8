"""The HTTP server: who asks, what goes wrong, and what is written into the record."""

import asyncio
import socket
import threading
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from aiohttp import web

from fakes.telegram.faults import BAD_GATEWAY, Call, Fault, Trouble
from fakes.telegram.methods import METHODS
from fakes.telegram.orders import Orders
from fakes.telegram.parameters import Parameters, read_parameters
from fakes.telegram.refusals import NO_SUCH_METHOD, UNAUTHORIZED, Json, Refusal
from fakes.telegram.webhook import Delivery
from fakes.telegram.world import World

TOKEN = "4200000042:AAEmulatorTokenThatOpensNothingAnywhere"  # noqa: S105 - opens nothing
USERNAME = "promesses_test_bot"
_LARGEST_REQUEST = 64 * 1024 * 1024
_SHUTDOWN_SECONDS = 0.2
_TURNS_OF_AN_ACCEPTED_CONNECTION = 5
"""So many turns of the loop an accepted connection takes at most until the server knows of it."""


class TelegramServer(Orders):
    """A Bot API server on loopback, for one bot: `async with` in a running loop, `threaded()` in a thread of its own."""

    def __init__(
        self, token: str = TOKEN, *, username: str = USERNAME, name: str = "Promesses",
        now: Callable[[], float] = time.time, first_update: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.token = token
        self.world = World(int(token.partition(":")[0]), username, name, now=now, first_update=first_update)
        self.counter = self.world.counter
        self.delivery = Delivery(self.world)
        self.calls: list[Call] = []
        """Every call that was answered, or that was not because a fault was ordered."""
        self.errors: list[str] = []
        """Faults of the emulator itself; a test that ends with some fails."""
        self.records = True
        self.port = 0
        self._methods = {name.lower(): (name, method) for name, method in METHODS.items()}
        self._posting: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: web.AppRunner | None = None
        self._socket: socket.socket | None = None

    # Where it is

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls `base_url`: the token follows."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls `base_file_url`: the token follows."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    # Starting and stopping

    async def __aenter__(self) -> Self:
        """Listen on a port that the system chooses."""
        self._loop = asyncio.get_running_loop()
        self.world.turns.server_thread = threading.get_ident()
        await self._listen()
        self._posting = asyncio.create_task(self.delivery.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; what was wrong with the emulator itself is raised now."""
        if self._posting is not None:
            self._posting.cancel()
            with suppress(asyncio.CancelledError):
                await self._posting
        await self._fall_silent()
        self.world.turns.server_thread = None
        if self.errors and kind is None:
            raise AssertionError("the emulator has faults of its own:\n" + "\n".join(self.errors))

    async def _listen(self) -> None:
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._asked)
        app.router.add_get("/file/bot{token}/{path:.+}", self._downloaded)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        # The second time it is the port of the first.
        self._socket = socket.create_server(("127.0.0.1", self.port), backlog=128)
        await web.SockSite(self._runner, self._socket).start()
        self.port = int(self._socket.getsockname()[1])
        self.delivery.closing = False

    async def _fall_silent(self) -> None:
        self.delivery.closing = True
        self.world.turns.changed()
        if self._runner is not None:
            await self._accept_no_more()
            await self._runner.cleanup()
        self._runner = None

    async def _accept_no_more(self) -> None:
        """Stop accepting, and let what was accepted become a connection: asyncio leaves open what a closed server began."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            for _turn in range(_TURNS_OF_AN_ACCEPTED_CONNECTION):
                await asyncio.sleep(0)

    def go_away(self) -> None:
        """Be unreachable, as in a broken network; only in threaded mode."""
        self._at_once(self._fall_silent())

    def come_back(self) -> None:
        """Listen again, at the same address."""
        self._at_once(self._listen())

    def _at_once(self, what: Coroutine[object, object, None]) -> None:
        if self._loop is None:
            raise RuntimeError("the server does not run")
        asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    @classmethod
    @contextmanager
    def threaded(cls, *args: str, **options: object) -> Iterator[Self]:
        """Run in a thread with a loop of its own; takes what the class takes."""
        server = cls(*args, **options)  # type: ignore[arg-type]  # handed through as they are
        ready: Future[Callable[[], object]] = Future()
        thread = threading.Thread(target=lambda: asyncio.run(server._serve(ready)), name="telegram", daemon=True)
        thread.start()
        stop = ready.result(30)
        try:
            yield server
        finally:
            stop()
            thread.join(30)
        if server.errors:
            raise AssertionError("the emulator has faults of its own:\n" + "\n".join(server.errors))

    async def _serve(self, ready: "Future[Callable[[], object]]") -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        try:
            await self.__aenter__()
        except BaseException as error:
            ready.set_exception(error)
            raise
        ready.set_result(lambda: loop.call_soon_threadsafe(over.set))
        await over.wait()
        await self.__aexit__(SystemExit, None, None)

    # Answering

    def calls_of(self, method: str) -> list[Call]:
        """Return the recorded calls of a method."""
        with self.world.turns.lock:
            return [call for call in self.calls if call.method.lower() == method.lower()]

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        if request.match_info["token"] != self.token:
            return _answer(*_failed(Refusal(*UNAUTHORIZED)))
        name = request.match_info["method"]
        try:
            given = await read_parameters(request)
        except Refusal as refusal:
            return _answer(*_failed(refusal))
        except web.HTTPRequestEntityTooLarge:
            return _answer(*_failed(Refusal(413, "Request Entity Too Large")))
        fault = self.faults.take(name, given)
        if fault is not None:
            return await self._troubled(request, name, given, fault)
        status, body = await self._done(name, given)
        self._record(name, given, status, body, done=status == 200)
        return _answer(status, body)

    async def _troubled(self, request: web.Request, name: str, given: Parameters, fault: Fault) -> web.StreamResponse:
        """Answer a call as a test ordered."""
        trouble = fault.trouble
        if fault.gate is not None:
            await fault.gate.passed()
        await asyncio.sleep(fault.seconds)
        if trouble in {Trouble.DROPPED, Trouble.ANSWERED, Trouble.BAD_GATEWAY}:
            status, body = _failed(fault.refusal or Refusal(502, "Bad Gateway"))
            done = False
        else:
            status, body = await self._done(name, given)
            done = status == 200
        sent = None if trouble in {Trouble.DROPPED, Trouble.REPLY_LOST} else status
        self._record(name, given, sent, body, done=done, trouble=trouble)
        if sent is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if trouble is Trouble.BAD_GATEWAY:
            return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
        if trouble is Trouble.GARBLED:
            return web.Response(text='{"ok":true,"result":{"message_id":', content_type="application/json")
        return _answer(status, body)

    async def _done(self, name: str, given: Parameters) -> tuple[int, Json]:
        """Do what a call asks for; returns the status and the body."""
        try:
            return 200, {"ok": True, "result": await self._result(name.lower(), given)}
        except Refusal as refusal:
            return _failed(refusal)
        except Exception:  # noqa: BLE001 - kept, and raised when the test ends
            self.errors.append(f"{name}: {traceback.format_exc()}")
            return _failed(Refusal(500, "Internal Server Error: the emulator has a fault of its own"))

    async def _result(self, name: str, given: Parameters) -> object:
        if name == "getupdates":
            return await self.delivery.get_updates(given)
        own = {
            "setwebhook": self.delivery.set_webhook,
            "deletewebhook": self.delivery.delete_webhook,
            "getwebhookinfo": self.delivery.get_webhook_info,
        }.get(name)
        if own is not None:
            return own(given)
        if name not in self._methods:
            raise Refusal(*NO_SUCH_METHOD)
        with self.world.turns.lock:
            return self._methods[name][1](self.world, given)

    async def _downloaded(self, request: web.Request) -> web.StreamResponse:
        """Answer a download."""
        content = self.world.files.at(request.match_info["path"])
        if request.match_info["token"] != self.token or content is None:
            return _answer(*_failed(Refusal(404, "Not Found")))
        return web.Response(body=content, content_type="application/octet-stream")

    def _record(
        self,
        name: str,
        given: Parameters,
        status: int | None,
        body: Json,
        *,
        done: bool,
        trouble: Trouble | None = None,
    ) -> None:
        if not self.records:
            return
        answer = body.get("result", body.get("description"))
        method = self._methods.get(name.lower(), (name, None))[0]
        call = Call(method, given.record(), given.files, done, status, answer, self.world.now(), trouble)
        with self.world.turns.lock:
            self.calls.append(call)
            self.world.turns.changed()


def _failed(refusal: Refusal) -> tuple[int, Json]:
    return refusal.code, refusal.body()


def _answer(status: int, body: Json) -> web.Response:
    return web.json_response(body, status=status)

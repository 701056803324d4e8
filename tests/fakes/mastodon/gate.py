"""The gate before the server: an HTTP server in a thread, which passes requests on, remembers them, and does harm as told."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from fakes.mastodon.faults import Fault, Reply


@dataclass(frozen=True)
class Asked:
    """A request as it came. `status` is what was answered, None where the gate hung up; `key` its Idempotency-Key."""

    method: str
    path: str
    query: str
    key: str | None
    body: bytes
    status: int | None


@dataclass
class Trap:
    """A fault that waits for a request: some method and path, so many times, or until it is lifted."""

    fault: Fault
    method: str | None
    path: "re.Pattern[str]"
    left: float
    hits: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lift()

    def lift(self) -> None:
        """Do no more harm."""
        self.left = 0

    def springs(self, method: str, path: str) -> bool:
        """Tell whether a request is harmed, and count it."""
        if self.left < 1 or self.method not in {None, method} or self.path.fullmatch(path) is None:
            return False
        self.left -= 1
        self.hits += 1
        return True


Behind = Callable[[str, str, dict[str, str], bytes], Reply]


class Gate:
    """Listens on loopback while it is open."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind
        self._lock = threading.Lock()
        self.traps: list[Trap] = []
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), type("_Bound", (_Handler,), {"gate": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        """The address that a client is given."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Listen no more: whoever comes now is refused."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def pass_on(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """Answer a request, as the first trap says that it springs."""
        path, _, query = target.partition("?")
        path = path.rstrip("/") or "/"
        with self._lock:
            trap = next((trap for trap in self.traps if trap.springs(method, path)), None)

        def way() -> Reply:
            return self._behind(method, target, headers, body)

        reply = trap.fault(way) if trap is not None else way()
        with self._lock:
            self.asked.append(
                Asked(
                    method, path, query, headers.get("idempotency-key"), body, None if reply is None else reply.status
                )
            )
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nothing to tell."""


class _Handler(BaseHTTPRequestHandler):
    gate: Gate
    protocol_version = "HTTP/1.1"
    # Replies are written in two pieces; without this the second waits for the first to be acknowledged.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Tell nobody."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.gate.pass_on(self.command, self.path, headers, body)
        if reply is None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.drip:
            self._drip(reply)
            return
        self.wfile.write(reply.body[: reply.cut])
        self.close_connection = self.close_connection or reply.cut is not None

    def _drip(self, reply: Reply) -> None:
        """Send a reply byte by byte, as long as somebody takes it."""
        over = threading.Event()
        with suppress(OSError):
            for place in range(len(reply.body)):
                self.wfile.write(reply.body[place : place + 1])
                over.wait(reply.drip)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer  # noqa: N815 - http.server looks for these names

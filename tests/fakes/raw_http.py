"""A server on loopback that answers with whatever bytes a test gives it, for answers that no decent server would give."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

NEVER = b"never"
"""Leaves the request without an answer, and the connection open."""


def http(status: int, body: bytes | object, headers: str = "") -> bytes:
    """Return an answer as bytes; anything but bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} Some\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


@dataclass
class RawServer:
    """Answers each request with the bytes of `answer` (empty: it closes the connection) and remembers what came."""

    answer: bytes | Callable[[bytes], bytes] = b""
    requests: list[bytes] = field(default_factory=list)
    met: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls `base_url`."""
        return f"http://127.0.0.1:{self.port}/bot"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
        )
        request = head + (await reader.readexactly(length) if length else b"")
        self.requests.append(request)
        self.met.set()
        answer = self.answer if isinstance(self.answer, bytes) else self.answer(request)
        if answer == NEVER:
            await asyncio.Event().wait()
        writer.write(answer)
        await writer.drain()
        return bool(answer)

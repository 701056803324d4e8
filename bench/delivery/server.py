"""As much of the Bot API as a broadcast needs, on bare asyncio: it counts, and refuses what comes too fast.

The first line of its output is its port; it ends with its standard input. Beside `/botTOKEN/METHOD` it answers
`/reset?limit=N&latency=SECONDS` and `/told` (what arrived since then, as JSON).
"""

import asyncio
import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
_CHAT = re.compile(rb'chat_id(?:"?[:=] ?"?|"(?:\r\n[^\r\n]+)*\r\n\r\n)(-?\d+)')
_ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_RESULTS: dict[str, object] = {"getme": _ME, "getmycommands": []}
_POLL_SECONDS = 2.0
SECOND = 1.0


class Count:
    """What arrived: how many, the most in any second, what was refused, and chats that were told more than once."""

    def __init__(self, limit: int = 0, latency: float = 0.0) -> None:
        self.limit = limit
        self.latency = latency
        self.refused = self.twice = self.most = self.polled = 0
        self.times: list[float] = []
        self._asked: deque[float] = deque()
        self._window: deque[float] = deque()
        self._last: dict[bytes, float] = {}

    def wait(self, chat: bytes, now: float) -> int:
        """Count a message; returns after how many seconds it may come again, zero where it is taken."""
        self._asked.append(now)
        self.most = max(self.most, _within(self._asked, now))
        if (self.limit and _within(self._window, now) >= self.limit) or self._last.get(chat, -SECOND) > now - SECOND:
            # What is refused is not counted against whoever comes again.
            self.refused += 1
            return 1
        self._window.append(now)
        self.twice += chat in self._last
        self._last[chat] = now
        self.times.append(now)
        return 0

    def told(self) -> dict[str, object]:
        """Return all of it."""
        times = self.times
        return {
            "taken": len(times), "refused": self.refused, "twice": self.twice, "most": self.most, "polled": self.polled,
            "first": times[0] if times else 0.0, "last": times[-1] if times else 0.0, "rate": rate(times),
        }  # fmt: skip


def _within(window: deque[float], now: float) -> int:
    """Return how many came within the last second, and forget the others."""
    while window and window[0] <= now - SECOND:
        window.popleft()
    return len(window)


def rate(times: list[float]) -> float:
    """Return messages per second, without those that came at once in the beginning."""
    if len(times) < 2 or times[-1] <= times[0]:  # noqa: PLR2004 - of one message there is no rate
        return 0.0
    at_once = sum(1 for moment in times if moment < times[0] + SECOND / 10 and times[-1] > times[0] + SECOND) or 1
    return (len(times) - at_once) / (times[-1] - times[0])


class Server:
    """What all connections share."""

    def __init__(self) -> None:
        self.count = Count()

    def answer(self, target: bytes, body: bytes, reply: Callable[[int, bytes], None]) -> None:
        """Answer one call, perhaps later."""
        path = target.decode("latin-1")
        method = path.partition("?")[0].rpartition("/")[2].lower()
        loop = asyncio.get_running_loop()
        if method == "sendmessage":
            status, answer = self._sent(body)
            if self.count.latency:
                loop.call_later(self.count.latency, reply, status, answer)
            else:
                reply(status, answer)
        elif method == "getupdates":
            self.count.polled += 1
            loop.call_later(_POLL_SECONDS, reply, 200, b'{"ok":true,"result":[]}')
        elif method == "reset":
            given = parse_qs(urlsplit(path).query)
            self.count = Count(int(given["limit"][0]), float(given["latency"][0]))
            reply(200, b"{}")
        elif method == "told":
            reply(200, json.dumps(self.count.told()).encode())
        else:
            reply(200, json.dumps({"ok": True, "result": _RESULTS.get(method, True)}).encode())

    def _sent(self, body: bytes) -> tuple[int, bytes]:
        found = _CHAT.search(body)
        if found is None:
            return 400, b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'
        wait = self.count.wait(found[1], time.monotonic())
        if wait:
            text = f"Too Many Requests: retry after {wait}"
            refusal = {"ok": False, "error_code": 429, "description": text, "parameters": {"retry_after": wait}}
            return 429, json.dumps(refusal).encode()
        number = len(self.count.times)
        chat = b'{"id":%s,"type":"private","first_name":"A"}' % found[1]
        return 200, b'{"ok":true,"result":{"message_id":%d,"date":0,"chat":%s,"text":"-"}}' % (number, chat)


class Connection(asyncio.Protocol):
    """One connection: requests come one after the other and are answered in their order."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came; nobody sends a second request before the first is answered."""
        self._buffer += data
        head, end, rest = self._buffer.partition(_HEAD_END)
        if not end:
            return
        body = _body(head, rest)
        if body is None:
            return
        self._buffer = b""
        self._server.answer(head.split(b" ", 2)[1], body, self._reply)

    def _reply(self, status: int, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
                status,
                len(body),
            )
            self._transport.write(head + body)


def _body(head: bytes, rest: bytes) -> bytes | None:
    """Return the body of a request when the whole of it is there."""
    length = _LENGTH.search(head)
    if length is not None:
        return rest if len(rest) >= int(length[1]) else None
    if _CHUNKED.search(head):
        return rest if rest.endswith(b"0\r\n\r\n") else None
    return rest


async def serve() -> None:
    """Serve until the standard input ends."""
    server = Server()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=1024)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    listening.close()


if __name__ == "__main__":
    asyncio.run(serve())

"""The webhook, over real HTTP: only who knows the secret is heard, and only what is committed is acknowledged."""

import asyncio
import io
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest

from pledgebot.domain.errors import Unusable
from pledgebot.web.app import LARGEST, TELEGRAM_PATH, Webhook, build_app
from pledgebot.web.server import WebServer

SECRET = "s3cret-of-the-webhook"  # noqa: S105 - of a test
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Kept:
    """Keeps updates; can be told that the database is away."""

    updates: list[object] = field(default_factory=list)
    away: bool = False

    async def keep(self, update: object) -> None:
        """Keep an update."""
        if self.away:
            raise Unusable("database: away")
        self.updates.append(update)


def served(kept: Kept, act: Callable[[aiohttp.ClientSession, str], Awaitable[None]]) -> None:
    """Serve the webhook, let a client act, and stop the server."""

    async def play() -> None:
        port = free_port()
        server = WebServer(build_app(Webhook(SECRET, kept.keep)), f"127.0.0.1:{port}")
        server.open()
        running = asyncio.create_task(server.run())
        try:
            async with aiohttp.ClientSession() as session:
                await act(session, f"http://127.0.0.1:{port}")
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(play())


def posted(
    body: bytes, kept: Kept, secret: str | None = SECRET, content_type: str = "application/json"
) -> tuple[int, list[object]]:
    """Post a body to the webhook; return the status and what was kept."""
    statuses: list[int] = []

    async def act(session: aiohttp.ClientSession, base: str) -> None:
        headers = {"Content-Type": content_type, **({HEADER: secret} if secret is not None else {})}
        async with session.post(base + TELEGRAM_PATH, data=io.BytesIO(body), headers=headers) as answer:
            statuses.append(answer.status)

    served(kept, act)
    return statuses[0], kept.updates


def test_an_update_with_the_secret_is_kept_and_acknowledged() -> None:
    update = {"update_id": 1, "message": {"text": "é"}}
    for content_type in ("application/json", "application/json; charset=utf-8"):
        assert posted(json.dumps(update).encode(), Kept(), content_type=content_type) == (200, [update])


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "s3cr\u00e9t"])
def test_without_the_secret_nothing_is_kept(secret: str | None) -> None:
    assert posted(b'{"update_id": 1}', Kept(), secret) == (403, [])


def test_what_could_not_be_committed_is_not_acknowledged() -> None:
    assert posted(b'{"update_id": 1}', Kept(away=True)) == (503, [])


def test_what_is_no_json_is_not_asked_for_again() -> None:
    assert posted(b"{", Kept()) == (200, [])
    assert posted(b"\xff\xfe", Kept()) == (200, [])


def test_a_body_that_is_far_too_large_is_refused_before_it_is_read() -> None:
    assert posted(b" " * (LARGEST + 1), Kept()) == (413, [])


def test_only_the_webhook_and_the_sign_of_life_exist() -> None:
    async def act(session: aiohttp.ClientSession, base: str) -> None:
        for path, expected in (("/healthz", 200), ("/", 404), ("/docs", 404), (TELEGRAM_PATH, 405)):
            async with session.get(base + path) as answer:
                assert answer.status == expected, path
                assert "uvicorn" not in str(answer.headers)

    served(Kept(), act)


def test_who_is_cut_off_when_everything_stops_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    class CutOff(Kept):
        async def keep(self, update: object) -> None:
            raise asyncio.CancelledError(update)

    posted(b"{}", CutOff())
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unusable, match=rf"^web\.listen 127\.0\.0\.1:{port}: Address already in use$"):
            WebServer(build_app(), f"127.0.0.1:{port}").open()

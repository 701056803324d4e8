import asyncio
import copy
import json
import logging
import pickle
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from telegram import Bot, InputFile
from telegram.error import NetworkError, TelegramError, TimedOut

from fakes.raw_http import NEVER, RawServer, http
from fakes.telegram import TelegramServer
from pledgebot.channels.telegram.transport import AiohttpRequest, NotSent, TooManyRequests
from pledgebot.clock import ClockWatch, MovedClock
from pledgebot.domain.tallies import Tallies

TOKEN = "4242:SECRETsecretSECRETsecret"  # noqa: S105 - opens nothing
SENT = {"ok": True, "result": {"message_id": 7, "date": 0, "chat": {"id": 42, "type": "private"}, "text": "x"}}


@asynccontextmanager
async def opened(base_url: str, request: AiohttpRequest | None = None) -> AsyncIterator[Bot]:
    """A bot over the transport; its token is told to nobody."""
    request = request or AiohttpRequest()
    bot = Bot(TOKEN, base_url=base_url, request=request, get_updates_request=request)
    await request.initialize()
    try:
        yield bot
    finally:
        await request.shutdown()


def say(bot: Bot) -> Awaitable[object]:
    """Send something."""
    return bot.send_message(42, "é & ✊")


def failing(
    answer: bytes | Callable[[bytes], bytes],
    request: AiohttpRequest | None = None,
    act: Callable[[Bot], Awaitable[object]] = say,
) -> Exception:
    """Return what an answer makes of a request."""

    async def scene() -> Exception:
        async with RawServer(answer) as server, opened(server.base_url, request) as bot:
            with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the test's question
                await act(bot)
            return caught.value

    return asyncio.run(scene())


def told(error: BaseException) -> str:
    """Return all that an error and those that it stems from may show."""
    shown = "".join(traceback.format_exception(error))
    seen: list[BaseException] = []
    stack: list[BaseException | None] = [error]
    while stack:
        one = stack.pop()
        if one is not None and one not in seen:
            seen.append(one)
            stack += [one.__cause__, one.__context__]
    return shown + "".join(f"{one} {one!r} {one.args!r}" for one in seen)


def test_parameters_go_as_an_object_and_the_answer_comes_back() -> None:
    async def scene() -> None:
        async with RawServer(http(200, SENT)) as server, opened(server.base_url) as bot:
            message = await bot.send_message(42, "é & ✊")
            assert message.message_id == 7
            head, _, body = server.requests[0].partition(b"\r\n\r\n")
            assert head.startswith(f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\n".encode())
            assert b"Content-Type: application/json\r\n" in head
            assert json.loads(body) == {"chat_id": "42", "text": "é & ✊"}

    asyncio.run(scene())


def test_files_go_as_multipart_with_their_names_as_they_are() -> None:
    async def scene() -> None:
        async with RawServer(http(200, SENT)) as server, opened(server.base_url) as bot:
            await bot.send_document(42, InputFile(b"%PDF-1", filename="réponse 1.pdf"), caption="Preuve é")
            request = server.requests[0]
            assert b"multipart/form-data; boundary=" in request
            assert 'name="document"; filename="réponse 1.pdf"'.encode() in request
            assert b"Content-Type: application/pdf\r\n" in request
            assert b"\r\n\r\n%PDF-1\r\n" in request
            assert "Preuve é".encode() in request

    asyncio.run(scene())


def test_the_emulator_takes_texts_files_and_long_polls() -> None:
    async def scene() -> None:
        async with TelegramServer(TOKEN) as server, opened(server.base_url) as bot:
            await bot.initialize()
            alix = server.world.user("Alix")
            alix.start()
            alix.send_document(b"%PDF-1.7 proof", "preuve.pdf")
            updates = await bot.get_updates(timeout=5)
            await bot.send_message(alix.id, "Bonjour é")
            assert alix.sees[-1].text == "Bonjour é"
            document = updates[-1].message
            assert document is not None
            assert document.document is not None
            request = bot.request
            file = await document.document.get_file()
            assert file.file_path is not None
            path = file.file_path.partition("/file/")[2] or file.file_path
            content = await request.retrieve(f"{server.base_file_url}{TOKEN}/{path.rpartition(TOKEN + '/')[2]}")
            assert content == b"%PDF-1.7 proof"
            assert await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0) == ()

    asyncio.run(scene())


def test_one_connection_serves_one_call_after_the_other() -> None:
    async def scene() -> None:
        async with RawServer(http(200, SENT)) as server, opened(server.base_url) as bot:
            for _ in range(5):
                await say(bot)
            assert server.connections == 1

    asyncio.run(scene())


def test_there_are_never_more_connections_than_allowed() -> None:
    async def scene() -> None:
        request = AiohttpRequest(connections=3)
        async with RawServer(http(200, SENT)) as server, opened(server.base_url, request) as bot:
            await asyncio.gather(*(say(bot) for _ in range(20)))
            assert server.connections == 3

    asyncio.run(scene())


def test_what_waits_for_a_connection_in_vain_was_never_sent() -> None:
    async def scene() -> None:
        request = AiohttpRequest(connections=1, pool_timeout=0.05, connect_timeout=0.05, read_timeout=5)
        async with RawServer(NEVER) as server, opened(server.base_url, request) as bot:
            first = asyncio.ensure_future(say(bot))
            await server.met.wait()
            with pytest.raises(NotSent) as caught:
                await say(bot)
            assert isinstance(caught.value.__cause__, aiohttp.ConnectionTimeoutError)
            assert TOKEN not in told(caught.value)
            assert len(server.requests) == 1
            first.cancel()

    asyncio.run(scene())


def unreachable(base_url: str, **timeouts: float) -> Exception:
    """Return what becomes of a call to an address."""

    async def scene() -> Exception:
        async with opened(base_url, AiohttpRequest(**timeouts)) as bot:  # type: ignore[arg-type]  # timeouts only
            with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the test's question
                await say(bot)
            return caught.value

    return asyncio.run(scene())


@pytest.mark.parametrize(
    ("base_url", "cause"),
    [
        ("http://127.0.0.1:9/bot", aiohttp.ClientConnectorError),
        ("http://nowhere.invalid/bot", aiohttp.ClientConnectorDNSError),
        ("http:///bot", aiohttp.InvalidURL),
        ("http://127.0.0.1:99999/bot", aiohttp.InvalidURL),
        ("ftp://127.0.0.1/bot", aiohttp.NonHttpUrlClientError),
        ("nothing", aiohttp.NonHttpUrlClientError),
    ],
)
def test_what_reached_no_server_was_never_sent(base_url: str, cause: type[Exception]) -> None:
    error = unreachable(base_url, connect_timeout=5)
    assert isinstance(error, NotSent)
    assert isinstance(error.__cause__, cause)
    assert TOKEN not in told(error)


def test_a_server_that_speaks_no_tls_was_never_sent_anything() -> None:
    async def scene() -> bytes:
        request = AiohttpRequest(connect_timeout=0.2, pool_timeout=0.2)
        async with (
            RawServer(http(200, SENT)) as server,
            opened(server.base_url.replace("http", "https"), request) as bot,
        ):
            with pytest.raises(NotSent) as caught:
                await say(bot)
            assert TOKEN not in told(caught.value)
            return b"".join(server.requests)

    assert TOKEN.encode() not in asyncio.run(scene())


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"no http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_left_and_got_no_answer_may_have_arrived(answer: bytes) -> None:
    def then_close(_request: bytes) -> bytes:
        return answer

    async def scene() -> Exception:
        async with RawServer(then_close) as server, opened(server.base_url, AiohttpRequest(read_timeout=0.2)) as bot:
            with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the test's question
                await say(bot)
            assert len(server.requests) == 1
            return caught.value

    error = asyncio.run(scene())
    assert isinstance(error, NetworkError)
    assert not isinstance(error, NotSent)
    assert error.__cause__ is not None
    assert TOKEN not in told(error)


def test_an_answer_that_does_not_come_is_a_timeout_after_sending() -> None:
    error = failing(NEVER, AiohttpRequest(read_timeout=0.05))
    assert isinstance(error, TimedOut)
    assert isinstance(error.__cause__, aiohttp.SocketTimeoutError)
    assert TOKEN not in told(error)


def test_a_call_may_bring_its_own_timeout() -> None:
    assert isinstance(failing(NEVER, act=lambda bot: bot.send_message(42, "x", read_timeout=0.05)), TimedOut)


def test_the_time_of_a_long_poll_is_added_to_the_timeout() -> None:
    async def scene() -> None:
        async with RawServer(NEVER) as server, opened(server.base_url, AiohttpRequest(read_timeout=0.05)) as bot:
            assert bot.request.read_timeout == 0.05
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await bot.get_updates(timeout=5)

    asyncio.run(scene())


def test_a_call_without_a_timeout_waits() -> None:
    async def scene() -> None:
        async with RawServer(NEVER) as server, opened(server.base_url, AiohttpRequest(read_timeout=0.01)) as bot:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await bot.send_message(42, "x", read_timeout=None)

    asyncio.run(scene())


def test_a_redirect_is_not_followed() -> None:
    async def scene() -> None:
        async with RawServer(http(200, SENT)) as other:
            moved = http(302, b"", f"Location: {other.base_url}{TOKEN}/sendMessage\r\n")
            async with RawServer(moved) as server, opened(server.base_url) as bot:
                with pytest.raises(NetworkError) as caught:
                    await say(bot)
                assert TOKEN not in told(caught.value)
            assert other.requests == []

    asyncio.run(scene())


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def scene() -> None:
        async with RawServer(http(200, SENT)) as server, opened(server.base_url) as bot:
            await say(bot)

    asyncio.run(scene())


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("answer", [http(200, b"x" * 1000), CHUNKED])
def test_a_file_is_read_up_to_a_limit_and_no_further(answer: bytes) -> None:
    async def scene(largest: int) -> bytes:
        request = AiohttpRequest(largest_file=largest)
        await request.initialize()
        async with RawServer(answer) as server:
            try:
                return await request.retrieve(f"http://127.0.0.1:{server.port}/file/bot{TOKEN}/a")
            finally:
                await request.shutdown()

    assert asyncio.run(scene(1000)) == b"x" * 1000
    with pytest.raises(NetworkError, match="longer than 999 bytes") as caught:
        asyncio.run(scene(999))
    assert TOKEN not in told(caught.value)


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        ({"ok": False, "parameters": {"retry_after": 7}}, 7),
        ({"ok": False, "parameters": {"retry_after": 0}}, 0),
        ({"ok": False, "description": "Too Many Requests"}, 0),
        ({"ok": False, "parameters": {"retry_after": "soon"}}, 0),
        ({"ok": False, "parameters": {"retry_after": -5}}, 0),
        ({"ok": False, "parameters": {"retry_after": 1e300}}, 0),
        ([], 0),
        (b"<html>", 0),
    ],
)
def test_flood_control_says_how_long_to_wait_without_a_warning(body: object, wait: float) -> None:
    tallies = Tallies()
    error = failing(http(429, body), AiohttpRequest(tallies=tallies))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == timedelta(seconds=wait)
    assert (tallies.counted().refusals, tallies.counted().waits) == ({"telegram": 1}, {"telegram": wait})


def test_flood_control_can_be_copied() -> None:
    error = TooManyRequests(timedelta(seconds=3))
    for copied in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own
        assert copied.retry_after == timedelta(seconds=3)


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\xfe", b"[]", b"7", {"ok": True}])
def test_an_answer_that_is_none_is_an_error_of_the_library_and_is_not_logged(
    body: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = failing(http(200, body))
    assert type(error) is TelegramError
    assert TOKEN not in told(error)
    assert "<html>" not in caplog.text


def test_nothing_of_it_is_logged_that_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (http(200, SENT), http(500, b"<html>"), http(403, {"ok": False, "description": "Forbidden"})):
        if answer.startswith(b"HTTP/1.1 200"):
            test_parameters_go_as_an_object_and_the_answer_comes_back()
        else:
            failing(answer)
    failing(b"")
    unreachable("http://127.0.0.1:9/bot")
    # The library itself tells the address at this level.
    ours = [record.getMessage() for record in caplog.records if record.name != "telegram.Bot"]
    assert TOKEN not in " ".join(ours)


def test_it_may_be_closed_twice_and_opened_again() -> None:
    async def scene() -> None:
        request = AiohttpRequest()
        await request.shutdown()
        async with RawServer(http(200, SENT)) as server:
            bot = Bot(TOKEN, base_url=server.base_url, request=request)
            for _ in range(2):
                await request.initialize()
                await request.initialize()
                await say(bot)
                await request.shutdown()
                await request.shutdown()
            with pytest.raises(NotSent, match="not open"):
                await say(bot)

    asyncio.run(scene())


def test_a_file_that_is_still_open_is_sent_as_well() -> None:
    async def scene() -> None:
        with open(__file__, "rb") as file:  # noqa: ASYNC230, PTH123 - a test's own small file
            async with RawServer(http(200, SENT)) as server, opened(server.base_url) as bot:
                await bot.send_document(42, InputFile(file, read_file_handle=False))
                assert b"test_a_file_that_is_still_open" in server.requests[0]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("status", "headers", "off"),
    [
        (200, "Date: Sun, 08 Feb 2026 12:01:00 GMT\r\n", None),
        (200, "Date: Sun, 08 Feb 2026 12:05:00 GMT\r\n", -timedelta(minutes=5)),
        (429, "date: Sun, 08 Feb 2026 11:55:00 GMT\r\n", timedelta(minutes=5)),
        (200, "Date: Sun, 08 Feb 2026 12:05:00 GMT\r\nAge: 7\r\n", None),
        (200, "Date: about noon\r\n", None),
        (200, "", None),
    ],
)
def test_every_reply_tells_what_time_it_is_there(status: int, headers: str, off: timedelta | None) -> None:
    watch = ClockWatch()
    request = AiohttpRequest(clock=MovedClock(datetime(2026, 2, 8, 12, tzinfo=UTC)), watch=watch)

    async def scene() -> None:
        async with RawServer(http(status, SENT, headers)) as server, opened(server.base_url, request) as bot:
            with suppress(TelegramError):
                await say(bot)

    asyncio.run(scene())
    assert watch.off == off

import asyncio
import warnings
from collections.abc import Iterator
from datetime import timedelta

import aiohttp
import pytest
import telegram.error
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.warnings import PTBDeprecationWarning

from fakes.raw_http import NEVER, RawServer, http
from pledgebot.channels.telegram.errors import Failure, translate
from pledgebot.channels.telegram.transport import AiohttpRequest, NotSent, TooManyRequests
from pledgebot.domain.delivery import Gone, Moved, PermanentFailure, TemporaryFailure, Uncertain

TOKEN = "4242:SECRETsecretSECRETsecret"  # noqa: S105 - opens nothing
TEXT = "Bonjour les gens"
HTML = b"<html><h1>oups</h1></html>"


def refusal(code: int, description: str, **parameters: int) -> bytes:
    """Return an answer of Telegram that says no."""
    return http(code, {"ok": False, "error_code": code, "description": description, "parameters": parameters})


async def failure_of(base_url: str, request: AiohttpRequest | None = None) -> Failure:
    """Return what a failed message means."""
    request = request or AiohttpRequest()
    bot = Bot(TOKEN, base_url=base_url, request=request)
    await request.initialize()
    try:
        await bot.send_message(-100042, TEXT)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is to be translated
        return translate(error)
    finally:
        await request.shutdown()
    raise AssertionError("it went out")


def answered(answer: bytes, request: AiohttpRequest | None = None) -> Failure:
    """Return what an answer means for a message."""

    async def scene() -> Failure:
        async with RawServer(answer) as server:
            return await failure_of(server.base_url, request)

    return asyncio.run(scene())


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (refusal(429, "Too Many Requests: retry after 0", retry_after=0), TemporaryFailure, "too many requests"),
        (http(429, HTML), TemporaryFailure, "too many requests"),
        (refusal(403, "Forbidden: bot was blocked by the user"), Gone, "blocked"),
        (refusal(403, "Forbidden: user is deactivated"), Gone, "blocked"),
        (refusal(403, "Forbidden: bot was kicked from the supergroup chat"), Gone, "removed"),
        (http(403, HTML), TemporaryFailure, "not by Telegram"),
        (refusal(400, "Bad Request: chat not found"), Gone, "chat not found"),
        (refusal(400, "Bad Request: user not found"), Gone, "user not found"),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), Gone, "peer_id_invalid"),
        (refusal(400, "Bad Request: bot was kicked from the channel chat"), Gone, "bot was kicked"),
        (refusal(400, "Bad Request: USER_IS_BLOCKED"), Gone, "user_is_blocked"),
        (refusal(400, "Bad Request: user is deactivated"), Gone, "user is deactivated"),
        (refusal(400, "Bad Request: group chat was deactivated"), Gone, "deactivated"),
        (refusal(400, "Bad Request: CHANNEL_PRIVATE"), Gone, "channel_private"),
        (refusal(400, "Bad Request: not enough rights to send text messages to the chat"), PermanentFailure, "rights"),
        (refusal(400, "Bad Request: need administrator rights in the channel chat"), PermanentFailure, "administrator"),
        (refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), PermanentFailure, "chat_write_forbidden"),
        (refusal(400, "Bad Request: message thread not found"), PermanentFailure, "thread not found"),
        (refusal(400, "Bad Request: message is too long"), PermanentFailure, "too long"),
        (refusal(400, "Bad Request: message to edit not found"), PermanentFailure, "to edit not found"),
        (refusal(400, "Bad Request: message can't be edited"), PermanentFailure, "can't be edited"),
        (refusal(400, "Bad Request: message is not modified: it is the same"), PermanentFailure, "not modified"),
        (refusal(400, f"Bad Request: can't parse entities: unsupported start tag {TEXT}"), PermanentFailure, "parse"),
        (refusal(400, f"Bad Request: something new about {TEXT}"), PermanentFailure, "refuses this message"),
        (http(400, HTML), TemporaryFailure, "not by Telegram"),
        (
            refusal(400, "Bad Request: failed to send message #1 with the error: Too Many Requests: retry after 8"),
            Uncertain,
            "part",
        ),
        (refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100777), Moved, "moved"),
        (refusal(401, "Unauthorized"), TemporaryFailure, "token"),
        (refusal(404, "Not Found"), TemporaryFailure, "token"),
        (http(404, HTML), TemporaryFailure, "token"),
        (refusal(409, "Conflict: terminated by other getUpdates request"), TemporaryFailure, "another program"),
        (refusal(413, "Request Entity Too Large"), PermanentFailure, "too large"),
        (http(413, HTML), PermanentFailure, "too large"),
        (refusal(500, "Internal Server Error"), Uncertain, "no usable answer"),
        (http(502, HTML), Uncertain, "no usable answer"),
        (http(503, b""), Uncertain, "no usable answer"),
        (http(504, b"too many requests"), Uncertain, "no usable answer"),
        (refusal(302, "Found"), Uncertain, "no usable answer"),
        (http(200, b'{"ok":true,"result":{"message_id":'), Uncertain, "cannot be read"),
        (http(200, HTML), Uncertain, "cannot be read"),
        (http(200, {"ok": True}), Uncertain, "cannot be read"),
        (http(200, {"ok": False}), Uncertain, "while sending"),
        (http(200, {"ok": True, "result": 7}), Uncertain, "while sending"),
        (http(500, {"ok": False, "parameters": 7}), Uncertain, "while sending"),
        (b"", Uncertain, "no usable answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{", Uncertain, ""),
        (NEVER, Uncertain, "no answer in time"),
    ],
)
def test_each_answer_says_what_became_of_the_message(answer: bytes, kind: type[Failure], reason: str) -> None:
    failure = answered(answer, AiohttpRequest(read_timeout=0.3))
    assert type(failure) is kind
    assert reason in failure.reason
    assert len(failure.reason) < 80
    for secret in (TOKEN, TEXT, "100042", "127.0.0.1"):
        assert secret not in failure.reason


def test_flood_control_names_its_wait() -> None:
    failure = answered(refusal(429, "Too Many Requests: retry after 17", retry_after=17))
    assert isinstance(failure, TemporaryFailure)
    assert failure.retry_after == timedelta(seconds=17)


def test_flood_control_without_a_wait_leaves_it_to_the_back_off() -> None:
    failure = answered(refusal(429, "Too Many Requests", retry_after=0))
    assert isinstance(failure, TemporaryFailure)
    assert failure.retry_after is None


def test_a_group_that_moved_tells_its_new_address() -> None:
    failure = answered(refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100777))
    assert isinstance(failure, Moved)
    assert failure.address == "-100777"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/bot", "http://nowhere.invalid/bot", "nonsense"])
def test_what_never_left_may_be_sent_again(base_url: str) -> None:
    failure = asyncio.run(failure_of(base_url))
    assert type(failure) is TemporaryFailure
    assert failure.reason == "Telegram cannot be reached"
    assert failure.retry_after is None


@pytest.mark.parametrize("value", ["true", ""])
@pytest.mark.parametrize("wait", [5, timedelta(seconds=5)])
def test_the_librarys_own_wait_is_read_without_its_warning(
    wait: int | timedelta, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        error = RetryAfter(wait)
    failure = translate(error)
    assert isinstance(failure, TemporaryFailure)
    assert failure.retry_after == timedelta(seconds=5)


def classes(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from classes(child)


EACH: dict[Exception, type[Failure]] = {
    TelegramError("x"): Uncertain,
    Forbidden("x"): Gone,
    InvalidToken(): TemporaryFailure,
    EndPointNotFound("x"): TemporaryFailure,
    NetworkError("x"): Uncertain,
    BadRequest("x"): PermanentFailure,
    TimedOut(): Uncertain,
    NotSent("x"): TemporaryFailure,
    ChatMigrated(7): Moved,
    TooManyRequests(timedelta(seconds=1)): TemporaryFailure,
    Conflict("x"): TemporaryFailure,
    PassportDecryptionError("x"): Uncertain,
    aiohttp.ClientError("x"): Uncertain,
    KeyError("result"): Uncertain,
    OSError("x"): Uncertain,
}


@pytest.mark.parametrize(("error", "kind"), EACH.items(), ids=lambda one: type(one).__name__)
def test_each_class_of_the_library_has_its_meaning(error: Exception, kind: type[Failure]) -> None:
    assert type(translate(error)) is kind


def test_no_class_of_the_library_is_forgotten() -> None:
    of_the_library = {kind for kind in classes(TelegramError) if kind.__module__ == telegram.error.__name__}
    assert of_the_library - {RetryAfter} <= {type(error) for error in EACH}

"""How python-telegram-bot reaches Telegram: over aiohttp, which costs a fraction of what the library's own transport does.

Everything else of the library stays. The address of every request holds the bot's token, so no error keeps one: an error of
aiohttp whose words show the address is replaced by one that only says what kind it was.
"""

import json
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from pledgebot.clock import Clock, ClockWatch, SystemClock
from pledgebot.domain.tallies import Tallies

if TYPE_CHECKING:
    from telegram._utils.types import JSONDict, ODVInput

LARGEST_FILE = 20 * 1024 * 1024
"""Telegram lets bots download no more: https://core.telegram.org/bots/api#getfile"""
LARGEST_ANSWER = 16 * 1024 * 1024
NETWORK = "telegram"
"""The name by which its clock is told apart from others."""
_CHUNK = 64 * 1024
_IDLE_SECONDS = 30.0
"""Shorter than any server waits: a message sent on a connection that is being closed is a message in doubt."""
_IN_JSON = {"Content-Type": "application/json"}
_WRITE = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class NotSent(NetworkError):  # noqa: N818 - says what is known, as its siblings in the library do
    """The request never began to leave: no connection, no name, no place in the pool. It may be sent again."""


class TooManyRequests(RetryAfter):
    """Flood control. Unlike its parent it takes a wait of zero, and tells it without a warning of the library."""

    def __init__(self, wait: timedelta) -> None:
        TelegramError.__init__(self, f"Too many requests: wait {wait.total_seconds():g} seconds")
        self._wait = wait

    @property
    def retry_after(self) -> timedelta:
        """How long the server wants to be left alone; zero when it did not say."""
        return self._wait

    def __reduce__(self) -> tuple[type, tuple[timedelta]]:  # type: ignore[override]  # as the parent does
        """Say how a copy is made."""
        return self.__class__, (self._wait,)


class AiohttpRequest(BaseRequest):
    """A request object for `telegram.Bot`: one session, kept-alive connections, no proxies from the environment.

    Timeouts are seconds, None for none. Waiting for a free connection and for a new one share one limit, their sum. A call is
    over at the latest after the sum of its four, a download after `file_timeout`; `largest_file` is in bytes. What replies say
    of the time is told to `watch`, by `clock`; each that asks for patience is counted in `tallies`.
    """

    def __init__(
        self,
        *,
        connections: int = 256,
        connect_timeout: float | None = 5.0,
        read_timeout: float | None = 15.0,
        write_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
        media_write_timeout: float | None = 20.0,
        file_timeout: float | None = 60.0,
        largest_file: int = LARGEST_FILE,
        clock: Clock | None = None,
        watch: ClockWatch | None = None,
        tallies: Tallies | None = None,
    ) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._file_timeout = file_timeout
        self._largest_file = largest_file
        self._clock = clock or SystemClock()
        self._watch = watch or ClockWatch()
        self._tallies = tallies or Tallies()
        self._session: aiohttp.ClientSession | None = None
        self._addresses: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float | None:
        """How many seconds an answer may be awaited when a call says nothing of it."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session inside the running event loop; an open one is kept."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; a closed one stays closed."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        write_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        connect_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
        pool_timeout: "ODVInput[float]" = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make a request and return the status and the answer.

        Raises `NotSent`, `TimedOut` or another `NetworkError` (the request may have arrived), `TooManyRequests`.
        """
        uploads = request_data is not None and request_data.contains_files
        times = _timeout(
            _given(pool_timeout, self._pool_timeout),
            _given(connect_timeout, self._connect_timeout),
            _given(write_timeout, self._media_write_timeout if uploads else self._write_timeout),
            _given(read_timeout, self._read_timeout),
            self._file_timeout if method == "GET" else None,
        )
        try:
            status, body = await self._exchange(url, method, request_data, times)
        except TelegramError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told apart and its words are cleared
            failed = error
        else:
            if status == HTTPStatus.TOO_MANY_REQUESTS:
                wait = _wait_in(body)
                self._tallies.refused(NETWORK, wait)
                raise TooManyRequests(wait)
            return status, body
        # Outside the `except`, so that an error which shows the address does not live on as the context of ours.
        cause = _without_address(failed, url)
        raise _told(failed) from cause

    async def _exchange(
        self, url: str, method: str, data: RequestData | None, times: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSent("The transport is not open")
        most = self._largest_file if method == "GET" else LARGEST_ANSWER
        content, headers = _content(data)
        asked = self._clock.now()
        async with self._session.request(
            method, self._address(url), data=content, headers=headers, timeout=times, allow_redirects=False
        ) as response:
            self._watch.hear(NETWORK, asked, self._clock.now(), response.headers)
            if response.content_length is not None and response.content_length <= most:
                return response.status, await response.read()
            return response.status, await _read(response, most)

    def _address(self, url: str) -> URL:
        """Return an address as aiohttp wants it; those of the methods come again and again."""
        address = self._addresses.get(url)
        if address is None:
            try:
                address = URL(url)
            except ValueError as error:
                raise aiohttp.InvalidURL("…") from error
            if len(self._addresses) < 64:  # noqa: PLR2004 - there are fewer methods in use; files come once
                self._addresses[url] = address
        return address

    @staticmethod
    def parse_json_payload(payload: bytes) -> "JSONDict":
        """Return an answer's object. Raises `TelegramError`; the payload, which may hold people's words, is not logged."""
        try:
            answer = json.loads(payload.decode())
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or (answer.get("ok") is True and "result" not in answer):
            raise TelegramError("Invalid server response")
        return answer


def _given(timeout: "ODVInput[float]", otherwise: float | None) -> float | None:
    return timeout if timeout is None or isinstance(timeout, (int, float)) else otherwise


@lru_cache(maxsize=64)
def _timeout(
    pool: float | None, connect: float | None, write: float | None, read: float | None, file: float | None
) -> aiohttp.ClientTimeout:
    """Return what aiohttp knows of it: it has no limit for writing, so that the whole is limited as well."""
    return aiohttp.ClientTimeout(
        total=file if file is not None else _sum(pool, connect, write, read),
        connect=_sum(pool, connect),
        sock_connect=connect,
        sock_read=read,
    )


def _sum(*seconds: float | None) -> float | None:
    known = [one for one in seconds if one is not None]
    return sum(known) if len(known) == len(seconds) else None


def _content(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    """Return the body of a request and the headers that go with it."""
    if data is None:
        return None, {}
    if not data.contains_files:
        # Telegram reads the strings of an object as it reads the fields of a form, which costs far more to write.
        return _WRITE(data.json_parameters).encode(), _IN_JSON
    # Telegram takes file names as they are, not in the percent signs of an address.
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mimetype) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mimetype)
    return form, {}


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return an answer that does not say how long it is, or says that it is too long. Raises `NetworkError`."""
    read = bytearray()
    if (response.content_length or 0) <= most:
        async for chunk in response.content.iter_chunked(_CHUNK):
            read += chunk
            if len(read) > most:
                break
        else:
            return bytes(read)
    response.close()
    raise NetworkError(f"The answer is longer than {most} bytes")


def _wait_in(body: bytes) -> timedelta:
    """Return the wait that a 429 demands, zero when it names none."""
    try:
        wait = float(json.loads(body)["parameters"]["retry_after"])
        return max(timedelta(0), timedelta(seconds=wait))
    except (ValueError, TypeError, KeyError, OverflowError):
        return timedelta(0)


def _told(error: Exception) -> NetworkError:
    """Return the library's error for one of aiohttp. What is not known to be before the first byte is after it."""
    kind = type(error).__name__
    if isinstance(error, _NEVER_SENT):
        return NotSent(f"Never sent: {kind}")
    if isinstance(error, TimeoutError):
        return TimedOut(f"Timed out: {kind}")
    return NetworkError(f"No answer: {kind}")


def _without_address(error: Exception, url: str) -> Exception:
    """Return the error itself, or a silent one of a kindred type when it or one that it stems from shows the address."""
    telling = [part for part in url.split("/")[3:] if ":" in part or len(part) >= _TELLING] or [url]
    seen: list[BaseException] = []
    stack: list[BaseException | None] = [error]
    while stack:
        one = stack.pop()
        if one is not None and one not in seen:
            seen.append(one)
            stack += [one.__cause__, one.__context__]
    shown = " ".join(f"{one} {one!r}" for one in seen)
    if not any(part in shown for part in telling):
        return error
    return next((kind("…") for kind in _SILENT if isinstance(error, kind)), aiohttp.ClientError(type(error).__name__))


_TELLING = 20
"""A part of an address that is at least so long, or holds a colon, may be or hold the token."""
_SILENT: tuple[type[aiohttp.ClientError], ...] = (
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.ClientOSError,
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,
)

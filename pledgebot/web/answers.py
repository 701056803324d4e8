"""Answers over HTTP: what is found becomes a status, headers that are made once, and bytes."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from starlette.types import Send

from pledgebot.web.board import Found
from pledgebot.web.page import PNG, FilePage, Page, Redirect

MAX_AGE = 60
"""For so many seconds a browser or a proxy need not ask again."""

Headers = list[tuple[bytes, bytes]]

_CHUNK = 256 * 1024
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {who}"
)
_CACHE = f"public, max-age={MAX_AGE}, must-revalidate".encode()


@dataclass(frozen=True)
class Answer:
    """One answer, ready to be sent. `etag` is empty where nobody can have it already."""

    status: int
    headers: Headers
    content: bytes | FilePage
    etag: bytes = b""

    @property
    def size(self) -> int:
        """Return how many bytes it takes in memory, at least a thousand for what is around them."""
        return 1024 + (len(self.content) if isinstance(self.content, bytes) else 0)

    async def send(self, send: Send) -> None:
        """Send it."""
        await self.send_start(send)
        if isinstance(self.content, bytes):
            await send({"type": "http.response.body", "body": self.content})
        else:
            await _send_file(self.content, send)

    async def send_start(self, send: Send) -> None:
        """Send its status and headers."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})

    async def send_head(self, send: Send) -> None:
        """Send it without its content."""
        await self.send_start(send)
        await send({"type": "http.response.body", "body": b""})


async def _send_file(page: FilePage, send: Send) -> None:
    # `page` is held until the end: the file goes when nobody holds it.
    file = await asyncio.to_thread(page.path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        file.close()
    await send({"type": "http.response.body", "body": b""})


def answer_of(found: Found, path: str) -> Answer:
    """Return the answer for what was found at a path, which begins with a slash."""
    what = found.what
    if isinstance(what, Redirect):
        up = "../" * (path.count("/") - 1) or "./"
        status = 303 if path.endswith("/search") else 308
        return Answer(status, [*_guards(), (b"location", f"{up}{what.target}".encode()), *_length(0)], b"")
    content = what.content if isinstance(what, Page) else what
    length = len(content) if isinstance(content, bytes) else content.path.stat().st_size
    headers = [(b"content-type", what.media_type.encode()), *_length(length), *_guards_of(what)]
    if found.status != _FINE:
        return Answer(found.status, [*headers, (b"cache-control", b"no-cache")], content)
    tag = what.etag.encode()
    return Answer(found.status, [*headers, (b"etag", tag), (b"cache-control", _CACHE)], content, tag)


_FINE = 200


def not_modified(answer: Answer) -> Answer:
    """Return that a reader has it already: RFC 9110, section 15.4.5."""
    headers = [one for one in answer.headers if one[0] not in {b"content-type", b"content-length"}]
    return replace(answer, status=304, headers=headers, content=b"")


def _length(length: int) -> Headers:
    return [(b"content-length", str(length).encode())]


def _guards_of(page: Page | FilePage) -> Headers:
    """Return what a browser may do with a page: who may frame it, whose scripts may read it."""
    framed = isinstance(page, Page) and page.framed
    open_to_all = framed or page.shared or page.media_type == PNG
    headers = _guards(framed=framed, open_to_all=open_to_all)
    return [*headers, (b"access-control-allow-origin", b"*")] if page.shared else headers


def _guards(*, framed: bool = False, open_to_all: bool = False) -> Headers:
    policy = _POLICY.format(who="*" if framed else "'none'")
    headers = [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"cross-origin" if open_to_all else b"same-origin"),
    ]
    if not framed:
        headers += [(b"cross-origin-opener-policy", b"same-origin"), (b"x-frame-options", b"DENY")]
    return headers


def _plain(status: int, words: str, *more: tuple[bytes, bytes]) -> Answer:
    body = f"{words}\n".encode()
    kind = (b"content-type", b"text/plain; charset=utf-8")
    return Answer(status, [kind, *_length(len(body)), *_guards(), (b"cache-control", b"no-store"), *more], body)


def away() -> Answer:
    """Return that nothing can be read at present."""
    return _plain(503, "The board cannot be read at this moment. Please try again soon.", (b"retry-after", b"10"))


def no_method() -> Answer:
    """Return that the board is only read."""
    return _plain(405, "This can only be read.", (b"allow", b"GET, HEAD"))


def too_long() -> Answer:
    """Return that no address is so long."""
    return _plain(404, "There is no such page.")


def first_language(languages: Sequence[str], headers: Iterable[tuple[bytes, bytes]]) -> Answer:
    """Return the way to the first page in the reader's language, as the browser names it; else in the installation's first."""
    asked = next((value for name, value in headers if name == b"accept-language"), b"").decode("latin-1")
    language = preferred(asked, languages)
    return Answer(
        302,
        [
            *_guards(),
            (b"location", f"./{language}/".encode()),
            (b"vary", b"Accept-Language"),
            (b"cache-control", _CACHE),
            *_length(0),
        ],
        b"",
    )


def preferred(asked: str, languages: Sequence[str]) -> str:
    """Return the language that `Accept-Language` wants most among some, the first of them when it wants none."""
    best, most = languages[0], 0.0
    for one in asked[:500].split(","):
        name, _, weight = one.partition(";")
        language = name.strip().split("-", 1)[0].lower()
        value = _weight(weight)
        if language in languages and value > most:
            best, most = language, value
    return best


def _weight(text: str) -> float:
    """Return the weight of a language, 1 without one, 0 for what is none."""
    name, _, number = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(float(number), 1.0) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0

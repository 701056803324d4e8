"""Requests to a web application without a network: what it answers, as a browser would see it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from lxml import html
from starlette.types import ASGIApp, Message

from pledgebot.clock import Clock
from pledgebot.store.engine import Database
from pledgebot.web.board import Board
from pledgebot.web.board_app import BoardApp
from pledgebot.web.reading import Masthead

ROOT = "https://tableau.exemple.test/"
MASTHEAD = Masthead(
    languages=("fr", "en"),
    root=ROOT,
    publisher="Collectif Exemple",
    contact="contact@exemple.test",
    host="Hébergeur Exemple, 1 rue de l’Exemple",
)
BASE = "http://tableau.invalid"
"""Where tests pretend that the application stands, to follow relative links."""


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as words."""
        return self.body.decode()

    def parsed(self) -> html.HtmlElement:
        """Return the page as a tree."""
        return html.document_fromstring(self.text)

    def links(self, path: str) -> set[str]:
        """Return the paths on this site to which a page at a path leads: links, pictures, style sheets, feeds."""
        found = self.parsed().xpath("//a/@href | //link/@href | //img/@src | //form/@action")
        absolute = (urljoin(BASE + path, str(one)) for one in found)
        return {one.removeprefix(BASE).partition("#")[0] for one in absolute if one.startswith(f"{BASE}/")}


def a_board(database: Database, clock: Clock, masthead: Masthead = MASTHEAD) -> BoardApp:
    """Return a board as it is served."""
    return BoardApp(Board(database, clock, masthead), clock, masthead.languages)


async def ask(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> Got:
    """Ask an application; underscores in the names of headers are hyphens."""
    named, _, query = path.partition("?")
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": unquote(named),
        "raw_path": named.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    start, *bodies = sent
    got = {name.decode(): value.decode() for name, value in start["headers"]}
    return Got(start["status"], got, b"".join(one.get("body", b"") for one in bodies))


def get(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> Got:
    """Ask an application once."""
    return asyncio.run(ask(app, path, method, **headers))


def crawled(app: ASGIApp, begins: Iterable[str], most: int = 2000) -> dict[str, Got]:
    """Return what stands at some paths, and at every path to which a page of them leads, once each."""

    async def crawl() -> dict[str, Got]:
        seen: dict[str, Got] = {}
        waiting = list(begins)
        while waiting and len(seen) < most:
            path = waiting.pop()
            if path in seen:
                continue
            got = seen[path] = await ask(app, path)
            if got.headers.get("content-type", "").startswith("text/html"):
                waiting += sorted(got.links(path) - seen.keys())
        return seen

    return asyncio.run(crawl())

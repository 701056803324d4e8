"""The board of a fictional town over real HTTP, with hostile names in it, and a reader's window on it."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from factories.services import Installed, a_list, a_plan, an_answer, confirmed, correcting, install, quoting
from pledgebot.clock import MovedClock
from pledgebot.config import load_letter
from pledgebot.config.shape import LETTERS
from pledgebot.domain.answer import Contradiction, Position
from pledgebot.services.answers import Subject
from pledgebot.store.engine import Database, Session
from pledgebot.web.app import build_app
from pledgebot.web.board import Board
from pledgebot.web.board_app import BoardApp
from pledgebot.web.reading import Masthead
from pledgebot.web.server import WebServer

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
HOSTILE = (
    "<script>alert('1')</script><img src=x onerror=alert(2)> & \"Ensemble\"",
    "ليستة \u202eمثال\u202c تجربة",
    "Sanslacoupure" * 23,
    "👩‍👩‍👧‍👦🏳️‍🌈 {{ 7*7 }} %s ${x} 🗳️",
)
"""Names that break a page which does not expect them: markup, right to left, 299 characters without a space, emoji."""


PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
VIEWS = {
    "phone, light": {"viewport": PHONE, "color_scheme": "light", "device_scale_factor": 2},
    "phone, dark": {"viewport": PHONE, "color_scheme": "dark"},
    "desktop, light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop, dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "print": {"viewport": DESKTOP, "color_scheme": "light"},
}
"""How a window is opened: what `Browser.new_context` takes."""


@dataclass(frozen=True)
class Shown:
    """The board as it is served: where, and the numbers of what stands in it, of `more` lists too."""

    root: str
    there: Installed
    more: tuple[int, ...]

    def pages(self, language: str) -> dict[str, str]:
        """Return one address of each kind of page."""
        place, more = f"{language}/place/13055/", self.more
        return {
            "home": f"{language}/",
            "place": place,
            "list": f"{language}/list/{self.there.list_a}/",
            "hostile list": f"{language}/list/{more[0]}/",
            "long list": f"{language}/list/{more[-2]}/",
            "stance": f"{language}/list/{self.there.list_a}/cameras/",
            "unanswered": f"{language}/list/{more[1]}/committee/",
            "demand": f"{language}/demand/cameras/",
            "banner": f"{language}/banner/{self.there.banner}/",
            "about": f"{language}/about/",
            "data": f"{language}/data/",
            "search": f"{language}/search?q=exemple",
            "nothing found": f"{language}/search?q=zzzzzz",
            "missing": f"{language}/nothing/here/",
            "frame": f"embed/{place}",
            "past": f"at/2026-02-10/{place}",
        }


def filled(session: Session, names: Sequence[str] = HOSTILE) -> tuple[Installed, tuple[int, ...]]:
    """Fill a database with answers of every kind, and with more lists of some names; return the numbers of those too."""
    began = datetime(2026, 2, 8, 12, tzinfo=UTC)
    there = install(session, began, a_plan(load_letter(LETTERS / "marseille-2020.toml")))
    hostile = tuple(
        a_list(session, name, there.alix, began, head="Ada <b>Exemple</b>" if names is HOSTILE else None)
        for name in names
    )
    first = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, began)
    confirmed(session, an_answer(there.of_banner, {"cameras": Position.REFUSED}), there, began)
    confirmed(session, correcting(first, an_answer(there.a, {"cameras": Position.PARTIAL})), there, NOW)
    against = an_answer(
        there.b,
        {"cameras": Position.COMMITTED, "committee": Position.UNCLEAR},
        contradiction=Contradiction.BESIDE,
        proofs=(quoting("Words </blockquote><script>alert(3)</script>", "https://example.org/?a=1&b=<2>"),),
    )
    confirmed(session, against, there, NOW)
    confirmed(session, an_answer(Subject(list_id=hostile[0]), {"committee": Position.REFUSED}), there, NOW)
    return there, hostile


class Serving(threading.Thread):
    """Serves an application on a free port of loopback until it is stopped."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._database = database
        self._ready, self._end = threading.Event(), threading.Event()

    def run(self) -> None:
        """Serve."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        masthead = Masthead(
            ("fr", "en"), f"http://127.0.0.1:{self.port}/", "Collectif Exemple", "contact@exemple.invalid",
            "Hébergeur Exemple, 1 rue de l’Exemple", bots={"Telegram": "https://t.me/exemple_bot"},
        )  # fmt: skip
        clock = MovedClock(NOW)
        board = BoardApp(Board(self._database, clock, masthead), clock, masthead.languages)
        server = WebServer(build_app(board=board), f"127.0.0.1:{self.port}", closing=board.close)
        server.open()
        running = asyncio.create_task(server.run())
        self._ready.set()
        await asyncio.to_thread(self._end.wait)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def begin(self) -> None:
        """Start, and wait until it listens."""
        self.start()
        assert self._ready.wait(30)

    def stop(self) -> None:
        """End it."""
        self._end.set()
        self.join(30)


@dataclass
class Visit:
    """A reader's window, and all that went wrong in it: errors, requests to others, dialogs, cookies."""

    root: str
    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)
    expected: str = ""

    def __post_init__(self) -> None:
        """Listen."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("dialog", lambda dialog: (self.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.context.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not (self.expected and self.expected in message.text):
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.root, "data:")):
            self.troubles.append(f"asked elsewhere: {request.url}")

    def go(self, path: str) -> None:
        """Open a page of the board."""
        self.expected = "404" if "/nothing/" in path else ""
        self.page.goto(self.root + path, wait_until="load")

    def close(self) -> None:
        """Close the window, and see that nothing went wrong and nothing was left behind."""
        cookies = self.context.cookies()
        self.context.close()
        assert (self.troubles, cookies) == ([], [])

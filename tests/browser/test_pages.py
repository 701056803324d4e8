"""The board in a real browser: nothing is in anybody's way, and nothing leaves for elsewhere."""

import http.server
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html

from factories.browsed import HOSTILE, VIEWS, Shown, Visit

_MOST_FOCUSED = 60


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("visit", "view"), [(VIEWS[name], name) for name in VIEWS], indirect=["visit"], ids=VIEWS)
def test_no_page_is_in_anybodys_way(visit: Visit, board: Shown, language: str, view: str) -> None:
    """axe-core finds no violation, nothing scrolls sideways; console, cookies and requests are looked at in the end."""
    axe, wrong = Axe(), []
    if view == "print":
        visit.page.emulate_media(media="print")
    for kind, path in board.pages(language).items():
        visit.go(path)
        assert visit.page.title()
        for one in axe.run(visit.page).response["violations"]:
            wrong += [f"{kind}: {one['id']}: {node['html'][:200]} {node['failureSummary']}" for node in one["nodes"]]
        wide = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{kind}: {wide} pixels too wide")
    assert wrong == []


@pytest.mark.parametrize("visit", [VIEWS["phone, light"]], indirect=True)
def test_names_that_are_markup_are_shown_as_what_they_are(visit: Visit, board: Shown) -> None:
    visit.go(board.pages("fr")["place"])
    shown = " ".join(visit.page.locator("body").inner_text().split())
    for name in HOSTILE:
        assert " ".join(name.replace("\u202e", "").replace("\u202c", "").split()) in shown.replace(
            "\u202e", ""
        ).replace("\u202c", "")
    assert visit.page.locator("script, img[src=x], b:text-is('Exemple')").count() == 0


@pytest.mark.parametrize("visit", [{"java_script_enabled": False, **VIEWS["phone, light"]}], indirect=True)
def test_without_javascript_a_town_and_a_list_are_found(visit: Visit, board: Shown) -> None:
    visit.go("fr/")
    field = visit.page.locator("input[name=q]").first
    field.fill("liste exemple a")
    field.press("Enter")
    # One list is meant, so that its page is shown at once.
    visit.page.wait_for_url(f"**/fr/list/{board.there.list_a}/")
    assert "Liste Exemple A" in visit.page.locator("h1").inner_text()
    visit.go("fr/")
    visit.page.locator("input[name=q]").first.fill("exemple")
    visit.page.get_by_role("button").first.click()
    visit.page.wait_for_url("**/fr/search?q=exemple")
    assert visit.page.get_by_role("link", name="Liste Exemple B").count() > 0


def test_no_page_holds_a_script_so_that_without_javascript_it_is_the_same(board: Shown) -> None:
    for path in (*board.pages("fr").values(), *board.pages("en").values()):
        tree = html.fromstring(_got(board.root + path)[1])
        assert (
            tree.xpath("//script | //@onclick | //@onload | //@onerror | //*[starts-with(@href, 'javascript:')]") == []
        )


@pytest.mark.parametrize("visit", [VIEWS["desktop, light"]], indirect=True)
@pytest.mark.parametrize("kind", ["home", "place", "stance"])
def test_with_the_keyboard_one_skips_to_the_content_first_and_always_sees_where_one_is(
    visit: Visit, board: Shown, kind: str
) -> None:
    visit.go(board.pages("fr")[kind])
    visit.page.keyboard.press("Tab")
    target = visit.page.evaluate("document.activeElement.getAttribute('href')")
    assert target.startswith("#")
    assert visit.page.evaluate(_SEEN)
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.querySelector(location.hash)?.closest('main') !== null")
    for _ in range(_MOST_FOCUSED):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement === document.body"):
            break
        assert visit.page.evaluate(_SEEN), visit.page.evaluate("document.activeElement.outerHTML.slice(0, 300)")


_SEEN = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const marked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    return box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && marked;
}"""


def test_every_link_leads_somewhere(board: Shown) -> None:
    """All that is linked from any page, frames and past days included, as far as one comes."""
    seen: dict[str, int] = {}
    waiting = deque(
        [board.root, *(board.root + path for path in board.pages("fr").values() if "/nothing/" not in path)]
    )
    broken: list[str] = []
    while waiting:
        address = waiting.popleft()
        if address in seen:
            continue
        seen[address], content = _got(address)
        if seen[address] != HTTPStatus.OK:
            broken.append(f"{seen[address]} {address}")
        if content.lstrip()[:15].lower().startswith(b"<!doctype html"):
            tree = html.fromstring(content)
            names = set(tree.xpath("//@id"))
            for link in tree.xpath("//@href | //@src | //@action"):
                target, fragment = urldefrag(urljoin(address, link))
                if link.startswith("#") and link[1:] and link[1:] not in names:
                    broken.append(f"{link} on {address}")
                if target.startswith(board.root) and not (fragment and target == address):
                    waiting.append(target)
    assert broken == []
    assert len(seen) > 60


def _got(address: str) -> tuple[int, bytes]:
    try:
        with urlopen(address, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@contextmanager
def somebodys_site(content: str) -> Iterator[str]:
    """Serve one page on another port of loopback, as somebody else's site."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Give the page, and nothing else."""
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_others_may_show_the_frame_and_no_other_page(visit: Visit, board: Shown) -> None:
    pages = board.pages("en")
    frames = "".join(
        f'<iframe id="{kind}" title="{kind}" src="{board.root}{pages[kind]}"></iframe>' for kind in ("frame", "place")
    )
    with somebodys_site(f"<!doctype html><title>Elsewhere</title>{frames}") as site:
        visit.page.goto(site)
        shown = visit.page.frame_locator("#frame").locator("body")
        assert "Liste Exemple A" in shown.inner_text()
        refused = [one for one in visit.troubles if "frame-ancestors" in one]
        assert len(refused) == 1
        assert "Liste Exemple A" not in [
            frame.content() for frame in visit.page.frames if frame.url.endswith("place/13055/")
        ]
        # This once somebody else's site was asked, and its refusal is what was wanted.
        visit.troubles = [one for one in visit.troubles if one not in refused and site not in one]

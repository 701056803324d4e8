"""Where everything stands on the board: one address for each thing, the same for the server and for the exported files.

Addresses are paths below the board's root, without a slash before them. One that ends with a slash is a page: in an export it
is the `index.html` of that folder. Links between pages are relative, so that the board works at any place of any host.
"""

import posixpath
from datetime import date
from urllib.parse import quote

STYLE = "static/board.css"
ICON = "static/icon.svg"
STANCES_CSV = "data/stances.csv"
STANCES_JSON = "data/stances.json"
STANCES_SCHEMA = "data/stances.schema.json"
LEDGER = "data/ledger.jsonl"
CALENDAR = "calendar.ics"
CARDS = "cards/"


def home(language: str) -> str:
    """Return the page to begin with."""
    return f"{language}/"


def about(language: str) -> str:
    """Return the page on the method, the publisher, the right of reply and privacy."""
    return f"{language}/about/"


def data(language: str) -> str:
    """Return the page on the open data."""
    return f"{language}/data/"


def search(language: str) -> str:
    """Return where a town or a list is looked for; it takes `?q=`, and is not part of an export."""
    return f"{language}/search"


def place(language: str, code: str) -> str:
    """Return the table of a constituency, by its code such as `13055SR01`."""
    return f"{language}/place/{quote(code, safe='')}/"


def places(language: str, number: int) -> str:
    """Return one page of the index of places, from 1 on; there are none where the first page of the board holds all."""
    return f"{language}/places/{number}/"


def candidate_list(language: str, number: int) -> str:
    """Return the page of a list, by its number in the database."""
    return f"{language}/list/{number}/"


def stance(language: str, number: int, demand: str) -> str:
    """Return the page of what a list said on one demand, with its whole history."""
    return f"{language}/list/{number}/{quote(demand, safe='')}/"


def banner(language: str, number: int) -> str:
    """Return the page of a banner."""
    return f"{language}/banner/{number}/"


def demand(language: str, key: str) -> str:
    """Return the page of a demand: its text, the tests of its positions, who says what where."""
    return f"{language}/demand/{quote(key, safe='')}/"


def at(day: date, page: str) -> str:
    """Return a page as it stood at the end of a day."""
    return f"at/{day.isoformat()}/{page}"


def embedded(page: str) -> str:
    """Return the same page for a frame on somebody else's site."""
    return f"embed/{page}"


def card(page: str) -> str:
    """Return the picture of a page: that of a constituency, of a list, of a banner."""
    return f"{CARDS}{page.rstrip('/')}.png"


def feed(language: str, *, of: str = "") -> str:
    """Return the feed of everything, or of the list (`list/12`) or the demand (`demand/cameras`) that is named."""
    return f"{language}/{of}/feed.atom" if of else f"{language}/feed.atom"


FEED = "feed.atom"
"""The feed of everything in the installation's first language."""


def relative(target: str, page: str) -> str:
    """Return the address of something as a page links to it: relative to the page, with its query and fragment."""
    path, mark, rest = target.partition("?") if "?" in target else target.partition("#")
    folder = page if page.endswith("/") else posixpath.dirname(page)
    found = posixpath.relpath(f"/{path}", f"/{folder}")
    slash = "/" if path.endswith("/") and not found.endswith("/") else ""
    return f"{found}{slash}{mark}{rest}"

"""The addresses of the pages, and what is read for each: the rendering is in `pages.py` and `pages_lists.py`."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from pledgebot.domain.election import SilenceRule
from pledgebot.domain.errors import Refused
from pledgebot.messages.i18n import translator
from pledgebot.services import board_views, queries
from pledgebot.services.board_views import LastEntry, last_entry, standing_places
from pledgebot.services.facts import election_zone
from pledgebot.services.letters import read_letter
from pledgebot.services.policies import policy
from pledgebot.store.engine import Session
from pledgebot.web import addresses
from pledgebot.web.page import CSS, SVG, TEXT, Page
from pledgebot.web.pages import (
    chunks,
    render_about,
    render_data,
    render_home,
    render_missing,
    render_places,
)
from pledgebot.web.pages_lists import render_banner, render_demand, render_list, render_place, render_stance
from pledgebot.web.producers import Producer
from pledgebot.web.reading import Reading
from pledgebot.web.setting import Setting

_STYLE = Path(__file__).parent / "static" / "board.css"
_ICON = _STYLE.with_name("icon.svg")
_ROBOTS = "User-agent: *\nDisallow: /at/\nDisallow: /embed/\n"


def setting_of(reading: Reading, language: str, page: str, *, live: bool = True, depth: int | None = None) -> Setting:
    """Return the setting of a page in a language, for what a reading shows. The others are as `Setting` says."""
    letter = reading.known.read(reading.session, read_letter)
    tr = translator(language)
    return Setting(
        tr=tr,
        page=page,
        masthead=reading.masthead,
        title=tr.pick(letter.title) if letter is not None else "",
        last=_last_entry(reading),
        zone=reading.known.read(reading.session, election_zone),
        fictional=queries.is_fictional(reading.session, reading.known),
        day=reading.day,
        unfinished=reading.unfinished,
        framed=reading.framed,
        live=live,
        depth=depth,
    )


def _last_entry(reading: Reading) -> LastEntry | None:
    def read(session: Session) -> LastEntry | None:
        return last_entry(session, reading.as_of)

    return reading.known.read_one(reading.session, ("last entry", reading.as_of), read)


Pages = Callable[[Reading, "re.Match[str]", Setting], str | None]


def _producer(make: Pages) -> Producer:
    """Return the producer of a page: an unknown language, list or banner has none."""

    def produce(reading: Reading, match: "re.Match[str]") -> Page | None:
        language = match["language"]
        if language not in reading.masthead.languages:
            return None
        # What is in the address was decoded by the server: pages name themselves as links to them do.
        setting = setting_of(reading, language, _encoded(match))
        try:
            content = make(reading, match, setting)
        except Refused:
            return None
        return Page(content.encode(), framed=reading.framed) if content is not None else None

    return produce


def _encoded(match: "re.Match[str]") -> str:
    named = match.groupdict()
    language = named["language"]
    if "place" in named:
        return addresses.place(language, named["place"])
    if "list" in named and named.get("demand") is not None:
        return addresses.stance(language, int(named["list"]), named["demand"])
    if "demand" in named:
        return addresses.demand(language, named["demand"])
    return match[0]


def _home(reading: Reading, _match: "re.Match[str]", setting: Setting) -> str:
    view = board_views.home_view(reading.session, reading.now, reading.known, as_of=reading.as_of)
    return render_home(view, setting)


def _places(reading: Reading, match: "re.Match[str]", setting: Setting) -> str | None:
    number = int(match["number"])
    many = chunks(standing_places(reading.session, reading.now, reading.known, as_of=reading.as_of))
    return render_places(many[number - 1], number, setting) if 0 < number <= len(many) else None


def _place(reading: Reading, match: "re.Match[str]", setting: Setting) -> str | None:
    place = board_views.place_of(reading.session, match["place"])
    if place is None:
        return None
    view = board_views.place_page(reading.session, place, reading.now, reading.known, as_of=reading.as_of)
    return render_place(view, setting)


def _list(reading: Reading, match: "re.Match[str]", setting: Setting) -> str:
    number = int(match["list"])
    return render_list(board_views.list_page(reading.session, number, reading.known, as_of=reading.as_of), setting)


def _stance(reading: Reading, match: "re.Match[str]", setting: Setting) -> str | None:
    number, key = int(match["list"]), match["demand"]
    view = board_views.stance_page(reading.session, number, key, reading.known, as_of=reading.as_of)
    return render_stance(view, setting) if view is not None else None


def _banner(reading: Reading, match: "re.Match[str]", setting: Setting) -> str:
    number = int(match["banner"])
    return render_banner(board_views.banner_page(reading.session, number, reading.known, as_of=reading.as_of), setting)


def _demand(reading: Reading, match: "re.Match[str]", setting: Setting) -> str | None:
    key = match["demand"]
    view = board_views.demand_page(reading.session, key, reading.now, reading.known, as_of=reading.as_of)
    return render_demand(view, setting) if view is not None else None


def _about(reading: Reading, _match: "re.Match[str]", setting: Setting) -> str:
    silent = reading.known.read(reading.session, policy).rule is not SilenceRule.NONE
    return render_about(reading.known.read(reading.session, read_letter), setting, silent=silent)


def _data(_reading: Reading, _match: "re.Match[str]", setting: Setting) -> str:
    return render_data(setting)


@cache
def style() -> bytes:
    """Return the style sheet."""
    return _STYLE.read_bytes()


_LANGUAGE = "(?P<language>[a-z]{2})"
_NUMBER = "[1-9][0-9]{0,8}"
"""At most so many digits as both databases can compare with a row's number."""

PRODUCERS: "dict[re.Pattern[str], Producer]" = {
    re.compile(f"{_LANGUAGE}/"): _producer(_home),
    re.compile(f"{_LANGUAGE}/places/(?P<number>{_NUMBER})/"): _producer(_places),
    re.compile(f"{_LANGUAGE}/place/(?P<place>[^/]{{1,16}})/"): _producer(_place),
    re.compile(f"{_LANGUAGE}/list/(?P<list>{_NUMBER})/"): _producer(_list),
    re.compile(f"{_LANGUAGE}/list/(?P<list>{_NUMBER})/(?P<demand>[^/]{{1,64}})/"): _producer(_stance),
    re.compile(f"{_LANGUAGE}/banner/(?P<banner>{_NUMBER})/"): _producer(_banner),
    re.compile(f"{_LANGUAGE}/demand/(?P<demand>[^/]{{1,64}})/"): _producer(_demand),
    re.compile(f"{_LANGUAGE}/about/"): _producer(_about),
    re.compile(f"{_LANGUAGE}/data/"): _producer(_data),
    re.compile(re.escape(addresses.STYLE)): lambda _reading, _match: Page(style(), CSS),
    re.compile(re.escape(addresses.ICON)): lambda _reading, _match: Page(_ICON.read_bytes(), SVG),
    re.compile(r"robots\.txt"): lambda _reading, _match: Page(_ROBOTS.encode(), TEXT),
}
"""The producers of the pages, as `producers.py` collects them."""


def missing(reading: Reading, language: str, depth: int, note: str = "") -> Page:
    """Return the page that says that there is none, shown so many folders deep."""
    setting = setting_of(reading, language, addresses.home(language), depth=depth)
    return Page(render_missing(setting, note).encode())

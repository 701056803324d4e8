"""The pages of the board as an export writes them, some constituencies at a time: the same as a server's, without what needs one.

Lists of which nothing is on record have no page for each demand, no feed and, where there are many lists, no picture: there are
tens of thousands of them in a whole country, and all would say the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pledgebot.services import board_views, queries
from pledgebot.services.board_rows import PlacedLists, views_in
from pledgebot.services.board_views import ListPage, PlacePage
from pledgebot.services.rounds import calendar, current_round
from pledgebot.services.views import HistoryView, ListView, PlaceView, TableView
from pledgebot.web import addresses
from pledgebot.web.board_pages import setting_of
from pledgebot.web.cards import card_count, card_png
from pledgebot.web.feeds import of_list
from pledgebot.web.pages_lists import render_list, render_place, render_stance
from pledgebot.web.reading import Reading
from pledgebot.web.setting import Setting

FEW = 1_000
"""Up to how many lists every one of them has its picture: one costs some fifty milliseconds."""

_STANCE = re.compile(r"(?P<language>[a-z]{2})/list/(?P<list>[0-9]+)/(?P<demand>[^/]+)/")

File = tuple[str, bytes]
"""An address and what stands there."""


@dataclass(frozen=True)
class Scope:
    """What is written of whom: `heard` are the lists of which something is on record, if only of others that they descend from.

    `fed` are those of which the ledger itself has an entry; `few` says that there are few enough lists to picture them all.
    """

    heard: frozenset[int]
    fed: frozenset[int]
    few: bool


@dataclass(frozen=True)
class Exported(Setting):
    """The setting of an exported page. What is not written is not linked: the demand stands for a position that nobody took."""

    heard: frozenset[int] = frozenset()

    def link(self, target: str) -> str:
        """Return an address of the board as this page leads to it."""
        match = _STANCE.fullmatch(target)
        if match is not None and int(match["list"]) not in self.heard:
            target = f"{match['language']}/demand/{match['demand']}/"
        return super().link(target)


@dataclass(frozen=True)
class Anywhere(Exported):
    """The setting of a page that hosts show at any address: its links lead to the root by its whole address."""

    @property
    def root(self) -> str:
        """Return the address of the board's root, that of the host where nobody said it."""
        return self.masthead.root or "/"


def exported(reading: Reading, language: str, page: str, scope: Scope) -> Exported:
    """Return the setting of an exported page."""
    return Exported(**vars(setting_of(reading, language, page, live=False)), heard=scope.heard)


@dataclass(frozen=True)
class Place:
    """A constituency with its lists of every round, and the place that it is part of."""

    id: int
    code: str
    label: str
    parent: PlaceView | None
    rounds: tuple[PlacedLists, ...] = ()

    @property
    def size(self) -> int:
        """Return how many lists stand there, in all rounds."""
        return sum(len(one.lists) for one in self.rounds)


def batches(places: Iterable[Place], most: int) -> Iterator[tuple[Place, ...]]:
    """Yield places some at a time, at most so many lists together; none is torn apart."""
    batch: list[Place] = []
    for place in places:
        if batch and sum(max(one.size, 1) for one in (*batch, place)) > most:
            yield tuple(batch)
            batch = []
        batch.append(place)
    if batch:
        yield tuple(batch)


class Pages:
    """Makes the pages of some constituencies, of their lists and of what these said."""

    def __init__(self, reading: Reading, scope: Scope) -> None:
        self._reading = reading
        self._scope = scope
        self._settings = {one: exported(reading, one, "", scope) for one in reading.masthead.languages}

    def of(self, places: Sequence[Place]) -> Iterator[File]:
        """Yield everything of some constituencies, read together."""
        reading = self._reading
        placed = [one for place in places for one in place.rounds]
        read = {
            (one.constituency_id, one.round_id): views
            for one, views in views_in(reading.session, placed, reading.known, reading.as_of)
        }
        for place in places:
            views = {one.round_id: read[place.id, one.round_id] for one in place.rounds}
            yield from self._place(place, views)
            for view in (one for many in views.values() for one in many):
                yield from self._list(view)

    def _place(self, place: Place, views: dict[int, tuple[ListView, ...]]) -> Iterator[File]:
        page = self.place_page(place, views)
        heard = any(one.head.id in self._scope.heard for many in views.values() for one in many)
        pictured = self._scope.few or heard
        for language, setting in self._settings.items():
            address = addresses.place(language, place.code)
            yield address, render_place(page, replace(setting, page=address, pictured=pictured)).encode()
            if pictured:
                yield from cards_of(self._reading, language, "place", place.code)

    def place_page(self, place: Place, views: dict[int, tuple[ListView, ...]]) -> PlacePage:
        """Return a constituency as `board_views.place_page` does; what was read of many at once is not read again."""
        reading = self._reading
        if not views:
            return board_views.place_page(reading.session, place.id, reading.now, reading.known, as_of=reading.as_of)
        current = current_round(reading.session, reading.as_of or reading.now, reading.known)
        rounds = reading.known.read(reading.session, calendar)
        stood = [one for one in rounds if one.day <= current.day and views.get(one.id)]
        shown = stood[-1] if stood else current
        columns = reading.known.read(reading.session, queries.demands)
        return PlacePage(
            table=TableView(place.label, place.code, shown, columns, views.get(shown.id, ())),
            parent=place.parent,
            parts=(),
            others=tuple(one.head for asked in rounds if asked.id != shown.id for one in views.get(asked.id, ())),
        )

    def _list(self, view: ListView) -> Iterator[File]:
        reading, number = self._reading, view.head.id
        heard, fed = number in self._scope.heard, number in self._scope.fed
        history = HistoryView(view.head.name, view.head.constituency, None, ())
        if fed:
            history = queries.history(reading.session, list_id=number, known=reading.known, as_of=reading.as_of)
        page = ListPage(view, history)
        for language, setting in self._settings.items():
            address = addresses.candidate_list(language, number)
            named = replace(setting, page=address, pictured=self._scope.few, fed=fed)
            yield address, render_list(page, named).encode()
            if self._scope.few:
                yield from cards_of(reading, language, "list", str(number))
            feed = of_list(reading, language, number) if fed else None
            if feed is not None:
                yield addresses.feed(language, of=f"list/{number}"), feed
        if heard:
            yield from self._stances(view)

    def _stances(self, view: ListView) -> Iterator[File]:
        reading, number = self._reading, view.head.id
        for cell in view.cells:
            key = cell.demand.key
            page = board_views.stance_page(reading.session, number, key, reading.known, as_of=reading.as_of)
            if page is None:
                continue
            for language, setting in self._settings.items():
                address = addresses.stance(language, number, key)
                yield address, render_stance(page, replace(setting, page=address, pictured=self._scope.few)).encode()


def cards_of(reading: Reading, language: str, kind: str, name: str) -> Iterator[File]:
    """Yield the picture of a page, and those over which it flows."""
    first = addresses.card(f"{language}/{kind}/{name}/")
    for number in range(1, card_count(reading, language, kind, name) + 1):
        shown = card_png(reading, language, kind, name, number)
        if shown is not None:
            yield first if number == 1 else f"{first.removesuffix('.png')}-{number}.png", shown.content

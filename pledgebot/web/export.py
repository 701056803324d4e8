"""The whole board as files for any host, which show what a server would show at that moment.

They are written beside the folder that they replace, by one or several processes, all of which read one revision of the
database; then the two change places, so that nobody ever sees half of it. A file that did not change stays the same file.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from pledgebot.domain.errors import Unusable
from pledgebot.services import board_views
from pledgebot.services.board_rows import heirs_of, parents_of_places, placed_lists
from pledgebot.services.feed_entries import lists_with_entries
from pledgebot.services.letters import read_letter
from pledgebot.services.queries import demands
from pledgebot.services.revision import Remembered, current_revision
from pledgebot.services.views import PlaceView
from pledgebot.store.engine import Database
from pledgebot.web import addresses, data, feeds, ics
from pledgebot.web.board_pages import PRODUCERS
from pledgebot.web.export_folder import (
    MARK,
    MARKER,
    Shelf,
    Written,
    change_places,
    clear,
    former_of,
    only_export,
    refuse_foreign,
)
from pledgebot.web.export_pages import FEW, Anywhere, Exported, Pages, Place, Scope, batches, cards_of, exported
from pledgebot.web.pages import chunks, render_about, render_data, render_home, render_missing, render_places
from pledgebot.web.pages_lists import render_banner, render_demand
from pledgebot.web.reading import Masthead, Reading

if TYPE_CHECKING:
    from pledgebot.web.board import Board

AT_ONCE = 150
"""How many lists are read and rendered together."""

IN_A_JOB = 2_000
"""How many lists one process takes at a time."""

MOST_WORKERS = 2
TRIES = 3

Said = Callable[[int, int], None]
"""Is told how many of how many pieces of work are done."""


@dataclass(frozen=True)
class Order:
    """What a process needs to know to write its share: plain values, which can be handed over."""

    url: str
    folder: Path
    former: Path
    now: datetime
    as_of: datetime | None
    masthead: Masthead
    revision: int
    scope: Scope


class _Changed(Exception):  # noqa: N818 - it is no error: the work is begun again
    """The database is at another revision than the one of which the export is made."""


def export_board(
    database: Database,
    board: "Board",
    now: datetime,
    folder: Path,
    said: Said | None = None,
    *,
    workers: int = MOST_WORKERS,
    few: int = FEW,
) -> Written:
    """Write the board into a folder, which may hold a former export and nothing else. Raises `Unusable`.

    Up to `few` lists every one has its picture, and one process does it all; with more, so many `workers` do.
    """
    # A link to a folder stays one: what it leads to is replaced.
    folder = folder.resolve()
    beside = folder.with_name(f"{folder.name}.tmp")
    for one in (folder, beside, former_of(folder)):
        refuse_foreign(one)
    try:
        with only_export(folder):
            try:
                return _replaced(database, board, now, folder, beside, said or _nobody, workers, few)
            finally:
                with suppress(OSError):
                    clear(beside)
    except OSError as error:
        raise Unusable(f"{error.filename or folder}: {error.strerror}") from None


def _replaced(
    database: Database, board: "Board", now: datetime, folder: Path, beside: Path, said: Said, workers: int, few: int
) -> Written:
    for _try in range(TRIES):
        try:
            written = _written_beside(database, board, now, folder, beside, said, workers, few)
        except _Changed:
            continue
        change_places(folder, beside)
        return written
    raise Unusable("the table changed again and again while it was written; nothing was exported: try once more")


def _nobody(_done: int, _all: int) -> None:
    """Tell nobody."""


def _written_beside(
    database: Database, board: "Board", now: datetime, folder: Path, beside: Path, said: Said, workers: int, few: int
) -> Written:
    clear(beside)
    beside.mkdir(parents=True)
    (beside / MARKER).touch()
    state = board.look()
    with database.read() as session:
        if current_revision(session) != state.revision:
            raise _Changed
        places, scope = plan(Reading(session, now, state.moment.as_of, Remembered(), board.masthead), few)
    url = database.url.render_as_string(hide_password=False)
    order = Order(url, beside, folder, now, state.moment.as_of, board.masthead, state.revision, scope)
    jobs: list[Callable[[], Written]] = [partial(write_whole, order), partial(write_data, order)]
    jobs += [partial(write_places, order, some) for some in batches(places, IN_A_JOB)]
    alone = scope.few or workers == 1
    done = _one_after_the_other(jobs, said) if alone else _side_by_side(jobs, said, workers)
    return Written(sum(one.files for one in done), sum(one.size for one in done))


def plan(reading: Reading, few: int = FEW) -> tuple[tuple[Place, ...], Scope]:
    """Return every constituency that has a page, and what is written of whom."""
    placed = placed_lists(reading.session, reading.as_of)
    parents = parents_of_places(reading.session)
    found: dict[int, Place] = {}
    for one in placed:
        before = found.get(one.constituency_id)
        rounds = (*before.rounds, one) if before is not None else (one,)
        found[one.constituency_id] = Place(
            one.constituency_id, one.code, one.label, parents.get(one.constituency_id), rounds
        )
    waiting = [one.parent for one in found.values() if one.parent is not None]
    while waiting:
        whole = waiting.pop()
        if whole.id not in found:
            above = parents.get(whole.id)
            found[whole.id] = Place(whole.id, whole.code, whole.label, above)
            waiting += [above] if above is not None else []
    fed = lists_with_entries(reading.session, reading.as_of)
    lists = sum(len(one.lists) for one in placed)
    places = tuple(sorted(found.values(), key=lambda one: one.code))
    return places, Scope(heirs_of(reading.session, fed), fed, lists <= few)


def _one_after_the_other(jobs: Sequence[Callable[[], Written]], said: Said) -> list[Written]:
    done: list[Written] = []
    for job in jobs:
        done.append(job())
        said(len(done), len(jobs))
    return done


def _side_by_side(jobs: Sequence[Callable[[], Written]], said: Said, workers: int) -> list[Written]:
    # Begun anew and not copied: what the library of a database has open must not be shared.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        waiting = [pool.submit(job) for job in jobs]
        done: list[Written] = []
        try:
            for one in as_completed(waiting):
                done.append(one.result())
                said(len(done), len(jobs))
        except BrokenProcessPool:
            raise Unusable(
                "a process was ended while it wrote (is there too little memory?); nothing was exported"
            ) from None
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        return done


def end_with_parent() -> None:
    """Let this process end when the one ends that started it, however that ends: it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(over: Callable[[], None]) -> None:
    over()
    os._exit(1)


def _writing(order: Order, make: Callable[[Reading, Shelf], None]) -> Written:
    """Write a share of an export from one look at the database, which has to be at the right revision."""
    shelf = Shelf(order.folder, order.former)
    # A process of its own has to open the database by itself.
    with closing(Database(order.url)) as database, database.read() as session:
        if current_revision(session) != order.revision:
            raise _Changed
        make(Reading(session, order.now, order.as_of, Remembered(), order.masthead), shelf)
    return shelf.written


def write_places(order: Order, places: Sequence[Place]) -> Written:
    """Write the pages of some constituencies and their lists."""

    def make(reading: Reading, shelf: Shelf) -> None:
        pages = Pages(reading, order.scope)
        for some in batches(places, AT_ONCE):
            for address, content in pages.of(some):
                shelf.put(address, [content])

    return _writing(order, make)


def write_data(order: Order) -> Written:
    """Write the data files."""

    def make(reading: Reading, shelf: Shelf) -> None:
        for address, (chunks_of, _media_type) in data.FILES.items():
            shelf.put(address, chunks_of(reading))

    return _writing(order, make)


def write_whole(order: Order) -> Written:
    """Write what is about the whole: the first pages, demands, banners, feeds, the calendar."""

    def make(reading: Reading, shelf: Shelf) -> None:
        shelf.put(MARKER, [MARK])
        for address, content in _whole(reading, order.scope):
            shelf.put(address, [content])

    return _writing(order, make)


def _whole(reading: Reading, scope: Scope) -> Iterator[tuple[str, bytes]]:
    session, known, first = reading.session, reading.known, reading.masthead.languages[0]
    for pattern, producer in PRODUCERS.items():
        for address in (addresses.STYLE, addresses.ICON, "robots.txt"):
            match = pattern.fullmatch(address)
            page = producer(reading, match) if match is not None else None
            content = getattr(page, "content", None)
            if isinstance(content, bytes):
                yield address, content
    home = board_views.home_view(session, reading.now, known, as_of=reading.as_of)
    letter = known.read(session, read_letter)
    top = exported(reading, first, addresses.home(first), scope)
    yield "index.html", render_home(home, type(top)(**{**vars(top), "depth": 0})).encode()
    lost = Anywhere(**vars(exported(reading, first, addresses.home(first), scope)))
    yield "404.html", render_missing(lost).encode()
    yield addresses.FEED, feeds.everything(reading, first, addresses.FEED)
    yield addresses.CALENDAR, ics.calendar_file(reading)
    for language in reading.masthead.languages:
        setting = partial(exported, reading, language, scope=scope)
        yield addresses.home(language), render_home(home, setting(addresses.home(language))).encode()
        yield addresses.about(language), render_about(letter, setting(addresses.about(language))).encode()
        yield addresses.data(language), render_data(setting(addresses.data(language))).encode()
        yield addresses.feed(language), feeds.everything(reading, language)
        yield from _index(home.places, language, setting)
        yield from _demands(reading, language, setting)
        yield from _banners(reading, home, language, setting)


_Settings = Callable[[str], Exported]


def _index(places: Sequence[PlaceView], language: str, setting: _Settings) -> Iterator[tuple[str, bytes]]:
    for number, some in enumerate(chunks(places), 1):
        address = addresses.places(language, number)
        yield address, render_places(some, number, setting(address)).encode()


def _demands(reading: Reading, language: str, setting: _Settings) -> Iterator[tuple[str, bytes]]:
    for one in reading.known.read(reading.session, demands):
        address = addresses.demand(language, one.key)
        view = board_views.demand_page(reading.session, one.key, reading.now, reading.known, as_of=reading.as_of)
        if view is not None:
            yield address, render_demand(view, setting(address)).encode()
        feed = feeds.of_demand(reading, language, one.key)
        if feed is not None:
            yield addresses.feed(language, of=f"demand/{one.key}"), feed


def _banners(
    reading: Reading, home: board_views.HomeView, language: str, setting: _Settings
) -> Iterator[tuple[str, bytes]]:
    for one in home.banners:
        address = addresses.banner(language, one.id)
        view = board_views.banner_page(reading.session, one.id, reading.known, as_of=reading.as_of)
        yield address, render_banner(view, setting(address)).encode()
        yield from cards_of(reading, language, "banner", str(one.id))

"""The exported board says what the served one says, as files that any host can show."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html

from factories.board import MASTHEAD, looking
from factories.marseille import answers_of_first_round, confirm_everything, marseille_2020, to_second_round
from factories.services import NOW, Installed, a_list, an_answer, confirmed, installed
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Unusable
from pledgebot.services import board_views
from pledgebot.services.board_rows import views_in
from pledgebot.store.engine import Database
from pledgebot.web.board import Board
from pledgebot.web.export import export_board, plan
from pledgebot.web.export_folder import MARKER, Written, only_export
from pledgebot.web.export_pages import Pages
from pledgebot.web.page import Page
from pledgebot.web.reading import Masthead

JUNE = datetime(2020, 6, 10, 12, tzinfo=UTC)


def exported(
    database: Database, folder: Path, now: datetime = NOW, masthead: Masthead = MASTHEAD, few: int = 10
) -> tuple[Written, dict[str, bytes]]:
    """Export the board, and return what was said of it and every file by its path."""
    written = export_board(database, Board(database, MovedClock(now), masthead), now, folder, few=few, workers=1)
    return written, files(folder)


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(database: Database) -> Installed:
    """Let A commit on the cameras."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        a_list(session, "<script>alert(1)</script>\u202e", there.alix)
    return there


@pytest.mark.engines("sqlite")
def test_every_link_leads_to_a_file_and_nothing_needs_a_server(database: Database, tmp_path: Path) -> None:
    town = marseille_2020(database)
    answers_of_first_round(town)
    confirm_everything(town, to_second_round(town))
    written, there = exported(database, tmp_path / "board", JUNE)
    assert written.files == len(there)
    assert written.size == sum(len(content) for content in there.values())
    broken = set()
    for name, content in there.items():
        if not name.endswith(".html") or name == "404.html":
            continue
        for element, _attribute, link, _at in html.fromstring(content).iterlinks():
            if re.match("[a-z]+:", link) or element.tag == "form":
                continue
            target = (tmp_path / "board" / name).parent / link.partition("#")[0]
            path = target / "index.html" if link.partition("#")[0].endswith("/") else target
            broken |= {(name, link)} if link.partition("#")[0] and not path.exists() else set()
        assert b"<form" not in content
        assert b"search" not in content.replace(b"research", b"")
    assert broken == set()
    assert {"index.html", "404.html", "robots.txt", "feed.atom", "calendar.ics", "data/stances.json", MARKER} <= set(
        there
    )
    assert {
        "fr/place/13055/index.html",
        "cards/en/place/13055SR03.png",
        "cards/fr/place/13055SR03.png",
        "en/list/1/feed.atom",
    } <= set(there)


def test_an_export_is_the_same_twice_and_what_did_not_change_keeps_its_time(database: Database, tmp_path: Path) -> None:
    there = told(database)
    folder = tmp_path / "board"
    _written, first = exported(database, folder)
    times = {name: (folder / name).stat().st_mtime_ns for name in first}
    (folder / "fr" / "list" / "999").mkdir()
    (folder / "fr" / "list" / "999" / "index.html").write_text("left over")
    _written, second = exported(database, folder, NOW + timedelta(minutes=1))
    _written, elsewhere = exported(database, tmp_path / "elsewhere")
    assert first == second == elsewhere
    assert {name: (folder / name).stat().st_mtime_ns for name in second} == times
    with database.begin() as session:
        confirmed(session, an_answer(there.b, {"committee": Position.REFUSED}), there)
    _written, third = exported(database, folder)
    changed = {name for name in third if third[name] != first.get(name)}
    assert {"fr/list/2/index.html", "fr/list/2/committee/index.html", "data/stances.csv"} <= changed
    assert "static/board.css" not in changed
    assert [one.name for one in tmp_path.iterdir() if one.name not in {"board", "elsewhere"}] == []


def test_pages_read_together_are_those_read_one_by_one(database: Database) -> None:
    town = marseille_2020(database)
    answers_of_first_round(town)
    confirm_everything(town, to_second_round(town))
    with looking(database, JUNE) as reading:
        places, scope = plan(reading)
        pages = Pages(reading, scope)
        for place in places:
            read = views_in(reading.session, place.rounds, reading.known)
            views = {one.round_id: many for one, many in read}
            apart = board_views.place_page(reading.session, place.id, JUNE, reading.known)
            assert pages.place_page(place, views) == apart


def test_a_large_board_written_by_two_processes_is_the_same(database: Database, tmp_path: Path) -> None:
    told(database)
    board = Board(database, MovedClock(NOW), MASTHEAD)
    export_board(database, board, NOW, tmp_path / "two", workers=2, few=0)
    export_board(database, board, NOW, tmp_path / "one", workers=1, few=0)
    there = files(tmp_path / "two")
    assert there == files(tmp_path / "one")
    assert "fr/list/1/cameras/index.html" in there
    assert "fr/list/4/cameras/index.html" not in there
    assert b"demand/cameras/" in there["fr/list/4/index.html"]
    assert b"list/4/cameras/" not in there["fr/list/4/index.html"]
    assert "cards/fr/place/13055.png" in there
    assert "cards/fr/list/4.png" not in there


@pytest.mark.engines("sqlite")
def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(database: Database, tmp_path: Path) -> None:
    told(database)
    folder = tmp_path / "board"
    folder.mkdir()
    (folder / "index.html").write_text("somebody's")
    with pytest.raises(Unusable, match=r"index\.html, which is not of an exported board"):
        exported(database, folder)
    assert files(folder) == {"index.html": b"somebody's"}
    exported(database, tmp_path / "other")
    (tmp_path / "other" / "CNAME").write_text("board.example")
    with pytest.raises(Unusable, match="CNAME"):
        exported(database, tmp_path / "other")
    with pytest.raises(Unusable, match="is no folder"):
        exported(database, folder / "index.html")


@pytest.mark.engines("sqlite")
def test_what_stands_beside_the_folder_is_never_destroyed(database: Database, tmp_path: Path) -> None:
    told(database)
    _written, there = exported(database, tmp_path / "board")
    for beside in ("board.old", "board.tmp"):
        (tmp_path / beside).mkdir()
        (tmp_path / beside / "thesis.txt").write_text("somebody's")
        with pytest.raises(Unusable, match=r"thesis\.txt, which is not of an exported board"):
            exported(database, tmp_path / "board")
        assert files(tmp_path / beside) == {"thesis.txt": b"somebody's"}
        shutil.rmtree(tmp_path / beside)
    (tmp_path / "public").symlink_to("board")
    assert exported(database, tmp_path / "public", NOW + timedelta(days=1))[1] == there
    assert (tmp_path / "public").is_symlink()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["board", "public"]


@pytest.mark.engines("sqlite")
def test_a_second_export_at_the_same_time_is_refused_and_a_stopped_one_does_not_matter(
    database: Database, tmp_path: Path
) -> None:
    told(database)
    with only_export(tmp_path / "board"), pytest.raises(Unusable, match="another export is writing it"):
        exported(database, tmp_path / "board")
    (tmp_path / ".board.pledgebot-lock").touch()
    (tmp_path / "board.tmp" / "fr").mkdir(parents=True)
    (tmp_path / "board.tmp" / MARKER).touch()
    assert "index.html" in exported(database, tmp_path / "board")[1]
    assert [one.name for one in tmp_path.iterdir()] == ["board"]


def test_a_process_ends_with_the_one_that_started_it() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    # The child holds the other end of this pipe: it is at its end when the child is gone.
    assert parent.communicate(timeout=20)[0] == ""
    assert not Path(f"/proc/{child}/cwd").exists()


_PARENT = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pledgebot.web.export import end_with_parent

if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


@pytest.mark.engines("sqlite")
def test_in_the_silence_the_export_is_that_of_its_beginning(database: Database, tmp_path: Path) -> None:
    there = told(database)
    silent = datetime(2026, 3, 14, 12, tzinfo=UTC)
    _written, before = exported(database, tmp_path / "board", silent)
    with database.begin() as session:
        confirmed(session, an_answer(there.c, {"cameras": Position.PARTIAL}), there, silent)
    _written, after = exported(database, tmp_path / "board", silent + timedelta(hours=1))
    assert after == before


@pytest.mark.engines("sqlite")
def test_the_page_that_hosts_show_anywhere_leads_to_the_root(database: Database, tmp_path: Path) -> None:
    told(database)
    masthead = replace(MASTHEAD, root="https://board.example/")
    _written, there = exported(database, tmp_path / "board", NOW, masthead)
    assert b'href="https://board.example/static/board.css"' in there["404.html"]
    page = Board(database, MovedClock(NOW), masthead).page("fr/feed.atom")[0].what
    assert isinstance(page, Page)
    assert there["fr/feed.atom"] == page.content

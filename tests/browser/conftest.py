"""What the tests in a browser share: the board over real HTTP, and Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from factories.browsed import HOSTILE, Serving, Shown, Visit, filled
from pledgebot.store.engine import Database


@pytest.fixture(scope="session")
def board(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The board of a fictional town with hostile names, served for the whole run."""
    with _served(sqlite_template, tmp_path_factory.mktemp("board"), HOSTILE) as shown:
        yield shown


@pytest.fixture(scope="session")
def pictured(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The same town with names as they are."""
    names = ("Liste Exemple D", "Liste Exemple E")
    with _served(sqlite_template, tmp_path_factory.mktemp("pictured"), names) as shown:
        yield shown


@contextmanager
def _served(template: Path, folder: Path, names: Sequence[str]) -> Iterator[Shown]:
    database = Database(f"sqlite:///{shutil.copy(template, folder / 'pledgebot.db')}")
    with database.begin() as session:
        there, more = filled(session, names)
    serving = Serving(database)
    serving.begin()
    yield Shown(f"http://127.0.0.1:{serving.port}/", there, more)
    serving.stop()
    database.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window; no browser of Playwright's own is needed."""
    path = shutil.which("chromium")
    if path is None:
        pytest.exit("chromium is missing: apt-get install chromium", returncode=1)
    with sync_playwright() as playwright:
        # Its sandbox refuses to work for root, as whom containers run.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(board: Shown, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A window; parametrized indirectly by what `Browser.new_context` takes."""
    context = chromium.new_context(**getattr(request, "param", {}))
    context.set_default_timeout(20_000)
    window = Visit(board.root, context, context.new_page())
    yield window
    window.close()

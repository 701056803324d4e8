"""What the tests of sending share: a road from a database to a scripted channel."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from factories.roads import Road
from pledgebot.clock import MovedClock
from pledgebot.store.engine import Database


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """The threads in which the database is waited for."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def road(database: Database, clock: MovedClock, executor: ThreadPoolExecutor) -> Road:
    """An installation with a dispatcher over a scripted channel."""
    return Road(database, clock, executor)

"""Places that move at the same moment, on PostgreSQL: Telegram says it twice, and two workers may hear it at once."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa

from factories.services import NOW, installed
from pledgebot.domain.audience import PlaceKind, Spot, TopicKind
from pledgebot.services.subscriber_places import move_place
from pledgebot.services.subscriber_views import Topic
from pledgebot.services.subscribers import subscribe
from pledgebot.store.engine import Database
from pledgebot.store.tables import Destination

ADDRESSES = ("-1", "-2", "-3", "-4")
TOPICS = ("", "5", "6")
ROUNDS = 12


@pytest.fixture
def postgres(postgresql_url: str) -> Iterator[Database]:
    """A database that locks rows, with the installation of the example."""
    database = Database(postgresql_url)
    installed(database)
    yield database
    database.close()


def together(*acts: Callable[[], None], rounds: int = ROUNDS) -> list[Exception]:
    """Do acts in threads that begin at the same moment, again and again; return what they raised."""
    raised: list[Exception] = []
    begin = threading.Barrier(len(acts))

    def repeat(act: Callable[[], None]) -> None:
        for _ in range(rounds):
            begin.wait(30)
            try:
                act()
            except Exception as error:  # noqa: BLE001 - told to the test
                raised.append(error)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def followed(database: Database) -> None:
    """Let every address follow something in each of its topics."""
    for address in ADDRESSES:
        for topic in TOPICS:
            with database.begin() as session:
                subscribe(session, Spot("telegram", address, topic, PlaceKind.GROUP), Topic(TopicKind.ALL), "en", NOW)


def moving(database: Database, old: str, new: str) -> Callable[[], None]:
    """Return the act of following a place to its new address."""

    def move() -> None:
        with database.begin() as session:
            move_place(session, "telegram", old, new, NOW)

    return move


def test_moves_at_one_moment_all_come_to_an_end(postgres: Database) -> None:
    followed(postgres)

    def following() -> None:
        followed(postgres)

    moves = [moving(postgres, old, new) for old, new in list(permutations(ADDRESSES, 2))[:6]]
    assert together(*moves, *moves[:2], following) == []
    with postgres.read() as session:
        places = session.execute(sa.select(Destination.address, Destination.thread)).all()
    assert len(places) == len(set(places))


def test_two_groups_that_become_one_wait_for_each_other_in_no_circle(postgres: Database) -> None:
    for turn in range(ROUNDS):
        first, second, new = f"-{turn}1", f"-{turn}2", f"-{turn}3"
        for address, topics in ((first, "56789"), (second, "98765")):
            for topic in topics:
                with postgres.begin() as session:
                    spot = Spot("telegram", address, topic, PlaceKind.GROUP)
                    subscribe(session, spot, Topic(TopicKind.ALL), "en", NOW)
        assert together(moving(postgres, first, new), moving(postgres, second, new), rounds=1) == []
        with postgres.read() as session:
            there = sa.select(Destination.address).where(Destination.thread != "")
            assert set(session.scalars(there.where(Destination.address.startswith(f"-{turn}")))) == {new}


def test_two_who_hear_of_one_move_follow_it_once(postgres: Database) -> None:
    spot = Spot("telegram", "-1", "", PlaceKind.GROUP)
    with postgres.begin() as session:
        subscribe(session, spot, Topic(TopicKind.ALL), "en", NOW - timedelta(days=1))

    move = moving(postgres, "-1", "-100")
    assert together(move, move, move) == []
    with postgres.read() as session:
        assert session.scalars(sa.select(Destination.address)).all() == ["terminal", "-100"]

"""A connection that is kept from one transaction to the next: nothing is lost on it, nothing half written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest
import sqlalchemy as sa

from pledgebot.domain.errors import Unusable
from pledgebot.store.engine import Database
from pledgebot.store.line import Line
from pledgebot.store.outbox import Wording

WORDING = {"language": "fr", "content": {}, "created_at": datetime(2020, 2, 1, tzinfo=UTC)}


def test_a_line_is_kept_from_one_transaction_to_the_next(database: Database) -> None:
    line = Line()
    seen = []
    for word in ("one", "two"):
        with database.writing(line) as connection:
            connection.execute(sa.insert(Wording), {**WORDING, "hash": word})
            seen.append(connection.connection.driver_connection)
    assert seen[0] is seen[1]
    line.close()
    with database.read() as session:
        assert set(session.scalars(sa.select(Wording.hash))) == {"one", "two"}


def test_after_an_error_a_line_has_written_nothing_and_goes_on(database: Database) -> None:
    line = Line()

    def failing() -> None:
        with database.writing(line) as connection:
            connection.execute(sa.insert(Wording), {**WORDING, "hash": "lost"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with database.writing(line) as connection:
        connection.execute(sa.insert(Wording), {**WORDING, "hash": "kept"})
    line.close()
    line.close()
    with database.read() as session:
        assert list(session.scalars(sa.select(Wording.hash))) == ["kept"]


@pytest.mark.engines("postgresql")
def test_a_line_that_was_cut_is_said_to_be_and_the_next_transaction_has_another(database: Database) -> None:
    line = Line()
    with database.writing(line) as connection:
        number = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    with database.begin() as session:
        session.execute(sa.text("SELECT pg_terminate_backend(:number)"), {"number": number})
    with pytest.raises(Unusable), database.writing(line) as connection:
        connection.execute(sa.insert(Wording), {**WORDING, "hash": "lost"})
    with database.writing(line) as connection:
        connection.execute(sa.insert(Wording), {**WORDING, "hash": "kept"})
    line.close()
    with database.read() as session:
        assert list(session.scalars(sa.select(Wording.hash))) == ["kept"]


def test_on_a_line_one_transaction_waits_for_the_other(database: Database) -> None:
    line, order = Line(), list[str]()
    begun, go_on = Event(), Event()

    def first() -> None:
        with database.writing(line):
            begun.set()
            go_on.wait(10)
            order.append("first")

    def second() -> None:
        begun.wait(10)
        go_on.set()
        with database.writing(line):
            order.append("second")

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(first), pool.submit(second)]:
            one.result()
    line.close()
    assert order == ["first", "second"]

"""The lease of a new database, when several workers begin at one moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pledgebot.services.work import take_lease
from pledgebot.store.engine import Database
from scenarios.stage import eventually

NOW = datetime(2026, 2, 8, 12, 0, tzinfo=UTC)


@pytest.mark.engines("postgresql")
def test_who_comes_second_to_a_new_database_stands_by(database: Database, executor: ThreadPoolExecutor) -> None:
    """Neither has seen a lease yet: the second waits for what the first has begun, and is not stopped by it."""

    def second() -> int | None:
        with database.begin() as session:
            return take_lease(session, "bot", "second", NOW)

    with database.begin() as session:
        assert take_lease(session, "bot", "first", NOW) == 1
        waiting = executor.submit(second)
        held = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        eventually(lambda: session.scalar(held) or waiting.done(), "the second asks for the lease")
    assert waiting.result(30) is None


def test_a_lease_changes_hands_with_a_new_token_and_is_renewed_with_the_same(database: Database) -> None:
    taken = []
    for owner in ("first", "first", "second", "second"):
        with database.begin() as session:
            taken.append(take_lease(session, "bot", owner, NOW, alone=owner == "second"))
    assert taken == [1, 1, 2, 2]

"""What came in is kept once, waits in its order, and is erased when it is done; cursors."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.services import NOW
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.inbox import (
    DONE_KEPT,
    SET_ASIDE_KEPT,
    InboxCounts,
    InboxItem,
    ReceivedUpdate,
    inbox_counts,
    keep_updates,
    mark_answered,
    mark_done,
    set_aside,
    tidy_inbox,
    waiting,
)
from pledgebot.store.engine import Database
from pledgebot.store.tables import Inbox, InboxState

LATER = NOW + timedelta(minutes=1)


def update(number: int, chat: str = "7", payload: str | None = None) -> ReceivedUpdate:
    return ReceivedUpdate(str(number), chat, payload if payload is not None else f'{{"n": {number}}}')


def kept(database: Database, *updates: ReceivedUpdate, source: str = "telegram") -> list[int]:
    with database.begin() as session:
        keep_updates(session, source, updates, NOW)
        return [item.id for item in waiting(session, source, 100)]


def rows(database: Database) -> dict[str, tuple[InboxState, str | None, str]]:
    with database.read() as session:
        found = session.execute(sa.select(Inbox.external_id, Inbox.state, Inbox.payload, Inbox.chat))
        return {row[0]: (row[1], row[2], row[3]) for row in found}


def test_an_update_that_comes_again_is_kept_once(database: Database) -> None:
    with database.begin() as session:
        assert keep_updates(session, "telegram", [], NOW) == 0
        assert keep_updates(session, "telegram", [update(1), update(2), update(1)], NOW) == 2
    with database.begin() as session:
        assert keep_updates(session, "telegram", [update(2, payload="other"), update(3)], LATER) == 1
        assert keep_updates(session, "mastodon", [update(3)], LATER) == 1
        assert [item.external_id for item in waiting(session, "telegram", 10)] == ["1", "2", "3"]
        assert waiting(session, "telegram", 2)[1].payload == '{"n": 2}'
        assert [item.received_at for item in waiting(session, "telegram", 10)] == [NOW, NOW, LATER]


def test_of_what_is_known_nothing_is_read_again_and_pages_are_as_long(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    one, two, three, four = kept(database, *map(update, range(1, 5)))
    with database.begin() as session:
        keep_updates(session, "mastodon", [update(9)], NOW)
        mark_done(session, [three], LATER)
    with database.read() as session:
        assert [item.id for item in waiting(session, "telegram", 10, besides={one})] == [two, four]
        assert [item.id for item in waiting(session, "telegram", 1, besides={one, two})] == [four]
        assert waiting(session, "telegram", 10, four, {one}) == ()
        assert waiting(session, "telegram", 2, besides={99}) == waiting(session, "telegram", 2)
    database.close()


def test_a_hundred_updates_are_one_statement(database: Database) -> None:
    statements: list[str] = []
    with database.begin() as session:
        connection = session.connection()
        sa.event.listen(
            connection, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: statements.append(statement)
        )
        assert keep_updates(session, "telegram", map(update, range(100)), NOW) == 100
    assert len(statements) == 1


@pytest.mark.parametrize("payload", ["a\0b", "a\ud800b"])
def test_what_no_database_can_hold_is_kept_all_the_same(database: Database, payload: str) -> None:
    kept(database, update(1, payload=payload))
    state, stored, _chat = rows(database)["1"]
    assert state is InboxState.NEW
    assert stored is not None
    assert stored[0] + stored[-1] == "ab"


def test_the_life_of_an_update(database: Database) -> None:
    [one] = kept(database, update(1))
    with database.begin() as session:
        assert mark_answered(session, one, "[replies]")
        assert not mark_answered(session, one, "[other]")
        assert waiting(session, "telegram", 10) == (InboxItem(one, "1", "7", InboxState.ANSWERED, "[replies]", NOW),)
        assert mark_done(session, [one], LATER) == 1
        assert mark_done(session, [one], LATER) == 0
        assert not mark_answered(session, one, "[late]")
        assert waiting(session, "telegram", 10) == ()
    assert rows(database) == {"1": (InboxState.DONE, None, "")}


def test_what_is_done_is_known_when_it_comes_again(database: Database) -> None:
    [one] = kept(database, update(1))
    with database.begin() as session:
        mark_done(session, [one], NOW)
    assert kept(database, update(1)) == []


def test_what_was_set_aside_keeps_nobody_waiting(database: Database) -> None:
    one, two = kept(database, update(1), update(2))
    with database.begin() as session:
        assert set_aside(session, one, NOW)
        assert not set_aside(session, one, NOW)
        assert mark_done(session, [one], NOW) == 0
        assert [item.id for item in waiting(session, "telegram", 10)] == [two]
    assert rows(database)["1"] == (InboxState.SET_ASIDE, '{"n": 1}', "7")


def test_what_is_old_is_deleted(database: Database) -> None:
    one, two, _three = kept(database, update(1), update(2), update(3))
    with database.begin() as session:
        mark_done(session, [one], NOW)
        set_aside(session, two, NOW)
        second = timedelta(seconds=1)
        assert tidy_inbox(session, NOW + DONE_KEPT - second) == 0
        assert tidy_inbox(session, NOW + DONE_KEPT) == 1
        assert tidy_inbox(session, NOW + SET_ASIDE_KEPT - second) == 0
        assert tidy_inbox(session, NOW + SET_ASIDE_KEPT) == 1
        assert tidy_inbox(session, NOW + timedelta(days=365)) == 0
    assert set(rows(database)) == {"3"}


def test_what_waits_is_counted(database: Database) -> None:
    with database.begin() as session:
        assert inbox_counts(session) == InboxCounts(0, None, 0)
    one, two, three, _four = kept(database, update(1), update(2), update(3), update(4))
    with database.begin() as session:
        mark_done(session, [one], NOW)
        set_aside(session, two, NOW)
        mark_answered(session, three, "[]")
        keep_updates(session, "mastodon", [update(5)], LATER)
        assert inbox_counts(session) == InboxCounts(3, NOW, 1)


def test_a_cursor_stands_where_it_was_written_last(database: Database) -> None:
    with database.begin() as session:
        assert read_cursor(session, "telegram:username") is None
        write_cursor(session, "telegram:username", "one", NOW)
        write_cursor(session, "telegram:other", "three", NOW)
        write_cursor(session, "telegram:username", "two", LATER)
    with database.read() as session:
        assert read_cursor(session, "telegram:username") == "two"
        assert read_cursor(session, "telegram:other") == "three"

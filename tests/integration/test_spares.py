"""PostgreSQL databases go from test to test as if each were new."""

from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa

from factories.services import everything, installed
from pledgebot.store.engine import Database
from spares import Spares


def lying(database: Database) -> list[tuple[object, ...]]:
    """Return where rows of a table lie."""
    with database.read() as session:
        return [tuple(row) for row in session.execute(sa.text("SELECT ctid::text, id FROM audit ORDER BY ctid"))]


def test_what_a_test_left_is_gone_and_numbers_begin_again(spares: Spares) -> None:
    with spares.lent() as url, closing(Database(url)) as database:
        fresh = everything(database)
        first, there = installed(database), lying(database)
        # Whatever was not ended holds locks.
        left_open = psycopg.connect(url)
        left_open.execute("LOCK TABLE draft")
    with closing(left_open), spares.lent() as again, closing(Database(again)) as database:
        assert again == url
        assert everything(database) == fresh
        assert (installed(database), lying(database)) == (first, there)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE answer DISABLE TRIGGER ALL",
        "CREATE TABLE theirs (number int)",
        "DROP TRIGGER ledger_entry_kept_delete ON ledger_entry",
        "ALTER TABLE draft ADD COLUMN theirs int",
        "CREATE INDEX theirs ON audit (action)",
        "UPDATE alembic_version SET version_num = 'other'",
        "CREATE OR REPLACE FUNCTION pledgebot_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_database_of_another_shape_is_not_lent_again(spares: Spares, change: str) -> None:
    with spares.lent() as url, closing(Database(url)) as database, database.begin() as session:
        session.execute(sa.text(change))
    with spares.lent() as again:
        assert again != url

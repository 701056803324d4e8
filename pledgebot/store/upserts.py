"""Inserting what may be there already: one statement that no second worker can come between, on either engine."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_into(session: Session, table: sa.FromClause) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can be given `on_conflict_do_nothing` or `on_conflict_do_update`."""
    if not isinstance(table, sa.Table):
        raise TypeError("rows are inserted into a table")
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)

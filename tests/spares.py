"""PostgreSQL databases that one test takes after another: emptying one takes milliseconds, creating one a third of a second."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.rows import scalar_row

from postgres import dsn

TEMPLATE = "pledgebot_template"
"""The database of which all others are copies; nobody works in it."""

_USES = 100
"""After how many tests a database is thrown away, with the dead rows that they left in it."""

# Whatever is created, altered or taken away writes a row in one of these, under the number of its transaction.
_SHAPE = """
    SELECT md5(string_agg(mark, ',' ORDER BY mark)) FROM (
        SELECT 'class' || oid || '/' || xmin AS mark FROM pg_class WHERE oid >= 16384
        UNION ALL SELECT 'column' || attrelid || '/' || attnum || '/' || xmin FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT 'constraint' || oid || '/' || xmin FROM pg_constraint WHERE oid >= 16384
        UNION ALL SELECT 'trigger' || oid || '/' || xmin FROM pg_trigger WHERE oid >= 16384
        UNION ALL SELECT 'function' || oid || '/' || xmin FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT 'row' || version_num FROM alembic_version
    ) AS marks
"""
_OTHERS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
_USED = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""
_NUMBERS_AGAIN = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"


class Spares:
    """The databases of one process of tests. What is lent is as the migrations left it, and everything starts at 1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: list[tuple[str, int]] = []
        self._shape: object = None

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend a database to one test by its URL."""
        name, uses = self._idle.pop() if self._idle else (self._created(), 0)
        yield f"postgresql://pledgebot@/{name}?host={self._folder}"
        if uses + 1 < _USES and self._emptied(name):
            self._idle.append((name, uses + 1))
        else:
            self._command(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _created(self) -> str:
        name = f"test_{uuid.uuid4().hex[:16]}"
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
        if self._shape is None:
            with psycopg.connect(dsn(self._folder, name), row_factory=scalar_row) as connection:
                self._learn(connection)
        return name

    def _learn(self, connection: psycopg.Connection[object]) -> None:
        """Note what a fresh database looks like."""
        self._shape = connection.execute(_SHAPE.encode()).fetchone()
        filled = connection.execute(_USED.encode()).fetchall()
        if filled:
            raise RuntimeError(f"a migration leaves rows in {filled}: a database that was emptied would lack them")

    def _emptied(self, name: str) -> bool:
        """Empty a database and tell whether it is as new; if its tables are others now, it is not."""
        with psycopg.connect(dsn(self._folder, name), row_factory=scalar_row, autocommit=True) as connection:
            connection.execute(_OTHERS.encode(), [name])
            if connection.execute(_SHAPE.encode()).fetchone() != self._shape:
                return False
            used = [f'"{table}"' for table in connection.execute(_USED.encode())]
            # Neither the triggers that keep the ledger nor the references between tables stand in the way of a replica.
            deleting = ";".join(f"DELETE FROM {table}" for table in used)
            connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deleting}; COMMIT".encode())
            # Else new rows would come to lie between dead ones, and in another order than on a new database.
            if used:
                connection.execute(f"VACUUM (PROCESS_TOAST FALSE) {', '.join(used)}".encode())
            connection.execute(_NUMBERS_AGAIN.encode())
        return True

    def _command(self, command: str) -> None:
        with psycopg.connect(dsn(self._folder, "postgres"), autocommit=True) as connection:
            connection.execute(command.encode())

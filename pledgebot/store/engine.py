"""The database: one engine for writing, one for reading, whatever stands behind the URL."""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from pledgebot.domain.errors import Unusable
from pledgebot.store.line import Line

__all__ = ["Database", "Joined", "Session", "fetch", "run"]

_BUSY_SECONDS = 15
_CONNECTION = "connection"
"""Under which name a reading session notes its connection in `Session.info`."""

Columns = TypeVarTuple("Columns")


class Database:
    """Where everything is remembered.

    `begin()` gives a session that commits when it leaves well and rolls back otherwise; `read()` gives one for questions,
    which sees one moment, never waits for writers and cannot write. Neither may stay open across network traffic.
    """

    def __init__(self, url: str) -> None:
        self.url = _usable(url)
        self._write = _engine(self.url, writing=True)
        self._read = _engine(self.url, writing=False)

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is one file on this machine."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """Return the file of an SQLite database, None for a server."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a writing session and its transaction."""
        with _reported(self.url), Session(self._write, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a reading session that sees one moment of the database."""
        with (
            _reported(self.url),
            # Given back to the pool, it is rolled back.
            self._read.connect() as connection,
            Session(connection, expire_on_commit=False, info={_CONNECTION: connection}) as session,
        ):
            yield session

    @contextmanager
    def writing(self, line: Line) -> Iterator[Connection]:
        """Open a writing transaction on a line and without a session, for what is done very often: it costs a third."""
        with _reported(self.url), line.begin(self._write) as connection:
            yield connection

    @contextmanager
    def joined(self) -> Iterator["Joined"]:
        """Open one writing transaction in which several acts are done together, or none of them."""
        with self.begin() as session:
            yield Joined(session, self.url)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open a connection for migrations: on SQLite without foreign keys, since rebuilding a table would empty its children."""
        engine = _engine(self.url, writing=True, foreign_keys=False)
        try:
            with _reported(self.url), engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def only_worker(self) -> Iterator[None]:
        """Hold the lock file beside an SQLite database, so that a second worker on it is refused; a server needs none."""
        if self.path is None:
            yield
            return
        lock = os.open(self.path.with_name(self.path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Unusable(f"database {self.path}: another `pledgebot run` works on it already") from None
            yield
        finally:
            os.close(lock)

    def close(self) -> None:
        """Give all connections back."""
        self._write.dispose()
        self._read.dispose()


class Joined(Database):
    """One open transaction in the guise of a database: what is begun or read with it is a part of that transaction.

    An act that is refused inside is taken back by itself; everything is committed, or nothing, by whoever opened it.
    """

    def __init__(self, session: Session, url: sa.URL) -> None:
        self.url = url
        self.session = session

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Begin an act inside the transaction."""
        with self.session.begin_nested():
            yield self.session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read inside the transaction, what it has written so far included."""
        yield self.session


def fetch(
    session: Session,
    statement: sa.Select[*Columns],
    parameters: Mapping[str, object] | None = None,
) -> sa.Result[*Columns]:
    """Return rows of plain columns, no mapped objects.

    A reading session has nothing that waits to be written and nothing to load into, so there the statement goes to its
    connection: that costs half of what the session's own way does.
    """
    connection: Connection | None = session.info.get(_CONNECTION)
    return session.execute(statement, parameters) if connection is None else connection.execute(statement, parameters)


def run(
    session: Session,
    statement: sa.Executable,
    parameters: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None,
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Execute a statement of tables and columns past the mapped objects of a writing session: for what is done very often.

    What the session has not written yet is not seen by it, and what the statement changes is not seen by loaded objects.
    """
    return session.connection().execute(statement, parameters)


# What says that the database is away, full, locked or none at all. Its subclasses say that a statement was wrong.
_AWAY = (OperationalError, DatabaseError)


@contextmanager
def _reported(url: sa.URL) -> Iterator[None]:
    """Say in one line that the database cannot be reached or written, without its password."""
    problem: str | None = None
    try:
        yield
    except DatabaseError as error:
        # An error without a statement came while connecting: the address itself is wrong.
        if type(error) not in _AWAY and error.statement is not None:
            raise
        problem = _first_line(error)
    # Raised here and not inside the handler: the library's error would go along, and may hold a password.
    if problem is not None:
        raise Unusable(f"database {_shown(url)}: {problem}")


def _first_line(error: DatabaseError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig and str(error.orig).strip() else "not reachable"


def _shown(url: sa.URL) -> str:
    """Return an address as it may be shown: a password can stand in its query too."""
    host = url.host or _text(url.query.get("host"))
    return url.set(host=host, query={}).render_as_string(hide_password=True)


def _text(value: str | tuple[str, ...] | None) -> str | None:
    return value[0] if isinstance(value, tuple) else value


def _usable(text: str) -> sa.URL:
    """Parse a URL, and create the file of an SQLite database so that only its owner can read it."""
    try:
        url = make_url(text)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise Unusable("database.url: expected sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    except ModuleNotFoundError as error:
        raise Unusable(f"database.url: the driver {error.name} is missing; install pledgebot[postgresql]") from None
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        try:
            _create(Path(url.database))
        except OSError as error:
            raise Unusable(f"database {url.database}: {error.strerror}") from None
    return url


def _create(path: Path) -> None:
    """Create a file for its owner alone; one that is there is not touched. Raises `OSError` where it cannot be written.

    It is not even opened: whoever closes a file drops all locks of this process on it, those of SQLite's connections too
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None


def _engine(url: sa.URL, *, writing: bool, foreign_keys: bool = True) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, begin="BEGIN IMMEDIATE" if writing else "BEGIN", foreign_keys=foreign_keys)
    if writing:
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    return sa.create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    )


def _pooled(url: sa.URL) -> dict[str, bool]:
    """Return how the connections to an SQLite file are kept; a database in memory has one of its own."""
    return {} if url.database in {None, "", ":memory:"} else {"pool_use_lifo": True}


def _sqlite(url: sa.URL, *, begin: str, foreign_keys: bool) -> Engine:
    """Return an SQLite engine that opens its transactions itself.

    The driver's own mode loses updates, and a deferred BEGIN fails at once when it has to become a writer: measured, see
    docs/decisions.md.
    """
    # Parameters hold what people wrote, and errors are logged.
    # The connection used last is used next: the pages that another one wrote it has to read again.
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True, **_pooled(url))

    def connected(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.isolation_level = None
        cursor = connection.cursor()
        if not foreign_keys:
            # Only a migration sets it: it stays in the file, and a file that is not ours is left as it is.
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        # Without it, INSERT OR REPLACE deletes rows past the triggers that keep the ledger.
        cursor.execute("PRAGMA recursive_triggers=ON")
        if begin == "BEGIN":
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begun)
    return engine

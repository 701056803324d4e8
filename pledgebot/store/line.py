"""A connection that stays open from one short transaction to the next: to take one from a pool costs more than to write."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy.engine import Connection, Engine


class Line:
    """One connection for many short transactions, one after the other, from whatever thread.

    It is opened when it is first needed; after an error another one takes its place.
    """

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._alone = Lock()

    @contextmanager
    def begin(self, engine: Engine) -> Iterator[Connection]:
        """Open a transaction that commits when it leaves well and rolls back otherwise."""
        with self._alone:
            connection = self._connection = self._connection or engine.connect()
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                self._hang_up()
                raise

    def close(self) -> None:
        """Give the connection back; the next transaction takes another one."""
        with self._alone:
            self._hang_up()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

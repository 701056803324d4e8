"""A database that is away for a while: a server that is stopped and started, a file that somebody else keeps locked."""

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from postgres import PostgresServer


class Restarted(PostgresServer):
    """A server that a test stops and starts again: everybody's connections break, and new ones are refused meanwhile."""

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be stopped for a while."""
        process = self._process
        assert process is not None
        # "Fast": transactions that are under way are taken back.
        process.send_signal(signal.SIGINT)
        process.wait(30)
        try:
            yield
        finally:
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(  # type: ignore[call-overload] # user and group are named only as root
                    process.args, stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder, **self._drop
                )
            self._wait()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Let nobody write to an SQLite database for a while."""
    path = Path(url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")

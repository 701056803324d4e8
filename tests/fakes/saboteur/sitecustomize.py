"""What Python loads by itself in a `pledgebot run` whose path leads here: it ends the process at a step that a test named.

Nothing of the program is changed: steps are known by the statements that reach the database, by its commits, and by the
requests that are about to leave. The orders lie as files in a folder, so that a process may be told while it runs:

- `kill`: `STEP MOMENT NUMBER ID`. Whoever comes to that moment of that step for the NUMBERth time takes the order away and
  ends at once, as in a power cut: of several processes one.
- `full`, `read-only`: while such a file is there, an SQLite database takes no further page, or no write at all.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

ORDERS = Path(os.environ["CRASH_ORDERS"])
_PAGES = 1 << 30


class Saboteur:
    """Counts how often which moment came since an order was given, and carries the order out."""

    def __init__(self, orders: Path) -> None:
        self._orders = orders
        self._lock = threading.Lock()
        self._came: Counter[str] = Counter()
        self._open: dict[int, set[str]] = {}

    def reach(self, step: str, moment: str) -> None:
        """Say that a moment has come; whoever is to end at it does not return."""
        order = self._orders / "kill"
        try:
            wanted, when, number, name = order.read_text("utf-8").split()
        except FileNotFoundError:
            return
        if (wanted, when) != (step, moment):
            return
        with self._lock:
            self._came[name] += 1
            if self._came[name] < int(number):
                return
            try:
                order.unlink()
            except FileNotFoundError:
                return
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()

    def written(self, connection: sa.Connection, cursor: DBAPICursor, statement: str) -> None:
        """Look at a statement that is about to be executed."""
        if statement == "BEGIN IMMEDIATE":
            self._limit(cursor)
            return
        step = step_of(statement)
        if step:
            self.reach(step, "statement")
            self._open.setdefault(_number(connection.connection), set()).add(step)

    def ended(self, connection: DBAPIConnection, end: Callable[[], None], *, committed: bool) -> None:
        """End a transaction; a commit has a moment before and one after."""
        steps = sorted(self._open.pop(_number(connection), ()))
        for step in steps if committed else ():
            self.reach(step, "commit")
        end()
        for step in steps if committed else ():
            self.reach(step, "committed")

    def _limit(self, cursor: DBAPICursor) -> None:
        """Let the file of an SQLite database grow, and be written, or not."""
        pages = 1 if (self._orders / "full").exists() else _PAGES
        cursor.execute(f"PRAGMA max_page_count={pages}")
        cursor.fetchall()
        cursor.execute(f"PRAGMA query_only={int((self._orders / 'read-only').exists())}")


def _number(connection: object) -> int:
    """Return what tells a driver's connection from the others, however it is wrapped."""
    return id(getattr(connection, "dbapi_connection", connection))


def step_of(statement: str) -> str:
    """Return the step of a broadcast that a statement belongs to; nothing for all the others."""
    words = " ".join(statement.split())
    # A table of the moments at which it is due may come first.
    if words.startswith(("INSERT", "WITH")) and "INSERT INTO delivery " in words:
        return "fan-out"
    if not words.startswith("UPDATE delivery SET "):
        return ""
    values, _where, which = words.partition(" WHERE ")
    if "claim_token" in values:
        return "claim"
    if "claim_token <" in which:
        return "doubt"
    return "settle" if "claim_token" in which else ""


def begin_sabotage(saboteur: Saboteur) -> None:
    """Listen to every engine and to the libraries that speak to a network."""

    def before(connection: sa.Connection, cursor: DBAPICursor, statement: str, *_: object) -> None:
        saboteur.written(connection, cursor, statement)

    commit, rollback = DefaultDialect.do_commit, DefaultDialect.do_rollback

    def committing(dialect: DefaultDialect, connection: DBAPIConnection) -> None:
        saboteur.ended(connection, lambda: commit(dialect, connection), committed=True)

    def rolling_back(dialect: DefaultDialect, connection: DBAPIConnection) -> None:
        saboteur.ended(connection, lambda: rollback(dialect, connection), committed=False)

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    DefaultDialect.do_commit, DefaultDialect.do_rollback = committing, rolling_back  # type: ignore[method-assign]
    {"telegram": _telegram, "mastodon": _mastodon}[os.environ["CRASH_NETWORK"]](saboteur)


def _telegram(saboteur: Saboteur) -> None:
    import aiohttp

    ask = aiohttp.ClientSession._request  # noqa: SLF001 - every request of the library goes this way

    async def asking(session: aiohttp.ClientSession, method: str, url: object, **how: Any) -> aiohttp.ClientResponse:  # noqa: ANN401 - handed through
        if str(url).endswith("/sendMessage"):
            saboteur.reach("request", "leaves")
        return await ask(session, method, url, **how)  # type: ignore[arg-type]

    aiohttp.ClientSession._request = asking  # type: ignore[assignment,method-assign]  # noqa: SLF001 - as above


def _mastodon(saboteur: Saboteur) -> None:
    import requests

    send = requests.Session.send

    def sending(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # noqa: ANN401 - handed through
        if request.method == "POST" and (request.path_url or "").endswith("/api/v1/statuses"):
            saboteur.reach("request", "leaves")
        return send(session, request, **how)

    requests.Session.send = sending  # type: ignore[assignment,method-assign]


begin_sabotage(Saboteur(ORDERS))

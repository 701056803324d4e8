"""The books that other contenders keep: who is to be told, claimed and marked as durably as ours; standard library only."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

TEXT = (
    "<b>Liste Exemple A</b> (Marseille)\nS’engage : <b>moins de caméras</b>.\n"
    "<blockquote>« Nous réduirons fortement le nombre de caméras. »</blockquote>\nLettre du 1er février 2026."
)
"""What they tell: about as long and as marked as an announcement of ours."""


class Books:
    """One table in an SQLite file, WAL and synchronous=FULL: what is claimed may have been sent, what is marked was."""

    def __init__(self, path: Path, chats: int) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(
            "CREATE TABLE delivery (id INTEGER PRIMARY KEY, chat INTEGER, state TEXT, message INTEGER)"
        )
        self._connection.execute("CREATE INDEX due ON delivery (state, id)")
        rows = [(1_000_000 + number, "due") for number in range(chats)]
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO delivery (chat, state) VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")

    def claim(self, most: int) -> list[tuple[int, int]]:
        """Claim so many, and return the numbers of deliveries and chats."""
        chosen = "SELECT id FROM delivery WHERE state = 'due' ORDER BY id LIMIT ?"
        self._connection.execute("BEGIN IMMEDIATE")
        rows = self._connection.execute(
            f"UPDATE delivery SET state = 'claimed' WHERE id IN ({chosen}) RETURNING id, chat",  # noqa: S608 - no value from outside
            (most,),
        ).fetchall()
        self._connection.execute("COMMIT")
        return [(int(number), int(chat)) for number, chat in rows]

    def mark(self, sent: Sequence[tuple[int, int]]) -> None:
        """Mark deliveries as sent, each with the number that the message has now."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "UPDATE delivery SET state = 'sent', message = ? WHERE id = ? AND state = 'claimed'",
            [(message, number) for number, message in sent],
        )
        self._connection.execute("COMMIT")

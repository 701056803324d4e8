"""Who was answered how often, and in which thread: kept for two days without anybody's name, so that no loop goes on for ever.

A row of the inbox that is done says nothing but its number, and is deleted with the others. Here the number is made of
digests, keyed by this database's secret: nobody can tell from it whom it counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.tables import Inbox, InboxState, Installation
from pledgebot.store.upserts import insert_into

_LONGEST_ID = 100


@dataclass(frozen=True)
class Answered:
    """How many answers an account got since a moment: in one thread, and in all."""

    in_thread: int
    in_all: int


def thread_of(session: Session, source: str, post: str) -> str | None:
    """Return the thread that a post belongs to, None where nothing is known of the post."""
    found = session.scalar(
        sa.select(Inbox.external_id)
        .where(Inbox.source == _posts(source), Inbox.external_id.startswith(f"{_id(post)} ", autoescape=True))
        .limit(1)
    )
    return found.partition(" ")[2] if found is not None else None


def note_posts(session: Session, source: str, posts: Iterable[str], thread: str, now: datetime) -> None:
    """Note that posts belong to a thread."""
    _note(session, _posts(source), [f"{_id(post)} {_id(thread)}" for post in posts], now)


def note_answer(session: Session, source: str, account: str, thread: str, post: str, now: datetime) -> None:
    """Note that a post of an account is answered, in a thread."""
    name = f"{_digest(session, account)} {_digest(session, thread)} {_id(post)}"
    _note(session, _answers(source), [name], now)


def answered_since(session: Session, source: str, account: str, thread: str, since: datetime) -> Answered:
    """Count the answers that an account got since a moment."""
    mine, there = _digest(session, account), _digest(session, thread)
    names = session.scalars(
        sa.select(Inbox.external_id).where(
            Inbox.source == _answers(source), Inbox.external_id.startswith(f"{mine} "), Inbox.done_at > since
        )
    ).all()
    return Answered(sum(name.startswith(f"{mine} {there} ") for name in names), len(names))


def _note(session: Session, source: str, names: Iterable[str], now: datetime) -> None:
    rows = [
        {
            "source": source,
            "external_id": name,
            "chat": "",
            "received_at": now,
            "state": InboxState.DONE,
            "done_at": now,
        }
        for name in names
    ]
    if rows:
        statement = insert_into(session, Inbox.__table__)
        session.execute(statement.on_conflict_do_nothing(index_elements=["source", "external_id"]), rows)


def _digest(session: Session, name: str) -> str:
    installation = session.get(Installation, 1)
    key = bytes.fromhex(installation.secret) if installation is not None else b""
    return blake2b(name.encode(), key=key, digest_size=8).hexdigest()


def _id(post: str) -> str:
    """Return an id as it is kept: one word, which holds no more than the column takes."""
    return "".join(post.split())[:_LONGEST_ID]


def _posts(source: str) -> str:
    return f"{source}:posts"


def _answers(source: str) -> str:
    return f"{source}:answers"

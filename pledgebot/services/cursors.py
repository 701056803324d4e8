"""Where the bot stands with a network: one short text by name, which outlives a restart."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.tables import Cursor
from pledgebot.store.upserts import insert_into


def read_cursor(session: Session, name: str) -> str | None:
    """Return what was last written under a name, None where nothing was."""
    return session.scalar(sa.select(Cursor.value).where(Cursor.name == name))


def write_cursor(session: Session, name: str, value: str, now: datetime) -> None:
    """Write a text of at most 200 characters under a name of at most 100, in place of what stood there."""
    session.execute(
        insert_into(session, Cursor.__table__)
        .values(name=name, value=value, moved_at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value, "moved_at": now})
    )

"""What came in: kept before it is acknowledged, handled once, erased as soon as it is done. Each act is one statement."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.engine import fetch
from pledgebot.store.tables import Base, Inbox, InboxState
from pledgebot.store.upserts import insert_into

DONE_KEPT = timedelta(days=2)
"""How long it is known that an update was handled. Telegram brings one again for 24 hours at most."""
SET_ASIDE_KEPT = timedelta(days=7)
"""How long an update that could not be handled is kept, so that a person can look into it."""

_WAITING = (InboxState.NEW, InboxState.ANSWERED)


# Of the table and not of the mapped class, and put together once: under a flood thousands of rows are read again and again.
_ROWS = Base.metadata.tables[Inbox.__tablename__]
_COLUMNS = (
    _ROWS.c.id, _ROWS.c.external_id, _ROWS.c.chat, _ROWS.c.state, _ROWS.c.payload, _ROWS.c.received_at,
)  # fmt: skip
_OPEN = sa.and_(_ROWS.c.source == sa.bindparam("source"), _ROWS.c.state.in_(_WAITING))
_BEHIND = sa.and_(_OPEN, _ROWS.c.id > sa.bindparam("after"))
_PAGE = sa.select(*_COLUMNS).where(_BEHIND).order_by(_ROWS.c.id).limit(sa.bindparam("limit"))
_NUMBERS = sa.select(_ROWS.c.id).where(_BEHIND).order_by(_ROWS.c.id).limit(sa.bindparam("limit"))
_SOME = (
    sa.select(*_COLUMNS)
    .where(_OPEN, _ROWS.c.id.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(_ROWS.c.id)
)  # fmt: skip


@dataclass(frozen=True)
class ReceivedUpdate:
    """An update as it came: its number at the network, the chat that it belongs to, its text."""

    external_id: str
    chat: str
    payload: str


@dataclass(frozen=True)
class InboxItem:
    """An update that is not done: `payload` is what came while it is `NEW`, and the replies to it once it is `ANSWERED`."""

    id: int
    external_id: str
    chat: str
    state: InboxState
    payload: str | None
    received_at: datetime


@dataclass(frozen=True)
class InboxCounts:
    """How many updates wait, since when the oldest does, and how many were set aside."""

    waiting: int
    oldest: datetime | None
    set_aside: int


def keep_updates(session: Session, source: str, updates: Iterable[ReceivedUpdate], now: datetime) -> int:
    """Keep updates of a source, and return how many are new: one that comes again is left out."""
    rows = [
        {
            "source": source,
            "external_id": update.external_id,
            "chat": update.chat,
            "payload": _storable(update.payload),
            "received_at": now,
            "state": InboxState.NEW,
        }
        for update in updates
    ]
    if not rows:
        return 0
    statement = insert_into(session, Inbox.__table__).on_conflict_do_nothing(index_elements=["source", "external_id"])
    return len(session.execute(statement.returning(Inbox.id), rows).all())


def leave_replies(session: Session, source: str, external_id: str, chat: str, replies: str, now: datetime) -> bool:
    """Leave something to be said to a chat that answers no update, once for each id; False when it was left before."""
    row = {
        "source": source,
        "external_id": external_id,
        "chat": chat,
        "payload": _storable(replies),
        "received_at": now,
        "state": InboxState.ANSWERED,
    }
    statement = insert_into(session, Inbox.__table__).on_conflict_do_nothing(index_elements=["source", "external_id"])
    return session.execute(statement.returning(Inbox.id), [row]).scalar() is not None


def keep_left(session: Session, item: int, replies: str) -> bool:
    """Note what is still to be said of an update of which a part was said; False when it is done."""
    return _mark(session, [item], _WAITING, state=InboxState.ANSWERED, payload=_storable(replies)) == 1


def _storable(payload: str) -> str:
    """Return a payload that every database takes: one that is refused would be fetched for ever."""
    return payload.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def waiting(
    session: Session, source: str, limit: int, after: int = 0, besides: Collection[int] = ()
) -> tuple[InboxItem, ...]:
    """Return the updates of a source that are not done, oldest first; those whose row has a higher number than `after`.

    `besides` are the numbers of rows that are known already: of those nothing but the number is read.
    """
    if not besides:
        found = {"source": source, "after": after, "limit": limit}
        return tuple(InboxItem(*row) for row in fetch(session, _PAGE, found))
    numbers = fetch(session, _NUMBERS, {"source": source, "after": after, "limit": limit + len(besides)}).scalars()
    new = [number for number in numbers if number not in besides][:limit]
    rows = fetch(session, _SOME, {"source": source, "numbers": new}) if new else ()
    return tuple(InboxItem(*row) for row in rows)


def read_item(session: Session, item: int) -> InboxItem | None:
    """Return one update as it stands now, None when it is gone."""
    columns = (Inbox.id, Inbox.external_id, Inbox.chat, Inbox.state, Inbox.payload, Inbox.received_at)
    row = session.execute(sa.select(*columns).where(Inbox.id == item)).first()
    return InboxItem(*row) if row is not None else None


def mark_answered(session: Session, item: int, replies: str) -> bool:
    """Note, in the transaction of an update's effects, that they are done, with the replies that are still to be sent.

    Returns False when somebody else has handled it meanwhile: then nothing of the transaction may stay.
    """
    return _mark(session, [item], (InboxState.NEW,), state=InboxState.ANSWERED, payload=_storable(replies)) == 1


def mark_done(session: Session, items: Iterable[int], now: datetime) -> int:
    """Note that updates are done, and erase what they said and where; return how many were not done before.

    Of what is done only its number at the network stays, by which it is known when it comes again.
    """
    return _mark(session, items, _WAITING, state=InboxState.DONE, payload=None, chat="", done_at=now)


def set_aside(session: Session, item: int, now: datetime) -> bool:
    """Set an update aside that cannot be handled, so that it does not keep others waiting. False when it is done already."""
    return _mark(session, [item], _WAITING, state=InboxState.SET_ASIDE, done_at=now) == 1


def _mark(session: Session, items: Iterable[int], states: Iterable[InboxState], **values: object) -> int:
    marked = (
        sa.update(_ROWS)
        .where(_ROWS.c.id.in_(list(items)), _ROWS.c.state.in_(list(states)))
        .values(**values)
        .returning(_ROWS.c.id)
    )
    return len(session.execute(marked).all())


def tidy_inbox(session: Session, now: datetime) -> int:
    """Delete what was done two days ago, and what was set aside a week ago; return how many."""
    old = sa.or_(
        sa.and_(Inbox.state == InboxState.DONE, Inbox.done_at <= now - DONE_KEPT),
        sa.and_(Inbox.state == InboxState.SET_ASIDE, Inbox.done_at <= now - SET_ASIDE_KEPT),
    )
    deleted = sa.delete(Inbox).where(old).returning(Inbox.id).execution_options(synchronize_session=False)
    return len(session.scalars(deleted).all())


def inbox_counts(session: Session) -> InboxCounts:
    """Return how much waits in the inbox, of all sources."""
    is_waiting = Inbox.state.in_(_WAITING)
    row = session.execute(
        sa.select(
            sa.func.count().filter(is_waiting),
            sa.func.min(Inbox.received_at).filter(is_waiting),
            sa.func.count().filter(Inbox.state == InboxState.SET_ASIDE),
        ).where(Inbox.state != InboxState.DONE)
    ).one()
    return InboxCounts(*row)

"""The revision of the installation: a number that rises with whatever may change an answer, and what is kept for one.

It rises in the transaction of the change, and the row that holds it stays locked until that transaction ends. So changes come
one after the other, and two readers that see one revision see the same lists, names, stances and contacts.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.engine import fetch
from pledgebot.store.tables import Base, Installation

T = TypeVar("T")

Reader = Callable[[Session], T]


@dataclass(frozen=True)
class Versions:
    """How far an installation has come: its revision, and the version of its names. Zero before the first synchronisation."""

    revision: int = 0
    names: int = 0


@dataclass
class _Rising:
    """What a transaction that writes will raise when it commits."""

    names: bool = False


# Of the table and not of the mapped class: every question asks it, and nothing of it is ever waiting to be written.
_TABLE = Base.metadata.tables[Installation.__tablename__]
_VERSIONS = sa.select(_TABLE.c.revision, _TABLE.c.names_version)
_SEEN, _RISING = "versions seen", "versions rising"
"""What is noted in `Session.info`, which lives as long as the transaction that one session is for."""


def current_revision(session: Session) -> int:
    """Return the revision that this transaction sees."""
    return current_versions(session).revision


def current_versions(session: Session) -> Versions:
    """Return the versions that this transaction sees, read once in it."""
    seen: Versions | None = session.info.get(_SEEN)
    if seen is None:
        row = fetch(session, _VERSIONS).first()
        seen = session.info[_SEEN] = Versions(row[0], row[1]) if row is not None else Versions()
    return seen


def raise_revision(session: Session, *, names: bool = False) -> None:
    """Let the revision rise with this transaction; with `names`, the version of the names too.

    The UPDATE is the last statement before the commit. Every act locks this one row: two that did it halfway, and then
    waited for other rows of each other, would wait for ever.
    """
    rising: _Rising | None = session.info.get(_RISING)
    if rising is None:
        rising = session.info[_RISING] = _Rising()
        if not sa.event.contains(session, "before_commit", _rise):
            sa.event.listen(session, "before_commit", _rise)
    rising.names = rising.names or names


def _rise(session: Session) -> None:
    # When only a part of the whole commits, what follows may still wait for rows of others.
    rising: _Rising | None = None if session.in_nested_transaction() else session.info.pop(_RISING, None)
    if rising is None:
        return
    session.info.pop(_SEEN, None)
    session.flush()
    values = {"revision": Installation.revision + 1}
    if rising.names:
        values["names_version"] = Installation.names_version + 1
    session.execute(sa.update(Installation).values(values).execution_options(synchronize_session=False))


def has_changes(session: Session, *, of_names: bool = False) -> bool:
    """Tell whether this transaction changed what answers are made of (or names): nobody else may see it, or ever will."""
    rising: _Rising | None = session.info.get(_RISING)
    return rising is not None and (rising.names or not of_names)


MOST_THINGS = 2_000
"""How many of many things are remembered: screens of some kilobytes each."""


@dataclass
class _Kept:
    revision: int = -1
    values: dict[Reader[object], object] = field(default_factory=dict)
    some: OrderedDict[Hashable, object] = field(default_factory=OrderedDict)


class Remembered:
    """Keeps what was read for one revision and is asked for by every question: the demands, the calendar, the letter.

    Whoever answers many questions has one; threads may share it. What a transaction sees that has changes of its own is read
    from the database and not kept.
    """

    def __init__(self, most: int = MOST_THINGS) -> None:
        """Remember so many of many things at most."""
        self._most = most
        self._kept = _Kept()
        self._lock = Lock()

    def read(self, session: Session, reader: Reader[T]) -> T:
        """Return what a reader reads, as this transaction sees it. The reader is its own key: a function, no lambda."""
        kept = self._of(session)
        if kept is None:
            return reader(session)
        if reader not in kept.values:
            kept.values[reader] = reader(session)
        return cast("T", kept.values[reader])

    def read_one(self, session: Session, key: Hashable, reader: Reader[T]) -> T:
        """Return one of many things that a reader reads, known by a key; those longest unread are forgotten first."""
        kept = self._of(session)
        if kept is None:
            return reader(session)
        with self._lock:
            if key in kept.some:
                kept.some.move_to_end(key)
                return cast("T", kept.some[key])
        value = reader(session)
        with self._lock:
            kept.some[key] = value
            if len(kept.some) > self._most:
                kept.some.popitem(last=False)
        return value

    def _of(self, session: Session) -> "_Kept | None":
        """Return what is kept for the revision that a transaction sees, None when nothing may be read from or kept there."""
        if has_changes(session):
            return None
        revision = current_revision(session)
        if revision > self._kept.revision:
            self._kept = _Kept(revision)
        kept = self._kept
        # Another transaction may have seen a change already that this one, which began before it, does not see.
        return kept if kept.revision == revision else None

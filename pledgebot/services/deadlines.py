"""For how long a network wants to hear nothing, in all or at one place: kept so that a restart does not knock.

`telegram` is the road to all of a network, `telegram:-100123` to one place there. A row says until when by the machine's clock,
and how long that was when it was kept: where the clock was put back since, nobody is held for longer than that. One that was
put forward ends a deadline early after a restart, since nothing else tells how long nobody worked; the network then says again
what it wants, and that is kept.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.services.network_waits import tell_of_wait
from pledgebot.store.tables import Pace
from pledgebot.store.upserts import insert_into

_WAIT = "wait_seconds"
_UNKNOWN = timedelta(days=1)
"""An older version did not keep how long a wait was; nobody saw a longer one."""


def keep_deadlines(session: Session, channel: str, waits: Mapping[str | None, timedelta], now: datetime) -> None:
    """Keep for how long a network wants to hear nothing, from whom (None: from all of us); organizers are told of long waits.

    A later deadline that is kept already stands. What is over is deleted.
    """
    forget_past(session, now)
    for address, wait in waits.items():
        if wait <= timedelta(0):
            continue
        tell_of_wait(session, channel, address, now + wait, wait, now)
        row = insert_into(session, Pace.__table__).values(
            road=_road(channel, address), not_before=now + wait, spent={_WAIT: wait.total_seconds()}
        )
        later = sa.or_(Pace.not_before.is_(None), Pace.not_before < row.excluded.not_before)
        news = {"not_before": row.excluded.not_before, "spent": row.excluded.spent}
        session.execute(row.on_conflict_do_update(index_elements=["road"], set_=news, where=later))


def read_deadlines(session: Session, channel: str, now: datetime) -> dict[str | None, timedelta]:
    """Return for how much longer a network wants to hear nothing, from whom (None: from all of us)."""
    rows = session.execute(sa.select(Pace).where(_of(channel), Pace.not_before > now)).scalars()
    return {row.road.partition(":")[2] or None: _left(row, now) for row in rows}


def forget_deadline(session: Session, channel: str, address: str) -> None:
    """Delete what is kept of a place that is erased, or has another address now."""
    session.execute(sa.delete(Pace).where(Pace.road == _road(channel, address)))


def forget_past(session: Session, now: datetime) -> None:
    """Delete deadlines that are over. What was spent of a network's quotas stays."""
    over = sa.delete(Pace).where(sa.or_(*map(_of, _CHANNELS)), Pace.not_before <= now)
    session.execute(over.execution_options(synchronize_session=False))


def of_one_place() -> sa.ColumnElement[bool]:
    """Return the condition that a road leads to one place only: whose address is nothing to show."""
    return sa.or_(*(Pace.road.startswith(f"{channel}:", autoescape=True) for channel in _CHANNELS))


_CHANNELS = ("telegram",)
"""The networks whose deadlines are kept here; Mastodon's are a part of its quotas."""


def _road(channel: str, address: str | None) -> str:
    return channel if address is None else f"{channel}:{address}"


def _of(channel: str) -> sa.ColumnElement[bool]:
    return sa.or_(Pace.road == channel, Pace.road.startswith(f"{channel}:", autoescape=True))


def _left(row: Pace, now: datetime) -> timedelta:
    seconds = row.spent.get(_WAIT)
    most = timedelta(seconds=seconds) if isinstance(seconds, int | float) else _UNKNOWN
    return min((row.not_before or now) - now, most)

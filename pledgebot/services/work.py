"""Who works: one lease covers polling, sending and ticks, and its token marks every claim."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.tables import Lease
from pledgebot.store.upserts import insert_into

LEASE_LIFE = timedelta(seconds=11)
"""Renewed every two seconds: when a worker dies, another one goes on within fifteen."""


def take_lease(
    session: Session, name: str, owner: str, now: datetime, life: timedelta = LEASE_LIFE, *, alone: bool = False
) -> int | None:
    """Take the lease if it is free, expired or ours, and return its token; None while another worker holds it.

    The token grows with every change of hands. The clock is the caller's; on PostgreSQL the database's own. Who is provably
    `alone` (by the lock file of an SQLite database) need not wait for the end of a dead worker's lease.
    """
    moment = session.scalar(sa.select(sa.func.now())) if session.get_bind().dialect.name == "postgresql" else now
    moment = moment or now
    # Two workers may begin on a new database at once: the row is made by whoever is first, and read under its lock by both.
    made = insert_into(session, Lease.__table__).values(name=name, owner=owner, token=1, expires_at=moment + life)
    session.execute(made.on_conflict_do_nothing(index_elements=["name"]))
    lease = session.scalars(sa.select(Lease).where(Lease.name == name).with_for_update()).one()
    if lease.owner != owner and lease.expires_at > moment and not alone:
        return None
    if lease.owner != owner:
        lease.owner, lease.token = owner, lease.token + 1
    lease.expires_at = moment + life
    return lease.token


def is_held(session: Session, name: str, now: datetime) -> bool:
    """Tell whether anybody holds the lease: by the caller's clock, on PostgreSQL by the database's own."""
    moment = session.scalar(sa.select(sa.func.now())) if session.get_bind().dialect.name == "postgresql" else now
    expires_at = session.scalar(sa.select(Lease.expires_at).where(Lease.name == name))
    return expires_at is not None and expires_at > (moment or now)


def release_lease(session: Session, name: str, owner: str, now: datetime) -> None:
    """Give the lease back, so that the next worker need not wait for its end."""
    session.execute(sa.update(Lease).where(Lease.name == name, Lease.owner == owner).values(expires_at=now))

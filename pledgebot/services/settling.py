"""Settling: what became of a claim. It names the claim's token, so that a worker that lost its lease changes nothing.

What was told together is settled together: settling one settles all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from pledgebot.domain.delivery import DeliveryState, back_off
from pledgebot.services import bundles, subscriber_places
from pledgebot.store.tables import Delivery, Destination


def _settle(session: Session, delivery: int, token: int, **values: object) -> bool:
    """Settle a claim of ours, with all that is told by the same message; False when it is no longer ours."""
    mine = (Delivery.state == DeliveryState.CLAIMED, Delivery.claim_token == token)
    changed = session.scalars(
        sa.update(Delivery)
        .where(bundles.with_mates(delivery), *mine)
        .values(**values)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(changed)


def settle_sent(session: Session, delivery: int, token: int, remote_id: str, now: datetime) -> bool:
    """Settle a claim as sent, with the id that the network gave."""
    return _settle(session, delivery, token, state=DeliveryState.SENT, remote_id=remote_id, sent_at=now)


@dataclass(frozen=True)
class Sent:
    """A delivery that arrived: the id that the network gave, and when."""

    delivery: int
    remote_id: str
    at: datetime


_DELIVERY = cast("sa.Table", Delivery.__table__)
_SENT = (
    sa.update(_DELIVERY)
    .where(
        _DELIVERY.c.id == sa.bindparam("number"),
        _DELIVERY.c.state == DeliveryState.CLAIMED,
        _DELIVERY.c.claim_token == sa.bindparam("token"),
    )
    .values(state=DeliveryState.SENT, remote_id=sa.bindparam("remote"), sent_at=sa.bindparam("at"))
)


def settle_quickly(connection: Connection, arrived: Iterable[Sent], token: int) -> None:
    """Settle claims as sent of what was told alone. What is no longer this worker's own stays as it is."""
    values = [{"number": one.delivery, "token": token, "remote": one.remote_id, "at": one.at} for one in arrived]
    connection.execute(_SENT, values if len(values) > 1 else values[0])


def settle_later(
    session: Session, delivery: int, token: int, attempts: int, now: datetime, retry_after: timedelta | None
) -> bool:
    """Settle a claim as provably not sent, to be tried again after the server's own wait or the back-off."""
    return _settle(
        session, delivery, token, state=DeliveryState.DUE, due_at=now + back_off(attempts, retry_after), claimed_at=None
    )


def settle_failed(session: Session, delivery: int, token: int, reason: str) -> bool:
    """Settle a claim as provably not sent, for good."""
    return _settle(session, delivery, token, state=DeliveryState.FAILED, reason=reason)


def settle_gone(session: Session, delivery: int, token: int, reason: str, now: datetime) -> bool:
    """Settle a claim as provably not sent because the place is gone, and end the place: nothing more is sent there."""
    to = _place_of(session, delivery)
    if to is None:
        return False
    subscriber_places.lock_places(session, *to)
    if not settle_failed(session, delivery, token, reason):
        return False
    subscriber_places.end_place(session, *to, now)
    return True


def settle_moved(session: Session, delivery: int, token: int, new_address: str, now: datetime) -> bool:
    """Settle a claim as provably not sent because the place has another address: due there at once, as if never tried."""
    to = _place_of(session, delivery)
    if to is None:
        return False
    subscriber_places.one_move_at_a_time(session)
    subscriber_places.lock_places(session, *to, new_address)
    again = {"due_at": now, "claimed_at": None, "attempts": Delivery.attempts - 1}
    if not _settle(session, delivery, token, state=DeliveryState.DUE, **again):
        return False
    subscriber_places.move_place(session, *to, new_address, now)
    return True


def _place_of(session: Session, delivery: int) -> tuple[str, str] | None:
    """Return the channel and address of a delivery; None where the place was erased meanwhile."""
    to = sa.select(Destination.channel, Destination.address).join(Delivery, Delivery.destination_id == Destination.id)
    row = session.execute(to.where(Delivery.id == delivery)).first()
    return (row.channel, row.address) if row is not None else None


def settle_uncertain(session: Session, delivery: int, token: int, reason: str) -> bool:
    """Settle a claim as a doubt: nobody knows whether it was sent, so it is never repeated by itself."""
    return _settle(session, delivery, token, state=DeliveryState.UNCERTAIN, reason=reason)


def release_unsent(session: Session, delivery: int, token: int) -> bool:
    """Give back a claim before its send began, because the public may no longer be spoken to: it is due as before."""
    return _settle(session, delivery, token, state=DeliveryState.DUE, claimed_at=None, attempts=Delivery.attempts - 1)

"""Claims of what one event says to many, at a fraction of the cost: one statement that takes all that has the same words.

What it does not take is left to `claims`: where something stands in the way, where words are new, where a brake is on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.claims import Worded
from pledgebot.store.tables import Brake, Delivery, Destination, Event, Wording

_DELIVERY = cast("sa.Table", Delivery.__table__)
_EVENT = cast("sa.Table", Event.__table__)
_WORDING = cast("sa.Table", Wording.__table__)
_BRAKE = cast("sa.Table", Brake.__table__)
_DESTINATION = cast("sa.Table", Destination.__table__)


def _claim_of(which: sa.ColumnElement[bool]) -> sa.UpdateBase:
    wording = sa.select(_WORDING.c.id).where(_WORDING.c.hash == sa.bindparam("hash"))
    event = sa.select(_EVENT.c.id).where(
        _EVENT.c.id == sa.bindparam("event"), sa.cast(_EVENT.c.facts, sa.Text) == sa.bindparam("stored")
    )
    braked = sa.select(_BRAKE.c.id).where(_BRAKE.c.ended_at.is_(None))
    return (
        sa.update(_DELIVERY)
        .where(
            which,
            _DELIVERY.c.state == DeliveryState.DUE,
            _DELIVERY.c.event_id == sa.bindparam("event"),
            event.exists(),
            wording.exists(),
            ~braked.exists(),
        )
        .ordered_values(
            (_DELIVERY.c.state, DeliveryState.CLAIMED),
            (_DELIVERY.c.claimed_at, sa.bindparam("at", type_=_DELIVERY.c.claimed_at.type)),
            (_DELIVERY.c.claim_token, sa.bindparam("token", type_=sa.Integer)),
            (_DELIVERY.c.attempts, _DELIVERY.c.attempts + 1),
            (_DELIVERY.c.bundle_id, sa.null()),
            (_DELIVERY.c.wording_id, wording.scalar_subquery()),
        )
        .returning(_DELIVERY.c.id)
    )


_ONE = _claim_of(_DELIVERY.c.id == sa.bindparam("number"))
_MANY = _claim_of(_DELIVERY.c.id.in_(sa.bindparam("numbers", expanding=True)))

# As `claims` locks them: the places against deletion, the event against being changed, the words against being forgotten.
_PLACES = (
    sa.select(_DESTINATION.c.id)
    .where(
        _DESTINATION.c.id.in_(
            sa.select(_DELIVERY.c.destination_id).where(_DELIVERY.c.id.in_(sa.bindparam("numbers", expanding=True)))
        )
    )
    .order_by(_DESTINATION.c.id)
    .with_for_update(read=True, key_share=True)
)
_SAID = sa.select(_EVENT.c.id).where(_EVENT.c.id == sa.bindparam("event")).with_for_update(read=True)
_KEPT = (
    sa.select(_WORDING.c.id).where(_WORDING.c.hash == sa.bindparam("hash")).with_for_update(read=True, key_share=True)
)


def claim_quickly(connection: Connection, worded: Iterable[Worded], token: int, now: datetime) -> frozenset[int]:
    """Claim those of some deliveries that only say what one event says, and return those that are this worker's own now."""
    groups: dict[tuple[int, str, str], list[int]] = {}
    for item in worded:
        if item.is_plain:
            groups.setdefault((item.event, item.stored, item.words.hash), []).append(item.delivery)
    claimed: set[int] = set()
    for (event, stored, digest), numbers in groups.items():
        shared = {"event": event, "hash": digest}
        if connection.dialect.name != "sqlite":
            _lock(connection, numbers, shared)
        values = {**shared, "stored": stored, "at": now, "token": token}
        if len(numbers) == 1:
            won = connection.execute(_ONE, {**values, "number": numbers[0]})
        else:
            won = connection.execute(_MANY, {**values, "numbers": numbers})
        claimed.update(won.scalars())
    return frozenset(claimed)


def _lock(connection: Connection, numbers: Sequence[int], shared: dict[str, object]) -> None:
    """Lock what is not to change; whoever writes to an SQLite database writes alone."""
    connection.execute(_PLACES, {"numbers": numbers})
    connection.execute(_SAID, shared)
    connection.execute(_KEPT, shared)

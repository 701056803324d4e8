"""What the network says of a place that is written to: it is gone, it is back, it has another address."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.deadlines import forget_deadline
from pledgebot.services.privacy import erase_places
from pledgebot.services.subscriber_views import COLUMNS
from pledgebot.store.tables import Bundle, Cursor, Delivery, Destination, Subscription

ENDED_KEPT = timedelta(days=30)
"""How long the choices of a place that is gone are kept, in case it comes back."""

GONE = "the place is gone"
_AT_ONCE = 500
_MOVES = 7_044_001
"""The number of the lock under which places move; any that nothing else of ours has."""
_TOLD = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.CLAIMED)


def end_place(session: Session, channel: str, address: str, now: datetime) -> int:
    """End a place in all topics of its forum, because it can no longer be written to; return how many rows ended.

    What waits for it is cancelled. Its choices stay for thirty days, for whoever comes back.
    """
    rows = lock_places(session, channel, address)
    ended = [row for row in rows if row.ended_at is None]
    for row in ended:
        row.ended_at = now
    if any(row.audience is not Audience.SUBSCRIBER for row in ended):
        write_cursor(session, _gone(channel, address), now.isoformat(), now)
    session.flush()
    waits = Delivery.state.in_([DeliveryState.DUE, DeliveryState.HELD])
    session.execute(
        sa.update(Delivery)
        .where(Delivery.destination_id.in_([row.id for row in rows]), waits)
        .values(state=DeliveryState.CANCELLED, reason=GONE)
    )
    return len(ended)


def revive_place(session: Session, channel: str, address: str, now: datetime) -> int:
    """Let a place that had ended be told from now on, because it can be written to again; return how many rows that were.

    One that the configuration names comes back only if it was the network that ended it: else it was taken out of there.
    """
    gone = read_cursor(session, _gone(channel, address)) is not None
    ended = [row for row in lock_places(session, channel, address) if row.ended_at is not None]
    revived = [row for row in ended if row.audience is Audience.SUBSCRIBER or gone]
    for row in revived:
        revive(row, now)
    if gone:
        session.execute(sa.delete(Cursor).where(Cursor.name == _gone(channel, address)))
    session.flush()
    return len(revived)


def revive(row: Destination, now: datetime) -> None:
    """Let one destination be told from now on; of what was published before it hears nothing."""
    row.ended_at, row.created_at = None, now


def written_to(session: Session, channel: str, after: int, limit: int) -> tuple[tuple[int, str], ...]:
    """Return followers' places on a channel that have not ended: number and address, by number, those above `after`."""
    alive = (Destination.audience == Audience.SUBSCRIBER, Destination.ended_at.is_(None))
    rows = session.execute(
        sa.select(Destination.id, Destination.address)
        .where(Destination.channel == channel, *alive, Destination.id > after)
        .order_by(Destination.id)
        .limit(limit)
    )
    return tuple((number, address) for number, address in rows)


def forget_ended(session: Session, now: datetime) -> int:
    """Delete followers' places that ended thirty days ago, some hundreds at a time, and return how many."""
    ended = (
        sa.select(Destination.id)
        .where(Destination.audience == Audience.SUBSCRIBER, Destination.ended_at <= now - ENDED_KEPT)
        .order_by(Destination.id)
        .limit(_AT_ONCE)
    )
    places = session.scalars(ended).all()
    erase_places(session, places)
    return len(places)


def _gone(channel: str, address: str) -> str:
    return f"gone:{channel}:{address}"


def lock_places(session: Session, channel: str, *addresses: str) -> list[Destination]:
    """Return the rows of addresses in all topics, locked until the transaction ends.

    To be called before deliveries of theirs are changed: everybody locks places first, by number, so that no two wait for
    each other.
    """
    session.flush()
    here = sa.select(Destination).where(Destination.channel == channel, Destination.address.in_(addresses))
    locked = here.order_by(Destination.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))


def one_move_at_a_time(session: Session) -> None:
    """Wait for other moves to end, and keep the next ones waiting until the transaction ends.

    To be called before places are locked: two groups that become one take each other's new addresses, topic by topic, and
    would wait in a circle. Where only one may write at a time anyway there is nothing to do.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MOVES})


def move_place(session: Session, channel: str, old: str, new: str, now: datetime) -> None:
    """Give a place its new address in all topics of its forum; doing it again changes nothing.

    Where the new address is known already the two become one: with the topics of both, the earlier consent, the later
    choices, and every delivery once. What was sent to the old address can no longer be changed or answered: messages are
    numbered anew at the new one, so the numbers that they had are blanked.
    """
    if old == new:
        return
    one_move_at_a_time(session)
    rows = lock_places(session, channel, old, new)
    write_cursor(session, f"moved:{channel}:{old}", new, now)
    forget_deadline(session, channel, old)
    there = {row.thread: row for row in rows if row.address == new}
    for row in [row for row in rows if row.address == old]:
        numbered = (Delivery.destination_id == row.id, Delivery.remote_id.is_not(None))
        session.execute(sa.update(Delivery).where(*numbered).values(remote_id=""))
        twin = there.get(row.thread) or _readdress(session, row, new)
        if twin is not None:
            _merge(session, row, twin)
    session.flush()


def _readdress(session: Session, row: Destination, new: str) -> Destination | None:
    """Give a row its new address. Where somebody else made one there in this moment, return that one instead."""
    channel, thread = row.channel, row.thread
    session.flush()
    try:
        with session.begin_nested():
            row.address = new
    except IntegrityError:
        twins = [twin for twin in lock_places(session, channel, new) if twin.thread == thread]
        if not twins:
            raise
        session.refresh(row)
        return twins[0]
    return None


def _merge(session: Session, old: Destination, new: Destination) -> None:
    """Make one of two rows: the older one, since a fan-out that is under way goes up by number and has passed it first."""
    kept, gone = (old, new) if old.id < new.id else (new, old)
    values = _united(old, new)
    _unite_topics(session, kept.id, gone.id)
    _unite_bundles(session, kept.id, gone.id)
    _unite_deliveries(session, kept.id, gone.id)
    erase_places(session, [gone.id])
    session.expunge(gone)
    for name, value in values.items():
        setattr(kept, name, value)
    session.flush()


def _united(old: Destination, new: Destination) -> dict[str, object]:
    """Return the choices of the later row, with the earlier consent, told since the first of the two that has not ended."""
    active = [row for row in (old, new) if row.ended_at is None]
    consents = [row.consented_at for row in (old, new) if row.consented_at is not None]
    # What the configuration names stays what it is there.
    configured = next((row.audience for row in (old, new) if row.audience is not Audience.SUBSCRIBER), None)
    return {
        "address": new.address,
        "audience": configured or new.audience,
        "place": new.place,
        "language": new.language,
        "rhythm": new.rhythm,
        "hour": new.hour,
        "weekday": new.weekday,
        "zone": new.zone or old.zone,
        "quiet_from": new.quiet_from,
        "quiet_to": new.quiet_to,
        "consented_at": min(consents, default=None),
        "created_at": min(row.created_at for row in active or (old, new)),
        "ended_at": None if active else new.ended_at,
    }


def _unite_topics(session: Session, kept: int, gone: int) -> None:
    rows = session.scalars(
        sa.select(Subscription).where(Subscription.destination_id.in_([kept, gone])).order_by(Subscription.id)
    ).all()
    followed: dict[tuple[str, int | None], Subscription] = {}
    for row in rows:
        column = COLUMNS.get(row.topic)
        number = getattr(row, column.key) if column is not None else None
        if followed.setdefault((row.topic, number), row) is not row:
            session.delete(row)
    session.flush()
    everything = any(row.topic is TopicKind.ALL for row in followed.values())
    for row in followed.values():
        if everything and row.topic is not TopicKind.ALL:
            session.delete(row)
        else:
            row.destination_id = kept
    session.flush()


def _unite_bundles(session: Session, kept: int, gone: int) -> None:
    """Give each digest its deliveries of both; one that both have becomes the kept one's."""
    there = {row.occurrence: row for row in _bundles(session, kept)}
    for bundle in _bundles(session, gone):
        same = there.get(bundle.occurrence)
        if same is None:
            bundle.destination_id = kept
        else:
            session.execute(sa.update(Delivery).where(Delivery.bundle_id == bundle.id).values(bundle_id=same.id))
    session.flush()


def _bundles(session: Session, destination: int) -> Iterable[Bundle]:
    return session.scalars(sa.select(Bundle).where(Bundle.destination_id == destination)).all()


def _unite_deliveries(session: Session, kept: int, gone: int) -> None:
    """Move every delivery to the kept row. Where both have the same, what was told or is being told is not told again."""
    mine = {_key(row): row for row in _deliveries_of(session, kept)}
    for row in _deliveries_of(session, gone):
        same = mine.get(_key(row))
        if same is None:
            row.destination_id = kept
            continue
        stays, goes = (row, same) if _standing(row) > _standing(same) else (same, row)
        session.flush()
        session.execute(sa.update(Delivery).where(Delivery.acts_on_id == goes.id).values(acts_on_id=stays.id))
        session.delete(goes)
        session.flush()
        stays.destination_id = kept
    session.flush()


def _standing(row: Delivery) -> tuple[bool, bool]:
    """Return how much a delivery has come to: whether it was or is being told, and whether its message can be found again."""
    return row.state in _TOLD, bool(row.remote_id)


def _deliveries_of(session: Session, destination: int) -> Iterable[Delivery]:
    here = sa.select(Delivery).where(Delivery.destination_id == destination).order_by(Delivery.id)
    return session.scalars(here.with_for_update().execution_options(populate_existing=True)).all()


def _key(row: Delivery) -> tuple[object, ...]:
    return row.event_id, row.part, row.action

"""What a place follows, by which a reminder is narrowed to what concerns it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import TopicKind, Topics
from pledgebot.store.tables import Subscription

_FOLLOWED = sa.select(
    Subscription.topic, Subscription.constituency_id, Subscription.list_id, Subscription.banner_id
).where(Subscription.destination_id == sa.bindparam("place"))


def follows_of(session: Session, destination: int) -> Topics | None:
    """Return the places, lists and banners that a destination follows; None where it follows everything or a demand."""
    rows = session.execute(_FOLLOWED, {"place": destination}).all()
    if any(row.topic in {TopicKind.ALL, TopicKind.DEMAND} for row in rows):
        return None
    return Topics(
        lists=tuple(sorted(row.list_id for row in rows if row.list_id is not None)),
        banners=tuple(sorted(row.banner_id for row in rows if row.banner_id is not None)),
        constituencies=tuple(sorted(row.constituency_id for row in rows if row.constituency_id is not None)),
    )

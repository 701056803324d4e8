"""A city whose parts vote apart, seen as one: the banners under which its lists stand."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.tables import Banner, CandidateList


def banners_in(session: Session, places: Iterable[int], round_id: int) -> tuple[int, ...]:
    """Return the banners that lists bear in any of these places in a round, by name."""
    bearing = sa.select(CandidateList.banner_id).where(
        CandidateList.constituency_id.in_(tuple(places)), CandidateList.round_id == round_id
    )
    return tuple(session.scalars(sa.select(Banner.id).where(Banner.id.in_(bearing)).order_by(Banner.normal)))

"""When a network wants to hear nothing at all, as organizers are shown it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.services.deadlines import of_one_place
from pledgebot.store.tables import Pace


@dataclass(frozen=True)
class Stop:
    """A network to which nothing is sent until a moment, because it asked for that."""

    road: str
    until: datetime


def stops(session: Session, now: datetime) -> tuple[Stop, ...]:
    """Return the roads on which nothing is sent now, and until when; not those to one place, which may be a follower's."""
    held = sa.select(Pace.road, Pace.not_before).where(Pace.not_before > now, ~of_one_place()).order_by(Pace.road)
    return tuple(Stop(road, until) for road, until in session.execute(held) if until is not None)

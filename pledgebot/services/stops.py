"""When a network wants to hear nothing at all: kept so that a restart does not knock, and shown to organizers."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.tables import Pace
from pledgebot.store.upserts import insert_into


@dataclass(frozen=True)
class Stop:
    """A network to which nothing is sent until a moment, because it asked for that."""

    road: str
    until: datetime


def keep_stop(session: Session, road: str, until: datetime) -> None:
    """Keep that nothing is sent on a road until a moment; what else is kept of the road stays."""
    session.execute(
        insert_into(session, Pace.__table__)
        .values(road=road, not_before=until, spent={})
        .on_conflict_do_update(index_elements=["road"], set_={"not_before": until})
    )


def stops(session: Session, now: datetime) -> tuple[Stop, ...]:
    """Return the roads on which nothing is sent now, and until when."""
    held = sa.select(Pace.road, Pace.not_before).where(Pace.not_before > now).order_by(Pace.road)
    return tuple(Stop(road, until) for road, until in session.execute(held) if until is not None)

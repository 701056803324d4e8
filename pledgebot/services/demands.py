"""The demands as they are worded now."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.services.letters import demand_from
from pledgebot.services.views import (
    DemandView,
)
from pledgebot.store.tables import (
    DemandRow,
    DemandVersion,
)


def demands(session: Session) -> tuple[DemandView, ...]:
    """Return the demands as they are worded now, in the letter's order, without those that were retired."""
    return tuple(_demand_view(row, version) for row, version in session.execute(_LATEST))


def _latest() -> sa.Select[DemandRow, DemandVersion]:
    latest = (
        sa.select(DemandVersion.demand_id, sa.func.max(DemandVersion.number).label("number"))
        .group_by(DemandVersion.demand_id)
        .subquery()
    )
    return (
        sa.select(DemandRow, DemandVersion)
        .join(latest, latest.c.demand_id == DemandRow.id)
        .join(
            DemandVersion,
            sa.and_(DemandVersion.demand_id == DemandRow.id, DemandVersion.number == latest.c.number),
        )
        .where(DemandRow.retired_at.is_(None))
        .order_by(DemandRow.place)
    )


_LATEST = _latest()


def _demand_view(row: DemandRow, version: DemandVersion) -> DemandView:
    worded = demand_from(version.content)
    return DemandView(
        id=row.id,
        key=row.key,
        number=row.place,
        version=version.number,
        title=worded.title,
        text=worded.text,
        tests=worded.tests,
        hashtag=worded.hashtag,
        parts=tuple((part.key, part.title) for part in worded.parts),
        retired=row.retired_at is not None,
    )

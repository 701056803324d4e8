"""What was spent of a network's quotas, and its deadlines: kept so that a restart does not begin with a full budget."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.quota import Quota
from pledgebot.store.tables import Pace
from pledgebot.store.types import Json
from pledgebot.store.upserts import insert_into

_SLOT = "slot_seconds"
_COUNTS = "counts"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def load_quota(session: Session, road: str, full: Quota) -> Quota:
    """Return a quota with what was last kept of it under a road's name; `full` where nothing was.

    `full` says limit and span. Where the span was another one, what was spent counts from the end of its old slot on.
    """
    kept = session.execute(sa.select(Pace.not_before, Pace.spent).where(Pace.road == road)).one_or_none()
    if kept is None:
        return full
    quota = replace(full, held_until=kept.not_before)
    seconds, counts = kept.spent.get(_SLOT), kept.spent.get(_COUNTS)
    if not isinstance(seconds, int | float) or not isinstance(counts, dict):
        return quota
    spent = sorted((int(slot), count) for slot, count in counts.items() if isinstance(count, int))
    if seconds == full.slot.total_seconds():
        return replace(quota, spent=tuple(spent))
    for slot, count in spent:
        quota = quota.spend(_BEGINNING + (slot + 1) * timedelta(seconds=seconds), count)
    return quota


def save_quota(session: Session, road: str, quota: Quota) -> None:
    """Keep what was spent of a quota, and its deadline, under a road's name of at most 200 characters."""
    spent: dict[str, Json] = {
        _SLOT: quota.slot.total_seconds(),
        _COUNTS: {str(slot): count for slot, count in quota.spent},
    }
    values = {"not_before": quota.held_until, "spent": spent}
    session.execute(
        insert_into(session, Pace.__table__)
        .values(road=road, **values)
        .on_conflict_do_update(index_elements=["road"], set_=values)
    )

"""Whether what buttons and links name is there: a list, a banner, a place or a demand."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.services.directory import HitKind
from pledgebot.store.tables import Banner, CandidateList, Constituency, DemandRow

_ROWS = {
    HitKind.LIST: CandidateList.id,
    HitKind.BANNER: Banner.id,
    HitKind.PLACE: Constituency.id,
    HitKind.DEMAND: DemandRow.id,
}


def is_there(session: Session, kind: HitKind, number: int) -> bool:
    """Tell whether a thing of this row number exists: a button may outlive it, and a link may be forged."""
    row = _ROWS[kind]
    return session.scalar(sa.select(row).where(row == number)) is not None

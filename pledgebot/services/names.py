"""Says that a name changed, so that directories kept in memory are read again."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.store.tables import Installation


def names_changed(session: Session) -> None:
    """Raise the version of the names, in the transaction of the change."""
    session.execute(sa.update(Installation).values(names_version=Installation.names_version + 1))

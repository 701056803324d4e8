"""Says that a name changed, so that directories kept in memory are read again."""

from sqlalchemy.orm import Session

from pledgebot.services.revision import raise_revision


def names_changed(session: Session) -> None:
    """Let the version of the names rise when this transaction commits, and the revision with it."""
    raise_revision(session, names=True)

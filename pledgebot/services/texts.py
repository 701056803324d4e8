"""Texts that people give, as the tables can hold them: PostgreSQL refuses what is too long and what holds a NUL."""

from pledgebot.domain.errors import Objection, Refused


def one_line(text: str | None, most: int) -> str:
    """Return a text on one line without stray blanks; refuses one of more than so many characters. Empty for None."""
    clean = " ".join((text or "").replace("\0", " ").split())
    if len(clean) > most:
        raise Refused(Objection.TEXT_TOO_LONG, limit=most, name=f"{clean[:40]}…")
    return clean


def words(text: str | None) -> str | None:
    """Return somebody's words without blanks around them; None when there are none."""
    return (text or "").replace("\0", " ").strip() or None

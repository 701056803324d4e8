"""That nothing is said to the public although no silence asks for it: kept for every mouth, and told to organizers each day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind
from pledgebot.domain.recalled import StopFacts
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.facts import election_zone
from pledgebot.services.occurrences import link_event, take_occurrence, was_raised
from pledgebot.services.publishing import publish_notice
from pledgebot.store.tables import Cursor, Installation

RULE = "stopped"
"""The rule of the reminders that tell of it, and the name under which it is kept."""
TOLD = frozenset({Hush.NO_CALENDAR, Hush.CLOCK_OFF})
"""What somebody has to do something about; a silence ends by itself."""
_TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Stopped:
    """Why nothing is said to the public, and since when; `off` is how far the machine's clock is ahead, where it is that."""

    hush: Hush
    since: datetime
    off: timedelta | None = None


def stopped(session: Session) -> Stopped | None:
    """Return what stops the bot, as the worker saw it last; None when nothing does."""
    kept = (read_cursor(session, RULE) or "").split()
    if len(kept) != 3:  # noqa: PLR2004 - as `_keep` writes it
        return None
    hush, since, seconds = kept
    off = timedelta(seconds=int(seconds)) if seconds != "-" else None
    return Stopped(Hush(hush), datetime.fromisoformat(since), off)


def is_news(session: Session, hush: Hush, now: datetime) -> bool:
    """Tell whether what stops the bot, or that nothing does, has still to be kept or told."""
    known = stopped(session)
    if hush not in TOLD:
        return known is not None
    key = _key(session, hush, now)
    return known is None or known.hush is not hush or not was_raised(session, RULE, [key])


def keep_stopped(session: Session, hush: Hush, now: datetime, off: timedelta | None = None) -> int | None:
    """Keep why nothing is said to the public, and tell organizers once a day of each reason; return the event that does.

    Whatever is no reason to tell them ends what was kept.
    """
    if hush not in TOLD:
        session.execute(sa.delete(Cursor).where(Cursor.name == RULE))
        return None
    known = stopped(session)
    since = known.since if known is not None and known.hush is hush else now
    seconds = round(off.total_seconds()) if off is not None else None
    _keep(session, hush, since, seconds, now)
    taken = take_occurrence(session, Occurrence(RULE, _key(session, hush, now), now), now)
    if taken is None:
        return None
    fictional = bool(session.scalar(sa.select(Installation.fictional)))
    facts = StopFacts(hush.value, since, seconds, fictional)
    event = publish_notice(
        session, EventKind.BOT_STOPPED, facts, now, audience=Audience.ORGANIZERS, expires_at=now + _TOLD_FOR
    )
    link_event(session, taken, event)
    return event


def _keep(session: Session, hush: Hush, since: datetime, seconds: int | None, now: datetime) -> None:
    write_cursor(session, RULE, f"{hush} {since.isoformat()} {'-' if seconds is None else seconds}", now)


def _key(session: Session, hush: Hush, now: datetime) -> str:
    return f"{hush}:{now.astimezone(election_zone(session)).date()}"

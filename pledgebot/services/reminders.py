"""Raising what is due to be recalled: rows and events, in one transaction. Doing it again does nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from pledgebot.services.organizer_reminders import raise_for_organizers
from pledgebot.services.policies import policy
from pledgebot.services.public_reminders import raise_for_public
from pledgebot.services.rounds import UNREADABLE, whole_calendar


def raise_due(session: Session, now: datetime) -> int:
    """Raise every reminder whose time has come, and return how many events that made.

    After a sleep of days each rule speaks once, of what has still a meaning; what has none any more is passed over.
    """
    decided = policy(session)
    made = raise_for_organizers(session, decided, now)
    try:
        whole_calendar(session)
    except UNREADABLE:
        # Of a calendar that cannot be read nothing is recalled to the public; organizers are told of what waits all the same.
        return made
    return made + raise_for_public(session, decided, now)

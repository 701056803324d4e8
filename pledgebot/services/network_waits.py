"""That a network wants to hear nothing for long: organizers are told by the media that still work, once, until it is over."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.audience import Audience
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.events import EventKind
from pledgebot.domain.recalled import NetworkFacts
from pledgebot.services.facts import election_zone
from pledgebot.services.occurrences import link_event, take_occurrence
from pledgebot.services.publishing import publish_notice
from pledgebot.services.queries import is_fictional
from pledgebot.store.tables import Destination, Event, Reminder

RULE = "network_waits"
WORTH_TELLING = timedelta(minutes=5)
"""A shorter wait is over before anybody could do something about it."""


def tell_of_wait(
    session: Session, channel: str, address: str | None, until: datetime, wait: timedelta, now: datetime
) -> int | None:
    """Tell organizers that nothing goes out to a network (or to one place there) until a moment; return the event that does.

    None where that is not worth telling: a short wait, one that was told of, a place of a follower, which nobody is shown.
    """
    if wait < WORTH_TELLING:
        return None
    place = _configured(session, channel, address) if address is not None else None
    if address is not None and place is None:
        return None
    about = f"{channel}/{'' if place is None else place}/"
    if _is_told(session, about, now):
        return None
    taken = take_occurrence(session, Occurrence(RULE, f"{about}{until.isoformat(timespec='seconds')}", now), now)
    if taken is None:
        return None
    local = until.astimezone(election_zone(session))
    facts = NetworkFacts(channel, local, address or "", is_fictional(session))
    event = publish_notice(session, EventKind.NETWORK_WAITS, facts, now, audience=Audience.ORGANIZERS, expires_at=until)
    link_event(session, taken, event)
    return event


def _configured(session: Session, channel: str, address: str) -> int | None:
    """Return the number of a place that the configuration names."""
    here = (Destination.channel == channel, Destination.address == address, Destination.ended_at.is_(None))
    named = sa.select(Destination.id).where(*here, Destination.audience != Audience.SUBSCRIBER)
    return session.scalar(named.order_by(Destination.id).limit(1))


def _is_told(session: Session, about: str, now: datetime) -> bool:
    """Tell whether organizers were told of a wait that is not over yet."""
    told = (
        sa.select(Reminder.id)
        .join(Event, Event.id == Reminder.event_id)
        .where(Reminder.rule == RULE, Reminder.occurrence.startswith(about, autoescape=True), Event.expires_at > now)
    )
    return session.scalar(told.limit(1)) is not None

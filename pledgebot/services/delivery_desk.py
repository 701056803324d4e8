"""What organizers see of all messages on one page: how many there are in each state, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.dead_letters import SETTLED, Choice
from pledgebot.services.deliveries import DeliveryCounts, count_deliveries
from pledgebot.services.facts import election_zone
from pledgebot.services.paying import Broadcast, broadcasts
from pledgebot.services.troubles import STATES, Trouble, troubles
from pledgebot.store.tables import Audit, Organizer

PER_PAGE = 5
"""So many groups are shown at once: more would be long to read on a telephone."""


@dataclass(frozen=True)
class DeskView:
    """One page of what waits for a person, of all pages; `groups` are those on all of them together."""

    counts: DeliveryCounts
    troubles: tuple[Trouble, ...]
    groups: int
    page: int
    pages: int
    broadcasts: tuple[Broadcast, ...] = ()

    @property
    def before(self) -> int:
        """How many groups stand on earlier pages."""
        return (self.page - 1) * PER_PAGE


@dataclass(frozen=True)
class Settlement:
    """What an organizer decided last about the messages of an event, and when, by the clocks of the election."""

    choice: Choice
    by: str
    at: datetime
    messages: int


def delivery_desk(session: Session, now: datetime, page: int = 1) -> DeskView:
    """Return a page; one that is not there any more is the last one."""
    found, groups = troubles(session, (max(page, 1) - 1) * PER_PAGE, PER_PAGE)
    pages = max(1, -(-groups // PER_PAGE))
    if page > pages:
        return delivery_desk(session, now, pages)
    return DeskView(count_deliveries(session), found, groups, max(page, 1), pages, broadcasts(session, now))


def last_settlement(session: Session, event: int) -> Settlement | None:
    """Return what was decided last about the messages of an event; None when nobody decided anything."""
    row = session.execute(
        sa.select(Audit, Organizer.name)
        .join(Organizer, Organizer.id == Audit.organizer_id)
        .where(Audit.subject == f"event:{event}", Audit.action.in_([f"{SETTLED}.{choice}" for choice in Choice]))
        .order_by(Audit.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    audit, name = row
    choice = Choice(audit.action.rpartition(".")[2])
    count = audit.details.get("count")
    messages = count if isinstance(count, int) else 0
    return Settlement(choice, name, audit.at.astimezone(election_zone(session)), messages)


LETTERS = {state.value[0]: state for state in STATES}
"""The states of what waits, by the letter that stands for each in a button."""


def letter_of(state: DeliveryState) -> str:
    """Return the letter that stands for a state in a button."""
    return state.value[0]

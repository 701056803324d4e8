"""The log of contacts with lists, from which the progress of each conversation follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.lists import get_list
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.tables import CandidateList, ContactRow, Organizer

_TOMORROW = timedelta(days=1)
"""A clock may be wrong by hours; a contact further ahead is a typing error."""


@dataclass(frozen=True)
class NewContact:
    """One contact with a list, as an organizer tells it; `at` is aware."""

    list_id: int
    kind: ContactKind
    medium: Medium
    at: datetime
    template: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class ContactLine:
    """One contact as the report shows it."""

    list_id: int
    name: str
    kind: ContactKind
    medium: Medium
    at: datetime
    template: str | None
    by: str


def log_contact(session: Session, contact: NewContact, by: Actor, now: datetime) -> int:
    """Log one contact with a list, and return its number."""
    require_role(session, by, Role.RECORDER)
    get_list(session, contact.list_id)
    if contact.at > now + _TOMORROW:
        raise Refused(Objection.SAID_IN_FUTURE, day=contact.at.date())
    row = ContactRow(
        list_id=contact.list_id,
        kind=contact.kind,
        medium=contact.medium,
        at=contact.at,
        template=contact.template,
        note=contact.note,
        organizer_id=by.organizer,
    )
    session.add(row)
    session.flush()
    note(session, by, f"contact.{contact.kind.value}", f"list:{contact.list_id}", now)
    return row.id


def contact_lines(session: Session) -> tuple[ContactLine, ...]:
    """Return every contact, by list and time."""
    rows = session.execute(
        sa.select(ContactRow, CandidateList.name, Organizer.name)
        .join(CandidateList, CandidateList.id == ContactRow.list_id)
        .join(Organizer, Organizer.id == ContactRow.organizer_id)
        .order_by(CandidateList.panel, CandidateList.normal, ContactRow.at)
    )
    return tuple(
        ContactLine(row.list_id, name, row.kind, row.medium, row.at, row.template, by) for row, name, by in rows
    )

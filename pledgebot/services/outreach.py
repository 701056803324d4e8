"""The log of contacts with lists, from which the progress of each conversation follows."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.lists import get_list
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.tables import CandidateList, ContactRow, Organizer

LONGEST_TEMPLATE = 64
"""How many characters the name of a text has at most."""

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
        template=contact.template[:LONGEST_TEMPLATE] if contact.template else None,
        note=contact.note,
        organizer_id=by.organizer,
    )
    session.add(row)
    session.flush()
    note(session, by, f"contact.{contact.kind.value}", f"list:{contact.list_id}", now)
    return row.id


def contact_lines(session: Session, round_id: int | None = None) -> tuple[ContactLine, ...]:
    """Return every contact with the lists of a round, or of all rounds, by list and time."""
    rows = session.execute(
        sa.select(ContactRow, CandidateList.name, Organizer.name)
        .join(CandidateList, CandidateList.id == ContactRow.list_id)
        .join(Organizer, Organizer.id == ContactRow.organizer_id)
        .where(sa.true() if round_id is None else CandidateList.round_id == round_id)
        .order_by(CandidateList.panel, CandidateList.normal, ContactRow.at, ContactRow.id)
    )
    return tuple(
        ContactLine(row.list_id, name, row.kind, row.medium, row.at, row.template, by) for row, name, by in rows
    )


def log_contacts(
    session: Session, contacts: Sequence[NewContact], zone: tzinfo, by: Actor, now: datetime
) -> tuple[int, int]:
    """Log contacts of a sheet; return how many were new, and how many were on record already.

    What is on record is known by its list, what happened, the way and the day in a zone: a sheet that is read again adds
    nothing, nor does a contact that was logged by chat too. Two of one day in a sheet are two.
    """
    known = _on_record(session, {contact.list_id for contact in contacts}, zone)
    new = 0
    for contact in contacts:
        key = _likeness(contact.list_id, contact.kind, contact.medium, contact.at, zone)
        if known[key]:
            known[key] -= 1
            continue
        log_contact(session, contact, by, now)
        new += 1
    return new, len(contacts) - new


_Likeness = tuple[int, ContactKind, Medium, date]


def _on_record(session: Session, lists: Collection[int], zone: tzinfo) -> Counter[_Likeness]:
    rows = session.execute(
        sa.select(ContactRow.list_id, ContactRow.kind, ContactRow.medium, ContactRow.at).where(
            ContactRow.list_id.in_(lists)
        )
    )
    return Counter(_likeness(*row, zone) for row in rows)


def _likeness(list_id: int, kind: ContactKind, medium: Medium, at: datetime, zone: tzinfo) -> _Likeness:
    return list_id, kind, medium, at.astimezone(zone).date()

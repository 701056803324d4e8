"""All tables in one place: what alembic compares with the database, and what services import."""

from pledgebot.store.elections import (
    Banner,
    CandidateList,
    Constituency,
    ConstituencyAlias,
    DemandRow,
    DemandVersion,
    Lineage,
    NameAlias,
    NameDigest,
    Round,
)
from pledgebot.store.ledger import Answer, Blob, Evidence, LedgerEntry, LedgerHead, Stance
from pledgebot.store.outbox import Bundle, Delivery, Destination, Event, Subscription, Wording
from pledgebot.store.people import Audit, Chase, ContactRow, Draft, Invitation, Organizer, OrganizerIdentity
from pledgebot.store.types import Base
from pledgebot.store.work import Brake, Cursor, Inbox, InboxState, Installation, Lease, Pace, Reminder

__all__ = [
    "Answer",
    "Audit",
    "Banner",
    "Base",
    "Blob",
    "Brake",
    "Bundle",
    "CandidateList",
    "Chase",
    "Constituency",
    "ConstituencyAlias",
    "ContactRow",
    "Cursor",
    "Delivery",
    "DemandRow",
    "DemandVersion",
    "Destination",
    "Draft",
    "Event",
    "Evidence",
    "Inbox",
    "InboxState",
    "Installation",
    "Invitation",
    "Lease",
    "LedgerEntry",
    "LedgerHead",
    "Lineage",
    "NameAlias",
    "NameDigest",
    "Organizer",
    "OrganizerIdentity",
    "Pace",
    "Reminder",
    "Round",
    "Stance",
    "Subscription",
    "Wording",
]

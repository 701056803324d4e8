"""Who may write: organizers, their roles and invitations, and the audit of what they did."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.texts import one_line
from pledgebot.store.tables import Audit, Invitation, Organizer
from pledgebot.store.types import Json

INVITATION_LIFE = timedelta(days=3)
NAME_LENGTH = 100


class Role(StrEnum):
    """What an organizer may do."""

    RECORDER = "recorder"
    VERIFIER = "verifier"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """A person who acts, and by which road: `cli`, `chat`, `telegram`, `import`."""

    organizer: int
    name: str
    via: str


@dataclass(frozen=True)
class OrganizerView:
    """One organizer with the roles that they have."""

    id: int
    name: str
    roles: frozenset[Role]


def find_actor(session: Session, name: str, via: str) -> Actor:
    """Return the organizer of that name as one who acts; refuses a stranger and one who was removed."""
    organizer = _named(session, name)
    if organizer is None:
        raise Refused(Objection.UNKNOWN_ORGANIZER, name=name)
    if organizer.removed_at is not None:
        raise Refused(Objection.NO_LONGER_ORGANIZER, name=organizer.name)
    return Actor(organizer.id, organizer.name, via)


def _named(session: Session, name: str) -> Organizer | None:
    """Find a name in any capitals. Compared here, since SQLite knows the capitals of ASCII only, and Éric is a name."""
    wanted = _folded(name)
    return next((row for row in session.scalars(sa.select(Organizer)) if _folded(row.name) == wanted), None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def require_role(session: Session, actor: Actor, *roles: Role) -> None:
    """Refuse unless the person has one of the roles now (not: had it when they opened a screen). An admin has all."""
    organizer = session.get_one(Organizer, actor.organizer)
    held = roles_of(organizer)
    if organizer.removed_at is not None:
        raise Refused(Objection.NO_LONGER_ORGANIZER, name=organizer.name)
    if Role.ADMIN not in held and held.isdisjoint(roles):
        raise Refused(Objection.ROLE_MISSING, name=organizer.name, roles=[role.value for role in roles])


def roles_of(organizer: Organizer) -> frozenset[Role]:
    """Return the roles that a row holds."""
    flags = {Role.RECORDER: organizer.is_recorder, Role.VERIFIER: organizer.is_verifier, Role.ADMIN: organizer.is_admin}
    return frozenset(role for role, held in flags.items() if held)


def add_organizer(session: Session, name: str, roles: frozenset[Role], by: Actor | None, now: datetime) -> str:
    """Add an organizer and return the token of a one-time invitation, of which only the hash is kept.

    The first organizer is added by whoever has the command line; from then on an admin does it. Refuses an empty name and
    one that is taken, also by somebody who was removed: the ledger names persons.
    """
    if by is None and session.scalar(sa.select(sa.func.count()).select_from(Organizer).where(_is_admin())):
        raise Refused(Objection.ROLE_MISSING, name="", roles=[Role.ADMIN.value])
    if by is not None:
        require_role(session, by, Role.ADMIN)
    clean = unicodedata.normalize("NFC", one_line(name, NAME_LENGTH))
    if not clean:
        raise Refused(Objection.EMPTY_NAME)
    if _named(session, clean) is not None:
        raise Refused(Objection.NAME_TAKEN, name=clean)
    organizer = Organizer(
        name=clean,
        is_recorder=Role.RECORDER in roles,
        is_verifier=Role.VERIFIER in roles,
        is_admin=Role.ADMIN in roles,
        created_at=now,
    )
    session.add(organizer)
    session.flush()
    note(session, by, "organizer.add", f"organizer:{organizer.id}", now, roles=[*sorted(roles)])
    return _invite(session, organizer.id, now)


def _is_admin() -> sa.ColumnElement[bool]:
    return sa.and_(Organizer.is_admin, Organizer.removed_at.is_(None))


def _invite(session: Session, organizer: int, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    digest = hashlib.sha256(token.encode()).hexdigest()
    session.add(Invitation(organizer_id=organizer, token_hash=digest, expires_at=now + INVITATION_LIFE))
    return token


def remove_organizer(session: Session, name: str, by: Actor, now: datetime) -> None:
    """Take all roles from an organizer. What they recorded stays, and the last admin cannot be removed."""
    require_role(session, by, Role.ADMIN)
    organizer = session.get_one(Organizer, find_actor(session, name, by.via).organizer)
    others = session.scalar(
        sa.select(sa.func.count()).select_from(Organizer).where(_is_admin(), Organizer.id != organizer.id)
    )
    if organizer.is_admin and not others:
        raise Refused(Objection.LAST_ADMIN, name=organizer.name)
    organizer.removed_at = now
    session.execute(sa.delete(Invitation).where(Invitation.organizer_id == organizer.id))
    note(session, by, "organizer.remove", f"organizer:{organizer.id}", now)


def organizers(session: Session) -> tuple[OrganizerView, ...]:
    """Return the organizers who may write now, by name."""
    rows = session.scalars(sa.select(Organizer).where(Organizer.removed_at.is_(None)).order_by(Organizer.name))
    return tuple(OrganizerView(row.id, row.name, roles_of(row)) for row in rows)


def note(session: Session, by: Actor | None, action: str, subject: str, now: datetime, **details: Json) -> None:
    """Write one line of the audit log, in the transaction of the act itself."""
    session.add(
        Audit(
            at=now,
            organizer_id=by.organizer if by else None,
            via=by.via if by else "operator",
            action=action,
            subject=subject,
            details=details,
        )
    )

"""Who may write: organizers, their roles and invitations, and the audit of what they did."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.drafts import forget_drafts
from pledgebot.services.revision import raise_revision
from pledgebot.services.texts import one_line
from pledgebot.store.tables import Audit, Chase, Invitation, Organizer, OrganizerIdentity
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


def roles(session: Session, actor: Actor) -> frozenset[Role]:
    """Return the roles that a person has now; none once they were removed."""
    organizer = session.get(Organizer, actor.organizer)
    return roles_of(organizer) if organizer is not None and organizer.removed_at is None else frozenset()


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
    # Hexadecimal: a deep link's payload takes no other punctuation than the token's own.
    token = secrets.token_hex(24)
    session.add(Invitation(organizer_id=organizer, token_hash=_digest(token), expires_at=now + INVITATION_LIFE))
    return token


def _digest(token: str) -> str:
    # What comes from outside may hold half a character, which has no bytes of its own.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def invite_again(session: Session, name: str, by: Actor, now: datetime) -> str:
    """Return the token of a new one-time invitation for an organizer; those that they did not use are void from now on."""
    require_role(session, by, Role.ADMIN)
    organizer = find_actor(session, name, by.via).organizer
    session.execute(sa.delete(Invitation).where(Invitation.organizer_id == organizer, Invitation.used_at.is_(None)))
    note(session, by, "organizer.invite", f"organizer:{organizer}", now)
    return _invite(session, organizer, now)


def accept_invitation(session: Session, token: str, channel: str, external_id: str, now: datetime) -> Actor:
    """Join an account to the organizer whom an invitation names, and return them as one who acts by that channel.

    Refuses, without telling which, a token that is unknown, used or expired; and an account that is somebody else's. A new
    account takes the place of the one that the person had on the same channel: a lost telephone has no power any more.
    """
    invited = session.execute(
        sa.update(Invitation)
        .where(Invitation.token_hash == _digest(token), Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(used_at=now)
        .returning(Invitation.organizer_id)
        .execution_options(synchronize_session=False)
    ).scalar()
    organizer = session.get(Organizer, invited) if invited is not None else None
    if organizer is None or organizer.removed_at is not None:
        raise Refused(Objection.INVITATION_INVALID)
    holder = session.scalar(_identities(channel).where(OrganizerIdentity.external_id == external_id))
    if holder is not None and holder.organizer_id != organizer.id:
        raise Refused(Objection.ALREADY_JOINED)
    if holder is None:
        _join(session, organizer.id, channel, external_id)
    actor = Actor(organizer.id, organizer.name, channel)
    note(session, actor, "organizer.join", f"organizer:{organizer.id}", now)
    return actor


def _identities(channel: str) -> sa.Select[OrganizerIdentity]:
    return sa.select(OrganizerIdentity).where(OrganizerIdentity.channel == channel)


def _join(session: Session, organizer: int, channel: str, external_id: str) -> None:
    session.execute(
        sa.delete(OrganizerIdentity).where(
            OrganizerIdentity.organizer_id == organizer, OrganizerIdentity.channel == channel
        )
    )
    try:
        with session.begin_nested():
            session.add(OrganizerIdentity(organizer_id=organizer, channel=channel, external_id=external_id))
    except IntegrityError:
        # The same account used another person's invitation at the same moment.
        raise Refused(Objection.ALREADY_JOINED) from None


def actor_of(session: Session, channel: str, external_id: str) -> Actor | None:
    """Return the organizer to whom an account belongs, as one who acts by that channel; None for anybody else."""
    organizer = session.scalar(
        sa.select(Organizer)
        .join(OrganizerIdentity, OrganizerIdentity.organizer_id == Organizer.id)
        .where(
            OrganizerIdentity.channel == channel,
            OrganizerIdentity.external_id == external_id,
            Organizer.removed_at.is_(None),
        )
    )
    return Actor(organizer.id, organizer.name, channel) if organizer is not None else None


def organizers_by_account(session: Session) -> dict[tuple[str, str], Actor]:
    """Return every organizer by channel and account: the whole of it is small, and asked for at every update."""
    rows = session.execute(
        sa.select(OrganizerIdentity.channel, OrganizerIdentity.external_id, Organizer.id, Organizer.name)
        .join(Organizer, OrganizerIdentity.organizer_id == Organizer.id)
        .where(Organizer.removed_at.is_(None))
    )
    return {(channel, account): Actor(number, name, channel) for channel, account, number, name in rows}


def identity_of(session: Session, organizer_id: int, channel: str) -> str | None:
    """Return the account by which an organizer writes on a channel, None when they never joined there."""
    account = session.scalar(_identities(channel).where(OrganizerIdentity.organizer_id == organizer_id))
    return account.external_id if account is not None else None


def addresses_of_organizers(session: Session, channel: str) -> tuple[str, ...]:
    """Return the accounts by which organizers write on a channel."""
    joined = _identities(channel).join(Organizer, Organizer.id == OrganizerIdentity.organizer_id)
    rows = session.scalars(joined.where(Organizer.removed_at.is_(None)).order_by(OrganizerIdentity.external_id))
    return tuple(row.external_id for row in rows)


def remove_organizer(session: Session, name: str, by: Actor, now: datetime) -> None:
    """Take all roles from an organizer, with their accounts, drafts and chases; the last admin cannot be removed.

    What they recorded stays.
    """
    require_role(session, by, Role.ADMIN)
    organizer = session.get_one(Organizer, find_actor(session, name, by.via).organizer)
    others = session.scalar(
        sa.select(sa.func.count()).select_from(Organizer).where(_is_admin(), Organizer.id != organizer.id)
    )
    if organizer.is_admin and not others:
        raise Refused(Objection.LAST_ADMIN, name=organizer.name)
    organizer.removed_at = now
    forget_drafts(session, organizer.id)
    for table in (Invitation, OrganizerIdentity, Chase):
        session.execute(sa.delete(table).where(table.organizer_id == organizer.id))
    note(session, by, "organizer.remove", f"organizer:{organizer.id}", now)


def organizers(session: Session) -> tuple[OrganizerView, ...]:
    """Return the organizers who may write now, by name."""
    rows = session.scalars(sa.select(Organizer).where(Organizer.removed_at.is_(None)).order_by(Organizer.name))
    return tuple(OrganizerView(row.id, row.name, roles_of(row)) for row in rows)


def note(session: Session, by: Actor | None, action: str, subject: str, now: datetime, **details: Json) -> None:
    """Write one line of the audit log, in the transaction of the act itself: what was said before it may be out of date."""
    raise_revision(session)
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

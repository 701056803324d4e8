"""Tables of the people who may write, and of who did what."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.store.types import Base, Json, Moment, one_of, word


class Organizer(Base):
    """One person who may write. Four eyes compare these rows."""

    __tablename__ = "organizer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    is_recorder: Mapped[bool]
    is_verifier: Mapped[bool]
    is_admin: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class OrganizerIdentity(Base):
    """An account from which an organizer writes."""

    __tablename__ = "organizer_identity"
    __table_args__ = (sa.UniqueConstraint("channel", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(sa.ForeignKey("organizer.id"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    external_id: Mapped[str] = mapped_column(sa.String(200))


class Invitation(Base):
    """A one-time link by which an organizer joins; only its hash is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(sa.ForeignKey("organizer.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Draft(Base):
    """A half-typed answer: one per organizer and chat. `revision` rises with every change: an old button finds it changed."""

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("organizer_id", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(sa.ForeignKey("organizer.id"))
    chat: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[dict[str, Json]] = mapped_column(sa.JSON)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Chase(Base):
    """Who of the organizers takes a list for a while, so that it is not asked twice in one evening."""

    __tablename__ = "chase"

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate_list.id"), primary_key=True, autoincrement=False)
    organizer_id: Mapped[int] = mapped_column(sa.ForeignKey("organizer.id"))
    until: Mapped[datetime] = mapped_column(Moment)


class ContactRow(Base):
    """One contact with a list."""

    __tablename__ = "contact"
    __table_args__ = (one_of("kind", ContactKind), one_of("medium", Medium))

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("candidate_list.id"), index=True)
    kind: Mapped[ContactKind] = mapped_column(word(ContactKind))
    medium: Mapped[Medium] = mapped_column(word(Medium))
    at: Mapped[datetime] = mapped_column(Moment)
    template: Mapped[str | None] = mapped_column(sa.String(64))
    note: Mapped[str | None] = mapped_column(sa.Text)
    organizer_id: Mapped[int] = mapped_column(sa.ForeignKey("organizer.id"))


class Audit(Base):
    """Who did what, when and by which road."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    organizer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))
    via: Mapped[str] = mapped_column(sa.String(20))
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str | None] = mapped_column(sa.String(100))
    details: Mapped[dict[str, Json]] = mapped_column(sa.JSON)

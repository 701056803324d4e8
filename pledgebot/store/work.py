"""Tables of the bot's own work: what came in, who works, where it stands, what is stopped."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pledgebot.domain.brakes import BrakeEnd, BrakeKind
from pledgebot.store.types import Base, Json, Moment, check, one_of, word


class InboxState(StrEnum):
    """What became of an update: handled, or set aside because it cannot be read.

    `ANSWERED` says that its effects are committed and its replies, which the payload holds then, are on their way.
    """

    NEW = "new"
    ANSWERED = "answered"
    DONE = "done"
    SET_ASIDE = "set_aside"


class Inbox(Base):
    """An update or a mention, committed before it is acknowledged; its payload is erased when it is done."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.UniqueConstraint("source", "external_id"),
        one_of("state", InboxState),
        check("payload_erased", "state <> 'done' OR payload IS NULL"),
        sa.Index("ix_inbox_waiting", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(64))
    external_id: Mapped[str] = mapped_column(sa.String(200))
    chat: Mapped[str] = mapped_column(sa.String(200))
    payload: Mapped[str | None] = mapped_column(sa.Text)
    received_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[InboxState] = mapped_column(word(InboxState), default=InboxState.NEW)
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class Reminder(Base):
    """One thing to recall at one time: a double tick finds the row and does nothing."""

    __tablename__ = "reminder"
    __table_args__ = (sa.UniqueConstraint("rule", "occurrence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(sa.String(64))
    occurrence: Mapped[str] = mapped_column(sa.String(100))
    due_at: Mapped[datetime] = mapped_column(Moment, index=True)
    raised_at: Mapped[datetime | None] = mapped_column(Moment)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))


class Lease(Base):
    """Who works for one bot account. The token grows with every change of hands; claims and settlements name it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    owner: Mapped[str] = mapped_column(sa.String(100))
    token: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Moment)


class Pace(Base):
    """A budget or a deadline that a network set; it outlives a restart."""

    __tablename__ = "pace"

    road: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    not_before: Mapped[datetime | None] = mapped_column(Moment)
    spent: Mapped[dict[str, Json]] = mapped_column(sa.JSON)


def _standing(name: str, condition: str, *columns: str) -> sa.Index:
    rule = sa.text(condition)
    return sa.Index(name, *columns, unique=True, sqlite_where=rule, postgresql_where=rule)


class Cursor(Base):
    """Where polling stands."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(200))
    moved_at: Mapped[datetime] = mapped_column(Moment)


class Brake(Base):
    """What is stopped, and why, until a person ends it; then what was stopped, and what became of it.

    It stops one event, one channel, or everything (no event and an empty channel). `numbers` are what crossed the line;
    `organizer_id` is who paused, and `reason` what they said.
    """

    __tablename__ = "brake"
    __table_args__ = (
        one_of("kind", BrakeKind),
        one_of("outcome", BrakeEnd),
        check("one_thing", "event_id IS NULL OR channel = ''"),
        check("ended_whole", "(ended_at IS NULL) = (outcome IS NULL)"),
        _standing("ix_brake_channel_once", "event_id IS NULL AND ended_at IS NULL", "kind", "channel"),
        _standing("ix_brake_event_once", "event_id IS NOT NULL AND ended_at IS NULL", "kind", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BrakeKind] = mapped_column(word(BrakeKind))
    channel: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    numbers: Mapped[dict[str, int]] = mapped_column(sa.JSON)
    reason: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    since: Mapped[datetime] = mapped_column(Moment)
    organizer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))
    outcome: Mapped[BrakeEnd | None] = mapped_column(word(BrakeEnd))


class Installation(Base):
    """What this database is: its secret (for name digests) and the letter that it serves. One row.

    `revision` rises with every act of a person and every change of the configuration: what was worded from an earlier one
    may be out of date.
    """

    __tablename__ = "installation"
    __table_args__ = (check("single", "id = 1"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(sa.String(64))
    letter_key: Mapped[str | None] = mapped_column(sa.String(64))
    letter: Mapped[dict[str, Json] | None] = mapped_column(sa.JSON)
    policy: Mapped[dict[str, Json] | None] = mapped_column(sa.JSON)
    fictional: Mapped[bool]
    names_version: Mapped[int] = mapped_column(default=0, server_default="0")
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(Moment)

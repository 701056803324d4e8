"""Deliveries: what is paid for to go faster, who got a broadcast first, and an index in the order in which all is sent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FOLLOWED = ("constituency_id", "banner_id", "list_id", "demand_id")


def upgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("paid_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_event_paid_by"), "organizer", ["paid_by"], ["id"])
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at", "id"])
    for column in _FOLLOWED:
        op.drop_index(f"ix_subscription_{column}", table_name="subscription")
        op.create_index(f"ix_subscription_{column}", "subscription", [column, "destination_id"])
    _where("ix_destination_organizers", "destination", "audience = 'organizers'", "id")
    _brakes()


def _brakes() -> None:
    op.create_index("ix_event_created_at", "event", ["created_at"])
    _where("ix_destination_ended_at", "destination", "ended_at IS NOT NULL", "ended_at")
    _where("ix_delivery_sent_at", "delivery", "sent_at IS NOT NULL", "sent_at")
    # Nothing ever wrote into the former table.
    op.drop_table("brake")
    kinds = "'many_changes', 'many_receivers', 'new_database', 'many_refusals', 'canary', 'paused'"
    op.create_table(
        "brake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=20), server_default="", nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_brake_kind_known")),
        sa.CheckConstraint("outcome IN ('released', 'cancelled')", name=op.f("ck_brake_outcome_known")),
        sa.CheckConstraint("event_id IS NULL OR channel = ''", name=op.f("ck_brake_one_thing")),
        sa.CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_brake_ended_whole")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_brake_event_id")),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name=op.f("fk_brake_organizer_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["organizer.id"], name=op.f("fk_brake_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake")),
    )
    of_channel, of_event = "event_id IS NULL AND ended_at IS NULL", "event_id IS NOT NULL AND ended_at IS NULL"
    _where("ix_brake_channel_once", "brake", of_channel, "kind", "channel", unique=True)
    _where("ix_brake_event_once", "brake", of_event, "kind", "event_id", unique=True)


def _where(name: str, table: str, condition: str, *columns: str, unique: bool = False) -> None:
    rule = sa.text(condition)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=rule, postgresql_where=rule)


def _no_brakes() -> None:
    op.drop_table("brake")
    op.create_table(
        "brake",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_brake_organizer_id"),
        sa.PrimaryKeyConstraint("name", name="pk_brake"),
    )
    op.drop_index("ix_delivery_sent_at", table_name="delivery")
    op.drop_index("ix_destination_ended_at", table_name="destination")
    op.drop_index("ix_event_created_at", table_name="event")


def downgrade() -> None:
    _no_brakes()
    op.drop_index("ix_destination_organizers", table_name="destination")
    for column in _FOLLOWED:
        op.drop_index(f"ix_subscription_{column}", table_name="subscription")
        op.create_index(f"ix_subscription_{column}", "subscription", [column])
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at"])
    with op.batch_alter_table("event") as batch:
        batch.drop_constraint(op.f("fk_event_paid_by"), type_="foreignkey")
        batch.drop_column("paid_by")
        batch.drop_column("paid_at")
        batch.drop_column("tried_at")

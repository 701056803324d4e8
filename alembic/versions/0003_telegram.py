"""Telegram: kinds of places, staying for the mandate, answered updates, revisions of entries and drafts, who chases a list."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DELIVERY_INDEXES = ("acts_on_id", "bundle_id", "wording_id")
"""What is looked at when a delivery or its words are deleted: without them forgetting one follower reads every delivery."""

_INBOX_BEFORE = "state IN ('new', 'done', 'set_aside')"
_INBOX_NOW = "state IN ('new', 'answered', 'done', 'set_aside')"


def upgrade() -> None:
    op.create_table(
        "chase",
        sa.Column("list_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_chase_list_id"),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_chase_organizer_id"),
        sa.PrimaryKeyConstraint("list_id", name="pk_chase"),
    )
    op.add_column("draft", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("installation", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    for column in _DELIVERY_INDEXES:
        op.create_index(f"ix_delivery_{column}", "delivery", [column])
    with op.batch_alter_table("destination") as batch:
        batch.add_column(sa.Column("place", sa.String(24), server_default="channel", nullable=False))
        batch.add_column(sa.Column("asked_to_stay_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("stays_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(op.f("ck_destination_place_known"), "place IN ('private', 'group', 'channel')")
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch.drop_constraint("uq_event_answer_id_kind", type_="unique")
        batch.create_unique_constraint("uq_event_answer_id_kind_revision", ["answer_id", "kind", "revision"])
    _change_inbox_states(_INBOX_NOW)


def downgrade() -> None:
    op.execute("UPDATE inbox SET state = 'done', payload = NULL WHERE state = 'answered'")
    _change_inbox_states(_INBOX_BEFORE)
    _keep_one_event_each()
    with op.batch_alter_table("event") as batch:
        batch.drop_constraint("uq_event_answer_id_kind_revision", type_="unique")
        batch.create_unique_constraint("uq_event_answer_id_kind", ["answer_id", "kind"])
        batch.drop_column("revision")
    with op.batch_alter_table("destination") as batch:
        batch.drop_constraint(op.f("ck_destination_place_known"), type_="check")
        batch.drop_column("stays_at")
        batch.drop_column("asked_to_stay_at")
        batch.drop_column("place")
    for column in _DELIVERY_INDEXES:
        op.drop_index(f"ix_delivery_{column}", "delivery")
    op.drop_column("installation", "revision")
    op.drop_column("draft", "revision")
    op.drop_table("chase")


def _keep_one_event_each() -> None:
    """Delete, with their deliveries, what was asked of earlier versions of an entry: there was one event of a kind before."""
    event = sa.table("event", *(sa.column(name) for name in ("id", "answer_id", "kind", "revision")))
    delivery = sa.table("delivery", *(sa.column(name) for name in ("id", "event_id", "acts_on_id")))
    reminder = sa.table("reminder", sa.column("event_id"))
    later = event.alias()
    same = sa.and_(later.c.answer_id == event.c.answer_id, later.c.kind == event.c.kind)
    earlier = sa.select(event.c.id).join(later, sa.and_(same, later.c.revision > event.c.revision))
    surplus = op.get_bind().scalars(earlier.distinct()).all()
    told = sa.select(delivery.c.id).where(delivery.c.event_id.in_(surplus))
    op.execute(sa.delete(delivery).where(delivery.c.acts_on_id.in_(told)))
    op.execute(sa.delete(delivery).where(delivery.c.event_id.in_(surplus)))
    op.execute(sa.update(reminder).where(reminder.c.event_id.in_(surplus)).values(event_id=None))
    op.execute(sa.delete(event).where(event.c.id.in_(surplus)))


def _change_inbox_states(rule: str) -> None:
    with op.batch_alter_table("inbox") as batch:
        batch.drop_constraint(op.f("ck_inbox_state_known"), type_="check")
        batch.create_check_constraint(op.f("ck_inbox_state_known"), rule)

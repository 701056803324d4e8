"""Deliveries: what is paid for to go faster, who got a broadcast first, and an index in the order in which all is sent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("event") as batch:
        batch.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("paid_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_event_paid_by_organizer"), "organizer", ["paid_by"], ["id"])
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at"])
    with op.batch_alter_table("event") as batch:
        batch.drop_constraint(op.f("fk_event_paid_by_organizer"), type_="foreignkey")
        batch.drop_column("paid_by")
        batch.drop_column("paid_at")
        batch.drop_column("tried_at")

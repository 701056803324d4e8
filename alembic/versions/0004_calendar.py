"""The calendar: what the installation decided, lists that opted out, the weekday of a digest, ids of long threads."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS_BEFORE = "kind IN ('sent', 'reminded', 'received', 'declined')"
_KINDS_NOW = "kind IN ('sent', 'reminded', 'received', 'declined', 'opted_out')"


def upgrade() -> None:
    op.add_column("installation", sa.Column("policy", sa.JSON(), nullable=True))
    _change_contact_kinds(_KINDS_NOW)
    with op.batch_alter_table("destination") as batch:
        batch.add_column(sa.Column("weekday", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_destination_weekday_known"), "weekday BETWEEN 0 AND 6")
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("remote_id", existing_type=sa.String(200), type_=sa.Text(), existing_nullable=True)


def downgrade() -> None:
    op.execute("UPDATE delivery SET remote_id = substr(remote_id, 1, 200)")
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("remote_id", existing_type=sa.Text(), type_=sa.String(200), existing_nullable=True)
    with op.batch_alter_table("destination") as batch:
        batch.drop_constraint(op.f("ck_destination_weekday_known"), type_="check")
        batch.drop_column("weekday")
    op.execute("DELETE FROM contact WHERE kind = 'opted_out'")
    _change_contact_kinds(_KINDS_BEFORE)
    op.drop_column("installation", "policy")


def _change_contact_kinds(rule: str) -> None:
    with op.batch_alter_table("contact") as batch:
        batch.drop_constraint(op.f("ck_contact_kind_known"), type_="check")
        batch.create_check_constraint(op.f("ck_contact_kind_known"), rule)

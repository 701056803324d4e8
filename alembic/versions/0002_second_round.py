"""The second round: name digests, what a lineage's proposal rests on, the year of a nuance, the version of the names."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "name_digest",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digests) % 8 = 0", name=op.f("ck_name_digest_whole")),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_name_digest_list_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("list_id", name="pk_name_digest"),
    )
    op.add_column("candidate_list", sa.Column("nuance_year", sa.Integer(), nullable=True))
    op.add_column("round", sa.Column("lineages_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("installation", sa.Column("names_version", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("lineage") as batch:
        batch.add_column(sa.Column("common", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("of_child", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_lineage_common_counted"), "common IS NULL OR (common >= 0 AND common <= of_child)"
        )


def downgrade() -> None:
    with op.batch_alter_table("lineage") as batch:
        batch.drop_constraint(op.f("ck_lineage_common_counted"), type_="check")
        batch.drop_column("of_child")
        batch.drop_column("common")
    op.drop_column("installation", "names_version")
    op.drop_column("round", "lineages_closed_at")
    op.drop_column("candidate_list", "nuance_year")
    op.drop_table("name_digest")

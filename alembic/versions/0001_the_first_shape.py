"""The first shape: every table, and the triggers that keep confirmed entries as they are."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_LEAD_EVIDENCE = (["lead_evidence_id", "id"], ["id", "answer_id"])
_TABLES = (
    "reminder",
    "delivery",
    "stance",
    "evidence",
    "event",
    "subscription",
    "name_alias",
    "lineage",
    "contact",
    "answer",
    "candidate_list",
    "organizer_identity",
    "invitation",
    "draft",
    "demand_version",
    "constituency_alias",
    "bundle",
    "brake",
    "banner",
    "audit",
    "wording",
    "round",
    "pace",
    "organizer",
    "ledger_head",
    "ledger_entry",
    "lease",
    "installation",
    "inbox",
    "destination",
    "demand",
    "cursor",
    "constituency",
    "blob",
)

# What a confirmed entry has said stays said: only what the law obliges to remove is blanked, and only in the columns that
# are not named here. Each rule: table, action, when it holds, the columns kept, and what else a row may not become.
_DECIDED_STANCE = "OLD.state NOT IN ('pending', 'rejected')"
_KEPT = (
    ("ledger_entry", "UPDATE", "", ("seq", "prev_hash", "hash", "body"), ""),
    ("ledger_entry", "DELETE", "", (), ""),
    (
        "answer",
        "UPDATE",
        "OLD.state = 'confirmed'",
        (
            "id",
            "list_id",
            "banner_id",
            "kind",
            "target_id",
            "source_kind",
            "speaker_role",
            "said_on",
            "contradiction",
            "state",
            "recorded_by",
            "recorded_at",
            "decided_by",
            "decided_at",
            "lead_evidence_id",
            "seq",
        ),
        "",
    ),
    ("answer", "DELETE", "OLD.state = 'confirmed'", (), ""),
    (
        "stance",
        "UPDATE",
        _DECIDED_STANCE,
        ("id", "answer_id", "list_id", "banner_id", "demand_id", "demand_version_id", "part", "position"),
        # Back to waiting or rejected, it could be changed or deleted in a second step.
        "NEW.state IN ('pending', 'rejected')",
    ),
    ("stance", "DELETE", _DECIDED_STANCE, (), ""),
)


def _lead_evidence() -> list[sa.ForeignKeyConstraint]:
    """SQLite names a table that does not exist yet without complaint; PostgreSQL gets the key once both tables are there."""
    if op.get_context().dialect.name == "postgresql":
        return []
    columns, there = _LEAD_EVIDENCE
    return [
        sa.ForeignKeyConstraint(columns, [f"evidence.{column}" for column in there], name="fk_answer_lead_evidence")
    ]


def _triggers(dialect: str) -> list[str]:
    return _postgresql_triggers() if dialect == "postgresql" else _sqlite_triggers()


def _rule(when: str, columns: Sequence[str], forbidden: str, differs: str) -> str:
    """Return the condition under which a trigger refuses; empty when it always does."""
    changed = [f"OLD.{column} {differs} NEW.{column}" for column in columns] + [forbidden] * bool(forbidden)
    return " AND ".join(f"({part})" for part in (when, " OR ".join(changed)) if part)


def _sqlite_triggers() -> list[str]:
    statements = []
    for table, action, when, columns, forbidden in _KEPT:
        rule = _rule(when, columns, forbidden, "IS NOT")
        statements.append(
            f"CREATE TRIGGER {table}_kept_{action.lower()} BEFORE {action} ON {table}"
            + (f" WHEN {rule}" if rule else "")
            + f" BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {table}'); END"
        )
    return statements


def _postgresql_triggers() -> list[str]:
    refuse = "BEGIN RAISE EXCEPTION 'the ledger is append-only: %', TG_TABLE_NAME; END"
    statements = [f"CREATE FUNCTION pledgebot_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$"]
    for table, action, when, columns, forbidden in _KEPT:
        rule = _rule(when, columns, forbidden, "IS DISTINCT FROM")
        statements.append(
            f"CREATE TRIGGER {table}_kept_{action.lower()} BEFORE {action} ON {table} FOR EACH ROW"
            + (f" WHEN ({rule})" if rule else "")
            + " EXECUTE FUNCTION pledgebot_refuse()"
        )
    return statements


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0 AND size <= 20971520", name=op.f("ck_blob_size_allowed")),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
    )
    op.create_table(
        "constituency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["constituency.id"], name="fk_constituency_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_constituency"),
        sa.UniqueConstraint("code", name="uq_constituency_code"),
    )
    op.create_index("ix_constituency_parent_id", "constituency", ["parent_id"], unique=False)

    op.create_table(
        "cursor",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursor"),
    )
    op.create_table(
        "demand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_demand"),
        sa.UniqueConstraint("key", name="uq_demand_key"),
    )
    op.create_table(
        "destination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("thread", sa.String(length=64), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("public", "subscriber", "organizers", name="audience", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column(
            "rhythm", sa.Enum("at_once", "daily", "weekly", name="rhythm", native_enum=False, length=24), nullable=False
        ),
        sa.Column("hour", sa.Time(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "audience <> 'subscriber' OR consented_at IS NOT NULL", name=op.f("ck_destination_consented")
        ),
        sa.CheckConstraint(
            "audience IN ('public', 'subscriber', 'organizers')", name=op.f("ck_destination_audience_known")
        ),
        sa.CheckConstraint("rhythm IN ('at_once', 'daily', 'weekly')", name=op.f("ck_destination_rhythm_known")),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name=op.f("ck_destination_quiet_hours_whole")),
        sa.PrimaryKeyConstraint("id", name="pk_destination"),
        sa.UniqueConstraint("channel", "address", "thread", name="uq_destination_channel_address_thread"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("chat", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("new", "done", "set_aside", name="inboxstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'done' OR payload IS NULL", name=op.f("ck_inbox_payload_erased")),
        sa.CheckConstraint("state IN ('new', 'done', 'set_aside')", name=op.f("ck_inbox_state_known")),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("source", "external_id", name="uq_inbox_source_external_id"),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["state", "id"], unique=False)

    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("letter_key", sa.String(length=64), nullable=True),
        sa.Column("letter", sa.JSON(), nullable=True),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_single")),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_ledger_entry_seq_positive")),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_entry"),
        sa.UniqueConstraint("hash", name="uq_ledger_entry_hash"),
        sa.UniqueConstraint("prev_hash", name="uq_ledger_entry_prev_hash"),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_single")),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_head"),
    )
    op.create_table(
        "organizer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_recorder", sa.Boolean(), nullable=False),
        sa.Column("is_verifier", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_organizer"),
        sa.UniqueConstraint("name", name="uq_organizer_name"),
    )
    op.create_table(
        "pace",
        sa.Column("road", sa.String(length=200), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spent", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("road", name="pk_pace"),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("election", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_round_number_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.UniqueConstraint("key", name="uq_round_key"),
    )
    op.create_table(
        "wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wording"),
        sa.UniqueConstraint("hash", name="uq_wording_hash"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_audit_organizer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)

    op.create_table(
        "banner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("normal", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_banner_round_id"),
        sa.PrimaryKeyConstraint("id", name="pk_banner"),
        sa.UniqueConstraint("id", "round_id", name="uq_banner_id_round_id"),
        sa.UniqueConstraint("round_id", "normal", name="uq_banner_round_id_normal"),
    )
    op.create_index("ix_banner_normal", "banner", ["normal"], unique=False)

    op.create_table(
        "brake",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_brake_organizer_id"),
        sa.PrimaryKeyConstraint("name", name="pk_brake"),
    )
    op.create_table(
        "bundle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("occurrence", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destination.id"], name="fk_bundle_destination_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bundle"),
        sa.UniqueConstraint("destination_id", "occurrence", name="uq_bundle_destination_id_occurrence"),
    )
    op.create_table(
        "constituency_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("constituency_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=False),
        sa.Column("normal", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["constituency_id"], ["constituency.id"], name="fk_constituency_alias_constituency_id"),
        sa.PrimaryKeyConstraint("id", name="pk_constituency_alias"),
        sa.UniqueConstraint("constituency_id", "normal", name="uq_constituency_alias_constituency_id_normal"),
    )
    op.create_index("ix_constituency_alias_normal", "constituency_alias", ["normal"], unique=False)

    op.create_table(
        "demand_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name="fk_demand_version_demand_id"),
        sa.PrimaryKeyConstraint("id", name="pk_demand_version"),
        sa.UniqueConstraint("demand_id", "number", name="uq_demand_version_demand_id_number"),
        sa.UniqueConstraint("id", "demand_id", name="uq_demand_version_id_demand_id"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("chat", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_draft_organizer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("organizer_id", "chat", name="uq_draft_organizer_id_chat"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_invitation_organizer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_organizer_id", "invitation", ["organizer_id"], unique=False)

    op.create_table(
        "organizer_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_organizer_identity_organizer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organizer_identity"),
        sa.UniqueConstraint("channel", "external_id", name="uq_organizer_identity_channel_external_id"),
    )
    op.create_index("ix_organizer_identity_organizer_id", "organizer_identity", ["organizer_id"], unique=False)

    op.create_table(
        "candidate_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("constituency_id", sa.Integer(), nullable=False),
        sa.Column("panel", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("normal", sa.String(length=500), nullable=False),
        sa.Column("short_name", sa.String(length=300), nullable=True),
        sa.Column("head", sa.String(length=200), nullable=True),
        sa.Column("nuance", sa.String(length=16), nullable=True),
        sa.Column("nuance_source", sa.String(length=200), nullable=True),
        sa.Column("banner_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("standing", "withdrawn", "merged", name="liststatus", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_candidate_list_named")),
        sa.CheckConstraint(
            "status IN ('standing', 'withdrawn', 'merged')", name=op.f("ck_candidate_list_status_known")
        ),
        sa.CheckConstraint(
            "nuance IS NULL OR nuance_source IS NOT NULL", name=op.f("ck_candidate_list_nuance_sourced")
        ),
        sa.CheckConstraint("panel IS NULL OR panel >= 1", name=op.f("ck_candidate_list_panel_positive")),
        sa.ForeignKeyConstraint(
            ["banner_id", "round_id"],
            ["banner.id", "banner.round_id"],
            name="fk_candidate_list_banner_id_round_id",
        ),
        sa.ForeignKeyConstraint(["banner_id"], ["banner.id"], name="fk_candidate_list_banner_id"),
        sa.ForeignKeyConstraint(["constituency_id"], ["constituency.id"], name="fk_candidate_list_constituency_id"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_candidate_list_round_id"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate_list"),
        sa.UniqueConstraint(
            "round_id", "constituency_id", "panel", name="uq_candidate_list_round_id_constituency_id_panel"
        ),
    )
    op.create_index("ix_candidate_list_banner_id", "candidate_list", ["banner_id"], unique=False)
    op.create_index("ix_candidate_list_place", "candidate_list", ["constituency_id", "round_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("banner_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "statement",
                "correction",
                "withdrawal",
                "undo",
                "removal",
                name="answerkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column(
            "source_kind",
            sa.Enum(
                "letter",
                "email",
                "programme",
                "public_post",
                "recorded_speech",
                "reported_speech",
                name="sourcekind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("speaker", sa.String(length=200), nullable=True),
        sa.Column(
            "speaker_role",
            sa.Enum("head", "candidate", "spokesperson", "list", name="speakerrole", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column(
            "contradiction",
            sa.Enum("replaces", "beside", name="contradiction", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("pending", "confirmed", "rejected", name="answerstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_via", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lead_evidence_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind IN ('statement', 'withdrawal')) OR target_id IS NOT NULL", name=op.f("ck_answer_target_named")
        ),
        sa.CheckConstraint("(state = 'confirmed') = (seq IS NOT NULL)", name=op.f("ck_answer_in_ledger")),
        sa.CheckConstraint("(state = 'pending') = (decided_by IS NULL)", name=op.f("ck_answer_decided_once")),
        sa.CheckConstraint("contradiction IN ('replaces', 'beside')", name=op.f("ck_answer_contradiction_known")),
        sa.CheckConstraint("kind <> 'statement' OR target_id IS NULL", name=op.f("ck_answer_statement_free")),
        sa.CheckConstraint(
            "kind IN ('statement', 'correction', 'withdrawal', 'undo', 'removal')", name=op.f("ck_answer_kind_known")
        ),
        sa.CheckConstraint(
            "kind IN ('statement', 'withdrawal') OR (reason IS NOT NULL AND reason <> '')",
            name=op.f("ck_answer_reason_given"),
        ),
        sa.CheckConstraint(
            "source_kind IN ('letter', 'email', 'programme', 'public_post', 'recorded_speech', 'reported_speech')",
            name=op.f("ck_answer_source_kind_known"),
        ),
        sa.CheckConstraint(
            "speaker_role IN ('head', 'candidate', 'spokesperson', 'list')", name=op.f("ck_answer_speaker_role_known")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR kind = 'undo' OR decided_by <> recorded_by", name=op.f("ck_answer_four_eyes")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR kind IN ('undo', 'removal') OR lead_evidence_id IS NOT NULL",
            name=op.f("ck_answer_proved"),
        ),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'rejected')", name=op.f("ck_answer_state_known")),
        sa.CheckConstraint(
            "(CASE WHEN list_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN banner_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_answer_one_subject"),
        ),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_answer_decided_when")),
        sa.CheckConstraint("target_id IS NULL OR target_id <> id", name=op.f("ck_answer_not_itself")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_answer_version_positive")),
        sa.ForeignKeyConstraint(["banner_id"], ["banner.id"], name="fk_answer_banner_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["organizer.id"], name="fk_answer_decided_by"),
        *_lead_evidence(),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_answer_list_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["organizer.id"], name="fk_answer_recorded_by"),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entry.seq"], name="fk_answer_seq"),
        sa.ForeignKeyConstraint(["target_id"], ["answer.id"], name="fk_answer_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.UniqueConstraint("id", "banner_id", name="uq_answer_id_banner_id"),
        sa.UniqueConstraint("id", "list_id", name="uq_answer_id_list_id"),
        sa.UniqueConstraint("seq", name="uq_answer_seq"),
    )
    op.create_index("ix_answer_banner_id", "answer", ["banner_id"], unique=False)
    op.create_index("ix_answer_list_id", "answer", ["list_id"], unique=False)
    op.create_index("ix_answer_state", "answer", ["state"], unique=False)
    op.create_index("ix_answer_target_id", "answer", ["target_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("sent", "reminded", "received", "declined", name="contactkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "medium",
            sa.Enum("email", "post", "phone", "form", "social", "meeting", name="medium", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('sent', 'reminded', 'received', 'declined')", name=op.f("ck_contact_kind_known")),
        sa.CheckConstraint(
            "medium IN ('email', 'post', 'phone', 'form', 'social', 'meeting')", name=op.f("ck_contact_medium_known")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_contact_list_id"),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"], name="fk_contact_organizer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_list_id", "contact", ["list_id"], unique=False)

    op.create_table(
        "lineage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("continues", "merged", name="lineagekind", native_enum=False, length=24), nullable=False
        ),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('continues', 'merged')", name=op.f("ck_lineage_kind_known")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_lineage_confirmed_by_person")
        ),
        sa.CheckConstraint("child_id <> parent_id", name=op.f("ck_lineage_two_lists")),
        sa.ForeignKeyConstraint(["child_id"], ["candidate_list.id"], name="fk_lineage_child_id"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["organizer.id"], name="fk_lineage_confirmed_by"),
        sa.ForeignKeyConstraint(["parent_id"], ["candidate_list.id"], name="fk_lineage_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lineage"),
        sa.UniqueConstraint("child_id", "parent_id", name="uq_lineage_child_id_parent_id"),
    )
    op.create_index(
        "ix_lineage_continues_once",
        "lineage",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'continues' AND confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("kind = 'continues' AND confirmed_at IS NOT NULL"),
    )
    op.create_index("ix_lineage_parent_id", "lineage", ["parent_id"], unique=False)

    op.create_table(
        "name_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("banner_id", sa.Integer(), nullable=True),
        sa.Column("alias", sa.String(length=500), nullable=False),
        sa.Column("normal", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN list_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN banner_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_name_alias_one_subject"),
        ),
        sa.ForeignKeyConstraint(["banner_id"], ["banner.id"], name="fk_name_alias_banner_id"),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_name_alias_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_name_alias"),
        sa.UniqueConstraint("banner_id", "normal", name="uq_name_alias_banner_id_normal"),
        sa.UniqueConstraint("list_id", "normal", name="uq_name_alias_list_id_normal"),
    )
    op.create_index("ix_name_alias_normal", "name_alias", ["normal"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum("all", "constituency", "banner", "list", "demand", name="topickind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("constituency_id", sa.Integer(), nullable=True),
        sa.Column("banner_id", sa.Integer(), nullable=True),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("demand_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(topic = 'banner') = (banner_id IS NOT NULL)", name=op.f("ck_subscription_banner_named")),
        sa.CheckConstraint(
            "(topic = 'constituency') = (constituency_id IS NOT NULL)", name=op.f("ck_subscription_constituency_named")
        ),
        sa.CheckConstraint("(topic = 'demand') = (demand_id IS NOT NULL)", name=op.f("ck_subscription_demand_named")),
        sa.CheckConstraint("(topic = 'list') = (list_id IS NOT NULL)", name=op.f("ck_subscription_list_named")),
        sa.CheckConstraint(
            "topic IN ('all', 'constituency', 'banner', 'list', 'demand')", name=op.f("ck_subscription_topic_known")
        ),
        sa.ForeignKeyConstraint(["banner_id"], ["banner.id"], name="fk_subscription_banner_id"),
        sa.ForeignKeyConstraint(["constituency_id"], ["constituency.id"], name="fk_subscription_constituency_id"),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name="fk_subscription_demand_id"),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destination.id"], name="fk_subscription_destination_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_subscription_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
    )
    op.create_index(
        "ix_subscription_all_once",
        "subscription",
        ["destination_id"],
        unique=True,
        sqlite_where=sa.text("topic = 'all'"),
        postgresql_where=sa.text("topic = 'all'"),
    )
    op.create_index("ix_subscription_banner_id", "subscription", ["banner_id"], unique=False)
    op.create_index(
        "ix_subscription_banner_id_once",
        "subscription",
        ["destination_id", "banner_id"],
        unique=True,
        sqlite_where=sa.text("banner_id IS NOT NULL"),
        postgresql_where=sa.text("banner_id IS NOT NULL"),
    )
    op.create_index("ix_subscription_constituency_id", "subscription", ["constituency_id"], unique=False)
    op.create_index(
        "ix_subscription_constituency_id_once",
        "subscription",
        ["destination_id", "constituency_id"],
        unique=True,
        sqlite_where=sa.text("constituency_id IS NOT NULL"),
        postgresql_where=sa.text("constituency_id IS NOT NULL"),
    )
    op.create_index("ix_subscription_demand_id", "subscription", ["demand_id"], unique=False)
    op.create_index(
        "ix_subscription_demand_id_once",
        "subscription",
        ["destination_id", "demand_id"],
        unique=True,
        sqlite_where=sa.text("demand_id IS NOT NULL"),
        postgresql_where=sa.text("demand_id IS NOT NULL"),
    )
    op.create_index("ix_subscription_destination_id", "subscription", ["destination_id"], unique=False)
    op.create_index("ix_subscription_list_id", "subscription", ["list_id"], unique=False)
    op.create_index(
        "ix_subscription_list_id_once",
        "subscription",
        ["destination_id", "list_id"],
        unique=True,
        sqlite_where=sa.text("list_id IS NOT NULL"),
        postgresql_where=sa.text("list_id IS NOT NULL"),
    )

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "answer_confirmed",
                "answer_corrected",
                "answer_withdrawn",
                "content_removed",
                "answer_pending",
                name="eventkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum("public", "subscriber", "organizers", name="audience", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("facts_version", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fanned_to", sa.Integer(), nullable=False),
        sa.Column("fanned_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("audience IN ('public', 'subscriber', 'organizers')", name=op.f("ck_event_audience_known")),
        sa.CheckConstraint("expires_at IS NULL OR expires_at > not_before", name=op.f("ck_event_expires_later")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_event_answer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("answer_id", "kind", name="uq_event_answer_id_kind"),
    )
    op.create_index("ix_event_fanned_out_at", "event", ["fanned_out_at"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("link", "quotation", "file", name="evidencekind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("blob_sha256", sa.String(length=64), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind <> 'file' OR removed_at IS NOT NULL OR blob_sha256 IS NOT NULL", name=op.f("ck_evidence_file_there")
        ),
        sa.CheckConstraint(
            "kind <> 'link' OR removed_at IS NOT NULL"
            " OR (url IS NOT NULL AND (COALESCE(quote, '') <> '' OR blob_sha256 IS NOT NULL))",
            name=op.f("ck_evidence_link_with_words"),
        ),
        sa.CheckConstraint(
            "kind <> 'quotation' OR removed_at IS NOT NULL OR COALESCE(quote, '') <> ''",
            name=op.f("ck_evidence_quotation_with_words"),
        ),
        sa.CheckConstraint("kind IN ('link', 'quotation', 'file')", name=op.f("ck_evidence_kind_known")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_evidence_answer_id"),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name="fk_evidence_blob_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.UniqueConstraint("id", "answer_id", name="uq_evidence_id_answer_id"),
    )
    op.create_index("ix_evidence_answer_id", "evidence", ["answer_id"], unique=False)

    op.create_table(
        "stance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column("banner_id", sa.Integer(), nullable=True),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("demand_version_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column(
            "position",
            sa.Enum("committed", "partial", "refused", "unclear", name="position", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "current",
                "beside",
                "superseded",
                "rejected",
                name="stancestate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "position IS NULL OR position IN ('committed', 'partial', 'refused', 'unclear')",
            name=op.f("ck_stance_position_known"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'current', 'beside', 'superseded', 'rejected')", name=op.f("ck_stance_state_known")
        ),
        sa.CheckConstraint(
            "(CASE WHEN list_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN banner_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_stance_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["answer_id", "banner_id"], ["answer.id", "answer.banner_id"], name="fk_stance_answer_id_banner_id"
        ),
        sa.ForeignKeyConstraint(
            ["answer_id", "list_id"], ["answer.id", "answer.list_id"], name="fk_stance_answer_id_list_id"
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_stance_answer_id"),
        sa.ForeignKeyConstraint(["banner_id"], ["banner.id"], name="fk_stance_banner_id"),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name="fk_stance_demand_id"),
        sa.ForeignKeyConstraint(
            ["demand_version_id", "demand_id"],
            ["demand_version.id", "demand_version.demand_id"],
            name="fk_stance_version_of_demand",
        ),
        sa.ForeignKeyConstraint(["list_id"], ["candidate_list.id"], name="fk_stance_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stance"),
        sa.UniqueConstraint("answer_id", "demand_id", "part", name="uq_stance_answer_id_demand_id_part"),
    )
    op.create_index("ix_stance_demand_id", "stance", ["demand_id"], unique=False)
    op.create_index(
        "ix_stance_one_current_of_banner",
        "stance",
        ["banner_id", "demand_id", "part"],
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_index(
        "ix_stance_one_current_of_list",
        "stance",
        ["list_id", "demand_id", "part"],
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    )

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column(
            "action", sa.Enum("send", "edit", "reply", name="action", native_enum=False, length=24), nullable=False
        ),
        sa.Column("acts_on_id", sa.Integer(), nullable=True),
        sa.Column("bundle_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "claimed",
                "sent",
                "uncertain",
                "failed",
                "held",
                "cancelled",
                name="deliverystate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wording_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_delivery_sent_when")),
        sa.CheckConstraint("action = 'send' OR acts_on_id IS NOT NULL", name=op.f("ck_delivery_acts_on_named")),
        sa.CheckConstraint("action IN ('send', 'edit', 'reply')", name=op.f("ck_delivery_action_known")),
        sa.CheckConstraint(
            "state <> 'claimed' OR (claimed_at IS NOT NULL AND claim_token IS NOT NULL AND wording_id IS NOT NULL)",
            name=op.f("ck_delivery_claim_whole"),
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR remote_id IS NOT NULL OR settled_by IS NOT NULL", name=op.f("ck_delivery_sent_proved")
        ),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'sent', 'uncertain', 'failed', 'held', 'cancelled')",
            name=op.f("ck_delivery_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('failed', 'uncertain', 'held', 'cancelled') OR reason IS NOT NULL",
            name=op.f("ck_delivery_reason_given"),
        ),
        sa.ForeignKeyConstraint(["acts_on_id"], ["delivery.id"], name="fk_delivery_acts_on_id"),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name="fk_delivery_bundle_id"),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destination.id"], name="fk_delivery_destination_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_delivery_event_id"),
        sa.ForeignKeyConstraint(["settled_by"], ["organizer.id"], name="fk_delivery_settled_by"),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name="fk_delivery_wording_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint(
            "event_id", "destination_id", "part", "action", name="uq_delivery_event_id_destination_id_part_action"
        ),
    )
    op.create_index("ix_delivery_destination", "delivery", ["destination_id", "id"], unique=False)
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.String(length=100), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_reminder_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("rule", "occurrence", name="uq_reminder_rule_occurrence"),
    )
    op.create_index("ix_reminder_due_at", "reminder", ["due_at"], unique=False)
    if op.get_context().dialect.name == "postgresql":
        op.create_foreign_key("fk_answer_lead_evidence", "answer", "evidence", *_LEAD_EVIDENCE)
    for statement in _triggers(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("fk_answer_lead_evidence", "answer")
    for table in _TABLES:
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION pledgebot_refuse")

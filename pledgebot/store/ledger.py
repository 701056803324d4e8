"""Tables of the ledger: answers, their stances and proofs, and the chain over what was confirmed.

The database itself holds the invariants: see the CHECKs, the partial indexes, the composite keys, and the triggers of the
migration that keep confirmed entries from being changed or deleted.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    EvidenceKind,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
)
from pledgebot.store.types import Base, Moment, check, exactly_one_of, one_of, word


class LedgerEntry(Base):
    """One link of the chain. `body` is canonical JSON (RFC 8785) and `hash` its SHA-256.

    `fields` holds what may be blanked on legal demand: name → salt and content; the body has only their digests.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (check("seq_positive", "seq >= 1"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    body: Mapped[str] = mapped_column(sa.Text)
    fields: Mapped[dict[str, dict[str, str] | None]] = mapped_column(sa.JSON)


class LedgerHead(Base):
    """The end of the chain: one row, locked while an entry is confirmed."""

    __tablename__ = "ledger_head"
    __table_args__ = (check("single", "id = 1"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))


class Answer(Base):
    """One entry of the ledger: one subject, one source, one day, positions on one or several demands."""

    __tablename__ = "answer"
    __table_args__ = (
        check("one_subject", exactly_one_of("list_id", "banner_id")),
        sa.UniqueConstraint("id", "list_id"),
        sa.UniqueConstraint("id", "banner_id"),
        sa.ForeignKeyConstraint(
            ["lead_evidence_id", "id"],
            ["evidence.id", "evidence.answer_id"],
            name="fk_answer_lead_evidence",
            use_alter=True,
        ),
        one_of("kind", AnswerKind),
        one_of("state", AnswerState),
        one_of("source_kind", SourceKind),
        one_of("speaker_role", SpeakerRole),
        one_of("contradiction", Contradiction),
        check("target_named", "(kind IN ('statement', 'withdrawal')) OR target_id IS NOT NULL"),
        check("statement_free", "kind <> 'statement' OR target_id IS NULL"),
        check("not_itself", "target_id IS NULL OR target_id <> id"),
        check("reason_given", "kind IN ('statement', 'withdrawal') OR (reason IS NOT NULL AND reason <> '')"),
        check("decided_once", "(state = 'pending') = (decided_by IS NULL)"),
        check("decided_when", "(decided_by IS NULL) = (decided_at IS NULL)"),
        check("four_eyes", "state <> 'confirmed' OR kind = 'undo' OR decided_by <> recorded_by"),
        check("in_ledger", "(state = 'confirmed') = (seq IS NOT NULL)"),
        check(
            "proved",
            "state <> 'confirmed' OR kind IN ('undo', 'removal') OR lead_evidence_id IS NOT NULL",
        ),
        check("version_positive", "version >= 1"),
    )

    # Said aloud, since a key that takes part in a foreign key is not numbered by itself.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("candidate_list.id"), index=True)
    banner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("banner.id"), index=True)
    kind: Mapped[AnswerKind] = mapped_column(word(AnswerKind))
    target_id: Mapped[int | None] = mapped_column(sa.ForeignKey("answer.id"), index=True)
    source_kind: Mapped[SourceKind] = mapped_column(word(SourceKind))
    speaker: Mapped[str | None] = mapped_column(sa.String(200))
    speaker_role: Mapped[SpeakerRole] = mapped_column(word(SpeakerRole))
    said_on: Mapped[date]
    contradiction: Mapped[Contradiction] = mapped_column(word(Contradiction))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    state: Mapped[AnswerState] = mapped_column(word(AnswerState), index=True)
    version: Mapped[int]
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("organizer.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    recorded_via: Mapped[str] = mapped_column(sa.String(20))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("organizer.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    lead_evidence_id: Mapped[int | None]
    seq: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.seq"), unique=True)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


_COUNTS = "state = 'current'"


class Stance(Base):
    """The position that an answer takes on one demand, or on one part of it (`part` is empty for the whole)."""

    __tablename__ = "stance"
    __table_args__ = (
        check("one_subject", exactly_one_of("list_id", "banner_id")),
        sa.ForeignKeyConstraint(["answer_id", "list_id"], ["answer.id", "answer.list_id"]),
        sa.ForeignKeyConstraint(["answer_id", "banner_id"], ["answer.id", "answer.banner_id"]),
        sa.ForeignKeyConstraint(
            ["demand_version_id", "demand_id"],
            ["demand_version.id", "demand_version.demand_id"],
            name="fk_stance_version_of_demand",
        ),
        sa.UniqueConstraint("answer_id", "demand_id", "part"),
        one_of("state", StanceState),
        check(
            "position_known",
            "position IS NULL OR position IN ({})".format(", ".join(f"'{p.value}'" for p in Position)),
        ),
        sa.Index(
            "ix_stance_one_current_of_list",
            "list_id",
            "demand_id",
            "part",
            unique=True,
            sqlite_where=sa.text(_COUNTS),
            postgresql_where=sa.text(_COUNTS),
        ),
        sa.Index(
            "ix_stance_one_current_of_banner",
            "banner_id",
            "demand_id",
            "part",
            unique=True,
            sqlite_where=sa.text(_COUNTS),
            postgresql_where=sa.text(_COUNTS),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(sa.ForeignKey("answer.id"))
    list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("candidate_list.id"))
    banner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("banner.id"))
    demand_id: Mapped[int] = mapped_column(sa.ForeignKey("demand.id"), index=True)
    demand_version_id: Mapped[int]
    part: Mapped[str] = mapped_column(sa.String(64), default="")
    position: Mapped[Position | None] = mapped_column(word(Position))
    state: Mapped[StanceState] = mapped_column(word(StanceState))


class Blob(Base):
    """A file kept as proof, found by its SHA-256; private unless a reviewed copy is marked public."""

    __tablename__ = "blob"
    __table_args__ = (check("size_allowed", "size > 0 AND size <= 20971520"),)

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(100))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    is_public: Mapped[bool] = mapped_column(default=False)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class Evidence(Base):
    """A proof of an answer: a link with the quoted words or a capture, a quotation, or a file."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.UniqueConstraint("id", "answer_id"),
        one_of("kind", EvidenceKind),
        check(
            "link_with_words",
            # A comparison with NULL is neither true nor false, and a CHECK lets it pass.
            "kind <> 'link' OR removed_at IS NOT NULL"
            " OR (url IS NOT NULL AND (COALESCE(quote, '') <> '' OR blob_sha256 IS NOT NULL))",
        ),
        check("quotation_with_words", "kind <> 'quotation' OR removed_at IS NOT NULL OR COALESCE(quote, '') <> ''"),
        check("file_there", "kind <> 'file' OR removed_at IS NOT NULL OR blob_sha256 IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(sa.ForeignKey("answer.id"), index=True)
    place: Mapped[int]
    kind: Mapped[EvidenceKind] = mapped_column(word(EvidenceKind))
    url: Mapped[str | None] = mapped_column(sa.Text)
    quote: Mapped[str | None] = mapped_column(sa.Text)
    blob_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"))
    removed_at: Mapped[datetime | None] = mapped_column(Moment)

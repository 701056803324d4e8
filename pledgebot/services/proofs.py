"""The whole proof of one confirmed entry, as anybody may see it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState
from pledgebot.domain.events import ProofFacts
from pledgebot.services.histories import history
from pledgebot.services.positions import proof_of
from pledgebot.services.revision import Remembered
from pledgebot.services.views import HistoryEntry
from pledgebot.store.tables import Answer, Blob, Evidence


@dataclass(frozen=True)
class ProofView:
    """One confirmed entry with everything that proves it, the lead proof first.

    `removal` is the entry that blanked it on legal demand; then there is no proof. Of `list_id` and `banner_id` one is None.
    """

    subject: str
    constituency: str | None
    list_id: int | None
    banner_id: int | None
    entry: HistoryEntry
    removal: HistoryEntry | None
    proofs: tuple[ProofFacts, ...]


def proof_view(
    session: Session, answer_id: int, known: Remembered | None = None, *, as_of: datetime | None = None
) -> ProofView | None:
    """Return the proof of an entry that is confirmed, or was at a moment; None for one that waits, was rejected or never was."""
    answer = session.get(Answer, answer_id)
    if answer is None or answer.state is not AnswerState.CONFIRMED:
        return None
    whole = history(session, list_id=answer.list_id, banner_id=answer.banner_id, known=known, as_of=as_of)
    entry = next((entry for entry in whole.entries if entry.answer == answer_id), None)
    if entry is None:
        return None
    removals = (other for other in whole.entries if other.kind is AnswerKind.REMOVAL)
    return ProofView(
        subject=whole.subject,
        constituency=whole.constituency,
        list_id=answer.list_id,
        banner_id=answer.banner_id,
        entry=entry,
        removal=next((other for other in removals if other.target == entry.answer), None),
        proofs=() if entry.removed else _proofs(session, answer),
    )


def _proofs(session: Session, answer: Answer) -> tuple[ProofFacts, ...]:
    rows = session.scalars(sa.select(Evidence).where(Evidence.answer_id == answer.id).order_by(Evidence.place))
    ordered = sorted(rows, key=lambda row: row.id != answer.lead_evidence_id)
    return tuple(proof for row in ordered if (proof := proof_of(row)) is not None)


def files_of(session: Session, answer_id: int) -> tuple[str, ...]:
    """Return the SHA-256 of the files that prove an entry, in their order; none for one that does not exist."""
    kept = sa.select(Evidence.blob_sha256).where(Evidence.answer_id == answer_id, Evidence.blob_sha256.is_not(None))
    return tuple(file for file in session.scalars(kept.order_by(Evidence.place)) if file is not None)


def file_content(session: Session, sha256: str) -> tuple[bytes, str] | None:
    """Return a kept file and its media type, None when there is none (any more)."""
    blob = session.get(Blob, sha256)
    return (blob.content, blob.media_type) if blob is not None else None

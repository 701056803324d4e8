"""One answer as an organizer gives it."""

from dataclasses import dataclass
from datetime import date

from pledgebot.domain.answer import (
    AnswerKind,
    Contradiction,
    EvidenceKind,
    Position,
    SourceKind,
    SpeakerRole,
)

FILE_LIMIT = 20 * 1024 * 1024


SPEAKER_LENGTH = 200


LARGEST_NUMBER = 1 << 31
"""Row numbers are below it: PostgreSQL and SQLite refuse to be asked for larger ones."""


@dataclass(frozen=True)
class Subject:
    """Whom an answer is about: the number of a list or of a banner, exactly one of them."""

    list_id: int | None = None
    banner_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse none or both."""
        if (self.list_id is None) == (self.banner_id is None):
            raise ValueError("an answer has one subject: a list or a banner")


@dataclass(frozen=True)
class Taken:
    """The position taken on one demand, or on one part of it; None in a withdrawal."""

    demand: str
    position: Position | None
    part: str = ""


@dataclass(frozen=True)
class Proof:
    """One piece of evidence. A link needs the quoted words or a capture (`file`); the first proof given leads."""

    url: str | None = None
    quote: str | None = None
    file: bytes | None = None
    media_type: str = "application/octet-stream"

    @property
    def kind(self) -> EvidenceKind:
        """Return what kind of evidence this is."""
        if self.url:
            return EvidenceKind.LINK
        return EvidenceKind.FILE if self.file is not None else EvidenceKind.QUOTATION


@dataclass(frozen=True)
class NewAnswer:
    """One answer as an organizer gives it.

    `contradiction` says whether an answer that contradicts the current one replaces it or stands beside it; it may be None
    as long as nothing is contradicted. `target` is the answer that a correction corrects. An undo and a removal are
    nobody's answer: `services.decisions` makes them.
    """

    subject: Subject
    positions: tuple[Taken, ...]
    source: SourceKind
    role: SpeakerRole
    said_on: date
    proofs: tuple[Proof, ...]
    speaker: str | None = None
    kind: AnswerKind = AnswerKind.STATEMENT
    target: int | None = None
    contradiction: Contradiction | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody says: an undo or a removal, and a target of anything but a correction."""
        if self.kind in {AnswerKind.UNDO, AnswerKind.REMOVAL}:
            raise ValueError(f"nobody answers with {self.kind.value}: see services.decisions")
        if self.target is not None and self.kind is not AnswerKind.CORRECTION:
            raise ValueError("only a correction has a target")

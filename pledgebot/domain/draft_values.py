"""A half-typed answer as a value: what it waits for, what it holds, and, for a correction, what the entry said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole

MOST_PROOFS = 10
"""An album of a messenger holds ten pictures."""


class Step(StrEnum):
    """What a draft waits for."""

    LIST = "list"
    POSITIONS = "positions"
    SOURCE = "source"
    PROOF = "proof"
    DATE = "date"
    SPEAKER = "speaker"
    REASON = "reason"
    PREVIEW = "preview"
    CHANGE = "change"


class Said(StrEnum):
    """What an answer says on a demand: a position, its word taken back, or nothing (in a correction: it stays as it was)."""

    COMMITTED = "committed"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    BACK = "back"
    NOTHING = "nothing"

    @property
    def position(self) -> Position | None:
        """Return the position, if it is one."""
        return Position(self.value) if self not in {Said.BACK, Said.NOTHING} else None


@dataclass(frozen=True)
class Question:
    """One demand of the letter, with the parts on which one may answer apart."""

    demand: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """A demand, or one part of it, on which something is said."""

    demand: str
    part: str = ""


@dataclass(frozen=True)
class HeldProof:
    """A proof as a draft holds it; `file` is the SHA-256 of a file that is kept already. A link alone proves nothing yet."""

    url: str | None = None
    quote: str | None = None
    file: str | None = None

    @property
    def complete(self) -> bool:
        """Tell whether there are words or a file."""
        return bool(self.quote or self.file)


@dataclass(frozen=True)
class Original:
    """What the entry says that is corrected. A word that was taken back is no position, so it is not among `said`."""

    said: tuple[tuple[Slot, Said], ...] = ()
    source: SourceKind | None = None
    said_on: date | None = None
    speaker: str | None = None
    role: SpeakerRole | None = None
    proofs: tuple[HeldProof, ...] = ()

    def on(self, slot: Slot) -> Said | None:
        """Return what the entry says on a demand or part."""
        return next((said for one, said in self.said if one == slot), None)


@dataclass(frozen=True)
class Draft:
    """A half-typed answer.

    `only` are the demands and parts that can be spoken of, where they are not the letter's: those of the entry that is
    corrected, those on which a word can be taken back. `split` are the demands answered by parts, `at` what is asked about
    now, `query` and `place` what was typed or pressed while looking for a list. `offered` is a day to choose, from a
    forwarded message, `by` who wrote that. A speaker without a role is half named. `original` is the entry that is
    corrected (None for one begun before it was kept), `proved` the changed demands of which it is known what proves them.
    `changing` says that one thing is changed by the menu, to which Back then leads.
    """

    kind: AnswerKind = AnswerKind.STATEMENT
    step: Step = Step.LIST
    target: int | None = None
    list_id: int | None = None
    banner_id: int | None = None
    query: str = ""
    place: int | None = None
    only: tuple[Slot, ...] = ()
    split: tuple[str, ...] = ()
    at: Slot | None = None
    said: tuple[tuple[Slot, Said], ...] = ()
    source: SourceKind | None = None
    proofs: tuple[HeldProof, ...] = ()
    said_on: date | None = None
    offered: date | None = None
    by: str = ""
    speaker: str | None = None
    role: SpeakerRole | None = None
    contradiction: Contradiction | None = None
    reason: str | None = None
    original: Original | None = None
    proved: tuple[Slot, ...] = ()
    changing: bool = False

    @property
    def has_subject(self) -> bool:
        """Tell whether it is known whom the answer is about."""
        return (self.list_id is None) != (self.banner_id is None)

    @property
    def worth_keeping(self) -> bool:
        """Tell whether something was entered that would be a loss."""
        return self.has_subject or bool(self.proofs)

    def on(self, slot: Slot) -> Said | None:
        """Return what the answer says on a demand or part; None while that is open."""
        return next((said for one, said in self.said if one == slot), None)


Questions = Sequence[Question]
"""The letter, as a draft asks about it."""

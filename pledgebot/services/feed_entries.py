"""What a feed tells: the last entries of the ledger about everything, a list or a demand, and what became of each since."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, AnswerState
from pledgebot.domain.events import AnswerFacts
from pledgebot.services.facts import answer_facts
from pledgebot.services.revision import Remembered
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, CandidateList, DemandRow, DemandVersion, LedgerEntry, Stance

MOST = 50
"""How many entries a feed holds, the newest ones."""

_ENTRIES = (
    sa.select(
        Answer.id, Answer.seq, Answer.kind, Answer.decided_at, Answer.recorded_at, Answer.removed_at, Answer.target_id,
        Answer.list_id, Answer.banner_id, LedgerEntry.hash,
    )
    .join(LedgerEntry, LedgerEntry.seq == Answer.seq)
    .where(Answer.state == AnswerState.CONFIRMED)
    .order_by(Answer.seq.desc())
)  # fmt: skip
_LATER = sa.select(Answer.target_id, Answer.kind, Answer.seq, Answer.decided_at, Answer.reason).where(
    Answer.state == AnswerState.CONFIRMED,
    Answer.target_id.in_(sa.bindparam("answers")),
    Answer.decided_at.is_not(None),
)
_NUMBERS = sa.select(Answer.id, Answer.seq).where(Answer.id.in_(sa.bindparam("answers")))
_SINCE = sa.select(sa.func.min(DemandVersion.since))


@dataclass(frozen=True)
class Since:
    """What a later entry did to one: which entry of the ledger it is, when it was confirmed, and why."""

    number: int
    at: datetime
    reason: str | None


@dataclass(frozen=True)
class FeedEntry:
    """One entry of the ledger as a feed tells it, and the later entries that changed what may be said of it.

    `target` is the number of the entry that it acts on; of `list_id` and `banner_id` one is None.
    """

    facts: AnswerFacts
    kind: AnswerKind
    number: int
    hash: str
    confirmed_at: datetime
    list_id: int | None
    banner_id: int | None
    target: int | None = None
    corrected: Since | None = None
    undone: Since | None = None
    removed: Since | None = None
    restored_at: datetime | None = None
    """When a correction of it was undone, the last of those."""

    @property
    def updated_at(self) -> datetime:
        """Return when what is told of it changed last."""
        later = [one.at for one in (self.corrected, self.undone, self.removed) if one is not None]
        return max([self.confirmed_at, *later, self.restored_at or self.confirmed_at])


def feed_of_everything(session: Session, known: Remembered, as_of: datetime | None = None) -> tuple[FeedEntry, ...]:
    """Return the last entries of the ledger, newest first."""
    return _read(session, _ENTRIES, known, as_of)


def feed_of_list(
    session: Session, list_id: int, known: Remembered, as_of: datetime | None = None
) -> tuple[FeedEntry, ...] | None:
    """Return the last entries about a list and the banner that it stands under; None where there is no such list."""
    row = session.get(CandidateList, list_id)
    if row is None or (as_of is not None and row.created_at >= as_of):
        return None
    about = Answer.list_id == list_id
    if row.banner_id is not None:
        about = sa.or_(about, Answer.banner_id == row.banner_id)
    return _read(session, _ENTRIES.where(about), known, as_of)


def feed_of_demand(
    session: Session, key: str, known: Remembered, as_of: datetime | None = None
) -> tuple[FeedEntry, ...] | None:
    """Return the last entries on a demand, also those that act on one of them; None where there is no such demand."""
    demand = session.scalar(sa.select(DemandRow.id).where(DemandRow.key == key, DemandRow.retired_at.is_(None)))
    if demand is None:
        return None
    on_it = sa.select(Stance.answer_id).where(Stance.demand_id == demand)
    return _read(session, _ENTRIES.where(sa.or_(Answer.id.in_(on_it), Answer.target_id.in_(on_it))), known, as_of)


def lists_with_entries(session: Session, as_of: datetime | None = None) -> frozenset[int]:
    """Return the lists of which the ledger has an entry, or of whose banner."""
    there = sa.select(Answer.list_id, Answer.banner_id).where(Answer.state == AnswerState.CONFIRMED).distinct()
    if as_of is not None:
        there = there.where(Answer.decided_at < as_of)
    rows = fetch(session, there).all()
    banners = sorted({row.banner_id for row in rows if row.banner_id is not None})
    members = (
        session.scalars(sa.select(CandidateList.id).where(CandidateList.banner_id.in_(banners))) if banners else ()
    )
    return frozenset({row.list_id for row in rows if row.list_id is not None} | set(members))


def letter_since(session: Session) -> datetime | None:
    """Return since when the letter's first wording is here: a feed is as old while it holds nothing."""
    return session.scalar(_SINCE)


def _read(
    session: Session,
    asked: "sa.Select[int, int | None, AnswerKind, datetime | None, datetime, datetime | None, int | None, int | None, int | None, str]",  # noqa: E501 - a type
    known: Remembered,
    as_of: datetime | None,
) -> tuple[FeedEntry, ...]:
    rows = fetch(session, (asked if as_of is None else asked.where(Answer.decided_at < as_of)).limit(MOST)).all()
    later, restored = _later(session, [row.id for row in rows], as_of)
    targets = sorted({row.target_id for row in rows if row.target_id is not None})
    found = fetch(session, _NUMBERS, {"answers": targets}) if targets else ()
    numbers = {row.id: row.seq for row in found}
    return tuple(
        FeedEntry(
            facts=_facts(session, row.id, known),
            kind=row.kind,
            number=row.seq or 0,
            hash=row.hash,
            confirmed_at=row.decided_at or row.recorded_at,
            list_id=row.list_id,
            banner_id=row.banner_id,
            target=numbers.get(row.target_id) if row.target_id is not None else None,
            corrected=later.get((row.id, AnswerKind.CORRECTION)),
            undone=later.get((row.id, AnswerKind.UNDO)),
            # What was removed since a moment is not shown as of that moment either.
            removed=later.get((row.id, AnswerKind.REMOVAL))
            or (Since(0, row.removed_at, None) if row.removed_at is not None else None),
            restored_at=restored.get(row.id),
        )
        for row in rows
    )


def _later(
    session: Session, answers: Collection[int], as_of: datetime | None
) -> tuple[Mapping[tuple[int, AnswerKind], Since], Mapping[int, datetime]]:
    """Return what later entries did, and when some of that was undone again: a correction that was is none."""
    if not answers:
        return {}, {}
    rows = [row for row in fetch(session, _LATER, {"answers": list(answers)}) if row.target_id is not None]
    taken_back = _taken_back(session, [row.seq for row in rows if row.seq is not None], as_of)
    found: dict[tuple[int, AnswerKind], Since] = {}
    restored: dict[int, datetime] = {}
    for row in sorted(rows, key=lambda row: row.seq or 0):
        if row.decided_at is None or row.seq is None:
            continue
        if row.seq in taken_back:
            undone_at = taken_back[row.seq]
            restored[row.target_id] = max(undone_at, restored.get(row.target_id, undone_at))
        elif as_of is None or row.decided_at < as_of:
            found[row.target_id, row.kind] = Since(row.seq, row.decided_at, row.reason)
    return found, restored


def _taken_back(session: Session, numbers: Iterable[int], as_of: datetime | None) -> Mapping[int, datetime]:
    """Return which of these entries of the ledger an undo took back, and when."""
    target, undo = sa.orm.aliased(Answer), sa.orm.aliased(Answer)
    there = (
        sa.select(target.seq, undo.decided_at)
        .join(undo, undo.target_id == target.id)
        .where(target.seq.in_(list(numbers)), undo.kind == AnswerKind.UNDO, undo.state == AnswerState.CONFIRMED)
    )
    if as_of is not None:
        there = there.where(undo.decided_at < as_of)
    return {number: at for number, at in session.execute(there) if number is not None and at is not None}


def _facts(session: Session, answer: int, known: Remembered) -> AnswerFacts:
    """Return what may be said of an entry, read once for every feed that tells it."""
    key: Hashable = ("facts of an entry", answer)
    facts = known.read_one(session, key, lambda reading: answer_facts(reading, reading.get_one(Answer, answer)))
    # Whether a list withdrew since is no part of what the entry says, and would change it later.
    return replace(facts, subject=replace(facts.subject, withdrawn=False))

"""The ledger as everybody may read it: every entry with its proofs, its lines up to a moment. Organizers are not named."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
)
from pledgebot.domain.events import ProofFacts
from pledgebot.services.as_of import Past, past_of, states_at
from pledgebot.services.ledger import export_ledger
from pledgebot.services.positions import proof_of
from pledgebot.services.revision import Remembered
from pledgebot.services.standing import undone_answers
from pledgebot.store.engine import fetch
from pledgebot.store.tables import Answer, DemandRow, DemandVersion, Evidence, LedgerEntry, Stance

AT_ONCE = 400

_ENTRY = (
    sa.select(
        Answer.id,
        Answer.seq,
        Answer.kind,
        Answer.list_id,
        Answer.banner_id,
        Answer.said_on,
        Answer.recorded_at,
        Answer.decided_at,
        Answer.source_kind,
        Answer.speaker,
        Answer.speaker_role,
        Answer.reason,
        Answer.removed_at,
        Answer.target_id,
        LedgerEntry.hash,
    )
    .join(LedgerEntry, LedgerEntry.seq == Answer.seq)
    .where(Answer.state == AnswerState.CONFIRMED)
)
_STANCES = (
    sa.select(
        Stance.answer_id,
        Stance.id.label("stance"),
        Stance.part,
        Stance.position,
        Stance.state,
        DemandRow.key,
        DemandVersion.number,
    )
    .join(DemandVersion, DemandVersion.id == Stance.demand_version_id)
    .join(DemandRow, DemandRow.id == Stance.demand_id)
    .where(Stance.answer_id.in_(sa.bindparam("answers")), Stance.state != StanceState.REJECTED)
    .order_by(DemandRow.place, Stance.part)
)
_SEQS = sa.select(Answer.id, Answer.seq).where(Answer.id.in_(sa.bindparam("answers")))
_FIRST_SINCE = sa.select(sa.func.min(Answer.seq)).where(
    Answer.state == AnswerState.CONFIRMED, Answer.decided_at >= sa.bindparam("moment")
)


_TARGET = sa.orm.aliased(Answer)
_REMOVED_SINCE = (
    sa.select(Answer.seq, _TARGET.seq.label("removed"))
    .join(_TARGET, _TARGET.id == Answer.target_id)
    .where(Answer.kind == AnswerKind.REMOVAL, Answer.seq >= sa.bindparam("end"))
)


@dataclass(frozen=True)
class LoggedStance:
    """One position that an entry took; `part` is empty for the whole demand, `position` None for a word taken back."""

    demand: str
    version: int
    part: str
    position: Position | None
    state: StanceState


@dataclass(frozen=True)
class LoggedEntry:
    """One entry of the ledger. Of `list_id` and `banner_id` one is None; `target` is the number of the entry it acts on.

    What was removed on legal demand (`removed`) has no speaker and no proof any more.
    """

    number: int
    hash: str
    kind: AnswerKind
    list_id: int | None
    banner_id: int | None
    said_on: date
    confirmed_at: datetime
    source: SourceKind
    speaker: str | None
    role: SpeakerRole
    reason: str | None
    target: int | None
    undone: bool
    removed: bool
    stances: tuple[LoggedStance, ...]
    proofs: tuple[ProofFacts, ...]


def _end(session: Session, as_of: datetime | None) -> int | None:
    """Return the number of the first entry that was confirmed at a moment or later: the ledger is cut before it."""
    return session.scalar(_FIRST_SINCE, {"moment": as_of}) if as_of is not None else None


def ledger_lines(session: Session, as_of: datetime | None = None) -> Iterator[str]:
    """Yield the ledger as lines of JSON that anyone can verify, cut where it stood at a moment; organizers are not named.

    Where content was removed since, the line says by which entry after the cut (`removal`).
    """
    end = _end(session, as_of)
    if end is None:
        yield from export_ledger(session)
        return
    removals = {row.removed: row.seq for row in fetch(session, _REMOVED_SINCE, {"end": end})}
    for line in export_ledger(session):
        entry = json.loads(line)
        number = int(entry["seq"])
        if number >= end:
            return
        marked = {**entry, "removal": removals[number]} if number in removals else None
        yield line if marked is None else json.dumps(marked, ensure_ascii=False)


def logged_entries(session: Session, known: Remembered, as_of: datetime | None = None) -> Iterator[LoggedEntry]:
    """Yield all entries in their order, some read at a time, each with the states that its positions have (or had)."""
    past = past_of(session, as_of, known)
    undone = known.read(session, undone_answers) if past is None else past.undone
    end, last = _end(session, as_of), 0
    whole = _ENTRY if end is None else _ENTRY.where(Answer.seq < end)
    while rows := fetch(session, whole.where(Answer.seq > last).order_by(Answer.seq).limit(AT_ONCE)).all():
        last = rows[-1].seq or 0
        answers = [row.id for row in rows]
        stances = _stances(session, answers, _states(session, past, rows))
        proofs = _proofs(session, answers)
        numbers = _numbers(session, [row.target_id for row in rows])
        for row in rows:
            yield LoggedEntry(
                number=row.seq or 0,
                hash=row.hash,
                kind=row.kind,
                list_id=row.list_id,
                banner_id=row.banner_id,
                said_on=row.said_on,
                confirmed_at=row.decided_at or row.recorded_at,
                source=row.source_kind,
                speaker=row.speaker,
                role=row.speaker_role,
                reason=row.reason if row.removed_at is None else None,
                target=numbers.get(row.target_id),
                undone=row.id in undone,
                removed=row.removed_at is not None,
                stances=tuple(stances[row.id]),
                proofs=tuple(proofs[row.id]),
            )


_Row = sa.Row[
    int, int | None, AnswerKind, int | None, int | None, date, datetime, datetime | None, SourceKind, str | None,
    SpeakerRole, str | None, datetime | None, int | None, str,
]  # fmt: skip


def _states(session: Session, past: Past | None, rows: Sequence[_Row]) -> Mapping[int, StanceState]:
    if past is None:
        return {}
    lists = {row.list_id for row in rows} - {None}
    banners = {row.banner_id for row in rows} - {None}
    return states_at(session, past, [one for one in lists if one], [one for one in banners if one])


def _stances(
    session: Session, answers: list[int], states: Mapping[int, StanceState]
) -> Mapping[int, list[LoggedStance]]:
    stances: dict[int, list[LoggedStance]] = defaultdict(list)
    for row in fetch(session, _STANCES, {"answers": answers}):
        state = states.get(row.stance, row.state)
        stances[row.answer_id].append(LoggedStance(row.key, row.number, row.part, row.position, state))
    return stances


def _proofs(session: Session, answers: list[int]) -> Mapping[int, list[ProofFacts]]:
    """Return what proves entries, each in the order in which the ledger has it; what was removed is not there."""
    proofs: dict[int, list[ProofFacts]] = defaultdict(list)
    kept = sa.select(Evidence).where(Evidence.answer_id.in_(answers)).order_by(Evidence.answer_id, Evidence.place)
    for row in session.scalars(kept):
        proof = proof_of(row)
        if proof is not None:
            proofs[row.answer_id].append(proof)
    return proofs


def _numbers(session: Session, answers: Iterable[int | None]) -> Mapping[int | None, int]:
    """Return answer → number of its entry in the ledger."""
    asked = sorted({answer for answer in answers if answer is not None})
    rows = fetch(session, _SEQS, {"answers": asked}) if asked else ()
    return {row.id: row.seq for row in rows if row.seq is not None}

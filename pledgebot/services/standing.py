"""What an entry changes: the ledger's statements on one demand, settled with and without it."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Position,
    Settlement,
    StanceState,
    Statement,
    settle,
)
from pledgebot.store.tables import Answer, Stance

_NOT_YET = 1 << 60
"""The place in the ledger of an entry that still waits: after everything."""


@dataclass(frozen=True)
class Effect:
    """What a stance does to its subject's position on its demand.

    `was` is the position that it replaces, when that differs; `contradicts` one that goes on standing beside it.
    """

    state: StanceState
    was: Position | None = None
    contradicts: Position | None = None


def statements_on(session: Session, stance: Stance, *, also: int | None = None) -> list[Statement]:
    """Return the confirmed statements of a stance's subject on its demand and part, and those of a waiting answer (`also`)."""
    rows = session.execute(
        sa.select(Stance, Answer)
        .join(Answer, Answer.id == Stance.answer_id)
        .where(
            Stance.list_id == stance.list_id if stance.list_id is not None else Stance.banner_id == stance.banner_id,
            Stance.demand_id == stance.demand_id,
            Stance.part == stance.part,
            Stance.state != StanceState.REJECTED,
            sa.or_(Answer.state == AnswerState.CONFIRMED, Answer.id == (also or 0)),
        )
    )
    return [_statement(row, answer) for row, answer in rows]


def _statement(row: Stance, answer: Answer) -> Statement:
    return Statement(
        stance=row.id,
        answer=answer.id,
        seq=answer.seq if answer.seq is not None else _NOT_YET,
        kind=answer.kind,
        target=answer.target_id,
        position=row.position,
        source=answer.source_kind,
        said_on=answer.said_on,
        contradiction=answer.contradiction,
    )


def undone_answers(session: Session, *, before: int | None = None) -> frozenset[int]:
    """Return the answers that an undo took back, in the whole ledger or before one of its places."""
    undone = _UNDONE if before is None else _UNDONE.where(Answer.seq < before)
    return frozenset(answer for answer in session.scalars(undone) if answer is not None)


_UNDONE = sa.select(Answer.target_id).where(Answer.kind == AnswerKind.UNDO, Answer.state == AnswerState.CONFIRMED)


def effect_of(session: Session, answer: Answer, stance: Stance, also_undone: frozenset[int] = frozenset()) -> Effect:
    """Return what a stance changes, or changed when it was confirmed: what came later plays no part.

    `also_undone` are answers that are left aside although they were undone later, for what was not announced yet.
    """
    everything = statements_on(session, stance, also=answer.id)
    place = answer.seq if answer.seq is not None else _NOT_YET
    undone = undone_answers(session, before=answer.seq) | also_undone
    positions = {said.stance: said.position for said in everything}
    after = settle([said for said in everything if said.seq <= place], undone)
    before = settle([said for said in everything if said.seq < place], undone)
    state = after.state_of(stance.id)
    if state is StanceState.BESIDE:
        return Effect(state, contradicts=_position(after.current, positions))
    if state is StanceState.CURRENT:
        was = _corrected(everything, answer) or _replaced(before, after, positions)
        beside = next((positions[other] for other in sorted(after.beside)), None)
        return Effect(state, was=was if was != stance.position else None, contradicts=beside)
    return Effect(state)


def _position(stance: int | None, positions: dict[int, Position | None]) -> Position | None:
    return positions.get(stance) if stance is not None else None


def _replaced(before: Settlement, after: Settlement, positions: dict[int, Position | None]) -> Position | None:
    """Return the position that no longer counts; what goes on standing beside the new one is not replaced."""
    return None if before.current in after.beside else _position(before.current, positions)


def _corrected(everything: Iterable[Statement], answer: Answer) -> Position | None:
    if answer.kind is not AnswerKind.CORRECTION:
        return None
    return next((said.position for said in everything if said.answer == answer.target_id), None)


def resettle(session: Session, stances: Iterable[Stance]) -> None:
    """Write the states that the ledger now gives to everything said on the demands of these stances."""
    session.flush()
    undone = undone_answers(session)
    for stance in stances:
        everything = statements_on(session, stance)
        _write(session, everything, settle(everything, undone))


def _write(session: Session, everything: list[Statement], settlement: Settlement) -> None:
    """Write the states; the one that counts comes last, since only one may be current at any moment."""
    rows = [session.get_one(Stance, said.stance) for said in everything]
    for row in rows:
        if row.id != settlement.current:
            row.state = settlement.state_of(row.id)
    session.flush()
    for row in rows:
        row.state = settlement.state_of(row.id)
    session.flush()

"""Spreadsheets of answers: rows become answers by the same service as everywhere, and answers become rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pledgebot.bootstrap import Bot
from pledgebot.cli.shared import terminal_translator
from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.errors import Objection, Refused, Unusable
from pledgebot.importers.answers import AnswerRow
from pledgebot.messages.objections import objection
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.lists import find_round
from pledgebot.services.lookup import HitKind, find, standing_in
from pledgebot.services.people import Actor
from pledgebot.services.queries import current_round
from pledgebot.services.spreadsheets import StoredAnswer, stored_answers

if TYPE_CHECKING:
    from pledgebot.store.engine import Session


def record_rows(
    session: "Session", bot: Bot, file: Path, rows: Iterable[AnswerRow], actor: Actor
) -> tuple[list[int], int]:
    """Record every row that has no number yet; return the new numbers, and how many rows were on record already.

    All faults are said at once, each with its line, and then nothing is recorded.
    """
    recorded: list[int] = []
    faults: list[str] = []
    known = 0
    for row in rows:
        if row.answer:
            known += 1
            continue
        if row.kind not in {AnswerKind.STATEMENT, AnswerKind.WITHDRAWAL}:
            faults.append(
                f"{file}: line {row.line}: a {row.kind.value} names the entry that it concerns: use `pledgebot answers`"
            )
            continue
        try:
            with session.begin_nested():
                recorded.append(record_answer(session, _new(session, bot, row), actor, bot.clock.now()))
        except Refused as refused:
            if refused.objection is Objection.SAME_ANSWER_PENDING:
                known += 1
            else:
                reason = objection(terminal_translator(), refused.objection, refused.facts)
                faults.append(f"{file}: line {row.line}: {reason}")
    if faults:
        raise Unusable("\n".join([*faults, "nothing was recorded"]))
    return recorded, known


def _new(session: "Session", bot: Bot, row: AnswerRow) -> NewAnswer:
    proofs = (Proof(row.link or None, row.quote or None),) if row.link or row.quote else ()
    return NewAnswer(
        subject=_subject(session, bot, row),
        positions=tuple(Taken(demand, position, part) for demand, part, position in row.positions),
        source=row.source,
        role=row.role,
        said_on=row.said_on,
        proofs=proofs,
        speaker=row.speaker or None,
        kind=row.kind,
        contradiction=row.contradiction,
        reason=row.reason or None,
    )


def _subject(session: "Session", bot: Bot, row: AnswerRow) -> Subject:
    """Return the list or banner that a row names; its constituency tells apart lists of one name."""
    asked = find_round(session, row.round).id if row.round else current_round(session, bot.clock.now()).id
    found = find(session, row.subject, [HitKind.LIST, HitKind.BANNER], asked)
    hits = standing_in(session, found.hits, row.constituency) if row.constituency else found.hits
    if len(hits) > 1:
        raise Refused(Objection.AMBIGUOUS_LIST, name=row.subject, known=[f"#{hit.id} {hit.label}" for hit in hits])
    if not hits:
        raise Refused(Objection.UNKNOWN_LIST, name=row.subject)
    return Subject(hits[0].id) if hits[0].kind is HitKind.LIST else Subject(banner_id=hits[0].id)


def exported_rows(session: "Session") -> tuple[list[AnswerRow], list[tuple[str, str]]]:
    """Return every answer as a row, and the columns of positions that they need."""
    stored = stored_answers(session)
    columns = dict.fromkeys((demand, part) for answer in stored for demand, part, _position in answer.positions)
    return [_row(answer) for answer in stored], list(columns)


def _row(answer: StoredAnswer) -> AnswerRow:
    return AnswerRow(
        line=0,
        answer=str(answer.number),
        kind=answer.kind,
        subject=answer.subject,
        constituency=answer.constituency,
        round=answer.round,
        said_on=answer.said_on,
        source=answer.source,
        speaker=answer.speaker or "",
        role=answer.role,
        link=answer.link or "",
        quote=answer.quote or "",
        reason=answer.reason or "",
        contradiction=answer.contradiction,
        positions=answer.positions,
    )

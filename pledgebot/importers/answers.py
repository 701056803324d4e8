"""Answers from spreadsheets and to spreadsheets: one row per answer, one column per demand or part of a demand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TextIO, TypeVar

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.words import (
    CONTRADICTION_WORDS,
    KIND_WORDS,
    POSITION_WORDS,
    ROLE_WORDS,
    SOURCE_WORDS,
    WITHDRAWN_WORDS,
    normalise,
)
from pledgebot.importers.cells import Cells
from pledgebot.importers.faults import Faults, shown
from pledgebot.importers.spreadsheet import Column, Table, read_table, write_table

E = TypeVar("E", bound=StrEnum)

COLUMNS = {
    "answer": Column(("answer", "réponse", "n° réponse", "entry", "entrée")),
    "kind": Column(("kind", "type", "genre")),
    "subject": Column(("subject", "sujet", "liste", "list", "bannière", "banner", "liste ou bannière"), required=True),
    "constituency": Column(
        ("constituency", "circonscription", "commune", "code circonscription", "code commune", "ville")
    ),
    "round": Column(("round", "tour")),
    "said_on": Column(("said_on", "said on", "dit le", "date"), required=True),
    "source": Column(("source", "nature de la source", "source kind"), required=True),
    "speaker": Column(("speaker", "dit par", "qui", "personne", "said by", "who")),
    "role": Column(("role", "qualité", "en qualité de"), required=True),
    "link": Column(("link", "lien", "url", "adresse")),
    "quote": Column(("quote", "citation", "quotation", "mots cités")),
    "reason": Column(("reason", "raison", "motif")),
    "contradiction": Column(("contradiction", "en cas de contradiction")),
}
"""The columns of a spreadsheet of answers besides those of positions, with the names that each may have."""

_WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class AnswerRow:
    """One answer as a spreadsheet gives it: names and texts as written, not yet looked up; words already understood.

    `answer` is the number of an entry, empty for a new one. `positions` are (demand key, part key or empty, position)
    in the order of the columns; the position is None where a withdrawal takes the word back. `line` is where the row
    begins and does not count when rows are compared.
    """

    line: int = field(compare=False)
    answer: str
    kind: AnswerKind
    subject: str
    constituency: str
    round: str
    said_on: date
    source: SourceKind
    speaker: str
    role: SpeakerRole
    link: str
    quote: str
    reason: str
    contradiction: Contradiction | None
    positions: tuple[tuple[str, str, Position | None], ...]


def read_answers(path: Path) -> list[AnswerRow]:
    """Read a spreadsheet of answers: `COLUMNS` and one column `position: KEY` or `position: KEY/PART` per demand.

    A row without a kind is a statement. Blanks around a text are taken away, but kept in quotes and reasons that hold
    more than blanks. Raises `Unusable` with all faults, each with its line, its column and the words that are accepted.
    """
    faults = Faults(path)
    table = read_table(path, COLUMNS, faults=faults, family=_position_key)
    columns = _position_columns(table)
    answers = [answer for row in table.rows if (answer := _answer(_Cells(row, faults), columns)) is not None]
    if not table.rows and not faults:
        faults.add(1, "a header and no row, expected answers")
    faults.raise_any()
    return answers


def write_answers(
    path_or_file: Path | TextIO,
    rows: Iterable[AnswerRow],
    positions: Sequence[tuple[str, str]],
    dialect: str = "libreoffice",
) -> None:
    """Write answers so that `read_answers` gives the same rows, `positions` being the (demand, part or empty) columns.

    `dialect` and the errors are those of `write_table`. Raises `ValueError` for keys that make no column, and for
    a position that has no column or stands in a row twice, rather than losing it.
    """
    headers = [_position_header(demand, part) for demand, part in positions]
    if len(set(headers)) < len(headers) or [_demand_and_part(header) for header in headers] != list(positions):
        raise ValueError(f"keys that make no columns: {positions}")
    header = [*COLUMNS, *headers]
    write_table(path_or_file, header, (_written(row, positions) for row in rows), dialect=dialect)


class _Cells(Cells):
    """The cells of one answer."""

    def position(self, column: str, kind: AnswerKind) -> Position | None:
        """Return the position in a cell that is not empty; None where a withdrawal takes the word back."""
        taken_back = normalise(self.text(column)) in WITHDRAWN_WORDS
        if kind is AnswerKind.WITHDRAWAL:
            if not taken_back:
                said = shown(self.text(column))
                self.fault(column, f"{said} in a withdrawal, expected {_WITHDRAWN} (retirée), or nothing")
            return None
        return self.word(column, POSITION_WORDS)


def _answer(cells: _Cells, columns: Mapping[str, tuple[str, str]]) -> AnswerRow | None:
    """Return the answer of a row, or None after noting its faults."""
    kind = cells.word("kind", KIND_WORDS) or AnswerKind.STATEMENT
    answer = AnswerRow(
        line=cells.line,
        answer=cells.text("answer"),
        kind=kind,
        subject=cells.text("subject", required=True),
        constituency=cells.text("constituency"),
        round=cells.text("round"),
        said_on=cells.day("said_on"),
        source=cells.needed_word("source", SOURCE_WORDS),
        speaker=cells.text("speaker"),
        role=cells.needed_word("role", ROLE_WORDS),
        link=cells.text("link"),
        quote=cells.prose("quote"),
        reason=cells.prose("reason"),
        contradiction=cells.word("contradiction", CONTRADICTION_WORDS),
        positions=tuple(
            (demand, part, cells.position(column, kind))
            for column, (demand, part) in columns.items()
            if cells.text(column)
        ),
    )
    return answer if cells.sound else None


def _position_key(header: str) -> str | None:
    """Return the header of a position column in its plain form, None for any other header."""
    found = _demand_and_part(header)
    return _position_header(*found) if found else None


def _demand_and_part(header: str) -> tuple[str, str] | None:
    """Return the demand's key and the part's (or empty) of a position column's header, None for any other header."""
    word, _colon, keys = header.partition(":")
    demand, slash, part = (piece.strip() for piece in keys.partition("/"))
    if normalise(word) != "position" or not demand or "/" in part or bool(slash) != bool(part):
        return None
    return demand, part


def _position_header(demand: str, part: str) -> str:
    return f"position: {demand}/{part}" if part else f"position: {demand}"


def _position_columns(table: Table) -> dict[str, tuple[str, str]]:
    """Return column key → (demand key, part key or empty), in the file's order."""
    return {key: found for key in table.keys if (found := _demand_and_part(key))}


def _written(row: AnswerRow, positions: Sequence[tuple[str, str]]) -> list[str]:
    """Return the cells of a row."""
    said = {(demand, part): position for demand, part, position in row.positions}
    if len(said) < len(row.positions) or not said.keys() <= set(positions):
        raise ValueError(f"positions of {row.subject!r} that have no column of their own: {row.positions}")
    return [*_plain_cells(row), *(_cell(said, key) for key in positions)]


def _plain_cells(row: AnswerRow) -> tuple[str, ...]:
    """Return the cells before the positions, in the order of `COLUMNS`."""
    return (
        row.answer,
        row.kind,
        row.subject,
        row.constituency,
        row.round,
        row.said_on.isoformat(),
        row.source,
        row.speaker,
        row.role,
        row.link,
        row.quote,
        row.reason,
        row.contradiction or "",
    )


def _cell(said: Mapping[tuple[str, str], Position | None], key: tuple[str, str]) -> str:
    return (said[key] or _WITHDRAWN) if key in said else ""

"""Tables as LibreOffice and Excel write and read them, with cells that no spreadsheet takes for formulas."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TextIO

from pledgebot.domain.errors import Unusable
from pledgebot.domain.words import normalise
from pledgebot.importers.faults import Faults, shown, unreadable
from pledgebot.importers.rows import Rows

LARGEST = 64 * 2**20
"""The largest spreadsheet that is read, in bytes: it is held in memory, unlike an official file."""

_DELIMITERS = ",;\t"
_SEP_LINE = re.compile(r'"?sep=([,;\t|])"?[\r\n]*', re.IGNORECASE)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Dialect(StrEnum):
    """For which program a table is written."""

    EXCEL_FR = "excel-fr"
    LIBREOFFICE = "libreoffice"


@dataclass(frozen=True)
class Column:
    """A column that is understood: its names in a header (the first is shown in messages); whether it must be there."""

    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Row:
    """One row: the line of the file where it begins, and its cells by column key, as they stand in the file."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The column keys in the file's order, and the rows that are not blank. Every row has a cell for every key."""

    keys: tuple[str, ...]
    rows: tuple[Row, ...]


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with a leading apostrophe where it could."""
    return "'" + text if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Return what `neutralise` was given, for any text; a cell that a person wrote is left as it is."""
    return text[1:] if _NEUTRALISED.match(text) else text


def read_table(
    path: Path,
    columns: Mapping[str, Column],
    *,
    faults: Faults | None = None,
    family: Callable[[str], str | None] | None = None,
) -> Table:
    """Read a CSV file as spreadsheets write it: `,` `;` or tab, UTF-8, UTF-16 with its mark or cp1252, any line ends.

    `columns` are the known ones by key; header names are compared without case and accents. `family` names the key of a
    header that stands for one of many columns, such as `position: KEY`, and returns None for the others. Columns
    without a name are ignored as long as they are empty; short rows are filled up; blank rows are skipped.

    Faults of single rows go to `faults` when it is given, so that the caller says them with its own. Raises `Unusable`
    for all faults otherwise, and always for a file or a header that cannot be understood.
    """
    noted = Faults(path) if faults is None else faults
    names = _Names(columns, family)
    lines, skipped, delimiter = _separated(_text(path), names)
    rows = Rows(lines, delimiter, noted, skipped)
    keys = _keys(rows.first() or [], rows.line, names, noted)
    noted.raise_any()
    table = Table(tuple(key for key in keys if key), tuple(_rows(rows, keys, noted)))
    if faults is None:
        noted.raise_any()
    return table


def write_table(
    path_or_file: Path | TextIO, header: Sequence[str], rows: Iterable[Sequence[str]], *, dialect: str = "libreoffice"
) -> None:
    """Write a table for a spreadsheet program (a value of `Dialect`), every cell quoted and neutralised.

    `excel-fr` writes `;`, a UTF-8 mark and CRLF, `libreoffice` writes `,` and LF. A file given has to be open for text
    in UTF-8 with `newline=""`. Raises `Unusable` when the file cannot be written.
    """
    for_excel = Dialect(dialect) is Dialect.EXCEL_FR
    try:
        target = path_or_file
        opened = target.open("w", encoding="utf-8", newline="") if isinstance(target, Path) else nullcontext(target)
        with opened as file:
            file.write("\ufeff" if for_excel else "")
            # Everything is quoted: the csv module leaves a lone CR bare where lines end with LF.
            writer = csv.writer(
                file,
                delimiter=";" if for_excel else ",",
                quoting=csv.QUOTE_ALL,
                lineterminator="\r\n" if for_excel else "\n",
            )
            writer.writerows([neutralise(cell) for cell in row] for row in (header, *rows))
    except OSError as error:
        raise unreadable(path_or_file if isinstance(path_or_file, Path) else Path("output"), error) from error


def _text(path: Path) -> str:
    """Return the text of a file in one of the encodings that spreadsheets write."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(raw) > LARGEST:
        raise Unusable(f"{path}: larger than {LARGEST // 2**20} MB, expected a spreadsheet")
    if raw.startswith(_UTF16_MARKS):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig"] if raw.startswith(_UTF8_MARK) else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unusable(f"{path}: text in no known encoding ({', '.join(encodings)} tried), expected UTF-8")


class _Names:
    """The names that a header may have, as they are compared."""

    def __init__(self, columns: Mapping[str, Column], family: Callable[[str], str | None] | None) -> None:
        self.columns = columns
        self.all = [name for column in columns.values() for name in column.names]
        self.expected = "one of: " + ", ".join(column.names[0] for column in columns.values())
        self._family = family
        self._keys = {normalise(name): key for key, column in columns.items() for name in column.names}

    def key(self, name: str) -> str | None:
        """Return the key of the column that a header names, None when nobody knows it."""
        known = self._keys.get(normalise(name))
        return self._family(name) if known is None and self._family else known


def _separated(text: str, names: _Names) -> tuple[Iterator[str], int, str]:
    """Return the lines from the header on, how many were skipped before, and what divides their cells."""
    lines = iter(io.StringIO(text, newline=""))
    named: str | None = None
    for skipped, line in enumerate(lines):
        mark = _SEP_LINE.fullmatch(line)
        if mark and not named:
            named = mark[1]
        elif line.strip(" ,;\t\r\n"):
            return chain((line,), lines), skipped, named or _delimiter(line, names)
    return iter(()), 0, ","


def _delimiter(line: str, names: _Names) -> str:
    """Return the delimiter that makes most known columns of the header line, among equals the one that makes most."""

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(names.key(cell.strip()) is not None for cell in cells), len(cells)

    return max(_DELIMITERS, key=merit)


def _keys(header: Sequence[str], line: int, names: _Names, faults: Faults) -> list[str | None]:
    """Return the key of each cell of the header, None where the cell is empty or at fault."""
    if faults:
        return []
    if not header:
        faults.add(1, f"the file is empty, expected a header with {names.expected}")
        return []
    keys: list[str | None] = []
    found: set[str] = set()
    for name in (restore(cell).strip() for cell in header):
        key = names.key(name) if name else None
        if name and key is None:
            hint = faults.hint(name, names.all)
            faults.add(line, f"unknown column {shown(name)}, {hint}expected {names.expected}")
        elif key in found:
            faults.add(line, f"column {shown(name)} stands there twice, expected once")
        found.update(filter(None, (key,)))
        keys.append(key)
    for key, column in names.columns.items():
        if column.required and key not in found:
            faults.add(line, f'column "{column.names[0]}" is missing, expected one named {" or ".join(column.names)}')
    return keys


def _rows(rows: Rows, keys: Sequence[str | None], faults: Faults) -> Iterator[Row]:
    """Yield the rows that are not blank, noting cells that stand under no column."""
    for cells in rows.all():
        if not any(cell.strip() for cell in cells):
            continue
        for number, cell in enumerate(cells):
            if cell.strip() and (number >= len(keys) or keys[number] is None):
                faults.add(rows.line, f"cell {number + 1}, {shown(cell)}, has no column, expected {len(keys)} cells")
                break
        full = [*cells, *[""] * (len(keys) - len(cells))]
        # More cells than columns were noted above.
        named = {key: restore(cell) for key, cell in zip(keys, full, strict=False) if key}
        yield Row(rows.line, named)

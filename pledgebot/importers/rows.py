"""The rows of a CSV file, with the line where each begins, going on after faults."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from pledgebot.importers.faults import Faults

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

PROGRESS_STEP = 10_000
"""After how many rows progress is reported."""

Block = tuple[Sequence[int], list[list[str]]]
"""Rows, and the line where each begins."""

Mend = Callable[[int, list[str]], "list[str] | str"]
"""What makes a row of another width whole, given its line; else it says what is wrong."""

_BLOCK_LINES = 500


@dataclass(frozen=True)
class Fit:
    """Which rows are as they should be: with a number of fields, of which the last is empty if `last_empty`.

    `mending` makes another row whole, given its line, or says what is wrong with it.
    """

    width: int
    last_empty: bool = False
    mending: Mend | None = None

    def all(self, rows: Sequence[list[str]]) -> bool:
        """Tell whether all rows are as they should be."""
        if set(map(len, rows)) != {self.width}:
            return False
        return not self.last_empty or not any(row[-1] for row in rows)

    def mend(self, line: int, row: list[str]) -> list[str] | str:
        """Return the row made whole, or what is wrong with it."""
        return self.mending(line, row) if self.mending else f"{len(row)} fields, expected {self.width}"


class Rows:
    """Reads rows and notes what cannot be read as one.

    `line` is the line where the last row began: a quoted cell may span lines, and people look for the first. `count` is
    the number of rows read after the first one, which is the header. Without `quoted`, quotes are text like any other.
    """

    def __init__(
        self, lines: Iterable[str], delimiter: str, faults: Faults, begin: int = 0, *, quoted: bool = True
    ) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._quoted = quoted
        self._faults = faults
        self._next = begin + 1
        self._short = False
        self.line = begin
        self.count = 0

    def first(self) -> list[str] | None:
        """Return the first row that is not blank, None without any. A row that cannot be read is noted and skipped."""
        row = next(self.all(), None)
        self.count = 0
        return row

    def all(self) -> Iterator[list[str]]:
        """Yield the rows that are not blank, whatever their width, from where reading stands."""
        return self._single(self._lines, None)

    def blocks(self, fit: Fit, progress: Callable[[int], None] | None = None) -> Iterator[Block]:
        """Yield the rows that are not blank and fit, some at a time, with the line where each begins.

        Rows that do not fit and cannot be mended are noted and left out. `progress` gets the number of rows read so
        far every `PROGRESS_STEP` rows and at the end.
        """
        while lines := list(islice(self._lines, _BLOCK_LINES)):
            before = self.count
            # Nearly always a block holds one sound row a line: then there is no need to look at each.
            rows = self._at_once(lines)
            if rows is not None and fit.all(rows):
                yield range(self._next, self._next + len(lines)), rows
                self._next += len(lines)
                self.count += len(lines)
                self._short = False
            else:
                yield self._one_by_one(lines, fit)
            if progress is not None and self.count // PROGRESS_STEP > before // PROGRESS_STEP:
                progress(self.count // PROGRESS_STEP * PROGRESS_STEP)
        if self._short:
            self._faults.add(self.line, "the last row is short: the file seems cut off, expected a whole one")
        if progress is not None:
            progress(self.count)

    def _at_once(self, lines: list[str]) -> list[list[str]] | None:
        """Return one row for each line, None when there are more or fewer, or when one cannot be read."""
        try:
            rows = list(self._reader(lines))
        except csv.Error:
            return None
        return rows if len(rows) == len(lines) else None

    def _one_by_one(self, lines: list[str], fit: Fit) -> Block:
        """Return the rows that begin on some lines; the last may go on beyond them."""
        begins: list[int] = []
        rows: list[list[str]] = []
        for row in self._single(chain(lines, self._lines), len(lines)):
            mended = row if fit.all((row,)) else fit.mend(self.line, row)
            if isinstance(mended, str):
                self._faults.add(self.line, mended)
            else:
                begins.append(self.line)
                rows.append(mended)
            self._short = isinstance(mended, str) and len(row) < fit.width
        return begins, rows

    def _single(self, lines: Iterable[str], enough: int | None) -> Iterator[list[str]]:
        """Yield rows one by one, noting those that cannot be read, until as many lines as are enough were read."""
        reader = self._reader(lines)
        begin = self._next
        while True:
            try:
                for row in reader:
                    self.line, self._next = self._next, begin + reader.line_num
                    if row:
                        self.count += 1
                        yield row
                    if enough is not None and reader.line_num >= enough:
                        return
            except csv.Error as error:
                self._faults.add(self._next, _in_words(error))
                self._next = begin + reader.line_num
                self._short = False
            else:
                return
            if enough is not None and reader.line_num >= enough:
                return

    def _reader(self, lines: Iterable[str]) -> "CsvReader":
        if self._quoted:
            return csv.reader(lines, delimiter=self._delimiter, strict=True)
        return csv.reader(lines, delimiter=self._delimiter, quoting=csv.QUOTE_NONE, strict=True)


def _in_words(error: csv.Error) -> str:
    """Return what the csv module means."""
    said = str(error)
    if "unexpected end" in said:
        return "a quote is opened and never closed: the file seems cut off, expected a closing quote"
    if "field limit" in said:
        return f"a cell of more than {csv.field_size_limit()} characters, expected a shorter one"
    if "expected after" in said:
        return "text after a closing quote, expected the next field (a quote inside a cell is written twice)"
    return f"cannot be read ({said}), expected rows of fields"

"""The rows of a CSV file, with the line where each begins, going on after faults."""

import csv
from collections.abc import Callable, Iterable, Iterator

from pledgebot.importers.faults import Faults

PROGRESS_STEP = 10_000
"""After how many rows progress is reported."""


class Rows:
    """Reads rows and notes what cannot be read as one.

    `line` is the line where the last row began: a quoted cell may span lines, and people look for the first. `count` is
    the number of rows read after the first one, which is the header.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, faults: Faults, begin: int = 0) -> None:
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self._faults = faults
        self._begin = begin
        self.line = begin
        self.count = 0

    def first(self) -> list[str] | None:
        """Return the first row that is not blank, None without any. A row that cannot be read is noted and skipped."""
        row = next(self.all(), None)
        self.count = 0
        return row

    def all(self, width: int | None = None, progress: Callable[[int], None] | None = None) -> Iterator[list[str]]:
        """Yield the rows that are not blank, from where reading stands.

        With a width, rows with another number of fields are noted and left out. `progress` gets the number of rows read
        so far every `PROGRESS_STEP` rows and at the end.
        """
        reader = self._reader
        begin = self._begin
        short = False
        end = reader.line_num
        while True:
            try:
                for row in reader:
                    self.line = begin + end + 1
                    end = reader.line_num
                    if not row:
                        continue
                    self.count += 1
                    if progress is not None and not self.count % PROGRESS_STEP:
                        progress(self.count)
                    short = False
                    if width is not None and len(row) != width:
                        self._faults.add(self.line, f"{len(row)} fields, expected {width}")
                        short = len(row) < width
                        continue
                    yield row
                break
            except csv.Error as error:
                self._faults.add(begin + end + 1, _in_words(error))
                short = False
                end = reader.line_num
        if short:
            self._faults.add(self.line, "the last row is short: the file seems cut off, expected a whole one")
        if progress is not None:
            progress(self.count)


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

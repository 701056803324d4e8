"""The cells of one row of a spreadsheet, read one by one into values."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from pledgebot.domain.words import accepted, date_from, normalise
from pledgebot.importers.faults import Faults, shown
from pledgebot.importers.spreadsheet import Row

E = TypeVar("E", bound=StrEnum)


class Cells:
    """The cells of one row, read one by one into values; what cannot be read is noted, and `sound` is False."""

    def __init__(self, row: Row, faults: Faults) -> None:
        self._row = row
        self._faults = faults
        self.line = row.line
        self.sound = True
        for column, cell in row.cells.items():
            if "\0" in cell:
                self.fault(column, "a NUL character, expected text")

    def fault(self, column: str, what: str) -> None:
        """Note what is wrong in a column, and that the row cannot be used."""
        self.sound = False
        self._faults.add(self.line, f"column {column}: {what}")

    def text(self, column: str, *, required: bool = False) -> str:
        """Return a cell without the blanks around it."""
        cell = self._row.cells.get(column, "").strip()
        if required and not cell:
            self.fault(column, "empty, expected a text")
        return cell

    def prose(self, column: str) -> str:
        """Return a cell as it stands, empty when it holds nothing but blanks."""
        return self._row.cells.get(column, "") if self.text(column) else ""

    def day(self, column: str) -> date:
        """Return the day of a cell; without one it is a fault (and the value, then, only keeps the types whole)."""
        cell = self.text(column)
        found = date_from(cell)
        if found is None:
            said = f"{shown(cell)} is no date" if cell else "empty"
            self.fault(column, f"{said}, expected one such as 2026-02-14, 14/02/2026 or 14.02.2026")
        return found or date.min

    def word(self, column: str, words: Mapping[str, E]) -> E | None:
        """Return what a word stands for; None when the cell is empty, or not understood."""
        cell = self.text(column)
        if not cell:
            return None
        found = words.get(normalise(cell))
        if found is None:
            hint = self._faults.hint(cell, words)
            self.fault(column, f"{shown(cell)} is not understood, {hint}expected {accepted(words)}")
        return found

    def needed_word(self, column: str, words: Mapping[str, E]) -> E:
        """Return what a word stands for; an empty cell is a fault (and the value, then, only keeps the types whole)."""
        if not self.text(column):
            self.fault(column, f"empty, expected {accepted(words)}")
        return self.word(column, words) or next(iter(words.values()))

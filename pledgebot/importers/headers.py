"""Where the columns of an official form are in one file, and what is wrong with a header."""

from collections.abc import Sequence
from dataclasses import dataclass

from pledgebot.domain.words import normalise
from pledgebot.importers.faults import Faults, shown
from pledgebot.importers.forms import Form, Roles
from pledgebot.importers.rows import Rows


@dataclass(frozen=True)
class Header:
    """At which positions a file has what is read of it, and the labels; the number of its columns that have a name.

    `width` is the number of fields that a row should have; the last is empty where `ends_with_empty`.
    """

    at: Roles[int]
    labels: tuple[int, ...]
    columns: int
    width: int

    @property
    def ends_with_empty(self) -> bool:
        """Tell whether rows have one more field than there are columns."""
        return self.width > self.columns


def read_header(rows: Rows, form: Form, faults: Faults) -> Header | None:
    """Read the first row; return what it says, None (and the faults) when it is not the header of the form."""
    cells = rows.first()
    if faults:
        return None
    if cells is None:
        faults.add(1, f"the file is empty, expected the header of the {form.key} form")
        return None
    named = cells[:-1] if form.ends_with_empty and not cells[-1].strip() else cells
    forms = [normalise(cell) for cell in named]
    expected = {normalise(column): column for column in form.columns}
    if set(forms).isdisjoint(expected):
        begin = form.delimiter.join(f'"{column}"' for column in form.columns[:2])
        faults.add(rows.line, f"no column of the {form.key} form, expected {begin} and so on")
    elif form.by_position:
        _check_positions(named, forms, form, rows.line, faults)
    else:
        _check_names(named, forms, expected, rows.line, faults, form)
    if faults:
        return None
    places = {
        column: n if form.by_position else forms.index(normalise(column)) for n, column in enumerate(form.columns)
    }
    return Header(
        form.roles.mapped(places.__getitem__), tuple(places[label] for label in form.labels), len(named), len(cells)
    )


def _check_names(
    cells: Sequence[str], forms: Sequence[str], expected: dict[str, str], line: int, faults: Faults, form: Form
) -> None:
    """Note columns that the form does not have, that are missing, or that stand there twice."""
    for normal, cell in zip(forms, cells, strict=True):
        if normal not in expected:
            hint = faults.hint(cell, form.columns)
            faults.add(line, f"unknown column {shown(cell)}, {hint}expected the {len(expected)} of the {form.key} form")
    for normal, column in expected.items():
        if forms.count(normal) != 1:
            found = "is missing" if normal not in forms else "stands there twice"
            faults.add(line, f'column "{column}" {found}, expected once')


def _check_positions(cells: Sequence[str], forms: Sequence[str], form: Form, line: int, faults: Faults) -> None:
    """Note another number of columns, and another name where the name is sure."""
    if len(cells) != len(form.columns):
        faults.add(line, f"{len(cells)} columns, expected the {len(form.columns)} of the {form.key} form")
        return
    for number, column in enumerate(form.columns):
        if column in form.sure and forms[number] != normalise(column):
            faults.add(line, f'column {number + 1} is {shown(cells[number])}, expected "{column}"')

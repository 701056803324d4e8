"""Lists of candidates from a plain spreadsheet, one row per list."""

import re
from pathlib import Path

from pledgebot.domain.election import ListRecord
from pledgebot.domain.words import normalise
from pledgebot.importers.faults import Faults, shown
from pledgebot.importers.spreadsheet import Column, Row, read_table
from pledgebot.importers.texts import harm

COLUMNS = {
    "constituency": Column(
        ("constituency", "circonscription", "commune", "code circonscription", "code commune", "code"), required=True
    ),
    "panel": Column(("panel", "panneau", "numéro de panneau", "n° panneau", "n° de panneau", "panel number")),
    "name": Column(("name", "liste", "nom", "nom de la liste", "libellé de la liste", "list"), required=True),
    "head": Column(("head", "tête de liste", "head of list")),
    "nuance": Column(("nuance", "code nuance", "code nuance de liste")),
    "label": Column(
        ("label", "libellé", "ville", "nom de la commune", "libellé de la circonscription", "town", "city")
    ),
    "short_name": Column(
        ("short_name", "short name", "nom court", "libellé abrégé", "libellé abrégé de liste", "sigle", "initials")
    ),
}
"""The columns of a spreadsheet of lists, with the names that each may have."""

_PANEL = re.compile(r"0*[1-9][0-9]{0,4}")


def read_list_spreadsheet(path: Path) -> list[ListRecord]:
    """Read a spreadsheet of lists (`COLUMNS`); only the constituency's code and the name have to be filled in.

    A list without a panel number is provisional (`panel` None). A label that is not given is empty. Raises `Unusable`
    with all faults, each with its line.
    """
    faults = Faults(path)
    table = read_table(path, COLUMNS, faults=faults)
    records = [record for row in table.rows if (record := _record(row, faults)) is not None]
    _note_doubles(records, faults)
    if not table.rows and not faults:
        faults.add(1, "a header and no row, expected lists")
    faults.raise_any()
    return records


def _record(row: Row, faults: Faults) -> ListRecord | None:
    """Return the list of a row, or None after noting its faults."""
    cells = {key: " ".join(row.cells.get(key, "").split()) for key in COLUMNS}
    before = len(faults)
    panel = cells["panel"]
    if not cells["constituency"]:
        faults.add(row.line, "column constituency: empty, expected a code such as 13055")
    if not cells["name"]:
        faults.add(row.line, "column name: empty, expected the list's name")
    if panel and not _PANEL.fullmatch(panel):
        faults.add(row.line, f"column panel: {shown(panel)} is no number, expected one from 1, or nothing")
        panel = ""
    record = ListRecord(
        line=row.line,
        constituency=cells["constituency"],
        constituency_label=cells["label"],
        panel=int(panel) if panel else None,
        name=cells["name"],
        short_name=cells["short_name"] or None,
        head=cells["head"] or None,
        nuance=cells["nuance"] or None,
    )
    for key, cell in cells.items():
        if wrong := harm(cell):
            faults.add(row.line, f"column {key}: {shown(cell)} {wrong}")
    return record if len(faults) == before else None


def _note_doubles(records: list[ListRecord], faults: Faults) -> None:
    """Note lists that cannot be told apart: same panel, or same name where one of the two has no panel."""
    by_panel: dict[tuple[str, int], ListRecord] = {}
    by_name: dict[tuple[str, str], ListRecord] = {}
    for record in records:
        same_name = by_name.setdefault((record.constituency, normalise(record.name)), record)
        if record.panel is not None:
            same_panel = by_panel.setdefault((record.constituency, record.panel), record)
            if same_panel is not record:
                where = f"panel {record.panel} of {shown(record.constituency)}"
                faults.add(record.line, f"{where} is taken by line {same_panel.line}, expected another number")
                continue
        if same_name is not record and (record.panel is None or same_name.panel is None):
            faults.add(
                record.line,
                f"list {shown(record.name)} of {shown(record.constituency)} stands at line {same_name.line} already, "
                "expected it once, or both with panel numbers",
            )

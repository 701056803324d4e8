"""Contacts with lists from a spreadsheet, one row per contact: what a collective logs in a shared sheet."""

from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from pledgebot.domain.audience import hour_from
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.domain.words import CONTACT_WORDS, MEDIUM_WORDS
from pledgebot.importers.cells import Cells
from pledgebot.importers.faults import Faults, shown
from pledgebot.importers.spreadsheet import Column, read_table

COLUMNS = {
    "list": Column(("list", "liste", "subject", "sujet", "nom de la liste"), required=True),
    "constituency": Column(
        ("constituency", "circonscription", "commune", "code circonscription", "code commune", "ville")
    ),
    "round": Column(("round", "tour")),
    "kind": Column(("kind", "what happened", "contact", "type", "ce qui s'est passé", "quoi"), required=True),
    "medium": Column(("medium", "way", "moyen", "par quel moyen", "canal", "channel"), required=True),
    "date": Column(("date", "jour", "day", "le", "on"), required=True),
    "hour": Column(("hour", "heure", "time")),
    "template": Column(("template", "text", "texte", "modèle")),
    "note": Column(("note", "notes", "remarque", "remarques")),
}
"""The columns of a spreadsheet of contacts, with the names that each may have."""


@dataclass(frozen=True)
class ContactRecord:
    """One contact as a spreadsheet gives it: the list as it is written there, not yet looked up; words understood.

    `hour` is None where only the day is known. `line` is where the row begins and does not count when rows are compared.
    """

    line: int = field(compare=False)
    list: str
    constituency: str
    round: str
    kind: ContactKind
    medium: Medium
    day: date
    hour: time | None
    template: str | None
    note: str | None


def read_contacts(path: Path) -> list[ContactRecord]:
    """Read a spreadsheet of contacts (`COLUMNS`), with French or English words.

    Raises `Unusable` with all faults, each with its line, its column and the words that are accepted.
    """
    faults = Faults(path)
    table = read_table(path, COLUMNS, faults=faults)
    records = [record for row in table.rows if (record := _record(Cells(row, faults))) is not None]
    if not table.rows and not faults:
        faults.add(1, "a header and no row, expected contacts")
    faults.raise_any()
    return records


def _record(cells: Cells) -> ContactRecord | None:
    """Return the contact of a row, or None after noting its faults."""
    record = ContactRecord(
        line=cells.line,
        list=cells.text("list", required=True),
        constituency=cells.text("constituency"),
        round=cells.text("round"),
        kind=cells.needed_word("kind", CONTACT_WORDS),
        medium=cells.needed_word("medium", MEDIUM_WORDS),
        day=cells.day("date"),
        hour=_hour(cells),
        template=cells.text("template") or None,
        note=cells.prose("note") or None,
    )
    return record if cells.sound else None


def _hour(cells: Cells) -> time | None:
    cell = cells.text("hour")
    found = hour_from(cell) if cell else None
    if cell and found is None:
        cells.fault("hour", f"{shown(cell)} is no time of day, expected one such as 14:30 or 14h30, or nothing")
    return found

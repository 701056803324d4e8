"""The Ministry's files of candidates, in the form of 2026: one row per candidate, read as one record per list.

The form is described by what several public readers of the genuine files agree on: `;`, UTF-8, every field quoted, 17
columns, the same in both rounds. The constituency's code and the panel number are the key of a list within a round.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

from pledgebot.domain.election import ListRecord
from pledgebot.domain.words import normalise
from pledgebot.importers.faults import Faults, shown, unreadable
from pledgebot.importers.rows import Rows

COLUMNS = (
    "Code département",
    "Département",
    "Code circonscription",
    "Circonscription",
    "Numéro de panneau",
    "Libellé abrégé de liste",
    "Libellé de la liste",
    "Code nuance de liste",
    "Nuance de liste",
    "Tête de liste",
    "Ordre",
    "Sexe",
    "Nom sur le bulletin de vote",
    "Prénom sur le bulletin de vote",
    "Nationalité",
    "Code personnalité",
    "CC",
)
"""The header of the form of 2026."""

_KEPT = (
    "Code circonscription",
    "Circonscription",
    "Numéro de panneau",
    "Libellé abrégé de liste",
    "Libellé de la liste",
    "Code nuance de liste",
    "Tête de liste",
    "Ordre",
    "Nom sur le bulletin de vote",
    "Prénom sur le bulletin de vote",
)
_BY_FORM = {normalise(column): column for column in COLUMNS}
_FILE_NAME = re.compile(
    r"municipales-[0-9]{4}-candidatures-france-entiere-tour-([12])-[0-9]{4}-[0-9]{2}-[0-9]{2}( ?\([0-9]+\))?\.csv",
    re.IGNORECASE,
)
_PANEL = re.compile(r"0*[1-9][0-9]{0,4}")
_FIRST = frozenset(("1", "01", "001"))
_HEADER_BYTES = 65_536


@dataclass(frozen=True)
class _Places:
    """At which positions the header puts the columns of `_KEPT`, in that order; the others are never looked at."""

    code: int
    label: int
    panel: int
    short: int
    name: int
    nuance: int
    mark: int
    order: int
    family: int
    given: int


def round_from_name(path: Path) -> int | None:
    """Return the round that an official file's name says, None for any other name (a browser's ` (1)` is forgiven)."""
    match = _FILE_NAME.fullmatch(path.name)
    return int(match[1]) if match else None


def looks_official(path: Path) -> bool:
    """Tell whether a file's header has most columns of the form of 2026, so that its faults are told as such.

    Raises `Unusable` when the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    line = re.split(rb"[\r\n]", start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), maxsplit=1)[0]
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    known = sum(normalise(cell.strip('"')) in _BY_FORM for cell in text.split(";"))
    return known > len(COLUMNS) // 2


def read_official(
    path: Path, *, communes: frozenset[str] = frozenset(), progress: Callable[[int], None] | None = None
) -> Iterator[ListRecord]:
    """Yield one record per list of an official file, in the file's order, in one pass and in flat memory.

    `communes` keeps the lists of those constituency codes only (empty: all); a code that the file does not have yields
    nothing. `progress` gets the number of rows read so far, now and then and at the end.

    Raises `Unusable` with every fault, at the END of the file: records may have been yielded before, so consume all of
    them before anything is written. Faults of form (encoding, header, quotes, number of fields) count wherever they
    are; those of a list (panel, name, twice the same panel) only where `communes` looks. The rows of one list must
    stand together: a list that comes back is a fault, never a second record.

    Of the candidates only the name of the head of list is kept: the one marked `OUI`, else the first in order.
    """
    faults = Faults(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = Rows(file, ";", faults)
            places = _places(rows, faults)
            if places is not None:
                yield from _records(rows, places, communes, progress, faults)
    except UnicodeDecodeError as error:
        faults.add(*_not_utf8(path, error))
    except OSError as error:
        raise unreadable(path, error) from error
    faults.raise_any()


def _places(rows: Rows, faults: Faults) -> _Places | None:
    """Read the header; return where the columns are, None (and the faults) when it is not that of the form."""
    header = rows.first()
    if faults:
        return None
    if header is None:
        faults.add(1, "the file is empty, expected the header of the 2026 form")
        return None
    forms = [normalise(cell) for cell in header]
    if set(forms).isdisjoint(_BY_FORM):
        faults.add(rows.line, f'no column of the 2026 form, expected "{COLUMNS[0]}";"{COLUMNS[1]}" and so on')
        return None
    for form, cell in zip(forms, header, strict=True):
        if form not in _BY_FORM:
            hint = faults.hint(cell, COLUMNS)
            faults.add(rows.line, f"unknown column {shown(cell)}, {hint}expected the {len(COLUMNS)} of the 2026 form")
    for form, column in _BY_FORM.items():
        if forms.count(form) != 1:
            found = "is missing" if form not in forms else "stands there twice"
            faults.add(rows.line, f'column "{column}" {found}, expected once')
    return _Places(*(forms.index(normalise(column)) for column in _KEPT)) if not faults else None


def _records(
    rows: Rows, at: _Places, communes: frozenset[str], progress: Callable[[int], None] | None, faults: Faults
) -> Iterator[ListRecord]:
    """Yield the lists. Rows are grouped by the csv module's own strings, so that only lists cost Python's time."""
    seen: dict[tuple[str, int], tuple[int, str]] = {}
    key = itemgetter(at.code, at.panel, at.name)
    for (code, _panel, _name), members in groupby(rows.all(len(COLUMNS), progress), key):
        if communes and code.strip() not in communes:
            continue
        record = _record(rows.line, members, at, faults)
        if record is not None and _is_new(record, seen, faults):
            yield record
    if not rows.count and not faults:
        faults.add(rows.line, "a header and no row, expected candidates")


def _record(line: int, members: Iterable[list[str]], at: _Places, faults: Faults) -> ListRecord | None:
    """Return the list whose rows these are, or None after noting its faults."""
    rows = iter(members)
    row = next(rows)
    before = len(faults)
    name = _tidy(row[at.name]) or _tidy(row[at.short])
    code = row[at.code].strip()
    panel = row[at.panel].strip()
    if not name:
        faults.add(line, f"list {shown(panel)} of {shown(code)} has no name, expected one")
    if not code:
        faults.add(line, "no constituency code, expected one such as 13055")
    if not _PANEL.fullmatch(panel):
        faults.add(line, f"panel {shown(panel)} is no number, expected one from 1")
    record = ListRecord(
        line=line,
        constituency=code,
        constituency_label=_tidy(row[at.label]),
        panel=int(panel) if _PANEL.fullmatch(panel) else None,
        name=name,
        short_name=_tidy(row[at.short]) or None,
        head=_head(chain((row,), rows), at),
        nuance=row[at.nuance].strip() or None,
    )
    if has_nul(record):
        faults.add(line, f"list {shown(name)} of {shown(code)} holds a NUL character, expected text")
    return record if len(faults) == before else None


def _head(rows: Iterable[list[str]], at: _Places) -> str | None:
    """Return the name of the head of list, as on the ballot with the given name before it."""
    first: list[str] | None = None
    for row in rows:
        if row[at.mark].strip().casefold() == "oui":
            first = row
            break
        if first is None and row[at.order].strip() in _FIRST:
            first = row
    return None if first is None else _tidy(f"{first[at.given]} {first[at.family]}") or None


def _is_new(record: ListRecord, seen: dict[tuple[str, int], tuple[int, str]], faults: Faults) -> bool:
    """Tell whether no list of this constituency and panel came before; else note it."""
    key = record.constituency, record.panel or 0
    line, name = seen.setdefault(key, (record.line, record.name))
    if line == record.line:
        return True
    where = f"panel {record.panel} of {record.constituency}"
    if name == record.name:
        faults.add(
            record.line,
            f"list {shown(name)}, {where}, comes back after line {line}, expected its rows together (sort by Code "
            "circonscription and Numéro de panneau)",
        )
    else:
        faults.add(
            record.line, f"{where} is {shown(record.name)} here and {shown(name)} at line {line}, expected one list"
        )
    return False


def has_nul(record: ListRecord) -> bool:
    """Tell whether a text of the record holds a NUL, which no database column of text takes."""
    texts = (record.constituency, record.constituency_label, record.name, record.short_name, record.head, record.nuance)
    return any("\0" in text for text in texts if text)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _not_utf8(path: Path, error: UnicodeDecodeError) -> tuple[int, str]:
    """Return the line of the first byte that is not UTF-8, and the fault.

    Decoding runs ahead of the rows by a block, so the line is looked for once more in the bytes.
    """
    if error.reason == "unexpected end of data":
        return _line_of_fault(path)[0], "the file ends within a character: it seems cut off, expected a whole file"
    line, byte = _line_of_fault(path)
    kind = "UTF-16" if line == 1 and byte in (0xFE, 0xFF) else "latin-1"
    return line, f"byte 0x{byte:02X} is not UTF-8, it looks like {kind}: not the 2026 form, expected UTF-8"


def _line_of_fault(path: Path) -> tuple[int, int]:
    line = 1
    with path.open("rb") as file:
        for raw in file:
            try:
                raw.decode()
            except UnicodeDecodeError as error:
                return line + _line_ends(raw[: error.start]), raw[error.start]
            line += _line_ends(raw)
    return line, 0


def _line_ends(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")

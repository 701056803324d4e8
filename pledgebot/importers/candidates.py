"""Official files of candidates: one pass over the rows, gathered into lists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from pledgebot.importers.decoding import undecodable
from pledgebot.importers.digests import Digest
from pledgebot.importers.faults import Faults, unreadable
from pledgebot.importers.forms import Found, Roles
from pledgebot.importers.gathering import Gathering
from pledgebot.importers.headers import read_header
from pledgebot.importers.repairs import Repairs
from pledgebot.importers.rows import Block, Fit, Rows
from pledgebot.importers.shifts import Shifts
from pledgebot.importers.spool import Spool

Progress = Callable[[int], None]
"""What hears the number of rows read so far, now and then and at the end."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a file: the constituencies (empty: all), digests of names, word of the progress."""

    communes: frozenset[str] = frozenset()
    digest: Digest | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class Gathered:
    """How many rows were read, how many lists have a known head, and in how many constituencies lists stand."""

    rows: int
    heads: int
    constituencies: int


def read_candidates(path: Path, found: Found, wanted: Wanted, spool: Spool, repairs: Repairs) -> Gathered:
    """Read an official file to its end and write one record per list. Raises `Unusable` with every fault."""
    faults = Faults(path)
    gathered = Gathered(0, 0, 0)
    _note_manner(found, faults, repairs)
    faults.raise_any()
    try:
        with path.open(encoding=found.encoding, newline="") as file:
            gathered = _gather(file, found, wanted, spool, repairs, faults)
    except UnicodeDecodeError as error:
        faults.add(*undecodable(path, found, error))
    except OSError as error:
        raise unreadable(path, error) from error
    faults.raise_any()
    return gathered


def _note_manner(found: Found, faults: Faults, repairs: Repairs) -> None:
    """Note what is wrong, or else than usual, with the way in which the whole file is written."""
    form, line = found.form, found.skipped + 1
    if found.encoding == "utf-16":
        faults.add(1, f"the file is UTF-16, expected {form.encoding_name}: not the {form.key} form as it is published")
    elif found.delimiter != form.delimiter:
        divided = f"cells are divided by {found.delimiter!r}, expected {form.delimiter!r}"
        faults.add(line, f"{divided}: not the {form.key} form as it is published, but saved by another program")
    elif found.encoding == "utf-8-sig" and form.encoding_name != "UTF-8":
        what = f"the file is UTF-8, the {form.key} form is {form.encoding_name}: read as UTF-8"
        repairs.add(line, what, rows=0)


def _gather(file: TextIO, found: Found, wanted: Wanted, spool: Spool, repairs: Repairs, faults: Faults) -> Gathered:
    """Read the header and gather all rows."""
    for _line in range(found.skipped):
        file.readline()
    form = found.form
    reader = Rows(file, found.delimiter, faults, found.skipped, quoted=form.quoted)
    header = read_header(reader, form, faults)
    if header is None:
        return Gathered(0, 0, 0)
    mend = Shifts(header, wanted.communes, repairs) if header.labels else None
    fit = Fit(header.width, header.ends_with_empty, mend)
    gathering = Gathering(form, header.at, wanted.communes, wanted.digest, faults, spool)
    for block in reader.blocks(fit, wanted.progress):
        for lines, run in _runs(block, header.at):
            gathering.add(lines, run)
    if not reader.count and not faults:
        faults.add(reader.line, "a header and no row, expected candidates")
    return Gathered(reader.count, gathering.heads, gathering.constituencies)


def _runs(block: Block, at: Roles[int]) -> Iterator[Block]:
    """Yield neighbouring rows of one list together. A run ends with its block, which keeps memory flat."""
    lines, rows = block
    places = (at.code, at.panel, at.name) if at.department is None else (at.department, at.code, at.panel, at.name)
    begin = 0
    for _key, members in groupby(rows, itemgetter(*places)):
        run = list(members)
        yield lines[begin : begin + len(run)], run
        begin += len(run)

"""Files of lists, read as a whole before anything of them is used: all of a file is good, or nothing is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pledgebot.domain.election import ListRecord
from pledgebot.importers.candidates import Progress, Wanted, read_candidates
from pledgebot.importers.digests import Digest
from pledgebot.importers.forms import FORM_2026, Found, recognise, round_from_name
from pledgebot.importers.repairs import Repairs
from pledgebot.importers.sheets import read_list_spreadsheet
from pledgebot.importers.spool import Fields, Spool


@dataclass(frozen=True)
class Staged:
    """A file of lists that was read without fault; its records can be read until `stage` is left.

    `form` is the key of the official form, None for a spreadsheet, and so is `year`. `round` is the one that the
    official file's name says, None for any other name, and when it is not the one that the form was used for. `rows`
    were read, `dropped` of them are candidates of whom no name is kept (others than heads of lists). `lists` in
    `constituencies` are there to be used. `repairs` say what was put right, in `repaired` rows. `form_round` is the round for
    which alone the form was used, if it was.
    """

    form: str | None
    year: int | None
    round: int | None
    rows: int
    dropped: int
    lists: int
    constituencies: int
    repairs: tuple[str, ...]
    repaired: int
    spool: Spool = field(repr=False)
    form_round: int | None = None

    def records(self) -> Iterator[ListRecord]:
        """Yield the lists in the order in which the file begins them; again from the beginning each time."""
        return self.spool.records()


@contextmanager
def stage(
    path: Path,
    *,
    communes: frozenset[str] = frozenset(),
    digest: Digest | None = None,
    progress: Progress | None = None,
) -> Iterator[Staged]:
    """Read a whole file of lists (an official form if its header says so, else a spreadsheet) into a temporary file.

    `communes` keeps the lists of those constituency codes only (empty: all); a code that the file does not have yields
    nothing. `digest` makes the digests of candidates' names (`name_digest`); without it `members` are empty.
    `progress` gets the number of rows read so far, now and then and at the end.

    Raises `Unusable` with every fault before anything is given out. Faults of form (encoding, header, quotes, number of
    fields) count wherever they are; those of a list (panel, name, a candidate twice) only where `communes` looks. The
    rows of a list may stand anywhere in the file. The temporary file is private and is gone when the context is left.
    """
    found = recognise(path)
    with Spool() as spool:
        if found is None:
            yield _sheet(path, communes, progress, spool)
        else:
            yield _official(path, found, Wanted(communes, digest, progress), spool)


@contextmanager
def stage_official(
    path: Path,
    *,
    communes: frozenset[str] = frozenset(),
    digest: Digest | None = None,
    progress: Progress | None = None,
) -> Iterator[Staged]:
    """Do what `stage` does; a file that is of no form is refused as one of 2026 that has the wrong header."""
    found = recognise(path) or Found(FORM_2026, 0, FORM_2026.delimiter, "utf-8-sig")
    with Spool() as spool:
        yield _official(path, found, Wanted(communes, digest, progress), spool)


def _sheet(path: Path, communes: frozenset[str], progress: Progress | None, spool: Spool) -> Staged:
    """Stage a spreadsheet, which names no candidates but heads of lists."""
    records = read_list_spreadsheet(path)
    kept = [record for record in records if not communes or record.constituency in communes]
    for record in kept:
        spool.add(_fields(record))
    if progress is not None:
        progress(len(records))
    places = len({record.constituency for record in kept})
    return Staged(None, None, None, len(records), 0, len(kept), places, (), 0, spool)


def _fields(record: ListRecord) -> Fields:
    return (
        record.line,
        record.constituency,
        record.constituency_label,
        record.panel,
        record.name,
        record.short_name,
        record.head,
        record.nuance,
        record.nuance_year,
        record.members,
    )


def _official(path: Path, found: Found, wanted: Wanted, spool: Spool) -> Staged:
    """Stage an official file."""
    repairs = Repairs()
    gathered = read_candidates(path, found, wanted, spool, repairs)
    form, number = found.form, round_from_name(path)
    return Staged(
        form=form.key,
        year=form.year,
        round=number if form.round in {None, number} else None,
        rows=gathered.rows,
        dropped=gathered.rows - gathered.heads,
        lists=spool.count,
        constituencies=gathered.constituencies,
        repairs=repairs.lines(),
        repaired=repairs.rows,
        spool=spool,
        form_round=form.round,
    )

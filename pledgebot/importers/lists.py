"""Lists of candidates from any file that is understood: an official form, or a plain spreadsheet."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pledgebot.domain.election import ListRecord
from pledgebot.importers.digests import Digest
from pledgebot.importers.sheets import COLUMNS, read_list_spreadsheet
from pledgebot.importers.staging import stage

__all__ = ["COLUMNS", "read_list_spreadsheet", "read_lists"]


def read_lists(
    path: Path,
    *,
    communes: frozenset[str] = frozenset(),
    digest: Digest | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[ListRecord]:
    """Yield the lists of a file: of an official form if its header says so, else of a spreadsheet.

    The parameters and the errors are those of `stage`: `Unusable` comes before the first record, never after it.
    """
    with stage(path, communes=communes, digest=digest, progress=progress) as staged:
        yield from staged.records()

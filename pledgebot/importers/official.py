"""The Ministry's files of candidates, one row per candidate, read as one record per list."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pledgebot.domain.election import ListRecord
from pledgebot.importers.digests import Digest
from pledgebot.importers.forms import FORM_2026, recognise, round_from_name
from pledgebot.importers.staging import stage_official

__all__ = ["COLUMNS", "looks_official", "read_official", "round_from_name"]

COLUMNS = FORM_2026.columns
"""The header of the form of 2026."""


def looks_official(path: Path) -> bool:
    """Tell whether a file's header has most columns of an official form, so that its faults are told as such.

    Raises `Unusable` when the file cannot be opened.
    """
    return recognise(path) is not None


def read_official(
    path: Path,
    *,
    communes: frozenset[str] = frozenset(),
    digest: Digest | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[ListRecord]:
    """Yield one record per list of an official file, in the order of their first rows, in flat memory.

    The parameters and the errors are those of `stage`: `Unusable` comes before the first record, never after it.
    """
    with stage_official(path, communes=communes, digest=digest, progress=progress) as staged:
        yield from staged.records()

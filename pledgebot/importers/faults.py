"""What is wrong with a file, collected so that all of it is said at once."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from pledgebot.domain.errors import Unusable
from pledgebot.domain.words import normalise

SHOWN = 20
"""How many faults of one file are written out; of the others only the number is said."""

_LONGEST = 60


class Faults:
    """The faults of one file. Only those that will be shown are kept, so that a hopeless file costs no memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []
        self._count = 0

    def __len__(self) -> int:
        """Return how many faults there are, shown or not."""
        return self._count

    def add(self, line: int, what: str) -> None:
        """Note one fault: the line of the file (from 1), what is wrong and what was expected."""
        self._count += 1
        if self._count <= SHOWN:
            self._lines.append(f"{self._path}: line {line}: {what}")

    def hint(self, word: str, known: Iterable[str]) -> str:
        """Return `did you mean "…"? ` with the known word that looks most like another, or nothing.

        Looking for it costs time, so it is not done for faults that will not be shown.
        """
        near = nearest(word, known) if self._count < SHOWN else None
        return f'did you mean "{near}"? ' if near else ""

    def raise_any(self) -> None:
        """Raise `Unusable` with one line per fault when there is any."""
        if not self._count:
            return
        rest = self._count - len(self._lines)
        more = [f"{self._path}: and {rest} more fault{'s' if rest > 1 else ''}"] if rest else []
        raise Unusable("\n".join([*self._lines, *more]))


def unreadable(path: Path, error: OSError) -> Unusable:
    """Return the error for a file that the system does not let us read or write."""
    return Unusable(f"{path}: {error.strerror or error}")


def shown(text: str) -> str:
    """Return a cell as a fault quotes it: on one line, shortened, whatever it holds."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return '"' + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short) + '"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like another, or None when none does."""
    by_form = {normalise(name): name for name in known}
    # Comparing is quadratic in length: a cell of megabytes must not make it hang.
    close = get_close_matches(normalise(word[:_LONGEST]), by_form, n=1)
    return by_form[close[0]] if close else None

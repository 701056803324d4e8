"""What was put right in a file, so that a person can check it."""

from pledgebot.importers.faults import SHOWN


class Repairs:
    """The repairs of one file; neighbouring lines repaired in the same way are one entry. Only what is shown is kept."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, str]] = []
        self._unshown = 0
        self.rows = 0

    def add(self, line: int, what: str, *, rows: int = 1) -> None:
        """Note one repair: its line, from 1, what was done, and of how many rows."""
        self.rows += rows
        if self._entries:
            begin, end, same = self._entries[-1]
            if same == what and end + 1 == line and not self._unshown:
                self._entries[-1] = begin, line, what
                return
        if len(self._entries) < SHOWN:
            self._entries.append((line, line, what))
        else:
            self._unshown += 1

    def lines(self) -> tuple[str, ...]:
        """Return one sentence per repair, and how many more there are."""
        said = [
            f"line {begin}: {what}" if begin == end else f"lines {begin} to {end}: {what}"
            for begin, end, what in self._entries
        ]
        more = [f"and {self._unshown} more repaired row{'s' if self._unshown > 1 else ''}"] if self._unshown else []
        return *said, *more

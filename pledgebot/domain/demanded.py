"""Deadlines that a network set and that are not stored yet. Noted in one thread, stored in another."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


class Unsaved:
    """For whom a network asked to wait (None: for all), and until when, in seconds of any one clock."""

    def __init__(self) -> None:
        self._until: dict[str | None, float] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._until)

    def note(self, address: str | None, until: float) -> None:
        """Note a deadline. An earlier, longer one stands."""
        with self._lock:
            self._until[address] = max(until, self._until.get(address, until))

    @contextmanager
    def handed_out(self, now: float) -> Iterator[dict[str | None, timedelta]]:
        """Hand all of them out to be stored, each as how long it still lasts; where storing fails they are noted again."""
        with self._lock:
            taken, self._until = self._until, {}
        try:
            yield {address: timedelta(seconds=max(0.0, until - now)) for address, until in taken.items()}
        except BaseException:
            for address, until in taken.items():
                self.note(address, until)
            raise

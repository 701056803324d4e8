"""How a worker dies: at any step, by what no handler of the program catches; everything that it had in memory is gone."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection

from pledgebot.store.engine import Database, Session
from pledgebot.store.line import Line


class Death(BaseException):
    """The process is killed here."""


STEPS = ("before the send", "after the send", "before a commit", "after a commit")


class Reaper:
    """Kills the worker at the step for which it is armed, after so many of them went by; `deaths` are those that it had."""

    def __init__(self) -> None:
        self._step: str | None = None
        self._left = 0
        self.deaths: list[str] = []

    def arm(self, step: str, after: int) -> None:
        """Strike at a step, after so many that are spared."""
        self._step, self._left = step, after

    def disarm(self) -> None:
        """Let everything pass."""
        self._step = None

    def may_strike(self, step: str) -> None:
        """Die here if it is time."""
        if step != self._step:
            return
        self._left -= 1
        if self._left < 0:
            self.disarm()
            self.deaths.append(step)
            raise Death(step)


class MortalDatabase(Database):
    """A database at whose commits a worker may die: just before, and nothing was written; just after, and all of it was."""

    def __init__(self, url: str, reaper: Reaper) -> None:
        super().__init__(url)
        self.reaper = reaper

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a writing session, at whose end death may wait."""
        with super().begin() as session:
            yield session
            self.reaper.may_strike("before a commit")
        self.reaper.may_strike("after a commit")

    @contextmanager
    def writing(self, line: Line) -> Iterator[Connection]:
        """Open a writing transaction, at whose end death may wait."""
        with super().writing(line) as connection:
            yield connection
            self.reaper.may_strike("before a commit")
        self.reaper.may_strike("after a commit")


class Inline(Executor):
    """Does at once what it is given: a campaign is the same each time, whatever threads would do."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401 - as the library has it
        """Do it, and return what came of it."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - a death too goes to whoever waits for it
            future.set_exception(error)
        return future

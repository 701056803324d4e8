"""One worker or several on one installation: started, killed, replaced, as an operator or a machine's manager does."""

import signal
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from factories.processes import Running
from pledgebot.store.engine import Database
from pledgebot.store.tables import Lease
from scenarios.stage import eventually

SABOTEUR = Path(__file__).parents[2] / "fakes" / "saboteur"
RUNS = "pledgebot runs"


class Crew:
    """The processes of `pledgebot run`; `size` of them are meant to live at a time. Orders for them lie in a folder."""

    def __init__(self, folder: Path, network: str, database: Database, size: int = 1) -> None:
        self._folder = folder
        self._network = network
        self._database = database
        self._size = size
        self._orders = folder / "orders"
        self._orders.mkdir()
        self._given = 0
        self._living: list[Running] = []
        self._written: list[str] = []

    def fill_up(self) -> None:
        """Start as many as are missing, and wait until they say that they run, unless an order ends them before."""
        new = [self._start() for _missing in range(self._size - len(self._living))]
        self._living += new
        for one in new:
            eventually(lambda one=one: one.over or RUNS in one.written, "a worker runs")

    def _start(self) -> Running:
        return Running(
            "run",
            folder=self._folder,
            PYTHONPATH=str(SABOTEUR),
            CRASH_ORDERS=str(self._orders),
            CRASH_NETWORK=self._network,
        )

    def order(self, step: str, moment: str, number: int = 1) -> None:
        """Have whoever comes to a moment of a step for so many times end there, as in a power cut."""
        self._given += 1
        half = self._orders / "half"
        half.write_text(f"{step} {moment} {number} {self._given}", "utf-8")
        half.rename(self._orders / "kill")

    def forbid(self, what: str) -> None:
        """Let an SQLite database take no further page (`full`) or no write at all (`read-only`), until it is allowed."""
        (self._orders / what).touch()

    def allow(self, what: str) -> None:
        """Take that back."""
        (self._orders / what).unlink()

    def killed(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until an order is carried out, and see that a process ended by it, and by nothing else."""

        def over() -> bool:
            meanwhile()
            return any(one.over for one in self._living)

        eventually(over, "a worker comes to the step at which it is to end")
        self._bury()

    def kill(self) -> None:
        """Kill whoever holds the lease; where nobody does, the first."""
        at_work = self.at_work()
        (at_work or self._living[0]).signal(signal.SIGKILL)
        self.killed()

    def kill_all(self) -> None:
        """Kill every one, without asking the database who is at work."""
        for one in self._living:
            one.signal(signal.SIGKILL)
        eventually(lambda: all(one.over for one in self._living), "all are gone")
        self._bury()

    def at_work(self) -> Running | None:
        """Return the living worker that holds the lease."""
        with self._database.read() as session:
            owner = session.scalar(sa.select(Lease.owner))
        number = int(owner.split(":")[1]) if owner else None
        return next((one for one in self._living if one.pid == number), None)

    def taken_over(self) -> None:
        """Let the lease of whoever is dead be over, and wait until one of those who live has taken it."""
        if self.at_work() is None:
            self._release()
        if self._living:
            eventually(lambda: self.at_work() or any(one.over for one in self._living), "a worker takes over")

    def _release(self) -> None:
        """Let the lease of a dead worker be over: its fifteen seconds are nothing to wait for."""
        with self._database.begin() as session:
            moment = session.scalar(sa.select(Lease.expires_at))
            if moment is not None:
                session.execute(sa.update(Lease).values(expires_at=moment.replace(year=moment.year - 1)))

    def stop(self) -> None:
        """Ask all to stop, and see that they do so in order."""
        for one in self._living:
            one.signal(signal.SIGTERM)
        self._bury(0)
        assert not self._living

    def close(self) -> None:
        """See that nothing is left running, whatever became of the test."""
        for one in self._living:
            one.__exit__(None, None, None)
        self._bury(None)

    def _bury(self, expected: int | None = -signal.SIGKILL) -> None:
        for one in [one for one in self._living if expected == 0 or one.over]:
            # A worker that does not end says first where it stands; `close` ends it.
            eventually(lambda one=one: one.over, f"worker {one.pid} ends")
            self._living.remove(one)
            status = one.wait()
            self._written.append(one.written)
            assert expected in {None, status}, one.written

    @property
    def written(self) -> str:
        """Everything that was written so far."""
        return "".join([*self._written, *(one.written for one in self._living)])

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of those that live."""
        return tuple(one.pid for one in self._living)

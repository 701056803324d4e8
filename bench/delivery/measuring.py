"""What a contender's process spends, and what the server has of it; asked from outside, so that it costs nobody anything."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

HERE = Path(__file__).parent
_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))
_LOOK_EVERY = 0.05
_AFTER = 0.5
"""So many seconds after the last message its books are closed too."""


@dataclass(frozen=True)
class Figures:
    """What one contender did in one run."""

    taken: int
    rate: float
    most: int
    refused: int
    cpu_per_1000: float
    peak_mb: float
    first_after: float
    whole: bool


@dataclass(frozen=True)
class Server:
    """The counting server, a process of its own."""

    port: int

    def told(self) -> dict[str, float]:
        """Return what arrived since the last reset."""
        return self._ask("told")

    def reset(self, limit: int, latency: float) -> None:
        """Count anew; refuse more than so many a second (0: none), answer after so many seconds."""
        self._ask(f"reset?limit={limit}&latency={latency}")

    def await_bot(self, process: "subprocess.Popen[str]") -> None:
        """Wait until a bot asks for updates."""
        while not self.told()["polled"]:
            if process.poll() is not None:
                raise SystemExit("our own contender does not run")
            time.sleep(_LOOK_EVERY)

    def _ask(self, what: str) -> dict[str, float]:
        with urlopen(f"http://127.0.0.1:{self.port}/{what}") as answer:
            found = json.load(answer)
        return dict(found) if isinstance(found, dict) else {}


@contextmanager
def serving() -> Iterator[Server]:
    """Run the counting server."""
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, str(HERE / "server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        # The contender on one core, whoever counts what it does on the other.
        os.sched_setaffinity(process.pid, _CORES[-1:])
        os.sched_setaffinity(0, _CORES[-1:])
        yield Server(int(process.stdout.readline()) if process.stdout is not None else 0)
        if process.stdin is not None:
            process.stdin.close()


@contextmanager
def running(command: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    """Run a contender, which is killed in the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLEDGEBOT_")}
    environment["PYTHONPATH"] = os.pathsep.join([str(HERE.parent.parent), str(HERE.parent)])
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        os.sched_setaffinity(process.pid, _CORES[:1])
        try:
            yield process
        finally:
            process.kill()


def say(process: "subprocess.Popen[str]", line: str) -> None:
    """Write a line to a contender."""
    if process.stdin is not None:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()


def measured(
    process: "subprocess.Popen[str]", server: Server, chats: int, begin: Callable[[], None], cap: float
) -> Figures:
    """Begin, wait until everybody was told or `cap` seconds are over, and return what that took."""
    spent, began = cpu(process.pid), time.monotonic()
    begin()
    while True:
        told = server.told()
        whole = told["taken"] >= chats
        if whole or time.monotonic() - began > cap or process.poll() is not None:
            break
        time.sleep(_LOOK_EVERY)
    time.sleep(_AFTER)
    if process.poll() is not None:
        raise SystemExit("a contender ended before it was measured")
    taken = int(told["taken"])
    return Figures(
        taken=taken,
        rate=told["rate"],
        most=int(told["most"]),
        refused=int(told["refused"]),
        cpu_per_1000=(cpu(process.pid) - spent) / max(taken, 1) * 1000,
        peak_mb=peak(process.pid),
        first_after=told["first"] - began if taken else float("nan"),
        whole=whole,
    )


def cpu(pid: int) -> float:
    """Return how many seconds of processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak(pid: int) -> float:
    """Return how many megabytes of memory a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def median(runs: Sequence[Figures], what: str) -> float:
    """Return the median of one figure."""
    return statistics.median(float(getattr(run, what)) for run in runs)


def machine() -> str:
    """Return the machine's shape."""
    load = os.getloadavg()[0]
    return f"machine: {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with columns as wide as they have to be."""
    lines = [header, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )

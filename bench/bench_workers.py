"""Several `pledgebot run` on one PostgreSQL database: what they tell in a second, and how long it is silent after a hard kill.

The server is that of the tests, without fsync, on this machine. The messages go to a counting server on loopback that
answers at once; for the speed the broadcast is one that is paid for, at the kills the pace is the free one. A kill is SIGKILL
to the worker that holds the lease, in the middle of a broadcast; the silence lasts until another one's first message arrives.

Usage: bench_workers.py [--followers 400] [--workers 1 2 3] [--kills 3]
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

from delivery import ours
from delivery.measuring import HERE, Server, machine, running, serving, table

from pledgebot.store.engine import Database
from postgres import PostgresServer

CAP = 120.0
_LOOK_EVERY = 0.02
_SOME = 20
"""After so many messages the worker is killed."""


@contextmanager
def installation(
    postgres: PostgresServer, server: Server, followers: int, name: str
) -> Iterator[tuple[Path, Database]]:
    """Make an installation of so many followers on a database of its own."""
    server.reset(0, 0.0)
    with tempfile.TemporaryDirectory() as made:
        folder, url = Path(made), postgres.create_database(name)
        with closing(ours.build(folder, url, followers, port=server.port)) as database:
            yield folder, database


def start(folder: Path) -> list[str]:
    """Return the command that starts a worker."""
    return [sys.executable, str(HERE / "ours.py"), str(folder)]


def speed(postgres: PostgresServer, server: Server, followers: int, workers: int) -> tuple[str, ...]:
    """Let so many workers tell everybody, and return how fast that was."""
    with installation(postgres, server, followers, f"speed_{workers}") as (folder, database), ExitStack() as stack:
        crew = [stack.enter_context(running(start(folder))) for _worker in range(workers)]
        server.await_bot(crew[0])
        ours.announce(database, paid=True)
        deadline = time.monotonic() + CAP
        while (told := server.told())["taken"] < followers and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY)
    return (
        f"{workers} worker{'s' * (workers > 1)}",
        f"{told['rate']:.0f}",
        f"{told['taken']:.0f}",
        f"{told['twice']:.0f}",
    )


def silences(postgres: PostgresServer, server: Server, followers: int, workers: int, kills: int) -> list[float]:
    """Kill whoever is at work again and again, and return how many seconds it took until another one told somebody."""
    found: list[float] = []
    with installation(postgres, server, followers, f"kills_{workers}") as (folder, database), ExitStack() as stack:
        crew = [stack.enter_context(running(start(folder))) for _worker in range(workers)]
        server.await_bot(crew[0])
        ours.announce(database)
        for _kill in range(kills):
            so_far = server.told()["taken"]
            _wait(server, so_far + _SOME)
            os.kill(owner(database), signal.SIGKILL)
            killed, at = time.monotonic(), server.told()["taken"]
            _wait(server, at + 1)
            found.append(time.monotonic() - killed)
            crew.append(stack.enter_context(running(start(folder))))
    return found


def _wait(server: Server, taken: float) -> None:
    deadline = time.monotonic() + CAP
    while server.told()["taken"] < taken:
        if time.monotonic() > deadline:
            raise SystemExit("nobody tells anything any more")
        time.sleep(_LOOK_EVERY)


def owner(database: Database) -> int:
    """Return the process that holds the lease."""
    with database.read() as session:
        return int(str(session.execute(sa.text("SELECT owner FROM lease")).scalar()).split(":")[1])


def main() -> None:
    """Read what is asked for, and measure it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--followers", type=int, default=2000)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    asked.add_argument("--kills", type=int, default=3)
    given = asked.parse_args()
    with PostgresServer() as postgres, serving() as server:
        rows: Sequence[tuple[str, ...]] = [speed(postgres, server, given.followers, many) for many in given.workers]
        print(table(("", "msg/s", "told", "twice"), rows))
        for many in given.workers:
            if many > 1:
                found = silences(postgres, server, given.followers, many, given.kills)
                each = ", ".join(f"{one:.1f}" for one in found)
                print(f"{many} workers: silent for {statistics.median(found):.1f} s after a kill ({each})")
    print(machine())


if __name__ == "__main__":
    main()

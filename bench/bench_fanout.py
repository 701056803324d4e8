"""An announcement becomes a row for everyone who is to hear of it: our fan-out beside a bare `INSERT … SELECT`, in one run.

Both write the same rows into copies of one SQLite database (synchronous=FULL), each in a process of its own, in turns; ours
as the dispatcher does, batch after batch, each with its commit and its cursor, once the first few have arrived. Then
`pledgebot run` is let loose on the same database: how long after the announcement does the first message leave?

Usage: bench_fanout.py [--followers 100000] [--runs 3]; a million takes a few minutes.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

from delivery import ours
from delivery.measuring import HERE, machine, measured, running, serving, table

from pledgebot.services.brakes import confirm_receivers
from pledgebot.services.fan_out import fan_out, open_events
from pledgebot.store.engine import Database

BARE = """
INSERT INTO delivery (event_id, destination_id, part, action, state, due_at, attempts)
SELECT event.id, destination.id, 1, 'send', 'due', event.not_before, 0
FROM destination JOIN event ON event.fanned_out_at IS NULL
WHERE destination.ended_at IS NULL AND destination.created_at <= event.created_at AND EXISTS (
    SELECT 1 FROM subscription WHERE subscription.destination_id = destination.id AND subscription.topic = 'all')
"""
DONE = "UPDATE event SET fanned_out_at = not_before"
TRIED = "UPDATE event SET tried_at = not_before"
"""There is nobody here to whom the first few could go."""
LIMIT = 31
CAP = 900.0


def write(how: str, path: Path) -> None:
    """Write the rows in one of the two ways, and print what that took as JSON."""
    database = Database(f"sqlite:///{path}")
    now = datetime.now(UTC)
    with database.read() as session:
        open_events(session, now)
    before, began, spent = _peak(), time.perf_counter(), time.process_time()
    if how == "bare":
        with database.begin() as session:
            session.execute(sa.text(BARE))
            session.execute(sa.text(DONE))
    else:
        while _is_open(database, now):
            with database.begin() as session:
                fan_out(session, now)
    took, cpu = time.perf_counter() - began, time.process_time() - spent
    with database.read() as session:
        rows = session.execute(sa.text("SELECT count(*) FROM delivery")).scalar()
    print(json.dumps({"rows": rows, "wall": took, "cpu": cpu, "more_mb": _peak() - before}))
    database.close()


def _is_open(database: Database, now: datetime) -> bool:
    with database.read() as session:
        return open_events(session, now)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def enqueue(template: Path, followers: int, runs: int) -> None:
    """Let both write, in turns, and print the medians."""
    found: dict[str, list[dict[str, float]]] = {"bare": [], "ours": []}
    for _run in range(runs):
        for how, figures in found.items():
            copy = template.with_name("copy.db")
            shutil.copy(template, copy)
            command = [sys.executable, str(Path(__file__)), "--write", how, str(copy)]
            done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - ourselves
            figures.append(json.loads(done.stdout))
            assert figures[-1]["rows"] == followers, figures
            for left in template.parent.glob("copy.db*"):
                left.unlink()
    median = {
        how: {name: statistics.median(one[name] for one in figures) for name in figures[0]}
        for how, figures in found.items()
    }
    rows = [
        (how, f"{of['wall']:.2f}", f"{of['cpu']:.2f}", f"{followers / of['wall']:,.0f}", f"{of['more_mb']:.0f}")
        for how, of in median.items()
    ]
    print(table(("", "wall s", "CPU s", "rows/s", "MB more"), rows))
    print(f"ours beside the bare statement: {median['ours']['wall'] / median['bare']['wall']:.1f} times as long")


def first_message(folder: Path, followers: int) -> None:
    """Let the whole bot tell of it, and print when the first message left, and what memory it took to get there."""
    with serving() as server:
        server.reset(LIMIT, 0.0)
        with closing(ours.build(folder, f"sqlite:///{folder / 'bench.db'}", followers, port=server.port)) as database:
            with database.begin() as session:
                confirm_receivers(session, followers, datetime.now(UTC))
            for_ever = 30
            with running([sys.executable, str(HERE / "ours.py"), str(folder), str(for_ever)]) as process:
                server.await_bot(process)
                figures = measured(process, server, 1, lambda: ours.announce(database), CAP)
    print(f"first message {figures.first_after:.1f} s after the announcement; RSS at most {figures.peak_mb:.0f} MB")


def main() -> None:
    """Build the database once, and measure."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--followers", type=int, default=100_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--write", nargs=2)
    given = asked.parse_args()
    if given.write:
        write(given.write[0], Path(given.write[1]))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        template = folder / "template.db"
        with closing(ours.build(folder, f"sqlite:///{template}", given.followers)) as database:
            ours.announce(database)
            with database.begin() as session:
                session.execute(sa.text(TRIED))
                confirm_receivers(session, given.followers, datetime.now(UTC))
        print(f"{given.followers:,} followers")
        enqueue(template, given.followers, given.runs)
        first_message(folder, given.followers)
    print(machine())


if __name__ == "__main__":
    main()

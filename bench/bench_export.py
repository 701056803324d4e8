"""Export the board of a database as large as France: files, seconds and memory, beside writing the same bytes plainly.

The lists are invented: 50,478 in 34,900 communes, of which five hundred answered. The floor writes every file of the export once
more, from memory, a constituency's folder at a time.
Usage: bench_export.py [DATABASE FILE]
"""

import os
import platform
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from bench_questions import NOW, build, records

from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position, SourceKind, SpeakerRole
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.decisions import confirm_answer
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.store.engine import Database
from pledgebot.store.tables import CandidateList
from pledgebot.web.board import Board
from pledgebot.web.export import export_board
from pledgebot.web.reading import Masthead

ANSWERS = 500
MASTHEAD = Masthead(("fr", "en"), None, "Collectif Exemple", "contact@exemple.invalid", "Hébergeur Exemple")


def answer_some(path: Path) -> None:
    """Let some lists answer, each on one demand."""
    database = Database(f"sqlite:///{path}")
    rng = random.Random(8)  # noqa: S311 - a repeatable choice, not a secret
    with database.begin() as session:
        add_organizer(
            session, "Noé", frozenset({Role.RECORDER, Role.VERIFIER}), find_actor(session, "Alix", "bench"), NOW
        )
        alix, noe = find_actor(session, "Alix", "bench"), find_actor(session, "Noé", "bench")
        numbers = list(session.scalars(sa.select(CandidateList.id).order_by(CandidateList.id)))
        for number in rng.sample(numbers, ANSWERS):
            new = NewAnswer(
                subject=Subject(list_id=number),
                positions=(Taken("cameras", rng.choice(list(Position))),),
                source=SourceKind.EMAIL,
                role=SpeakerRole.LIST,
                said_on=date(2026, 2, 1),
                proofs=(Proof(url="https://example.org/words", quote="We will do it."),),
            )
            confirm_answer(session, record_answer(session, new, alix, NOW), 1, noe, NOW)
    database.close()


class Memory:
    """The most memory that this process and its children had together, in megabytes."""

    def __init__(self) -> None:
        self.most = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look twenty times a second."""
        over = threading.Event()
        watching = threading.Thread(target=self._watch, args=(over,))
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.05):
            self.most = max(self.most, sum(map(_resident, _family(os.getpid()))))


def _family(process: int) -> list[int]:
    """Return a process and all that it started."""
    found = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _family(int(child))
    return found


def _resident(process: int) -> float:
    """Return the memory of a process, what it shares with others counted in parts."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def plainly(source: Path, target: Path) -> float:
    """Return the seconds that it takes to write the files of a folder into another, what is read not counted."""
    seconds = 0.0
    for folder, _folders, names in os.walk(source):
        contents = [(name, (Path(folder) / name).read_bytes()) for name in names]
        into = target / Path(folder).relative_to(source)
        began = time.perf_counter()
        into.mkdir(parents=True, exist_ok=True)
        for name, content in contents:
            (into / name).write_bytes(content)
        seconds += time.perf_counter() - began
    return seconds


def main(path: Path) -> None:
    """Build or open the database, export it twice, and print."""
    if not path.exists():
        build(path, records())
        answer_some(path)
    folder, memory = Path(tempfile.mkdtemp(prefix="pledgebot-export-")), Memory()
    try:
        database = Database(f"sqlite:///{path}")
        board = Board(database, MovedClock(NOW), MASTHEAD)
        for label in ("export into an empty folder", "the same again"):
            began = time.perf_counter()
            with memory.watched():
                written = export_board(database, board, NOW, folder / "board")
            seconds = time.perf_counter() - began
            print(f"{label:<28} {written.files} files, {written.size / 1e6:.0f} MB, {seconds:.0f} s")
            print(f"{'':<28} at most {memory.most:.0f} MB of memory, all processes together")
        database.close()
        floor = plainly(folder / "board", folder / "plain")
        print(f"{'floor: the files plainly':<28} {floor:.0f} s")
        print(
            f"machine: {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.python_version()}"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "pledgebot-bench-export.db"))

"""Reading and staging a national file of candidates, beside iterating over the same file with Python's csv module.

Each is measured in a process of its own, in turns: CPU seconds (the best of the runs) and peak memory. The file (50,478
lists, 904,042 rows, invented) is generated unless its path is given. Usage: bench_import.py [FILE]
"""

import csv
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from national_file import CANDIDATES, LISTS

RUNS = 3


def iterate(path: Path) -> None:
    """Read every row and do nothing with it: the floor."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _row in csv.reader(file, delimiter=";"):
            pass


def stage_all(path: Path) -> None:
    """Stage the file with digests of all names."""
    from pledgebot.importers.digests import name_digest
    from pledgebot.importers.staging import stage

    with stage(path, digest=name_digest(b"a secret for measuring")):
        pass


def stage_without_digests(path: Path) -> None:
    """Stage the file without digests."""
    from pledgebot.importers.staging import stage

    with stage(path):
        pass


def stage_and_read(path: Path) -> None:
    """Stage the file with digests and read all records back, as the services do."""
    from pledgebot.importers.digests import name_digest
    from pledgebot.importers.staging import stage

    with stage(path, digest=name_digest(b"a secret for measuring")) as staged:
        assert sum(1 for _record in staged.records()) == staged.lists


_CONFIG = """
letter = "builtin:marseille-2020"
languages = ["fr", "en"]
[database]
url = "sqlite:///bench.db"
[legal]
publisher = "P"
contact = "a@example.org"
host = "H"
[election]
zone = "Europe/Paris"
name = { fr = "E", en = "E" }
[[election.rounds]]
number = 1
date = 2026-03-15
closes = 20:00:00
"""


def import_all(path: Path) -> None:
    """Do all that `pledgebot lists import` does, on an empty SQLite database; that is made by another process."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(_CONFIG, "utf-8")
        pledgebot("db", "upgrade", "--config", str(config))
        pledgebot("organizers", "add", "Alix", "--role", "recorder", "--config", str(config))

        from pledgebot.bootstrap import opened_bot
        from pledgebot.intake import Source, take_in

        with opened_bot(config) as bot:
            done = take_in(bot.database, Source(path, "1"), "Alix", "bench", bot.clock.now())
            assert done.report.added.count == LISTS


def pledgebot(*arguments: str) -> None:
    """Run a command in a process of its own, whose time and memory do not count."""
    command = [sys.executable, "-m", "pledgebot.cli.main", *arguments]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program


WAYS: dict[str, Callable[[Path], None]] = {
    "csv alone": iterate,
    "staging, no digests": stage_without_digests,
    "staging": stage_all,
    "staging, records read": stage_and_read,
    "the whole import": import_all,
}


def measure(way: str, path: Path) -> None:
    """Print the CPU seconds that one way takes and the peak memory of this process, in MB."""
    begin = time.process_time()
    WAYS[way](path)
    seconds = time.process_time() - begin
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(way: str, path: Path) -> tuple[float, float]:
    """Return CPU seconds and peak memory of one way, measured in a process of its own."""
    command = [sys.executable, __file__, "--measure", way, str(path)]
    seconds, memory = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 - ourselves
    return float(seconds), float(memory)


def compare(path: Path) -> None:
    """Measure all ways in turns and print them side by side."""
    runs: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _run in range(RUNS):
        for way, results in runs.items():
            results.append(measured(way, path))
    floor = min(seconds for seconds, _memory in runs["csv alone"])
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, best of {RUNS} runs")
    print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")
    print(f"{'':24}{'CPU s':>8}{'ratio':>8}{'peak MB':>9}")
    for way, results in runs.items():
        seconds = min(each for each, _memory in results)
        memory = max(each for _seconds, each in results)
        print(f"{way:24}{seconds:8.2f}{seconds / floor:8.2f}{memory:9.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:]:
        compare(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            national = Path(folder) / "national.csv"
            # Generated elsewhere: a measured process would count the memory of the one that starts it as its own.
            generator = Path(__file__).with_name("national_file.py")
            subprocess.run([sys.executable, generator, national], check=True)  # noqa: S603 - our own script
            print(f"{LISTS:,} lists, {CANDIDATES:,} candidates, invented")
            compare(national)

"""Questions on Telegram, from the update's JSON to the reply that leaves over HTTP: ours beside a plain bot, in one run.

Both contenders are processes of their own and fetch the same updates from one local server by `getUpdates`. The plain one is
a python-telegram-bot application on the library's own transport: it finds a list or a place by indexed SELECTs of SQLAlchemy
Core, reads the same rows (list, place, demands, stances with their proofs, contacts) and replies with the same facts.
Usage: bench_chat.py [DATABASE FILE] [QUESTIONS] [RUNS]; of several runs, in turns, the medians are compared.
"""

import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parent))

from chat.clocked import WARMING, Clocked
from chat.database import build
from chat.mixes import MIXES
from chat.plain_bot import plain
from chat.pledgebot_bot import ours, whole
from chat.server import serve

QUESTIONS = 4_000
CONTENDERS = {"ours": ours, "whole": whole, "plain": plain}
THIS = (sys.executable, str(Path(__file__)))


def contend(name: str, mix: str, path: Path, port: int) -> None:
    """Run one contender and print its figures as JSON."""
    clocked = Clocked([], [])
    more = asyncio.run(CONTENDERS[name](path, port, f"1:{name}.{mix}", clocked))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"own": clocked.own, "wall": clocked.wall, "spent": clocked.spent, "peak": peak, **more}
    print(json.dumps(figures))


def show(name: str, figures: dict[str, object]) -> float:
    """Print a contender's figures, and return what a question costs it in milliseconds of processor time."""
    own, wall = (sorted(figures[kind]) for kind in ("own", "wall"))  # type: ignore[call-overload]  # lists of numbers, from JSON
    mean = float(str(figures["spent"])) / len(own)
    parts = "  ".join(
        f"{kind} p50 {of[len(of) // 2]:.2f} p99 {of[len(of) * 99 // 100]:.2f} max {of[-1]:.2f}"
        for kind, of in (("own", own), ("wall", wall))
    )
    extra = f"  by heart {float(str(figures['hits'])):.0%}" if "hits" in figures else ""
    print(
        f"{name:<6} {len(own):>5} × ms  CPU in all {mean:.2f}  {parts}  RSS {float(str(figures['peak'])):.0f} MB{extra}"
    )
    return mean


def compare(mix: str, path: Path, port: str, runs: int) -> None:
    """Let all contenders answer a mix, in turns, and print what each spent and how that compares."""
    costs: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _run in range(runs):
        for name, means in costs.items():
            run = subprocess.run([*THIS, "--contend", name, mix, str(path), port], capture_output=True, check=True)  # noqa: S603 - ourselves
            means.append(show(name, json.loads(run.stdout)))
    median = {name: statistics.median(means) for name, means in costs.items()}
    for name in ("ours", "whole"):
        print(f"ratio of processor time, {name} to plain: {median[name] / median['plain']:.2f}")


def main(path: Path, many: int, runs: int) -> None:
    """Build the database if there is none, let both answer the same, and print."""
    if not path.exists():
        build(path)
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*THIS, "--serve", str(many)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        port = (server.stdout.readline() if server.stdout is not None else "").strip()
        for mix in MIXES:
            print(f"\n{mix}: {many} questions, {WARMING} of them to warm up")
            compare(mix, path, port, runs)
        with urlopen(f"http://127.0.0.1:{port}/told") as told:
            print(f"\nserver: {json.load(told)}")
        if server.stdin is not None:
            server.stdin.close()
    load = os.getloadavg()[0]
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--serve"]:
        asyncio.run(serve(int(arguments[1])))
    elif arguments[:1] == ["--contend"]:
        contend(arguments[1], arguments[2], Path(arguments[3]), int(arguments[4]))
    else:
        path, many, runs, *_rest = (*arguments, *(None,) * 3)
        main(
            Path(path) if path else Path(tempfile.gettempdir()) / "pledgebot-bench-chat.db",
            int(many) if many else QUESTIONS,
            int(runs) if runs else 1,
        )

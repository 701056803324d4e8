"""One announcement to many on Telegram: `pledgebot run` beside python-telegram-bot and aiogram, in one run, in turns.

Every contender is a process of its own; a counting server on loopback refuses what comes too fast, and answers at once or
after 50 ms. Ours is the whole of `pledgebot run` with an SQLite database at synchronous=FULL: fan-out, claims, settlements.
The others keep books of their own at the same durability: `floor` is bare aiohttp in an even pace, `ptb` python-telegram-bot
with `AIORateLimiter` as it is installed, `ptb tuned` the same with sniffio, a small pool and batches, `aiogram` its example of
a broadcast (free) or 128 at once (paid). CPU is the contender's, in seconds per 1,000 messages, from the announcement to the
last message.

Usage: bench_delivery.py [--runs 3] [--free 300] [--paid 5000] [--latency 0 0.05] [--only NAME …]
"""

import argparse
import importlib.util
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from delivery import ours
from delivery.measuring import HERE, Figures, Server, machine, measured, median, running, say, serving, table
from delivery.peers import PEERS

ROOT = Path(__file__).parent.parent
AIOGRAM = Path(os.environ.get("PLEDGEBOT_BENCH_AIOGRAM") or ROOT / ".venv-aiogram" / "bin" / "python")
"""aiogram wants an older pydantic than pledgebot: it has an environment of its own."""
FREE, PAID = 30, 1000
A_CLOCK_APART = 1
"""So many more than allowed the server takes in a second by its own clock, which is not the sender's."""
CAP = 60.0
"""After so many seconds a contender that is not done is judged by what it did."""
HEADER = ("", "msg/s", "from–to", "most in a second", "429", "CPU s/1k", "RSS MB", "first after s", "told")


def missing() -> dict[str, str]:
    """Return which contenders cannot take part, each with the line that installs what it needs."""
    lines: dict[str, str] = {}
    if any(importlib.util.find_spec(name) is None for name in ("aiolimiter", "sniffio")):
        line = f"{sys.executable} -m pip install -c constraints.txt -e '.[bench]'"
        lines |= {"ptb": line, "ptb tuned": line}
    if not AIOGRAM.exists():
        folder = AIOGRAM.parent.parent
        lines["aiogram"] = f"python3 -m venv {folder} && {folder}/bin/pip install -r bench/delivery/aiogram.txt"
    return lines


def contend(name: str, folder: Path, server: Server, chats: int, per_second: int) -> Figures:
    """Run a contender once, and return its figures."""
    if name == "ours":
        with (
            closing(ours.build(folder, f"sqlite:///{folder / 'bench.db'}", chats, port=server.port)) as database,
            running([sys.executable, str(HERE / "ours.py"), str(folder)]) as process,
        ):
            server.await_bot(process)
            return measured(process, server, chats, lambda: ours.announce(database, paid=per_second > FREE), CAP)
    interpreter = str(AIOGRAM) if name == "aiogram" else sys.executable
    numbers = [str(number) for number in (server.port, chats, per_second)]
    with running([interpreter, str(HERE / "peers.py"), name, str(folder / "books.db"), *numbers]) as process:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit(f"{name} does not run")
        return measured(process, server, chats, lambda: say(process, "go"), CAP)


def compare(server: Server, names: Sequence[str], chats: int, per_second: int, latency: float, runs: int) -> None:
    """Let all contenders tell as many, in turns; print the medians, and how ours compares."""
    found: dict[str, list[Figures]] = {name: [] for name in names}
    for _run in range(runs):
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                server.reset(per_second + A_CLOCK_APART, latency)
                found[name].append(contend(name, Path(folder), server, chats, per_second))
    print(table(HEADER, [_row(name, chats, figures) for name, figures in found.items()]))
    for name in names:
        if name != "ours" and "ours" in found:
            speed = median(found["ours"], "rate") / max(median(found[name], "rate"), 1e-9)
            cost = median(found["ours"], "cpu_per_1000") / max(median(found[name], "cpu_per_1000"), 1e-9)
            print(f"ours beside {name}: {speed:.2f} times the msg/s, {cost:.2f} times the CPU")


def _row(name: str, chats: int, runs: Sequence[Figures]) -> tuple[str, ...]:
    rates = [run.rate for run in runs]
    told = min(run.taken for run in runs)
    return (
        name,
        f"{median(runs, 'rate'):.1f}",
        f"{min(rates):.1f}–{max(rates):.1f}",
        str(max(run.most for run in runs)),
        str(max(run.refused for run in runs)),
        f"{median(runs, 'cpu_per_1000'):.2f}",
        f"{median(runs, 'peak_mb'):.0f}",
        f"{median(runs, 'first_after'):.2f}",
        "all" if told >= chats else f"{told} in {CAP:.0f} s",
    )


def main() -> None:
    """Read what is asked for, and measure it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--free", type=int, default=300)
    asked.add_argument("--paid", type=int, default=5000)
    asked.add_argument("--latency", type=float, nargs="+", default=[0.0, 0.05])
    asked.add_argument("--only", nargs="+", default=["ours", *PEERS])
    given = asked.parse_args()
    lines = missing()
    for name in lines:
        print(f"without {name}; to have it: {lines[name]}")
    names = [name for name in given.only if name not in lines]
    with serving() as server:
        for title, chats, per_second in (("free", given.free, FREE), ("paid", given.paid, PAID)):
            for latency in given.latency if chats else ():
                print(f"\n{title}: {chats} messages, at most {per_second}/s, answered after {latency * 1000:.0f} ms")
                compare(server, names, chats, per_second, latency, given.runs)
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()

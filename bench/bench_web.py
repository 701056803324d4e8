"""Requests a second and the 99th of a hundred: the board's home page and a list's, from memory and with `If-None-Match`.

Beside them a bare Starlette that says "hello", on the same server with the same settings, in one run and in turns. The board is
that of a database as large as France, built once and kept. Both servers are processes of their own; `wrk` asks.
Usage: bench_web.py [DATABASE FILE] [SECONDS] [ROUNDS]
"""

import asyncio
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parent))

from bench_questions import LISTS, NOW, build, records
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pledgebot.clock import MovedClock
from pledgebot.store.engine import Database
from pledgebot.web.app import build_app
from pledgebot.web.board import Board
from pledgebot.web.board_app import BoardApp
from pledgebot.web.reading import Masthead
from pledgebot.web.server import WebServer

THIS = (sys.executable, str(Path(__file__)))
CONNECTIONS, THREADS = 32, 1
SECONDS, ROUNDS = 5, 3
AIM = 0.5
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_LAST = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
_WRONG = re.compile(r"(Non-2xx or 3xx responses: \d+|Socket errors: .*)")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Contender:
    """What is asked for: where, with which headers."""

    name: str
    address: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """What came of it: requests a second, the 99th of a hundred in milliseconds."""

    rate: float
    last: float


async def _hello(_request: Request) -> Response:
    return PlainTextResponse("hello\n")


def serve(kind: str, path: str) -> None:
    """Serve one of the two on a free port, print which, and go on until the end."""
    if kind == "hello":
        app = Starlette(routes=[Route("/", _hello)])
    else:
        clock = MovedClock(NOW)
        masthead = Masthead(("fr", "en"), "https://example.org/", "Collectif Exemple", "a@example.org", "Hébergeur")
        board = BoardApp(Board(Database(f"sqlite:///{path}"), clock, masthead), clock, masthead.languages)
        app = build_app(board=board)
    server = WebServer(app, "127.0.0.1:0")
    server.open()
    print(server.port, flush=True)
    asyncio.run(server.run())


def measured(one: Contender, seconds: int) -> Figures:
    """Ask as fast as it goes for some seconds."""
    headers = [part for header in one.headers for part in ("-H", header)]
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *headers, one.address]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 - ours, on loopback
    rate, last, wrong = _RATE.search(said), _LAST.search(said), _WRONG.search(said)
    if rate is None or last is None or wrong is not None:
        raise SystemExit(f"{one.name}: {wrong[0] if wrong else said}")
    return Figures(float(rate[1]), float(last[1]) * _MILLISECONDS[last[2]])


def contenders(hello: str, board: str) -> list[Contender]:
    """Return what is asked for: the floor first."""
    found = [Contender("hello", hello)]
    for name, path in (("home", "fr/"), ("list", "fr/list/1/")):
        with urlopen(board + path) as answer:  # noqa: S310 - loopback
            size, tag = len(answer.read()), answer.headers["ETag"]
        found.append(Contender(f"{name}, {size / 1024:.0f} kB", board + path))
        found.append(Contender(f"{name}, 304", board + path, (f"If-None-Match: {tag}",)))
    return found


def show(asked: list[Contender], figures: dict[str, list[Figures]]) -> None:
    """Print the middle of all rounds, and how it compares with the floor."""
    floor = statistics.median(one.rate for one in figures[asked[0].name])
    print(f"{'':<14} {'req/s':>8} {'p99 ms':>8} {'ratio':>6}   (aim: {AIM})")
    for one in asked:
        rate = statistics.median(found.rate for found in figures[one.name])
        last = statistics.median(found.last for found in figures[one.name])
        print(f"{one.name:<14} {rate:>8.0f} {last:>8.1f} {rate / floor:>6.2f}")


def main(path: Path, seconds: int, rounds: int) -> None:
    """Build the database if there is none, serve, ask in turns, print."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    if not path.exists():
        build(path, records())
    servers = [
        subprocess.Popen([*THIS, "--serve", kind, str(path)], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        for kind in ("hello", "board")
    ]
    try:
        ports = [(one.stdout.readline() if one.stdout is not None else "").strip() for one in servers]
        asked = contenders(*(f"http://127.0.0.1:{port}/" for port in ports))
        figures: dict[str, list[Figures]] = {one.name: [] for one in asked}
        for one in asked:
            measured(one, 1)
        for _round in range(rounds):
            for one in asked:
                figures[one.name].append(measured(one, seconds))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    print(f"the board of {LISTS} lists; {CONNECTIONS} connections, {seconds} s each, {rounds} rounds in turns")
    show(asked, figures)
    load = os.getloadavg()[0]
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--serve"]:
        serve(arguments[1], arguments[2])
    else:
        given = (*arguments, *(None,) * 3)
        main(
            Path(given[0]) if given[0] else Path(tempfile.gettempdir()) / "pledgebot-bench-questions.db",
            int(given[1]) if given[1] else SECONDS,
            int(given[2]) if given[2] else ROUNDS,
        )

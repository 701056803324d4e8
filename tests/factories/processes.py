"""The real `pledgebot` as a process: what it writes is read line by line, with a deadline instead of a sleep."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import IO, Self

PLEDGEBOT = (sys.executable, "-m", "pledgebot.cli.main")
PATIENCE = 60.0
"""Seconds after which a process that is waited for is thought to hang."""


def environment(**more: str) -> dict[str, str]:
    """Return an environment without settings of pledgebot or Python, in English and UTF-8, with more variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLEDGEBOT_", "PYTHON", "COV_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "error", **more}


def run(
    *arguments: str, folder: Path, program: Sequence[str] = PLEDGEBOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    return subprocess.run(
        [*program, *arguments],
        cwd=folder,
        env=dict(env) if env is not None else environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE * 2,
        check=False,
    )


class Running:
    """A process that goes on working while the test looks at what it writes; killed at the end if it still runs."""

    def __init__(self, *arguments: str, folder: Path, **more: str) -> None:
        self._process = subprocess.Popen(
            [*PLEDGEBOT, *arguments],
            cwd=folder,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._news: Queue[None] = Queue()
        self._readers = [
            self._reading(self._process.stdout, self.out),
            self._reading(self._process.stderr, self.err),
        ]

    def __enter__(self) -> Self:
        """Return the process, which has begun already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """See that nothing is left running."""
        if self._process.poll() is None:
            self._process.kill()
        self.wait()

    def _reading(self, stream: IO[str] | None, lines: list[str]) -> threading.Thread:
        def read() -> None:
            with stream or open(os.devnull) as opened:  # noqa: PTH123 - never reached: both streams are pipes
                for line in opened:
                    lines.append(line)
                    self._news.put(None)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def until(self, text: str) -> None:
        """Wait until a text was written on either stream."""
        deadline = time.monotonic() + PATIENCE
        while text not in "".join(self.out + self.err):
            try:
                self._news.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"{text!r} was not written:\n{self.written}") from None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for the end, and return the exit status."""
        status = self._process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    @property
    def written(self) -> str:
        """Everything that was written so far, both streams after each other."""
        return "".join(self.out + self.err)

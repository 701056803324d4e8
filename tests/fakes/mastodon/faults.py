"""What may go wrong between a bot and its server. Each takes the way on and returns a reply, or None to hang up."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

PATIENCE = 30.0
"""Seconds after which a request that a test holds goes on by itself, so that nothing hangs for ever."""


@dataclass(frozen=True)
class Reply:
    """An answer; `cut` sends only so many bytes of the body that its length promises, `drip` waits so long after each."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    drip: float = 0


Way = Callable[[], Reply]
Fault = Callable[[Way], Reply | None]


def lose(way: Way) -> None:
    """Let the server do it, and lose its reply."""
    way()


def hang_up(way: Way) -> None:
    """Hang up without telling the server anything."""


def garble(way: Way) -> Reply:
    """Let the server do it, and answer what nobody can read."""
    return replace(way(), status=200, body=b"<html>Welcome to the hotel's network</html>")


def empty(way: Way) -> Reply:
    """Let the server do it, and answer an object that says nothing."""
    return replace(way(), body=b"{}")


def truncate(way: Way) -> Reply:
    """Let the server do it, and send half of its reply."""
    reply = way()
    return replace(reply, cut=len(reply.body) // 2)


def trickle(way: Way) -> Reply:
    """Let the server do it, and send its reply byte by byte: each comes soon, the last one in a long time."""
    return replace(way(), drip=0.05)


def answer(status: int, error: str = "", **headers: str) -> Fault:
    """Return a fault that answers without asking the server; `X_RateLimit_Reset="…"` is a header."""
    body = json.dumps({"error": error}).encode() if error else b""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda way: Reply(status, body, named)  # noqa: ARG005 - the way is not taken


def after(fault: Fault) -> Fault:
    """Return a fault that lets the server do it first."""

    def act(way: Way) -> Reply | None:
        way()
        return fault(way)

    return act


def saying(**headers: str) -> Fault:
    """Return a fault that only adds headers to the server's reply, or replaces them."""

    def act(way: Way) -> Reply:
        reply = way()
        said = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        return replace(reply, headers={**{name.lower(): value for name, value in reply.headers.items()}, **said})

    return act


class Hold:
    """Keeps requests until the test lets them go; `met` is set when the first came."""

    def __init__(self) -> None:
        self.met = threading.Event()
        self._released = threading.Event()

    def __call__(self, way: Way) -> Reply:
        """Wait, and go on."""
        self.met.set()
        self._released.wait(PATIENCE)
        return way()

    def release(self) -> None:
        """Let everything go on, now and from now on."""
        self._released.set()

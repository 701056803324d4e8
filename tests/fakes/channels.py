"""A medium that does what a test says, and remembers what it was given."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from pledgebot.channels.base import Outgoing
from pledgebot.domain.delivery import Receipt

Outcome = BaseException | Callable[[Outgoing], None] | None
"""What one send does: raises, calls something first, or simply works."""


@dataclass
class ScriptedChannel:
    """Answers each send by the next line of its script; without one it works. `received` is what really arrived.

    `waits` says for how long the pace keeps back what goes to an address; `asked` to which it was asked about.
    """

    name: str = "console"
    edits: bool = False
    looks: bool = False
    script: Iterable[Outcome] = ()
    received: list[Outgoing] = field(default_factory=list)
    waits: dict[str, timedelta] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    width: int = 1

    def __post_init__(self) -> None:
        """Take the script line by line."""
        self._lines = iter(self.script)

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:  # noqa: ARG002 - nothing is sold here
        """Return what the test says, else zero."""
        self.asked.append(address)
        return self.waits.get(address, timedelta(0))

    def take(self, address: str, *, paid: bool = False) -> bool:  # noqa: ARG002 - nothing is sold here
        """Let go what need not wait."""
        return not self.waits.get(address, timedelta(0))

    def leave(self) -> None:
        """Do nothing: nothing was counted."""

    def at_once(self, latency: timedelta, *, paid: bool = False) -> int:  # noqa: ARG002 - as the test says
        """Return what the test says, else one."""
        return self.width

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Do what the script says."""
        outcome = next(self._lines, None)
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome is not None:
            outcome(outgoing)
        self.received.append(outgoing)
        return Receipt(f"remote-{outgoing.delivery}")


@dataclass
class Paced(ScriptedChannel):
    """A medium that lets one message go after the other, some thousandths of a second apart; `begin` is called as each begins."""

    width: int = 6
    every: float = 0.03
    begin: Callable[[Outgoing], None] = lambda _outgoing: None
    _next: float = 0.0

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:
        """Return how long it is until the next turn, or as long as the test says."""
        left = self._next - asyncio.get_running_loop().time()
        return max(super().ready_in(address, paid=paid), timedelta(seconds=max(0.0, left)))

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Let one go in its turn."""
        if self.ready_in(address, paid=paid):
            return False
        self._next = asyncio.get_running_loop().time() + self.every
        return True

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Say that it begins, and answer at once."""
        self.begin(outgoing)
        return await super().send(outgoing)

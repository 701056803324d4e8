"""A medium that does what a test says, and remembers what it was given."""

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

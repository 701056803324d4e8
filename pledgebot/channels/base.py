"""What every medium offers: to send one message to one place, and to say honestly what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pledgebot.domain.delivery import Action, Receipt
from pledgebot.messages.document import Message

SEND_TIMEOUT = timedelta(seconds=60)
"""How long a send may take before nobody knows any more what became of it."""


@dataclass(frozen=True)
class Outgoing:
    """One message on its way: `delivery` is its number, by which a network may recognise a repetition."""

    delivery: int
    address: str
    thread: str
    message: Message
    action: Action = Action.SEND
    acts_on: str | None = None


class Channel(Protocol):
    """A medium. `send` returns the network's receipt, or raises.

    `TemporaryFailure` and `PermanentFailure` say that nothing was sent; `Uncertain` that nobody knows. `Moved` and `Gone`
    are the two of them that say something of the place itself. A channel translates its library's errors in one function,
    and nothing else knows them.
    """

    @property
    def name(self) -> str:
        """The name under which destinations refer to this medium."""
        ...

    @property
    def edits(self) -> bool:
        """Whether a message that was sent can be changed there, so that a correction reaches the copy itself."""
        ...

    def ready_in(self, address: str) -> timedelta:
        """Return how long the pace still keeps a message to this place back; zero when it may go now."""
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send a message, and return what the network answered."""
        ...

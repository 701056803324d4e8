"""What every medium offers: to send one message to one place, and to say honestly what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pledgebot.domain.delivery import Action, Receipt
from pledgebot.messages.document import Message

SEND_TIMEOUT = timedelta(seconds=60)
"""How long a send may take before nobody knows any more what became of it."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Outgoing:
    """One message on its way: `delivery` is its number, by which a network may recognise a repetition.

    `repeated` says that it was tried before, at `since` at the earliest: a medium that can look then looks first. `reminder`
    is for what may be less prominent than an announcement. `admitted` says that the channel's `take` let it go already, `paid`
    that the network is paid for sending it faster.
    """

    delivery: int
    address: str
    thread: str
    message: Message
    action: Action = Action.SEND
    acts_on: str | None = None
    repeated: bool = False
    since: datetime = LONG_AGO
    reminder: bool = False
    admitted: bool = False
    paid: bool = False


def read_picture(key: str) -> bytes:
    """Return the picture whose key is the path of its file. Raises `OSError`; another reader may raise `LookupError`."""
    return Path(key).read_bytes()


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

    @property
    def looks(self) -> bool:
        """Whether `send` looks for what was tried before, so that a doubt is settled by sending once more."""
        ...

    def ready_in(self, address: str = "", *, paid: bool = False) -> timedelta:
        """Return how long the pace still keeps a message to this place back (without one: to any); zero when it may go now."""
        ...

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Let a message to this place go now, if the pace allows: its first request is counted, and may leave at once."""
        ...

    def leave(self) -> None:
        """Say that the first of what was taken leaves now."""
        ...

    def at_once(self, latency: timedelta, *, paid: bool = False) -> int:
        """Return how many messages may be under way together, when one takes so long: as few as keep up the pace."""
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Send a message, and return what the network answered."""
        ...

"""The life of a delivery: its states, the two failures and the one doubt, the back-off."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pledgebot.domain.errors import PledgebotError


class DeliveryState(StrEnum):
    """Where one message to one destination stands.

    `CLAIMED` says "may have been sent"; a stale claim becomes `UNCERTAIN`, never `DUE`. `HELD` is released by a person only.
    """

    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What a delivery does at its destination."""

    SEND = "send"
    EDIT = "edit"
    REPLY = "reply"


class TemporaryFailure(PledgebotError):  # noqa: N818 - named by the design, beside its siblings
    """Provably not sent; trying again later may work. `retry_after` is the server's own wait, if it named one."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Interrupted(TemporaryFailure):
    """The first `sent` pieces of a message went out, the others provably did not: they may go out later."""

    def __init__(self, failure: TemporaryFailure, sent: int) -> None:
        super().__init__(failure.reason, failure.retry_after)
        self.sent = sent


class PermanentFailure(PledgebotError):  # noqa: N818 - as above
    """Provably not sent, and trying again is useless."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Gone(PermanentFailure):
    """Provably not sent, and the place itself is gone: blocked, kicked, deleted. Nothing more is sent there."""


class Moved(TemporaryFailure):
    """Provably not sent: the place has another address now, and may be written to there at once."""

    def __init__(self, address: str) -> None:
        super().__init__("the place moved", timedelta(0))
        self.address = address


class Uncertain(PledgebotError):  # noqa: N818 - as above
    """Nobody knows whether it was sent: the reply never came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Receipt:
    """What a network answered: the id of the message there."""

    remote_id: str


CLAIM_LIFE = timedelta(minutes=5)
"""After this long a claim that nobody settled is stale. Longer than any send may take."""

_FIRST_WAIT = timedelta(seconds=30)
_FIRST_ASKED = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(hours=1)


def back_off(attempts: int, retry_after: timedelta | None = None) -> timedelta:
    """Return how long to wait after the given number of failed attempts (at least 1).

    Doubles from 30 seconds up to an hour; from one second on where the server said itself how long to wait, which is never
    shortened.
    """
    doublings = min(max(attempts, 1) - 1, 12)
    first = _FIRST_ASKED if retry_after else _FIRST_WAIT
    own = min(first * (1 << doublings), _LONGEST_WAIT)
    return max(own, retry_after) if retry_after is not None else own

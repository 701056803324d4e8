"""What became of a send, and how that is settled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pledgebot.domain.delivery import Gone, Moved, PermanentFailure, Receipt, TemporaryFailure, Uncertain
from pledgebot.services import settling
from pledgebot.services.due import Due
from pledgebot.services.settling import Sent
from pledgebot.store.engine import Session


@dataclass(frozen=True)
class Settlement:
    """What became of a delivery: which count of `Pass` grows, and how that is written down.

    `sent` is what arrived and was told alone; of everything else `settle` is the service, and `told` what it is told beside
    delivery and token.
    """

    due: Due
    outcome: str
    sent: Sent | None = None
    settle: Callable[..., bool] | None = None
    told: tuple[object, ...] = ()

    @property
    def changes_places(self) -> bool:
        """Tell whether a place ended or has another address from now on."""
        return self.settle in {settling.settle_gone, settling.settle_moved}

    def write(self, session: Session, token: int) -> None:
        """Settle a claim by its own service."""
        if self.settle is not None:
            self.settle(session, self.due.delivery, token, *self.told)


def arrived(due: Due, receipt: Receipt, now: datetime) -> Settlement:
    """Return how a message is settled that the network took."""
    if due.members:
        return Settlement(due, "sent", None, settling.settle_sent, (receipt.remote_id, now))
    return Settlement(due, "sent", Sent(due.delivery, receipt.remote_id, now))


def after(error: BaseException, due: Due, now: datetime) -> Settlement:
    """Return how a send is settled that raised something, from the narrow to the wide: whatever is not known is a doubt."""
    match error:
        case Moved():
            return Settlement(due, "moved", None, settling.settle_moved, (error.address, now))
        case TemporaryFailure():
            told = (due.attempts + 1, now, error.retry_after)
            return Settlement(due, "put_off", None, settling.settle_later, told)
        case Gone():
            return Settlement(due, "failed", None, settling.settle_gone, (error.reason, now))
        case PermanentFailure():
            return Settlement(due, "failed", None, settling.settle_failed, (error.reason,))
        case _:
            return in_doubt(due, _doubt(error))


def _doubt(error: BaseException) -> str:
    if isinstance(error, Uncertain):
        return error.reason
    return "no answer in time" if isinstance(error, TimeoutError) else f"{type(error).__name__} while sending"


def in_doubt(due: Due, reason: str) -> Settlement:
    """Return how a message is settled of which nobody knows whether it arrived."""
    return Settlement(due, "uncertain", None, settling.settle_uncertain, (reason,))

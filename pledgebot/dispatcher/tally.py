"""What one pass of the dispatcher did."""

from dataclasses import dataclass

from pledgebot.domain.election import Hush


@dataclass(frozen=True)
class Pass:
    """What one pass of the dispatcher did: how many deliveries were written, and messages sent, put off, failed, in doubt.

    `moved` are those whose place has another address now, to which they go next. `held` says why nothing was sent to the
    public, if so.
    """

    fanned_out: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0
    moved: int = 0
    held: Hush = Hush.FREE

    @property
    def idle(self) -> bool:
        """Tell whether nothing was there to do."""
        return self == Pass(held=self.held)

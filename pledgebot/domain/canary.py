"""The canary: of a broadcast to many the first few go out, and what becomes of them decides about the rest.

Rules on counts and durations alone.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

CANARY_FROM = 100
"""What more places than this hear at once is tried first."""
CANARY = 10
"""At so many of them."""
PATIENCE = timedelta(minutes=2)
"""For so long the rest waits for all of the few. A medium that is away must not stop the others for ever."""


class Verdict(StrEnum):
    """What becomes of the rest."""

    WAIT = "wait"
    GO_ON = "go_on"
    STOP = "stop"


@dataclass(frozen=True)
class Few:
    """What became of the first few: so many arrived, failed, are in doubt, or still wait to be sent or for their receipt.

    What was cancelled, or is to come later, counts nowhere.
    """

    arrived: int = 0
    failed: int = 0
    uncertain: int = 0
    waiting: int = 0

    @property
    def tried(self) -> int:
        """How many were sent or could not be."""
        return self.arrived + self.failed + self.uncertain


def verdict(few: Few, waited: timedelta) -> Verdict:
    """Return whether the rest goes on, after the few have had so much time.

    It stops where half of those that were tried did not arrive for certain. As long as others wait they are taken for arriving.
    """
    patient = waited < PATIENCE
    hoped = few.tried + (few.waiting if patient else 0)
    bad = few.failed + few.uncertain
    if bad and bad * 2 >= hoped:
        return Verdict.STOP
    return Verdict.WAIT if few.waiting and patient else Verdict.GO_ON

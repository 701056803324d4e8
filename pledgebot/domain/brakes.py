"""When the bot stops by itself: rules on counts and moments alone. A person releases what stands.

A brake stops what is for the public: everything, one medium, or one event. Organizers are always spoken to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class BrakeKind(StrEnum):
    """Why something is stopped.

    Many lists change at once; an event would go to more places than anybody confirmed; the database is new and the account is
    not; many places refuse at once; the first few of a broadcast did not arrive; a person paused.
    """

    MANY_CHANGES = "many_changes"
    MANY_RECEIVERS = "many_receivers"
    NEW_DATABASE = "new_database"
    MANY_REFUSALS = "many_refusals"
    CANARY = "canary"
    PAUSED = "paused"


class BrakeEnd(StrEnum):
    """How a brake ended: what waited goes out, or was cancelled."""

    RELEASED = "released"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class BrakePolicy:
    """What an installation takes for too much.

    `lists_percent` and `least_lists` are how many of all lists may change within an hour: more than that share, and at least so
    many, stop. `most_receivers` are told without a question.
    """

    lists_percent: int = 20
    least_lists: int = 10
    most_receivers: int = 1000


CHANGES_WITHIN = timedelta(hours=1)
"""Lists that change within this time change at once."""

REFUSALS_WITHIN = timedelta(minutes=10)
LAST_SETTLED = 50
LEAST_REFUSED = 20
"""Of so many messages that were settled last on a medium, within that time, at least this many refusals, and half, stop it."""


def too_many_changes(changed: int, lists: int, policy: BrakePolicy) -> bool:
    """Tell whether so many of all lists may not change at once unseen."""
    return changed >= max(policy.least_lists, 1) and changed * 100 > policy.lists_percent * lists


def receivers_allowed(confirmed: int, policy: BrakePolicy) -> int:
    """Return how many places are told without a question; `confirmed` is the most that a person has agreed to."""
    return max(policy.most_receivers, 2 * confirmed)


def too_many_refusals(settled: Sequence[bool]) -> bool:
    """Tell whether a medium refuses too much; `settled` are messages, the newest first: True for a place that is gone."""
    last = settled[:LAST_SETTLED]
    refused = sum(last)
    return refused >= LEAST_REFUSED and refused * 2 >= len(last)


@dataclass(frozen=True)
class Brakes:
    """What is stopped now: everything, some media, some events."""

    everything: bool = False
    channels: frozenset[str] = frozenset()
    events: frozenset[int] = frozenset()

    @property
    def none(self) -> bool:
        """Tell whether nothing is stopped."""
        return not (self.everything or self.channels or self.events)

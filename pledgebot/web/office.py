"""What the operator's endpoints look at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pledgebot.clock import Clock, ClockWatch
from pledgebot.domain.tallies import Tallies
from pledgebot.services.gate import SilencePolicy
from pledgebot.store.engine import Database


@dataclass(frozen=True)
class Office:
    """What is looked at. `networks` are those that the bot fetches from, `channels` the media on which it sends.

    `works_since` is since when this worker holds the lease, called `lease`; None while it stands by.
    """

    database: Database
    clock: Clock
    watch: ClockWatch
    silence: SilencePolicy
    tallies: Tallies
    lease: str
    works_since: Callable[[], datetime | None]
    networks: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

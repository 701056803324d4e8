"""Who left by blocking the account: their subscription ends, without a word."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pledgebot.chat.mastodon.answering import CHANNEL
from pledgebot.chat.mastodon.voice import Ears
from pledgebot.clock import Clock
from pledgebot.services.subscriber_places import end_place, written_to
from pledgebot.store.engine import Database

R = TypeVar("R")

AT_ONCE = 40
"""So many accounts are looked at together: what a server tells at once, and few requests."""


@dataclass
class Leavers:
    """Looks at some subscribers each time, and begins again when all were looked at."""

    ears: Ears
    database: Database
    clock: Clock
    cross: Callable[[Callable[[], object]], Awaitable[object]]
    _after: int = field(default=0, init=False)

    async def look(self, domain: str) -> int:
        """End what the next subscribers follow who blocked us, and return how many. `domain` is our own server's."""
        page = await self._crossed(lambda: self._page(self._after))
        ended = await self.end_blocked(domain, tuple(address for _number, address in page))
        self._after = page[-1][0] if len(page) == AT_ONCE else 0
        return ended

    async def end_blocked(self, domain: str, addresses: tuple[str, ...]) -> int:
        """End what those of at most forty addresses follow who blocked us, and return how many they were.

        Of an account that the server does not know (any more) nothing is said here.
        """
        found = {address: await self.ears.account_id(address.removesuffix(f"@{domain}")) for address in addresses}
        numbers = {number: address for address, number in found.items() if number is not None}
        blocked = await self.ears.blocked_by(tuple(numbers)) if numbers else frozenset()
        gone = tuple(address for number, address in numbers.items() if number in blocked)
        return await self._crossed(lambda: self._end(gone)) if gone else 0

    def _page(self, after: int) -> tuple[tuple[int, str], ...]:
        with self.database.read() as session:
            return written_to(session, CHANNEL, after, AT_ONCE)

    def _end(self, addresses: tuple[str, ...]) -> int:
        now = self.clock.now()
        with self.database.begin() as session:
            return sum(end_place(session, CHANNEL, address, now) for address in addresses)

    async def _crossed(self, work: Callable[[], R]) -> R:
        return await self.cross(work)  # type: ignore[return-value]  # a callable attribute cannot be generic

"""How long questions take, each for itself and all together."""

import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

WARMING = 200

Handle = Callable[[object], Awaitable[object]]


@dataclass
class Clocked:
    """Times how long updates take, in milliseconds, once it is warm."""

    own: list[float]
    wall: list[float]
    spent: float = 0.0

    async def one(self, handle: Handle, raw: object) -> None:
        """Handle one update."""
        own, wall = time.process_time(), time.perf_counter()
        await handle(raw)
        self.own.append((time.process_time() - own) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)

    async def all(self, fetch: Callable[[int], Awaitable[Sequence[object]]], handle: Handle) -> None:
        """Fetch and handle until nothing is left; what it takes to get warm is not counted."""
        offset, began = 1, spent()
        while updates := await fetch(offset):
            for raw in updates:
                await self.one(handle, raw)
            offset += len(updates)
            if offset == WARMING + 1:
                self.own.clear()
                self.wall.clear()
                began = spent()
        self.spent = (spent() - began) * 1000


def spent() -> float:
    """Return how many seconds of processor time this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

"""One lock for everything, and ways to wait until something has happened: blocking for threads, awaiting for tasks."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 65.0
"""Seconds after which waiting is in vain: of twenty-one messages to a group the last one waits for a minute."""

Found = TypeVar("Found")


class Turns:
    """Guards the world: whoever changes it holds `lock`, and says `changed()` before letting go."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._news = threading.Condition(self.lock)
        self._wakes: set[Callable[[], object]] = set()
        self.server_thread: int | None = None

    def changed(self) -> None:
        """Tell everybody who waits."""
        with self.lock:
            self._news.notify_all()
            for wake in tuple(self._wakes):
                wake()

    def wait(self, look: Callable[[], Found | None], timeout: float, in_vain: Callable[[], str]) -> Found:
        """Block until `look` returns something; AssertionError with the words of `in_vain` after so many seconds."""
        if threading.get_ident() == self.server_thread:
            raise RuntimeError("this would block the server's own loop: await `heard` or `until` instead")
        found: list[Found] = []

        def looked() -> bool:
            seen = look()
            if seen is not None:
                found.append(seen)
            return seen is not None

        with self.lock:
            if not self._news.wait_for(looked, timeout):
                raise AssertionError(in_vain())
        return found[0]

    async def until(self, look: Callable[[], Found | None], timeout: float | None, in_vain: Callable[[], str]) -> Found:  # noqa: ASYNC109 - the same words as `wait`
        """Do the same in a task."""
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(event.set)

        with self.lock:
            self._wakes.add(wake)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    event.clear()
                    with self.lock:
                        found = look()
                    if found is not None:
                        return found
                    await event.wait()
        except TimeoutError:
            raise AssertionError(in_vain()) from None
        finally:
            with self.lock:
                self._wakes.discard(wake)

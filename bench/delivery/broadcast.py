"""How another library's bot tells many: so many at once, out of books that are kept in batches; standard library only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from delivery.books import Books

Send = Callable[[int], Awaitable[int]]
"""Sends the text to a chat, and returns the number that the message has there."""


@dataclass(frozen=True)
class Manner:
    """How many are under way at once, and how many are claimed and marked together; `pause` seconds after each of one by one."""

    at_once: int
    batch: int
    pause: float = 0.0


async def tell_all(send: Send, books: Books, manner: Manner) -> None:
    """Claim, send and mark, until nobody is left. The books are short work: they are kept in the event loop."""
    claimed: list[tuple[int, int]] = []
    sent: list[tuple[int, int]] = []

    async def worker() -> None:
        while True:
            if not claimed:
                claimed.extend(books.claim(manner.batch))
            if not claimed:
                return
            number, chat = claimed.pop(0)
            sent.append((number, await send(chat)))
            if len(sent) >= manner.batch:
                done = sent[:]
                sent.clear()
                books.mark(done)
            if manner.pause:
                await asyncio.sleep(manner.pause)

    await asyncio.gather(*(worker() for _ in range(manner.at_once)))
    books.mark(sent)

"""Questions that wait at the same moment are answered together: to cross into a worker thread costs as much as an answer."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Gathering(Generic[Q, A]):
    """Hands what was asked to `answer`, at most `most` questions at a time and `rooms` times side by side.

    `answer` returns an answer or an exception for each question, in their order. It begins after all of them were asked, and
    nobody is kept waiting for others to come.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Awaitable[Sequence[A | Exception]]], most: int = 8, rooms: int = 2
    ) -> None:
        self._answer = answer
        self._most, self._rooms = most, rooms
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._at_work: set[asyncio.Task[None]] = set()

    async def ask(self, question: Q) -> A:
        """Return the answer to a question, or raise what went wrong with it."""
        answered: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if len(self._at_work) < self._rooms:
            task = asyncio.create_task(self._work())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        return await answered

    async def _work(self) -> None:
        while together := self._next():
            try:
                answers = await self._answer([question for question, _answered in together])
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told to those who asked
                answers = [error] * len(together)
            except asyncio.CancelledError:
                for _question, answered in together:
                    answered.cancel()
                raise
            for (_question, answered), answer in zip(together, answers, strict=True):
                _tell(answered, answer)

    def _next(self) -> list[tuple[Q, asyncio.Future[A]]]:
        """Return those who have waited longest; whoever gave up meanwhile is left out."""
        together: list[tuple[Q, asyncio.Future[A]]] = []
        while self._waiting and len(together) < self._most:
            asked = self._waiting.popleft()
            if not asked[1].done():
                together.append(asked)
        return together


def _tell(answered: asyncio.Future[A], answer: A | Exception) -> None:
    if answered.done():
        return
    if isinstance(answer, Exception):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)

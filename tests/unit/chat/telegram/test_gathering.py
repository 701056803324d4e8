"""Questions that wait at the same moment are answered together, and none is kept waiting for others."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.telegram.gathering import Gathering


class Desk:
    """Answers a question with itself, an odd one with an error; holds what it is asked until it may go on."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.at_work = self.most_at_work = 0
        self.open, self.begun = asyncio.Event(), asyncio.Event()
        self.open.set()

    async def answer(self, asked: Sequence[int]) -> list[int | Exception]:
        """Answer all of them."""
        self.rounds.append(list(asked))
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        self.begun.set()
        await self.open.wait()
        self.at_work -= 1
        return [ValueError(str(one)) if one % 2 else one for one in asked]


@given(st.lists(st.integers(0, 99), max_size=40), st.integers(1, 9), st.integers(1, 3))
def test_everybody_gets_their_own_answer_whatever_becomes_of_the_others(
    questions: list[int], most: int, rooms: int
) -> None:
    async def scene() -> None:
        desk = Desk()
        gathering: Gathering[int, int] = Gathering(desk.answer, most, rooms)
        told = await asyncio.gather(*map(gathering.ask, questions), return_exceptions=True)
        assert [int(str(one)) for one in told] == questions
        assert [isinstance(one, ValueError) for one in told] == [bool(one % 2) for one in questions]
        assert [one for together in desk.rounds for one in together] == questions
        assert all(0 < len(together) <= most for together in desk.rounds)
        assert desk.most_at_work <= rooms

    asyncio.run(scene())


def test_a_question_alone_is_answered_at_once_and_those_that_come_meanwhile_together() -> None:
    async def scene() -> None:
        desk = Desk()
        gathering: Gathering[int, int] = Gathering(desk.answer, most=8, rooms=1)
        assert await gathering.ask(0) == 0
        desk.open.clear()
        desk.begun.clear()
        asked = [asyncio.create_task(gathering.ask(2))]
        await desk.begun.wait()
        asked += [asyncio.create_task(gathering.ask(number)) for number in (4, 6, 8)]
        await asyncio.sleep(0)
        desk.open.set()
        assert await asyncio.gather(*asked) == [2, 4, 6, 8]
        assert desk.rounds == [[0], [2], [4, 6, 8]]

    asyncio.run(scene())


def test_whoever_gave_up_is_not_asked_about_and_keeps_nobody_else_from_an_answer() -> None:
    async def scene() -> None:
        desk = Desk()
        gathering: Gathering[int, int] = Gathering(desk.answer, most=8, rooms=1)
        desk.open.clear()
        first, gone, last = (asyncio.create_task(gathering.ask(number)) for number in (2, 4, 6))
        await desk.begun.wait()
        late = asyncio.create_task(gathering.ask(8))
        given_up = asyncio.create_task(gathering.ask(10))
        await asyncio.sleep(0)
        gone.cancel()
        given_up.cancel()
        await asyncio.sleep(0)
        desk.open.set()
        assert [await one for one in (first, last, late)] == [2, 6, 8]
        assert desk.rounds == [[2, 4, 6], [8]]

    asyncio.run(scene())


def test_when_nothing_can_be_answered_everybody_is_told_why_and_the_next_are_answered() -> None:
    async def scene() -> None:
        away = [OSError("away")]

        async def answer(asked: Sequence[int]) -> Sequence[int | Exception]:
            if away:
                raise away.pop()
            return asked

        gathering: Gathering[int, int] = Gathering(answer, rooms=1)
        told = await asyncio.gather(gathering.ask(2), gathering.ask(4), return_exceptions=True)
        assert [str(one) for one in told] == ["away", "away"]
        assert await gathering.ask(6) == 6

    asyncio.run(scene())


def test_when_the_work_is_cancelled_whoever_waits_for_it_is_too() -> None:
    async def scene() -> None:
        async def answer(_asked: Sequence[int]) -> Sequence[int | Exception]:
            raise asyncio.CancelledError

        gathering: Gathering[int, int] = Gathering(answer, rooms=1)
        with pytest.raises(asyncio.CancelledError):
            await gathering.ask(2)

    asyncio.run(scene())

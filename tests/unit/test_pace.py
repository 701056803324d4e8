import asyncio
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.pacing import Scene, crowded, play, settle
from pledgebot.pace import Lane, Pace, is_private


def test_thirty_go_at_once_and_the_next_a_second_later() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 62):
            it.ask(str(chat))
        await it.moments.move(3)

    assert play(scene).times() == [0.0] * 30 + [1.0] * 30 + [2.0]


def test_a_private_chat_gets_one_a_second() -> None:
    async def scene(it: Scene) -> None:
        for _ in range(3):
            it.ask("7")
        await it.moments.move(5)

    assert play(scene).times() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("group", ["-100123", "@exemple"])
def test_a_group_or_channel_gets_twenty_in_any_minute(group: str) -> None:
    async def scene(it: Scene) -> None:
        for _ in range(42):
            it.ask(group)
        await it.moments.move(130)

    times = play(scene).times()
    assert times[:20] == [float(second) for second in range(20)]
    assert times[20:40] == [float(60 + second) for second in range(20)]
    assert times[40:] == [120.0, 121.0]


def test_an_answer_overtakes_broadcasts() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 101):
            it.ask(str(chat))
        await settle()
        it.ask("999", Lane.ANSWER)
        await it.moments.move(1)

    assert play(scene).admitted[30][1:] == ("999", Lane.ANSWER)


def test_an_answer_overtakes_broadcasts_to_the_same_chat() -> None:
    async def scene(it: Scene) -> None:
        for _ in range(4):
            it.ask("7")
        await settle()
        it.ask("7", Lane.ANSWER)
        await it.moments.move(10)

    assert [lane for _, _, lane in play(scene).admitted[:2]] == [Lane.BROADCAST, Lane.ANSWER]


def test_a_broadcast_leaves_the_last_five_of_a_second_to_people_who_ask() -> None:
    async def scene(it: Scene) -> None:
        it.ask("999", Lane.ANSWER)
        for chat in range(1, 101):
            it.ask(str(chat))
        await it.moments.move(0.5)
        assert len(it.admitted) == 25
        for chat in range(201, 211):
            it.ask(str(chat), Lane.ANSWER)
        await it.moments.move(0.1)
        assert len(it.admitted) == 30

    play(scene)


def test_a_broadcast_takes_all_thirty_once_nobody_asked_for_a_second() -> None:
    async def scene(it: Scene) -> None:
        it.ask("999", Lane.ANSWER)
        await it.moments.move(1.0)
        for chat in range(1, 101):
            it.ask(str(chat))
        await it.moments.move(0.5)
        assert len(it.admitted) == 31

    play(scene)


def test_a_broadcast_that_waited_for_long_takes_its_turn_among_many_answers() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 21):
            it.ask(str(chat))
        for chat in range(1000, 1600):
            it.ask(str(chat), Lane.ANSWER)
        it.ask("7")
        await it.moments.move(12)

    admitted = play(scene).admitted
    broadcasts = [time for time, _, lane in admitted if lane is Lane.BROADCAST]
    assert len(broadcasts) == 21
    assert max(broadcasts) < 9
    seconds = {second: [time for time in broadcasts if second <= time < second + 1] for second in range(12)}
    assert all(len(times) <= 5 for second, times in seconds.items() if second > 0)


def test_the_last_five_are_free_for_all_exactly_a_second_after_somebody_asked() -> None:
    async def scene(it: Scene) -> None:
        it.ask("999", Lane.ANSWER)
        await it.moments.move(0.5)
        it.ask("999", Lane.ANSWER)
        await it.moments.move(0.1)
        for chat in range(1, 31):
            it.ask(str(chat))
        await it.moments.move(2)

    times = play(scene).times()
    assert times == [0.0] + [0.6] * 24 + [1.0] + [1.5] * 5 + [1.6]


def test_a_broadcast_takes_its_turn_exactly_when_it_waited_for_long() -> None:
    async def scene(it: Scene) -> None:
        it.pace.hold(None, timedelta(seconds=2.8))
        it.ask("7")
        await it.moments.move(2.5)
        for chat in range(100, 126):
            it.ask(str(chat), Lane.ANSWER)
        await it.moments.move(2)

    it = play(scene)
    assert it.times("7") == [3.0]
    assert set(it.times("100")) == {2.8}


def test_in_one_chat_long_waiting_broadcasts_and_answers_take_turns() -> None:
    async def scene(it: Scene) -> None:
        for _ in range(20):
            it.ask("7")
        await it.moments.move(5.5)
        for _ in range(5):
            it.ask("7", Lane.ANSWER)
        await it.moments.move(10)

    lanes = [lane for _, _, lane in play(scene).admitted[6:16]]
    assert lanes == [Lane.ANSWER, Lane.BROADCAST] * 5


def test_a_deadline_holds_one_chat_back() -> None:
    async def scene(it: Scene) -> None:
        it.pace.hold("7", timedelta(seconds=10))
        it.ask("7")
        it.ask("8")
        assert it.pace.ready_in("7") == timedelta(seconds=10)
        await it.moments.move(20)

    it = play(scene)
    assert it.times("7") == [10.0]
    assert it.times("8") == [0.0]


def test_a_deadline_holds_everything_back() -> None:
    async def scene(it: Scene) -> None:
        it.pace.hold(None, timedelta(seconds=10))
        it.ask("7")
        it.ask("8", Lane.ANSWER)
        assert it.pace.ready_in("9") == timedelta(seconds=10)
        await it.moments.move(20)

    assert play(scene).times() == [10.0, 10.0]


def test_a_deadline_that_comes_while_somebody_waits_counts_for_them() -> None:
    async def scene(it: Scene) -> None:
        it.ask("7")
        it.ask("7")
        await it.moments.move(0.5)
        it.pace.hold("7", timedelta(seconds=5))
        await it.moments.move(0.2)
        it.pace.hold(None, timedelta(seconds=8))
        await it.moments.move(20)

    assert play(scene).times() == [0.0, 8.7]


@given(st.lists(st.tuples(st.sampled_from(["7", None]), st.floats(0, 100), st.floats(0, 20)), min_size=1, max_size=12))
def test_a_deadline_is_never_shortened(holds: list[tuple[str | None, float, float]]) -> None:
    async def scene(it: Scene) -> None:
        longest = 0.0
        for address, wait, pause in holds:
            it.pace.hold(address, timedelta(seconds=wait))
            longest = max(longest, it.moments.now + wait)
            assert it.pace.ready_in("7").total_seconds() == pytest.approx(longest - it.moments.now, abs=6e-4)
            await it.moments.move(min(pause, max(0.0, longest - it.moments.now)))

    play(scene)


def test_a_deadline_for_a_chat_within_one_for_all_leaves_nobody_behind() -> None:
    async def scene(it: Scene) -> None:
        it.pace.hold(None, timedelta(seconds=0.5))
        it.ask("7", Lane.ANSWER)
        await settle()
        it.pace.hold("7", timedelta(seconds=1))
        it.pace.hold(None, timedelta(seconds=1))
        await it.moments.move(2)

    assert play(scene).times() == [1.0]


def test_to_ask_when_changes_nothing() -> None:
    async def scene(it: Scene) -> None:
        for _ in range(100):
            assert it.pace.ready_in("7") == timedelta(0)
        assert len(it.pace) == 0
        it.ask("7")
        await it.moments.move(0.25)
        for _ in range(3):
            assert it.pace.ready_in("7") == timedelta(seconds=0.75)
        assert it.pace.ready_in("8") == timedelta(0)

    play(scene)


def test_it_is_told_when_the_next_of_a_second_may_go() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 31):
            it.ask(str(chat))
        await it.moments.move(0.25)
        assert it.pace.ready_in("99") == it.pace.ready_in("99", Lane.ANSWER) == timedelta(seconds=0.75)

    play(scene)


def test_whoever_gives_up_takes_no_turn() -> None:
    async def scene(it: Scene) -> None:
        it.ask("7")
        await settle()
        impatient = it.ask("7")
        it.ask("7")
        await it.moments.move(0.5)
        impatient.cancel()
        await it.moments.move(5)

    assert play(scene).times() == [0.0, 1.0]


def test_whoever_gives_up_while_all_wait_for_the_second_leaves_the_way_free() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 31):
            it.ask(str(chat))
        await settle()
        impatient = it.ask("77")
        it.ask("77")
        await it.moments.move(0.5)
        impatient.cancel()
        await it.moments.move(5)

    it = play(scene)
    assert it.times("77") == [1.0]


def test_chats_that_are_idle_are_forgotten() -> None:
    async def scene(it: Scene) -> None:
        for second in range(400):
            it.ask(str(1 + second))
            await it.moments.move(1)
        assert len(it.pace) <= 122
        it.pace.hold("held", timedelta(hours=1))
        for second in range(400):
            it.ask(str(1 + second))
            await it.moments.move(1)
        assert it.pace.ready_in("held") > timedelta(minutes=50)

    play(scene)


def test_nobody_is_woken_in_vain() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 301):
            it.ask(str(chat))
        await it.moments.move(1000)
        assert it.moments.fired <= 20

    play(scene)


def test_in_an_event_loop_a_turn_that_is_free_is_had_at_once() -> None:
    pace = Pace(lambda: 5.0)
    asyncio.run(pace.admit("7", Lane.ANSWER))
    assert pace.ready_in("7") == timedelta(seconds=1)


def test_numbers_of_people_are_private_chats() -> None:
    assert [is_private(address) for address in ("42", "-42", "@exemple", "", "4²")] == [
        True,
        False,
        False,
        False,
        False,
    ]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.floats(0, 2)),
        st.tuples(st.sampled_from(Lane), st.sampled_from(["1", "2", "3", "-4", "@e", "many"]), st.integers(1, 40)),
        st.tuples(st.just("hold"), st.sampled_from(["1", "-4", None]), st.floats(0, 3)),
        st.tuples(st.just("leave"), st.integers(0, 200)),
    ),
    max_size=25,
)


@given(steps)
def test_no_window_holds_more_than_is_allowed_and_nobody_starves(taken: list[tuple[object, ...]]) -> None:
    chats = count(100)

    async def scene(it: Scene) -> None:
        for step in taken:
            match step:
                case ["move", float(seconds)]:
                    await it.moments.move(seconds)
                case [Lane() as lane, str(address), int(number)]:
                    for _ in range(number):
                        it.ask(str(next(chats)) if address == "many" else address, lane)
                    await settle()
                case ["hold", (str() | None) as address, float(seconds)]:
                    it.pace.hold(address, timedelta(seconds=seconds))
                case ["leave", int(place)] if it.tasks:
                    it.tasks[place % len(it.tasks)].cancel()
        await it.moments.move(4000)
        await settle()
        assert all(task.done() for task in it.tasks)

    admitted = play(scene).admitted
    assert crowded([time for time, _, _ in admitted], 1) <= 30
    for address in {address for _, address, _ in admitted}:
        times = [time for time, to, _ in admitted if to == address]
        assert crowded(times, 1) <= 1
        assert is_private(address) or crowded(times, 60) <= 20

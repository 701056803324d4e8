"""Broadcasts take their turns one by one: spread over the second, behind answers, faster where that is paid for."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, cycle, islice, pairwise, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.pacing import Moments, Scene, crowded, play, settle
from pledgebot.pace import PAID_AT_ONCE, PAID_PER_SECOND, Lane, Pace, is_private

NONE = timedelta(0)


def people(first: int = 100) -> Iterator[str]:
    """Return a new private chat each time."""
    return map(str, count(first))


def broadcasts(it: Scene) -> list[float]:
    """Return when broadcasts were admitted."""
    return [time for time, _, lane in it.admitted if lane is Lane.BROADCAST]


def test_a_broadcast_is_spread_over_the_second() -> None:
    async def scene(it: Scene) -> None:
        await it.tell(people(), 3, late=lambda: 0.0)

    times = broadcasts(play(scene))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 0.0249
    assert max(gaps) <= 0.034
    assert 89 <= len(times) <= 91


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), most=st.floats(0.001, 0.003))
def test_whoever_is_woken_late_keeps_the_rate_and_no_server_sees_a_crowd(seed: int, most: float) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret hangs on it

    async def scene(it: Scene) -> None:
        await it.tell(people(), 60, late=lambda: dice.uniform(0.001, most))

    times = broadcasts(play(scene))
    assert len([time for time in times if time >= 10]) >= 29.9 * 50
    assert crowded(times, 1) <= 30
    assert crowded([time + dice.uniform(0, 0.02) for time in times], 1) <= 31


def test_what_a_pause_cost_is_made_up_for_without_a_crowd() -> None:
    async def scene(it: Scene) -> None:
        chats = people()
        for _ in range(10):
            await it.tell(chats, 0.9)
            await it.moments.move(0.1)

    times = broadcasts(play(scene))
    assert len(times) >= 29.3 * 10
    assert crowded(times, 0.025) == 1


def test_answers_go_first_and_have_a_reserve() -> None:
    async def scene(it: Scene) -> None:
        it.questions(0.5, ["999"] * 20)
        await it.tell(people(), 5)
        for chat in range(5):
            it.ask(f"700{chat}", Lane.ANSWER)
        await settle()
        assert [to for _, to, _ in it.admitted[-5:]] == ["7000", "7001", "7002", "7003", "7004"]

    assert 24 <= crowded(broadcasts(play(scene)), 1) <= 25


def test_who_waits_goes_before_a_broadcast_that_is_asked_for_in_the_same_moment() -> None:
    async def scene(it: Scene) -> None:
        for chat in range(1, 31):
            it.ask(str(chat))
        await settle()
        it.ask("998", Lane.ANSWER)
        it.ask("997")
        await settle()
        # Nobody was woken yet.
        it.moments.now += 1.0
        it.take("1000")
        await settle()

    assert [to for _, to, _ in play(scene).admitted[30:]] == ["1000", "998", "997"]


@pytest.mark.parametrize("every", [0.02, 1 / 31, 0.04])
def test_a_broadcast_has_its_turn_among_endless_answers(every: float) -> None:
    async def scene(it: Scene) -> None:
        it.questions(every, people(5000))
        await it.moments.move(2)
        await it.tell(people(), 12)
        it.tasks.clear()

    it = play(scene)
    times = [time for time in broadcasts(it) if time < 14]
    assert min(times) < 2 + 3.2
    late = [time for time in times if time > 6]
    assert crowded(late, 1) <= 5
    assert len(late) >= 4.5 * 8
    assert crowded(it.times(), 1) <= 30


@pytest.mark.parametrize("every", [1 / 28, 1 / 31])
def test_whoever_only_takes_what_may_go_soon_has_its_turn_among_endless_answers_too(every: float) -> None:
    """The road claims nothing that is not to leave soon, so that until then it only asks when that will be."""

    async def scene(it: Scene) -> None:
        it.questions(every, people(5000))
        await it.moments.move(2)
        for person in islice(people(), 30):
            while (wait := it.pace.ready_in("").total_seconds()) > 0.1 or not it.take(person):
                await it.moments.move(wait + 0.002)
                if it.moments.now > 1014:
                    return

    it = play(scene)
    assert len(broadcasts(it)) == 30


def test_a_turn_that_is_kept_is_not_taken_by_broadcasts_that_wait_and_are_not_due_yet() -> None:
    async def scene(it: Scene) -> None:
        others = people(800_000)

        def come_and_go() -> None:
            waiting = it.ask(next(others))
            it.moments.call_later(2, waiting.cancel)
            it.moments.call_later(0.3, come_and_go)

        it.questions(0.02, people(5000))
        come_and_go()
        await it.tell(people(), 12)
        it.tasks.clear()

    it = play(scene)
    taken = [time for time, to, lane in it.admitted if lane is Lane.BROADCAST and int(to) < 5000]
    waited = [time for time, to, lane in it.admitted if lane is Lane.BROADCAST and int(to) >= 800_000]
    assert len([time for time in taken if 4 < time < 12]) >= 4.5 * 8
    assert not [time for time in waited if time > 4]


def test_a_broadcast_that_gave_way_to_nobody_has_no_turn_among_answers_yet() -> None:
    async def scene(it: Scene) -> None:
        chats = people()
        await it.tell(chats, 5)
        it.questions(0.02, people(500_000))
        await it.tell(chats, 3)

    assert not [time for time in broadcasts(play(scene)) if 6.1 < time < 8]


def test_after_its_turn_in_a_chat_a_broadcast_keeps_nobody_waiting() -> None:
    async def scene(it: Scene) -> None:
        it.questions(0.4, repeat("7"))
        await it.moments.move(1)
        await it.tell(["7"], 90)
        await it.moments.move(10)

    assert max(later - earlier for earlier, later in pairwise(play(scene).times()[-9:])) < 1.01


@pytest.mark.parametrize(("chat", "every"), [("7", 0.4), ("-7", 0.5), ("@exemple", 2.0)])
def test_a_broadcast_has_its_turn_in_a_chat_where_somebody_asks_on_and_on(chat: str, every: float) -> None:
    async def scene(it: Scene) -> None:
        it.questions(every, repeat(chat))
        await it.moments.move(1)
        for _ in range(5):
            await it.tell([chat], 90)

    it = play(scene)
    taken = broadcasts(it)
    assert len(taken) == 5
    answered = [time for time, _, lane in it.admitted if lane is Lane.ANSWER]
    assert all(any(before < time < after for time in answered) for before, after in pairwise(taken))


def test_a_turn_that_nobody_comes_for_is_not_kept_for_ever() -> None:
    async def scene(it: Scene) -> None:
        it.questions(0.02, people(5000))
        await it.tell(people(), 4)
        before = len(it.admitted)
        await it.moments.move(10)
        assert len(it.admitted) - before >= 10 * 29.6
        it.questions(0.4, repeat("7"))
        await it.moments.move(1)
        await it.tell(["7"], 3.5)

    it = play(scene)
    assert crowded(it.times(), 1) <= 30


def test_a_chat_and_a_group_have_limits_of_their_own_paid_or_not() -> None:
    async def scene(it: Scene) -> None:
        for paid, chat in ((False, "7"), (True, "8")):
            await it.tell(repeat(chat), 3.1, paid=paid, late=lambda: 0.0)
            await it.tell(repeat(f"-{chat}"), 100, paid=paid, late=lambda: 0.0)

    it = play(scene)
    for chat in ("7", "8"):
        assert len(it.times(chat)) == 4
        assert crowded(it.times(chat), 1) == 1
        assert crowded(it.times(f"-{chat}"), 60) == 20
        assert len(it.times(f"-{chat}")) == 40


def test_the_minute_of_a_group_is_not_forgotten_among_many_others() -> None:
    async def scene(it: Scene) -> None:
        chats = people()
        for _ in range(20):
            assert it.take("-7")
            await it.moments.move(1)
        for group in range(100, 140):
            await it.tell([f"-{group}"], 1)
            await it.tell(chats, 0.95)
        assert it.pace.ready_in("-7") > timedelta(seconds=1)

    play(scene)


@settings(max_examples=30)
@given(
    late=st.lists(st.floats(0, 0.3), min_size=1, max_size=20),
    asks=st.lists(st.integers(0, 3), min_size=1, max_size=20),
    paid=st.booleans(),
)
def test_what_leaves_later_than_it_was_taken_counts_as_of_then(late: list[float], asks: list[int], paid: bool) -> None:
    async def scene(it: Scene) -> None:
        chats = people()
        for seconds, questions in islice(zip(cycle(late), cycle(asks), strict=False), 150):
            while len(it.taken) < 3 and it.take(next(chats), paid=paid):
                pass
            for _ in range(questions):
                it.ask(next(chats), Lane.ANSWER)
            await it.moments.move(seconds / 3)
            while it.taken:
                it.leave()
            await it.moments.move(0.01)

    it = play(scene)
    told = Counter(time for time, _, lane in it.admitted if lane is Lane.BROADCAST)
    asked = Counter(time for time, _, lane in it.admitted if lane is Lane.ANSWER)
    assert crowded(list((asked if paid else asked + told).elements()), 1) <= 30
    assert not paid or crowded(list(told.elements()), 1) <= PAID_PER_SECOND


def test_to_leave_what_was_not_taken_changes_nothing() -> None:
    async def scene(it: Scene) -> None:
        for _ in range(40):
            it.pace.leave()
        assert it.pace.ready_in("100") == NONE
        assert it.take("100")

    play(scene)


def test_what_is_paid_for_goes_in_small_bursts_and_never_beyond_its_second() -> None:
    async def scene(it: Scene) -> None:
        chats = people()
        for _ in range(1600):
            for _ in range(100):
                if not it.take(next(chats), paid=True):
                    break
            await it.moments.move(0.0025)

    times = broadcasts(play(scene))
    assert times.count(0.0) == PAID_AT_ONCE
    assert crowded(times, 1) <= PAID_PER_SECOND
    assert len([time for time in times if 1 <= time < 4]) >= 0.97 * 3 * PAID_PER_SECOND


def test_what_is_paid_for_and_what_is_free_leave_each_other_alone() -> None:
    async def scene(it: Scene) -> None:
        chats = people()
        it.questions(0.1, islice(people(900_000), 10))
        await it.tell(chats, 1)
        assert 25 <= len(it.admitted) <= 30
        # The common second is all but full.
        free = len(it.admitted)
        assert await it.tell(chats, 1, paid=True) is None
        assert len(it.admitted) - free >= 940
        # It is empty now, and neither what is paid for nor its second keeps anybody waiting.
        for chat in range(30):
            it.ask(str(800_000 + chat), Lane.ANSWER)
        await settle()
        assert it.times("800029") == [2.0]
        await it.moments.move(0.1)
        assert it.take(next(chats), paid=True)

    play(scene)


def test_a_broadcast_that_is_paid_for_leaves_nothing_behind() -> None:
    async def scene(it: Scene) -> None:
        await it.tell(people(), 10, paid=True)
        assert len(it.admitted) > 9_700
        assert len(it.pace) <= 2 * PAID_PER_SECOND

    play(scene)


def test_deadlines_hold_a_broadcast_back() -> None:
    async def scene(it: Scene) -> None:
        it.pace.hold("-7", timedelta(seconds=10))
        for paid in (False, True):
            assert not it.take("-7", paid=paid)
            assert it.pace.ready_in("-7", paid=paid) == timedelta(seconds=10)
            assert it.pace.ready_in("8", paid=paid) == it.pace.ready_in("", paid=paid) == NONE
        it.pace.hold(None, timedelta(seconds=20))
        for paid in (False, True):
            assert not it.take("8", paid=paid)
            assert it.pace.ready_in("", paid=paid) == timedelta(seconds=20)

    play(scene)


def test_a_deadline_is_handed_out_once_to_be_stored() -> None:
    now = 5.0
    pace = Pace(lambda: now)
    assert not pace.changed
    pace.hold("-7", timedelta(seconds=30))
    pace.hold(None, timedelta(seconds=50))
    pace.hold("-7", timedelta(seconds=10))
    # That a token is refused is nothing that a network set, nor is what was stored before.
    pace.hold("-8", timedelta(seconds=70), lasting=False)
    pace.restore({"-9": timedelta(seconds=70)})
    assert pace.changed
    now += 10
    with pace.deadlines() as deadlines:
        assert deadlines == {"-7": timedelta(seconds=20), None: timedelta(seconds=40)}
        pace.hold("-6", timedelta(seconds=1))
    assert pace.changed
    with pace.deadlines() as deadlines:
        assert deadlines == {"-6": timedelta(seconds=1)}
    assert not pace.changed


def test_a_deadline_that_could_not_be_stored_is_handed_out_again() -> None:
    pace = Pace(lambda: 5.0)
    pace.hold("-7", timedelta(seconds=30))
    pace.hold(None, timedelta(seconds=50))

    def in_vain() -> None:
        with pace.deadlines():
            pace.hold("-7", timedelta(seconds=40))
            raise LookupError

    with pytest.raises(LookupError):
        in_vain()
    with pace.deadlines() as deadlines:
        assert deadlines == {"-7": timedelta(seconds=40), None: timedelta(seconds=50)}


@given(
    st.lists(st.tuples(st.sampled_from(["-7", "7", None]), st.floats(0, 100), st.floats(0, 50)), min_size=1, max_size=8)
)
def test_a_deadline_is_not_shortened_by_a_restart(holds: list[tuple[str | None, float, float]]) -> None:
    moments = Moments(0.0)
    stored: dict[str | None, float] = {}
    until: dict[str | None, float] = {}
    pace = Pace(moments.time)
    for address, wait, pause in holds:
        pace.hold(address, timedelta(seconds=wait))
        until[address] = max(moments.now + wait, until.get(address, 0.0))
        with pace.deadlines() as deadlines:
            for to, left in deadlines.items():
                stored[to] = max(moments.now + left.total_seconds(), stored.get(to, 0.0))
        moments.now += pause
        pace = Pace(moments.time)
        pace.restore({to: timedelta(seconds=max(0.0, moment - moments.now)) for to, moment in stored.items()})
        for to, moment in until.items():
            assert pace.ready_in(to or "").total_seconds() >= moment - moments.now - 1e-5


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.floats(0, 2)),
        st.tuples(st.just("late"), st.floats(0, 0.2)),
        st.tuples(st.sampled_from(Lane), st.sampled_from(["1", "2", "-4", "@e", "many"]), st.integers(1, 40)),
        st.tuples(st.just("take"), st.sampled_from(["1", "2", "-4", "@e", "many"]), st.integers(1, 60), st.booleans()),
        st.tuples(st.just("tell"), st.sampled_from(["1", "-4", "many"]), st.floats(0.01, 2), st.booleans()),
        st.tuples(st.just("hold"), st.sampled_from(["1", "-4", None]), st.floats(0, 3)),
    ),
    max_size=20,
)


async def step(it: Scene, what: tuple[object, ...], chats: Iterator[str]) -> None:
    """Do one thing; `many` is a new chat each time."""
    match what:
        case ["move", float(seconds)]:
            await it.moments.move(seconds)
        case ["late", float(seconds)]:
            # Nobody is woken in time.
            it.moments.now += seconds
        case [Lane() as lane, str(address), int(number)]:
            for _ in range(number):
                it.ask(next(chats) if address == "many" else address, lane)
            await settle()
        case ["take", str(address), int(number), bool(paid)]:
            for _ in range(number):
                agrees(it, next(chats) if address == "many" else address, paid=paid)
            await settle()
        case ["tell", str(address), float(seconds), bool(paid)]:
            await it.tell(chats if address == "many" else repeat(address), seconds, paid=paid)
        case ["hold", (str() | None) as address, float(seconds)]:
            it.pace.hold(address, timedelta(seconds=seconds))


def agrees(it: Scene, address: str, *, paid: bool) -> None:
    """Ask when, and then for a turn: it is had if and only if it was said to be free."""
    wait = it.pace.ready_in(address, paid=paid)
    assert it.take(address, paid=paid) is (wait == NONE)
    assert not NONE < wait < timedelta(microseconds=500)


@given(STEPS)
def test_whatever_is_asked_no_window_holds_more_than_is_allowed(taken: list[tuple[object, ...]]) -> None:
    holds: list[tuple[str | None, float, float]] = []

    async def scene(it: Scene) -> None:
        chats = people()
        for what in taken:
            begins = it.moments.now - 1000.0
            await step(it, what, chats)
            if what[0] == "hold":
                holds.append((what[1], begins, begins + what[2]))  # type: ignore[arg-type, operator]
        # A group that all of them go to has forty minutes of it.
        await it.moments.move(2500)
        await settle()
        assert all(task.done() for task in it.tasks)

    it = play(scene)
    # Whoever is paid for is counted apart, and by nobody else.
    free = Counter(time for time, _, _ in it.admitted) - Counter(it.paid)
    assert crowded(list(free.elements()), 1) <= 30
    assert crowded(it.paid, 1) <= PAID_PER_SECOND
    for address in {address for _, address, _ in it.admitted}:
        times = [time for time, to, _ in it.admitted if to == address]
        assert crowded(times, 1) <= 1
        assert is_private(address) or crowded(times, 60) <= 20
    for address, begins, ends in holds:
        assert not [at for at, to, _ in it.admitted if address in {None, to} and begins < at < ends - 1e-6]


@given(STEPS, st.sampled_from(["99", "1", "-4"]), st.booleans())
def test_whoever_is_told_when_to_come_again_comes_neither_in_vain_nor_late(
    taken: list[tuple[object, ...]], address: str, paid: bool
) -> None:
    async def scene(it: Scene) -> None:
        for what in taken:
            await step(it, what, people())
        await settle()
        if not all(task.done() for task in it.tasks):
            # Where nobody waits, nothing can come between.
            await it.moments.move(400)
        wait = it.pace.ready_in(address, paid=paid).total_seconds()
        if wait > 0.001:
            it.moments.now += wait - 0.001
            assert it.pace.ready_in(address, paid=paid) > NONE
            wait = 0.001
        # A time is told in millionths of a second.
        it.moments.now += wait + 2e-6
        assert it.take(address, paid=paid)

    play(scene)


@given(st.lists(st.tuples(st.sampled_from(Lane), st.floats(0, 0.2)), min_size=1, max_size=80))
def test_within_a_lane_whoever_came_first_goes_first(asked: list[tuple[Lane, float]]) -> None:
    async def scene(it: Scene) -> None:
        for number, (lane, pause) in enumerate(asked):
            it.ask(str(100 + number), lane)
            it.take(str(9_000 + number))
            await it.moments.move(pause)
        await it.moments.move(60)

    it = play(scene)
    for lane in Lane:
        numbers = [int(to) for _, to, of in it.admitted if of is lane and int(to) < 9_000]
        assert numbers == sorted(numbers)
    assert len([to for _, to, _ in it.admitted if int(to) < 9_000]) == len(asked)


def test_what_is_paid_for_begins_slower_and_every_refusal_slows_it_down_though_never_to_a_stop() -> None:
    moments = Moments()
    pace, chats = Pace(moments.time, moments), people()

    def second() -> int:
        until, taken = moments.now + 1, 0
        while moments.now < until - 1e-6:
            taken += pace.take(next(chats), paid=True)
            moments.now += 0.0005
        return taken

    assert [second() for _ in range(4)] == pytest.approx([953, 973, 985, 985], abs=7)
    pace.slow_down()
    assert [second() for _ in range(3)] == pytest.approx([975, 975, 975], abs=7)
    for _ in range(100):
        pace.slow_down()
    assert second() == pytest.approx(505, abs=12)

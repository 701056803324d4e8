"""When the bot stops by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.brakes import (
    LAST_SETTLED,
    LEAST_REFUSED,
    BrakePolicy,
    Brakes,
    receivers_allowed,
    too_many_changes,
    too_many_refusals,
)

COUNTS = st.integers(min_value=0, max_value=100_000)


@pytest.mark.parametrize(
    ("changed", "lists", "stops"),
    [
        (0, 0, False),
        (9, 9, False),
        (9, 40, False),
        (10, 40, True),
        (10, 49, True),
        (10, 50, False),
        (11, 50, True),
        (10, 0, True),
        (10_000, 50_478, False),
        (10_096, 50_478, True),
    ],
)
def test_more_than_a_fifth_of_all_lists_and_ten_of_them_change_too_much(changed: int, lists: int, stops: bool) -> None:
    assert too_many_changes(changed, lists, BrakePolicy()) is stops


@given(COUNTS, COUNTS, st.integers(0, 100), st.integers(2, 50))
def test_a_larger_change_of_as_many_lists_never_goes_where_a_smaller_one_stops(
    changed: int, lists: int, percent: int, least: int
) -> None:
    policy = BrakePolicy(percent, least)
    assert too_many_changes(changed + 1, lists, policy) >= too_many_changes(changed, lists, policy)
    assert not too_many_changes(least - 1, lists, policy)


def test_by_no_share_at_all_the_number_of_lists_decides() -> None:
    assert too_many_changes(10, 50_478, BrakePolicy(lists_percent=0))
    assert not too_many_changes(9, 10, BrakePolicy(lists_percent=0))


@pytest.mark.parametrize(
    ("confirmed", "allowed"), [(0, 1000), (499, 1000), (500, 1000), (501, 1002), (950, 1900), (4210, 8420)]
)
def test_up_to_twice_what_was_agreed_to_is_told_without_a_question(confirmed: int, allowed: int) -> None:
    assert receivers_allowed(confirmed, BrakePolicy()) == allowed


@pytest.mark.parametrize(
    ("refused", "arrived", "stops"),
    [(0, 0, False), (19, 0, False), (20, 0, True), (20, 20, True), (20, 21, False), (25, 25, True), (24, 26, False)],
)
def test_twenty_refusals_and_half_of_the_last_messages_stop_a_medium(refused: int, arrived: int, stops: bool) -> None:
    assert too_many_refusals([True] * refused + [False] * arrived) is stops
    assert too_many_refusals([False] * arrived + [True] * refused) is stops


@given(st.lists(st.booleans(), max_size=120))
def test_only_the_last_messages_count_and_one_refusal_more_never_lets_go(settled: list[bool]) -> None:
    assert too_many_refusals(settled) == too_many_refusals(settled[:LAST_SETTLED])
    assert not too_many_refusals(settled) or sum(settled[:LAST_SETTLED]) >= LEAST_REFUSED
    worse = [True, *settled[: LAST_SETTLED - 1]]
    assert too_many_refusals(worse) or not too_many_refusals(settled)


def test_with_nothing_stopped_there_is_nothing_to_look_at() -> None:
    assert Brakes().none
    some = (Brakes(everything=True), Brakes(channels=frozenset({"telegram"})), Brakes(events=frozenset({2})))
    assert not any(brakes.none for brakes in some)

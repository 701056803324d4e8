"""How much one may ask: nobody starves the rest, and nobody is refused for nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.budgets import PER_CHAT, PER_USER, Budget, Budgets, Verdict

NOW = datetime(2026, 2, 8, 12, 0, tzinfo=UTC)
ONE = timedelta(seconds=3)
"""In this time a person's budget grows by one."""

seconds = st.floats(0, 120).map(lambda length: timedelta(seconds=length))


def verdicts(
    budgets: Budgets, times: int, user: str = "anne", chat: str = "anne", now: datetime = NOW
) -> list[Verdict]:
    return [budgets.admit(user, chat, now)[0] for _ in range(times)]


def test_a_budget_is_spent_and_refilled() -> None:
    budget = Budget(capacity=2, refill_per_minute=6)
    state, allowed = budget.spend(None, NOW)
    assert allowed
    state, allowed = budget.spend(state, NOW)
    assert allowed
    state, allowed = budget.spend(state, NOW)
    assert not allowed
    assert budget.wait(state) == timedelta(seconds=10)
    state, allowed = budget.spend(state, NOW + timedelta(seconds=9))
    assert not allowed
    state, allowed = budget.spend(state, NOW + timedelta(seconds=11))
    assert allowed


@given(waits=st.lists(seconds, max_size=80))
def test_never_more_than_the_capacity_and_what_was_refilled(waits: list[timedelta]) -> None:
    budget, state, now, spent = Budget(5, 20), None, NOW, 0
    for wait in waits:
        now += wait
        state, allowed = budget.spend(state, now)
        spent += allowed
        assert spent <= 5 + (now - NOW) / timedelta(minutes=1) * 20 + 1e-6
        assert 0 <= state.left <= 5


def test_a_clock_that_goes_back_gives_nothing_and_breaks_nothing() -> None:
    budget = Budget(1, 60)
    state, _allowed = budget.spend(None, NOW)
    state, allowed = budget.spend(state, NOW - timedelta(hours=1))
    assert not allowed
    _state, allowed = budget.spend(state, NOW + timedelta(seconds=1))
    assert allowed


def test_a_person_may_ask_twenty_times_then_hears_one_word_then_nothing() -> None:
    budgets = Budgets()
    assert verdicts(budgets, 22) == [Verdict.ALLOWED] * 20 + [Verdict.LAST_WORD, Verdict.REFUSED]
    assert budgets.admit("anne", "anne", NOW) == (Verdict.REFUSED, ONE)
    assert budgets.admit("ben", "ben", NOW) == (Verdict.ALLOWED, timedelta(0))
    assert verdicts(budgets, 2, now=NOW + ONE) == [Verdict.ALLOWED, Verdict.REFUSED]


def test_the_word_is_said_again_only_after_a_while_of_quiet() -> None:
    budgets = Budgets()
    verdicts(budgets, 21)
    assert verdicts(budgets, 11, now=NOW + 9 * ONE) == [Verdict.ALLOWED] * 9 + [Verdict.REFUSED] * 2
    assert verdicts(budgets, 11, now=NOW + 19 * ONE) == [Verdict.ALLOWED] * 10 + [Verdict.LAST_WORD]


def test_a_group_has_one_budget_for_all_its_people() -> None:
    budgets = Budgets()
    asked = [budgets.admit(str(person), "-100", NOW)[0] for person in range(17)]
    assert asked == [Verdict.ALLOWED] * 15 + [Verdict.LAST_WORD, Verdict.REFUSED]
    assert budgets.admit("3", "-100", NOW)[1] == timedelta(seconds=4)
    assert budgets.admit("3", "3", NOW)[0] is Verdict.ALLOWED
    assert budgets.admit("3", "-200", NOW)[0] is Verdict.ALLOWED


def test_a_refusal_by_the_group_costs_the_person_nothing() -> None:
    budgets = Budgets(per_user=Budget(2, 1), per_chat=Budget(1, 1))
    assert verdicts(budgets, 3, chat="-100") == [Verdict.ALLOWED, Verdict.LAST_WORD, Verdict.REFUSED]
    assert verdicts(budgets, 1) == [Verdict.ALLOWED]


def test_words_to_many_who_ask_too_much_do_not_use_a_group_up() -> None:
    budgets = Budgets(per_user=Budget(1, 1), per_chat=Budget(5, 1))
    said = [verdict for person in range(9) for verdict in verdicts(budgets, 2, str(person), "-100")]
    assert sum(verdict is not Verdict.REFUSED for verdict in said) == 5 + 1


@given(asked=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "-1", "-2"]), seconds), max_size=60))
def test_a_group_never_gets_more_messages_than_its_budget_and_one_word(
    asked: list[tuple[str, str, timedelta]],
) -> None:
    budgets, now, messages = Budgets(), NOW, dict.fromkeys(["-1", "-2"], 0)
    for user, chat, wait in asked:
        now += wait / 60
        verdict, left = budgets.admit(user, chat or user, now)
        assert (verdict is Verdict.ALLOWED) == (left == timedelta(0))
        if chat:
            messages[chat] += verdict is not Verdict.REFUSED
        minutes = (now - NOW) / timedelta(minutes=1)
        words = 1 + minutes * 2
        assert all(
            count <= PER_CHAT.capacity + minutes * PER_CHAT.refill_per_minute + words for count in messages.values()
        )


def test_memory_is_bounded_and_idle_keys_are_dropped() -> None:
    budgets = Budgets(most=100)
    for number in range(1000):
        budgets.admit(f"user {number}", f"chat {number}", NOW)
    assert len(budgets) == 200
    budgets.admit("anne", "chat 1", NOW + timedelta(minutes=5))
    assert len(budgets) == 2


@pytest.mark.parametrize("budget", [PER_USER, PER_CHAT])
def test_a_full_minute_gives_everything_back(budget: Budget) -> None:
    state = None
    for _ in range(budget.capacity):
        state, _allowed = budget.spend(state, NOW)
    assert budget.refilled(state, NOW + timedelta(minutes=1)).left == pytest.approx(budget.capacity)

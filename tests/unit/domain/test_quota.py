"""A quota admits what a network allows in any window, however the window is laid, and never blocks for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.quota import Quota

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPANS = st.sampled_from([timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(seconds=97)])
# In quarters of a slot: nothing, a moment, and about as long as a span of sixty slots, where it matters.
STEPS = st.lists(st.one_of(st.integers(0, 5), st.integers(235, 245), st.integers(0, 500)), min_size=1, max_size=80)


def admitted(quota: Quota, steps: list[int]) -> list[datetime]:
    """Return when one was admitted, of those who asked after each step."""
    now, times = NOW, []
    for step in steps:
        now += step * quota.slot / 4
        if not quota.ready_in(now):
            quota = quota.spend(now)
            times.append(now)
    return times


@given(st.integers(1, 5), SPANS, STEPS)
def test_no_window_ever_holds_more_than_the_limit(limit: int, span: timedelta, steps: list[int]) -> None:
    times = admitted(Quota(limit, span), steps)

    for begin in times:
        assert sum(begin <= time < begin + span for time in times) <= limit


@given(st.integers(1, 5), SPANS, STEPS)
def test_who_waits_as_long_as_told_may_go_and_no_longer_than_a_span_and_a_slot(
    limit: int, span: timedelta, steps: list[int]
) -> None:
    quota, now = Quota(limit, span), NOW
    for step in steps:
        now += step * quota.slot / 4
        wait = quota.ready_in(now)
        assert timedelta(0) <= wait <= span + 2 * quota.slot
        if wait:
            assert quota.ready_in(now + wait - timedelta(microseconds=1))
        assert not quota.ready_in(now + wait)
        now += wait
        quota = quota.spend(now)


@given(SPANS, STEPS, st.integers(1, 4))
def test_who_leaves_something_never_takes_the_rest(span: timedelta, steps: list[int], leave: int) -> None:
    quota, now = Quota(5, span), NOW
    for step in steps:
        now += step * quota.slot / 4
        if not quota.ready_in(now, leave):
            quota = quota.spend(now)
        assert quota.used(now) <= 5 - leave
        assert not quota.ready_in(now)


def test_all_may_go_at_once_and_then_none_for_the_span() -> None:
    quota = Quota(300, timedelta(minutes=5)).spend(NOW, 300)

    assert quota.used(NOW) == 300
    assert timedelta(minutes=5) <= quota.ready_in(NOW) <= timedelta(minutes=5, seconds=10)
    assert quota.used(NOW + timedelta(minutes=5, seconds=10)) == 0


def test_a_reserve_that_is_all_there_is_admits_nobody() -> None:
    with pytest.raises(ValueError, match="reserve"):
        Quota(5, timedelta(minutes=5)).ready_in(NOW, leave=5)


def test_what_was_sent_counts_even_where_none_was_left() -> None:
    quota = Quota(1, timedelta(minutes=5)).spend(NOW, 3)

    assert quota.used(NOW) == 3
    assert quota.ready_in(NOW)
    assert not quota.ready_in(NOW + timedelta(minutes=6))


def test_a_deadline_is_kept_and_never_shortened() -> None:
    quota = Quota(5, timedelta(minutes=5)).hold(NOW + timedelta(minutes=10)).hold(NOW + timedelta(minutes=2))

    assert quota.ready_in(NOW) == timedelta(minutes=10)
    assert quota.hold(NOW + timedelta(hours=1)).ready_in(NOW) == timedelta(hours=1)
    assert quota.spend(NOW).ready_in(NOW + timedelta(minutes=10)) == timedelta(0)


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_clock_that_is_put_back_never_blocks_for_longer_than_the_span(back: timedelta) -> None:
    quota = Quota(2, timedelta(minutes=5)).spend(NOW + back, 2)

    assert quota.ready_in(NOW)
    quota = quota.spend(NOW)
    assert quota.ready_in(NOW) <= timedelta(minutes=5, seconds=10)


@given(STEPS)
def test_what_is_kept_stays_small(steps: list[int]) -> None:
    quota, now = Quota(300, timedelta(minutes=5)), NOW
    for step in steps * 5:
        now += step * quota.slot / 4
        quota = quota.spend(now)

    assert len(quota.spent) <= 61


@pytest.mark.parametrize(("limit", "span"), [(0, timedelta(minutes=5)), (1, timedelta(seconds=59))])
def test_a_quota_that_admits_nothing_is_refused(limit: int, span: timedelta) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Quota(limit, span)

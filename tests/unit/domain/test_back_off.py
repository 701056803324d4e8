"""How long to wait after a failed attempt."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.delivery import CLAIM_LIFE, PermanentFailure, TemporaryFailure, Uncertain, back_off
from pledgebot.domain.errors import PledgebotError

ATTEMPTS = st.integers(min_value=0, max_value=100_000)
WAITS = st.timedeltas(timedelta(), timedelta(days=3))


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (9, 3600), (10**6, 3600)]
)
def test_it_doubles_from_half_a_minute_to_an_hour(attempts: int, seconds: int) -> None:
    assert back_off(attempts) == timedelta(seconds=seconds)


@given(ATTEMPTS)
def test_it_never_shrinks_and_never_passes_an_hour(attempts: int) -> None:
    assert timedelta(seconds=30) <= back_off(attempts) <= back_off(attempts + 1) <= timedelta(hours=1)


@given(ATTEMPTS, WAITS)
def test_the_servers_own_wait_is_never_shortened(attempts: int, wait: timedelta) -> None:
    assert wait <= back_off(attempts, wait) <= max(back_off(attempts), wait)
    if wait >= timedelta(hours=1):
        assert back_off(attempts, wait) == wait


def test_a_failure_says_why_and_how_long_to_wait() -> None:
    failure = TemporaryFailure("flood", timedelta(seconds=7))
    assert (failure.reason, failure.retry_after, str(failure)) == ("flood", timedelta(seconds=7), "flood")
    assert TemporaryFailure("down").retry_after is None
    assert all(issubclass(kind, PledgebotError) for kind in (TemporaryFailure, PermanentFailure, Uncertain))
    assert (PermanentFailure("blocked").reason, Uncertain("timeout").reason) == ("blocked", "timeout")


def test_a_claim_outlives_the_first_waits() -> None:
    assert back_off(1) < CLAIM_LIFE


def test_who_says_how_long_to_wait_is_asked_again_then_and_not_half_a_minute_later() -> None:
    assert back_off(1, timedelta(seconds=1)) == timedelta(seconds=1)
    assert back_off(1, timedelta(seconds=7)) == timedelta(seconds=7)
    assert back_off(5, timedelta(seconds=1)) == timedelta(seconds=16)
    assert back_off(1, timedelta(0)) == timedelta(seconds=30), "no wait was named"

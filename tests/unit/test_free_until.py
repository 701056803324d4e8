"""Until when everybody may be spoken to: worked out once, and not a moment too long."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.election import Hours, PollingDay, SilenceRule
from pledgebot.services.gate import UNKNOWN, Calendar, SilencePolicy

DAYS = st.lists(st.dates(date(2026, 3, 1), date(2026, 3, 31)), min_size=1, max_size=3)
APART = st.dictionaries(
    st.integers(1, 3), st.sampled_from([Hours("Indian/Reunion", time(18)), Hours("Pacific/Tahiti")])
)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=50)).map(lambda later: datetime(2026, 2, 20, tzinfo=UTC) + later)
POLICIES = st.builds(SilencePolicy, margin=st.timedeltas(timedelta(0), timedelta(hours=2)))


@given(DAYS, APART, MOMENTS, POLICIES, st.floats(0, 1, exclude_max=True))
def test_it_is_free_until_then_and_no_longer(
    days: list[date], apart: dict[int, Hours], now: datetime, policy: SilencePolicy, share: float
) -> None:
    calendar = Calendar(tuple(PollingDay(day, time(20), ZoneInfo("Europe/Paris")) for day in days), apart)
    until = calendar.free_until(now, policy)
    assert (until is not None) is calendar.is_free(now, policy)
    if until is None:
        return
    end = min(until, datetime(2026, 6, 1, tzinfo=UTC))
    assert calendar.is_free(min(now + (end - now) * share, end - timedelta.resolution), policy)
    assert end < until or not calendar.is_free(until, policy)


def test_without_a_calendar_it_is_free_at_no_time() -> None:
    assert UNKNOWN.free_until(datetime(2026, 3, 1, tzinfo=UTC), SilencePolicy()) is None


def test_after_the_last_vote_it_is_free_for_good() -> None:
    calendar = Calendar((PollingDay(date(2026, 3, 15), time(20), ZoneInfo("Europe/Paris")),))
    after = datetime(2026, 3, 16, tzinfo=UTC)
    until = calendar.free_until(after, SilencePolicy())
    assert until is not None
    assert until - after > timedelta(days=36_500)


def test_where_no_rule_holds_it_is_free_in_the_middle_of_a_vote() -> None:
    calendar = Calendar((PollingDay(date(2026, 3, 15), time(20), ZoneInfo("Europe/Paris")),))
    assert calendar.free_until(datetime(2026, 3, 15, 12, tzinfo=UTC), SilencePolicy(rule=SilenceRule.NONE)) is not None

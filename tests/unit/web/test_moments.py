from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from pledgebot.domain.election import PollingDay, silence_of
from pledgebot.web.moments import Borders, end_of, ends_of, moment_of

PARIS = ZoneInfo("Europe/Paris")
VOTE = PollingDay(date(2026, 3, 15), time(20), PARIS)
SILENCE = silence_of(VOTE)
BORDERS = Borders((SILENCE,), ends_of([(VOTE.day, PARIS)]), PARIS)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 by the clocks of Paris, in UTC."""
    return datetime(2026, 3, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "as_of", "rounds_over", "until"),
    [
        (at(13, 23, 59), None, 0, at(14, 0)),
        (at(14, 0), at(14, 0), 0, at(15, 0)),
        (at(15, 19, 59), at(14, 0), 0, at(15, 20)),
        (at(15, 20), None, 0, at(16, 0)),
        (at(16, 0), None, 1, at(17, 0)),
    ],
)
def test_the_clock_says_as_of_when_everything_is_shown(
    now: datetime, as_of: datetime | None, rounds_over: int, until: datetime
) -> None:
    moment = moment_of(BORDERS, now)
    assert (moment.as_of, moment.rounds_over, moment.until) == (as_of, rounds_over, until)
    assert moment.holds(now)
    assert not moment.holds(until)


def test_without_a_silence_or_a_calendar_only_midnight_is_a_border() -> None:
    moment = moment_of(Borders(), at(14, 12))
    assert moment.as_of is None
    assert moment.until == datetime(2026, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "now", "expected"),
    [
        (date(2026, 3, 10), at(13, 12), (at(11, 0), False)),
        (date(2026, 3, 13), at(13, 12), (at(14, 0), True)),
        (date(2026, 3, 14), at(13, 12), None),
        # In the silence no day shows more than was known when it began.
        (date(2026, 3, 14), at(15, 12), (at(14, 0), True)),
        (date(2026, 3, 13), at(15, 12), (at(14, 0), False)),
        (date(2026, 3, 14), at(16, 12), (at(15, 0), False)),
        (date(1, 1, 1), at(13, 12), (datetime(1, 1, 1, 23, 50, 39, tzinfo=UTC), False)),
        (date.max, at(13, 12), None),
    ],
)
def test_a_day_is_shown_as_of_its_end_or_of_the_silence_and_never_before_it_comes(
    day: date, now: datetime, expected: tuple[datetime, bool] | None
) -> None:
    assert end_of(day, moment_of(BORDERS, now), PARIS) == expected

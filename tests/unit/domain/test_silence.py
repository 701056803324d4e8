"""The electoral silence, to the second, on both sides of the world. It fails closed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.election import (
    SILENCE_MARGIN,
    Hush,
    PollingDay,
    Silence,
    SilenceRule,
    hush_at,
    silence_of,
    widest_silence,
)

SUNDAY = date(2026, 3, 15)
SECOND = timedelta(seconds=1)
NONE = timedelta()


def polling(zone: str, day: date = SUNDAY, closes: time = time(20)) -> PollingDay:
    return PollingDay(day, closes, ZoneInfo(zone))


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


BORDERS = [
    ("Europe/Paris", time(20), utc(13, 23), utc(15, 19)),
    ("Europe/Paris", time(18), utc(13, 23), utc(15, 17)),
    ("Indian/Reunion", time(18), utc(13, 20), utc(15, 14)),
    ("Pacific/Tahiti", time(18), utc(14, 10), utc(16, 4)),
    ("Pacific/Noumea", time(18), utc(13, 13), utc(15, 7)),
]


@pytest.mark.parametrize(("zone", "closes", "begins", "ends"), BORDERS)
def test_silence_lasts_from_midnight_before_the_eve_to_the_close_of_the_polls(
    zone: str, closes: time, begins: datetime, ends: datetime
) -> None:
    silence = silence_of(polling(zone, closes=closes))
    assert silence == Silence(begins, ends)
    assert silence.begins.tzinfo is UTC


@pytest.mark.parametrize(("zone", "closes", "begins", "ends"), BORDERS)
def test_the_borders_hold_to_the_second(zone: str, closes: time, begins: datetime, ends: datetime) -> None:
    silences = [silence_of(polling(zone, closes=closes))]
    assert hush_at(begins - SECOND, silences, margin=NONE) is Hush.FREE
    assert hush_at(begins, silences, margin=NONE) is Hush.SILENCE
    assert hush_at(ends - SECOND, silences, margin=NONE) is Hush.SILENCE
    assert hush_at(ends, silences, margin=NONE) is Hush.FREE


def test_a_day_on_which_the_clocks_change_is_an_hour_shorter() -> None:
    silence = silence_of(polling("Europe/Paris", date(2026, 3, 29)))
    assert silence == Silence(utc(27, 23), utc(29, 18))


def test_sending_stops_a_margin_before_the_silence_and_begins_at_its_end() -> None:
    silence = silence_of(polling("Europe/Paris"))
    assert timedelta(minutes=10) == SILENCE_MARGIN
    assert hush_at(silence.begins - SILENCE_MARGIN - SECOND, [silence]) is Hush.FREE
    assert hush_at(silence.begins - SILENCE_MARGIN, [silence]) is Hush.SILENCE
    assert hush_at(silence.ends, [silence]) is Hush.FREE


def test_without_a_calendar_nothing_is_said() -> None:
    assert hush_at(utc(1, 12), []) is Hush.NO_CALENDAR


@pytest.mark.parametrize("silences", [[], [silence_of(polling("Europe/Paris"))]])
def test_where_no_law_asks_for_silence_there_is_none(silences: list[Silence]) -> None:
    assert hush_at(utc(15, 12), silences, SilenceRule.NONE) is Hush.FREE


def test_each_round_has_its_own_silence() -> None:
    silences = [silence_of(polling("Europe/Paris", day)) for day in (SUNDAY, SUNDAY + timedelta(days=7))]
    hushed = [hush_at(utc(day, 12), silences) for day in (13, 14, 15, 16, 20, 21, 22, 23)]
    spoken, silent = [Hush.FREE], [Hush.SILENCE]
    assert hushed == spoken + silent * 2 + spoken * 2 + silent * 2 + spoken


def test_an_election_at_both_ends_of_the_world_is_silent_from_the_first_midnight_to_the_last_close() -> None:
    days = [polling("Pacific/Tahiti", closes=time(18)), polling("Pacific/Noumea", closes=time(18))]
    assert widest_silence(days) == Silence(utc(13, 13), utc(16, 4))
    assert widest_silence(reversed(days)) == widest_silence(days)
    assert widest_silence([]) is None


ZONES = st.sampled_from([zone for zone, *_rest in BORDERS])
MOMENTS = st.timedeltas(timedelta(), timedelta(days=10)).map(lambda after: utc(10, 0) + after)


@given(ZONES, MOMENTS, st.integers(15, 20))
def test_silence_is_what_the_clock_on_the_wall_says(zone: str, moment: datetime, hour: int) -> None:
    wall = moment.astimezone(ZoneInfo(zone))
    expected = wall.day == SUNDAY.day - 1 or (wall.day == SUNDAY.day and wall.hour < hour)
    silence = silence_of(polling(zone, closes=time(hour)))
    assert (hush_at(moment, [silence], margin=NONE) is Hush.SILENCE) == expected


@given(st.lists(ZONES, min_size=1), MOMENTS, st.timedeltas(timedelta(), timedelta(hours=2)))
def test_more_places_or_a_wider_margin_never_free_a_moment(
    zones: list[str], moment: datetime, margin: timedelta
) -> None:
    silences = [silence_of(polling(zone)) for zone in zones]
    widest = widest_silence(polling(zone) for zone in zones)
    assert widest is not None
    if hush_at(moment, silences, margin=NONE) is Hush.SILENCE:
        assert hush_at(moment, silences, margin=margin) is Hush.SILENCE
        assert hush_at(moment, [widest], margin=NONE) is Hush.SILENCE

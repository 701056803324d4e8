"""The electoral silence, to the second, on both sides of the world. It fails closed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.election import (
    SILENCE_MARGIN,
    Hours,
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


PARIS = "Europe/Paris"
IN_PARIS = [
    # Whoever computed these by hand: docs/election-law.md. Local closing hour; begin and end by the clocks of Paris.
    ("Europe/Paris", date(2020, 3, 15), 20, "2020-03-14 00:00", "2020-03-15 20:00"),
    ("Europe/Paris", date(2020, 6, 28), 20, "2020-06-27 00:00", "2020-06-28 20:00"),
    ("Europe/Paris", date(2026, 3, 15), 20, "2026-03-14 00:00", "2026-03-15 20:00"),
    ("Europe/Paris", date(2026, 3, 22), 20, "2026-03-21 00:00", "2026-03-22 20:00"),
    ("Indian/Reunion", date(2020, 3, 15), 18, "2020-03-13 21:00", "2020-03-15 15:00"),
    ("Indian/Reunion", date(2020, 6, 28), 18, "2020-06-26 22:00", "2020-06-28 16:00"),
    ("Indian/Reunion", date(2026, 3, 15), 18, "2026-03-13 21:00", "2026-03-15 15:00"),
    ("Indian/Mayotte", date(2020, 6, 28), 18, "2020-06-26 23:00", "2020-06-28 17:00"),
    ("Indian/Mayotte", date(2026, 3, 15), 18, "2026-03-13 22:00", "2026-03-15 16:00"),
    ("Pacific/Tahiti", date(2020, 6, 28), 18, "2020-06-27 12:00", "2020-06-29 06:00"),
    ("Pacific/Tahiti", date(2026, 3, 15), 20, "2026-03-14 11:00", "2026-03-16 07:00"),
    ("Pacific/Tahiti", date(2026, 3, 22), 20, "2026-03-21 11:00", "2026-03-23 07:00"),
    ("Pacific/Noumea", date(2020, 3, 15), 18, "2020-03-13 14:00", "2020-03-15 08:00"),
    ("Pacific/Noumea", date(2020, 6, 28), 18, "2020-06-26 15:00", "2020-06-28 09:00"),
    ("Pacific/Noumea", date(2026, 3, 22), 18, "2026-03-20 14:00", "2026-03-22 08:00"),
    ("America/Guadeloupe", date(2020, 6, 28), 18, "2020-06-27 06:00", "2020-06-29 00:00"),
    ("America/Guadeloupe", date(2026, 3, 15), 18, "2026-03-14 05:00", "2026-03-15 23:00"),
    ("America/Martinique", date(2026, 3, 22), 18, "2026-03-21 05:00", "2026-03-22 23:00"),
    # Polling days on which the clocks change: an hour is left out in March, and comes twice in October.
    ("Europe/Paris", date(2026, 3, 29), 20, "2026-03-28 00:00", "2026-03-29 20:00"),
    ("Europe/Paris", date(2026, 10, 25), 20, "2026-10-24 00:00", "2026-10-25 20:00"),
    ("Indian/Reunion", date(2026, 3, 29), 18, "2026-03-27 21:00", "2026-03-29 16:00"),
    ("Pacific/Tahiti", date(2026, 10, 25), 20, "2026-10-24 12:00", "2026-10-26 07:00"),
]


@pytest.mark.parametrize(("zone", "day", "hour", "begins", "ends"), IN_PARIS)
def test_every_window_holds_from_its_first_to_its_last_second_wherever_it_is_looked_at(
    zone: str, day: date, hour: int, begins: str, ends: str
) -> None:
    first, after = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS)) for text in (begins, ends))
    known = [silence_of(polling(PARIS, day).by(Hours(zone, time(hour))))]
    assert known == [Silence(first.astimezone(UTC), after.astimezone(UTC))]
    free, silent = Hush.FREE, Hush.SILENCE
    first, after = first.astimezone(UTC), after.astimezone(UTC)
    for moment, held in ((first - SECOND, free), (first, silent), (after - SECOND, silent), (after, free)):
        assert hush_at(moment, known, margin=NONE) is held
    for moment, held in ((first - SILENCE_MARGIN - SECOND, free), (first - SILENCE_MARGIN, silent), (after, free)):
        assert hush_at(moment, known) is held


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 43), (date(2026, 10, 25), 45)])
def test_a_day_on_which_the_clocks_change_is_an_hour_shorter_or_longer(day: date, hours: int) -> None:
    silence = silence_of(polling(PARIS, day))
    assert silence.ends - silence.begins == timedelta(hours=hours)


def test_a_place_leaves_to_the_whole_what_it_does_not_say_itself() -> None:
    whole = Hours("Pacific/Tahiti", time(18))
    assert Hours().within(whole) == whole
    assert Hours(closes=time(20)).within(whole) == Hours("Pacific/Tahiti", time(20))
    assert Hours("Pacific/Marquesas").within(whole) == Hours("Pacific/Marquesas", time(18))
    assert polling(PARIS).by(Hours()) == polling(PARIS)


def test_sending_stops_a_margin_before_the_silence_and_begins_at_its_end() -> None:
    silence = silence_of(polling("Europe/Paris"))
    assert timedelta(minutes=10) == SILENCE_MARGIN
    assert hush_at(silence.begins - SILENCE_MARGIN - SECOND, [silence]) is Hush.FREE
    assert hush_at(silence.begins - SILENCE_MARGIN, [silence]) is Hush.SILENCE
    assert hush_at(silence.ends, [silence]) is Hush.FREE


def test_without_a_calendar_nothing_is_said() -> None:
    assert hush_at(utc(1, 12), []) is Hush.NO_CALENDAR


def test_by_a_clock_that_is_wrong_nothing_is_said() -> None:
    known = [silence_of(polling("Europe/Paris"))]
    assert hush_at(utc(1, 12), known, clock_off=True) is Hush.CLOCK_OFF
    assert hush_at(utc(15, 12), known, clock_off=True) is Hush.CLOCK_OFF
    assert hush_at(utc(1, 12), [], clock_off=True) is Hush.NO_CALENDAR
    assert hush_at(utc(1, 12), known, SilenceRule.NONE, clock_off=True) is Hush.FREE


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


EVERYWHERE = st.sampled_from(sorted({zone for zone, *_rest in IN_PARIS} | {"Pacific/Kiritimati", "America/Miquelon"}))
CLOSES = st.integers(12, 23).map(time)


@given(
    st.lists(st.builds(Hours, EVERYWHERE, CLOSES), min_size=1, max_size=5),
    st.dates(date(2020, 1, 1), date(2032, 12, 31)),
    st.timedeltas(timedelta(days=-1), timedelta(days=4)),
)
def test_the_widest_window_is_silent_exactly_where_one_of_them_is(
    places: list[Hours], day: date, after: timedelta
) -> None:
    each = [silence_of(polling(PARIS, day).by(hours)) for hours in places]
    widest = widest_silence(polling(PARIS, day).by(hours) for hours in places)
    assert widest is not None
    for one in each:
        assert widest.begins <= one.begins < one.ends <= widest.ends
    moment = datetime.combine(day - timedelta(days=2), time(), UTC) + after
    assert widest.covers(moment) == any(one.covers(moment) for one in each)

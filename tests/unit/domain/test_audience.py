"""When a place wants to hear: rhythms, quiet hours, changes of clocks; and how people write hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pledgebot.domain.audience import DIGEST_WEEKDAY, Rhythm, first_due, hour_from, hours_from, is_quiet

PARIS = ZoneInfo("Europe/Paris")
ZONES = [
    PARIS,
    *map(ZoneInfo, ["Indian/Reunion", "Pacific/Tahiti", "Pacific/Noumea", "America/Cayenne", "America/Miquelon"]),
]
WITHOUT_CHANGES = {"Indian/Reunion", "Pacific/Tahiti", "Pacific/Noumea", "America/Cayenne"}

times = st.times().map(lambda at: at.replace(microsecond=0, second=0))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is the other argument
around_changes = st.builds(
    lambda day, minutes: datetime.combine(day, time(0), UTC) + timedelta(minutes=minutes),
    st.sampled_from([date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]),
    st.integers(0, 24 * 60),
)
quiets = st.none() | st.tuples(times, times)


def paris(text: str) -> datetime:
    """Return a local time of Paris in UTC; `*` behind it is the second of two."""
    local = datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=PARIS, fold=int(text.endswith("*")))
    return local.astimezone(UTC)


def hours(text: str) -> tuple[time, time]:
    begins, ends = (time.fromisoformat(one) for one in text.split("-"))
    return begins, ends


@pytest.mark.parametrize(
    ("now", "quiet", "due"),
    [
        ("2026-02-08T12:00", None, "2026-02-08T12:00"),
        ("2026-02-08T21:59", "22:00-07:00", "2026-02-08T21:59"),
        ("2026-02-08T22:00", "22:00-07:00", "2026-02-09T07:00"),
        ("2026-02-09T06:59", "22:00-07:00", "2026-02-09T07:00"),
        ("2026-02-09T07:00", "22:00-07:00", "2026-02-09T07:00"),
        ("2026-02-09T13:00", "12:00-14:00", "2026-02-09T14:00"),
        ("2026-02-09T14:00", "12:00-14:00", "2026-02-09T14:00"),
        ("2026-02-09T13:00", "13:00-13:00", "2026-02-09T13:00"),
        # Clocks go from 02:00 to 03:00.
        ("2026-03-29T01:30", "22:00-02:30", "2026-03-29T03:00"),
        ("2026-03-29T01:30", "02:45-02:30", "2026-03-30T02:30"),
        # Clocks go from 03:00 back to 02:00.
        ("2026-10-25T01:00", "22:00-02:30", "2026-10-25T02:30"),
        ("2026-10-25T02:10*", "22:00-02:30", "2026-10-25T02:30*"),
    ],
)
def test_at_once_is_now_or_the_end_of_the_quiet_hours(now: str, quiet: str | None, due: str) -> None:
    span = hours(quiet) if quiet else None
    assert first_due(paris(now), Rhythm.AT_ONCE, time(9), span, PARIS) == paris(due)


@pytest.mark.parametrize(
    ("now", "hour", "quiet", "due"),
    [
        ("2026-02-08T12:00", None, None, "2026-02-08T18:00"),
        ("2026-02-08T18:00", None, None, "2026-02-08T18:00"),
        ("2026-02-08T18:01", None, None, "2026-02-09T18:00"),
        ("2026-02-08T18:01", "08:30", None, "2026-02-09T08:30"),
        ("2026-02-08T12:00", "23:00", "22:00-07:00", "2026-02-09T07:00"),
        ("2026-02-09T06:00", "23:00", "22:00-07:00", "2026-02-09T07:00"),
        ("2026-02-09T07:01", "23:00", "22:00-07:00", "2026-02-10T07:00"),
        ("2026-02-08T12:00", "18:00", "17:00-20:00", "2026-02-08T20:00"),
        ("2026-03-28T12:00", "02:30", None, "2026-03-29T03:00"),
        ("2026-03-28T12:00", "02:30", "03:00-04:00", "2026-03-29T04:00"),
        ("2026-10-24T12:00", "02:30", None, "2026-10-25T02:30"),
        ("2026-10-25T02:31", "02:30", None, "2026-10-26T02:30"),
    ],
)
def test_daily_is_the_next_occurrence_of_the_hour(now: str, hour: str | None, quiet: str | None, due: str) -> None:
    at = time.fromisoformat(hour) if hour else None
    span = hours(quiet) if quiet else None
    assert first_due(paris(now), Rhythm.DAILY, at, span, PARIS) == paris(due)


@pytest.mark.parametrize(
    ("now", "hour", "quiet", "due"),
    [
        ("2026-02-08T12:00", None, None, "2026-02-12T18:00"),
        ("2026-02-12T18:00", None, None, "2026-02-12T18:00"),
        ("2026-02-12T18:01", None, None, "2026-02-19T18:00"),
        ("2026-02-12T12:00", "23:00", "22:00-07:00", "2026-02-13T07:00"),
        ("2026-02-13T06:00", "23:00", "22:00-07:00", "2026-02-13T07:00"),
        ("2026-02-13T07:01", "23:00", "22:00-07:00", "2026-02-20T07:00"),
    ],
)
def test_weekly_is_thursday_well_before_the_silence(now: str, hour: str | None, quiet: str | None, due: str) -> None:
    at = time.fromisoformat(hour) if hour else None
    span = hours(quiet) if quiet else None
    assert first_due(paris(now), Rhythm.WEEKLY, at, span, PARIS) == paris(due)
    assert date(2026, 2, 12).weekday() == DIGEST_WEEKDAY


@given(
    moment=moments | around_changes,
    rhythm=st.sampled_from(Rhythm),
    hour=st.none() | times,
    quiet=quiets,
    zone=st.sampled_from(ZONES),
)
@example(datetime(2026, 10, 25, 0, 50, tzinfo=UTC), Rhythm.DAILY, time(2, 50), (time(2, 30), time(2, 10)), PARIS)
def test_never_too_early_never_in_quiet_hours_and_the_same_when_asked_again(
    moment: datetime, rhythm: Rhythm, hour: time | None, quiet: tuple[time, time] | None, zone: ZoneInfo
) -> None:
    due = first_due(moment, rhythm, hour, quiet, zone)
    assert due.tzinfo is UTC
    assert due >= moment
    assert quiet is None or not is_quiet(due.astimezone(zone).time(), quiet)
    assert first_due(due, rhythm, hour, quiet, zone) == due
    # A change of clocks makes a day an hour longer, and puts off what lies in its gap.
    more = timedelta(0) if zone.key in WITHOUT_CHANGES else timedelta(hours=1) + timedelta(days=quiet is not None)
    longest = {Rhythm.AT_ONCE: timedelta(days=1), Rhythm.DAILY: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}
    assert due - moment <= longest[rhythm] + more


@given(first=moments, second=moments, rhythm=st.sampled_from(Rhythm), hour=st.none() | times, quiet=quiets)
def test_what_comes_later_is_not_told_earlier(
    first: datetime, second: datetime, rhythm: Rhythm, hour: time | None, quiet: tuple[time, time] | None
) -> None:
    early, late = sorted([first, second])
    assert first_due(early, rhythm, hour, quiet, PARIS) <= first_due(late, rhythm, hour, quiet, PARIS)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22h-7h", (time(22), time(7))),
        ("22:00-07:00", (time(22), time(7))),
        ("22h30 à 7h", (time(22, 30), time(7))),
        ("10pm-7am", (time(22), time(7))),
        ("de 22 h à 7 h", (time(22), time(7))),
        ("From 10 p.m. to 7 a.m.", (time(22), time(7))),
        ("22h\u202f–\u202f7h", (time(22), time(7))),
        ("22h 7h", (time(22), time(7))),
        ("minuit-6h45", (time(0), time(6, 45))),
        ("entre 22 heures et 7 heures", (time(22), time(7))),
        ("22H jusqu’à 7H", (time(22), time(7))),
        ("24h-12pm", (time(0), time(12))),
        ("12am to noon", (time(0), time(12))),
        ("22-7", (time(22), time(7))),
    ],
)
def test_two_hours_as_people_write_them(text: str, hours: tuple[time, time]) -> None:
    assert hours_from(text) == hours


@pytest.mark.parametrize(
    "text", ["", "22h", "25h-7h", "22h60-7h", "13pm-7am", "0am-7am", "22h-7h-8h", "la nuit", "-", "22h-" + "7" * 99]
)
def test_what_is_no_two_hours(text: str) -> None:
    assert hours_from(text) is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("18h", time(18)),
        ("7:30", time(7, 30)),
        ("6 pm", time(18)),
        ("18", time(18)),
        ("18 h 30", time(18, 30)),
        ("midi", time(12)),
        ("24h", time(0)),
        ("24h30", None),
        ("18h-20h", None),
        ("soir", None),
        ("", None),
    ],
)
def test_one_hour_as_people_write_it(text: str, hour: time | None) -> None:
    assert hour_from(text) == hour


@given(begins=times, ends=times, between=st.sampled_from(["-", " à ", " to ", " – ", " "]))
def test_hours_that_are_shown_are_read_again(begins: time, ends: time, between: str) -> None:
    assert hours_from(f"{begins:%H:%M}{between}{ends:%H:%M}") == (begins, ends)
    assert hours_from(f"{begins:%Hh%M}{between}{ends:%Hh%M}") == (begins, ends)


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_not(text: str) -> None:
    assert hours_from(text) is None or hour_from(text) is None


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekly_digest_comes_on_the_day_that_was_chosen(weekday: int) -> None:
    due = first_due(paris("2026-03-02 12:00"), Rhythm.WEEKLY, time(9), None, PARIS, weekday)
    assert due.astimezone(PARIS).weekday() == weekday
    assert timedelta(0) < due - paris("2026-03-02 12:00") <= timedelta(days=7)

"""When organizers are reminded: the ladder of a list that does not answer, the dates of the calendar, the night."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.views import round_view
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.election import PollingDay, SilenceRule, silence_of
from pledgebot.domain.organizer_calendar import (
    Deadline,
    History,
    daily_outreach,
    due_organizers,
    history_of,
    is_night,
    last_day,
    rung_due,
    rungs,
    upcoming_organizers,
)
from pledgebot.domain.policy import Policy, ReminderPolicy
from pledgebot.domain.progress import Contact, ContactKind

PARIS = ZoneInfo("Europe/Paris")
NOUMEA = ZoneInfo("Pacific/Noumea")
FIRST, SECOND = date(2026, 3, 15), date(2026, 3, 22)
USUAL = ReminderPolicy()
DAY = timedelta(days=1)


def march(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 3, day) for day in days)


@pytest.mark.parametrize(
    ("letter", "days"),
    [
        (date(2026, 2, 1), (date(2026, 2, 8), date(2026, 2, 15), date(2026, 2, 22))),
        (date(2026, 2, 18), (date(2026, 2, 25), *march(4, 11))),
        # Twenty days are left until the last call on Wednesday 11 March, one too few.
        (date(2026, 2, 19), (date(2026, 2, 25), *march(4, 11))),
        (date(2026, 3, 1), march(4, 7, 11)),
        (date(2026, 3, 6), march(7, 9, 11)),
        (date(2026, 3, 8), march(9, 10, 11)),
        (date(2026, 3, 9), march(10, 11)),
        (date(2026, 3, 10), march(11)),
        (date(2026, 3, 11), ()),
        (date(2026, 3, 13), ()),
    ],
)
def test_the_ladder_before_a_first_round(letter: date, days: tuple[date, ...]) -> None:
    assert rungs(letter, FIRST, USUAL) == days


@pytest.mark.parametrize(
    ("letter", "days"),
    [
        (date(2026, 3, 16), march(17, 18, 19)),
        (date(2026, 3, 17), march(18, 19)),
        (date(2026, 3, 18), march(19)),
        (date(2026, 3, 19), ()),
        (date(2026, 3, 20), ()),
    ],
)
def test_between_the_rounds_it_is_tuesday_wednesday_thursday(letter: date, days: tuple[date, ...]) -> None:
    assert rungs(letter, SECOND, USUAL, before=FIRST) == days
    assert last_day(SECOND, USUAL, before=FIRST) == date(2026, 3, 19)


def test_in_2020_months_lay_between_the_rounds() -> None:
    assert rungs(date(2020, 6, 3), date(2020, 6, 28), USUAL, before=date(2020, 3, 15)) == (
        date(2020, 6, 10),
        date(2020, 6, 17),
        date(2020, 6, 24),
    )


LETTER = date(2026, 2, 1)
STEPS = rungs(LETTER, FIRST, USUAL)


@pytest.mark.parametrize(
    ("reminders", "today", "due"),
    [
        ((), 7, None),
        ((), 8, 1),
        ((), 14, 1),
        ((8,), 14, None),
        ((8,), 15, 2),
        ((8, 15), 22, 3),
        ((8, 15, 22), 28, None),
        # One was sent early: it took its rung.
        ((5,), 8, None),
        ((5,), 15, 2),
        # One was missed: it is made up for, and the next comes at its own time.
        ((10,), 14, None),
        ((10,), 15, 2),
        # One was missed until the next came: the two are one.
        ((), 16, 1),
        ((16,), 17, None),
        ((16,), 22, 2),
        ((16, 22), 28, None),
    ],
)
def test_each_reminder_takes_a_rung(reminders: tuple[int, ...], today: int, due: int | None) -> None:
    history = History(LETTER, tuple(date(2026, 2, day) for day in reminders))
    assert rung_due(history, STEPS, date(2026, 2, today), last_day(FIRST, USUAL)) == due


def test_nobody_is_reminded_after_the_last_call_however_little_was_sent() -> None:
    last = last_day(FIRST, USUAL)
    assert rung_due(History(LETTER), STEPS, last, last) == 1
    assert rung_due(History(LETTER), STEPS, last + DAY, last) is None


policies = st.builds(
    ReminderPolicy,
    last_call=st.integers(0, 30),
    ladder=st.lists(st.integers(1, 60), max_size=5).map(lambda days: tuple(sorted(set(days)))),
)


@given(policies, st.integers(0, 90), st.booleans(), st.data())
def test_no_list_is_reminded_more_often_than_another_nor_after_the_last_call_nor_in_the_silence(
    policy: ReminderPolicy, before: int, second: bool, data: st.DataObject
) -> None:
    """However organizers keep to it: they may be late or away for days, and none is sent twice on a day."""
    earlier = SECOND - 7 * DAY if second else None
    first = SECOND - before * DAY
    steps = rungs(first, SECOND, policy, earlier)
    last = last_day(SECOND, policy, earlier)
    assert len(steps) <= len(policy.ladder)
    assert list(steps) == sorted(set(steps))
    assert all(first < day <= last < SECOND - DAY for day in steps)
    sent: tuple[date, ...] = ()
    for ahead in range(before + 2):
        today = first + ahead * DAY
        due = rung_due(History(first, sent), steps, today, last)
        if due is not None and data.draw(st.booleans()):
            assert due == len(sent) + 1
            sent = (*sent, today)
            assert rung_due(History(first, sent), steps, today, last) is None
    assert len(sent) <= len(steps)
    assert all(day <= last for day in sent)


def test_what_a_list_was_sent_is_read_by_the_clocks_of_the_place() -> None:
    late = datetime(2026, 2, 1, 23, 30, tzinfo=UTC)
    contacts = [
        Contact(ContactKind.REMINDED, late + 7 * DAY),
        Contact(ContactKind.SENT, late),
        Contact(ContactKind.SENT, late + DAY),
        Contact(ContactKind.RECEIVED, late - DAY),
    ]
    assert history_of(contacts, PARIS) == History(date(2026, 2, 2), (date(2026, 2, 9),))
    assert history_of(contacts[:1], UTC) == History(date(2026, 2, 8), (date(2026, 2, 8),))
    assert history_of([], PARIS) == History()


def paris(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def calendar(first: date = FIRST, second: date = SECOND, zone: ZoneInfo = PARIS) -> tuple[object, ...]:
    return tuple(
        round_view(key=f"2026-t{number}", number=number, day=day, silence=silence_of(PollingDay(day, time(20), zone)))
        for number, day in ((1, first), (2, second))
    )


def test_the_dates_of_which_organizers_are_told() -> None:
    assert [(one.rule, one.due_at) for one in upcoming_organizers(calendar(), Policy(), paris(1, 12))] == [
        (Deadline.LAST_CALL_TOMORROW, paris(10, 9)),
        (Deadline.NO_REFUSALS, paris(12, 9)),
        (Deadline.SILENCE_BEGINS, paris(13, 10)),
        (Deadline.SILENCE_OVER, paris(15, 20)),
        (Deadline.LAST_CALL_TOMORROW, paris(17, 9)),
        (Deadline.LINEAGES, paris(17, 19)),
        (Deadline.NO_REFUSALS, paris(19, 9)),
        (Deadline.SILENCE_BEGINS, paris(20, 10)),
        (Deadline.SILENCE_OVER, paris(22, 20)),
    ]
    [told] = due_organizers(calendar(), Policy(), paris(12, 9))
    assert (told.what, told.at, told.round_key) == (Deadline.NO_REFUSALS, paris(12, 12), "2026-t1")
    assert due_organizers(calendar(), Policy(), paris(12, 12)) == ()
    [begins] = due_organizers(calendar(), Policy(), paris(13, 23, 49))
    assert begins.at == paris(13, 23, 50)


def test_dates_that_are_switched_off_or_that_no_law_sets_are_not_told() -> None:
    policy = Policy(rule=SilenceRule.NONE, reminders=ReminderPolicy(last_call=0))
    assert [one.rule for one in upcoming_organizers(calendar(), policy, paris(1, 12))] == [Deadline.LINEAGES]
    assert upcoming_organizers((), Policy(), paris(1, 12)) == ()


def test_of_a_silence_that_ends_at_night_organizers_are_told_in_the_morning_and_of_an_early_one_before_it_begins() -> (
    None
):
    tahiti = calendar(zone=ZoneInfo("Pacific/Tahiti"))
    over = next(one for one in upcoming_organizers(tahiti, Policy(), paris(1, 12)) if one.rule == Deadline.SILENCE_OVER)
    assert over.due_at == paris(16, 8)
    noumea = calendar(zone=NOUMEA)
    early = next(
        one for one in upcoming_organizers(noumea, Policy(), paris(1, 12)) if one.rule == Deadline.SILENCE_BEGINS
    )
    assert (early.due_at, early.expires_at) == (paris(13, 10), paris(13, 13, 50))


def test_after_days_of_sleep_one_date_of_each_rule_is_left() -> None:
    assert [one.what for one in due_organizers(calendar(), Policy(), paris(16, 12))] == [Deadline.SILENCE_OVER]
    assert due_organizers(calendar(), Policy(), paris(25, 12)) == ()


def test_the_daily_message_belongs_to_its_day() -> None:
    assert daily_outreach(paris(10, 3), USUAL, PARIS) == Occurrence(
        "outreach", "2026-03-10", paris(10, 9), paris(10, 21)
    )
    late = ReminderPolicy(organizers_hour=time(22))
    assert daily_outreach(paris(10, 3), late, PARIS).expires_at == paris(11, 0)


@pytest.mark.parametrize(("hour", "night"), [(7, True), (8, False), (20, False), (21, True), (0, True)])
def test_the_night(hour: int, night: bool) -> None:
    assert is_night(paris(10, hour), PARIS) is night

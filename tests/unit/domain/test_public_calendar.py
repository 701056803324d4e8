"""When the public is reminded: on its days before each round, never in a silence, and never of what is over."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.election import PollingDay, Silence, SilenceRule, silence_of, widest_silence
from pledgebot.domain.policy import Policy, ReminderPolicy
from pledgebot.domain.public_calendar import DAYS_LEFT, LAST_CALL, due_public, upcoming_public

LONG_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ARound:
    """A round as the calendar knows it."""

    key: str
    day: date
    zone: ZoneInfo
    silence: Silence | None


def a_round(key: str, day: date, zone: str = "Europe/Paris", *also: str) -> ARound:
    """Return a round whose polls close at eight; `also` are the zones of other places in which lists stand."""
    days = [PollingDay(day, time(20), ZoneInfo(name)) for name in (zone, *also)]
    return ARound(key, day, ZoneInfo(zone), widest_silence(days))


FIRST, SECOND = a_round("2026-t1", date(2026, 3, 15)), a_round("2026-t2", date(2026, 3, 22))
IN_2020 = (a_round("2020-t1", date(2020, 3, 15)), a_round("2020-t2", date(2020, 6, 28)))


def shown(*rounds: ARound, policy: Policy | None = None, now: datetime = LONG_BEFORE) -> list[tuple[str, str]]:
    """Return when which rule comes, by the clocks of the first round."""
    found = upcoming_public(rounds, policy or Policy(), now)
    return [(one.rule, f"{one.due_at.astimezone(rounds[0].zone):%a %d %b %H:%M}") for one in found]


def test_the_calendar_of_2026() -> None:
    assert shown(FIRST, SECOND) == [
        (DAYS_LEFT, "Fri 13 Feb 10:00"),
        (DAYS_LEFT, "Sun 01 Mar 10:00"),
        (DAYS_LEFT, "Sun 08 Mar 10:00"),
        (LAST_CALL, "Wed 11 Mar 10:00"),
        (DAYS_LEFT, "Thu 12 Mar 10:00"),
        # Seven days before the second round people vote in the first one.
        (LAST_CALL, "Wed 18 Mar 10:00"),
        (DAYS_LEFT, "Thu 19 Mar 10:00"),
    ]


def test_where_months_lie_between_the_rounds_of_2020_the_second_has_all_of_its_reminders() -> None:
    assert [when for _rule, when in shown(*IN_2020)][5:] == [
        "Fri 29 May 10:00",
        "Sun 14 Jun 10:00",
        "Sun 21 Jun 10:00",
        "Wed 24 Jun 10:00",
        "Thu 25 Jun 10:00",
    ]


@pytest.mark.parametrize(
    ("zone", "first"), [("Indian/Reunion", "2026-02-13 06:00"), ("Pacific/Tahiti", "2026-02-13 20:00")]
)
def test_hours_are_those_of_the_election(zone: str, first: str) -> None:
    due = upcoming_public([a_round("2026-t1", date(2026, 3, 15), zone)], Policy(), LONG_BEFORE)[0].due_at
    assert f"{due:%Y-%m-%d %H:%M}" == first


@pytest.mark.parametrize(
    ("day", "due"),
    # Clocks change between the reminder and the vote: ten o'clock stays ten o'clock.
    [(date(2026, 3, 31), "2026-03-28 09:00"), (date(2026, 10, 27), "2026-10-24 08:00")],
)
def test_a_change_of_clocks_moves_no_local_hour(day: date, due: str) -> None:
    policy = Policy(reminders=ReminderPolicy(days_left=(3,), last_call=0))
    [only] = upcoming_public([a_round("x", day)], policy, LONG_BEFORE)
    assert f"{only.due_at:%Y-%m-%d %H:%M}" == due


def test_what_is_configured_is_kept() -> None:
    policy = Policy(reminders=ReminderPolicy(days_left=(5, 4, 1), hour=time(8, 30), last_call=4))
    # The last call says how many days are left as well; the day before the vote is silent.
    assert shown(FIRST, policy=policy) == [(DAYS_LEFT, "Tue 10 Mar 08:30"), (LAST_CALL, "Wed 11 Mar 08:30")]
    never = Policy(reminders=ReminderPolicy(days_left=(), last_call=0))
    assert shown(FIRST, SECOND, policy=never) == []
    friday = Policy(reminders=ReminderPolicy(days_left=(2,), hour=time(23, 55), last_call=0))
    assert shown(FIRST, policy=friday) == []
    assert shown(FIRST, policy=replace(friday, margin=timedelta(0))) == [(DAYS_LEFT, "Fri 13 Mar 23:55")]
    free = replace(policy, rule=SilenceRule.NONE)
    assert shown(FIRST, policy=free)[-1] == (DAYS_LEFT, "Sat 14 Mar 08:30")


def test_the_widest_silence_counts() -> None:
    wide = a_round("2026-t1", date(2026, 3, 15), "Europe/Paris", "Pacific/Auckland", "Pacific/Tahiti")
    policy = Policy(reminders=ReminderPolicy(days_left=(2,), hour=time(13), last_call=0))
    assert shown(FIRST, policy=policy) == [(DAYS_LEFT, "Fri 13 Mar 13:00")]
    assert shown(wide, policy=policy) == []


THURSDAY = datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (THURSDAY - timedelta(seconds=1), []),
        (THURSDAY, [3]),
        (datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC), [3]),
        # At midnight three days are two.
        (datetime(2026, 3, 12, 23, tzinfo=UTC), []),
        (datetime(2026, 3, 16, tzinfo=UTC), []),
    ],
)
def test_a_reminder_has_its_day(now: datetime, days: list[int]) -> None:
    assert [one.days_left for one in due_public([FIRST, SECOND], Policy(), now)] == days


def test_after_a_sleep_of_three_days_only_what_has_a_meaning_is_recalled() -> None:
    # Asleep from Sunday to Wednesday evening: Sunday's reminder is over, Wednesday's is not.
    [only] = due_public([FIRST, SECOND], Policy(), datetime(2026, 3, 11, 21, tzinfo=UTC))
    assert (only.occurrence.rule, only.days_left, only.round_key) == (LAST_CALL, 4, "2026-t1")


def test_of_a_vote_that_is_put_off_people_are_reminded_again() -> None:
    before = {one.key for one in upcoming_public([FIRST], Policy(), LONG_BEFORE)}
    after = {one.key for one in upcoming_public([a_round("2026-t1", date(2026, 6, 28))], Policy(), LONG_BEFORE)}
    assert before.isdisjoint(after)
    assert min(before).startswith("2026-t1:")


ROUNDS = st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=3, unique=True).map(
    lambda days: [a_round(f"t{number}", day, "Europe/Paris", "Pacific/Tahiti") for number, day in enumerate(days)]
)
POLICIES = st.builds(
    Policy,
    reminders=st.builds(
        ReminderPolicy,
        days_left=st.lists(st.integers(1, 60), max_size=6).map(tuple),
        hour=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
        last_call=st.integers(0, 30),
    ),
)


MOMENTS = st.integers(0, 450 * 24 * 60).map(
    lambda minutes: datetime(2025, 10, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(ROUNDS, POLICIES, MOMENTS)
def test_nothing_lies_in_a_silence_or_comes_twice_and_each_has_its_own_day(
    rounds: list[ARound], policy: Policy, now: datetime
) -> None:
    coming = upcoming_public(rounds, policy, now)
    assert len({(one.rule, one.key) for one in coming}) == len(coming)
    assert list(coming) == sorted(coming, key=lambda one: one.due_at)
    for one in coming:
        assert one.expires_at is not None
        assert max(now, one.due_at) < one.expires_at <= one.due_at + timedelta(hours=25)
        for vote in rounds:
            silence = silence_of(PollingDay(vote.day, time(20), vote.zone))
            assert not silence.begins - policy.margin <= one.due_at < silence.ends
    due = due_public(rounds, policy, now)
    assert len({one.occurrence.rule for one in due}) == len(due)
    assert {one.occurrence for one in due} <= set(coming)

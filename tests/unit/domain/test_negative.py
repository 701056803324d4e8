"""What is held back shortly before the vote: a refusal, a step back; never a step forward, a first word or our own errors."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.answer import AnswerKind, Position
from pledgebot.domain.election import PollingDay, Silence, silence_of
from pledgebot.domain.negative import Change, held_spans, held_until, is_negative

YES, PARTLY, NO, VAGUE = Position.COMMITTED, Position.PARTIAL, Position.REFUSED, Position.UNCLEAR
STATEMENT, WITHDRAWAL = AnswerKind.STATEMENT, AnswerKind.WITHDRAWAL

TABLE = [
    # on record     says   held
    (None, YES, False),
    (None, PARTLY, False),
    (None, VAGUE, False),
    (None, NO, True),
    (YES, YES, False),
    (YES, PARTLY, True),
    (YES, VAGUE, True),
    (YES, NO, True),
    (PARTLY, YES, False),
    (PARTLY, PARTLY, False),
    (PARTLY, VAGUE, True),
    (PARTLY, NO, True),
    (VAGUE, YES, False),
    (VAGUE, PARTLY, False),
    (VAGUE, VAGUE, False),
    (VAGUE, NO, True),
    (NO, YES, False),
    (NO, PARTLY, False),
    (NO, VAGUE, False),
    (NO, NO, True),
]


@pytest.mark.parametrize(("was", "takes", "held"), TABLE)
def test_a_statement_is_held_when_it_refuses_or_steps_back(was: Position | None, takes: Position, held: bool) -> None:
    assert is_negative(STATEMENT, [Change(takes, was)]) is held
    assert is_negative(STATEMENT, [Change(YES), Change(takes, was)]) is held, "one demand is enough"


@pytest.mark.parametrize(("was", "held"), [(YES, True), (PARTLY, True), (VAGUE, False), (NO, False), (None, False)])
def test_a_word_taken_back_is_held_when_it_was_worth_something(was: Position | None, held: bool) -> None:
    assert is_negative(WITHDRAWAL, [Change(None, was)]) is held


def test_what_was_said_earlier_than_what_counts_changes_nothing_but_a_refusal_is_one() -> None:
    assert not is_negative(STATEMENT, [Change(PARTLY, YES, counts=False)])
    assert is_negative(STATEMENT, [Change(NO, YES, counts=False)])


@given(
    st.sampled_from([kind for kind in AnswerKind if kind not in {STATEMENT, WITHDRAWAL}]),
    st.lists(st.builds(Change, st.sampled_from([*Position, None]), st.sampled_from([*Position, None]), st.booleans())),
)
def test_our_own_errors_and_removals_are_never_held(kind: AnswerKind, changes: list[Change]) -> None:
    assert not is_negative(kind, changes)


def polling(zone: str, day: date = date(2026, 3, 15), closes: time = time(20)) -> PollingDay:
    return PollingDay(day, closes, ZoneInfo(zone))


THURSDAY = datetime(2026, 3, 12, 11, tzinfo=UTC)
CLOSED = datetime(2026, 3, 15, 19, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_from_thursday_noon_until_the_polls_have_closed() -> None:
    spans = held_spans([polling("Europe/Paris"), polling("Europe/Paris", date(2026, 3, 22))], 3, time(12))
    assert spans[0] == Silence(THURSDAY, CLOSED)
    for moment, until in [
        (THURSDAY - SECOND, None),
        (THURSDAY, CLOSED),
        (CLOSED - SECOND, CLOSED),
        (CLOSED, None),
        (THURSDAY + timedelta(days=7), CLOSED + timedelta(days=7)),
    ]:
        assert held_until(moment, spans) == until


def test_with_no_days_nothing_is_ever_held() -> None:
    assert held_spans([polling("Europe/Paris")], 0, time(12)) == ()


def test_in_several_places_it_is_held_from_the_first_noon_until_the_last_close() -> None:
    spans = held_spans([polling("Pacific/Noumea", closes=time(18)), polling("Pacific/Tahiti")], 3, time(12))
    first, last = datetime(2026, 3, 12, 1, tzinfo=UTC), datetime(2026, 3, 16, 6, tzinfo=UTC)
    assert held_until(first - SECOND, spans) is None
    assert held_until(first, spans) is not None
    assert held_until(datetime(2026, 3, 14, 12, tzinfo=UTC), spans) == last
    assert held_until(last, spans) is None


@given(st.integers(1, 14), st.integers(0, 23), st.sampled_from(["Europe/Paris", "Pacific/Tahiti"]))
def test_what_is_held_ends_with_the_silence_whatever_the_day_and_hour(days: int, hour: int, zone: str) -> None:
    (span,) = held_spans([polling(zone)], days, time(hour))
    assert span.ends == silence_of(polling(zone)).ends
    local = span.begins.astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour) == (date(2026, 3, 15) - timedelta(days=days), hour)

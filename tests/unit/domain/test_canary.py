"""What becomes of the first few of a broadcast decides about the rest."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.canary import PATIENCE, Few, Verdict, verdict

SOON, LATE = timedelta(seconds=1), PATIENCE
COUNTS = st.integers(min_value=0, max_value=20)
FEW = st.builds(Few, COUNTS, COUNTS, COUNTS, COUNTS)
WAITED = st.timedeltas(min_value=timedelta(0), max_value=3 * PATIENCE)


@pytest.mark.parametrize(
    ("few", "waited", "expected"),
    [
        (Few(arrived=10), SOON, Verdict.GO_ON),
        (Few(arrived=6, failed=2, uncertain=2), SOON, Verdict.GO_ON),
        (Few(arrived=5, failed=5), SOON, Verdict.STOP),
        (Few(arrived=5, failed=2, uncertain=3), SOON, Verdict.STOP),
        (Few(failed=1), SOON, Verdict.STOP),
        (Few(waiting=10), SOON, Verdict.WAIT),
        (Few(arrived=9, waiting=1), SOON, Verdict.WAIT),
        (Few(failed=4, waiting=6), SOON, Verdict.WAIT),
        (Few(failed=5, waiting=5), SOON, Verdict.STOP),
        (Few(waiting=10), LATE, Verdict.GO_ON),
        (Few(arrived=3, failed=2, waiting=5), LATE, Verdict.GO_ON),
        (Few(arrived=2, failed=2, waiting=6), LATE, Verdict.STOP),
        (Few(), SOON, Verdict.GO_ON),
    ],
)
def test_the_rest_goes_on_where_more_than_half_of_the_few_arrived(
    few: Few, waited: timedelta, expected: Verdict
) -> None:
    assert verdict(few, waited) is expected


@given(FEW, WAITED)
def test_the_rest_never_waits_for_ever(few: Few, waited: timedelta) -> None:
    assert verdict(few, waited + PATIENCE) is not Verdict.WAIT


@given(FEW, WAITED)
def test_where_nothing_went_wrong_nothing_stops(few: Few, waited: timedelta) -> None:
    assert verdict(Few(few.arrived, waiting=few.waiting), waited) is not Verdict.STOP


@given(FEW, WAITED)
def test_what_stops_would_stop_however_those_that_wait_turn_out(few: Few, waited: timedelta) -> None:
    if verdict(few, waited) is Verdict.STOP and waited < PATIENCE:
        settled = Few(few.arrived + few.waiting, few.failed, few.uncertain)
        assert verdict(settled, waited) is Verdict.STOP

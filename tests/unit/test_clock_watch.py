"""Whether the machine's clock is right, by the clocks of the networks: more than two minutes beyond what a reply allows."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pledgebot.clock import ClockWatch

ASKED = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def told(at: datetime, **more: str) -> dict[str, str]:
    """Return the headers of a reply that a server wrote at a moment."""
    return {"Date": format_datetime(at, usegmt=True), **more}


@pytest.mark.parametrize(
    ("took", "server", "off"),
    [
        (0, 0, None),
        (0, 120, None),
        (0, 121, -121),
        (0, -120, None),
        (0, -121, 121),
        # A reply that took long was written at any moment of it.
        (50, 50, None),
        (50, 170, None),
        (50, 171, -121),
        (50, -120, None),
        (50, -121, 121),
        # The clock was set back while the reply was awaited.
        (-600, -300, None),
        (-600, -721, 121),
        (0, 86_400, -86_400),
    ],
)
def test_a_clock_is_wrong_two_minutes_beyond_the_span_of_a_reply(took: int, server: int, off: int | None) -> None:
    watch = ClockWatch()
    watch.hear("a", ASKED, ASKED + took * SECOND, told(ASKED + server * SECOND))
    assert watch.off == (None if off is None else off * SECOND)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": ""},
        {"Date": "yesterday"},
        {"Date": "Mon, 99 Foo 99999 99:99:99 GMT"},
        told(ASKED + timedelta(hours=1), Age="1"),
        told(ASKED + timedelta(hours=1), Age="3600"),
        told(ASKED + timedelta(hours=1), Age="a while"),
    ],
)
def test_a_reply_without_a_date_or_out_of_a_cache_says_nothing(headers: dict[str, str]) -> None:
    watch = ClockWatch()
    watch.hear("a", ASKED, ASKED, headers)
    assert (watch.off, watch.offsets) == (None, {})
    watch.hear("a", ASKED, ASKED, told(ASKED - timedelta(hours=1)))
    watch.hear("a", ASKED, ASKED, headers)
    assert watch.off == timedelta(hours=1)


def test_a_reply_that_is_fresh_in_a_cache_counts() -> None:
    watch = ClockWatch()
    watch.hear("a", ASKED, ASKED, told(ASKED + timedelta(hours=1), Age="0"))
    assert watch.off == -timedelta(hours=1)


def test_each_network_speaks_for_itself_and_any_one_stops_the_bot() -> None:
    watch = ClockWatch()
    watch.hear("a", ASKED, ASKED, told(ASKED))
    watch.hear("b", ASKED, ASKED, told(ASKED + timedelta(minutes=5)))
    watch.hear("a", ASKED, ASKED, told(ASKED))
    assert watch.off == -timedelta(minutes=5)
    watch.hear("a", ASKED, ASKED, told(ASKED - timedelta(minutes=9)))
    assert watch.off == timedelta(minutes=9), "the one that is furthest away is told"
    watch.hear("a", ASKED, ASKED, told(ASKED))
    watch.hear("b", ASKED, ASKED, told(ASKED + SECOND))
    assert watch.off is None

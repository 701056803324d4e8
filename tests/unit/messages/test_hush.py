"""The words of the electoral silence, in every language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pledgebot.messages import hush
from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain

ENDS = datetime(2026, 3, 15, 19, 0, tzinfo=UTC)
BOARD = "https://exemple.invalid/tableau"


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("fr", "Europe/Paris", "à partir du dimanche 15 mars 2026 à 20:00, heure de Paris (Europe/Paris)."),
        ("fr", "Indian/Reunion", "à partir du dimanche 15 mars 2026 à 23:00, heure de La Réunion (Indian/Reunion)."),
        ("en", "Europe/Paris", "from Sunday, 15 March 2026 at 20:00, time of Paris (Europe/Paris)."),
        ("en", "America/Montreal", "from Sunday, 15 March 2026 at 15:00, time of America/Montreal."),
    ],
)
def test_a_notice_says_until_when_by_whose_clocks_and_where_to_read_on(language: str, zone: str, told: str) -> None:
    tr = translator(language)
    words = plain(hush.notice(tr, ENDS, ZoneInfo(zone), BOARD))
    assert told in words
    assert BOARD in words
    assert len(words) < 400
    assert "tableau" not in plain(hush.notice(tr, ENDS, ZoneInfo(zone), None)).lower()


@pytest.mark.parametrize(("language", "told"), [("fr", "plus tard"), ("en", "later")])
def test_of_a_calendar_that_cannot_be_read_no_moment_is_named(language: str, told: str) -> None:
    message = hush.notice(translator(language), None, None, None)
    assert told in plain(message)
    assert message.buttons == ()


def test_an_example_still_says_first_that_it_is_one_and_then_as_of_when_it_tells() -> None:
    tr = translator("en")
    words = Message((paragraph("What is told."),), "en")
    for message in (hush.as_of(frame(words, tr, fictional=True), tr, ENDS, ZoneInfo("UTC")),
                    frame(hush.as_of(words, tr, ENDS, ZoneInfo("UTC")), tr, fictional=True)):  # fmt: skip
        first, second, third = plain(frame(message, tr, fictional=True)).split("\n\n")
        assert (first, third) == ("Example: fictional lists and people.", "What is told.")
        assert "Sunday, 15 March 2026 at 19:00, time of UTC" in second

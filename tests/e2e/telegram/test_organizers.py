"""An organizer's evenings with the real bot: what is logged on a telephone, what becomes of it, and other business."""

from pathlib import Path

from factories.telegram import staged
from scenarios.stage import play_all
from scenarios.telegram_organizers import LOGGING, OTHER_BUSINESS


def test_an_evening_of_logging(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        play_all(LOGGING, play)


def test_an_evening_of_other_business(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        play_all(OTHER_BUSINESS, play)

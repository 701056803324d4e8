"""An organizer's evening with the real bot: what is logged on a telephone, and what becomes of it."""

from pathlib import Path

from factories.telegram import staged
from scenarios.stage import play_all
from scenarios.telegram_organizers import SCENARIOS


def test_an_organizers_evening(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        play_all(SCENARIOS, play)

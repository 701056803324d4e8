"""A subscriber's life with the real bot: answers are recorded and confirmed by the command line beside it."""

from pathlib import Path

from factories.telegram import staged
from scenarios.stage import play_all
from scenarios.telegram_subscribers import SCENARIOS


def test_a_subscribers_life(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        play_all(SCENARIOS, play)

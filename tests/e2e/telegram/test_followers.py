"""A follower's day with the real bot, in its two languages; once beside a town with forty lists."""

from pathlib import Path

from factories.telegram import staged
from scenarios import telegram_followers as day
from scenarios.stage import play_all


def test_a_followers_day(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        play_all(day.SCENARIOS, play)


def test_a_long_answer_is_split_between_its_blocks(tmp_path: Path) -> None:
    with staged(tmp_path, crowded=40) as play:
        day.a_long_answer_is_split_between_its_blocks(play)

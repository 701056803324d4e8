"""What the real bot publishes on Mastodon: each thing once, whatever happens; on both kinds of database."""

from pathlib import Path

from factories.mastodon import play_in_turn, staged
from scenarios import mastodon_posts as posts


def test_whatever_happens_each_thing_is_published_once(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        play_in_turn(posts.SCENARIOS, play)


def test_the_same_on_a_large_database(tmp_path: Path, postgresql_url: str) -> None:
    with staged(tmp_path, postgresql_url) as play:
        play.start()
        scenarios = (
            posts.an_announcement_is_public_in_its_language_with_its_hashtags,
            posts.a_lost_reply_leaves_one_copy,
        )
        play_in_turn(scenarios, play)

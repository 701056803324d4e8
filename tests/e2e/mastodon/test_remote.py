"""The scenarios reach another server too: here one of opaque ids that knows no repetition and counts plain characters."""

from pathlib import Path

import pytest

from factories.mastodon import SERVER_VARIABLE, TOKENS_VARIABLE, play_in_turn, play_visits, staged
from fakes.mastodon import mastodon_server
from scenarios import mastodon_mentions as mentions
from scenarios import mastodon_posts as posts


def test_scenarios_play_on_another_server_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mastodon_server() as other:
        other.opaque_ids = other.forgetful = True
        other.mainline, other.characters = False, 5000
        other.as_user("bob").post("Was here before.")
        tokens = ",".join(f"{user}={other.token(user)}" for user in ("bot", "alice", "bob", "robot"))
        monkeypatch.setenv(SERVER_VARIABLE, other.base_url)
        monkeypatch.setenv(TOKENS_VARIABLE, tokens)
        with staged(tmp_path) as play:
            play.start()
            scenarios = (
                posts.an_announcement_is_public_in_its_language_with_its_hashtags,
                posts.a_lost_reply_leaves_one_copy,
            )
            play_in_turn(scenarios, play)
            play.bots.stop()
            visits = (mentions.questions_are_answered_once_in_order_to_the_asker_alone, mentions.followers_are_let_in)
            play_visits(visits, play)
        assert other.asked_for("POST", "/api/v1/statuses")

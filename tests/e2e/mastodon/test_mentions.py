"""What the real bot answers on Mastodon after it was away: on a server of opaque ids that knows no repetition by its key."""

from pathlib import Path

from factories.mastodon import play_visits, staged
from scenarios import mastodon_mentions as mentions


def test_who_wrote_while_the_bot_was_away_is_answered_once(tmp_path: Path) -> None:
    with staged(tmp_path) as play:
        if play.server.behind.ours:
            play.server.forgetful = play.server.opaque_ids = True
            play.server.as_user("bot").lock()
        play.start()
        play.bots.stop()
        play_visits(mentions.VISITS, play)
        mentions.a_power_cut_between_answers_repeats_none(play)

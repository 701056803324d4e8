"""What is published on Mastodon, and what becomes of it when the server, the network or the bot itself is in trouble."""

from datetime import UTC, datetime, timedelta

from factories.mastodon import POSTS, READY, RUNS, Play, Stuck, no_earlier, on_the, words_of
from fakes.mastodon import Fault, answer, hang_up, lose
from scenarios.stage import eventually

EVERYTHING = ("retraction=committed", "cameras=committed", "committee=committed")
LIMIT_LASTS = timedelta(seconds=5)
SMALL = 200
"""Characters of a post on a server where every announcement is a thread."""


def an_instance_that_is_down_when_the_bot_comes_delays_nobody_else(play: Play) -> None:
    """It is waited for; what goes elsewhere goes meanwhile."""
    with play.server.down():
        play.bots.start(RUNS)
        play.bots.until("mastodon_away")
        play.town.announced("Pendant la panne.")
        play.bots.until("Pendant la panne.")
        assert play.server.statuses() == []
    play.bots.until(READY)
    play.published("Pendant la panne.")


def an_announcement_is_public_in_its_language_with_its_hashtags(play: Play) -> None:
    """The hashtags are those of the demand and of the town, each word with a capital."""
    play.town.announced("Un oui public.")
    thread = play.published("Un oui public.")
    assert thread[0]["in_reply_to_id"] is None
    assert {(post["visibility"], post["language"]) for post in thread} == {("public", "fr")}
    words = " ".join(map(words_of, thread)).split()
    assert (words.count("#MoinsDeCameras"), words.count("#Marseille")) == (1, 1)


def an_instance_that_goes_down_delays_nobody_else(play: Play) -> None:
    """Whether it answers that it cannot, or nobody answers at all: the post goes out once, when it is back."""
    for number, fault in enumerate((answer(503), hang_up), start=1):
        words = f"Une autre panne {number}."
        with play.server.fault(fault) as trap:
            play.town.announced(words)
            play.bots.until(words)
            eventually(lambda trap=trap: trap.hits, "the bot asked in vain")
            assert not [post for post in play.server.statuses() if words in words_of(post)]
        play.published(words)


def a_lost_reply_leaves_one_copy(play: Play) -> None:
    """Whether the server knows a repetition by its key or not."""
    for forgetful in (False, True):
        words = f"Perdu en chemin {int(forgetful)}."
        play.server.forgetful = forgetful
        with play.server.fault(lose, "POST", POSTS, 1) as trap:
            play.town.announced(words)
            play.published(words)
        assert trap.hits == 1


def a_correction_edits_the_post_and_a_removal_too(play: Play) -> None:
    """Whoever read the error finds what is right in its place, and an answer to it; what was removed stands nowhere."""
    number = play.town.announced("Une parole erronée.")
    posted = str(play.published("Une parole erronée.")[0]["id"])
    corrected = _confirmed(
        play, "correct", number, "--position", "cameras=partial", "--quote", "La parole exacte.", "--reason", "Mal lu."
    )
    play.settled()
    post = play.server.as_user("bot").read(posted)
    assert post["edited_at"]
    assert "La parole exacte." in words_of(post)
    below = [one for one in play.server.statuses() if one["in_reply_to_id"] == posted]
    assert any("Mal lu." in words_of(one) and one["visibility"] == "public" for one in below)
    _confirmed(play, "remove", corrected, "--reason", "Décision du juge.")
    play.settled()
    assert not [one for one in play.server.statuses() if "La parole exacte." in words_of(one)]
    assert play.server.as_user("bot").read(posted)["id"] == posted


def _confirmed(play: Play, act: str, number: int, *arguments: str) -> int:
    """Do something about an entry and have that confirmed by another person; return the number of the new entry."""
    play.town.run("answers", act, str(number), *arguments, "--as", "Ada")
    [(new,)] = play.town.select("SELECT max(id) FROM answer")
    play.town.run("answers", "confirm", str(new), "--version", "1", "--as", "Bo")
    return int(str(new))


def a_kill_while_it_posts_leaves_one_copy(play: Play) -> None:
    """The server has taken it, and the bot dies before it hears of that."""
    stuck = Stuck()
    with play.server.fault(stuck, "POST", POSTS, 1):
        play.town.announced("Coupure de courant.")
        stuck.kill(play.bots)
    play.start()
    play.published("Coupure de courant.")


def a_thread_that_breaks_off_is_gone_on_with(play: Play) -> None:
    """Its second part is taken without a reply, or refused: what stands stays, and the rest follows below it."""
    faults: tuple[Fault, ...] = (lose, answer(422, "Validation failed"))
    for number, fault in enumerate(faults, start=1):
        words = f"Une longue parole {number}."
        with play.server.fault(on_the(2, fault), "POST", POSTS):
            play.town.announced(words, *EVERYTHING)
            thread = play.published(words)
        assert len(thread) > 2
        texts = [words_of(post) for post in thread]
        assert len(set(texts)) == len(texts)
        known = {post["id"] for post in thread}
        assert not [
            post for post in play.server.statuses() if post["in_reply_to_id"] in known and post["id"] not in known
        ]


def a_limit_is_waited_out_even_by_the_process_after(play: Play) -> None:
    """What the server said of its limit is known to a bot that begins again after a power cut."""
    over = datetime.now(UTC) + LIMIT_LASTS
    too_many = answer(429, "Too many requests", X_RateLimit_Remaining="0", X_RateLimit_Reset=over.isoformat())
    with play.server.fault(too_many, "POST", POSTS, 1) as trap:
        play.town.announced("Beaucoup trop vite.")
        eventually(lambda: trap.hits, "the limit is met")
    held = "SELECT 1 FROM pace WHERE road = 'mastodon:requests' AND not_before IS NOT NULL"
    eventually(lambda: play.town.select(held), "the limit is written down")
    asked = len(play.server.asked_for("POST", POSTS))
    play.bots.kill()
    # A bot that begins asks what the server takes: from now on each announcement is a thread of many parts.
    play.server.characters = SMALL
    play.start()

    def posted() -> bool:
        play.town.hurry()
        return len(play.server.asked_for("POST", POSTS)) > asked

    no_earlier(over, posted, "a post before the limit was over")
    play.published("Beaucoup trop vite.")


SCENARIOS = (
    an_instance_that_is_down_when_the_bot_comes_delays_nobody_else,
    an_announcement_is_public_in_its_language_with_its_hashtags,
    an_instance_that_goes_down_delays_nobody_else,
    a_lost_reply_leaves_one_copy,
    a_correction_edits_the_post_and_a_removal_too,
    a_kill_while_it_posts_leaves_one_copy,
    a_limit_is_waited_out_even_by_the_process_after,
    a_thread_that_breaks_off_is_gone_on_with,
)

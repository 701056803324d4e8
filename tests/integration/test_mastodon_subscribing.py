"""Subscribing by private mentions, the quieter way that is told beside it, and how it ends."""

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from factories.mastodon_life import Bot
from factories.services import installed
from fakes.mastodon import MastodonServer, mastodon_server
from pledgebot.clock import MovedClock
from pledgebot.domain.audience import Rhythm, Spot, TopicKind
from pledgebot.services.subscriber_views import SubscriberView, find_subscriber
from pledgebot.store.engine import Database
from pledgebot.store.tables import Destination, Inbox

pytestmark = pytest.mark.engines("sqlite")

ALICE = "alice@social.example.org"
YES = "abonner oui : cameras"


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server on which nobody wrote anything yet."""
    with mastodon_server() as opened:
        yield opened


@pytest.fixture
def bot(server: MastodonServer, database: Database, clock: MovedClock) -> Iterator[Bot]:
    """A bot that has begun to listen."""
    installed(database, clock.now())
    begun = Bot(server, database, clock).begin()
    yield begun
    begun.close()


def tell(bot: Bot, *words: str, user: str = "alice", visibility: str = "direct", language: str = "fr") -> str:
    """Let somebody write to the bot, and return the last thing that it said then, the parts of a thread together."""
    said = ""
    for text in words:
        before = len(bot.server.statuses())
        bot.server.as_user(user).post(f"@bot {text}", visibility, language=language)
        bot.later(timedelta(minutes=15))
        parts = bot.server.statuses()[before:]
        assert {part["visibility"] for part in parts} == {visibility}
        said = "\n".join(str(part["content"]) for part in parts)
    return said


def kept(bot: Bot, address: str = ALICE) -> SubscriberView | None:
    """Return what is kept of an account."""
    with bot.database.read() as session:
        return find_subscriber(session, Spot("mastodon", address))


def followed(bot: Bot) -> list[TopicKind]:
    """Return what Alice follows."""
    view = kept(bot)
    return [one.topic.kind for one in view.topics] if view is not None and view.active else []


def nothing_of(bot: Bot, name: str) -> bool:
    """Tell whether a name stands nowhere in what is kept of places and in what came in."""
    with bot.database.read() as session:
        rows = [session.execute(sa.select(*table.__table__.columns)).all() for table in (Destination, Inbox)]
    return name not in repr(rows)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_subscription_needs_a_yes_that_can_be_written(bot: Bot) -> None:
    asked = tell(bot, "subscribe cameras", language="en")

    assert kept(bot) is None
    assert "/subscribe yes: " in asked
    assert "number of this chat" not in asked

    tell(bot, "/subscribe yes: cameras", language="en")

    view = kept(bot)
    assert view is not None
    assert followed(bot) == [TopicKind.DEMAND]
    assert view.rhythm is Rhythm.DAILY
    assert view.language == "en"
    assert view.consented_at == bot.clock.now()


def test_the_quieter_way_is_told_beside_it(bot: Bot) -> None:
    told = tell(bot, "subscribe", language="en")

    assert "quieter way" in told
    assert "@\u2060bot@social.example.org" in told
    assert 'tags/cameras"' in told.lower() or "#cameras" in told.lower()


def test_nobody_is_told_to_press_anything(bot: Bot) -> None:
    told = [
        tell(bot, words, language="en")
        for words in ("subscribe", "subscribe cameras", "subscribe yes: cameras", "subscribe")
    ]

    assert not [words for words in told if "button" in words.lower()]
    assert "Cameras" in told[0]
    assert "once a day at most" in told[-1]


@pytest.mark.parametrize(
    ("words", "rhythm"),
    [
        ("hebdo", Rhythm.WEEKLY),
        ("Weekly!", Rhythm.WEEKLY),
        ("/digest weekly", Rhythm.WEEKLY),
        ("quotidien", Rhythm.DAILY),
        ("daily", Rhythm.DAILY),
        ("/digest at once", Rhythm.DAILY),
    ],
)
def test_a_digest_comes_daily_or_weekly_and_never_at_once(bot: Bot, words: str, rhythm: Rhythm) -> None:
    tell(bot, YES, "weekly" if rhythm is Rhythm.DAILY else "daily")

    tell(bot, words)

    view = kept(bot)
    assert view is not None
    assert view.rhythm is rhythm


def test_an_hour_may_be_chosen(bot: Bot) -> None:
    tell(bot, YES, "/digest daily 8h")

    view = kept(bot)
    assert view is not None
    assert (view.rhythm, view.hour) == (Rhythm.DAILY, time(8))


@pytest.mark.engines("sqlite", "postgresql")
def test_the_day_and_the_clocks_may_be_chosen_in_plain_words(bot: Bot) -> None:
    tell(bot, YES, "résumé hebdo lundi 8h", "fuseau La Réunion", "calme 22h-7h")

    view = kept(bot)
    assert view is not None
    assert (view.rhythm, view.weekday, view.hour) == (Rhythm.WEEKLY, 0, time(8))
    assert (view.zone, view.quiet) == ("Indian/Reunion", (time(22), time(7)))

    tell(bot, "digest weekly friday", "timezone Europe/Paris", language="en")

    view = kept(bot)
    assert view is not None
    assert (view.weekday, view.hour, view.zone) == (4, time(8), "Europe/Paris")


@pytest.mark.parametrize("word", ["stop", "Stop !", "oublier", "forget", "/unsubscribe"])
def test_one_word_ends_it_and_nothing_is_left(bot: Bot, word: str) -> None:
    tell(bot, YES)
    assert followed(bot)

    tell(bot, word)

    assert kept(bot) is None
    assert nothing_of(bot, "alice")


def test_one_thing_of_several_may_be_dropped(bot: Bot) -> None:
    tell(bot, YES, "abonner liste exemple a", "désabonner cameras")

    assert followed(bot) == [TopicKind.LIST]


@pytest.mark.parametrize("words", ["mes données", "mydata", "my data"])
def test_whoever_asks_is_told_what_is_kept(bot: Bot, words: str) -> None:
    tell(bot, YES)

    told = tell(bot, words)

    assert ALICE in told.replace("\u2060", "")


def test_an_account_of_another_server_has_its_own_address(bot: Bot) -> None:
    tell(bot, YES, user="dora")

    assert kept(bot, "dora@ailleurs.example.org") is not None


@pytest.mark.parametrize("words", ["subscribe cameras", YES, "stop", "forget", "mydata", "hebdo"])
def test_in_public_nothing_is_kept_and_the_private_way_is_told(bot: Bot, words: str) -> None:
    tell(bot, YES)
    bot.server.as_user("bob").post(f"@bot {words}", "public", language="en")
    bot.later()

    posts = [post for post in bot.server.statuses() if post["visibility"] == "unlisted"]
    assert "private mention" in "".join(str(post["content"]) for post in posts)
    assert nothing_of(bot, "bob")
    assert followed(bot) == [TopicKind.DEMAND]


def test_an_old_wish_to_stop_is_still_done(bot: Bot) -> None:
    tell(bot, YES)
    post = bot.server.as_user("alice").post("@bot stop", "direct")
    bot.written_ago(post["id"], timedelta(days=3))

    bot.later()

    assert kept(bot) is None


@pytest.mark.engines("sqlite", "postgresql")
def test_to_stop_is_done_however_often_one_wrote_before(bot: Bot) -> None:
    tell(bot, YES)
    for _number in range(25):
        bot.server.as_user("alice").post("@bot cameras ?", "direct")
    bot.server.as_user("alice").post("@bot stop", "direct")

    bot.turn()

    assert kept(bot) is None
    assert nothing_of(bot, "alice")


@pytest.mark.engines("sqlite", "postgresql")
def test_a_block_ends_it_within_the_hour(bot: Bot) -> None:
    tell(bot, YES)
    tell(bot, YES, user="bob")
    bot.server.as_user("alice").block("bot")

    bot.later(timedelta(hours=1))

    assert followed(bot) == []
    bob = kept(bot, "bob@social.example.org")
    assert bob is not None
    assert bob.active


def test_nobody_is_an_organizer_there(bot: Bot) -> None:
    told = tell(bot, "/pending", language="en")

    assert "/stances" in told

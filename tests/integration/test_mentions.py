"""Answering mentions on a real server: whom, where, in which language, once; and what happens when something goes wrong."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.mastodon_life import NOTIFICATIONS, POSTS, Bot, Killed
from factories.services import installed
from fakes.mastodon import MastodonServer, answer, hang_up, html_of_mastodon, lose, mastodon_server
from pledgebot.clock import MovedClock
from pledgebot.domain.errors import Unusable
from pledgebot.services.inbox import inbox_counts
from pledgebot.store.engine import Database
from pledgebot.store.tables import Inbox, InboxState

pytestmark = pytest.mark.engines("sqlite")

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


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


def said(server: MastodonServer) -> list[str]:
    """Return what the bot posted, the oldest first."""
    return [str(post["content"]) for post in server.statuses()]


def answered(server: MastodonServer) -> list[object]:
    """Return which posts the bot answered, in the order of its answers."""
    return [post["in_reply_to_id"] for post in server.statuses()]


def waits(database: Database) -> int:
    """Return how many mentions wait."""
    with database.read() as session:
        return inbox_counts(session).waiting


def everything_kept(database: Database) -> str:
    """Return all that the inbox holds, as one text."""
    with database.read() as session:
        return repr(session.execute(sa.select(*Inbox.__table__.columns)).all())


def test_each_look_each_answer_and_each_plea_for_patience_is_counted(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?")
    bot.later()
    server.fault(answer(429, "Too many requests", Retry_After="17"), times=1)
    bot.later()
    counted = bot.tallies.counted()
    assert counted.heard_at["mastodon"] == bot.clock.now() - timedelta(minutes=2)
    assert sum(counted.answers["mastodon"].buckets) == 1
    assert (counted.refusals["mastodon"], counted.waits["mastodon"]) == (1, 17)


def test_a_question_is_answered_below_it_to_the_asker_alone(bot: Bot, server: MastodonServer) -> None:
    asked = server.as_user("alice").post("@bot @bob caméras ?", language="fr")

    bot.turn()

    (reply,) = server.statuses()
    assert reply["in_reply_to_id"] == asked["id"]
    assert reply["visibility"] == "unlisted"
    assert reply["language"] == "fr"
    assert "Cameras" in str(reply["content"])
    assert [one["acct"] for one in reply["mentions"]] == ["alice"]  # type: ignore[attr-defined]  # the server's JSON
    assert str(server.asked_for("POST", POSTS)[0].key).startswith(f"mention-{asked['id']}-1-")
    assert waits(bot.database) == 0


def test_whoever_asks_for_a_picture_gets_it_with_its_description(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot image Liste Exemple A ?", language="fr")

    bot.turn()

    (reply,) = server.statuses()
    (picture,) = reply["media_attachments"]  # type: ignore[misc]  # the server's JSON
    assert "Image\u00a0: Liste Exemple A." in str(picture["description"])
    assert "Liste Exemple A" in str(reply["content"])


def test_a_picture_that_was_decided_before_a_crash_is_given_after_it(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot image Liste Exemple A ?", language="fr")
    bot.restart(dies=True)
    with pytest.raises(Killed):
        bot.turn()
    bot.restart().turn()
    (reply,) = server.statuses()
    assert len(reply["media_attachments"]) == 1  # type: ignore[arg-type]  # the server's JSON


def test_a_private_question_is_answered_in_private(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot list Exemple A", "direct", language="en")
    server.as_user("bob").post("@bot list Exemple A", "private", language="en")

    bot.turn()

    assert [(one["visibility"], one["language"]) for one in server.statuses()] == [("direct", "en")] * 2


def test_a_language_that_is_not_offered_is_answered_in_the_first(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot cameras ?", language="de")

    bot.turn()

    assert [one["language"] for one in server.statuses()] == ["fr"]


def test_somebody_of_another_server_is_answered_by_their_whole_name(bot: Bot, server: MastodonServer) -> None:
    server.as_user("dora").post("@bot caméras ?", language="fr")

    bot.turn()

    (reply,) = server.statuses()
    assert [one["acct"] for one in reply["mentions"]] == ["dora@ailleurs.example.org"]  # type: ignore[attr-defined]  # JSON


def test_what_was_asked_before_the_bot_ever_came_is_not_answered(
    server: MastodonServer, database: Database, clock: MovedClock
) -> None:
    installed(database, clock.now())
    server.as_user("alice").post("@bot caméras ?")

    bot = Bot(server, database, clock).begin()
    server.as_user("bob").post("@bot cameras ?")
    bot.turn()
    bot.close()

    assert [one["acct"] for one in server.statuses()[0]["mentions"]] == ["bob"]  # type: ignore[attr-defined]  # JSON
    assert len(server.statuses()) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_what_was_asked_while_the_bot_was_down_is_answered_once_and_in_order(bot: Bot, server: MastodonServer) -> None:
    asked = [
        server.as_user(("alice", "bob", "carol")[number % 3]).post(f"@bot caméras ? {number}")["id"]
        for number in range(45)
    ]

    bot.restart().turn()
    bot.turn()
    bot.restart().turn()

    assert answered(server) == asked
    assert waits(bot.database) == 0


@pytest.mark.engines("sqlite", "postgresql")
def test_nothing_of_an_asker_is_kept_when_they_are_answered(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?")

    bot.turn()

    assert "alice" not in everything_kept(bot.database)
    assert "cam" not in everything_kept(bot.database)


def test_a_program_a_boost_and_the_bot_itself_get_no_answer(bot: Bot, server: MastodonServer) -> None:
    announced = server.as_user("bot").post("@bot Liste Exemple A ?")
    server.as_user("alice").boost(str(announced["id"]))
    server.as_user("robot").post("@bot caméras ?")

    bot.turn()

    assert [one["id"] for one in server.statuses()] == [announced["id"]]
    assert "robot" not in everything_kept(bot.database)


@pytest.mark.parametrize(
    ("text", "is_answered"),
    [
        ("Merci à @bot pour son travail sur les caméras", False),
        ("Et la Liste Exemple A, elle en dit quoi, @bot ?", True),
        ("Que dit la Liste Exemple A des caméras, @bot ?", True),
        ("Quelle est la liste des courses, @bot ?", False),
        ("On se voit demain avec @bot ?", False),
        ("@bot", True),
        ("@bot n’importe quoi", True),
    ],
)
def test_to_be_cited_is_not_to_be_asked(bot: Bot, server: MastodonServer, text: str, is_answered: bool) -> None:
    server.as_user("alice").post(text, language="fr")

    bot.turn()

    assert bool(server.statuses()) is is_answered


def test_those_who_talk_among_themselves_are_left_alone(bot: Bot, server: MastodonServer) -> None:
    first = server.as_user("alice").post("@bot caméras ?")
    bot.turn()
    server.as_user("bob").post("@alice @bot et les caméras de la Liste Exemple A ?", reply_to=str(first["id"]))

    bot.turn()

    assert answered(server) == [first["id"]]


def test_whoever_answers_the_bot_is_answered_wherever_its_name_stands(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?")
    bot.turn()
    (reply,) = server.statuses()
    again = server.as_user("bob").post("@alice @bot et la Liste Exemple A ?", reply_to=str(reply["id"]))

    bot.turn()

    assert answered(server)[1:] == [again["id"]]


def test_thanks_end_a_talk(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?")
    bot.turn()
    (reply,) = server.statuses()
    server.as_user("alice").post("@bot un grand merci !", reply_to=str(reply["id"]))

    bot.turn()

    assert len(server.statuses()) == 1
    assert waits(bot.database) == 0


@pytest.mark.engines("sqlite", "postgresql")
def test_a_thread_gets_five_answers_an_hour_across_restarts(bot: Bot, server: MastodonServer) -> None:
    above: str | None = None
    for _number in range(7):
        server.as_user("alice").post("@bot caméras ?", reply_to=above)
        bot.restart().later(MINUTE)
        above = str(server.statuses()[-1]["id"])

    assert len(server.statuses()) == 5
    assert waits(bot.database) == 0
    # Another thread, another person, another hour.
    server.as_user("alice").post("@bot caméras ?")
    server.as_user("bob").post("@bot caméras ?", reply_to=above)
    bot.turn()
    assert len(server.statuses()) == 7
    server.as_user("alice").post("@bot caméras ?", reply_to=above)
    bot.later(timedelta(hours=1))
    assert len(server.statuses()) == 8


def test_one_account_gets_twenty_answers_an_hour(bot: Bot, server: MastodonServer) -> None:
    for _number in range(22):
        server.as_user("alice").post("@bot caméras ?")
    server.as_user("bob").post("@bot caméras ?")

    bot.turn()

    assert len(server.statuses()) == 21


def test_what_is_older_than_a_day_is_passed_over(bot: Bot, server: MastodonServer) -> None:
    old = server.as_user("alice").post("@bot caméras ?")
    recent = server.as_user("bob").post("@bot caméras ?")
    bot.written_ago(old["id"], DAY + MINUTE)
    bot.written_ago(recent["id"], DAY - MINUTE)

    bot.turn()

    assert answered(server) == [recent["id"]]
    assert waits(bot.database) == 0


def test_a_mention_that_is_edited_is_not_answered_again(bot: Bot, server: MastodonServer) -> None:
    asked = server.as_user("alice").post("@bot caméras ?")
    bot.turn()
    server.as_user("alice").edit(str(asked["id"]), "@bot caméras et Liste Exemple A ?")
    # Some servers tell of it anew.
    server.rewrite(lambda thing: {**thing, "id": "999999"} if "status" in thing else thing, NOTIFICATIONS)

    bot.turn()

    assert answered(server) == [asked["id"]]


def test_a_mention_that_is_deleted_meanwhile_is_done_with(bot: Bot, server: MastodonServer) -> None:
    asked = server.as_user("alice").post("@bot caméras ?")
    with server.fault(answer(429), "POST", POSTS):
        bot.turn()
    assert waits(bot.database) == 1
    server.as_user("alice").delete(str(asked["id"]))
    other = server.as_user("bob").post("@bot caméras ?")

    bot.later(timedelta(minutes=10))

    assert answered(server) == [other["id"]]
    assert waits(bot.database) == 0


@pytest.mark.parametrize("forgetful", [False, True])
def test_when_the_reply_is_lost_one_copy_remains(bot: Bot, server: MastodonServer, forgetful: bool) -> None:
    server.forgetful = forgetful
    server.as_user("alice").post("@bot caméras ?")
    with server.fault(lose, "POST", POSTS):
        bot.turn()
    assert len(server.statuses()) == 1
    assert waits(bot.database) == 1

    bot.later()

    assert len(server.statuses()) == 1
    assert waits(bot.database) == 0


@pytest.mark.engines("sqlite", "postgresql")
def test_an_answer_that_was_decided_before_a_crash_is_given_after_it(bot: Bot, server: MastodonServer) -> None:
    asked = server.as_user("alice").post("@bot caméras ?")
    bot.restart(dies=True)
    with pytest.raises(Killed):
        bot.turn()
    assert server.statuses() == []

    bot.restart().turn()
    bot.restart().turn()

    assert answered(server) == [asked["id"]]


@pytest.mark.engines("sqlite", "postgresql")
def test_two_who_ask_the_same_are_both_answered_after_a_crash(bot: Bot, server: MastodonServer) -> None:
    asked = [server.as_user(name).post("@bot caméras ?")["id"] for name in ("alice", "bob")]
    with server.fault(hang_up, "POST", POSTS):
        bot.turn()
    assert server.statuses() == []

    bot.restart().turn()

    assert answered(server) == asked


def test_a_thread_that_broke_off_goes_on_where_it_broke(bot: Bot, server: MastodonServer) -> None:
    server.characters = 200
    bot.restart()
    asked = server.as_user("alice").post("@bot help", language="en")
    done = 0

    def second(way: Callable[[], object]) -> object:
        nonlocal done
        done += 1
        return way() if done == 1 else None

    with server.fault(second, "POST", POSTS):  # type: ignore[arg-type]  # what the way returns is passed on
        bot.turn()
    assert len(server.statuses()) == 1

    bot.restart().turn()

    posts = server.statuses()
    assert [post["in_reply_to_id"] for post in posts] == [asked["id"], *[post["id"] for post in posts[:-1]]]
    assert len({str(post["content"]) for post in posts}) == len(posts) > 1


def test_a_long_answer_is_cut_short_and_says_where_the_rest_is(
    server: MastodonServer, database: Database, clock: MovedClock
) -> None:
    installed(database, clock.now())
    server.characters = 200
    bot = Bot(server, database, clock, board="https://board.example.org").begin()
    server.as_user("alice").post("@bot help", language="en")

    bot.turn()
    bot.close()

    posts = said(server)
    assert len(posts) == 3
    assert "There is more than fits here" in posts[-1]
    assert "https://board.example.org" in posts[-1]


def test_a_content_warning_is_kept(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?", warning="Élections")

    bot.turn()

    assert [one["spoiler_text"] for one in server.statuses()] == ["Élections"]


@pytest.mark.engines("sqlite", "postgresql")
def test_one_that_fails_does_not_keep_others_waiting(bot: Bot, server: MastodonServer) -> None:
    first = server.as_user("alice").post("@bot caméras ?")
    later = server.as_user("alice").post("@bot Liste Exemple A ?")
    other = server.as_user("bob").post("@bot caméras ?")
    with server.fault(answer(503), "POST", POSTS, times=1):
        bot.turn()
    # Too early: the first is not tried again, and what its author asked after it waits behind it.
    bot.turn()
    assert answered(server) == [other["id"]]

    bot.later()

    assert answered(server) == [other["id"], first["id"], later["id"]]


def test_a_refused_answer_is_done_with(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?")
    with server.fault(answer(422, "no"), "POST", POSTS, times=1):
        bot.turn()

    bot.later()

    assert server.statuses() == []
    assert waits(bot.database) == 0


def test_a_server_that_is_down_for_an_hour_is_waited_for(bot: Bot, server: MastodonServer) -> None:
    asked = server.as_user("alice").post("@bot caméras ?")
    with server.down():
        for _minute in range(60):
            bot.later(MINUTE)
    assert server.statuses() == []

    bot.later()

    assert answered(server) == [asked["id"]]


def test_a_server_that_asks_for_patience_is_given_it(bot: Bot, server: MastodonServer) -> None:
    server.as_user("alice").post("@bot caméras ?")
    with server.fault(answer(429, Retry_After="240"), "GET", NOTIFICATIONS):
        wait = bot.turn()

    assert timedelta(seconds=200) < wait <= timedelta(minutes=5)


@pytest.mark.parametrize(
    "content",
    [
        '<p>@bot <script>alert("caméras")</script><img src=x onerror="x()">Liste Exemple A ?</p>',
        "<p>@bot " + "<b>" * 5000 + "Liste Exemple A ?",
        "<p>@bot &#x202e;? A elpmexE etsiL &#0; <!-- ",
        "<p>@bot \u05de\u05d4 \u200f\u202bListe Exemple A\u202c ?</p>",
        "<p>@bot Liste Exemple A ? " + "caméras " * 1250 + "</p>",
        "<p>@bot @everyone #tag https://evil.example.org ?</p>",
        "",
    ],
)
def test_whatever_a_mention_holds_it_is_answered_once_and_calls_nobody(
    bot: Bot, server: MastodonServer, content: str
) -> None:
    server.as_user("alice").post("@bot x", "direct")
    server.rewrite(lambda thing: {**thing, "content": content} if "content" in thing else thing, NOTIFICATIONS)

    bot.turn()

    posts = server.statuses()
    assert 1 <= len(posts) <= 4
    for post in posts:
        assert [one["acct"] for one in post["mentions"]] == ["alice"]  # type: ignore[attr-defined]  # the server's JSON
        assert "<script" not in str(post["content"])
        assert "\u202e" not in str(post["content"])
        assert "evil.example.org" not in str(post["content"]).replace("\u2060", "·")


def test_mentions_are_read_as_mastodon_writes_them(bot: Bot, server: MastodonServer) -> None:
    server.rewrite(html_of_mastodon)
    server.as_user("alice").post("@bot Liste Exemple A ?")

    bot.turn()

    assert "Liste Exemple A" in said(server)[0]


def test_a_name_is_known_by_the_page_that_it_leads_to(bot: Bot, server: MastodonServer) -> None:
    page = '<p><a href="https://social.example.org/@bot" class="mention">The list robot</a> Liste Exemple A ?</p>'
    server.rewrite(lambda thing: {**thing, "content": page} if "content" in thing else thing, NOTIFICATIONS)
    server.rewrite(
        lambda thing: {**thing, "url": "https://social.example.org/@bot"} if thing.get("acct") == "bot" else thing,
        NOTIFICATIONS,
    )
    server.as_user("alice").post("@bot x")

    bot.turn()

    (reply,) = said(server)
    assert "Liste Exemple A" in reply
    assert "robot" not in reply


@pytest.mark.engines("sqlite", "postgresql")
def test_ids_may_be_anything(bot: Bot, server: MastodonServer) -> None:
    server.opaque_ids = True
    bot.restart()
    asked = server.as_user("alice").post("@bot caméras ?")

    bot.turn()
    bot.restart().turn()

    assert answered(server) == [asked["id"]]


def test_follow_requests_are_accepted(bot: Bot, server: MastodonServer) -> None:
    server.as_user("bot").lock()
    server.as_user("alice").follow("bot")

    bot.later(timedelta(minutes=5))

    assert [one["acct"] for one in server.as_user("bot").followers()] == ["alice"]


def test_whoever_may_not_work_asks_nothing(bot: Bot, server: MastodonServer) -> None:
    bot.works = False
    before = len(server.asked)

    bot.turn()

    assert len(server.asked) == before


def test_a_wrong_token_is_said_in_one_line(server: MastodonServer, database: Database, clock: MovedClock) -> None:
    bot = Bot(server, database, clock, token="wrong")  # noqa: S106 - it is none

    with pytest.raises(Unusable, match="refuses the account's token"):
        asyncio.run(bot.life.run())
    bot.close()


def test_an_absent_server_is_waited_for_longer_and_longer(
    server: MastodonServer, database: Database, clock: MovedClock
) -> None:
    installed(database, clock.now())
    bot = Bot(server, database, clock)
    with server.fault(answer(503), times=5):
        asyncio.run(bot.life.begin())
    bot.close()

    assert bot.pauses == [1, 2, 4, 8, 16]
    assert bot.life.ready


def test_what_cannot_be_read_is_set_aside(bot: Bot, server: MastodonServer) -> None:
    with bot.database.begin() as session:
        session.execute(
            sa.insert(Inbox).values(
                source="mastodon",
                external_id="1",
                chat="x",
                payload="[",
                received_at=bot.clock.now(),
                state=InboxState.NEW,
            )
        )
    asked = server.as_user("alice").post("@bot caméras ?")

    bot.turn()

    assert answered(server) == [asked["id"]]
    assert waits(bot.database) == 0

"""What followers hear who ask during the electoral silence: a notice and nothing of any list, by whatever mouth they ask."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import sqlalchemy as sa

from factories.mastodon_life import Bot, Killed
from factories.services import Installed, a_plan, an_answer, confirmed, install
from factories.telegram_life import MANNERS, caught_up, living, played, responder_on
from fakes.mastodon import MastodonServer, mastodon_server
from fakes.telegram import TelegramServer
from pledgebot.chat import terminal
from pledgebot.chat.answers import Asker, press, reply
from pledgebot.chat.pressing import SHOWN
from pledgebot.chat.suggestions import suggest
from pledgebot.chat.telegram.acts import acts_from_json, acts_to_json
from pledgebot.chat.telegram.responder import Live
from pledgebot.chat.telegram.turns import Membership, Person, Turn, What
from pledgebot.chat.telegram.whereabouts import greeted
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.policy import Policy, SilenceAnswers
from pledgebot.messages.panels import Elsewhere
from pledgebot.messages.presses import Press
from pledgebot.messages.render import plain
from pledgebot.services.lookup import Directories
from pledgebot.store.engine import Database
from pledgebot.store.tables import Round

pytestmark = pytest.mark.engines("sqlite")

BEGINS = datetime(2026, 3, 13, 23, 0, tzinfo=UTC)
"""Saturday 14 March, 00:00 in Paris."""
ENDS = datetime(2026, 3, 15, 19, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WITHIN = BEGINS + timedelta(hours=9)
BOARD = "https://exemple.invalid/tableau"
NOTICE = "Until the polls have closed"
UNTIL = "Sunday, 15 March 2026 at 20:00, time of Paris (Europe/Paris)"
OF_LISTS = ("Liste Exemple", "Bannière", "Cameras", "Committee", "committed", "refused", "letter")

ALONE = Asker("en", spot=Spot("telegram", "1000"), administrator=True)
IN_GROUP = Asker("en", spot=Spot("telegram", "-1000", place=PlaceKind.GROUP))
IN_TERMINAL = Asker("en")
QUESTIONS = (
    "/stances", "/list Liste Exemple A", "Liste Exemple A", "bannière exemple", "/demand cameras", "cameras", "/demand",
    "/compare Liste Exemple A et Liste Exemple B", "/history Liste Exemple A", "/letter", "/lists", "Marseille", "no such thing",
    "/start list-1", "/start stances", "/start proof-1",
)  # fmt: skip


def example(database: Database, policy: Policy | None = None, now: datetime = BEGINS - timedelta(days=20)) -> Installed:
    """Install the example; A committed on the cameras long ago, and B refused on the Saturday of the vote."""
    # Without the limit of the last days, or nothing new could be told of B.
    plan = replace(a_plan(), policy=replace(policy or Policy(board_url=BOARD), negative_days=0))
    with database.begin() as session:
        there = install(session, now, plan)
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, now)
        refused = an_answer(there.b, {"cameras": Position.REFUSED}, said=date(2026, 3, 12))
        confirmed(session, refused, there, BEGINS + timedelta(hours=1))
    return there


@pytest.fixture
def there(database: Database) -> Installed:
    """The example as it is when nothing else is decided."""
    return example(database)


def heard(database: Database, text: str, asker: Asker = ALONE, now: datetime = WITHIN) -> str:
    return "\n".join(map(plain, reply(database, text, asker, now).messages))


def is_notice(told: str) -> bool:
    return NOTICE in told and UNTIL in told and BOARD in told and not any(word in told for word in OF_LISTS)


@pytest.mark.engines("sqlite", "postgresql")
def test_whatever_is_asked_of_lists_gets_the_notice_and_nothing_about_any(database: Database, there: Installed) -> None:
    assert there
    for text in QUESTIONS:
        for asker in (ALONE, IN_GROUP, IN_TERMINAL):
            assert is_notice(heard(database, text, asker)), (text, asker)
    told = reply(database, "/stances", ALONE, WITHIN).messages[0]
    assert [(button.press, button.url) for row in told.buttons for button in row] == [("dates", ""), ("", BOARD)]
    assert not reply(database, "/nothing", IN_GROUP, WITHIN).messages


def test_every_button_gets_the_notice_but_those_that_tell_of_no_list(database: Database, there: Installed) -> None:
    service = {"dates", "help", "privacy", "start"}
    arguments = {"history": ("list", str(there.list_a)), **dict.fromkeys({*service, "stances", "letter"}, ())}
    for verb in SHOWN:
        told = press(database, Press(verb, arguments.get(verb, ("1",))), ALONE, WITHIN)
        assert told is not None
        (message,) = told.messages
        assert is_notice(plain(message)) == (verb not in service), verb
        assert not told.in_place


def test_what_is_no_question_about_lists_goes_on(database: Database, there: Installed) -> None:
    assert there
    told = [
        heard(database, text)
        for text in (
            "/help", "/dates", "/privacy", "/mydata", "/subscribe Liste Exemple A", "/quiet 22h-7h", "/digest daily 18h",
            "/language en", "/stop", "/forget",
        )
    ]  # fmt: skip
    assert not any(NOTICE in one for one in told)
    assert "What you can ask" in told[0]
    assert "Polling days" in told[1]
    assert "Liste Exemple A" in told[4]


def test_whoever_comes_in_the_silence_is_told_what_this_is_and_why_it_is_silent(
    database: Database, there: Installed
) -> None:
    assert there
    told = heard(database, "/start")
    assert "Welcome" in told
    assert NOTICE in told
    assert "Example letter" not in told
    group = Spot("telegram", "-7", place=PlaceKind.GROUP)
    came = Membership(group, Elsewhere("Exemple"), Person(1), was_there=False, is_there=True, writes=True)
    for now, named in ((WITHIN, False), (ENDS, True)):
        (say,) = greeted(database, came, MANNERS, Directories(), now).acts
        assert ("Lettre d’exemple" in plain(say.message)) == named  # type: ignore[union-attr]  # words, no file


def test_it_begins_at_midnight_and_ends_when_the_polls_close_to_the_second(
    database: Database, there: Installed
) -> None:
    assert there
    moments = (BEGINS - SECOND, BEGINS, ENDS - SECOND, ENDS)
    assert [is_notice(heard(database, "/stances", now=now)) for now in moments] == [False, True, True, False]


def test_without_the_rule_or_without_any_polling_day_there_is_no_notice(database: Database) -> None:
    example(database, Policy(rule=SilenceRule.NONE))
    assert "Liste Exemple A" in heard(database, "/stances")
    with database.begin() as session:
        session.execute(sa.update(Round).values(day=date(2027, 3, 14)))
    assert "Liste Exemple A" in heard(database, "/stances")


def test_a_calendar_that_cannot_be_read_is_taken_for_a_silence_from_which_anybody_may_leave(
    database: Database, clock: MovedClock, there: Installed
) -> None:
    assert there
    with database.begin() as session:
        session.execute(sa.update(Round).values(zone="Nowhere/At_all"))
    for text in (*QUESTIONS, "/dates", "/start"):
        told = heard(database, text)
        assert "I cannot read the calendar" in told
        assert "Ask again later" in told
        assert "Liste Exemple" not in told
    assert "I cannot read" not in heard(database, "/stop")
    assert "I cannot read" not in heard(database, "stop")
    (one,) = suggest(database, "exemple", ALONE, WITHIN)
    assert "I cannot read the calendar" in plain(one.message)
    outcome = responder_on(database, clock).respond(0, asking("/stances"), Live())
    assert "I cannot read the calendar" in acts_to_json(outcome.acts)


def test_organizers_see_everything_as_it_is(database: Database, there: Installed) -> None:
    organizer = replace(ALONE, organizer=there.alix)
    for text in ("/list Liste Exemple B", "/stances"):
        told = heard(database, text, organizer)
        assert "refused" in told
        assert NOTICE not in told
    shown = press(database, Press("list", (str(there.list_b),)), organizer, WITHIN)
    assert shown is not None
    assert "refused" in plain(shown.messages[0])


def test_the_terminal_is_a_mouth_like_the_others(database: Database, there: Installed, clock: MovedClock) -> None:
    clock.move(to=WITHIN)
    said = {}
    for name, asker in (("follower", IN_TERMINAL), ("organizer", replace(IN_TERMINAL, organizer=there.alix))):
        out = StringIO()
        terminal.converse(database, clock, asker, lines=iter(["Liste Exemple B"]), out=out)
        said[name] = out.getvalue()
    assert is_notice(said["follower"])
    assert "refused" in said["organizer"]


@pytest.mark.engines("sqlite", "postgresql")
def test_told_in_full_it_is_the_state_at_the_beginning_with_one_line_that_says_so(database: Database) -> None:
    there = example(database, Policy(answers=SilenceAnswers.FULL, board_url=BOARD))
    directories, organizer = Directories(), replace(ALONE, organizer=there.alix)
    line = "how things stood when it began, on Saturday, 14 March 2026 at 00:00, time of Paris"
    for asker, sees in ((organizer, True), (ALONE, False), (organizer, True)):
        for text in (
            "/list Liste Exemple B",
            "/stances",
            "/demand cameras",
            "/history Liste Exemple B",
            "/start proof-2",
        ):
            (message,) = reply(database, text, asker, WITHIN, directories).messages
            told = plain(message)
            assert (told.count(line), "12 March" in told or "refused" in told) == (0 if sees else 1, sees), text
    assert line not in heard(database, "/dates")
    (one,) = suggest(database, "/list Liste Exemple B", ALONE, WITHIN, directories)
    assert line in plain(one.message)
    assert "refused" not in plain(one.message)
    assert "refused" in heard(database, "/list Liste Exemple B", now=ENDS)


# Answers kept in memory, and answers that waited


def asking(text: str, what: What = What.TEXT, who: int = 7) -> Turn:
    return Turn(1, what, Person(who, "en"), Spot("telegram", str(who)), text, 9)


@pytest.mark.parametrize("answers", SilenceAnswers)
def test_no_remembered_answer_gets_into_the_silence_or_out_of_it(
    database: Database, clock: MovedClock, answers: SilenceAnswers
) -> None:
    example(database, Policy(answers=answers))
    responder = responder_on(database, clock)
    said = []
    for moment in (BEGINS - SECOND, BEGINS, BEGINS + 2 * SECOND, ENDS - SECOND, ENDS, ENDS + SECOND):
        clock.move(to=moment)
        turns = [asking("Liste Exemple B"), asking("list-2", What.PRESS), asking("/start list-2")]
        for turn in turns:
            outcome = responder.respond(0, turn, Live())
            said.append((moment, plain(outcome.acts[0].message)))  # type: ignore[union-attr]  # words, no file
    for moment, words in said:
        silent = BEGINS <= moment < ENDS
        assert ("refused" in words) == (not silent)
        assert ("Electoral silence" in words) == silent
    assert responder.recall.hits


def test_an_answer_that_could_not_be_said_before_the_silence_is_not_said_in_it(
    database: Database, clock: MovedClock, there: Installed
) -> None:
    assert there
    clock.move(to=BEGINS - SECOND)

    def late(_given: object) -> bool:
        clock.move(to=WITHIN)
        return True

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix", language="en")
        async with living(server, responder_on(database, clock)):
            server.fails("sendMessage", retry_after=1, where=late)
            alix.write("/stances")
            told = await alix.heard(NOTICE)
            await caught_up(server, database)
        assert is_notice(told.text)
        assert len(alix.chat.from_bot) == 1

    played(play)


def test_what_waits_in_the_inbox_knows_what_to_say_in_a_silence(database: Database, there: Installed) -> None:
    assert there
    clock = MovedClock(BEGINS - SECOND)
    (say,) = acts_from_json(acts_to_json(responder_on(database, clock).respond(0, asking("/stances"), Live()).acts))
    assert "Liste Exemple A" in acts_to_json([say.at(BEGINS - SECOND)])  # type: ignore[union-attr]  # a message
    assert is_notice(plain(say.at(BEGINS).message))  # type: ignore[union-attr]  # as above
    service = responder_on(database, clock).respond(0, asking("/dates"), Live()).acts
    assert service == acts_from_json(acts_to_json(service))
    assert [one.instead for one in service] == [None]  # type: ignore[union-attr]  # as above


def test_inline_only_the_notice_is_offered_and_never_shown_over_the_border(
    database: Database, clock: MovedClock, there: Installed
) -> None:
    assert there
    for text in ("", "exemple", "/list Liste Exemple A", "cameras", "/subscribe"):
        (one,) = suggest(database, text, ALONE, WITHIN)
        assert is_notice(plain(one.message))
        assert not any(word in f"{one.title}{one.description}" for word in OF_LISTS)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix", language="en")
        cached = []
        async with living(server, responder_on(database, clock)):
            for moment in (BEGINS - timedelta(minutes=1), BEGINS - 9 * SECOND, WITHIN, ENDS - 3 * SECOND, ENDS):
                clock.move(to=moment)
                question = alix.ask_inline("Liste Exemple A")
                await caught_up(server, database)
                told = str(question.results)
                assert (NOTICE in told) == (BEGINS <= moment < ENDS)
                assert ("committed" in told) != (NOTICE in told)
                cached.append(question.cache_time)
        assert cached == [30, 9, 30, 3, 30]

    played(play)


# Mentions


@pytest.fixture
def mentioned(database: Database, clock: MovedClock, there: Installed) -> Iterator[tuple[Bot, MastodonServer]]:
    """A bot on Mastodon that listens since the evening before the silence."""
    assert there
    clock.move(to=BEGINS - timedelta(hours=2))
    with mastodon_server() as server:
        bot = Bot(server, database, clock, board=BOARD).begin()
        yield bot, server
        bot.close()


def test_a_mention_in_the_silence_gets_the_notice_and_one_that_speaks_of_us_nothing(
    mentioned: tuple[Bot, MastodonServer], clock: MovedClock
) -> None:
    bot, server = mentioned
    clock.move(to=WITHIN)
    asked = server.as_user("alice").post("@bot cameras ?", language="en")
    server.as_user("bob").post("Yesterday @bot told me things", language="en")
    wanted = server.as_user("carol").post("@bot help", "direct", language="en")
    bot.turn()
    notice, *service = (str(post["content"]) for post in server.statuses())
    assert NOTICE in notice
    assert not any(word in notice for word in OF_LISTS)
    assert "What you can ask" in service[0]
    assert [one["in_reply_to_id"] for one in server.statuses()][:2] == [asked["id"], wanted["id"]]


def test_an_answer_to_a_mention_that_waited_into_the_silence_says_only_the_notice(
    mentioned: tuple[Bot, MastodonServer], clock: MovedClock
) -> None:
    bot, server = mentioned
    for name in ("alice", "bob"):
        server.as_user(name).post("@bot stances ?", language="en")
    bot.restart(dies=True)
    with pytest.raises(Killed):
        bot.turn()
    clock.move(to=BEGINS + timedelta(hours=1))
    bot.restart().turn()
    said = [str(post["content"]) for post in server.statuses()]
    assert len(said) == 2
    assert all(NOTICE in one and "Liste Exemple" not in one for one in said)

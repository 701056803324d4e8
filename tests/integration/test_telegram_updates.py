"""Updates on their way: kept before they are acknowledged, in order within a chat, answered once, whatever goes wrong."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from factories.services import NOW, installed
from factories.telegram import free_port
from factories.telegram_life import Telling, Wavering, caught_up, living, played, reached, responder_on, to
from fakes.telegram import Group, Person, TelegramServer
from fakes.telegram.parameters import Parameters
from pledgebot.chat.telegram.acts import Outcome, Say, acts_to_json
from pledgebot.chat.telegram.responder import Live, Responder
from pledgebot.chat.telegram.turns import Membership, Turn
from pledgebot.chat.telegram.updates import SOURCE, received
from pledgebot.clock import MovedClock
from pledgebot.domain.audience import PlaceKind, Spot, TopicKind
from pledgebot.messages.document import Message, paragraph
from pledgebot.services import inbox
from pledgebot.services.subscriber_views import Topic, find_subscriber
from pledgebot.services.subscribers import subscribe
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Destination, Inbox, InboxState
from pledgebot.web.app import TELEGRAM_PATH, Webhook, build_app
from pledgebot.web.server import WebServer

DATES, LETTER = "dimanche 15 mars 2026", "Lettre d’exemple"


@pytest.fixture
def responder(database: Database, clock: MovedClock) -> Responder:
    """Who decides what is answered, in the installation of the example."""
    installed(database)
    return responder_on(database, clock)


def states(database: Database) -> list[str]:
    """Return what became of each update, in the order in which they were kept."""
    with database.read() as session:
        return [state.value for state in session.scalars(sa.select(Inbox.state).order_by(Inbox.id))]


def kept(database: Database) -> set[int]:
    """Return the numbers of the updates that are committed."""
    with database.read() as session:
        return {int(number) for number in session.scalars(sa.select(Inbox.external_id))}


def said_to(person: Person) -> list[str]:
    """Return what the bot wrote to somebody."""
    return [message.text for message in person.chat.from_bot]


def follows(database: Database, spot: Spot) -> bool:
    """Tell whether a place is written to."""
    with database.read() as session:
        view = find_subscriber(session, spot)
    return view is not None and view.active


def follow(database: Database, spot: Spot) -> None:
    """Let a place follow everything."""
    with database.begin() as session:
        subscribe(session, spot, Topic(TopicKind.ALL), "fr", NOW)


@pytest.mark.engines("sqlite")
def test_each_fetch_and_each_thing_dealt_with_is_counted(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, responder) as life:
            alix.write("/dates")
            await alix.heard(DATES)
            await caught_up(server, responder.database)
        counted = life.tallies.counted()
        assert sum(counted.answers["telegram"].buckets) == 1
        assert counted.heard_at["telegram"] == responder.clock.now()

    played(play)


# In order, and only what is committed is acknowledged


def test_updates_of_one_chat_are_answered_in_order_and_those_of_others_meanwhile(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix, bo = server.world.user("Alix"), server.world.user("Bo")
        async with living(server, responder):
            gate = server.holds("sendMessage", where=to(alix))
            alix.write("/dates")
            await reached(gate)
            alix.write("/letter")
            bo.write("/dates")
            await bo.heard(DATES)
            assert said_to(alix) == []
            gate.open()
            await alix.heard(LETTER)
            first, second = said_to(alix)
            assert DATES in first
            assert LETTER in second

    played(play)


def test_a_batch_is_committed_before_the_next_fetch_acknowledges_it(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        people = [server.world.user(f"Person {number}") for number in range(5)]
        seen: list[tuple[int, bool]] = []
        first = server.world.tell_raw({"message": "nonsense"})

        def spy(given: Parameters) -> bool:
            offset = given.whole("offset") or 0
            seen.append((offset, set(range(first, offset)) <= kept(responder.database)))
            return False

        server.fails("getUpdates", where=spy)
        for person in people:
            person.write("/dates")
        async with living(server, responder):
            await asyncio.gather(*(person.heard(DATES) for person in people))
            await caught_up(server, responder.database)
        server.faults.clear()
        assert seen[0][0] == 0
        assert seen[-1][0] == first + 6
        assert all(committed for _offset, committed in seen)

    played(play)


def test_what_cannot_be_committed_is_not_acknowledged(sqlite_url: str, clock: MovedClock) -> None:
    database = Wavering(sqlite_url)
    installed(database)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, responder_on(database, clock)):
            database.away = True
            alix.write("/dates")
            await server.world.until(lambda: database.refusals, "it cannot be kept")
            database.away = False
            assert len(server.world.updates) == 1
            assert states(database) == []
            await alix.heard(DATES)
            await caught_up(server, database)
        assert len(said_to(alix)) == 1

    played(play)
    database.close()


def test_an_update_that_comes_again_is_handled_once(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, responder) as life:
            server.loses_reply("getUpdates")
            alix.write("/subscribe oui: tout")
            [raw] = server.world.updates.look(1)
            await alix.heard()
            for _ in range(2):
                await life.keep(raw)
            alix.write("/dates")
            await alix.heard(DATES)
            await caught_up(server, responder.database)
        assert len(said_to(alix)) == 2
        assert states(responder.database) == ["done", "done"]

    played(play)


def test_what_cannot_be_read_is_set_aside_and_others_go_on(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        server.world.tell_raw({"message": {"chat": {"id": alix.id}, "from": "nobody", "date": "never"}})
        server.world.tell_raw({"callback_query": []})
        server.world.tell_raw({"of_the_future": {"id": 1}})
        alix.write("/dates")
        async with living(server, responder):
            await alix.heard(DATES)
            await caught_up(server, responder.database)
            assert states(responder.database) == ["set_aside", "set_aside", "done", "done"]
            await server.world.until(lambda: len(server.world.updates) == 0, "all is acknowledged")

    played(play)


# Faults of our own


@dataclass
class Faulty(Responder):
    """Cannot answer one thing."""

    tries: list[str] = field(default_factory=list)

    def shown(self, session: Session, turn: Turn, live: Live) -> Outcome | None:
        """Answer, unless it is that thing."""
        if "poison" in turn.text:
            self.tries.append(turn.text)
            raise ZeroDivisionError("a fault of ours")
        return super().shown(session, turn, live)


@dataclass
class Counting(Responder):
    """Counts what it decides."""

    decided: int = 0

    def respond(self, item: int, turn: Turn, live: Live) -> Outcome:
        """Answer, and count it."""
        self.decided += 1
        return super().respond(item, turn, live)


@dataclass
class Overtaken(Responder):
    """Another worker handles every update a moment before."""

    def respond(self, item: int, turn: Turn, live: Live) -> Outcome:
        """Answer, too late."""
        self.overtake(item)
        return super().respond(item, turn, live)

    def changed(self, item: int, membership: Membership) -> Outcome:
        """Note it, too late."""
        self.overtake(item)
        return super().changed(item, membership)

    def overtake(self, item: int) -> None:
        """Be the other worker."""
        with self.database.begin() as session:
            inbox.mark_done(session, [item], self.clock.now())


def test_what_breaks_a_handler_is_tried_three_times_and_set_aside(database: Database, clock: MovedClock) -> None:
    installed(database)
    faulty = Faulty(database, clock, responder_on(database, clock).manners)

    async def play(server: TelegramServer) -> None:
        alix, bo = server.world.user("Alix"), server.world.user("Bo")
        with database.begin() as session:
            raw = {"update_id": 1, "message": {"chat": {"id": bo.id}}}
            inbox.keep_updates(session, SOURCE, received([raw]), NOW)
            inbox.mark_answered(session, 1, '[{"no": "act"}]')
        async with living(server, faulty):
            alix.write("poison")
            alix.write("/dates")
            await alix.heard(DATES)
            await caught_up(server, database)
        assert faulty.tries == ["poison"] * 3
        assert len(said_to(alix)) == 1
        assert sorted(states(database)) == ["done", "set_aside", "set_aside"]

    played(play)


def test_what_another_worker_has_handled_meanwhile_leaves_nothing(database: Database, clock: MovedClock) -> None:
    installed(database)
    overtaken = Overtaken(database, clock, responder_on(database, clock).manners)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        group = server.world.group("Exemple", people=[alix])
        async with living(server, overtaken):
            alix.write("/subscribe oui: tout")
            group.add_bot()
            await server.world.until(lambda: states(database).count("done") >= 2, "both are handled")
            await caught_up(server, database)
        assert said_to(alix) == []
        assert group.from_bot == []
        assert not follows(database, Spot("telegram", str(alix.id)))

    played(play)


def test_what_a_former_life_had_decided_is_said_at_the_start(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        alix.opened = True
        words = Message((paragraph("Décidé avant la coupure."),), "fr")
        with responder.database.begin() as session:
            raw = {"update_id": 7, "message": {"chat": {"id": alix.id}}}
            inbox.keep_updates(session, SOURCE, received([raw]), NOW)
            assert inbox.mark_answered(session, 1, acts_to_json((Say(str(alix.id), "", words),)))
        async with living(server, responder):
            await alix.chat.heard("Décidé avant la coupure.")
            await caught_up(server, responder.database)
        assert len(said_to(alix)) == 1
        with responder.database.read() as session:
            row = session.execute(sa.select(Inbox.state, Inbox.payload, Inbox.chat)).one()
        assert tuple(row) == (InboxState.DONE, None, "")

    played(play)


# When an answer cannot be said


def test_who_blocked_the_bot_is_written_to_no_more_and_others_are(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix, bo = server.world.user("Alix"), server.world.user("Bo")
        spot = Spot("telegram", str(alix.id))
        follow(responder.database, spot)
        async with living(server, responder):
            server.fails("sendMessage", 403, where=to(alix))
            alix.write("/dates")
            bo.write("/dates")
            await bo.heard(DATES)
            await caught_up(server, responder.database)
        assert said_to(alix) == []
        assert not follows(responder.database, spot)
        assert states(responder.database) == ["done", "done"]

    played(play)


def test_a_group_that_moved_is_followed_and_answered_once_where_it_is_now(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        group = server.world.group("Exemple", people=[alix], small=True, bot=True)
        follow(responder.database, Spot("telegram", str(group.id), "", PlaceKind.GROUP))
        async with living(server, responder):
            moved = await moving(server, alix, group)
            await moved.heard(DATES)
            await caught_up(server, responder.database)
        assert len([message for message in moved.from_bot if DATES in message.text]) == 1
        assert follows(responder.database, Spot("telegram", str(moved.id), "", PlaceKind.GROUP))
        assert not follows(responder.database, Spot("telegram", str(group.id), "", PlaceKind.GROUP))
        with responder.database.read() as session:
            addresses = list(session.scalars(sa.select(Destination.address).where(Destination.channel == "telegram")))
        assert addresses == [str(moved.id)]

    played(play)


async def moving(server: TelegramServer, person: Person, group: Group) -> Group:
    """Let a group move while an answer to it is on its way."""
    gate = server.holds("sendMessage", where=to(group))
    person.write_in(group, "/dates")
    await reached(gate)
    moved = group.migrate()
    gate.open()
    return moved


def test_who_is_told_to_wait_says_it_later_and_once(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, responder):
            server.fails("sendMessage", retry_after=1)
            alix.write("/dates")
            await alix.heard(DATES)
            await caught_up(server, responder.database)
        assert [call.status for call in server.calls_of("sendMessage")] == [429, 200]
        assert len(said_to(alix)) == 1

    played(play)


@pytest.mark.parametrize("trouble", ["502", "html", "lost", "garbled"])
def test_an_answer_in_doubt_is_not_repeated(sqlite_url: str, clock: MovedClock, trouble: str) -> None:
    database = Database(sqlite_url)
    installed(database)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        orders: dict[str, Callable[[], None]] = {
            "502": lambda: server.fails("sendMessage", 502),
            "html": lambda: server.answers_html("sendMessage"),
            "lost": lambda: server.loses_reply("sendMessage"),
            "garbled": lambda: server.garbles("sendMessage"),
        }
        async with living(server, responder_on(database, clock)):
            orders[trouble]()
            alix.write("/dates")
            alix.write("/letter")
            await alix.heard(LETTER)
            await caught_up(server, database)
        dates = [call for call in server.calls_of("sendMessage") if DATES in str(call.parameters["text"])]
        assert len(dates) == 1
        assert states(database) == ["done", "done"]

    played(play)
    database.close()


def test_what_cannot_be_said_while_the_network_is_away_is_said_when_it_is_back(
    database: Database, clock: MovedClock
) -> None:
    installed(database)
    counting = Counting(database, clock, responder_on(database, clock).manners)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, counting) as life:
            await asyncio.to_thread(server.go_away)
            alix.write("/subscribe oui: tout")
            await life.keep(server.world.updates.look(1)[0])
            voice = life.account.voice
            assert isinstance(voice, Telling)
            await server.world.until(lambda: voice.tries, "it is tried")
            assert said_to(alix) == []
            assert states(database) == ["answered"]
            await asyncio.to_thread(server.come_back)
            await alix.heard()
            await caught_up(server, database)
        assert len(said_to(alix)) == 1
        assert counting.decided == 1

    played(play)


def test_a_press_that_is_too_old_to_be_acknowledged_is_answered_all_the_same(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        async with living(server, responder):
            alix.write("/stances")
            table = await alix.heard("Liste Exemple A")
            press = alix.send_data(table, "dates")
            press.expire()
            await alix.heard(DATES)
            question = alix.ask_inline("exemple")
            question.expire()
            stale = alix.send_data(table, "nonsense-of-1999", stale=True)
            assert (await stale.answered()).text
            await caught_up(server, responder.database)
        assert press.answer is None
        assert question.results is None
        assert set(states(responder.database)) == {"done"}

    played(play)


# The webhook


def test_the_webhook_acknowledges_what_is_committed_and_nothing_else(sqlite_url: str, clock: MovedClock) -> None:
    database = Wavering(sqlite_url)
    installed(database)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        port = free_port()
        async with living(
            server, responder_on(database, clock), webhook=f"http://127.0.0.1:{port}{TELEGRAM_PATH}"
        ) as life:
            web = WebServer(build_app(Webhook(life.secret, life.keep)), f"127.0.0.1:{port}")
            web.open()
            serving = asyncio.create_task(web.run())
            database.away = True
            alix.write("/dates")
            await server.world.until(lambda: server.delivery.posts, "it was brought")
            assert kept(database) == set()
            database.away = False
            await alix.heard(DATES)
            await caught_up(server, database)
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        statuses = [status for _number, status in server.delivery.posts]
        assert statuses[0] == 503
        assert statuses[-1] == 200
        assert set(statuses) == {503, 200}
        assert len(said_to(alix)) == 1
        assert server.calls_of("getUpdates") == []

    played(play)
    database.close()

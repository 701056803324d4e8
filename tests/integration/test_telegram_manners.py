"""How the bot behaves where organizers, administrators and subscribers meet it: in groups, in topics, for channels."""

import logging

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, an_answer, installed, record
from factories.telegram_life import caught_up, living, played, responder_on
from fakes.telegram import Group, Message, Person, TelegramServer
from pledgebot.chat.telegram.acts import Outcome, Say
from pledgebot.chat.telegram.responder import Live, Responder
from pledgebot.chat.telegram.turns import Turn
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Spot, TopicKind
from pledgebot.messages.document import Message as Words
from pledgebot.messages.document import paragraph
from pledgebot.services.people import accept_invitation, invite_again
from pledgebot.services.subscriber_views import Topic, find_subscriber
from pledgebot.services.subscribers import subscribe
from pledgebot.store.engine import Database
from pledgebot.store.tables import Audit, Destination, Inbox, InboxState

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def there(database: Database) -> Installed:
    """The example."""
    return installed(database)


@pytest.fixture
def responder(database: Database, clock: MovedClock, there: Installed) -> Responder:
    """Who decides what is answered."""
    assert there
    return responder_on(database, clock)


def configured(database: Database, group: Group) -> None:
    """Let a group be the organizers' own."""
    with database.begin() as session:
        session.add(
            Destination(
                channel="telegram", address=str(group.id), audience=Audience.ORGANIZERS, place=PlaceKind.GROUP,
                language="en", created_at=NOW,
            )
        )  # fmt: skip


def joined(database: Database, there: Installed, name: str, person: Person) -> None:
    """Let an organizer have joined from a person's account."""
    with database.begin() as session:
        token = invite_again(session, name, there.alix, NOW)
        accept_invitation(session, token, "telegram", str(person.id), NOW)


def labelled(message: Message, label: str) -> str:
    """Return the label of a message's button that begins so."""
    return next(one for row in message.labels for one in row if one.startswith(label))


def test_the_organizers_group_is_welcomed_as_what_it_is(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        group = server.world.group("Exemple", people=[server.world.user("Alix")])
        configured(responder.database, group)
        async with living(server, responder):
            group.add_bot()
            welcome = await group.heard("/attente")
            assert "/abonner" not in welcome.text

    played(play)


def test_the_organizers_group_is_told_one_thing_about_what_is_kept_of_it(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        zoe = server.world.user("Zoé")
        group = server.world.group("Exemple", people=[zoe], bot=True)
        configured(responder.database, group)
        group.promote(zoe)
        async with living(server, responder):
            zoe.write_in(group, "/mydata")
            kept = await group.heard("configuration names")
            zoe.write_in(group, "/forget")
            await caught_up(server, responder.database)
        told = [message.text for message in group.from_bot if "/attente" not in message.text]
        assert told == [kept.text, kept.text]
        with responder.database.read() as session:
            assert session.scalar(sa.select(Destination.id).where(Destination.address == str(group.id))) is not None

    played(play)


def test_the_panel_of_a_channel_names_it_and_says_what_words_are_about(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        zoe = server.world.user("Zoé", language="en")
        zoe.start()
        channel = server.world.channel("Nouvelles d’Exemple", people=[zoe])
        channel.promote(zoe)
        async with living(server, responder):
            channel.add_bot(by=zoe)
            offered = await zoe.heard("Nouvelles d’Exemple")
            example, named, *_rest = (line for line in offered.text.splitlines() if line)
            assert example.startswith("Exemple")
            assert named.startswith(("Channel “Nouvelles d’Exemple", "Canal « Nouvelles d’Exemple"))
            assert "/abonner" not in offered.text
            await caught_up(server, responder.database)

    played(play)


def test_who_cannot_be_written_to_about_their_channel_makes_no_noise(
    responder: Responder, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(server: TelegramServer) -> None:
        zoe = server.world.user("Zoé", language="en")
        channel = server.world.channel("Nouvelles", people=[zoe])
        async with living(server, responder):
            channel.add_bot(by=zoe)
            await server.world.until(lambda: server.calls_of("sendMessage"), "it is tried")
            await caught_up(server, responder.database)
        assert [call.status for call in server.calls_of("sendMessage")] in ([400], [403])

    with caplog.at_level(logging.INFO, logger="pledgebot"):
        played(play)
    assert [record.message for record in caplog.records if record.levelno > logging.INFO] == []


def test_an_anonymous_administrator_presses_in_a_topic_and_it_is_the_topic_that_is_told(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        zoe = server.world.user("Zoé", language="en")
        group = server.world.group("Exemple", people=[zoe], bot=True)
        group.promote(zoe, anonymous=True)
        topic = group.topic("Annonces")
        async with living(server, responder):
            zoe.write_in(topic, "/subscribe")
            asked = await group.heard("anonyme")
            zoe.press(asked, asked.labels[0][0])
            offered = await group.heard(lambda message: message.edits)
            label = next(one for row in offered.labels for one in row if one in {"Tout", "Everything"})
            zoe.press(offered, label)
            consent = await group.heard(lambda message: len(message.labels) == 1 and message.edits > 1)
            zoe.press(consent, consent.labels[0][0])
            await caught_up(server, responder.database)
        spot = Spot("telegram", str(group.id), str(topic.id), PlaceKind.GROUP)
        with responder.database.read() as session:
            view = find_subscriber(session, spot)
        assert view is not None
        assert view.topics

    played(play)


def test_what_is_kept_does_not_count_the_question_for_it(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        zoe = server.world.user("Zoé", language="en")
        with responder.database.begin() as session:
            subscribe(session, Spot("telegram", str(zoe.id)), Topic(TopicKind.ALL), "en", NOW)
        async with living(server, responder):
            zoe.write("/mydata")
            kept = await zoe.heard("What is kept of you")
            assert "not done with yet" not in kept.text

    played(play)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_question_is_a_reply_in_the_group_and_its_answer_what_is_written_next(
    database: Database, responder: Responder, there: Installed
) -> None:
    with database.begin() as session:
        number = record(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there.alix)

    async def play(server: TelegramServer) -> None:
        alix, noe = server.world.user("Alix", language="en"), server.world.user("Noé", language="en")
        stranger = server.world.user("Somebody")
        group = server.world.group("Exemple", people=[alix, noe, stranger], bot=True)
        configured(database, group)
        for name, person in (("Alix", alix), ("Noé", noe)):
            person.start()
            joined(database, there, name, person)
        async with living(server, responder) as life:
            noe.write_in(group, f"/confirm {number}")
            entry = await group.heard(lambda message: "Ask" in str(message.labels))
            noe.press(entry, "Ask")
            prompt = await group.heard("What do you want to know")
            stranger.write_in(group, "Which page, I wonder?", reply_to=prompt)
            noe.write_in(group, "Not a reply.")
            noe.write_in(group, "Which page is it?", reply_to=prompt)
            await group.heard("passed on to Alix")
            await life.look()
            question = await alix.chat.heard("Which page is it?")
            alix.press(question, question.labels[0][0])
            await alix.chat.heard(lambda message: message.id > question.id)
            alix.write("It is page two.")
            await caught_up(server, database)
            await life.look()
            await noe.chat.heard("It is page two.")
            alix.write("dates")
            await caught_up(server, database)
        with database.read() as session:
            rows = session.scalars(sa.select(Audit).where(Audit.subject == f"answer:{number}").order_by(Audit.id)).all()
        assert [(row.action, row.details.get("text")) for row in rows[1:]] == [
            ("answer.ask", "Which page is it?"),
            ("answer.explain", "It is page two."),
        ]

    played(play)


def test_a_command_ends_the_waiting_for_an_answer(database: Database, responder: Responder, there: Installed) -> None:
    with database.begin() as session:
        number = record(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there.alix)

    async def play(server: TelegramServer) -> None:
        noe = server.world.user("Noé", language="en")
        noe.start()
        joined(database, there, "Noé", noe)
        async with living(server, responder):
            noe.write(f"/confirm {number}")
            noe.press(await noe.heard("waits for a second person"), "Ask")
            await noe.chat.heard("What do you want to know")
            noe.write("/cancel")
            await noe.heard()
            noe.write("Liste Exemple A")
            await noe.heard("Liste Exemple A")
            await caught_up(server, database)
        with database.read() as session:
            assert session.scalar(sa.select(Audit.id).where(Audit.action == "answer.ask")) is None

    played(play)


class Lengthy(Responder):
    """Answers with three pieces, whatever it is asked."""

    def respond(self, item: int, turn: Turn, live: Live) -> Outcome:
        """Answer at length."""
        assert (item > 0, live.unseen) == (True, False)
        return Outcome((Say(turn.spot.address, "", LONG),))

    def respond_all(self, asked: object) -> list[Outcome | Exception | None]:
        """Leave each to `respond`."""
        return [None for _ in asked] if isinstance(asked, list | tuple) else []


LONG = Words(tuple(paragraph(f"Part {number}. " + "word " * 750) for number in (1, 2, 3)), "en")


def second_waits(server: TelegramServer, seconds: int) -> None:
    """Let the second piece be refused, since too much was sent."""
    server.fails("sendMessage", retry_after=seconds, where=lambda given: given.text("text").startswith("Part 2"))


def test_what_is_left_of_an_answer_goes_out_when_it_may(database: Database, clock: MovedClock) -> None:
    installed(database)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        second_waits(server, 1)
        async with living(server, Lengthy(database, clock, responder_on(database, clock).manners)):
            alix.write("/dates")
            await alix.heard("Part 3")
            await caught_up(server, database)
        assert [message.text[:6] for message in alix.chat.from_bot] == ["Part 1", "Part 2", "Part 3"]

    played(play)


def test_what_is_left_of_an_answer_outlives_a_restart(database: Database, clock: MovedClock) -> None:
    installed(database)
    lengthy = Lengthy(database, clock, responder_on(database, clock).manners)

    def is_kept() -> bool:
        with database.read() as session:
            return session.scalars(sa.select(Inbox.state)).all() == [InboxState.ANSWERED]

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        second_waits(server, 3600)
        async with living(server, lengthy):
            alix.write("/dates")
            await server.world.until(is_kept, "what is left is kept")
        async with living(server, lengthy):
            await alix.chat.heard("Part 3")
            await caught_up(server, database)
        assert [message.text[:6] for message in alix.chat.from_bot] == ["Part 1", "Part 2", "Part 3"]
        with database.read() as session:
            assert session.scalars(sa.select(Inbox.payload)).all() == [None]

    played(play)

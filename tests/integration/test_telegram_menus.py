"""The menus of commands are set once, and again when they would be other ones; a refusal stops nothing."""

import pytest

from factories.services import NOW, Installed, installed
from factories.telegram_life import MANNERS, caught_up, living, played, responder_on
from fakes.telegram import TelegramServer
from pledgebot.chat.telegram.life import MENUS
from pledgebot.chat.telegram.menus import menus
from pledgebot.chat.telegram.responder import Responder
from pledgebot.clock import MovedClock
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.people import accept_invitation, invite_again
from pledgebot.store.engine import Database

pytestmark = pytest.mark.engines("sqlite")

FOLLOWERS = len(menus(MANNERS.languages, (), ()))


@pytest.fixture
def there(database: Database) -> Installed:
    """The people of the example."""
    return installed(database)


@pytest.fixture
def responder(database: Database, clock: MovedClock, there: Installed) -> Responder:  # noqa: ARG001 - has to be there
    """Who decides what is answered, in the installation of the example."""
    return responder_on(database, clock)


def set_so_far(server: TelegramServer) -> int:
    """Return how many menus were set."""
    return sum(call.status == 200 for call in server.calls_of("setMyCommands"))


def join(database: Database, there: Installed, account: int) -> None:
    """Let Noé have an account on Telegram."""
    with database.begin() as session:
        token = invite_again(session, "Noé", there.alix, NOW)
        accept_invitation(session, token, "telegram", str(account), NOW)


@pytest.mark.engines("sqlite", "postgresql")
def test_menus_are_set_once_and_again_when_another_version_has_others(responder: Responder) -> None:
    async def play(server: TelegramServer) -> None:
        async with living(server, responder) as life:
            assert set_so_far(server) == FOLLOWERS
            await life.renew_menus()
        async with living(server, responder):
            assert set_so_far(server) == FOLLOWERS
        with responder.database.begin() as session:
            write_cursor(session, MENUS, "the digest of another version", NOW)
        async with living(server, responder) as life:
            assert set_so_far(server) == 2 * FOLLOWERS
            await life.renew_menus()
        assert set_so_far(server) == 2 * FOLLOWERS

    played(play)


def test_an_organizer_who_joins_has_a_menu_of_their_own_and_nobody_else_sees_it(
    responder: Responder, there: Installed
) -> None:
    async def play(server: TelegramServer) -> None:
        noe, alix = server.world.user("Noé"), server.world.user("Alix", language="en")
        noe.write("/aide")
        async with living(server, responder) as life:
            await caught_up(server, responder.database)
            assert "noter" not in noe.menu()
            join(responder.database, there, noe.id)
            await life.renew_menus()
            assert {"noter", "attente", "positions", "abonner"} <= set(noe.menu())
            assert {"stances", "subscribe"} <= set(alix.menu())
            assert not {"log", "noter", "pending"} & set(alix.menu())

    played(play)


def test_a_chat_that_is_gone_keeps_no_other_menu_back(responder: Responder, there: Installed) -> None:
    join(responder.database, there, 7_999_999_999)

    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        server.fails(
            "setMyCommands",
            400,
            "Bad Request: chat not found",
            times=99,
            where=lambda given: "chat_id" in given.text("scope"),
        )
        async with living(server, responder):
            assert "positions" in alix.menu()
            assert set_so_far(server) == FOLLOWERS
        with responder.database.read() as session:
            assert read_cursor(session, MENUS) is not None

    played(play)


@pytest.mark.parametrize(("code", "text"), [(500, ""), (400, "Bad Request: BOT_COMMAND_INVALID"), (429, "")])
def test_a_server_that_refuses_a_menu_keeps_the_bot_from_nothing(responder: Responder, code: int, text: str) -> None:
    async def play(server: TelegramServer) -> None:
        alix = server.world.user("Alix")
        server.fails("setMyCommands", code, text, retry_after=1 if code == 429 else None)
        async with living(server, responder) as life:
            assert alix.menu() == {}
            with responder.database.read() as session:
                assert read_cursor(session, MENUS) is None
            alix.write("/dates")
            await alix.heard("dimanche 15 mars 2026")
            await life.renew_menus()
            assert "positions" in alix.menu()
            assert set_so_far(server) == FOLLOWERS
            await caught_up(server, responder.database)

    played(play)

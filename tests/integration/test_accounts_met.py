"""A database that meets an account which somebody used before says nothing there until a person allows it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from factories.mastodon_life import Bot
from factories.services import NOW, Installed, installed
from factories.telegram_life import living, played, responder_on
from fakes.mastodon import MastodonServer, mastodon_server
from fakes.telegram import TelegramServer
from pledgebot.chat.telegram.life import MENUS
from pledgebot.clock import MovedClock
from pledgebot.domain.brakes import BrakeKind
from pledgebot.services import brakes
from pledgebot.services.brake_views import brakes_standing
from pledgebot.services.cursors import write_cursor
from pledgebot.store.engine import Database

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def there(database: Database) -> Installed:
    """The people of the example."""
    return installed(database)


def stopped(database: Database) -> list[tuple[BrakeKind, str, dict[str, int]]]:
    """Return what is stopped, on which medium, by which numbers."""
    with database.read() as session:
        return [(view.facts.kind, view.facts.channel, view.facts.numbers) for view in brakes_standing(session)]


def release(database: Database, there: Installed) -> None:
    """Let the one thing that is stopped go on."""
    with database.begin() as session:
        (view,) = brakes_standing(session)
        brakes.release(session, view.facts.brake, there.noe, NOW)


@pytest.mark.usefixtures("there")
def test_a_bot_that_begins_on_telegram_asks_nothing(database: Database, clock: MovedClock) -> None:
    async def play(server: TelegramServer) -> None:
        for _time in range(2):
            async with living(server, responder_on(database, clock)):
                assert stopped(database) == []
        assert len(server.calls_of("getMyCommands")) == 1

    played(play)


def test_a_menu_of_a_former_database_stops_telegram_once(
    database: Database, clock: MovedClock, there: Installed
) -> None:
    async def play(server: TelegramServer) -> None:
        server.world.commands.menus[("default", 0, 0), ""] = [{"command": "stances", "description": "who says what"}]
        async with living(server, responder_on(database, clock)):
            assert stopped(database) == [(BrakeKind.NEW_DATABASE, "telegram", {"used": 1})]
        release(database, there)
        async with living(server, responder_on(database, clock)):
            assert stopped(database) == []

    played(play)


@pytest.mark.usefixtures("there")
def test_a_database_that_set_the_menus_itself_is_not_new(database: Database, clock: MovedClock) -> None:
    with database.begin() as session:
        write_cursor(session, MENUS, "the digest of another version", NOW)

    async def play(server: TelegramServer) -> None:
        server.world.commands.menus[("default", 0, 0), ""] = [{"command": "stances", "description": "who says what"}]
        async with living(server, responder_on(database, clock)):
            assert stopped(database) == []

    played(play)


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(("code", "text", "times"), [(500, "", 1), (400, "Bad Request: method is disabled", 9)])
def test_a_server_that_does_not_tell_the_menu_keeps_the_bot_from_nothing(
    database: Database, clock: MovedClock, code: int, text: str, times: int
) -> None:
    async def play(server: TelegramServer) -> None:
        server.fails("getMyCommands", code, text, times=times)
        async with living(server, responder_on(database, clock)) as life:
            assert life.ready
            assert stopped(database) == []

    played(play)


@pytest.fixture
def mastodon() -> Iterator[MastodonServer]:
    """A server on which nobody wrote anything yet."""
    with mastodon_server() as opened:
        yield opened


def test_an_account_with_posts_stops_mastodon_once_and_one_without_does_not(
    database: Database, clock: MovedClock, there: Installed, mastodon: MastodonServer
) -> None:
    posts = {"count": 7}

    def counted(thing: object) -> dict[str, object]:
        assert isinstance(thing, dict)
        return {**thing, "statuses_count": posts["count"]}

    mastodon.rewrite(counted, "/api/v1/accounts/verify_credentials")
    bot = Bot(mastodon, database, clock).begin()
    assert stopped(database) == [(BrakeKind.NEW_DATABASE, "mastodon", {"used": 7})]
    release(database, there)
    clock.move(by=timedelta(days=1))
    bot.restart()
    assert stopped(database) == []
    bot.close()
    with database.begin() as session:
        assert brakes.meet_account(session, "mastodon", "new@exemple.invalid", used=0, now=NOW) is None

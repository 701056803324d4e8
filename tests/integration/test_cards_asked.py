"""Pictures on request: by a button and by a word, in every mouth, as the silence allows."""

from io import StringIO

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, an_answer, confirmed, installed
from pledgebot.channels.pictures import read_card
from pledgebot.chat.answers import Asker, press, reply
from pledgebot.chat.terminal import converse
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Spot
from pledgebot.messages.card import card_of
from pledgebot.messages.document import Message
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.store.elections import CandidateList
from pledgebot.store.engine import Database

pytestmark = pytest.mark.engines("sqlite")

FOLLOWER = Asker("en", spot=Spot("telegram", "1000"), administrator=True)


@pytest.fixture
def there(database: Database) -> Installed:
    """An installation in which A committed on the cameras and the banner refused the committee."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        confirmed(session, an_answer(there.of_banner, {"committee": Position.REFUSED}), there)
    return there


def pressed(database: Database, token: str) -> Message:
    """Return the one message that pressing a button brings."""
    found = read_token(token)
    assert found is not None
    told = press(database, found, FOLLOWER, NOW)
    assert told is not None
    (message,) = told.messages
    return message


def asked(database: Database, text: str) -> Message:
    """Return the one message that answers a text."""
    (message,) = reply(database, text, FOLLOWER, NOW).messages
    return message


def tokens(message: Message) -> list[str]:
    """Return the tokens of a message's buttons."""
    return [button.press for row in message.buttons for button in row]


def title(message: Message) -> str:
    """Return the title of a message's first card, which can be drawn."""
    assert all(read_card(picture.key).startswith(b"\x89PNG") for picture in message.pictures)
    card = card_of(message.pictures[0].key)
    assert card is not None
    return card.title


def test_words_come_first_and_the_picture_behind_a_button_leads_back(there: Installed, database: Database) -> None:
    words = asked(database, "/list Liste Exemple A")
    assert not words.pictures
    token = f"card-list-{there.a.list_id}"
    assert token in tokens(words)
    shown = pressed(database, token)
    assert "Liste Exemple A" in title(shown)
    assert "committed" in shown.pictures[0].description
    assert tokens(shown) == [f"list-{there.a.list_id}"]


@pytest.mark.parametrize("text", ["/picture Liste Exemple A", "/image Liste Exemple A", "image Liste Exemple A"])
def test_a_word_asks_for_the_picture_too(there: Installed, database: Database, text: str) -> None:
    assert there.a.list_id
    assert "Liste Exemple A" in title(asked(database, text))


def test_without_a_name_the_table_is_shown_or_the_place_is_asked_for(there: Installed, database: Database) -> None:
    told = asked(database, "/picture")
    assert there.a.list_id
    assert told.pictures or all(token.startswith("card-place-") for token in tokens(told))


def test_a_banner_has_a_picture(there: Installed, database: Database) -> None:
    shown = pressed(database, f"card-banner-{there.of_banner.banner_id}")
    assert "refused" in shown.pictures[0].description


@pytest.mark.parametrize("token", ["card", "card-list", "card-list-999", "card-demand-1", "card-list-1-2", "card-x-1"])
def test_what_is_not_there_is_said_politely(there: Installed, database: Database, token: str) -> None:
    assert there.a.list_id
    assert "no longer" in plain(pressed(database, token))


def test_a_terminal_reads_the_description(there: Installed, database: Database) -> None:
    assert there.a.list_id
    out = StringIO()
    converse(database, MovedClock(NOW), Asker("en"), lines=iter(["/picture Liste Exemple A"]), out=out)
    assert "Picture: " in out.getvalue()
    assert "committed" in out.getvalue()


def test_a_table_of_too_many_pictures_is_read_in_words(there: Installed, database: Database) -> None:
    number = there.a.list_id or 0
    with database.begin() as session:
        town = session.scalar(sa.select(CandidateList.constituency_id).where(CandidateList.id == number))
        some = session.get_one(CandidateList, number)
        copied = {column.key: getattr(some, column.key) for column in sa.inspect(CandidateList).column_attrs}
        for extra in range(200):
            changes = {"id": None, "name": f"Liste Exemple numéro {extra}", "panel": None}
            session.add(CandidateList(**{**copied, **changes}))
    told = pressed(database, f"card-place-{town}")
    assert not told.pictures
    assert "pictures: ask for a list by its name" in plain(told)
    assert tokens(told) == [f"place-{town}"]

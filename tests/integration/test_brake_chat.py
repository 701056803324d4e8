"""Pausing and going on by chat: by a command or a button, each once, and who did it is named."""

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, an_answer, confirmed, installed
from pledgebot.chat import answers
from pledgebot.chat.asker import Asker
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.brakes import BrakeKind
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.services import brakes
from pledgebot.services.people import Actor
from pledgebot.store.engine import Database
from pledgebot.store.tables import Event

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def asks(database: Database, text: str, by: Actor | None, language: str = "en") -> str:
    """Return the words of the answer to somebody, with ordinary spaces."""
    spot = Spot("telegram", "4711", "", PlaceKind.PRIVATE)
    asker = Asker(language, by, spot=spot, administrator=True)
    return words(answers.reply(database, text, asker, NOW))


def words(reply: Reply | None) -> str:
    assert reply is not None
    told = "\n".join([*map(plain, reply.messages), reply.notice])
    return told.replace("\u00a0", " ").replace("\u202f", " ")


def taps(database: Database, token: str, by: Actor | None) -> Reply | None:
    press = read_token(token)
    assert press is not None
    return answers.press(database, press, Asker("en", by), NOW)


def stopped(database: Database) -> bool:
    with database.read() as session:
        return not brakes.read_brakes(session).none


def asked_about(database: Database, there: Installed) -> int:
    """Stop an announcement that would go to very many, and return the number of the brake."""
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        event = session.scalars(sa.select(sa.func.max(Event.id))).one()
        facts = {"receivers": 4210, "confirmed": 950, "allowed": 1000}
        return brakes.pull(session, BrakeKind.MANY_RECEIVERS, event=event, facts=facts, now=NOW) or 0


def test_one_word_pauses_and_one_word_goes_on(database: Database, there: Installed) -> None:
    told = asks(database, "/pause", there.zoe)
    assert "Nothing goes out to the public" in told
    assert "Zoé paused it." in told
    assert "That is paused already" in asks(database, "/pause again", there.noe)
    status = asks(database, "/status", there.zoe)
    assert -1 < status.find("What is stopped") < status.find("all for the public") < status.find("How the bot does")
    assert "Noé let it go on" in asks(database, "/resume", there.noe)
    assert "Nothing is stopped." in asks(database, "/resume", there.noe)
    assert "What is stopped" not in asks(database, "/status", there.zoe)


@pytest.mark.parametrize(
    ("text", "channel", "reason"),
    [
        ("/pause Mastodon the server is slow", "mastodon", "the server is slow"),
        ("/pause all of them look wrong", "", "of them look wrong"),
        ("/pause tout : import raté", "", ": import raté"),
        ("/pause import gone wrong", "", "import gone wrong"),
    ],
)
def test_a_medium_may_be_named_and_a_reason_given(
    database: Database, there: Installed, text: str, channel: str, reason: str
) -> None:
    told = asks(database, text, there.zoe)
    assert f"Reason: {reason}" in told
    with database.read() as session:
        found = brakes.read_brakes(session)
    assert (found.everything, found.channels) == (not channel, frozenset({channel} - {""}))


def test_of_several_things_the_meant_one_goes_on(database: Database, there: Installed) -> None:
    number = asked_about(database, there)
    asks(database, "/pause telegram", there.zoe)
    asks(database, "/pause", there.zoe)
    told = asks(database, "/resume", there.noe)
    assert f"/resume {number}" in told
    assert "all for the public on Telegram" in told
    assert stopped(database)
    assert "Nothing that is stopped has this number" in asks(database, "/resume 99", there.noe)
    assert "Noé let it go on" in asks(database, "/resume Telegram", there.noe)
    assert "message 2 (new answer)" in asks(database, f"/reprendre #{number}", there.noe)
    asks(database, "/pause mastodon", there.zoe)
    assert "Nothing is stopped any more." in asks(database, "/resume all", there.noe)
    assert not stopped(database)


def test_who_may_not_confirm_lets_nothing_go_on(database: Database, there: Installed) -> None:
    asks(database, "/pause", there.zoe)
    for told in (asks(database, "/resume", there.zoe), words(taps(database, "brake-go-1", there.zoe))):
        assert "role" in told
    assert stopped(database)


def test_the_one_who_tapped_is_named_and_a_tap_that_comes_too_late_says_what_became_of_it(
    database: Database, there: Installed
) -> None:
    number = asked_about(database, there)
    first = taps(database, f"brake-go-{number}", there.noe)
    late = taps(database, f"brake-cancel-{number}", there.alix)
    for reply in (first, late):
        assert reply is not None
        assert reply.in_place
        assert "Noé let it go on" in words(reply)
        assert not any(message.buttons for message in reply.messages)
    with database.read() as session:
        assert brakes.confirmed_receivers(session) == 4210


def test_a_message_is_cancelled_by_a_tap(database: Database, there: Installed) -> None:
    number = asked_about(database, there)
    assert "Noé cancelled these messages" in words(taps(database, f"brake-cancel-{number}", there.noe))
    assert "Noé cancelled these messages" in words(taps(database, f"brake-go-{number}", there.alix))


@pytest.mark.parametrize("token", ["brake", "brake-go", "brake-go-n1", "brake-go-x", "brake-stop-1", "brake-go-1-1"])
def test_a_button_that_is_none_of_ours_does_nothing(database: Database, there: Installed, token: str) -> None:
    asks(database, "/pause", there.zoe)
    assert taps(database, token, there.noe) is None
    assert stopped(database)


def test_a_button_of_a_brake_that_never_was_says_so(database: Database, there: Installed) -> None:
    assert "Nothing that is stopped has this number" in words(taps(database, "brake-go-99", there.noe))


def test_strangers_neither_pause_nor_go_on_and_to_them_resume_is_the_french_word(
    database: Database, there: Installed
) -> None:
    asks(database, "/pause", there.zoe)
    asks(database, "/pause", None)
    assert taps(database, "brake-go-1", None) is None
    assert asks(database, "/resume", None, "fr") == asks(database, "/rythme", None, "fr")
    assert asks(database, "/résumé 8h", None, "fr") == asks(database, "/rythme 8h", None, "fr")
    assert asks(database, "/resume hebdo lundi 8h", there.noe) == asks(database, "/rythme hebdo lundi 8h", there.noe)
    assert asks(database, "/résumé", there.noe) == asks(database, "/rythme", there.noe)
    assert stopped(database)


def test_what_people_ask_is_answered_while_everything_is_paused(database: Database, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
    before = asks(database, "/list Liste Exemple A", None)
    asks(database, "/pause", there.zoe)
    assert "committed" in before
    assert asks(database, "/list Liste Exemple A", None) == before

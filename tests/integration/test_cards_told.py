"""Which announcements and digests go with a card, and that a correction brings a right one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.roads import Road, correct, moved, remove
from fakes.channels import ScriptedChannel
from pledgebot.channels.pictures import read_card
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, Rhythm
from pledgebot.domain.delivery import Action
from pledgebot.domain.policy import Attach
from pledgebot.messages.card import Card, card_of
from pledgebot.messages.cells import Sign
from pledgebot.messages.document import Message
from pledgebot.store.tables import Destination

pytestmark = pytest.mark.engines("sqlite")

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def _editing(road: Road) -> None:
    road.channel = ScriptedChannel(edits=True)
    road.attach = Attach.PUBLIC
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(language="en"))


def heard(road: Road, address: str) -> list[Message]:
    """Return what arrived at an address."""
    return [one.message for one in road.channel.received if one.address == address]


def cards(message: Message) -> list[Card]:
    """Return the cards that go with a message, each of which can be drawn."""
    assert all(read_card(picture.key).startswith(PNG) for picture in message.pictures)
    return [card for picture in message.pictures if (card := card_of(picture.key)) is not None]


def signs(message: Message) -> list[Sign]:
    """Return the signs on the cards of a message."""
    return [one.sign for card in cards(message) for row in card.rows for box in row.boxes for one in box]


def presses(message: Message) -> list[str]:
    """Return the tokens of a message's buttons."""
    return [button.press for row in message.buttons for button in row if button.press]


def test_the_public_sees_a_card_subscribers_get_a_button_organizers_neither(road: Road) -> None:
    road.subscriber("1000")
    road.destination("group", audience=Audience.ORGANIZERS)
    road.confirmed()
    road.run()
    [told] = heard(road, "terminal")
    [card] = cards(told)
    assert card.title == "New answer: Liste Exemple A"
    assert signs(told) == [Sign.COMMITTED]
    assert "committed" in told.pictures[0].description
    [private] = heard(road, "1000")
    assert (private.pictures, presses(private)[-1]) == ((), f"card-list-{road.there.a.list_id}")
    assert all(not one.pictures and not any("card" in press for press in presses(one)) for one in heard(road, "group"))


@pytest.mark.parametrize(("attach", "pictures"), [(Attach.EVERYWHERE, 1), (Attach.NONE, 0)])
def test_the_operator_decides_who_sees_cards(road: Road, attach: Attach, pictures: int) -> None:
    road.attach = attach
    road.subscriber("1000")
    road.confirmed()
    road.run()
    for address in ("terminal", "1000"):
        [told] = heard(road, address)
        assert len(told.pictures) == pictures * (address == "1000" or attach is not Attach.NONE)
        assert not any("card" in press for press in presses(told))


def test_a_private_message_on_mastodon_never_goes_with_a_picture(road: Road) -> None:
    road.attach = Attach.EVERYWHERE
    road.channel = ScriptedChannel(name="mastodon", edits=True)
    road.subscriber("alice@exemple.invalid", channel="mastodon")
    road.destination("timeline", channel="mastodon")
    road.confirmed()
    road.run()
    assert heard(road, "alice@exemple.invalid")[0].pictures == ()
    assert len(heard(road, "timeline")[0].pictures) == 1


def test_a_correction_replaces_the_card_by_one_that_is_right_and_answers_with_one(road: Road) -> None:
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    first, edited, answered = (one for one in road.channel.received if one.address == "terminal")
    assert (edited.action, answered.action) == (Action.EDIT, Action.REPLY)
    assert [signs(one.message) for one in (first, edited, answered)] == [
        [Sign.COMMITTED],
        [Sign.PARTIAL],
        [Sign.PARTIAL],
    ]
    [right] = cards(edited.message)
    assert right.title == "Corrected: Liste Exemple A"
    assert right.rows[0].boxes[0][0].notes == ()
    [told] = cards(answered.message)
    assert told.rows[0].boxes[0][0].notes == ("we had written: committed",)


def test_removed_content_is_not_left_to_be_seen_on_a_picture(road: Road) -> None:
    number = road.confirmed()
    road.run()
    remove(road, number)
    road.run()
    edited = next(one.message for one in road.channel.received if one.action is Action.EDIT)
    [card] = cards(edited)
    assert signs(edited) == []
    assert "Content removed" in card.title or "content removed" in str(card.rows)


def test_a_digest_has_one_card_for_all_that_it_tells(road: Road) -> None:
    road.attach = Attach.EVERYWHERE
    road.subscriber("1000", rhythm=Rhythm.DAILY, digest_hour=9)
    road.confirmed()
    road.confirmed("list_b", Position.REFUSED)
    road.run()
    moved(road).move(by=timedelta(days=1))
    road.run()
    [told] = heard(road, "1000")
    assert signs(told) == [Sign.COMMITTED, Sign.REFUSED]


def test_a_card_is_stored_with_the_words_and_drawn_from_them_again(road: Road) -> None:
    road.channel.script = ()
    road.confirmed()
    road.run()
    [told] = heard(road, "terminal")
    [picture] = told.pictures
    assert read_card(picture.key) == read_card(picture.key)

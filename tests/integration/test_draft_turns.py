"""What reaches a draft on Telegram: from the organizers' group by a link, and in between by a question."""

from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from factories.services import NOW, Installed, a_plan, an_answer, confirmed, install
from pledgebot.chat.telegram.acts import Say
from pledgebot.chat.telegram.responder import Live, Manners, Responder
from pledgebot.chat.telegram.turns import Person, Turn, What
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Spot
from pledgebot.messages.document import Button, Message
from pledgebot.messages.render import plain
from pledgebot.services.inbox import ReceivedUpdate, keep_updates, waiting
from pledgebot.services.installation import DestinationPlan
from pledgebot.services.people import accept_invitation, invite_again
from pledgebot.store.engine import Database

pytestmark = pytest.mark.engines("sqlite")

GROUP = Spot("telegram", "-100500", place=PlaceKind.GROUP)
HERE = Spot("telegram", "77")
NOE = Person(77, language="en")


@dataclass
class Account:
    """Noé's account on Telegram, in the group of the organizers and in private."""

    database: Database
    there: Installed
    turns: "count[int]" = field(default_factory=lambda: count(1))

    def said(self, text: str, spot: Spot = HERE, what: What = What.TEXT, person: Person = NOE) -> Message:
        """Write or press something, and return what the bot says last."""
        update = next(self.turns)
        with self.database.begin() as session:
            keep_updates(session, "telegram", [ReceivedUpdate(str(update), spot.address, "{}")], NOW)
            item = waiting(session, "telegram", 10)[-1].id
        responder = Responder(self.database, MovedClock(NOW), Manners(("en", "fr"), "contact@exemple.invalid"), "a_bot")
        outcome = responder.respond(item, Turn(update, what, person, spot, text), Live())
        act = outcome.acts[-1]
        assert isinstance(act, Say)
        return act.message

    def link(self, command: str) -> Button:
        """Return the button that a command in the group is answered with."""
        ((button,),) = self.said(command, GROUP).buttons
        return button


@pytest.fixture
def noe(database: Database) -> Account:
    with database.begin() as session:
        group = DestinationPlan("telegram", GROUP.address, "en", Audience.ORGANIZERS)
        plan = replace(a_plan(), destinations=(group,))
        there = install(session, NOW, plan)
        accept_invitation(session, invite_again(session, "Noé", there.alix, NOW), "telegram", "77", NOW)
    return Account(database, there)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_command_in_the_group_leads_to_that_very_draft_in_private(database: Database, noe: Account) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(noe.there.a, {"cameras": Position.COMMITTED}), noe.there)
    for command, told in (
        (f"/correct {wrong} a reason", f"Correction of entry {wrong}"),
        ("/log Liste Exemple B", "A draft is open here already"),
    ):
        button = noe.link(command)
        address, payload = button.url.split("?start=")
        assert (address, len(payload) <= 64) == ("https://t.me/a_bot", True)
        assert told in plain(noe.said(f"/start {payload}"))


def test_a_button_in_the_group_that_begins_a_draft_leads_to_the_same_in_private(noe: Account) -> None:
    ((button,),) = noe.said(f"log-log-list-{noe.there.list_b}", GROUP, What.PRESS).buttons
    assert button.url.endswith(f"?start=log-log-list-{noe.there.list_b}")
    assert "Liste Exemple B" in plain(noe.said(f"log-log-list-{noe.there.list_b}", what=What.PRESS))


def test_the_link_opens_nothing_for_whoever_is_no_organizer(noe: Account) -> None:
    stranger = replace(NOE, id=78)
    told = plain(noe.said("/start log-correct-1", Spot("telegram", "78"), person=stranger))
    assert "Correction" not in told
    assert "/log" not in told


def test_a_question_while_a_draft_is_open_leads_back_to_it(noe: Account) -> None:
    noe.said("/log Liste Exemple A")
    answered = noe.said("Liste Exemple B")
    (back,) = answered.buttons[-1]
    assert back.text == "Go on with the draft"
    assert "position, 1 of 3" in plain(noe.said(back.press, what=What.PRESS))
    lost = noe.said("hm, perhaps")
    assert "That was not understood" in plain(lost)
    assert "position, 1 of 3" in plain(lost)


def test_without_a_draft_and_in_the_group_a_question_is_simply_answered(noe: Account) -> None:
    assert "Go on with the draft" not in {one.text for row in noe.said("Liste Exemple B").buttons for one in row}
    noe.said("/log Liste Exemple A")
    told = noe.said("/list Liste Exemple B", GROUP)
    assert "Go on with the draft" not in {one.text for row in told.buttons for one in row}

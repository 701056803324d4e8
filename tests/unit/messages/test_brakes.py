"""What organizers read when something is stopped: what, why, the numbers, what to do."""

from dataclasses import replace

import pytest

from factories.recalled import FRIDAY, brake_facts
from pledgebot.domain.brakes import BrakeEnd, BrakeKind
from pledgebot.messages.brakes import ended, pulled, standing, went_on
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.render import plain
from pledgebot.services.brake_views import BrakeView

EN, FR = translator("en"), translator("fr")
KINDS = tuple(BrakeKind)


def words(message: Message) -> str:
    return plain(message).replace("\u00a0", " ").replace("\u202f", " ")


def presses(message: Message) -> list[str]:
    return [button.press for row in message.buttons for button in row]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (BrakeKind.MANY_CHANGES, "12 of 40 lists have something new within one hour"),
        (BrakeKind.MANY_RECEIVERS, "It would go to 4,210 places; until now at most 950 were agreed to."),
        (BrakeKind.NEW_DATABASE, "The account has 1,234 posts, but this database has never sent anything there."),
        (BrakeKind.MANY_REFUSALS, "27 of the last 50 messages were refused"),
        (BrakeKind.CANARY, "Of the first 10 messages 6 failed and 1 are in doubt."),
        (BrakeKind.PAUSED, "Liste Exemple A paused it. Reason: une erreur ?"),
    ],
)
def test_it_is_said_what_is_stopped_and_by_which_numbers(kind: BrakeKind, said: str) -> None:
    message = pulled(brake_facts(kind), EN)
    text = words(message)
    assert said in text
    assert "To let it go on: /resume 3" in text
    assert "Friday, 13 March 2026 at 23:00" in text
    of_an_event = kind in {BrakeKind.MANY_RECEIVERS, BrakeKind.CANARY}
    assert presses(message) == ["brake-go-3", *(["brake-cancel-3"] if of_an_event else [])]
    assert ("message 12 (new answer), Liste Exemple A" in text) is of_an_event


def test_it_is_said_which_part_is_stopped() -> None:
    titles = {kind: words(pulled(brake_facts(kind), EN)).splitlines()[0] for kind in KINDS}
    assert titles[BrakeKind.MANY_CHANGES] == "Nothing goes out to the public"
    assert titles[BrakeKind.NEW_DATABASE] == "Nothing goes out to the public on Mastodon"
    assert titles[BrakeKind.CANARY] == "Stopped before it goes to everybody"
    assert "menu of commands" in words(pulled(brake_facts(BrakeKind.NEW_DATABASE, channel="telegram"), EN))
    never = brake_facts(numbers={"receivers": 4210, "confirmed": 0, "allowed": 1000})
    assert "above 1,000 somebody has to agree first" in words(pulled(never, EN))


def test_french_has_french_numbers_and_commands() -> None:
    text = words(pulled(brake_facts(), FR))
    assert "Il irait à 4 210 destinataires ; jusqu’ici l’équipe en a accepté 950 au plus." in text
    assert "Pour laisser repartir : /reprendre 3" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_are_missing_are_none(kind: BrakeKind, language: str) -> None:
    assert "{" not in words(pulled(brake_facts(kind, numbers={}), translator(language)))


def test_what_became_of_it_names_who_decided() -> None:
    view = BrakeView(brake_facts(), FRIDAY, "Noé", BrakeEnd.RELEASED)
    assert "Noé let it go on, Friday, 13 March 2026 at 23:00" in words(ended(view, EN))
    assert "Noé cancelled these messages" in words(ended(replace(view, outcome=BrakeEnd.CANCELLED), EN))
    assert presses(ended(view, EN)) == []


def test_all_that_is_stopped_stands_in_a_list_with_a_button_for_each() -> None:
    views = [BrakeView(brake_facts(BrakeKind.PAUSED)), BrakeView(brake_facts(brake=4))]
    message = standing(views, EN)
    assert presses(message) == ["brake-go-3", "brake-go-4"]
    assert "/resume 4" in words(message)
    assert "pledgebot deliveries resume 4" in words(standing(views, EN, "pledgebot deliveries resume {number}"))
    assert words(standing([], EN)) == "Nothing is stopped."
    assert "Nothing is stopped any more." in words(went_on(views, [], EN))
    assert presses(went_on(views[:1], views[1:], EN)) == ["brake-go-4"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_and_reasons_are_cleaned(language: str) -> None:
    facts = brake_facts(BrakeKind.PAUSED, by="Ali\u202ex\n", reason="\u202eoh\n\nno")
    assert "\u202e" not in plain(pulled(facts, translator(language)))

"""What organizers read of messages that wait for a person: short, in their language, and never a follower's address."""

from datetime import UTC, datetime, timedelta

import pytest

from factories.documents import HOSTILE
from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.domain.recalled import DoubtFacts, Whereabouts
from pledgebot.messages import deliveries, paying
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain, telegram_html
from pledgebot.services.dead_letters import Choice, Decided, Why
from pledgebot.services.deliveries import DeliveryCounts
from pledgebot.services.delivery_desk import PER_PAGE, DeskView, letter_of
from pledgebot.services.paying import Broadcast, stars
from pledgebot.services.troubles import STATES, Trouble

EN, FR = translator("en"), translator("fr")
NOON = datetime(2026, 2, 8, 12, tzinfo=UTC)


def where(channel: str = "telegram", name: str = "") -> tuple[Whereabouts, ...]:
    audience, place = (Audience.PUBLIC, PlaceKind.CHANNEL) if name else (Audience.SUBSCRIBER, PlaceKind.PRIVATE)
    return (Whereabouts(channel, audience.value, place.value, 1 if name else 29, name),)


def a_trouble(
    state: DeliveryState = DeliveryState.UNCERTAIN, name: str = "Liste Exemple A", event: int = 7, **more: object
) -> Trouble:
    values = {
        "event": event, "kind": EventKind.ANSWER_CONFIRMED, "name": name, "answer": 12, "state": state, "messages": 30,
        "highest": 99, "digests": 0, "since": NOON, "reason": "no answer in time", "expires_at": None,
        "where": (*where(name="@exemple"), *where()), **more,
    }  # fmt: skip
    return Trouble(**values)


def a_desk(*troubles: Trouble, groups: int | None = None, page: int = 1) -> DeskView:
    groups = groups if groups is not None else len(troubles)
    pages = max(1, -(-groups // PER_PAGE))
    return DeskView(DeliveryCounts({DeliveryState.SENT: 4210}, left=2), troubles, groups, page, pages)


def read(message: Message) -> str:
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


def buttons(message: Message) -> list[list[str]]:
    return [[button.text for button in row] for row in message.buttons]


def test_one_group_is_read_and_settled_at_once() -> None:
    message = deliveries.desk(a_desk(a_trouble()), FR, NOON)
    assert read(message) == (
        "1 groupe de messages vous attend\n"
        "En tout : envoyé : 4 210, laissé en doute : 2\n\n"
        "En doute : personne ne sait si c’est arrivé. Regardez là où cela devrait être, puis dites-le ici.\n\n"
        "1. En doute : nouvelle réponse, Liste Exemple A (entrée 12)\n"
        "• 30 messages : @exemple sur Telegram, 29 abonné·es sur Telegram\n"
        "• depuis dimanche 8 février 2026 à 12:00\n"
        "• pourquoi : le réseau n’a pas répondu à temps"
    )
    assert buttons(message)[:3] == [["C’est arrivé"], ["Pas arrivé : renvoyer"], ["Laisser tel quel"]]


def test_several_groups_have_their_numbers_on_their_buttons() -> None:
    failed = a_trouble(DeliveryState.FAILED, event=8, digests=30)
    expired = a_trouble(event=9, expires_at=NOON)
    message = deliveries.desk(a_desk(a_trouble(), failed, expired, groups=13, page=2), EN, NOON)
    assert buttons(message)[:3] == [
        ["6. It arrived", "6. Send again", "6. Leave it"],
        ["7. Send again", "7. Leave it"],
        ["8. It arrived", "8. Leave it"],
    ]
    assert ["Earlier ones", "Further ones"] in buttons(message)
    assert "30 of them are digests" in read(message)
    assert "Failed: it certainly did not arrive." in read(message)


def test_nothing_that_waits_is_said_so() -> None:
    assert read(deliveries.desk(a_desk(), EN, NOON)).startswith("No message waits for a person.\nIn all: sent: 4,210")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_and_every_refusal_has_words_of_its_own(language: str) -> None:
    tr = translator(language)
    assert len({deliveries.why(reason, tr) for reason in Why}) == len(Why)
    done = {
        tuple(
            deliveries.outcome_lines(deliveries.Outcome("x", "Noé", choice, Decided((1,), doubtful=0, refused={})), tr)
        )
        for choice in Choice
    }
    assert len(done) == len(Choice)


def test_every_state_has_a_letter_of_its_own() -> None:
    assert len({letter_of(state) for state in STATES}) == len(STATES)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_makes_markup_and_every_button_fits(name: str, language: str) -> None:
    tr = translator(language)
    largest = 2**31 - 1
    facts = DoubtFacts(largest, "answer_confirmed", name, 99999, largest, where(name=name), largest)
    several = a_desk(*(a_trouble(state, name, largest, reason=name, highest=largest) for state in STATES))
    offered = Broadcast(largest, EventKind.ANSWER_CONFIRMED, name, 999_999)
    for message in (
        deliveries.desk(several, tr, NOON + timedelta(1)),
        deliveries.doubts_left(facts, tr),
        deliveries.settled(
            deliveries.Outcome(deliveries.what(EventKind.DEADLINE, name, 1, tr), name, Choice.SENT, Decided((1,))), tr
        ),
        paying.asked(offered, tr),
        paying.agreed(offered, name, tr),
    ):
        assert "<script" not in telegram_html(message)
        for button in (button for row in message.buttons for button in row):
            assert len(button.text) <= 64
            assert "\n" not in button.text
            assert read_token(button.press) is not None


@pytest.mark.parametrize(
    ("messages", "cost"), [(0, 0), (1, 1), (10, 1), (11, 2), (1000, 100), (4210, 421), (4211, 422)]
)
def test_a_message_costs_a_tenth_of_a_star_rounded_up(messages: int, cost: int) -> None:
    assert stars(messages) == cost

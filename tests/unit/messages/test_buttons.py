"""The buttons under answers: labels that fit, tokens that fit, never too many, and always a way on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.views import (
    CAMERAS,
    banner_view,
    demand_rows_view,
    demand_view,
    history_entry,
    history_view,
    list_head,
    list_view,
    place_view,
    stance_view,
    standing,
    table_view,
)
from pledgebot.domain.answer import AnswerKind, Origin, Standing
from pledgebot.messages import buttons
from pledgebot.messages.buttons import LONGEST, MOST, Keyboard, fitted, pressing, with_buttons
from pledgebot.messages.document import Message, paragraph
from pledgebot.messages.i18n import translator
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.services.directory import Hit, HitKind

EN, FR = translator("en"), translator("fr")


def presses(keyboard: Keyboard) -> list[str]:
    return [button.press for row in keyboard.rows for button in row]


def labels(keyboard: Keyboard) -> list[str]:
    return [button.text for row in keyboard.rows for button in row]


def test_a_table_leads_to_each_list_and_each_demand_and_where_there_are_others_to_other_places() -> None:
    view = table_view(list_view(), list_view(head=list_head(id=2, name="Liste Exemple B", panel=4)))
    keyboard = buttons.table(view, 7, EN, only=True)
    assert presses(keyboard) == ["list-1", "list-2", "card-place-7", "demand-1-7"]
    assert labels(keyboard) == ["3. Liste Exemple A", "4. Liste Exemple B", "See the picture", "Fewer cameras"]
    assert presses(buttons.table(view, 7, EN, only=False))[-1] == "stances"


def test_lists_stand_one_to_a_row_and_demands_two() -> None:
    demands = tuple(demand_view(id=number) for number in (1, 2, 3))
    view = replace(table_view(list_view(), list_view(head=list_head(id=2))), demands=demands)
    assert [len(row) for row in buttons.table(view, 7, EN, only=True).rows] == [1, 1, 1, 2, 1]


def test_a_list_leads_to_its_proofs_its_history_its_banner_and_back() -> None:
    view = list_view(standing(), head=list_head(banner="Bannière Exemple"))
    keyboard = buttons.list_card(view, EN, banner=5, place=7, narrowed=False)
    assert presses(keyboard) == ["proof-12", "banner-5", "card-list-1", "history-list-1", "place-7"]
    assert labels(keyboard)[0] == "Proof of entry 12"
    assert presses(buttons.list_card(view, EN, banner=None, place=None, narrowed=True)) == [
        "proof-12",
        "list-1",
        "card-list-1",
        "history-list-1",
        "stances",
    ]


def test_the_proofs_of_what_contradicts_and_of_what_is_inherited_are_offered_once_each() -> None:
    both = Standing(Origin.OWN, stance_view(), beside=(stance_view(answer=13, seq=8), stance_view()))
    assert presses(buttons.list_card(list_view(both), EN, banner=None, place=1, narrowed=False))[:2] == [
        "proof-12",
        "proof-13",
    ]
    inherited = Standing(Origin.INHERITED, parents=(("Liste Exemple B", standing()),))
    assert presses(buttons.list_card(list_view(inherited), EN, banner=None, place=1, narrowed=False))[0] == "proof-12"


def test_a_proof_that_was_removed_is_not_offered() -> None:
    gone = Standing(Origin.OWN, stance_view(proof=None))
    assert "proof-12" not in presses(buttons.list_card(list_view(gone), EN, banner=None, place=1, narrowed=False))


def test_a_demand_a_banner_and_a_history_lead_on_and_back() -> None:
    assert presses(buttons.demand_rows(demand_rows_view(list_view()), 7, EN)) == ["list-1", "place-7"]
    assert presses(buttons.banner_card(banner_view(standing()), EN, place=7, narrowed=False)) == [
        "list-1",
        "list-2",
        "proof-12",
        "card-banner-1",
        "history-banner-1",
        "place-7",
    ]
    view = history_view(
        history_entry(),
        history_entry(AnswerKind.REMOVAL, answer=14),
        history_entry(answer=15, removed=True),
    )
    assert presses(buttons.history(view, EN, list_id=1, banner_id=None, place=7)) == ["proof-12", "list-1", "place-7"]
    assert presses(buttons.history(view, EN, list_id=None, banner_id=2, place=None))[1:] == ["banner-2", "stances"]


def test_a_choice_leads_to_what_was_asked_for() -> None:
    offered = [(Hit(kind, 4, kind.value), kind.value) for kind in HitKind]
    keyboard = buttons.choice(offered, EN, place=None, in_place=None)
    assert presses(keyboard) == ["list-4", "banner-4", "place-4", "demand-4", "stances"]
    in_town = Hit(HitKind.PLACE, 9, "Villexemple")
    assert "demand-4-9" in presses(buttons.choice(offered, EN, place=None, in_place=in_town))
    of_history = presses(buttons.choice(offered, EN, place=None, in_place=None, to_history=True))
    assert of_history[:3] == ["history-list-4", "history-banner-4", "place-4"]
    assert presses(buttons.places([place_view()], EN, 3))[0] == "demand-3-1"


@given(st.integers(0, 200), st.integers(0, 120))
def test_there_are_never_too_many_and_what_always_stands_comes_last(many: int, after: int) -> None:
    one, other = pressing("one", "list", 1), pressing("other", "place", 1)
    keyboard = fitted([one] * many, [[other]] * after)
    count = sum(map(len, keyboard.rows))
    assert count <= MOST
    assert keyboard.whole == (many + min(after, MOST) <= MOST)
    assert [button for row in keyboard.rows for button in row][::-1][: min(after, MOST)] == [other] * min(after, MOST)


def test_where_there_is_no_room_the_message_says_how_the_rest_is_asked_for() -> None:
    rows = [list_view(head=list_head(id=number)) for number in range(1, 200)]
    keyboard = buttons.table(table_view(*rows), 7, EN, only=False)
    assert len(presses(keyboard)) == MOST
    assert presses(keyboard)[-2:] == ["demand-1-7", "stances"]
    message = Message((paragraph("The table."),), "en")
    assert "write the name" in plain(with_buttons(message, keyboard, EN))
    assert plain(with_buttons(message, fitted([]), EN)) == "The table."


@given(st.text(max_size=300))
def test_any_name_makes_a_label_that_fits_on_one_line(name: str) -> None:
    button = pressing(name, "list", 2**31 - 1)
    assert 1 <= len(button.text) <= LONGEST
    assert "\n" not in button.text
    assert read_token(button.press) is not None


@pytest.mark.parametrize("tr", [EN, FR], ids=["en", "fr"])
def test_every_screen_has_a_way_back_to_the_table(tr: object) -> None:
    assert tr in (EN, FR)
    language = EN if tr is EN else FR
    keyboards = [
        buttons.demand(language),
        buttons.letter([demand_view()], language),
        buttons.beginnings(language),
        buttons.compare(list_head(), list_head(id=2), language, place=None),
    ]
    assert all("stances" in presses(keyboard) for keyboard in keyboards)
    assert language.pick(CAMERAS) in labels(keyboards[1])

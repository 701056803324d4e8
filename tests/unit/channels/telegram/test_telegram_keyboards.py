import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton

from pledgebot.channels.telegram.keyboards import IN_ALL, as_sent, markup
from pledgebot.messages.document import Button, Buttons


def shown(
    *rows: tuple[Button, ...], private: bool = True, username: str = "exemple_bot"
) -> list[list[InlineKeyboardButton]]:
    """Return the buttons as they are shown."""
    made = markup(rows, private, username)
    return [] if made is None else [list(row) for row in made.inline_keyboard]


def end(button: InlineKeyboardButton) -> str:
    """Return where a button leads."""
    return str(button.url or button.callback_data)


def test_no_buttons_are_no_keyboard() -> None:
    assert markup((), private=True, username="exemple_bot") is None
    assert markup(((),), private=True, username="exemple_bot") is None


@given(
    st.lists(st.tuples(st.text(max_size=70), st.sampled_from(["list-12", "s-12-0-menu"]), st.booleans()), min_size=1)
)
def test_buttons_are_sent_as_the_library_sends_them(buttons: list[tuple[str, str, bool]]) -> None:
    row = tuple(
        Button(text, url="https://a.test/é") if out else Button(text, press=press) for text, press, out in buttons
    )
    for private in (True, False):
        made = markup((row,), private, "exemple_bot")
        assert made is not None or len(row) > IN_ALL
        assert made is None or json.loads(as_sent(made)) == json.loads(made.to_json())


def test_a_press_is_a_callback_in_a_private_chat() -> None:
    [[button]] = shown((Button("Liste", press="list-12"),))
    assert (button.text, button.callback_data, button.url) == ("Liste", "list-12", None)


def test_a_press_leads_to_the_private_chat_from_a_group() -> None:
    [[button]] = shown((Button("Liste", press="list-12"),), private=False)
    assert button.url == "https://t.me/exemple_bot?start=list-12"
    assert button.callback_data is None


@pytest.mark.parametrize(
    "press",
    ["s-n100-0-menu", "w-3-list-5", "confirm-1-1", "reject-1-1", "ask-1-1", "entry-1", "pending", "chase-1",
     "contact-1", "held", "status"],
)  # fmt: skip
def test_what_belongs_to_organizers_and_to_the_chat_is_pressed_there(press: str) -> None:
    [[button]] = shown((Button("Oui", press=press),), private=False)
    assert button.callback_data == press


@pytest.mark.parametrize("press", ["log", "join-" + "a" * 48, "stances", "demand-3-1"])
def test_the_rest_is_asked_in_private(press: str) -> None:
    [[button]] = shown((Button("Oui", press=press),), private=False)
    assert button.url == f"https://t.me/exemple_bot?start={press}"


def test_a_bot_that_does_not_know_its_name_has_callbacks_everywhere() -> None:
    [[button]] = shown((Button("Liste", press="list-12"),), private=False, username="")
    assert button.callback_data == "list-12"


@pytest.mark.parametrize("url", ["https://example.org/a", "http://example.org", "tg://user?id=1"])
def test_an_address_leads_out(url: str) -> None:
    assert [[end(button) for button in row] for row in shown((Button("Voir", url=url),))] == [[url]]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "example.org", "data:x"])
def test_other_addresses_are_no_buttons(url: str) -> None:
    assert shown((Button("Voir", url=url), Button("Liste", press="list-1")))[0][0].callback_data == "list-1"
    assert shown((Button("Voir", url=url),)) == []


@pytest.mark.parametrize("press", ["é", "a b", "x" * 65, "-"])
def test_what_is_no_token_is_no_button(press: str) -> None:
    assert shown((Button("Voir", press=press),)) == []


def test_long_labels_are_cut_and_empty_ones_filled() -> None:
    [[long, empty, turned]] = shown(
        (Button("Liste " * 20, press="a"), Button(" ", press="b"), Button("a\u202eb\nc", press="c"))
    )
    assert len(long.text) <= 64
    assert long.text.endswith("…")
    assert empty.text == "…"
    assert turned.text == "ab c"


def test_a_long_row_goes_on_in_the_next_one() -> None:
    row = tuple(Button(str(n), press=f"list-{n}") for n in range(20))
    assert [len(shown_row) for shown_row in shown(row)] == [8, 8, 4]


def test_rows_beyond_a_hundred_buttons_are_left_out() -> None:
    rows = tuple((Button("a", press=f"list-{n}"), Button("b", press=f"banner-{n}")) for n in range(60))
    made = shown(*rows)
    assert len(made) == 50
    assert end(made[-1][-1]) == "banner-49"


buttons = st.builds(Button, st.text(max_size=100), press=st.from_regex(r"[a-z]{1,8}(-[0-9]{1,5}){0,3}", fullmatch=True))


@given(st.lists(st.lists(buttons, max_size=20).map(tuple), max_size=20).map(tuple), st.booleans())
def test_whatever_is_shown_is_within_telegrams_limits(rows: Buttons, private: bool) -> None:
    made = shown(*rows, private=private)
    assert sum(map(len, made)) <= 100
    assert all(1 <= len(row) <= 8 for row in made)
    assert all(1 <= len(button.text) <= 64 for row in made for button in row)
    assert all(button.url or len(str(button.callback_data).encode()) <= 64 for row in made for button in row)

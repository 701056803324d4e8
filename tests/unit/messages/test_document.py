import json

import pytest
from hypothesis import given

from factories.documents import messages
from pledgebot.messages.document import (
    Link,
    Message,
    Paragraph,
    Strong,
    Text,
    clean,
    clean_words,
    from_json,
    joined,
    merged,
    sentence,
    to_json,
)


@given(messages())
def test_a_message_comes_back_from_json_as_it_went(message: Message) -> None:
    assert from_json(json.loads(json.dumps(to_json(message)))) == message


@pytest.mark.parametrize(
    "spoiled",
    [
        {"version": 2},
        {"blocks": "words"},
        {"blocks": [{"poem": []}]},
        {"blocks": [{"paragraph": ["words"]}]},
        {"language": None},
        {"hashtags": [1]},
        {"pictures": [{"key": "a"}]},
    ],
)
def test_what_is_no_stored_message_is_refused(spoiled: dict[str, object]) -> None:
    stored = to_json(Message((Paragraph((Text("a"),)),), "fr"))
    with pytest.raises(ValueError, match=r"version|expected|block"):
        from_json({**stored, **spoiled})


def test_a_sentence_puts_its_parts_where_the_translation_wants_them() -> None:
    told = sentence(
        "{where}, a dit {who} : oui", who=Strong("{where}"), where=(Text("là"), Link("ici", "https://a.test"))
    )
    assert told == (Text("là"), Link("ici", "https://a.test"), Text(", a dit "), Strong("{where}"), Text(" : oui"))


def test_a_place_without_a_part_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        sentence("{forgotten}")


def test_neighbouring_words_melt_and_empty_ones_vanish() -> None:
    assert merged([Text("a"), Text(""), Text("b"), Strong(""), Text("c"), Strong("d")]) == (Text("abc"), Strong("d"))


def test_a_separator_stands_only_between_what_is_there() -> None:
    assert joined([(), (Text("a"),), (Text(""),), (Strong("b"),)], " — ") == (Text("a — "), Strong("b"))


def test_a_name_cannot_turn_or_break_the_text_around_it() -> None:
    assert clean("Liste\n• Autre\u202e liste\u2067 \x00 A ") == "Liste • Autre liste A"


def test_quoted_words_keep_their_lines() -> None:
    assert clean_words(" un\r\ndeux\u202e ") == "un\ndeux"

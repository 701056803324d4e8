"""A private text is read without the library, and as the library reads it."""

from zoneinfo import ZoneInfo

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.telegram.private_texts import private_text
from pledgebot.chat.telegram.turns import ANONYMOUS, written

PARIS = ZoneInfo("Europe/Paris")
BOT = "exemple_bot"
ALIX: dict[str, object] = {"id": 7_000_000_001, "is_bot": False, "first_name": "Alix", "language_code": "fr"}
PRIVATE: dict[str, object] = {"id": 7_000_000_001, "type": "private", "first_name": "Alix"}
PLAIN: dict[str, object] = {"message_id": 9, "date": 1_700_000_000, "chat": PRIVATE, "from": ALIX, "text": "/stances"}


def update(**more: object) -> dict[str, object]:
    """Return the raw update of a private text that holds something more, or something else."""
    return {"update_id": 5, "message": {**PLAIN, **more}}


WORDS = st.text(max_size=60) | st.sampled_from(
    ["/list@exemple_bot x", "/list@Other_bot x", "@exemple_bot, é", " /a", "#x"]
)
PEOPLE = st.integers(1, 1 << 40).filter(lambda number: number != ANONYMOUS)
ENTITIES = st.sampled_from([[], [{"type": "bot_command", "offset": 0, "length": 2}]])


@given(WORDS, ENTITIES, st.sampled_from(["fr", "en-GB", ""]), PEOPLE, st.sampled_from([BOT, ""]))
def test_a_private_text_is_the_turn_that_the_library_would_make_of_it(
    words: str, entities: list[object], language: str, number: int, username: str
) -> None:
    sender = {"id": number, "is_bot": False, "first_name": "Bo", **({"language_code": language} if language else {})}
    raw = update(text=words, entities=entities, **{"from": sender}, chat={**PRIVATE, "id": number})
    read = telegram.Update.de_json(raw, None)
    assert read is not None
    assert private_text(raw, username) == written(read, username, PARIS) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"chat": {"id": -1001, "type": "supergroup", "title": "Exemple"}},
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Bo"}},
        {"via_bot": {"id": 1, "is_bot": True, "first_name": "Bot", "username": BOT}},
        {"reply_to_message": PLAIN},
        {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]},
        {"sender_chat": {"id": -1002, "type": "channel"}},
        {"from": {**ALIX, "id": ANONYMOUS}},
        {"something_of_next_year": {}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_more_than_a_private_text_is_left_to_the_library(more: dict[str, object]) -> None:
    assert private_text(update(), BOT) is not None
    assert private_text(update(**more), BOT) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": 5, "edited_message": PLAIN},
        {"update_id": 5, "message": PLAIN, "callback_query": {}},
        {"update_id": 5, "message": "text"},
        {"update_id": True, "message": PLAIN},
        update(text=None),
        update(chat={"type": "private"}),
        update(date="now"),
        update(entities={}),
        update(**{"from": {"id": "7"}}),
        update(**{"from": {**ALIX, "language_code": 7}}),
    ],
)
def test_what_is_no_sound_update_is_left_to_the_library(raw: dict[str, object]) -> None:
    assert private_text(raw, BOT) is None

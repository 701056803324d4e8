"""What the inbox keeps of a mention and of its answer: read again as it was, and never more than text can break."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.mastodon.life import cursor_name
from pledgebot.chat.mastodon.mention import (
    Answer,
    Mention,
    address_of,
    answer_from,
    answer_to_json,
    kept,
    mention_from,
)

WRITTEN = datetime(2026, 2, 8, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """Somebody."""

    acct: str
    id: str = "1"
    bot: bool = False
    url: str = "https://exemple.invalid/@bot"


@dataclass(frozen=True)
class Heard:
    """A mention as a server tells it."""

    content: str
    warning: str = ""
    status: str = "7"
    author: Person = Person("alice")
    visibility: str = "direct"
    language: str | None = None
    in_reply_to: str | None = None
    mentions: tuple[Person, ...] = (Person("bot"),)
    created: datetime | None = WRITTEN


@given(st.text(), st.text(), st.one_of(st.none(), st.text(min_size=1)))
def test_a_mention_is_read_again_as_it_came(content: str, warning: str, language: str | None) -> None:
    assert mention_from(kept(Heard(content, warning, language=language))) == Mention(
        "7", "alice", content, warning, "direct", language, None, ("bot",), WRITTEN.isoformat(),
        ("https://exemple.invalid/@bot",),
    )  # fmt: skip


def test_a_mention_without_a_date_was_written_when_it_came() -> None:
    mention = mention_from(kept(Heard("x", created=None)))

    assert mention is not None
    assert mention.written(WRITTEN) == WRITTEN


@given(st.lists(st.text()))
def test_an_answer_is_read_again_as_it_was_decided(texts: list[str]) -> None:
    answer = Answer(tuple(texts), "7", "unlisted", "fr", "Élections", "5")

    assert answer_from(answer_to_json(answer)) == answer


@pytest.mark.parametrize("payload", [None, "", "[", "[]", "{}", '{"status": 7}', "null", '"x"'])
def test_rubbish_is_no_mention_and_no_answer(payload: str | None) -> None:
    assert mention_from(payload) is None
    assert answer_from(payload) is None


def test_an_answer_of_which_the_visibility_is_lost_is_private() -> None:
    answer = answer_from('{"status": "7", "texts": ["x", 1]}')

    assert answer is not None
    assert (answer.visibility, answer.texts) == ("direct", ("x",))


@pytest.mark.parametrize(
    ("acct", "domain", "address"),
    [
        ("Alice", "Exemple.invalid", "alice@exemple.invalid"),
        ("Alice@Ailleurs.invalid", "exemple.invalid", "alice@ailleurs.invalid"),
        ("alice", "", "alice"),
    ],
)
def test_an_address_is_whole_and_one(acct: str, domain: str, address: str) -> None:
    assert address_of(acct, domain) == address


def test_a_cursor_has_room_for_any_account() -> None:
    assert cursor_name("bot@exemple.invalid") == "mastodon:bot@exemple.invalid"
    assert len(cursor_name("b" * 300)) <= 100
    assert cursor_name("b" * 300) != cursor_name("c" * 300)

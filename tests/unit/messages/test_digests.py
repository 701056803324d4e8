"""A digest says everything that its announcements would have said, once, in order, and drops nothing in silence."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.documents import HOSTILE
from factories.views import FILE_PROOF, answer_facts, stance_facts, subject_facts
from pledgebot.domain.answer import Position
from pledgebot.domain.events import EventKind, Said
from pledgebot.messages.digests import MOST_TOLD, digest
from pledgebot.messages.document import Heading, Quote, from_json, to_json
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.render import plain, telegram_html

EN, FR = translator("en"), translator("fr")
BOARD = "https://board.example.org"
NEW, CORRECTED = EventKind.ANSWER_CONFIRMED, EventKind.ANSWER_CORRECTED
WITHDRAWN, REMOVED = EventKind.ANSWER_WITHDRAWN, EventKind.CONTENT_REMOVED
KINDS = (NEW, CORRECTED, WITHDRAWN, REMOVED)


def news(seq: int, kind: EventKind = NEW, name: str | None = None, **changes: object) -> Said:
    """Return what happened at one place of the ledger, to a list of its own."""
    subject = subject_facts(name=name or f"Liste Exemple {seq}", id=seq)
    return Said(kind, replace(answer_facts(seq=seq, head_hash=f"{seq:064x}", subject=subject), **changes))  # type: ignore[arg-type]  # any field


def read(*said: Said, language: str = "en", board: str | None = BOARD) -> str:
    """Return a digest as it is read, with ordinary spaces."""
    text = plain(digest(said, translator(language), board))
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("render", [plain, telegram_html])
def test_every_kind_of_news_is_told_in_every_language(language: str, render: object) -> None:
    message = digest([news(1, kind) for kind in KINDS], translator(language), BOARD)
    assert callable(render)
    assert render(message).count("Liste Exemple 1") >= len(KINDS)
    assert from_json(to_json(message)) == message
    assert message.hashtags == ()


def test_a_digest_says_how_much_it_tells_and_then_each_thing() -> None:
    text = read(news(1), news(2, WITHDRAWN, reason="a new programme"))
    assert text.startswith("2 news items about what you follow\n")
    assert "New answer: Liste Exemple 1" in text
    assert "Word taken back: Liste Exemple 2" in text
    assert "Reason: a new programme" in text
    assert text.count("Proof: ") == 2


def test_a_correction_says_what_was_wrong_and_what_is_right() -> None:
    stance = stance_facts(Position.PARTIAL, was=Position.COMMITTED)
    text = read(news(1), news(2, CORRECTED, stances=(stance,), reason="misread", corrects_said_on=date(2026, 2, 1)))
    assert "we had written: committed; right is: partly committed" in text
    assert "Reason for the correction: misread" in text


def test_a_removal_says_when_and_why_and_nothing_of_what_was_removed() -> None:
    removal = news(2, REMOVED, reason="court order", decided_on=date(2026, 2, 20))
    text = read(news(1), removal)
    assert "Content removed on legal demand on 20 February 2026: court order" in text


def test_the_letter_the_table_and_the_newest_link_of_the_ledger_stand_once_at_the_end() -> None:
    text = read(news(2), news(1))
    assert [text.count(words) for words in ("Open letter: ", BOARD, "Ledger: link 2")] == [1, 1, 1]
    assert text.index("Open letter: ") > text.index("Liste Exemple 2")
    assert "Ledger: link 1" not in text


def test_quotations_are_left_to_the_proof_that_is_linked() -> None:
    message = digest([news(1), news(2, proof=FILE_PROOF)], EN)
    assert not [block for block in message.blocks if isinstance(block, Quote)]
    assert "see the source" in plain(message)


def test_an_example_says_so_once() -> None:
    text = read(news(1), news(2, fictional=True))
    assert text.startswith("Example: fictional lists and people.")
    assert text.count("fictional") == 1


def test_each_list_is_a_button_by_its_name_and_each_only_once() -> None:
    buttons = digest([news(1), news(2), news(1, WITHDRAWN)], EN, BOARD).buttons
    assert [button.text for row in buttons for button in row] == [
        "What every list says",
        "More on Liste Exemple 1",
        "More on Liste Exemple 2",
    ]


def test_news_of_one_list_alone_has_the_buttons_of_an_announcement() -> None:
    buttons = digest([news(1), news(1, WITHDRAWN)], EN).buttons
    assert [button.text for row in buttons for button in row] == ["More on this list"]


def test_what_is_too_much_is_counted_and_its_lists_are_named_with_the_way_to_them() -> None:
    text = read(*(news(seq) for seq in range(1, MOST_TOLD + 4)))
    assert text.startswith(f"{MOST_TOLD + 3} news items")
    assert "And 3 more news items: Liste Exemple 21, Liste Exemple 22 and Liste Exemple 23." in text
    assert "Ask for a list by its name" in text
    assert text.count("New answer: ") == MOST_TOLD


def test_what_puts_something_right_is_told_in_full_however_much_there_is() -> None:
    last = MOST_TOLD + 5
    text = read(*(news(seq) for seq in range(1, last)), news(last, CORRECTED))
    assert f"Correction: Liste Exemple {last}" in text
    assert text.count("New answer: ") == MOST_TOLD - 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_escaped_and_add_no_line_of_their_own(name: str) -> None:
    usual = digest([news(seq, name="Liste") for seq in range(1, 30)], EN)
    message = digest([news(seq, name=name) for seq in range(1, 30)], EN)
    assert "<script" not in telegram_html(message)
    assert plain(message).count("\n") == plain(usual).count("\n")


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(KINDS)), min_size=1, max_size=60, unique_by=lambda one: one[0]
    )
)
def test_nothing_is_dropped_and_the_order_is_that_of_the_ledger(chosen: list[tuple[int, EventKind]]) -> None:
    said = [news(seq, kind, name=f"Liste Exemple n{seq}n") for seq, kind in chosen]
    message = digest(said, EN)
    titles = [
        "".join(inline.text for inline in block.inlines) for block in message.blocks if isinstance(block, Heading)
    ]
    assert titles[0].startswith(f"{len(chosen)} ")
    order = sorted(seq for seq, _kind in chosen)
    full = [next(seq for seq in order if f"n{seq}n" in title) for title in titles[1:]]
    assert full == sorted(full)
    assert len(full) == min(len(chosen), MOST_TOLD)
    text = plain(message)
    assert all(f"n{seq}n" in text for seq in order)
    assert digest(list(reversed(said)), EN) == message

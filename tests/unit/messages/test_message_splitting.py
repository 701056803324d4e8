import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from factories.documents import messages
from pledgebot.messages.document import Bullets, Heading, Link, Message, Paragraph, Picture, Strong, Text
from pledgebot.messages.render import plain, split, telegram_html, telegram_length

Count = Callable[[str], int]


def within(limit: int, count: Count = len) -> Callable[[Message], bool]:
    return lambda message: count(plain(message)) <= limit


def words_of(*parts: Message) -> str:
    """Return the signs that carry sense, in their order: no spaces, bullets, quotation marks or brackets of ours."""
    return "".join(re.sub(r"[\s•«»“”()]", "", plain(part)) for part in parts)


@given(messages(), st.integers(200, 5000), st.sampled_from([len, telegram_length]))
@example(Message((Paragraph((Text("a " * 4000),)),), "fr"), 200, len)
@example(
    Message((Bullets(((Text("x" * 3000),), (Link("y" * 700, "https://a.test"),))),), "fr", ("un", "deux")), 200, len
)
def test_every_part_fits_and_nothing_is_lost(message: Message, limit: int, count: Count) -> None:
    parts = split(message, within(limit, count))
    assert all(count(plain(part)) <= limit for part in parts)
    assert words_of(*parts).replace("#", "") == words_of(message).replace("#", "")
    assert [part.hashtags for part in parts[:-1]] == [()] * (len(parts) - 1)
    assert parts[-1].hashtags == message.hashtags
    assert parts[0].pictures == message.pictures
    assert all(part.language == message.language for part in parts)


@given(messages(), st.integers(200, 600))
def test_no_address_is_cut(message: Message, limit: int) -> None:
    def links(*parts: Message) -> set[str]:
        return set(re.findall(r'href="([^"]*)"', "".join(map(telegram_html, parts))))

    assert links(message) <= links(*split(message, within(limit)))


def test_what_fits_stays_whole() -> None:
    message = Message((Paragraph((Text("court"),)),), "fr", ("a",))
    assert split(message, within(200)) == (message,)


def test_a_message_is_cut_between_blocks_first() -> None:
    blocks = tuple(Paragraph((Text(letter * 90),)) for letter in "abcd")
    parts = split(Message(blocks, "fr"), within(200))
    assert [part.blocks for part in parts] == [blocks[:2], blocks[2:]]


def test_then_between_bullets() -> None:
    items = tuple((Text(letter * 60),) for letter in "abcdef")
    parts = split(Message((Bullets(items),), "fr"), within(200))
    assert [part.blocks for part in parts] == [(Bullets(items[:3]),), (Bullets(items[3:]),)]


def test_then_between_sentences() -> None:
    text = "Une phrase assez longue. " * 12
    parts = split(Message((Paragraph((Text(text),)),), "fr"), within(200))
    assert len(parts) == 2
    assert all(plain(part).endswith(".") for part in parts)


@pytest.mark.parametrize("limit", range(200, 215))
def test_no_line_begins_with_the_punctuation_of_the_word_before(limit: int) -> None:
    parts = split(Message((Paragraph((Text("mot ; « oui » : " * 60),)),), "fr"), within(limit))
    assert {plain(part)[0] for part in parts} <= {"m", "«"}
    assert {plain(part)[-1] for part in parts} <= {";", "»", ":"}


def test_words_around_a_mark_stay_together() -> None:
    run = (Text("mot " * 48), Strong("engage"), Text(", dit"))
    first, second = split(Message((Paragraph(run),), "fr"), within(198))
    assert plain(first).endswith("mot")
    assert plain(second) == "engage, dit"


def test_the_words_of_a_label_are_cut_like_all_others() -> None:
    run = (Text("avant"), Link(f"{'lettre ' * 60}ouverte", "https://exemple.test/a"), Text("après"))
    parts = split(Message((Paragraph(run),), "fr"), within(200))
    assert len(parts) > 1
    assert plain(parts[0]).startswith("avantlettre lettre")
    assert plain(parts[-1]).endswith("lettre ouverte (https://exemple.test/a)après")


def test_an_address_that_fits_nowhere_stays_whole() -> None:
    address = "https://exemple.test/" + "a" * 300
    parts = split(Message((Paragraph((Text("voir "), Link("ici", address), Text(" et là"))),), "fr"), within(200))
    assert [plain(part) for part in parts] == ["voir ici (", address, ") et là"]


def test_a_long_word_is_cut_before_an_address_in_it() -> None:
    address = "https://exemple.test/" + "a" * 100
    parts = split(Message((Paragraph((Text("x" * 50 + address + "b" * 30),)),), "fr"), within(160))
    assert [plain(part) for part in parts] == ["x" * 50, address + "b" * 30]


def test_long_texts_are_cut_with_few_questions() -> None:
    asked = 0

    def fits(message: Message) -> bool:
        nonlocal asked
        asked += 1
        return len(plain(message)) <= 5000

    parts = split(Message((Paragraph((Text("mot " * 5000),)),), "fr"), fits)
    assert [len(plain(part)) for part in parts] == [4999] * 3 + [4999, 3][: len(parts) - 3]
    assert asked < 200


@given(st.lists(st.text("ab .\n", max_size=30).map(Text), max_size=30), st.integers(20, 90))
@example([Text("aa\n"), Text("aaaaaaaaaaaaa "), Text("aaaa")], 20)
def test_every_part_is_as_full_as_it_can_be(runs: list[Text], limit: int) -> None:
    """No first word of a part would have fitted on the part before, where the cut is between words."""
    parts = split(Message((Paragraph(tuple(runs)),), "fr"), within(limit))
    for part, after in pairwise(parts):
        word = plain(after).split()[0]
        # A line break at the end of a part, where it was cut, is not printed.
        whole = [run.text for block in part.blocks if isinstance(block, Paragraph) for run in block.inlines]
        if len(word) < limit and not set(".\n").intersection("".join(whole)):
            assert len(f"{plain(part)} {word}") > limit


def test_a_heading_goes_with_what_follows_it() -> None:
    blocks = (Paragraph((Text("a" * 150),)), Heading((Text("Titre"),)), Paragraph((Text("b" * 100),)))
    parts = split(Message(blocks, "fr"), within(200))
    assert [part.blocks for part in parts] == [blocks[:1], blocks[1:]]


def test_hashtags_that_no_longer_fit_take_the_last_block_along() -> None:
    blocks = (Paragraph((Text("a" * 100),)), Paragraph((Text("b" * 90),)))
    first, last = split(Message(blocks, "fr", ("lettre",)), within(195))
    assert (first.blocks, first.hashtags) == (blocks[:1], ())
    assert (last.blocks, last.hashtags) == (blocks[1:], ("lettre",))


def test_pictures_count_with_the_first_part_only() -> None:
    picture = Picture("carte", "Un tableau")
    message = Message((Paragraph((Text("a " * 150),)),), "fr", pictures=(picture,))
    parts = split(message, lambda part: len(plain(part)) <= (100 if part.pictures else 200))
    assert [len(plain(part)) <= limit for part, limit in zip(parts, (100, 200), strict=True)] == [True, True]


@pytest.mark.parametrize("sign", ["e\u0301", "👩‍👩‍👧", "👍🏽"])
def test_what_is_drawn_as_one_sign_is_not_cut(sign: str) -> None:
    parts = split(Message((Paragraph((Text(sign * 250),)),), "fr"), within(200))
    assert len(parts) > 1
    assert all(len(plain(part)) % len(sign) == 0 for part in parts)


def test_what_fits_nowhere_is_kept_rather_than_lost() -> None:
    parts = split(Message((Paragraph((Text("ab"),)),), "fr"), lambda _message: False)
    assert "".join(plain(part) for part in parts) == "ab"

"""A long answer as a short thread: a beginning, and the way to the rest; nothing that fits is cut."""

from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.mastodon.shortening import KEPT, MOST, fitting
from pledgebot.messages.document import Block, Bullets, Button, Message, Quote, Text, heading, paragraph
from pledgebot.messages.render import plain

REST = paragraph("The rest is elsewhere.")
PART = 60

words = st.text("abc .!?é", min_size=1, max_size=120).filter(str.strip)
blocks = st.lists(
    st.one_of(
        words.map(paragraph),
        words.map(heading),
        words.map(lambda text: Quote((Text(text),))),
        st.lists(words, min_size=1, max_size=12).map(lambda items: Bullets(tuple((Text(item),) for item in items))),
    ),
    min_size=1,
    max_size=12,
)


def cut(message: Message) -> tuple[str, ...]:
    """Cut a message every so many characters."""
    text = plain(message)
    return tuple(text[start : start + PART] for start in range(0, len(text), PART))


@given(blocks)
def test_a_short_answer_is_whole_and_a_long_one_ends_with_the_way_to_the_rest(blocks: list[Block]) -> None:
    message = Message(tuple(blocks), "en")

    posts = fitting(message, cut, REST)

    if len(cut(message)) <= MOST:
        assert posts == cut(message)
    else:
        assert 1 <= len(posts) <= KEPT
        assert "".join(posts).endswith(plain(Message((REST,), "en")))


@given(blocks)
def test_a_beginning_is_the_beginning_and_as_long_as_fits(blocks: list[Block]) -> None:
    message = Message(tuple(blocks), "en")
    posts = fitting(message, cut, REST)
    if len(cut(message)) <= MOST:
        return

    said = "".join(posts).removesuffix(plain(Message((REST,), "en"))).rstrip().removesuffix("…").rstrip()
    everything = "".join(plain(message).split())
    assert everything.startswith("".join(said.split()))


def test_sentences_are_not_torn() -> None:
    sentences = " ".join(f"This is sentence number {number}." for number in range(30))

    posts = fitting(Message((heading("Sentences"), paragraph(sentences)), "en"), cut, REST)

    said = "".join(posts)
    assert "number 0." in said
    assert ". …\n\nThe rest" in said


def test_items_are_not_torn_and_no_heading_stands_before_nothing() -> None:
    items = Bullets(tuple((Text(f"list {number} says yes"),) for number in range(30)))
    long = Message((heading("First"), items), "en")
    alone = Message((paragraph("One."), heading("Second"), paragraph("x" * 1000)), "en")

    assert "".join(fitting(long, cut, REST)).count("says yes") > 3
    assert "Second" not in "".join(fitting(alone, cut, REST))


def test_addresses_behind_buttons_are_not_told_of_what_is_cut() -> None:
    button = Button("Proof", url="https://exemple.invalid/proof")
    message = Message((paragraph("word. " * 200),), "en", buttons=((button,),))
    seen: list[Message] = []

    def watched(part: Message) -> tuple[str, ...]:
        seen.append(part)
        return cut(part)

    fitting(message, watched, REST)

    assert seen[0].buttons
    assert not any(part.buttons for part in seen[1:])

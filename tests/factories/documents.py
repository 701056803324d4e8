"""Messages of every shape, for rules that hold for any of them."""

from hypothesis import strategies as st

from pledgebot.messages.document import (
    Block,
    Bullets,
    Heading,
    Inline,
    Link,
    Message,
    Paragraph,
    Picture,
    Quote,
    Strong,
    Text,
)

HOSTILE = (
    "<script>alert(1)</script>",
    'Tom & "Jerry" l\'ami',
    "</b></a><i>",
    "&amp;&lt;",
    "حزب المثال",
    "abc\u202edef",
    "👩‍👩‍👧‍👦🏳️‍🌈 ❤️",
    "x" * 300,
    "https://exemple.test/?a=1&b=2",
    "{name} {0} %s",
    "« déjà » ; oui ! non ? : 20:00",
)
"""Names that would break a careless renderer."""

_characters = st.characters(exclude_categories=["Cs", "Cc"])
words = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(_characters, max_size=120),
    st.text("ab é.!?;:«» \n", max_size=300),
)
addresses = st.text("abcdefghij0123456789-_~/", max_size=110).map(lambda path: f"https://exemple.test/{path}")
inlines: st.SearchStrategy[Inline] = st.one_of(
    words.map(Text), words.map(Strong), st.builds(Link, words, addresses), addresses.map(lambda url: Link(url, url))
)
runs = st.lists(inlines, max_size=5).map(tuple)
blocks: st.SearchStrategy[Block] = st.one_of(
    runs.map(Heading), runs.map(Paragraph), runs.map(Quote), st.lists(runs, max_size=5).map(tuple).map(Bullets)
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Return any message."""
    return Message(
        blocks=tuple(draw(st.lists(blocks, max_size=6))),
        language=draw(st.sampled_from(["fr", "en"])),
        hashtags=tuple(draw(st.lists(st.text("abcé", min_size=1, max_size=12), max_size=4))),
        pictures=tuple(draw(st.lists(st.builds(Picture, words, words), max_size=1))),
    )

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.documents import HOSTILE, messages
from pledgebot.messages.document import Bullets, Heading, Link, Message, Paragraph, Quote, Strong, Text
from pledgebot.messages.render import (
    most_entities,
    plain,
    split,
    telegram_entities,
    telegram_fits,
    telegram_html,
    telegram_length,
    web_html,
)

EXAMPLE = Message(
    (
        Heading((Text("Liste "), Strong("A"))),
        Paragraph((Text("Elle "), Strong("s’engage"), Text(" : "), Link("voir", "https://a.test/?b=1&c=2"))),
        Bullets(((Text("un"),), (Text("deux !"),))),
        Quote((Text("Oui & non"),)),
    ),
    "fr",
    ("#lettre", "cameras"),
)


def test_plain_text_reads_well_aloud() -> None:
    assert plain(EXAMPLE) == (
        "Liste A\n"
        "Elle s’engage\u00a0: voir (https://a.test/?b=1&c=2)\n\n"
        "• un\n• deux\u202f!\n\n"
        "«\u00a0Oui & non\u00a0»\n\n"
        "#lettre #cameras"
    )


def test_telegram_gets_its_own_few_tags() -> None:
    assert telegram_html(EXAMPLE) == (
        "<b>Liste A</b>\n"
        'Elle <b>s’engage</b>\u00a0: <a href="https://a.test/?b=1&amp;c=2">voir</a>\n\n'
        "• un\n• deux\u202f!\n\n"
        "<blockquote>Oui &amp; non</blockquote>\n\n"
        "#lettre #cameras"
    )


def test_the_board_gets_html() -> None:
    assert web_html(EXAMPLE) == (
        "<h3>Liste A</h3>\n"
        '<p>Elle <strong>s’engage</strong>\u00a0: <a href="https://a.test/?b=1&amp;c=2" rel="nofollow">voir</a></p>\n'
        "<ul><li>un</li><li>deux\u202f!</li></ul>\n"
        "<blockquote><p>Oui &amp; non</p></blockquote>\n"
        "<p>#lettre #cameras</p>"
    )


def test_an_address_that_is_its_own_label_is_written_once() -> None:
    assert plain(Message((Paragraph((Link("https://a.test", "https://a.test"),)),), "fr")) == "https://a.test"


def test_an_address_in_french_keeps_its_signs() -> None:
    link = Link("voir ; ici", "https://a.test/a ?b")
    assert plain(Message((Paragraph((link,)),), "fr")) == "voir\u202f; ici (https://a.test/a ?b)"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", " https://a.test"])
def test_only_web_addresses_become_links(url: str) -> None:
    message = Message((Paragraph((Link("voir", url),)),), "en")
    assert "<a" not in web_html(message)
    assert "<a" not in telegram_html(message)
    assert "voir" in web_html(message)


class _Tags(HTMLParser):
    """Collects tags and text, and finds what is not closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _value in attrs} <= {"href", "rel"}
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@given(messages())
def test_html_is_balanced_and_holds_known_tags_only(message: Message) -> None:
    telegram, web = _Tags(telegram_html(message)), _Tags(web_html(message))
    assert telegram.open == web.open == []
    assert telegram.seen <= {"b", "a", "blockquote"}
    assert web.seen <= {"p", "ul", "li", "h3", "blockquote", "a", "strong", "br"}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("shape", [Heading, Paragraph, Quote, lambda run: Bullets((run,))])
def test_hostile_names_come_out_as_they_are(name: str, shape: type[Paragraph]) -> None:
    message = Message((shape((Text(name), Strong(name), Link(name, "https://a.test"))),), "en", (name,))
    for rendered in (telegram_html(message), web_html(message)):
        tags = _Tags(rendered)
        assert tags.open == []
        assert tags.seen <= {"b", "a", "blockquote", "p", "ul", "li", "h3", "strong"}
        assert tags.words.count(name) >= 3
    assert plain(message).count(name) >= 3


def test_empty_blocks_leave_no_trace() -> None:
    empty = Message((Heading(()), Paragraph((Text(" "),)), Quote(()), Bullets(())), "fr", ("", "#"))
    assert plain(empty) == telegram_html(empty) == web_html(empty) == ""


def test_telegram_counts_utf16() -> None:
    assert telegram_length("aé👍") == 4


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("@quelquun dit", "@\u2060quelquun dit"),
        ("(#lettre)", "(#\u2060lettre)"),
        ("/start ou /aide", "/\u2060start ou /\u2060aide"),
        ("@", "@\u2060"),
        ("a@b.test et 1/2 et C#", "a@b.test et 1/2 et C#"),
        ("voir https://a.test/-/b#c @toi", "voir https://a.test/-/b#c @\u2060toi"),
        ("@ #  / seuls", "@ #  / seuls"),
    ],
)
def test_quoted_words_call_nobody_on_telegram(words: str, shown: str) -> None:
    quoted = Message((Quote((Text(words),)),), "en")
    assert telegram_html(quoted) == f"<blockquote>{shown}</blockquote>"
    assert plain(quoted) == f"“{words}”"
    assert web_html(quoted) == f"<blockquote><p>{words}</p></blockquote>"
    said = Message((Paragraph((Text(words),)),), "en")
    assert telegram_html(said) == words


def test_a_marked_name_in_a_quotation_calls_nobody_either() -> None:
    message = Message((Quote((Text("@"), Strong("quelquun"), Link("@toi", "https://a.test"))),), "fr")
    assert telegram_html(message) == (
        '<blockquote>@\u2060<b>quelquun</b><a href="https://a.test">@toi</a></blockquote>'
    )


@pytest.mark.parametrize(
    ("message", "count"),
    [
        (EXAMPLE, 6),
        (Message((Paragraph((Text("Rien à voir. Deux fois 3/4, l'an 2026 : fin"),)),), "fr"), 0),
        (Message((Paragraph((Text("@a #b /c https://a.test a@b.test exemple.test/x +33 6 00 00 00 00"),)),), "en"), 7),
        (Message((Quote((Text("@a #b /c"),)),), "en"), 1),
        (Message((Paragraph((Link("@a #b", "https://a.test"),)),), "fr"), 1),
    ],
)
def test_entities_are_counted_as_telegram_may_find_them(message: Message, count: int) -> None:
    assert telegram_entities(telegram_html(message)) == count


SIGNS = st.text(st.sampled_from("@#/$.+-0123456789٣a b_<>&é"), max_size=80) | st.sampled_from(
    ["a@b.test", "https://a.test", "#1", "$A", "a.b", "1234567"]
)


@given(messages() | SIGNS.map(lambda words: Message((Paragraph((Text(words), Strong(words))),), "fr")))
def test_there_are_never_more_entities_than_are_reckoned_with(message: Message) -> None:
    marked = telegram_html(message)
    assert telegram_entities(marked) <= most_entities(marked)


@pytest.mark.parametrize(("letters", "fits"), [(4096, True), (4097, False)])
def test_a_message_of_telegram_holds_4096_units(letters: int, fits: bool) -> None:
    assert telegram_fits(Message((Paragraph((Text("a" * letters),)),), "fr")) is fits
    assert telegram_fits(Message((Paragraph((Text("👍" * (letters // 2) + "a" * (letters % 2)),)),), "fr")) is fits
    assert telegram_fits(Message((Paragraph((Text("a" * 10),)),), "fr"), 9) is False


def test_signs_that_keep_a_quotation_quiet_are_counted_as_well() -> None:
    assert not telegram_fits(Message((Quote((Text("@a " * 1364),)),), "fr"))


@pytest.mark.parametrize(("marks", "fits"), [(100, True), (101, False)])
def test_a_message_of_telegram_holds_a_hundred_entities(marks: int, fits: bool) -> None:
    assert telegram_fits(Message((Bullets(((Strong("a"),),) * marks),), "fr")) is fits
    assert telegram_fits(Message((Paragraph((Text("#a " * marks),)),), "fr")) is fits


@given(messages())
def test_whatever_is_split_for_telegram_fits(message: Message) -> None:
    wide = Message(message.blocks * 6, message.language, message.hashtags)
    assert all(telegram_fits(part) for part in split(wide, telegram_fits))

"""Markup, entities and keyboards are taken and refused as Telegram takes and refuses them."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.telegram import Refusal, units
from fakes.telegram.entities import Formatted, part, written
from fakes.telegram.html import checked_link, parse_html
from fakes.telegram.keyboards import read_markup, rows

PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(str.strip)


def told(formatted: Formatted) -> list[tuple[str, str]]:
    """Return each entity's type with its text."""
    return [(entity.type, part(formatted.text, entity)) for entity in formatted.entities]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<b>x</b>", "bold"),
        ("<STRONG>x</strong>", "bold"),
        ("<i>x</i>", "italic"),
        ("<em>x</em>", "italic"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">x</span>', "spoiler"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ('<pre><code class="language-python">x</code></pre>', "pre"),
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ('<tg-emoji emoji-id="5368324170671202286">x</tg-emoji>', "custom_emoji"),
        ("<tg-time unix='1773597600' format='t'>x</tg-time>", "date_time"),
        ('<a href="https://exemple.invalid/a?b=1&amp;c=2">x</a>', "text_link"),
    ],
)
def test_every_documented_tag_becomes_an_entity(source: str, kind: str) -> None:
    assert told(parse_html(f"a {source}")) == [(kind, "x")]


def test_what_belongs_to_an_entity_is_kept() -> None:
    link, code = parse_html(
        '<a href="https://exemple.invalid?a=1&amp;b=2">x</a> <pre><code class="language-python">y</code></pre>'
    ).entities
    assert link.more == {"url": "https://exemple.invalid/?a=1&b=2"}
    assert code.more == {"language": "python"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("a<br/>", 'Unsupported start tag "br/" at byte offset 1'),
        ("😀 <3", "Unclosed start tag at byte offset 5"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2 >", 'Unsupported start tag "2" at byte offset 2'),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("<b>é</i>", 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_markup_that_is_none_is_refused_with_the_place_in_bytes(source: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_html(source)
    assert (caught.value.code, caught.value.description) == (400, f"Bad Request: can't parse entities: {words}")


def test_characters_are_read_and_unknown_names_stand_as_written() -> None:
    read = parse_html("&lt;&gt;&amp;&quot;&#39;&#x1F600; &nbsp; A&B")
    assert read.text == "<>&\"'😀 &nbsp; A&B"
    assert read.remarks == ("unknown &nbsp;",)


def test_a_link_without_a_usable_address_is_lost_and_remarked() -> None:
    read = parse_html('<a href="javascript:alert(1)">x</a><a href="/chemin">y</a>')
    assert (read.text, read.entities, len(read.remarks)) == ("xy", (), 2)


def test_nothing_stands_inside_code() -> None:
    read = parse_html("<code>a <b>b</b></code>")
    assert told(read) == [("code", "a b")]
    assert read.remarks == ("bold inside code",)


def test_the_hundred_and_first_entity_is_dropped_and_counted() -> None:
    read = parse_html("<b>x</b> " * 103)
    assert (len(read.entities), read.dropped) == (100, 3)


def test_white_space_at_the_ends_goes_and_entities_follow() -> None:
    read = parse_html(" \n <b> é😀 </b> \n")
    assert read.text == "é😀"
    assert told(read) == [("bold", "é😀")]


@given(PLAIN)
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text)).text == text


@given(st.lists(st.tuples(st.sampled_from(["b", "i", "u", "s", "blockquote"]), PLAIN.filter(bool)), max_size=8))
def test_the_stretches_of_entities_are_those_that_were_marked(parts: list[tuple[str, str]]) -> None:
    source = " | ".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in parts)
    read = parse_html(source)
    marked = [
        entity
        for entity in read.entities
        if entity.type in {"bold", "italic", "underline", "strikethrough", "blockquote"}
    ]
    assert [part(read.text, entity) for entity in marked] == [text for _tag, text in parts]
    assert all(entity.end <= units(read.text) for entity in read.entities)


@given(st.text())
def test_any_input_is_parsed_or_refused_with_400(source: str) -> None:
    try:
        parse_html(source)
    except Refusal as refusal:
        assert refusal.code == 400  # noqa: PT017 - that it is refused is one of two good ends


def test_clients_find_commands_mentions_and_links() -> None:
    said = written("😀 /listes@promesses_test_bot @promesses_test_bot a/b https://exemple.invalid/x, #marseille à@b.fr")
    assert told(said) == [
        ("bot_command", "/listes@promesses_test_bot"),
        ("mention", "@promesses_test_bot"),
        ("url", "https://exemple.invalid/x"),
        ("hashtag", "#marseille"),
        ("email", "à@b.fr"),
    ]


def test_a_command_with_an_accent_is_no_command() -> None:
    assert written("/réponses").entities == ()


def test_links_are_stored_with_a_scheme_and_a_path() -> None:
    assert checked_link("Exemple.org") == "http://exemple.org/"
    assert checked_link("HTTPS://Exemple.Invalid/Chemin") == "https://exemple.invalid/Chemin"
    assert checked_link("http://localhost/x") is None
    assert checked_link("ftp://exemple.invalid/") is None


def button(**more: object) -> dict[str, object]:
    """Return a keyboard with one button."""
    return {"inline_keyboard": [[{"text": "x", **more}]]}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (button(callback_data=""), "BUTTON_DATA_INVALID"),
        (button(callback_data="é" * 32 + "a"), "BUTTON_DATA_INVALID"),
        (button(url="javascript:x"), "inline keyboard button URL 'javascript:x' is invalid: Unsupported URL protocol"),
        (button(url="http://localhost/"), "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"),
        (button(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}, "BUTTON_TEXT_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 9]}, "reply markup is too long"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * 101}, "reply markup is too long"),
        ({"inline_keyboard": "x"}, 'field "inline_keyboard" must be of type Array'),
    ],
)
def test_bad_keyboards_are_refused(markup: dict[str, object], words: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_markup(markup)
    assert caught.value.description == f"Bad Request: {words}"


def test_good_keyboards_are_kept() -> None:
    eight = [{"text": "x", "callback_data": "é" * 32}] * 8
    kept = read_markup({"inline_keyboard": [[], eight, [{"text": "y", "url": "t.me/a_bot"}]]})
    assert [[b.label for b in row] for row in rows(kept)] == [["x"] * 8, ["y"]]
    assert read_markup({"inline_keyboard": [[]]}) is None
    assert read_markup({"force_reply": True}) == {"force_reply": True}

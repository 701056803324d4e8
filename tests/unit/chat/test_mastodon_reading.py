import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pledgebot.chat.grammar import Verb, parse
from pledgebot.chat.mastodon.reading import (
    LONGEST,
    Mentioned,
    Said,
    is_for_me,
    language_of,
    question_of,
    said,
    text_of,
    visibility_of_reply,
)

ME = Mentioned("bot", "https://exemple.invalid/@bot")
ALICE = Mentioned("alice@ailleurs.exemple.org", "https://ailleurs.exemple.org/@alice")
NAMESAKE = Mentioned("bot@ailleurs.exemple.org", "https://ailleurs.exemple.org/@bot")
EVERYONE = (ME, ALICE, NAMESAKE)


def card(one: Mentioned, shown: str = "") -> str:
    """Return a mention as Mastodon and GoToSocial write it."""
    name = shown or one.acct.partition("@")[0]
    return (
        f'<span class="h-card" translate="no"><a href="{one.url}" class="u-url mention" rel="nofollow noopener">'
        f"@<span>{name}</span></a></span>"
    )


ADDRESS = (
    '<a href="https://exemple.org/abc"><span class="invisible">https://</span>'
    '<span class="ellipsis">exemple.org/a</span><span class="invisible">bc</span></a>'
)
# Pleroma links to the identity of an account and not to its page.
PLEROMA = (
    '<span class="h-card"><a class="u-url mention" data-user="A1" href="https://exemple.invalid/users/bot" rel="ugc">'
    "@<span>bot</span></a></span>"
)
MISSKEY = '<a href="https://exemple.invalid/@bot" class="u-url mention">@bot@exemple.invalid</a>'
TAG = '<a href="https://exemple.invalid/tags/cameras" class="mention hashtag" rel="tag">#<span>cameras</span></a>'


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>stances marseille</p>", "stances marseille"),
        ("<p>un</p><p>deux<br>trois<br />quatre</p>", "un\n\ndeux\ntrois\nquatre"),
        ("<ul><li>un</li><li>deux</li></ul><blockquote>trois</blockquote>", "un\n\ndeux\n\ntrois"),
        ("a &amp; b &lt;3 &eacute;&nbsp;: &#233;&#x202f;!", "a & b <3 é : é !"),
        ("liste\u00a0A\u202f?\u2003oui", "liste A ? oui"),
        (f"<p>{ADDRESS}</p>", "https://exemple.org/abc"),
        ("<p>oui<script>alert('<b>non</b>')</script><style>p { }</style> bien</p>", "oui bien"),
        ("<SCRIPT src=x>non</SCRIPT >oui", "oui"),
        ("oui<!-- <p>non</p> --> bien<!-- non", "oui bien"),
        ("<p>oui <b>bien <i>sûr</p> et</i></div>", "oui bien sûr\n\net"),
        ("<p>oui <a href='", "oui a href='"),
        ('<img alt="a > b">oui', "oui"),
        ("a < b > c", "a < b > c"),
        ("&lt;script&gt;alert(1)&lt;/script&gt; &lt;&lt;script", "script>alert(1)/script> script"),
        ("abc\u202edef\u2066\u200f \x00\x1b[31m\ufeff", "abcdef [31m"),
        ("ca\u00adme\u200bras @\u2060toi", "cameras @toi"),
        ("e\u0301 👩‍👩‍👧 مرحبا", "e\u0301 👩‍👩‍👧 مرحبا"),
        ("a\ud800b&#xd800;", "ab\ufffd"),
        (f"a&#{'9' * 5000};&#x{'f' * 5000};b", "ab"),
        ('<p class="quote-inline">RE: <a href="https://exemple.org/1">x</a></p><p>dates</p>', "dates"),
        ('dates<span class="quote-inline"><br/>RE: <a href="x"><span>x</span></a></span> ?', "dates ?"),
        ('<p class="quote-inline">RE: x<p>dates', "dates"),
        ('<span class="quote-inline">RE: <span>x</span> y</span>dates', "dates"),
        ("", ""),
    ],
)
def test_html_becomes_words(content: str, text: str) -> None:
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("content", "question"),
    [
        (f"<p>{card(ME)} stances marseille</p>", "stances marseille"),
        ("<p>@bot stances marseille</p>", "stances marseille"),
        ("@bot@exemple.invalid stances", "stances"),
        ("@BOT\u00a0: stances", "stances"),
        (".@bot, stances", "stances"),
        (f"<p>{card(ME)}{card(ALICE)} stances</p>", "stances"),
        (f"<p>{card(ALICE)} {card(ME, 'bot@exemple.invalid')}<br>stances</p>", "stances"),
        (f"{PLEROMA} stances", "stances"),
        (f"<p>{MISSKEY}<span> stances</span></p>", "stances"),
        (f"<p>stances marseille {card(ME)}</p>", "stances marseille"),
        ("stances, @bot", "stances"),
        ("stances @bot marseille", "stances marseille"),
        (f"<p>{card(ME)} que dit {card(ALICE)} ?</p>", "que dit alice ?"),
        (f"<p>{card(ME)} que dit {card(NAMESAKE)} ?</p>", "que dit bot ?"),
        ("@bot @inconnu stances", "@inconnu stances"),
        (f"{card(ME)} positions {TAG}", "positions cameras"),
        ("@bot https://exemple.org/#cameras #1", "https://exemple.org/#cameras 1"),
        ("@bot ?", "?"),
        ("@bot /stances\u202fmarseille", "/stances marseille"),
        ("@bot liste a@exemple.org", "liste a@exemple.org"),
        (f"<p><a href='{ME.url}/'>@bot<p>stances", "stances"),
        ("@bot", ""),
        ("@bot <#script> <@alice>", "script> alice>"),
    ],
)  # fmt: skip
def test_the_question_stands_without_the_names_that_carry_it(content: str, question: str) -> None:
    assert question_of(content, EVERYONE, "bot") == question


def test_our_name_is_left_out_though_the_server_lists_no_mentions() -> None:
    assert question_of("<p>@bot stances</p>", (), "bot") == "stances"


@pytest.mark.parametrize(
    ("content", "leading", "first"),
    [
        ("@bot stances", True, True),
        (f"{card(ALICE)} {card(ME)} oui", True, False),
        (f"{card(NAMESAKE)} oui @bot", False, False),
        ("bonjour @bot stances", False, False),
        ("stances", False, False),
    ],
)
def test_where_our_name_stands_is_told(content: str, leading: bool, first: bool) -> None:
    found = said(content, EVERYONE, "bot")
    assert (found.leading, found.first) == (leading, first)


@pytest.mark.parametrize(
    ("words", "visibility", "reply", "to_me", "answered"),
    [
        (Said("stances", leading=True, first=True), "public", False, False, True),
        (Said("stances", leading=True), "public", False, False, True),
        (Said("bonjour stances"), "public", False, False, False),
        (Said("bonjour stances"), "direct", False, False, True),
        (Said("oui", leading=True), "public", True, False, False),
        (Said("stances", leading=True, first=True), "public", True, False, True),
        (Said("oui"), "private", True, False, False),
        (Said("merci"), "unlisted", True, True, True),
    ],
)
def test_a_mention_in_passing_is_no_question(
    words: Said, visibility: str, reply: bool, to_me: bool, answered: bool
) -> None:
    assert is_for_me(words, visibility=visibility, reply=reply, reply_to_me=to_me) is answered


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("public", "unlisted"),
        ("unlisted", "unlisted"),
        ("private", "direct"),
        ("direct", "direct"),
        ("local", "direct"),
        ("", "direct"),
    ],
)
def test_an_answer_is_seen_by_nobody_who_could_not_see_the_question(theirs: str, ours: str) -> None:
    assert visibility_of_reply(theirs) == ours


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        ("fr", "fr"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("pt-BR", "pt-BR"),
        ("pt", "fr"),
        ("de", "fr"),
        (None, "fr"),
        ("", "fr"),
    ],
)
def test_the_language_of_the_mention_is_spoken_if_it_is_offered(status: str | None, answered: str) -> None:
    assert language_of(status, "fr", ("fr", "en", "pt-BR")) == answered


def test_what_is_read_is_understood_by_the_grammar() -> None:
    assert parse(question_of(f"<p>{card(ME)} /stances&nbsp;marseille</p>", EVERYONE, "bot")).verb is Verb.STANCES
    assert parse(question_of("<p>@bot aide\u202f!</p>", EVERYONE, "bot")).verb is Verb.HELP


rubbish = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from([
            "<p>", "</p>", "<a href='", '<a href="https://exemple.invalid/@bot">', "</a>", "<br/>", "<script>", "</script>",
            "<!--", "-->", "&lt;", "&#", "&#x110000;", "&amp;", "script", "<", "<<", ">", '"', "'", "@bot", "@", "#", " ",
            "\u200b", "\u202e", "\x00", "\ud800", "<span class=quote-inline>", "</span>", "mot", "\n", "<![CDATA[", "<?x",
        ])
    ).map("".join),
)  # fmt: skip


@given(rubbish)
@example("&lt;\u200bscript")
@example("&lt;#script")
@example("&lt;@alice")
def test_rubbish_gives_words_or_nothing(content: str) -> None:
    for words in (text_of(content), question_of(content, EVERYONE, "bot"), question_of(content, (), "")):
        assert "<script" not in words.lower()
        assert words == words.strip()
        assert "\n\n\n" not in words
        assert "\u202e" not in words
        assert "\x00" not in words
        words.encode()


def test_a_mention_of_ten_thousand_characters_is_read_whole() -> None:
    question = question_of(f"<p>{card(ME)} {'mot ' * 2500}</p>", EVERYONE, "bot")
    assert question == " ".join(["mot"] * 2500)


@pytest.mark.parametrize(
    "piece",
    [
        "<a ", "<a x='", '<a href="', "<a \"'", "<!--", "<![CDATA[", "</", "<", "&", "&#", "&#9", "<p>", "<script>",
        "@a.", "@bot ", "#", " class=", "<a class=", "<p class='quote-inline", "<b href =", "&lt;", "\u202e", " ", "\n",
        "<span class=quote-inline>", "@a@", "<a''", "a-", "@a-.", "@bot,",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["", "<a "])
def test_hostile_html_takes_no_longer_than_any_other(piece: str, around: str) -> None:
    content = (around + piece * (LONGEST // len(piece)))[: LONGEST - 1] + ">"
    begun = time.process_time()
    question_of(content, EVERYONE, "bot")
    assert time.process_time() - begun < 1

"""What a mention says: HTML as real servers write it becomes words, without the names that only carry it to us. Pure."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pledgebot.messages.document import clean_words

LONGEST = 100_000
"""How many characters of HTML are read; the longest posts of usual servers have a tenth of it."""


@dataclass(frozen=True)
class Mentioned:
    """An account in the `mentions` of a status: its name ("bob", or "bob@exemple.invalid" on another server), its page."""

    acct: str
    url: str = ""


@dataclass(frozen=True)
class Said:
    """What a mention asks, in words, and where we stand in it: among the names before them, and as the first of those."""

    question: str
    leading: bool = False
    first: bool = False


def text_of(content: str) -> str:
    """Return the words of a status's HTML: paragraphs with an empty line between them, whole addresses, nothing invisible.

    Never raises, takes time in proportion to the length, and what it returns holds nothing that looks like a tag.
    """
    return _tidied("".join(_words(content, {})))


def question_of(content: str, mentions: Sequence[Mentioned], me: str) -> str:
    """Return what a mention asks, as `said` does."""
    return said(content, mentions, me).question


def said(content: str, mentions: Sequence[Mentioned], me: str) -> Said:
    """Return what the HTML of a mention asks of `me`, our own name as `mentions` has it.

    The names at its beginning are left out, our own wherever it stands. Of others within, the name stays without its server:
    somebody may ask about an account. A hashtag stays as its word. A name that `mentions` does not have is a word as well.
    """
    known = _known(mentions, me)
    text = _tidied("".join(_words(content, {_page(one.url): one.acct for one in mentions if one.url})))
    start, leading = _leading(text, known)

    def kept(found: re.Match[str]) -> str:
        acct = known.get(found["name"].casefold())
        if acct is None:
            return found[0]
        return " " if acct.casefold() == me.casefold() else acct.partition("@")[0]

    rest = _HASHTAG.sub("", _NAME.sub(kept, text[start:]))
    mine = [acct.casefold() == me.casefold() for acct in leading]
    return Said(_tidied(rest).rstrip(" ,\n"), leading=any(mine), first=mine[:1] == [True])


def is_for_me(words: Said, *, visibility: str, reply: bool, reply_to_me: bool) -> bool:
    """Tell whether a mention surely speaks to us, and not just of us.

    It does in a private post, in a reply to us, and where our name stands before the words. In a reply to somebody else it must
    be the very first: there programs put the names of all who took part, with that of whoever is answered before the others,
    and those who talk on among themselves did not ask us. Of any other post the caller may see whether it reads as a question.
    """
    if visibility == "direct" or reply_to_me:
        return True
    return words.first if reply else words.leading


def visibility_of_reply(theirs: str) -> str:
    """Return who may see the answer to a mention of this visibility: nobody who could not see the mention.

    Public answers are unlisted, so that those who follow us do not read every question. A post for the asker's followers is
    answered to the asker alone: our answer "private" would go to *our* followers, whom the asker never wrote to. So is one of a
    visibility that we do not know.
    """
    return "unlisted" if theirs in {"public", "unlisted"} else "direct"


def language_of(status_language: str | None, default: str, offered: Sequence[str]) -> str:
    """Return the language to answer in: that of the mention, such as "fr" or "pt-BR", if it is offered, else the default."""
    wanted = (status_language or "").replace("_", "-").casefold()
    codes = {code.casefold(): code for code in offered}
    return codes.get(wanted) or codes.get(wanted.partition("-")[0]) or default


def _known(mentions: Sequence[Mentioned], me: str) -> dict[str, str]:
    """Return accounts by what may stand for them in a text; a whole name goes before a shortened one, and ours before all."""
    accounts = [*(one.acct for one in mentions), me]
    short = {acct.partition("@")[0].casefold(): acct for acct in accounts}
    hosted = {f"{one.acct.partition('@')[0]}@{_host(one.url)}".casefold(): one.acct for one in mentions}
    return short | hosted | {acct.casefold(): acct for acct in accounts}


def _leading(text: str, known: dict[str, str]) -> tuple[int, list[str]]:
    """Return where the words begin, and the accounts that are named before them."""
    leading: list[str] = []
    start = 0
    while (found := _LEADING.match(text, start)) and (acct := known.get(found["name"].casefold())):
        leading.append(acct)
        start = found.end()
    after = _AFTER_NAMES.match(text, start) if leading else None
    return (after.end() if after else start), leading


_ONE_NAME = r"@(?P<name>\w(?:[\w.-]*\w)?(?:@\w(?:[\w.-]*\w)?)?)"
_NAME = re.compile(rf"(?<![\w/=]){_ONE_NAME}")
_LEADING = re.compile(rf"[\s,;:.]*{_ONE_NAME}")
_AFTER_NAMES = re.compile(r"[\s,;:.!…-]*")
_HASHTAG = re.compile(r"(?<![\w/&=])[#＃](?=\w)")


def _page(url: str) -> str:
    return url.rstrip("/").casefold()


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


# The parser of the standard library needs a minute for a hundred thousand characters of unclosed tags; this is one pass.
# Possessive repetition keeps the pattern from trying again what it has read.
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)(?P<rest>(?:[^\"'<>]|\"[^\"]*+\"|'[^']*+')*+)>")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_QUOTED_POST = re.compile(r"""\sclass\s*=\s*["']?[^"'>]{0,200}\bquote-inline\b""", re.IGNORECASE)
_BLOCKS = frozenset({
    "p", "li", "ul", "ol", "blockquote", "div", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "hr",
})  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "iframe", "title"})
_LONGEST_TAG = 4_000
"""How much of a tag is searched for what it says of itself."""


def _words(content: str, pages: dict[str, str]) -> Iterator[str]:
    """Yield the words and breaks of HTML; a link to one of the pages of accounts becomes the name of that account."""
    source = _without_comments(content[:LONGEST])
    passing = _Passing()
    start = 0
    for tag in _TAG.finditer(source):
        if not passing.what:
            yield _unescaped(source[start : tag.start()])
        start = tag.end()
        yield _said_by(tag, pages, passing)
    if not passing.what:
        yield _unescaped(source[start:])


def _said_by(tag: re.Match[str], pages: dict[str, str], passing: "_Passing") -> str:
    """Return the break or the name that a tag stands for, and begin or end what is passed over."""
    name, end, rest = tag["name"].lower(), bool(tag["end"]), tag["rest"][:_LONGEST_TAG]
    if passing.what and not passing.ends_with(name, end=end):
        return ""
    acct = _account(rest, pages) if name == "a" and not end else ""
    if not end and (acct or name in _SILENT or _QUOTED_POST.search(rest)):
        passing.begin(name)
    return f" @{acct} " if acct else "\n" if name == "br" else "\n\n" if name in _BLOCKS else ""


class _Passing:
    """Which element is passed over: one that is not to be read, the address of a quoted post, a name that is known."""

    def __init__(self) -> None:
        self.what = ""
        self._depth = 0

    def begin(self, name: str) -> None:
        self.what, self._depth = name, 1

    def ends_with(self, name: str, *, end: bool) -> bool:
        """Take note of a tag within, and tell whether it ends what is passed over, be it that the end was forgotten."""
        if name == self.what:
            # Paragraphs and links end where the next one begins; a script holds no other.
            self._depth = 0 if name in {"a", "p"} else self._depth - 1 if end else self._depth + (name not in _SILENT)
        elif self.what == "a" and (name == "br" or name in _BLOCKS):
            self._depth = 0
        if self._depth == 0:
            self.what = ""
        return self._depth == 0


def _account(rest: str, pages: dict[str, str]) -> str:
    href = _HREF.search(rest)
    return pages.get(_page(html.unescape(next(filter(None, href.groups()), ""))), "") if href else ""


def _without_comments(source: str) -> str:
    """Return HTML without comments; one that does not end takes everything after it along, as in a browser."""
    kept: list[str] = []
    start = 0
    while (begin := source.find("<!--", start)) >= 0:
        kept.append(source[start:begin])
        end = source.find("-->", begin + 4)
        if end < 0:
            return "".join(kept)
        start = end + 3
    return "".join([*kept, source[start:]])


def _unescaped(words: str) -> str:
    # No character has so high a number, and Python refuses to read one of thousands of digits.
    return html.unescape(_HUGE_REFERENCE.sub("", words))


_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")


def _tidied(words: str) -> str:
    """Return words without what is invisible or turns the text around it, with single blanks and at most one empty line."""
    visible = clean_words(_INVISIBLE.sub("", words).translate(_BREAKS))
    lines = "\n".join(" ".join(line.split()) for line in visible.split("\n"))
    return _EMPTY_LINES.sub("\n\n", _LIKE_A_TAG.sub("", lines)).strip()


# Soft hyphens, blanks without width, joiners of words (our own posts have them), halves of signs, controls.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\u0080-\u0084\u0086-\u009f\ud800-\udfff\ufff9-\ufffb]"
)
_BREAKS = str.maketrans("\u000b\u000c\u0085\u2028\u2029", "\n\n\n\n\n")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LIKE_A_TAG = re.compile(r"(?<!<)<+(?=[a-zA-Z/!?])")

"""A message becomes text: for Telegram, for networks without markup, for the board."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from pledgebot.messages.document import Block, Bullets, Heading, Inline, Link, Message, Paragraph, Quote, Strong, Text
from pledgebot.messages.splitting import split
from pledgebot.messages.typography import is_french, typeset

__all__ = [
    "hashtags",
    "plain",
    "split",
    "telegram_entities",
    "telegram_fits",
    "telegram_html",
    "telegram_length",
    "web_html",
]

TELEGRAM_TEXT = 4096
"""UTF-16 units that a message of Telegram holds: https://core.telegram.org/bots/api#sendmessage"""
TELEGRAM_ENTITIES = 100

_WEB = ("http://", "https://")


def plain(message: Message) -> str:
    """Return a message as words without markup: what a screen reader reads, a terminal prints, Mastodon posts."""

    def inline(part: Inline) -> str:
        return _words(part, message.language)

    def block(one: Block) -> str:
        if isinstance(one, Bullets):
            return _bullets(one, inline)
        words = _run(one.inlines, inline)
        return _quoted(words, message.language) if words and isinstance(one, Quote) else words

    return _assembled(message, block)


def telegram_html(message: Message) -> str:
    """Return a message in the part of HTML that Telegram knows: b, a, blockquote; everything else is escaped.

    Telegram makes no link of an address that begins a mail (tdlib, LinkManager: http, https, tg, ton), so those are left out.

    Quoted words call nobody: an invisible sign keeps a name, a hashtag or a command in them from becoming one of Telegram's.
    """

    def inline(part: Inline) -> str:
        return marked(part, _words(part, message.language))

    def quoted(part: Inline) -> str:
        return marked(part, _uncalling(_words(part, message.language)))

    def marked(part: Inline, words: str) -> str:
        if isinstance(part, Link) and part.url.startswith(_WEB):
            return _anchor(part, message.language)
        words = html.escape(words)
        return f"<b>{words}</b>" if words and isinstance(part, Strong) else words

    def block(one: Block) -> str:
        if isinstance(one, Bullets):
            return _bullets(one, inline)
        if isinstance(one, Heading):
            words = _run(map(_unmarked, one.inlines), inline)
            return f"<b>{words}</b>" if words else ""
        words = _run(one.inlines, quoted if isinstance(one, Quote) else inline)
        return f"<blockquote>{words}</blockquote>" if words and isinstance(one, Quote) else words

    return _assembled(_without_mail_links(message), block, html.escape)


def _without_mail_links(message: Message) -> Message:
    """Return a message without the paragraphs that only open a mail: what they would open stands beside them to be copied."""
    blocks = tuple(block for block in message.blocks if not _opens_mail(block))
    return message if len(blocks) == len(message.blocks) else replace(message, blocks=blocks)


def _opens_mail(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return False
    links = [part for part in block.inlines if isinstance(part, Link)]
    return len(links) == len(block.inlines) and any(link.url.startswith("mailto:") for link in links)


def _uncalling(words: str) -> str:
    return _CALLING.sub(lambda found: found[0] + _WORD_JOINER if found[0] in "@#/" else found[0], words)


_WORD_JOINER = "\u2060"
# Addresses stand first, so that the slashes within them are passed over.
# A slash after another, or after an angle bracket, begins no command.
_CALLING = re.compile(r"https?://\S+|(?<!\w)[@#](?=\w|$)|(?<![\w/<>])/(?=\w|$)")


def telegram_fits(message: Message, limit: int = TELEGRAM_TEXT) -> bool:
    """Tell whether a message goes out on Telegram as one: at most `limit` UTF-16 units, at most a hundred entities.

    Addresses behind labels are counted too, which Telegram does not do: never too short a guess.
    """
    if telegram_length(plain(_without_mail_links(message))) > limit:
        return False
    marked = telegram_html(message)
    if telegram_length(_shown(marked)) > limit:
        return False
    return most_entities(marked) <= TELEGRAM_ENTITIES or telegram_entities(marked) <= TELEGRAM_ENTITIES


def most_entities(marked: str) -> int:
    """Return a number of entities that HTML of ours cannot exceed: counted in signs, which costs little beside finding them.

    Every entity is a tag, or has a sign of its own, or seven digits.
    """
    closing = marked.count("</")
    signs = sum(map(marked.count, "<#@/$.")) - 2 * closing
    return signs + len(_DIGIT.findall(marked)) // 7


def telegram_entities(marked: str) -> int:
    """Return how many entities Telegram may find in HTML: its tags, and the names, hashtags, addresses and commands between."""
    return len(_OPENING.findall(marked)) + len(_FOUND.findall(_shown(_ANCHOR.sub(" ", marked))))


def _shown(marked: str) -> str:
    return html.unescape(_TAG.sub("", marked))


_TAG = re.compile("<[^>]*>")
_OPENING = re.compile("<[a-z]")
_DIGIT = re.compile(r"\d")
_ANCHOR = re.compile("<a .*?</a>", re.DOTALL)
# A word with a dot inside may be an address, one with an @ a mail address, a row of digits a telephone or a card.
_FOUND = re.compile(
    r"https?://\S+|(?<![^\W_])[#@/$]\w[\w@]*|\w[\w.+-]*@[\w.-]+|\w[\w-]*(?:\.\w[\w-]*)+(?:/\S*)?|\+?\d(?:[ ()-]?\d){6,}"
)


def web_html(message: Message) -> str:
    """Return a message as HTML for the board; only web addresses become links, so a `javascript:` address never does."""

    def inline(part: Inline) -> str:
        if isinstance(part, Link) and part.url.startswith(_WEB):
            return _anchor(part, message.language, ' rel="nofollow"')
        words = html.escape(_words(part, message.language)).replace("\n", "<br>")
        return f"<strong>{words}</strong>" if words and isinstance(part, Strong) else words

    def block(one: Block) -> str:
        if isinstance(one, Bullets):
            items = "".join(f"<li>{_run(item, inline)}</li>" for item in one.items)
            return f"<ul>{items}</ul>" if items else ""
        words = _run(map(_unmarked, one.inlines) if isinstance(one, Heading) else one.inlines, inline)
        return _WEB_TAGS[type(one)].format(words) if words else ""

    tags = html.escape(" ".join(hashtags(message)))
    return "\n".join(filter(None, [*map(block, message.blocks), tags and f"<p>{tags}</p>"]))


_WEB_TAGS: dict[type[Block], str] = {
    Heading: "<h3>{}</h3>",
    Paragraph: "<p>{}</p>",
    Quote: "<blockquote><p>{}</p></blockquote>",
}


def hashtags(message: Message) -> tuple[str, ...]:
    """Return a message's hashtags with their sign."""
    return tuple(f"#{tag.lstrip('#')}" for tag in message.hashtags if tag.lstrip("#"))


def telegram_length(text: str) -> int:
    """Return how long Telegram may find a text, in UTF-16 units; give it the text without markup, as `plain` does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _assembled(message: Message, block: Callable[[Block], str], escape: Callable[[str], str] = str) -> str:
    """Return blocks with an empty line between them, none after a heading, and the hashtags on a last line."""
    text = ""
    after_heading = False
    for one in message.blocks:
        words = block(one)
        if not words:
            continue
        text += ("\n" if after_heading else "\n\n") * bool(text) + words
        after_heading = isinstance(one, Heading)
    tags = escape(" ".join(hashtags(message)))
    return "\n\n".join(filter(None, (text, tags)))


def _run(inlines: Iterable[Inline], inline: Callable[[Inline], str]) -> str:
    return "".join(map(inline, inlines)).strip()


def _bullets(bullets: Bullets, inline: Callable[[Inline], str]) -> str:
    return "\n".join(f"• {_run(item, inline)}" for item in bullets.items)


def _words(part: Inline, language: str) -> str:
    """Return an inline without markup. Addresses are never typeset: a changed space would change where they lead."""
    if not isinstance(part, Link):
        return _typeset(part.text, language)
    return part.url if part.text in {"", part.url} else f"{_typeset(part.text, language)} ({part.url})"


# Splitting asks for the same words again and again until it knows how many of them a part can hold.
_typeset = lru_cache(maxsize=1024)(typeset)


def _anchor(link: Link, language: str, more: str = "") -> str:
    label = link.url if link.text in {"", link.url} else typeset(link.text, language)
    return f'<a href="{html.escape(link.url)}"{more}>{html.escape(label)}</a>'


def _unmarked(part: Inline) -> Inline:
    """Return words without their mark: inside a heading nothing can be stronger still."""
    return part if isinstance(part, Link) else Text(part.text)


def _quoted(words: str, language: str) -> str:
    """Return somebody's words between the quotation marks of the language, unless they stand there already."""
    if words[0] in '«“"':
        return words
    return typeset(f"« {words} »", language) if is_french(language) else f"“{words}”"

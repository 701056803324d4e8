"""A message becomes the posts in which Mastodon takes it: a thread of plain text, each part within the instance's limit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

from pledgebot.messages.document import Block, Bullets, Button, Inline, Link, Message, Paragraph, Picture, Text
from pledgebot.messages.frame import thread
from pledgebot.messages.render import hashtags, plain
from pledgebot.messages.typography import is_french

URL_LENGTH = 23
"""What Mastodon counts for an address: https://docs.joinmastodon.org/user/posting/#links"""

BOT_ADDRESSES = ("https://t.me/", "https://telegram.me/")
"""Where buttons lead back into Telegram: nobody who reads on Mastodon is helped by them."""


@dataclass(frozen=True)
class Counted:
    """How long a post of an instance may be, and how that instance counts.

    A content warning counts with the words below it: who posts with one gives the limit less the warning's length. `pictures`
    is how many hang on one post at most.
    """

    limit: int
    length: Callable[[str], int]
    pictures: int = 4


@dataclass(frozen=True)
class Piece:
    """One post: plain text, and the pictures that go with it. Only one with pictures may be without text."""

    text: str
    pictures: tuple[Picture, ...] = ()


def counting(*, mainline: bool, per_url: int = URL_LENGTH) -> Callable[[str], int]:
    """Return how an instance counts the characters of a post, never too short a guess.

    `mainline` is Mastodon itself, which counts `per_url` for an address and leaves a mention's domain out. Other servers count
    code points, also where they say otherwise of addresses; there the larger of both counts is taken. Mastodon counts what looks
    like one letter once, here each code point counts: that is hundreds of times faster, and errs on the safe side.
    """

    def discounted(text: str) -> int:
        special = (word for word in text.split() if ":" in word or "@" in word)
        return len(text) + sum(_discount(word) + max(0, per_url - URL_LENGTH) * word.count("://") for word in special)

    return discounted if mainline else lambda text: max(len(text), discounted(text))


@lru_cache(maxsize=1024)
def _discount(word: str) -> int:
    """Return by how much Mastodon counts a word longer than it is: mostly negative.

    What it takes for an address depends on its list of top-level domains, which only the library has. Neither addresses nor
    mentions reach across a space, so that words can be measured, and remembered, one by one.
    """
    # The library takes half a second to import, and most words need none of it.
    from mastodon import Mastodon

    return Mastodon.get_status_length(word) - len(word)


def pieces(message: Message, counted: Counted, *, to: str = "") -> tuple[Piece, ...]:
    """Return the posts of a message, in order; a message of nothing has none.

    `to` is a mention ("@alice@exemple.invalid") that stands before each of them. Pictures go with the first, those that find
    no room there with the next ones, and where there are no more words by themselves. Hashtags go with the last part that has
    words, and each of several ends with its number, such as (1/3). Presses mean nothing here; addresses behind buttons follow as
    lines unless the text has them already. Nobody is called but `to`: invisible signs keep other names and tags mere words.

    Words are cut only when one alone is longer than a part; addresses never: one that no part can hold stands whole in a part
    that is then too long. Hashtags that find no room together in one part are left out from the end.
    """
    words = _with_addresses(replace(message, pictures=()))
    parts = _parts(_with_fitting_tags(words, counted, to), counted, to)
    total = len(parts)
    texts = [_post(part, to, f"({number}/{total})" if total > 1 else "") for number, part in enumerate(parts, start=1)]
    many = max(1, counted.pictures)
    hung = [message.pictures[start : start + many] for start in range(0, len(message.pictures), many)]
    texts += [to] * (len(hung) - len(texts))
    hung += [()] * (len(texts) - len(hung))
    return tuple(map(Piece, texts, hung))


def _parts(words: Message, counted: Counted, to: str) -> tuple[Message, ...]:
    """Return a message in parts, each of which has room for `to` and for its number, and says something."""
    if _room(counted, to, "")(words):
        return (words,) if _says_something(words) else ()
    # Room is kept for numbers of one digit; only when there turn out to be ten parts or more it is kept for two.
    for digits in count(1):
        parts = _cut(words, _room(counted, to, _widest_mark(digits)))
        if len(parts) < 10**digits:
            break
    return parts


def _cut(words: Message, fits: Callable[[Message], bool]) -> tuple[Message, ...]:
    """Return the parts that say something. If only hashtags are left for the last, each makes room for them, if that will do."""
    parts = tuple(filter(_says_something, thread(words, fits)))
    if not parts or _words(parts[-1]):
        return parts
    roomy = tuple(filter(_says_something, thread(words, lambda part: fits(replace(part, hashtags=words.hashtags)))))
    return roomy if len(roomy) <= len(parts) and _words(roomy[-1]) else parts


def _room(counted: Counted, to: str, mark: str) -> Callable[[Message], bool]:
    return lambda part: counted.length(_post(part, to, mark)) <= counted.limit


def _widest_mark(digits: int) -> str:
    return f"({'9' * digits}/{'9' * digits})"


def _post(part: Message, to: str, mark: str) -> str:
    """Return a part as it is posted. The hashtags are the last line, where Mastodon shows them apart from the text."""
    body = "\n\n".join(filter(None, (_words(part), mark, " ".join(hashtags(part)))))
    return f"{to} {body}".strip()


def _words(part: Message) -> str:
    return _uncalling(plain(replace(part, hashtags=())))


def _says_something(part: Message) -> bool:
    return bool(_words(part) or hashtags(part))


def _uncalling(text: str) -> str:
    """Return words in which no name and no tag is one for a server; addresses lead where they led."""

    def quiet(found: re.Match[str]) -> str:
        return found[0] + _WORD_JOINER if found[0] in _SIGNS else _NAME_IN_ADDRESS.sub("%40", found[0])

    return _CALLING.sub(quiet, text)


_SIGNS = "@#＠＃"
_WORD_JOINER = "\u2060"
# Addresses stand first, so that the signs within them are passed over. What follows a letter is a mail address, or C#;
# only ASCII counts as such here, since languages do not agree on what else is a letter.
_CALLING = re.compile(r"https?://\S+|(?<![A-Za-z0-9])[@#＠＃](?=\S)")
# Mastodon seeks names within addresses as well, save after a slash, an equals sign or a letter:
# https://github.com/mastodon/mastodon/blob/main/app/models/account.rb (MENTION_RE). %40 is the same sign there.
_NAME_IN_ADDRESS = re.compile(r"(?<![=/A-Za-z0-9_])@(?=\w)")


def _with_addresses(message: Message) -> Message:
    """Return a message whose buttons that lead out have become its last lines, one for each address not yet in it."""
    text = plain(message)
    linked = {inline.url for block in message.blocks for inline in _inlines(block) if isinstance(inline, Link)}
    buttons = [button for row in message.buttons for button in row if button.url]
    new = {
        button.url: button
        for button in reversed(buttons)
        if button.url not in linked and not button.url.startswith(BOT_ADDRESSES) and not _stands_in(button.url, text)
    }
    lines = tuple(_line(button, message.language) for button in reversed(new.values()))
    blocks = (*message.blocks, Paragraph(_lines(lines))) if lines else message.blocks
    return replace(message, blocks=blocks, buttons=())


def _stands_in(url: str, text: str) -> bool:
    """Tell whether a text holds an address, and not just a longer one that begins alike."""
    return re.search(re.escape(url) + r"(?![^\s).,;!?»”])", text) is not None


def _line(button: Button, language: str) -> tuple[Inline, ...]:
    colon = " : " if is_french(language) else ": "
    return (Text(f"{button.text}{colon}"), Link(button.url, button.url))


def _lines(lines: tuple[tuple[Inline, ...], ...]) -> tuple[Inline, ...]:
    broken = [line if index == 0 else (Text("\n"), *line) for index, line in enumerate(lines)]
    return tuple(inline for line in broken for inline in line)


def _inlines(block: Block) -> Iterator[Inline]:
    for run in block.items if isinstance(block, Bullets) else (block.inlines,):
        yield from run


def _with_fitting_tags(message: Message, counted: Counted, to: str) -> Message:
    """Return a message with as many of its hashtags, from the first, as one part can hold."""
    tags = message.hashtags
    fits = _room(counted, to, _widest_mark(3))
    while tags and not fits(Message((), message.language, tags)):
        tags = tags[:-1]
    return replace(message, hashtags=tags)

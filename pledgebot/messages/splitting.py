"""A message that is too long becomes several, cut where a reader would pause and never inside a link."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto

from pledgebot.messages.document import (
    Block,
    Bullets,
    Heading,
    Inline,
    Inlines,
    Link,
    Message,
    Text,
    merged,
)

Blocks = tuple[Block, ...]
Fits = Callable[[Blocks, int], bool]


def split(message: Message, fits: Callable[[Message], bool]) -> tuple[Message, ...]:
    """Return a message in parts that fit: cut between blocks, else between bullets, sentences, words.

    Nothing is lost and the order is kept. Pictures go with the first part, hashtags and buttons with the last. A heading
    stays with what follows it. `fits` must hold for a message when it holds for a longer one. Only a word that is too long by
    itself is cut inside. An address never is: one that fits nowhere stays whole, in a part of its own that does not fit either.
    """
    if fits(message):
        return (message,)

    def part(blocks: Blocks, index: int) -> Message:
        return Message(blocks, message.language, pictures=() if index else message.pictures)

    filled = _Filler(lambda blocks, index: fits(part(blocks, index))).fill(message.blocks)
    parts = [part(blocks, index) for index, blocks in enumerate(filled)]
    *before, last = (*parts[:-1], *_with_hashtags(parts[-1], message.hashtags, fits))
    return (*before, replace(last, buttons=message.buttons))


def _with_hashtags(last: Message, hashtags: tuple[str, ...], fits: Callable[[Message], bool]) -> tuple[Message, ...]:
    """Return the last part with the hashtags, or both apart: the last piece of the part with them, else they alone."""
    if not hashtags:
        return (last,)
    whole = replace(last, hashtags=hashtags)
    if fits(whole):
        return (whole,)
    *before, final = last.blocks
    end = Message((final,), last.language, hashtags)
    if before and not isinstance(before[-1], Heading) and fits(end):
        return (replace(last, blocks=tuple(before)), end)
    return (last, Message((), last.language, hashtags))


class _Glue(Enum):
    """How a piece goes on with what stands before it: not at all, as the next item of a list, or as further words."""

    NONE = auto()
    ITEM = auto()
    WORDS = auto()


class _Filler:
    """Fills parts one after the other; `fits` is told the blocks of a part and its index."""

    def __init__(self, fits: Fits) -> None:
        self._fits = fits
        self._parts: list[Blocks] = [()]

    def fill(self, blocks: Sequence[Block]) -> list[Blocks]:
        for block in blocks:
            self._place(block, _Glue.NONE)
        return self._parts

    def _place(self, block: Block, glue: _Glue) -> None:
        last = self._parts[-1]
        longer = _appended(last, block, glue)
        if self._fits(longer, len(self._parts) - 1):
            self._parts[-1] = longer
        elif last and self._fits((block,), len(self._parts)):
            self._start(block)
        else:
            self._place_pieces(block, glue)

    def _place_pieces(self, block: Block, glue: _Glue) -> None:
        """Cut a block that is too long for any part. One that cannot be cut is kept as it is: losing it would be worse."""
        between = _Glue.ITEM if isinstance(block, Bullets) and len(block.items) > 1 else _Glue.WORDS
        pieces = _pieces(block)
        if len(pieces) > 1:
            start = 0
            while start < len(pieces):
                start += self._place_some(pieces[start:], between, between if start else glue)
        elif self._parts[-1]:
            self._parts.append((block,))
        else:
            self._parts[-1] = (block,)

    def _place_some(self, pieces: Sequence[Block], between: _Glue, glue: _Glue) -> int:
        """Add as many pieces to the last part as it has room for, or else begin with the first of them; return how many."""
        last = self._parts[-1]

        def longer(many: int) -> Blocks:
            return _appended(last, _together(pieces[:many], between), glue)

        def overflows(many: int) -> bool:
            return not self._fits(longer(many), len(self._parts) - 1)

        # To ask in strides that double, and then between the last two, spares long texts most of the asking.
        least, most = 0, 1
        while most <= len(pieces) and not overflows(most):
            least, most = most, most * 2
        between_them = range(least + 1, min(most, len(pieces) + 1))
        many = least + bisect_left(between_them, 1, key=overflows)
        if many == 0:
            self._place(pieces[0], glue)
            return 1
        self._parts[-1] = longer(many)
        return many

    def _start(self, block: Block) -> None:
        """Begin a new part with a block, and with the heading above it."""
        last = self._parts[-1]
        if len(last) > 1 and isinstance(last[-1], Heading) and self._fits((last[-1], block), len(self._parts)):
            self._parts[-1] = last[:-1]
            self._parts.append((last[-1], block))
        else:
            self._parts.append((block,))


def _appended(blocks: Blocks, block: Block, glue: _Glue) -> Blocks:
    """Return blocks with one more; glued, it melts into the last one."""
    if not blocks or glue is _Glue.NONE:
        return (*blocks, block)
    return (*blocks[:-1], _melted(blocks[-1], block, glue))


def _melted(last: Block, block: Block, glue: _Glue) -> Block:
    """Return two pieces of one block as one; pieces of one block have one type."""
    if isinstance(last, Bullets) and isinstance(block, Bullets):
        if glue is _Glue.ITEM:
            return Bullets((*last.items, *block.items))
        return Bullets((*last.items[:-1], merged((*last.items[-1], *block.items[0]))))
    return _like(block, merged((*_inlines(last), *_inlines(block))))


def _together(pieces: Sequence[Block], glue: _Glue) -> Block:
    """Return neighbouring pieces of one block as one."""
    first = pieces[0]
    if isinstance(first, Bullets) and glue is _Glue.ITEM:
        return Bullets(tuple(item for piece in pieces if isinstance(piece, Bullets) for item in piece.items))
    return _like(first, merged(inline for piece in pieces for inline in _inlines(piece)))


def _inlines(block: Block) -> Inlines:
    return sum(block.items, ()) if isinstance(block, Bullets) else block.inlines


def _like(block: Block, inlines: Inlines) -> Block:
    """Return a block of the same type with other words; of a list, its one item."""
    return Bullets((inlines,)) if isinstance(block, Bullets) else replace(block, inlines=inlines)


def _pieces(block: Block) -> list[Block]:
    """Return the largest pieces that a block can be cut into: items, sentences, words, inlines, halves of a word.

    Before a word is cut, links are taken apart: the words of their labels are words like all others.
    """
    if isinstance(block, Bullets) and len(block.items) != 1:
        return [Bullets((item,)) for item in block.items]
    inlines = _inlines(block)
    for cut in (_SENTENCE, _WORD):
        groups = _groups(inlines, cut)
        if len(groups) > 1:
            return [_like(block, group) for group in groups]
    opened = tuple(part for inline in inlines for part in _opened(inline))
    groups = _groups(opened, _WORD)
    if len(groups) > 1:
        return [_like(block, group) for group in groups]
    if len(opened) > 1:
        return [_like(block, (inline,)) for inline in opened]
    return [_like(block, (half,)) for inline in opened for half in _halves(inline)]


# No line begins with the punctuation that belongs to the word before, nor ends with an opening quotation mark.
_WORD = re.compile(r"(?<=[ \t\n])(?![\s;:!?»)])(?<!« )")
_SENTENCE = re.compile(r"(?:(?<=[.!?…][ \n])|(?<=\n))(?![\s;:!?»)])")


def _groups(inlines: Inlines, cut: re.Pattern[str]) -> list[Inlines]:
    """Return inlines in groups between which a cut is good; a cut may fall inside words, never inside a link."""
    groups: list[list[Inline]] = [[]]
    for inline in inlines:
        if isinstance(inline, Link):
            groups[-1].append(inline)
            continue
        for index, words in enumerate(cut.split(inline.text)):
            if index:
                groups.append([])
            if words:
                groups[-1].append(replace(inline, text=words))
    return [tuple(group) for group in groups if group]


def _opened(inline: Inline) -> Sequence[Inline]:
    """Return a link with a label as words and its address, as they read without markup; anything else as it is."""
    if isinstance(inline, Link) and inline.text not in {"", inline.url}:
        return (Text(f"{inline.text} ("), Link(inline.url, inline.url), Text(")"))
    return (inline,)


def _halves(inline: Inline) -> Sequence[Inline]:
    """Return the two halves of one long word, and an address whole: half of one leads elsewhere."""
    if isinstance(inline, Link):
        return (inline,)
    middle = len(inline.text) // 2
    address = _ADDRESS.search(inline.text)
    if address is not None and 0 < address.start() < middle:
        middle = address.start()
    while middle > 1 and _hangs_together(inline.text[middle - 1], inline.text[middle]):
        middle -= 1
    halves = (inline.text[:middle], inline.text[middle:])
    return tuple(replace(inline, text=half) for half in halves if half)


_ADDRESS = re.compile(r"https?://")


def _hangs_together(before: str, after: str) -> bool:
    """Tell whether two code points are drawn as one sign: accents, joined emoji, skin tones, variants."""
    return bool(unicodedata.combining(after)) or _JOINER in {before, after} or after in _VARIANTS or after in _TONES


_JOINER = "\u200d"
_VARIANTS = "\ufe0e\ufe0f"
_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"

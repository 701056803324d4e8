"""A long answer as a short thread: a timeline is not flooded, whoever wants the rest is told where it is. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from pledgebot.messages.document import Block, Bullets, Heading, Inline, Message, Paragraph, Quote, Text

MOST = 4
"""An answer of so many posts is given whole."""
KEPT = 3
"""So many posts a longer one has, the way to the rest included."""

Cut = Callable[[Message], tuple[str, ...]]

_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def fitting(message: Message, cut: Cut, rest: Block) -> tuple[str, ...]:
    """Return the posts of a message; of a long one its beginning, up to the end of a sentence or an item, and `rest`."""
    texts = cut(message)
    if len(texts) <= MOST:
        return texts
    beginnings = list(_beginnings(message.blocks))
    shortest, longest = 0, len(beginnings)
    best = cut(_ended(message, (), rest))
    while shortest < longest:
        middle = (shortest + longest) // 2
        texts = cut(_ended(message, beginnings[middle], rest))
        if len(texts) <= KEPT:
            shortest, best = middle + 1, texts
        else:
            longest = middle
    return best


def _ended(message: Message, blocks: tuple[Block, ...], rest: Block) -> Message:
    # Buttons would become lines of addresses, of what is not shown here.
    return replace(message, blocks=(*blocks, rest), buttons=())


def _beginnings(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """Yield the beginnings of a message, each longer than the one before; none ends with a heading."""
    for index, block in enumerate(blocks):
        for part in _parts(block):
            yield (*blocks[:index], part)


def _parts(block: Block) -> Iterator[Block]:
    if isinstance(block, Heading):
        return
    if isinstance(block, Bullets):
        yield from (replace(block, items=block.items[:count]) for count in range(1, len(block.items) + 1))
        return
    inlines = tuple(_sentences(block))
    for count in range(1, len(inlines)):
        if _ends(inlines[count - 1]):
            yield _with(block, (*inlines[:count], Text(" …")))
    yield block


def _ends(inline: Inline) -> bool:
    return isinstance(inline, Text) and inline.text.rstrip()[-1:] in {".", "!", "?", "…"}


def _sentences(block: Paragraph | Quote) -> Iterator[Inline]:
    for inline in block.inlines:
        if not isinstance(inline, Text):
            yield inline
            continue
        start = 0
        for end in _SENTENCE.finditer(inline.text):
            yield Text(inline.text[start : end.start()])
            yield Text(inline.text[end.start() : end.end()])
            start = end.end()
        if inline.text[start:]:
            yield Text(inline.text[start:])


def _with(block: Paragraph | Quote, inlines: tuple[Inline, ...]) -> Block:
    return replace(block, inlines=inlines)

"""Where everything on a card stands: words are wrapped by measuring them, rows find their height, tables flow over cards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pledgebot.messages.card import Card, Entry, Row
from pledgebot.messages.card_ink import Face, Ink, legible, width

WIDE = 1200
"""How wide a card is, in pixels."""

TALLEST = 1500
"""How tall a card becomes at most, so that it can be read on a telephone; only one row that is taller by itself is more."""

MOST_COLUMNS = 3
"""So many columns stand on one card; more flow over several, as evenly as they can."""

MARGIN = 56
PAD = 18
"""Between the border of a box and what stands in it."""

SIGN = 38
"""How large a sign is."""

_CUT_MARK = "…"


@dataclass(frozen=True)
class Style:
    """How a run of words is set: cut, size in pixels, from one line to the next, ink, and how many lines it has at most."""

    face: Face
    size: int
    leading: int
    ink: Ink = Ink.BLACK
    most: int = 4


TITLE = Style(Face.STRONG, 48, 58, most=4)
SUBTITLE = Style(Face.REGULAR, 28, 38, Ink.GREY, most=3)
EXAMPLE = Style(Face.STRONG, 26, 34, Ink.BLACK, most=2)
COLUMN = Style(Face.STRONG, 27, 34, most=12)
NAME = Style(Face.STRONG, 29, 37, most=8)
NOTE = Style(Face.REGULAR, 24, 31, Ink.GREY, most=4)
BESIDE = Style(Face.REGULAR, 24, 31, Ink.GREY, most=12)
"""What is said beside a position: whose it is, when it is inherited from several, must not be cut."""
PART = Style(Face.REGULAR, 24, 31, Ink.BLACK, most=8)
WORD = Style(Face.STRONG, 27, 34, most=6)
FOOTER = Style(Face.REGULAR, 24, 33, Ink.GREY, most=3)


@dataclass(frozen=True)
class Grid:
    """The left borders of the columns, the first of which holds the names, and the right border of the last."""

    borders: tuple[int, ...]

    def room(self, column: int) -> int:
        """Return how wide the words in a column may be."""
        return self.borders[column + 1] - self.borders[column] - 2 * PAD


def grid(columns: int) -> Grid:
    """Return the columns of a card with so many demands: all of one width, the names with what a name needs."""
    names = {0: WIDE - 2 * MARGIN, 1: 470, 2: 390}.get(columns, 320)
    left = MARGIN + names
    each = (WIDE - MARGIN - left) / max(1, columns)
    return Grid((MARGIN, *(round(left + each * number) for number in range(columns + 1))))


def wrap(text: str, style: Style, room: float) -> tuple[str, ...]:
    """Return words in lines that fit a width; what is left after the most lines is cut, in sight, by an ellipsis.

    Only ordinary spaces part lines; a word that is longer than a line is broken where it has to be.
    """
    lines: list[str] = []
    line = ""
    for word in _breakable(legible(text), style, room):
        longer = f"{line} {word}" if line and not line.endswith(_JOINED) else f"{line.removesuffix(_JOINED)}{word}"
        if line and width(longer.removesuffix(_JOINED), style.face, style.size) > room:
            lines.append(line.removesuffix(_JOINED))
            line = word
        else:
            line = longer
        if len(lines) > style.most:
            break
    lines.append(line.removesuffix(_JOINED))
    return tuple(lines) if len(lines) <= style.most else _cut(lines[: style.most], style, room)


# Stands at the end of a piece of a broken word, with which the next piece is joined if it finds room.
_JOINED = "\ue000"


def _breakable(text: str, style: Style, room: float) -> list[str]:
    found: list[str] = []
    for word in text.split(" "):
        rest = word
        while rest and width(rest, style.face, style.size) > room:
            fits = _fitting(rest, style, room)
            found.append(rest[:fits] + _JOINED)
            rest = rest[fits:]
            if len(found) > style.most * 40:
                break
        found.append(rest)
    return [word for word in found if word]


def _fitting(word: str, style: Style, room: float) -> int:
    """Return how many letters of a word fit a width, at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], style.face, style.size) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(lines: Sequence[str], style: Style, room: float) -> tuple[str, ...]:
    last = lines[-1].rstrip()
    while last and width(last + _CUT_MARK, style.face, style.size) > room:
        last = last[:-1].rstrip()
    return (*lines[:-1], last + _CUT_MARK)


def height(text: str, style: Style, room: float) -> int:
    """Return how tall wrapped words are; nothing for no words."""
    return len(wrap(text, style, room)) * style.leading if text else 0


def row_height(row: Row, columns: Grid) -> int:
    """Return how tall a row is."""
    names = height(row.name, NAME, columns.room(0)) + height(row.note, NOTE, columns.room(0))
    boxes = [box_height(box, columns.room(number)) for number, box in enumerate(row.boxes, start=1)]
    return max(names, *boxes, SIGN) + 2 * PAD if boxes else names + 2 * PAD


def box_height(box: Sequence[Entry], room: int) -> int:
    """Return how tall what stands in a box is."""
    return sum(entry_height(one, room) for one in box) + max(0, len(box) - 1) * PAD


def entry_height(one: Entry, room: int) -> int:
    """Return how tall one entry is: the part if it is about one, the sign beside its word, the notes below."""
    beside = max(height(one.word, WORD, room - SIGN - GAP), SIGN + 2)
    return height(one.part, PART, room) + beside + sum(height(note, BESIDE, room) for note in one.notes)


GAP = 12
"""Between a sign and its word."""


def head_height(card: Card, columns: Grid) -> int:
    """Return how tall all that is above the rows is."""
    room = WIDE - 2 * MARGIN
    example = height(card.example, EXAMPLE, room - 2 * PAD)
    words = height(card.title, TITLE, room) + height(card.subtitle, SUBTITLE, room)
    return MARGIN + (example + 3 * PAD if example else 0) + words + PAD + columns_height(card, columns)


def columns_height(card: Card, columns: Grid) -> int:
    """Return how tall the titles of the columns are, with what is around them."""
    if not card.columns:
        return PAD
    heads = [height(card.head, COLUMN, columns.room(0))]
    heads += [height(title, COLUMN, columns.room(number)) for number, title in enumerate(card.columns, start=1)]
    return max(heads) + 2 * PAD


def foot_height(card: Card) -> int:
    """Return how tall what is below the rows is."""
    room = WIDE - 2 * MARGIN - PAGE_MARK
    return PAD + max(sum(height(line, FOOTER, room) for line in card.footer), FOOTER.leading) + MARGIN


PAGE_MARK = 110
"""Room for the number of the page, to the right of the footer."""


def card_height(card: Card) -> int:
    """Return how tall a card is, in pixels."""
    columns = grid(len(card.columns))
    rows = sum(row_height(row, columns) for row in card.rows)
    return head_height(card, columns) + rows + foot_height(card)


def pages(card: Card) -> tuple[Card, ...]:
    """Return a card as the cards over which it flows, each with its number: no row and no column is left out.

    All rows of the first columns come first, then all rows of the next columns.
    """
    flowed = [part for narrow in _by_columns(card) for part in _by_rows(narrow)]
    return tuple(replace(part, page=number, pages=len(flowed)) for number, part in enumerate(flowed, start=1))


def _by_columns(card: Card) -> list[Card]:
    many = -(-len(card.columns) // MOST_COLUMNS) or 1
    borders = [round(len(card.columns) * number / many) for number in range(many + 1)]
    return [
        replace(
            card,
            columns=card.columns[start:end],
            rows=tuple(replace(row, boxes=row.boxes[start:end]) for row in card.rows),
        )
        for start, end in pairwise(borders)
    ]


def _by_rows(card: Card) -> list[Card]:
    columns = grid(len(card.columns))
    room = TALLEST - head_height(card, columns) - foot_height(card)
    heights = [row_height(row, columns) for row in card.rows]
    fewest = len(_flow(heights, room))
    # The lowest border that needs no more cards: so the last one is not left with a single row.
    low, high = min(room, -(-sum(heights) // max(1, fewest))), room
    while low < high:
        middle = (low + high) // 2
        if len(_flow(heights, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return [replace(card, rows=card.rows[start:end]) for start, end in _flow(heights, high)]


def _flow(heights: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Return which rows stand together, as (first, one after the last); at least one card, be it without rows."""
    found: list[tuple[int, int]] = []
    start, used = 0, 0
    for number, tall in enumerate(heights):
        if number > start and used + tall > room:
            found.append((start, number))
            start, used = number, 0
        used += tall
    return [*found, (start, len(heights))]

"""A card becomes a picture: ink on paper, lists down, demands across, a shape and a word in every box."""

from collections.abc import Sequence
from functools import lru_cache

from pledgebot.messages import card_layout as at
from pledgebot.messages.card import Card, Entry, Row
from pledgebot.messages.card_ink import Face, Ink, Sheet, width
from pledgebot.messages.card_layout import MARGIN, PAD, SIGN, WIDE, Grid, Style
from pledgebot.messages.card_signs import INK_OF, hatching, sign_mask


def draw(card: Card) -> bytes:
    """Return the picture of a card as a PNG, 1200 pixels wide. The same card makes the same bytes."""
    columns = at.grid(len(card.columns))
    sheet = Sheet(WIDE, at.card_height(card))
    top = _head(sheet, card, columns)
    for row in card.rows:
        top = _row(sheet, row, columns, top)
    _foot(sheet, card, top)
    return sheet.png()


@lru_cache(maxsize=64)
def drawn(card: Card) -> bytes:
    """Return the picture of a card, drawn once for all who ask for the same. Any thread may ask: two at once may both draw it.

    A picture has some 50 kilobytes.
    """
    return draw(card)


def _head(sheet: Sheet, card: Card, columns: Grid) -> int:
    """Draw what is above the rows, and return where they begin."""
    room = WIDE - 2 * MARGIN
    top = MARGIN
    if card.example:
        tall = at.height(card.example, at.EXAMPLE, room - 2 * PAD) + 2 * PAD
        _frame(sheet, (MARGIN, top, WIDE - MARGIN, top + tall), Ink.BLACK, 3)
        _words(sheet, (MARGIN + PAD, top + PAD), card.example, at.EXAMPLE, room - 2 * PAD)
        top += tall + PAD
    top = _words(sheet, (MARGIN, top), card.title, at.TITLE, room)
    top = _words(sheet, (MARGIN, top), card.subtitle, at.SUBTITLE, room) + PAD
    if not card.columns:
        return top + PAD
    tall = at.columns_height(card, columns)
    sheet.fill((MARGIN, top, WIDE - MARGIN, top + tall - 3), Ink.VEIL)
    sheet.fill((MARGIN, top + tall - 3, WIDE - MARGIN, top + tall), Ink.BLACK)
    for number, title in enumerate((card.head, *card.columns)):
        _words(sheet, (columns.borders[number] + PAD, top + PAD), title, at.COLUMN, columns.room(number))
    return top + tall


def _row(sheet: Sheet, row: Row, columns: Grid, top: int) -> int:
    """Draw a row, and return where the next one begins."""
    tall = at.row_height(row, columns)
    below = _words(sheet, (columns.borders[0] + PAD, top + PAD), row.name, at.NAME, columns.room(0))
    _words(sheet, (columns.borders[0] + PAD, below), row.note, at.NOTE, columns.room(0))
    for number, box in enumerate(row.boxes, start=1):
        left, right = columns.borders[number], columns.borders[number + 1]
        if box and all(one.inherited for one in box):
            _inherited(sheet, (left, top, right, top + tall))
        else:
            _partly_inherited(sheet, box, (left, top, right, top + tall))
        _box(sheet, box, (left + PAD, top + PAD), columns.room(number))
    sheet.fill((MARGIN, top + tall - 2, WIDE - MARGIN, top + tall), Ink.LINE)
    return top + tall


def _box(sheet: Sheet, box: Sequence[Entry], corner: tuple[int, int], room: int) -> None:
    left, top = corner
    for one in box:
        below = _words(sheet, (left, top), one.part, at.PART, room)
        ink = INK_OF[one.sign]
        sheet.stamp((left, below), sign_mask(one.sign, SIGN), ink)
        style = Style(at.WORD.face, at.WORD.size, at.WORD.leading, ink, at.WORD.most)
        end = _words(sheet, (left + SIGN + at.GAP, below), one.word, style, room - SIGN - at.GAP)
        below = max(end, below + SIGN + 2)
        for note in one.notes:
            below = _words(sheet, (left, below), note, at.BESIDE, room)
        top += at.entry_height(one, room) + PAD


def _partly_inherited(sheet: Sheet, box: Sequence[Entry], within: tuple[int, int, int, int]) -> None:
    """Hatch those entries of a box that are inherited: what the list said itself stands outside."""
    left, top, right, _bottom = within
    begins = top + PAD
    for one in box:
        ends = begins + at.entry_height(one, right - left - 2 * PAD)
        if one.inherited:
            _inherited(sheet, (left, begins - 14, right, ends + 13))
        begins = ends + PAD


def _inherited(sheet: Sheet, box: tuple[int, int, int, int]) -> None:
    """Hatch a box within a dashed frame: nobody of this list said what stands there."""
    left, top, right, bottom = box[0] + 5, box[1] + 5, box[2] - 5, box[3] - 7
    sheet.stamp((left, top), hatching(right - left, bottom - top), Ink.VEIL)
    for start in range(left, right, 16):
        for line in (top, bottom - 2):
            sheet.fill((start, line, min(start + 9, right), line + 2), Ink.GREY)
    for start in range(top, bottom, 16):
        for line in (left, right - 2):
            sheet.fill((line, start, line + 2, min(start + 9, bottom)), Ink.GREY)


def _foot(sheet: Sheet, card: Card, top: int) -> None:
    room = WIDE - 2 * MARGIN - at.PAGE_MARK
    if card.pages > 1:
        mark = f"{card.page}/{card.pages}"
        wide = width(mark, Face.STRONG, _MARK)
        sheet.write((WIDE - MARGIN - wide, top + PAD), mark, Face.STRONG, _MARK)
    top += PAD
    for line in card.footer:
        top = _words(sheet, (MARGIN, top), line, at.FOOTER, room)


_MARK = 30


def _words(sheet: Sheet, corner: tuple[int, int], text: str, style: Style, room: int) -> int:
    """Write words, wrapped, and return where the next ones begin."""
    left, top = corner
    if not text:
        return top
    for line in at.wrap(text, style, room):
        sheet.write((left, top), line, style.face, style.size, style.ink)
        top += style.leading
    return top


def _frame(sheet: Sheet, box: tuple[int, int, int, int], ink: Ink, thick: int) -> None:
    left, top, right, bottom = box
    sheet.fill((left, top, right, top + thick), ink)
    sheet.fill((left, bottom - thick, right, bottom), ink)
    sheet.fill((left, top, left + thick, bottom), ink)
    sheet.fill((right - thick, top, right, bottom), ink)

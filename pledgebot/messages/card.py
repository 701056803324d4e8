"""The card: the table lists × demands as a value of its own, from which a picture and its description are made.

A card holds every word that it shows, so that a stored wording can always draw its picture again, as it was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pledgebot.messages.cells import Sign

KEY = "card:"
"""How the key of a picture begins that is a card; the card itself follows, as compact JSON."""

CARD_VERSION = 1
"""Raised when the stored form changes its sense."""


@dataclass(frozen=True)
class Entry:
    """What a box of the table says of a demand, or of one part of it (`part`, else empty): a sign and the word for it.

    `inherited` says that only the lists said it from which this one descends.
    """

    sign: Sign
    word: str
    notes: tuple[str, ...] = ()
    part: str = ""
    inherited: bool = False


@dataclass(frozen=True)
class Row:
    """One list: its name, what a reader has to know of it first, and a box for each column."""

    name: str
    note: str
    boxes: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True)
class Card:
    """A whole card, with every word on it. `head` names the first column, `example` says that all is invented (else empty).

    `page` of `pages`: what finds no room on one card goes on with the next.
    """

    title: str
    subtitle: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    footer: tuple[str, ...]
    language: str
    example: str = ""
    page: int = 1
    pages: int = 1


def key_of(card: Card) -> str:
    """Return the key of a card's picture, in which the card stands."""
    return KEY + json.dumps(_plain(card), ensure_ascii=False, separators=(",", ":"))


def card_of(key: str) -> Card | None:
    """Return the card of a key, None for a key that is none of a card. Raises `LookupError` for a card of another form."""
    if not key.startswith(KEY):
        return None
    try:
        return _card(json.loads(key.removeprefix(KEY)))
    except (ValueError, TypeError, AttributeError) as error:
        raise LookupError("a card that this program cannot read") from error


def _plain(card: Card) -> list[object]:
    rows = [[row.name, row.note, [[_entry(one) for one in box] for box in row.boxes]] for row in card.rows]
    words = [card.title, card.subtitle, card.head, list(card.columns), rows, list(card.footer)]
    return [CARD_VERSION, *words, card.language, card.example, card.page, card.pages]


def _entry(one: Entry) -> list[object]:
    return [one.sign.value, one.word, list(one.notes), one.part, int(one.inherited)]


def _card(content: object) -> Card:
    version, title, subtitle, head, columns, rows, footer, language, example, page, pages = _list(content)
    if version != CARD_VERSION:
        raise ValueError(f"a card of version {version!r}, this program reads {CARD_VERSION}")
    return Card(
        title=_text(title),
        subtitle=_text(subtitle),
        head=_text(head),
        columns=_texts(columns),
        rows=tuple(map(_row, _list(rows))),
        footer=_texts(footer),
        language=_text(language),
        example=_text(example),
        page=int(str(page)),
        pages=int(str(pages)),
    )


def _row(content: object) -> Row:
    name, note, boxes = _list(content)
    return Row(_text(name), _text(note), tuple(tuple(map(_read_entry, _list(box))) for box in _list(boxes)))


def _read_entry(content: object) -> Entry:
    sign, word, notes, part, inherited = _list(content)
    return Entry(Sign(_text(sign)), _text(word), _texts(notes), _text(part), bool(inherited))


def _list(content: object) -> list[object]:
    if isinstance(content, (str, Mapping)) or not isinstance(content, list):
        raise TypeError("expected a list")
    return content


def _text(content: object) -> str:
    if not isinstance(content, str):
        raise TypeError("expected words")
    return content


def _texts(content: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(content)))

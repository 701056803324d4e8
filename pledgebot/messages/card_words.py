"""What a card says, in words: the description beside the picture, for whoever does not see it."""

from collections.abc import Iterable
from dataclasses import replace

from pledgebot.messages.card import Card, Entry, Row, card_of, key_of
from pledgebot.messages.card_layout import pages
from pledgebot.messages.document import Message, Picture, paragraph
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.typography import typeset

LONGEST = 1500
"""How long a description is at most, as long as nobody says otherwise: what most instances of Mastodon take."""

SHORTEST = 120
"""Below so many characters a description is not made shorter: one line has to say what there is."""


def pictures_of(card: Card, tr: Translator) -> tuple[Picture, ...]:
    """Return the pictures of a card, over as many as it flows, each with a description of its own rows."""
    return tuple(Picture(key_of(page), describe(page, tr)) for page in pages(card))


def described(message: Message) -> Message:
    """Return a message whose pictures are told in words below it: where there is nothing but words."""
    told = tuple(paragraph(picture.description) for picture in message.pictures if picture.description)
    return replace(message, blocks=(*message.blocks, *told), pictures=())


def shortened(picture: Picture, language: str, most: int) -> Picture:
    """Return a picture whose description has at most so many characters, if it is that of a card and can be made so short."""
    if len(picture.description) <= most:
        return picture
    try:
        card = card_of(picture.key)
    except LookupError:
        card = None
    return picture if card is None else Picture(picture.key, describe(card, translator(language), most))


def beside(picture: Picture, language: str, words: str) -> Picture:
    """Return a picture as it is described right below words: in one line, if they say already all that is on its card."""
    try:
        card = card_of(picture.key)
    except LookupError:
        card = None
    said = _plain(words)
    if card is None or not card.rows or not all(_plain(word) in said for row in card.rows for word in _words_of(row)):
        return picture
    return Picture(picture.key, _set([card.example, _in_short(translator(language))], card))


def _words_of(row: Row) -> tuple[str, ...]:
    """Return what a row says: words that say as much have all of it, in whatever order."""
    return (row.name, *(word for box in row.boxes for one in box for word in (one.part, one.word, *one.notes)))


def _plain(words: str) -> str:
    """Return words without what says nothing: blanks, and quotation marks around a position."""
    return " ".join(words.translate(_QUOTES).split())


_QUOTES = str.maketrans("«»“”", "    ")


def _in_short(tr: Translator) -> str:
    return tr._("Picture of the positions; the words beside it say the same.")


def describe(card: Card, tr: Translator, most: int = LONGEST) -> str:
    """Return what a card says, in sentences: a line on what it shows, one for each row, and what stands below the last.

    What does not fit into `most` characters is left out by whole sentences, and the end says how much; only a line that is too
    long by itself gives way to one that names nothing.
    """
    first = " ".join(filter(None, (card.example, _what(card, tr))))
    rows = [_row(row, card, tr) for row in card.rows]
    for below in (_below(card), ()):
        whole = _set([first, *rows, *below], card)
        if len(whole) <= most:
            return whole
    of_demands = card.head == tr.p("card", "Demand")
    for kept in range(len(rows) - 1, -1, -1):
        told = _set([first, *rows[:kept], _left_out(len(rows) - kept, tr, of_demands=of_demands)], card)
        if len(told) <= most:
            return told
    return _set([card.example, _in_short(tr)], card)


def _below(card: Card) -> tuple[str, ...]:
    """Return what stands below all rows, once: whence it is, and of when. Nobody listens to a hash."""
    if not card.rows or card.page < card.pages:
        return ()
    return tuple(_ended(line) for line in card.footer if all(len(word) <= _LONGEST_HEARD for word in line.split()))


_LONGEST_HEARD = 60


def _what(card: Card, tr: Translator) -> str:
    page = ""
    if card.pages > 1:
        page = tr._("Picture {page} of {pages}").format(page=card.page, pages=card.pages)
    title = tr._("Picture: {title}").format(title=card.title)
    if page:
        title = tr._("{name}: {standing}").format(name=page, standing=card.title)
    return " ".join(_ended(words) for words in (title, card.subtitle) if words)


def _row(row: Row, card: Card, tr: Translator) -> str:
    name = f"{row.name} ({row.note})" if row.note else row.name
    alone = len(card.columns) == 1
    told = [
        _entry(one, "" if alone else column) for column, box in zip(card.columns, row.boxes, strict=True) for one in box
    ]
    return _ended(tr._("{name}: {standing}").format(name=name, standing=tr.p("between lists", "; ").join(told)))


def _entry(one: Entry, column: str) -> str:
    about = " – ".join(filter(None, (column, one.part)))
    word = f"{one.word} ({', '.join(one.notes)})" if one.notes else one.word
    return f"{about} — {word}" if about else word


def _left_out(count: int, tr: Translator, *, of_demands: bool) -> str:
    if of_demands:
        told = tr.n(
            "{count} more line is in the picture: the words say it as well.",
            "{count} more lines are in the picture: the words say them as well.",
            count,
        )
        return told.format(count=count)
    told = tr.n(
        "{count} more line is in the picture: ask for the list by its name.",
        "{count} more lines are in the picture: ask for the lists by their names.",
        count,
    )
    return told.format(count=count)


def _ended(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _set(sentences: Iterable[str], card: Card) -> str:
    return typeset(" ".join(filter(None, sentences)), card.language)

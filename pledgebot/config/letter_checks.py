"""What the parts of a letter have to be to each other, on plain data: see `checks.py`."""

from collections.abc import Iterator
from itertools import chain

from pledgebot.config.checks import Found, Rows, items, rows, text_of, twice
from pledgebot.config.faults import shown
from pledgebot.config.fields import Loc
from pledgebot.domain.words import normalise

_TESTS = ("committed", "partial", "refused")


def letter_faults(data: dict[str, object]) -> Found:
    """Find what does not fit together in a letter."""
    demands = rows(data, ("demands",))
    languages = [text for text in items(data.get("languages")) if isinstance(text, str)]
    yield from twice(((("languages", place), text) for place, text in enumerate(languages)), "language")
    yield from _keys(demands)
    if languages:
        for loc, texts in _texts(data, demands):
            yield from _languages(loc, texts, languages)
    yield from _words(demands)


def _keys(demands: Rows) -> Found:
    yield from twice(
        ((("demands", place, "key"), text_of(demand.get("key"))) for place, demand in demands), "demand key"
    )
    for place, demand in demands:
        parts = rows(demand, ("parts",))
        keys = ((("demands", place, "parts", at, "key"), text_of(part.get("key"))) for at, part in parts)
        yield from twice(keys, "part key")


def _texts(data: dict[str, object], demands: Rows) -> Iterator[tuple[Loc, object]]:
    """Walk everything that is written in several languages."""
    yield from ((((name,), data.get(name))) for name in ("title", "summary"))
    yield from _inside((), data, "outreach", ("subject", "body"))
    for place, demand in demands:
        loc: Loc = ("demands", place)
        yield from (((*loc, name), demand.get(name)) for name in ("title", "text"))
        yield from _inside(loc, demand, "tests", _TESTS)
        for at, part in rows(demand, ("parts",)):
            yield (*loc, "parts", at, "title"), part.get("title")


def _inside(before: Loc, table: dict[str, object], key: str, names: tuple[str, ...]) -> Iterator[tuple[Loc, object]]:
    inner = table.get(key)
    if isinstance(inner, dict):
        yield from (((*before, key, name), inner.get(name)) for name in names)


def _languages(loc: Loc, texts: object, languages: list[str]) -> Found:
    if not isinstance(texts, dict):
        return
    for language in languages:
        if language not in texts:
            yield (*loc, language), "missing"
    for language in texts:
        if language not in languages:
            yield (*loc, language), f"not among the letter's languages {', '.join(languages)}"


def _words(demands: Rows) -> Found:
    """Find words that would name two demands, or two parts of one; a key is a word for what it names."""
    owners: dict[str, int] = {}
    for place, demand in demands:
        # Two demands of one key are said already.
        key = text_of(demand.get("key"))
        if key is not None:
            owners.setdefault(normalise(key), place)
    for place, demand in demands:
        loc: Loc = ("demands", place)
        parts = rows(demand, ("parts",))
        in_parts = (_own((*loc, "parts", at), part) for at, part in parts)
        for at, word in chain(_own(loc, demand), *in_parts):
            owner = owners.setdefault(normalise(word), place)
            if owner != place:
                yield at, f"{shown(word)} names demand {owner + 1} already"
        yield from _words_of_parts(loc, parts)


def _words_of_parts(loc: Loc, parts: Rows) -> Found:
    owners: dict[str, int] = {}
    for at, part in parts:
        for where, word in _own((*loc, "parts", at), part):
            if owners.setdefault(normalise(word), at) != at:
                yield where, f"{shown(word)} names another part already"


def _own(loc: Loc, table: dict[str, object]) -> Iterator[tuple[Loc, str]]:
    for at, word in enumerate(items(table.get("words"))):
        if isinstance(word, str):
            yield (*loc, "words", at), word

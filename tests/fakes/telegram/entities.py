"""Formatted text as Telegram keeps it: plain text beside entities whose offsets count UTF-16 units."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fakes.telegram.refusals import Json

MOST_ENTITIES = 100
_OPAQUE = frozenset({"code", "pre"})
_NO_DETECTION_IN = frozenset({"code", "pre", "text_link", "text_mention"})
_FOUND = re.compile(
    r"(?P<url>(?<![\w@])(?:https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)]|(?:[a-z0-9-]+\.)+(?:org|com|fr|net|me|info|eu)\b(?:/[^\s<>\"«».,;:!?)]*)?))"
    r"|(?P<email>(?<![\w.])[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}\b)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>]))"
    r"|(?P<mention>(?<![\w@])@[A-Za-z0-9_]{4,32}\b)"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d]\w*)",
    re.IGNORECASE,
)
_MAY_HOLD = re.compile(r"[/@#.]")
_CONTROLS = {code: " " for code in range(32) if chr(code) != "\n"} | {13: None}


@dataclass(frozen=True)
class Entity:
    """A stretch of text that is something: its type, its place in UTF-16 units, and what belongs to the type."""

    type: str
    offset: int
    length: int
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.offset + self.length

    def as_json(self) -> Json:
        """Return it as the Bot API writes it."""
        return {"type": self.type, "offset": self.offset, "length": self.length, **self.more}


@dataclass(frozen=True)
class Formatted:
    """A text with its entities, and what Telegram left out of it without a word.

    `dropped` counts the entities beyond the hundredth; `remarks` names what else was lost (a link with a bad address,
    an entity inside code) or is probably not meant (an unknown `&entity;`, which stands in the text as written).
    """

    text: str = ""
    entities: tuple[Entity, ...] = ()
    dropped: int = 0
    remarks: tuple[str, ...] = ()


def units(text: str) -> int:
    """Return the length in UTF-16 units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def part(text: str, entity: Entity) -> str:
    """Return the stretch of a text that an entity covers."""
    if text.isascii():
        return text[entity.offset : entity.end]
    return text.encode("utf-16-le")[2 * entity.offset : 2 * entity.end].decode("utf-16-le", "replace")


def settle(text: str, entities: Iterable[Entity], remarks: Iterable[str] = (), *, detect: bool = True) -> Formatted:
    """Make of a parsed text what Telegram stores: trimmed, without nonsense, with what it finds by itself."""
    said = list(remarks)
    text = text.translate(_CONTROLS) if not text.isprintable() else text
    kept, trimmed = _trimmed(text, entities)
    kept = list(_without_nesting(sorted(kept, key=_order), said))
    if detect:
        kept = sorted([*kept, *found(trimmed, kept)], key=_order)
    return Formatted(trimmed, tuple(kept[:MOST_ENTITIES]), max(0, len(kept) - MOST_ENTITIES), tuple(said))


def found(text: str, around: Iterable[Entity] = ()) -> Iterator[Entity]:
    """Find links, commands, mentions, hashtags and e-mail addresses outside of code and links."""
    if not _MAY_HOLD.search(text):
        return
    taken = [(entity.offset, entity.end) for entity in around if entity.type in _NO_DETECTION_IN]
    place, seen = 0, 0
    for match in _FOUND.finditer(text):
        place += units(text[seen : match.start()])
        seen = match.start()
        length = units(match[0])
        if not any(place < end and start < place + length for start, end in taken):
            yield Entity(str(match.lastgroup), place, length)


def written(text: str) -> Formatted:
    """Return a text as a person's client sends it."""
    return settle(text, ())


def _order(entity: Entity) -> tuple[int, int]:
    return entity.offset, -entity.length


def _trimmed(text: str, entities: Iterable[Entity]) -> tuple[list[Entity], str]:
    """Take white space off both ends; entities follow, and those of nothing vanish."""
    body = text.strip()
    if body == text:
        return list(entities), text
    before, whole = units(text[: len(text) - len(text.lstrip())]), units(body)
    moved = []
    for entity in entities:
        start, end = max(0, entity.offset - before), min(whole, entity.end - before)
        if (start, end) == (entity.offset, entity.end):
            moved.append(entity)
        elif end > start:
            moved.append(replace(entity, offset=start, length=end - start))
    return moved, body


def _without_nesting(entities: list[Entity], remarks: list[str]) -> Iterator[Entity]:
    """Leave out what cannot stand inside: anything in code, a quotation in a quotation, a link in a link."""
    closed: Entity | None = None
    last: dict[str, int] = {}
    for entity in entities:
        kind = "blockquote" if entity.type == "expandable_blockquote" else entity.type
        in_code = closed is not None and entity.offset < closed.end
        if in_code or entity.offset < last.get(kind, 0):
            remarks.append(f"{entity.type} inside {closed.type if in_code and closed else kind}")
            continue
        if entity.type in _OPAQUE:
            closed = entity
        last[kind] = entity.end
        yield entity

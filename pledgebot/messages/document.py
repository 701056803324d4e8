"""The one message model. The catalogue makes it, the renderers read it, the outbox stores it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DOCUMENT_VERSION = 1
"""Raised when the stored form changes its sense."""


@dataclass(frozen=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that carry the sentence, such as a position."""

    text: str


@dataclass(frozen=True)
class Link:
    """A label that leads to an address. Where links have no labels both are written."""

    text: str
    url: str


Inline = Text | Strong | Link
Inlines = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """A title; it stays with the block that follows."""

    inlines: Inlines


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences."""

    inlines: Inlines


@dataclass(frozen=True)
class Bullets:
    """A list, one line of words per item."""

    items: tuple[Inlines, ...]


@dataclass(frozen=True)
class Quote:
    """Somebody else's words."""

    inlines: Inlines


Block = Heading | Paragraph | Bullets | Quote


@dataclass(frozen=True)
class Picture:
    """A picture by the key (or path) under which a channel finds it, with the description that replaces it for the blind."""

    key: str
    description: str


@dataclass(frozen=True)
class Button:
    """What a reader may go on to, where a network has buttons: `press` is a token of `messages.presses`, or `url` leads out.

    A button only ever shortens what can also be asked in words, so that nothing is lost where there are none.
    """

    text: str
    press: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        """Refuse a button that leads nowhere or to two places."""
        if bool(self.press) == bool(self.url):
            raise ValueError("a button has one end: a press or an address")


Buttons = tuple[tuple[Button, ...], ...]
"""Rows of buttons, from top to bottom."""


@dataclass(frozen=True)
class Message:
    """What is said, once, for every network: blocks in one language. Hashtags are stored without their sign or with it."""

    blocks: tuple[Block, ...]
    language: str
    hashtags: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    buttons: Buttons = ()


def clean(name: str) -> str:
    """Return a foreign name or label on one line, without characters that would turn the text around it.

    Names come from official files and from people: a line break in one could fake a line of ours, and a direction
    override could reverse the words that follow.
    """
    return " ".join(_TURNING.sub("", name).split())


def clean_words(words: str) -> str:
    """Return quoted words with their line breaks, without characters that would turn the text around them."""
    return _TURNING.sub("", words).replace("\r\n", "\n").replace("\r", "\n").strip()


def echoed(words: str, longest: int = 80) -> str:
    """Return what somebody typed as an answer may repeat it: on one line, of `longest` characters at most, linking nothing.

    Networks make links of addresses, names, tags and commands by themselves; an invisible sign keeps them words, so that
    nobody can have this program spread an address of theirs.
    """
    said = clean(words)
    shown = said if len(said) <= longest else f"{said[: longest - 1].rstrip()}…"
    return _LINKING.sub("\\g<0>\u2060", shown)


_LINKING = re.compile(r":(?=/)|\.(?=[^\W\d])|[@/](?=\w)|[#$](?=\w*[^\W\d])")
_TURNING = re.compile("[\u0000-\u0008\u000e-\u001f\u007f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")


def sentence(template: str, **parts: "str | Inline | Inlines") -> Inlines:
    """Return a sentence whose `{name}` places are filled with words, marks or links; every place needs its part.

    A translation may move the places about. Parts are put in as they are: braces in a name mean nothing.
    """
    found: list[Inline] = []
    for index, piece in enumerate(_PLACE.split(template)):
        part = parts[piece] if index % 2 else piece
        found.extend(part if isinstance(part, tuple) else (Text(part),) if isinstance(part, str) else (part,))
    return merged(found)


_PLACE = re.compile(r"\{(\w+)\}")


def merged(inlines: Iterable[Inline]) -> Inlines:
    """Return inlines with neighbouring plain words joined and empty ones left out."""
    result: list[Inline] = []
    for inline in inlines:
        last = result[-1] if result else None
        if isinstance(inline, Text) and isinstance(last, Text):
            result[-1] = Text(last.text + inline.text)
        elif inline.text or isinstance(inline, Link):
            result.append(inline)
    return tuple(result)


def joined(pieces: Iterable[Inlines], separator: str) -> Inlines:
    """Return several runs of inlines as one, with a separator between those that are not empty."""
    result: list[Inline] = []
    for piece in map(merged, pieces):
        if piece:
            result.extend((Text(separator), *piece) if result else piece)
    return merged(result)


def heading(*words: "str | Inline") -> Heading:
    """Return a heading of words, marks or links."""
    return Heading(_inlines(words))


def paragraph(*words: "str | Inline") -> Paragraph:
    """Return a paragraph of words, marks or links."""
    return Paragraph(_inlines(words))


def _inlines(words: "Iterable[str | Inline]") -> Inlines:
    return merged(Text(word) if isinstance(word, str) else word for word in words)


def to_json(message: Message) -> dict[str, object]:
    """Return a message as plain values that JSON can hold; `from_json` reads them again."""
    content: dict[str, object] = {
        "version": DOCUMENT_VERSION,
        "language": message.language,
        "blocks": [_block_to_json(block) for block in message.blocks],
        "hashtags": list(message.hashtags),
        "pictures": [{"key": picture.key, "description": picture.description} for picture in message.pictures],
    }
    if message.buttons:
        content["buttons"] = [[_button_to_json(button) for button in row] for row in message.buttons]
    return content


def _button_to_json(button: Button) -> dict[str, str]:
    return {"text": button.text, "press": button.press} if button.press else {"text": button.text, "url": button.url}


def _block_to_json(block: Block) -> dict[str, object]:
    if isinstance(block, Bullets):
        return {"bullets": [_inlines_to_json(item) for item in block.items]}
    return {_BLOCK_NAMES[type(block)]: _inlines_to_json(block.inlines)}


def _inlines_to_json(inlines: Inlines) -> list[dict[str, str]]:
    return [
        {"link": inline.text, "url": inline.url}
        if isinstance(inline, Link)
        else {"strong" if isinstance(inline, Strong) else "text": inline.text}
        for inline in inlines
    ]


def from_json(content: Mapping[str, object]) -> Message:
    """Return the message that `to_json` stored. Raises `ValueError` for another version or another shape."""
    if content.get("version") != DOCUMENT_VERSION:
        raise ValueError(f"a message of version {content.get('version')!r}, this program reads {DOCUMENT_VERSION}")
    return Message(
        blocks=tuple(_block_from_json(_mapping(block)) for block in _sequence(content.get("blocks"))),
        language=_string(content.get("language")),
        hashtags=tuple(_string(tag) for tag in _sequence(content.get("hashtags"))),
        pictures=tuple(
            Picture(_string(picture.get("key")), _string(picture.get("description")))
            for picture in map(_mapping, _sequence(content.get("pictures")))
        ),
        buttons=tuple(
            tuple(_button_from_json(_mapping(button)) for button in _sequence(row))
            for row in _sequence(content.get("buttons", []))
        ),
    )


def _button_from_json(button: Mapping[str, object]) -> Button:
    return Button(_string(button.get("text")), _string(button.get("press", "")), _string(button.get("url", "")))


def _block_from_json(block: Mapping[str, object]) -> Block:
    if "bullets" in block:
        return Bullets(tuple(_inlines_from_json(item) for item in _sequence(block["bullets"])))
    for kind, name in _BLOCK_NAMES.items():
        if name in block:
            return kind(_inlines_from_json(block[name]))
    raise ValueError(f"no block is called {', '.join(block)}")


_BLOCK_NAMES: dict[type[Heading | Paragraph | Quote], str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    Quote: "quote",
}


def _inlines_from_json(inlines: object) -> Inlines:
    return tuple(_inline_from_json(_mapping(inline)) for inline in _sequence(inlines))


def _inline_from_json(inline: Mapping[str, object]) -> Inline:
    if "link" in inline:
        return Link(_string(inline["link"]), _string(inline.get("url")))
    if "strong" in inline:
        return Strong(_string(inline["strong"]))
    return Text(_string(inline.get("text")))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"expected an object, found {value!r}")  # noqa: TRY004 - a stored value, not a caller's mistake
    return value


def _sequence(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, found {value!r}")  # noqa: TRY004 - the same
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected words, found {value!r}")  # noqa: TRY004 - the same
    return value

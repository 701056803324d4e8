"""Reading the values of a reply: whatever is missing or of another kind becomes something harmless."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser

_BREAKS = {"br": "\n", "p": "\n\n", "li": "\n", "blockquote": "\n\n"}


def mapping(value: object) -> Mapping[str, object]:
    """Return an object of JSON, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def entries(value: object) -> Sequence[object]:
    """Return an array of JSON, an empty one for anything else."""
    return value if isinstance(value, list | tuple) else ()


def text(value: object) -> str:
    """Return a text; numbers are written out, anything else is empty."""
    if isinstance(value, str):
        return str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: object) -> int | None:
    """Return a whole number above zero, also where it is written as a text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def required(value: object) -> str:
    """Return a text that must be there, such as an id. Raises ValueError where it is not."""
    found = text(value)
    if not found:
        raise ValueError("a reply without what it must hold")
    return found


def moment(value: object) -> datetime | None:
    """Return a moment in UTC, also where it is written in ISO 8601; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def plain(html: str) -> str:
    """Return the text of a post's HTML: line breaks and paragraphs kept, links as long as they are, no markup."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's way
        if tag in _BREAKS and self.parts:
            self.parts.append(_BREAKS[tag])

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

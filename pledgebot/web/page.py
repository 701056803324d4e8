"""What an address of the board gives: bytes with a type, known by a digest of their content."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HTML = "text/html; charset=utf-8"
CSS = "text/css; charset=utf-8"
CSV = "text/csv; charset=utf-8"
JSON = "application/json"
JSON_SCHEMA = "application/schema+json"
JSON_LINES = "application/jsonl; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
ICALENDAR = "text/calendar; charset=utf-8"
PNG = "image/png"
SVG = "image/svg+xml"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Page:
    """Content with its media type. `framed`: other sites may show it in a frame; `shared`: their scripts may read it."""

    content: bytes
    media_type: str = HTML
    framed: bool = False
    shared: bool = False

    @cached_property
    def etag(self) -> str:
        """A strong entity tag (RFC 9110, section 8.8.3): the same content has the same one, on every machine."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


@dataclass(frozen=True)
class Redirect:
    """Another address of the board (below its root) where what was asked for stands."""

    target: str


@dataclass(frozen=True)
class FilePage:
    """Content too large to be held in memory: a file that stays as it is, with the entity tag of its content."""

    path: Path
    media_type: str
    etag: str
    shared: bool = True

"""Telegram's HTML parse mode, with its own words for what it does not take (core.telegram.org/bots/api#html-style)."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from fakes.telegram.entities import Entity, Formatted, settle, units
from fakes.telegram.refusals import Refusal, bad_request, unparsable

_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPECIAL = re.compile(r"[<&]")
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_TAG_NAME = re.compile(r"[^\s>]*")
_SPACE = re.compile(r"\s*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
_BARE_VALUE = re.compile(r"[A-Za-z0-9.\-]*")
_LINK = re.compile(r"(?:https?|ton|tonsite)://[^\s/]+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")


@dataclass
class _Open:
    """A tag that waits for its end."""

    tag: str
    begins: int
    offset: int
    attributes: dict[str, str]


@dataclass
class _Reader:
    """Reads markup from left to right, and keeps what it understood."""

    source: str
    at: int = 0
    written: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self) -> Formatted:
        """Read to the end."""
        while self.at < len(self.source):
            match = _SPECIAL.search(self.source, self.at)
            begin = match.start() if match else len(self.source)
            self.write(self.source[self.at : begin])
            self.at = begin
            if match:
                self.special(begin)
        if self.open:
            raise unparsable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return settle("".join(self.written), self.entities, self.remarks)

    def write(self, text: str) -> None:
        """Take text over."""
        if text:
            self.written.append(text)
            self.length += units(text)

    def special(self, begin: int) -> None:
        """Read what begins with `<` or `&`."""
        if self.source[begin] == "&":
            self.write(self.character())
        elif self.source.startswith("</", begin):
            self.end_tag(begin)
        else:
            self.start_tag(begin)

    def character(self) -> str:
        """Read `&…;`: what is no known character stands as it is written."""
        match = _CHARACTER.match(self.source, self.at)
        known = _character(match) if match else None
        if match is None or known is None:
            if match is not None and match[0].endswith(";"):
                self.remarks.append(f"unknown {match[0]}")
            self.at += 1
            return "&"
        self.at = match.end()
        return known

    def start_tag(self, begin: int) -> None:
        """Read `<name …>`."""
        name = self.token(_TAG_NAME, begin + 1).lower()
        if self.at >= len(self.source):
            raise self.fault("Unclosed start tag", begin)
        if name not in _KINDS:
            raise self.fault(f'Unsupported start tag "{name}"', begin)
        attributes: dict[str, str] = {}
        while not self.closes():
            key, value = self.attribute(name, begin)
            attributes[key] = value
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self.fault('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(name, len(self.written), self.length, attributes))

    def closes(self) -> bool:
        """Skip space, and the `>` if it stands there."""
        self.token(_SPACE, self.at)
        if self.source.startswith(">", self.at):
            self.at += 1
            return True
        return False

    def attribute(self, tag: str, begin: int) -> tuple[str, str]:
        """Read `name="value"`; `expandable` of a quotation needs no value."""
        name = self.token(_ATTRIBUTE_NAME, self.at)
        if self.at >= len(self.source):
            raise self.fault(f'Unclosed start tag "{tag}"', begin)
        if not name:
            raise self.fault(f'Empty attribute name in the tag "{tag}"', begin)
        self.token(_SPACE, self.at)
        if not self.source.startswith("=", self.at):
            if (tag, name) == ("blockquote", "expandable"):
                return name, ""
            raise self.fault(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
        self.at += 1
        self.token(_SPACE, self.at)
        return name, self.value(tag, begin)

    def value(self, tag: str, begin: int) -> str:
        """Read an attribute's value."""
        mark = self.source[self.at : self.at + 1]
        if mark not in {"'", '"'}:
            start = self.at
            value = self.token(_BARE_VALUE, self.at).lower()
            following = self.source[self.at : self.at + 1]
            if following and following != ">" and not following.isspace():
                raise self.fault("Unexpected end of name token", start)
        else:
            end = self.source.find(mark, self.at + 1)
            raw = self.source[self.at + 1 : end if end >= 0 else len(self.source)]
            value = _CHARACTER.sub(lambda match: _character(match) or match[0], raw)
            self.at = end + 1 if end >= 0 else len(self.source)
        if self.at >= len(self.source):
            raise self.fault(f'Unclosed start tag "{tag}"', begin)
        return value

    def end_tag(self, begin: int) -> None:
        """Read `</name>`."""
        if not self.open:
            raise self.fault("Unexpected end tag", begin)
        name = self.token(_TAG_NAME, begin + 2).lower()
        if not self.closes():
            raise self.fault("Unclosed end tag", begin)
        opened = self.open.pop()
        if name and name != opened.tag:
            raise unparsable(
                f'Unmatched end tag at byte offset {self.bytes(begin)}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if self.length > opened.offset:
            self.made(opened)

    def made(self, opened: _Open) -> None:
        """Keep the entity that has just ended."""
        offset, length = opened.offset, self.length - opened.offset
        kind = _KINDS[opened.tag]
        more: dict[str, object] = {}
        if opened.tag == "a":
            url = opened.attributes.get("href") or "".join(self.written[opened.begins :])
            linked = _linked(url)
            if linked is None:
                self.remarks.append(f"link without a usable address: {url!r}")
                return
            kind, more = linked
        elif kind == "blockquote" and "expandable" in opened.attributes:
            kind = "expandable_blockquote"
        elif kind in {"custom_emoji", "date_time"}:
            more = _numbered(kind, opened.attributes)
        elif kind in {"code", "pre"}:
            more = self.language(opened, kind, offset, length)
            kind = "pre" if more else kind
        self.entities.append(Entity(kind, offset, length, more))

    def language(self, opened: _Open, kind: str, offset: int, length: int) -> dict[str, object]:
        """Join code with the block around or inside it, for its language's sake."""
        named = opened.attributes.get("class", "")
        if kind == "code" and named.startswith("language-") and self.open and self.open[-1].tag == "pre":
            self.open[-1].attributes["inner"] = f"{offset} {length} {named.removeprefix('language-')}"
        inner = opened.attributes.get("inner", "").split(" ", 2)
        if kind == "pre" and inner[:2] == [str(offset), str(length)]:
            self.entities.pop()
            return {"language": inner[2]}
        return {}

    def token(self, pattern: re.Pattern[str], at: int) -> str:
        """Read what a pattern takes at a place, and stand behind it."""
        match = pattern.match(self.source, at)
        self.at = match.end() if match else at
        return match[0] if match else ""

    def bytes(self, place: int) -> int:
        """Return a place in bytes of UTF-8, in which Telegram counts its complaints."""
        return len(self.source[:place].encode())

    def fault(self, text: str, begin: int) -> Refusal:
        """Complain about a place."""
        return unparsable(f"{text} at byte offset {self.bytes(begin)}")


def parse_html(source: str) -> Formatted:
    """Parse the HTML of a message; refuses with 400 as Telegram does."""
    return _Reader(source.replace("\r", "")).read()


def checked_link(url: str) -> str | None:
    """Return a link as Telegram stores it (with a scheme, and a slash after the host), None when it is none."""
    url = url.strip()
    if url.lower().startswith("tg://"):
        return url
    if "://" not in url and _DOMAIN.fullmatch(url):
        url = f"http://{url}"
    if not _LINK.match(url) or re.search(r"\s", url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading the port checks it
    except ValueError:
        return None
    if "." not in host or host.startswith(".") or ".." in host:
        return None
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path or "/").geturl()


def _character(match: re.Match[str]) -> str | None:
    number = int(match[1], 16) if match[1] else int(match[2]) if match[2] else None
    if number is None:
        return _NAMED.get(match[3])
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else None


def _linked(url: str) -> tuple[str, dict[str, object]] | None:
    if url.startswith("tg://user?"):
        number = parse_qs(urlsplit(url).query).get("id", [""])[0]
        return ("text_mention", {"user_id": int(number)}) if number.isdigit() else None
    checked = checked_link(url)
    return None if checked is None else ("text_link", {"url": checked})


def _numbered(kind: str, attributes: dict[str, str]) -> dict[str, object]:
    if kind == "custom_emoji":
        number = attributes.get("emoji-id", "")
        if not number.isdigit() or int(number) == 0:
            raise bad_request("invalid custom emoji identifier specified")
        return {"custom_emoji_id": number}
    if not attributes.get("unix", "").isdigit():
        raise unparsable('Tag "tg-time" must have attribute "unix"')
    return {"unix_time": int(attributes["unix"]), "date_time_format": attributes.get("format", "")}

"""What other servers say where mastodon-mock says something simpler: functions on the JSON of a reply, and on ids."""

import re
from collections.abc import Callable, Mapping

Rewrite = Callable[[Mapping[str, object]], Mapping[str, object]]

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PREFIX = "01J"
_LENGTH = 26
_ULID = re.compile(rf"{_PREFIX}[{_DIGITS}]{{{_LENGTH - len(_PREFIX)}}}".encode())
_MENTION = re.compile(r"(?<![\w/@])@([A-Za-z0-9_]+)(@[A-Za-z0-9.-]+)?")
_CARD = (
    r'<span class="h-card" translate="no"><a href="https://social.example.org/@\1" class="u-url mention">'
    r"@<span>\1</span></a></span>"
)


def everywhere(value: object, rewrite: Rewrite) -> object:
    """Return JSON with every object in it rewritten, the inner ones first."""
    if isinstance(value, list):
        return [everywhere(one, rewrite) for one in value]
    if isinstance(value, dict):
        return rewrite({name: everywhere(one, rewrite) for name, one in value.items()})
    return value


def html_of_mastodon(thing: Mapping[str, object]) -> Mapping[str, object]:
    """Write mentions as Mastodon's servers do: a link in a card, the name in a span of its own, no domain."""
    content = thing.get("content")
    if not isinstance(content, str) or "h-card" in content:
        return thing
    return {**thing, "content": _MENTION.sub(_CARD, content)}


def opaque(thing: Mapping[str, object]) -> Mapping[str, object]:
    """Name everything by ULIDs, as GoToSocial does."""
    return {
        name: ulid(value) if (name == "id" or name.endswith("_id")) and isinstance(value, str) else value
        for name, value in thing.items()
    }


def ulid(number: str) -> str:
    """Return a ULID that stands for a number; it sorts as the number does."""
    if not number.isdecimal():
        return number
    rest, written = int(number), ""
    while rest:
        rest, digit = divmod(rest, len(_DIGITS))
        written = _DIGITS[digit] + written
    return _PREFIX + written.rjust(_LENGTH - len(_PREFIX), "0")


def numbers(request: bytes) -> bytes:
    """Return what a bot sent with the numbers in place of their ULIDs."""

    def number(found: re.Match[bytes]) -> bytes:
        value = 0
        for digit in found[0].decode()[len(_PREFIX) :]:
            value = value * len(_DIGITS) + _DIGITS.index(digit)
        return str(value).encode()

    return _ULID.sub(number, request)

"""French typography: the spaces around high punctuation are narrow and do not break. Applied when a message is rendered."""

import re

NARROW = "\u202f"
"""The narrow no-break space, before ; ! ?"""

NO_BREAK = "\u00a0"
"""The no-break space, before a colon and inside French quotation marks."""

_ANY = f"[ {NO_BREAK}{NARROW}]"
_BEFORE_HIGH = re.compile(f"{_ANY}(?=[;!?])")
_BEFORE_COLON = re.compile(f"{_ANY}(?=:)")
_INSIDE_QUOTES = re.compile(f"(?<=«){_ANY}|{_ANY}(?=»)")


def french(text: str) -> str:
    """Return a French text with its existing spaces before high punctuation made unbreakable.

    Spaces are changed, never added, so an address (`https://…?a=1`) or a time (`20:00`) stays what it is. Doing it twice
    changes nothing more.
    """
    narrowed = _BEFORE_HIGH.sub(NARROW, text)
    return _INSIDE_QUOTES.sub(NO_BREAK, _BEFORE_COLON.sub(NO_BREAK, narrowed))


def typeset(text: str, language: str) -> str:
    """Return a text in the typography of its language; languages without rules here keep it as it is."""
    return french(text) if is_french(language) else text


def is_french(language: str) -> bool:
    """Tell whether a language code, such as `fr` or `fr-CA`, is French."""
    return language.replace("_", "-").split("-", maxsplit=1)[0].lower() == "fr"

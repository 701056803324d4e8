"""The texts of a file's cells: put into shape, and checked for what no cell should hold."""

import re
from collections.abc import Iterable

from pledgebot.importers.faults import shown

_LOST = "\N{REPLACEMENT CHARACTER}"
# A letter of UTF-8 is at least two characters beyond ASCII when it is read as latin-1; French seldom has two together.
_SUSPECT = re.compile("[\0\N{REPLACEMENT CHARACTER}]|[^\\x00-\x7f]{2}")


def tidy(text: str) -> str:
    """Return a text on one line, without stray spaces."""
    return " ".join(text.split())


def harmed(texts: Iterable[str]) -> tuple[str, str] | None:
    """Return the first of some texts that must not be kept, and what is wrong with it; None when all may."""
    together = "\n".join(texts)
    if (together.isascii() and "\0" not in together) or not _SUSPECT.search(together):
        return None
    return next(((text, wrong) for text in together.split("\n") if (wrong := harm(text))), None)


def harm(text: str) -> str | None:
    """Return what is wrong with a text that is to be kept: a NUL, a lost letter, an encoding taken for another.

    Text of UTF-8 that was read as latin-1 (windows-1252) and saved again can be written in windows-1252 and read as
    UTF-8; genuine French with its accents cannot.
    """
    if "\0" in text:
        return "holds a NUL character, expected text"
    if _LOST in text:
        return "has lost letters to a wrong encoding, expected a copy from the source"
    try:
        meant = text if text.isascii() else text.encode("cp1252").decode()
    except UnicodeError:
        return None
    if meant == text:
        return None
    return f"is UTF-8 read as latin-1 ({shown(meant)} is meant), expected one encoding in the whole file"

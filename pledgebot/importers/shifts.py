"""Rows that a stray tab inside a label shifts by one field, put right where that is certain."""

import re
from itertools import pairwise

from pledgebot.domain.words import normalise
from pledgebot.importers.faults import shown
from pledgebot.importers.forms import constituency_code
from pledgebot.importers.headers import Header
from pledgebot.importers.repairs import Repairs
from pledgebot.importers.texts import tidy

NUMBER = re.compile(r"0*[1-9][0-9]{0,4}")
"""What a panel, a deposit or a candidate has for a number."""

DEPARTMENT = re.compile(r"[0-9]{1,3}|2[AB]|Z[A-Z]")
"""The code of a department in 2020."""

COMMUNE = re.compile(r"[0-9]{1,3}([A-Z]{2}[0-9]{2})?")
"""The code of a commune or of a sector within its department, in 2020."""

_NUANCE = re.compile(r"[A-Z]{0,6}")
_HANGING = re.compile(r"[,;:(&+/–-]$")
_CONTINUING = re.compile(r"[,;:)&+/–-]")


class Shifts:
    """Makes rows whole: without the empty last field, and with the two pieces of a label that a tab divided joined.

    A repair is certain when the row has one field too many and the codes, the numbers and the nuance are in their
    columns once a label is joined. It is noted, where `communes` looks. Where both labels of a list could be the
    divided one, the texts decide: the short label is often the beginning of the name; a comma hangs where a text was
    cut. If they say nothing, the name is left as a field of the file has it, and the repair asks for a check.
    """

    def __init__(self, header: Header, communes: frozenset[str], repairs: Repairs) -> None:
        self._at = header.at
        self._labels = header.labels
        self._header = header
        self._communes = communes
        self._repairs = repairs

    def __call__(self, line: int, row: list[str]) -> list[str] | str:
        """Return the row as its columns have it, or what is wrong with it."""
        count = self._header.columns
        body = row[:-1] if len(row) > count and not row[-1] else row
        # A row that ends with an empty cell and has no field after it was cut off.
        if len(body) == count and (len(row) > count or row[-1]):
            return body
        if len(body) == count + 1:
            return self._joined(line, body)
        return f"{len(row)} fields, expected {self._header.width}"

    def _joined(self, line: int, body: list[str]) -> list[str] | str:
        """Return a row that has one field too many with two of them joined, or why it cannot be known which."""
        sound = {place: row for place in self._labels if self._is_sound(row := _join(body, place))}
        count = self._header.columns
        if not sound:
            return f"{count + 1} fields, expected {count}; joining no label puts the numbers into their columns"
        place, sure = self._divided(body, sound)
        if place is None:
            return f"{count + 1} fields, expected {count}; more than one label could be the divided one"
        row = sound[place]
        if not self._communes or self._code(row) in self._communes:
            what = f"a tab inside a label: {shown(body[place])} and {shown(body[place + 1])} are read as one"
            self._repairs.add(line, what if sure else f"{what}, which is likely only: please check")
        return row

    def _divided(self, body: list[str], sound: dict[int, list[str]]) -> tuple[int | None, bool]:
        """Return which label was divided, None when it cannot be told; and whether that is sure."""
        first = next(iter(sound))
        if all(row == sound[first] for row in sound.values()):
            return first, True
        if set(sound) != {self._at.short, self._at.name} or self._at.name != self._at.short + 1:
            return None, False
        short, between, name = body[self._at.short : self._at.short + 3]
        said = _by_beginning(short, between, name) or _by_border(short, between, name)
        return self._at.short + (said == "name"), said is not None

    def _code(self, row: list[str]) -> str:
        code = row[self._at.code].strip()
        department = self._at.department
        return code if department is None else constituency_code(row[department].strip(), code)

    def _is_sound(self, row: list[str]) -> bool:
        """Tell whether what can be told by its shape stands in its column."""
        at = self._at
        numbers = (at.panel, at.order, *(() if at.deposit is None else (at.deposit,)))
        return (
            all(NUMBER.fullmatch(row[place].strip()) for place in numbers)
            and (at.department is None or bool(DEPARTMENT.fullmatch(row[at.department].strip())))
            and bool(COMMUNE.fullmatch(row[at.code].strip()))
            and bool(_NUANCE.fullmatch(row[at.nuance].strip()))
        )


def _join(row: list[str], place: int) -> list[str]:
    return [*row[:place], tidy(f"{row[place]} {row[place + 1]}"), *row[place + 2 :]]


def _by_beginning(short: str, between: str, name: str) -> str | None:
    """Return which label was divided if one reading makes the short label the beginning of the name."""
    if normalise(name).startswith(normalise(f"{short} {between}")):
        return "short"
    if normalise(f"{between} {name}").startswith(normalise(short)):
        return "name"
    return None


def _by_border(short: str, between: str, name: str) -> str | None:
    """Return which label was divided if one border alone looks like the inside of a text."""
    inside = [_goes_on(left.rstrip(), right.lstrip()) for left, right in pairwise((short, between, name))]
    if inside == [True, False]:
        return "short"
    return "name" if inside == [False, True] else None


def _goes_on(left: str, right: str) -> bool:
    """Tell whether a text seems to go on from one piece to the next."""
    return bool(_HANGING.search(left) or _CONTINUING.match(right)) or right[:1].islower()

"""The forms of the Ministry's files of candidates, and how a file's form is recognised: by its header, never by its name.

Each form is described by what several public readers of the genuine files agree on.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Generic, TypeVar

from pledgebot.domain.words import normalise
from pledgebot.importers.faults import unreadable

T = TypeVar("T")
U = TypeVar("U")

_HEADER_BYTES = 65_536
_HEADER_LINES = 10
_DELIMITERS = ";\t,"
# The ministry says ISO-8859-1. Windows-1252 is the same but for bytes that ISO-8859-1 gives to control characters, and
# that French files use for œ and the typographic apostrophe.
_LATIN = "cp1252"
_UTF8 = "utf-8"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Roles(Generic[T]):
    """What stands for each thing that is read: the names of columns in a form, their positions in a file."""

    code: T
    label: T
    panel: T
    short: T
    name: T
    nuance: T
    order: T
    family: T
    given: T
    department: T | None = None
    deposit: T | None = None
    mark: T | None = None

    def mapped(self, change: Callable[[T], U]) -> "Roles[U]":
        """Return the same roles with something else for each."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return Roles(**{role: change(value) for role, value in found.items() if value is not None})


@dataclass(frozen=True)
class Form:
    """One form of official file.

    `round` is the one that the form was used for, None where one form serves both. `encoding` is that of the genuine
    file. The header is expected after `preamble` lines. `sure` are the columns whose names were verified: where they are
    not all, the file is read by position. `labels` are the columns where a stray tab may shift a row. `no_nuance` are
    codes that say that the prefecture gave none. A row has one more field, an empty one, where `ends_with_empty`.

    The code of a constituency is that of one column; where `roles.department` is said too, that of `constituency_code`.
    The head of list is the first in order, unless another is marked in `roles.mark`.
    """

    key: str
    year: int
    round: int | None
    delimiter: str
    encoding: str
    quoted: bool
    preamble: int
    columns: tuple[str, ...]
    roles: Roles[str]
    sure: tuple[str, ...]
    labels: tuple[str, ...] = ()
    no_nuance: frozenset[str] = frozenset()
    ends_with_empty: bool = False

    @property
    def encoding_name(self) -> str:
        """Return the encoding as people call it."""
        return "UTF-8" if self.encoding == _UTF8 else "latin-1"

    @property
    def by_position(self) -> bool:
        """Tell whether columns are found by where they stand instead of by their names."""
        return len(self.sure) < len(self.columns)


_COLUMNS_2026 = (
    "Code département", "Département", "Code circonscription", "Circonscription", "Numéro de panneau",
    "Libellé abrégé de liste", "Libellé de la liste", "Code nuance de liste", "Nuance de liste", "Tête de liste",
    "Ordre", "Sexe", "Nom sur le bulletin de vote", "Prénom sur le bulletin de vote", "Nationalité",
    "Code personnalité", "CC",
)  # fmt: skip
_COLUMNS_2020_1 = (
    "Code du département", "Libellé du département", "Code commune", "Libellé commune", "N° Panneau Liste",
    "Libellé abrégé liste", "Libellé Etendu Liste", "Nuance Liste", "N° candidat", "Sexe candidat", "Nom candidat",
    "Prénom candidat", "Nationalité", "Candidat au conseil communautaire",
)  # fmt: skip
_COLUMNS_2020_2 = (
    "Code du département", "Libellé du département", "Code commune", "Libellé commune", "N° Panneau Liste",
    "N° dépôt liste", "Libellé abrégé liste", "Libellé Etendu Liste", "Nuance Liste", "N° candidat", "Sexe candidat",
    "Nom candidat", "Prénom candidat", "Date naissance candidat", "Lieu naissance candidat", "Nuance candidat",
    "Profession candidat", "Nationalité", "Candidat au conseil communautaire",
)  # fmt: skip
_LABELS_2020 = ("Libellé du département", "Libellé commune", "Libellé abrégé liste", "Libellé Etendu Liste")

FORM_2020_1 = Form(
    key="2020-1",
    year=2020,
    round=1,
    delimiter="\t",
    encoding=_LATIN,
    quoted=False,
    preamble=2,
    columns=_COLUMNS_2020_1,
    roles=Roles(
        code="Code commune",
        label="Libellé commune",
        panel="N° Panneau Liste",
        short="Libellé abrégé liste",
        name="Libellé Etendu Liste",
        nuance="Nuance Liste",
        order="N° candidat",
        family="Nom candidat",
        given="Prénom candidat",
        department="Code du département",
    ),
    sure=_COLUMNS_2020_1,
    labels=_LABELS_2020,
    no_nuance=frozenset(("NC", "LNC")),
    ends_with_empty=True,
)

FORM_2020_2 = Form(
    key="2020-2",
    year=2020,
    round=2,
    delimiter="\t",
    encoding=_LATIN,
    quoted=False,
    preamble=0,
    columns=_COLUMNS_2020_2,
    roles=Roles(**{**vars(FORM_2020_1.roles), "deposit": "N° dépôt liste"}),
    sure=("Code du département", "Code commune", "Nuance Liste", "Nuance candidat"),
    labels=_LABELS_2020,
    no_nuance=FORM_2020_1.no_nuance,
)

FORM_2026 = Form(
    key="2026",
    year=2026,
    round=None,
    delimiter=";",
    encoding=_UTF8,
    quoted=True,
    preamble=0,
    columns=_COLUMNS_2026,
    roles=Roles(
        code="Code circonscription",
        label="Circonscription",
        panel="Numéro de panneau",
        short="Libellé abrégé de liste",
        name="Libellé de la liste",
        nuance="Code nuance de liste",
        order="Ordre",
        family="Nom sur le bulletin de vote",
        given="Prénom sur le bulletin de vote",
        mark="Tête de liste",
    ),
    sure=_COLUMNS_2026,
)

FORMS = (FORM_2020_1, FORM_2020_2, FORM_2026)
"""Every form that is understood."""


@dataclass(frozen=True)
class Found:
    """What the beginning of a file says: its form, the lines before its header, what divides cells, the encoding.

    `encoding` is `utf-8-sig`, `cp1252` or `utf-16`.
    """

    form: Form
    skipped: int
    delimiter: str
    encoding: str


def recognise(path: Path) -> Found | None:
    """Return the form that most columns of a file's header belong to, None when it is that of no form.

    Raises `Unusable` when the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    utf16 = start.startswith(_UTF16_MARKS)
    # Latin-1 keeps every byte, so that each line can be looked at for itself.
    text = start.decode("utf-16", errors="ignore") if utf16 else start.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    for skipped, line in enumerate(_lines(text)[:_HEADER_LINES]):
        readable = line if utf16 else _from_utf8(line)
        if best := _form_of(readable):
            form, delimiter = best
            plain = form.encoding == _UTF8 or start.startswith(codecs.BOM_UTF8) or readable != line
            return Found(form, skipped, delimiter, "utf-16" if utf16 else "utf-8-sig" if plain else _LATIN)
    return None


def _form_of(line: str) -> tuple[Form, str] | None:
    """Return the form of which a line has most columns that can be known by name, and what divides its cells."""
    best: tuple[float, Form, str] | None = None
    for form, delimiter in product(FORMS, _DELIMITERS):
        cells = [normalise(cell.strip('"')) for cell in line.split(delimiter)]
        share = sum(normalise(name) in cells for name in form.sure) / len(form.sure)
        if form.by_position:
            # The names that are sure of the second round are most of them in the first round's form as well.
            share *= normalise(form.sure[-1]) in cells or len(cells) == len(form.columns)
        if share > 1 / 2 and (best is None or form.by_position or share > best[0]):
            best = share, form, delimiter
    return best[1:] if best else None


def _lines(text: str) -> list[str]:
    return re.split("\r\n|\r|\n", text)


def _from_utf8(line: str) -> str:
    """Return what a line read as latin-1 says if its bytes are UTF-8, else the line."""
    try:
        return line.encode("latin-1").decode()
    except UnicodeError:
        return line


_NAMES = (
    (re.compile(r"municipales-[0-9]{4}-candidatures-france-entiere-tour-([12])-[0-9]{4}-[0-9]{2}-[0-9]{2}\.csv"), None),
    (re.compile(r"livre-des-listes-et-candidats\.txt"), 1),
    (re.compile(r"livre-des-listes-et-candidats-subcom-t2-france-entiere\.txt"), 2),
)
_COPY = re.compile(r" ?\([0-9]+\)(?=\.[a-z]+$)")


def round_from_name(path: Path) -> int | None:
    """Return the round that an official file's name says, None for any other name (a browser's ` (1)` is forgiven)."""
    name = _COPY.sub("", path.name.lower())
    for pattern, number in _NAMES:
        if match := pattern.fullmatch(name):
            return number or int(match[1])
    return None


_OVERSEAS = re.compile(r"Z[A-Z]")


def constituency_code(department: str, commune: str) -> str:
    """Return the code of a constituency of 2020 from that of its department and its own within it.

    Both may have lost their leading zeros: `1` and `4` are 01004, `13` and `055SR01` are 13055SR01. Overseas the
    ministry's letters and the commune's code stay as they are written (`ZA` and `105` are ZA105): they are not those of
    2026 (97105), and of the commune's code only the last two digits are the same in every election.
    """
    if _OVERSEAS.fullmatch(department):
        return department + commune
    return department.zfill(2) + commune.zfill(3)

"""Rows of candidates, gathered into one record per list wherever they stand, in memory that is small and flat."""

from array import array
from collections.abc import Iterable, Sequence

from pledgebot.importers.digests import Digest
from pledgebot.importers.faults import Faults, shown
from pledgebot.importers.forms import Form, Roles, constituency_code
from pledgebot.importers.shifts import COMMUNE, DEPARTMENT, NUMBER
from pledgebot.importers.spool import Spool
from pledgebot.importers.texts import harmed, tidy

MOST_CANDIDATES = 999
"""The highest number of a candidate on a list. The largest council, that of Paris, has 163 seats."""

_USUAL = [str(number) for number in range(1, MOST_CANDIDATES + 1)]
_FIRST_IN_ORDER = MOST_CANDIDATES + 1
_NO_HEAD = MOST_CANDIDATES + 2


class Gathering:
    """Gathers runs of rows of one list. A list is known by its constituency, panel and name; its rows may come apart.

    Each list is written to the spool when its first rows were read. Kept in memory are its key, its name, the numbers
    of its candidates as bits, and what comes later. Faults are noted with their lines, only where `communes` looks.
    """

    def __init__(
        self, form: Form, at: Roles[int], communes: frozenset[str], digest: Digest | None, faults: Faults, spool: Spool
    ) -> None:
        self._form = form
        self._at = at
        self._communes = communes
        self._digest = digest
        self._faults = faults
        self._spool = spool
        self._known: dict[str, int] = {}
        self._names: list[str] = []
        self._lines = array("L")
        self._ranks = array("H")
        self._numbers: list[int] = []
        # Most lists have one of a few lengths: equal sets of numbers are kept once.
        self._same: dict[int, int] = {}

    @property
    def constituencies(self) -> int:
        """Return how many constituencies have lists."""
        return len({key.rpartition(" ")[0] for key in self._known})

    @property
    def heads(self) -> int:
        """Return how many lists have a known head."""
        return sum(rank != _NO_HEAD for rank in self._ranks)

    def add(self, lines: Sequence[int], rows: Sequence[list[str]]) -> None:
        """Take rows of one list that stand together, with their lines."""
        row = rows[0]
        at = self._at
        before = len(self._faults)
        code = tidy(row[at.code])
        if at.department is not None:
            code = constituency_code(tidy(row[at.department]), code)
        if self._communes and code not in self._communes:
            return
        name = tidy(row[at.name]) or tidy(row[at.short])
        self._check(lines[0], row, code, name)
        numbers = self._numbers_of(lines, rows, name)
        if len(self._faults) > before:
            return
        panel = int(row[at.panel])
        known = self._known.get(_key(code, panel))
        if known is None:
            self._begin(lines[0], rows, code, panel, name, numbers)
        elif self._names[known] == name:
            self._go_on(known, lines, rows, numbers)
        else:
            here = f"panel {panel} of {code} is {shown(name)} here"
            there = f"{shown(self._names[known])} at line {self._lines[known]}"
            self._faults.add(lines[0], f"{here} and {there}, expected one list")

    def _check(self, line: int, row: list[str], code: str, name: str) -> None:
        """Note what is wrong with the texts that tell which list this is."""
        at, add = self._at, self._faults.add
        panel = row[at.panel].strip()
        if not name:
            add(line, f"list {shown(panel)} of {shown(code)} has no name, expected one")
        if at.department is not None:
            self._check_code_of_2020(line, tidy(row[at.department]), tidy(row[at.code]))
        elif not code:
            add(line, "no constituency code, expected one such as 13055")
        elif len(code) == len("1004") and code.isdecimal():
            add(
                line, f"constituency code {shown(code)} seems to have lost its leading zero, expected one such as 01004"
            )
        if not NUMBER.fullmatch(panel):
            add(line, f"panel {shown(panel)} is no number, expected one from 1")
        if at.deposit is not None and not NUMBER.fullmatch(row[at.deposit].strip()):
            add(line, f"deposit {shown(row[at.deposit])} is no number, expected one from 1")

    def _check_code_of_2020(self, line: int, department: str, commune: str) -> None:
        if not DEPARTMENT.fullmatch(department):
            self._faults.add(line, f"department {shown(department)} is no code, expected one such as 13, 2A or ZA")
        if not COMMUNE.fullmatch(commune):
            self._faults.add(line, f"commune {shown(commune)} is no code, expected one such as 055 or 055SR01")

    def _numbers_of(self, lines: Sequence[int], rows: Sequence[list[str]], name: str) -> int:
        """Return the numbers of candidates as bits, noting what is no number and what stands there twice."""
        order = self._at.order
        texts = [row[order] for row in rows]
        if texts == _USUAL[: len(texts)]:
            return (2 << len(texts)) - 2
        bits = 0
        for line, text in zip(lines, texts, strict=True):
            number = int(text) if NUMBER.fullmatch(text.strip()) else 0
            if not 0 < number <= MOST_CANDIDATES:
                what = f"candidate {shown(text)} of list {shown(name)} has no number, expected one from 1 to"
                self._faults.add(line, f"{what} {MOST_CANDIDATES}")
            elif bits >> number & 1:
                self._note_twice(line, number, name)
            else:
                bits |= 1 << number
        return bits

    def _note_twice(self, line: int, number: int, name: str) -> None:
        self._faults.add(line, f"candidate {number} of list {shown(name)} stands there twice, expected once")

    def _begin(self, line: int, rows: Sequence[list[str]], code: str, panel: int, name: str, numbers: int) -> None:
        """Write a list that was not known before."""
        at, row = self._at, rows[0]
        rank, head = self._head(rows)
        label, short, nuance = tidy(row[at.label]), tidy(row[at.short]), tidy(row[at.nuance])
        if not self._are_sound(line, (code, label, name, short, head or "", nuance), name):
            return
        given = nuance if nuance not in self._form.no_nuance else ""
        year = self._form.year if given else None
        fields = line, code, label, panel, name, short or None, head, given or None, year, self._members(rows)
        self._known[_key(code, panel)] = self._spool.add(fields)
        self._names.append(name)
        self._lines.append(line)
        self._ranks.append(rank)
        self._numbers.append(self._same.setdefault(numbers, numbers))

    def _go_on(self, known: int, lines: Sequence[int], rows: Sequence[list[str]], numbers: int) -> None:
        """Give a list more candidates."""
        twice = self._numbers[known] & numbers
        if twice:
            for line, row in zip(lines, rows, strict=True):
                number = int(row[self._at.order])
                if twice >> number & 1:
                    self._note_twice(line, number, self._names[known])
            return
        self._numbers[known] |= numbers
        self._spool.add_members(known, self._members(rows))
        rank, head = self._head(rows)
        if head is not None and rank < self._ranks[known]:
            if self._are_sound(lines[0], (head,), self._names[known]):
                self._spool.set_head(known, head)
            self._ranks[known] = rank

    def _are_sound(self, line: int, texts: Iterable[str], name: str) -> bool:
        """Tell whether texts may be kept; note what is wrong with the first that may not."""
        harm = harmed(texts)
        if harm is not None:
            text, wrong = harm
            self._faults.add(line, f"list {shown(name)}: {shown(text)} {wrong}")
        return harm is None

    def _head(self, rows: Sequence[list[str]]) -> tuple[int, str | None]:
        """Return the head of list as on the ballot, given name first, and its rank: the lower, the surer."""
        at = self._at
        ranked: list[tuple[int, list[str]]] = []
        if at.mark is not None:
            mark = at.mark
            ranked = [(int(row[at.order]), row) for row in rows if row[mark] and row[mark].strip().casefold() == "oui"]
        if not ranked:
            ranked = [(_FIRST_IN_ORDER, row) for row in rows if int(row[at.order]) == 1]
        rank, head = min(ranked, default=(_NO_HEAD, None))
        name = tidy(f"{head[at.given]} {head[at.family]}") if head is not None else ""
        return (rank, name) if name else (_NO_HEAD, None)

    def _members(self, rows: Sequence[list[str]]) -> bytes:
        """Return the digests of the candidates' names, sorted."""
        digest, family, given = self._digest, self._at.family, self._at.given
        if digest is None:
            return b""
        return b"".join(sorted([digest(row[family], row[given]) for row in rows if row[family]]))


def _key(code: str, panel: int) -> str:
    """Return the key of a list. One text takes half the memory of a pair."""
    return f"{code} {panel}"

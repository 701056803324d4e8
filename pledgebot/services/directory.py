"""The directory of names: every name by which something may be asked for, with indexes over whole names and words.

It is derived from the tables and kept in memory only: a national file has about 50,000 lists and 35,000 places, and a
question has to be answered in milliseconds.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Self

import sqlalchemy as sa
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.orm import Session

from pledgebot.domain.words import normalise
from pledgebot.services.letters import demand_from
from pledgebot.store.tables import (
    Banner,
    CandidateList,
    Constituency,
    ConstituencyAlias,
    DemandRow,
    DemandVersion,
    NameAlias,
    Round,
)

_SHORTEST_BEGINNING = 3
_MOST_BEGINNINGS = 50
_MOST_REMEMBERED = 10_000
_ONE_ERROR_FROM, _TWO_ERRORS_FROM = 4, 8
_MOST_NAMES = 400
"""How many names are compared closely at most; beyond that a query says too little."""


class HitKind(StrEnum):
    """What was found."""

    LIST = "list"
    BANNER = "banner"
    PLACE = "place"
    DEMAND = "demand"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is, its row number, and how it is called in a choice."""

    kind: HitKind
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Name:
    """One normalised name of something; `round` and `place` say where a list stands."""

    normal: str
    hit: Hit
    round: int | None = None
    place: int | None = None


def words_of(normal: str) -> list[str]:
    """Return the words of a normalised text, without signs."""
    return "".join(char if char.isalnum() else " " for char in normal).split()


def initials(normal: str) -> str:
    """Return the initials of a normalised name: "rassemblement pour la ville" gives "rplv"."""
    return "".join(word[0] for word in words_of(normal))


class Directory:
    """Every name, found as a whole, by its words, by nearly its words, by initials and by panel number."""

    def __init__(self, rounds: Sequence[int], children: dict[int, list[int]]) -> None:
        self._rounds = list(rounds)
        self._children = children
        self._exact: dict[str, list[Name]] = defaultdict(list)
        self._initials: dict[str, list[Name]] = defaultdict(list)
        self._panels: dict[tuple[int, str], list[Name]] = defaultdict(list)
        self._words: dict[str, list[Name]] = defaultdict(list)
        self._by_start: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        self._sorted: list[str] = []
        self._nearby: dict[str, tuple[str, ...]] = {}
        self._places: dict[int, set[int]] = defaultdict(set)
        self._written: dict[str, None] = {}

    @classmethod
    def read(cls, session: Session) -> Self:
        """Read every name from the database."""
        rounds = session.scalars(sa.select(Round.id).order_by(Round.day)).all()
        children: dict[int, list[int]] = defaultdict(list)
        for child, parent in session.execute(sa.select(Constituency.id, Constituency.parent_id)):
            if parent is not None:
                children[parent].append(child)
        directory = cls(rounds, children)
        for names in (_places, _banners, _demands):
            for name in names(session):
                directory.add(name)
        directory.add_lists(session)
        directory.seal()
        return directory

    def add(self, name: Name) -> None:
        """Add one name of something."""
        if not name.normal:
            return
        self._exact[name.normal].append(name)
        for word in set(words_of(name.normal)):
            self._words[word].append(name)

    def add_lists(self, session: Session) -> None:
        """Add every list with all its names."""
        named: dict[int, Name] = {}
        for row in session.execute(_LISTS):
            panel = f"{row.panel}. " if row.panel is not None else ""
            hit = Hit(HitKind.LIST, row.id, f"{panel}{row.name} ({row.label})")
            name = named[row.id] = Name(row.normal, hit, row.round_id, row.constituency_id)
            self._places[row.round_id].add(row.constituency_id)
            self._written.update(dict.fromkeys(text for text in (row.name, row.head, row.label) if text))
            self.add(name)
            for other in dict.fromkeys(normalise(text) for text in (row.short_name, row.head) if text):
                self.add(Name(other, hit, row.round_id, row.constituency_id))
            self._exact[f"#{row.id}"].append(name)
            self._initials[initials(row.normal)].append(name)
            if row.panel is not None:
                self._panels[row.constituency_id, str(row.panel)].append(name)
        aliases = sa.select(NameAlias.list_id, NameAlias.normal).where(NameAlias.list_id.is_not(None))
        for owner, normal in session.execute(aliases):
            name = named[owner or 0]
            self.add(Name(normal, name.hit, name.round, name.place))

    def seal(self) -> None:
        """Finish: sort the words, so that those with typing errors are sought among few."""
        for word in self._words:
            self._by_start[len(word), word[0]].append(word)
            self._by_tail[word[1:]].append(word)
        self._sorted = sorted(self._words)

    def rounds_back_from(self, round_id: int) -> list[int]:
        """Return a round and those before it, the latest first."""
        place = self._rounds.index(round_id) if round_id in self._rounds else len(self._rounds) - 1
        return self._rounds[place::-1] if self._rounds else [round_id]

    def only_place(self, round_id: int) -> int | None:
        """Return the place where the lists of a round stand, if it is only one."""
        places = self._places.get(round_id, set())
        return next(iter(places)) if len(places) == 1 else None

    def inside(self, place: int) -> frozenset[int]:
        """Return a place and all that are part of it."""
        found = {place}
        waiting = [place]
        while waiting:
            waiting = [child for parent in waiting for child in self._children.get(parent, ()) if child not in found]
            found.update(waiting)
        return frozenset(found)

    def exact(self, normal: str) -> Sequence[Name]:
        """Return the names that are exactly this."""
        return self._exact.get(normal, ())

    def initials(self, normal: str) -> Sequence[Name]:
        """Return the names of lists with these initials, dots and blanks left aside."""
        return self._initials.get("".join(words_of(normal)), ())

    def panel(self, place: int, number: str) -> Sequence[Name]:
        """Return the lists with a panel number in a place."""
        return self._panels.get((place, number), ())

    def holding(self, words: Sequence[str]) -> Iterator[Name]:
        """Yield the names that hold all these words, in the order of the directory."""
        return self._all_of([(word,) for word in words])

    def nearly_holding(self, words: Sequence[str]) -> Iterator[Name]:
        """Yield names that hold, for each of these words, it or its beginning, or for an unknown one its like."""
        return islice(self._all_of([self._near(word) for word in words]), _MOST_NAMES)

    def _all_of(self, wanted: Sequence[Sequence[str]]) -> Iterator[Name]:
        """Yield the names that hold one word of each of these alternatives."""
        if not wanted or not all(wanted):
            return
        rarest = min(wanted, key=lambda words: sum(len(self._words.get(word, ())) for word in words))
        others = [words for words in wanted if words is not rarest]
        seen: set[int] = set()
        for name in (name for word in rarest for name in self._words.get(word, ())):
            # Most names fail the cheap test on the whole text, and are never cut into words.
            if id(name) in seen or not all(any(word in name.normal for word in words) for words in others):
                continue
            held = set(words_of(name.normal))
            if all(not held.isdisjoint(words) for words in others):
                seen.add(id(name))
                yield name

    def _near(self, word: str) -> tuple[str, ...]:
        """Return the known words that a word may mean: itself, those that it begins, and if it is none of them, its like.

        One typing error is forgiven from four letters on, two from eight on.
        """
        if word not in self._nearby:
            if len(self._nearby) >= _MOST_REMEMBERED:
                self._nearby.clear()
            self._nearby[word] = tuple(self._beginning_with(word)) or tuple(self._like(word))
        return self._nearby[word]

    def _beginning_with(self, word: str) -> list[str]:
        if len(word) < _SHORTEST_BEGINNING:
            return [word] if word in self._words else []
        start = bisect_left(self._sorted, word)
        return [known for known in self._sorted[start : start + _MOST_BEGINNINGS] if known.startswith(word)]

    def _like(self, word: str) -> list[str]:
        """Return the words that differ by a typing error or two; an error in the first letter is forgiven alone.

        Sought among words of the same first letter and about the same length, since a national file has 100,000 words.
        """
        allowed = (len(word) >= _ONE_ERROR_FROM) + (len(word) >= _TWO_ERRORS_FROM)
        if not allowed:
            return []
        found: list[tuple[float, str]] = [(1, known) for known in self._other_beginnings(word)]
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            known = self._by_start.get((length, word[0]), [])
            near = process.extract(word, known, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_BEGINNINGS)
            found += [(distance, match) for match, distance, _place in near]
        return list(dict.fromkeys(known for _distance, known in sorted(found)))

    def _other_beginnings(self, word: str) -> list[str]:
        """Return the words that are this but for a first letter that is wrong, missing, too many, or changed places."""
        swapped = word[1] + word[0] + word[2:]
        others = [*self._by_tail.get(word[1:], ()), *self._by_tail.get(word, ()), word[1:], swapped]
        return [other for other in others if other in self._words]

    def completions(self, most: int) -> list[str]:
        """Return names of lists, banners and places as they are written, to complete while somebody types."""
        return list(self._written)[:most]


_LISTS = (
    sa.select(
        CandidateList.id,
        CandidateList.round_id,
        CandidateList.constituency_id,
        CandidateList.panel,
        CandidateList.name,
        CandidateList.normal,
        CandidateList.short_name,
        CandidateList.head,
        Constituency.label,
    )
    .join(Constituency, Constituency.id == CandidateList.constituency_id)
    .order_by(CandidateList.panel, CandidateList.normal)
)


def _banners(session: Session) -> Iterable[Name]:
    hits: dict[int, Name] = {}
    for row in session.scalars(sa.select(Banner).order_by(Banner.normal)):
        name = hits[row.id] = Name(row.normal, Hit(HitKind.BANNER, row.id, row.name), row.round_id)
        yield name
    aliases = sa.select(NameAlias.banner_id, NameAlias.normal).where(NameAlias.banner_id.is_not(None))
    for owner, normal in session.execute(aliases):
        yield Name(normal, hits[owner or 0].hit, hits[owner or 0].round)


def _places(session: Session) -> Iterable[Name]:
    hits: dict[int, Hit] = {}
    rows = session.execute(
        sa.select(Constituency.id, Constituency.label, Constituency.code).order_by(Constituency.label)
    )
    for row in rows:
        hit = hits[row.id] = Hit(HitKind.PLACE, row.id, f"{row.label} ({row.code})")
        yield Name(normalise(row.label), hit)
        yield Name(normalise(row.code), hit)
    for owner, normal in session.execute(sa.select(ConstituencyAlias.constituency_id, ConstituencyAlias.normal)):
        yield Name(normal, hits[owner])


def _demands(session: Session) -> Iterable[Name]:
    rows = session.execute(
        sa.select(DemandRow.id, DemandRow.key, DemandVersion.content)
        .join(DemandVersion, DemandVersion.demand_id == DemandRow.id)
        .where(DemandRow.retired_at.is_(None))
        .order_by(DemandRow.place, DemandVersion.number)
    )
    for row in rows:
        demand = demand_from(row.content)
        hit = Hit(HitKind.DEMAND, row.id, row.key)
        texts = [row.key, *demand.title.values(), *demand.words]
        texts += [text for part in demand.parts for text in (*part.title.values(), *part.words)]
        yield from (Name(normal, hit) for normal in dict.fromkeys(normalise(text) for text in texts))

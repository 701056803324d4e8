"""The directory of names: every name by which something may be asked for, with indexes over whole names and words.

It is derived from the tables and kept in memory only: a national file has about 50,000 lists and 35,000 places, and a
question has to be answered in milliseconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.words import normalise
from pledgebot.services.letters import demand_from
from pledgebot.services.small_words import initials_of, key_of, words_of
from pledgebot.services.word_index import WordIndex
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
    """One normalised name of something; `round`, `place` and `banner` say where and under what a list stands."""

    normal: str
    hit: Hit
    round: int | None = None
    place: int | None = None
    banner: int | None = None


class Directory:
    """Every name, found as a whole, by its words, by nearly its words, by initials and by panel number."""

    def __init__(self, rounds: Sequence[int], children: dict[int, list[int]]) -> None:
        self._rounds = list(rounds)
        self._children = children
        self._whole: dict[str, list[Name]] = defaultdict(list)
        self._initials: dict[str, list[Name]] = defaultdict(list)
        self._panels: dict[tuple[int, str], list[Name]] = defaultdict(list)
        self._numbers: dict[str, Name] = {}
        self._under: dict[int, list[Name]] = defaultdict(list)
        self._by_words: dict[HitKind, WordIndex[Name]] = {kind: WordIndex() for kind in HitKind}
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
        self._whole[key_of(name.normal)].append(name)
        self._by_words[name.hit.kind].add(name, words_of(name.normal))
        if name.hit.kind is HitKind.BANNER:
            self._initials[initials_of(name.normal)].append(name)

    def add_lists(self, session: Session) -> None:
        """Add every list with all its names."""
        named: dict[int, Name] = {}
        for row in session.execute(_LISTS):
            panel = f"{row.panel}. " if row.panel is not None else ""
            hit = Hit(HitKind.LIST, row.id, f"{panel}{row.name} ({row.label})")
            name = named[row.id] = Name(row.normal, hit, row.round_id, row.constituency_id, row.banner_id)
            self._places[row.round_id].add(row.constituency_id)
            self._written.update(dict.fromkeys(text for text in (row.name, row.head, row.label) if text))
            for normal in dict.fromkeys(
                [row.normal, *(normalise(text) for text in (row.short_name, row.head) if text)]
            ):
                self.add(_also(name, normal))
            self._numbers[f"#{row.id}"] = name
            self._initials[initials_of(row.normal)].append(name)
            if row.panel is not None:
                self._panels[row.constituency_id, str(row.panel)].append(name)
            if row.banner_id is not None:
                self._under[row.banner_id].append(name)
        aliases = sa.select(NameAlias.list_id, NameAlias.normal).where(NameAlias.list_id.is_not(None))
        for owner, normal in session.execute(aliases):
            self.add(_also(named[owner or 0], normal))

    def seal(self) -> None:
        """Finish: sort the words, so that those with typing errors are sought among few."""
        for index in self._by_words.values():
            index.seal()

    def __len__(self) -> int:
        """Return by how many different names something may be asked for."""
        return len(self._whole)

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

    def under(self, banner: int) -> Sequence[Name]:
        """Return the lists that stand under a banner."""
        return self._under.get(banner, ())

    def whole(self, normal: str) -> Sequence[Name]:
        """Return the names that are exactly this; if there is none, those that are but for blanks, signs and ordinals.

        `#12` is the list number 12.
        """
        like = self._whole.get(key_of(normal), ())
        same = [name for name in like if name.normal == normal]
        if not same and normal in self._numbers:
            return (self._numbers[normal],)
        return same or like

    def keyed(self, words: Sequence[str]) -> Sequence[Name]:
        """Return the names that are these words, blanks and signs aside."""
        return self._whole.get("".join(words), ())

    def initials(self, words: Sequence[str]) -> Sequence[Name]:
        """Return the names of lists and banners with these initials, dots and blanks left aside."""
        return self._initials.get("".join(words), ())

    def panel(self, place: int, number: str) -> Sequence[Name]:
        """Return the lists with a panel number in a place."""
        return self._panels.get((place, number), ())

    def holding(self, words: Sequence[str], kinds: Iterable[HitKind]) -> Iterator[Name]:
        """Yield the names of these kinds that hold all these words, kind by kind in the order of the directory."""
        return chain.from_iterable(index.holding(words) for index in self._indexes(kinds))

    def nearly_holding(
        self, words: Sequence[str], kinds: Iterable[HitKind], *, widely: bool = False
    ) -> Iterator[tuple[Name, float]]:
        """Yield the names of these kinds that nearly hold all these words, and how alike they are from 0 to 100."""
        return chain.from_iterable(index.nearly_holding(words, widely=widely) for index in self._indexes(kinds))

    def _indexes(self, kinds: Iterable[HitKind]) -> Iterator[WordIndex[Name]]:
        return (self._by_words[kind] for kind in HitKind if kind in set(kinds))

    def completions(self, most: int) -> list[str]:
        """Return names of lists, banners and places as they are written, to complete while somebody types."""
        return list(self._written)[:most]


def _also(name: Name, normal: str) -> Name:
    """Return another name of the same thing."""
    return name if normal == name.normal else Name(normal, name.hit, name.round, name.place, name.banner)


_LISTS = (
    sa.select(
        CandidateList.id,
        CandidateList.round_id,
        CandidateList.constituency_id,
        CandidateList.banner_id,
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

"""Finding what people mean: a list, a banner, a place or a demand, by whatever name they half remember.

Exact names first (names, aliases, heads, codes, everyday words; then initials and panel numbers), then names that hold all
the words asked for, then the same with typing errors forgiven, ranked by likeness with a cut-off and a lead over the
runner-up. Otherwise a short choice; never a guess. Two things may be asked at once: "payan 5e arrondissement".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from pledgebot.domain.words import normalise
from pledgebot.services.directory import Directory, Hit, HitKind, Name, words_of
from pledgebot.store.tables import CandidateList, Constituency, Installation

__all__ = ["Directories", "Found", "Hit", "HitKind", "find", "standing_in"]

CUTOFF = 80
"""Below this likeness (0 to 100) two names have nothing to do with each other."""
LEAD = 8
"""By how much the best likeness has to lead to be taken without asking."""
LONGEST_CHOICE = 8
_LONGEST_QUERY = 120
_MOST_WORDS = 12

# Words that say what is asked for, not which one: left aside when nothing is found with them.
_FILLERS = frozenset({
    "liste", "list", "la", "le", "les", "l", "de", "des", "du", "d", "un", "une", "the", "a", "of", "on", "in", "at",
    "en", "au", "aux", "et", "and", "pour", "for", "sur", "avec", "with", "monsieur", "madame", "candidat", "candidate",
})  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What a query may mean. With exactly one hit it is sure; with several a choice is offered; with none it is not known.

    `also` is the second thing that was named: a demand beside a list, or the place in which something was asked for.
    `more` says that there are further hits than those of the short choice.
    """

    query: str
    hits: tuple[Hit, ...]
    also: Hit | None = None
    more: bool = False

    @property
    def sure(self) -> Hit | None:
        """Return the one thing that was meant, if it is certain."""
        return self.hits[0] if len(self.hits) == 1 else None


class Directories:
    """Keeps the directory of names in memory for as long as no name changes; whoever answers many questions has one."""

    def __init__(self) -> None:
        self._version: tuple[int, int] | None = None
        self._directory: Directory | None = None

    def fresh(self, session: Session) -> Directory:
        """Return the directory of the names as they are in this transaction."""
        installation = session.execute(sa.select(Installation.id, Installation.names_version)).first()
        version = (installation[0], installation[1]) if installation is not None else (0, 0)
        if self._directory is None or version != self._version:
            self._directory, self._version = Directory.read(session), version
        return self._directory


@dataclass(frozen=True)
class Scope:
    """Where a query looks: which kinds of things, lists of which round, and in which places (None for everywhere)."""

    kinds: frozenset[HitKind]
    round: int
    places: frozenset[int] | None = None

    def holds(self, name: Name) -> bool:
        """Tell whether a name is looked at."""
        hit = name.hit
        if hit.kind not in self.kinds or (name.round is not None and name.round != self.round):
            return False
        return self.places is None or name.place is None or name.place in self.places


def find(
    session: Session, query: str, kinds: Iterable[HitKind], round_id: int, directories: Directories | None = None
) -> Found:
    """Find what a query names among these kinds, lists and banners in one round; in earlier rounds only if it names none."""
    directory = (directories or Directories()).fresh(session)
    scopes = [Scope(frozenset(kinds), searched) for searched in directory.rounds_back_from(round_id)]
    wanted = normalise(query)[:_LONGEST_QUERY]
    for scope in scopes:
        # The very name of a list that stood before is meant rather than something like it that stands now.
        hits = _exactly(directory, wanted, scope)
        if hits:
            return _found(query, hits)
    return next((found for scope in scopes if (found := _find(directory, query, wanted, scope)).hits), Found(query, ()))


def _find(directory: Directory, query: str, wanted: str, scope: Scope) -> Found:
    if not wanted:
        return Found(query, ())
    only = directory.only_place(scope.round)
    home = frozenset({only}) if only is not None else None
    named = _named(directory, wanted, scope, home)
    if len(named) == 1:
        return _found(query, named)
    both = _both(directory, query, wanted, scope)
    if both is not None:
        return both
    if named:
        return _found(query, named)
    kept = " ".join(word for word in wanted.split() if word not in _FILLERS)
    return _found(query, _named(directory, kept, scope, home)) if kept and kept != wanted else _found(query, ())


def _found(query: str, hits: Sequence[Hit], also: Hit | None = None) -> Found:
    return Found(query, tuple(hits[:LONGEST_CHOICE]), also, more=len(hits) > LONGEST_CHOICE)


def _named(directory: Directory, wanted: str, scope: Scope, home: frozenset[int] | None = None) -> tuple[Hit, ...]:
    """Return what a normalised text names in a scope, most certain way first."""
    for way in (_exactly, _briefly, _by_words, _nearly):
        hits = way(directory, wanted, replace(scope, places=scope.places or home) if way is _briefly else scope)
        if hits:
            return hits
    return ()


def _distinct(names: Iterable[Name]) -> tuple[Hit, ...]:
    """Return what names name, each once; a few more than a choice shows are enough to know that there are more."""
    hits: dict[Hit, None] = {}
    for name in names:
        hits[name.hit] = None
        if len(hits) > LONGEST_CHOICE:
            break
    return tuple(hits)


def _exactly(directory: Directory, wanted: str, scope: Scope) -> tuple[Hit, ...]:
    return _distinct(name for name in directory.exact(wanted) if scope.holds(name))


def _briefly(directory: Directory, wanted: str, scope: Scope) -> tuple[Hit, ...]:
    """Find by initials, and by panel number where the place is known: elsewhere a number says nothing."""
    if wanted.isdecimal():
        return _distinct(
            name for place in scope.places or () for name in directory.panel(place, wanted) if scope.holds(name)
        )
    return _distinct(name for name in directory.initials(wanted) if scope.holds(name))


def _by_words(directory: Directory, wanted: str, scope: Scope) -> tuple[Hit, ...]:
    words = words_of(wanted)[:_MOST_WORDS]
    return _distinct(name for name in directory.holding(words) if scope.holds(name))


def _nearly(directory: Directory, wanted: str, scope: Scope) -> tuple[Hit, ...]:
    """Find with typing errors forgiven; the likeliest is taken alone only if it leads clearly."""
    words = words_of(wanted)[:_MOST_WORDS]
    best: dict[Hit, float] = {}
    for name in directory.nearly_holding(words):
        if scope.holds(name):
            score = fuzz.WRatio(wanted, name.normal)
            if score >= CUTOFF:
                best[name.hit] = max(score, best.get(name.hit, 0))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] >= LEAD:
        return (ranked[0][0],)
    return tuple(hit for hit, _score in ranked)


def _both(directory: Directory, query: str, wanted: str, scope: Scope) -> Found | None:
    """Read a query as two things: something in a place, or what a list says on a demand."""
    words = wanted.split()
    for size in range(len(words) - 1, 0, -1):
        for second, first in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            found = _something_in(directory, query, _core(first), _core(second), scope) or _something_on(
                directory, query, _core(first), _core(second), scope
            )
            if found is not None:
                return found
    return None


def _core(words: Sequence[str]) -> str:
    """Return words without the fillers at their ends: "camille a marseille" is asked for without its "a"."""
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _FILLERS:
        kept.pop()
    while len(kept) > 1 and kept[0] in _FILLERS:
        kept.pop(0)
    return " ".join(kept)


def _something_in(directory: Directory, query: str, thing: str, place: str, scope: Scope) -> Found | None:
    places = _exactly(directory, place, replace(scope, kinds=frozenset({HitKind.PLACE})))
    others = scope.kinds - {HitKind.PLACE}
    if len(places) != 1 or not others:
        return None
    inside = directory.inside(places[0].id)
    hits = _named(directory, thing, Scope(others, scope.round, inside))
    return _found(query, hits, places[0]) if hits else None


def _something_on(directory: Directory, query: str, thing: str, demand: str, scope: Scope) -> Found | None:
    demands = _exactly(directory, demand, replace(scope, kinds=frozenset({HitKind.DEMAND})))
    others = scope.kinds & {HitKind.LIST, HitKind.BANNER}
    if len(demands) != 1 or not others:
        return None
    hits = _named(directory, thing, replace(scope, kinds=others))
    return _found(query, hits, demands[0]) if hits else None


def standing_in(session: Session, hits: Sequence[Hit], place: str) -> tuple[Hit, ...]:
    """Return the lists among some hits that stand in a place (its code or label), and the banners with a list there."""
    wanted = normalise(place)
    rows = session.execute(
        sa.select(CandidateList.id, CandidateList.banner_id, Constituency.code, Constituency.label).join(
            Constituency, Constituency.id == CandidateList.constituency_id
        )
    )
    there = {(row[0], row[1]) for row in rows if wanted in {normalise(row[2]), normalise(row[3])}}
    lists, banners = {pair[0] for pair in there}, {pair[1] for pair in there}
    return tuple(hit for hit in hits if hit.id in (lists if hit.kind is HitKind.LIST else banners))

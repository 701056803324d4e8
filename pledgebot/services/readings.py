"""How the words of a question may be read in one round: as one name, or as two things, certainly or with typing errors."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pledgebot.services.directory import Directory, Hit, HitKind, Name
from pledgebot.services.pieces import MOST_CONTENT, Piece
from pledgebot.services.small_words import words_of

CUTOFF = 80
"""Below this likeness (0 to 100) two names have nothing to do with each other."""
LEAD = 8
"""By how much the best likeness has to lead to be taken without asking."""
_WHOLE = 10
"""By how much a name leads whose every word was asked for: "marsielle" is Marseille rather than a part of it."""
_MOST_NAMES = 100
"""How many names are gathered at most; a choice shows fewer."""
_SHORT = 6
"""How many letters initials have at most that may be a word of a name as well."""
_MOST_PLACES = 50
"""In how many places of one name something is sought."""

_SUBJECTS = frozenset({HitKind.LIST, HitKind.BANNER})
_PLACE = frozenset({HitKind.PLACE})
_DEMAND = frozenset({HitKind.DEMAND})

Hits = tuple[Hit, ...]


@dataclass(frozen=True)
class Thing:
    """What was found, and the second thing that was named."""

    hits: Hits
    also: Hit | None = None

    @property
    def certain(self) -> bool:
        """Tell whether it is one thing."""
        return len(self.hits) == 1


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
        place = hit.id if hit.kind is HitKind.PLACE else name.place
        return self.places is None or place is None or place in self.places


Way = Callable[["Reading", Piece], Hits]


@dataclass(frozen=True)
class Reading:
    """The ways of finding something in a scope, the most certain first."""

    directory: Directory
    scope: Scope

    def named(self, normal: str) -> Hits:
        """Return what goes by this very name."""
        return self._hits(self.directory.whole(normal))

    def by_name(self, normal: str, piece: Piece) -> Thing | None:
        """Return what goes by this very name, or by its words without the small ones at its ends."""
        return _thing(self.named(normal) or self.exactly(piece))

    def surely(self, piece: Piece) -> Thing | None:
        """Return what the words mean without any typing error: one thing, or two things, or a choice."""
        brief = _thing(self.briefly(piece))
        if brief is not None and brief.certain:
            return brief
        both = self._both(piece, (Reading.exactly, Reading.briefly))
        if both is not None:
            return both
        named = _thing(self.surest(piece))
        if named is not None and named.certain:
            return named
        return (
            self._either(piece, Reading.exactly)
            or self._both(piece, (Reading.surest,))
            or named
            or self._either(piece, Reading.surest)
        )

    def nearly(self, piece: Piece) -> Thing | None:
        """Return what the words mean with typing errors forgiven."""
        named = _thing(self.alike(piece))
        if named is not None and named.certain:
            return named
        return (
            self._both(piece, (Reading.alike,))
            or self._both(piece, (Reading.surest, Reading.alike), second=Reading.alike)
            or named
            or _thing(self.alike(piece, widely=True))
        )

    def exactly(self, piece: Piece) -> Hits:
        """Return what goes by these words, or by them without some of the small words at their ends."""
        return next((hits for words in piece.trims() if (hits := self._hits(self.directory.keyed(words)))), ())

    def briefly(self, piece: Piece) -> Hits:
        """Find by initials, and by panel number where the place is known: elsewhere a number says nothing."""
        words = piece.core
        if piece.is_number:
            places = self.scope.places or self._home()
            return self._hits(name for place in places for name in self.directory.panel(place, words[0]))
        if sum(len(word) for word in words) <= 1:
            return ()
        found = self._hits(self.directory.initials(words))
        # A short word may be initials or stand in a name: which of them is for whoever asks to say.
        return _together(found, self.by_words(piece)) if found and len("".join(words)) <= _SHORT else found

    def by_words(self, piece: Piece) -> Hits:
        """Return what holds all the words, or all that are not small."""
        if piece.is_number:
            return ()
        found = self._hits(self.directory.holding(piece.core[:MOST_CONTENT], self.scope.kinds))
        return found or self._hits(self.directory.holding(piece.content, self.scope.kinds))

    def surest(self, piece: Piece) -> Hits:
        """Return what is found in the most certain way, without typing errors."""
        return self.exactly(piece) or self.briefly(piece) or self.by_words(piece)

    def alike(self, piece: Piece, *, widely: bool = False) -> Hits:
        """Find with typing errors forgiven; the likeliest is taken alone only if it leads clearly.

        Widely, a word that is known may be a mistaken other one too.
        """
        if piece.is_number:
            return ()
        near = self.directory.nearly_holding(piece.content, self.scope.kinds, widely=widely)
        scores = {
            name: score + (_WHOLE if len(words_of(name.normal)) == len(piece.content) else 0)
            for name, score in near
            if score >= CUTOFF and self.scope.holds(name)
        }
        ranked = sorted(scores, key=lambda name: -scores[name])
        leading = _as_one(name for name in ranked if scores[ranked[0]] - scores[name] < LEAD)
        return leading if len(leading) == 1 else _as_one(ranked)

    def _home(self) -> frozenset[int]:
        only = self.directory.only_place(self.scope.round)
        return frozenset() if only is None else frozenset({only})

    def _hits(self, names: Iterable[Name]) -> Hits:
        """Return what names of this scope name, each once; a few more than a choice shows tell that there are more."""
        return _as_one(islice((name for name in names if self.scope.holds(name)), _MOST_NAMES))

    def _within(self, kinds: frozenset[HitKind], places: frozenset[int] | None = None) -> "Reading":
        return replace(self, scope=Scope(kinds, self.scope.round, places if places is not None else self.scope.places))

    def _both(self, piece: Piece, ways: Sequence[Way], second: Way | None = None) -> Thing | None:
        """Read the words as two things: something in a place, or what a list says on a demand."""
        for thing, other in piece.halves():
            found = self.something_in(thing, other, ways, second) or self.something_on(thing, other, ways, second)
            if found is not None:
                return found
        return None

    def something_in(self, thing: Piece, place: Piece, ways: Sequence[Way], second: Way | None) -> Thing | None:
        """Return something in a place: "payan 5e". `second` is the way of finding the place, if not by its very name."""
        places = (second or Reading.exactly)(self._within(_PLACE), place)[:_MOST_PLACES]
        if not places or (second is not None and len(places) > 1):
            return None
        inside = frozenset().union(*(self.directory.inside(place.id) for place in places))
        there = self._within(self.scope.kinds, inside)
        found = _first(there, thing, ways)
        if found:
            return there.in_place(found, places)
        if self.scope.places is None and self.scope.kinds & _SUBJECTS:
            # A list, a demand and a place at once: "payan caméras 5e".
            on_demand = there.both_on(thing, ways)
            if on_demand is not None:
                return replace(on_demand, hits=there.standing(on_demand.hits))
        return None

    def both_on(self, piece: Piece, ways: Sequence[Way]) -> Thing | None:
        """Return what the words say on a demand, wherever they are divided."""
        return next((on for one, other in piece.halves() if (on := self.something_on(one, other, ways, None))), None)

    def in_place(self, hits: Hits, places: Hits) -> Thing | None:
        """Return what was found in a place; a demand asked for in places of one name needs one of them."""
        there = self.standing(hits)
        if not there:
            return None
        if len(places) == 1:
            return Thing(there, places[0] if any(hit.kind is not HitKind.PLACE for hit in there) else None)
        return Thing(there) if any(hit.kind is not HitKind.DEMAND for hit in there) else None

    def standing(self, hits: Hits) -> Hits:
        """Return what of these hits is in the places of this scope: of a banner with one list there, that list."""
        return tuple(dict.fromkeys(one for hit in hits for one in self._of_banner(hit)))

    def _of_banner(self, hit: Hit) -> Hits:
        if hit.kind is not HitKind.BANNER:
            return (hit,)
        places = self.scope.places or frozenset()
        lists = tuple(name.hit for name in self.directory.under(hit.id) if name.place in places)
        return lists if len(lists) == 1 and HitKind.LIST in self.scope.kinds else (hit,) if lists else ()

    def something_on(self, thing: Piece, demand: Piece, ways: Sequence[Way], second: Way | None) -> Thing | None:
        """Return what a list says on a demand: "payan caméras". `second` is the way of finding the demand."""
        subjects = self.scope.kinds & _SUBJECTS
        if not subjects:
            return None
        demands = (second or Reading.exactly)(self._within(_DEMAND), demand)
        if len(demands) != 1:
            return None
        asked = self._within(subjects)
        hits = _first(asked, thing, ways)
        if hits:
            return Thing(hits, demands[0])
        if self.scope.places is None:
            in_place = next(
                (on for one, other in thing.halves() if (on := asked.something_in(one, other, ways, None))), None
            )
            if in_place is not None:
                return Thing(in_place.hits, demands[0])
        return None

    def _either(self, piece: Piece, way: Way) -> Thing | None:
        """Return two things that do not belong together, as a choice: "payan et rubirola"."""
        for one, other in piece.halves():
            first = way(self, one)
            second = way(self, other) if len(first) == 1 else ()
            if len(second) == 1:
                return Thing(_together(first, second))
        return None


def _thing(hits: Hits) -> Thing | None:
    return Thing(hits) if hits else None


def _first(reading: Reading, piece: Piece, ways: Sequence[Way]) -> Hits:
    return next((hits for way in ways if (hits := way(reading, piece))), ())


def _as_one(names: Iterable[Name]) -> Hits:
    """Return what names name, each once, without the lists that bear the name of their banner: it answers for them."""
    found = list(names)
    banners: dict[int, list[set[str]]] = {}
    for name in found:
        if name.hit.kind is HitKind.BANNER:
            banners.setdefault(name.hit.id, []).append(set(words_of(name.normal)))
    spoken_for = {
        name.hit for name in found if banners and name.banner in banners and _bears(name, banners[name.banner])
    }
    return tuple(dict.fromkeys(name.hit for name in found if name.hit not in spoken_for))


def _bears(name: Name, names: Iterable[set[str]]) -> bool:
    """Tell whether a name holds all the words of another, as "Printemps Exemple Nord" holds "Printemps Exemple"."""
    words = set(words_of(name.normal))
    return any(words >= others for others in names)


def _together(one: Hits, other: Hits) -> Hits:
    return tuple(dict.fromkeys((*one, *other)))

"""Words with typing errors: which known words an unknown one may mean, and how alike they are."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from pledgebot.services.small_words import variants

_SHORTEST_BEGINNING = 3
_MOST_BEGINNINGS = 50
_MOST_REMEMBERED = 10_000
_ONE_ERROR_FROM, _TWO_ERRORS_FROM = 4, 8

Likes = dict[str, float]
"""Known word → how alike it is, from 0 to 100."""


class Vocabulary:
    """The words of all names, sorted so that those with typing errors are sought among few."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = words
        self._sorted = sorted(words)
        self._by_start: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for word in words:
            self._by_start[len(word), word[0]].append(word)
            self._by_tail[word[1:]].append(word)
        self._remembered: dict[tuple[str, bool], Likes] = {}

    def likes(self, word: str, *, widely: bool = False) -> Likes:
        """Return the known words that a word may mean: itself, those that it begins, and if it is none of them, its like.

        Widely, its like are returned too where it is a known word itself. One typing error is forgiven from four letters
        on, two from eight on; none in a number, since another number is another thing.
        """
        if (word, widely) not in self._remembered:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[word, widely] = self._sought(word, widely=widely)
        return self._remembered[word, widely]

    def _sought(self, word: str, *, widely: bool) -> Likes:
        if any(char.isdigit() for char in word):
            return {known: 100 for known in variants(word) if known in self._words}
        found = self._begun(word)
        return found if found and not widely else {**self._mistaken(word), **found}

    def _begun(self, word: str) -> Likes:
        if len(word) < _SHORTEST_BEGINNING:
            return {word: 100} if word in self._words else {}
        start = bisect_left(self._sorted, word)
        near = self._sorted[start : start + _MOST_BEGINNINGS]
        return {known: 70 + 30 * len(word) / len(known) for known in near if known.startswith(word)}

    def _mistaken(self, word: str) -> Likes:
        """Return the words that differ by a typing error or two; an error in the first letter is forgiven alone.

        Sought among words of the same first letter and about the same length, since a national file has 100,000 words.
        """
        allowed = (len(word) >= _ONE_ERROR_FROM) + (len(word) >= _TWO_ERRORS_FROM)
        if not allowed:
            return {}
        found = {known: _alike(word, known, 1) for known in self._other_beginnings(word)}
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            known = self._by_start.get((length, word[0]), [])
            near = process.extract(word, known, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_BEGINNINGS)
            found.update((match, _alike(word, match, distance)) for match, distance, _place in near)
        return found

    def _other_beginnings(self, word: str) -> list[str]:
        """Return the words that are this but for a first letter that is wrong, missing, too many, or changed places."""
        swapped = word[1] + word[0] + word[2:]
        others = [*self._by_tail.get(word[1:], ()), *self._by_tail.get(word, ()), word[1:], swapped]
        return [other for other in others if other in self._words]


def _alike(word: str, known: str, distance: float) -> float:
    """Return how alike two words are: a letter too many or too few weighs less than a wrong one."""
    return max(fuzz.ratio(word, known), 100 * (1 - distance / max(len(word), len(known))))

"""Names by their words: those that hold some words, or nearly."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from pledgebot.services.likeness import Likes, Vocabulary
from pledgebot.services.small_words import variants

N = TypeVar("N")

_MOST_COMPARED = 400
"""How many names are compared closely at most; beyond that a query says too little."""
_LONG = 100
"""From how many names on those with a word are remembered as a set."""
_SMALL = 2
"""A word of so many letters that means nothing may be a small word with a typing error; a single letter tells lists apart."""


class WordIndex(Generic[N]):
    """Names of one kind, found by their words whatever their order."""

    def __init__(self) -> None:
        self._names: list[N] = []
        self._words: dict[str, array[int]] = {}
        self._sets: dict[str, frozenset[int]] = {}
        self._vocabulary = Vocabulary(())

    def add(self, name: N, words: Iterable[str]) -> None:
        """Add a name with its words."""
        number = len(self._names)
        self._names.append(name)
        for word in set(words):
            self._words.setdefault(word, array("L")).append(number)

    def seal(self) -> None:
        """Finish: sort the words, so that those with typing errors are sought among few."""
        self._vocabulary = Vocabulary(self._words.keys())

    def holding(self, words: Sequence[str]) -> Iterator[N]:
        """Yield the names that hold all these words, in the order in which they were added."""
        alternatives = [dict.fromkeys(variants(word) if len(words) > 1 else (word,), 100.0) for word in words]
        return (self._names[number] for number in sorted(self._all_of(alternatives)))

    def nearly_holding(self, words: Sequence[str], *, widely: bool = False) -> Iterator[tuple[N, float]]:
        """Yield the names that hold, for each of these words, one like it, and how alike they are on the whole."""
        sought = {word: likes for word in words if (likes := self._vocabulary.likes(word, widely=widely))}
        if any(len(word) != _SMALL or any(char.isdigit() for char in word) for word in words if word not in sought):
            return
        scores = dict.fromkeys(sorted(self._all_of(list(sought.values())))[:_MOST_COMPARED], 0.0)
        for word, likes in sought.items():
            for number, alike in self._best(likes, scores.keys()).items():
                scores[number] += alike * len(word)
        length = sum(len(word) for word in sought)
        yield from ((self._names[number], score / length) for number, score in scores.items())

    def _best(self, likes: Likes, numbers: Iterable[int]) -> dict[int, float]:
        """Return for each of these names how alike the likest of its words is."""
        best: dict[int, float] = {}
        wanted = set(numbers)
        for known in sorted(likes, key=likes.__getitem__):
            best.update(dict.fromkeys(self._set(known) & wanted, likes[known]))
        return best

    def _all_of(self, wanted: Sequence[Mapping[str, float]]) -> frozenset[int]:
        """Return the numbers of the names that hold one word of each of these alternatives, the rarest first."""
        if not wanted or not all(any(word in self._words for word in words) for words in wanted):
            return frozenset()
        rarest, *others = sorted(wanted, key=lambda words: sum(len(self._words.get(word, ())) for word in words))
        found = _together([self._set(word) for word in rarest])
        for words in others:
            found = _together([found & self._set(word) for word in words])
            if not found:
                break
        return found

    def _set(self, word: str) -> frozenset[int]:
        """Return the numbers of the names with a word; of a frequent word they are remembered."""
        if word in self._sets:
            return self._sets[word]
        numbers = frozenset(self._words.get(word, ()))
        if len(numbers) >= _LONG:
            self._sets[word] = numbers
        return numbers


def _together(sets: Sequence[frozenset[int]]) -> frozenset[int]:
    """Return the numbers in any of some sets; of one set itself, since those of frequent words are large."""
    return sets[0] if len(sets) == 1 else frozenset().union(*sets)

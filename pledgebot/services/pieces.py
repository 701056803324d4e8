"""A question cut into words and pieces: where it may be divided in two, and what is left of a piece without small words."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pledgebot.services.small_words import FILLERS, words_of

_MOST_WORDS = 40
_LONGEST_PANEL = 3
MOST_CONTENT = 12
"""How many words of a question are compared with names, small ones aside."""


@dataclass(frozen=True)
class Piece:
    """Some words of a question, in their one form."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, normal: str) -> Self:
        """Return the words of a normalised text; of an endless one the first, since no name has more."""
        return cls(tuple(words_of(normal)[:_MOST_WORDS]))

    @cached_property
    def core(self) -> tuple[str, ...]:
        """Return the words without the small ones at both ends; small words alone stay as they are."""
        first, last = self._ends
        return self.words[first:last] or self.words

    @cached_property
    def content(self) -> tuple[str, ...]:
        """Return the words without any small one, as many as a name may have; of small words alone nothing is left."""
        return tuple(word for word in self.words if word not in FILLERS)[:MOST_CONTENT]

    @cached_property
    def is_number(self) -> bool:
        """Tell whether it is a number as panels have it, which names nothing by itself."""
        return len(self.core) == 1 and self.core[0].isdecimal() and len(self.core[0]) <= _LONGEST_PANEL

    @cached_property
    def _ends(self) -> tuple[int, int]:
        """Return where the words that are not small begin and end."""
        places = [place for place, word in enumerate(self.words) if word not in FILLERS]
        return (places[0], places[-1] + 1) if places else (len(self.words), 0)

    def trims(self) -> Iterator[tuple[str, ...]]:
        """Yield the words, then with ever more of the small words at both ends left aside: "et la rose" may be "la rose"."""
        first, last = self._ends
        size = len(self.words)
        starts = range(min(first, size - 1) + 1) if size else range(0)
        ends = range(size, max(last, 1) - 1, -1)
        yield from sorted(
            (self.words[start:end] for start in starts for end in ends if start < end), key=len, reverse=True
        )

    def halves(self) -> Iterator[tuple["Piece", "Piece"]]:
        """Yield every division in two, as (thing, second thing): either half may be either, the longest second thing first."""
        small = [word in FILLERS for word in self.words]
        size = len(self.words)
        for cut in range(size - 1, 0, -1):
            for at, turned in ((size - cut, False), (cut, True)):
                # Among small words the cut makes no difference: they are left aside on both sides.
                if not (small[at - 1] and small[at]):
                    first, last = Piece(self.words[:at]), Piece(self.words[at:])
                    yield (last, first) if turned else (first, last)

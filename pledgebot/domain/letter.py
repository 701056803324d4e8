"""The open letter: its demands, and the tests by which answers are judged. Written before the vote."""

from dataclasses import dataclass

from pledgebot.domain.answer import Position
from pledgebot.domain.events import Titles


@dataclass(frozen=True)
class Part:
    """A part of a demand on which lists may answer apart."""

    key: str
    title: Titles
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Demand:
    """One demand: its title and text by language, its tests by position and language, its everyday words."""

    key: str
    title: Titles
    text: Titles
    tests: dict[Position, Titles]
    hashtag: str
    words: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class OutreachTemplate:
    """The text that every list gets, the same for all."""

    subject: Titles
    body: Titles


@dataclass(frozen=True)
class Letter:
    """One open letter: who wrote it, when, where it can be read, and what it asks."""

    key: str
    title: Titles
    summary: Titles
    source: str
    url: str | None
    languages: tuple[str, ...]
    signatories: tuple[str, ...]
    demands: tuple[Demand, ...]
    outreach: OutreachTemplate

    def demand(self, key: str) -> Demand | None:
        """Return the demand of that key, or None."""
        return next((demand for demand in self.demands if demand.key == key), None)

"""Finding what people mean: a list, a banner, a place or a demand, by whatever name they half remember.

Exact names first (names, aliases, heads, codes, everyday words; then initials and panel numbers), then names that hold all
the words asked for, then the same with typing errors forgiven, ranked by likeness with a cut-off and a lead over the
runner-up. Otherwise a short choice; never a guess. Two things may be asked at once: "payan 5e arrondissement".
"""

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.words import normalise
from pledgebot.services.directory import Directory, Hit, HitKind
from pledgebot.services.pieces import Piece
from pledgebot.services.readings import Reading, Scope, Thing
from pledgebot.services.revision import Remembered, current_versions, has_changes
from pledgebot.store.tables import CandidateList, Constituency

__all__ = ["Directories", "Found", "Hit", "HitKind", "find", "is_name", "standing_in"]

LONGEST_CHOICE = 8
_MANY = 10_000
"""From how many names on a directory is left aside by the garbage collector."""


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


class Directories(Remembered):
    """Keeps the directory of names in memory for as long as no name changes; whoever answers many questions has one."""

    def __init__(self) -> None:
        super().__init__()
        self._version = -1
        self._directory: Directory | None = None
        self._reading = Lock()

    def fresh(self, session: Session) -> Directory:
        """Return the directory of the names as they are in this transaction, or as a later one has seen them already."""
        if has_changes(session, of_names=True):
            return Directory.read(session)
        version = current_versions(session).names
        with self._reading:
            # One thread reads what the others wait for: of a whole country that takes seconds.
            if self._directory is None or version > self._version:
                self._directory, self._version = Directory.read(session), version
                if len(self._directory) >= _MANY:
                    # A national file makes a million objects that hold no cycle: looking through them for garbage stops an
                    # answer for a third of a second. They are freed all the same when the directory is read again.
                    gc.collect()
                    gc.freeze()
            return self._directory


def find(
    session: Session, query: str, kinds: Iterable[HitKind], round_id: int, directories: Directories | None = None
) -> Found:
    """Find what a query names among these kinds, lists and banners in one round; in earlier rounds only if it names none."""
    directory = (directories or Directories()).fresh(session)
    normal = normalise(query)
    piece = Piece.of(normal)
    readings = _readings(directory, kinds, round_id)
    # What is named by its very name in an earlier round is meant rather than something like it that stands now.
    things = chain(
        (reading.by_name(normal, piece) for reading in readings),
        # Small words alone name nothing but what is called exactly so.
        (reading.surely(piece) for reading in readings if piece.content),
        (reading.nearly(piece) for reading in readings if piece.content),
    )
    return next((_found(query, thing) for thing in things if thing is not None), Found(query, ()))


def is_name(
    session: Session, text: str, kinds: Iterable[HitKind], round_id: int, directories: Directories | None = None
) -> bool:
    """Tell whether a whole text is the name of something, so that no word of it is a verb."""
    directory = (directories or Directories()).fresh(session)
    normal = normalise(text)
    return any(reading.named(normal) for reading in _readings(directory, kinds, round_id))


def _readings(directory: Directory, kinds: Iterable[HitKind], round_id: int) -> list[Reading]:
    asked = frozenset(kinds)
    return [Reading(directory, Scope(asked, searched)) for searched in directory.rounds_back_from(round_id)]


def _found(query: str, thing: Thing) -> Found:
    return Found(query, thing.hits[:LONGEST_CHOICE], thing.also, more=len(thing.hits) > LONGEST_CHOICE)


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

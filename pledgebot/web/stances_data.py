"""What the table says, place by place, for the files of the open data: some constituencies at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from pledgebot.domain.answer import Standing
from pledgebot.services.board_rows import (
    Marks,
    PlacedLists,
    in_batches,
    marks_of,
    placed_lists,
    rounds_by_number,
    views_in,
)
from pledgebot.services.views import CellView, ListView, RoundView, StanceView
from pledgebot.web.reading import Reading

WITHDRAWN = "withdrawn"
"""The position of a list that took its word back: not that it never said anything."""


@dataclass(frozen=True)
class StancePlace:
    """One position in the table: the demand or the part of it (empty for the whole), and where the list stands."""

    cell: CellView
    part: str
    standing: Standing[StanceView]

    @property
    def shown(self) -> StanceView | None:
        """Return the statement that counts, or the one by which the word was taken back."""
        return self.standing.counts or self.standing.withdrawn

    @property
    def statements(self) -> tuple[StanceView, ...]:
        """Return what is said: what counts, then what stands beside it."""
        return (self.shown, *self.standing.beside) if self.shown is not None else self.standing.beside

    @property
    def contradictory(self) -> bool:
        """Tell whether two statements that both stand say different things."""
        return len({one.position for one in self.statements}) > 1


Batch = tuple[Sequence[tuple[PlacedLists, tuple[ListView, ...]]], dict[int, RoundView], Marks]
"""Constituencies with what their lists say, the rounds by their numbers, the marks of what is said."""


def read_in_batches(reading: Reading) -> Iterator[Batch]:
    """Yield some constituencies at a time, each with what its lists say, and the marks of all that they say."""
    rounds = rounds_by_number(reading.session, reading.known)
    for batch in in_batches(placed_lists(reading.session, reading.as_of)):
        places = views_in(reading.session, batch, reading.known, reading.as_of)
        answers = answers_in(cell for _place, views in places for view in views for cell in view.cells)
        yield places, rounds, marks_of(reading.session, answers)


def answers_in(cells: Iterable[CellView]) -> set[int]:
    """Return the entries of which anything is said in some cells."""
    return {one.answer for place in places_of(cells) for one in place.statements}


def places_of(cells: Iterable[CellView]) -> Iterator[StancePlace]:
    """Yield each demand as a whole, then the parts of it on which something was said apart."""
    for cell in cells:
        yield StancePlace(cell, "", cell.standing)
        apart = {id(title): standing for title, standing in cell.parts}
        for key, title in cell.demand.parts:
            if id(title) in apart:
                yield StancePlace(cell, key, apart[id(title)])


def position_of(place: StancePlace) -> str | None:
    """Return the position at a place of the table; None where none is known."""
    return word_of(place.shown) if place.shown is not None else None


def word_of(one: StanceView) -> str:
    """Return what a statement says."""
    return one.position.value if one.position is not None else WITHDRAWN


def version_of(place: StancePlace, one: StanceView, marks: Marks) -> int | None:
    """Return the version of the wording by which a statement was judged."""
    return marks.versions.get((one.answer, place.cell.demand.id, place.part))


def day_of(moment: datetime | None, zone: tzinfo) -> str | None:
    """Return the day of a moment by the clocks of a zone."""
    return moment.astimezone(zone).date().isoformat() if moment is not None else None

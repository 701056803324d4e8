"""What comes too late before a vote: a new refusal, or a word taken back, to which a list could not answer any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from pledgebot.domain.answer import AnswerKind, Position
from pledgebot.domain.calendar import days_before
from pledgebot.domain.election import PollingDay, Silence, silence_of

_RANK = {Position.COMMITTED: 3, Position.PARTIAL: 2, Position.UNCLEAR: 1, None: 1, Position.REFUSED: 0}
"""How far a position goes towards a demand; None is none: taken back, or never taken."""


@dataclass(frozen=True)
class Change:
    """What an entry does on one demand: the position that it takes (None: takes back), and the one on record before it.

    `counts` is False for what was said earlier than what is on record, and changes nothing of it.
    """

    takes: Position | None
    was: Position | None = None
    counts: bool = True


def is_negative(kind: AnswerKind, changes: Iterable[Change]) -> bool:
    """Tell whether an entry refuses something, or leaves its subject with less than what was on record.

    A first word that is partial or unclear is no less than nothing. Corrections of our own errors, removals and undoing are
    never negative: they say nothing new of a list.
    """
    if kind not in {AnswerKind.STATEMENT, AnswerKind.WITHDRAWAL}:
        return False
    return any(
        change.takes is Position.REFUSED or (change.counts and _RANK[change.takes] < _RANK[change.was])
        for change in changes
    )


def held_spans(rounds: Iterable[PollingDay], days: int, hour: time) -> tuple[Silence, ...]:
    """Return when no new negative entry is confirmed: so many days before each polling day until the polls close.

    With no days there is no such time. Each polling day is given by the clocks of one place.
    """
    if days <= 0:
        return ()
    return tuple(Silence(days_before(day.day, days, hour, day.zone), silence_of(day).ends) for day in rounds)


def held_until(moment: datetime, spans: Iterable[Silence]) -> datetime | None:
    """Return when what is held at a moment may be confirmed, in every place that is concerned; None where nothing is held."""
    return max((span.ends for span in spans if span.covers(moment)), default=None)

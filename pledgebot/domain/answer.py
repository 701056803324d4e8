"""Answers and stances: who may confirm, what counts, what is inherited.

One *answer* is one entry of the ledger: one subject, one source, one day, positions on one or several demands. A
*stance* is the position that it takes on one demand (or on one part of a demand).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, Self, TypeVar

from pledgebot.domain.errors import Objection

S = TypeVar("S")


class Position(StrEnum):
    """What a list said on a demand, judged by the test that the letter wrote before the vote."""

    COMMITTED = "committed"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNCLEAR = "unclear"


class SourceKind(StrEnum):
    """Where an answer was given."""

    LETTER = "letter"
    EMAIL = "email"
    PROGRAMME = "programme"
    PUBLIC_POST = "public_post"
    RECORDED_SPEECH = "recorded_speech"
    REPORTED_SPEECH = "reported_speech"


class SpeakerRole(StrEnum):
    """In what role somebody spoke for a list."""

    HEAD = "head"
    CANDIDATE = "candidate"
    SPOKESPERSON = "spokesperson"
    LIST = "list"


class EvidenceKind(StrEnum):
    """What proves an answer."""

    LINK = "link"
    QUOTATION = "quotation"
    FILE = "file"


class AnswerKind(StrEnum):
    """What an entry of the ledger does."""

    STATEMENT = "statement"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    UNDO = "undo"
    REMOVAL = "removal"


class AnswerState(StrEnum):
    """The life of an entry: it waits for a second person, who confirms or rejects it, and then it stays."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class StanceState(StrEnum):
    """The life of a stance. `BESIDE` stands next to the current one and contradicts it."""

    PENDING = "pending"
    CURRENT = "current"
    BESIDE = "beside"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


class Contradiction(StrEnum):
    """What the recorder says of an answer that contradicts the current one."""

    REPLACES = "replaces"
    BESIDE = "beside"


def why_not_decide(
    *, state: AnswerState, version: int, version_shown: int, recorded_by: int, decider: int, confirming: bool
) -> Objection | None:
    """Return why a person may not decide on an entry, or None when they may.

    Four eyes compare persons, not accounts: whoever recorded an entry cannot confirm it, by whatever road. Rejecting
    one's own entry is allowed, since it publishes nothing. A decision on an entry that changed since it was shown is void.
    """
    if state is not AnswerState.PENDING:
        return Objection.ALREADY_DECIDED
    if version != version_shown:
        return Objection.CHANGED_MEANWHILE
    if confirming and recorded_by == decider:
        return Objection.SAME_PERSON
    return None


def may_replace(new: SourceKind, old: SourceKind) -> bool:
    """Tell whether words from one kind of source may replace words from another: hearsay never replaces the rest."""
    return new is not SourceKind.REPORTED_SPEECH or old is SourceKind.REPORTED_SPEECH


@dataclass(frozen=True)
class Statement:
    """One confirmed stance as the ledger has it, on one demand (or part) of one subject.

    `position` is None for a withdrawal; `target` is the answer that a correction corrects; `seq` is the entry's place in
    the ledger.
    """

    stance: int
    answer: int
    seq: int
    kind: AnswerKind
    target: int | None
    position: Position | None
    source: SourceKind
    said_on: date
    contradiction: Contradiction = Contradiction.REPLACES


@dataclass(frozen=True)
class Settlement:
    """Which of a subject's stances on one demand counts, which stand beside it, which are history."""

    current: int | None
    beside: frozenset[int]
    superseded: frozenset[int]

    def state_of(self, stance: int) -> StanceState:
        """Return the state of one of the stances that were settled."""
        if stance == self.current:
            return StanceState.CURRENT
        return StanceState.BESIDE if stance in self.beside else StanceState.SUPERSEDED


def settle(statements: Iterable[Statement], undone: frozenset[int] = frozenset()) -> Settlement:
    """Settle the confirmed stances of one subject on one demand.

    What was said last counts, not what was recorded last; on one day the later entry of the ledger does. A live
    correction takes its target's place; an undone entry (`undone` holds answers) never was. Hearsay that contradicts
    other words stands beside them, whatever came first; hearsay that agrees changes nothing. The result does not depend
    on the order given.
    """
    everything = sorted(statements, key=lambda s: s.seq)
    current: Statement | None = None
    beside: list[Statement] = []
    for said in sorted(_alive(everything, undone), key=lambda s: (s.said_on, s.seq)):
        if current is None or said.position is None or said.position == current.position:
            if current is None or may_replace(said.source, current.source):
                current, beside = said, [] if said.position is None else _still_differ(said, beside)
        elif not may_replace(said.source, current.source):
            beside.append(said)
        elif said.contradiction is Contradiction.REPLACES or current.position is None:
            current, beside = said, []
        elif may_replace(current.source, said.source):
            beside.append(said)
        else:
            current, beside = said, _still_differ(said, [*beside, current])
    counted = {said.stance for said in beside} | ({current.stance} if current else set())
    return Settlement(
        current=current.stance if current else None,
        beside=frozenset(said.stance for said in beside),
        superseded=frozenset(said.stance for said in everything) - counted,
    )


def _alive(everything: Sequence[Statement], undone: frozenset[int]) -> list[Statement]:
    """Return what neither an undo nor a correction took away; later corrections are looked at first.

    A corrected correction still holds its own target down, and of two corrections of one entry the later one stands.
    """
    replaced: set[int] = set()
    alive: list[Statement] = []
    for said in reversed(everything):
        if said.answer in undone:
            continue
        corrects = said.target if said.kind is AnswerKind.CORRECTION else None
        if said.answer not in replaced and corrects not in replaced:
            alive.append(said)
        if corrects is not None:
            replaced.add(corrects)
    return alive


def _still_differ(current: Statement, beside: Iterable[Statement]) -> list[Statement]:
    """Keep what goes on contradicting the current statement."""
    return [said for said in beside if said.position != current.position]


class Origin(StrEnum):
    """Where a list's position on a demand comes from."""

    OWN = "own"
    CONTINUED = "continued"
    BANNER = "banner"
    INHERITED = "inherited"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Standing(Generic[S]):
    """A list's position on one demand: what counts, what contradicts it, and where it comes from.

    `counts` is None when nothing is known, or when the word was taken back (`withdrawn` then holds that statement). For
    `Origin.INHERITED` nothing counts by itself: `parents` holds each parent's name and standing, also those without a
    position, and a person has to ask the merged list.
    """

    origin: Origin
    counts: S | None = None
    beside: tuple[S, ...] = ()
    withdrawn: S | None = None
    parents: tuple[tuple[str, Self], ...] = ()

    @property
    def known(self) -> bool:
        """Tell whether there is anything to show: a position, a word taken back, or what a parent said."""
        return self.counts is not None or self.withdrawn is not None or self.origin is Origin.INHERITED


def standing_of(
    own: Standing[S] | None,
    continued: Standing[S] | None,
    banner: Standing[S] | None,
    parents: Sequence[tuple[str, Standing[S]]],
) -> Standing[S]:
    """Return a list's position on a demand from the four places where it may come from.

    Its own; else that of the list that it continues; else its banner's of this round; else its parents', shown as
    "inherited, to be confirmed" when at least one of them has something to show; else nothing.
    """
    if own is not None and own.known:
        return own
    if continued is not None and continued.known:
        return Standing(Origin.CONTINUED, continued.counts, continued.beside, continued.withdrawn, continued.parents)
    if banner is not None and banner.known:
        return Standing(Origin.BANNER, banner.counts, banner.beside, banner.withdrawn)
    if any(standing.known for _name, standing in parents):
        return Standing(Origin.INHERITED, parents=tuple(parents))
    return Standing(Origin.NOWHERE)

"""Which of a subject's statements counts: what was said last, and never hearsay before writing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.answer import (
    AnswerKind,
    Contradiction,
    Position,
    Settlement,
    SourceKind,
    StanceState,
    Statement,
    may_replace,
    settle,
)

YES, NO, PARTIAL = Position.COMMITTED, Position.REFUSED, Position.PARTIAL
HEARSAY, WRITING = SourceKind.REPORTED_SPEECH, SourceKind.LETTER
BESIDE = Contradiction.BESIDE


def said(
    seq: int,
    position: Position | None,
    day: int,
    source: SourceKind = WRITING,
    contradiction: Contradiction = Contradiction.REPLACES,
    corrects: int | None = None,
) -> Statement:
    """Return a statement of a day of March; its answer has the number of its place in the ledger, its stance a hundred more."""
    kind = AnswerKind.STATEMENT if position is not None else AnswerKind.WITHDRAWAL
    return Statement(
        stance=seq + 100,
        answer=seq,
        seq=seq,
        kind=AnswerKind.CORRECTION if corrects else kind,
        target=corrects,
        position=position,
        source=source,
        said_on=date(2026, 3, day),
        contradiction=contradiction,
    )


def settled(statements: Sequence[Statement], undone: frozenset[int] = frozenset()) -> tuple[int | None, set[int]]:
    """Return the places of what counts and of what stands beside it."""
    result = settle(statements, undone)
    return (result.current - 100 if result.current else None), {stance - 100 for stance in result.beside}


TABLE: dict[str, tuple[list[Statement], int | None, set[int]]] = {
    "nothing was said": ([], None, set()),
    "one statement counts": ([said(1, YES, 1)], 1, set()),
    "the later day counts": ([said(1, YES, 1), said(2, NO, 2)], 2, set()),
    "an earlier day recorded later is history": ([said(1, YES, 5), said(2, NO, 2)], 1, set()),
    "on one day the later entry counts": ([said(1, YES, 1), said(2, NO, 1)], 2, set()),
    "saying it again counts anew": ([said(1, YES, 1), said(2, YES, 2)], 2, set()),
    "beside stands next to what counts": ([said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE)], 1, {2}),
    "beside nothing simply counts": ([said(1, YES, 1, contradiction=BESIDE)], 1, set()),
    "a third that replaces ends the contradiction": (
        [said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE), said(3, PARTIAL, 3)], 3, set()),
    "saying the same again leaves the contradiction": (
        [said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE), said(3, YES, 3)], 3, {2}),
    "taking over the other word ends the contradiction": (
        [said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE), said(3, NO, 3)], 3, set()),
    "a word taken back": ([said(1, YES, 1), said(2, None, 2)], 2, set()),
    "a word taken back ends the contradiction": (
        [said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE), said(3, None, 3)], 3, set()),
    "a new word after one was taken back": (
        [said(1, YES, 1), said(2, None, 2), said(3, NO, 3, contradiction=BESIDE)], 3, set()),
    "hearsay alone counts": ([said(1, YES, 1, HEARSAY)], 1, set()),
    "later hearsay stands beside writing": ([said(1, YES, 1), said(2, NO, 2, HEARSAY)], 1, {2}),
    "hearsay that agrees changes nothing": ([said(1, YES, 1), said(2, YES, 2, HEARSAY)], 1, set()),
    "hearsay takes no word back": ([said(1, YES, 1), said(2, None, 2, HEARSAY)], 1, set()),
    "writing replaces earlier hearsay": ([said(1, YES, 1, HEARSAY), said(2, NO, 2)], 2, set()),
    "hearsay recorded before earlier writing gives way": ([said(1, YES, 5, HEARSAY), said(2, NO, 2)], 2, {1}),
    "later hearsay replaces hearsay": ([said(1, YES, 1, HEARSAY), said(2, NO, 2, HEARSAY)], 2, set()),
    "writing that should stand beside hearsay counts, and the hearsay stands beside it": (
        [said(1, YES, 1, HEARSAY), said(2, NO, 2, contradiction=BESIDE)], 2, {1}),
    "a correction takes its target's place": ([said(1, YES, 1), said(2, NO, 1, corrects=1)], 2, set()),
    "a correction of the day lets the other word count": (
        [said(1, YES, 5), said(2, NO, 3), said(3, YES, 2, corrects=1)], 2, set()),
    "a correction to hearsay no longer counts before writing": (
        [said(1, NO, 1), said(2, YES, 2), said(3, YES, 2, HEARSAY, corrects=2)], 1, {3}),
    "a corrected correction leaves its own target down": (
        [said(1, YES, 5), said(2, YES, 4, corrects=1), said(3, NO, 3, corrects=2)], 3, set()),
    "of two corrections the later one stands": (
        [said(1, YES, 5), said(2, PARTIAL, 4, corrects=1), said(3, NO, 3, corrects=1)], 3, set()),
    "a correction of a word beside stays beside": (
        [said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE), said(3, PARTIAL, 2, contradiction=BESIDE, corrects=2)],
        1, {3}),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_the_table_of_cases(case: str) -> None:
    statements, current, beside = TABLE[case]
    assert settled(statements) == (current, beside)


UNDOING: dict[str, tuple[list[Statement], int, int | None, set[int]]] = {
    "the only word": ([said(1, YES, 1)], 1, None, set()),
    "the newest word": ([said(1, YES, 1), said(2, NO, 2)], 2, 1, set()),
    "the older word": ([said(1, YES, 1), said(2, NO, 2)], 1, 2, set()),
    "a word beside": ([said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE)], 2, 1, set()),
    "what another stood beside": ([said(1, YES, 1), said(2, NO, 2, contradiction=BESIDE)], 1, 2, set()),
    "a correction": ([said(1, YES, 1), said(2, NO, 1, corrects=1)], 2, 1, set()),
    "the second of two corrections": (
        [said(1, YES, 1), said(2, PARTIAL, 1, corrects=1), said(3, NO, 1, corrects=2)], 3, 2, set()),
    "a word taken back": ([said(1, YES, 1), said(2, None, 2)], 2, 1, set()),
}  # fmt: skip


@pytest.mark.parametrize("case", UNDOING)
def test_undoing(case: str) -> None:
    statements, undone, current, beside = UNDOING[case]
    assert settled(statements, frozenset({undone})) == (current, beside)


@st.composite
def histories(draw: st.DrawFn, most: int = 7) -> list[Statement]:
    """Draw a ledger of one subject on one demand, with corrections of earlier entries."""
    statements: list[Statement] = []
    for seq in range(1, draw(st.integers(0, most)) + 1):
        position = draw(st.none() | st.sampled_from(Position))
        earlier = st.sampled_from(range(1, seq)) if seq > 1 else st.none()
        corrects = draw(st.none() | earlier) if position is not None else None
        source, contradiction = draw(st.sampled_from(SourceKind)), draw(st.sampled_from(Contradiction))
        statements.append(said(seq, position, draw(st.integers(1, 5)), source, contradiction, corrects))
    return statements


undos = st.frozensets(st.integers(1, 7), max_size=3)


@given(histories(), undos, st.randoms())
def test_the_order_in_which_statements_are_given_changes_nothing(
    history: list[Statement], undone: frozenset[int], random: Random
) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    assert settle(shuffled, undone) == settle(history, undone)


@given(histories(), undos)
def test_every_statement_has_exactly_one_place(history: list[Statement], undone: frozenset[int]) -> None:
    result = settle(history, undone)
    placed = [*([result.current] if result.current else []), *result.beside, *result.superseded]
    assert sorted(placed) == sorted(statement.stance for statement in history)
    states = [result.state_of(statement.stance) for statement in history]
    assert states.count(StanceState.CURRENT) == (result.current is not None)
    assert states.count(StanceState.BESIDE) == len(result.beside)


@given(histories(), undos)
def test_what_stands_beside_contradicts_what_counts(history: list[Statement], undone: frozenset[int]) -> None:
    result = settle(history, undone)
    positions = {statement.stance: statement.position for statement in history}
    for stance in result.beside:
        assert positions[stance] is not None
        assert positions[stance] != positions[result.current or 0]


@given(histories(), undos)
def test_what_was_undone_neither_counts_nor_stands_beside(history: list[Statement], undone: frozenset[int]) -> None:
    result = settle(history, undone)
    assert {statement.stance for statement in history if statement.answer in undone} <= result.superseded


@given(histories())
def test_of_plain_writing_the_word_said_last_counts(history: list[Statement]) -> None:
    plain = [replace(one, kind=AnswerKind.STATEMENT, target=None, source=WRITING, contradiction=Contradiction.REPLACES)
             for one in history]  # fmt: skip
    last = max(plain, key=lambda one: (one.said_on, one.seq), default=None)
    assert settle(plain) == Settlement(
        last.stance if last else None, frozenset(), frozenset(one.stance for one in plain if one is not last)
    )


@given(histories(), st.sampled_from(Position), st.integers(0, 6), undos, st.sampled_from(Contradiction))
def test_hearsay_never_replaces_the_rest(
    history: list[Statement], position: Position, day: int, undone: frozenset[int], contradiction: Contradiction
) -> None:
    """Whatever hearsay comes in, on whatever day, the writing that counts goes on counting."""
    hearsay = said(50, position, day + 1, HEARSAY, contradiction)
    before, after = settle(history, undone), settle([*history, hearsay], undone)
    sources = {one.stance: one.source for one in history}
    if before.current is not None and sources[before.current] is not HEARSAY:
        assert after.current == before.current
        positions = {one.stance: one.position for one in history}
        known = positions[before.current] == position
        assert (after.state_of(hearsay.stance) is StanceState.BESIDE) <= (not known)


@given(histories(), undos)
def test_undoing_the_newest_entry_restores_what_was_before_it(history: list[Statement], undone: frozenset[int]) -> None:
    if not history:
        return
    *older, newest = history
    before, after = settle(older, undone), settle(history, undone | {newest.answer})
    assert (after.current, after.beside) == (before.current, before.beside)
    assert after.superseded == before.superseded | {newest.stance}


@given(histories(), st.integers(1, 4), st.sampled_from(Position), st.integers(1, 5))
def test_after_a_chain_of_corrections_only_its_last_link_speaks(
    history: list[Statement], length: int, position: Position, day: int
) -> None:
    first = said(10, position, day)
    chain = [first]
    for link in range(length):
        days = timedelta(days=(link * 2) % 5)
        chain.append(replace(first, stance=111 + link, answer=11 + link, seq=11 + link, kind=AnswerKind.CORRECTION,
                             target=10 + link, said_on=date(2026, 3, 1) + days))  # fmt: skip
    *corrected, last = chain
    alone = settle([*history, replace(last, kind=AnswerKind.STATEMENT, target=None)])
    together = settle([*history, *chain])
    assert (together.current, together.beside) == (alone.current, alone.beside)
    assert {one.stance for one in corrected} <= together.superseded


@pytest.mark.parametrize("new", SourceKind)
@pytest.mark.parametrize("old", SourceKind)
def test_only_hearsay_may_not_replace(new: SourceKind, old: SourceKind) -> None:
    assert may_replace(new, old) == (new is not HEARSAY or old is HEARSAY)

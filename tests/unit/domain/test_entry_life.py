"""The life of an entry: who may decide on it, tried over every state, person and version."""

from itertools import product

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pledgebot.domain.answer import AnswerState, why_not_decide
from pledgebot.domain.errors import Objection

PERSONS = (1, 2, 3)
VERSIONS = (1, 2, 3)


@pytest.mark.parametrize("state", AnswerState)
@pytest.mark.parametrize("confirming", [True, False])
def test_every_state_person_and_version(state: AnswerState, *, confirming: bool) -> None:
    for recorder, decider, version, shown in product(PERSONS, PERSONS, VERSIONS, VERSIONS):
        objection = why_not_decide(
            state=state,
            version=version,
            version_shown=shown,
            recorded_by=recorder,
            decider=decider,
            confirming=confirming,
        )
        allowed = state is AnswerState.PENDING and version == shown and not (confirming and recorder == decider)
        assert (objection is None) == allowed


@pytest.mark.parametrize(
    ("state", "version", "decider", "objection"),
    [
        (AnswerState.CONFIRMED, 1, 1, Objection.ALREADY_DECIDED),
        (AnswerState.REJECTED, 2, 2, Objection.ALREADY_DECIDED),
        (AnswerState.PENDING, 1, 1, Objection.CHANGED_MEANWHILE),
        (AnswerState.PENDING, 2, 1, Objection.SAME_PERSON),
        (AnswerState.PENDING, 2, 2, None),
    ],
)
def test_the_objection_is_the_first_that_a_person_can_act_on(
    state: AnswerState, version: int, decider: int, objection: Objection | None
) -> None:
    assert objection == why_not_decide(
        state=state, version=2, version_shown=version, recorded_by=1, decider=decider, confirming=True
    )


class Entry(RuleBasedStateMachine):
    """One entry and three persons, each of whom has seen it in some version."""

    @initialize(recorder=st.sampled_from(PERSONS))
    def record(self, recorder: int) -> None:
        """Start with an entry that nobody but its recorder has seen."""
        self.state, self.version, self.recorder = AnswerState.PENDING, 1, recorder
        self.confirmed_by: int | None = None
        self.decisions = 0
        self.seen = dict.fromkeys(PERSONS, 0)
        self.seen[recorder] = 1

    @rule(person=st.sampled_from(PERSONS))
    def look(self, person: int) -> None:
        """Show the entry as it is now."""
        self.seen[person] = self.version

    @rule(person=st.sampled_from(PERSONS))
    def amend(self, person: int) -> None:
        """Change a waiting entry: whoever does becomes its recorder."""
        if self.state is AnswerState.PENDING:
            self.version, self.recorder = self.version + 1, person

    @rule(person=st.sampled_from(PERSONS), confirming=st.booleans())
    def decide(self, person: int, *, confirming: bool) -> None:
        """Try to decide on what one has seen."""
        objection = why_not_decide(
            state=self.state,
            version=self.version,
            version_shown=self.seen[person],
            recorded_by=self.recorder,
            decider=person,
            confirming=confirming,
        )
        if objection is None:
            assert self.seen[person] == self.version
            self.state = AnswerState.CONFIRMED if confirming else AnswerState.REJECTED
            self.confirmed_by = person if confirming else None
            self.decisions += 1

    @invariant()
    def two_pairs_of_eyes(self) -> None:
        """A confirmed entry was seen by two persons in its last version, and decided on once."""
        if self.state is AnswerState.CONFIRMED:
            assert self.confirmed_by not in {None, self.recorder}
        assert self.decisions == (self.state is not AnswerState.PENDING)


TestEntry = Entry.TestCase

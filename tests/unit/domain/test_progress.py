"""How far the conversation with a list is: its silence is told apart from our own backlog."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.progress import Contact, ContactKind, Progress, Stage, progress_of

SENT, REMINDED, RECEIVED, DECLINED = (
    ContactKind.SENT,
    ContactKind.REMINDED,
    ContactKind.RECEIVED,
    ContactKind.DECLINED,
)


def day(number: int) -> datetime:
    return datetime(2026, 2, number, 12, tzinfo=UTC)


def contacts(*kinds: ContactKind) -> list[Contact]:
    """Return one contact a day from 1 February."""
    return [Contact(kind, day(number)) for number, kind in enumerate(kinds, start=1)]


@pytest.mark.parametrize(
    ("kinds", "stage", "since"),
    [
        ((), Stage.NOT_CONTACTED, None),
        ((SENT,), Stage.CONTACTED, 1),
        ((SENT, REMINDED), Stage.REMINDED, 2),
        ((SENT, REMINDED, REMINDED), Stage.REMINDED, 3),
        ((SENT, RECEIVED), Stage.RECEIVED, 2),
        ((SENT, DECLINED), Stage.DECLINED, 2),
        ((SENT, DECLINED, REMINDED), Stage.DECLINED, 2),
        ((SENT, DECLINED, SENT), Stage.DECLINED, 2),
        ((SENT, DECLINED, RECEIVED), Stage.RECEIVED, 3),
        ((SENT, ContactKind.OPTED_OUT), Stage.CONTACTED, 1),
        ((ContactKind.OPTED_OUT,), Stage.NOT_CONTACTED, None),
        ((SENT, ContactKind.OPTED_OUT, RECEIVED), Stage.RECEIVED, 3),
        ((SENT, RECEIVED, DECLINED), Stage.DECLINED, 3),
        ((DECLINED, REMINDED, DECLINED), Stage.DECLINED, 3),
        ((RECEIVED,), Stage.RECEIVED, 1),
    ],
)
def test_the_table_of_conversations(kinds: tuple[ContactKind, ...], stage: Stage, since: int | None) -> None:
    assert progress_of(contacts(*kinds), answered_at=None) == Progress(stage, day(since) if since else None)


kinds_of_contact = st.lists(st.sampled_from(ContactKind), max_size=6)


@given(kinds_of_contact)
def test_an_answer_on_record_ends_the_conversation(kinds: list[ContactKind]) -> None:
    assert progress_of(contacts(*kinds), answered_at=day(20)) == Progress(Stage.ANSWERED, day(20))


@given(kinds_of_contact, st.sampled_from([None, day(10)]))
def test_an_entry_that_waits_is_being_checked_whatever_was_confirmed(
    kinds: list[ContactKind], answered_at: datetime | None
) -> None:
    told = progress_of(contacts(*kinds), answered_at=answered_at, waiting_since=day(12))
    assert told == Progress(Stage.RECEIVED, day(12))


@given(kinds_of_contact, st.randoms())
def test_the_order_in_which_contacts_are_given_changes_nothing(kinds: list[ContactKind], random: Random) -> None:
    shuffled = contacts(*kinds)
    random.shuffle(shuffled)
    assert progress_of(shuffled, answered_at=None) == progress_of(contacts(*kinds), answered_at=None)


@given(kinds_of_contact)
def test_a_list_is_called_silent_only_if_it_was_contacted(kinds: list[ContactKind]) -> None:
    progress = progress_of(contacts(*kinds), answered_at=None)
    spoken = set(kinds) - {ContactKind.OPTED_OUT}
    assert (progress.stage is Stage.NOT_CONTACTED) == (not spoken)
    assert (progress.since is None) == (not spoken)


@given(kinds_of_contact, st.lists(st.sampled_from([SENT, REMINDED]), max_size=3))
def test_nothing_that_we_send_makes_a_refusal_to_answer_a_silence(
    kinds: list[ContactKind], ours: list[ContactKind]
) -> None:
    declined = [*kinds, DECLINED]
    assert progress_of(contacts(*declined, *ours), answered_at=None).stage is Stage.DECLINED

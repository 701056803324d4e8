"""Whether every list is treated alike, as far as contacts were logged."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.domain.treatment import Difference, Logged, Treated, Unequal, unequal

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 3, 1)
SENT, REMINDED, DECLINED = ContactKind.SENT, ContactKind.REMINDED, ContactKind.DECLINED


def on(
    day: int, kind: ContactKind = SENT, template: str | None = None, hour: int = 10, medium: Medium = Medium.EMAIL
) -> Logged:
    return Logged(kind, medium, datetime(2026, 2, day, hour, tzinfo=UTC), template)


def a_list(number: int, *contacts: Logged, ended: int | None = None, place: str = "13055") -> Treated:
    return Treated(number, place, contacts, date(2026, 2, ended) if ended else None)


def found(*lists: Treated) -> list[tuple[int, Difference]]:
    return [(one.list_id, one.what) for one in unequal(lists, TODAY, PARIS)]


def test_lists_that_were_treated_alike() -> None:
    contacts = on(1, template="letter"), on(8, REMINDED, "reminder-1")
    assert found(a_list(1, *contacts), a_list(2, *contacts), a_list(3, contacts[0], ended=5)) == []
    assert found() == []
    assert found(a_list(1)) == []


def test_a_letter_that_came_days_after_those_to_the_others_of_the_place_or_never() -> None:
    lists = (a_list(1, on(1)), a_list(2, on(4)), a_list(3, on(5)), a_list(4), a_list(5, ended=3))
    assert unequal(lists, TODAY, PARIS) == (
        Unequal(3, Difference.ASKED_LATE, own=4, day=date(2026, 2, 1)),
        Unequal(4, Difference.NEVER_ASKED, own=28, day=date(2026, 2, 1)),
    )
    assert unequal(lists, date(2026, 2, 4), PARIS)[-1].what is Difference.ASKED_LATE
    # Another place is compared by itself; a list that stands alone there with the round.
    both = a_list(1, on(1)), a_list(2, on(2))
    assert found(*both, a_list(3, on(9), place="69123"), a_list(4, on(9), place="69123")) == []
    assert found(*both, a_list(3, on(9), place="69123")) == [(3, Difference.ASKED_LATE)]


def test_fewer_and_more_reminders_than_others_that_were_asked_on_the_same_day() -> None:
    two = on(1), on(8, REMINDED), on(15, REMINDED)
    assert found(a_list(1, *two), a_list(2, *two), a_list(3, *two[:2])) == [(3, Difference.FEWER_REMINDERS)]
    assert found(a_list(1, *two[:2]), a_list(2, *two[:2]), a_list(3, *two)) == [(3, Difference.MORE_REMINDERS)]
    assert found(a_list(1, *two), a_list(2, *two[:2])) == [(2, Difference.FEWER_REMINDERS)]
    # Whoever answered before the others were reminded got as many as they had until then.
    assert found(a_list(1, *two), a_list(2, *two), a_list(3, *two[:2], ended=12)) == []
    assert found(a_list(1, *two), a_list(2, *two), a_list(3, on(1), ended=12)) == [(3, Difference.FEWER_REMINDERS)]


def test_what_is_sent_today_may_be_under_way() -> None:
    lists = a_list(1, on(1), on(8, REMINDED)), a_list(2, on(1))
    assert unequal(lists, date(2026, 2, 8), PARIS) == ()
    assert [one.list_id for one in unequal(lists, date(2026, 2, 9), PARIS)] == [2]


def test_another_text_at_the_same_rung() -> None:
    usual = on(1, template="letter"), on(8, REMINDED, "reminder-1")
    other = on(1, template="letter"), on(8, REMINDED, "my own words")
    assert unequal((a_list(1, *usual), a_list(2, *usual), a_list(3, *other)), TODAY, PARIS) == (
        Unequal(3, Difference.OTHER_TEXT, own="my own words", others="reminder-1", rung=1),
    )
    # A text that nobody named cannot be compared.
    assert found(a_list(1, *usual), a_list(2, on(1), on(8, REMINDED))) == []


def test_a_list_that_was_written_to_at_night_or_after_its_no() -> None:
    night = on(1, hour=21)
    assert unequal((a_list(1, night),), TODAY, PARIS) == (
        Unequal(1, Difference.AT_NIGHT, own="22:00", day=date(2026, 2, 1)),
    )
    assert found(a_list(1, on(1, hour=21, medium=Medium.POST))) == []
    for no in (DECLINED, ContactKind.OPTED_OUT):
        assert found(a_list(1, on(1), on(3, no), on(8, REMINDED), ended=3)) == [(1, Difference.AFTER_NO)]


histories = st.lists(st.tuples(st.integers(1, 28), st.sampled_from([SENT, REMINDED])), max_size=5)


@given(histories, st.integers(2, 5))
def test_lists_with_the_same_contacts_are_told_to_be_treated_alike(
    contacts: list[tuple[int, ContactKind]], many: int
) -> None:
    logged = [on(day, kind, "text") for day, kind in contacts]
    assert found(*(a_list(number, *logged) for number in range(many))) == []

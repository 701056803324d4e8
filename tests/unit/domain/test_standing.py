"""Where a list's position comes from: its own word, the list that it continues, its banner, its parents."""

from itertools import product

import pytest

from pledgebot.domain.answer import Origin, Standing, standing_of

NOWHERE: Standing[str] = Standing(Origin.NOWHERE)
MISSING: tuple[Standing[str] | None, ...] = (None, NOWHERE)


def own(word: str, *beside: str) -> Standing[str]:
    return Standing(Origin.OWN, counts=word, beside=beside)


WITHDRAWN: Standing[str] = Standing(Origin.OWN, withdrawn="taken back")


@pytest.mark.parametrize("nothing", MISSING)
def test_its_own_word_comes_first(nothing: Standing[str] | None) -> None:
    mine = own("mine", "another")
    assert standing_of(mine, own("before"), own("banner"), [("P", own("parent"))]) is mine
    assert standing_of(mine, nothing, nothing, []) is mine


def test_a_word_taken_back_is_its_own_word_too() -> None:
    assert standing_of(WITHDRAWN, own("before"), own("banner"), [("P", own("parent"))]) is WITHDRAWN


@pytest.mark.parametrize("nothing", MISSING)
def test_then_the_word_of_the_list_that_it_continues(nothing: Standing[str] | None) -> None:
    standing = standing_of(nothing, own("before", "another"), own("banner"), [("P", own("parent"))])
    assert standing == Standing(Origin.CONTINUED, counts="before", beside=("another",))


def test_what_was_inherited_stays_to_be_confirmed_when_it_is_continued() -> None:
    inherited: Standing[str] = Standing(Origin.INHERITED, parents=(("P", own("parent")),))
    standing = standing_of(None, inherited, None, [])
    assert standing == Standing(Origin.CONTINUED, parents=(("P", own("parent")),))
    assert standing.counts is None


@pytest.mark.parametrize(("nothing", "neither"), list(product(MISSING, MISSING)))
def test_then_its_banners(nothing: Standing[str] | None, neither: Standing[str] | None) -> None:
    standing = standing_of(nothing, neither, own("banner", "another"), [("P", own("parent"))])
    assert standing == Standing(Origin.BANNER, counts="banner", beside=("another",))


def test_a_banners_word_taken_back_is_not_passed_over() -> None:
    assert standing_of(None, None, WITHDRAWN, []) == Standing(Origin.BANNER, withdrawn="taken back")


@pytest.mark.parametrize("nothing", MISSING)
def test_parents_are_all_named_also_those_without_a_position(nothing: Standing[str] | None) -> None:
    parents = (("P", own("parent")), ("Q", NOWHERE))
    standing = standing_of(nothing, nothing, nothing, parents)
    assert standing == Standing(Origin.INHERITED, parents=parents)
    assert standing.known
    assert standing.counts is None


def test_parents_that_said_nothing_are_nothing() -> None:
    assert standing_of(None, None, None, [("P", NOWHERE), ("Q", NOWHERE)]) == NOWHERE


def test_a_word_that_a_parent_took_back_is_something() -> None:
    assert standing_of(None, None, None, [("P", WITHDRAWN)]).origin is Origin.INHERITED


def test_nothing_is_nothing() -> None:
    assert standing_of(None, None, None, []) == NOWHERE
    assert not NOWHERE.known

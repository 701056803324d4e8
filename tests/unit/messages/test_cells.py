"""What stands in one cell of the table: a sign and a word, and what a reader has to know besides."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from factories.views import ASKED, NOWHERE, PARIS, PART, cell_view, stance_view, standing
from pledgebot.domain.answer import Origin, Position, Standing
from pledgebot.domain.progress import Progress, Stage
from pledgebot.messages.cells import Cell, Sign, cell_of, cells_of
from pledgebot.messages.i18n import translator

EN = translator("en")
SAID = date(2026, 2, 14)


@pytest.mark.parametrize("position", list(Position))
def test_a_position_has_its_sign_its_word_and_its_day(position: Position) -> None:
    cell = cell_of(standing(position), None, EN)
    assert (cell.sign, cell.notes, cell.said_on, cell.inherited) == (Sign(position.value), (), SAID, False)
    assert cell.word


def test_a_word_that_was_taken_back_is_no_position_any_more() -> None:
    back = Standing(Origin.OWN, None, withdrawn=stance_view(None))
    assert cell_of(back, None, EN) == Cell(Sign.TAKEN_BACK, "word taken back", (), SAID)


def test_two_positions_contradict_each_other_and_both_are_named() -> None:
    later = stance_view(Position.REFUSED, said_on=date(2026, 3, 1))
    cell = cell_of(replace(standing(), beside=(later,)), None, EN)
    assert (cell.sign, cell.notes, cell.said_on) == (
        Sign.CONTRADICTORY,
        ("committed and refused",),
        date(2026, 3, 1),
    )
    twice = cell_of(replace(standing(), beside=(stance_view(),)), None, EN)
    assert twice.sign is Sign.COMMITTED


def test_what_is_being_corrected_and_what_a_banner_said_is_noted() -> None:
    wrong = replace(standing(), counts=stance_view(being_corrected=True))
    assert cell_of(wrong, None, EN).notes == ("being corrected",)
    lent = replace(standing(), origin=Origin.BANNER)
    assert cell_of(lent, None, EN, banner="Bannière\u202e Exemple").notes == (
        "position of its banner Bannière Exemple",
    )
    assert cell_of(lent, None, EN).notes == ("position of its banner",)


def test_what_is_inherited_names_every_list_and_says_so() -> None:
    same = Standing(Origin.INHERITED, parents=(("Liste A", standing()), ("Liste B", standing())))
    cell = cell_of(same, None, EN)
    assert (cell.sign, cell.word, cell.inherited, cell.said_on) == (Sign.COMMITTED, "committed", True, SAID)
    assert cell.notes == ("inherited, to be confirmed", "Liste A: committed; Liste B: committed")
    apart = Standing(Origin.INHERITED, parents=(("Liste A", standing()), ("Liste B", standing(Position.REFUSED))))
    assert (cell_of(apart, None, EN).sign, cell_of(apart, None, EN).word) == (
        Sign.CONTRADICTORY,
        "differs by list of origin",
    )
    unknown = Standing(Origin.INHERITED, parents=(("Liste A", NOWHERE),))
    assert cell_of(unknown, None, EN).sign is Sign.UNKNOWN


@pytest.mark.parametrize(
    ("stage", "sign", "word", "notes"),
    [
        (Stage.NOT_CONTACTED, Sign.NOT_ASKED, "not yet asked", ()),
        (Stage.CONTACTED, Sign.NO_ANSWER, "no answer yet", ("asked on 1 February 2026",)),
        (Stage.REMINDED, Sign.NO_ANSWER, "no answer yet", ("asked on 1 February 2026",)),
        (Stage.RECEIVED, Sign.BEING_CHECKED, "answer being checked", ("since 1 February 2026",)),
        (Stage.ANSWERED, Sign.NO_POSITION, "no position on this", ()),
        (Stage.DECLINED, Sign.DECLINED, "declined to answer", ("on 1 February 2026",)),
    ],
)
def test_each_silence_is_another_one(stage: Stage, sign: Sign, word: str, notes: tuple[str, ...]) -> None:
    cell = cell_of(NOWHERE, Progress(stage, ASKED), EN)
    assert (cell.sign, cell.word, cell.notes) == (sign, word, notes)


@pytest.mark.parametrize("progress", [None, Progress(Stage.CONTACTED, None), Progress(Stage.REMINDED, None)])
def test_no_answer_is_said_only_of_a_list_that_was_provably_asked(progress: Progress | None) -> None:
    assert cell_of(NOWHERE, progress, EN).sign is Sign.UNKNOWN


def test_days_of_contacts_begin_by_the_clocks_of_the_place() -> None:
    late = Progress(Stage.CONTACTED, datetime(2026, 2, 1, 23, 30, tzinfo=UTC))
    assert cell_of(NOWHERE, late, EN).notes == ("asked on 1 February 2026",)
    assert cell_of(NOWHERE, late, EN, zone=PARIS).notes == ("asked on 2 February 2026",)


def test_a_demand_of_which_only_a_part_is_known_says_that_part_alone() -> None:
    part = (PART, standing(Position.REFUSED))
    [(title, cell)] = cells_of(cell_view(parts=(part,)), None, EN)
    assert (title, cell.sign) == ("Mobile cameras", Sign.REFUSED)
    both = cells_of(cell_view(standing(), parts=(part,)), None, EN)
    assert [(title, cell.sign) for title, cell in both] == [(None, Sign.COMMITTED), ("Mobile cameras", Sign.REFUSED)]
    assert [title for title, _cell in cells_of(cell_view(), None, EN)] == [None]

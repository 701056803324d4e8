"""Hashtags are words that a screen reader can read, and one leads to all that is said of a town."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.views import answer_facts
from pledgebot.messages.hashtags import MOST_TOWNS, camel_case, hashtags_of, town_hashtag


@pytest.mark.parametrize(
    ("label", "hashtag"),
    [
        ("Marseille", "Marseille"),
        ("Marseille, 3e secteur", "Marseille"),
        ("Marseille 3e secteur", "Marseille"),
        ("Marseille - Secteur 3", "Marseille"),
        ("Marseille (13055)", "Marseille"),
        ("La Seyne-sur-Mer", "LaSeyneSurMer"),
        ("L’Haÿ-les-Roses", "LHaÿLesRoses"),
        ("saint étienne", "SaintÉtienne"),
        ("13055", ""),
        ("", ""),
    ],
)
def test_a_place_has_the_hashtag_of_its_town(label: str, hashtag: str) -> None:
    assert town_hashtag(label) == hashtag


@given(st.text())
def test_a_hashtag_is_one_word_with_a_letter_or_nothing(text: str) -> None:
    assert re.fullmatch(r"(?:\w*[^\W\d_]\w*)?", camel_case(text))


def test_an_announcement_has_the_hashtags_of_its_demands_then_of_its_towns_each_once() -> None:
    facts = answer_facts()
    towns = ("Marseille, 1er secteur", "Marseille, 2e secteur", "Aubagne", "Allauch", "Gémenos")
    wide = replace(facts, subject=replace(facts.subject, constituencies=towns))
    demands = tuple(stance.hashtag for stance in facts.stances if stance.hashtag)
    assert hashtags_of(wide, wide) == (*demands, "Marseille", "Aubagne", "Allauch")
    assert len(hashtags_of(wide)) == len(demands) + MOST_TOWNS

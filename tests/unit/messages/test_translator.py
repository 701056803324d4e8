from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pledgebot.messages.i18n import translator


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("fr", "fr"),
        ("en", "en"),
        ("fr-CA", "fr"),
        ("EN_gb", "en"),
        ("oc", "fr"),
        ("", "fr"),
        (None, "fr"),
        ("../en", "fr"),
    ],
)
def test_an_unknown_language_gets_the_first_one(language: str | None, spoken: str) -> None:
    assert translator(language).language == spoken


def test_catalogues_are_loaded_once() -> None:
    assert translator("fr") is translator("fr-FR") is translator("xx")


def test_sentences_are_translated() -> None:
    assert translator("fr")._("not yet asked") == "pas encore sollicitée"
    assert translator("en")._("not yet asked") == "not yet asked"


def test_one_word_has_another_translation_elsewhere() -> None:
    tr = translator("fr")
    assert tr.p("stance state", "rejected") == "rejetée"
    assert tr.p("position", "refused") == "refuse"


@pytest.mark.parametrize(
    ("language", "count", "told"),
    [("fr", 0, "0 liste"), ("fr", 1, "1 liste"), ("fr", 2, "2 listes"), ("en", 0, "0 lists"), ("en", 1, "1 list")],
)
def test_plurals_follow_the_language(language: str, count: int, told: str) -> None:
    assert translator(language).n("{count} list", "{count} lists", count).format(count=count) == told


@pytest.mark.parametrize(
    ("language", "day", "told"),
    [
        ("fr", date(2026, 3, 15), "dimanche 15 mars 2026"),
        ("fr", date(2026, 2, 1), "dimanche 1er février 2026"),
        ("en", date(2026, 3, 15), "Sunday, 15 March 2026"),
        ("en", date(2026, 2, 1), "Sunday, 1 February 2026"),
    ],
)
def test_days_are_written_as_the_language_does(language: str, day: date, told: str) -> None:
    tr = translator(language)
    assert tr.day(day) == told
    assert tr.short_day(day) == told.split(" ", 1)[1]


@pytest.mark.parametrize(
    ("language", "told"),
    [("fr", "dimanche 29 mars 2026 à 20:00"), ("en", "Sunday, 29 March 2026 at 20:00")],
)
def test_moments_are_shown_in_the_zone_of_the_place(language: str, told: str) -> None:
    assert translator(language).moment(datetime(2026, 3, 29, 18, tzinfo=UTC), ZoneInfo("Europe/Paris")) == told


@pytest.mark.parametrize(("language", "told"), [("fr", "A, B et C"), ("en", "A, B and C")])
def test_words_are_enumerated(language: str, told: str) -> None:
    tr = translator(language)
    assert tr.join("ABC") == told
    assert tr.join([]) == ""
    assert tr.join(["A"]) == "A"


@pytest.mark.parametrize(
    ("titles", "picked"),
    [
        ({"en": "a", "fr": "b"}, "b"),
        ({"en": "a"}, "a"),
        ({"fr": "", "en": "a"}, "a"),
        ({}, ""),
    ],
)
def test_a_title_comes_in_the_own_language_or_in_any(titles: dict[str, str], picked: str) -> None:
    assert translator("fr").pick(titles) == picked

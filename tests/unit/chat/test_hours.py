"""Rhythms, hours and languages as people write them."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.hours import Digest, read_digest, read_language, read_quiet, read_zone
from pledgebot.domain.audience import Rhythm
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.zones import FRENCH_ZONES


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("daily 18h", Digest(Rhythm.DAILY, time(18))),
        ("weekly", Digest(Rhythm.WEEKLY, None)),
        ("weekly monday", Digest(Rhythm.WEEKLY, None, 0)),
        ("on Sundays at 8 am", Digest(Rhythm.WEEKLY, time(8), 6)),
        ("every wednesday", Digest(Rhythm.WEEKLY, None, 2)),
        ("hebdo lundi", Digest(Rhythm.WEEKLY, None, 0)),
        ("tous les vendredis à 18h", Digest(Rhythm.WEEKLY, time(18), 4)),
        ("chaque jeudi", Digest(Rhythm.WEEKLY, None, 3)),
        ("at once", Digest(Rhythm.AT_ONCE, None)),
        ("tout de suite", Digest(Rhythm.AT_ONCE, None)),
        ("tous les jours à 8 h 30", Digest(Rhythm.DAILY, time(8, 30))),
        ("Hebdomadaire à 9 heures", Digest(Rhythm.WEEKLY, time(9))),
        ("every day at 6 pm", Digest(Rhythm.DAILY, time(18))),
        ("18:30", Digest(None, time(18, 30))),
    ],
)
def test_a_rhythm_and_its_hour_are_read_in_both_languages(text: str, digest: Digest) -> None:
    assert read_digest(text) == digest


@pytest.mark.parametrize("text", ["", "yesterday", "daily at 25h", "daily 8h 9h", "daily please me", "7:99"])
def test_a_rhythm_that_cannot_be_read_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_digest(text)
    assert refused.value.objection is Objection.HOURS_UNREADABLE


@pytest.mark.parametrize("text", ["22h-7h", "de 22h à 7h", "22:00 to 07:00", "10pm-7am", "22–7"])
def test_quiet_hours_are_read_in_both_languages(text: str) -> None:
    assert read_quiet(text) == (time(22), time(7))


@pytest.mark.parametrize("text", ["none", "aucune", "Off", "no"])
def test_no_quiet_hours_are_a_choice_too(text: str) -> None:
    assert read_quiet(text) is None


@pytest.mark.parametrize("text", ["", "22h", "22h-22h", "22h-7h-8h", "9999", "nuit"])
def test_quiet_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_quiet(text)
    assert refused.value.objection is Objection.HOURS_UNREADABLE


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Paris", "Europe/Paris"),
        ("heure de Paris", "Europe/Paris"),
        ("La Réunion", "Indian/Reunion"),
        ("à la Réunion", "Indian/Reunion"),
        ("Saint-Pierre-et-Miquelon", "America/Miquelon"),
        ("Nouvelle-Calédonie", "Pacific/Noumea"),
        ("Wallis et Futuna", "Pacific/Wallis"),
        ("horaire Tahiti", "Pacific/Tahiti"),
        ("europe/paris", "Europe/Paris"),
        ("America/New York", "America/New_York"),
        ("America/Port-au-Prince", "America/Port-au-Prince"),
        ("utc", "UTC"),
    ],
)
def test_a_time_zone_is_named_by_its_place_or_by_its_international_name(text: str, zone: str) -> None:
    assert read_zone(text) == zone


@pytest.mark.parametrize("text", ["", "la", "localtime", "Factory", "Moon/Base", "../../etc/passwd", "Paris Tahiti"])
def test_what_is_no_time_zone_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_zone(text)
    assert refused.value.objection is Objection.ZONE_UNKNOWN


@pytest.mark.parametrize("zone", FRENCH_ZONES.values())
def test_every_zone_that_is_offered_is_known_by_its_name(zone: str) -> None:
    assert read_zone(zone) == ZoneInfo(zone).key


def test_a_language_is_named_by_its_code_or_its_name_and_an_unknown_one_is_refused() -> None:
    assert [read_language(text) for text in ("FR", "Français", "english", "anglais")] == ["fr", "fr", "en", "en"]
    with pytest.raises(Refused) as refused:
        read_language("klingon")
    assert refused.value.objection is Objection.LANGUAGE_UNKNOWN


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_digest, read_quiet, read_language, read_zone):
        try:
            read(text)
        except Refused as refused:
            assert refused.objection in {  # noqa: PT017 - both ends are fine
                Objection.HOURS_UNREADABLE, Objection.LANGUAGE_UNKNOWN, Objection.ZONE_UNKNOWN,
            }  # fmt: skip

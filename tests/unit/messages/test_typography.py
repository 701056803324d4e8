import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.documents import addresses, words
from pledgebot.messages.typography import french, typeset


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Oui ; non ! Quoi ?", "Oui\u202f; non\u202f! Quoi\u202f?"),
        ("Exemple : liste", "Exemple\u00a0: liste"),
        ("dit « oui »", "dit «\u00a0oui\u00a0»"),
        ("déjà\u00a0? fait", "déjà\u202f? fait"),
        ("à 20:00, sans espace!", "à 20:00, sans espace!"),
        ("voir https://exemple.test/?a=1;b=2:3 ici", "voir https://exemple.test/?a=1;b=2:3 ici"),
    ],
)
def test_french_spaces_become_unbreakable(typed: str, set_: str) -> None:
    assert french(typed) == set_


@given(words)
def test_setting_twice_changes_nothing_more(text: str) -> None:
    assert french(french(text)) == french(text)


@given(words)
def test_only_spaces_change_and_none_is_added(text: str) -> None:
    set_ = french(text)
    assert len(set_) == len(text)
    assert all(
        old == new or (old in " \u00a0\u202f" and new in "\u00a0\u202f") for old, new in zip(text, set_, strict=True)
    )


@given(addresses, st.sampled_from(["20:00", "7:05"]))
def test_addresses_and_times_stay_what_they_are(address: str, time: str) -> None:
    assert f"{address} à {time} " in french(f"Voir : {address} à {time} !").replace("\u202f", " ")


@pytest.mark.parametrize(("language", "narrow"), [("fr", True), ("fr-CA", True), ("en", False), ("de", False)])
def test_only_french_is_set_in_the_french_way(language: str, narrow: bool) -> None:
    assert ("\u202f" in typeset("Oui !", language)) is narrow

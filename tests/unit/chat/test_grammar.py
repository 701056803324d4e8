"""The one grammar: commands and plain words, French and English, accents forgiven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.grammar import VERB_WORDS, Request, Verb, parse
from pledgebot.domain.words import normalise


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("/stances", Request(Verb.STANCES)),
        ("/positions Marseille", Request(Verb.STANCES, "Marseille")),
        ("/stances@pledgebot 13005", Request(Verb.STANCES, "13005")),
        ("/Liste  Exemple A ", Request(Verb.LIST, "Exemple A")),
        ("liste Exemple A", Request(Verb.LIST, "Exemple A")),
        ("/demande caméras", Request(Verb.DEMAND, "caméras")),
        ("demand cameras", Request(Verb.DEMAND, "cameras")),
        ("/comparer Exemple A et Exemple B", Request(Verb.COMPARE, "Exemple A", "Exemple B")),
        ("compare A vs B", Request(Verb.COMPARE, "A", "B")),
        ("/compare A; B", Request(Verb.COMPARE, "A", "B")),
        ("/compare A", Request(Verb.COMPARE, "A", "")),
        ("/historique Exemple A", Request(Verb.HISTORY, "Exemple A")),
        ("dates", Request(Verb.DATES)),
        ("Aide !", Request(Verb.HELP)),
        ("/confidentialité", Request(Verb.PRIVACY)),
        ("lettre", Request(Verb.LETTER)),
        ("Exemple A", Request(Verb.FREE, "Exemple A")),
        ("caméras", Request(Verb.FREE, "caméras")),
        ("lettre ouverte à Marseille", Request(Verb.FREE, "lettre ouverte à Marseille")),
        ("confirm 12", Request(Verb.FREE, "confirm 12")),
        ("/confirm 12 1", Request(Verb.CONFIRM, "12 1")),
        ("/attente", Request(Verb.PENDING)),
        ("/nonsense", Request(Verb.UNKNOWN, "nonsense")),
        ("digest weekly monday 8h", Request(Verb.DIGEST, "weekly monday 8h")),
        ("résumé hebdo lundi 8h", Request(Verb.DIGEST, "hebdo lundi 8h")),
        ("Hebdo, le lundi à 8 h !", Request(Verb.DIGEST, "Hebdo, le lundi à 8 h")),
        ("digest of Liste Exemple A", Request(Verb.FREE, "digest of Liste Exemple A")),
        ("calme 22h-7h", Request(Verb.QUIET, "22h-7h")),
        ("calme et sérénité", Request(Verb.FREE, "calme et sérénité")),
        ("fuseau La Réunion", Request(Verb.ZONE, "La Réunion")),
        ("fuseau horaire : Tahiti", Request(Verb.ZONE, "horaire : Tahiti")),
        ("time zone", Request(Verb.ZONE)),
        ("timezone Europe/Paris", Request(Verb.ZONE, "Europe/Paris")),
        ("/timezone Europe/Paris", Request(Verb.ZONE, "Europe/Paris")),
        ("", Request(Verb.FREE, "")),
    ],
)
def test_a_text_asks_for_what_a_person_means(text: str, request_: Request) -> None:
    assert parse(text) == request_


def test_log_reads_one_line_with_everything() -> None:
    request = parse(
        "/log Exemple A | Caméras = s’engage | source = courrier | lien = https://x.example/?a=b | date = 1/2/2026"
    )
    assert request.about == "Exemple A"
    assert request.fields == {
        "cameras": "s’engage",
        "source": "courrier",
        "lien": "https://x.example/?a=b",
        "date": "1/2/2026",
    }


@pytest.mark.parametrize("word", [word for word in VERB_WORDS if " " not in word and word != "?"])
def test_every_verb_works_as_a_command(word: str) -> None:
    assert parse(f"/{word.upper()}").verb is VERB_WORDS[word]


@pytest.mark.parametrize(
    ("words", "verb"), [("Mes données !", Verb.MYDATA), ("my data", Verb.MYDATA), ("vie privée", Verb.PRIVACY)]
)
def test_two_words_may_be_one_verb(words: str, verb: Verb) -> None:
    assert parse(words).verb is verb


@pytest.mark.parametrize("word", ["hebdo", "Weekly!", "quotidien", "Daily."])
def test_a_rhythm_by_itself_is_chosen_and_may_still_be_a_name(word: str) -> None:
    assert parse(word) == Request(Verb.DIGEST, word.rstrip("!."))
    assert parse(word).whole == word
    assert parse(f"{word} Exemple").verb is Verb.FREE


def test_every_verb_has_a_word_that_asks_for_it() -> None:
    assert set(VERB_WORDS.values()) == set(Verb) - {Verb.FREE, Verb.UNKNOWN}
    assert all(word == normalise(word) for word in VERB_WORDS)


@given(st.text(max_size=300))
def test_any_text_is_a_request(text: str) -> None:
    assert isinstance(parse(text), Request)


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_a_name_after_a_command_arrives_as_it_was_typed(name: str) -> None:
    assert parse(f"/list {name}") == Request(Verb.LIST, name)

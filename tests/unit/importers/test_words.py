"""Everyday words are understood without case, accents or typography."""

from collections.abc import Mapping
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.words import (
    CONTRADICTION_WORDS,
    KIND_WORDS,
    POSITION_WORDS,
    ROLE_WORDS,
    SOURCE_WORDS,
    accepted,
    contradiction_from,
    kind_from,
    normalise,
    position_from,
    role_from,
    source_from,
)

TABLES: list[tuple[type[StrEnum], Mapping[str, StrEnum]]] = [
    (Position, POSITION_WORDS),
    (SourceKind, SOURCE_WORDS),
    (SpeakerRole, ROLE_WORDS),
    (Contradiction, CONTRADICTION_WORDS),
    (AnswerKind, KIND_WORDS),
]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("S’ENGAGE", "s'engage"),
        ("s‘engage", "s'engage"),
        ("s´engage", "s'engage"),
        ("Un Cœur, des ŒUVRES", "un coeur, des oeuvres"),
        ("  tête\u00a0de\u202fliste \n", "tete de liste"),
        ("Ex\u00e6quo ÇA Straße", "exaequo ca strasse"),
        ("e\u0301te\u0301", "ete"),
        ("\u0149 \u00b4", "'n '"),
        ("", ""),
    ],
)
def test_a_text_is_compared_without_what_keyboards_and_typography_add(text: str, form: str) -> None:
    assert normalise(text) == form


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(("members", "table"), TABLES)
def test_every_member_is_understood_by_its_stored_value_and_has_an_everyday_word(
    members: type[StrEnum], table: Mapping[str, StrEnum]
) -> None:
    for member in members:
        assert table[member.value] is member
        assert sum(meant is member for meant in table.values()) > 1
        assert member.value in accepted(table)


@pytest.mark.parametrize(("members", "table"), TABLES)
def test_every_word_of_a_table_can_be_found(members: type[StrEnum], table: Mapping[str, StrEnum]) -> None:
    assert [word for word in table if normalise(word) != word] == []
    assert set(table.values()) == set(members)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("Engagée", Position.COMMITTED),
        ("engagé·e", Position.COMMITTED),
        ("s’engage", Position.COMMITTED),
        ("OUI", Position.COMMITTED),
        ("en partie", Position.PARTIAL),
        ("Partiel", Position.PARTIAL),
        ("refus", Position.REFUSED),
        ("Refusée", Position.REFUSED),
        ("non", Position.REFUSED),
        ("pas clair", Position.UNCLEAR),
        ("flou", Position.UNCLEAR),
        ("peut-être", None),
        ("", None),
    ],
)
def test_a_position_is_understood(text: str, position: Position | None) -> None:
    assert position_from(text) is position


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Courrier", SourceKind.LETTER),
        ("lettre", SourceKind.LETTER),
        ("courriel", SourceKind.EMAIL),
        ("mail", SourceKind.EMAIL),
        ("E-mail", SourceKind.EMAIL),
        ("programme", SourceKind.PROGRAMME),
        ("publication", SourceKind.PUBLIC_POST),
        ("Tweet", SourceKind.PUBLIC_POST),
        ("post", SourceKind.PUBLIC_POST),
        ("réseaux sociaux", SourceKind.PUBLIC_POST),
        ("débat", SourceKind.RECORDED_SPEECH),
        ("Vidéo", SourceKind.RECORDED_SPEECH),
        ("enregistrement", SourceKind.RECORDED_SPEECH),
        ("rapporté", SourceKind.REPORTED_SPEECH),
        ("presse", SourceKind.REPORTED_SPEECH),
        ("ouï-dire", SourceKind.REPORTED_SPEECH),
        ("pigeon", None),
    ],
)
def test_a_kind_of_source_is_understood(text: str, source: SourceKind | None) -> None:
    assert source_from(text) is source


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Tête de liste", SpeakerRole.HEAD),
        ("candidate", SpeakerRole.CANDIDATE),
        ("candidat(e)", SpeakerRole.CANDIDATE),
        ("porte-parole", SpeakerRole.SPOKESPERSON),
        ("liste", SpeakerRole.LIST),
        ("équipe", SpeakerRole.LIST),
        ("voisin", None),
    ],
)
def test_a_role_is_understood(text: str, role: SpeakerRole | None) -> None:
    assert role_from(text) is role


def test_what_a_contradiction_does_and_the_kind_of_an_entry_are_understood() -> None:
    assert contradiction_from("Remplace") is Contradiction.REPLACES
    assert contradiction_from("à côté") is Contradiction.BESIDE
    assert contradiction_from("?") is None
    assert kind_from("Retrait") is AnswerKind.WITHDRAWAL
    assert kind_from("?") is None

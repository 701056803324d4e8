"""Digests of names: the same for the same name however it is written, useless without the secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.words import normalise
from pledgebot.importers.digests import DIGEST_BYTES, name_digest, quick_normalise

SECRET = b"a secret of this database only"


@given(st.text() | st.text(st.characters(max_codepoint=0x17F)) | st.text(st.sampled_from("AÉ '`´¨\u00a0\u0149-\x1f")))
def test_quick_normalising_is_normalising(name: str) -> None:
    assert quick_normalise(name) == normalise(name)


@given(st.text(), st.text())
def test_a_digest_is_that_of_the_normal_form(family: str, given_name: str) -> None:
    digest = name_digest(SECRET)(family, given_name)
    assert len(digest) == DIGEST_BYTES
    assert digest == name_digest(SECRET)(normalise(family), normalise(given_name))


def test_case_accents_and_spaces_do_not_count_but_every_letter_does() -> None:
    digest = name_digest(SECRET)
    assert digest("FICTIF  D’EXEMPLE", "Noël") == digest("Fictif d'exemple ", "NOEL")
    assert digest("O`FICTIF", "Alix") == digest("O'FICTIF", "ALIX")
    assert digest("FICTIF", "Noël") != digest("FICTIV", "Noël")


def test_family_and_given_name_are_not_confused() -> None:
    digest = name_digest(SECRET)
    assert digest("FICTIF ALIX", "") != digest("FICTIF", "ALIX")
    assert digest("FICTIFA", "LIX") != digest("FICTIF", "ALIX")
    assert digest("ALIX", "FICTIF") != digest("FICTIF", "ALIX")


def test_another_secret_makes_other_digests() -> None:
    assert name_digest(SECRET)("FICTIF", "Alix") != name_digest(b"another")("FICTIF", "Alix")


@pytest.mark.parametrize("secret", [b"", b"x" * 65])
def test_a_secret_that_is_none_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match=r"secret|key"):
        name_digest(secret)


def test_names_beyond_those_remembered_have_the_same_digests() -> None:
    digest = name_digest(SECRET)
    first = [digest("FICTIF", f"Alix {n}") for n in range(9_000)]
    assert first == [digest("FICTIF", f"Alix {n}") for n in range(9_000)]

from dataclasses import replace
from datetime import date

import pytest

from factories.documents import HOSTILE
from factories.views import PART, PROOF, answer_facts, stance_facts, subject_facts
from pledgebot.domain.answer import Position
from pledgebot.domain.events import AnswerFacts, EventKind, Said
from pledgebot.messages.corrected import corrected_post
from pledgebot.messages.document import from_json, to_json
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.render import plain, telegram_html, web_html

COMMITTEE = replace(stance_facts(Position.REFUSED), demand="committee", title={"fr": "Comité", "en": "Committee"})
FIRST = Said(EventKind.ANSWER_CONFIRMED, answer_facts(stance_facts(was=Position.PARTIAL), COMMITTEE))


def corrected(*stances: Position | None, **changes: object) -> Said:
    """Return a correction of the position on cameras, decided on 20 February."""
    made = [stance_facts(position, was=Position.COMMITTED) for position in stances]
    facts = answer_facts(
        *made, decided_on=date(2026, 2, 20), corrects_said_on=date(2026, 2, 14), reason="Erreur", seq=9, **changes
    )
    return Said(EventKind.ANSWER_CORRECTED, facts)


def told(*trail: Said, language: str = "en") -> str:
    """Return a corrected message as it is read, with ordinary spaces."""
    text = plain(corrected_post(trail, translator(language)))
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_corrected_message_says_what_is_right_and_when_it_was_corrected() -> None:
    right = corrected(Position.REFUSED, speaker="Sacha Exemple", proof=replace(PROOF, quote="No."))
    assert told(FIRST, right) == (
        "Corrected: Liste Exemple A\n"
        "Liste Exemple A, head of list: Camille Exemple, Villexemple, panel 3.\n\n"
        "Corrected on 20 February 2026: this message contained an error. This is what is right:\n\n"
        "• Committee — refused\n\n"
        "Said on 14 February 2026, by Camille Exemple (head of list), in a letter.\n\n"
        "“Nous retirerons les caméras.”\n\n"
        "Proof: see the source (https://exemple.test/lettre)\n\n"
        "• Fewer cameras — refused\n\n"
        "Said on 14 February 2026, by Sacha Exemple (head of list), in a letter.\n\n"
        "“No.”\n\n"
        "Proof: see the source (https://exemple.test/lettre)\n\n"
        "Open letter: Open letter to the lists\n\n"
        "Ledger: link 9, head abcd1234" + "0" * 56
    )


def test_the_error_is_not_repeated_and_the_last_correction_counts() -> None:
    text = told(FIRST, corrected(Position.REFUSED), corrected(Position.UNCLEAR))
    assert text.count("Fewer cameras") == 1
    assert "Fewer cameras — unclear" in text
    assert "before:" not in text


def test_what_stays_right_says_what_it_replaced_as_before() -> None:
    other = Said(
        EventKind.ANSWER_CORRECTED, answer_facts(replace(COMMITTEE, position=Position.COMMITTED), decided_on=None)
    )
    text = told(FIRST, other)
    assert "Fewer cameras — committed — before: partly committed" in text
    assert "Corrected: this message contained an error." in text


def test_a_part_is_corrected_apart_from_its_demand() -> None:
    whole = Said(EventKind.ANSWER_CONFIRMED, answer_facts(stance_facts(), stance_facts(part_title=PART)))
    text = told(whole, corrected(Position.REFUSED))
    assert "Fewer cameras – Mobile cameras — committed" in text
    assert "Fewer cameras — refused" in text


def test_a_position_that_was_never_taken_is_none_and_one_taken_back_is_taken_back() -> None:
    assert "Fewer cameras — no position on this demand" in told(FIRST, corrected(None))
    back = Said(EventKind.ANSWER_WITHDRAWN, answer_facts(stance_facts(None), COMMITTEE))
    only = Said(EventKind.ANSWER_CORRECTED, answer_facts(COMMITTEE))
    assert "took its word back on 14 February 2026" in told(back, only)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_corrected_message_is_told_in_every_language_and_names_are_escaped(name: str, language: str) -> None:
    hostile = {"subject": subject_facts(name=name, head=name), "speaker": name, "proof": replace(PROOF, quote=name)}
    first: AnswerFacts = replace(FIRST.facts, **hostile)
    trail = [Said(EventKind.ANSWER_CONFIRMED, first), corrected(Position.REFUSED, **hostile)]
    message = corrected_post(trail, translator(language), hashtags=["a"])
    assert from_json(to_json(message)) == message
    assert message.hashtags == ("a",)
    for rendered in (telegram_html(message), web_html(message)):
        assert "<script" not in rendered
        assert "\u202e" not in rendered

import inspect
from enum import StrEnum

import pytest

from pledgebot.domain import answer, audience, delivery, election, events, progress
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.labels import LABELS, label, source_phrase, unnamed_speaker

# What is never shown: who a message is for, what kind of place that is, how a delivery acts, which law keeps silence.
_SILENT = {audience.Audience, audience.PlaceKind, delivery.Action, election.SilenceRule}
_ENUMS = {
    found
    for module in (answer, audience, delivery, election, events, progress)
    for _name, found in inspect.getmembers(module, inspect.isclass)
    if issubclass(found, StrEnum) and found is not StrEnum and found.__name__ != "Objection"
}


def test_every_enum_that_is_shown_has_words() -> None:
    assert set(LABELS) == _ENUMS - _SILENT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.__name__)
def test_every_member_has_its_own_words(kind: type[StrEnum], language: str) -> None:
    words = [label(member, translator(language)) for member in kind]
    assert all(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_and_speaker_has_its_phrase(language: str) -> None:
    tr = translator(language)
    assert len({source_phrase(member, tr) for member in answer.SourceKind}) == len(answer.SourceKind)
    assert len({unnamed_speaker(member, tr) for member in answer.SpeakerRole}) == len(answer.SpeakerRole)


def test_french_words_are_french() -> None:
    tr = translator("fr")
    assert [label(member, tr) for member in answer.Position] == [
        "s’engage",
        "s’engage en partie",
        "refuse",
        "réponse peu claire",
    ]

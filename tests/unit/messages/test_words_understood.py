"""What the bot shows, people type: every word that is shown for a choice is understood in both languages."""

from collections.abc import Callable
from enum import StrEnum

import pytest

from pledgebot.chat.hours import read_digest
from pledgebot.domain.answer import Position, SourceKind, SpeakerRole
from pledgebot.domain.audience import Rhythm
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.domain.words import contact_from, medium_from, position_from, role_from, source_from
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.labels import label

READERS: dict[type[StrEnum], Callable[[str], StrEnum | None]] = {
    Position: position_from,
    SourceKind: source_from,
    SpeakerRole: role_from,
    ContactKind: contact_from,
    Medium: medium_from,
    Rhythm: lambda text: read_digest(text).rhythm,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("member", [member for kind in READERS for member in kind], ids=str)
def test_the_word_that_is_shown_for_a_choice_is_understood(member: StrEnum, language: str) -> None:
    assert READERS[type(member)](label(member, translator(language))) is member

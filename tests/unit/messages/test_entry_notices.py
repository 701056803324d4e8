"""What organizers are told of an entry that they were asked about: every notice, in both languages, whatever is written."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from factories.documents import HOSTILE
from factories.views import answer_facts, subject_facts
from pledgebot.domain.answer import AnswerState
from pledgebot.domain.events import AnswerFacts, Decision, Remark
from pledgebot.messages import entry_notices
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.render import plain, telegram_html

NOON = datetime(2026, 2, 8, 12, 0, tzinfo=UTC)
EN = translator("en")


def facts(said: str = "Which page?", name: str = "Noé", state: AnswerState = AnswerState.REJECTED) -> AnswerFacts:
    """Return an entry that was asked about, explained and decided by somebody."""
    talk = (Remark(name, "An older question", answers=False), Remark(name, said, answers=False))
    decision = Decision(state, name, NOON, reason=said)
    return replace(answer_facts(subject=subject_facts(name=name)), talk=talk, decision=decision)


def every(about: AnswerFacts, language: str = "en") -> tuple[Message, ...]:
    """Return every notice about an entry."""
    tr = translator(language)
    answered = replace(about, talk=(*about.talk, Remark("Zoé", "Page two.", answers=True)))
    undone = replace(about, decision=Decision(AnswerState.CONFIRMED, "Zoé", NOON, "a mistake", undone=True))
    return (
        entry_notices.newest_remark(about, tr),
        entry_notices.newest_remark(answered, tr),
        entry_notices.asked_of_recorder(about, tr),
        entry_notices.asking(about, "Zoé", tr),
        entry_notices.explaining(about, tr),
        entry_notices.decided(about, tr),
        entry_notices.decided(replace(about, decision=None), tr),
        entry_notices.decided(undone, tr),
        entry_notices.rejected_for_recorder(about, tr),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_names_its_entry(language: str) -> None:
    for message in every(facts(), language):
        assert str(facts().answer) in plain(message)
        assert message.language == language


@pytest.mark.parametrize("name", HOSTILE)
def test_what_organizers_write_makes_no_markup(name: str) -> None:
    for message in every(facts(name, name)):
        assert "<script" not in telegram_html(message)


def test_a_decision_says_by_whom_when_and_why_and_offers_nothing() -> None:
    message = entry_notices.decided(facts("not their account"), EN)
    text = plain(message)
    assert "is rejected by Noé" in text
    assert "8 February 2026 at 12:00" in text
    assert "reason: not their account" in text
    assert message.buttons == ()
    assert "reason:" not in plain(
        entry_notices.decided(replace(facts(), decision=Decision(AnswerState.CONFIRMED, "Zoé", NOON)), EN)
    )


def test_only_the_newest_question_goes_to_its_recorder_and_with_its_answer_back() -> None:
    about = facts()
    text = plain(entry_notices.asked_of_recorder(about, EN))
    assert ("Which page?" in text, "An older question" in text) == (True, False)
    answered = replace(about, talk=(*about.talk, Remark("Zoé", "Page two.", answers=True)))
    text = plain(entry_notices.newest_remark(answered, EN))
    assert ("Which page?" in text, "Page two." in text, "An older question" in text) == (True, True, False)

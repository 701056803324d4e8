"""Facts are stored and read again; what an earlier version stored is read too."""

from dataclasses import replace

from factories.recalled import facts_of
from factories.views import answer_facts, notice_facts, subject_facts
from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.events import EventKind
from pledgebot.services.facts import facts_content, facts_from


def test_facts_are_read_as_they_were_stored() -> None:
    answer = answer_facts(subject=subject_facts(id=3), kind=AnswerKind.CORRECTION)
    for kind in EventKind:
        facts = facts_of(kind, answer)
        assert facts_from(kind, facts_content(kind, facts)) == facts


def test_facts_stored_before_numbers_and_kinds_were_kept_are_read() -> None:
    stored = facts_content(EventKind.ANSWER_CONFIRMED, answer_facts())
    del stored["kind"]
    subject = stored["subject"]
    assert isinstance(subject, dict)
    del subject["id"]
    assert facts_from(EventKind.ANSWER_CONFIRMED, stored) == answer_facts()


def test_what_a_later_version_added_is_passed_over() -> None:
    stored = {**facts_content(EventKind.STAY_ASKED, notice_facts()), "later": 1}
    assert facts_from(EventKind.STAY_ASKED, stored) == replace(notice_facts())

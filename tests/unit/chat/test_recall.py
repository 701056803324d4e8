"""What is remembered of answers, for how long, and what never is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.asker import Asker
from pledgebot.chat.recall import LONGEST, Recall, question_by_press, question_in_words
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.domain.election import PollingDay, silence_of
from pledgebot.messages.presses import Press
from pledgebot.services.people import Actor
from pledgebot.services.rounds import moment_key
from pledgebot.services.views import RoundView

PARIS, TAHITI = ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Tahiti")
DAY = date(2026, 3, 15)


def a_round(zone: ZoneInfo = PARIS) -> RoundView:
    """Return the first round of the example in a zone."""
    polls = PollingDay(DAY, time(20), zone)
    return RoundView(1, "2026-t1", 1, {"en": "Example"}, DAY, zone, silence_of(polls))


def paris(day: int, hour: int, minute: int) -> datetime:
    """Return a moment of March 2026 by the clocks of Paris."""
    return datetime(2026, 3, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def test_an_answer_is_remembered_for_one_revision() -> None:
    recall = Recall[str]()
    recall.keep(3, "question", "answer")
    assert recall.get(3, "question") == "answer"
    assert recall.get(4, "question") is None
    assert recall.get(2, "question") is None
    assert (recall.hits, recall.misses) == (1, 2)


def test_a_new_revision_forgets_everything_of_the_old_one_and_a_late_answer_is_not_kept() -> None:
    recall = Recall[str]()
    recall.keep(3, "one", "old")
    recall.keep(4, "other", "new")
    recall.keep(3, "late", "old")
    assert [recall.get(4, key) for key in ("one", "other", "late")] == [None, "new", None]
    assert recall.get(3, "one") is None
    assert len(recall) == 1


def test_what_was_asked_longest_ago_is_forgotten_first() -> None:
    recall = Recall[str](most=2)
    for key in "ab":
        recall.keep(1, key, key)
    assert recall.get(1, "a") == "a"
    recall.keep(1, "c", "c")
    assert [recall.get(1, key) for key in "abc"] == ["a", None, "c"]


@given(st.lists(st.tuples(st.integers(0, 9), st.text(max_size=40)), max_size=60))
def test_there_are_never_more_answers_or_bytes_than_allowed(kept: list[tuple[int, str]]) -> None:
    recall = Recall[str](most=4, most_bytes=400)
    for key, answer in kept:
        recall.keep(1, key, answer)
        assert len(recall) <= 4
        assert recall.size <= 400
        assert recall.get(1, key) in {answer, None}
    assert (recall.size == 0) == (len(recall) == 0)


def test_an_answer_larger_than_everything_allowed_is_not_kept_and_pushes_nothing_out() -> None:
    recall = Recall[str](most_bytes=1_000)
    recall.keep(1, "small", "answer")
    recall.keep(1, "large", "x" * 1_000)
    assert recall.get(1, "small") == "answer"
    assert recall.get(1, "large") is None


@pytest.mark.parametrize(
    "text",
    ["/subscribe", "/abonner Marseille", "/unsubscribe", "/mydata", "/forget", "/language fr", "/pending", "/log x",
     "/confirm 1 1", "/status", "/start join-00ff", "/start s-12-0-menu", "/start entry-3", "a" * (LONGEST + 1)],
)  # fmt: skip
def test_what_is_about_a_person_or_only_for_organizers_is_no_question_to_remember(text: str) -> None:
    assert question_in_words(text, Asker("en")) is None


@pytest.mark.parametrize("text", ["/stances", "/start", "/start list-12", "Liste Exemple A", "", "/nothing", "/dates"])
def test_what_anybody_may_ask_is_remembered_but_not_for_an_organizer(text: str) -> None:
    assert question_in_words(text, Asker("en")) is not None
    assert question_in_words(text, Asker("en", Actor(1, "Alix", "telegram"))) is None


@pytest.mark.parametrize("verb", ["s", "w", "log", "confirm", "pending", "join", "nothing"])
def test_a_press_that_is_not_for_everybody_is_not_remembered(verb: str) -> None:
    assert question_by_press(Press(verb, ("1",)), Asker("en")) is None


def test_questions_are_the_same_but_for_blanks_and_differ_by_language_and_kind_of_chat() -> None:
    alone = Asker("en", spot=Spot("telegram", "12", "", PlaceKind.PRIVATE))
    other = Asker("en", spot=Spot("telegram", "13", "", PlaceKind.PRIVATE))
    group = Asker("en", spot=Spot("telegram", "-14", "", PlaceKind.GROUP))
    same = question_in_words("liste  exemple a ", alone)
    assert same == question_in_words("liste exemple a", other)
    assert same != question_in_words("Liste Exemple A", alone)
    assert same != question_in_words("liste exemple a", Asker("fr"))
    assert same != question_in_words("liste exemple a", group)
    assert question_by_press(Press("list", ("1",)), alone) != question_in_words("list-1", alone)
    assert question_by_press(Press("list", ("1",)), alone) != question_by_press(Press("list", ("11",)), alone)


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        (paris(10, 23, 59), paris(11, 0, 0)),
        (paris(13, 23, 59), paris(14, 0, 0)),
        (paris(15, 19, 59), paris(15, 20, 0)),
    ],
    ids=["midnight", "the silence begins", "the polls close"],
)
def test_words_last_until_midnight_and_until_a_silence_begins_or_ends(moment: datetime, later: datetime) -> None:
    assert moment_key(moment, [a_round()]) != moment_key(later, [a_round()])


def test_words_last_all_day_but_only_until_midnight_in_the_zone_of_the_round() -> None:
    assert moment_key(paris(10, 0, 0), [a_round()]) == moment_key(paris(10, 23, 59), [a_round()])
    noon = datetime(2026, 3, 10, 9, 59, tzinfo=UTC)
    assert moment_key(noon, [a_round()]) == moment_key(noon + timedelta(minutes=2), [a_round()])
    assert moment_key(noon, [a_round(TAHITI)]) != moment_key(noon + timedelta(minutes=2), [a_round(TAHITI)])
    assert moment_key(noon, []) == ()

"""Reminders say how things stand, in the same words for every list, and to each reader what concerns them."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.recalled import facts_of, recalled_list, reminder_facts
from factories.views import answer_facts, subject_facts
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, Topics
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import EventKind, Reminded, Said
from pledgebot.domain.progress import Stage
from pledgebot.domain.recalled import (
    GoneList,
    MergerFacts,
    RecalledList,
    RecalledParent,
    RecalledPosition,
    ReminderFacts,
    as_followed,
    counted,
)
from pledgebot.messages.digests import digest
from pledgebot.messages.document import from_json, to_json
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.reminders import MOST_NAMED, recall
from pledgebot.messages.render import plain

EN, FR = translator("en"), translator("fr")
LEFT, CALL, MERGED = EventKind.DAYS_LEFT, EventKind.LAST_CALL, EventKind.LISTS_MERGED
PARIS = ZoneInfo("Europe/Paris")
BOARD = "https://board.example.org"


def read(facts: ReminderFacts | MergerFacts, kind: EventKind = LEFT, language: str = "en", **told: object) -> str:
    """Return a reminder as it is read, with ordinary spaces."""
    text = plain(recall(facts, kind, translator(language), **told))  # type: ignore[arg-type]  # who reads it, and the board
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def at_place(number: int, *lists: RecalledList, follows: str = "") -> ReminderFacts:
    """Return a reminder of one constituency."""
    name = follows or f"Secteur {number}"
    here = tuple(replace(one, constituency=name, constituency_id=number) for one in lists)
    return replace(reminder_facts("Exemple"), places=(number, 99), constituency=name, lists=here, counts=counted(here))


def a_list(number: int, stage: Stage = Stage.CONTACTED, banner: int | None = None) -> RecalledList:
    """Return a list that descends from that of a hundred more, under a banner."""
    lists, banners = (number, number + 100), (banner,) if banner is not None else ()
    return replace(recalled_list(f"Liste {number}", stage, number), lists=lists, banners=banners)


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (Stage.NOT_CONTACTED, "not yet asked"),
        (Stage.CONTACTED, "no answer yet, asked on 3 February 2026"),
        (Stage.REMINDED, "no answer yet, last asked on 3 February 2026"),
        (Stage.RECEIVED, "an answer came; being checked since 3 February 2026"),
        (Stage.ANSWERED, "answered"),
        (Stage.DECLINED, "declined to answer on 3 February 2026"),
    ],
)
def test_each_stage_is_told_by_its_own_words(stage: Stage, told: str) -> None:
    facts = replace(reminder_facts(), lists=(recalled_list("Liste Exemple A", stage),), counts={stage: 1})
    assert f"1. Liste Exemple A — {told}\n" in read(facts)
    # Where nobody knows when it was asked, nothing is said of a missing answer.
    undated = replace(facts, lists=(replace(facts.lists[0], since=None),))
    assert "no answer" not in read(undated)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("days", [1, 3, 30])
def test_how_many_days_are_left_is_said_in_every_language(language: str, days: int) -> None:
    text = read(reminder_facts(days_left=days), language=language)
    count = {"en": "in 1 day" if days == 1 else f"in {days} days", "fr": f"dans {days} jour{'s' if days > 1 else ''}"}
    assert text.splitlines()[0].endswith(count[language])
    assert {"en": "Sunday, 15 March 2026", "fr": "dimanche 15 mars 2026"}[language] in text


def test_the_last_call_speaks_of_refusals_only_as_long_as_one_may_be_published() -> None:
    noon = datetime(2026, 3, 12, 12, tzinfo=PARIS)
    facts = replace(reminder_facts(), refusals_until=noon, as_of=datetime(2026, 3, 11, 10, tzinfo=PARIS))
    assert "is published until Thursday, 12 March 2026 at 12:00 only" in read(facts, CALL)
    assert "refusal" not in read(replace(facts, as_of=noon), CALL)
    assert "refusal" not in read(replace(facts, refusals_until=None), CALL)
    assert "silence" not in read(replace(facts, silence_begins=None), CALL)
    assert "silence" not in read(facts, LEFT)


def test_numbers_leave_out_what_is_not_there_and_add_up() -> None:
    counts = {Stage.ANSWERED: 1, Stage.CONTACTED: 2, Stage.REMINDED: 3, Stage.RECEIVED: 1, Stage.DECLINED: 2}
    text = read(replace(reminder_facts(), lists=(), counts=counts))
    assert (
        "• 1 list answered\n• 1 list whose answer is being checked\n• 2 lists declined to answer\n• 5 lists asked"
        in text
    )
    assert "not yet asked" not in text


def test_without_a_board_it_says_how_to_ask() -> None:
    assert BOARD in read(reminder_facts(), board_url=BOARD)
    assert "Ask for a list by its name" in read(reminder_facts())
    here = recall(at_place(1, a_list(1)), LEFT, EN)
    assert [button.press for row in here.buttons for button in row] == ["place-1"]


# Of what is followed


LISTS = (a_list(1, banner=7), a_list(2, Stage.ANSWERED, banner=7), a_list(3))
GONE = (GoneList(4, "Liste 4", (4,), ()), GoneList(5, "Liste 5", (5,), (7,)))
HERE = replace(at_place(1, *LISTS), gone=GONE)


@pytest.mark.parametrize(
    ("follows", "lists", "gone"),
    [
        (None, [1, 2, 3], []),
        (Topics(constituencies=(1,)), [1, 2, 3], []),
        (Topics(constituencies=(99,)), [1, 2, 3], []),
        (Topics(constituencies=(2,)), [], []),
        (Topics(lists=(3,)), [3], []),
        (Topics(lists=(103,)), [3], []),
        (Topics(banners=(7,)), [1, 2], [5]),
        (Topics(lists=(3, 4)), [3], [4]),
        (Topics(lists=(4,), constituencies=(1,)), [1, 2, 3], [4]),
        (Topics(), [], []),
    ],
)
def test_a_follower_hears_of_what_they_follow(follows: Topics | None, lists: list[int], gone: list[int]) -> None:
    facts = as_followed(HERE, follows)
    assert ([one.id for one in facts.lists], [one.id for one in facts.gone]) == (lists, gone)
    assert sum(facts.counts.values()) == len(lists)
    text = read(facts, audience=Audience.SUBSCRIBER)
    assert [number for number in range(1, 6) if f"Liste {number}" in text] == [*lists, *gone]


def test_a_reminder_of_the_whole_election_is_narrowed_for_nobody() -> None:
    whole = replace(reminder_facts(), gone=GONE)
    assert as_followed(whole, Topics(lists=(1,))) == replace(whole, gone=())


# Together


NEW = Said(EventKind.ANSWER_CONFIRMED, answer_facts(subject=subject_facts(name="Liste 1", id=1)))


def test_reminders_of_several_places_are_one_with_a_heading_for_each() -> None:
    recalled = [Reminded(LEFT, at_place(number, a_list(number))) for number in (1, 2)]
    text = plain(digest(recalled, EN, BOARD))
    assert text.count("The vote is in 7 days") == 1
    assert text.index("Secteur 1") < text.index("Liste 1") < text.index("Secteur 2") < text.index("Liste 2")
    assert text.count(BOARD) == 1


def test_different_reminders_are_told_one_after_the_other_and_the_news_last() -> None:
    merger = facts_of(MERGED, answer_facts(), "Union Exemple")
    assert isinstance(merger, MergerFacts)
    message = digest([NEW, Reminded(CALL, at_place(1, a_list(1))), Reminded(MERGED, merger)], EN)
    text = plain(message)
    places = [text.index(words) for words in ("Last call to the lists", "Lists have united: Union", "1 news item")]
    assert places == sorted(places)
    assert text.count("Open letter: ") == 1
    presses = [button.press for row in message.buttons for button in row]
    assert len(set(presses)) == len(presses)


def test_of_too_many_lists_each_place_has_its_numbers_and_of_too_many_places_there_are_sums() -> None:
    many = [
        Reminded(LEFT, at_place(number, *(a_list(10 * number + one) for one in range(9)))) for number in range(1, 4)
    ]
    assert "Secteur 2: 9 lists asked, no answer yet" in plain(digest(many, EN))
    town = [Reminded(LEFT, at_place(number, a_list(number))) for number in range(1, 40)]
    text = plain(digest(town, EN))
    assert "• 39 lists asked, no answer yet" in text
    assert "Secteur" not in text


@given(st.lists(st.lists(st.sampled_from(Stage), max_size=8), min_size=1, max_size=30), st.sampled_from(LANGUAGES))
def test_every_list_is_named_or_counted_and_the_message_can_be_kept(stages: list[list[Stage]], language: str) -> None:
    places = [
        at_place(place, *(a_list(1000 * place + number, stage) for number, stage in enumerate(here)))
        for place, here in enumerate(stages, 1)
    ]
    message = digest([Reminded(LEFT, facts) for facts in places], translator(language), BOARD)
    assert from_json(to_json(message)) == message
    text = plain(message)
    total = sum(map(len, stages))
    assert text.count("Liste ") == (total if total <= MOST_NAMED else 0)


# Of a merger


def a_merger(*positions: RecalledPosition, **changes: object) -> MergerFacts:
    """Return a merger of two lists, of which the first had said these."""
    titles = {"en": "Exemple", "fr": "Exemple"}
    nothing = RecalledPosition("cameras", {"en": "Cameras", "fr": "Caméras"}, None)
    parents = (
        RecalledParent(1, "Liste A", LineageKind.MERGED, positions or (nothing,)),
        RecalledParent(2, "Liste B", LineageKind.MERGED, (nothing,)),
    )
    facts = MergerFacts(titles, titles, 2, recalled_list("Union"), parents, fictional=False)
    return replace(facts, **changes)  # type: ignore[arg-type]  # any field


CAMERAS = RecalledPosition("cameras", {"en": "Cameras", "fr": "Caméras"}, Position.COMMITTED)


@pytest.mark.parametrize(
    ("position", "told"),
    [
        (CAMERAS, "Cameras — committed"),
        (replace(CAMERAS, part_title={"en": "mobile"}), "Cameras – mobile — committed"),
        (replace(CAMERAS, beside=(Position.REFUSED,)), "Cameras — contradictory: committed / refused"),
        (replace(CAMERAS, being_corrected=True), "Cameras — committed (being corrected)"),
        (replace(CAMERAS, position=None, taken_back=True), "Cameras — word taken back"),
        (replace(CAMERAS, position=None, inherited=True), "Cameras — inherited, to be confirmed"),
    ],
)
def test_what_a_list_had_said_is_told_as_it_stands(position: RecalledPosition, told: str) -> None:
    text = read(a_merger(position), MERGED)
    assert f"• {told}\n" in text
    assert "Liste B had said nothing that is on record." in text


def test_a_merger_taken_back_says_what_is_left_of_it() -> None:
    facts = a_merger(CAMERAS, taken_back=("Liste C",), told_on=date(2026, 3, 17))
    text = read(facts, MERGED)
    assert text.startswith("Correction: Union")
    assert "We announced on 17 March 2026 that Liste C merged into this list." in text
    assert "Still confirmed: Liste A and Liste B." in text
    assert "committed" not in text
    undated = read(replace(facts, told_on=None, parents=()), MERGED, "fr")
    assert "Nous avions annoncé la fusion de Liste C dans cette liste." in undated
    assert "Toujours" not in undated

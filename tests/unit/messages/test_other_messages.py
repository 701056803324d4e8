from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from factories.documents import HOSTILE
from factories.views import (
    PARIS,
    RETRACTION,
    answer_facts,
    dates_view,
    demand_view,
    entry_view,
    letter,
    place_view,
    round_view,
    stance_facts,
)
from pledgebot.domain.answer import AnswerKind, AnswerState, Position
from pledgebot.domain.election import Hush
from pledgebot.domain.errors import Objection
from pledgebot.domain.events import EventKind
from pledgebot.messages import about, organizers
from pledgebot.messages.announcements import announce
from pledgebot.messages.document import Message
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import LANGUAGES, Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.messages.render import plain, telegram_html, web_html

EN, FR = translator("en"), translator("fr")


def read(message: Message) -> str:
    return plain(message).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("now", "distance"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "in 14 days"),
        (datetime(2026, 3, 14, 12, tzinfo=UTC), "in 1 day"),
        (datetime(2026, 3, 14, 23, 30, tzinfo=UTC), "today"),
        (datetime(2026, 3, 16, 12, tzinfo=UTC), "over"),
    ],
)
def test_the_calendar_counts_days_as_the_place_does(now: datetime, distance: str) -> None:
    assert f"Sunday, 15 March 2026 ({distance})" in read(about.dates(dates_view(now=now), EN))


def test_the_calendar_says_when_the_bot_is_silent() -> None:
    text = read(about.dates(dates_view(), FR))
    assert "rien n’est dit au public du samedi 14 mars 2026 à 00:00 au dimanche 15 mars 2026 à 20:00" in text
    assert "silence" not in read(about.dates(dates_view(round_view(silence=None)), EN))


def test_no_calendar_is_said_to_be_none() -> None:
    view = dates_view()
    assert "No polling day is known yet." in read(about.dates(type(view)((), view.now), EN))


def test_the_letter_says_what_it_asks_and_who_signed() -> None:
    text = read(about.letter(letter(), EN))
    assert text.startswith("Open letter to the lists\nWhat we ask.")
    assert "• Fewer cameras" in text
    assert "Signed by: Collectif Exemple and Association Exemple." in text
    assert text.endswith("Read the letter (https://exemple.test/lettre)")


def test_a_demand_shows_the_tests_by_which_it_is_judged() -> None:
    text = read(about.demand(demand_view(), EN))
    assert text.startswith("Demand 1: Fewer cameras\nReduce the number of cameras.")
    assert "• committed — A number and a date." in text
    assert "• refused — Refuses, or wants more cameras." in text
    assert "• Mobile cameras" in text
    assert "retired" not in text
    assert "retired" in read(about.demand(demand_view(retired=True), EN))


def test_help_lists_the_commands_of_the_language() -> None:
    english, french = read(about.help_text(EN, organizer=False)), read(about.help_text(FR, organizer=False))
    for command in (
        "/stances",
        "/list NAME",
        "/demand NAME",
        "/compare A B",
        "/history NAME",
        "/dates",
        "/letter",
        "/help",
    ):
        assert f"• {command} — " in english
    for command in (
        "/positions",
        "/liste NOM",
        "/demande NOM",
        "/comparer A B",
        "/historique NOM",
        "/dates",
        "/lettre",
        "/aide",
    ):
        assert f"• {command} — " in french
    assert "/confirm" not in english


@pytest.mark.parametrize(
    ("language", "commands"),
    [
        ("en", ("/log", "/pending", "/confirm N V", "/reject N")),
        ("fr", ("/noter", "/attente", "/confirmer N V", "/rejeter N")),
    ],
)
def test_help_for_organizers_lists_their_commands(language: str, commands: tuple[str, ...]) -> None:
    text = read(about.help_text(translator(language), organizer=True))
    for command in commands:
        assert f"• {command} — " in text


def test_short_answers_say_what_they_are_about() -> None:
    assert "Nothing is known under “Liste Z”." in read(about.not_known("Liste Z", EN))
    assert read(about.choice("Exemple", ["Liste A", "Liste B"], EN)).endswith("• Liste A\n• Liste B")
    assert "• Villexemple (99001) — 2 lists" in read(about.which_place([place_view()], EN))
    assert "• Villexemple (99001) — 1 liste" in read(about.which_place([place_view(lists=1)], FR))
    assert "“A letter”" in read(about.welcome(EN, {"en": "A letter"}))
    assert "open letter" in read(about.welcome(EN))
    assert "not kept" in read(about.privacy(EN))
    assert read(about.privacy(EN, "equipe@exemple.test")).endswith("Whom to ask: equipe@exemple.test")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_hush_is_told_apart(language: str) -> None:
    tr = translator(language)
    until = datetime(2026, 3, 15, 19, tzinfo=UTC)
    told = [read(about.hushed(hush, until, tr, PARIS)) for hush in Hush]
    told.append(read(about.hushed(Hush.SILENCE, None, tr)))
    assert len(set(told)) == len(told)
    assert sum("20:00" in text for text in told) == 1


def test_an_entry_shows_who_recorded_it_and_what_will_be_posted() -> None:
    view = entry_view(rejected_demands=(RETRACTION,))
    message = organizers.entry(view, EN, PARIS)
    text = read(message)
    assert text.startswith("Entry 12 waits for a second person")
    assert "/confirm 12 2" in text
    assert "recorded by Alix, Saturday, 14 February 2026 at 19:30" in text
    assert "rejected, will not be posted: Retraction of the projects" in text
    posted = announce(view.facts, EventKind.ANSWER_CONFIRMED, EN).blocks
    assert message.blocks[-len(posted) :] == posted


@pytest.mark.parametrize("state", [AnswerState.CONFIRMED, AnswerState.REJECTED])
def test_a_decided_entry_says_who_decided_and_asks_nothing(state: AnswerState) -> None:
    text = read(organizers.entry(entry_view(state), EN))
    assert f"{state.value} by Sacha" in text
    assert "/confirm" not in text
    assert "will be posted" not in text


def test_waiting_entries_are_counted_and_come_with_their_command() -> None:
    assert read(organizers.pending([], EN)) == "No entry waits for a second person."
    text = read(organizers.pending([entry_view(), entry_view(facts=answer_facts(answer=13))], EN))
    assert text.startswith("2 entries wait for a second person")
    assert "to confirm: /confirm 12 2" in text
    assert "to confirm: /confirm 13 2" in text


def test_decisions_are_acknowledged_with_what_they_mean() -> None:
    withdrawal = entry_view(facts=answer_facts(stance_facts(None)))
    assert "Nothing is posted yet: another person has to confirm it." in read(organizers.recorded(entry_view(), EN))
    assert "word taken back" in read(organizers.recorded(withdrawal, EN))
    assert "will be announced once" in read(organizers.confirmed(entry_view(AnswerState.CONFIRMED), EN))
    assert "Nothing of it was or will be posted" in read(organizers.rejected(entry_view(AnswerState.REJECTED), EN))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("state", AnswerState)
def test_every_entry_can_be_shown(kind: AnswerKind, state: AnswerState, language: str) -> None:
    message = organizers.entry(entry_view(state, kind=kind), translator(language))
    for render in (plain, telegram_html, web_html):
        assert "12" in render(message)
        assert "{" not in render(message)


FACTS: dict[str, object] = {
    "name": "Liste Exemple A",
    "other": "Liste Exemple B",
    "demand": "cameras",
    "reason": "Motif",
    "version": 3,
    "panel": 4,
    "known": ["cameras", "retrait"],
    "position": Position.REFUSED,
    "day": datetime(2026, 2, 1, tzinfo=UTC).date(),
    "answer": 12,
    "limit": 20,
    "link": "ftp://exemple.test",
    "unheard_of": "never said",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("member", Objection)
def test_every_objection_has_its_sentence_with_and_without_facts(member: Objection, language: str) -> None:
    tr = translator(language)
    bare, full = objection(tr, member, {}), objection(tr, member, FACTS)
    assert bare[0].isupper() or bare[0] in "ÀÉ"
    assert bare.endswith(".")
    assert full.startswith(bare)
    assert "Liste Exemple A" in full
    assert "never said" not in full
    assert "{" not in full
    assert objection(tr, member, dict.fromkeys(FACTS)) == bare


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_objections_sound_alike(language: str) -> None:
    sentences = {objection(translator(language), member, {}) for member in Objection}
    assert len(sentences) == len(Objection)


def test_an_objection_says_its_facts_as_words() -> None:
    told = objection(EN, Objection.CONTRADICTION_UNDECIDED, FACTS)
    assert "On record: refused." in told
    assert "Date: 1 February 2026." in told
    assert "Known are: cameras and retrait." in told
    assert "Position" not in told
    titled = objection(FR, Objection.DEMAND_RETIRED, {"demand": RETRACTION})
    assert titled.endswith("Demande : Retrait des projets.")


def test_an_objection_stays_short_and_on_one_line() -> None:
    told = objection(EN, Objection.UNKNOWN_LIST, {"name": "x\n" * 5000})
    assert "\n" not in told
    assert len(told) < 400


def test_a_frame_is_put_once() -> None:
    message = about.welcome(EN)
    framed = frame(message, EN, fictional=True)
    assert read(framed).startswith("Example: fictional lists and people.\n\nWelcome")
    assert frame(framed, EN, fictional=True) == framed
    assert frame(message, EN, fictional=False) == message


EVERYTHING: dict[str, Callable[[Translator], Message]] = {
    "dates": lambda tr: about.dates(dates_view(), tr),
    "letter": lambda tr: about.letter(letter(), tr),
    "demand": lambda tr: about.demand(demand_view(), tr),
    "help": lambda tr: about.help_text(tr, organizer=True),
    "privacy": about.privacy,
    "welcome": about.welcome,
    "not known": lambda tr: about.not_known("<b>", tr),
    "choice": lambda tr: about.choice("<b>", HOSTILE, tr),
    "place": lambda tr: about.which_place([place_view(label=name) for name in HOSTILE], tr),
    "hushed": lambda tr: about.hushed(Hush.NO_CALENDAR, None, tr),
    "pending": lambda tr: organizers.pending([entry_view()], tr),
    "recorded": lambda tr: organizers.recorded(entry_view(recorded_by="<script>"), tr),
    "confirmed": lambda tr: organizers.confirmed(entry_view(), tr),
    "rejected": lambda tr: organizers.rejected(entry_view(), tr),
}


@pytest.mark.parametrize("shown", EVERYTHING)
def test_nothing_stays_english_in_french(shown: str) -> None:
    def lines(tr: Translator) -> set[str]:
        return {line for line in read(EVERYTHING[shown](tr)).splitlines() if len(line) > 25}

    common = lines(EN) & lines(FR)
    assert not {line for line in common if not any(name[:20] in line for name in HOSTILE)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shown", EVERYTHING)
def test_everything_is_escaped_by_every_renderer(shown: str, language: str) -> None:
    message = EVERYTHING[shown](translator(language))
    for rendered in (telegram_html(message), web_html(message)):
        assert "<script" not in rendered
        assert "“<b>" not in rendered

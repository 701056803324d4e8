"""What organizers are reminded of, in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from factories.recalled import facts_of, outreach_facts
from factories.views import answer_facts
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind
from pledgebot.domain.organizer_calendar import Deadline
from pledgebot.domain.recalled import DeadlineFacts, NetworkFacts, OutreachLine, Recalled, StopFacts, WaitingFacts
from pledgebot.messages.announcements import announce
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.presses import token
from pledgebot.messages.render import plain, telegram_fits

NOW = datetime(2026, 3, 13, 9, 0, tzinfo=UTC)


def message(facts: Recalled, kind: EventKind, language: str = "en") -> Message:
    return announce(facts, kind, translator(language))


def told(facts: Recalled, kind: EventKind, language: str = "en") -> str:
    return plain(message(facts, kind, language)).replace("\u202f", " ").replace("\u00a0", " ")


def presses(one: Message) -> list[str]:
    return [button.press for row in one.buttons for button in row]


def test_the_message_of_a_day_names_the_lists_gives_the_text_and_a_button_to_take_each() -> None:
    said = told(outreach_facts(), EventKind.OUTREACH_DUE)
    assert said.startswith(
        "Lists to write to, 17 February 2026\n"
        "Written to, without an answer; a reminder is due:\n\n"
        "• #2 Liste Exemple A (Villexemple) — letter of 3 February 2026, 1 reminder\n"
        "• and 1 more list: /chase\n\n"
        "Not asked yet for this round:\n\n"
        "• #1 Liste Exemple A (Villexemple)\n"
        "• and 3 more lists: /chase\n\n"
        "2 entries have waited for a second person for more than a day: /pending\n\n"
        "1 message of a list has waited for two days to be recorded: /log\n\n"
    )
    # In the language of the letter, whatever that of the reader.
    assert "The reminder:\nSubject: Rappel : La position de Liste Exemple A" in said
    assert "The letter:\nSubject: La position de Liste Exemple A" in said
    assert presses(message(outreach_facts(), EventKind.OUTREACH_DUE)) == [token("chase", 2), token("chase", 1)]


def test_only_what_is_needed_that_day_is_said() -> None:
    only_waiting = replace(outreach_facts(), never=(), again=(), waiting_answers=0)
    assert told(only_waiting, EventKind.OUTREACH_DUE) == (
        "What waits for you, 17 February 2026\n2 entries have waited for a second person for more than a day: /pending"
    )
    last = replace(outreach_facts(), never=(), more_again=0, last=True, mail=None)
    assert "This is the last day: nobody is reminded after it." in told(last, EventKind.OUTREACH_DUE)
    assert "Subject:" not in told(last, EventKind.OUTREACH_DUE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_day_is_still_one_message(language: str) -> None:
    lines = tuple(OutreachLine(number, f"Liste Exemple {number} pour une ville d’essai", "Marseille, secteur 8", None, 0)
                  for number in range(1, 9))  # fmt: skip
    again = tuple(replace(line, sent_on=outreach_facts().day) for line in lines)
    many = replace(outreach_facts(), never=lines, again=again)
    assert telegram_fits(message(many, EventKind.OUTREACH_DUE, language))


def test_an_entry_that_still_waits_has_the_buttons_of_the_first_message() -> None:
    facts = facts_of(EventKind.ENTRY_WAITS, answer_facts())
    assert isinstance(facts, WaitingFacts)
    assert told(facts, EventKind.ENTRY_WAITS) == (
        "Entry 1 still waits for a second person: Liste Exemple A\nVillexemple. Waiting for 24 hours.\n\n"
        "Liste Exemple A recorded it, and cannot confirm it.\n\n• to confirm: /confirm 1 1\n• to reject: /reject 1"
    )
    decide = [token(verb, 1, 1) for verb in ("confirm", "reject", "ask")]
    assert presses(message(facts, EventKind.ENTRY_WAITS)) == decide
    assert presses(message(replace(facts, has_file=True), EventKind.ENTRY_WAITS)) == [token("file", 1), *decide]
    many = WaitingFacts(None, 0, None, "", (), 2, None, fictional=False, count=7)
    assert told(many, EventKind.ENTRY_WAITS) == "7 entries wait for a second person: /pending\nWaiting for 2 hours."


def test_a_message_that_waits_says_within_how_many_days_a_reply_is_published() -> None:
    facts = WaitingFacts(None, 0, 3, "Liste Exemple A", ("Villexemple",), 48, "Zoé", fictional=False)
    said = told(facts, EventKind.ANSWER_WAITS)
    assert said.startswith("A message of Liste Exemple A waits to be recorded\nVillexemple. Waiting for 48 hours.")
    assert "within three days" in said
    assert presses(message(facts, EventKind.ANSWER_WAITS)) == [token("contact", 3)]
    many = replace(facts, list_id=None, name="", constituencies=(), count=6)
    assert told(many, EventKind.ANSWER_WAITS).startswith("6 messages of lists wait to be recorded\nWaiting for 48")


def deadline(what: str, entries: int = 2, deliveries: int = 3) -> str:
    return told(DeadlineFacts(what, NOW, 2, entries, deliveries, fictional=False), EventKind.DEADLINE)


def test_each_date_is_told_with_what_waits() -> None:
    assert deadline(Deadline.LAST_CALL_TOMORROW).startswith(
        "The last call to the lists comes tomorrow\nFriday, 13 March"
    )
    refusals = deadline(Deadline.NO_REFUSALS)
    assert refusals.startswith("No new refusal is confirmed from Friday, 13 March 2026 at 09:00 on\n")
    assert refusals.endswith("2 entries wait for a second person: /pending")
    begins = deadline(Deadline.SILENCE_BEGINS)
    assert begins.startswith("The electoral silence begins on Friday, 13 March 2026 at 09:00\n")
    assert "3 announcements wait to go out." in begins
    assert "Nothing waits to go out." in deadline(Deadline.SILENCE_OVER, entries=0, deliveries=0)
    assert "2 lineages wait to be confirmed: pledgebot lists lineage" in deadline(Deadline.LINEAGES)
    assert "None is recorded here yet: pledgebot lists import" in deadline(Deadline.LINEAGES, entries=0)
    assert deadline("a later program's").startswith("Friday, 13 March 2026 at 09:00")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_date_is_told_as_another(language: str) -> None:
    titles = {
        told(DeadlineFacts(one, NOW, 2, 1, 1, fictional=False), EventKind.DEADLINE, language).partition("\n")[0]
        for one in Deadline
    }
    assert len(titles) == len(Deadline)


def test_a_network_that_asks_to_wait_is_named_with_the_place_that_it_concerns() -> None:
    everywhere = told(NetworkFacts("telegram", NOW), EventKind.NETWORK_WAITS)
    assert everywhere.startswith(
        "Telegram asks the bot to wait\nNothing goes out there until Friday, 13 March 2026 at 09:00:"
    )
    at_one_place = told(NetworkFacts("telegram", NOW, "@exemple"), EventKind.NETWORK_WAITS)
    assert at_one_place.startswith("Telegram asks the bot to wait at @exemple\nNothing goes out there until Friday, ")
    assert "All other places" in at_one_place


def test_a_stopped_bot_says_why_and_what_to_do() -> None:
    ahead = told(StopFacts(Hush.CLOCK_OFF, NOW, 300), EventKind.BOT_STOPPED)
    assert ahead.startswith("Nothing goes out to the public\nThe clock of the machine is wrong")
    assert "It is 5 minutes ahead." in ahead
    assert "It is 1 minute behind." in told(StopFacts(Hush.CLOCK_OFF, NOW, -10), EventKind.BOT_STOPPED)
    assert "minute" not in told(StopFacts(Hush.CLOCK_OFF, NOW, None), EventKind.BOT_STOPPED)
    assert "No polling day is known" in told(StopFacts(Hush.NO_CALENDAR, NOW, None), EventKind.BOT_STOPPED)
    assert "silence" in told(StopFacts("another", NOW, None), EventKind.BOT_STOPPED)

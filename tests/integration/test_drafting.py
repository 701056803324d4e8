"""An organizer's evening on the telephone: answers are typed step by step, and nothing is recorded before Submit."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.phone import (
    CHAT,
    LINK,
    NO,
    PARTIAL,
    PDF,
    PHOTO,
    UNCLEAR,
    YES,
    Phone,
    Recorded,
    count,
    draft_of,
    recorded,
    to_preview,
    words_of,
)
from factories.services import (
    NOW,
    Installed,
    a_demand,
    a_letter,
    a_list,
    a_plan,
    an_answer,
    confirm,
    confirmed,
    installed,
    record,
    undone,
)
from pledgebot.chat import draft_questions, drafting
from pledgebot.chat.asker import Asker
from pledgebot.chat.draft_beginnings import token_of
from pledgebot.chat.drafting import ForwardedWords, ReceivedFile
from pledgebot.chat.grammar import parse
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    EvidenceKind,
    SourceKind,
    SpeakerRole,
)
from pledgebot.domain.draft import Draft, Step
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import organizers
from pledgebot.messages.i18n import translator
from pledgebot.messages.presses import Press, read_token
from pledgebot.services import files, queries
from pledgebot.services.decisions import request_removal
from pledgebot.services.drafts import drop_draft, forget_drafts, load_draft, save_draft
from pledgebot.services.installation import sync_installation
from pledgebot.store.engine import Database
from pledgebot.store.tables import Answer, Audit, Blob, Event, Organizer
from pledgebot.store.tables import Draft as Row

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


@pytest.fixture
def phone(database: Database, there: Installed) -> Phone:
    """Alix's telephone."""
    return Phone(database, there.alix)


# The evening


@pytest.mark.engines("sqlite", "postgresql")
def test_a_list_that_answered_everything_is_logged_in_eight_taps(database: Database, phone: Phone) -> None:
    phone.command("/log")
    assert "step 1 of 7" in phone.text
    phone.tap("Liste Exemple A", "committed", "refused", "unclear", "letter")
    phone.send(PHOTO)
    phone.tap("Yesterday", "head of list")
    assert "This is what will be posted:" in phone.text
    phone.tap("Submit")
    assert phone.taps == 8
    done = recorded(database)
    assert done.positions == {"retraction": YES, "cameras": NO, "committee": UNCLEAR}
    assert (done.answer.state, done.answer.source_kind) == (AnswerState.PENDING, SourceKind.LETTER)
    assert (done.answer.speaker, done.answer.speaker_role) == ("Ada Exemple", SpeakerRole.HEAD)
    assert done.answer.said_on == date(2026, 2, 7)
    assert [proof.kind for proof in done.proofs] == [EvidenceKind.FILE]
    assert f"Entry {done.answer.id} is recorded" in phone.text


def test_a_banner_that_committed_to_everything_is_logged_in_six_taps(database: Database, phone: Phone) -> None:
    phone.command("/log").tap("Bannière Exemple", "All of them: committed", "public post")
    phone.type(f"We will do it. {LINK}").tap("Today", "The banner itself", "Submit")
    assert phone.taps == 6
    done = recorded(database)
    assert done.answer.banner_id is not None
    assert set(done.positions.values()) == {YES}
    assert (done.proofs[0].url, done.proofs[0].quote) == (LINK, "We will do it.")


def test_all_can_be_typed_instead_of_tapped(database: Database, phone: Phone) -> None:
    phone.command("/log").type("liste exemple b")
    for words in ("committed", "partiel", "non", "courriel", "« Nous le ferons. »", "01/02/2026"):
        phone.type(words)
    phone.type("Zoé Exemple, porte-parole").tap("Submit")
    done = recorded(database)
    assert done.positions == {"retraction": YES, "cameras": PARTIAL, "committee": NO}
    assert (done.answer.speaker, done.answer.speaker_role) == ("Zoé Exemple", SpeakerRole.SPOKESPERSON)
    assert done.proofs[0].quote == "Nous le ferons."


def test_every_screen_says_where_one_is_and_what_was_entered(phone: Phone) -> None:
    phone.command("/log Liste Exemple A")
    assert "New entry — step 2 of 7: position, 1 of 3" in phone.text
    assert "Liste Exemple A" in phone.text
    phone.tap("says nothing")
    assert "position, 2 of 3" in phone.text
    assert "Retraction — says nothing on this one" in phone.text
    phone.tap("partly committed", "refused")
    assert "step 3 of 7: kind of source" in phone.text
    phone.tap("programme")
    assert "step 4 of 7: proof" in phone.text
    assert "source: programme" in phone.text
    phone.send(PDF)
    assert "step 5 of 7: date" in phone.text
    assert "proof: file" in phone.text
    phone.type("aujourd’hui")
    assert "step 6 of 7: who spoke" in phone.text
    assert "said on 8 February 2026" in phone.text
    phone.tap("The list itself")
    assert "step 7 of 7: read and submit" in phone.text


def test_the_screens_speak_french_too(phone: Phone) -> None:
    phone.language = "fr"
    phone.command("/log Liste Exemple A")
    assert phone.message.language == "fr"
    assert "s’engage" in {button.text for button in phone.buttons}
    phone.type("oui")
    assert "Retraction — s’engage" in phone.text


def test_the_preview_is_exactly_what_the_entry_will_say(database: Database, phone: Phone, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": NO}), there)
    before = {table: count(database, table) for table in (Answer, Event, Audit)}
    to_preview(phone).tap("it replaces")
    assert "before: refused" in phone.text
    assert {table: count(database, table) for table in (Answer, Event, Audit)} == before
    shown = phone.text[phone.text.index("This is what will be posted:") : phone.text.index("Read it against")].strip()
    phone.tap("Submit")
    with database.read() as session:
        entry = words_of(organizers.entry(queries.entry(session, recorded(database).answer.id), translator("en")))
    assert shown in entry


@pytest.mark.engines("sqlite", "postgresql")
def test_several_proofs_may_be_sent_and_the_first_leads(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: refused", "letter")
    phone.send(PHOTO).send(PDF)
    assert "The proof is kept with the draft." in phone.text
    phone.tap("Add or remove a proof").type("We refuse.").tap("Today", "The list itself")
    assert "2 further proofs are kept with it." in phone.text
    phone.tap("Submit")
    done = recorded(database)
    assert [proof.kind for proof in done.proofs] == [EvidenceKind.FILE, EvidenceKind.FILE, EvidenceKind.QUOTATION]
    assert done.answer.lead_evidence_id == done.proofs[0].id


def test_that_is_all_goes_on_and_the_last_proof_can_be_removed(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: refused", "letter").send(PHOTO).send(PDF)
    phone.tap("Add or remove a proof", "Remove the last proof")
    assert count(database, Blob) == 1
    phone.tap("That is all")
    assert "step 5 of 7" in phone.text


def test_a_bare_link_asks_for_its_words_or_a_picture(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: committed", "public post").type(LINK)
    assert "This link alone is no proof" in phone.text
    assert "step 4 of 7" in phone.text
    phone.send(PHOTO)
    assert "proof: link with a capture" in phone.text
    phone.tap("Add or remove a proof").type(f"{LINK}/2").type("It is so.").tap("Today", "itself", "Submit")
    done = recorded(database)
    assert [(proof.url, proof.quote) for proof in done.proofs] == [(LINK, None), (f"{LINK}/2", "It is so.")]
    assert done.proofs[0].blob_sha256 is not None


def test_a_link_can_be_joined_to_the_picture_sent_before(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: committed", "public post").send(PHOTO).type(LINK)
    phone.tap("It belongs to what was sent before", "Today", "itself", "Submit")
    (proof,) = recorded(database).proofs
    assert (proof.kind, proof.url, proof.blob_sha256 is not None) == (EvidenceKind.LINK, LINK, True)


def test_a_part_of_a_demand_can_be_answered_alone(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("A part of it only")
    assert not any("All of them" in button.text for button in phone.buttons)
    phone.tap("committed")
    assert "What is said on “Retraction – Observatory”?" in phone.text
    assert "position, 2 of 4" in phone.text
    phone.tap("The whole demand at once")
    assert "position, 1 of 3" in phone.text
    phone.tap("A part of it only", "refused", "says nothing", "says nothing", "committed", "letter")
    phone.send(PHOTO).tap("Today", "itself", "Submit")
    assert recorded(database).positions == {"retraction/video": NO, "committee": YES}


def test_the_words_under_a_photo_are_the_quoted_words(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: committed", "letter")
    phone.send(ReceivedFile(b"page", "image/jpeg", f"{LINK} “We will.”")).tap("Today", "itself", "Submit")
    (proof,) = recorded(database).proofs
    assert (proof.url, proof.quote, proof.kind) == (LINK, "We will.", EvidenceKind.LINK)


@pytest.mark.parametrize(
    ("text", "url", "quote"),
    [
        (f"{LINK} We will.", LINK, "We will."),
        (f"We will. {LINK}.", LINK, "We will."),
        (f"They say so ({LINK}) today", LINK, f"They say so ({LINK}) today"),
        (f"{LINK} | « Nous le ferons »", LINK, "Nous le ferons"),
        ("only words", None, "only words"),
        (f"{LINK}_(x)", f"{LINK}_(x)", None),
        (LINK, LINK, None),
    ],
)
def test_a_link_and_its_words_are_told_apart(text: str, url: str | None, quote: str | None) -> None:
    from pledgebot.chat.draft_things import proof_from

    found = proof_from(text)
    assert (found.url, found.quote) == (url, quote)


# Forwarded messages


def test_a_forwarded_message_begins_a_draft_and_offers_its_day(database: Database, phone: Phone) -> None:
    phone.forward(ForwardedWords("We will do it.", LINK, date(2026, 1, 30), "Ada Exemple"))
    assert "step 1 of 7" in phone.text
    assert "proof: link with its words" in phone.text
    phone.tap("Liste Exemple A", "All of them: committed", "public post")
    phone.tap("As forwarded, 30 January 2026")
    assert "The forwarded message is by: Ada Exemple" in phone.text
    phone.tap("Ada Exemple, head of list", "Submit")
    done = recorded(database)
    assert (done.answer.said_on, done.proofs[0].url) == (date(2026, 1, 30), LINK)
    assert done.proofs[0].quote == "We will do it."
    assert phone.taps == 6


def test_a_file_without_a_draft_begins_one(phone: Phone) -> None:
    assert "Which list or banner answered?" in phone.send(PDF).text
    assert draft_of(phone).proofs[0].file is not None


def test_a_forwarded_message_of_nothing_is_not_taken(phone: Phone) -> None:
    assert drafting.take_forward(phone.database, phone.asker, CHAT, ForwardedWords("  "), NOW) is None


def test_the_link_to_a_private_message_is_left_out_when_it_is_none(phone: Phone) -> None:
    phone.forward(ForwardedWords("We will.", "tg://privatepost?channel=1"))
    assert draft_of(phone).proofs[0].url is None


# Forward and back


def test_every_step_can_be_gone_back_to_and_left_as_it_is(phone: Phone) -> None:
    to_preview(phone)
    headings = []
    while any(button.text == "Back" for button in phone.buttons):
        headings.append(re.findall(r"step (\d) of 7: ([^\n]*)", phone.text)[0])
        phone.tap("Back")
        if not phone.text.startswith("x"):
            step = draft_of(phone).step
            assert step is Step.PREVIEW or any("Leave it" in b.text or "That is all" in b.text for b in phone.buttons)
    assert [heading[0] for heading in headings] == ["7", "6", "5", "4", "3", "2", "2", "2"]
    assert "This is what will be posted:" in phone.tap("Leave it as it is").text


@pytest.mark.parametrize(
    ("change", "then", "found"),
    [
        ("Retraction", "refused", lambda done: done.positions["retraction"] is NO),
        ("Cameras", "says nothing", lambda done: "cameras" not in done.positions),
        ("Kind of source", "programme", lambda done: done.answer.source_kind is SourceKind.PROGRAMME),
        ("Date", "Yesterday", lambda done: done.answer.said_on == date(2026, 2, 7)),
        ("Who spoke", "head of list", lambda done: done.answer.speaker == "Ada Exemple"),
        ("List or banner", "Liste Exemple C", lambda done: done.answer.list_id is not None),
    ],
)
def test_one_thing_can_be_changed_from_the_preview(
    database: Database, phone: Phone, change: str, then: str, found: Callable[[Recorded], bool]
) -> None:
    to_preview(phone).tap("Change something", change, then)
    assert "This is what will be posted:" in phone.text
    phone.tap("Submit")
    assert found(recorded(database))


def test_a_search_for_a_list_offers_what_it_may_mean(phone: Phone) -> None:
    phone.command("/log exemple")
    assert "Several could be meant by “exemple”" in phone.text
    assert phone.button("Bannière").text == "Bannière Exemple"
    phone.tap("Liste Exemple C")
    assert "step 2" in phone.text


def test_an_unknown_name_is_said_to_be_unknown_and_can_be_typed_again(phone: Phone) -> None:
    assert "Nothing is called “zzzz”" in phone.command("/log zzzz").text
    assert "step 2" in phone.type("Liste Exemple B").text


def test_a_place_offers_its_lists(phone: Phone) -> None:
    phone.command("/log").type("13055")
    assert {button.text for button in phone.buttons} >= {"Liste Exemple A (Marseille)", "Bannière Exemple"}
    assert "step 2" in phone.tap("Liste Exemple A").text


def test_of_many_lists_the_name_is_typed(database: Database, phone: Phone, there: Installed) -> None:
    with database.begin() as session:
        for number in range(30):
            a_list(session, f"Fictive {number}", there.alix)
    phone.command("/log")
    assert "Type its name" in phone.text
    assert len(phone.buttons) == 1
    phone.type("Marseille")
    assert "These are only some" in phone.text
    assert len(phone.buttons) == 32


# Contradictions, corrections, withdrawals


@pytest.mark.parametrize(
    ("word", "kept"), [("it replaces", Contradiction.REPLACES), ("side by side", Contradiction.BESIDE)]
)
def test_a_contradiction_asks_at_that_point(
    database: Database, phone: Phone, there: Installed, word: str, kept: Contradiction
) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": NO}), there)
    to_preview(phone)
    assert "This contradicts what is on record" in phone.text
    assert "Demand: Cameras." in phone.text
    assert not any(button.text == "Submit" for button in phone.buttons)
    phone.tap(word, "Submit")
    assert recorded(database).answer.contradiction is kept


def test_a_correction_of_what_cannot_be_corrected_is_refused(
    database: Database, phone: Phone, there: Installed
) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.a, {"cameras": YES}), there.alix)
        gone = confirmed(session, an_answer(there.b, {"cameras": YES}), there)
        undone(session, gone, there.alix)
    assert "There is no such entry" in phone.command("/correct 999").text
    assert "There is no such entry" in phone.command("/correct 99999999999999999999").text or "number" in phone.text
    assert "works on a confirmed answer only" in phone.command(f"/correct {waiting}").text
    assert "has been undone already" in phone.command(f"/correct {gone}").text
    assert "Which entry is to be corrected?" in phone.command("/correct").text
    assert "Which entry is to be corrected?" in phone.command("/correct twelve").text


def test_a_list_takes_its_word_back(database: Database, phone: Phone, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES, "committee": NO, "retraction/video": YES}), there)
    phone.command("/withdraw Liste Exemple A")
    assert "Word taken back — step 2 of 7: position, 1 of 3" in phone.text
    phone.tap("keeps its word", "word taken back", "keeps its word", "e-mail").send(PDF)
    phone.tap("Today", "head of list")
    assert "Word taken back: Liste Exemple A" in phone.text
    phone.tap("Submit")
    done = recorded(database)
    assert (done.answer.kind, done.positions) == (AnswerKind.WITHDRAWAL, {"cameras": None})


def test_all_words_can_be_taken_back_at_once_and_by_typing(database: Database, phone: Phone, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES, "committee": NO}), there)
    phone.command("/withdraw Liste Exemple A").type("retiré")
    assert "position, 2 of 2" in phone.text
    phone.tap("Back", "Back").tap("Leave it").tap("word taken back", "letter").type("We take it back.")
    phone.tap("Today", "itself", "Submit")
    assert recorded(database).positions == {"cameras": None, "committee": None}


def test_a_list_without_a_word_has_none_to_take_back(phone: Phone) -> None:
    assert "Nothing of it is on record" in phone.command("/withdraw Liste Exemple B").text
    assert "step 1 of 7" in phone.text


# Back to where one came from


@pytest.mark.parametrize("change", ["Retraction", "Kind of source", "Proof", "Date", "Who spoke", "List or banner"])
def test_back_leads_from_a_change_to_the_menu_and_from_there_to_the_preview(phone: Phone, change: str) -> None:
    to_preview(phone).tap("Change something", change, "Back")
    assert "What should change?" in phone.text
    assert "This is what will be posted:" in phone.tap("Back").text


def test_back_leads_from_the_parts_of_a_demand_to_the_whole(phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("A part of it only", "Back")
    assert "What is said on “Retraction”?" in phone.text
    phone.tap("A part of it only", "committed", "Back")
    assert "What is said on “Retraction – Observatory”?" not in phone.text


# Refusals, in words


def test_a_day_in_the_future_is_refused(phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: committed", "letter").send(PDF).type("2026-03-01")
    assert "The date lies in the future" in phone.text
    assert "step 5 of 7" in phone.text
    assert "That is no day" in phone.type("last week").text
    assert "17 February 1926 is more than 10 years ago: check the year." in phone.type("17/02/1926").text
    assert "said on 30 January 2026" in phone.type("Vendredi 30 janvier").text


def test_nothing_on_any_demand_is_no_answer(phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("says nothing", "says nothing", "says nothing")
    assert "A position is missing" in phone.text
    assert "step 2 of 7: position, 1 of 3" in phone.text


def test_the_same_answer_that_waits_is_refused_at_the_preview(phone: Phone) -> None:
    to_preview(phone).tap("Submit")
    to_preview(phone)
    assert "The same answer waits for a second person already" in phone.text
    assert not any(button.text == "Submit" for button in phone.buttons)
    assert "This is what will be posted:" in phone.tap("Change something", "Date", "Yesterday").text


def test_a_file_that_is_too_large_or_empty_is_refused(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: committed", "letter")
    assert "larger than 1 MB" in phone.send(ReceivedFile(b"x" * (1024 * 1024 + 1), "image/jpeg"), 1024 * 1024).text
    assert "larger than 20 MB" in words_of(drafting.too_large(phone.asker).messages[0])
    assert "The file is empty" in phone.send(ReceivedFile(b"", "image/jpeg")).text
    assert count(database, Blob) == 0


def test_a_link_that_is_none_and_words_that_are_too_long_are_refused(phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("All of them: committed", "letter")
    assert "This is not a web address" in phone.type("https://[ the words").text
    assert "This text is too long" in phone.type("x" * 5000).text
    assert "The proof is missing" in phone.type("«»").text
    phone.type("We will.").tap("Today")
    assert "This text is too long" in phone.type("y" * 300).text
    assert "MB" not in phone.text
    assert "That holds no name" in phone.type(", porte-parole").text


def test_no_more_proofs_than_ten_are_taken(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A")
    for number in range(12):
        phone.send(ReceivedFile(b"%d" % number, "image/png"))
    assert "an entry takes at most 10" in phone.text
    assert count(database, Blob) == 10


def test_a_name_without_a_role_asks_for_the_role(database: Database, phone: Phone) -> None:
    to_preview(phone).tap("Change something", "Who spoke").type("Zoé Exemple")
    assert "In what role did Zoé Exemple speak?" in phone.text
    phone.tap("candidate", "Submit")
    done = recorded(database)
    assert (done.answer.speaker, done.answer.speaker_role) == ("Zoé Exemple", SpeakerRole.CANDIDATE)


@pytest.mark.usefixtures("there")
def test_a_stranger_sees_nothing_of_it(database: Database) -> None:
    stranger = Asker("en")
    assert drafting.take_text(database, stranger, CHAT, "hello", NOW) is None
    assert drafting.take_file(database, stranger, CHAT, PDF, NOW) is None
    assert drafting.take_forward(database, stranger, CHAT, ForwardedWords("x"), NOW) is None
    assert drafting.press(database, Press("log"), stranger, CHAT, NOW) is None
    assert drafting.press(database, Press("w", ("1", "submit")), stranger, CHAT, NOW) is None
    for reply in (
        drafting.begin(database, stranger, CHAT, parse("/log"), NOW),
        drafting.cancel(database, stranger, CHAT, NOW),
    ):
        assert "/log" not in words_of(reply.messages[0])
    assert count(database, Row) == 0


def test_whoever_was_removed_meanwhile_is_refused_in_words(database: Database, there: Installed) -> None:
    phone = to_preview(Phone(database, there.noe))
    with database.begin() as session:
        session.execute(sa.update(Organizer).where(Organizer.name == "Noé").values(removed_at=NOW))
    submit = phone.button("Submit").press
    assert "no longer an organizer" in phone.press(submit).text
    assert "no longer an organizer" in phone.command("/log").text
    assert "no longer an organizer" in phone.type("hello").text
    assert "no longer an organizer" in phone.send(PDF).text
    assert count(database, Answer) == 0
    assert "The draft is dropped" in words_of(drafting.cancel(database, phone.asker, CHAT, NOW).messages[0])


# Questions in between, pauses, several people


def test_a_text_is_a_question_where_no_draft_waits_for_words(phone: Phone) -> None:
    def taken(text: str) -> Reply | None:
        return drafting.take_text(phone.database, phone.asker, CHAT, text, NOW)

    assert taken("Liste Exemple A") is None
    phone.command("/log Liste Exemple A")
    assert taken("who is for cameras?") is None
    assert taken("   ") is None
    phone.tap("All of them: committed")
    assert taken("who is for cameras?") is None
    phone.tap("letter").send(PDF).tap("Today", "itself")
    assert taken("who is for cameras?") is None
    phone.tap("Change something")
    assert taken("who is for cameras?") is None
    phone.tap("Back", "Submit")
    assert taken("Liste Exemple A") is None


def test_a_question_in_between_is_answered_and_leads_back_to_the_draft(phone: Phone) -> None:
    phone.command("/log Liste Exemple A").tap("committed").ask("Liste Exemple B")
    assert "Liste Exemple B" in phone.text
    assert "step 2" not in phone.text
    (back,) = phone.message.buttons[-1]
    assert back.text == "Go on with the draft"
    assert "step 2 of 7: position, 2 of 3" in phone.press(back.press).text
    phone.tap("refused").press(back.press)
    assert "step 2 of 7: position, 3 of 3" in phone.text
    assert "earlier screen" not in phone.text
    for command in ("/pending", "/stances", "/help", "bonjour"):
        assert phone.ask(command).message.buttons[-1][0].text == "Go on with the draft"


@pytest.mark.parametrize("text", ["oui mais", "zzz", "/zzz", "la liste exacte zzz", "😀"])
def test_what_is_not_understood_is_said_not_to_be_on_the_screen_of_the_draft(phone: Phone, text: str) -> None:
    phone.command("/log Liste Exemple A").tap("committed")
    before = phone.message.buttons
    phone.ask(text)
    assert "That was not understood, and nothing was changed." in phone.text
    assert "step 2 of 7: position, 2 of 3" in phone.text
    assert phone.message.buttons == before


@pytest.mark.usefixtures("there")
def test_without_a_draft_a_question_is_not_one_in_between(database: Database, phone: Phone) -> None:
    def asked(asker: Asker) -> Reply | None:
        return draft_questions.answer(database, asker, CHAT, "Liste Exemple B", NOW)

    assert asked(phone.asker) is None
    phone.command("/log Liste Exemple A")
    assert asked(Asker("en")) is None
    to_preview(phone.tap("Cancel", "Throw away")).tap("Submit")
    assert asked(phone.asker) is None


# From the group to a private chat


@pytest.mark.parametrize(
    ("command", "token"),
    [
        ("/log", "log"),
        ("/log Liste Exemple B", "log-log-list-{b}"),
        ("/log Bannière Exemple", "log-log-banner-{banner}"),
        ("/log exemple", "log"),
        ("/log 13055", "log"),
        ("/withdraw", "log-withdraw"),
        ("/withdraw Liste Exemple B", "log-withdraw-list-{b}"),
        ("/correct 12 the reason", "log-correct-12"),
        ("/correct twelve", "log"),
        ("/correct 2147483648", "log-correct-2147483648"),
    ],
)
def test_a_command_in_the_group_says_what_it_opens_in_private(
    database: Database, there: Installed, command: str, token: str
) -> None:
    made = token_of(database, parse(command), NOW)
    assert made == token.format(b=there.list_b, banner=there.banner)
    assert len(made) <= 64


def test_a_link_from_the_group_opens_what_was_named_and_submits_nothing(
    database: Database, phone: Phone, there: Installed
) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
    before = count(database, Answer)

    def follow(command: str) -> str:
        press = read_token(token_of(database, parse(command), NOW))
        assert press is not None
        reply = drafting.press(database, press, phone.asker, CHAT, NOW)
        assert reply is not None
        (phone.message,) = reply.messages
        return phone.text

    assert f"Correction of entry {wrong}" in follow(f"/correct {wrong}")
    assert "A draft is open here already" in follow("/log Liste Exemple B")
    phone.tap("Drop it")
    assert "New entry — step 2 of 7" in phone.text
    assert "Liste Exemple B" in phone.text
    phone.tap("Cancel", "Throw away")
    assert "Nothing of it is on record" in follow("/withdraw Liste Exemple B")
    phone.tap("Cancel")
    assert "There is no such entry" in follow("/correct 2147483648")
    assert "step 1 of 7" in follow("/log")
    assert count(database, Answer) == before


@pytest.mark.engines("sqlite", "postgresql")
def test_a_restart_and_a_pause_lose_nothing(database: Database, phone: Phone, there: Installed) -> None:
    phone.command("/log Liste Exemple A").tap("committed", "refused").send(PHOTO)
    again = Database(database.url.render_as_string(hide_password=False))
    after = Phone(again, there.alix, message=phone.message)
    after.tap("unclear", "letter", "Today", "itself", "Submit")
    again.close()
    assert recorded(database).positions == {"retraction": YES, "cameras": NO, "committee": UNCLEAR}


@pytest.mark.engines("sqlite", "postgresql")
def test_two_organizers_draft_side_by_side(database: Database, phone: Phone, there: Installed) -> None:
    zoe = Phone(database, there.zoe)
    phone.command("/log Liste Exemple A").tap("All of them: committed", "letter").send(PDF)
    zoe.command("/log Liste Exemple B").tap("All of them: refused", "e-mail").send(PDF)
    assert count(database, Blob) == 1
    zoe.tap("Cancel", "Throw away")
    assert count(database, Blob) == 1
    phone.tap("Today", "itself", "Submit")
    assert recorded(database).positions["cameras"] is YES
    assert count(database, Blob) == 1


def test_one_person_drafts_in_two_chats_at_once(phone: Phone, there: Installed) -> None:
    other = Phone(phone.database, there.alix, chat="telegram:-100")
    phone.command("/log Liste Exemple A")
    other.command("/log Liste Exemple B")
    assert draft_of(phone).list_id != draft_of(other).list_id


def test_a_draft_that_is_open_is_not_lost_without_asking(phone: Phone) -> None:
    phone.command("/log Liste Exemple A").send(PDF)
    phone.command("/log Liste Exemple B")
    assert "A draft is open here already" in phone.text
    assert "Liste Exemple A" in phone.tap("Go on with this draft").text
    phone.command("/log Liste Exemple B").tap("Drop it and begin the new one")
    assert "Liste Exemple B" in phone.text
    assert draft_of(phone).proofs == ()
    assert count(phone.database, Blob) == 0


@pytest.mark.parametrize(("command", "title"), [("/correct", "Correction of entry"), ("/withdraw", "Word taken back")])
def test_every_kind_of_draft_can_take_the_place_of_another(
    database: Database, phone: Phone, there: Installed, command: str, title: str
) -> None:
    with database.begin() as session:
        said = confirmed(session, an_answer(there.of_banner, {"cameras": YES}), there)
    phone.command("/log Liste Exemple A")
    phone.command(f"{command} {said if command == '/correct' else 'Bannière Exemple'}")
    assert title in phone.tap("Drop it").text
    assert draft_of(phone).banner_id == there.banner


@pytest.mark.engines("sqlite", "postgresql")
def test_cancel_asks_once_and_drops_the_draft_with_its_files(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A").send(PDF).tap("Cancel")
    assert "Throw away what was noted for Liste Exemple A?" in phone.text
    assert "step 2 of 7" in phone.tap("Keep").text
    assert phone.cancel().text.startswith("Example: fictional lists and people.\n\nThrow away")
    assert count(database, Blob) == 1
    assert "Nothing was recorded" in phone.tap("Throw away").text
    assert (count(database, Blob), count(database, Answer)) == (0, 0)
    assert "nothing to cancel" in phone.cancel().text


def test_an_empty_draft_is_dropped_without_asking(phone: Phone) -> None:
    assert "The draft is dropped" in phone.command("/log").tap("Cancel").text
    phone.command("/log")
    assert "The draft is dropped" in phone.cancel().text
    phone.send(PDF).tap("Cancel")
    assert "Throw away what was noted so far?" in phone.text


def test_the_button_that_drops_a_draft_stands_alone_and_last(phone: Phone) -> None:
    to_preview(phone)
    for _again in range(8):
        (last,) = phone.message.buttons[-1]
        assert last.text == "Cancel and drop the draft"
        phone.tap("Back")


@pytest.mark.engines("sqlite", "postgresql")
def test_forgetting_deletes_the_rows_and_the_files(database: Database, phone: Phone, there: Installed) -> None:
    other = Phone(database, there.alix, chat="telegram:-100")
    phone.command("/log").send(PDF)
    other.command("/log").send(PHOTO)
    with database.begin() as session:
        assert forget_drafts(session, there.alix.organizer, CHAT) == 1
    assert (count(database, Row), count(database, Blob)) == (1, 1)
    with database.begin() as session:
        assert forget_drafts(session, there.alix.organizer) == 1
    assert (count(database, Row), count(database, Blob)) == (0, 0)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_removal_drops_the_drafts_that_correct_the_entry_with_its_words(
    database: Database, phone: Phone, there: Installed
) -> None:
    with database.begin() as session:
        wrong, other = (confirmed(session, an_answer(of, {"cameras": YES}), there) for of in (there.a, there.b))
    elsewhere = Phone(database, there.alix, chat="telegram:-100")
    phone.command(f"/correct {wrong}").tap("Cameras", "refused")
    elsewhere.command(f"/correct {other}")
    with database.begin() as session:
        asked = request_removal(session, wrong, "a judgment", there.alix, NOW)
    with database.begin() as session:
        confirm(session, asked, there.noe, NOW)
    with database.read() as session:
        held = {row.chat: row.content for row in session.scalars(sa.select(Row))}
        here = load_draft(session, there.alix.organizer, CHAT)
    assert held[CHAT] == {}
    assert held["telegram:-100"]["target"] == other
    assert here is not None
    assert here.draft is None


# Old buttons, and several at once


def test_a_button_of_an_earlier_screen_changes_nothing(phone: Phone) -> None:
    phone.command("/log Liste Exemple A")
    old = phone.button("refused").press
    phone.tap("committed")
    before = draft_of(phone)
    phone.press(old)
    assert phone.last is not None
    assert 0 < len(phone.last.notice) <= 200
    assert "earlier screen" in phone.text
    assert "position, 2 of 3" in phone.text
    assert draft_of(phone) == before


@pytest.mark.engines("sqlite", "postgresql")
def test_submitting_twice_records_once(database: Database, phone: Phone) -> None:
    to_preview(phone)
    submit = phone.button("Submit").press
    phone.press(submit)
    number = recorded(database).answer.id
    phone.press(submit)
    assert f"already recorded: entry {number}" in phone.text
    assert count(database, Answer) == 1


def test_a_button_of_a_dropped_draft_does_not_touch_the_next_one(phone: Phone) -> None:
    phone.command("/log Liste Exemple A")
    old = phone.button("refused").press
    phone.tap("Cancel", "Throw away")
    assert "This draft is closed" in phone.press(old).text
    phone.command("/log Liste Exemple B").press(old)
    assert draft_of(phone).said == ()
    with phone.database.begin() as session:
        forget_drafts(session, phone.by.organizer)
    assert "This draft is closed" in phone.press(old).text


@pytest.mark.engines("sqlite", "postgresql")
def test_a_button_of_a_forgotten_draft_does_not_touch_the_next_one(database: Database, phone: Phone) -> None:
    old = phone.command("/log Liste Exemple A").button("refused").press
    with database.begin() as session:
        forget_drafts(session, phone.by.organizer)
    later = NOW + timedelta(minutes=1)
    drafting.begin(database, phone.asker, CHAT, parse("/log Liste Exemple B"), later)
    phone.press(old)
    assert draft_of(phone).said == ()


@pytest.mark.engines("sqlite", "postgresql")
def test_of_two_who_save_the_same_revision_one_is_refused(database: Database, there: Installed) -> None:
    who = there.alix.organizer
    with database.begin() as session:
        first = save_draft(session, who, CHAT, Draft(), None, NOW)
        second = save_draft(session, who, CHAT, Draft(step=Step.SOURCE), first, NOW)
    assert second > first
    for revision in (first, None):
        with pytest.raises(Refused) as refused, database.begin() as session:
            save_draft(session, who, CHAT, Draft(step=Step.DATE), revision, NOW)
        assert refused.value.objection is Objection.DRAFT_CHANGED
    with database.read() as session:
        stored = load_draft(session, who, CHAT)
    assert stored is not None
    assert (stored.revision, stored.draft) == (second, Draft(step=Step.SOURCE))


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("words", ["Submit", "Change something"])
def test_two_taps_at_once_do_it_once(database: Database, phone: Phone, there: Installed, words: str) -> None:
    to_preview(phone)
    pressed = phone.button(words).press
    start, shown = Barrier(2), []

    def tap() -> None:
        other = Phone(database, there.alix, message=phone.message)
        start.wait()
        shown.append(other.press(pressed).text)

    threads = [Thread(target=tap) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database, Answer) == (1 if words == "Submit" else 0)
    assert len(set(shown)) == 2
    assert any("already recorded" in text or "earlier screen" in text for text in shown)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_row_that_cannot_be_read_is_no_draft(database: Database, phone: Phone) -> None:
    phone.command("/log Liste Exemple A")
    old = phone.button("refused").press
    with database.begin() as session:
        session.execute(sa.update(Row).values(content={"step": "from another time"}))
    assert "This draft is closed" in phone.press(old).text
    assert "step 2" in phone.command("/log Liste Exemple B").text


def test_a_demand_that_is_gone_is_not_recorded(database: Database, phone: Phone) -> None:
    to_preview(phone)
    with database.begin() as session:
        sync_installation(session, a_plan(a_letter(a_demand("cameras"), a_demand("committee"))), NOW)
    assert "Retraction" not in phone.tap("Change something").text
    phone.tap("Nothing more", "Submit")
    assert set(recorded(database).positions) == {"cameras", "committee"}


# Files


@pytest.mark.engines("sqlite", "postgresql")
def test_a_file_is_kept_as_long_as_a_draft_or_an_entry_uses_it(
    database: Database, phone: Phone, there: Installed
) -> None:
    with database.begin() as session:
        digest = files.keep_file(session, PDF.content, "x" * 300, NOW)
        assert files.keep_file(session, PDF.content, PDF.media_type, NOW) == digest
    phone.send(PDF)
    with database.begin() as session:
        files.delete_unused_files(session, [digest, None])
    assert count(database, Blob) == 1
    with database.begin() as session:
        assert drop_draft(session, there.alix.organizer, CHAT, NOW)
    assert count(database, Blob) == 0


# Anything at all


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["Liste Exemple A", "exemple", "committed", "e-mail", LINK, f"{LINK} We will.", "2026-02-01", "9999-12-31",
         "0001-01-01", "Ada, head", "the list", "\0", "x" * 5000, "{name}", "<b>&", "13055", "retraction"]
    ),
)  # fmt: skip
_STEPS = st.sampled_from(
    ["list", "banner", "place", "pos", "all", "split", "whole", "src", "drop", "join", "date", "who", "role", "con", "go",
     "slot", "back", "on", "show", "cancel", "discard", "same", "anew", "nonsense"]
)  # fmt: skip
_VALUES = st.lists(
    st.one_of(
        st.sampled_from(["1", "2", "0", "n1", "99999999999", "committed", "nothing", "back", "letter", "head", "list",
                         "candidate", "today", "offered", "beside", "preview", "positions", "proof", "log", "correct"]),
        st.from_regex(r"[A-Za-z0-9_]{1,8}", fullmatch=True),
    ),
    max_size=3,
)  # fmt: skip
_THINGS = st.lists(
    st.one_of(
        st.tuples(st.just("tap"), st.integers(0, 12)),
        st.tuples(st.just("tap"), st.integers(0, 12)),
        st.tuples(st.just("press"), st.tuples(_STEPS, _VALUES)),
        st.tuples(st.just("type"), _TEXTS),
        st.tuples(st.just("send"), st.tuples(st.binary(max_size=3), st.text(max_size=8), st.none() | _TEXTS)),
        st.tuples(st.just("forward"), st.builds(ForwardedWords, _TEXTS, st.none() | _TEXTS, st.none() | st.dates(),
                                                st.none() | _TEXTS)),
        st.tuples(st.just("command"), st.sampled_from(["/log", "/log A", "/correct 1", "/cancel", "/withdraw Liste Exemple A"])),
    ),
    max_size=25,
)  # fmt: skip


@pytest.mark.engines("sqlite", "postgresql")
@given(things=_THINGS)
@settings(max_examples=40)
def test_whatever_is_sent_or_pressed_there_is_an_answer_and_nothing_is_recorded(
    database: Database, things: list[tuple[str, object]]
) -> None:
    there = _once(database)
    phone = Phone(database, there.alix)
    before = count(database, Answer), count(database, Event)
    for kind, thing in things:
        reply = _do(phone, kind, thing)
        if reply is not None:
            phone.message = reply.messages[0]
            assert words_of(phone.message)
            assert all(len(button.press) <= 64 and button.text for button in phone.buttons)
    assert (count(database, Answer), count(database, Event)) == before
    with database.begin() as session:
        drop_draft(session, there.alix.organizer, CHAT, NOW)
    assert count(database, Blob) == 0


def _once(database: Database) -> Installed:
    with database.read() as session:
        known = session.scalars(sa.select(Answer.id)).first()
    if known is None:
        there = installed(database)
        with database.begin() as session:
            confirmed(session, an_answer(there.a, {"cameras": YES, "retraction/video": NO}), there)
        _INSTALLED[id(database)] = there
    return _INSTALLED[id(database)]


_INSTALLED: dict[int, Installed] = {}


def _do(phone: Phone, kind: str, thing: object) -> Reply | None:
    database, asker = phone.database, phone.asker
    if kind == "tap":
        assert isinstance(thing, int)
        safe = [button for button in phone.buttons if not button.press.endswith("-submit")]
        press = read_token(safe[thing % len(safe)].press) if safe else None
        return drafting.press(database, press, asker, CHAT, NOW) if press is not None else None
    if kind == "press":
        assert isinstance(thing, tuple)
        return drafting.press(database, Press("w", (_revision(phone), thing[0], *thing[1])), asker, CHAT, NOW)
    if kind == "type":
        taken = drafting.take_text(database, asker, CHAT, str(thing), NOW)
        return taken or draft_questions.answer(database, asker, CHAT, str(thing), NOW)
    if kind == "send":
        assert isinstance(thing, tuple)
        return drafting.take_file(database, asker, CHAT, ReceivedFile(*thing), NOW)
    if kind == "forward":
        assert isinstance(thing, ForwardedWords)
        return drafting.take_forward(database, asker, CHAT, thing, NOW)
    return _command(phone, str(thing))


def _command(phone: Phone, text: str) -> Reply:
    if text == "/cancel":
        return drafting.cancel(phone.database, phone.asker, CHAT, NOW)
    return drafting.begin(phone.database, phone.asker, CHAT, parse(text), NOW)


def _revision(phone: Phone) -> str:
    with phone.database.read() as session:
        stored = load_draft(session, phone.by.organizer, CHAT)
    return str(stored.revision if stored is not None else 1)

"""Questions and organizers' commands through the one grammar: any mouth gets these answers."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.services import NOW, Installed, an_answer, confirm, confirmed, everything, installed, quoting, record
from pledgebot.chat.answers import Asker, answer
from pledgebot.domain.answer import AnswerState, Position, SourceKind
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.messages.render import plain
from pledgebot.services.lists import ListDetails, Place, add_alias, add_list, merge_lists
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.store.engine import Database
from pledgebot.store.tables import Answer

FOLLOWER = Asker("en")


@pytest.fixture
def there(database: Database) -> Installed:
    """An installation in which A committed on the cameras, B was asked, and C was not."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        add_alias(session, "LEA", there.alix, NOW, list_id=there.list_a)
        contact = NewContact(there.list_b, ContactKind.SENT, Medium.EMAIL, NOW - timedelta(days=3))
        log_contact(session, contact, there.alix, NOW)
    return there


def ask(database: Database, text: str, asker: Asker = FOLLOWER) -> str:
    """Return the answer as plain text."""
    return plain(answer(database, text, asker, NOW))


@pytest.mark.parametrize(
    "text", ["/list Liste Exemple A", "liste exemple a", "LEA", "lea", "Ada Exemple", "ada exmple", "/list #1"]
)
def test_a_list_is_found_by_name_alias_head_and_with_a_typing_error(
    database: Database, there: Installed, text: str
) -> None:
    said = ask(database, text)
    assert "Liste Exemple A" in said
    assert "committed" in said
    assert "https://example.org/words" in said
    assert "1 February 2026" in said
    assert there.list_a == 1


@pytest.mark.parametrize("text", ["cameras", "/demand caméras", "CAMERAS", "camera"])
def test_a_demand_tells_what_each_list_says(database: Database, there: Installed, text: str) -> None:
    said = ask(database, text)
    assert "committed" in said
    assert "no answer yet, asked on" in said
    assert "not yet asked" in said
    assert there


@pytest.mark.parametrize("text", ["/stances", "Marseille", "/positions 13001", "13055", "1er", ""])
def test_the_table_shows_every_list(database: Database, there: Installed, text: str) -> None:
    said = ask(database, text)
    assert all(f"Liste Exemple {letter}" in said for letter in "ABC")
    assert there


def test_silence_is_told_apart_from_our_own_backlog(database: Database, there: Installed) -> None:
    asked, unasked = ask(database, "liste exemple b"), ask(database, "liste exemple c")
    assert "no answer yet, asked on 5 February 2026" in asked
    assert "no answer" not in unasked
    assert "not yet asked" in unasked
    assert there


def test_what_is_not_known_is_called_unknown_and_never_guessed(database: Database, there: Installed) -> None:
    assert "zzzzqq" in ask(database, "zzzzqq")
    assert "committed" not in ask(database, "zzzzqq")
    assert there


@pytest.mark.parametrize("text", ["liste exemple x", "exemple z", "et", "la", "de la"])
def test_a_letter_that_no_list_has_and_small_words_alone_name_nothing(
    database: Database, there: Installed, text: str
) -> None:
    said = ask(database, text)
    assert "Nothing is known" in said
    assert there


def test_an_ambiguous_name_offers_a_choice(database: Database, there: Installed) -> None:
    said = ask(database, "liste exemple")
    assert all(f"Liste Exemple {letter}" in said for letter in "ABC")
    assert "committed" not in said
    assert there


def test_a_waiting_entry_is_shown_to_nobody_who_asks(database: Database, there: Installed) -> None:
    with database.begin() as session:
        record(session, an_answer(there.b, {"committee": Position.REFUSED}), there.alix)
    assert "refused" not in ask(database, "liste exemple b")
    assert "refused" not in ask(database, "/history liste exemple b")
    assert "refused" not in ask(database, "/stances")


def test_history_dates_letter_help_and_comparison_answer(database: Database, there: Installed) -> None:
    assert "committed" in ask(database, "/history LEA")
    assert "15 March 2026" in ask(database, "/dates")
    assert "Example letter" in ask(database, "/letter")
    assert "/stances" in ask(database, "/help")
    assert "/log" not in ask(database, "/help")
    assert "/log" in ask(database, "/help", Asker("en", there.alix))
    both = ask(database, "/compare LEA and liste exemple b")
    assert "Liste Exemple A" in both
    assert "Liste Exemple B" in both


def test_a_banners_answer_speaks_for_its_lists_and_exceptions_are_listed(database: Database, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.of_banner, {"committee": Position.COMMITTED}), there)
        confirmed(session, an_answer(there.c, {"committee": Position.REFUSED}), there)
    assert "position of its banner" in ask(database, "liste exemple b")
    assert "refused" in ask(database, "liste exemple c")
    banner = ask(database, "bannière exemple")
    assert "committed" in banner
    assert "Liste Exemple C" in banner
    assert "refused" in banner


def test_a_merged_list_shows_what_each_parent_said_as_to_be_confirmed(database: Database, there: Installed) -> None:
    with database.begin() as session:
        union = add_list(session, Place("13055"), ListDetails(name="Union Fictive"), there.alix, NOW)
        merge_lists(session, (there.list_a, there.list_b), union, there.alix, NOW)
    said = ask(database, "union fictive")
    assert "inherited, to be confirmed" in said
    assert "Liste Exemple A" in said
    assert "Liste Exemple B" in said


def test_every_answer_says_that_the_example_is_fictional(database: Database, there: Installed) -> None:
    for text in ("/stances", "LEA", "cameras", "/dates", "/letter", "/help", "zzzzqq", "/history LEA", "/start"):
        assert "fictional" in ask(database, text)
        assert "fictives" in ask(database, text, Asker("fr"))
    assert there


def test_a_stranger_cannot_use_organizers_commands(database: Database, there: Installed) -> None:
    before = everything(database)
    with database.begin() as session:
        number = record(session, an_answer(there.b, {"committee": Position.REFUSED}), there.alix)
    before = everything(database)
    for text in ("/pending", f"/confirm {number} 1", f"/reject {number} 1 no", "/log LEA | cameras = refused"):
        assert "refused" not in ask(database, text)
    assert everything(database) == before


LOG = (
    "/log Liste Exemple B | caméras = refuse | retraction/video = partly | source = courrier | date = 3/2/2026 | "
    "qui = Bob Exemple | role = tête de liste | lien = https://example.org/b | citation = « Non. »"
)


def test_an_evening_of_two_organizers(database: Database, there: Installed) -> None:
    alix, noe = Asker("en", there.alix), Asker("fr", there.noe)
    assert "/confirm 2 1" in ask(database, LOG, alix)
    assert "another person" in ask(database, "/confirm 2 1", alix)
    assert "Liste Exemple B" in ask(database, "/attente", noe)
    assert "Bob Exemple" in ask(database, "/confirm 2", noe)
    ask(database, "/confirm 2 1", noe)
    said = ask(database, "liste exemple b")
    assert "refused" in said
    assert "Non." in said
    with database.read() as session:
        entry = session.get_one(Answer, 2)
        assert (entry.state, entry.source_kind) == (AnswerState.CONFIRMED, SourceKind.LETTER)


def test_log_says_every_fault_at_once_and_records_nothing(database: Database, there: Installed) -> None:
    before = everything(database)
    said = ask(database, "/log LEA | parking = yes | cameras = perhaps | date = yesterday", Asker("en", there.alix))
    assert all(word in said for word in ("parking", "cameras", "source", "date"))
    assert everything(database) == before


def test_a_stale_version_is_refused_in_chat(database: Database, there: Installed) -> None:
    with database.begin() as session:
        number = record(session, an_answer(there.b, {"cameras": Position.REFUSED}, proofs=(quoting(),)), there.alix)
    assert "2" in ask(database, f"/confirm {number} 7", Asker("en", there.noe))
    with database.read() as session:
        assert session.scalar(sa.select(Answer.state).where(Answer.id == number)) is AnswerState.PENDING
    with database.begin() as session:
        confirm(session, number, there.noe)


@given(text=st.text(max_size=400))
def test_whatever_is_typed_gets_an_answer(sqlite_url: str, text: str) -> None:
    database = Database(sqlite_url)
    try:
        with database.read() as session:
            empty = session.scalar(sa.text("SELECT count(*) FROM installation")) == 0
        if empty:
            installed(database)
        for asker in (FOLLOWER, Asker("fr")):
            assert plain(answer(database, text, asker, NOW)).strip()
    finally:
        database.close()

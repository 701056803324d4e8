"""A wrong entry is put right on the telephone: only what was changed is said anew, with its own proof."""

import pytest
import sqlalchemy as sa

from factories.phone import LINK, NO, PARTIAL, PHOTO, YES, Phone, recorded, words_of
from factories.services import (
    Installed,
    Positions,
    an_answer,
    confirm,
    confirmed,
    installed,
    withdrawing,
)
from pledgebot.domain.answer import (
    AnswerKind,
    EvidenceKind,
    StanceState,
)
from pledgebot.messages import organizers
from pledgebot.messages.i18n import translator
from pledgebot.services import queries
from pledgebot.store.engine import Database
from pledgebot.store.tables import Stance

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


@pytest.fixture
def phone(database: Database, there: Installed) -> Phone:
    """Alix's telephone."""
    return Phone(database, there.alix)


def to_correct(phone: Phone, there: Installed) -> int:
    """Begin the correction of an entry of three positions, and return its number."""
    said: Positions = {"cameras": YES, "retraction/video": NO, "committee": NO}
    with phone.database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, said), there)
    phone.command(f"/correct {wrong}")
    return wrong


def test_a_correction_begins_with_everything_of_the_entry(phone: Phone, there: Installed) -> None:
    wrong = to_correct(phone, there)
    assert f"Correction of entry {wrong} — what to change" in phone.text
    assert "The entry says:" in phone.text
    for held in (
        "Liste Exemple A, Marseille",
        "Cameras — committed",
        "Video",
        "e-mail",
        "1 February 2026",
        "Ada Exemple",
    ):
        assert held in phone.text
    assert {button.text for button in phone.buttons}.isdisjoint({"Back", "Nothing more, go on", "Submit"})


@pytest.mark.engines("sqlite", "postgresql")
def test_a_correction_submits_only_what_was_changed(database: Database, phone: Phone, there: Installed) -> None:
    wrong = to_correct(phone, there)
    phone.tap("Cameras", "refused")
    assert "Cameras — refused, instead of: committed" in phone.text
    assert "What proves what you changed?" in phone.text
    phone.tap("The same proof holds")
    assert "Why is the entry corrected?" in phone.text
    phone.type("a typing error")
    assert "we had written: committed; right is: refused" in phone.text
    assert "Committee" not in phone.text
    phone.tap("Submit")
    done = recorded(database)
    assert (done.answer.kind, done.answer.target_id, done.answer.reason) == (
        AnswerKind.CORRECTION, wrong, "a typing error",
    )  # fmt: skip
    assert done.positions == {"cameras": NO}
    assert (done.proofs[0].url, done.proofs[0].quote) == (LINK, "We will do it.")


def test_what_a_correction_leaves_alone_stays_with_its_own_proof(
    database: Database, phone: Phone, there: Installed
) -> None:
    wrong = to_correct(phone, there)
    phone.tap("Cameras", "refused").type("It was never said.").type("misread").tap("Submit")
    with database.begin() as session:
        confirm(session, recorded(database).answer.id, there.noe)
    with database.read() as session:
        counting = sa.select(Stance.answer_id, Stance.position).where(Stance.state == StanceState.CURRENT)
        counts = {(answer, position) for answer, position in session.execute(counting)}
    assert counts == {(wrong, NO), (recorded(database).answer.id, NO)}


@pytest.mark.engines("sqlite", "postgresql")
def test_the_new_proof_of_a_correction_leads_and_the_verifier_is_told_of_all(
    database: Database, phone: Phone, there: Installed
) -> None:
    to_correct(phone, there)
    phone.tap("Cameras", "refused").send(PHOTO).type("misread")
    assert "1 further proof is kept with it." in phone.text
    phone.tap("Change something", "Proof").type("It was never said.")
    assert "“It was never said.”" not in phone.text
    assert "2 further proofs are kept with it." in phone.text
    phone.tap("Submit")
    done = recorded(database)
    assert [proof.kind for proof in done.proofs] == [EvidenceKind.FILE, EvidenceKind.QUOTATION, EvidenceKind.LINK]
    with database.read() as session:
        shown = organizers.entry(queries.entry(session, done.answer.id), translator("en"))
    assert "3 proofs, of which the first is posted" in words_of(shown)


def test_every_position_that_is_changed_asks_for_its_proof(database: Database, phone: Phone, there: Installed) -> None:
    to_correct(phone, there)
    phone.tap("Cameras", "refused", "The same proof holds").type("misread")
    phone.tap("Change something", "Committee", "committed")
    assert "What proves what you changed?" in phone.text
    phone.tap("The same proof holds", "Submit")
    assert recorded(database).positions == {"cameras": NO, "committee": YES}


@pytest.mark.parametrize(
    ("change", "then"),
    [("Kind of source", "programme"), ("Date", "Yesterday"), ("Who spoke", "The list itself"), ("Proof", "")],
)
def test_a_change_that_belongs_to_the_whole_entry_submits_all_of_it(
    database: Database, phone: Phone, there: Installed, change: str, then: str
) -> None:
    to_correct(phone, there)
    phone.tap(change)
    _shown = phone.tap(then) if then else phone.type("Other words.")
    phone.type("it was noted wrongly")
    assert "belong to the whole entry" in phone.text
    phone.tap("Submit")
    assert recorded(database).positions == {"cameras": YES, "retraction/video": NO, "committee": NO}


def test_a_change_that_is_taken_back_is_no_change(phone: Phone, there: Installed) -> None:
    to_correct(phone, there)
    for word in ("stays as it was", "committed"):
        phone.tap("Cameras", "refused", "Back", "Cameras", word)
        assert "What is wrong in it?" in phone.text
        assert "Cameras — committed" in phone.text


def test_a_corrected_withdrawal_says_what_is_right_instead(database: Database, phone: Phone, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        back = confirmed(session, withdrawing(an_answer(there.a, {"cameras": YES})), there)
    phone.command(f"/correct {back}")
    assert "What is right on “Cameras”?" in phone.text
    phone.tap("partly committed")
    assert "Cameras — partly committed, instead of: word taken back" in phone.text
    phone.tap("The same proof holds").type("misread").tap("Submit")
    assert recorded(database).positions == {"cameras": PARTIAL}


def test_back_leads_from_every_step_of_a_correction_to_its_menu(phone: Phone, there: Installed) -> None:
    to_correct(phone, there)
    for change in ("Cameras", "Kind of source", "Proof", "Date", "Who spoke", "Reason"):
        assert "What is wrong in it?" in phone.tap(change, "Back").text
    phone.tap("Cameras", "refused", "Back")
    assert "What should change?" in phone.text
    phone.tap("Nothing more", "The same proof holds", "Back")
    assert "What should change?" in phone.text

"""Writing to lists: the ready text by chat, a list that wants no letters, the sheet of contacts, the report."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from factories.services import NOW, Installed, a_list, an_answer, confirmed, installed
from pledgebot.chat import organizers
from pledgebot.chat.asker import Asker
from pledgebot.chat.grammar import parse
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.domain.treatment import Difference
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import translator
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.messages.treatment import treatment_report
from pledgebot.services.chases import conversation, take_list, waiting_conversations
from pledgebot.services.list_views import list_view
from pledgebot.services.outreach import NewContact, log_contact, log_contacts
from pledgebot.services.people import Actor
from pledgebot.services.rounds import current_round
from pledgebot.services.treatment import TreatmentReport, treatment
from pledgebot.store.engine import Database
from pledgebot.store.tables import ContactRow

pytestmark = pytest.mark.engines("sqlite")

EN = translator("en")
DAY = timedelta(days=1)
SENT, REMINDED, OPTED_OUT = ContactKind.SENT, ContactKind.REMINDED, ContactKind.OPTED_OUT


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def asks(database: Database, text: str, by: Actor) -> Message:
    with database.begin() as session:
        return organizers.answer(session, parse(text), by, EN, NOW)


def says(database: Database, text: str, by: Actor) -> str:
    return plain(asks(database, text, by))


def press(database: Database, token: str, by: Actor) -> None:
    said = read_token(token)
    assert said is not None
    assert organizers.press(database, said, Asker("en", by), NOW) is not None


def tokens(message: Message) -> list[str]:
    return [button.press for row in message.buttons for button in row]


def logged(
    database: Database, number: int, kind: ContactKind, by: Actor, days_ago: float = 0, template: str | None = None
) -> None:
    with database.begin() as session:
        log_contact(session, NewContact(number, kind, Medium.EMAIL, NOW - days_ago * DAY, template), by, NOW)


def templates(database: Database) -> list[tuple[ContactKind, str | None]]:
    with database.read() as session:
        rows = session.execute(sa.select(ContactRow.kind, ContactRow.template).order_by(ContactRow.id))
        return [(kind, template) for kind, template in rows]


def report(database: Database) -> TreatmentReport:
    with database.read() as session:
        return treatment(session, current_round(session, NOW), NOW)


def test_whoever_takes_a_list_gets_the_text_for_it_and_what_is_pressed_names_it(
    database: Database, there: Installed
) -> None:
    said = says(database, "/chase Liste Exemple A", there.zoe)
    assert "The letter:\nSubject: Notre lettre\n\n“Bonjour”" in said
    assert "mailto:?subject=Notre%20lettre&body=Bonjour" in said
    press(database, f"contact-{there.list_a}-sent-email", there.zoe)
    said = says(database, "/chase Liste Exemple A", there.zoe)
    assert "The reminder:\nSubject: Rappel" in said
    assert "Bonjour Ada Exemple,\n\nLe 8 février 2026, nous vous avons envoyé" in said
    press(database, f"contact-{there.list_a}-reminded-email", there.zoe)
    says(database, "/contact Liste Exemple A | reminded | phone | text = by heart", there.zoe)
    assert templates(database) == [(SENT, "letter"), (REMINDED, "reminder-1"), (REMINDED, "by heart")]


def test_there_is_no_text_for_a_list_that_has_spoken(database: Database, there: Installed) -> None:
    logged(database, there.list_a, ContactKind.RECEIVED, there.zoe)
    assert "Subject:" not in says(database, "/chase Liste Exemple A", there.zoe)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_list_that_wants_no_letters_is_offered_to_nobody_and_the_public_reads_that_it_did_not_answer(
    database: Database, there: Installed
) -> None:
    logged(database, there.list_a, SENT, there.zoe, days_ago=1)
    said = says(database, "/contact Liste Exemple A | ne plus écrire | courriel", there.zoe)
    assert "Logged: asked not to be written to, e-mail." in said
    with database.read() as session:
        progress = list_view(session, there.list_a).progress
        assert (progress.stage, progress.since) == (Stage.CONTACTED, NOW - DAY)
        asked = current_round(session, NOW).id
        assert there.list_a not in {row.head.id for row in waiting_conversations(session, asked, NOW, 20).rows}
        assert conversation(session, there.list_a, NOW).opted_out
    with pytest.raises(Refused) as caught, database.begin() as session:
        take_list(session, there.list_a, there.zoe, NOW)
    assert caught.value.objection is Objection.OPTED_OUT
    assert f"chase-{there.list_a}" not in tokens(asks(database, "/chase", there.noe))
    shown = asks(database, "/contact Liste Exemple A", there.noe)
    assert "asked, 7 February 2026 — asked not to be written to" in plain(shown)
    assert tokens(shown) == [f"list-{there.list_a}"]
    assert "asked not to be written to" in says(database, "/lists show", there.noe)


def contact(number: int, kind: ContactKind = SENT, days_ago: float = 0) -> NewContact:
    return NewContact(number, kind, Medium.EMAIL, NOW - days_ago * DAY)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_sheet_that_is_read_again_adds_nothing(database: Database, there: Installed) -> None:
    zone = ZoneInfo("Europe/Paris")
    rows = [contact(there.list_a), contact(there.list_b, days_ago=3), contact(there.list_b, days_ago=3.1)]

    def read(*contacts: NewContact) -> tuple[int, int]:
        with database.begin() as session:
            return log_contacts(session, contacts, zone, there.zoe, NOW)

    # One was logged by chat already, at another hour of that day.
    logged(database, there.list_b, SENT, there.noe, days_ago=3.2)
    assert read(*rows) == (2, 1)
    assert read(*rows) == (0, 3)
    assert read(*rows, contact(there.list_a, REMINDED)) == (1, 3)
    assert read() == (0, 0)


def test_the_report_shows_every_list_and_tells_in_plain_words_what_differs(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        late, never = (a_list(session, f"Liste Exemple {name}", there.alix) for name in "DE")
        confirmed(session, an_answer(there.c, {"cameras": Position.COMMITTED}), there)
    for number in (there.list_a, there.list_b):
        logged(database, number, SENT, there.zoe, days_ago=20, template="letter")
    logged(database, there.list_a, REMINDED, there.zoe, days_ago=13, template="reminder-1")
    logged(database, there.list_b, OPTED_OUT, there.zoe, days_ago=15)
    logged(database, there.list_b, REMINDED, there.zoe, days_ago=12.5)
    logged(database, late, SENT, there.zoe, days_ago=9, template="my words")
    told = report(database)
    assert [(one.list_id, one.what) for one in told.unequal] == [
        (there.list_b, Difference.AT_NIGHT),
        (there.list_b, Difference.AFTER_NO),
        (late, Difference.ASKED_LATE),
        (late, Difference.OTHER_TEXT),
        (never, Difference.NEVER_ASKED),
    ]
    assert told.by_medium == {Medium.EMAIL: 5}
    assert told.by_hour == {1: 1, 13: 4}
    assert told.by_template == {"letter": 2, "reminder-1": 1, "": 1, "my words": 1}
    said = plain(treatment_report(told, EN))
    assert "Contacts with the lists of round 1" in said
    assert (
        f"#{there.list_a} Liste Exemple A (Marseille) — asked again — 19 January 2026 13:00: letter sent, e-mail (letter); "
        "26 January 2026 13:00: reminder sent, e-mail (reminder-1)" in said
    )
    assert f"Without any contact:\n\n• #{there.list_c} Liste Exemple C (Marseille) — answered\n• #{never} " in said
    assert "Letters and reminders by way: e-mail 5." in said
    assert "By hour of the day: 01:00 1 and 13:00 4." in said
    assert "was sent the letter 11 days after the first list of its place, which was sent it on 19 January 2026" in said
    assert "was never sent the letter; the first list of its place was sent it on 19 January" in said
    assert "another text for the letter: “my words”, most others got “letter”" in said
    assert "was written to or called at night: on 27 January 2026 at 01:00" in said
    assert "was written to on 27 January 2026, after it had declined or asked to be left alone" in said


def test_a_report_without_differences_says_so_and_one_without_contacts_nothing(
    database: Database, there: Installed
) -> None:
    assert "alike" not in plain(treatment_report(report(database), EN))
    for number in (there.list_a, there.list_b, there.list_c):
        logged(database, number, SENT, there.zoe, days_ago=2)
    assert "As far as was logged, every list was treated alike." in plain(treatment_report(report(database), EN))


def test_an_answer_that_was_recorded_late_ended_the_conversation_on_the_day_of_its_message(
    database: Database, there: Installed
) -> None:
    """Otherwise the list would seem to have got fewer reminders than the others."""
    for number in (there.list_a, there.list_b):
        logged(database, number, SENT, there.zoe, days_ago=20)
    logged(database, there.list_a, ContactKind.RECEIVED, there.zoe, days_ago=15)
    logged(database, there.list_b, REMINDED, there.zoe, days_ago=13)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
    differences = [one.what for one in report(database).unequal if one.list_id in {there.list_a, there.list_b}]
    assert differences == []

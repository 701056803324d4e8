"""What organizers do by chat: every verb with right, wrong and empty words, every button, and nothing of it for strangers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.services import (
    NOW,
    Installed,
    a_list,
    an_answer,
    confirmed,
    everything,
    install,
    installed,
    record,
    shared_database,
)
from pledgebot.chat import answers, organizer_talk, organizers
from pledgebot.chat.asker import Asker
from pledgebot.chat.grammar import ORGANIZER_VERBS, VERB_WORDS, parse
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import AnswerState, Position
from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.election import ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import translator
from pledgebot.messages.objections import objection
from pledgebot.messages.presses import LONGEST, Press, read_token
from pledgebot.messages.render import plain
from pledgebot.services.answers import get_answer
from pledgebot.services.decisions import reject_answer
from pledgebot.services.list_views import list_view
from pledgebot.services.people import Actor, accept_invitation, invite_again, remove_organizer
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Answer,
    Audit,
    Banner,
    CandidateList,
    ContactRow,
    Delivery,
    Destination,
    Event,
    NameAlias,
)

pytestmark = pytest.mark.engines("sqlite")

YES = Position.COMMITTED
EN = translator("en")
HOUR = timedelta(hours=1)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def asks(database: Database, text: str, by: Actor) -> Message:
    """Return the answer to an organizer; a refusal is its sentence."""
    request = parse(text)
    assert organizers.takes(request), text
    try:
        with database.begin() as session:
            return organizers.answer(session, request, by, EN, NOW)
    except Refused as refused:
        return Message((), "en", (objection(EN, refused.objection, refused.facts),))


def told(database: Database, text: str, by: Actor) -> str:
    """Return the words of the answer to an organizer."""
    message = asks(database, text, by)
    return plain(message) or message.hashtags[0]


def pressed(database: Database, token: str, by: Actor | None, language: str = "en") -> Reply | None:
    press = read_token(token)
    assert press is not None, token
    return organizers.press(database, press, Asker(language, by), NOW)


def reply_to(database: Database, token: str, by: Actor) -> Reply:
    reply = pressed(database, token, by)
    assert reply is not None, token
    return reply


def words(reply: Reply) -> str:
    return "\n".join(plain(message) for message in reply.messages)


def refuses(database: Database, by: Actor, lines: list[tuple[str, str]], subtests: pytest.Subtests) -> None:
    """Ask for what cannot be done, line by line: each is told why, and nothing changes."""
    before = everything(database)
    for line, saying in lines:
        with subtests.test(line[:80]):
            assert saying in told(database, line, by)
            assert everything(database) == before


def tokens(message: Message) -> list[str]:
    return [button.press for row in message.buttons for button in row]


def waiting(database: Database, there: Installed) -> int:
    """Record an entry on list A as Alix, and return its number."""
    with database.begin() as session:
        return record(session, an_answer(there.a, {"cameras": YES}), there.alix)


def audited(database: Database, action: str) -> list[tuple[int | None, str, str | None]]:
    with database.read() as session:
        rows = session.scalars(sa.select(Audit).where(Audit.action == action).order_by(Audit.id))
        return [(row.organizer_id, row.via, row.subject) for row in rows]


def state(database: Database, number: int) -> AnswerState:
    with database.read() as session:
        return get_answer(session, number).state


def the_list(database: Database, number: int) -> CandidateList:
    with database.begin() as session:
        return session.get_one(CandidateList, number)


def by_telegram(by: Actor) -> Actor:
    return Actor(by.organizer, by.name, "telegram")


def join(database: Database, there: Installed, name: str, account: str) -> Actor:
    with database.begin() as session:
        token = invite_again(session, name, there.alix, NOW)
        return accept_invitation(session, token, "telegram", account, NOW)


# Which requests are organizers'.


@pytest.mark.parametrize(
    "text", ["/lists", "/listes", "lists", "/lists add X", "/listes ajouter X", "/lists MERGE A, B", "/status"]
)
def test_what_changes_lists_is_for_organizers(text: str) -> None:
    assert organizers.takes(parse(text))


@pytest.mark.parametrize(
    "text", ["/lists Marseille", "/listes Exemple A", "/list", "/stances", "quelles listes ?", "/help"]
)
def test_what_everybody_asks_is_answered_as_for_everybody(text: str) -> None:
    assert not organizers.takes(parse(text))


# Entries.


def test_what_waits_is_shown_with_a_button_for_each(database: Database, there: Installed) -> None:
    assert "No entry waits" in told(database, "/pending", there.noe)
    first, second = waiting(database, there), None
    with database.begin() as session:
        second = record(session, an_answer(there.b, {"cameras": YES}), there.zoe)
    message = asks(database, "/attente", there.noe)
    assert tokens(message) == [f"entry-{first}", f"entry-{second}"]
    assert message.buttons[0][0].text == f"Entry {first}: Liste Exemple A"
    assert tokens(reply_to(database, "pending", there.noe).messages[0]) == tokens(message)


def test_an_entry_is_shown_with_the_decisions_on_the_version_that_is_shown(
    database: Database, there: Installed
) -> None:
    number = waiting(database, there)
    expected = [f"confirm-{number}-1", f"reject-{number}-1", f"ask-{number}-1"]
    for message in (
        asks(database, f"/confirm {number}", there.noe),
        asks(database, f"/reject #{number}", there.noe),
        reply_to(database, f"entry-{number}", there.noe).messages[0],
    ):
        assert tokens(message) == expected
        assert "This is what will be posted" in plain(message)


def test_another_person_confirms_by_words(database: Database, there: Installed) -> None:
    number = waiting(database, there)
    assert f"Entry {number} is confirmed by Noé: Liste Exemple A." in told(database, f"/confirm {number} 1", there.noe)
    assert state(database, number) is AnswerState.CONFIRMED
    assert audited(database, "answer.confirm") == [(there.noe.organizer, "chat", f"answer:{number}")]


@pytest.mark.engines("sqlite", "postgresql")
def test_another_person_confirms_by_the_button_and_the_message_becomes_the_decision(
    database: Database, there: Installed
) -> None:
    number = waiting(database, there)
    reply = reply_to(database, f"confirm-{number}-1", by_telegram(there.noe))
    assert reply.in_place
    assert f"Entry {number} is confirmed by Noé" in words(reply)
    assert reply.messages[0].buttons == ()
    assert "fictional" in words(reply)
    assert audited(database, "answer.confirm") == [(there.noe.organizer, "telegram", f"answer:{number}")]


@pytest.mark.parametrize("way", ["words", "button"])
@pytest.mark.parametrize(
    ("who", "saying"), [("alix", "You recorded this entry yourself"), ("zoe", "Your role does not allow this")]
)
def test_whoever_may_not_confirm_is_told_why(
    database: Database, there: Installed, way: str, who: str, saying: str
) -> None:
    number, by = waiting(database, there), getattr(there, who)
    before = everything(database)
    if way == "words":
        assert saying in told(database, f"/confirm {number} 1", by)
    else:
        reply = reply_to(database, f"confirm-{number}-1", by)
        assert saying in reply.notice
        assert reply.messages == ()
    assert everything(database) == before


@pytest.mark.engines("sqlite", "postgresql")
def test_an_entry_that_changed_is_shown_again_with_buttons_for_what_it_is_now(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        number = record(session, an_answer(there.a, {"cameras": YES, "committee": YES}), there.alix)
        reject_answer(session, number, 1, "not said", there.zoe, NOW, demand="committee")
    for token in (f"confirm-{number}-1", f"reject-{number}-1", f"reject-{number}-1-proof", f"ask-{number}-1"):
        reply = reply_to(database, token, there.noe)
        assert "has changed since it was shown" in reply.notice
        assert "This is how it is now" in words(reply)
        assert words(reply).count("fictional lists") == 1
        assert (reply.in_place, tokens(reply.messages[0])[0]) == (True, f"confirm-{number}-2")
    assert state(database, number) is AnswerState.PENDING


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("token", ["confirm-{}-1", "reject-{}-1", "reject-{}-1-proof"])
def test_a_second_press_finds_the_entry_decided_and_changes_nothing(
    database: Database, there: Installed, token: str
) -> None:
    number = waiting(database, there)
    reply_to(database, f"confirm-{number}-1", there.noe)
    before = everything(database)
    reply = reply_to(database, token.format(number), there.noe)
    assert "decided already" in reply.notice
    assert "confirmed by Noé" in words(reply)
    assert (reply.in_place, reply.messages[0].buttons) == (True, ())
    assert everything(database) == before


def test_a_rejection_asks_for_the_reason_and_keeps_it(database: Database, there: Installed) -> None:
    number = waiting(database, there)
    before = everything(database)
    asked = reply_to(database, f"reject-{number}-1", there.zoe)
    assert everything(database) == before
    assert asked.in_place
    assert f"/reject {number} 1" in words(asked)
    reasons = [f"reject-{number}-1-{reason}" for reason in ("proof", "position", "subject", "duplicate", "other")]
    assert tokens(asked.messages[0]) == [*reasons, f"entry-{number}-back"]
    back = reply_to(database, f"entry-{number}-back", there.zoe)
    assert (back.in_place, tokens(back.messages[0])[0]) == (True, f"confirm-{number}-1")
    done = reply_to(database, reasons[1], there.zoe)
    assert f"Entry {number} is rejected by Zoé" in words(done)
    assert state(database, number) is AnswerState.REJECTED
    with database.read() as session:
        details = session.scalars(sa.select(Audit.details).where(Audit.action == "answer.reject")).one()
    assert details["reason"] == "the position is not what was said"


def test_a_rejection_in_words_needs_a_reason(database: Database, there: Installed) -> None:
    number = waiting(database, there)
    assert "The reason is missing" in told(database, f"/reject {number} 1", there.zoe)
    assert state(database, number) is AnswerState.PENDING
    assert "is rejected by Zoé" in told(database, f"/rejeter {number} 1 wrong list", there.zoe)
    assert audited(database, "answer.reject") == [(there.zoe.organizer, "chat", f"answer:{number}")]


def test_whoever_asks_is_asked_for_the_question(database: Database, there: Installed) -> None:
    noe = join(database, there, "Noé", "222")
    number = waiting(database, there)
    before = everything(database)
    for _ in range(2):
        reply = reply_to(database, f"ask-{number}-1", noe)
        assert f"What do you want to know about entry {number}" in words(reply)
        assert (tokens(reply.messages[0]), reply.awaits) == ([f"question-{number}"], f"question-{number}")
    assert everything(database) == before
    assert "We will do it." in words(reply_to(database, f"question-{number}", noe))


def test_a_question_and_its_answer_are_passed_on(database: Database, there: Installed) -> None:
    join(database, there, "Alix", "111")
    noe = join(database, there, "Noé", "222")
    number = waiting(database, there)
    said = plain(organizer_talk.take(database, f"question-{number}", "Which page?", noe, EN, NOW).messages[0])
    assert "Your question is passed on to Alix" in said
    reply = reply_to(database, f"explain-{number}", there.alix)
    assert f"What do you answer about entry {number}" in words(reply)
    assert reply.awaits == f"answering-{number}"
    said = plain(organizer_talk.take(database, reply.awaits, "Page two.", there.alix, EN, NOW).messages[0])
    assert "Your answer is passed on" in said
    assert audited(database, "answer.ask") == [(noe.organizer, "telegram", f"answer:{number}")]
    assert audited(database, "answer.explain") == [(there.alix.organizer, "chat", f"answer:{number}")]


def test_a_recorder_who_cannot_be_reached_is_said_to_be_so(database: Database, there: Installed) -> None:
    noe = join(database, there, "Noé", "222")
    with database.begin() as session:
        number = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
    said = plain(organizer_talk.take(database, f"question-{number}", "Which page?", noe, EN, NOW).messages[0])
    assert "Zoé cannot be reached here" in said
    with database.begin() as session:
        remove_organizer(session, "Zoé", there.alix, NOW)
    said = plain(organizer_talk.take(database, f"question-{number}", "Still?", noe, EN, NOW).messages[0])
    assert "Zoé cannot be reached here" in said


def test_a_question_about_what_is_decided_says_so(database: Database, there: Installed) -> None:
    noe = join(database, there, "Noé", "222")
    number = waiting(database, there)
    with database.begin() as session:
        reject_answer(session, number, 1, "not theirs", there.zoe, NOW)
    said = plain(organizer_talk.take(database, f"question-{number}", "Which page?", noe, EN, NOW).messages[0])
    assert said == objection(EN, Objection.ALREADY_DECIDED, {"answer": number})
    for token in (f"ask-{number}-1", f"explain-{number}"):
        assert objection(EN, Objection.ALREADY_DECIDED, {"answer": number}) == reply_to(database, token, noe).notice


def test_nobody_is_asked_about_an_entry_of_their_own(database: Database, there: Installed) -> None:
    alix = join(database, there, "Alix", "111")
    reply = reply_to(database, f"ask-{waiting(database, there)}-1", alix)
    assert (reply.messages, reply.notice) == ((), "You recorded this entry yourself.")


@pytest.mark.engines("sqlite", "postgresql")
def test_a_confirmation_is_undone_until_people_are_told(database: Database, there: Installed) -> None:
    with database.begin() as session:
        number = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        late = confirmed(session, an_answer(there.b, {"cameras": YES}), there)
        session.execute(sa.update(Event).where(Event.answer_id == late).values(fanned_out_at=NOW, fanned_to=1))
    assert "The reason is missing" in told(database, f"/undo {number}", there.noe)
    assert "Your role does not allow this" in told(database, f"/undo {number} wrong", there.zoe)
    said = told(database, f"/défaire {number} confirmed by mistake", there.noe)
    assert f"The confirmation of entry {number} is undone by Noé: Liste Exemple A" in said
    assert audited(database, "answer.undo") == [(there.noe.organizer, "chat", f"answer:{number}")]
    assert "undone already" in told(database, f"/undo {number} again", there.noe)
    assert "going out already" in told(database, f"/undo {late} too late", there.noe)


@pytest.mark.parametrize(
    "text", ["/confirm", "/reject", "/confirm x", "/undo", "/undo x", "/confirm " + "9" * 5000, "/undo ²"]
)
def test_a_decision_without_an_entry_is_told_how_it_is_written(database: Database, there: Installed, text: str) -> None:
    assert "For example:" in told(database, text, there.noe)


@pytest.mark.parametrize("number", ["0", "999", "4294967296", "9999999999"])
def test_an_entry_that_does_not_exist_is_said_not_to(database: Database, there: Installed, number: str) -> None:
    for text in (f"/confirm {number} 1", f"/reject {number}", f"/undo {number} why"):
        assert "There is no such entry." in told(database, text, there.noe)
    for token in (f"confirm-{number}-1", f"reject-{number}-1", f"ask-{number}-1", f"entry-{number}"):
        assert "There is no such entry." in reply_to(database, token, there.noe).notice


# One line with everything.

LINE = "/log Liste Exemple A | cameras = committed | source = letter | date = 2026-02-01 | quote = “Yes.”"


@pytest.mark.engines("sqlite", "postgresql")
def test_an_answer_is_recorded_from_one_line(database: Database, there: Installed) -> None:
    assert "is recorded: Liste Exemple A" in told(database, LINE, there.zoe)
    with database.read() as session:
        answer = session.scalars(sa.select(Answer)).one()
        assert (answer.recorded_by, answer.recorded_via, answer.list_id) == (there.zoe.organizer, "chat", there.list_a)


FAULTY = [
    ("/log", "Whose answer?"),
    ("/log Liste Exemple A", "source: expected"),
    ("/log Nowhere | cameras = committed", "No list is known by this name"),
    ("/log Liste Exemple | cameras = committed", "Several lists could be meant"),
    (LINE.replace("cameras", "dragons"), "dragons: no demand is called that"),
    (LINE.replace("committed", "perhaps"), "cameras: expected committed"),
    (LINE.replace("2026-02-01", "2026-02-30"), "date: expected the day"),
    (LINE.replace("letter", "rumour"), "source: expected letter"),
    (LINE + " | role = king", "role: expected head"),
    (LINE + " | contradiction = perhaps", "contradiction: expected replaces or beside"),
    (LINE + " | garbage", "no demand is called that"),
    (LINE.replace("quote", "link"), "This is not a web address"),
    (LINE.partition(" | quote")[0], "The proof is missing"),
]


def test_a_line_with_a_fault_records_nothing_and_says_which(
    database: Database, there: Installed, subtests: pytest.Subtests
) -> None:
    refuses(database, there.zoe, FAULTY, subtests)


# Lists.


def test_lists_are_shown_with_their_numbers_progress_and_examples(database: Database, there: Installed) -> None:
    told(database, "/chase Liste Exemple B", there.noe)
    told(database, "/contact Liste Exemple A | sent | e-mail | 2026-02-01", there.zoe)
    said = told(database, "/lists", there.zoe)
    assert f"#{there.list_a} = Liste Exemple A (Marseille) — asked, 1 February 2026" in said
    assert f"#{there.list_b} = Liste Exemple B (Marseille) — not yet asked — taken by Noé until" in said
    assert "/lists add NAME" in said
    assert told(database, "/lists show Marseille", there.zoe) == said == told(database, "/listes voir", there.zoe)


@pytest.mark.engines("sqlite", "postgresql")
def test_of_many_lists_the_first_are_shown_and_the_others_counted(database: Database, there: Installed) -> None:
    with database.begin() as session:
        for number in range(40):
            a_list(session, f"Liste Fictive {number}", there.alix)
    assert "3 more lists" in told(database, "/lists", there.zoe)


@pytest.mark.parametrize("verb", ["/lists add", "/listes ajouter"])
def test_a_list_is_added(database: Database, there: Installed, verb: str) -> None:
    fields = "place = 13055 | head = Dada Exemple | banner = Bannière Exemple | short = LED | panel = 7 | alias = Dédé"
    said = told(database, f"{verb} Liste Exemple D | {fields}", by_telegram(there.zoe))
    with database.begin() as session:
        row = session.scalars(sa.select(CandidateList).where(CandidateList.name == "Liste Exemple D")).one()
        assert (row.head, row.short_name, row.panel, row.banner_id) == ("Dada Exemple", "LED", 7, there.banner)
        assert session.scalars(sa.select(NameAlias.alias).where(NameAlias.list_id == row.id)).all() == ["Dédé"]
    for words_ in (f"its number is #{row.id}", "head of list: Dada Exemple", "panel: 7", "also known as: Dédé"):
        assert words_ in said
    assert audited(database, "list.add")[-1] == (there.zoe.organizer, "telegram", f"list:{row.id}")


@pytest.mark.parametrize("place", ["", " | place = Marseille", " | lieu = 13001", " | commune = 13055"])
def test_the_place_of_a_list_is_known_by_any_of_its_names_and_where_there_is_one_it_is_meant(
    database: Database, there: Installed, place: str
) -> None:
    assert "The list is added" in told(database, f"/lists add Liste Exemple D{place}", there.zoe)


NOT_CHANGED = [
    ("/lists add", "the name is missing"),
    ("/lists add | place = 13055", "the name is missing"),
    ("/lists add X | place = Atlantis", "This constituency is not known"),
    ("/lists add X | colour = red", "colour = red: not understood"),
    ("/lists add X | panel = many", "panel: expected a number"),
    ("/lists add X | panel = 9999999999", "panel: expected a number"),
    ("/lists add Liste Exemple A", "This name is taken already"),
    ("/lists rename", "Something is missing"),
    ("/lists rename Liste Exemple A", "Something is missing"),
    ("/lists rename Liste Exemple A |", "The name is empty"),
    ("/lists rename Liste Exemple A | Liste Exemple A", "Nothing would change"),
    ("/lists rename Nowhere | X", "No list is known by this name"),
    ("/lists rename Liste Exemple | X", "Several lists could be meant"),
    ("/lists rename #4711 | X", "No list is known by this name"),
    ("/lists rename " + "9" * 5000 + " | X", "No list is known by this name"),
    ("/lists rename Liste Exemple A | " + "x" * 501, "This text is too long"),
    ("/lists alias", "Something is missing"),
    ("/lists alias Liste Exemple A", "Something is missing"),
    ("/lists banner Liste Exemple A", "Something is missing"),
    ("/lists panel Liste Exemple A | soon", "panel: expected a number"),
    ("/lists withdraw", "Something is missing"),
    ("/lists withdraw Nowhere", "No list is known by this name"),
    ("/lists reinstate", "Something is missing"),
    ("/lists reinstate Liste Exemple A", "Nothing would change"),
    ("/lists merge", "Something is missing"),
    ("/lists merge Liste Exemple A", "Something is missing"),
    ("/lists merge Liste Exemple A | into =", "Something is missing"),
    ("/lists merge Liste Exemple A | into = Liste Exemple A", "cannot descend from itself"),
    ("/lists merge Nowhere | into = Liste Exemple A", "No list is known by this name"),
    ("/lists show Atlantis", "This constituency is not known"),
]


def test_a_change_that_cannot_be_made_is_told_why_and_changes_nothing(
    database: Database, there: Installed, subtests: pytest.Subtests
) -> None:
    refuses(database, there.zoe, NOT_CHANGED, subtests)


def test_a_list_that_may_be_several_is_offered_with_its_numbers(database: Database, there: Installed) -> None:
    said = told(database, "/lists rename Liste Exemple | X", there.zoe)
    assert all(f"#{number} = Liste Exemple" in said for number in (there.list_a, there.list_b, there.list_c))


def test_a_bare_number_is_never_taken_for_a_lists_number_in_the_tables(database: Database, there: Installed) -> None:
    """On paper and in people's mouths a number is a panel's: acting on another one would write to a stranger's list."""
    said = told(database, f"/lists withdraw {there.list_a}", there.zoe)
    assert f"#{there.list_a} = Liste Exemple A" in said
    assert the_list(database, there.list_a).status is ListStatus.STANDING


@pytest.mark.parametrize("named", ["#{}", "Liste Exemple A", "liste exemple a"])
@pytest.mark.parametrize("verb", ["rename", "RENOMMER"])
def test_a_list_is_renamed_by_its_number_or_name(database: Database, there: Installed, named: str, verb: str) -> None:
    said = told(database, f"/lists {verb} {named.format(there.list_a)} | Liste Nouvelle", there.zoe)
    assert "also known as: Liste Exemple A" in said
    assert the_list(database, there.list_a).name == "Liste Nouvelle"
    assert audited(database, "list.edit") == [(there.zoe.organizer, "chat", f"list:{there.list_a}")]


def test_a_number_that_is_one_list_and_another_lists_name_is_not_guessed(database: Database, there: Installed) -> None:
    with database.begin() as session:
        other = a_list(session, str(there.list_a), there.alix)
    said = told(database, f"/lists withdraw {there.list_a}", there.zoe)
    assert "Several lists could be meant" in said
    assert f"#{other}" in said
    assert the_list(database, there.list_a).status is ListStatus.STANDING
    told(database, f"/lists withdraw #{other}", there.zoe)
    assert seconded(database, f"/lists withdraw #{there.list_a}", there)
    assert the_list(database, there.list_a).status is ListStatus.WITHDRAWN
    assert the_list(database, other).status is ListStatus.STANDING


def test_lists_and_banners_have_other_names(database: Database, there: Installed) -> None:
    assert "also known as: LEA" in told(database, "/lists alias Liste Exemple A | LEA", there.zoe)
    assert "banner Bannière Exemple has another name" in told(
        database, "/lists alias Bannière Exemple | La Bannière", there.zoe
    )
    with database.read() as session:
        owners = session.execute(sa.select(NameAlias.alias, NameAlias.list_id, NameAlias.banner_id)).all()
    assert sorted(map(tuple, owners)) == [("LEA", there.list_a, None), ("La Bannière", None, there.banner)]
    assert [line[2] for line in audited(database, "alias.add")] == [f"list:{there.list_a}", f"banner:{there.banner}"]


def test_what_is_known_of_a_list_is_changed_and_taken_away(database: Database, there: Installed) -> None:
    told(database, "/listes bannière Liste Exemple A | Autre Bannière", there.zoe)
    told(database, "/listes tête Liste Exemple A | Nina Exemple", there.zoe)
    told(database, "/listes sigle Liste Exemple A | LEA", there.zoe)
    told(database, "/listes panneau Liste Exemple A | 5", there.zoe)
    row = the_list(database, there.list_a)
    with database.read() as session:
        assert session.get_one(Banner, row.banner_id).name == "Autre Bannière"
    assert (row.head, row.short_name, row.panel) == ("Nina Exemple", "LEA", 5)
    for field in ("banner", "head", "short", "panel"):
        told(database, f"/lists {field} Liste Exemple A |", there.zoe)
    row = the_list(database, there.list_a)
    assert (row.banner_id, row.head, row.short_name, row.panel) == (None, None, None, None)


def seconded(database: Database, text: str, there: Installed) -> str:
    """Say something of a list as Zoé, and confirm it as Noé; return what stands there then."""
    yes, _no = tokens(asks(database, text, there.zoe))
    return words(reply_to(database, yes, there.noe))


@pytest.mark.engines("sqlite", "postgresql")
def test_a_list_is_withdrawn_by_two_people_and_stands_again(database: Database, there: Installed) -> None:
    said = seconded(database, "/listes retirer Liste Exemple A", there)
    assert f"/lists reinstate #{there.list_a}" in said
    assert "no longer stands. Confirmed by Noé." in said
    assert the_list(database, there.list_a).status is ListStatus.WITHDRAWN
    assert "stands again" in told(database, f"/lists reinstate #{there.list_a}", there.zoe)
    assert the_list(database, there.list_a).status is ListStatus.STANDING
    assert audited(database, "list.withdraw") == [(there.zoe.organizer, "chat", f"list:{there.list_a}")]
    assert audited(database, "list.withdrawn.confirm") == [(there.noe.organizer, "chat", f"list:{there.list_a}")]


@pytest.mark.parametrize(
    "text",
    [
        "/lists withdraw Liste Exemple A",
        "/lists merge Liste Exemple A | into = Liste Exemple B",
        "/contact Liste Exemple A | declined | phone",
    ],
)
def test_nothing_is_said_of_a_list_in_public_by_one_person(database: Database, there: Installed, text: str) -> None:
    def public() -> tuple[object, object]:
        with database.read() as session:
            view = list_view(session, there.list_a)
        return view.head.status, view.progress.stage

    before = public()
    yes, no = tokens(asks(database, text, there.zoe))
    assert public() == before
    assert "another person has to confirm it" in reply_to(database, yes, there.zoe).notice
    dropped = words(reply_to(database, no, there.noe))
    assert "nothing was changed" in dropped
    assert public() == before
    assert "Confirmed by Noé." in words(reply_to(database, yes, there.noe))
    assert public() != before
    again = reply_to(database, yes, there.noe)
    assert again.notice
    assert not again.messages


@pytest.mark.parametrize(
    "token",
    ["fate", "fate-yes", "fate-yes-withdrawn-1", "fate-yes-lost-1-1", "fate-yes-declined-1-1-email-2026",
     "fate-may-withdrawn-1-1", "fate-yes-withdrawn-99999999999999999999-1", "fate-yes-merged-1-1-x"],
)  # fmt: skip
def test_a_forged_button_does_nothing_to_a_list(database: Database, there: Installed, token: str) -> None:
    assert pressed(database, token, there.noe) is None
    assert the_list(database, there.list_a).status is ListStatus.STANDING


@pytest.mark.engines("sqlite", "postgresql")
def test_so_many_lists_merge_in_several_steps(database: Database, there: Installed) -> None:
    with database.begin() as session:
        names = [a_list(session, f"Liste Exemple {number}", there.alix) for number in range(100, 107)]
    parents = ", ".join(f"#{number}" for number in names)
    assert "several steps" in told(database, f"/lists merge {parents} | into = Liste Exemple A", there.zoe)


@pytest.mark.parametrize("into", ["into = Liste Exemple C", "dans = #{c}", "Liste Exemple C"])
def test_lists_merge(database: Database, there: Installed, into: str) -> None:
    target = into.format(c=there.list_c)
    assert "have merged" in seconded(database, f"/lists merge Liste Exemple A, Liste Exemple B | {target}", there)
    assert {the_list(database, number).status for number in (there.list_a, there.list_b)} == {ListStatus.MERGED}
    assert len(audited(database, "list.merge")) == 2


def test_a_list_whose_name_holds_a_comma_merges_too(database: Database, there: Installed) -> None:
    with database.begin() as session:
        comma = a_list(session, "Ensemble, Unis", there.alix)
    seconded(database, "/listes fusionner Ensemble, Unis | dans = Liste Exemple A", there)
    assert the_list(database, comma).status is ListStatus.MERGED


# Contacts and chases.


@pytest.mark.parametrize(
    ("text", "kind", "medium", "moment"),
    [
        ("sent | e-mail | 2026-02-01", ContactKind.SENT, Medium.EMAIL, "2026-02-01 11:00"),
        ("2026-02-01 | courriel | envoyée", ContactKind.SENT, Medium.EMAIL, "2026-02-01 11:00"),
        ("relance | téléphone", ContactKind.REMINDED, Medium.PHONE, "2026-02-08 12:00"),
        ("reçu | courrier | aujourd’hui", ContactKind.RECEIVED, Medium.POST, "2026-02-08 12:00"),
        ("received | réseaux sociaux | hier", ContactKind.RECEIVED, Medium.SOCIAL, "2026-02-07 11:00"),
        ("reminder | formulaire | 07.02.2026 | note = twice", ContactKind.REMINDED, Medium.FORM, "2026-02-07 11:00"),
    ],
)
def test_a_contact_is_logged_in_the_words_of_both_languages(
    database: Database, there: Installed, text: str, kind: ContactKind, medium: Medium, moment: str
) -> None:
    assert "Logged:" in told(database, f"/contact Liste Exemple A | {text}", there.zoe)
    with database.begin() as session:
        row = session.scalars(sa.select(ContactRow)).one()
    assert (row.list_id, row.kind, row.medium, f"{row.at:%Y-%m-%d %H:%M}") == (there.list_a, kind, medium, moment)
    assert row.note == ("twice" if "note" in text else None)
    assert audited(database, f"contact.{kind.value}") == [(there.zoe.organizer, "chat", f"list:{there.list_a}")]


def test_that_a_list_declined_is_logged_with_its_day_and_way_by_two_people(
    database: Database, there: Installed
) -> None:
    said = seconded(database, "/contact Liste Exemple A | refus | réseaux sociaux | hier", there)
    assert "declined to answer on 7 February 2026 (social network). Confirmed by Noé." in said
    with database.begin() as session:
        row = session.scalars(sa.select(ContactRow)).one()
    assert (row.kind, row.medium, f"{row.at:%Y-%m-%d %H:%M}") == (
        ContactKind.DECLINED,
        Medium.SOCIAL,
        "2026-02-07 11:00",
    )


NOT_LOGGED = [
    ("/contact Liste Exemple A | declined | phone | note = by a friend", "a note is not kept with this"),
    ("/contact", "Which list?"),
    ("/contact | sent | e-mail", "Which list?"),
    ("/contact Nowhere | sent | e-mail", "No list is known by this name"),
    ("/contact Liste Exemple A", "To log a contact"),
    ("/contact Liste Exemple | sent | e-mail", "may be several lists"),
    ("/contact Liste Exemple A | sent", "by what way is missing"),
    ("/contact Liste Exemple A | e-mail", "what happened is missing"),
    ("/contact Liste Exemple A | sent | pigeon", "pigeon: not understood"),
    ("/contact Liste Exemple A | sent | e-mail | 2026-02-30", "2026-02-30: not understood"),
    ("/contact Liste Exemple A | sent | e-mail | 2026-03-30", "The date lies in the future"),
]


def test_a_contact_that_is_not_logged_is_told_why(
    database: Database, there: Installed, subtests: pytest.Subtests
) -> None:
    refuses(database, there.zoe, NOT_LOGGED, subtests)


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01"])
def test_a_day_of_long_ago_is_a_day_too(database: Database, there: Installed, day: str) -> None:
    assert "Logged:" in told(database, f"/contact Liste Exemple A | sent | e-mail | {day}", there.zoe)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_contact_of_today_is_one_press_and_a_second_one_logs_nothing(database: Database, there: Installed) -> None:
    shown = reply_to(database, f"contact-{there.list_a}", by_telegram(there.zoe))
    assert "/contact NAME | sent | e-mail" in words(shown)
    token = f"contact-{there.list_a}-sent-email"
    assert token in tokens(shown.messages[0])
    assert "Logged: letter sent, e-mail." in words(reply_to(database, token, by_telegram(there.zoe)))
    again = reply_to(database, token, by_telegram(there.noe))
    assert (again.notice, again.in_place) == ("Logged today already.", True)
    assert audited(database, "contact.sent") == [(there.zoe.organizer, "telegram", f"list:{there.list_a}")]


@pytest.mark.engines("sqlite", "postgresql")
def test_a_list_is_taken_by_words_and_by_its_button(database: Database, there: Installed) -> None:
    said = told(database, "/relancer Liste Exemple A", there.zoe)
    assert "yours for 24 hours" in said
    refused = told(database, "/chase Liste Exemple A", there.noe)
    assert "Somebody else has taken this list" in refused
    assert "Name: Zoé." in refused
    assert "Until: Monday, 9 February 2026 at 13:00." in refused
    assert "Name: Zoé." in reply_to(database, f"chase-{there.list_a}", there.noe).notice
    taken = reply_to(database, f"chase-{there.list_b}", by_telegram(there.noe))
    assert f"contact-{there.list_b}-sent-email" in tokens(taken.messages[0])
    assert audited(database, "list.chase")[-1] == (there.noe.organizer, "telegram", f"list:{there.list_b}")


def test_the_chases_are_shown_with_the_lists_that_wait(database: Database, there: Installed) -> None:
    told(database, "/chase Liste Exemple A", there.zoe)
    told(database, "/contact Liste Exemple C | sent | post | 2026-02-01", there.zoe)
    message = asks(database, "/chase", there.noe)
    assert "Liste Exemple A (Marseille) — taken by Zoé until" in plain(message)
    assert tokens(message) == [f"chase-{there.list_c}", f"chase-{there.list_b}"]


def test_several_lists_are_offered_by_buttons(database: Database, there: Installed) -> None:
    for verb in ("chase", "contact"):
        message = asks(database, f"/{verb} Liste Exemple", there.noe)
        assert sorted(tokens(message)) == sorted(
            f"{verb}-{number}" for number in (there.list_a, there.list_b, there.list_c)
        )
    assert everything(database)["chase"] == []
    assert "No list is known" in told(database, "/chase Nowhere", there.noe)


# The bot's own work.


@pytest.mark.engines("sqlite", "postgresql")
def test_what_waits_for_a_person_is_shown_without_any_address(database: Database, there: Installed) -> None:
    assert "No message waits for a person." in told(database, "/held", there.noe)
    with database.begin() as session:
        number = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        place = Destination(
            channel="telegram", address="secret4711", audience=Audience.SUBSCRIBER, place=PlaceKind.PRIVATE, language="fr",
            consented_at=NOW, created_at=NOW,
        )  # fmt: skip
        session.add(place)
        session.flush()
        newest = sa.select(Event.id).where(Event.answer_id == number).order_by(Event.id.desc())
        event = session.scalars(newest).first()
        for part, status in enumerate((DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.DUE), start=1):
            reason = None if status is DeliveryState.DUE else "the reply never came"
            session.add(
                Delivery(event_id=event, destination_id=place.id, part=part, state=status, due_at=NOW, reason=reason)
            )
    said = told(database, "/retenus", there.noe)
    assert "2 groups of messages wait for you" in said
    assert f"1. In doubt: new answer, Liste Exemple A (entry {number})" in said
    assert f"2. Failed: new answer, Liste Exemple A (entry {number})" in said
    assert "1 message: 1 follower on Telegram" in said
    assert "why: the reply never came" in said
    assert "secret4711" not in said
    for shown in ("held", "deliveries"):
        assert words(reply_to(database, shown, there.noe)).endswith(said)


@pytest.mark.engines("sqlite", "postgresql")
def test_the_status_is_shown(database: Database, there: Installed) -> None:
    waiting(database, there)
    said = told(database, "/état", there.noe)
    assert "next electoral silence: from Saturday, 14 March 2026 at 00:00" in said
    assert "entries that wait for a second person: 1" in said
    assert words(reply_to(database, "status", there.noe)).endswith(said)


@pytest.mark.parametrize(
    ("text", "saying"),
    [
        ("/correct 12", "pledgebot answers correct"),
        ("/retirer X", "pledgebot answers withdraw"),
        ("/cancel", "nothing to cancel"),
    ],
)
def test_what_is_done_step_by_step_elsewhere_is_shown_as_a_command(
    database: Database, there: Installed, text: str, saying: str
) -> None:
    assert saying in told(database, text, there.noe)


# Everything, and everybody else.

WORDS = sorted(word for word, verb in VERB_WORDS.items() if verb in ORGANIZER_VERBS)
SUBJECTS = (
    "",
    "add ",
    "rename ",
    "alias ",
    "banner ",
    "panel ",
    "merge ",
    "withdraw ",
    "show ",
    "Liste Exemple A | ",
    "1 1 ",
)
PRESSES = (
    "confirm",
    "reject",
    "ask",
    "question",
    "explain",
    "answering",
    "entry",
    "pending",
    "held",
    "deliveries",
    "settle",
    "pay",
    "status",
    "chase",
    "contact",
    "brake",
)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def shared(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Installed]]:
    with shared_database(request.param, sqlite_template, tmp_path_factory.mktemp("shared")) as database:
        with database.begin() as session:
            there = install(session)
            record(session, an_answer(there.a, {"cameras": YES}), there.alix)
        yield database, there


@given(
    word=st.sampled_from([*WORDS, "lists"]),
    subject=st.sampled_from(SUBJECTS),
    rest=st.text(max_size=120) | st.text("0123456789# |=,;", max_size=30),
)
def test_any_words_after_any_verb_are_answered(
    shared: tuple[Database, Installed], word: str, subject: str, rest: str
) -> None:
    database, there = shared
    request = parse(f"/{word} {subject}{rest}")
    if not organizers.takes(request):
        return
    with database.begin() as session:
        try:
            said = plain(organizers.answer(session, request, there.noe, EN, NOW))
        except Refused as refused:
            said = objection(EN, refused.objection, refused.facts)
        session.rollback()
    assert said


@given(
    verb=st.sampled_from(PRESSES),
    arguments=st.lists(
        st.sampled_from(["1", "2", "n1", "0", "99999999999999999999", "proof", "back", "sent", "email", "x"])
        | st.text("abc019_", min_size=1, max_size=9),
        max_size=4,
    ),
)
def test_any_button_is_answered_or_nobodys(shared: tuple[Database, Installed], verb: str, arguments: list[str]) -> None:
    database, there = shared
    reply = organizers.press(database, Press(verb, tuple(arguments)), Asker("en", there.zoe), NOW)
    if reply is not None:
        assert reply.messages or reply.notice
        assert len(reply.notice) <= organizers.LONGEST_NOTICE
        assert all(len(token) <= LONGEST for message in reply.messages for token in tokens(message))


def test_a_strangers_press_is_nobodys(database: Database, there: Installed) -> None:
    waiting(database, there)
    before = everything(database)
    for verb in (*PRESSES, "nonsense", "list"):
        for arguments in ((), ("1",), ("1", "1"), ("1", "1", "proof"), ("1", "sent", "email")):
            assert organizers.press(database, Press(verb, arguments), Asker("en"), NOW) is None
    assert everything(database) == before


def test_a_strangers_words_are_to_them_what_unknown_ones_are(database: Database, there: Installed) -> None:
    number = waiting(database, there)
    before = everything(database)
    unknown = answers.answer(database, "/nonsense", Asker("en"), NOW)
    # To everybody else `/resume` is the French word for a digest.
    for word in sorted(set(WORDS) - {"resume"}):
        for rest in ("", f" {number} 1", " Liste Exemple A | sent | e-mail"):
            assert answers.answer(database, f"/{word}{rest}", Asker("en"), NOW) == unknown, word
    asked = answers.answer(database, "/list add Liste Exemple Z | place = 13055", Asker("en"), NOW)
    assert answers.answer(database, "/lists add Liste Exemple Z | place = 13055", Asker("en"), NOW) == asked
    assert everything(database) == before


FORGED = (
    "nonsense-1", "list-1", "confirm-1", "confirm-x-1", "reject-1-1-king", "entry-1-2", "pending-1", "chase", "chase-1-2",
    "contact", "contact-1-sent", "contact-1-sent-pigeon", "entry", "ask-1",
)  # fmt: skip


def test_a_button_that_is_none_of_organizers_is_nobodys(database: Database, there: Installed) -> None:
    for token in FORGED:
        assert pressed(database, token, there.alix) is None, token


def test_whoever_was_removed_can_do_nothing_with_an_old_button(database: Database, there: Installed) -> None:
    number = waiting(database, there)
    with database.begin() as session:
        remove_organizer(session, "Noé", there.alix, NOW)
    for token in (f"confirm-{number}-1", f"reject-{number}-1-proof", f"chase-{there.list_a}"):
        assert "no longer an organizer" in reply_to(database, token, there.noe).notice
    assert state(database, number) is AnswerState.PENDING


def test_organizers_are_answered_in_their_language(database: Database, there: Installed) -> None:
    number = waiting(database, there)
    reply = pressed(database, f"confirm-{number}-1", there.alix, "fr")
    assert reply is not None
    assert reply.notice == objection(translator("fr"), Objection.SAME_PERSON, {"answer": number, "version": 1})

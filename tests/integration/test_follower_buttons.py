"""A follower's way by buttons and links: from the table to a list, a demand, a history, a proof, and back."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.services import NOW, Installed, an_answer, confirmed, everything, installed, record, undone
from pledgebot.chat.answers import Asker, answer, press, reply
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import PlaceKind, Spot
from pledgebot.messages.document import Message
from pledgebot.messages.presses import Press, read_token
from pledgebot.messages.render import plain
from pledgebot.services.decisions import confirm_answer, request_removal
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.new_answers import Proof
from pledgebot.store.engine import Database
from pledgebot.store.tables import Constituency, DemandRow

pytestmark = pytest.mark.engines("sqlite")

FOLLOWER = Asker("en", spot=Spot("telegram", "1000"), administrator=True)
IN_GROUP = Asker("en", spot=Spot("telegram", "-1001", place=PlaceKind.GROUP))


@pytest.fixture
def there(database: Database) -> Installed:
    """An installation in which A committed on the cameras and the banner refused the committee."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        confirmed(session, an_answer(there.of_banner, {"committee": Position.REFUSED}), there)
    return there


def pressed(database: Database, token: str, asker: Asker = FOLLOWER) -> Message:
    """Return the one message that pressing a button brings."""
    found = read_token(token)
    assert found is not None
    told = press(database, found, asker, NOW)
    assert told is not None
    (message,) = told.messages
    assert not told.in_place
    return message


def asked(database: Database, text: str, asker: Asker = FOLLOWER) -> Message:
    """Return the one message that answers a text."""
    (message,) = reply(database, text, asker, NOW).messages
    return message


def tokens(message: Message) -> dict[str, str]:
    """Return label → token of a message's buttons."""
    return {button.text: button.press for row in message.buttons for button in row}


@pytest.mark.engines("sqlite", "postgresql")
def test_from_the_table_one_goes_to_a_list_its_proof_its_history_and_back(database: Database, there: Installed) -> None:
    table = asked(database, "/stances")
    card = pressed(database, tokens(table)["Liste Exemple A"])
    assert "committed" in plain(card)
    proof = pressed(database, tokens(card)["Proof of entry 1"])
    assert all(words in plain(proof) for words in ("We will do it.", "https://example.org/words", "1 February 2026"))
    assert all(words in plain(proof) for words in ("Ada Exemple", "e-mail", "Cameras — committed"))
    history = pressed(database, tokens(proof)["History"])
    assert "Entry 1" in plain(history)
    back = pressed(database, tokens(history)["Table of all lists"])
    assert back == table
    assert there


def test_every_button_of_every_screen_leads_somewhere(database: Database, there: Installed) -> None:
    seen: set[str] = set()
    waiting = ["stances", "help", "privacy", "dates", "letter", f"banner-{there.banner}"]
    while waiting:
        token = waiting.pop()
        if token in seen:
            continue
        seen.add(token)
        message = pressed(database, token)
        assert "no longer exists" not in plain(message), token
        waiting += tokens(message).values()
        assert message.buttons, token
    assert {"proof-1", "proof-2", f"history-banner-{there.banner}", f"list-{there.list_c}"} <= seen


def test_a_demand_and_a_banner_lead_to_their_lists(database: Database, there: Installed) -> None:
    demand = tokens(asked(database, "cameras"))
    assert demand["Liste Exemple B"] == f"list-{there.list_b}"
    banner = tokens(asked(database, "bannière exemple"))
    assert banner["Liste Exemple C (Marseille)"] == f"list-{there.list_c}"


def test_what_is_offered_is_offered_as_buttons_too(database: Database, there: Installed) -> None:
    choice = tokens(asked(database, "liste exemple"))
    assert {f"list-{there.list_a}", f"list-{there.list_b}", f"list-{there.list_c}"} <= set(choice.values())
    histories = tokens(asked(database, "/history liste exemple"))
    assert f"history-list-{there.list_a}" in histories.values()


@pytest.mark.engines("sqlite", "postgresql")
def test_where_lists_stand_in_several_places_each_place_has_its_button(database: Database, there: Installed) -> None:
    with database.begin() as session:
        session.add(Constituency(code="13056", label="Martigues"))
        session.flush()
        add_list(session, Place("13056"), ListDetails(name="Liste Exemple D"), there.alix, NOW)
    which = asked(database, "/stances")
    martigues = pressed(database, tokens(which)["Martigues (13056)"])
    assert "Liste Exemple D" in plain(martigues)
    assert tokens(martigues)["Other places"] == "stances"
    card = pressed(database, tokens(martigues)["Liste Exemple D"])
    assert tokens(card)["Table of all lists"].startswith("place-")


def test_buttons_do_not_change_the_words(database: Database, there: Installed) -> None:
    for text, token in (("liste exemple a", f"list-{there.list_a}"), ("/history liste exemple a", "history-list-1")):
        assert plain(answer(database, text, Asker("en"), NOW)) == plain(pressed(database, token))


def test_a_deep_link_shows_what_it_names_and_anything_else_welcomes(database: Database, there: Installed) -> None:
    assert "Liste Exemple A" in plain(asked(database, f"/start list-{there.list_a}"))
    for text in (
        "/start",
        "/start nonsense",
        "/start w-1-submit",
        "/start join-00",
        "/start log",
        "/start é-1",
        "/start x y",
    ):
        assert "Welcome" in plain(asked(database, text))
    assert "no longer exists" in plain(asked(database, "/start list-999"))


def test_a_link_never_decides_anything(database: Database, there: Installed) -> None:
    with database.begin() as session:
        number = record(session, an_answer(there.b, {"cameras": Position.REFUSED}), there.alix)
    before = everything(database)
    organizer = replace(FOLLOWER, organizer=there.noe)
    for token in (f"confirm-{number}-1", f"reject-{number}-1-proof", "s-1000-0-forget", "s-1000-0-yes-all"):
        assert "Welcome" in plain(asked(database, f"/start {token}", organizer))
    assert everything(database) == before


def test_a_welcome_in_a_group_says_how_to_ask_there(database: Database, there: Installed) -> None:
    assert "/list NAME" in plain(asked(database, "/start", IN_GROUP))
    assert "write the name of a list" in plain(asked(database, "/start"))
    assert there


def test_an_unknown_command_gets_help_in_private_and_nothing_in_a_group(database: Database, there: Installed) -> None:
    assert "/stances" in plain(asked(database, "/nonsense"))
    assert reply(database, "/nonsense", IN_GROUP, NOW).messages == ()
    assert "/stances" in plain(asked(database, "/nonsense@pledgebot", IN_GROUP))
    assert there


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize(
    "token",
    [
        "list", "list-0", "list-n3", "list-999", "list-2147483648", "list-99999999999999999999", "list-1-1", "list-x",
        "banner-999", "banner", "place-999", "place-1-2", "demand-999", "demand-1-999", "demand-1-1-1", "demand-x-1",
        "history", "history-list", "history-list-999", "history-list-1-999", "history-demand-1", "history-banner-1-1",
        "history-banner-999", "proof-999", "proof", "proof-n1", "stances-1", "letter-1", "help-x",
    ],
)  # fmt: skip
def test_a_button_that_names_nothing_any_more_is_told_so(database: Database, there: Installed, token: str) -> None:
    message = pressed(database, token)
    assert "no longer exists" in plain(message)
    assert "/stances" in plain(message)
    assert "stances" in tokens(message).values()
    assert there


def test_a_retired_demand_no_longer_exists(database: Database, there: Installed) -> None:
    with database.begin() as session:
        row = session.scalars(sa.select(DemandRow).where(DemandRow.key == "committee")).one()
        row.retired_at = NOW
        number = row.id
    assert "no longer exists" in plain(pressed(database, f"demand-{number}"))
    assert there


def test_the_proof_of_a_waiting_entry_is_unknown_to_followers(database: Database, there: Installed) -> None:
    with database.begin() as session:
        number = record(session, an_answer(there.b, {"committee": Position.REFUSED}), there.alix)
    assert "no longer exists" in plain(pressed(database, f"proof-{number}"))


def test_a_kept_file_is_named_by_its_whole_digest(database: Database, there: Installed) -> None:
    with database.begin() as session:
        file = Proof(file=b"%PDF-1.7 example", media_type="application/pdf")
        number = confirmed(session, an_answer(there.c, {"cameras": Position.PARTIAL}, proofs=(file,)), there)
    said = plain(pressed(database, f"proof-{number}"))
    assert "SHA-256" in said
    assert any(len(word) == 64 for word in said.split())


@pytest.mark.engines("sqlite", "postgresql")
def test_a_removed_entry_says_that_it_was_removed_and_shows_nothing_of_it(database: Database, there: Installed) -> None:
    with database.begin() as session:
        number = request_removal(session, 1, "court order of the example", there.alix, NOW)
        confirm_answer(session, number, 1, there.noe, NOW)
    said = plain(pressed(database, "proof-1"))
    assert "removed on legal demand" in said
    assert "court order of the example" in said
    assert "We will do it." not in said
    assert "example.org" not in said


def test_an_undone_entry_says_that_it_does_not_count(database: Database, there: Installed) -> None:
    with database.begin() as session:
        undone(session, 1, there.noe)
    assert "undone" in plain(pressed(database, "proof-1"))


def test_an_organizers_button_is_nobodys_when_a_stranger_presses_it(database: Database, there: Installed) -> None:
    for token in ("pending", "confirm-1-1", "entry-1", "held", "status", "chase-1", "contact-1", "reject-1-1"):
        found = read_token(token)
        assert found is not None
        assert press(database, found, FOLLOWER, NOW) is None
    assert press(database, Press("pending"), replace(FOLLOWER, organizer=there.alix), NOW) is not None


def test_a_token_of_another_kind_is_nobodys(database: Database, there: Installed) -> None:
    for token in ("w-1-submit", "join-00ff", "log", "nonsense", "s", "s-1000", "s-1000-0", "s-1000-0-nonsense"):
        found = read_token(token)
        assert found is not None
        assert press(database, found, FOLLOWER, NOW) is None
    assert there


def test_privacy_says_what_is_kept_how_long_and_whom_to_ask(database: Database, there: Installed) -> None:
    said = plain(asked(database, "/privacy", replace(FOLLOWER, contact="Collectif Exemple, equipe@exemple.invalid")))
    for words in ("nothing", "number of the chat", "day of consent", "/forget", "/unsubscribe", "after the last round",
                  "after 30 days", "rights", "equipe@exemple.invalid"):  # fmt: skip
        assert words in said.lower() or words in said
    assert "Whom to ask" not in plain(pressed(database, "privacy"))
    assert there


def test_help_names_every_command_of_a_subscriber(database: Database, there: Installed) -> None:
    said = plain(asked(database, "/help"))
    for verb in ("subscribe", "unsubscribe", "digest", "quiet", "language", "mydata", "forget", "privacy"):
        assert f"/{verb}" in said
    assert there


def test_every_screen_of_an_example_says_that_it_is_one(database: Database, there: Installed) -> None:
    for token in ("stances", "letter", "dates", "help", "privacy", "list-1", "proof-1", "list-999", "history-list-1"):
        assert "fictional" in plain(pressed(database, token))
    assert there


_WORDS = st.sampled_from([
    "/list", "/start", "/subscribe", "/history", "/compare", "/unsubscribe", "/digest", "/quiet", "/language", "list-1",
    "s-1000-0-add-all", "\u202e", "é", "😀", "A" * 10_000, "\x00", "<b>", "et", "Liste Exemple A", "cameras", "yes:",
])  # fmt: skip


@given(text=st.one_of(st.text(max_size=300), st.lists(_WORDS, max_size=6).map(" ".join)))
def test_whatever_is_typed_gets_a_reply(sqlite_url: str, text: str) -> None:
    database = Database(sqlite_url)
    try:
        with database.read() as session:
            empty = session.scalar(sa.text("SELECT count(*) FROM installation")) == 0
        if empty:
            installed(database)
        for asker in (FOLLOWER, Asker("fr"), replace(IN_GROUP, administrator=True)):
            for message in reply(database, text, asker, NOW).messages:
                assert plain(message).strip()
    finally:
        database.close()


_PARTS = st.one_of(
    st.integers(-(2**70), 2**70).map(lambda number: str(number).replace("-", "n")),
    st.sampled_from(["list", "banner", "demand", "place", "add", "yes", "drop", "all", "quiet", "0000", "2400", "lang",
                     "fr", "rhythm", "daily", "hour", "07", "menu", "stay", "1000", "0", "1", "99999999999"]),
    st.from_regex(r"[A-Za-z0-9_]{1,10}", fullmatch=True),
)  # fmt: skip
_VERBS = st.sampled_from([
    "list", "banner", "place", "demand", "history", "proof", "s", "stances", "help", "letter", "dates", "privacy", "w",
    "entry", "confirm", "join", "start",
])  # fmt: skip


@given(verb=_VERBS, arguments=st.lists(_PARTS, max_size=6), here=st.booleans())
def test_whatever_is_pressed_gets_a_polite_reply_or_none(
    sqlite_url: str, verb: str, arguments: list[str], here: bool
) -> None:
    database = Database(sqlite_url)
    try:
        with database.read() as session:
            empty = session.scalar(sa.text("SELECT count(*) FROM installation")) == 0
        if empty:
            installed(database)
        prefix = ("1000", "0") if here and verb == "s" else ()
        told = press(database, Press(verb, (*prefix, *arguments)), FOLLOWER, NOW)
        assert told is None or told.notice or all(plain(message).strip() for message in told.messages)
    finally:
        database.close()

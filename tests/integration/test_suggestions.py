"""What may be inserted into any conversation while somebody types."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.services import NOW, Installed, an_answer, confirmed, installed
from pledgebot.chat.answers import Asker, reply
from pledgebot.chat.suggestions import Suggestion, suggest
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Spot
from pledgebot.messages.presses import read_token
from pledgebot.messages.render import plain
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.store.engine import Database
from pledgebot.store.tables import Constituency

SOMEBODY = Asker("en", spot=Spot("telegram", "1000"))


@pytest.fixture
def there(database: Database) -> Installed:
    """An installation in which A committed on the cameras."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
    return there


def suggested(database: Database, text: str, limit: int = 20) -> tuple[Suggestion, ...]:
    return suggest(database, text, SOMEBODY, NOW, limit=limit)


def test_without_words_the_table_and_each_demand_are_suggested(database: Database, there: Installed) -> None:
    table, *demands = suggested(database, "")
    assert table.title == "Marseille (13055)"
    assert table.description == "3 lists"
    assert "Liste Exemple C" in plain(table.message)
    assert [one.title for one in demands] == ["Retraction", "Cameras", "Committee"]
    assert there


@pytest.mark.parametrize("text", ["liste exemple a", "/list Liste Exemple A", "ada exemple"])
def test_a_list_is_suggested_as_a_whole_message_with_a_way_on(database: Database, there: Installed, text: str) -> None:
    (one,) = suggested(database, text)
    assert one.key == f"list-{there.list_a}"
    assert one.title == "Liste Exemple A (Marseille)"
    assert "committed" in plain(one.message)
    (button,) = (button for row in one.message.buttons for button in row)
    assert button.press == one.key
    assert "committed" in plain(reply(database, f"/start {one.key}", SOMEBODY, NOW).messages[0])


def test_several_things_are_several_suggestions_but_never_more_than_wanted(
    database: Database, there: Installed
) -> None:
    found = suggested(database, "liste exemple")
    assert {one.key for one in found} >= {f"list-{number}" for number in (there.list_a, there.list_b, there.list_c)}
    assert len({one.key for one in found}) == len(found)
    assert len(suggested(database, "liste exemple", 2)) == 2
    assert suggested(database, "", 0) == ()


@pytest.mark.parametrize(
    ("text", "key"), [("cameras", "demand-2-1"), ("marseille", "place-1"), ("bannière exemple", "banner-1")]
)
def test_a_demand_a_place_and_a_banner_are_suggested(database: Database, there: Installed, text: str, key: str) -> None:
    (one,) = suggested(database, text)
    assert one.key == key
    assert one.title
    assert "\n" not in one.description
    assert there


@pytest.mark.parametrize("text", ["zzzzqq", "/nonsense", "/subscribe cameras", "/pending", "/log x"])
def test_what_names_nothing_suggests_nothing(database: Database, there: Installed, text: str) -> None:
    assert suggested(database, text) == ()
    assert there


def test_a_place_whose_parts_vote_apart_suggests_the_parts(database: Database, there: Installed) -> None:
    with database.begin() as session:
        city = Constituency(code="69123", label="Lyon")
        session.add(city)
        session.flush()
        session.add_all(
            Constituency(code=f"69123SR0{number}", label=f"Lyon secteur {number}", parent_id=city.id)
            for number in (1, 2)
        )
        session.flush()
        for number in (1, 2):
            add_list(session, Place(f"69123SR0{number}"), ListDetails(name=f"Liste Fictive {number}"), there.alix, NOW)
    assert [one.title for one in suggested(database, "69123")] == [
        "Lyon secteur 1 (69123SR01)",
        "Lyon secteur 2 (69123SR02)",
    ]


def test_where_lists_stand_in_a_few_places_each_has_its_table(database: Database, there: Installed) -> None:
    with database.begin() as session:
        session.add(Constituency(code="13056", label="Martigues"))
        session.flush()
        add_list(session, Place("13056"), ListDetails(name="Liste Exemple D"), there.alix, NOW)
    assert [one.title for one in suggested(database, "")][:2] == ["Marseille (13055)", "Martigues (13056)"]


def test_every_suggestion_of_an_example_says_that_it_is_one(database: Database, there: Installed) -> None:
    for text in ("", "cameras", "liste exemple"):
        assert all("fictional" in plain(one.message) for one in suggested(database, text))
    assert there


def test_without_an_installation_nothing_is_suggested(database: Database) -> None:
    assert suggested(database, "cameras") == ()


@given(text=st.text(max_size=256))
def test_whatever_is_typed_gets_suggestions_or_none(sqlite_url: str, text: str) -> None:
    database = Database(sqlite_url)
    try:
        with database.read() as session:
            empty = session.scalar(sa.text("SELECT count(*) FROM installation")) == 0
        if empty:
            installed(database)
        for one in suggest(database, text, Asker("fr"), NOW):
            assert one.title
            assert plain(one.message).strip()
            assert read_token(one.key) is not None
    finally:
        database.close()

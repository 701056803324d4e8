"""The pictures of the board: at the address of each page that has one, the same until what it says changes."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from factories.services import NOW, TOWN, Installed, an_answer, confirmed, installed
from factories.web import MASTHEAD
from pledgebot.domain.answer import Position
from pledgebot.services.revision import Remembered
from pledgebot.store.engine import Database
from pledgebot.web import addresses
from pledgebot.web.cards import PRODUCERS, card_count
from pledgebot.web.page import PNG, Page
from pledgebot.web.reading import Reading

pytestmark = pytest.mark.engines("sqlite")


def shown(database: Database, address: str, *, as_of: datetime | None = None, now: datetime = NOW) -> Page | None:
    """Return what stands at an address."""
    with database.read() as session:
        reading = Reading(session, now, as_of, Remembered(), replace(MASTHEAD, languages=("fr",)))
        for pattern, produce in PRODUCERS.items():
            match = re.fullmatch(pattern, address)
            if match is not None:
                page = produce(reading, match)
                assert page is None or isinstance(page, Page)
                return page
    return None


@pytest.fixture
def there(database: Database) -> Installed:
    """An installation in which A committed on the cameras."""
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
    return there


def test_each_page_that_has_a_picture_has_it_at_its_address(there: Installed, database: Database) -> None:
    pages = [
        addresses.place("fr", TOWN),
        addresses.candidate_list("fr", there.a.list_id or 0),
        addresses.banner("fr", there.of_banner.banner_id or 0),
    ]
    found = [shown(database, addresses.card(page)) for page in pages]
    assert all(page is not None and page.media_type == PNG for page in found)
    assert len({page.etag for page in found if page is not None}) == len(pages)


@pytest.mark.parametrize(
    "address",
    [
        "cards/fr/list/999.png",
        "cards/fr/list/x.png",
        "cards/fr/list/9999999999999999.png",
        "cards/en/list/1.png",
        "cards/fr/place/0.png",
        f"cards/fr/place/{TOWN}-2.png",
        "cards/fr/banner/999.png",
    ],
)
def test_there_is_nothing_at_other_addresses(there: Installed, database: Database, address: str) -> None:
    assert there.a.list_id
    assert shown(database, address) is None


def test_a_picture_changes_only_when_what_it_says_does(there: Installed, database: Database) -> None:
    address = f"cards/fr/list/{there.a.list_id}.png"
    before = shown(database, address)
    assert before == shown(database, address, now=NOW + timedelta(hours=5))
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"committee": Position.REFUSED}), there, NOW + timedelta(days=1))
    later = NOW + timedelta(days=2)
    after = shown(database, address, now=later)
    assert before is not None
    assert after is not None
    assert before.etag != after.etag
    then = shown(database, address, now=later, as_of=NOW + timedelta(hours=5))
    assert then == before


def test_how_many_pictures_a_page_has_is_known(there: Installed, database: Database) -> None:
    assert there.a.list_id
    with database.read() as session:
        reading = Reading(session, NOW, None, Remembered(), MASTHEAD)
        assert card_count(reading, "fr", "place", TOWN) == 1
        assert card_count(reading, "fr", "list", "999") == 0

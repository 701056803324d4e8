"""Reminders in a town of eight sectors: told of each place to whoever follows it, a list, a banner or the whole town."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time

import pytest
import sqlalchemy as sa

from factories.marseille import CITY, confirm_everything, marseille_2020, sector_code, to_second_round
from factories.recalling import TownRoad, at, follow
from factories.roads import moved, said
from pledgebot.clock import MovedClock
from pledgebot.domain.audience import TopicKind
from pledgebot.store.engine import Database
from pledgebot.store.tables import Constituency

LIST, BANNER, PLACE = TopicKind.LIST, TopicKind.BANNER, TopicKind.CONSTITUENCY
BEFORE_FIRST = datetime(2020, 3, 12, 9, tzinfo=UTC)
BEFORE_SECOND = datetime(2020, 6, 25, 8, tzinfo=UTC)
"""The Thursdays before the rounds, ten o'clock in Paris."""


@pytest.fixture
def database(sqlite_url: str) -> Database:
    """One database is enough: nothing here is SQL that the other one reads otherwise."""
    return Database(sqlite_url)


@pytest.fixture
def road(database: Database, executor: ThreadPoolExecutor) -> TownRoad:
    """The town three days before the first round."""
    town = marseille_2020(database)
    return TownRoad(town, MovedClock(datetime(2020, 3, 11, 12, tzinfo=UTC)), executor)


def place(road: TownRoad, code: str) -> int:
    with road.database.read() as session:
        return session.scalars(sa.select(Constituency.id).where(Constituency.code == code)).one()


def test_who_follows_the_town_hears_of_its_eight_sectors_in_one_message(road: TownRoad) -> None:
    follow(road, "town", (PLACE, place(road, CITY)))
    follow(road, "sector", (PLACE, place(road, sector_code(3))))
    follow(road, "banner", (BANNER, road.town.banners["PE"]))
    follow(road, "list", (LIST, road.town.lists["NORD", 8]))
    assert at(road, BEFORE_FIRST) == 1 + 8
    [town], [sector], [banner], [only] = (said(road, [to]) for to in ("town", "sector", "banner", "list"))
    assert town.count("The vote is in 3 days") == 1
    # With those that stand alone they are too many to name.
    assert [
        f"Marseille Secteur {number}: {lists} lists not yet asked" in town for number, lists in ((1, 5), (3, 4))
    ] == [
        True,
        True,
    ]
    assert sector.count("— not yet asked") == 4
    assert banner.count("PRINTEMPS EXEMPLE — not yet asked") == 8
    assert banner.count("Marseille Secteur") == 8
    assert only.count("— not yet asked") == 1
    assert "Quartiers Nord Debout" in only


def test_a_place_with_clocks_of_its_own_is_told_its_own_last_moment(road: TownRoad) -> None:
    with road.database.begin() as session:
        session.execute(
            sa.update(Constituency)
            .where(Constituency.code == sector_code(1))
            .values(zone="Indian/Reunion", closes=time(18))
        )
    road.subscriber("all", created_at=moved(road).now())
    follow(road, "there", (PLACE, place(road, sector_code(1))))
    at(road, datetime(2020, 3, 11, 13, tzinfo=UTC))
    [everywhere], [there] = said(road, ["all"]), said(road, ["there"])
    # 23:50 in Saint-Denis is 20:50 in Paris: nobody is told a moment that is too late for some.
    assert "until Friday, 13 March 2026 at 20:50".replace("2026", "2020") in everywhere
    assert "until Friday, 13 March 2020 at 23:50" in there


def test_between_the_rounds_followers_hear_of_the_heirs_of_what_they_follow(road: TownRoad) -> None:
    town = road.town
    views = to_second_round(town)
    confirm_everything(town, views)
    moved(road).move(to=datetime(2020, 6, 24, 12, tzinfo=UTC))
    road.run()
    follow(road, "merged", (LIST, town.lists["MI", 3]))
    follow(road, "continued", (LIST, town.lists["PE", 1]))
    follow(road, "banner", (BANNER, town.banners["PE"]))
    follow(road, "eliminated", (LIST, town.lists["PE", 8]))
    follow(road, "withdrawn", (LIST, town.lists["PE", 7]))
    follow(road, "more", (LIST, town.lists["PE", 8]), (LIST, town.lists["MI", 8]), (LIST, town.lists["NORD", 8]))
    at(road, BEFORE_SECOND)
    heard = {to: said(road, [to]) for to in ("merged", "continued", "banner", "eliminated", "withdrawn", "more")}
    [merged] = heard["merged"]
    assert "second round: Sunday, 28 June 2020." in merged
    assert "2. PRINTEMPS IMAGINAIRE — not yet asked" in merged
    assert merged.count("— not yet asked") == 1
    assert "2. PRINTEMPS EXEMPLE — not yet asked" in heard["continued"][0]
    # Where the banner's lists went on: alone in four sectors, united in two.
    [banner] = heard["banner"]
    assert (banner.count("PRINTEMPS EXEMPLE —"), banner.count("PRINTEMPS IMAGINAIRE —")) == (4, 2)
    assert heard["eliminated"] == heard["withdrawn"] == []
    [more] = heard["more"]
    assert "2. MARSEILLE IMAGINAIRE — not yet asked" in more
    assert "No longer standing: PRINTEMPS EXEMPLE and Quartiers Nord Debout." in more


def test_what_became_of_a_list_is_not_said_while_it_is_open(road: TownRoad) -> None:
    town = road.town
    to_second_round(town)
    moved(road).move(to=datetime(2020, 6, 24, 12, tzinfo=UTC))
    follow(road, "one", (LIST, town.lists["PE", 3]), (PLACE, place(road, sector_code(3))))
    at(road, BEFORE_SECOND)
    [text] = said(road, ["one"])
    assert "2. PRINTEMPS IMAGINAIRE — not yet asked" in text
    assert "No longer standing" not in text

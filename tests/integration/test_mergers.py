"""What changes for a follower when lists merge: told once when nothing is open any more, and put right where it was not so."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from factories.marseille import BETWEEN, answers_of_first_round, marseille_2020, to_second_round
from factories.recalling import TownRoad, follow
from factories.roads import Road, moved, said
from factories.services import NOW, a_list
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Rhythm, TopicKind
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import EventKind
from pledgebot.services import lineages
from pledgebot.services.answers import Subject
from pledgebot.services.lists import merge_lists
from pledgebot.services.mergers import tell_mergers
from pledgebot.store.engine import Database
from pledgebot.store.tables import Event, Round

LIST, BANNER = TopicKind.LIST, TopicKind.BANNER
HOUR = timedelta(hours=1)
UNITED = "Lists have united: PRINTEMPS IMAGINAIRE"


class Town(TownRoad):
    """Marseille between its rounds, of which the lineages are still open."""

    def __init__(self, database: Database, executor: ThreadPoolExecutor) -> None:
        super().__init__(marseille_2020(database), MovedClock(BETWEEN), executor)
        answers_of_first_round(self.town)
        self.views = to_second_round(self.town)
        # What was announced before nobody here was told.
        self.run()
        self.of_third = [
            view
            for view in self.views
            if view.constituency == "Marseille Secteur 3" and view.kind is LineageKind.MERGED
        ]

    def confirm(self, views: Sequence[lineages.LineageView]) -> None:
        """Confirm lineages as Noé, and let what follows be told."""
        with self.database.begin() as session:
            lineages.confirm_lineages(session, [view.id for view in views], self.town.noe, self.clock.now())

    def undo(self, view: lineages.LineageView) -> None:
        """Undo a lineage as Noé."""
        with self.database.begin() as session:
            lineages.undo_lineage(session, view.id, self.town.noe, self.clock.now())

    def told(self) -> int:
        """Return how many events about mergers stand."""
        kind, stands = Event.kind == EventKind.LISTS_MERGED, Event.cancelled_at.is_(None)
        with self.database.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Event).where(kind, stands)) or 0


@pytest.fixture
def town(database: Database, executor: ThreadPoolExecutor) -> Town:
    """The town, on both databases."""
    return Town(database, executor)


@pytest.fixture
def small_town(sqlite_url: str, executor: ThreadPoolExecutor) -> Town:
    """The town on one database, where nothing is SQL that the other one reads otherwise."""
    return Town(Database(sqlite_url), executor)


def test_followers_of_what_united_hear_it_once_with_what_each_had_said(town: Town) -> None:
    lists, banners = town.town.lists, town.town.banners
    follow(town, "printemps", (LIST, lists["PE", 3]))
    follow(town, "imaginaire", (LIST, lists["MI", 3]))
    follow(town, "banner", (BANNER, banners["PE"]))
    follow(town, "other", (LIST, lists["PC", 3]))
    follow(town, "elsewhere", (LIST, lists["PE", 1]))
    town.subscriber("all", created_at=town.clock.now())
    town.confirm(town.views)
    town.run()
    town.confirm(town.views)
    town.run()
    heard = {to: said(town, [to]) for to in ("printemps", "imaginaire", "banner", "other", "elsewhere", "all")}
    assert {to: sum(text.count(UNITED) for text in texts) for to, texts in heard.items()} == {
        "printemps": 1,
        "imaginaire": 1,
        # In two sectors.
        "banner": 2,
        "other": 0,
        "elsewhere": 0,
        "all": 2,
    }
    [text] = heard["printemps"]
    assert text == heard["imaginaire"][0]
    assert "PRINTEMPS IMAGINAIRE, Marseille Secteur 3, second round, panel 2." in text
    assert "PRINTEMPS EXEMPLE and MARSEILLE IMAGINAIRE have merged into PRINTEMPS IMAGINAIRE." in text
    one, other = text.split("PRINTEMPS EXEMPLE had said:")[1].split("MARSEILLE IMAGINAIRE had said:")
    assert (one.count("committed"), one.count("nothing on record")) == (1, 2)
    assert (other.count("refused"), other.count("nothing on record")) == (1, 2)
    assert "inherited, to be confirmed" in text
    assert "goes on with the united one: nothing has to be changed" in text


def test_of_two_who_decide_at_once_the_second_tells_it(town: Town) -> None:
    first, second = town.of_third
    with ThreadPoolExecutor(1) as beside:
        with town.database.begin() as session:
            lineages.confirm_lineages(session, [first.id], town.town.noe, town.clock.now())
            decided = beside.submit(town.confirm, [second])
            # The second sees what the first decided, so it has to wait for the end of its transaction.
            assert not wait([decided], timeout=0.5).done
        decided.result()
    assert town.told() == 1


def test_it_waits_until_no_proposal_about_the_list_is_open(small_town: Town) -> None:
    first, second = small_town.of_third
    small_town.confirm([first])
    assert small_town.told() == 0
    with small_town.database.begin() as session:
        round_id = session.scalars(sa.select(Round.id).where(Round.number == 2)).one()
        lineages.close_lineages(session, round_id, small_town.town.noe, small_town.clock.now())
    assert second.parent == "MARSEILLE IMAGINAIRE"
    assert small_town.told() == 1


def test_what_was_told_to_nobody_yet_is_not_told_at_all(small_town: Town) -> None:
    small_town.subscriber("all", created_at=small_town.clock.now())
    first, second = small_town.of_third
    small_town.confirm([first, second])
    small_town.undo(second)
    small_town.run()
    assert said(small_town) == []
    small_town.confirm([second])
    small_town.run()
    assert [text.count(UNITED) for text in said(small_town)] == [1]


def test_what_was_told_and_is_not_so_is_put_right_where_it_was_told(small_town: Town) -> None:
    follow(small_town, "imaginaire", (LIST, small_town.town.lists["MI", 3]))
    first, second = small_town.of_third
    small_town.confirm([first, second])
    small_town.run()
    moved(small_town).move(by=HOUR)
    small_town.undo(second)
    small_town.undo(first)
    small_town.run()
    [_merger, correction] = said(small_town)
    assert "Correction: PRINTEMPS IMAGINAIRE" in correction
    assert "We announced on 10 June 2020 that PRINTEMPS EXEMPLE and MARSEILLE IMAGINAIRE merged" in correction
    assert "it is not confirmed any more" in correction
    assert "had said" not in correction
    small_town.confirm([first])
    small_town.run()
    assert len(said(small_town)) == 2
    small_town.confirm([second])
    small_town.run()
    assert UNITED in said(small_town)[-1]
    small_town.undo(second)
    small_town.run()
    assert "Still confirmed: PRINTEMPS EXEMPLE." in said(small_town)[-1]


@pytest.mark.parametrize(
    ("moment", "told"),
    [(datetime(2020, 6, 28, 17, 59, tzinfo=UTC), 1), (datetime(2020, 6, 28, 18, tzinfo=UTC), 0)],
)
def test_after_the_vote_a_merger_is_no_news_and_in_the_silence_it_waits(
    small_town: Town, moment: datetime, told: int
) -> None:
    small_town.subscriber("all", created_at=small_town.clock.now())
    moved(small_town).move(to=moment)
    small_town.confirm(small_town.of_third)
    assert small_town.told() == told
    small_town.run()
    moved(small_town).move(to=moment + HOUR)
    small_town.run()
    assert said(small_town) == []


def test_a_merger_within_a_round_is_told_too(road: Road) -> None:
    there = road.there
    follow(road, "anne", (LIST, there.list_c))
    road.confirmed("list_a", Position.PARTIAL)
    road.run()
    with road.database.begin() as session:
        union = a_list(session, "Union Exemple", there.alix)
        merge_lists(session, (there.list_a, there.list_c), union, there.alix, NOW)
        tell_mergers(session, [union], NOW)
    road.run()
    [text] = said(road, ["anne"])
    assert "Liste Exemple A and Liste Exemple C have merged into Union Exemple." in text
    assert "Cameras — partly committed" in text
    assert "Liste Exemple C had said nothing that is on record." in text
    road.confirmed("list_b")
    assert len(said(road, ["anne"])) == 1


def test_followers_of_a_banner_hear_what_the_united_list_says(small_town: Town) -> None:
    follow(small_town, "banner", (BANNER, small_town.town.banners["MI"]), rhythm=Rhythm.DAILY)
    small_town.confirm(small_town.of_third)
    with small_town.database.begin() as session:
        later = small_town.town.later(session, "Printemps Imaginaire", 3)
        small_town.town.confirmed(
            session, Subject(list_id=later), {"cameras": Position.COMMITTED}, small_town.clock.now()
        )
    small_town.run()
    moved(small_town).move(by=timedelta(days=1))
    small_town.run()
    [text] = said(small_town)
    assert text.index(UNITED) < text.index("New answer: PRINTEMPS IMAGINAIRE")

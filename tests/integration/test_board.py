"""The board over a database: every page and link, the silence, past days, frames, corrections, a database that is away."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from factories.marseille import (
    BETWEEN,
    answers_of_first_round,
    confirm_everything,
    marseille_2020,
    sector_code,
    to_second_round,
)
from factories.services import (
    NOW,
    TOWN,
    Installed,
    a_list,
    a_plan,
    an_answer,
    confirmed,
    correcting,
    installed,
    undone,
)
from factories.web import MASTHEAD, Got, a_board, crawled, get
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Contradiction, Position
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.errors import Unusable
from pledgebot.domain.policy import Policy
from pledgebot.services.as_of import Past
from pledgebot.services.installation import sync_installation
from pledgebot.store.engine import Database, Session
from pledgebot.web.board import MOST_OF_THE_PAST, Board
from pledgebot.web.board_app import BoardApp

FRIDAY_NOON = datetime(2026, 3, 13, 11, tzinfo=UTC)
SATURDAY_NOON = FRIDAY_NOON + timedelta(days=1)
AFTER_THE_POLLS = datetime(2026, 3, 15, 19, 30, tzinfo=UTC)
PLACE = f"/fr/place/{TOWN}/"


@dataclass
class Play:
    """A board over the example, with a clock that is moved."""

    database: Database
    there: Installed
    clock: MovedClock
    said: bool = False
    board: BoardApp = field(init=False)

    def __post_init__(self) -> None:
        """Serve it."""
        self.anew()

    def anew(self) -> None:
        """Serve it with nothing kept, as another process would."""
        self.board = a_board(self.database, self.clock)

    def get(self, path: str, **headers: str) -> Got:
        """Ask for a page."""
        return get(self.board, path, **headers)

    def says(self, path: str) -> str:
        """Return the words of the main part of a page."""
        got = self.get(path)
        assert got.status == 200, (path, got.text)
        return " ".join(got.parsed().xpath("string(//main)").split())

    def confirm(self, position: Position, now: datetime | None = None, said: date = date(2026, 2, 1)) -> int:
        """Have Liste Exemple A say something on the cameras, and return the number of the entry."""
        contradiction = Contradiction.REPLACES if self.said else None
        new = an_answer(self.there.a, {"cameras": position}, said=said, contradiction=contradiction)
        self.said = True
        with self.database.begin() as session:
            return confirmed(session, new, self.there, now or self.clock.now())


@pytest.fixture
def play(sqlite_url: str, clock: MovedClock) -> Iterator[Play]:
    database = Database(sqlite_url)
    yield Play(database, installed(database), clock)
    database.close()


def with_more(play: Play) -> None:
    """Have many things said, corrected, undone; a hostile name among them."""
    there = play.there
    with play.database.begin() as session:
        a_list(session, '<script>alert("x")</script> \u202eenod\u202c 🦄', there.alix, NOW, head="N" * 190)
        first = confirmed(
            session, an_answer(there.a, {"cameras": Position.REFUSED, "committee": Position.PARTIAL}), there
        )
        confirmed(session, an_answer(there.of_banner, {"retraction/video": Position.COMMITTED}), there)
        right = correcting(first, an_answer(there.a, {"cameras": Position.UNCLEAR, "committee": Position.PARTIAL}))
        confirmed(session, right, there)


def test_every_link_of_the_board_leads_somewhere_and_no_page_holds_what_a_name_brought(play: Play) -> None:
    with_more(play)
    found = crawled(play.board, ["/fr/", f"/embed{PLACE}", f"/at/2026-02-08{PLACE}", "/robots.txt"])
    assert {path: got.status for path, got in found.items() if got.status not in {200, 404}} == {}
    missing = {path for path, got in found.items() if got.status == 404}
    assert missing == set()
    kinds = ("place", "list", "demand", "banner", "about", "data", "search")
    for language in ("fr", "en"):
        assert not [kind for kind in kinds if not any(path.startswith(f"/{language}/{kind}") for path in found)]
    pages = {path: got for path, got in found.items() if got.headers["content-type"].startswith("text/html")}
    assert len(pages) > 40
    for path, got in pages.items():
        tree = got.parsed()
        assert not tree.xpath("//script | //style | //@style"), path
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        assert "\u202e" not in got.text, path
        assert "default-src 'none'" in got.headers["content-security-policy"]
        assert tree.xpath("//p[contains(@class, 'fictional')]"), path


def test_nothing_that_a_page_says_depends_on_the_clock(play: Play) -> None:
    with_more(play)
    before = crawled(play.board, ["/fr/"])
    play.clock.move(by=timedelta(days=20, hours=5))
    play.anew()
    after = crawled(play.board, ["/fr/"])
    assert {path: got.body for path, got in before.items()} == {path: got.body for path, got in after.items()}


def test_an_answer_is_there_as_soon_as_it_is_confirmed_with_its_proof_and_its_link_in_the_ledger(play: Play) -> None:
    stance = f"/fr/list/{play.there.list_a}/cameras/"
    assert "pas encore sollicitée" in play.says(PLACE)
    assert "Rien n’est encore consigné" in play.says(stance) or "Historique" in play.says(stance)
    number = play.confirm(Position.REFUSED)
    play.anew()
    assert "refuse" in play.says(PLACE)
    told = play.get(stance)
    assert told.parsed().xpath(f"//article[@id='entry-{number}']//blockquote")[0].text_content() == "We will do it."
    assert told.parsed().xpath("//article//a/@href") == ["https://example.org/words"]
    assert len(told.parsed().xpath(f"string(//article[@id='entry-{number}']//code)")) == 64


def test_a_correction_shows_in_the_frame_and_the_past_day_stays_as_it_was(play: Play) -> None:
    number = play.confirm(Position.REFUSED)
    play.clock.move(by=timedelta(days=2))
    with play.database.begin() as session:
        right = correcting(number, an_answer(play.there.a, {"cameras": Position.COMMITTED}), "mal lu")
        confirmed(session, right, play.there, play.clock.now())
    framed = play.says(f"/embed{PLACE}")
    assert "s’engage" in framed
    assert "refuse" not in framed
    then = play.says(f"/at/2026-02-08{PLACE}")
    assert "refuse" in then
    assert "s’engage" not in then
    assert "s’engage" in play.says(f"/at/2026-02-10{PLACE}")
    assert "mal lu" in play.says(f"/fr/list/{play.there.list_a}/cameras/")
    assert "mal lu" not in play.says(f"/at/2026-02-09/fr/list/{play.there.list_a}/cameras/")


def test_the_card_of_a_past_day_stays_as_it_was(play: Play) -> None:
    play.confirm(Position.REFUSED)
    card = f"cards{PLACE.rstrip('/')}.png"
    then = play.get(f"/{card}").body
    play.clock.move(by=timedelta(days=2))
    play.confirm(Position.COMMITTED)
    assert play.get(f"/{card}").body != then
    assert play.get(f"/at/2026-02-08/{card}").body == then
    assert play.get(f"/at/2026-02-08/{card}").headers["content-type"] == "image/png"
    assert play.get("/at/2026-02-08/cards/fr/place/99999.png").status == 404


def test_a_demand_stands_on_a_past_day_as_it_was_worded_then(play: Play) -> None:
    play.confirm(Position.PARTIAL)
    play.clock.move(by=timedelta(days=2))
    plan = a_plan()
    [number] = [place for place, one in enumerate(plan.letter.demands) if one.key == "cameras"]
    worded = replace(plan.letter.demands[number], text={"fr": "Un tout autre texte.", "en": "Quite another text."})
    demands = [*plan.letter.demands[:number], worded, *plan.letter.demands[number + 1 :]]
    with play.database.begin() as session:
        sync_installation(session, replace(plan, letter=replace(plan.letter, demands=tuple(demands))), play.clock.now())
    assert "Un tout autre texte." in play.says("/fr/demand/cameras/")
    assert "Un tout autre texte." not in play.says("/at/2026-02-08/fr/demand/cameras/")


def test_however_many_past_days_are_asked_for_few_are_remembered(play: Play) -> None:
    for day in range(1, 29):
        assert play.get(f"/at/2025-01-{day:02}{PLACE}").status == 200
    gc.collect()
    assert sum(isinstance(one, Past) for one in gc.get_objects()) <= MOST_OF_THE_PAST


def test_only_tables_lists_and_banners_can_be_framed(play: Play) -> None:
    for path in (PLACE, f"/fr/list/{play.there.list_a}/", f"/en/banner/{play.there.banner}/"):
        got = play.get(f"/embed{path}")
        assert got.status == 200
        assert "frame-ancestors *" in got.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in play.get(path).headers["content-security-policy"]
    for path in (
        "/fr/",
        "/fr/about/",
        f"/fr/list/{play.there.list_a}/cameras/",
        "/fr/demand/cameras/",
        "/data/stances.csv",
    ):
        assert play.get(f"/embed{path}").status == 404


def test_a_day_to_come_is_not_shown_and_today_is_said_to_be_unfinished(play: Play) -> None:
    tomorrow = play.get(f"/at/2026-02-09{PLACE}")
    assert tomorrow.status == 404
    assert "Le 9 février 2026 est encore à venir" in tomorrow.parsed().xpath("string(//main)")
    assert "n’est pas finie" in play.says(f"/at/2026-02-08{PLACE}")
    assert "n’est pas finie" not in play.says(f"/at/2020-02-08{PLACE}")
    for path in (f"/at/2026-02-30{PLACE}", "/at/2026-02-08/fr/about/", "/at/2026-02-08/data/stances.csv", "/at/x/fr/"):
        assert play.get(path).status == 404


@pytest.mark.parametrize("rule", [SilenceRule.FR_L49, SilenceRule.NONE])
def test_in_the_silence_the_board_stays_as_it_was(play: Play, rule: SilenceRule) -> None:
    with play.database.begin() as session:
        sync_installation(session, replace(a_plan(), policy=Policy(rule=rule)), NOW)
    play.confirm(Position.PARTIAL)
    play.clock.move(to=FRIDAY_NOON)
    play.anew()
    begins = ["/fr/", "/data/stances.csv", "/feed.atom"]
    before = _contents(play, begins)
    play.clock.move(to=SATURDAY_NOON)
    play.confirm(Position.COMMITTED, said=date(2026, 3, 13))
    during = _contents(play, begins)
    assert (before == during) is (rule is SilenceRule.FR_L49)
    play.clock.move(to=AFTER_THE_POLLS)
    assert "s’engage" in play.says(PLACE)


def _contents(play: Play, begins: list[str]) -> dict[str, bytes]:
    """Return what stands everywhere."""
    return {path: got.body for path, got in crawled(play.board, begins).items()}


def test_in_the_silence_the_search_finds_nothing_that_came_in_it(play: Play) -> None:
    play.clock.move(to=SATURDAY_NOON)
    with play.database.begin() as session:
        a_list(session, "Tout Autre Nom", play.there.alix, SATURDAY_NOON, banner="Bannière Nouvelle")
    for asked in ("tout+autre+nom", "banniere+nouvelle"):
        assert "Rien ne s’appelle" in play.says(f"/fr/search?q={asked}")
    assert play.get("/fr/search?q=liste+exemple+a").status == 303
    assert play.get("/fr/search?q=marseille").status == 303
    play.clock.move(to=AFTER_THE_POLLS)
    assert play.get("/fr/search?q=tout+autre+nom").status == 303


def test_what_is_confirmed_just_before_the_silence_is_the_last_that_is_shown(play: Play) -> None:
    midnight = datetime(2026, 3, 13, 23, tzinfo=UTC)
    play.clock.move(to=midnight - timedelta(seconds=1))
    play.confirm(Position.PARTIAL)
    play.clock.move(to=midnight)
    play.confirm(Position.COMMITTED, said=date(2026, 3, 13))
    play.anew()
    assert "s’engage en partie" in play.says(PLACE)
    assert "13 mars 2026" not in play.says(f"/embed{PLACE}")
    assert "13 mars 2026" not in play.says(f"/at/2026-03-14{PLACE}")
    assert ",committed,own," not in play.get("/data/stances.csv").text


def test_the_search_leads_to_the_one_thing_or_shows_a_choice(play: Play) -> None:
    a = play.there.list_a
    sure = play.get("/fr/search?q=Liste%20Exemple%20A")
    assert (sure.status, sure.headers["location"]) == (303, f"../fr/list/{a}/")
    both = play.get("/en/search?q=liste+exemple+a+cameras")
    assert (both.status, both.headers["location"]) == (303, f"../en/list/{a}/cameras/")
    assert play.get("/fr/search?q=13001").headers["location"] == f"../fr/place/{TOWN}/"
    choice = play.get("/fr/search?q=liste+exemple")
    assert choice.status == 200
    assert len(choice.parsed().xpath("//ul/li/a[contains(@href, '/list/')]")) == 3
    nothing = play.get("/fr/search?q=%3Cscript%3Ezzz%3C/script%3E")
    assert "Rien ne s’appelle" in nothing.text
    assert not nothing.parsed().xpath("//script")
    for odd in ("", "q=", "q=" + "x" * 10_000, "&".join("q=1" for _ in range(50)), "q=%FF%00"):
        assert play.get(f"/fr/search?{odd}").status == 200
    assert choice.parsed().xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_what_is_not_there_is_said_in_the_language_of_the_address(play: Play) -> None:
    for path, word in (
        ("/fr/list/999/", "n’existe pas"),
        ("/en/list/999/", "does not exist"),
        ("/fr/list/1/nothing/", "n’existe pas"),
        ("/en/place/99999/", "does not exist"),
        ("/de/", "n’existe pas"),
        ("/fr/list/99999999999999999999/", "n’existe pas"),
        ("/fr/" + "a/" * 40, "n’existe pas"),
        ("/../../etc/passwd", "n’existe pas"),
        ("/static/../board.py", "n’existe pas"),
        ("/en/demand/%2e%2e/", "does not exist"),
    ):
        got = play.get(path)
        assert got.status == 404, path
        assert word in got.text, path
        assert "etag" not in got.headers
    moved = play.get(f"/fr/place/{TOWN}")
    assert (moved.status, moved.headers["location"]) == (308, f"../../fr/place/{TOWN}/")


def test_a_database_that_is_away_leaves_what_was_read(play: Play) -> None:
    whole = play.get(PLACE)

    class Away(Database):
        def __init__(self) -> None:
            self.away = False

        @contextmanager
        def read(self) -> Iterator[Session]:
            if self.away:
                raise Unusable("database: away")
            with play.database.read() as session:
                yield session

    database, seconds = Away(), [0.0]
    board = BoardApp(Board(database, play.clock, MASTHEAD), play.clock, MASTHEAD.languages, seconds=lambda: seconds[0])
    assert get(board, PLACE).body == whole.body
    database.away = True
    seconds[0] = 60.0
    assert get(board, PLACE).body == whole.body
    assert get(board, "/fr/").status == 503


def test_pages_are_the_same_on_both_databases(database: Database, clock: MovedClock) -> None:
    play = Play(database, installed(database), clock)
    with_more(play)
    found = crawled(play.board, ["/fr/", f"/at/2026-02-08{PLACE}"], most=80)
    assert {got.status for got in found.values()} == {200}
    assert "contradictoire" not in play.says(PLACE)
    assert "réponse peu claire" in play.says(PLACE)


def test_an_undone_entry_is_marked_and_does_not_count(play: Play) -> None:
    with play.database.begin() as session:
        number = confirmed(session, an_answer(play.there.a, {"cameras": Position.REFUSED}), play.there)
        undone(session, number, play.there.alix)
    told = play.says(f"/fr/list/{play.there.list_a}/cameras/")
    assert "annulée" in told
    assert "refuse" not in play.says(PLACE)


def test_after_the_first_round_lists_lead_to_those_that_they_come_from_and_go_on_in(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    town = marseille_2020(database)
    answers_of_first_round(town)
    confirm_everything(town, to_second_round(town))
    board = a_board(database, MovedClock(BETWEEN))
    with database.read() as session:
        merged, first = town.later(session, "Printemps Imaginaire", 3), town.lists["PE", 3]
    later, earlier = get(board, f"/fr/list/{merged}/"), get(board, f"/fr/list/{first}/")
    assert f"/fr/list/{first}/" in later.links(f"/fr/list/{merged}/")
    assert f"/fr/list/{merged}/" in earlier.links(f"/fr/list/{first}/")
    table = get(board, f"/fr/place/{sector_code(3)}/")
    assert table.parsed().xpath(f"//table//a[contains(@href, '/list/{merged}/')]")
    assert table.parsed().xpath(f"//section[@aria-labelledby='others']//a[contains(@href, '/list/{first}/')]")
    found = crawled(board, ["/fr/"], most=400)
    assert {path: got.status for path, got in found.items() if got.status != 200} == {}
    city = get(board, "/fr/place/13055/")
    assert city.status == 200
    assert len(city.parsed().xpath("//section[@aria-labelledby='parts']//li")) == 8
    database.close()

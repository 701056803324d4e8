import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from factories.web import ask, get
from pledgebot.clock import MovedClock
from pledgebot.domain.errors import Unusable
from pledgebot.web.answers import preferred
from pledgebot.web.board import Found, State
from pledgebot.web.board_app import BoardApp
from pledgebot.web.moments import Moment
from pledgebot.web.page import FilePage, Page, Redirect

NOW = datetime(2026, 3, 13, 12, tzinfo=UTC)
BORDER = datetime(2026, 3, 13, 23, tzinfo=UTC)


@dataclass
class FakeBoard:
    """A board whose every page says how often it was read; it can be told that the database is away."""

    clock: MovedClock
    revision: int = 1
    away: bool = False
    looks: int = 0
    reads: list[str] = field(default_factory=list)
    size: int = 10
    others: dict[str, Found] = field(default_factory=dict)

    def state(self) -> State:
        """Return how things stand."""
        silent = self.clock.now() >= BORDER
        edge = (BORDER, BORDER + timedelta(days=1)) if silent else (NOW - timedelta(days=1), BORDER)
        return State(self.revision, Moment(BORDER if silent else None, NOW.date(), 0, *edge))

    def look(self) -> State:
        """Return how things stand."""
        self.looks += 1
        if self.away:
            raise Unusable("database: away")
        return self.state()

    def page(self, path: str, query: str = "") -> tuple[Found, State]:
        """Return a page that says what was asked, and in which state."""
        if self.away:
            raise Unusable("database: away")
        self.reads.append(path)
        state = self.state()
        words = f"{path}?{query} {state.revision} {state.moment.as_of}".ljust(self.size)
        return self.others.get(path, Found(Page(words.encode()))), state


@dataclass
class Play:
    """A board with a clock of its own and seconds that pass when a test says so."""

    board: FakeBoard
    app: BoardApp
    clock: MovedClock
    seconds: list[float]

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds[0] += seconds
        self.clock.move(by=timedelta(seconds=seconds))


@pytest.fixture
def play() -> Play:
    clock, seconds = MovedClock(NOW), [100.0]
    board = FakeBoard(clock)
    return Play(
        board, BoardApp(board, clock, ("fr", "en"), kept_bytes=9_500, seconds=lambda: seconds[0]), clock, seconds
    )


def test_a_page_is_read_once_and_the_state_looked_up_once_a_second(play: Play) -> None:
    first = get(play.app, "/fr/")
    assert [get(play.app, "/fr/").body for _ in range(5)] == [first.body] * 5
    assert (play.board.looks, play.board.reads) == (1, ["fr/"])
    play.later(1)
    get(play.app, "/fr/")
    assert (play.board.looks, play.board.reads) == (2, ["fr/"])
    play.board.revision = 2
    play.later(0.5)
    assert get(play.app, "/fr/").body == first.body
    play.later(0.5)
    assert get(play.app, "/fr/").body != first.body


def test_many_who_come_at_once_wait_for_one_look_and_one_reading(play: Play) -> None:
    async def crowd() -> None:
        answers = await asyncio.gather(*(ask(play.app, "/fr/") for _ in range(50)))
        assert {one.status for one in answers} == {200}

    asyncio.run(crowd())
    assert (play.board.looks, play.board.reads) == (1, ["fr/"])


def test_the_border_of_a_silence_is_seen_at_once(play: Play) -> None:
    play.clock.at = BORDER - timedelta(milliseconds=300)
    before = get(play.app, "/fr/")
    play.later(0.4)
    after = get(play.app, "/fr/")
    assert b"None" in before.body
    assert str(BORDER).encode() in after.body


def test_without_the_database_what_is_kept_goes_on_and_the_rest_asks_to_come_back(play: Play) -> None:
    kept = get(play.app, "/fr/")
    play.board.away = True
    for _ in range(3):
        play.later(2)
        assert get(play.app, "/fr/").body == kept.body
        other = get(play.app, "/en/")
        assert (other.status, other.headers["retry-after"]) == (503, "10")
    play.board.away = False
    play.later(2)
    assert get(play.app, "/en/").status == 200


def test_a_board_that_never_had_a_database_asks_to_come_back(play: Play) -> None:
    play.board.away = True
    assert get(play.app, "/fr/").status == 503


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
def test_who_has_a_page_already_is_told_so_without_it(play: Play, form: str) -> None:
    whole = get(play.app, "/fr/")
    again = get(play.app, "/fr/", if_none_match=form.format(whole.headers["etag"]))
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == whole.headers["etag"]
    assert again.headers["cache-control"] == whole.headers["cache-control"]
    assert "content-length" not in again.headers


@pytest.mark.parametrize("form", ["", '"x"', "{unquoted}"])
def test_another_tag_gets_the_page(play: Play, form: str) -> None:
    whole = get(play.app, "/fr/")
    tag = form.format(unquoted=whole.headers["etag"].strip('"'))
    assert get(play.app, "/fr/", if_none_match=tag).body == whole.body


def test_a_head_has_the_headers_of_a_page_and_nothing_else_is_allowed(play: Play) -> None:
    whole, head = get(play.app, "/fr/"), get(play.app, "/fr/", method="HEAD")
    assert (head.headers, head.body) == (whole.headers, b"")
    assert get(play.app, "/fr/", method="HEAD", if_none_match=whole.headers["etag"]).status == 304
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        refused = get(play.app, "/fr/", method=method)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


def test_pages_asked_for_longest_ago_make_room(play: Play) -> None:
    play.board.size = 2_000
    for path in ("/a/", "/b/", "/a/", "/c/", "/d/", "/a/", "/b/"):
        get(play.app, path)
    # Each takes three thousand bytes of nine: the third pushed out what had not been asked for since.
    assert play.board.reads == ["a/", "b/", "c/", "d/", "b/"]


def test_what_is_missing_and_what_is_searched_is_not_kept(play: Play) -> None:
    play.board.others["fr/nothing"] = Found(Page(b"none"), status=404, kept=False)
    assert [get(play.app, "/fr/nothing").status for _ in range(2)] == [404, 404]
    assert play.board.reads == ["fr/nothing"] * 2
    assert get(play.app, "/fr/" + "x" * 500).status == 404
    assert play.board.reads == ["fr/nothing"] * 2


def test_a_query_makes_no_other_page_but_of_a_search(play: Play) -> None:
    assert get(play.app, "/fr/?utm=1").body == get(play.app, "/fr/").body
    assert play.board.reads == ["fr/"]
    assert b"q=x" in get(play.app, "/fr/search?q=x").body


def test_the_way_to_another_address_is_relative(play: Play) -> None:
    play.board.others["fr/list/1"] = Found(Redirect("fr/list/1/"), kept=False)
    play.board.others["fr/search"] = Found(Redirect("fr/place/13055/"), kept=False)
    moved, found = get(play.app, "/fr/list/1"), get(play.app, "/fr/search?q=m")
    assert (moved.status, moved.headers["location"]) == (308, "../../fr/list/1/")
    assert (found.status, found.headers["location"]) == (303, "../fr/place/13055/")


def test_a_page_in_a_frame_may_be_framed_and_data_may_be_read_by_scripts(play: Play) -> None:
    play.board.others["embed/x"] = Found(Page(b"x", framed=True))
    play.board.others["data"] = Found(Page(b"x", "text/csv", shared=True))
    page, framed, data = (get(play.app, f"/{one}") for one in ("fr/", "embed/x", "data"))
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "x-frame-options" not in framed.headers
    assert data.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in page.headers
    for one in (page, framed, data):
        assert one.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert one.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in one.headers
        assert "vary" not in one.headers


def test_a_file_is_sent_in_pieces(play: Play, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("data") / "large"
    path.write_bytes(b"0123456789" * 100_000)
    play.board.others["data"] = Found(FilePage(path, "text/csv", '"abc"'))
    got = get(play.app, "/data")
    assert got.body == path.read_bytes()
    assert got.headers["content-length"] == "1000000"
    assert get(play.app, "/data", if_none_match='"abc"').status == 304


def test_a_page_that_cannot_be_made_stops_no_other(play: Play) -> None:
    def broken(path: str, query: str = "") -> tuple[Found, State]:
        raise RuntimeError(path + query)

    whole: Callable[[str, str], tuple[Found, State]] = play.board.page
    play.board.page = broken  # type: ignore[method-assign]
    assert get(play.app, "/fr/").status == 503
    play.board.page = whole  # type: ignore[method-assign]
    assert get(play.app, "/fr/").status == 200


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "fr"),
        ("en-GB,en;q=0.9", "en"),
        ("de, en;q=0.5, fr;q=0.4", "en"),
        ("fr-CA;q=0.9, en;q=0.9", "fr"),
        ("de", "fr"),
        ("en;q=0", "fr"),
        ("en;q=x;;,,;q=", "fr"),
        ("*", "fr"),
    ],
)
def test_the_first_address_leads_to_the_readers_language(play: Play, asked: str, language: str) -> None:
    assert preferred(asked, ("fr", "en")) == language
    got = get(play.app, "/", accept_language=asked)
    assert (got.status, got.headers["location"], got.headers["vary"]) == (302, f"./{language}/", "Accept-Language")


def test_what_is_read_after_a_change_that_was_not_seen_yet_is_given_and_not_kept(play: Play) -> None:
    get(play.app, "/fr/")
    play.board.revision = 2
    assert b" 2 " in get(play.app, "/en/").body
    get(play.app, "/en/")
    assert play.board.reads == ["fr/", "en/", "en/"]

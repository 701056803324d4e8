"""Mentions are read page by page with ids that nothing is known of."""

import asyncio
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pledgebot.channels.mastodon.paging import Page, everything, since
from pledgebot.channels.mastodon.records import Mention, Mentions, Person

SOME = Mention("", "", Person("1", "alice", bot=False), "", "", "public", None, None, (), (), None, None)
IDS = st.lists(st.text(min_size=1), unique=True, max_size=30)


class Timeline:
    """A server's notifications, the oldest first: it gives so many at once, and may not know how to page upwards."""

    def __init__(self, ids: list[str], page: int, *, upwards: bool = True) -> None:
        self.entries = [(number, replace(SOME, notification=number)) for number in ids]
        self._page = page
        self._upwards = upwards
        self.asked = 0

    async def above(self, number: str) -> Page:
        """Return the page right above an id."""
        self.asked += 1
        begin = self._place(number) + 1 if self._upwards else max(len(self.entries) - self._page, 0)
        return list(reversed(self.entries[begin : begin + self._page]))

    async def below(self, number: str | None) -> Page:
        """Return the page right below an id, or the newest."""
        self.asked += 1
        end = len(self.entries) if number is None else self._place(number)
        return list(reversed(self.entries[max(end - self._page, 0) : end]))

    def _place(self, number: str) -> int:
        return [entry[0] for entry in self.entries].index(number)


def ids_of(mentions: Mentions) -> list[str]:
    return [mention.notification for mention in mentions.found]


@given(IDS, st.integers(1, 7), st.data())
def test_everything_after_a_cursor_is_read_once_and_in_order(ids: list[str], page: int, data: st.DataObject) -> None:
    ids = ["cursor", *(number for number in ids if number != "cursor")]
    begin = data.draw(st.integers(0, len(ids) - 1))

    mentions = asyncio.run(since(Timeline(ids, page).above, ids[begin], 100))

    assert ids_of(mentions) == ids[begin + 1 :]
    assert (mentions.cursor, mentions.more) == (ids[-1], False)


@given(IDS, st.integers(1, 7))
def test_without_a_cursor_everything_is_read_once_and_in_order(ids: list[str], page: int) -> None:
    mentions = asyncio.run(everything(Timeline(ids, page).below, 100))

    assert ids_of(mentions) == ids
    assert (mentions.cursor, mentions.more) == (ids[-1] if ids else None, False)


@given(IDS, st.integers(1, 7), st.integers(1, 3))
def test_what_one_call_leaves_the_next_ones_read(ids: list[str], page: int, pages: int) -> None:
    timeline = Timeline(["cursor", *(number for number in ids if number != "cursor")], page)
    cursor: str | None = "cursor"
    found: list[str] = []
    more = True
    while more:
        assert cursor is not None
        mentions = asyncio.run(since(timeline.above, cursor, pages))
        found += ids_of(mentions)
        cursor, more = mentions.cursor, mentions.more

    assert found == [number for number, _ in timeline.entries[1:]]


def test_a_server_that_does_not_page_upwards_is_asked_twice_and_no_more() -> None:
    timeline = Timeline(["a", "b", "c"], 2, upwards=False)

    mentions = asyncio.run(since(timeline.above, "a", 10))

    assert ids_of(mentions) == ["b", "c"]
    assert timeline.asked == 2
    assert not mentions.more


def test_what_is_no_mention_moves_the_cursor_on() -> None:
    timeline = Timeline(["a", "b", "c"], 2)

    async def gone(number: str) -> Page:
        return [(one, None) for one, _ in await timeline.above(number)]

    assert asyncio.run(since(gone, "a", 10)) == Mentions((), "c", more=False)

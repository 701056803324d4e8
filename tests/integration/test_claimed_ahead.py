"""What is claimed a moment ahead: it leaves in its turn, and comes back unsent where it may not."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from factories.roads import Road, moved
from fakes.channels import Paced
from pledgebot.channels.base import Outgoing
from pledgebot.dispatcher import Dispatcher
from pledgebot.dispatcher.desk import Desk
from pledgebot.dispatcher.launcher import AHEAD
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.errors import Unusable
from pledgebot.services.due import Due
from pledgebot.store.tables import Delivery

DUE, CLAIMED, SENT = DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENT
SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture
def channel(road: Road) -> Paced:
    """A paced medium on the road, with six places and something to tell all of them."""
    road.channel = channel = Paced()
    for name in ("one", "two", "three", "four", "five"):
        road.destination(name)
    road.confirmed()
    return channel


def attempts(road: Road) -> list[int]:
    """Return how often each delivery was tried."""
    with road.database.read() as session:
        return [delivery.attempts for delivery in session.query(Delivery).order_by(Delivery.id)]


def test_no_more_is_claimed_than_is_under_way_and_goes_next(road: Road, channel: Paced) -> None:
    claimed: list[int] = []
    channel.begin = lambda _outgoing: claimed.append(road.states().count(CLAIMED))
    assert road.run().sent == 6
    # Itself, the one before whose receipt waits for the next claim, and those that go next.
    assert max(claimed) <= 2 + AHEAD
    assert max(claimed[1:4]) >= 2, "nothing was claimed ahead"


def test_what_was_claimed_ahead_comes_back_unsent_when_the_silence_begins(road: Road, channel: Paced) -> None:
    def begins(_outgoing: Outgoing) -> None:
        if len(channel.received) == 2:
            moved(road).move(to=SATURDAY)

    channel.begin = begins
    road.run()
    assert len(channel.received) == 3
    assert road.states().count(SENT) == 3
    assert road.states().count(DUE) == 3
    assert sorted(attempts(road)) == [0, 0, 0, 1, 1, 1]


def test_what_was_claimed_ahead_comes_back_unsent_when_this_worker_may_send_no_more(
    road: Road, channel: Paced, executor: ThreadPoolExecutor
) -> None:
    dispatcher = Dispatcher(
        database=road.database,
        channels={"console": channel},
        clock=road.clock,
        executor=executor,
        may_go=lambda: len(channel.received) < 2,
    )
    asyncio.run(dispatcher.pass_once())
    assert len(channel.received) == 2
    assert sorted(road.states()) == sorted([SENT] * 2 + [DUE] * 4)
    assert sorted(attempts(road)) == [0, 0, 0, 0, 1, 1]


def test_a_place_that_has_to_wait_after_it_was_claimed_keeps_nobody_else_waiting(road: Road, channel: Paced) -> None:
    """Somebody there was answered meanwhile: the place has had its message of this second."""

    def begins(outgoing: Outgoing) -> None:
        if not channel.received:
            waiting = {"terminal", "one", "two", "three", "four", "five"} - {outgoing.address}
            channel.waits = dict.fromkeys(waiting - {"five", "four"}, timedelta(hours=1))

    channel.begin = begins
    road.run()
    assert {"five", "four"} <= {outgoing.address for outgoing in channel.received}
    assert len(channel.received) == 3
    assert sorted(road.states()) == sorted([SENT] * 3 + [DUE] * 3)
    assert sorted(attempts(road)) == [0, 0, 0, 1, 1, 1]
    channel.waits = {}
    road.run()
    assert len({outgoing.address for outgoing in channel.received}) == len(channel.received) == 6


@pytest.mark.parametrize("asked", [1, 3])
def test_when_only_the_database_knows_and_is_away_what_was_claimed_ahead_comes_back(
    road: Road, channel: Paced, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    questions: list[int] = []

    async def asks(_desk: Desk, due: Due) -> bool:
        questions.append(due.delivery)
        await asyncio.sleep(0)
        if len(questions) == asked:
            raise Unusable("database: away")
        return True

    monkeypatch.setattr(Desk, "may_leave", lambda _desk, _due: None)
    monkeypatch.setattr(Desk, "asks_whether_may_leave", asks)
    assert road.run().sent == 6
    assert len({outgoing.address for outgoing in channel.received}) == len(channel.received) == 6
    assert attempts(road) == [1] * 6

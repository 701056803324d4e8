"""What is under way when the lease ends or the database goes away: in doubt where it has to be, and nowhere else."""

import asyncio
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy.engine import Connection

from factories.roads import Road, moved
from fakes.channels import Paced, ScriptedChannel
from pledgebot.channels.base import Outgoing
from pledgebot.dispatcher import Dispatcher, House
from pledgebot.dispatcher.books import Books
from pledgebot.dispatcher.outcomes import Settlement
from pledgebot.domain.delivery import CLAIM_LIFE, DeliveryState, Receipt
from pledgebot.domain.errors import Unusable
from pledgebot.services.claims import Worded
from pledgebot.store.engine import Database
from pledgebot.store.line import Line

DUE, CLAIMED, SENT, UNCERTAIN = (
    DeliveryState.DUE,
    DeliveryState.CLAIMED,
    DeliveryState.SENT,
    DeliveryState.UNCERTAIN,
)


@dataclass
class Waiting(ScriptedChannel):
    """A medium that takes a message and answers only when it is told to; `begun` are the messages that reached it."""

    begun: list[str] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Wait for the word."""
        self.begun.append(outgoing.address)
        self.reached.set()
        await self.answers.wait()
        return await super().send(outgoing)


class Flaky(Database):
    """A database that cannot be written to for some times, once `away` says so."""

    away = 0

    @contextmanager
    def writing(self, line: Line) -> Iterator[Connection]:
        """Fail as long as it is away."""
        if self.away:
            self.away -= 1
            raise Unusable("database: away")
        with super().writing(line) as connection:
            yield connection


def test_at_the_end_of_the_lease_whatever_is_under_way_is_cut_off_and_in_doubt(road: Road) -> None:
    road.channel = channel = Waiting(width=4)
    for name in ("one", "two"):
        road.destination(name)
    road.confirmed()

    async def scene() -> None:
        dispatcher = Dispatcher(
            database=road.database,
            channels={"console": channel},
            clock=road.clock,
            executor=road.executor,
            lease_left=lambda: -1.0 if len(channel.begun) == 3 else 9.0,
        )
        done = await dispatcher.pass_once()
        assert done.uncertain == 3

    asyncio.run(scene())
    assert road.states() == [UNCERTAIN] * 3
    assert set(road.reasons()) == {"the worker lost its lease while it was sending"}
    assert channel.received == []


def test_without_the_right_to_begin_what_was_claimed_is_given_back(road: Road) -> None:
    for name in ("one", "two"):
        road.destination(name)
    road.confirmed()
    dispatcher = Dispatcher(
        database=road.database,
        channels={"console": road.channel},
        clock=road.clock,
        executor=road.executor,
        may_go=lambda: CLAIMED not in road.states(),
    )
    asyncio.run(dispatcher.pass_once())
    assert road.channel.received == []
    assert road.states() == [DUE] * 3
    assert road.run().sent == 3


@pytest.mark.engines("sqlite")
def test_a_receipt_waits_until_the_database_is_back_and_is_no_doubt_meanwhile(road: Road) -> None:
    database = Flaky(str(road.database.url.render_as_string(hide_password=False)))
    house = House()

    def leave(_outgoing: Outgoing) -> None:
        database.away = 1
        moved(road).move(by=2 * CLAIM_LIFE)

    road.channel = ScriptedChannel(script=[leave])
    road.confirmed()
    dispatcher = Dispatcher(
        database=database, channels={"console": road.channel}, clock=road.clock, executor=road.executor, house=house
    )
    assert asyncio.run(dispatcher.pass_once()).sent == 1
    assert database.away == 0, "it was away when the receipt came"
    assert road.states() == [SENT]
    assert not house.under_way
    database.close()


@pytest.mark.engines("sqlite")
def test_a_claim_that_fails_cuts_off_nothing_and_forgets_no_receipt(road: Road) -> None:
    """The database goes away between two claims: one message waits for its turn, the receipt of another goes with the claim."""
    database = Flaky(str(road.database.url.render_as_string(hide_password=False)))
    for name in ("one", "two", "three"):
        road.destination(name)
    road.confirmed()
    told: list[int] = []

    def away(_outgoing: Outgoing) -> None:
        told.append(road.states().count(CLAIMED))
        if len(told) == 1:
            database.away = 1

    channel = Paced(width=4, begin=away)
    dispatcher = Dispatcher(database=database, channels={"console": channel}, clock=road.clock, executor=road.executor)
    with pytest.raises(Unusable):
        asyncio.run(dispatcher.pass_once())
    assert told[0] == 2, "nothing waited for its turn"
    assert road.states() == [SENT, SENT, DUE, DUE]
    asyncio.run(dispatcher.pass_once())
    assert [outgoing.address for outgoing in channel.received] == ["terminal", "one", "two", "three"]
    assert road.states() == [SENT] * 4
    database.close()


def test_a_house_keeps_what_is_under_way_from_being_doubted(road: Road) -> None:
    road.channel = channel = Waiting()
    road.confirmed()
    house = House()

    def dispatcher() -> Dispatcher:
        return Dispatcher(
            database=road.database, channels={"console": channel}, clock=road.clock, executor=road.executor, house=house
        )

    async def scene() -> None:
        first = asyncio.create_task(dispatcher().pass_once())
        await channel.reached.wait()
        moved(road).move(by=CLAIM_LIFE + timedelta(seconds=1))
        house.kept_at = -100.0
        await dispatcher().pass_once()
        assert road.states() == [CLAIMED]
        channel.answers.set()
        await first

    asyncio.run(scene())
    assert road.states() == [SENT]


def test_what_a_pass_that_ended_by_a_fault_had_claimed_becomes_a_doubt(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.channel = Paced()
    for name in ("one", "two", "three"):
        road.destination(name)
    road.confirmed()
    house, real, claims = House(), Books._claim, count(1)  # noqa: SLF001

    def failing(books: Books, worded: Sequence[Worded], settlements: Sequence[Settlement]) -> frozenset[int]:
        ours = real(books, worded, settlements)
        if next(claims) == 2:
            raise ZeroDivisionError
        return ours

    def run() -> None:
        dispatcher = Dispatcher(
            database=road.database,
            channels={"console": road.channel},
            clock=road.clock,
            executor=road.executor,
            house=house,
        )
        asyncio.run(dispatcher.pass_once())

    monkeypatch.setattr(Books, "_claim", failing)
    with pytest.raises(ZeroDivisionError):
        run()
    assert CLAIMED in road.states()
    moved(road).move(by=CLAIM_LIFE + timedelta(seconds=1))
    house.kept_at = -math.inf
    run()
    assert set(road.states()) == {SENT, UNCERTAIN}
    assert not house.under_way

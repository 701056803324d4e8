"""What is paid for is claimed a moment ahead: still nothing twice, nothing lost, nothing in the silence."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.roads import POLLS_CLOSED, SATURDAY, Road, moved
from factories.services import NOW
from fakes.channels import ScriptedChannel
from pledgebot.domain.audience import PlaceKind
from pledgebot.domain.delivery import DeliveryState, TemporaryFailure, Uncertain
from pledgebot.store.tables import Destination, Event

DUE, SENT, UNCERTAIN = DeliveryState.DUE, DeliveryState.SENT, DeliveryState.UNCERTAIN
PEOPLE = [f"{number}" for number in range(1001, 1061)]


def paid(road: Road, width: int = 30) -> None:
    """Let sixty people follow, and an announcement to them be paid for."""
    for person in PEOPLE:
        road.subscriber(person, place=PlaceKind.PRIVATE)
    road.channel = ScriptedChannel(width=width)
    road.confirmed()
    with road.database.begin() as session:
        session.execute(sa.update(Event).values(paid_at=NOW))
        session.execute(sa.update(Destination).where(Destination.address == "terminal").values(ended_at=NOW))


def told(road: Road) -> list[str]:
    """Return who was told, in the order of addresses."""
    return sorted(outgoing.address for outgoing in road.channel.received)


@pytest.mark.parametrize("width", [1, 4, 30])
def test_everybody_is_told_once_and_the_network_is_told_that_it_is_paid(road: Road, width: int) -> None:
    """However few a medium lets be under way together: one that takes no money has no more for what is paid for elsewhere."""
    paid(road, width)
    assert road.run().sent == len(PEOPLE)
    assert told(road) == PEOPLE
    assert all(outgoing.paid and outgoing.admitted for outgoing in road.channel.received)
    assert set(road.states()) == {SENT}


class Tipping(ScriptedChannel):
    """A medium whose clock tips into the silence as the third message is let go."""

    taken = 0
    road: Road

    def take(self, address: str, *, paid: bool = False) -> bool:
        """Count, and tip."""
        self.taken += 1
        if self.taken == 3:
            moved(self.road).move(to=SATURDAY)
        return super().take(address, paid=paid)


def test_what_was_claimed_ahead_is_given_back_when_the_silence_begins(road: Road) -> None:
    paid(road)
    moved(road).move(to=SATURDAY - timedelta(days=1))
    road.channel = channel = Tipping(width=30)
    channel.road = road
    road.run()
    assert len(told(road)) == 3
    assert sorted(road.states()) == sorted([SENT] * 3 + [DUE] * (len(PEOPLE) - 3))
    moved(road).move(to=POLLS_CLOSED)
    channel.taken = 10
    road.run()
    assert told(road) == PEOPLE


def test_one_place_that_has_to_wait_keeps_nobody_else(road: Road) -> None:
    paid(road)
    road.channel.waits[PEOPLE[3]] = timedelta(minutes=10)
    road.run()
    assert told(road) == [person for person in PEOPLE if person != PEOPLE[3]]
    road.channel.waits.clear()
    road.run()
    assert told(road) == PEOPLE


def test_while_everybody_has_to_wait_nothing_is_claimed(road: Road) -> None:
    paid(road)
    road.channel.waits[""] = timedelta(minutes=10)
    road.run()
    assert told(road) == []
    assert set(road.states()) == {DUE}


def test_what_failed_or_is_in_doubt_is_settled_as_at_any_pace(road: Road) -> None:
    paid(road)
    road.channel._lines = iter([TemporaryFailure("429", timedelta(seconds=5)), Uncertain("no answer in time")])  # noqa: SLF001
    done = road.run()
    assert (done.sent, done.put_off, done.uncertain) == (len(PEOPLE) - 2, 1, 1)
    moved(road).move(by=timedelta(seconds=6))
    road.run()
    assert len(told(road)) == len(set(told(road))) == len(PEOPLE) - 1
    assert sorted(road.states()).count(UNCERTAIN) == 1

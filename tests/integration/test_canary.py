"""Of a broadcast to many the first few go out and settle before the rest is written."""

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from factories.roads import Road, correct, moved
from factories.services import NOW, an_answer
from fakes.channels import ScriptedChannel
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, Rhythm, TopicKind
from pledgebot.domain.brakes import BrakeKind
from pledgebot.domain.canary import CANARY, CANARY_FROM, PATIENCE
from pledgebot.domain.delivery import DeliveryState, Gone, TemporaryFailure, Uncertain
from pledgebot.domain.events import EventKind
from pledgebot.services.brakes import pause, release
from pledgebot.services.fan_out import fan_out, open_events
from pledgebot.store.tables import Brake, Delivery, Destination, Event, Subscription

pytestmark = pytest.mark.engines("sqlite")

MANY = CANARY_FROM + 20
SECOND = timedelta(seconds=1)
SENT = {"state": DeliveryState.SENT, "sent_at": NOW, "remote_id": "1"}


@pytest.fixture
def crowd(road: Road) -> Road:
    """A road with many followers and no public place: what is confirmed is for them all."""
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(ended_at=NOW))
    followers(road, MANY)
    return road


def followers(road: Road, many: int, **values: object) -> list[int]:
    """Add so many people who follow everything."""
    person = {
        "channel": "console", "audience": Audience.SUBSCRIBER, "language": "en", "consented_at": NOW, "thread": "",
        "created_at": NOW - timedelta(days=1), **values,
    }  # fmt: skip
    with road.database.begin() as session:
        known = session.scalar(sa.select(sa.func.max(Destination.id))) or 0
        numbers = list(range(known + 1, known + many + 1))
        session.execute(sa.insert(Destination), [{"id": n, "address": f"person {n}", **person} for n in numbers])
        session.execute(sa.insert(Subscription), [{"destination_id": n, "topic": TopicKind.ALL} for n in numbers])
        if not road.database.is_sqlite:
            session.execute(sa.text("SELECT setval('destination_id_seq', (SELECT max(id) FROM destination))"))
    return numbers


def fanned(road: Road) -> int:
    """Fan out once, and return how many places that reached."""
    now = road.clock.now()
    with road.database.read() as session:
        expected = open_events(session, now)
    with road.database.begin() as session:
        reached = fan_out(session, now)
    assert bool(reached) <= expected, "nothing is reached where nothing was open"
    return reached


def written(road: Road) -> int:
    """Return how many deliveries there are."""
    return len(road.states())


def settle(road: Road, **values: object) -> None:
    """Settle everything that waits."""
    with road.database.begin() as session:
        session.execute(sa.update(Delivery).where(Delivery.state == DeliveryState.DUE).values(**values))


def standing(road: Road) -> list[tuple[BrakeKind, dict[str, int]]]:
    """Return what is stopped, and by which numbers."""
    with road.database.read() as session:
        rows = session.execute(sa.select(Brake.kind, Brake.numbers).where(Brake.ended_at.is_(None)))
        return [(kind, numbers) for kind, numbers in rows]


@pytest.mark.engines("sqlite", "postgresql")
def test_the_first_few_are_told_and_settled_before_the_rest_is_written(crowd: Road) -> None:
    crowd.confirmed()
    assert fanned(crowd) == CANARY
    assert fanned(crowd) == 0
    with crowd.database.begin() as session:
        some = sa.select(Delivery.id).limit(CANARY - 1)
        session.execute(sa.update(Delivery).where(Delivery.id.in_(some.scalar_subquery())).values(**SENT))
    assert fanned(crowd) == 0, "one of them is not settled"
    settle(crowd, **SENT)
    assert fanned(crowd) == MANY - CANARY
    assert fanned(crowd) == 0
    assert written(crowd) == MANY


def test_everybody_is_told_in_one_pass_where_all_goes_well(crowd: Road) -> None:
    crowd.confirmed()
    written_when_sent: list[int] = []
    crowd.channel = ScriptedChannel(script=[lambda _outgoing: written_when_sent.append(written(crowd))] * MANY)
    crowd.run()
    assert len(crowd.channel.received) == MANY
    assert written_when_sent[:CANARY] == [CANARY] * CANARY
    assert standing(crowd) == []


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize(
    ("script", "numbers"),
    [
        ([Gone("blocked")] * 5, {"tried": 10, "failed": 5, "uncertain": 0}),
        ([Uncertain("no reply")] * 3 + [None] + [Gone("blocked")] * 2, {"tried": 10, "failed": 2, "uncertain": 3}),
    ],
)
def test_where_half_of_them_did_not_arrive_the_rest_waits_for_a_person(
    crowd: Road, script: list[BaseException | None], numbers: dict[str, int]
) -> None:
    crowd.confirmed()
    crowd.channel = ScriptedChannel(script=script)
    crowd.run()
    assert written(crowd) == CANARY
    assert [kind for kind, _numbers in standing(crowd)] == [BrakeKind.CANARY]
    told = standing(crowd)[0][1]
    assert told["failed"] + told["uncertain"] == numbers["failed"] + numbers["uncertain"]
    with crowd.database.begin() as session:
        asked = session.scalars(sa.select(Event.id).where(Event.kind == EventKind.BRAKE_PULLED)).all()
        assert len(asked) == 1
        release(session, session.scalars(sa.select(Brake.id)).one(), crowd.there.noe, crowd.clock.now())
    crowd.run()
    assert written(crowd) == MANY, "whoever let it go on is not asked again"
    assert standing(crowd) == []


def test_a_few_that_failed_stop_nothing(crowd: Road) -> None:
    crowd.confirmed()
    crowd.channel = ScriptedChannel(script=[Gone("blocked")] * 4)
    crowd.run()
    assert (written(crowd), standing(crowd)) == (MANY, [])


def test_few_receivers_are_told_all_together(road: Road) -> None:
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(ended_at=NOW))
    followers(road, CANARY_FROM)
    followers(road, CANARY_FROM, rhythm=Rhythm.DAILY, hour=time(18))
    road.confirmed()
    assert fanned(road) == 2 * CANARY_FROM
    assert fanned(road) == 0


@pytest.mark.engines("sqlite", "postgresql")
def test_those_who_hear_later_are_no_canaries(road: Road) -> None:
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(ended_at=NOW))
    tomorrow = followers(road, 5, rhythm=Rhythm.DAILY, hour=time(9))
    asleep = followers(road, 5, quiet_from=time(12), quiet_to=time(15), zone="Europe/Paris")
    awake = followers(road, MANY, quiet_from=time(22), quiet_to=time(8))
    road.confirmed()
    assert fanned(road) == len(tomorrow) + len(asleep) + CANARY
    with road.database.read() as session:
        due = session.scalars(sa.select(Delivery.destination_id).where(Delivery.due_at <= NOW)).all()
    assert sorted(due) == awake[:CANARY]
    settle_due = sa.update(Delivery).where(Delivery.destination_id.in_(awake)).values(**SENT)
    with road.database.begin() as session:
        session.execute(settle_due)
    assert fanned(road) == MANY - CANARY


@pytest.mark.parametrize("channel", ["away", "not set up"])
def test_a_medium_that_is_away_holds_up_the_others_for_two_minutes(crowd: Road, channel: str) -> None:
    crowd.confirmed()
    crowd.channel = ScriptedChannel(script=forever(TemporaryFailure("away")))
    if channel == "not set up":
        crowd.channel.name = "mastodon"
    crowd.run()
    moved(crowd).move(by=PATIENCE - SECOND)
    assert fanned(crowd) == 0
    moved(crowd).move(by=2 * SECOND)
    assert fanned(crowd) == MANY - CANARY
    assert standing(crowd) == []


def forever(failure: Exception) -> Iterator[Exception]:
    while True:
        yield failure


def test_the_two_minutes_begin_anew_after_a_pause(crowd: Road) -> None:
    crowd.confirmed()
    assert fanned(crowd) == CANARY
    with crowd.database.begin() as session:
        brake = pause(session, crowd.there.noe, crowd.clock.now())
    moved(crowd).move(by=timedelta(hours=1))
    assert fanned(crowd) == 0
    with crowd.database.begin() as session:
        release(session, brake, crowd.there.noe, crowd.clock.now())
    assert fanned(crowd) == 0
    moved(crowd).move(by=PATIENCE)
    assert fanned(crowd) == MANY - CANARY


@pytest.mark.engines("sqlite", "postgresql")
def test_whoever_ended_or_was_cancelled_is_not_waited_for(crowd: Road) -> None:
    crowd.confirmed()
    assert fanned(crowd) == CANARY
    with crowd.database.begin() as session:
        told = session.scalars(sa.select(Delivery.destination_id).order_by(Delivery.destination_id)).all()
        session.execute(sa.update(Destination).where(Destination.id.in_(told[:4])).values(ended_at=NOW))
        cancelled = {"state": DeliveryState.CANCELLED, "reason": "gone"}
        session.execute(sa.update(Delivery).where(Delivery.destination_id.in_(told[4:8])).values(**cancelled))
        session.execute(sa.update(Delivery).where(Delivery.destination_id.in_(told[8:])).values(**SENT))
    assert fanned(crowd) == MANY - CANARY


def test_what_is_for_the_public_waits_behind_a_canary_and_what_is_for_organizers_does_not(crowd: Road) -> None:
    with crowd.database.begin() as session:
        office = Destination(
            channel="console", address="office", audience=Audience.ORGANIZERS, language="en", created_at=NOW
        )
        session.add(office)
        session.flush()
        session.add(Subscription(destination_id=office.id, topic=TopicKind.ALL))
    answer = crowd.confirmed()
    assert fanned(crowd) == CANARY
    correct(crowd, answer)
    crowd.recorded(an_answer(crowd.there.b, {"cameras": Position.COMMITTED}))
    assert fanned(crowd) == 1, "the organizers' place hears of what waits for them"
    assert fanned(crowd) == 0
    settle(crowd, **SENT)
    assert [fanned(crowd), fanned(crowd)] == [MANY - CANARY, MANY], "a correction has no canary of its own"
    assert fanned(crowd) == 0

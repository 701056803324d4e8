"""An event becomes its deliveries: by one statement for each stretch of places, and as each of them wants to hear."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from factories.roads import Road, correct
from factories.services import NOW, Installed, installed
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind
from pledgebot.services.fan_out import fan_out, open_events, urgent
from pledgebot.services.gate import Gate
from pledgebot.services.privacy import erase_places
from pledgebot.services.rhythms import due_at
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery, Destination, Event, Subscription

PARIS = ZoneInfo("Europe/Paris")
LATER = NOW + timedelta(minutes=5)
FOLLOWED = ("all", "list_a", "list_b", "banner", "here", "demand")
TOPICS = ("lists", "banners", "constituencies", "demands")


@dataclass(frozen=True)
class Somebody:
    """A place as it is drawn: what it is, what it follows, when it wants to hear."""

    audience: Audience = Audience.SUBSCRIBER
    follows: frozenset[str] = frozenset({"all"})
    wishes: dict[str, object] = field(default_factory=dict)
    private: bool = True
    ended: bool = False
    late: bool = False
    stays: bool = False


HOURS = st.sampled_from([time(0), time(7, 30), time(12), time(18), time(23, 59)])
QUIET = st.one_of(st.just({}), st.fixed_dictionaries({"quiet_from": HOURS, "quiet_to": HOURS}))
WISHES = st.builds(
    lambda rhythm, hour, weekday, zone, quiet: {
        "rhythm": rhythm, "hour": hour, "weekday": weekday, "zone": zone, **quiet,
    },
    st.sampled_from(Rhythm),
    st.none() | HOURS,
    st.none() | st.integers(0, 6),
    st.sampled_from([None, "America/Cayenne", "Pacific/Noumea", "nowhere|at all"]),
    QUIET,
)  # fmt: skip
RARELY = st.integers(0, 4).map(lambda number: number == 0)
SOMEBODY = st.builds(
    Somebody,
    st.sampled_from([Audience.SUBSCRIBER, Audience.SUBSCRIBER, Audience.PUBLIC, Audience.ORGANIZERS]),
    st.sets(st.sampled_from(FOLLOWED)).map(frozenset),
    st.just({}) | WISHES,
    st.booleans(),
    RARELY,
    RARELY,
    RARELY,
)


@dataclass(frozen=True)
class Told:
    """An event as it is drawn."""

    kind: EventKind
    audience: Audience
    about: frozenset[str]
    not_before: datetime
    expires_at: datetime | None


TOLD = st.builds(
    Told,
    st.sampled_from([EventKind.ANSWER_CONFIRMED, EventKind.LISTS_MERGED, EventKind.LAST_CALL, EventKind.STAY_ASKED]),
    st.sampled_from([Audience.PUBLIC, Audience.ORGANIZERS]),
    st.sets(st.sampled_from(FOLLOWED[1:])).map(frozenset),
    st.sampled_from([NOW, NOW + timedelta(minutes=1), LATER]),
    st.sampled_from([None, LATER + timedelta(hours=8), LATER + timedelta(days=2)]),
).filter(lambda told: told.kind is not EventKind.STAY_ASKED or told.audience is Audience.PUBLIC)


def named(there: Installed, name: str) -> dict[str, object]:
    """Return the columns of a subscription to something."""
    return {
        "all": {"topic": TopicKind.ALL},
        "list_a": {"topic": TopicKind.LIST, "list_id": there.list_a},
        "list_b": {"topic": TopicKind.LIST, "list_id": there.list_b},
        "banner": {"topic": TopicKind.BANNER, "banner_id": there.banner},
        "here": {"topic": TopicKind.CONSTITUENCY, "constituency_id": 1},
        "demand": {"topic": TopicKind.DEMAND, "demand_id": 1},
    }[name]


def topics(there: Installed, about: frozenset[str]) -> dict[str, list[int]]:
    """Return what an event is about as it is stored."""
    numbers = {
        "lists": [there.list_a] * ("list_a" in about) + [there.list_b] * ("list_b" in about),
        "banners": [there.banner] * ("banner" in about),
        "constituencies": [1] * ("here" in about),
        "demands": [1] * ("demand" in about),
    }
    assert tuple(numbers) == TOPICS
    return numbers


def add(session: Session, there: Installed, number: int, one: Somebody) -> Destination:
    """Write a place with what it follows."""
    place = Destination(
        channel="console",
        address=f"somebody {number}",
        audience=one.audience,
        place=PlaceKind.PRIVATE if one.private else PlaceKind.GROUP,
        language="en",
        consented_at=NOW,
        created_at=NOW + timedelta(seconds=one.late),
        ended_at=NOW if one.ended else None,
        stays_at=NOW if one.stays else None,
    )
    for name, value in one.wishes.items():
        setattr(place, name, value)
    session.add(place)
    session.flush()
    session.add_all(Subscription(destination_id=place.id, **named(there, name)) for name in sorted(one.follows))
    return place


def publish(session: Session, there: Installed, told: Told) -> Event:
    """Write an event."""
    event = Event(
        kind=told.kind,
        audience=told.audience,
        topics=topics(there, told.about),
        facts={},
        facts_version=1,
        created_at=NOW,
        not_before=told.not_before,
        expires_at=told.expires_at,
    )
    session.add(event)
    session.flush()
    return event


def hears(one: Somebody, told: Told) -> bool:
    """Tell, by the rules alone, whether a place hears of an event."""
    if one.ended or one.late:
        return False
    if told.kind is EventKind.STAY_ASKED:
        return one.audience is Audience.SUBSCRIBER and one.private and not one.stays
    if (one.audience is Audience.ORGANIZERS) != (told.audience is Audience.ORGANIZERS):
        return False
    if told.kind is EventKind.LAST_CALL and "here" in told.about and one.follows & {"all", "demand"}:
        return False
    return "all" in one.follows or bool(one.follows & told.about)


@settings(max_examples=25)
@given(data=st.data())
def test_each_place_that_is_to_hear_is_written_once_for_when_it_wants_to(
    database: Database, opened: Installed, data: st.DataObject
) -> None:
    """The statement for many and the rule for one agree, wherever a stretch ends."""
    there = opened
    people = data.draw(st.lists(SOMEBODY, min_size=1, max_size=12))
    told = data.draw(TOLD)
    most = data.draw(st.integers(1, 14))
    with database.begin() as session:
        example = session.begin_nested()
        session.execute(sa.update(Destination).values(ended_at=NOW))
        places = [add(session, there, number, one) for number, one in enumerate(people)]
        event = publish(session, there, told)
        reached = 0
        while event.fanned_out_at is None:
            step = fan_out(session, LATER, most)
            assert step <= most or told.audience is Audience.ORGANIZERS, "organizers are few"
            reached += step
        rows = session.execute(
            sa.select(Delivery.destination_id, Delivery.due_at, Delivery.part, Delivery.action, Delivery.state)
        ).all()
        expected = {
            place.id: told.not_before
            if told.audience is Audience.ORGANIZERS
            else due_at(place, max(LATER, told.not_before), PARIS, told.expires_at)
            for place, one in zip(places, people, strict=True)
            if hears(one, told)
        }
        assert reached == len(rows) == len(expected)
        assert {row.destination_id: row.due_at for row in rows} == expected
        assert {row[2:] for row in rows} <= {(1, Action.SEND, DeliveryState.DUE)}
        assert event.fanned_to >= max(expected, default=0)
        assert bool(event.fanned_to) is bool(expected), "what nobody heard was not begun, and can be undone"
        asked = session.scalars(sa.select(Destination.id).where(Destination.asked_to_stay_at == LATER)).all()
        assert set(asked) == (set(expected) if told.kind is EventKind.STAY_ASKED else set())
        example.rollback()


@pytest.fixture
def opened(database: Database) -> Installed:
    """What is installed on the database."""
    return installed(database)


def test_whoever_is_deleted_in_this_moment_is_passed_over(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    there = installed(database)
    with database.begin() as session:
        numbers = [add(session, there, number, Somebody()).id for number in range(3)]
        event = publish(session, there, Told(EventKind.LISTS_MERGED, Audience.PUBLIC, frozenset(), NOW, None)).id
    reached: list[object] = []
    other = threading.Thread(target=lambda: reached.append(_reached(database)))
    with database.begin() as session:
        erase_places(session, numbers[1:2])
        session.flush()
        other.start()
        while other.is_alive() and not session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            pass
    other.join(timeout=30)
    with database.read() as session:
        told = session.scalars(sa.select(Delivery.destination_id).where(Delivery.event_id == event)).all()
    assert set(told) == {1, numbers[0], numbers[2]}
    assert reached == [3]
    database.close()


def _reached(database: Database) -> int | Exception:
    try:
        with database.begin() as session:
            return fan_out(session, LATER)
    except Exception as error:  # noqa: BLE001 - what a thread raises is told by nobody else
        return error


def test_what_puts_something_right_is_urgent_as_long_as_it_may_go(road: Road) -> None:
    answer = road.confirmed()
    with road.database.read() as session:
        assert open_events(session, NOW)
        assert not urgent(session, NOW)
    road.run()
    correct(road, answer)
    with road.database.read() as session:
        assert urgent(session, NOW)
        assert not urgent(session, NOW, Gate(Hush.SILENCE))
    road.run()
    with road.database.read() as session:
        assert not urgent(session, NOW)


def test_at_a_million_no_place_is_looked_at_that_does_not_hear(database: Database, opened: Installed) -> None:
    """Whoever follows is found by an index, and each by its number."""
    plans: list[str] = []

    def explain(connection: sa.Connection, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        if "delivery" in statement and statement.startswith(("INSERT", "WITH")):
            plans.append(_plan(connection, statement, parameters))

    told = Told(EventKind.LISTS_MERGED, Audience.PUBLIC, frozenset({"list_a", "here"}), NOW, None)
    with database.begin() as session:
        add(session, opened, 1, Somebody(follows=frozenset({"list_a"}), wishes={"rhythm": Rhythm.DAILY}))
        publish(session, opened, told)
        if not database.is_sqlite:
            # A table so small is read whole.
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        sa.event.listen(session.connection(), "before_cursor_execute", explain)
        assert fan_out(session, LATER) == 2
    [plan] = plans
    assert "SCAN destination" not in plan
    assert "SCAN subscription" not in plan
    assert "Seq Scan on" not in plan


def _plan(connection: sa.Connection, statement: str, parameters: object) -> str:
    ask = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    cursor = connection.connection.cursor()
    cursor.execute(ask + statement, parameters)
    return "\n".join(str(row) for row in cursor.fetchall())

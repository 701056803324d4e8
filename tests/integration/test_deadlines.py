"""For how long a network wants to hear nothing outlives a restart, is told to organizers, and names nobody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.services import NOW, a_plan, everything, installed
from pledgebot.domain.audience import Audience, PlaceKind, Spot, TopicKind
from pledgebot.domain.events import EventKind
from pledgebot.domain.quota import Quota
from pledgebot.services.deadlines import forget_past, keep_deadlines, read_deadlines
from pledgebot.services.installation import DestinationPlan, sync_installation
from pledgebot.services.privacy import forget, forget_places
from pledgebot.services.quotas import load_quota, save_quota
from pledgebot.services.status import status
from pledgebot.services.subscriber_places import move_place
from pledgebot.services.subscribers import Topic, subscribe
from pledgebot.store.engine import Database
from pledgebot.store.tables import Destination, Event, Pace

POSTS = Quota(300, timedelta(hours=3))
ANNE = Spot("telegram", "4711")
GROUP = Spot("telegram", "-100823", place=PlaceKind.GROUP)
HOUR = timedelta(hours=1)
LONG = timedelta(seconds=43_837)
"""The longest wait that was seen."""

Waits = Mapping[str | None, timedelta]


def demanded(database: Database, waits: Waits, after: timedelta = timedelta(0)) -> None:
    """Keep what a network demanded some time after the beginning."""
    with database.begin() as session:
        keep_deadlines(session, "telegram", waits, NOW + after)


def left(database: Database, after: timedelta = timedelta(0)) -> Waits:
    """Return what a worker that starts then has to wait."""
    with database.read() as session:
        return read_deadlines(session, "telegram", NOW + after)


def roads(database: Database) -> list[str]:
    """Return the roads of which something is kept."""
    with database.read() as session:
        return list(session.scalars(sa.select(Pace.road).order_by(Pace.road)))


def told(database: Database) -> list[tuple[object, ...]]:
    """Return what organizers were told of waits: whose, at which place, and when it loses its meaning."""
    with database.read() as session:
        events = session.scalars(sa.select(Event).where(Event.kind == EventKind.NETWORK_WAITS).order_by(Event.id)).all()
        assert all(event.audience is Audience.ORGANIZERS for event in events)
        return [(event.facts["channel"], event.facts["place"], event.expires_at) for event in events]


def test_deadlines_are_the_same_after_a_restart_and_a_later_one_stands(database: Database) -> None:
    installed(database)
    demanded(database, {None: HOUR, "-7": timedelta(seconds=90), "@exemple": timedelta(seconds=1.5)})
    assert left(database) == {None: HOUR, "-7": timedelta(seconds=90), "@exemple": timedelta(seconds=1.5)}
    demanded(database, {None: timedelta(minutes=10), "-7": timedelta(seconds=60)}, after=timedelta(seconds=60))
    assert left(database, after=timedelta(seconds=60)) == {
        None: timedelta(minutes=59),
        "-7": timedelta(seconds=60),
    }
    with database.read() as session:
        assert read_deadlines(session, "mastodon", NOW) == {}


def test_what_is_over_is_deleted_and_quotas_are_left_alone(database: Database) -> None:
    installed(database)
    with database.begin() as session:
        save_quota(session, "mastodon:posts", POSTS.spend(NOW).hold(NOW))
    demanded(database, {None: HOUR, "-7": timedelta(seconds=90), "-8": timedelta(0)})
    with database.begin() as session:
        forget_past(session, NOW + timedelta(seconds=90))
    assert roads(database) == ["mastodon:posts", "telegram"]
    demanded(database, {"-9": HOUR}, after=HOUR)
    assert roads(database) == ["mastodon:posts", "telegram:-9"]
    with database.read() as session:
        assert load_quota(session, "mastodon:posts", POSTS).used(NOW) == 1


@pytest.mark.engines("sqlite")
def test_a_clock_that_is_set_holds_nobody_for_longer_than_was_demanded(database: Database) -> None:
    installed(database)
    demanded(database, {None: timedelta(minutes=10)})
    assert left(database, after=-HOUR) == {None: timedelta(minutes=10)}
    assert left(database, after=timedelta(minutes=4)) == {None: timedelta(minutes=6)}
    assert left(database, after=HOUR) == {}
    with database.begin() as session:
        # As an older version kept it.
        session.execute(sa.update(Pace).values(spent={}))
    assert left(database, after=timedelta(minutes=4)) == {None: timedelta(minutes=6)}
    assert left(database, after=-timedelta(days=9)) == {None: timedelta(days=1)}


@pytest.mark.engines("sqlite")
@given(
    st.lists(st.tuples(st.sampled_from([None, "-7"]), st.floats(0, 5000), st.floats(0, 3000)), min_size=1, max_size=6)
)
def test_no_restart_shortens_a_deadline(database: Database, holds: list[tuple[str | None, float, float]]) -> None:
    with database.begin() as session:
        session.execute(sa.delete(Pace))
    after, until = timedelta(0), dict[str | None, timedelta]()
    for address, wait, pause in holds:
        demanded(database, {address: timedelta(seconds=wait)}, after)
        until[address] = max(after + timedelta(seconds=wait), until.get(address, after))
        after += timedelta(seconds=pause)
        kept = left(database, after)
        assert all(kept.get(to, timedelta(0)) >= moment - after for to, moment in until.items())


def test_whoever_is_forgotten_erased_or_moved_is_not_named_any_more(database: Database) -> None:
    installed(database)
    everybody = {ANNE.address: HOUR, "4712": HOUR, GROUP.address: HOUR, "-8": HOUR}
    demanded(database, everybody)
    with database.begin() as session:
        for spot in (ANNE, Spot("telegram", "4712"), GROUP):
            subscribe(session, spot, Topic(TopicKind.ALL), "fr", NOW)
        assert forget(session, ANNE)
        move_place(session, "telegram", GROUP.address, "-1009", NOW)
        other = session.scalars(sa.select(Destination.id).where(Destination.address == "4712")).one()
        forget_places(session, [other])
    assert roads(database) == ["telegram:-8"]
    # Also where nothing else is kept of them.
    demanded(database, everybody)
    with database.begin() as session:
        forget(session, ANNE)
    assert ANNE.address not in repr(everything(database))


def test_one_topic_of_a_forum_that_is_forgotten_leaves_the_deadline_of_the_others(database: Database) -> None:
    installed(database)
    demanded(database, {GROUP.address: HOUR})
    with database.begin() as session:
        for thread in ("7", "8"):
            subscribe(session, _topic(thread), Topic(TopicKind.ALL), "fr", NOW)
        forget(session, _topic("7"))
    assert left(database) == {GROUP.address: HOUR}
    with database.begin() as session:
        forget(session, _topic("8"))
    assert left(database) == {}


def _topic(thread: str) -> Spot:
    return Spot("telegram", GROUP.address, thread, PlaceKind.GROUP)


def test_organizers_see_what_a_network_wants_and_no_address(database: Database) -> None:
    installed(database)
    demanded(database, {None: LONG, "-823": LONG})
    with database.read() as session:
        assert [(stop.road, stop.until) for stop in status(session, NOW).stops] == [("telegram", NOW + LONG)]


def test_a_long_wait_is_told_once_and_not_after_it_is_over(database: Database) -> None:
    installed(database)
    demanded(database, {None: timedelta(minutes=4)})
    assert told(database) == []
    demanded(database, {None: LONG})
    # Whatever was under way was refused as well.
    demanded(database, {None: LONG}, after=timedelta(seconds=1))
    assert told(database) == [("telegram", "", NOW + LONG)]
    demanded(database, {None: HOUR}, after=LONG)
    assert told(database)[1:] == [("telegram", "", NOW + LONG + HOUR)]


def test_of_single_places_only_those_that_the_configuration_names_are_told(database: Database) -> None:
    installed(database)
    plan = a_plan()
    news = DestinationPlan("telegram", "@exemple", "fr")
    with database.begin() as session:
        sync_installation(session, replace(plan, destinations=(*plan.destinations, news)), NOW)
        subscribe(session, GROUP, Topic(TopicKind.ALL), "fr", NOW)
    demanded(database, {GROUP.address: LONG, "-8": LONG, "@exemple": LONG})
    demanded(database, {None: LONG, "@exemple": LONG}, after=timedelta(minutes=1))
    assert [place for _channel, place, _until in told(database)] == ["@exemple", ""]

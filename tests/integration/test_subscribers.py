"""Places that follow something: choosing, changing, leaving; gone, back, moved; staying for the mandate."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from factories.services import NOW, TOWN, Installed, a_plan, an_answer, confirmed, everything, install, installed
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, Spot, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import EventKind
from pledgebot.services.cursors import read_cursor
from pledgebot.services.fan_out import fan_out
from pledgebot.services.inbox import ReceivedUpdate, keep_updates
from pledgebot.services.installation import DestinationPlan, sync_installation
from pledgebot.services.privacy import forget
from pledgebot.services.settling import settle_gone, settle_moved
from pledgebot.services.subscribers import (
    SubscriberView,
    Topic,
    ask_to_stay,
    count_subscribers,
    end_place,
    find_subscriber,
    forget_ended,
    forget_unanswered,
    is_organizers_place,
    language_of,
    move_place,
    organizers_places,
    revive_place,
    set_language,
    set_quiet_hours,
    set_rhythm,
    set_zone,
    stay,
    subscribe,
    unsubscribe,
)
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Audit,
    Bundle,
    Constituency,
    Delivery,
    DemandRow,
    Destination,
    Event,
    Inbox,
    InboxState,
    Reminder,
    Subscription,
    Wording,
)

YES = Position.COMMITTED
ALL = Topic(TopicKind.ALL)
ANNE = Spot("telegram", "4711")
GROUP = Spot("telegram", "-100", place=PlaceKind.GROUP)
AT_WORK = replace(GROUP, thread="7")
LATER = NOW + timedelta(hours=1)
LAST_DAY = datetime(2026, 3, 22, 12, 0, tzinfo=UTC)
"""Noon on the day of the last round of the example."""


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def following(session: Session, spot: Spot) -> set[Topic]:
    found = find_subscriber(session, spot)
    return {view.topic for view in found.topics} if found is not None else set()


def told(session: Session, now: datetime) -> None:
    while fan_out(session, now):
        pass


def deliveries(session: Session, spot: Spot, *states: DeliveryState) -> list[Delivery]:
    here = sa.select(Delivery).join(Destination, Destination.id == Delivery.destination_id)
    at = (Destination.channel == spot.channel, Destination.address == spot.address, Destination.thread == spot.thread)
    wanted = Delivery.state.in_(states) if states else sa.true()
    query = here.where(*at, wanted).order_by(Delivery.id).execution_options(populate_existing=True)
    return list(session.scalars(query))


def answered(session: Session, there: Installed, now: datetime, *, demand: str = "cameras", of: str = "a") -> int:
    return confirmed(session, an_answer(getattr(there, of), {demand: YES}), there, now)


def refused(database: Database, act: Callable[[Session], object]) -> Objection:
    before = everything(database)
    with pytest.raises(Refused) as caught, database.begin() as session:
        act(session)
    assert everything(database) == before
    return caught.value.objection


def town(session: Session) -> int:
    return session.scalars(sa.select(Constituency.id).where(Constituency.code == TOWN)).one()


def demand(session: Session, key: str) -> int:
    return session.scalars(sa.select(DemandRow.id).where(DemandRow.key == key)).one()


# --- choosing


def test_subscribing_is_the_consent_and_says_what_is_kept(database: Database, there: Installed) -> None:
    with database.begin() as session:
        subscribe(session, ANNE, Topic(TopicKind.LIST, there.list_a), "en", NOW)
        view = subscribe(session, ANNE, Topic(TopicKind.DEMAND, demand(session, "cameras")), "fr", LATER)
        assert find_subscriber(session, ANNE) == view
        assert language_of(session, ANNE) == "en"
        assert find_subscriber(session, replace(ANNE, address="4712")) is None
        assert language_of(session, replace(ANNE, address="4712")) is None
    assert view == SubscriberView(
        id=view.id,
        spot=ANNE,
        audience=Audience.SUBSCRIBER,
        language="en",
        rhythm=Rhythm.AT_ONCE,
        hour=None,
        zone="Europe/Paris",
        quiet=None,
        consented_at=NOW,
        since=NOW,
        topics=view.topics,
        active=True,
        asked_to_stay_at=None,
        stays_at=None,
    )
    assert [topic.label for topic in view.topics] == ["Liste Exemple A", {"en": "Cameras", "fr": "Cameras"}]


def test_every_kind_of_topic_has_its_name(database: Database, there: Installed) -> None:
    with database.begin() as session:
        for topic in (Topic(TopicKind.CONSTITUENCY, town(session)), Topic(TopicKind.BANNER, there.banner)):
            view = subscribe(session, ANNE, topic, "fr", NOW)
        assert [one.label for one in view.topics] == ["Marseille", "Bannière Exemple"]
        assert [one.label for one in subscribe(session, ANNE, ALL, "fr", NOW).topics] == [""]


def test_everything_replaces_narrower_topics_and_a_narrower_one_everything(
    database: Database, there: Installed
) -> None:
    a, b = Topic(TopicKind.LIST, there.list_a), Topic(TopicKind.LIST, there.list_b)
    with database.begin() as session:
        for topic in (a, b, a):
            subscribe(session, ANNE, topic, "fr", NOW)
        assert following(session, ANNE) == {a, b}
        subscribe(session, ANNE, ALL, "fr", NOW)
        assert following(session, ANNE) == {ALL}
        subscribe(session, ANNE, ALL, "fr", NOW)
        subscribe(session, ANNE, b, "fr", NOW)
        assert following(session, ANNE) == {b}


def test_the_same_topic_twice_changes_nothing(database: Database, there: Installed) -> None:
    with database.begin() as session:
        subscribe(session, ANNE, Topic(TopicKind.BANNER, there.banner), "fr", NOW)
    before = everything(database)
    with database.begin() as session:
        subscribe(session, ANNE, Topic(TopicKind.BANNER, there.banner), "fr", LATER)
    assert everything(database) == before


@pytest.mark.parametrize(
    "topic",
    [
        *[Topic(kind, 99_999) for kind in TopicKind],
        *[Topic(kind) for kind in TopicKind if kind is not TopicKind.ALL],
    ],
)
def test_what_is_not_there_is_not_followed(database: Database, there: Installed, topic: Topic) -> None:
    assert there.list_a
    assert refused(database, lambda session: subscribe(session, ANNE, topic, "fr", NOW)) is Objection.NOTHING_TO_FOLLOW


def test_a_retired_demand_is_not_followed(database: Database, there: Installed) -> None:
    assert there.list_a
    with database.begin() as session:
        topic = Topic(TopicKind.DEMAND, demand(session, "cameras"))
        session.execute(sa.update(DemandRow).values(retired_at=NOW))
    assert refused(database, lambda session: subscribe(session, ANNE, topic, "fr", NOW)) is Objection.NOTHING_TO_FOLLOW


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.ORGANIZERS])
def test_a_place_of_the_configuration_is_never_a_followers(database: Database, audience: Audience) -> None:
    installed(database)
    configured(database, GROUP, audience)
    for act in (
        lambda session: subscribe(session, GROUP, ALL, "fr", NOW),
        lambda session: unsubscribe(session, GROUP, None, NOW),
        lambda session: set_rhythm(session, GROUP, Rhythm.DAILY, None, NOW),
        lambda session: set_quiet_hours(session, GROUP, None, NOW),
        lambda session: set_language(session, GROUP, "en", NOW),
    ):
        assert refused(database, act) is Objection.ALREADY_CONFIGURED


def configured(database: Database, spot: Spot, audience: Audience) -> None:
    plan = replace(a_plan(), destinations=(DestinationPlan(spot.channel, spot.address, "fr", audience),))
    with database.begin() as session:
        sync_installation(session, plan, NOW)


def test_the_organizers_own_places_are_known(database: Database) -> None:
    installed(database)
    configured(database, GROUP, Audience.ORGANIZERS)
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "fr", NOW)
        assert organizers_places(session, "telegram") == ("-100",)
        assert organizers_places(session, "console") == ()
        assert is_organizers_place(session, AT_WORK)
        assert not is_organizers_place(session, ANNE)
        end_place(session, "telegram", "-100", NOW)
        assert not is_organizers_place(session, GROUP)


def test_a_place_overseas_hears_by_its_own_clock(database: Database, there: Installed) -> None:
    with database.begin() as session:
        session.execute(sa.update(Constituency).values(zone="Indian/Reunion"))
        by_list = subscribe(session, ANNE, Topic(TopicKind.LIST, there.list_a), "fr", NOW)
        by_place = subscribe(session, GROUP, Topic(TopicKind.CONSTITUENCY, town(session)), "fr", NOW)
        by_banner = subscribe(session, AT_WORK, Topic(TopicKind.BANNER, there.banner), "fr", NOW)
    assert (by_list.zone, by_place.zone, by_banner.zone) == ("Indian/Reunion", "Indian/Reunion", "Europe/Paris")


def test_two_presses_at_once_are_one_subscription(database: Database, there: Installed) -> None:
    """Only PostgreSQL lets two write at once; on SQLite one waits for the other, and both are served as well."""
    begun, failures = threading.Barrier(4), list[BaseException]()

    def press(topic: Topic) -> None:
        try:
            begun.wait(timeout=10)
            with database.begin() as session:
                subscribe(session, ANNE, topic, "fr", NOW)
        except BaseException as error:  # noqa: BLE001 - what a thread raises is told by nobody else
            failures.append(error)

    a, b = Topic(TopicKind.LIST, there.list_a), Topic(TopicKind.LIST, there.list_b)
    threads = [threading.Thread(target=press, args=(topic,)) for topic in (a, a, b, b)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    with database.read() as session:
        assert following(session, ANNE) == {a, b}
        assert session.scalar(sa.select(sa.func.count()).select_from(Subscription).where(Subscription.list_id > 0)) == 2


@given(choices=st.lists(st.tuples(st.booleans(), st.sampled_from(["all", "a", "b", "banner", "town"])), max_size=12))
@settings(max_examples=settings().max_examples // 3)
def test_what_is_followed_is_what_was_chosen_last(database: Database, choices: list[tuple[bool, str]]) -> None:
    with database.begin() as session:
        session.begin_nested()
        there = installed_once(session)
        topics = {
            "all": ALL,
            "a": Topic(TopicKind.LIST, there[0]),
            "b": Topic(TopicKind.LIST, there[1]),
            "banner": Topic(TopicKind.BANNER, there[2]),
            "town": Topic(TopicKind.CONSTITUENCY, town(session)),
        }
        expected: set[Topic] = set()
        for follows, name in choices:
            topic = topics[name]
            if follows:
                subscribe(session, ANNE, topic, "fr", NOW)
                expected = {topic} if topic == ALL else (expected - {ALL}) | {topic}
            else:
                left = unsubscribe(session, ANNE, topic, NOW)
                expected -= {topic}
                assert (left is None) == (not expected)
            assert following(session, ANNE) == expected
        session.rollback()


def installed_once(session: Session) -> tuple[int, int, int]:
    there = install(session)
    return there.list_a, there.list_b, there.banner


# --- leaving


def test_with_the_last_topic_everything_goes(database: Database, there: Installed) -> None:
    a, b = Topic(TopicKind.LIST, there.list_a), Topic(TopicKind.LIST, there.list_b)
    empty = everything(database)
    with database.begin() as session:
        subscribe(session, ANNE, a, "fr", NOW)
        subscribe(session, ANNE, b, "fr", NOW)
        left = unsubscribe(session, ANNE, a, NOW)
        assert left is not None
        assert [view.topic for view in left.topics] == [b]
        assert unsubscribe(session, ANNE, b, NOW) is None
        assert unsubscribe(session, ANNE, b, NOW) is None
    assert everything(database) == empty


@pytest.mark.parametrize("spot", [ANNE, GROUP, AT_WORK])
def test_whoever_leaves_is_not_kept_nor_told(database: Database, there: Installed, spot: Spot) -> None:
    with database.begin() as session:
        subscribe(session, spot, ALL, "fr", NOW)
        subscribe(session, Spot("telegram", "1"), ALL, "fr", NOW)
        answered(session, there, LATER)
        told(session, LATER)
        assert len(deliveries(session, spot)) == 1
        assert unsubscribe(session, spot, None, LATER) is None
        assert find_subscriber(session, spot) is None
        assert len(deliveries(session, Spot("telegram", "1"))) == 1
    assert spot.address not in {row[2] for row in everything(database)["destination"]}


def test_leaving_one_topic_of_a_forum_leaves_the_others(database: Database, there: Installed) -> None:
    assert there.list_a
    with database.begin() as session:
        subscribe(session, GROUP, ALL, "fr", NOW)
        subscribe(session, AT_WORK, ALL, "fr", NOW)
        unsubscribe(session, AT_WORK, None, NOW)
        assert (following(session, GROUP), following(session, AT_WORK)) == ({ALL}, set())


def test_nothing_about_followers_is_in_the_audit_log(database: Database, there: Installed) -> None:
    with database.begin() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(Audit))
        subscribe(session, ANNE, Topic(TopicKind.LIST, there.list_a), "fr", NOW)
        set_rhythm(session, ANNE, Rhythm.DAILY, time(8), NOW)
        set_quiet_hours(session, ANNE, (time(22), time(7)), NOW)
        set_language(session, ANNE, "en", NOW)
        end_place(session, "telegram", "4711", NOW)
        revive_place(session, "telegram", "4711", NOW)
        unsubscribe(session, ANNE, None, NOW)
        assert session.scalar(sa.select(sa.func.count()).select_from(Audit)) == before


# --- how and when


def test_what_is_set_is_kept_and_an_hour_stays_until_another_is_given(database: Database, there: Installed) -> None:
    assert there.list_a
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "fr", NOW)
        set_rhythm(session, ANNE, Rhythm.DAILY, time(8, 30), NOW)
        set_rhythm(session, ANNE, Rhythm.WEEKLY, None, NOW)
        set_quiet_hours(session, ANNE, (time(22), time(7)), NOW)
        view = set_language(session, ANNE, " EN ", NOW)
        assert (view.rhythm, view.hour, view.quiet, view.language) == (
            Rhythm.WEEKLY, time(8, 30), (time(22), time(7)), "en",
        )  # fmt: skip
        assert set_quiet_hours(session, ANNE, (time(7), time(7)), NOW).quiet is None
        assert set_quiet_hours(session, ANNE, None, NOW).quiet is None


@pytest.mark.parametrize("language", ["", "français", "x" * 9, "f\0r", "f r", "-"])
def test_what_is_no_language_is_refused(database: Database, there: Installed, language: str) -> None:
    assert there.list_a
    assert refused(database, lambda session: subscribe(session, ANNE, ALL, language, NOW)) is Objection.LANGUAGE_UNKNOWN


def test_whoever_follows_nothing_has_nothing_to_set(database: Database, there: Installed) -> None:
    assert there.list_a
    for act in (
        lambda session: set_rhythm(session, ANNE, Rhythm.DAILY, None, NOW),
        lambda session: set_zone(session, ANNE, "Europe/Paris", NOW),
        lambda session: set_quiet_hours(session, ANNE, None, NOW),
    ):
        assert refused(database, act) is Objection.UNKNOWN_DESTINATION


def test_a_language_may_be_chosen_without_following_anything_and_is_forgotten_with_the_rest(
    database: Database, there: Installed
) -> None:
    assert there.list_a
    with database.begin() as session:
        view = set_language(session, ANNE, "en", NOW)
        assert (view.language, view.topics, view.consented_at) == ("en", (), NOW)
        assert language_of(session, ANNE) == "en"
        answered(session, there, LATER)
        told(session, LATER)
        assert deliveries(session, ANNE) == []
        assert set_language(session, ANNE, "fr", LATER).language == "fr"
        assert unsubscribe(session, ANNE, None, LATER) is None
        assert find_subscriber(session, ANNE) is None


def test_what_waits_comes_when_it_is_wanted_now(database: Database, there: Installed) -> None:
    """13:00 in Paris, one hour after the subscription."""
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "fr", NOW)
        answered(session, there, LATER)
        told(session, LATER)
        [waiting] = deliveries(session, ANNE)
        assert waiting.due_at == LATER

        def due() -> datetime:
            [row] = deliveries(session, ANNE)
            return row.due_at

        set_rhythm(session, ANNE, Rhythm.DAILY, time(20), LATER)
        assert due() == datetime(2026, 2, 8, 19, 0, tzinfo=UTC)
        set_quiet_hours(session, ANNE, (time(13), time(21, 15)), LATER)
        assert due() == datetime(2026, 2, 8, 20, 15, tzinfo=UTC)
        set_quiet_hours(session, ANNE, None, LATER)
        set_rhythm(session, ANNE, Rhythm.AT_ONCE, None, LATER)
        assert due() == LATER
        set_rhythm(session, ANNE, Rhythm.WEEKLY, time(8), LATER, 0)
        assert due() == datetime(2026, 2, 9, 7, 0, tzinfo=UTC)
        set_rhythm(session, ANNE, Rhythm.WEEKLY, None, LATER, 1)
        assert due() == datetime(2026, 2, 10, 7, 0, tzinfo=UTC)
        set_zone(session, ANNE, "Indian/Reunion", LATER)
        assert due() == datetime(2026, 2, 10, 4, 0, tzinfo=UTC)
        session.execute(sa.update(Event).values(expires_at=LATER + timedelta(hours=3)))
        set_rhythm(session, ANNE, Rhythm.DAILY, None, LATER)
        assert due() == LATER
        set_rhythm(session, ANNE, Rhythm.WEEKLY, None, LATER, 1)
        assert due() == datetime(2026, 2, 10, 4, 0, tzinfo=UTC)
        set_rhythm(session, ANNE, Rhythm.AT_ONCE, None, LATER)
        session.execute(sa.update(Delivery).values(attempts=1))
        set_rhythm(session, ANNE, Rhythm.DAILY, None, LATER)
        assert due() == LATER


# --- who hears what


@pytest.mark.parametrize(
    ("follows", "of", "hears"),
    [
        ("list_a", "a", True),
        ("list_a", "b", False),
        ("list_b", "of_banner", True),
        ("banner", "b", True),
        ("banner", "of_banner", True),
        ("banner", "a", False),
        ("town", "a", True),
        ("town", "of_banner", True),
        ("cameras", "a", True),
        ("committee", "a", False),
        ("all", "c", True),
    ],
)
def test_who_hears_of_an_answer(database: Database, there: Installed, follows: str, of: str, *, hears: bool) -> None:
    with database.begin() as session:
        topic = {
            "list_a": Topic(TopicKind.LIST, there.list_a),
            "list_b": Topic(TopicKind.LIST, there.list_b),
            "banner": Topic(TopicKind.BANNER, there.banner),
            "town": Topic(TopicKind.CONSTITUENCY, town(session)),
            "cameras": Topic(TopicKind.DEMAND, demand(session, "cameras")),
            "committee": Topic(TopicKind.DEMAND, demand(session, "committee")),
            "all": ALL,
        }[follows]
        subscribe(session, ANNE, topic, "fr", NOW)
        answered(session, there, LATER, of=of)
        told(session, LATER)
        assert len(deliveries(session, ANNE)) == int(hears)


# --- gone and back


def test_a_place_that_is_gone_is_not_written_to_any_more(database: Database, there: Installed) -> None:
    with database.begin() as session:
        for spot in (GROUP, AT_WORK, ANNE):
            subscribe(session, spot, ALL, "fr", NOW)
        answered(session, there, LATER)
        told(session, LATER)
        [kept] = deliveries(session, AT_WORK)
        kept.state, kept.reason = DeliveryState.HELD, "a brake"
        assert end_place(session, "telegram", "-100", LATER) == 2
        assert end_place(session, "telegram", "-100", LATER) == 0
        for spot in (GROUP, AT_WORK):
            [row] = deliveries(session, spot)
            assert (row.state, row.reason) == (DeliveryState.CANCELLED, "the place is gone")
            view = find_subscriber(session, spot)
            assert view is not None
            assert (view.active, [one.topic for one in view.topics]) == (False, [ALL])
        [row] = deliveries(session, ANNE)
        assert row.state is DeliveryState.DUE
        answered(session, there, LATER, of="b")
        told(session, LATER)
        assert (len(deliveries(session, GROUP)), len(deliveries(session, ANNE))) == (1, 2)


@pytest.mark.parametrize("by", ["network", "press"])
def test_whoever_comes_back_finds_their_choices_and_nothing_of_the_backlog(
    database: Database, there: Installed, by: str
) -> None:
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "en", NOW)
        set_rhythm(session, ANNE, Rhythm.DAILY, time(8), NOW)
        end_place(session, "telegram", "4711", NOW)
        answered(session, there, LATER)
        back = LATER + timedelta(minutes=1)
        if by == "network":
            assert revive_place(session, "telegram", "4711", back) == 1
            assert revive_place(session, "telegram", "4711", back + timedelta(days=1)) == 0
        else:
            subscribe(session, ANNE, ALL, "fr", back)
        told(session, back)
        assert deliveries(session, ANNE) == []
        view = find_subscriber(session, ANNE)
        assert view is not None
        assert (view.active, view.since, view.consented_at) == (True, back, NOW)
        assert (view.rhythm, view.language, {one.topic for one in view.topics}) == (Rhythm.DAILY, "en", {ALL})
        answered(session, there, back, of="b")
        told(session, back)
        assert len(deliveries(session, ANNE)) == 1


def test_the_organizers_group_comes_back_only_where_the_network_ended_it(database: Database) -> None:
    installed(database)
    configured(database, GROUP, Audience.ORGANIZERS)
    with database.begin() as session:
        assert end_place(session, "telegram", "-100", NOW) == 1
        assert revive_place(session, "telegram", "-100", LATER) == 1
    configured(database, ANNE, Audience.ORGANIZERS)
    with database.begin() as session:
        assert revive_place(session, "telegram", "-100", LATER) == 0
        assert not is_organizers_place(session, GROUP)


def test_a_place_that_does_not_come_back_is_forgotten_after_thirty_days(database: Database, there: Installed) -> None:
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "fr", NOW)
        subscribe(session, GROUP, ALL, "fr", NOW)
        answered(session, there, LATER)
        told(session, LATER)
        end_place(session, "telegram", "4711", LATER)
        assert forget_ended(session, LATER + timedelta(days=30) - timedelta(seconds=1)) == 0
        assert forget_ended(session, LATER + timedelta(days=30)) == 1
        assert find_subscriber(session, ANNE) is None
        assert find_subscriber(session, GROUP) is not None
    configured(database, ANNE, Audience.PUBLIC)
    with database.begin() as session:
        session.execute(sa.update(Destination).values(ended_at=NOW))
        assert forget_ended(session, LATER + timedelta(days=90)) == 1
        assert language_of(session, ANNE) == "fr"


# --- moved


NEW = replace(GROUP, address="-200")


def test_a_group_that_moved_is_followed_in_every_topic_with_what_waits_for_it(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        subscribe(session, GROUP, ALL, "fr", NOW)
        subscribe(session, AT_WORK, Topic(TopicKind.LIST, there.list_a), "en", NOW)
        answered(session, there, LATER)
        told(session, LATER)
    before = everything(database)["delivery"]
    for _again in range(2):
        with database.begin() as session:
            move_place(session, "telegram", "-100", "-200", LATER)
            assert following(session, NEW) == {ALL}
            assert following(session, replace(NEW, thread="7")) == {Topic(TopicKind.LIST, there.list_a)}
            assert (following(session, GROUP), following(session, AT_WORK)) == (set(), set())
            assert read_cursor(session, "moved:telegram:-100") == "-200"
    assert everything(database)["delivery"] == before


@pytest.mark.parametrize("first", ["old", "new"])
def test_two_rows_of_one_group_become_one(database: Database, there: Installed, first: str) -> None:
    a, b = Topic(TopicKind.LIST, there.list_a), Topic(TopicKind.LIST, there.list_b)
    with database.begin() as session:
        for spot in (GROUP, NEW) if first == "old" else (NEW, GROUP):
            subscribe(session, spot, a, "fr" if spot is GROUP else "en", NOW if spot is GROUP else LATER)
        subscribe(session, GROUP, b, "fr", NOW)
        set_rhythm(session, NEW, Rhythm.DAILY, time(8), NOW)
        move_place(session, "telegram", "-100", "-200", LATER)
        view = find_subscriber(session, NEW)
        assert view is not None
        assert (view.consented_at, view.since, view.language, view.rhythm) == (NOW, NOW, "en", Rhythm.DAILY)
        assert {one.topic for one in view.topics} == {a, b}
        assert len(view.topics) == 2
        assert find_subscriber(session, GROUP) is None


def test_everything_is_followed_where_one_of_the_two_did(database: Database, there: Installed) -> None:
    with database.begin() as session:
        subscribe(session, GROUP, ALL, "fr", NOW)
        subscribe(session, NEW, Topic(TopicKind.LIST, there.list_a), "fr", NOW)
        move_place(session, "telegram", "-100", "-200", LATER)
        assert following(session, NEW) == {ALL}


def test_a_moved_place_of_the_configuration_stays_the_organizers(database: Database) -> None:
    installed(database)
    configured(database, GROUP, Audience.ORGANIZERS)
    with database.begin() as session:
        subscribe(session, NEW, ALL, "fr", NOW)
        move_place(session, "telegram", "-100", "-200", LATER)
        assert is_organizers_place(session, NEW)
        assert organizers_places(session, "telegram") == ("-200",)


@pytest.mark.parametrize("first", ["old", "new"])
@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        (DeliveryState.DUE, DeliveryState.DUE, DeliveryState.DUE),
        (DeliveryState.SENT, DeliveryState.DUE, DeliveryState.SENT),
        (DeliveryState.DUE, DeliveryState.SENT, DeliveryState.SENT),
        (DeliveryState.SENT, DeliveryState.SENT, DeliveryState.SENT),
    ],
)
def test_nothing_is_told_twice_where_two_rows_become_one(
    database: Database, there: Installed, first: str, old: DeliveryState, new: DeliveryState, stays: DeliveryState
) -> None:
    with database.begin() as session:
        for spot in (GROUP, NEW) if first == "old" else (NEW, GROUP):
            subscribe(session, spot, ALL, "fr", NOW)
        answered(session, there, LATER)
        told(session, LATER)
        for spot, state in ((GROUP, old), (NEW, new)):
            [row] = deliveries(session, spot)
            if state is DeliveryState.SENT:
                row.state, row.remote_id, row.sent_at = state, f"of {spot.address}", LATER
            reply = Delivery(
                event_id=row.event_id, destination_id=row.destination_id, part=2, action=Action.REPLY, due_at=LATER,
                acts_on_id=row.id, bundle_id=a_bundle(session, row.destination_id),
            )  # fmt: skip
            session.add(reply)
        move_place(session, "telegram", "-100", "-200", LATER)
        session.expire_all()
        post, reply = deliveries(session, NEW)
        assert post.state is stays
        # At the new address messages have other numbers: an old one would change or answer somebody else's.
        number = {DeliveryState.SENT: "of -200", DeliveryState.DUE: "" if old is DeliveryState.SENT else None}
        assert post.remote_id == number[new]
        assert (reply.part, reply.acts_on_id) == (2, post.id)
        assert session.scalars(sa.select(Bundle.destination_id)).all() == [post.destination_id]
        assert reply.bundle_id == session.scalars(sa.select(Bundle.id)).one()


def beside(database: Database, first: Callable[[Session], object], act: Callable[[Session], object]) -> list[object]:
    """Do one thing, and before that is committed let another begin until it waits for it; return what that one returned.

    `first` is called twice: before the other begins, and once that waits. Only PostgreSQL lets two write at once.
    """
    results = list[object]()

    def run() -> None:
        try:
            with database.begin() as session:
                results.append(act(session))
        except Exception as error:  # noqa: BLE001 - what a thread raises is told by nobody else
            results.append(error)

    other = threading.Thread(target=run)
    with database.begin() as session:
        first(session)
        other.start()
        while other.is_alive() and not session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            pass
        first(session)
    other.join(timeout=30)
    return results


def test_a_group_moves_to_where_somebody_subscribes_in_this_moment(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    there = installed(database)
    a, b = Topic(TopicKind.LIST, there.list_a), Topic(TopicKind.LIST, there.list_b)
    with database.begin() as session:
        subscribe(session, GROUP, a, "fr", NOW)
    moved = beside(
        database,
        lambda session: subscribe(session, NEW, b, "fr", LATER),
        lambda session: move_place(session, "telegram", "-100", "-200", LATER),
    )
    assert moved == [None]
    with database.read() as session:
        assert (following(session, NEW), following(session, GROUP)) == ({a, b}, set())
    database.close()


@pytest.mark.parametrize("how", ["gone", "moved", "forgotten"])
def test_places_are_locked_before_their_deliveries_by_everybody(postgresql_url: str, how: str) -> None:
    """Else whoever leaves, and the worker that settles a delivery to them, wait for each other."""
    database = Database(postgresql_url)
    there = installed(database)
    with database.begin() as session:
        subscribe(session, GROUP, ALL, "fr", NOW)
        answered(session, there, LATER)
        told(session, LATER)
        wording = Wording(hash="0" * 64, language="fr", content={}, created_at=LATER)
        session.add(wording)
        session.flush()
        [row] = deliveries(session, GROUP)
        row.state, row.claimed_at, row.claim_token, row.wording_id = DeliveryState.CLAIMED, LATER, 1, wording.id
        number = row.id
    acts: dict[str, Callable[[Session], object]] = {
        "gone": lambda session: settle_gone(session, number, 1, "kicked", LATER),
        "moved": lambda session: settle_moved(session, number, 1, "-200", LATER),
        "forgotten": lambda session: forget(session, GROUP),
    }

    def leaves(session: Session) -> None:
        if session.info.setdefault("begun", False):
            unsubscribe(session, GROUP, None, LATER)
        else:
            session.info["begun"] = True
            end_place(session, "telegram", GROUP.address, LATER)

    assert beside(database, leaves, acts[how]) == [False]
    with database.read() as session:
        assert deliveries(session, GROUP) == []
        assert find_subscriber(session, GROUP) is None
    database.close()


def a_bundle(session: Session, destination: int) -> int:
    bundle = Bundle(destination_id=destination, occurrence="2026-02-08")
    session.add(bundle)
    session.flush()
    return bundle.id


def test_a_fan_out_that_is_under_way_survives_a_move(database: Database, there: Installed) -> None:
    """It has passed the older of two rows when they become one: the place hears once."""
    with database.begin() as session:
        subscribe(session, GROUP, ALL, "fr", NOW)
        subscribe(session, NEW, ALL, "fr", NOW)
        answered(session, there, LATER)
        while not deliveries(session, GROUP):
            fan_out(session, LATER, batch=1)
        move_place(session, "telegram", "-100", "-200", LATER)
        told(session, LATER)
        assert len(deliveries(session, NEW)) == 1


# --- staying for the mandate


def test_each_private_subscriber_is_asked_once_a_week_after_the_last_round(
    database: Database, there: Installed
) -> None:
    assert there.list_a
    with database.begin() as session:
        subscribe(session, GROUP, ALL, "fr", NOW)
        assert not ask_to_stay(session, LAST_DAY + timedelta(days=7))
        subscribe(session, ANNE, ALL, "fr", NOW)
        assert not ask_to_stay(session, LAST_DAY + timedelta(days=6))
        assert ask_to_stay(session, LAST_DAY + timedelta(days=7))
        assert not ask_to_stay(session, LAST_DAY + timedelta(days=8))
        [event] = session.scalars(sa.select(Event).where(Event.kind == EventKind.STAY_ASKED))
        assert (event.facts["last_round"], event.facts["deadline"]) == ("2026-03-22", "2026-04-21")
        assert event.facts["letter_title"] == {"en": "Example letter", "fr": "Lettre d’exemple"}
        reminder = session.scalars(sa.select(Reminder)).one()
        assert (reminder.rule, reminder.occurrence, reminder.event_id) == ("stay", "2026-t2", event.id)
        told(session, LAST_DAY + timedelta(days=8))
        assert (len(deliveries(session, ANNE)), deliveries(session, GROUP)) == (1, [])


def asked_whether_they_stay(session: Session, asked: datetime) -> None:
    """Let the question go out to everybody at a moment."""
    assert ask_to_stay(session, LAST_DAY + timedelta(days=7))
    sent = {"state": DeliveryState.SENT, "sent_at": asked, "remote_id": "1"}
    while fan_out(session, LAST_DAY + timedelta(days=7)):
        session.execute(sa.update(Delivery).values(**sent))
    session.execute(sa.update(Destination).values(asked_to_stay_at=asked))


def test_no_answer_means_deletion_and_an_answer_or_a_new_choice_means_staying(
    database: Database, there: Installed
) -> None:
    asked, deadline = LAST_DAY + timedelta(days=8), LAST_DAY + timedelta(days=30)
    silent, stays, chooses, new = (Spot("telegram", str(number)) for number in range(1, 5))
    with database.begin() as session:
        for spot in (silent, stays, chooses, GROUP):
            subscribe(session, spot, ALL, "fr", NOW)
        asked_whether_they_stay(session, asked)
        subscribe(session, new, ALL, "fr", asked)
        view = stay(session, stays, asked)
        assert view is not None
        assert view.stays_at == asked
        assert stay(session, Spot("telegram", "9"), asked) is None
        subscribe(session, chooses, Topic(TopicKind.LIST, there.list_a), "fr", asked)
        assert forget_unanswered(session, deadline) == 0
        assert forget_unanswered(session, deadline + timedelta(days=1)) == 1
        assert find_subscriber(session, silent) is None
        assert all(find_subscriber(session, spot) for spot in (stays, chooses, new, GROUP))


def test_whoever_was_asked_late_has_a_fortnight(database: Database, there: Installed) -> None:
    assert there.list_a
    asked = LAST_DAY + timedelta(days=28)
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "fr", NOW)
        asked_whether_they_stay(session, asked)
        assert forget_unanswered(session, asked + timedelta(days=14) - timedelta(seconds=1)) == 0
        assert forget_unanswered(session, asked + timedelta(days=14)) == 1


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.SENT])
def test_nobody_is_deleted_to_whom_the_question_was_never_sent(
    database: Database, there: Installed, state: DeliveryState
) -> None:
    """As where the network, or the machine, was away for weeks after the question was put."""
    assert there.list_a
    asked = LAST_DAY + timedelta(days=8)
    with database.begin() as session:
        subscribe(session, ANNE, ALL, "fr", NOW)
        asked_whether_they_stay(session, asked)
        wording = Wording(hash="0" * 64, language="fr", content={}, created_at=asked)
        session.add(wording)
        session.flush()
        [question] = deliveries(session, ANNE)
        question.state, question.sent_at, question.reason = state, None, "away"
        question.claimed_at, question.claim_token, question.wording_id = asked, 1, wording.id
        assert forget_unanswered(session, asked + timedelta(days=60)) == 0
        question.state, question.sent_at, question.reason = DeliveryState.SENT, asked + timedelta(days=60), None
        session.flush()
        assert forget_unanswered(session, asked + timedelta(days=74) - timedelta(seconds=1)) == 0
        assert forget_unanswered(session, asked + timedelta(days=74)) == 1


def test_the_silent_are_deleted_a_hundred_at_a_time_with_what_came_from_them(
    database: Database, there: Installed
) -> None:
    assert there.list_a
    asked = LAST_DAY + timedelta(days=8)
    with database.begin() as session:
        for number in range(1, 103):
            subscribe(session, Spot("telegram", str(number)), ALL, "fr", NOW)
            keep_updates(session, "telegram", [ReceivedUpdate(str(number), str(number), "words")], NOW)
        asked_whether_they_stay(session, asked)
        handled = sa.update(Inbox).where(Inbox.external_id != "2")
        session.execute(handled.values(state=InboxState.SET_ASIDE, done_at=NOW))
        assert forget_unanswered(session, LAST_DAY + timedelta(days=31)) == 100
        # What is new is handled first, and the last two are still there.
        assert set(session.scalars(sa.select(Inbox.chat))) == {"2", "101", "102"}
        assert forget_unanswered(session, LAST_DAY + timedelta(days=31)) == 2
        followers = sa.select(Destination.id).where(Destination.audience == Audience.SUBSCRIBER)
        assert session.scalars(followers).all() == []
        assert set(session.scalars(sa.select(Inbox.chat))) == {"2"}


def test_followers_are_counted_without_their_addresses(database: Database, there: Installed) -> None:
    with database.begin() as session:
        assert count_subscribers(session) == ()
        subscribe(session, ANNE, Topic(TopicKind.LIST, there.list_a), "fr", NOW)
        subscribe(session, ANNE, Topic(TopicKind.LIST, there.list_b), "fr", NOW)
        subscribe(session, GROUP, ALL, "en", NOW)
        subscribe(session, AT_WORK, ALL, "en", NOW)
        end_place(session, "telegram", "4711", NOW)
        counted = {(one.by, one.value): (one.places, one.active) for one in count_subscribers(session)}
    assert counted == {
        ("channel", "telegram"): (3, 2),
        ("place", "group"): (2, 2),
        ("place", "private"): (1, 0),
        ("language", "en"): (2, 2),
        ("language", "fr"): (1, 0),
        ("rhythm", "at_once"): (3, 2),
        ("topic", "all"): (2, 2),
        ("topic", "list"): (1, 0),
    }

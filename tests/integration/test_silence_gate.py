"""Nothing slips through the silence: whatever it is, wherever it goes, when it is chosen and in the moment before it leaves."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from factories.recalled import reminder_facts
from factories.roads import POLLS_CLOSED, SATURDAY, Road, correct, moved, remove, said
from factories.services import NOW, TOWN, a_plan, an_answer
from fakes.channels import ScriptedChannel
from pledgebot.clock import ClockWatch, MovedClock
from pledgebot.dispatcher import Dispatcher
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, QuietHours, Rhythm, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState, TemporaryFailure, Uncertain
from pledgebot.domain.election import Hush, SilenceRule
from pledgebot.domain.events import EventKind
from pledgebot.services.answers import Subject
from pledgebot.services.decisions import request_removal, undo_answer
from pledgebot.services.fan_out import fan_out, open_events
from pledgebot.services.gate import OPEN, Gate, SilencePolicy, gate_at, may_be_told
from pledgebot.services.installation import PlacePlan, sync_installation
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.publishing import publish_notice
from pledgebot.services.stopped import keep_stopped, stopped
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Audit,
    Banner,
    Constituency,
    Delivery,
    Destination,
    Event,
    Round,
    Subscription,
)

FRIDAY = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ALLOWED = SilencePolicy(removals=True)
LONG = timedelta(days=30)
DUE, CLAIMED, SENT, CANCELLED = DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.CANCELLED

# The windows of the first round, in UTC, with the margin of ten minutes.
REUNION = (datetime(2026, 3, 13, 19, 50, tzinfo=UTC), datetime(2026, 3, 15, 14, tzinfo=UTC))
PARIS = (datetime(2026, 3, 13, 22, 50, tzinfo=UTC), datetime(2026, 3, 15, 19, tzinfo=UTC))
TAHITI = (datetime(2026, 3, 14, 9, 50, tzinfo=UTC), datetime(2026, 3, 16, 4, tzinfo=UTC))
ATOLL = (TAHITI[0], datetime(2026, 3, 16, 6, tzinfo=UTC))


@dataclass(frozen=True)
class Wide:
    """An installation over half the world: lists by place, banners by where their lists stand."""

    road: Road
    lists: dict[str, int]
    banners: dict[str, int]
    places: dict[str, int]

    def follower(self, name: str, **topics: object) -> int:
        """Add a subscriber who follows one thing."""
        place = self.road.subscriber(name)
        with self.road.database.begin() as session:
            session.execute(sa.delete(Subscription).where(Subscription.destination_id == place))
            if topics:
                session.add(Subscription(destination_id=place, **topics))
        return place

    def told_at(self, moment: datetime) -> set[str]:
        """Return the addresses of all places that may be spoken to at a moment."""
        with self.road.database.read() as session:
            gate = gate_at(session, moment)
            return set(session.scalars(sa.select(Destination.address).where(may_be_told(gate))))


@pytest.fixture
def wide(road: Road) -> Wide:
    """Marseille, La Réunion, and Polynesia with an atoll that votes two hours longer than the whole that it is part of."""
    more = (
        PlacePlan("97411", "Saint-Exemple", zone="Indian/Reunion", closes=time(18)),
        PlacePlan("987", "Polynésie", zone="Pacific/Tahiti", closes=time(18)),
        PlacePlan("98735", "Atoll Exemple", parent="987", closes=time(20)),
        PlacePlan("98736", "Île Exemple", parent="987"),
    )
    by = road.there.alix
    with road.database.begin() as session:
        sync_installation(session, replace(a_plan(), places=(*a_plan().places, *more)), NOW)
        lists = {"paris": road.there.list_a}
        for name, code, banner in [
            ("reunion", "97411", "Bannière lointaine"),
            ("tahiti", "987", "Bannière lointaine"),
            ("atoll", "98735", "Bannière du Pacifique"),
            ("island", "98736", "Bannière du Pacifique"),
        ]:
            lists[name] = add_list(
                session, Place(code, None), ListDetails(name=f"Liste {name}", banner=banner), by, NOW
            )
        banners = {row.name: row.id for row in session.scalars(sa.select(Banner))}
        places = {row.code: row.id for row in session.scalars(sa.select(Constituency))}
    return Wide(road, lists, banners, places)


def test_each_place_keeps_the_window_of_what_it_follows_and_whoever_follows_several_the_widest(wide: Wide) -> None:
    place, listed = TopicKind.CONSTITUENCY, TopicKind.LIST
    wide.road.destination("organizers", audience=Audience.ORGANIZERS)
    wide.follower("marseille", topic=place, constituency_id=wide.places[TOWN])
    wide.follower("list in paris", topic=listed, list_id=wide.lists["paris"])
    wide.follower("banner in paris", topic=TopicKind.BANNER, banner_id=wide.road.there.banner)
    wide.follower("reunion", topic=listed, list_id=wide.lists["reunion"])
    wide.follower("island", topic=listed, list_id=wide.lists["island"])
    wide.follower("atoll", topic=place, constituency_id=wide.places["98735"])
    wide.follower("polynesia", topic=place, constituency_id=wide.places["987"])
    wide.follower("pacific banner", topic=TopicKind.BANNER, banner_id=wide.banners["Bannière du Pacifique"])
    wide.follower("far banner", topic=TopicKind.BANNER, banner_id=wide.banners["Bannière lointaine"])
    wide.follower("demand", topic=TopicKind.DEMAND, demand_id=1)
    wide.follower("follows nothing any more")
    windows = {
        "marseille": PARIS, "list in paris": PARIS, "banner in paris": PARIS, "reunion": REUNION, "island": TAHITI,
        "atoll": ATOLL, "polynesia": ATOLL, "pacific banner": ATOLL,
    }  # fmt: skip
    widest = (REUNION[0], ATOLL[1])
    windows |= dict.fromkeys(("terminal", "demand", "follows nothing any more"), widest)
    windows["far banner"] = (REUNION[0], ATOLL[1])
    borders = sorted({border for window in windows.values() for border in window})
    for moment in [one for border in borders for one in (border - SECOND, border)] + [borders[-1] + timedelta(days=1)]:
        free = {name for name, (begins, ends) in windows.items() if not begins <= moment < ends}
        assert wide.told_at(moment) == free | {"organizers"}, moment


def test_what_waits_for_silent_places_goes_out_in_order_when_their_own_window_ends(wide: Wide) -> None:
    road, clock = wide.road, moved(wide.road)
    for name in ("reunion", "island"):
        wide.follower(name, topic=TopicKind.LIST, list_id=wide.lists[name])

    def told(name: str, demand: str, at: datetime) -> list[str]:
        """Confirm an answer of a list at a moment, and return who heard of something then."""
        clock.move(to=at)
        entry = road.recorded(an_answer(Subject(wide.lists[name]), {demand: Position.COMMITTED}))
        road.confirm(entry)
        return heard(at)

    def heard(at: datetime) -> list[str]:
        clock.move(to=at)
        before = len(road.channel.received)
        road.run()
        return sorted(outgoing.address for outgoing in road.channel.received[before:])

    assert told("island", "cameras", REUNION[0]) == ["island"], "of those who follow it, one place is free"
    assert told("reunion", "cameras", REUNION[0] + SECOND) == []
    assert road.states() == [DUE, SENT, DUE, DUE], "the fan-out went on"
    assert told("island", "committee", TAHITI[0] + SECOND) == []
    assert len(road.states()) == 4, "while it is silent everywhere nothing is fanned out"
    assert heard(REUNION[1] - SECOND) == []
    assert heard(REUNION[1]) == ["reunion"]
    assert heard(PARIS[1]) == []
    assert heard(TAHITI[1] - SECOND) == []
    assert heard(TAHITI[1]) == ["island"]
    assert heard(ATOLL[1] - SECOND) == []
    assert heard(ATOLL[1]) == ["terminal"] * 3
    texts = said(road, ["terminal"])
    assert ["Liste island" in texts[0], "Liste reunion" in texts[1], "Liste island" in texts[2]] == [True] * 3
    assert set(road.states()) == {SENT}


def test_with_one_window_no_place_is_looked_at(road: Road) -> None:
    with road.database.read() as session:
        assert gate_at(session, FRIDAY) == OPEN
        assert gate_at(session, SATURDAY) == Gate(Hush.SILENCE)
        assert gate_at(session, SATURDAY, SilencePolicy(SilenceRule.NONE)) == OPEN


Prepared = Callable[[Road], object]


def announcement(road: Road) -> None:
    """Confirm an answer, and let its delivery be written."""
    road.confirmed()


def correction(road: Road) -> None:
    """Let a post stand, and correct it: where it can be changed it is, else it is answered to."""
    number = road.confirmed()
    road.run()
    correct(road, number)


def correction_again(road: Road) -> None:
    """Let a post stand, and let a first try to correct it fail."""
    correction(road)
    road.channel.script = [TemporaryFailure("away", timedelta(hours=1))]
    road.channel.__post_init__()
    road.run()


def removal(road: Road) -> None:
    """Let a post stand, and remove what it says."""
    number = road.confirmed()
    road.run()
    remove(road, number)


def retry(road: Road) -> None:
    """Let a first try fail."""
    road.channel.script = [TemporaryFailure("away", timedelta(hours=1))]
    road.channel.__post_init__()
    road.confirmed()
    road.run()


def doubt(road: Road) -> None:
    """Leave a message in doubt, on a medium that looks for it and posts it if it is not there."""
    road.channel.looks = True
    road.channel.script = [Uncertain("no answer")]
    road.channel.__post_init__()
    road.confirmed()
    road.run()


def digest(road: Road) -> None:
    """Keep several news for one who wants them once a day."""
    road.subscriber("daily", rhythm=Rhythm.DAILY, hour=time(8))
    road.confirmed()
    road.confirmed("list_b")
    road.run()


def reminder(road: Road) -> None:
    """Raise a reminder to the public."""
    with road.database.begin() as session:
        publish_notice(
            session, EventKind.DAYS_LEFT, reminder_facts(days_left=3), road.clock.now(), audience=Audience.PUBLIC
        )


@pytest.mark.parametrize("edits", [False, True])
@pytest.mark.parametrize(
    "prepare", [announcement, correction, correction_again, removal, retry, doubt, digest, reminder]
)
def test_nothing_leaves_in_the_silence_whatever_it_is(road: Road, prepare: Prepared, edits: bool) -> None:
    clock = moved(road)
    clock.move(to=FRIDAY)
    road.channel = ScriptedChannel(edits=edits)
    prepare(road)
    road.channel.received.clear()
    clock.move(to=SATURDAY)
    before = claims(road)
    # Even where removals are allowed, nothing else is.
    policy = SilencePolicy() if prepare is removal else ALLOWED
    while clock.now() < POLLS_CLOSED:
        done = road.run(policy)
        assert (road.channel.received, done.held) == ([], Hush.SILENCE)
        assert claims(road) == before, "nothing was even claimed"
        clock.move(by=timedelta(hours=17))
    clock.move(to=POLLS_CLOSED + timedelta(hours=13))
    road.run()
    assert road.channel.received != []


def claims(road: Road) -> list[tuple[int, int | None, int | None]]:
    """Return what every claim leaves behind: the token, and the words."""
    with road.database.read() as session:
        rows = session.execute(sa.select(Delivery.id, Delivery.claim_token, Delivery.wording_id).order_by(Delivery.id))
        return [(number, token, wording) for number, token, wording in rows]


class Tipping:
    """A clock that stands on Friday until something is claimed: then it is Saturday."""

    def __init__(self, road: Road) -> None:
        self.road = road
        self.at = FRIDAY

    def now(self) -> datetime:
        """Return Friday noon, and after a claim Saturday."""
        if CLAIMED in self.road.states():
            self.at = SATURDAY
        return self.at


@pytest.mark.parametrize("edits", [False, True])
@pytest.mark.parametrize("prepare", [announcement, correction, removal, retry, doubt, reminder])
def test_nothing_leaves_when_the_silence_begins_between_the_claim_and_the_call(
    road: Road, prepare: Prepared, edits: bool
) -> None:
    moved(road).move(to=FRIDAY - timedelta(hours=2))
    road.channel = ScriptedChannel(edits=edits)
    prepare(road)
    road.channel.received.clear()
    clock = Tipping(road)
    dispatcher = Dispatcher(
        database=road.database, channels={"console": road.channel}, clock=clock, executor=road.executor
    )
    asyncio.run(dispatcher.pass_once())
    assert clock.at == SATURDAY, "something was claimed"
    assert road.channel.received == []
    assert CLAIMED not in road.states()
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    assert road.channel.received != []


def test_what_expires_in_the_silence_is_cancelled_once_with_an_entry_in_the_audit_log(road: Road) -> None:
    clock = moved(road)
    clock.move(to=FRIDAY)
    late = road.subscriber("weekly", rhythm=Rhythm.WEEKLY)
    with road.database.begin() as session:
        for expires in (SATURDAY, SATURDAY + timedelta(hours=1), POLLS_CLOSED + LONG):
            publish_notice(
                session,
                EventKind.DAYS_LEFT,
                reminder_facts(days_left=3),
                FRIDAY,
                audience=Audience.PUBLIC,
                expires_at=expires,
            )
    with road.database.begin() as session:
        session.execute(sa.update(Event).where(Event.id > 1).values(not_before=SATURDAY - SECOND))
    road.run()
    assert road.states() == [SENT, DUE], "the first went out, but waits for the weekly digest"
    for _again in range(3):
        clock.move(to=SATURDAY + timedelta(hours=2))
        road.run()
    assert road.states() == [SENT, CANCELLED]
    clock.move(to=POLLS_CLOSED + SECOND)
    road.run()
    with road.database.read() as session:
        rows = session.execute(
            sa.select(Audit.action, Audit.subject).where(Audit.action.like("%expire")).order_by(Audit.id)
        ).all()
        told = set(session.scalars(sa.select(Delivery.event_id).where(Delivery.destination_id != late)))
    assert [tuple(row) for row in rows] == [("event.expire", "event:2"), ("delivery.expire", "delivery:2")]
    assert told == {1, 3}, "an expired event is not fanned out"


def test_what_expires_between_the_claim_and_the_call_does_not_leave(road: Road) -> None:
    moved(road).move(to=FRIDAY - timedelta(hours=2))
    with road.database.begin() as session:
        publish_notice(
            session,
            EventKind.DAYS_LEFT,
            reminder_facts(),
            road.clock.now(),
            audience=Audience.PUBLIC,
            expires_at=SATURDAY,
        )
    dispatcher = Dispatcher(
        database=road.database,
        channels={"console": road.channel},
        clock=Tipping(road),
        executor=road.executor,
        silence=SilencePolicy(SilenceRule.NONE),
    )
    asyncio.run(dispatcher.pass_once())
    assert road.channel.received == []


@pytest.mark.parametrize("allowed", [False, True])
def test_only_a_removal_that_is_configured_changes_what_stands_in_the_silence(road: Road, allowed: bool) -> None:
    clock = moved(road)
    clock.move(to=FRIDAY)
    road.channel = ScriptedChannel(edits=True)
    road.subscriber("follower")
    first, second = road.confirmed("list_b"), road.confirmed()
    road.run()
    road.channel.received.clear()
    clock.move(to=SATURDAY)
    correct(road, second)
    road.confirmed("list_c")
    remove(road, first)
    done = road.run(SilencePolicy(removals=allowed))
    assert done.held is Hush.SILENCE
    changed = [(outgoing.address, outgoing.action) for outgoing in road.channel.received]
    assert changed == ([("terminal", Action.EDIT), ("follower", Action.EDIT)] if allowed else [])
    if allowed:
        assert all("Liste Exemple B" in text and "removed" in text for text in said(road, ["follower"]))
    clock.move(to=POLLS_CLOSED)
    road.run(SilencePolicy(removals=allowed))
    assert set(road.states()) == {SENT}
    last = [outgoing for outgoing in road.channel.received if outgoing.acts_on and outgoing.action is Action.EDIT]
    assert len(last) == len({(outgoing.address, outgoing.acts_on) for outgoing in last}), "each post was changed once"


def test_a_removal_in_the_silence_takes_two_persons_and_a_reason_and_is_in_the_audit_log(road: Road) -> None:
    clock = moved(road)
    clock.move(to=FRIDAY)
    road.channel = ScriptedChannel(edits=True)
    number = road.confirmed()
    road.run()
    clock.move(to=SATURDAY)
    with road.database.begin() as session:
        asked = request_removal(session, number, "a court said so", road.there.alix, SATURDAY)
    road.run(ALLOWED)
    assert len(road.channel.received) == 1, "one person alone removes nothing"
    road.confirm(asked)
    road.run(ALLOWED)
    assert [outgoing.action for outgoing in road.channel.received] == [Action.SEND, Action.EDIT]
    with road.database.read() as session:
        rows = session.execute(
            sa.select(Audit.action, Audit.organizer_id, Audit.details).where(Audit.at >= SATURDAY).order_by(Audit.id)
        ).all()
    there = road.there
    assert [(row[0], row[1]) for row in rows] == [
        ("answer.remove", there.alix.organizer),
        ("answer.confirm", there.noe.organizer),
    ]
    assert rows[0][2]["reason"] == "a court said so"


def test_what_was_never_posted_is_not_posted_afterwards_either(road: Road) -> None:
    clock = moved(road)
    clock.move(to=SATURDAY)
    road.channel = ScriptedChannel(edits=True)
    number = road.confirmed()
    remove(road, number)
    road.run(ALLOWED)
    assert road.states() == [], "of what nobody was told there is nothing to remove yet"
    clock.move(to=POLLS_CLOSED)
    road.run(ALLOWED)
    assert (road.channel.received, road.states()) == ([], [CANCELLED])


def test_a_correction_that_waits_does_not_bring_back_what_was_removed(road: Road) -> None:
    clock = moved(road)
    clock.move(to=FRIDAY)
    road.channel = ScriptedChannel(edits=True)
    number = road.confirmed()
    road.run()
    road.channel.script = [TemporaryFailure("away", timedelta(hours=20))] * 2
    road.channel.__post_init__()
    correct(road, number)
    road.run()
    clock.move(to=SATURDAY)
    remove(road, number)
    road.run(ALLOWED)
    clock.move(to=POLLS_CLOSED)
    road.run(ALLOWED)
    edits = [text for text, out in zip(said(road), road.channel.received, strict=True) if out.action is Action.EDIT]
    assert len(edits) == 1
    assert "s’engage" not in edits[0]


def test_an_entry_confirmed_in_the_silence_can_be_undone_until_it_ends(road: Road) -> None:
    moved(road).move(to=SATURDAY)
    road.destination("organizers", audience=Audience.ORGANIZERS)
    number = road.confirmed()
    road.recorded(an_answer(road.there.b, {"cameras": Position.COMMITTED}))
    road.run(ALLOWED)
    assert [outgoing.address for outgoing in road.channel.received] == ["organizers"]
    with road.database.begin() as session:
        undo_answer(session, number, "the wrong list", road.there.noe, SATURDAY)
    moved(road).move(to=POLLS_CLOSED)
    road.run(ALLOWED)
    assert "terminal" not in [outgoing.address for outgoing in road.channel.received]


def test_where_nothing_can_be_changed_a_removal_waits_too(road: Road) -> None:
    moved(road).move(to=FRIDAY)
    number = road.confirmed()
    road.run()
    moved(road).move(to=SATURDAY)
    remove(road, number)
    road.run(ALLOWED)
    assert road.states() == [SENT, DUE]
    moved(road).move(to=POLLS_CLOSED)
    road.run(ALLOWED)
    assert [outgoing.action for outgoing in road.channel.received] == [Action.SEND, Action.REPLY]


def test_what_has_lost_its_meaning_is_fanned_out_to_nobody(road: Road) -> None:
    with road.database.begin() as session:
        publish_notice(
            session, EventKind.DAYS_LEFT, reminder_facts(), NOW, audience=Audience.PUBLIC, expires_at=NOW + SECOND
        )
        assert (open_events(session, NOW), open_events(session, NOW + SECOND)) == (True, False)
        assert fan_out(session, NOW + SECOND) == 0


def ran(road: Road, watch: ClockWatch) -> Hush:
    """Let a dispatcher that hears of the networks' clocks pass once, and return why nothing was said to the public."""
    dispatcher = Dispatcher(
        database=road.database,
        channels={"console": road.channel},
        clock=road.clock,
        executor=road.executor,
        watch=watch,
    )
    return asyncio.run(dispatcher.pass_once()).held


def stops(road: Road) -> list[tuple[str, int | None]]:
    """Return what organizers were told of a bot that is stopped: the reason, and the seconds."""
    with road.database.read() as session:
        events = session.scalars(sa.select(Event).where(Event.kind == EventKind.BOT_STOPPED).order_by(Event.id)).all()
    assert all(event.audience is Audience.ORGANIZERS for event in events)
    return [(str(event.facts["what"]), event.facts["seconds"]) for event in events]  # type: ignore[misc]


def test_by_a_wrong_clock_nothing_is_said_to_the_public_but_organizers_are_told_once_a_day(road: Road) -> None:
    clock, watch = moved(road), ClockWatch()
    road.destination("organizers", audience=Audience.ORGANIZERS)
    road.confirmed()
    wrong = {"Date": "Sun, 08 Feb 2026 11:55:00 GMT"}
    watch.hear("a network", NOW, NOW, wrong)
    for _again in range(3):
        assert ran(road, watch) is Hush.CLOCK_OFF
        clock.move(by=timedelta(hours=1))
    assert stops(road) == [("clock_off", 300)]
    assert [outgoing.address for outgoing in road.channel.received] == ["organizers"]
    clock.move(by=timedelta(days=1))
    ran(road, watch)
    assert len(stops(road)) == 2
    with road.database.read() as session:
        kept = stopped(session)
    assert kept is not None
    assert (kept.hush, kept.since, kept.off) == (Hush.CLOCK_OFF, NOW, timedelta(minutes=5))
    watch.hear("a network", NOW, NOW, {"Date": "Sun, 08 Feb 2026 12:00:00 GMT"})
    assert ran(road, watch) is Hush.FREE
    assert "terminal" in [outgoing.address for outgoing in road.channel.received]
    with road.database.read() as session:
        assert stopped(session) is None


def test_two_workers_that_see_the_same_stop_tell_of_it_once(road: Road) -> None:
    with road.database.begin() as session:
        assert keep_stopped(session, Hush.NO_CALENDAR, NOW) is not None
        assert keep_stopped(session, Hush.NO_CALENDAR, NOW) is None
        assert keep_stopped(session, Hush.CLOCK_OFF, NOW, -timedelta(seconds=200)) is not None
    assert stops(road) == [("no_calendar", None), ("clock_off", -200)]


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", "Europe", " "])
@pytest.mark.parametrize("where", ["round", "constituency"])
def test_a_calendar_that_cannot_be_read_counts_as_none_and_organizers_still_hear(
    road: Road, where: str, zone: str
) -> None:
    road.destination("organizers", audience=Audience.ORGANIZERS)
    road.confirmed()
    table = Round if where == "round" else Constituency
    with road.database.begin() as session:
        session.execute(sa.update(table).values(zone=zone))
    road.recorded(an_answer(road.there.b, {"cameras": Position.COMMITTED}))
    assert road.run().held is Hush.NO_CALENDAR
    assert [outgoing.address for outgoing in road.channel.received] == ["organizers"] * 2
    assert stops(road) == [("no_calendar", None)]
    with road.database.begin() as session:
        session.execute(sa.update(table).values(zone="Europe/Paris"))
    assert road.run().held is Hush.FREE
    assert "terminal" in [outgoing.address for outgoing in road.channel.received]


def test_a_place_whose_zone_is_unknown_stops_nobody(road: Road) -> None:
    quiet: QuietHours = (time(22), time(7))
    road.subscriber("lost", zone="Europe/Nowhere", quiet_from=quiet[0], quiet_to=quiet[1])
    road.confirmed()
    road.run()
    assert {outgoing.address for outgoing in road.channel.received} == {"terminal", "lost"}


def test_a_calendar_on_disk_with_a_day_that_is_none(sqlite_url: str, executor: ThreadPoolExecutor) -> None:
    database = Database(sqlite_url)
    road = Road(database, MovedClock(NOW), executor)
    road.confirmed()
    with database.begin() as session:
        session.execute(sa.text("UPDATE round SET day = 'some Sunday'"))
        assert gate_at(session, NOW) == Gate(Hush.NO_CALENDAR)
        assert gate_at(session, NOW, SilencePolicy(SilenceRule.NONE)) == OPEN
    database.close()

"""The database follows the configuration and the letter; doing it again changes nothing."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import (
    NOW,
    TOWN,
    a_demand,
    a_letter,
    a_plan,
    a_round,
    an_answer,
    confirm,
    confirmed,
    everything,
    install,
    installed,
    record,
)
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, TopicKind
from pledgebot.domain.letter import Letter
from pledgebot.services.fan_out import fan_out
from pledgebot.services.installation import DestinationPlan, InstallationPlan, PlacePlan, sync_installation
from pledgebot.services.ledger import verify_ledger
from pledgebot.services.letters import demand_from, read_letter
from pledgebot.services.queries import demands, is_fictional, silences
from pledgebot.services.subscribers import move_place
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Constituency,
    ConstituencyAlias,
    DemandRow,
    DemandVersion,
    Destination,
    Installation,
    Round,
    Stance,
    Subscription,
)

YES = Position.COMMITTED
LATER = NOW + timedelta(days=1)
STRICTER = a_letter(
    a_demand("retraction", "video", "observatory"), a_demand("cameras", asks="all"), a_demand("committee")
)


def sync(database: Database, plan: InstallationPlan) -> None:
    with database.begin() as session:
        sync_installation(session, plan, LATER)


def versions(session: Session, key: str = "cameras") -> list[tuple[int, str]]:
    """Return number and first test of each version of a demand."""
    rows = session.scalars(
        sa.select(DemandVersion)
        .join(DemandRow, DemandRow.id == DemandVersion.demand_id)
        .where(DemandRow.key == key)
        .order_by(DemandVersion.number)
    )
    return [(row.number, demand_from(row.content).tests[YES]["en"]) for row in rows]


def test_everything_that_is_configured_is_there(database: Database) -> None:
    with database.begin() as session:
        sync_installation(session, a_plan(), NOW)
    with database.read() as session:
        assert [(view.key, view.number, view.version) for view in demands(session)] == [
            ("retraction", 1, 1),
            ("cameras", 2, 1),
            ("committee", 3, 1),
        ]
        rounds = session.scalars(sa.select(Round).order_by(Round.day)).all()
        assert [(row.number, row.day, row.closes, row.zone) for row in rounds] == [
            (1, date(2026, 3, 15), time(20), "Europe/Paris"),
            (2, date(2026, 3, 22), time(20), "Europe/Paris"),
        ]
        assert len(silences(session)) == 2
        assert session.scalars(sa.select(Constituency.code)).all() == [TOWN]
        assert session.scalars(sa.select(ConstituencyAlias.alias)).all() == ["13001", "1er"]
        assert read_letter(session) == a_letter()
        assert is_fictional(session)
        place = session.scalars(sa.select(Destination)).one()
        assert (place.channel, place.address, place.audience) == ("console", "terminal", Audience.PUBLIC)
        assert session.scalars(sa.select(Subscription.topic)).one() is TopicKind.ALL


def test_doing_it_again_changes_nothing(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
    before = everything(database)
    sync(database, a_plan())
    assert everything(database) == before


def test_another_database_has_another_secret(database: Database) -> None:
    installed(database)
    with database.begin() as session:
        secret = session.get_one(Installation, 1).secret
        session.delete(session.get_one(Installation, 1))
        session.flush()
        sync_installation(session, a_plan(), NOW)
        assert len(secret) == 64
        assert session.get_one(Installation, 1).secret != secret


def test_before_any_stance_a_wording_is_changed_in_place(database: Database) -> None:
    installed(database)
    sync(database, a_plan(STRICTER))
    with database.read() as session:
        assert versions(session) == [(1, "committed: all")]


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_after_a_stance_a_changed_test_is_a_new_version_and_the_stance_keeps_its_own(
    database: Database, *, is_confirmed: bool
) -> None:
    there = installed(database)
    with database.begin() as session:
        judged = record(session, an_answer(there.a, {"cameras": YES}), there.alix)
        if is_confirmed:
            confirm(session, judged, there.noe)
    sync(database, a_plan(STRICTER))
    with database.begin() as session:
        assert versions(session) == [(1, "committed: do it"), (2, "committed: all")]
        assert versions(session, "committee") == [(1, "committed: do it")]
        later = confirmed(session, an_answer(there.b, {"cameras": YES}), there)
        numbers = sa.select(DemandVersion.number).join(Stance, Stance.demand_version_id == DemandVersion.id)
        assert session.scalars(numbers.where(Stance.answer_id == judged)).one() == 1
        assert session.scalars(numbers.where(Stance.answer_id == later)).one() == 2
        assert verify_ledger(session).faults == ()
        assert [view.version for view in demands(session)] == [1, 2, 1]


def test_the_unused_newest_version_is_changed_in_place_again(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
    sync(database, a_plan(STRICTER))
    sync(database, a_plan(a_letter(a_demand("cameras", asks="half"))))
    with database.read() as session:
        assert versions(session) == [(1, "committed: do it"), (2, "committed: half")]


def test_a_demand_that_the_letter_dropped_is_retired_and_may_come_back(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"committee": YES}), there)
    sync(database, a_plan(a_letter(a_demand("committee"))))
    with database.begin() as session:
        retired = dict(session.execute(sa.select(DemandRow.key, DemandRow.retired_at)).all())
        assert retired == {"retraction": LATER, "cameras": LATER, "committee": None}
        assert [(view.key, view.number) for view in demands(session)] == [("committee", 1)]
        sync_installation(session, a_plan(), LATER + timedelta(days=1))
        assert set(session.scalars(sa.select(DemandRow.retired_at))) == {None}
        assert versions(session) == [(1, "committed: do it")]


def test_a_moved_polling_day_moves_the_silence_and_a_dropped_round_stays(database: Database) -> None:
    installed(database)
    moved = replace(a_round(1, date(2026, 3, 8)), closes=time(19))
    sync(database, replace(a_plan(), rounds=(moved,)))
    with database.read() as session:
        rows = session.scalars(sa.select(Round).order_by(Round.number)).all()
        assert [(row.day, row.closes) for row in rows] == [
            (date(2026, 3, 8), time(19)),
            (date(2026, 3, 22), time(20)),
        ]


def test_places_are_parts_of_others_have_hours_of_their_own_and_stay(database: Database) -> None:
    installed(database)
    sector = PlacePlan("13055SR01", "Marseille 1er secteur", ("13001", "1ER"), TOWN, "Indian/Reunion", time(18))
    sync(database, replace(a_plan(), places=(PlacePlan(TOWN, "Marseille!"), sector)))
    sync(database, replace(a_plan(), places=(sector, PlacePlan(TOWN, "Marseille!"))))
    with database.read() as session:
        town, part = session.scalars(sa.select(Constituency).order_by(Constituency.code)).all()
        assert (town.label, part.parent_id, part.zone, part.closes) == (
            "Marseille!", town.id, "Indian/Reunion", time(18)
        )  # fmt: skip
        aliases = session.scalars(sa.select(ConstituencyAlias.alias).order_by(ConstituencyAlias.id)).all()
        assert aliases == ["13001", "1er", "13001", "1ER"]
        assert all(view.ends.hour == 19 for view in silences(session))


def test_a_place_to_write_to_that_left_the_configuration_ends_and_comes_back_from_now_on(database: Database) -> None:
    there = installed(database)
    sync(database, replace(a_plan(), destinations=()))
    with database.begin() as session:
        assert session.scalars(sa.select(Destination.ended_at)).one() == LATER
        confirmed(session, an_answer(there.a, {"cameras": YES}), there, LATER)
        back = LATER + timedelta(hours=1)
        sync_installation(session, a_plan(), back)
        row = session.scalars(sa.select(Destination)).one()
        assert (row.ended_at, row.created_at) == (None, back)
        assert fan_out(session, back) == 0, "it is told what comes next, not what was"
        confirmed(session, an_answer(there.b, {"cameras": YES}), there, back)
        assert fan_out(session, back) == 1


def test_a_place_is_followed_in_its_new_language_and_followers_are_left_alone(database: Database) -> None:
    installed(database)
    with database.begin() as session:
        follower = Destination(channel="telegram", address="1", audience=Audience.SUBSCRIBER, language="en")
        follower.consented_at = follower.created_at = NOW
        session.add(follower)
    places = (
        DestinationPlan("console", "terminal", "en"),
        DestinationPlan("telegram", "-100", "fr", Audience.ORGANIZERS),
    )
    sync(database, replace(a_plan(), destinations=places))
    with database.read() as session:
        rows = session.scalars(sa.select(Destination).order_by(Destination.id)).all()
        assert [(row.address, row.language, row.audience.value, row.ended_at) for row in rows] == [
            ("terminal", "en", "public", None),
            ("1", "en", "subscriber", None),
            ("-100", "fr", "organizers", None),
        ]


ORGANIZERS = DestinationPlan("telegram", "-100", "fr", Audience.ORGANIZERS)


def places_of(database: Database) -> list[tuple[str, str, str, str, bool]]:
    """Return address, thread, audience and kind of each place to write to, and whether it goes on."""
    with database.read() as session:
        rows = session.scalars(sa.select(Destination).order_by(Destination.id))
        return [(row.address, row.thread, row.audience.value, row.place.value, row.ended_at is None) for row in rows]


def a_follower(database: Database, address: str, thread: str = "", **values: object) -> int:
    """Add somebody who follows one demand."""
    with database.begin() as session:
        row = Destination(
            channel="telegram", address=address, thread=thread, audience=Audience.SUBSCRIBER, language="en"
        )
        row.consented_at = row.created_at = NOW
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()
        session.add(Subscription(destination_id=row.id, topic=TopicKind.DEMAND, demand_id=1))
        return row.id


def test_the_topics_of_a_forum_are_places_of_their_own(database: Database) -> None:
    installed(database)
    plans = (
        ORGANIZERS,
        DestinationPlan("telegram", "-100", "fr", Audience.ORGANIZERS, "7"),
        DestinationPlan("telegram", "@channel", "fr", thread=""),
    )
    for _time in range(2):
        sync(database, replace(a_plan(), destinations=plans))
    sync(database, replace(a_plan(), destinations=plans[:1]))
    assert places_of(database) == [
        ("terminal", "", "public", "channel", False),
        ("-100", "", "organizers", "group", True),
        ("-100", "7", "organizers", "group", False),
        ("@channel", "", "public", "channel", False),
    ]


@pytest.mark.parametrize("had_ended", [True, False])
def test_a_place_that_subscribed_by_itself_before_becomes_the_configured_one(
    database: Database, *, had_ended: bool
) -> None:
    installed(database)
    wishes = {"rhythm": Rhythm.WEEKLY, "hour": time(8), "quiet_from": time(22), "quiet_to": time(7)}
    number = a_follower(database, "-100", place=PlaceKind.GROUP, ended_at=NOW if had_ended else None, **wishes)
    other = a_follower(database, "-100", thread="7", place=PlaceKind.GROUP)
    sync(database, replace(a_plan(), destinations=(DestinationPlan("telegram", "-100", "fr"),)))
    with database.read() as session:
        row = session.get_one(Destination, number)
        assert (row.audience, row.language, row.rhythm, row.hour, row.quiet_from, row.ended_at) == (
            Audience.PUBLIC, "fr", Rhythm.AT_ONCE, None, None, None
        )  # fmt: skip
        assert row.created_at == (LATER if had_ended else NOW)
        topics = session.scalars(sa.select(Subscription.topic).where(Subscription.destination_id == number))
        assert topics.all() == [TopicKind.ALL]
        assert session.get_one(Destination, other).audience is Audience.SUBSCRIBER
    sync(database, replace(a_plan(), destinations=()))
    with database.read() as session:
        row = session.get_one(Destination, number)
        assert (row.audience, row.ended_at) == (Audience.PUBLIC, LATER)


def test_a_configured_group_that_moved_stays_where_it_is_now(database: Database) -> None:
    installed(database)
    plan = replace(a_plan(), destinations=(ORGANIZERS,))
    sync(database, plan)
    with database.begin() as session:
        move_place(session, "telegram", "-100", "-1002", LATER)
        move_place(session, "telegram", "-1002", "-1003", LATER)
    sync(database, plan)
    moved = [("terminal", "", "public", "channel", False), ("-1003", "", "organizers", "group", True)]
    assert places_of(database) == moved
    both = replace(a_plan(), destinations=(ORGANIZERS, replace(ORGANIZERS, address="-1003")))
    sync(database, both)
    assert places_of(database) == moved


def test_a_place_that_moved_in_a_circle_is_found(database: Database) -> None:
    installed(database)
    with database.begin() as session:
        move_place(session, "telegram", "-100", "-1002", LATER)
        move_place(session, "telegram", "-1002", "-100", LATER)
    sync(database, replace(a_plan(), destinations=(ORGANIZERS,)))
    assert len(places_of(database)) == 2


def test_there_is_no_letter_before_the_first_synchronisation(database: Database) -> None:
    with database.read() as session:
        assert read_letter(session) is None
        assert not is_fictional(session)


def test_a_letter_is_kept_as_it_is(database: Database) -> None:
    letter: Letter = a_letter()
    with database.begin() as session:
        install(session, plan=replace(a_plan(letter), fictional=False))
        assert read_letter(session) == letter
        assert not is_fictional(session)

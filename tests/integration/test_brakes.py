"""What is stopped for the public until a person lets it go on: nothing of it leaves, and nothing of it is lost."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from factories.roads import Road, correct, moved, said
from factories.services import NOW, an_answer, confirm, record
from fakes.channels import ScriptedChannel
from pledgebot.dispatcher import word
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, Rhythm
from pledgebot.domain.brakes import BrakeEnd, BrakeKind, BrakePolicy
from pledgebot.domain.delivery import DeliveryState, Gone
from pledgebot.domain.errors import Refused
from pledgebot.domain.events import EventKind
from pledgebot.domain.policy import Policy
from pledgebot.messages.document import to_json
from pledgebot.services import brakes
from pledgebot.services.brake_checks import check_brakes
from pledgebot.services.brake_views import BrakeView, brake_view, brakes_standing
from pledgebot.services.claims import Worded, Words, claim_deliveries
from pledgebot.services.decisions import undo_answer
from pledgebot.services.due import due_deliveries
from pledgebot.services.policies import policy_content
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import Audit, Brake, Delivery, Event, Installation

DUE, SENT, CANCELLED, FAILED = (
    DeliveryState.DUE,
    DeliveryState.SENT,
    DeliveryState.CANCELLED,
    DeliveryState.FAILED,
)
TEAM = "the team"


def limited(road: Road, limits: BrakePolicy) -> None:
    """Let the installation take this for too much, and have a group of organizers."""
    with road.database.begin() as session:
        session.get_one(Installation, 1).policy = policy_content(Policy(brakes=limits))
    road.destination(TEAM, audience=Audience.ORGANIZERS)


def heard(road: Road) -> list[str]:
    """Return what the public heard."""
    return [outgoing.address for outgoing in road.channel.received if outgoing.address != TEAM]


def asked(road: Road) -> list[str]:
    """Return what organizers were asked when something was stopped."""
    return [text for text in said(road, [TEAM]) if "To let it go on" in text]


def standing(road: Road) -> Sequence[BrakeView]:
    with road.database.read() as session:
        return brakes_standing(session)


def the_brake(road: Road) -> int:
    (view,) = standing(road)
    return view.facts.brake


def release(road: Road, number: int | None = None) -> bool:
    with road.database.begin() as session:
        return brakes.release(session, number or the_brake(road), road.there.noe, road.clock.now())


def paused(road: Road, channel: str = "", reason: str = "") -> int:
    with road.database.begin() as session:
        return brakes.pause(session, road.there.zoe, road.clock.now(), channel, reason)


def audited(database: Database, what: str) -> list[tuple[str, str, int | None]]:
    with database.read() as session:
        rows = session.execute(
            sa.select(Audit.action, Audit.subject, Audit.organizer_id).where(Audit.action.startswith(what))
        )
        return [(action, subject, by) for action, subject, by in rows]


def announced(session: Session) -> int:
    """Return the number of the first event that is for the public."""
    first = sa.select(sa.func.min(Event.id)).where(Event.audience != Audience.ORGANIZERS)
    return session.scalars(first).one() or 0


def to_the_public(road: Road) -> list[DeliveryState]:
    with road.database.read() as session:
        rows = sa.select(Delivery.state).join(Event).where(Event.audience != Audience.ORGANIZERS).order_by(Delivery.id)
        return list(session.scalars(rows))


def test_who_pauses_stops_the_public_and_the_organizers_hear_of_it(road: Road) -> None:
    limited(road, BrakePolicy())
    road.confirmed("list_a")
    number = paused(road, reason="  looks\nwrong ")
    road.confirmed("list_b")
    road.run()
    assert heard(road) == []
    assert to_the_public(road) == []
    (text,) = asked(road)
    assert "Zoé paused it. Reason: looks wrong" in text
    with pytest.raises(Refused, match="already_paused"):
        paused(road)
    with pytest.raises(Refused, match="role_missing"), road.database.begin() as session:
        brakes.release(session, number, road.there.zoe, NOW)
    assert (release(road), release(road, number)) == (True, False)
    road.run()
    assert heard(road) == ["terminal", "terminal"]
    with road.database.read() as session:
        view = brake_view(session, number)
    assert (view.ended_by, view.outcome, view.ended_at) == ("Noé", BrakeEnd.RELEASED, NOW)
    assert audited(road.database, "brake.") == [
        ("brake.pull", f"brake:{number}", road.there.zoe.organizer),
        ("brake.release", f"brake:{number}", road.there.noe.organizer),
    ]


def test_a_medium_that_is_paused_keeps_what_was_written_and_others_go_on(road: Road) -> None:
    limited(road, BrakePolicy())
    paused(road, "telegram")
    road.confirmed("list_a")
    road.run()
    assert heard(road) == ["terminal"]
    paused(road, "console")
    road.confirmed("list_b")
    road.run()
    assert heard(road) == ["terminal"]
    assert to_the_public(road) == [SENT, DUE]
    assert len(asked(road)) == 2
    for view in standing(road):
        release(road, view.facts.brake)
    road.run()
    assert to_the_public(road) == [SENT, SENT]
    with pytest.raises(Refused, match="unknown_medium"):
        paused(road, "pigeon")


def test_what_is_stopped_between_being_chosen_and_being_claimed_is_not_sent(road: Road) -> None:
    limited(road, BrakePolicy())
    road.confirmed()
    road.channel = ScriptedChannel(waits={"terminal": timedelta(hours=1), TEAM: timedelta(hours=1)})
    road.run()
    with road.database.read() as session:
        chosen = due_deliveries(session, NOW, 10, channels=["console"])
    assert {due.address for due in chosen} == {"terminal"}
    paused(road)
    worded = [Worded.of(due, Words(due.language, to_json(word(due)))) for due in chosen]
    with road.database.begin() as session:
        assert claim_deliveries(session, worded, 1, NOW) == frozenset()
        assert due_deliveries(session, NOW, 10, channels=["console"]) == ()
    assert to_the_public(road) == [DUE]


HALF = BrakePolicy(lists_percent=50, least_lists=2)


def test_too_many_lists_at_once_are_told_of_by_nobody_and_can_still_be_undone(road: Road) -> None:
    limited(road, HALF)
    first, second = road.confirmed("list_a"), road.confirmed("list_b")
    road.run()
    assert heard(road) == []
    assert to_the_public(road) == []
    (text,) = asked(road)
    assert "2 of 3 lists have something new within one hour" in text
    with road.database.begin() as session:
        undo_answer(session, second, "an import gone wrong", road.there.noe, NOW)
    release(road)
    road.run()
    assert heard(road) == ["terminal"]
    assert "Liste Exemple A" in said(road)[-1]
    assert first < second


def test_what_was_let_go_on_does_not_count_against_what_comes_next(road: Road) -> None:
    limited(road, HALF)
    road.confirmed("list_a")
    road.run()
    assert heard(road) == ["terminal"]
    moved(road).move(by=timedelta(minutes=59))
    road.confirmed("list_b")
    road.run()
    assert len(heard(road)) == 1
    moved(road).move(by=timedelta(minutes=1))
    release(road)
    moved(road).move(by=timedelta(minutes=1))
    road.confirmed("list_c")
    road.run()
    assert len(heard(road)) == 3
    assert standing(road) == ()
    moved(road).move(by=timedelta(minutes=1))
    road.confirmed("list_a", Position.REFUSED, "committee")
    road.run()
    assert len(heard(road)) == 3
    assert len(asked(road)) == 2


@pytest.mark.parametrize(
    ("apart", "lists", "stops"),
    [
        (timedelta(minutes=59), ("list_a", "list_b"), True),
        (timedelta(hours=1), ("list_a", "list_b"), False),
        (timedelta(0), ("list_a", "list_a"), False),
    ],
)
def test_only_different_lists_within_an_hour_count(
    road: Road, apart: timedelta, lists: tuple[str, str], *, stops: bool
) -> None:
    limited(road, HALF)
    road.confirmed(lists[0])
    road.run()
    moved(road).move(by=apart)
    road.confirmed(lists[1], demand="committee")
    road.run()
    assert bool(standing(road)) is stops
    assert len(heard(road)) == (1 if stops else 2)


def followed(road: Road, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        road.subscriber(f"follower {number}")


def test_what_goes_to_more_places_than_anybody_agreed_to_is_asked_about_first(road: Road) -> None:
    limited(road, BrakePolicy(most_receivers=3))
    followed(road, 3)
    entry = road.confirmed("list_a")
    road.run()
    assert heard(road) == []
    (text,) = asked(road)
    assert "It would go to 4 places; above 3 somebody has to agree first." in text
    assert "Liste Exemple A" in text
    correct(road, entry)
    road.run()
    assert heard(road) == [], "a correction never overtakes what it corrects"
    release(road)
    road.run()
    (told,) = said(road, ["follower 0"])
    assert "Ledger: link 2" in told, "nobody hears any more what was corrected while it was stopped"
    assert len(heard(road)) == 4
    followed(road, 4, start=3)
    road.confirmed("list_b")
    road.run()
    assert standing(road) == (), "up to twice as many are told without a question"
    followed(road, 1, start=7)
    moved(road).move(by=timedelta(hours=2))
    with road.database.begin() as session:
        before = brakes.confirmed_receivers(session)
    road.confirmed("list_c")
    road.run()
    (view,) = standing(road)
    assert before == 4
    assert view.facts.numbers == {"receivers": 9, "confirmed": 4, "allowed": 3}


def test_who_agrees_to_many_places_agrees_for_all_that_wait_for_no_more(road: Road) -> None:
    limited(road, BrakePolicy(most_receivers=1))
    followed(road, 2)
    for name in ("list_a", "list_b", "list_c"):
        road.confirmed(name)
    road.run()
    assert len(standing(road)) == 3
    release(road, standing(road)[1].facts.brake)
    assert standing(road) == ()
    road.run()
    assert len(heard(road)) == 9
    assert [by for _act, _brake, by in audited(road.database, "brake.release")] == [road.there.noe.organizer] * 3


def test_what_is_cancelled_goes_to_nobody_and_everything_else_goes_on(road: Road) -> None:
    limited(road, BrakePolicy(most_receivers=3))
    followed(road, 3)
    road.confirmed("list_a")
    road.run()
    number = the_brake(road)
    with road.database.begin() as session:
        assert brakes.cancel(session, number, road.there.noe, NOW)
        assert not brakes.cancel(session, number, road.there.alix, NOW)
        assert not brakes.release(session, number, road.there.alix, NOW)
        assert brakes.confirmed_receivers(session) == 0
        assert brake_view(session, number).outcome is BrakeEnd.CANCELLED
    road.run()
    assert heard(road) == []
    with road.database.read() as session:
        event = session.get_one(Event, brake_view(session, number).facts.event)
        assert event.cancelled_at == NOW
    assert [subject for _act, subject, _by in audited(road.database, "event.cancel")] == [f"event:{event.id}"]
    number = paused(road)
    with pytest.raises(Refused, match="nothing_to_cancel"), road.database.begin() as session:
        brakes.cancel(session, number, road.there.noe, NOW)


def test_a_broadcast_that_was_stopped_on_its_way_holds_up_nothing_else_and_goes_on_where_it_was(road: Road) -> None:
    limited(road, BrakePolicy())
    road.subscriber("anne")
    road.channel = ScriptedChannel(waits={"anne": timedelta(hours=1)})
    road.confirmed("list_a")
    road.run()
    assert heard(road) == ["terminal"]
    with road.database.begin() as session:
        event = announced(session)
        numbers = {"tried": 10, "failed": 6, "uncertain": 1}
        number = brakes.pull(session, BrakeKind.CANARY, event=event, facts=numbers, now=NOW)
        assert brakes.pull(session, BrakeKind.CANARY, event=event, facts=numbers, now=NOW) is None
    road.channel.waits.clear()
    road.confirmed("list_b")
    road.run()
    assert sorted(heard(road)) == ["anne", "terminal", "terminal"]
    assert "Liste Exemple B" in said(road, ["anne"])[0]
    assert len(asked(road)) == 1
    release(road, number)
    road.run()
    assert "Liste Exemple A" in said(road, ["anne"])[1]


def test_what_is_stopped_is_left_out_of_a_digest_and_comes_with_the_next(road: Road) -> None:
    limited(road, BrakePolicy())
    road.subscriber("anne", rhythm=Rhythm.DAILY, hour=time(18))
    road.confirmed("list_a")
    road.confirmed("list_b")
    road.run()
    with road.database.begin() as session:
        brakes.pull(session, BrakeKind.CANARY, event=announced(session), now=NOW)
    moved(road).move(by=timedelta(hours=8))
    road.run()
    (digest,) = said(road, ["anne"])
    assert "Liste Exemple B" in digest
    assert "Liste Exemple A" not in digest
    release(road)
    road.run()
    assert "Liste Exemple A" in said(road, ["anne"])[1]


@pytest.mark.parametrize(("gone", "arrived", "stops"), [(20, 20, True), (20, 21, False), (19, 0, False)])
def test_a_medium_that_refuses_very_many_at_once_is_stopped(
    road: Road, gone: int, arrived: int, *, stops: bool
) -> None:
    limited(road, BrakePolicy())
    # The configured place and the organizers' group take what goes to them, and count.
    followed(road, gone + arrived - 1)
    road.channel = ScriptedChannel(script=[*[None] * arrived, *[Gone("blocked")] * gone])
    road.confirmed()
    road.run()
    assert to_the_public(road).count(FAILED) == gone
    with road.database.begin() as session:
        check_brakes(session, NOW + timedelta(minutes=1))
        check_brakes(session, NOW + timedelta(minutes=1))
    assert [view.facts.channel for view in standing(road)] == ["console"] * stops
    if stops:
        assert standing(road)[0].facts.numbers == {"refused": 20, "settled": 40}
        release(road)
        with road.database.begin() as session:
            check_brakes(session, NOW + timedelta(minutes=2))
        assert standing(road) == ()


def test_refusals_of_long_ago_and_people_who_leave_stop_nothing(road: Road) -> None:
    limited(road, BrakePolicy())
    followed(road, 25)
    road.channel = ScriptedChannel(script=[Gone("blocked")] * 30)
    road.confirmed()
    road.run()
    assert len(standing(road)) == 1, "they stopped it when they came"
    with road.database.begin() as session:
        session.execute(sa.delete(Brake))
        check_brakes(session, NOW + timedelta(minutes=10))
        session.execute(sa.update(Delivery).values(state=CANCELLED, reason="left"))
        check_brakes(session, NOW)
    assert standing(road) == ()


@pytest.mark.parametrize(
    ("used", "known", "sent", "stops"),
    [(0, False, False, False), (3, False, False, True), (3, True, False, False), (3, False, True, False)],
)
def test_an_account_that_somebody_used_before_this_database_is_asked_about_once(
    road: Road, used: int, *, known: bool, sent: bool, stops: bool
) -> None:
    limited(road, BrakePolicy())
    if sent:
        road.confirmed()
        road.run()

    def met(moment: datetime = NOW, account: str = "bot@exemple.invalid", used: int = used) -> bool:
        with road.database.begin() as session:
            return brakes.meet_account(session, "console", account * 9, used=used, known=known, now=moment) is not None

    assert met() is stops
    if stops:
        road.confirmed()
        road.run()
        assert heard(road) == []
        release(road)
    assert not met()
    assert not met(account="another", used=0)
    with road.database.begin() as session:
        assert brakes.is_known(session, "console", "another" * 9)
        assert not brakes.is_known(session, "telegram", "another" * 9)


def test_a_brake_stands_once_for_each_thing(road: Road) -> None:
    with road.database.begin() as session:
        pulled = [
            brakes.pull(session, kind, now=NOW, channel=channel)
            for kind in (BrakeKind.MANY_REFUSALS, BrakeKind.NEW_DATABASE)
            for channel in ("telegram", "mastodon", "telegram")
        ]
        assert [number is not None for number in pulled] == [True, True, False] * 2
        assert session.scalar(sa.select(sa.func.count()).select_from(Brake)) == 4
        events = session.scalars(sa.select(Event.kind)).all()
        assert events == [EventKind.BRAKE_PULLED] * 4
        found = brakes.read_brakes(session)
    assert (found.everything, found.channels, found.events) == (False, {"telegram", "mastodon"}, frozenset())
    with pytest.raises(Refused, match="unknown_brake"), road.database.begin() as session:
        brakes.release(session, 99, road.there.noe, NOW)
    with pytest.raises(Refused, match="unknown_event"), road.database.begin() as session:
        brakes.cancel_event(session, 99, road.there.noe, NOW)


def test_what_an_organizer_records_and_confirms_is_not_stopped(road: Road) -> None:
    limited(road, BrakePolicy())
    paused(road)
    with road.database.begin() as session:
        entry = record(session, an_answer(road.there.a, {"cameras": Position.COMMITTED}), road.there.alix)
    road.run()
    assert any("waits for a second person" in text for text in said(road, [TEAM]))
    with road.database.begin() as session:
        confirm(session, entry, road.there.noe)
    road.run()
    assert heard(road) == []

"""Places: gone, moved, kept back by the pace, with a rhythm and quiet hours, asked whether they stay, led further."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from factories.roads import POLLS_CLOSED, SATURDAY, Road, correct, moved, said
from factories.services import NOW
from fakes.channels import Outcome, ScriptedChannel
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm
from pledgebot.domain.delivery import (
    Action,
    DeliveryState,
    Gone,
    Moved,
    PermanentFailure,
    TemporaryFailure,
    Uncertain,
)
from pledgebot.domain.events import EventKind, NoticeFacts
from pledgebot.messages.document import Button
from pledgebot.services.fan_out import fan_out
from pledgebot.services.publishing import publish_notice
from pledgebot.store.tables import Delivery, Destination, Subscription

DUE, SENT, FAILED, UNCERTAIN, CANCELLED = (
    DeliveryState.DUE,
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
    DeliveryState.CANCELLED,
)


def scripted(road: Road, *script: Outcome) -> None:
    """Let the channel do this, and then work."""
    road.channel = ScriptedChannel(script=script)


def ended(road: Road, address: str) -> list[datetime | None]:
    """Return when each row of a place ended."""
    with road.database.read() as session:
        rows = sa.select(Destination.ended_at).where(Destination.address == address).order_by(Destination.id)
        return list(session.scalars(rows))


def addresses(road: Road) -> list[str]:
    """Return to which addresses something arrived."""
    return [outgoing.address for outgoing in road.channel.received]


@pytest.mark.parametrize(
    ("outcome", "count", "state", "ends"),
    [
        (Gone("blocked"), "failed", FAILED, True),
        (PermanentFailure("too long"), "failed", FAILED, False),
        (TemporaryFailure("away"), "put_off", DUE, False),
        (TemporaryFailure("429", timedelta(hours=3)), "put_off", DUE, False),
        (Uncertain("the reply never came"), "uncertain", UNCERTAIN, False),
        (TimeoutError(), "uncertain", UNCERTAIN, False),
        (ConnectionError("away"), "uncertain", UNCERTAIN, False),
        (None, "sent", SENT, False),
    ],
)
def test_what_becomes_of_a_delivery_and_of_its_place(
    road: Road, outcome: Exception | None, count: str, state: DeliveryState, *, ends: bool
) -> None:
    scripted(road, outcome)
    road.confirmed()
    assert getattr(road.run(), count) == 1
    assert road.states() == [state]
    assert ended(road, "terminal") == [NOW if ends else None]


def test_an_outage_ends_no_place(road: Road) -> None:
    road.channel = ScriptedChannel(script=[TemporaryFailure("away") for _number in range(40)])
    road.destination("other")
    road.confirmed()
    for _hour in range(20):
        road.run()
        moved(road).move(by=timedelta(hours=1))
    assert (ended(road, "terminal"), ended(road, "other")) == ([None], [None])
    road.run()
    assert sorted(addresses(road)) == ["other", "terminal"]


def test_a_place_that_is_gone_gets_nothing_of_what_waits_for_it_in_any_topic(road: Road) -> None:
    with road.database.begin() as session:
        session.execute(sa.delete(Destination).where(Destination.address == "terminal"))
    for thread in ("", "7"):
        road.subscriber("-100", thread=thread, place=PlaceKind.GROUP)
    scripted(road, Gone("kicked"))
    road.confirmed("list_a")
    road.confirmed("list_b")
    road.run()
    assert road.channel.received == []
    assert sorted(road.states()) == [CANCELLED, CANCELLED, CANCELLED, FAILED]
    assert ended(road, "-100") == [NOW, NOW]


def test_a_place_that_moved_is_written_to_at_its_new_address_at_once(road: Road) -> None:
    scripted(road, Moved("-1002"))
    road.confirmed()
    done = road.run()
    assert (done.moved, done.sent, done.put_off) == (1, 1, 0)
    assert addresses(road) == ["-1002"]
    with road.database.read() as session:
        assert session.scalars(sa.select(Delivery.attempts)).one() == 1


@pytest.mark.parametrize("told_before", [True, False])
def test_a_place_that_moved_to_where_it_is_known_already_is_told_once(road: Road, *, told_before: bool) -> None:
    with road.database.begin() as session:
        session.execute(sa.delete(Destination).where(Destination.address == "terminal"))
    order = ["-1002", "-100"] if told_before else ["-100", "-1002"]
    for address in order:
        road.subscriber(address, place=PlaceKind.GROUP)
    scripted(road, *([None] if told_before else []), Moved("-1002"))
    road.confirmed()
    road.run()
    assert addresses(road) == ["-1002"]
    with road.database.read() as session:
        assert session.scalars(sa.select(Destination.address)).all() == ["-1002"]


def test_all_topics_of_a_forum_that_moved_are_told_once_each(road: Road) -> None:
    with road.database.begin() as session:
        session.execute(sa.delete(Destination).where(Destination.address == "terminal"))
    for thread in ("", "7", "8"):
        road.subscriber("-100", thread=thread, place=PlaceKind.GROUP)
    scripted(road, Moved("-1002"))
    road.confirmed()
    road.run()
    assert sorted((one.address, one.thread) for one in road.channel.received) == [
        ("-1002", ""),
        ("-1002", "7"),
        ("-1002", "8"),
    ]


def test_a_place_that_moves_on_and_on_does_not_keep_the_others_waiting_for_ever(road: Road) -> None:
    road.destination("other")
    scripted(road, *[Moved(f"-{number}") for number in range(1, 30)])
    road.confirmed()
    done = road.run()
    assert done.moved <= 4
    assert not addresses(road)
    for _pass in range(20):
        road.run()
    assert road.states() == [SENT, SENT]


# Pace


def test_what_may_not_go_now_is_not_claimed_and_does_not_hold_up_the_others(road: Road) -> None:
    road.destination("other")
    road.channel.waits = {"terminal": timedelta(seconds=3)}
    road.confirmed()
    done = road.run()
    assert (done.sent, addresses(road)) == (1, ["other"])
    assert road.states() == [DUE, SENT]
    with road.database.read() as session:
        assert set(session.scalars(sa.select(Delivery.attempts).where(Delivery.state == DUE))) == {0}
    assert road.channel.asked.count("terminal") == 1
    road.channel.waits = {}
    assert road.run().sent == 1


def test_many_that_wait_for_the_pace_do_not_hide_one_that_does_not(road: Road) -> None:
    for number in range(60):
        road.destination(f"slow {number}")
        road.channel.waits[f"slow {number}"] = timedelta(seconds=1)
    road.destination("quick")
    road.channel.waits["terminal"] = timedelta(seconds=1)
    road.confirmed()
    road.run()
    assert addresses(road) == ["quick"]


def test_a_place_that_the_server_asked_to_spare_is_kept_back_with_all_that_comes_after(road: Road) -> None:
    scripted(road, TemporaryFailure("429", timedelta(hours=2)))
    road.confirmed("list_a")
    road.run()
    road.confirmed("list_b")
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert addresses(road) == []
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert ["Liste Exemple A" in text for text in said(road)] == [True, False]


# Rhythm and quiet hours


@pytest.mark.parametrize(
    ("wishes", "due"),
    [
        ({}, NOW),
        ({"rhythm": Rhythm.DAILY, "hour": time(8)}, datetime(2026, 2, 9, 7, tzinfo=UTC)),
        ({"rhythm": Rhythm.DAILY, "hour": time(8), "zone": "Indian/Reunion"}, datetime(2026, 2, 9, 4, tzinfo=UTC)),
        ({"quiet_from": time(12), "quiet_to": time(15)}, datetime(2026, 2, 8, 14, tzinfo=UTC)),
    ],
)
def test_a_delivery_is_due_when_its_place_wants_to_hear(road: Road, wishes: dict[str, object], due: datetime) -> None:
    place = road.subscriber("follower", **wishes)
    road.confirmed()
    road.run()
    with road.database.read() as session:
        assert session.scalars(sa.select(Delivery.due_at).where(Delivery.destination_id == place)).one() == due
    assert ("follower" in addresses(road)) is (due == NOW)
    moved(road).move(to=due)
    road.run()
    assert addresses(road).count("follower") == 1


@pytest.mark.parametrize(
    "wishes", [{"quiet_from": time(19), "quiet_to": time(9)}, {"rhythm": Rhythm.DAILY, "hour": time(9)}]
)
def test_what_the_silence_kept_comes_when_its_place_wants_to_hear(road: Road, wishes: dict[str, object]) -> None:
    road.subscriber("follower", **wishes)
    moved(road).move(to=SATURDAY - timedelta(hours=4))
    road.confirmed()
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    assert addresses(road) == ["terminal"]
    moved(road).move(to=datetime(2026, 3, 16, 8, tzinfo=UTC))
    road.run()
    assert addresses(road) == ["terminal", "follower"]


def test_what_is_tried_again_does_not_come_in_quiet_hours(road: Road) -> None:
    place = road.subscriber("follower", quiet_from=time(13, 30), quiet_to=time(15))
    with road.database.begin() as session:
        session.execute(sa.delete(Subscription).where(Subscription.destination_id != place))
    scripted(road, TemporaryFailure("away", timedelta(hours=1)))
    road.confirmed()
    road.run()
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert addresses(road) == []
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert addresses(road) == ["follower"]


def test_organizers_are_told_at_once_whatever_their_place_is_set_to(road: Road) -> None:
    road.destination(
        "organizers", audience=Audience.ORGANIZERS, rhythm=Rhythm.WEEKLY, quiet_from=time(0), quiet_to=time(23)
    )
    road.confirmed()
    with road.database.begin() as session:
        session.execute(sa.text("UPDATE event SET fanned_out_at = NULL, fanned_to = 0 WHERE kind = 'answer_pending'"))
        session.execute(sa.text("UPDATE event SET fanned_out_at = created_at WHERE kind <> 'answer_pending'"))
        assert fan_out(session, NOW) == 1
        assert session.scalars(sa.select(Delivery.due_at)).one() == NOW


def test_a_message_that_comes_later_does_not_hold_up_one_that_comes_now(road: Road) -> None:
    place = road.subscriber("follower", rhythm=Rhythm.WEEKLY)
    road.confirmed("list_a")
    road.run()
    with road.database.begin() as session:
        session.get_one(Destination, place).rhythm = Rhythm.AT_ONCE
    road.confirmed("list_b")
    road.run()
    assert ["Liste Exemple B" in text for text in said(road, ["follower"])] == [True]


# Staying for the mandate

NOTICE = NoticeFacts(
    letter_title={"en": "Example letter", "fr": "Lettre d’exemple"},
    election={"en": "Municipal election of the example", "fr": "Élections municipales de l’exemple"},
    last_round=date(2026, 3, 22),
    deadline=date(2026, 4, 21),
    fictional=True,
)
AFTERWARDS = datetime(2026, 3, 30, 10, tzinfo=UTC)


def ask(road: Road) -> None:
    """Ask everybody whether they stay."""
    with road.database.begin() as session:
        publish_notice(session, EventKind.STAY_ASKED, NOTICE, road.clock.now())


def test_each_person_is_asked_once_whether_they_stay(road: Road) -> None:
    moved(road).move(to=AFTERWARDS)
    person = road.subscriber("4711", place=PlaceKind.PRIVATE)
    road.unfollow(person)
    road.subscriber("4712", place=PlaceKind.PRIVATE, stays_at=NOW)
    road.subscriber("4713", place=PlaceKind.PRIVATE, ended_at=NOW)
    road.subscriber("4714", place=PlaceKind.PRIVATE, created_at=AFTERWARDS + timedelta(seconds=1))
    road.subscriber("-100", place=PlaceKind.GROUP)
    ask(road)
    road.run()
    ask(road)
    road.run()
    (asked,) = road.channel.received
    assert asked.address == "4711"
    assert asked.message.buttons == ((Button("Stay", press="s-4711-0-stay"), Button("Leave", press="s-4711-0-leave")),)
    assert "Without an answer by 21 April 2026" in said(road)[0]
    with road.database.read() as session:
        rows = {row.address: row.asked_to_stay_at for row in session.scalars(sa.select(Destination))}
        assert {address for address, at in rows.items() if at is not None} == {"4711"}
        assert rows["4711"] == AFTERWARDS


def test_whoever_is_asked_has_buttons_of_their_own(road: Road) -> None:
    moved(road).move(to=AFTERWARDS)
    for address in ("4711", "4712"):
        road.subscriber(address, place=PlaceKind.PRIVATE)
    ask(road)
    road.run()
    presses = {one.address: one.message.buttons[0][0].press for one in road.channel.received}
    assert presses == {"4711": "s-4711-0-stay", "4712": "s-4712-0-stay"}


def test_the_question_whether_to_stay_keeps_the_silence(road: Road) -> None:
    road.subscriber("4711", place=PlaceKind.PRIVATE)
    moved(road).move(to=SATURDAY)
    ask(road)
    road.run()
    assert road.channel.received == []
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    assert addresses(road) == ["4711"]


# Buttons


def test_an_announcement_leads_to_the_board_and_to_its_list(road: Road) -> None:
    road.board_url = "https://example.org/board"
    road.confirmed()
    road.run()
    (outgoing,) = road.channel.received
    board, reading = outgoing.message.buttons
    assert [button.url for button in board] == ["https://example.org/board"]
    assert [button.press for button in reading] == [f"list-{road.there.list_a}"]
    assert "https://example.org/board" in said(road)[0]


def test_corrections_lead_further_as_well(road: Road) -> None:
    road.channel = ScriptedChannel(edits=True)
    road.board_url = "https://example.org/board"
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    assert [one.action for one in road.channel.received] == [Action.SEND, Action.EDIT, Action.REPLY]
    assert len({one.message.buttons for one in road.channel.received}) == 1


def test_without_a_board_an_announcement_leads_to_its_list_alone(road: Road) -> None:
    road.confirmed()
    road.run()
    (outgoing,) = road.channel.received
    assert [[button.press for button in row] for row in outgoing.message.buttons] == [[f"list-{road.there.list_a}"]]

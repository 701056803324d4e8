"""Doubts: what the bot does about them by itself, and when organizers are told."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from factories.roads import Road, correct, moved, said
from factories.services import NOW, an_answer
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm
from pledgebot.domain.delivery import Action, DeliveryState, TemporaryFailure, Uncertain
from pledgebot.domain.doubts import AfterDoubt, DoubtPolicy
from pledgebot.domain.events import EventKind
from pledgebot.services.policies import policy, policy_content
from pledgebot.store.tables import Delivery, Destination, Event, Installation

DUE, SENT, UNCERTAIN = DeliveryState.DUE, DeliveryState.SENT, DeliveryState.UNCERTAIN
MINUTE = timedelta(minutes=1)


def state_of(road: Road, number: int) -> DeliveryState:
    with road.database.read() as session:
        return session.scalars(sa.select(Delivery.state).where(Delivery.id == number)).one()


def attempts_of(road: Road, number: int) -> int:
    with road.database.read() as session:
        return session.scalars(sa.select(Delivery.attempts).where(Delivery.id == number)).one()


def without_terminal(road: Road) -> None:
    """End the public place that every example has."""
    with road.database.begin() as session:
        session.execute(sa.update(Destination).where(Destination.address == "terminal").values(ended_at=NOW))


def decided(road: Road, doubts: DoubtPolicy) -> None:
    with road.database.begin() as session:
        kept = replace(policy(session), doubts=doubts)
        session.execute(sa.update(Installation).values(policy=policy_content(kept)))


def the_only(road: Road, address: str) -> int:
    with road.database.read() as session:
        here = sa.select(Delivery.id).join(Destination, Destination.id == Delivery.destination_id)
        return session.scalars(here.where(Destination.address == address)).one()


def notices(road: Road) -> list[dict[str, object]]:
    with road.database.read() as session:
        found = sa.select(Event.facts).where(Event.kind == EventKind.DOUBTS_LEFT).order_by(Event.id)
        return list(session.scalars(found))


def no_answer(road: Road, *others: BaseException | None) -> None:
    road.channel._lines = iter([*others, *[Uncertain("no answer in time")] * 9])  # noqa: SLF001


def pass_at(road: Road, moment: datetime) -> None:
    """Let the dispatcher pass, first into doubts and then once more to send what came of them."""
    moved(road).move(to=moment)
    road.run()


def test_a_private_message_is_sent_once_more_and_then_left(road: Road) -> None:
    decided(road, DoubtPolicy(private=AfterDoubt.REPEAT))
    road.subscriber("anne", place=PlaceKind.PRIVATE)
    without_terminal(road)
    no_answer(road)
    road.confirmed()
    pass_at(road, NOW)
    anne = the_only(road, "anne")
    pass_at(road, NOW + timedelta(seconds=1))
    assert state_of(road, anne) is DUE
    pass_at(road, NOW + timedelta(seconds=29))
    assert state_of(road, anne) is DUE, "never sooner than half a minute"
    pass_at(road, NOW + timedelta(seconds=32))
    assert attempts_of(road, anne) == 2
    for minutes in (2, 10, 60, 24 * 60):
        pass_at(road, NOW + timedelta(minutes=minutes))
        assert state_of(road, anne) is UNCERTAIN, "nobody reads the same more than twice"
    assert [facts["messages"] for facts in notices(road)] == [1]


def test_a_public_post_is_left_and_organizers_are_told_once(road: Road) -> None:
    for address in ("@one", "@two"):
        road.destination(address)
    no_answer(road)
    road.confirmed()
    pass_at(road, NOW)
    assert set(road.states()) == {UNCERTAIN}
    pass_at(road, NOW + MINUTE)
    assert notices(road) == []
    for minutes in (3, 4, 90):
        pass_at(road, NOW + timedelta(minutes=minutes))
        [told] = notices(road)
        assert (told["messages"], told["name"]) == (3, "Liste Exemple A")
    assert set(road.states()) == {UNCERTAIN}


def test_of_doubts_about_what_organizers_hear_they_are_not_told(road: Road) -> None:
    without_terminal(road)
    road.destination("group", audience=Audience.ORGANIZERS, place=PlaceKind.GROUP)
    no_answer(road)
    road.recorded(an_answer(road.there.a, {"cameras": Position.COMMITTED}))
    for minutes in (0, 1, 2, 10, 60):
        pass_at(road, NOW + timedelta(minutes=minutes))
    assert road.states() == [UNCERTAIN]
    assert notices(road) == []


def test_what_failed_for_a_while_before_is_repeated_all_the_same(road: Road) -> None:
    decided(road, DoubtPolicy(private=AfterDoubt.REPEAT))
    road.subscriber("anne", place=PlaceKind.PRIVATE)
    without_terminal(road)
    no_answer(road, TemporaryFailure("away"), TemporaryFailure("away"))
    road.confirmed()
    for minutes in (0, 1, 3):
        pass_at(road, NOW + timedelta(minutes=minutes))
    pass_at(road, NOW + timedelta(minutes=3, seconds=1))
    assert state_of(road, the_only(road, "anne")) is DUE


def test_an_edit_is_made_again_until_it_is_known_to_be_done(road: Road) -> None:
    road.channel.edits = True
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.channel._lines = iter([*[Uncertain("no answer in time")] * 3, None, None])  # noqa: SLF001
    for minutes in range(9):
        pass_at(road, NOW + timedelta(minutes=minutes))
    with road.database.read() as session:
        edit = session.scalars(sa.select(Delivery).where(Delivery.action == Action.EDIT)).one()
        # The first two tries; then the correction's own post, which is left in doubt; then the edit once more.
        assert (edit.state, edit.attempts >= 3) == (SENT, True)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("doubts", "private", "public"),
    [
        (DoubtPolicy(), 1, 1),
        (DoubtPolicy(private=AfterDoubt.REPEAT), 2, 1),
        (DoubtPolicy(public=AfterDoubt.REPEAT), 1, 2),
    ],
)
def test_the_installation_decides(road: Road, doubts: DoubtPolicy, private: int, public: int) -> None:
    decided(road, doubts)
    road.subscriber("anne", place=PlaceKind.PRIVATE)
    no_answer(road)
    road.confirmed()
    for minutes in (0, 1, 2, 3):
        pass_at(road, NOW + timedelta(minutes=minutes))
    assert attempts_of(road, the_only(road, "anne")) == private
    assert attempts_of(road, the_only(road, "terminal")) == public


@pytest.mark.parametrize(
    ("doubts", "attempts"),
    [
        (DoubtPolicy(), 2),
        (DoubtPolicy(digests=AfterDoubt.LEAVE), 1),
        # A digest is no single message, whatever is decided about those.
        (DoubtPolicy(private=AfterDoubt.REPEAT, digests=AfterDoubt.LEAVE), 1),
    ],
)
def test_of_a_digest_in_doubt_all_is_sent_once_more_or_nothing(road: Road, doubts: DoubtPolicy, attempts: int) -> None:
    decided(road, doubts)
    without_terminal(road)
    road.subscriber("anne", place=PlaceKind.PRIVATE, rhythm=Rhythm.DAILY)
    no_answer(road)
    for name in ("list_a", "list_b"):
        road.confirmed(name)
    road.run()
    for minutes in (0, 1, 3):
        pass_at(road, NOW + timedelta(days=1, minutes=minutes))
    with road.database.read() as session:
        rows = session.scalars(sa.select(Delivery)).all()
        assert len({row.bundle_id for row in rows} - {None}) == 1
        assert [(row.state, row.attempts) for row in rows] == [(UNCERTAIN, attempts)] * 2
    assert [facts["messages"] for facts in notices(road)] == [1]


def test_of_further_doubts_organizers_are_told_again_after_an_hour(road: Road) -> None:
    number = road.confirmed()
    no_answer(road)
    pass_at(road, NOW)
    pass_at(road, NOW + 3 * MINUTE)
    assert len(notices(road)) == 1
    with road.database.begin() as session:
        event = session.scalars(
            sa.select(Event.id).where(Event.answer_id == number, Event.kind == EventKind.ANSWER_CONFIRMED)
        ).one()
        first = session.scalars(sa.select(Delivery)).one()
    later = road.destination("@later")
    with road.database.begin() as session:
        session.add(
            Delivery(
                event_id=event, destination_id=later, state=UNCERTAIN, due_at=NOW, attempts=1, reason="no answer",
                wording_id=first.wording_id, claimed_at=NOW + 10 * MINUTE, claim_token=1,
            )
        )  # fmt: skip
    for minutes, told in ((20, [1]), (62, [1]), (64, [1, 2]), (200, [1, 2])):
        pass_at(road, NOW + timedelta(minutes=minutes))
        assert [facts["messages"] for facts in notices(road)] == told, minutes


def test_what_is_put_right_before_it_is_repeated_is_corrected_where_it_may_stand(road: Road) -> None:
    decided(road, DoubtPolicy(private=AfterDoubt.REPEAT))
    without_terminal(road)
    road.subscriber("anne", place=PlaceKind.PRIVATE)
    number = road.confirmed()
    road.channel._lines = iter([Uncertain("no answer in time")])  # noqa: SLF001
    pass_at(road, NOW)
    first = the_only(road, "anne")
    assert state_of(road, first) is DUE
    correct(road, number)
    for minutes in range(5):
        pass_at(road, NOW + timedelta(minutes=minutes, seconds=5))
    assert state_of(road, first) is UNCERTAIN
    [told] = said(road, ["anne"])
    assert "Correction: Liste Exemple A" in told
    assert [one.action for one in road.channel.received] == [Action.REPLY]

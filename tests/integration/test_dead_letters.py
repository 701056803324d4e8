"""What a person decides of messages that wait for one: decided once, of all that it concerns, and of nothing else."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState

from factories.roads import Road, correct, said
from factories.services import NOW, an_answer, confirmed
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import PlaceKind
from pledgebot.domain.delivery import DeliveryState, PermanentFailure
from pledgebot.domain.errors import Refused
from pledgebot.domain.events import EventKind
from pledgebot.services.dead_letters import Choice, Decided, Which, Why, cancel_all_of, settle
from pledgebot.services.people import Actor, remove_organizer
from pledgebot.services.troubles import trouble, troubles, waiting_of
from pledgebot.store.tables import Audit, Bundle, Delivery, Event, Wording

DUE, CLAIMED, SENT = DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENT
UNCERTAIN, FAILED, HELD = DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.HELD
CANCELLED = DeliveryState.CANCELLED
FINAL = (CLAIMED, SENT, CANCELLED)
MINUTE = timedelta(minutes=1)


def a_delivery(road: Road, state: DeliveryState, place: int, event: int, bundle: int | None = None) -> int:
    """Write a delivery in some state, as it would stand after one attempt a minute ago."""
    with road.database.begin() as session:
        wording = session.scalar(sa.select(Wording.id).limit(1))
        if wording is None:
            session.add(Wording(hash="0", language="en", content={}, created_at=NOW))
            session.flush()
            wording = session.scalars(sa.select(Wording.id)).one()
        row = Delivery(
            event_id=event,
            destination_id=place,
            bundle_id=bundle,
            state=state,
            due_at=NOW - MINUTE,
            attempts=int(state is not DUE),
            wording_id=wording,
            claimed_at=NOW - MINUTE if state is not DUE else None,
            claim_token=1,
            sent_at=NOW - MINUTE if state is SENT else None,
            remote_id="77" if state is SENT else None,
            reason="no answer in time" if state in {UNCERTAIN, FAILED, HELD, CANCELLED} else None,
        )
        session.add(row)
        session.flush()
        return row.id


def an_event(road: Road, name: str = "list_a", demand: str = "cameras") -> int:
    """Confirm an entry of which nobody is told by itself, and return its event."""
    with road.database.begin() as session:
        subject = {"list_a": road.there.a, "list_b": road.there.b, "list_c": road.there.c}[name]
        entry = confirmed(session, an_answer(subject, {demand: Position.COMMITTED}), road.there)
        event = session.scalars(
            sa.select(Event).where(Event.answer_id == entry, Event.kind == EventKind.ANSWER_CONFIRMED)
        ).one()
        session.execute(sa.update(Event).where(Event.answer_id == entry).values(fanned_out_at=NOW))
        return event.id


def decide(road: Road, choice: Choice, *numbers: int, by: Actor | None = None, **which: object) -> Decided:
    with road.database.begin() as session:
        return settle(session, Which(numbers, **which), choice, by or road.there.zoe, NOW)


def rows(road: Road, numbers: Collection[int] = ()) -> dict[int, tuple[object, ...]]:
    """Return all columns of deliveries (of all without a number), by number."""
    with road.database.read() as session:
        wanted = Delivery.id.in_(numbers) if numbers else sa.true()
        return {row[0]: tuple(row) for row in session.execute(sa.select(Delivery.__table__).where(wanted))}


def state_of(road: Road, number: int) -> DeliveryState:
    with road.database.read() as session:
        return session.scalars(sa.select(Delivery.state).where(Delivery.id == number)).one()


BECOMES = {
    Choice.SENT: {UNCERTAIN: SENT},
    Choice.AGAIN: {UNCERTAIN: DUE, FAILED: DUE, HELD: DUE},
    Choice.LEAVE: {UNCERTAIN: UNCERTAIN, FAILED: CANCELLED, HELD: CANCELLED, DUE: CANCELLED},
}


@pytest.mark.parametrize("choice", Choice)
def test_only_what_waits_is_settled_and_what_is_final_is_never_touched(road: Road, choice: Choice) -> None:
    event = an_event(road)
    there = {state: a_delivery(road, state, road.subscriber(state.value), event) for state in DeliveryState}
    before = rows(road)
    decided = decide(road, choice, *there.values())
    after = rows(road)
    for state, number in there.items():
        becomes = BECOMES[choice].get(state)
        assert (number in decided.done) is (becomes is not None), state
        assert state_of(road, number) is (becomes or state)
        assert (after[number] == before[number]) is (becomes is None)
    assert all(number not in decided.done for number in (there[state] for state in FINAL))
    assert decided.doubtful == (choice is Choice.LEAVE)
    # Decided once: whatever anybody wants afterwards, nothing changes but what is due again, which may still be cancelled.
    for other in Choice:
        again = decide(road, other, *(there[state] for state in BECOMES[choice] if BECOMES[choice][state] is not DUE))
        assert again.done == ()
    assert {number: row for number, row in rows(road).items() if number not in decided.done} == {
        number: row for number, row in before.items() if number not in decided.done
    }


def test_what_arrived_is_known_by_who_said_so_and_left_when_it_was_claimed(road: Road) -> None:
    number = a_delivery(road, UNCERTAIN, road.subscriber("anne"), an_event(road))
    decide(road, Choice.SENT, number)
    with road.database.read() as session:
        row = session.get_one(Delivery, number)
        assert (row.sent_at, row.remote_id, row.settled_by) == (NOW - MINUTE, None, road.there.zoe.organizer)
        audit = session.scalars(sa.select(Audit).where(Audit.action == "delivery.settle.sent")).one()
        assert (audit.organizer_id, audit.subject) == (road.there.zoe.organizer, f"event:{row.event_id}")
        assert audit.details == {"count": 1, "deliveries": [number]}


@pytest.mark.parametrize(
    ("one", "other"), [(Choice.SENT, Choice.AGAIN), (Choice.AGAIN, Choice.LEAVE), (Choice.AGAIN, Choice.AGAIN)]
)
def test_two_organizers_at_once_settle_once(road: Road, one: Choice, other: Choice) -> None:
    event = an_event(road)
    numbers = [a_delivery(road, UNCERTAIN, road.subscriber(f"n{number}"), event) for number in range(5)]
    barrier = Barrier(2)

    def press(choice: Choice, by: Actor) -> Decided:
        barrier.wait()
        return decide(road, choice, *numbers, by=by, states=frozenset({UNCERTAIN}))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(press, one, road.there.noe)
        second = pool.submit(press, other, road.there.zoe)
    done = [pressed.result().done for pressed in (first, second)]
    assert sorted(map(len, done)) == [0, 5]
    becomes = {Choice.SENT: SENT, Choice.AGAIN: DUE, Choice.LEAVE: UNCERTAIN}
    assert set(road.states()) == {becomes[one if done[0] else other]}
    with road.database.read() as session:
        acts = session.scalars(sa.select(Audit.action).where(Audit.action.like("delivery.settle.%"))).all()
    assert len(acts) == 1


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("second", Choice)
def test_what_was_decided_between_reading_and_locking_stays_decided(road: Road, second: Choice) -> None:
    number = a_delivery(road, UNCERTAIN, road.subscriber("anne"), an_event(road))
    overtaken: list[Decided] = []

    def be_quicker(state: ORMExecuteState) -> None:
        locks = state.is_select and getattr(state.statement, "_for_update_arg", None) is not None
        if locks and not overtaken:
            overtaken.append(decide(road, Choice.AGAIN, number, by=road.there.noe))

    with road.database.begin() as session:
        sa.event.listen(session, "do_orm_execute", be_quicker)
        late = settle(session, Which((number,)), second, road.there.zoe, NOW)
    assert (overtaken[0].done, late.done) == ((number,), ())
    assert late.refused == {Why.WAITS: (number,)}
    assert state_of(road, number) is DUE


def test_of_a_digest_all_is_settled_or_nothing(road: Road) -> None:
    place, other = road.subscriber("anne"), road.subscriber("bert")
    events = [an_event(road, name) for name in ("list_a", "list_b", "list_c")]
    with road.database.begin() as session:
        for bundle, to in ((1, place), (2, other)):
            session.add(Bundle(id=bundle, destination_id=to, occurrence="x"))
    whole = [a_delivery(road, FAILED, place, event, bundle=1) for event in events]
    broken = [
        a_delivery(road, state, other, event, bundle=2)
        for state, event in zip((UNCERTAIN, CLAIMED, CANCELLED), events, strict=True)
    ]
    decided = decide(road, Choice.AGAIN, whole[1], broken[0])
    assert decided.done == (whole[0],)
    assert decided.refused == {Why.UNDER_WAY: (broken[0],)}
    assert [state_of(road, number) for number in whole] == [DUE, DUE, DUE]
    assert [state_of(road, number) for number in broken] == [UNCERTAIN, CLAIMED, CANCELLED]


def test_what_left_a_digest_does_not_keep_it_from_being_sent(road: Road) -> None:
    place = road.subscriber("anne")
    with road.database.begin() as session:
        session.add(Bundle(id=1, destination_id=place, occurrence="x"))
    gone = a_delivery(road, CANCELLED, place, an_event(road, "list_a"), bundle=1)
    left = a_delivery(road, FAILED, place, an_event(road, "list_b"), bundle=1)
    assert decide(road, Choice.AGAIN, left).done == (left,)
    assert state_of(road, gone) is CANCELLED


def test_what_has_no_meaning_or_no_place_any_more_is_not_sent_again(road: Road) -> None:
    event, late = an_event(road), an_event(road, "list_b")
    ended = a_delivery(road, FAILED, road.subscriber("gone", ended_at=NOW), event)
    expired = a_delivery(road, UNCERTAIN, road.subscriber("anne"), late)
    with road.database.begin() as session:
        session.execute(
            sa.update(Event).where(Event.id == late).values(not_before=NOW - 2 * MINUTE, expires_at=NOW - MINUTE)
        )
    decided = decide(road, Choice.AGAIN, ended, expired, 404)
    assert decided.done == ()
    assert decided.refused == {Why.ENDED: (ended,), Why.EXPIRED: (expired,), Why.UNKNOWN: (404,)}


def test_nothing_is_said_after_something_newer_about_the_same(road: Road) -> None:
    place = road.subscriber("anne")
    older, newer = an_event(road), an_event(road)
    elsewhere, other = an_event(road, "list_b"), an_event(road, demand="committee")
    failed = [a_delivery(road, FAILED, place, event) for event in (older, newer, elsewhere, other)]
    decided = decide(road, Choice.AGAIN, *failed)
    # The newer one failed as well: nothing newer is said there, so all of them go, in their order.
    assert decided.done == tuple(failed)
    for number in failed[:1]:
        with road.database.begin() as session:
            session.execute(sa.update(Delivery).where(Delivery.id == number).values(state=FAILED, reason="again"))
    assert decide(road, Choice.AGAIN, failed[0]).refused == {Why.OVERTAKEN: (failed[0],)}


def test_what_was_corrected_since_is_not_said_again(road: Road) -> None:
    number = road.confirmed()
    road.channel.script = ()
    road.channel.__post_init__()
    road.channel._lines = iter([PermanentFailure("refused")])  # noqa: SLF001 - the test's own channel
    road.run()
    [failed] = rows(road)
    correct(road, number)
    assert decide(road, Choice.AGAIN, failed).refused == {Why.OVERTAKEN: (failed,)}


def test_what_is_sent_again_goes_before_what_came_after_it_and_says_the_same(road: Road) -> None:
    anne = road.subscriber("anne", place=PlaceKind.PRIVATE)
    road.channel._lines = iter([PermanentFailure("refused"), PermanentFailure("refused")])  # noqa: SLF001
    road.confirmed("list_a")
    road.run()
    road.confirmed("list_b")
    with road.database.read() as session:
        first = session.scalars(sa.select(Delivery.id).where(Delivery.destination_id == anne)).one()
    assert decide(road, Choice.AGAIN, first).done == (first,)
    road.run()
    road.run()
    told = said(road, ["anne"])
    assert ["Exemple A" in text for text in told] == [True, False]
    [again] = [one for one in road.channel.received if one.delivery == first]
    assert again.repeated


def test_only_organizers_may_and_only_who_confirms_may_cancel_a_whole_event(road: Road) -> None:
    event = an_event(road)
    waits, failed = (a_delivery(road, state, road.subscriber(state.value), event) for state in (DUE, FAILED))
    doubt = a_delivery(road, UNCERTAIN, road.subscriber("doubt"), event)
    with pytest.raises(Refused, match="role_missing"), road.database.begin() as session:
        cancel_all_of(session, event, road.there.zoe, NOW)
    with road.database.begin() as session:
        waited, decided = cancel_all_of(session, event, road.there.noe, NOW)
    assert (waited, decided.done, decided.doubtful) == (1, (failed, doubt), 1)
    assert [state_of(road, number) for number in (waits, failed, doubt)] == [CANCELLED, CANCELLED, UNCERTAIN]
    with road.database.begin() as session:
        remove_organizer(session, "Zoé", road.there.alix, NOW)
    with pytest.raises(Refused, match="no_longer_organizer"):
        decide(road, Choice.LEAVE, failed)


def test_what_waits_is_grouped_by_what_it_tells_and_names_no_follower(road: Road) -> None:
    first, second = an_event(road), an_event(road, "list_b")
    channel = road.destination("@exemple")
    doubts = [a_delivery(road, UNCERTAIN, channel, first)]
    doubts += [
        a_delivery(road, UNCERTAIN, road.subscriber(f"secret{n}", place=PlaceKind.PRIVATE), first) for n in range(3)
    ]
    a_delivery(road, FAILED, road.subscriber("left", ended_at=NOW), first)
    a_delivery(road, FAILED, channel, second)
    with road.database.read() as session:
        found, groups = troubles(session)
        assert groups == 2
        assert [(one.event, one.state, one.messages) for one in found] == [(first, UNCERTAIN, 4), (second, FAILED, 1)]
        assert [(one.address, one.messages) for one in found[0].where] == [("@exemple", 1), ("", 3)]
        assert waiting_of(session, first, UNCERTAIN, doubts[2]) == tuple(doubts[:3])
        assert "secret" not in repr(found)
    decide(road, Choice.LEAVE, *doubts)
    with road.database.read() as session:
        assert trouble(session, first, UNCERTAIN) is None

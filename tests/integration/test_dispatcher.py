"""The road of all sending: nothing twice, nothing lost, nothing in the silence."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from factories.roads import POLLS_CLOSED, SATURDAY, Road, correct, moved, said
from factories.services import NOW, a_letter, a_plan, an_answer, confirm, record, withdrawing
from fakes.channels import ScriptedChannel
from pledgebot.channels.base import Outgoing
from pledgebot.clock import MovedClock
from pledgebot.dispatcher import Dispatcher
from pledgebot.domain.answer import Contradiction, Position, SourceKind
from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.delivery import (
    CLAIM_LIFE,
    Action,
    DeliveryState,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    Uncertain,
)
from pledgebot.domain.election import Hush, SilenceRule
from pledgebot.domain.errors import Refused
from pledgebot.messages.render import plain
from pledgebot.services import claims, doubts, settling
from pledgebot.services.decisions import request_removal, undo_answer
from pledgebot.services.due import due_deliveries
from pledgebot.services.fan_out import fan_out
from pledgebot.services.gate import SilencePolicy
from pledgebot.services.installation import DestinationPlan, sync_installation
from pledgebot.services.lists import ListDetails, edit_list
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery, DemandRow, Subscription


def test_a_confirmed_answer_is_posted_once_however_often_the_dispatcher_passes(road: Road) -> None:
    road.confirmed()
    first, second = road.run(), road.run()
    assert (first.sent, second.sent) == (1, 0)
    assert len(road.channel.received) == 1
    assert road.states() == [DeliveryState.SENT]
    assert second.idle


def test_a_waiting_or_undone_entry_is_never_posted(road: Road) -> None:
    with road.database.begin() as session:
        record(session, an_answer(road.there.a, {"cameras": Position.REFUSED}), road.there.alix)
    undone = road.confirmed("list_b")
    with road.database.begin() as session:
        undo_answer(session, undone, "confirmed by mistake", road.there.noe, NOW)
    road.run()
    assert road.channel.received == []
    assert road.states() == []


def test_a_confirmation_cannot_be_undone_once_its_announcement_goes_out(road: Road) -> None:
    number = road.confirmed()
    road.run()
    with pytest.raises(Refused, match="already_announced"), road.database.begin() as session:
        undo_answer(session, number, "too late", road.there.noe, NOW)


@pytest.mark.parametrize(
    ("moment", "held"),
    [
        (datetime(2026, 3, 13, 22, 49, 59, tzinfo=UTC), Hush.FREE),
        (datetime(2026, 3, 13, 22, 50, tzinfo=UTC), Hush.SILENCE),
        (SATURDAY, Hush.SILENCE),
        (POLLS_CLOSED - timedelta(seconds=1), Hush.SILENCE),
        (POLLS_CLOSED, Hush.FREE),
    ],
)
def test_nothing_leaves_in_the_silence_and_everything_after_it(road: Road, moment: datetime, held: Hush) -> None:
    road.confirmed()
    moved(road).move(to=moment)
    done = road.run()
    assert done.held is held
    assert len(road.channel.received) == (held is Hush.FREE)
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    assert len(road.channel.received) == 1


class JumpingClock:
    """A clock that jumps into the silence at its n-th reading."""

    def __init__(self, readings: int) -> None:
        self.left = readings

    def now(self) -> datetime:
        """Return noon on the Friday before the vote, and after the jump Saturday."""
        self.left -= 1
        return SATURDAY if self.left < 0 else datetime(2026, 3, 13, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("readings", range(20))
def test_whenever_the_silence_begins_nothing_leaves_after_that_moment(
    database: Database, executor: ThreadPoolExecutor, readings: int
) -> None:
    road = Road(database, MovedClock(NOW), executor)
    road.confirmed()
    clock = JumpingClock(readings)
    road.clock = clock
    jumped_before_the_send: list[bool] = []
    road.channel = ScriptedChannel(script=[lambda _outgoing: jumped_before_the_send.append(clock.left < 0)])
    road.run()
    assert jumped_before_the_send in ([], [False])
    assert road.states() in ([], [DeliveryState.SENT if jumped_before_the_send else DeliveryState.DUE])


def test_without_a_calendar_nothing_is_said_to_the_public(
    database: Database, clock: MovedClock, executor: ThreadPoolExecutor
) -> None:
    dispatcher = Dispatcher(database=database, channels={}, clock=clock, executor=executor)
    assert asyncio.run(dispatcher.pass_once()).held is Hush.NO_CALENDAR


def test_the_rule_none_lifts_the_silence(road: Road) -> None:
    road.confirmed()
    moved(road).move(to=SATURDAY)
    assert road.run(SilencePolicy(SilenceRule.NONE)).sent == 1


def test_messages_to_organizers_are_exempt_from_the_silence(road: Road) -> None:
    road.destination("organizers", audience=Audience.ORGANIZERS)
    road.confirmed()
    road.recorded(an_answer(road.there.b, {"cameras": Position.REFUSED}))
    moved(road).move(to=SATURDAY)
    road.run()
    assert [outgoing.address for outgoing in road.channel.received] == ["organizers"]


def test_what_was_provably_not_sent_is_tried_again_after_the_servers_own_wait(road: Road) -> None:
    road.channel = ScriptedChannel(script=[TemporaryFailure("429", timedelta(minutes=7))])
    road.confirmed()
    assert road.run().put_off == 1
    moved(road).move(by=timedelta(minutes=6, seconds=59))
    assert road.run().sent == 0
    moved(road).move(by=timedelta(seconds=1))
    assert road.run().sent == 1
    assert len(road.channel.received) == 1


def test_a_retry_says_the_same_words_although_the_list_was_renamed(road: Road) -> None:
    said: list[str] = []

    def fail(outgoing: Outgoing) -> None:
        said.append(plain(outgoing.message))
        raise TemporaryFailure("away")

    road.channel = ScriptedChannel(script=[fail])
    road.confirmed()
    road.run()
    with road.database.begin() as session:
        edit_list(session, road.there.list_a, ListDetails(name="Liste Exemple renommée"), road.there.alix, NOW)
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert [plain(outgoing.message) for outgoing in road.channel.received] == said


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (PermanentFailure("blocked"), DeliveryState.FAILED),
        (Uncertain("the reply never came"), DeliveryState.UNCERTAIN),
        (RuntimeError("a fault of the library"), DeliveryState.UNCERTAIN),
        (TimeoutError(), DeliveryState.UNCERTAIN),
    ],
)
def test_failures_and_doubts_are_never_repeated_by_themselves(
    road: Road, outcome: Exception, state: DeliveryState
) -> None:
    road.channel = ScriptedChannel(script=[outcome])
    road.confirmed()
    road.run()
    moved(road).move(by=timedelta(days=10))
    road.run()
    assert road.states() == [state]
    assert road.channel.received == []


class SilentChannel(ScriptedChannel):
    """A medium that never answers."""

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Wait for ever."""
        await asyncio.Event().wait()
        return await super().send(outgoing)


def test_a_send_without_an_answer_in_time_is_a_doubt(road: Road) -> None:
    road.channel = SilentChannel()
    road.timeout = timedelta(milliseconds=20)
    road.confirmed()
    assert road.run().uncertain == 1
    assert road.states() == [DeliveryState.UNCERTAIN]


class Killed(BaseException):
    """The process dies here."""


def test_a_crash_while_sending_leaves_a_doubt_and_never_a_second_copy(road: Road) -> None:
    road.channel = ScriptedChannel(script=[Killed()])
    road.confirmed()
    with pytest.raises(Killed):
        road.run()
    assert road.states() == [DeliveryState.CLAIMED]
    road.run()
    assert road.states() == [DeliveryState.CLAIMED]
    moved(road).move(by=CLAIM_LIFE + timedelta(seconds=1))
    road.run()
    assert road.states() == [DeliveryState.UNCERTAIN]
    assert road.channel.received == []


def test_a_new_worker_doubts_the_claims_of_the_one_before_it(road: Road) -> None:
    road.channel = ScriptedChannel(script=[Killed()])
    road.confirmed()
    with pytest.raises(Killed):
        road.run(token=1)
    with road.database.begin() as session:
        assert doubts.doubt_claims_before(session, 1) == 0
        assert doubts.doubt_claims_before(session, 2) == 1
    assert road.states() == [DeliveryState.UNCERTAIN]


def test_a_worker_that_lost_its_lease_settles_nothing(road: Road) -> None:
    road.channel = ScriptedChannel(script=[Killed()])
    road.confirmed()
    with pytest.raises(Killed):
        road.run(token=5)
    with road.database.begin() as session:
        delivery = session.scalars(sa.select(Delivery.id)).one()
        assert not settling.settle_sent(session, delivery, 4, "remote", NOW)
        assert settling.settle_sent(session, delivery, 5, "remote", NOW)
        assert not settling.settle_sent(session, delivery, 5, "remote", NOW)


def _die_after(_done: int) -> None:
    raise Killed


def test_the_fan_out_goes_on_where_it_stopped(road: Road) -> None:
    for number in range(5):
        road.destination(f"place {number}")
    road.confirmed()
    with road.database.begin() as session:
        assert fan_out(session, NOW, batch=2) == 2
    with pytest.raises(Killed), road.database.begin() as session:
        _die_after(fan_out(session, NOW, batch=2))
    road.run()
    assert sorted(outgoing.address for outgoing in road.channel.received) == [
        *(f"place {number}" for number in range(5)),
        "terminal",
    ]


def test_whoever_comes_after_the_event_is_told_what_comes_next_not_what_was(road: Road) -> None:
    road.confirmed()
    road.destination("late", created_at=NOW + timedelta(seconds=1))
    road.destination("gone", ended_at=NOW)
    road.run()
    assert [outgoing.address for outgoing in road.channel.received] == ["terminal"]


def test_one_place_hears_things_in_order_and_does_not_hold_up_the_others(road: Road) -> None:
    road.destination("other")
    road.channel = ScriptedChannel(script=[TemporaryFailure("away")])
    road.confirmed("list_a")
    road.confirmed("list_b")
    road.run()
    heard = [(outgoing.address, outgoing.message.blocks) for outgoing in road.channel.received]
    assert [address for address, _blocks in heard] == ["other", "other"]
    moved(road).move(by=timedelta(hours=1))
    road.run()
    terminal = [plain(o.message) for o in road.channel.received if o.address == "terminal"]
    assert ["Liste Exemple A" in terminal[0], "Liste Exemple B" in terminal[1]] == [True, True]


def test_a_correction_answers_the_post_that_it_corrects(road: Road) -> None:
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    original, correction = road.channel.received
    assert (correction.action, correction.acts_on) == (Action.REPLY, f"remote-{original.delivery}")
    assert "misread" in plain(correction.message)


def test_a_correction_before_the_original_went_out_replaces_it(road: Road) -> None:
    number = road.confirmed()
    moved(road).move(to=SATURDAY)
    road.run()
    correct(road, number)
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    assert road.states() == [DeliveryState.CANCELLED, DeliveryState.SENT]
    assert [outgoing.action for outgoing in road.channel.received] == [Action.SEND]


def test_each_place_is_told_in_its_own_language(road: Road) -> None:
    road.destination("english", language="en")
    road.confirmed()
    road.run()
    said = {outgoing.address: plain(outgoing.message) for outgoing in road.channel.received}
    assert "s’engage" in said["terminal"]
    assert "committed" in said["english"]
    assert "fictives" in said["terminal"]
    assert "fictional" in said["english"]


Follow = Callable[[Road], dict[str, object]]


@pytest.mark.parametrize(
    ("follow", "hears"),
    [
        (lambda road: {"topic": TopicKind.LIST, "list_id": road.there.list_b}, True),
        (lambda road: {"topic": TopicKind.LIST, "list_id": road.there.list_a}, False),
        (lambda road: {"topic": TopicKind.BANNER, "banner_id": road.there.banner}, True),
        (lambda _road: {"topic": TopicKind.CONSTITUENCY, "constituency_id": 1}, True),
        (lambda road: {"topic": TopicKind.DEMAND, "demand_id": demand_of(road, "cameras")}, True),
        (lambda road: {"topic": TopicKind.DEMAND, "demand_id": demand_of(road, "committee")}, False),
    ],
)
def test_a_subscription_hears_what_it_follows_and_nothing_else(road: Road, follow: Follow, hears: bool) -> None:
    place = road.destination("follower", audience=Audience.SUBSCRIBER, consented_at=NOW)
    with road.database.begin() as session:
        session.execute(sa.delete(Subscription).where(Subscription.destination_id == place))
        session.add(Subscription(destination_id=place, **follow(road)))
    road.confirmed("list_b")
    road.run()
    assert ("follower" in [outgoing.address for outgoing in road.channel.received]) is hears


def demand_of(road: Road, key: str) -> int:
    """Return a demand's number."""
    with road.database.read() as session:
        return session.scalars(sa.select(DemandRow.id).where(DemandRow.key == key)).one()


def test_a_place_that_left_the_configuration_and_came_back_starts_from_now(road: Road) -> None:
    road.confirmed()
    with road.database.begin() as session:
        sync_installation(session, replace(a_plan(a_letter()), destinations=()), NOW)
    road.run()
    later = NOW + timedelta(days=1)
    with road.database.begin() as session:
        plan = replace(a_plan(a_letter()), destinations=(DestinationPlan("console", "terminal", "fr"),))
        sync_installation(session, plan, later)
    moved(road).move(to=later)
    road.run()
    assert road.channel.received == []
    road.confirmed("list_b")
    road.run()
    assert len(road.channel.received) == 1


def test_deliveries_to_media_that_this_worker_does_not_speak_wait(road: Road) -> None:
    road.destination("elsewhere", channel="telegram")
    road.confirmed()
    road.run()
    assert sorted(road.states()) == [DeliveryState.DUE, DeliveryState.SENT]


def test_a_correction_of_one_demand_leaves_the_rest_of_an_unsent_announcement(road: Road) -> None:
    new = an_answer(road.there.a, {"cameras": Position.COMMITTED, "committee": Position.REFUSED})
    with road.database.begin() as session:
        number = record(session, new, road.there.alix)
        confirm(session, number, road.there.noe)
    moved(road).move(to=SATURDAY)
    correct(road, number)
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    first, second = said(road)
    assert "Committee — refuse" in first
    assert "Cameras" not in first
    assert "Cameras — s’engage en partie" in second


def test_whoever_never_read_an_error_is_not_told_that_there_was_one(road: Road) -> None:
    number = road.confirmed()
    moved(road).move(to=SATURDAY)
    correct(road, number)
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    (only,) = said(road)
    assert "misread" not in only
    assert "s’engage en partie" in only
    assert "Nouvelle réponse" in only


def test_content_removed_before_it_was_sent_is_neither_posted_nor_taken_back(road: Road) -> None:
    number = road.confirmed()
    with road.database.begin() as session:
        removal = request_removal(session, number, "court order", road.there.alix, NOW)
        confirm(session, removal, road.there.noe)
    road.run()
    assert road.channel.received == []
    assert road.states() == [DeliveryState.CANCELLED]


def test_content_is_removed_once(road: Road) -> None:
    number = road.confirmed()
    with road.database.begin() as session:
        request_removal(session, number, "court order", road.there.alix, NOW)
    with pytest.raises(Refused, match="same_answer_pending"), road.database.begin() as session:
        request_removal(session, number, "again", road.there.noe, NOW)


def test_words_that_were_removed_meanwhile_are_not_claimed(road: Road) -> None:
    number = road.confirmed()
    with road.database.begin() as session:
        fan_out(session, NOW)
        (due,) = due_deliveries(session, NOW, 1, channels=["console"])
    with road.database.begin() as session:
        confirm(session, request_removal(session, number, "court order", road.there.alix, NOW), road.there.noe)
    with road.database.begin() as session:
        worded = claims.Worded.of(due, claims.Words("fr", {"text": "erased"}))
        assert claims.claim_deliveries(session, [worded], 1, NOW) == frozenset()


def test_what_was_undone_is_not_mentioned_in_what_is_still_to_be_announced(road: Road) -> None:
    wrong = road.confirmed()
    replacing = an_answer(
        road.there.a, {"cameras": Position.REFUSED}, said=date(2026, 2, 5), contradiction=Contradiction.REPLACES
    )
    with road.database.begin() as session:
        confirm(session, record(session, replacing, road.there.alix), road.there.noe)
        undo_answer(session, wrong, "the wrong list", road.there.noe, NOW)
    road.run()
    (only,) = said(road)
    assert "refuse" in only
    assert "s’engage" not in only


def test_two_waiting_answers_that_contradict_each_other_are_asked_about_at_the_second(road: Road) -> None:
    with road.database.begin() as session:
        first = record(session, an_answer(road.there.a, {"cameras": Position.COMMITTED}), road.there.alix)
        second = record(session, an_answer(road.there.a, {"cameras": Position.REFUSED}), road.there.alix)
    with road.database.begin() as session:
        confirm(session, first, road.there.noe, NOW + timedelta(minutes=1))
    with pytest.raises(Refused, match="contradiction_undecided"), road.database.begin() as session:
        confirm(session, second, road.there.noe, NOW + timedelta(minutes=2))


def test_hearsay_and_earlier_days_take_no_word_back(road: Road) -> None:
    road.confirmed()
    given = an_answer(road.there.a, {"cameras": Position.COMMITTED})
    for new in (replace(given, source=SourceKind.REPORTED_SPEECH), replace(given, said_on=date(2026, 1, 1))):
        with pytest.raises(Refused, match="cannot_take_back"), road.database.begin() as session:
            record(session, withdrawing(new), road.there.alix)

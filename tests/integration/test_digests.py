"""Several things for one subscriber become one message: whole when sent, in doubt, or given back, and never twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from factories.roads import POLLS_CLOSED, SATURDAY, Road, correct, moved, remove, said
from factories.services import NOW, an_answer, quoting
from fakes.channels import ScriptedChannel
from pledgebot.channels.base import Outgoing
from pledgebot.dispatcher import word
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, Spot, TopicKind
from pledgebot.domain.delivery import (
    CLAIM_LIFE,
    Action,
    DeliveryState,
    Gone,
    Moved,
    PermanentFailure,
    TemporaryFailure,
    Uncertain,
)
from pledgebot.domain.events import EventKind
from pledgebot.messages.document import to_json
from pledgebot.messages.render import plain
from pledgebot.services import claims, settling
from pledgebot.services.bundles import Waiting, together
from pledgebot.services.claims import Worded, Words
from pledgebot.services.deliveries import show_deliveries
from pledgebot.services.due import Due, due_deliveries
from pledgebot.services.fan_out import fan_out
from pledgebot.services.privacy import forget, kept_of
from pledgebot.services.subscriber_places import end_place, move_place
from pledgebot.store.tables import Bundle, Delivery, Destination, Subscription, Wording

SENT, DUE, UNCERTAIN, FAILED = DeliveryState.SENT, DeliveryState.DUE, DeliveryState.UNCERTAIN, DeliveryState.FAILED
SEND, EDIT, REPLY = Action.SEND, Action.EDIT, Action.REPLY
EVENING = datetime(2026, 2, 8, 17, 0, tzinfo=UTC)
"""18:00 in Paris on the day of the example, when those who chose no hour get their digest."""


@pytest.fixture(autouse=True)
def _editing(road: Road) -> None:
    """Only subscribers: the public channel of the example would answer the scripts too."""
    road.channel = ScriptedChannel(edits=True)
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(ended_at=NOW - timedelta(days=2)))


def daily(road: Road, address: str = "anne", **values: object) -> int:
    return road.subscriber(address, rhythm=Rhythm.DAILY, **values)


def heard(road: Road, to: str = "anne") -> list[Outgoing]:
    return [one for one in road.channel.received if one.address == to]


def at(road: Road, moment: datetime) -> None:
    moved(road).move(to=moment)
    road.run()


def three(road: Road) -> None:
    for name in ("list_a", "list_b", "list_c"):
        road.confirmed(name)
    road.run()


def dued(road: Road, now: datetime = EVENING) -> tuple[Due, ...]:
    with road.database.read() as session:
        return due_deliveries(session, now, 50, channels=["console"])


def kept(road: Road) -> list[tuple[DeliveryState, str | None, int | None, int | None, datetime]]:
    """Return what must be the same for all members of a bundle."""
    with road.database.read() as session:
        rows = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
        return [(row.state, row.remote_id, row.bundle_id, row.wording_id, row.due_at) for row in rows]


# What becomes one


def test_a_daily_subscriber_gets_one_message_at_their_hour(road: Road) -> None:
    daily(road)
    three(road)
    assert road.channel.received == []
    at(road, EVENING)
    [only] = heard(road)
    [text] = said(road)
    assert "3 news items about what you follow" in text
    assert [text.index(f"New answer: Liste Exemple {name}") for name in "ABC"] == sorted(
        text.index(f"New answer: Liste Exemple {name}") for name in "ABC"
    )
    assert (only.action, only.repeated) == (SEND, False)
    assert {one[:2] for one in kept(road)} == {(SENT, f"remote-{only.delivery}")}
    assert road.run().idle


def test_one_alone_is_the_announcement_that_it_always_was(road: Road) -> None:
    daily(road)
    road.confirmed()
    road.run()
    at(road, EVENING)
    [text] = said(road)
    assert "news item" not in text
    assert "New answer: Liste Exemple A" in text
    with road.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Bundle)) == 0


def test_without_news_nothing_is_sent(road: Road) -> None:
    daily(road)
    at(road, EVENING)
    at(road, EVENING + timedelta(days=1))
    assert road.channel.received == []


def test_a_weekly_subscriber_gets_the_week_on_thursday(road: Road) -> None:
    road.subscriber("anne", rhythm=Rhythm.WEEKLY)
    three(road)
    at(road, EVENING + timedelta(days=3))
    assert road.channel.received == []
    at(road, EVENING + timedelta(days=4))
    assert len(heard(road)) == 1


def test_a_weekly_subscriber_gets_it_on_the_day_and_by_the_clocks_that_were_chosen(road: Road) -> None:
    """Tuesday, 08:00 in Nouméa is Monday, 21:00 in UTC."""
    road.subscriber("anne", rhythm=Rhythm.WEEKLY, weekday=1, hour=time(8), zone="Pacific/Noumea")
    three(road)
    monday = datetime(2026, 2, 9, 21, 0, tzinfo=UTC)
    at(road, monday - timedelta(seconds=1))
    assert road.channel.received == []
    at(road, monday)
    assert len(heard(road)) == 1


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("rhythm", "days"), [(Rhythm.DAILY, 1), (Rhythm.WEEKLY, 7)])
def test_over_a_change_of_clocks_there_is_one_message_for_each_day_or_week(
    road: Road, rhythm: Rhythm, days: int
) -> None:
    # Clocks go forward on Sunday 29 March 2026: 18:00 in Paris is 17:00 UTC before and 16:00 UTC after.
    road.subscriber("anne", rhythm=rhythm)
    before = datetime(2026, 3, 26, 17, 0, tzinfo=UTC) if days == 7 else datetime(2026, 3, 28, 17, 0, tzinfo=UTC)
    moved(road).move(to=before - timedelta(hours=2))
    three(road)
    at(road, before - timedelta(seconds=1))
    assert heard(road) == []
    at(road, before)
    assert len(heard(road)) == 1
    moved(road).move(by=timedelta(minutes=1))
    road.confirmed("list_a", Position.REFUSED, "committee")
    road.confirmed("list_b", Position.REFUSED, "committee")
    road.run()
    after = before + timedelta(days=days) - timedelta(hours=1)
    at(road, after - timedelta(seconds=1))
    assert len(heard(road)) == 1
    at(road, after)
    assert len(heard(road)) == 2


def test_what_quiet_hours_kept_is_one_message(road: Road) -> None:
    road.subscriber("anne", quiet_from=time(12), quiet_to=time(15))
    three(road)
    assert heard(road) == []
    at(road, datetime(2026, 2, 8, 14, 0, tzinfo=UTC))
    assert len(heard(road)) == 1


def test_what_falls_into_quiet_hours_by_a_delay_waits_whole(road: Road) -> None:
    daily(road, quiet_from=time(19), quiet_to=time(8))
    three(road)
    at(road, EVENING + timedelta(hours=3))
    assert heard(road) == []
    at(road, datetime(2026, 2, 9, 7, 0, tzinfo=UTC))
    assert len(heard(road)) == 1


def test_what_the_silence_kept_is_one_message(road: Road) -> None:
    road.subscriber("anne")
    moved(road).move(to=SATURDAY)
    three(road)
    assert heard(road) == []
    at(road, POLLS_CLOSED)
    assert len(heard(road)) == 1


@pytest.mark.parametrize("minutes", [0, 9])
def test_what_comes_at_once_comes_alone(road: Road, minutes: int) -> None:
    road.subscriber("anne")
    for name in ("list_a", "list_b"):
        road.confirmed(name)
    at(road, NOW + timedelta(minutes=minutes))
    assert len(heard(road)) == 2


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.ORGANIZERS])
def test_public_places_and_organizers_get_each_post_by_itself(road: Road, audience: Audience) -> None:
    road.destination("them", audience=audience)
    for subject in (road.there.a, road.there.b):
        number = road.recorded(an_answer(subject, {"cameras": Position.COMMITTED}))
        if audience is Audience.PUBLIC:
            road.confirm(number)
    road.run()
    assert len(heard(road, "them")) == 2


def test_two_subscribers_get_what_each_of_them_follows(road: Road) -> None:
    daily(road, "anne")
    ben = daily(road, "ben", language="fr")
    road.confirmed("list_a")
    road.unfollow(ben)
    with road.database.begin() as session:
        fan_out(session, NOW)
        session.add(Subscription(destination_id=ben, topic=TopicKind.ALL))
    road.confirmed("list_b")
    road.confirmed("list_c")
    road.run()
    at(road, EVENING)
    [anne], [ben_read] = said(road, ["anne"]), said(road, ["ben"])
    assert "3 news items" in anne
    assert "Liste Exemple A" not in ben_read
    assert "Liste Exemple B" in ben_read


def test_two_subscribers_of_the_same_share_their_words(road: Road) -> None:
    daily(road, "anne")
    daily(road, "ben")
    three(road)
    at(road, EVENING)
    assert len(road.channel.received) == 2
    with road.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Wording)) == 1


def test_a_notice_with_a_question_goes_by_itself() -> None:
    waiting = [
        Waiting(1, 1, EventKind.ANSWER_CONFIRMED),
        Waiting(2, 2, EventKind.STAY_ASKED),
        Waiting(3, 3, EventKind.ANSWER_CONFIRMED),
    ]
    assert [one.delivery for one in together(waiting)] == [1, 3]
    assert [one.delivery for one in together(waiting[1:])] == [2]


def test_reminders_are_told_together_however_fresh_and_with_what_was_held_but_not_with_what_just_happened() -> None:
    waiting = [
        Waiting(1, 1, EventKind.DAYS_LEFT, held=False),
        Waiting(2, 2, EventKind.ANSWER_CONFIRMED, held=False),
        Waiting(3, 3, EventKind.ANSWER_CONFIRMED),
        Waiting(4, 4, EventKind.LISTS_MERGED, held=False),
    ]
    assert [one.delivery for one in together(waiting)] == [1, 3, 4]
    assert [one.delivery for one in together(waiting[1:])] == [2]


KINDS = st.sampled_from(
    [EventKind.ANSWER_CONFIRMED, EventKind.ANSWER_CORRECTED, EventKind.STAY_ASKED, EventKind.DAYS_LEFT]
)
WAITING = st.lists(
    st.builds(
        Waiting,
        st.just(0),
        st.just(0),
        KINDS,
        st.sampled_from(Action),
        st.sampled_from([DeliveryState.DUE, DeliveryState.DUE, DeliveryState.CLAIMED]),
        st.integers(0, 1),
        st.none(),
        st.sampled_from([None, None, 7, 8]),
    ),
    max_size=8,
)


@given(WAITING)
def test_what_goes_together_was_never_tried_or_was_tried_together_and_overtakes_nothing_that_was_tried(
    rows: list[Waiting],
) -> None:
    waiting = [replace(one, delivery=number, event=number) for number, one in enumerate(rows, 1)]
    group = together(waiting)
    assert all(one.state is DUE for one in group)
    if not group:
        assert not waiting or any(one.state is not DUE for one in waiting)
        return
    assert all(one.state is DUE for one in waiting), "something is under way there"
    assert list(group) == sorted(group, key=lambda one: one.delivery)
    if len(group) > 1 and group[0].fresh:
        assert all(one.fresh and one.action is not EDIT and one.kind is not EventKind.STAY_ASKED for one in group)
    elif len(group) > 1:
        assert len({one.bundle for one in group}) == 1
        assert group[0].bundle is not None
    if group[0].fresh:
        assert not [one for one in waiting if one.delivery < group[-1].delivery and not one.fresh]
    else:
        assert group[0] is waiting[0]


# Whole, whatever happens


def test_a_lost_reply_leaves_all_of_it_in_doubt_and_nothing_is_repeated(road: Road) -> None:
    daily(road)
    road.channel = ScriptedChannel(script=[Uncertain("the reply never came")])
    three(road)
    at(road, EVENING)
    at(road, EVENING + timedelta(days=3))
    assert road.states() == [UNCERTAIN] * 3
    assert len({one[2] for one in kept(road)}) == 1
    assert heard(road) == []


def test_where_one_can_look_all_of_it_is_repeated_as_it_was(road: Road) -> None:
    daily(road)
    first: list[Outgoing] = []

    def lose(outgoing: Outgoing) -> None:
        first.append(outgoing)
        raise Uncertain("the reply never came")

    road.channel = ScriptedChannel(looks=True, script=[lose])
    moved(road).move(to=NOW - timedelta(hours=18))
    three(road)
    at(road, NOW - timedelta(hours=18) + timedelta(hours=23))
    assert road.states() == [UNCERTAIN] * 3 or road.states() == [DUE] * 3
    road.confirmed("list_a", Position.REFUSED, "committee")
    at(road, moved(road).now() + timedelta(hours=1))
    [again] = heard(road)
    assert (again.message, again.delivery) == (first[0].message, first[0].delivery)
    assert again.repeated
    assert again.since == first[0].since
    assert road.states() == [SENT, SENT, SENT, DUE]


def test_a_doubt_about_a_weekly_digest_is_looked_into_for_a_day_after_it_was_worded(road: Road) -> None:
    road.subscriber("anne", rhythm=Rhythm.WEEKLY)
    road.channel = ScriptedChannel(looks=True, script=[Uncertain("?")] * 3)
    three(road)
    thursday = EVENING + timedelta(days=4)
    at(road, thursday)
    road.run()
    assert road.states() == [DUE] * 3
    at(road, thursday + timedelta(hours=1))
    at(road, thursday + timedelta(days=2))
    assert road.states() == [UNCERTAIN] * 3


def test_what_was_not_sent_goes_once_with_the_same_words_and_what_came_meanwhile_waits(road: Road) -> None:
    daily(road)
    tried: list[Outgoing] = []

    def fail(outgoing: Outgoing) -> None:
        tried.append(outgoing)
        raise TemporaryFailure("away", timedelta(days=1, minutes=5))

    road.channel = ScriptedChannel(script=[fail])
    three(road)
    at(road, EVENING)
    assert road.states() == [DUE] * 3
    assert len({one[2:] for one in kept(road)}) == 1
    road.confirmed("list_a", Position.REFUSED, "committee")
    at(road, EVENING + timedelta(days=1))
    assert heard(road) == []
    at(road, EVENING + timedelta(days=1, minutes=5))
    digest, alone = heard(road)
    assert digest.message == tried[0].message
    assert "Committee" in plain(alone.message)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(PermanentFailure("no"), FAILED), (Gone("blocked"), FAILED), (RuntimeError("?"), UNCERTAIN)],
)
def test_it_fails_or_is_in_doubt_whole(road: Road, outcome: Exception, state: DeliveryState) -> None:
    daily(road)
    road.channel = ScriptedChannel(script=[outcome])
    three(road)
    at(road, EVENING)
    assert road.states() == [state] * 3


def test_a_place_that_moved_gets_it_at_its_new_address_once(road: Road) -> None:
    daily(road)
    road.channel = ScriptedChannel(script=[Moved("anne2")])
    three(road)
    at(road, EVENING)
    assert heard(road) == []
    assert len(heard(road, "anne2")) == 1
    assert road.states() == [SENT] * 3


class Killed(BaseException):
    """The process dies here."""


def test_a_crash_while_sending_leaves_all_of_it_in_doubt(road: Road) -> None:
    daily(road)
    road.channel = ScriptedChannel(script=[Killed()])
    three(road)
    with pytest.raises(Killed):
        at(road, EVENING)
    assert road.states() == [DeliveryState.CLAIMED] * 3
    at(road, EVENING + CLAIM_LIFE + timedelta(seconds=1))
    assert road.states() == [UNCERTAIN] * 3
    assert heard(road) == []


def test_a_worker_that_lost_its_lease_settles_none_of_it(road: Road) -> None:
    daily(road)
    road.channel = ScriptedChannel(script=[Killed()])
    three(road)
    with pytest.raises(Killed):
        at(road, EVENING)
    with road.database.begin() as session:
        first = session.scalars(sa.select(Delivery.id).order_by(Delivery.id)).first()
        assert first is not None
        assert not settling.settle_sent(session, first, 4, "4711", EVENING)
        assert settling.settle_sent(session, first, 1, "4711", EVENING)
    assert road.states() == [SENT] * 3


class JumpingClock:
    """A clock that jumps into the silence at its n-th reading."""

    def __init__(self, readings: int) -> None:
        self.left = readings

    def now(self) -> datetime:
        """Return noon on the Friday before the vote, and after the jump Saturday."""
        self.left -= 1
        return SATURDAY if self.left < 0 else datetime(2026, 3, 13, 12, 0, tzinfo=UTC)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("readings", range(4, 24))
def test_whenever_the_silence_begins_all_of_it_went_or_nothing(road: Road, readings: int) -> None:
    daily(road, hour=time(13))
    moved(road).move(to=datetime(2026, 3, 13, 11, 0, tzinfo=UTC))
    three(road)
    clock = JumpingClock(readings)
    usual, road.clock = road.clock, clock
    jumped: list[bool] = []
    road.channel = ScriptedChannel(script=[lambda _outgoing: jumped.append(clock.left < 0)])
    road.run()
    assert jumped in ([], [False])
    assert road.states() == [SENT if jumped else DUE] * 3
    road.clock = usual
    at(road, POLLS_CLOSED)
    assert road.states() == [SENT] * 3
    assert len(heard(road)) == 1


# Members that change


def claimed(road: Road, due: Due) -> frozenset[int]:
    words = to_json(word(due))
    with road.database.begin() as session:
        item = Worded.of(due, Words(due.language, words))
        return claims.claim_deliveries(session, [item], 1, EVENING)


def again_later(road: Road, script: Sequence[TemporaryFailure]) -> None:
    """Let a digest of three fail once."""
    daily(road)
    road.channel = ScriptedChannel(edits=True, script=script)
    three(road)
    at(road, EVENING)
    assert road.states() == [DUE] * 3


def test_a_member_removed_between_wording_and_claiming_makes_the_words_stale(road: Road) -> None:
    daily(road)
    number = road.confirmed()
    road.confirmed("list_b")
    road.confirmed("list_c")
    road.run()
    [due] = dued(road)
    remove(road, number)
    assert claimed(road, due) == frozenset()
    at(road, EVENING)
    [text] = said(road)
    assert "2 news items" in text
    assert "Liste Exemple A" not in text


def test_a_member_cancelled_between_wording_and_claiming_keeps_the_others_from_being_claimed(road: Road) -> None:
    daily(road)
    three(road)
    [due] = dued(road)
    with road.database.begin() as session:
        session.execute(
            sa.update(Delivery)
            .where(Delivery.id == due.deliveries[1])
            .values(state=DeliveryState.CANCELLED, reason="a test")
        )
    assert claimed(road, due) == frozenset()
    assert road.states().count(DUE) == 2


def test_two_workers_do_not_both_claim_it(road: Road) -> None:
    daily(road)
    three(road)
    [due] = dued(road)
    assert claimed(road, due) == frozenset(due.deliveries)
    assert claimed(road, due) == frozenset()


def test_a_member_that_is_corrected_before_a_retry_is_worded_anew(road: Road) -> None:
    again_later(road, [TemporaryFailure("away")])
    correct(road, 1)
    at(road, EVENING + timedelta(hours=2))
    [digest] = heard(road)
    text = plain(digest.message)
    assert "2 news items" in text
    assert "Liste Exemple A" not in text
    at(road, EVENING + timedelta(days=1))
    right = said(road)[-1]
    assert "partly committed" in right
    assert "Correction" not in right


def test_a_bundle_with_one_left_is_the_single_announcement(road: Road) -> None:
    again_later(road, [TemporaryFailure("away")])
    remove(road, 1)
    remove(road, 2)
    at(road, EVENING + timedelta(hours=2))
    [text] = said(road)
    assert "news item" not in text
    assert "New answer: Liste Exemple C" in text
    assert [one[2] for one in kept(road)][-1] is None


def test_the_words_of_a_bundle_that_lost_a_member_are_kept_by_its_next_retries(road: Road) -> None:
    tried: list[Outgoing] = []

    def fail(outgoing: Outgoing) -> None:
        tried.append(outgoing)
        raise TemporaryFailure("away")

    again_later(road, [TemporaryFailure("away"), fail])  # type: ignore[list-item]  # a script calls what it holds
    remove(road, 1)
    at(road, EVENING + timedelta(hours=2))
    at(road, EVENING + timedelta(hours=5))
    [sent] = heard(road)
    assert sent.message == tried[0].message
    assert road.states()[1:3] == [SENT, SENT]


# Afterwards


def test_a_correction_of_what_a_digest_told_answers_it_and_leaves_it_as_it_is(road: Road) -> None:
    daily(road)
    three(road)
    at(road, EVENING)
    [digest] = heard(road)
    correct(road, 1)
    road.run()
    at(road, EVENING + timedelta(days=1))
    _digest, answer = heard(road)
    assert (answer.action, answer.acts_on) == (REPLY, f"remote-{digest.delivery}")
    assert "we had written: committed; right is: partly committed" in plain(answer.message)


def test_removed_content_leaves_the_digest_itself_and_the_rest_stays(road: Road) -> None:
    daily(road)
    secret = road.recorded(an_answer(road.there.a, {"cameras": Position.COMMITTED}, proofs=(quoting("Secret words"),)))
    road.confirm(secret)
    three_more = [road.confirmed(name) for name in ("list_b", "list_c")]
    road.run()
    at(road, EVENING)
    [digest] = heard(road)
    remove(road, secret)
    road.run()
    _digest, edit = heard(road)
    text = plain(edit.message)
    assert (edit.action, edit.acts_on) == (EDIT, f"remote-{digest.delivery}")
    assert "Content removed: Liste Exemple A" in text
    assert "Content removed on legal demand on 8 February 2026: court order" in text
    assert "New answer: Liste Exemple A" not in text
    assert all(f"New answer: Liste Exemple {name}" in text for name in "BC")
    remove(road, three_more[0])
    road.run()
    last = plain(heard(road)[-1].message)
    assert last.count("Content removed: ") == 2
    assert "New answer: Liste Exemple C" in last


def test_the_words_of_an_edited_digest_are_forgotten_with_what_they_repeated(road: Road) -> None:
    daily(road)
    first = road.confirmed()
    second = road.recorded(an_answer(road.there.b, {"cameras": Position.COMMITTED}, speaker="Sacha Exemple"))
    road.confirm(second)
    road.run()
    at(road, EVENING)
    remove(road, first)
    road.run()
    assert "Sacha Exemple" in plain(heard(road)[-1].message)
    remove(road, second)
    with road.database.read() as session:
        assert "Sacha Exemple" not in repr(session.scalars(sa.select(Wording.content)).all())


def test_a_statement_and_its_correction_in_one_digest_are_removed_by_one_edit(road: Road) -> None:
    road.subscriber("anne")
    number = road.confirmed()
    road.run()
    with road.database.begin() as session:
        session.execute(sa.update(Destination).where(Destination.address == "anne").values(rhythm=Rhythm.DAILY))
    correct(road, number)
    road.confirmed("list_b")
    road.run()
    at(road, EVENING)
    before = len(heard(road))
    remove(road, number)
    road.run()
    edits = heard(road)[before:]
    assert [one.action for one in edits] == [EDIT, EDIT]
    assert len({one.acts_on for one in edits}) == 2
    assert "partly" not in plain(edits[-1].message)
    assert "New answer: Liste Exemple B" in plain(edits[-1].message)


def test_where_nothing_can_be_edited_the_removal_answers_the_digest(road: Road) -> None:
    daily(road)
    road.channel.edits = False
    three(road)
    at(road, EVENING)
    remove(road, 1)
    at(road, EVENING + timedelta(days=1))
    _digest, answer = heard(road)
    assert answer.action is REPLY
    assert "Content removed" in plain(answer.message)


def test_an_edit_of_a_digest_that_was_worded_before_another_removal_is_not_claimed(road: Road) -> None:
    daily(road)
    three(road)
    at(road, EVENING)
    remove(road, 1)
    with road.database.begin() as session:
        fan_out(session, EVENING, editable=["console"])
    [due] = dued(road)
    assert due.action is EDIT
    remove(road, 2)
    assert claimed(road, due) == frozenset()


def test_changes_of_old_messages_go_before_the_news(road: Road) -> None:
    road.subscriber("anne")
    number = road.confirmed()
    road.run()
    moved(road).move(to=SATURDAY)
    road.confirmed("list_b")
    correct(road, number)
    road.confirmed("list_c")
    road.run()
    at(road, POLLS_CLOSED)
    assert [one.action for one in heard(road)] == [SEND, EDIT, SEND]
    assert "3 news items" in said(road)[-1]


# What is kept


ANNE = Spot("console", "anne", "", PlaceKind.PRIVATE)


def test_what_is_kept_counts_a_digest_as_one_message_and_forgetting_takes_it_along(road: Road) -> None:
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(place=PlaceKind.CHANNEL))
    daily(road, place=PlaceKind.PRIVATE)
    three(road)
    at(road, EVENING)
    with road.database.begin() as session:
        assert kept_of(session, ANNE, EVENING).sent == 1
        assert [one.bundle is not None for one in show_deliveries(session)] == [True] * 3
        assert forget(session, ANNE)
        for table in (Bundle, Delivery, Wording):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


@pytest.mark.parametrize("script", [[], [TemporaryFailure("away")]])
def test_a_place_that_ended_hears_nothing_of_what_was_kept_for_it(road: Road, script: list[TemporaryFailure]) -> None:
    daily(road)
    road.channel = ScriptedChannel(script=script)
    three(road)
    if script:
        at(road, EVENING)
    with road.database.begin() as session:
        end_place(session, "console", "anne", EVENING)
    at(road, EVENING + timedelta(days=1))
    assert heard(road) == []
    assert road.states() == [DeliveryState.CANCELLED] * 3


def test_a_bundle_that_waits_moves_along_and_is_not_told_again_where_it_was_told(road: Road) -> None:
    again_later(road, [TemporaryFailure("away")])
    with road.database.begin() as session:
        other = Destination(
            channel="console", address="new", audience=Audience.SUBSCRIBER, language="en", consented_at=NOW,
            created_at=NOW, rhythm=Rhythm.DAILY, hour=None,
        )  # fmt: skip
        session.add(other)
        session.flush()
        first = session.scalars(sa.select(Delivery.event_id).order_by(Delivery.id)).first()
        session.add(
            Delivery(event_id=first, destination_id=other.id, due_at=NOW, state=SENT, sent_at=NOW, remote_id="of new")
        )
    with road.database.begin() as session:
        move_place(session, "console", "anne", "new", EVENING)
    at(road, EVENING + timedelta(hours=2))
    [digest] = heard(road, "new")
    assert "2 news items" in plain(digest.message)
    assert "Liste Exemple A" not in plain(digest.message)
    assert road.states() == [SENT] * 3


def test_one_query_more_finds_what_goes_together_for_however_many_places(road: Road) -> None:
    for number in range(10):
        road.subscriber(f"at once {number}")
    road.confirmed()
    with road.database.begin() as session:
        fan_out(session, NOW)
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    with road.database.read() as session:
        engine = session.connection().engine
        sa.event.listen(engine, "before_cursor_execute", count)
        try:
            found = due_deliveries(session, NOW, 50, channels=["console"])
        finally:
            sa.event.remove(engine, "before_cursor_execute", count)
    assert len(found) == 10
    assert len([one for one in asked if "bundle_id" in one and "wording.content" not in one]) == 1
    # What is stopped, the heads, what goes together with them, the events.
    assert len(asked) <= 4

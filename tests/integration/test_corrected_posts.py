"""A correction reaches the message itself where that can be changed, and is seen; removed words do not stay anywhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.roads import POLLS_CLOSED, SATURDAY, Road, correct, moved, remove, said
from factories.services import NOW, an_answer, quoting
from fakes.channels import ScriptedChannel
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, Rhythm
from pledgebot.domain.delivery import Action, DeliveryState, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.services import claims, settling
from pledgebot.services.due import due_deliveries
from pledgebot.services.fan_out import fan_out
from pledgebot.store.tables import Delivery, Destination, Wording

YES, NO, PARTIAL = Position.COMMITTED, Position.REFUSED, Position.PARTIAL
SEND, EDIT, REPLY = Action.SEND, Action.EDIT, Action.REPLY


@pytest.fixture(autouse=True)
def _editing(road: Road) -> None:
    road.channel = ScriptedChannel(edits=True)
    with road.database.begin() as session:
        session.execute(sa.update(Destination).values(language="en"))


def done(road: Road, to: str = "terminal") -> list[tuple[Action, str | None]]:
    """Return what was done at a place, and on which message."""
    return [(one.action, one.acts_on) for one in road.channel.received if one.address == to]


def test_a_correction_edits_the_message_first_and_then_answers_it(road: Road) -> None:
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    original = f"remote-{road.channel.received[0].delivery}"
    assert done(road) == [(SEND, None), (EDIT, original), (REPLY, original)]
    _first, edited, answered = said(road)
    assert "Corrected: Liste Exemple A" in edited
    assert "Corrected on 8 February 2026: this message contained an error." in edited
    assert "Cameras — partly committed" in edited
    assert "committed\n" not in edited.replace("partly committed\n", "")
    assert "we had written: committed; right is: partly committed" in answered


def test_where_nothing_can_be_edited_a_correction_only_answers(road: Road) -> None:
    road.channel.edits = False
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    assert [action for action, _on in done(road)] == [SEND, REPLY]


def test_a_message_keeps_what_was_right_with_its_proof(road: Road) -> None:
    number = road.recorded(
        an_answer(road.there.a, {"cameras": YES, "committee": NO}, proofs=(quoting("The first words."),))
    )
    road.confirm(number)
    road.run()
    correct(road, number)
    road.run()
    edited = said(road)[1]
    assert "Committee — refused" in edited
    assert "Cameras — partly committed" in edited
    assert "The first words." in edited
    assert edited.count("Cameras — ") == 1


def test_corrections_of_a_message_add_up(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES, "committee": NO}))
    road.confirm(number)
    road.run()
    first = correct(road, number)
    road.run()
    correct(road, number, YES, "committee")
    road.run()
    correct(road, first, Position.UNCLEAR)
    road.run()
    original = [one for one in road.channel.received if one.action is SEND]
    edits = [
        one for one in road.channel.received if one.acts_on == f"remote-{original[0].delivery}" and one.action is EDIT
    ]
    assert len(edits) == 3
    last = said(road)[road.channel.received.index(edits[-1])]
    assert "Cameras — unclear" in last
    assert "Committee — committed" in last
    assert "partly" not in last


def test_the_answer_that_a_wrong_correction_gave_is_put_right_too(road: Road) -> None:
    number = road.confirmed()
    road.run()
    first = correct(road, number)
    road.run()
    correct(road, first, NO)
    road.run()
    sent, _edited, replied, *later = road.channel.received
    ids = [f"remote-{one.delivery}" for one in (sent, replied)]
    assert [(one.action, one.acts_on) for one in later] == [(EDIT, ids[0]), (EDIT, ids[1]), (REPLY, ids[0])]
    assert "partly" not in "".join(said(road)[3:5])


def test_an_edit_that_fails_does_not_hold_up_the_answer(road: Road) -> None:
    road.channel = ScriptedChannel(edits=True, script=[None, PermanentFailure("message can't be edited")])
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    assert road.states() == [DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SENT]
    assert [action for action, _on in done(road)] == [SEND, REPLY]


def test_the_answer_waits_for_the_edit_before_it(road: Road) -> None:
    road.channel = ScriptedChannel(edits=True, script=[None, TemporaryFailure("away")])
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    assert [action for action, _on in done(road)] == [SEND]
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert [action for action, _on in done(road)] == [SEND, EDIT, REPLY]


@pytest.mark.parametrize("remote", [None, "4711"])
def test_a_message_in_doubt_is_edited_only_where_its_number_is_known(road: Road, remote: str | None) -> None:
    road.channel = ScriptedChannel(edits=True, script=[Uncertain("the reply never came")])
    number = road.confirmed()
    road.run()
    with road.database.begin() as session:
        session.execute(sa.update(Delivery).values(remote_id=remote))
    correct(road, number)
    road.run()
    assert done(road) == ([(EDIT, "4711"), (REPLY, "4711")] if remote else [(REPLY, None)])


def test_what_is_being_sent_when_it_is_corrected_is_answered_not_told_anew(road: Road) -> None:
    number = road.confirmed()
    with road.database.begin() as session:
        fan_out(session, NOW)
        (due,) = due_deliveries(session, NOW, 1, channels=["console"])
        claims.claim_deliveries(session, [claims.Worded.of(due, claims.Words("en", {"text": "it"}))], 1, NOW)
    correct(road, number)
    with road.database.begin() as session:
        fan_out(session, NOW, editable=["console"])
        assert settling.settle_sent(session, due.delivery, 1, "4711", NOW)
    road.run()
    assert done(road) == [(REPLY, "4711")]


def test_who_no_longer_follows_has_the_message_put_right_and_hears_nothing_more(road: Road) -> None:
    place = road.subscriber("follower")
    number = road.confirmed()
    road.run()
    road.unfollow(place)
    correct(road, number)
    road.confirmed("list_b")
    road.run()
    assert [action for action, _on in done(road, "follower")] == [SEND, EDIT]


def test_a_place_that_ended_gets_nothing(road: Road) -> None:
    road.subscriber("follower")
    number = road.confirmed()
    road.run()
    with road.database.begin() as session:
        session.execute(sa.update(Destination).where(Destination.address == "follower").values(ended_at=NOW))
    correct(road, number)
    remove(road, number)
    road.run()
    assert [action for action, _on in done(road, "follower")] == [SEND]


def test_who_no_longer_follows_and_was_not_told_yet_is_not_told_the_error(road: Road) -> None:
    place = road.subscriber("follower", rhythm=Rhythm.DAILY)
    number = road.confirmed()
    road.run()
    road.unfollow(place)
    correct(road, number)
    road.run()
    moved(road).move(by=timedelta(days=3))
    road.run()
    assert done(road, "follower") == []


def test_an_edit_waits_for_no_rhythm_and_no_quiet_hours(road: Road) -> None:
    road.subscriber("follower")
    number = road.confirmed()
    road.run()
    with road.database.begin() as session:
        session.execute(sa.update(Destination).where(Destination.address == "follower").values(rhythm=Rhythm.WEEKLY))
    road.confirmed("list_b")
    correct(road, number)
    road.run()
    assert [action for action, _on in done(road, "follower")] == [SEND, EDIT]
    moved(road).move(by=timedelta(days=7))
    road.run()
    assert [action for action, _on in done(road, "follower")] == [SEND, EDIT, SEND]
    assert "2 news items" in said(road, ["follower"])[-1]


def test_the_silence_holds_edits_too(road: Road) -> None:
    number = road.confirmed()
    road.run()
    moved(road).move(to=SATURDAY)
    correct(road, number)
    road.run()
    assert [action for action, _on in done(road)] == [SEND]
    moved(road).move(to=POLLS_CLOSED)
    road.run()
    assert [action for action, _on in done(road)] == [SEND, EDIT, REPLY]


# Removing


def test_removed_content_is_replaced_where_it_stands(road: Road) -> None:
    number = road.confirmed()
    road.run()
    remove(road, number)
    road.run()
    original = f"remote-{road.channel.received[0].delivery}"
    assert done(road) == [(SEND, None), (EDIT, original)]
    notice = said(road)[1]
    assert "Content removed on legal demand on 8 February 2026: court order" in notice
    assert "We will do it." not in notice


def test_where_nothing_can_be_edited_the_removal_is_an_answer(road: Road) -> None:
    road.channel.edits = False
    number = road.confirmed()
    road.run()
    remove(road, number)
    road.run()
    assert [action for action, _on in done(road)] == [SEND, REPLY]


def test_every_message_that_repeated_removed_words_is_replaced(road: Road) -> None:
    number = road.confirmed()
    road.run()
    correct(road, number)
    road.run()
    before = len(road.channel.received)
    remove(road, number)
    road.run()
    sent, _edited, replied = road.channel.received[:before]
    assert done(road)[before:] == [(EDIT, f"remote-{one.delivery}") for one in (sent, replied)]
    assert all("Content removed" in text and "We will do it." not in text for text in said(road)[before:])


def test_who_no_longer_follows_has_removed_words_replaced(road: Road) -> None:
    place = road.subscriber("follower")
    number = road.confirmed()
    road.run()
    road.unfollow(place)
    remove(road, number)
    road.run()
    assert [action for action, _on in done(road, "follower")] == [SEND, EDIT]


def test_a_message_whose_content_was_removed_is_not_brought_back_by_a_correction(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES, "committee": NO}))
    road.confirm(number)
    road.run()
    remove(road, number)
    road.run()
    correct(road, number)
    road.run()
    assert [action for action, _on in done(road)] == [SEND, EDIT, REPLY]


def test_an_edit_that_was_worded_from_removed_words_is_not_claimed(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES, "committee": NO}))
    road.confirm(number)
    road.run()
    correct(road, number)
    with road.database.begin() as session:
        fan_out(session, NOW, editable=["console"])
        (due,) = due_deliveries(session, NOW, 1, channels=["console"])
        assert due.action is EDIT
    remove(road, number)
    with road.database.begin() as session:
        worded = claims.Worded.of(due, claims.Words("en", {"text": "We will do it."}))
        assert claims.claim_deliveries(session, [worded], 1, NOW) == frozenset()


def test_the_words_of_edits_are_forgotten_with_what_they_repeated(road: Road) -> None:
    number = road.recorded(
        an_answer(road.there.a, {"cameras": YES, "committee": NO}, proofs=(quoting("Secret words"),))
    )
    road.confirm(number)
    road.run()
    correct(road, number)
    road.run()
    assert "Secret words" in said(road)[1]
    remove(road, number)
    with road.database.read() as session:
        assert "Secret words" not in repr(session.scalars(sa.select(Wording.content)).all())


def test_who_follows_a_demand_hears_that_what_was_said_on_it_was_removed(road: Road) -> None:
    road.channel.edits = False
    number = road.confirmed()
    road.run()
    with road.database.begin() as session:
        session.execute(sa.text("DELETE FROM subscription"))
        session.execute(
            sa.text(
                "INSERT INTO subscription (destination_id, topic, demand_id) "
                "SELECT destination.id, 'demand', demand.id FROM destination, demand WHERE demand.key = 'cameras'"
            )
        )
    remove(road, number)
    road.run()
    assert [action for action, _on in done(road)] == [SEND, REPLY]


def test_organizers_are_not_told_twice_through_what_they_were_asked(road: Road) -> None:
    road.destination("organizers", audience=Audience.ORGANIZERS)
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.run()
    road.confirm(number)
    road.run()
    remove(road, number)
    road.run()
    # They are told what became of the entry, in the message that asked them; nothing of what is announced.
    assert [action for action, _on in done(road, "organizers")] == [SEND, EDIT]

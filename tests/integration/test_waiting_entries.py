"""Organizers are told of every entry that waits, in the version that waits, and of none that does not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.roads import SATURDAY, Road, correct, moved, remove, said
from factories.services import NOW, an_answer, quoting
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import DeliveryState, TemporaryFailure
from pledgebot.domain.events import EventKind
from pledgebot.messages.presses import token
from pledgebot.services.answers import amend_answer
from pledgebot.services.decisions import reject_answer, request_removal
from pledgebot.services.fan_out import fan_out
from pledgebot.store.tables import Destination, Event, Wording

GROUP = "organizers"
YES, NO = Position.COMMITTED, Position.REFUSED


@pytest.fixture(autouse=True)
def _group(road: Road) -> None:
    road.destination(GROUP, audience=Audience.ORGANIZERS)


def presses(road: Road) -> list[list[str]]:
    """Return what the buttons of each message to the organizers do."""
    messages = [outgoing.message for outgoing in road.channel.received if outgoing.address == GROUP]
    return [[button.press for row in message.buttons for button in row if button.press] for message in messages]


def test_a_recorded_entry_is_shown_to_the_organizers_and_to_nobody_else(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.run()
    assert [outgoing.address for outgoing in road.channel.received] == [GROUP]
    assert presses(road) == [[token(verb, number, 1) for verb in ("confirm", "reject", "ask")]]


def test_what_is_shown_is_what_is_posted(road: Road) -> None:
    road.board_url = "https://example.org/board"
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.run()
    road.confirm(number)
    road.destination("reader", created_at=NOW)
    road.confirmed("list_b")
    road.run()
    (shown,) = said(road, [GROUP])
    posted = next(text for text in said(road, ["reader"]) if "Liste Exemple A" in text)
    example, *pieces = posted.split("\n\n")
    assert example.startswith("Example: ")
    # Its place in the ledger is not known before.
    body = "\n\n".join(piece for piece in pieces if not piece.startswith("Ledger: "))
    assert shown.endswith(body)
    assert "https://example.org/board" in body


def test_the_announcement_of_a_confirmed_entry_does_not_reach_the_organizers(road: Road) -> None:
    road.confirmed()
    road.run()
    assert [outgoing.address for outgoing in road.channel.received] == ["terminal"]


def test_organizers_hear_of_it_in_the_silence(road: Road) -> None:
    moved(road).move(to=SATURDAY)
    road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.run()
    assert len(presses(road)) == 1


def test_an_entry_that_changed_is_shown_again_in_its_new_version(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES, "committee": NO}))
    road.run()
    with road.database.begin() as session:
        amend_answer(session, number, an_answer(road.there.a, {"cameras": NO, "committee": NO}), road.there.zoe, NOW)
    road.run()
    with road.database.begin() as session:
        reject_answer(session, number, 2, "not about this", road.there.noe, NOW, demand="committee")
    road.run()
    assert [row[0] for row in presses(road)] == [token("confirm", number, version) for version in (1, 2, 3)]
    first, second, third = said(road)
    assert ("committed" in first, "committed" in second) == (True, False)
    assert ("Committee" in second, "Committee" in third) == (True, False)


@pytest.mark.parametrize("fanned_out", [True, False])
def test_an_earlier_version_that_was_not_shown_yet_is_not_shown_any_more(road: Road, *, fanned_out: bool) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    with road.database.begin() as session:
        if fanned_out:
            fan_out(session, NOW)
        amend_answer(session, number, an_answer(road.there.a, {"cameras": NO}), road.there.zoe, NOW)
    road.run()
    assert presses(road) == [[token(verb, number, 2) for verb in ("confirm", "reject", "ask")]]
    assert road.reasons() == (["the entry changed", None] if fanned_out else [None])


@pytest.mark.parametrize("confirming", [True, False])
@pytest.mark.parametrize("fanned_out", [True, False])
def test_what_is_decided_already_is_not_asked_any_more(road: Road, *, confirming: bool, fanned_out: bool) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    if fanned_out:
        with road.database.begin() as session:
            fan_out(session, NOW)
    if confirming:
        road.confirm(number)
    else:
        with road.database.begin() as session:
            reject_answer(session, number, 1, "not their account", road.there.noe, NOW)
    road.run()
    assert presses(road) == []
    asked = [reason for reason in road.reasons() if reason]
    assert asked == (["decided already"] if fanned_out else [])


def test_what_is_kept_back_by_a_failure_is_not_asked_after_the_decision(road: Road) -> None:
    road.channel.script = [TemporaryFailure("away")]
    road.channel.__post_init__()
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.run()
    road.confirm(number)
    moved(road).move(by=timedelta(hours=1))
    road.run()
    assert presses(road) == []


def test_a_removal_and_a_correction_wait_for_a_second_person_too(road: Road) -> None:
    number = road.confirmed()
    road.run()
    correct(road, number)
    with road.database.begin() as session:
        request_removal(session, number, "court order", road.there.alix, NOW)
    road.run()
    (shown,) = said(road, [GROUP])
    assert "Content removed: Liste Exemple A" in shown
    assert "court order" in shown


def test_removed_content_leaves_what_organizers_were_shown_too(road: Road) -> None:
    number = road.recorded(
        an_answer(road.there.a, {"cameras": YES}, speaker="Ada Secret", proofs=(quoting("Secret words"),))
    )
    road.run()
    road.confirm(number)
    road.run()
    remove(road, number)
    with road.database.read() as session:
        kept = session.scalars(sa.select(Event).where(Event.answer_id == number)).all()
        assert {event.kind for event in kept} == {
            EventKind.ANSWER_PENDING,
            EventKind.ANSWER_CONFIRMED,
            EventKind.ENTRY_DECIDED,
        }
        assert "ecret" not in repr([event.facts for event in kept])
        assert "ecret" not in repr(session.scalars(sa.select(Wording.content)).all())


def test_a_place_that_was_the_organizers_and_is_public_now_is_shown_no_waiting_entry(road: Road) -> None:
    road.recorded(an_answer(road.there.a, {"cameras": YES}))
    with road.database.begin() as session:
        fan_out(session, NOW)
        session.execute(sa.update(Destination).where(Destination.address == GROUP).values(audience=Audience.PUBLIC))
    road.run()
    assert road.channel.received == []
    assert road.states() == [DeliveryState.DUE]

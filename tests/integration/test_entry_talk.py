"""What becomes of an entry is told where organizers were asked about it: questions, answers, decisions made elsewhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from factories.roads import Road, said
from factories.services import NOW, an_answer, record, undone
from pledgebot.channels.base import Outgoing
from pledgebot.chat.telegram.acts import Say, acts_from_json
from pledgebot.chat.telegram.letters import CURSOR, leave_letters
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import EventKind
from pledgebot.messages.presses import token
from pledgebot.messages.render import plain
from pledgebot.services.answers import amend_answer
from pledgebot.services.cursors import read_cursor
from pledgebot.services.decisions import reject_answer, request_removal
from pledgebot.services.entry_talk import (
    AWAITED_FOR,
    LONGEST_REMARK,
    ask_about,
    await_no_words,
    await_words,
    awaited_words,
    explain_entry,
)
from pledgebot.services.people import Actor, accept_invitation, invite_again
from pledgebot.store.tables import Audit, Event, Inbox, InboxState

GROUP = "organizers"
YES, NO = Position.COMMITTED, Position.REFUSED


@pytest.fixture(autouse=True)
def _group(road: Road) -> None:
    road.destination(GROUP, audience=Audience.ORGANIZERS)
    road.channel.edits = True


def waiting(road: Road) -> int:
    """Record an entry as Alix, show it to the group, and return its number."""
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.run()
    return number


def reject(road: Road, number: int, by: Actor | None = None, version: int = 1) -> None:
    """Reject an entry as Noé, unless it is said as whom."""
    with road.database.begin() as session:
        reject_answer(session, number, version, "not their account", by or road.there.noe, road.clock.now())


def asks(road: Road, number: int, text: str = "Which page?", by: Actor | None = None) -> None:
    """Ask about an entry as Noé, unless it is said as whom."""
    with road.database.begin() as session:
        ask_about(session, number, text, by or road.there.noe, road.clock.now())


def explains(road: Road, number: int, text: str = "Page two.") -> None:
    """Answer about an entry as Alix."""
    with road.database.begin() as session:
        explain_entry(session, number, text, road.there.alix, road.clock.now())


def told(road: Road) -> list[Outgoing]:
    """Return what the group was told since the last time it was looked at."""
    road.run()
    heard = [outgoing for outgoing in road.channel.received if outgoing.address == GROUP]
    road.channel.received.clear()
    return heard


def presses(outgoing: Outgoing) -> list[str]:
    return [button.press for row in outgoing.message.buttons for button in row if button.press]


def joined(road: Road, by: Actor, account: str) -> None:
    """Let an organizer have a private chat with the bot on Telegram."""
    with road.database.begin() as session:
        link = invite_again(session, by.name, road.there.alix, NOW)
        accept_invitation(session, link, "telegram", account, NOW)


def letters(road: Road) -> list[tuple[str, str]]:
    """Return whom a letter was left for, and what it says, since the last time."""
    leave_letters(road.database, road.clock, "en")
    with road.database.begin() as session:
        rows = session.scalars(sa.select(Inbox).where(Inbox.state == InboxState.ANSWERED).order_by(Inbox.id)).all()
        found = [act for row in rows for act in acts_from_json(row.payload or "[]")]
        for row in rows:
            row.state, row.payload = InboxState.DONE, None
    return [(act.chat, plain(act.message)) for act in found if isinstance(act, Say)]


@pytest.mark.parametrize("confirming", [True, False])
def test_a_decision_made_elsewhere_leaves_nothing_to_press(road: Road, *, confirming: bool) -> None:
    number = waiting(road)
    (asked,) = told(road)
    if confirming:
        road.confirm(number)
    else:
        reject(road, number)
    (edit,) = told(road)
    assert (edit.action, edit.acts_on, presses(edit)) == (Action.EDIT, f"remote-{asked.delivery}", [])
    words = plain(edit.message)
    assert f"Entry {number} is {'confirmed' if confirming else 'rejected'} by Noé: Liste Exemple A" in words
    assert ("2026 at " in words, "reason: not their account" in words) == (True, not confirming)


def test_every_message_that_asked_is_changed_also_about_an_earlier_version(road: Road) -> None:
    number = waiting(road)
    with road.database.begin() as session:
        amend_answer(session, number, an_answer(road.there.a, {"cameras": NO}), road.there.zoe, NOW)
    first, second = told(road)
    reject(road, number, version=2)
    edits = told(road)
    assert {edit.acts_on for edit in edits} == {f"remote-{first.delivery}", f"remote-{second.delivery}"}
    assert [presses(edit) for edit in edits] == [[], []]


def test_an_undone_confirmation_is_told_in_the_same_place(road: Road) -> None:
    number = waiting(road)
    told(road)
    road.confirm(number)
    with road.database.begin() as session:
        undone(session, number, road.there.noe)
    confirmed, taken_back = told(road)
    assert confirmed.acts_on == taken_back.acts_on
    assert "The confirmation of entry" in plain(taken_back.message)
    assert "is confirmed" in plain(confirmed.message)


def test_what_nobody_was_asked_about_is_not_told_either(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    road.confirm(number)
    assert told(road) == []


def test_where_nothing_can_be_changed_a_decision_makes_no_noise(road: Road) -> None:
    road.channel.edits = False
    number = waiting(road)
    told(road)
    reject(road, number)
    assert told(road) == []


def test_a_question_stands_in_the_message_and_its_answer_below_it(road: Road) -> None:
    number = waiting(road)
    (asked,) = told(road)
    asks(road, number)
    (edit,) = told(road)
    decisions = [token(verb, number, 1) for verb in ("confirm", "reject", "ask")]
    assert (edit.action, edit.acts_on, presses(edit)) == (Action.EDIT, f"remote-{asked.delivery}", decisions)
    assert "asked by Noé:" in plain(edit.message)
    assert "Which page?" in plain(edit.message)
    assert "This is what will be posted" in plain(edit.message)
    explains(road, number)
    (reply,) = told(road)
    assert (reply.action, reply.acts_on, presses(reply)) == (Action.REPLY, f"remote-{asked.delivery}", decisions)
    assert "answered by Alix:" in plain(reply.message)
    assert "Which page?" in plain(reply.message)
    road.confirm(number)
    edits = told(road)
    assert {one.acts_on for one in edits} == {f"remote-{asked.delivery}", f"remote-{reply.delivery}"}
    assert [presses(one) for one in edits] == [[], []]


def test_where_nothing_can_be_changed_a_question_is_a_message_of_its_own(road: Road) -> None:
    road.channel.edits = False
    number = waiting(road)
    told(road)
    asks(road, number)
    (question,) = told(road)
    assert question.action is Action.REPLY
    assert "asked by Noé:" in plain(question.message)


def test_a_question_about_an_entry_that_the_group_has_not_seen_yet_follows_it(road: Road) -> None:
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    asks(road, number)
    road.channel.edits = True
    asked, edit = told(road)
    assert (asked.action, edit.action, edit.acts_on) == (Action.SEND, Action.EDIT, f"remote-{asked.delivery}")


def test_remarks_are_audited(road: Road) -> None:
    number = waiting(road)
    asks(road, number)
    explains(road, number)
    with road.database.read() as session:
        rows = session.scalars(sa.select(Audit).where(Audit.subject == f"answer:{number}").order_by(Audit.id)).all()
    assert [(row.action, row.organizer_id) for row in rows[1:]] == [
        ("answer.ask", road.there.noe.organizer),
        ("answer.explain", road.there.alix.organizer),
    ]


def test_what_is_decided_empty_or_endless_is_not_passed_on(road: Road) -> None:
    number = waiting(road)
    for text, objection in [(" \n", Objection.REASON_MISSING), ("x" * (LONGEST_REMARK + 1), Objection.TEXT_TOO_LONG)]:
        with pytest.raises(Refused) as refused:
            asks(road, number, text)
        assert refused.value.objection is objection
    reject(road, number)
    for remark in (asks, explains):
        with pytest.raises(Refused) as refused:
            remark(road, number)
        assert refused.value.objection is Objection.ALREADY_DECIDED


def test_the_recorder_is_told_of_a_question_and_of_a_rejection_once(road: Road) -> None:
    joined(road, road.there.alix, "111")
    number = waiting(road)
    asks(road, number)
    ((address, question),) = letters(road)
    assert address == "111"
    assert ("which you recorded" in question, "Which page?" in question) == (True, True)
    reject(road, number)
    ((address, rejection),) = letters(road)
    assert address == "111"
    assert "by Noé" in rejection
    assert "reason: not their account" in rejection
    assert letters(road) == []


def test_whoever_asked_is_told_the_answer(road: Road) -> None:
    joined(road, road.there.alix, "111")
    joined(road, road.there.noe, "222")
    number = waiting(road)
    asks(road, number)
    explains(road, number)
    assert [address for address, _words in letters(road)] == ["111", "222"]


def test_nobody_is_told_what_they_did_themselves_nor_what_was_confirmed(road: Road) -> None:
    joined(road, road.there.zoe, "333")
    with road.database.begin() as session:
        own = record(session, an_answer(road.there.a, {"cameras": YES}), road.there.zoe)
        other = record(session, an_answer(road.there.b, {"cameras": YES}), road.there.zoe)
    road.run()
    reject(road, own, road.there.zoe)
    road.confirm(other)
    assert letters(road) == []


def test_a_recorder_without_a_private_chat_gets_no_letter_and_keeps_none_back(road: Road) -> None:
    number = waiting(road)
    asks(road, number)
    assert letters(road) == []
    joined(road, road.there.alix, "111")
    reject(road, number)
    assert [address for address, _words in letters(road)] == ["111"]


def test_events_about_nothing_of_it_are_passed_over(road: Road) -> None:
    joined(road, road.there.alix, "111")
    with road.database.begin() as session:
        event = Event(
            id=5000, kind=EventKind.STAY_ASKED, audience=Audience.SUBSCRIBER, topics={}, facts={}, facts_version=1,
            created_at=NOW, not_before=NOW, fanned_out_at=NOW,
        )  # fmt: skip
        session.add(event)
    assert letters(road) == []
    with road.database.read() as session:
        assert read_cursor(session, CURSOR) == "5000"


def test_words_are_awaited_for_an_hour_and_until_they_came(road: Road) -> None:
    alix = road.there.alix.organizer
    with road.database.begin() as session:
        await_words(session, alix, "question-1", NOW)
        assert awaited_words(session, alix, NOW + AWAITED_FOR - timedelta(seconds=1)) == "question-1"
        assert awaited_words(session, alix, NOW + AWAITED_FOR) is None
        assert awaited_words(session, road.there.noe.organizer, NOW) is None
        await_no_words(session, alix)
        assert awaited_words(session, alix, NOW) is None


def test_removed_content_takes_what_was_said_about_it_along(road: Road) -> None:
    number = waiting(road)
    asks(road, number, "Is it the Secret page?")
    road.run()
    road.confirm(number)
    road.run()
    with road.database.begin() as session:
        removal = request_removal(session, number, "court order", road.there.alix, road.clock.now())
    road.confirm(removal)
    with road.database.read() as session:
        kept = session.scalars(sa.select(Event.facts).where(Event.answer_id == number)).all()
    assert "Secret" not in repr(kept)


def test_another_announcement_that_is_worded_anew_keeps_what_was_asked(road: Road) -> None:
    number = waiting(road)
    other = road.recorded(an_answer(road.there.a, {"committee": YES}))
    road.run()
    road.confirm(number)
    asks(road, other)
    with road.database.begin() as session:
        undone(session, number, road.there.noe)
    road.run()
    assert [text for text in said(road, [GROUP]) if "asked by Noé:" in text]

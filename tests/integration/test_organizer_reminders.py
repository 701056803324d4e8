"""Organizers are reminded of what is theirs to do: once, by day, and every list by the same rule."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from factories.roads import POLLS_CLOSED, SATURDAY, Road, moved, said
from factories.services import FIRST, NOW, SECOND, a_list, an_answer
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action
from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.domain.recalled import OutreachFacts
from pledgebot.messages.presses import token
from pledgebot.services.answers import amend_answer
from pledgebot.services.chases import take_list
from pledgebot.services.decisions import reject_answer
from pledgebot.services.facts import facts_from
from pledgebot.services.fan_out import fan_out
from pledgebot.services.ladders import lists_to_write_to
from pledgebot.services.lists import withdraw_list
from pledgebot.services.organizer_reminders import raise_for_organizers
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.policies import policy
from pledgebot.services.reminders import raise_due
from pledgebot.services.rounds import current_round
from pledgebot.store.tables import CandidateList, Delivery, Event, Lineage, Reminder, Round

GROUP = "organizers"
YES, NO = Position.COMMITTED, Position.REFUSED
SENT, REMINDED, RECEIVED = ContactKind.SENT, ContactKind.REMINDED, ContactKind.RECEIVED
PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

one_engine = pytest.mark.engines("sqlite")


@pytest.fixture(autouse=True)
def _group(road: Road) -> None:
    road.destination(GROUP, audience=Audience.ORGANIZERS)


def paris(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def tick(road: Road, at: datetime | None = None) -> list[str]:
    """Let the tick come, the messages go out, and return the titles of those that organizers got for it."""
    if at is not None:
        moved(road).move(to=at)
    before = len(said(road, [GROUP]))
    with road.database.begin() as session:
        raise_for_organizers(session, policy(session), road.clock.now())
    road.run()
    # An example says in its first line that it is one.
    return [text.split("\n\n")[1].partition("\n")[0] for text in said(road, [GROUP])[before:]]


def logged(road: Road, number: int, kind: ContactKind, at: datetime | None = None) -> None:
    with road.database.begin() as session:
        contact = NewContact(number, kind, Medium.EMAIL, at or road.clock.now())
        log_contact(session, contact, road.there.zoe, road.clock.now())


def to_write_to(road: Road, now: datetime | None = None) -> tuple[list[str], list[str]]:
    """Return the last letters of the lists that were never asked, and of those to be reminded."""
    with road.database.read() as session:
        asked = current_round(session, now or road.clock.now())
        found = lists_to_write_to(session, asked, policy(session).reminders, now or road.clock.now())
    return [line.name[-1] for line in found.never], [line.name[-1] for line in found.again]


def newest_outreach(road: Road) -> OutreachFacts:
    with road.database.read() as session:
        event = session.scalars(sa.select(Event).where(Event.kind == "outreach_due").order_by(Event.id.desc())).first()
        assert event is not None
        facts = facts_from(event.kind, event.facts)
    assert isinstance(facts, OutreachFacts)
    return facts


def test_once_a_day_organizers_read_whom_to_write_to(road: Road) -> None:
    """A second tick does nothing, and neither does another worker's; after three days of sleep there is one message."""
    assert tick(road, paris(2, 9, 8, 59)) == []
    assert tick(road, paris(2, 9, 9)) == ["Lists to write to, 9 February 2026"]
    assert tick(road, paris(2, 9, 9, 1)) == []
    facts = newest_outreach(road)
    assert [line.name for line in facts.never] == ["Liste Exemple A", "Liste Exemple B", "Liste Exemple C"]
    assert facts.mail is not None
    assert facts.mail.deadline == date(2026, 3, 12)
    assert tick(road, paris(2, 12, 15)) == ["Lists to write to, 12 February 2026"]
    assert tick(road, paris(2, 12, 20)) == []
    # Whoever looks again at night is told the next morning.
    assert tick(road, paris(2, 14, 22)) == []
    assert tick(road, paris(2, 15, 9)) == ["Lists to write to, 15 February 2026"]
    with road.database.read() as session:
        rows = session.scalars(sa.select(Reminder).where(Reminder.rule == "outreach")).all()
        assert len(rows) == 3
        assert all(row.event_id is not None for row in rows)


@one_engine
def test_nothing_is_said_on_a_day_without_anything_to_do(road: Road) -> None:
    for number in (road.there.list_a, road.there.list_b, road.there.list_c):
        logged(road, number, SENT)
    assert tick(road, paris(2, 9, 9)) == []
    assert tick(road, paris(2, 15, 9)) == ["Lists to write to, 15 February 2026"]


def test_a_list_is_reminded_until_it_answers_declines_or_wants_no_letters(road: Road) -> None:
    there = road.there
    with road.database.begin() as session:
        names = {name: a_list(session, f"Liste Exemple {name}", there.alix) for name in "DEFGI"}
    for number in (there.list_a, there.list_b, there.list_c, *names.values()):
        logged(road, number, SENT, NOW - 7 * DAY)
    assert to_write_to(road) == ([], ["A", "B", "C", "D", "E", "F", "G", "I"])
    waiting = road.recorded(an_answer(there.of_banner, {"cameras": YES}))
    logged(road, names["D"], ContactKind.DECLINED)
    logged(road, names["E"], RECEIVED)
    logged(road, names["F"], ContactKind.OPTED_OUT)
    logged(road, names["I"], REMINDED)
    with road.database.begin() as session:
        take_list(session, names["G"], there.zoe, NOW)
        gone = a_list(session, "Liste Exemple H", there.alix)
        withdraw_list(session, gone, there.alix, NOW)
    logged(road, gone, SENT, NOW - 7 * DAY)
    assert to_write_to(road) == ([], ["A"])
    assert to_write_to(road, NOW + DAY) == ([], ["A", "G"])
    # The answer of the banner was none.
    with road.database.begin() as session:
        reject_answer(session, waiting, 1, "no proof", there.noe, NOW)
    assert to_write_to(road, NOW + DAY) == ([], ["A", "B", "C", "G"])
    assert to_write_to(road, NOW + 7 * DAY) == ([], ["A", "B", "C", "G", "I"])


@one_engine
def test_lists_that_were_sent_the_letter_on_one_day_are_due_on_the_same_days(road: Road) -> None:
    """Organizers keep to it by hand, an hour earlier or later in the day: every list gets the same dates."""
    numbers = (road.there.list_a, road.there.list_b, road.there.list_c)
    names = dict(zip("ABC", numbers, strict=True))
    for number in numbers:
        logged(road, number, SENT, NOW - DAY)
    due: dict[str, list[date]] = {name: [] for name in names}
    for ahead in range(40):
        now = NOW + ahead * DAY
        moved(road).move(to=now)
        never, again = to_write_to(road)
        assert never == []
        for place, name in enumerate(again):
            due[name].append(now.date())
            logged(road, names[name], REMINDED, now + place * HOUR)
    first = (NOW - DAY).date()
    assert due == {name: [first + days * DAY for days in (7, 14, 21)] for name in "ABC"}


@one_engine
def test_nobody_is_asked_or_reminded_when_no_time_is_left(road: Road) -> None:
    logged(road, road.there.list_a, SENT, NOW)
    never_and_again: Sequence[tuple[datetime, tuple[list[str], list[str]]]] = (
        (paris(3, 11, 10), (["B", "C"], ["A"])),
        (paris(3, 12, 10), (["B", "C"], [])),
        (paris(3, 13, 10), ([], [])),
        (SATURDAY, ([], [])),
        (paris(3, 15, 10), ([], [])),
        (paris(4, 1, 10), ([], [])),
    )
    for now, expected in never_and_again:
        assert to_write_to(road, now) == expected


def test_between_the_rounds_lists_are_asked_anew_and_reminded_on_three_days(road: Road) -> None:
    there = road.there
    logged(road, there.list_a, ContactKind.OPTED_OUT, NOW)
    logged(road, there.list_b, SENT, NOW)
    road.confirmed("list_c")
    with road.database.begin() as session:
        new = {
            name: a_list(session, f"Liste Exemple {name}", there.alix, round_key=SECOND, panel=panel)
            for panel, name in enumerate("PQRS", 1)
        }
        for child, parent in (("P", there.list_a), ("Q", there.list_b), ("R", there.list_c)):
            session.add(
                Lineage(child_id=new[child], parent_id=parent, kind=LineageKind.CONTINUES,
                        confirmed_at=NOW, confirmed_by=there.alix.organizer)
            )  # fmt: skip
    monday = paris(3, 16, 10)
    # P wants no letters, R answered already; Q was asked in the first round, and is asked in this one like S.
    assert to_write_to(road, monday) == (["Q", "S"], [])
    moved(road).move(to=monday)
    for name in "QS":
        logged(road, new[name], SENT, monday)
    days: dict[int, list[str]] = {}
    for ahead in range(5):
        now = monday + ahead * DAY
        moved(road).move(to=now)
        days[now.day] = to_write_to(road)[1]
        for name in days[now.day]:
            logged(road, new[name], REMINDED, now)
    assert days == {16: [], 17: ["Q", "S"], 18: ["Q", "S"], 19: ["Q", "S"], 20: []}


def test_an_entry_that_waits_is_told_again_below_the_first_message_after_two_hours_and_a_day(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 10))
    for number in (road.there.list_a, road.there.list_b, road.there.list_c):
        logged(road, number, SENT)
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    assert len(tick(road)) == 1
    assert tick(road, paris(2, 10, 11, 59)) == []
    waits = [f"Entry {number} still waits for a second person: Liste Exemple A"]
    assert tick(road, paris(2, 10, 12)) == waits
    assert tick(road, paris(2, 10, 12, 1)) == []
    assert tick(road, paris(2, 11, 10)) == waits
    # From then on it is counted once a day.
    assert tick(road, paris(2, 12, 9)) == ["What waits for you, 12 February 2026"]
    assert newest_outreach(road).waiting_entries == 1
    assert tick(road, paris(2, 12, 10)) == []
    asked, first, second, _daily = (one for one in road.channel.received if one.address == GROUP)
    assert (asked.action, first.action, second.action) == (Action.SEND, Action.REPLY, Action.REPLY)
    assert first.acts_on == second.acts_on == f"remote-{asked.delivery}"
    decide = [token(verb, number, 1) for verb in ("confirm", "reject", "ask")]
    assert [button.press for row in first.message.buttons for button in row] == decide
    road.confirm(number)
    assert tick(road, paris(2, 13, 9)) == []


@one_engine
def test_a_changed_entry_begins_to_wait_again_and_a_decided_one_is_not_told(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 10))
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    tick(road)
    changed = an_answer(road.there.a, {"cameras": NO})
    moved(road).move(to=paris(2, 10, 11))
    with road.database.begin() as session:
        amend_answer(session, number, changed, road.there.alix, road.clock.now())
    assert [title for title in tick(road, paris(2, 10, 12)) if "still" in title] == []
    assert [title for title in tick(road, paris(2, 10, 13)) if "still" in title] != []
    # Raised, and decided before it went out: nobody is asked about it any more.
    moved(road).move(to=paris(2, 11, 13))
    with road.database.begin() as session:
        raise_for_organizers(session, policy(session), road.clock.now())
    road.confirm(number)
    road.run()
    assert not [text for text in said(road, [GROUP])[3:] if "Waiting for 24 hours" in text]


@one_engine
def test_what_was_told_again_says_what_was_decided_where_a_message_can_be_changed(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 10))
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    tick(road)
    tick(road, paris(2, 10, 12))
    road.confirm(number)
    with road.database.begin() as session:
        # The decision comes before the announcement.
        fan_out(session, road.clock.now(), editable={"console"})
        changed = session.scalars(sa.select(Delivery.acts_on_id).where(Delivery.action == Action.EDIT)).all()
        told = sa.select(Delivery.id).join(Event, Event.id == Delivery.event_id).where(Delivery.id.in_(changed))
        kinds = session.scalars(told.with_only_columns(Event.kind).order_by(Event.id)).all()
    assert [kind.value for kind in kinds] == ["answer_pending", "entry_waits"]


@one_engine
def test_nothing_that_can_wait_is_told_at_night(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 20, 30))
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    tick(road)
    for hour in (22, 23):
        assert tick(road, paris(2, 10, hour, 30)) == []
    assert tick(road, paris(2, 11, 7, 59)) == []
    assert tick(road, paris(2, 11, 8)) == [f"Entry {number} still waits for a second person: Liste Exemple A"]
    # A day later both numbers of hours have passed for whoever slept meanwhile: the newer one is told.
    other = road.recorded(an_answer(road.there.b, {"cameras": YES}))
    tick(road)
    told = [title for title in tick(road, paris(2, 14, 12)) if "still" in title]
    assert told == [
        f"Entry {number} still waits for a second person: Liste Exemple A",
        f"Entry {other} still waits for a second person: Liste Exemple B",
    ]
    assert all("24 hours" in text for text in said(road, [GROUP])[-2:])


@one_engine
def test_many_that_wait_at_once_are_told_as_one(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 10))
    with road.database.begin() as session:
        numbers = [a_list(session, f"Liste Exemple {name}", road.there.alix) for name in "MNOPQR"]
    for number in numbers:
        subject = type(road.there.a)(list_id=number)
        road.recorded(an_answer(subject, {"cameras": YES}))
    tick(road)
    assert tick(road, paris(2, 10, 12)) == ["6 entries wait for a second person: /pending"]
    assert tick(road, paris(2, 10, 12, 1)) == []


@one_engine
def test_a_refusal_that_nobody_may_confirm_before_the_vote_is_told_of_after_it(road: Road) -> None:
    moved(road).move(to=paris(3, 12, 13))
    refusal = road.recorded(an_answer(road.there.a, {"cameras": NO}))
    commitment = road.recorded(an_answer(road.there.b, {"cameras": YES}))
    tick(road)
    told = [title for title in tick(road, paris(3, 12, 16)) if "still" in title]
    assert told == [f"Entry {commitment} still waits for a second person: Liste Exemple B"]
    assert not [title for title in tick(road, SATURDAY) if str(refusal) in title.split()]
    told = [title for title in tick(road, POLLS_CLOSED) if "still" in title]
    assert told == [f"Entry {refusal} still waits for a second person: Liste Exemple A"]


def test_a_message_of_which_nothing_is_recorded_is_told_after_one_day_and_two(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 10))
    there = road.there
    for number in (there.list_a, there.list_b, there.list_c):
        logged(road, number, SENT)
        logged(road, number, RECEIVED)
    waits = "A message of Liste Exemple {} waits to be recorded".format
    assert tick(road, paris(2, 11, 9, 59)) == []
    assert tick(road, paris(2, 11, 10)) == [waits("A"), waits("B"), waits("C")]
    road.recorded(an_answer(there.b, {"cameras": YES}))
    logged(road, there.list_c, REMINDED)
    tick(road)
    assert [title for title in tick(road, paris(2, 12, 10)) if "message" in title] == [waits("A")]
    assert "within three days" in said(road, [GROUP])[-1] + said(road, [GROUP])[-2]
    tick(road, paris(2, 13, 9))
    assert newest_outreach(road).waiting_answers == 1


@one_engine
def test_a_sheet_of_old_contacts_brings_nothing_up_again(road: Road) -> None:
    logged(road, road.there.list_a, RECEIVED, NOW - 20 * DAY)
    for number in (road.there.list_b, road.there.list_c):
        logged(road, number, SENT)
    assert tick(road) == []


def test_the_dates_of_the_calendar_are_told_once_each_also_in_the_silence(road: Road) -> None:
    road.recorded(an_answer(road.there.a, {"cameras": YES}))
    told: dict[int, list[str]] = {}
    for day in range(9, 17):
        for hour in (9, 10, 20):
            title = tick(road, paris(3, day, hour))
            told.setdefault(day, []).extend(one for one in title if "waits" not in one and "write to" not in one)
            if (day, hour) == (13, 20):
                # In the silence it is not told; afterwards it is.
                moved(road).move(to=paris(3, 14, 8))
                road.confirmed("list_b")
    assert told == {
        9: [],
        10: ["The last call to the lists comes tomorrow"],
        11: [],
        12: ["No new refusal is confirmed from Thursday, 12 March 2026 at 12:00 on"],
        13: ["The electoral silence begins on Friday, 13 March 2026 at 23:50"],
        14: [],
        15: ["The electoral silence is over"],
        16: [],
    }
    begins, over = (text for text in said(road, [GROUP]) if "The electoral silence" in text)
    assert "Nothing waits to go out." in begins
    assert "1 entry waits for a second person" in begins
    assert "1 announcement waits to go out." in over


@one_engine
def test_second_round_lists_whose_parents_nobody_confirmed_are_told_on_the_tuesday(road: Road) -> None:
    tuesday = paris(3, 17, 19)
    assert tick(road, paris(3, 17, 18, 59))[-1:] != ["Who stands in round 2?"]
    assert tick(road, tuesday) == ["Who stands in round 2?"]
    assert "None is recorded here yet" in said(road, [GROUP])[-1]


@one_engine
@pytest.mark.parametrize("confirmed", [True, False])
def test_once_all_lineages_are_confirmed_there_is_nothing_to_tell(road: Road, confirmed: bool) -> None:
    there = road.there
    with road.database.begin() as session:
        child = a_list(session, "Liste Exemple P", there.alix, round_key=SECOND, panel=1)
        by = there.alix.organizer if confirmed else None
        session.add(
            Lineage(child_id=child, parent_id=there.list_a, kind=LineageKind.CONTINUES, common=3, of_child=4,
                    confirmed_at=NOW if confirmed else None, confirmed_by=by)
        )  # fmt: skip
    told = [title for title in tick(road, paris(3, 17, 19)) if "Who stands" in title]
    assert told == ([] if confirmed else ["Who stands in round 2?"])


@one_engine
def test_what_waits_is_told_although_the_calendar_cannot_be_read(road: Road) -> None:
    moved(road).move(to=paris(2, 10, 10))
    number = road.recorded(an_answer(road.there.a, {"cameras": YES}))
    with road.database.begin() as session:
        session.execute(sa.update(Round).where(Round.key == FIRST).values(zone="Nowhere/At_All"))
    with road.database.begin() as session:
        raise_due(session, road.clock.now() + 3 * HOUR)
        kinds = session.scalars(sa.select(Event.kind).where(Event.answer_id == number).order_by(Event.id)).all()
    assert [kind.value for kind in kinds] == ["answer_pending", "entry_waits"]


def test_a_country_of_lists_is_counted_and_few_are_named(road: Road) -> None:
    with road.database.begin() as session:
        place = session.scalars(sa.select(CandidateList.constituency_id)).first()
        asked = session.scalars(sa.select(Round.id).order_by(Round.day)).first()
        session.add_all(
            CandidateList(round_id=asked, constituency_id=place, panel=number, name=f"Liste {number}", normal="liste",
                          status=ListStatus.STANDING, created_at=NOW, changed_at=NOW)
            for number in range(1, 31)
        )  # fmt: skip
    tick(road, paris(2, 9, 9))
    facts = newest_outreach(road)
    assert [line.name for line in facts.never] == [f"Liste {number}" for number in range(1, 9)]
    assert facts.more_never == 25

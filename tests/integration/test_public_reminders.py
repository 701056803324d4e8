"""Reminders to the public and to subscribers: once, at their hour, with what is provable, of what each of them follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa

from factories.recalling import at, follow
from factories.roads import Road, moved, remove, said
from factories.services import NOW, an_answer
from fakes.channels import ScriptedChannel
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, Rhythm, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.events import EventKind
from pledgebot.domain.policy import Policy, ReminderPolicy
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.lists import ListDetails, Place, add_list, withdraw_list
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.policies import policy
from pledgebot.services.public_reminders import raise_for_public
from pledgebot.store.engine import Session
from pledgebot.store.tables import (
    Audit,
    Constituency,
    Delivery,
    DemandRow,
    Destination,
    Event,
    Round,
)

SUNDAY = datetime(2026, 3, 8, 9, tzinfo=UTC)
"""Ten o'clock in Paris, seven days before the first round."""
WEDNESDAY = datetime(2026, 3, 11, 9, tzinfo=UTC)
THURSDAY = datetime(2026, 3, 12, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def contact(road: Road, list_id: int, kind: ContactKind, day: int = 3) -> None:
    """Log a contact with a list in February."""
    moment = datetime(2026, 2, day, 12, tzinfo=UTC)
    with road.database.begin() as session:
        log_contact(session, NewContact(list_id, kind, Medium.EMAIL, moment), road.there.alix, NOW)


def events(session: Session) -> list[Event]:
    kinds = [EventKind.DAYS_LEFT, EventKind.LAST_CALL]
    return list(session.scalars(sa.select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


# Once


def test_it_comes_once_however_often_it_is_looked_and_whoever_looks(road: Road) -> None:
    assert at(road, SUNDAY - timedelta(seconds=1)) == 0
    moved(road).move(to=SUNDAY)

    def raised(_worker: int) -> int:
        with road.database.begin() as session:
            return raise_for_public(session, policy(session), SUNDAY)

    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(raised, range(4))) == 1
    road.run()
    assert at(road, SUNDAY + 2 * HOUR) == 0
    [text] = said(road)
    assert text.startswith("Exemple")
    assert "Le vote a lieu dans 7 jours" in text
    [outgoing] = road.channel.received
    assert outgoing.reminder
    with road.database.read() as session:
        [event] = events(session)
        assert event.expires_at == datetime(2026, 3, 8, 23, tzinfo=UTC)


def test_what_was_slept_through_is_caught_up_once_where_it_still_means_something(road: Road) -> None:
    assert at(road, WEDNESDAY + 3 * HOUR) == 1
    assert at(road, WEDNESDAY + 4 * HOUR) == 0
    [text] = said(road)
    assert "Dernier appel aux listes : le vote a lieu dans 4 jours" in text
    with road.database.read() as session:
        assert [event.kind for event in events(session)] == [EventKind.LAST_CALL]


def test_where_no_list_stands_nothing_is_recalled_until_one_comes_in(road: Road) -> None:
    assert at(road, datetime(2026, 3, 18, 9, tzinfo=UTC)) == 0
    with road.database.begin() as session:
        details = ListDetails(name="Liste Exemple Z", panel=1)
        add_list(session, Place("13055", "2026-t2"), details, road.there.alix, moved(road).now())
    assert at(road, datetime(2026, 3, 18, 15, tzinfo=UTC)) == 1
    assert "1. Liste Exemple Z — pas encore sollicitée" in said(road)[-1]


def test_of_a_calendar_that_cannot_be_read_nothing_is_recalled(road: Road) -> None:
    with road.database.begin() as session:
        session.execute(sa.update(Round).values(zone="Nowhere/Land"))
        assert raise_for_public(session, Policy(), SUNDAY) == 0


def test_what_is_configured_decides(road: Road) -> None:
    never = Policy(reminders=ReminderPolicy(days_left=(), last_call=0))
    with road.database.begin() as session:
        assert raise_for_public(session, never, SUNDAY) == 0
        assert raise_for_public(session, Policy(), SUNDAY) == 1


# What is said


def test_no_answer_is_said_only_of_lists_that_were_asked_with_the_date(road: Road) -> None:
    road.destination("them")
    there = road.there
    with road.database.begin() as session:
        more = [
            add_list(session, Place("13055"), ListDetails(name=f"Liste Exemple {letter}", panel=panel), there.alix, NOW)
            for letter, panel in (("D", 2), ("E", 1), ("F", None))
        ]
        withdraw_list(
            session, add_list(session, Place("13055"), ListDetails(name="Gone"), there.alix, NOW), there.alix, NOW
        )
    asked, reminded, declined = more
    contact(road, asked, ContactKind.SENT)
    contact(road, reminded, ContactKind.SENT)
    contact(road, reminded, ContactKind.REMINDED, 6)
    contact(road, declined, ContactKind.SENT)
    contact(road, declined, ContactKind.DECLINED, 5)
    contact(road, declined, ContactKind.OPTED_OUT, 7)
    contact(road, there.list_c, ContactKind.OPTED_OUT, 7)
    road.confirmed("list_a")
    road.recorded(an_answer(there.b, {"cameras": Position.REFUSED}))
    road.run()
    at(road, SUNDAY)
    text = said(road, ["them"])[-1]
    assert "Municipal election of the example, first round: Sunday, 15 March 2026." in text
    lines = text.split("Who answered the open letter, as of Sunday, 8 March 2026 at 10:00:")[1].strip().splitlines()
    # B stands under a banner, as C does: its entry that waits says nothing of C.
    assert [line.removeprefix("• ") for line in lines[:6]] == [
        "1. Liste Exemple E — no answer yet, last asked on 6 February 2026",
        "2. Liste Exemple D — no answer yet, asked on 3 February 2026",
        "Liste Exemple A — answered",
        "Liste Exemple B — an answer came; being checked since 8 February 2026",
        "Liste Exemple C — not yet asked",
        "Liste Exemple F — declined to answer on 5 February 2026",
    ]
    assert "Gone" not in text
    assert "refused" not in text


def test_of_many_lists_only_numbers_are_said(road: Road) -> None:
    road.destination("them")
    road.board_url = "https://board.example.org"
    with road.database.begin() as session:
        for number in range(10):
            add_list(session, Place("13055"), ListDetails(name=f"Liste Exemple {number}"), road.there.alix, NOW)
    contact(road, road.there.list_a, ContactKind.SENT)
    contact(road, road.there.list_b, ContactKind.REMINDED)
    road.confirmed("list_c")
    road.run()
    at(road, SUNDAY)
    text = said(road, ["them"])[-1]
    assert "• 1 list answered\n• 2 lists asked, no answer yet\n• 10 lists not yet asked" in text
    assert "Liste Exemple" not in text
    assert "https://board.example.org" in text


def test_the_last_call_says_to_each_reader_until_when(road: Road) -> None:
    road.destination("them")
    follow(road, "anne", (TopicKind.LIST, road.there.list_a))
    at(road, WEDNESDAY)
    [public], [anne] = said(road, ["them"]), said(road, ["anne"])
    assert "To the lists: your answer can be published until Friday, 13 March 2026 at 23:50" in public
    assert "The lists' answers are published until Friday, 13 March 2026 at 23:50." in anne
    for text in (public, anne):
        assert (
            "A new refusal, or a word that is taken back, is published until Thursday, 12 March 2026 at 12:00 only."
            in text
        )
    at(road, THURSDAY)
    assert "23:50" not in said(road, ["them"])[-1]


# To whom


def test_each_hears_of_what_they_follow_and_once(road: Road) -> None:
    there = road.there
    with road.database.read() as session:
        town = session.scalars(sa.select(Constituency.id)).one()
        demand = session.scalars(sa.select(DemandRow.id).limit(1)).one()
    road.destination("them")
    road.subscriber("all")
    follow(road, "demand", (TopicKind.DEMAND, demand), (TopicKind.LIST, there.list_a))
    follow(road, "place", (TopicKind.CONSTITUENCY, town))
    follow(road, "list", (TopicKind.LIST, there.list_a))
    follow(road, "banner", (TopicKind.BANNER, there.banner))
    follow(road, "two", (TopicKind.LIST, there.list_a), (TopicKind.LIST, there.list_b))
    follow(road, "nothing")
    assert at(road, SUNDAY) == 2
    named = {
        address: [
            "".join(letter for letter in "ABC" if f"Liste Exemple {letter}" in text) for text in said(road, [address])
        ]
        for address in ("them", "all", "demand", "place", "list", "banner", "two", "nothing")
    }
    assert named == {
        "them": ["ABC"],
        "all": ["ABC"],
        "demand": ["ABC"],
        "place": ["ABC"],
        "list": ["A"],
        "banner": ["BC"],
        "two": ["AB"],
        "nothing": [],
    }
    assert "Who answered, of what you follow, as of" in said(road, ["list"])[0]


def test_nobody_is_told_of_places_that_nobody_follows_apart(road: Road) -> None:
    road.subscriber("all")
    assert at(road, SUNDAY) == 1


# Together


def test_a_daily_subscriber_hears_the_reminder_first_and_the_news_with_it(road: Road) -> None:
    follow(road, "anne", (TopicKind.LIST, road.there.list_a), rhythm=Rhythm.DAILY)
    moved(road).move(to=SUNDAY - 2 * HOUR)
    road.confirmed("list_a")
    at(road, SUNDAY)
    assert said(road, ["anne"]) == []
    at(road, SUNDAY + 8 * HOUR)
    [text] = said(road, ["anne"])
    assert text.index("The vote is in 7 days") < text.index("1 news item about what you follow")
    assert text.count("Open letter: ") == 1
    at(road, SUNDAY + timedelta(days=1, hours=8))
    assert len(said(road, ["anne"])) == 1


def test_whoever_reads_a_digest_before_the_hour_of_reminders_is_reminded_on_the_day_itself(road: Road) -> None:
    follow(road, "early", (TopicKind.LIST, road.there.list_a), rhythm=Rhythm.DAILY, hour=time(8))
    at(road, SUNDAY)
    [text] = said(road, ["early"])
    assert "The vote is in 7 days" in text
    at(road, SUNDAY + timedelta(days=1))
    assert len(said(road, ["early"])) == 1


def test_what_the_quiet_hours_or_the_rhythm_put_off_too_long_is_not_said_any_more(road: Road) -> None:
    follow(road, "quiet", (TopicKind.LIST, road.there.list_a), quiet_from=time(9), quiet_to=time(8))
    follow(road, "weekly", (TopicKind.LIST, road.there.list_a), rhythm=Rhythm.WEEKLY)
    for days in range(4):
        at(road, SUNDAY + timedelta(days=days))
    # Thursday evening, when the weekly digest comes: of three reminders one still has a meaning.
    at(road, THURSDAY)
    at(road, THURSDAY + 8 * HOUR)
    [weekly] = said(road, ["weekly"])
    assert "The vote is in 3 days" in weekly
    at(road, THURSDAY + timedelta(days=1))
    assert said(road, ["quiet"]) == []
    with road.database.read() as session:
        rows = session.execute(
            sa.select(Destination.address, Delivery.state)
            .join(Destination, Destination.id == Delivery.destination_id)
            .where(Destination.audience == Audience.SUBSCRIBER)
            .order_by(Delivery.id)
        ).all()
        quiet = [state for address, state in rows if address == "quiet"]
        assert quiet == [DeliveryState.CANCELLED] * 3
        assert session.scalar(sa.select(sa.func.count()).where(Audit.action == "delivery.expire")) == 5


def test_removed_content_leaves_a_digest_and_its_reminder_stays(road: Road) -> None:
    road.channel = ScriptedChannel(edits=True)
    follow(road, "anne", (TopicKind.LIST, road.there.list_a), rhythm=Rhythm.DAILY)
    moved(road).move(to=SUNDAY - 2 * HOUR)
    number = road.confirmed("list_a")
    at(road, SUNDAY)
    at(road, SUNDAY + 8 * HOUR)
    remove(road, number)
    road.run()
    edits = [one for one in road.channel.received if one.action is Action.EDIT and one.address == "anne"]
    assert len(edits) == 1
    text = said(road, ["anne"])[-1]
    assert "The vote is in 7 days" in text
    assert "Content removed: Liste Exemple A" in text

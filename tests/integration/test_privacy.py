"""What is kept of a place, and that nothing of it is left when it says so."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import NOW, Installed, a_plan, an_answer, confirmed, everything, installed
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, Spot, TopicKind
from pledgebot.domain.delivery import Action, DeliveryState
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.fan_out import fan_out
from pledgebot.services.inbox import ReceivedUpdate, keep_updates, mark_answered, mark_done, set_aside, waiting
from pledgebot.services.installation import DestinationPlan, sync_installation
from pledgebot.services.people import Role
from pledgebot.services.privacy import KeptView, forget, forget_for, kept_of
from pledgebot.services.subscribers import (
    Topic,
    find_subscriber,
    move_place,
    set_quiet_hours,
    set_rhythm,
    subscribe,
)
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Audit,
    Bundle,
    Delivery,
    Destination,
    Draft,
    Inbox,
    Organizer,
    OrganizerIdentity,
    Wording,
)

ALL = Topic(TopicKind.ALL)
ANNE = Spot("telegram", "4711")
BEN = Spot("telegram", "4712")
GROUP = Spot("telegram", "-100", place=PlaceKind.GROUP)
AT_WORK = replace(GROUP, thread="7")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def told(session: Session, there: Installed, *spots: Spot) -> None:
    """Let places follow everything, and tell them of one answer, with words of their own and words for all."""
    for spot in spots:
        subscribe(session, spot, ALL, "fr", NOW)
    confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there, LATER)
    while fan_out(session, LATER):
        pass
    shared = a_wording(session, "for all")
    for row in session.scalars(sa.select(Delivery)):
        row.state, row.remote_id, row.sent_at, row.wording_id = DeliveryState.SENT, "1", LATER, shared
    session.flush()
    for spot in spots:
        add_reply(session, spot)


def a_wording(session: Session, words: str) -> int:
    wording = Wording(hash=words, language="fr", content={"words": words}, created_at=LATER)
    session.add(wording)
    session.flush()
    return wording.id


def add_reply(session: Session, spot: Spot) -> None:
    """Let one more message wait, in a digest, that answers the first and whose button holds the address."""
    place = session.scalars(
        sa.select(Destination).where(Destination.address == spot.address, Destination.thread == spot.thread)
    ).one()
    first = session.scalars(sa.select(Delivery).where(Delivery.destination_id == place.id)).first()
    assert first is not None
    bundle = Bundle(destination_id=place.id, occurrence="2026-02-08")
    session.add(bundle)
    session.flush()
    words = a_wording(session, f"button of {spot.address} {spot.thread}")
    session.add(
        Delivery(
            event_id=first.event_id,
            destination_id=place.id,
            part=2,
            action=Action.REPLY,
            acts_on_id=first.id,
            bundle_id=bundle.id,
            due_at=LATER,
            wording_id=words,
        )
    )
    session.flush()


def came(session: Session, spot: Spot, *numbers: str) -> list[int]:
    """Keep updates of a place, and return their rows."""
    keep_updates(
        session,
        spot.channel,
        [ReceivedUpdate(number, spot.address, f"{spot.address} said {number}") for number in numbers],
        NOW,
    )
    return [item.id for item in waiting(session, spot.channel, 100) if item.external_id in numbers]


def join(session: Session, name: str, spot: Spot) -> int:
    organizer = session.scalars(sa.select(Organizer.id).where(Organizer.name == name)).one()
    session.add(OrganizerIdentity(organizer_id=organizer, channel=spot.channel, external_id=spot.address))
    session.flush()
    return organizer


def draft(session: Session, organizer: int, chat: str) -> None:
    session.add(Draft(organizer_id=organizer, chat=chat, content={}, changed_at=NOW))
    session.flush()


def test_all_that_is_kept_is_shown(database: Database, there: Installed) -> None:
    with database.begin() as session:
        told(session, there, ANNE, BEN)
        set_rhythm(session, ANNE, Rhythm.DAILY, time(8), NOW)
        set_quiet_hours(session, ANNE, (time(22), time(7)), NOW)
        first, second, third, _fourth = came(session, ANNE, "1", "2", "3", "4")
        came(session, BEN, "5")
        mark_done(session, [first], NOW)
        mark_answered(session, second, "[]")
        set_aside(session, third, NOW)
        alix = join(session, "Alix", ANNE)
        draft(session, alix, "4711")
        draft(session, alix, "another chat")
        kept = kept_of(session, ANNE, LATER)
        assert kept == KeptView(
            spot=ANNE,
            at=LATER,
            subscriber=find_subscriber(session, ANNE),
            sent=1,
            waiting=1,
            unfinished=3,
            organizer="Alix",
            roles=frozenset(Role),
            drafts=1,
        )
        assert kept.subscriber is not None
        assert kept.subscriber.quiet == (time(22), time(7))


def test_of_a_stranger_nothing_is_kept(database: Database, there: Installed) -> None:
    with database.begin() as session:
        told(session, there, BEN)
        assert kept_of(session, ANNE, NOW) == KeptView(ANNE, NOW, None, 0, 0, 0, None, frozenset(), 0)
    before = everything(database)
    with database.begin() as session:
        assert not forget(session, ANNE)
    assert everything(database) == before


def test_a_group_is_nobodys_account(database: Database, there: Installed) -> None:
    with database.begin() as session:
        told(session, there, GROUP)
        join(session, "Alix", GROUP)
        assert kept_of(session, GROUP, NOW).organizer is None


def test_whoever_is_forgotten_leaves_no_trace(database: Database, there: Installed) -> None:
    threaded = replace(ANNE, thread="3")
    with database.begin() as session:
        told(session, there, ANNE, threaded, BEN)
        done, answered, aside = came(session, ANNE, "1", "2", "3")
        mark_done(session, [done], NOW)
        mark_answered(session, answered, "replies to 4711")
        set_aside(session, aside, NOW)
        audited = session.scalar(sa.select(sa.func.count()).select_from(Audit))
        assert forget(session, ANNE)
        assert not forget(session, ANNE)
        assert session.scalar(sa.select(sa.func.count()).select_from(Audit)) == audited
    left = everything(database)
    assert "4711" not in repr(left)
    assert [len(left[name]) for name in ("subscription", "delivery", "bundle")] == [2, 3, 1]
    with database.read() as session:
        words = set(session.scalars(sa.select(Wording.hash)))
        assert words == {"for all", "button of 4712 "}


def test_what_nobody_handled_yet_is_handled_and_erased_then(database: Database, there: Installed) -> None:
    """The wish to be forgotten is an update itself, and its answer must not be lost."""
    with database.begin() as session:
        told(session, there, ANNE)
        [wish] = came(session, ANNE, "1")
        forget(session, ANNE)
        assert mark_answered(session, wish, "done, 4711")
        mark_done(session, [wish], NOW)
    assert "4711" not in repr(everything(database))


def test_an_organizers_drafts_in_the_chat_are_forgotten_and_the_person_stays(
    database: Database, there: Installed
) -> None:
    assert there.list_a
    with database.begin() as session:
        alix = join(session, "Alix", ANNE)
        for chat in ("4711", "another chat"):
            draft(session, alix, chat)
        assert forget(session, ANNE)
        assert session.scalars(sa.select(Draft.chat)).all() == ["another chat"]
        assert session.scalar(sa.select(OrganizerIdentity.organizer_id)) == alix


def test_of_a_group_only_the_topic_is_forgotten_and_what_came_from_it_with_the_last(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        told(session, there, GROUP, AT_WORK)
        [one] = came(session, GROUP, "1")
        set_aside(session, one, NOW)
        assert forget(session, AT_WORK)
        assert find_subscriber(session, AT_WORK) is None
        assert find_subscriber(session, GROUP) is not None
        assert session.scalar(sa.select(sa.func.count()).select_from(Inbox)) == 1
        move_place(session, "telegram", "-100", "-200", NOW)
        assert forget(session, replace(GROUP, address="-200"))
        forget(session, GROUP)
    left = repr(everything(database))
    assert "-100" not in left
    assert "-200" not in left


def test_a_place_of_the_configuration_is_not_forgotten(database: Database, there: Installed) -> None:
    plan = replace(a_plan(), destinations=(DestinationPlan("telegram", "-100", "fr", Audience.ORGANIZERS),))
    with database.begin() as session:
        sync_installation(session, plan, NOW)
    before = everything(database)
    with database.begin() as session:
        assert not forget(session, GROUP)
        assert not forget_for(session, "telegram", "-100", None, there.alix, NOW)
    assert everything(database) == before


def test_where_a_place_of_the_configuration_moved_to_is_not_forgotten(database: Database, there: Installed) -> None:
    plan = replace(a_plan(), destinations=(DestinationPlan("telegram", "-100", "fr", Audience.ORGANIZERS),))
    with database.begin() as session:
        sync_installation(session, plan, NOW)
        move_place(session, "telegram", "-100", "-200", NOW)
    before = everything(database)
    with database.begin() as session:
        assert not forget(session, GROUP)
        assert not forget_for(session, "telegram", "-100", None, there.alix, NOW)
    assert everything(database) == before


def test_an_administrator_forgets_for_somebody_and_the_log_does_not_say_whom(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        told(session, there, ANNE, GROUP, AT_WORK)
        with pytest.raises(Refused) as caught:
            forget_for(session, "telegram", "4711", None, there.noe, NOW)
        assert caught.value.objection is Objection.ROLE_MISSING
        assert forget_for(session, "telegram", "-100", "7", there.alix, NOW)
        assert find_subscriber(session, GROUP) is not None
        assert forget_for(session, "telegram", "-100", None, there.alix, NOW)
        assert forget_for(session, "telegram", "4711", None, there.alix, NOW)
        assert not forget_for(session, "telegram", "4711", None, there.alix, NOW)
        logged = session.scalars(sa.select(Audit).where(Audit.action == "subscriber.forget")).all()
        assert {(row.subject, repr(row.details)) for row in logged} == {("telegram", "{}")}
        assert len(logged) == 3
    left = repr(everything(database))
    assert "4711" not in left
    assert "-100" not in left

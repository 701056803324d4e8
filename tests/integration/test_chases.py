"""Who takes which list for a day, and which lists wait to be written to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from factories.services import NOW, SECOND, Installed, a_list, an_answer, confirmed, installed, record
from pledgebot.domain.answer import Position, SourceKind
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.services.chases import (
    CHASE_LIFE,
    conversation,
    conversations,
    open_chases,
    stages,
    take_list,
    waiting_conversations,
)
from pledgebot.services.decisions import reject_answer
from pledgebot.services.list_views import list_view
from pledgebot.services.lists import withdraw_list
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.people import Actor, Role, add_organizer, find_actor
from pledgebot.services.queries import current_round
from pledgebot.store.engine import Database
from pledgebot.store.tables import Audit

YES = Position.COMMITTED
DAY = timedelta(days=1)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def logged(database: Database, number: int, kind: ContactKind, by: Actor, days_ago: int = 0) -> None:
    with database.begin() as session:
        log_contact(session, NewContact(number, kind, Medium.EMAIL, NOW - days_ago * DAY), by, NOW)


def waiting(database: Database, most: int = 20) -> list[tuple[str, Stage]]:
    with database.read() as session:
        view = waiting_conversations(session, current_round(session, NOW).id, NOW, most)
    return [(row.head.name.removeprefix("Liste Exemple "), row.progress.stage) for row in view.rows]


def test_whoever_takes_a_list_has_it_for_a_day(database: Database, there: Installed) -> None:
    with database.begin() as session:
        chase = take_list(session, there.list_a, there.zoe, NOW)
    assert (chase.name, chase.constituency, chase.by) == ("Liste Exemple A", "Marseille", "Zoé")
    assert chase.until == NOW + CHASE_LIFE == NOW + DAY
    with database.read() as session:
        assert open_chases(session, NOW + DAY - timedelta(seconds=1)) == (chase,)
        assert open_chases(session, NOW + DAY) == ()
        line = session.scalars(sa.select(Audit).where(Audit.action == "list.chase")).one()
        assert (line.organizer_id, line.via, line.subject) == (there.zoe.organizer, "chat", f"list:{there.list_a}")


def test_another_person_is_told_who_has_it_until_when_on_the_clock_of_the_place(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        take_list(session, there.list_a, there.zoe, NOW)
    with pytest.raises(Refused) as caught, database.begin() as session:
        take_list(session, there.list_a, there.noe, NOW + DAY - timedelta(seconds=1))
    assert caught.value.objection is Objection.ALREADY_CHASED
    assert caught.value.facts["name"] == "Zoé"
    assert str(caught.value.facts["until"]) == "2026-02-09 13:00:00+01:00"
    with database.begin() as session:
        assert take_list(session, there.list_a, there.noe, NOW + DAY).by == "Noé"


def test_taking_it_again_renews_it(database: Database, there: Installed) -> None:
    with database.begin() as session:
        take_list(session, there.list_a, there.zoe, NOW)
        later = NOW + timedelta(hours=20)
        assert take_list(session, there.list_a, there.zoe, later).until == later + CHASE_LIFE
        assert len(open_chases(session, later)) == 1


def test_of_two_who_take_a_list_at_once_one_has_it(database: Database, there: Installed) -> None:
    def take(by: Actor) -> str:
        try:
            with database.begin() as session:
                return take_list(session, there.list_a, by, NOW).by
        except Refused as refused:
            return refused.objection

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(take, (there.alix, there.noe, there.zoe)))
    assert outcomes.count(Objection.ALREADY_CHASED) == 2
    with database.read() as session:
        [chase] = open_chases(session, NOW)
        assert chase.by in outcomes


@pytest.mark.parametrize("which", ["withdrawn", "unknown", "without the role"])
def test_a_list_that_is_not_taken(database: Database, there: Installed, which: str) -> None:
    with database.begin() as session:
        add_organizer(session, "Vera", frozenset({Role.VERIFIER}), there.alix, NOW)
        vera = find_actor(session, "Vera", "chat")
        withdraw_list(session, there.list_b, there.alix, NOW)
    number, by, objection = {
        "withdrawn": (there.list_b, there.zoe, Objection.NOT_STANDING),
        "unknown": (1 << 40, there.zoe, Objection.UNKNOWN_LIST),
        "without the role": (there.list_a, vera, Objection.ROLE_MISSING),
    }[which]
    with pytest.raises(Refused) as caught, database.begin() as session:
        take_list(session, number, by, NOW)
    assert caught.value.objection is objection


def test_the_lists_that_wait_are_those_that_are_ours_to_write_to(database: Database, there: Installed) -> None:
    """The longest silence first, then those not yet asked; whoever answered, declined or is taken does not wait."""
    with database.begin() as session:
        names = {name: a_list(session, f"Liste Exemple {name}", there.alix) for name in "DEFGH"}
        withdraw_list(session, names["H"], there.alix, NOW)
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        take_list(session, names["E"], there.noe, NOW)
    logged(database, there.list_b, ContactKind.SENT, there.zoe, days_ago=2)
    logged(database, there.list_c, ContactKind.SENT, there.zoe, days_ago=9)
    logged(database, there.list_c, ContactKind.REMINDED, there.zoe, days_ago=5)
    logged(database, names["D"], ContactKind.DECLINED, there.zoe)
    assert waiting(database) == [
        ("C", Stage.REMINDED),
        ("B", Stage.CONTACTED),
        ("F", Stage.NOT_CONTACTED),
        ("G", Stage.NOT_CONTACTED),
    ]
    assert waiting(database, most=3) == waiting(database)[:3]
    with database.read() as session:
        asked = current_round(session, NOW).id
        assert waiting_conversations(session, asked, NOW, 3).more == 1
        assert waiting_conversations(session, asked, NOW, 4).more == 0
        assert stages(session, asked, NOW) == {
            Stage.NOT_CONTACTED: 3,
            Stage.CONTACTED: 1,
            Stage.REMINDED: 1,
            Stage.RECEIVED: 0,
            Stage.ANSWERED: 1,
            Stage.DECLINED: 1,
        }


def test_a_list_whose_answer_waits_to_be_confirmed_is_not_silent(database: Database, there: Installed) -> None:
    logged(database, there.list_a, ContactKind.SENT, there.zoe, days_ago=2)
    with database.begin() as session:
        number = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
    with database.read() as session:
        asked = current_round(session, NOW).id
        assert list_view(session, there.list_a).progress.stage is Stage.RECEIVED
        assert stages(session, asked, NOW)[Stage.RECEIVED] == 1
    assert "A" not in [name for name, _stage in waiting(database)]
    with database.begin() as session:
        reject_answer(session, number, 1, "no proof", there.noe, NOW)
    assert ("A", Stage.CONTACTED) in waiting(database)


def test_a_programme_is_no_answer_so_the_list_still_waits(database: Database, there: Installed) -> None:
    programme = an_answer(there.a, {"cameras": YES}, source=SourceKind.PROGRAMME, said=date(2026, 2, 1))
    with database.begin() as session:
        confirmed(session, programme, there)
    assert ("A", Stage.NOT_CONTACTED) in waiting(database)


def test_what_a_banner_answered_is_answered_for_its_lists(database: Database, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.of_banner, {"cameras": YES}), there)
    assert waiting(database) == [("A", Stage.NOT_CONTACTED)]


def test_lists_are_shown_with_their_progress_and_who_has_them(database: Database, there: Installed) -> None:
    with database.begin() as session:
        a_list(session, "Liste Exemple Z", there.alix, panel=1)
        a_list(session, "Liste Exemple Y", there.alix, round_key=SECOND)
        withdraw_list(session, there.list_c, there.alix, NOW)
        take_list(session, there.list_b, there.noe, NOW)
    with database.read() as session:
        asked = current_round(session, NOW).id
        view = conversations(session, asked, NOW, 3)
        assert [row.head.name[-1] for row in view.rows] == ["Z", "A", "B"]
        assert view.more == 1
        assert [row.chase.by if row.chase else None for row in view.rows] == [None, None, "Noé"]
        assert conversations(session, asked, NOW, 9, constituency_id=1 << 30).rows == ()
        assert conversations(session, asked, NOW, 9).more == 0


def test_one_list_is_shown_with_its_last_contacts(database: Database, there: Installed) -> None:
    for days in (7, 1, 3):
        logged(database, there.list_a, ContactKind.REMINDED, there.zoe, days_ago=days)
    with database.read() as session:
        view = conversation(session, there.list_a, NOW, most=2)
        assert [(NOW - one.at).days for one in view.contacts] == [1, 3]
        assert {one.by for one in view.contacts} == {"Zoé"}
        assert view.progress.stage is Stage.REMINDED
        with pytest.raises(Refused):
            conversation(session, 1 << 40, NOW)

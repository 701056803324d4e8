"""Lists from files: nothing is matched silently, nothing is deleted, former names are still found."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import FIRST, NOW, TOWN, Installed, an_answer, confirmed, everything, installed, states
from pledgebot.domain.answer import Position
from pledgebot.domain.election import ListRecord
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.answers import Subject
from pledgebot.services.list_files import ImportReport, import_lists
from pledgebot.services.lists import ListDetails, edit_list, get_list
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.services.queries import list_view
from pledgebot.store.engine import Database
from pledgebot.store.tables import CandidateList, Constituency, NameAlias


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def aliases(session: Session, list_id: int) -> list[str]:
    return list(session.scalars(sa.select(NameAlias.alias).where(NameAlias.list_id == list_id).order_by(NameAlias.id)))


def a_record(name: str, panel: int | None = None, place: str = TOWN, **details: str | None) -> ListRecord:
    return ListRecord(
        line=1,
        constituency=place,
        constituency_label="Marseille" if place == TOWN else "",
        panel=panel,
        name=name,
        short_name=details.get("short_name"),
        head=details.get("head"),
        nuance=details.get("nuance"),
    )


OFFICIAL = [
    a_record("LISTE UN", 1, head="Un Exemple", nuance="LDIV", short_name="UN"),
    a_record("LISTE DEUX", 2, head="Deux Exemple", nuance="LUG"),
    a_record("LISTE TROIS", 3, "13056"),
]


def counts(report: ImportReport) -> dict[str, int]:
    return {name: getattr(report, name).count for name in ("added", "changed", "unchanged", "missing")}


def imported(database: Database, there: Installed, records: list[ListRecord], round_key: str = FIRST) -> ImportReport:
    with database.begin() as session:
        return import_lists(session, records, round_key, "Ministère, 2026", there.zoe, NOW)


def test_a_file_adds_its_lists_with_their_places_and_the_source_of_the_nuance(
    database: Database, there: Installed
) -> None:
    report = imported(database, there, OFFICIAL)
    assert report.added.first == ["1. LISTE UN", "2. LISTE DEUX", "3. LISTE TROIS"]
    assert counts(report) == {"added": 3, "changed": 0, "unchanged": 0, "missing": 0}
    assert report.constituencies == 2
    with database.read() as session:
        row = session.scalars(sa.select(CandidateList).where(CandidateList.name == "LISTE UN")).one()
        assert (row.head, row.short_name, row.nuance, row.nuance_source) == (
            "Un Exemple", "UN", "LDIV", "Ministère, 2026"
        )  # fmt: skip
        assert session.scalars(sa.select(Constituency.label).order_by(Constituency.code)).all() == [
            "Marseille",
            "13056",
        ]


def test_importing_the_same_file_again_changes_nothing(database: Database, there: Installed) -> None:
    records = [*OFFICIAL, a_record("Liste provisoire")]
    imported(database, there, records)
    before = everything(database)
    report = imported(database, there, records)
    after = everything(database)
    assert counts(report) == {"added": 0, "changed": 0, "unchanged": 4, "missing": 0}
    assert {name for name in before if before[name] != after[name]} <= {"audit", "installation"}


def test_what_a_new_file_says_otherwise_is_reported(database: Database, there: Installed) -> None:
    imported(database, there, OFFICIAL)
    newer = [replace(OFFICIAL[0], head="Une Autre", nuance=None), replace(OFFICIAL[1], name="LISTE II"), OFFICIAL[2]]
    report = imported(database, there, newer)
    assert report.changed.first == ["1. LISTE UN", "2. LISTE II"]
    assert counts(report) == {"added": 0, "changed": 2, "unchanged": 1, "missing": 0}
    with database.read() as session:
        one, two = session.scalars(
            sa.select(CandidateList).where(CandidateList.panel.in_([1, 2])).order_by(CandidateList.panel)
        ).all()
        assert (one.head, one.nuance) == ("Une Autre", "LDIV")
        assert aliases(session, two.id) == ["LISTE DEUX"]


def test_panels_that_change_hands_take_no_answer_along(database: Database, there: Installed) -> None:
    imported(database, there, OFFICIAL)
    with database.begin() as session:
        row = session.scalars(sa.select(CandidateList).where(CandidateList.name == "LISTE DEUX")).one()
        confirmed(session, an_answer(Subject(row.id), {"cameras": Position.REFUSED}), there)
    swapped = [replace(OFFICIAL[0], panel=2), replace(OFFICIAL[1], panel=1), OFFICIAL[2]]
    report = imported(database, there, swapped)
    assert report.changed.first == ["2. LISTE UN", "1. LISTE DEUX"]
    assert (report.added.count, report.missing.count) == (0, 0)
    with database.read() as session:
        assert list_view(session, row.id).head.name == "LISTE DEUX"
        assert list_view(session, row.id).head.panel == 1


def test_another_list_under_the_panel_of_one_that_spoke_is_refused(database: Database, there: Installed) -> None:
    imported(database, there, [replace(OFFICIAL[0], head="Ada Une"), OFFICIAL[2]])
    with database.begin() as session:
        row = session.scalars(sa.select(CandidateList).where(CandidateList.name == "LISTE UN")).one()
        confirmed(session, an_answer(Subject(row.id), {"cameras": Position.REFUSED}), there)
    before = everything(database)
    with pytest.raises(Refused, match="panel_taken"):
        imported(database, there, [replace(OFFICIAL[0], name="TOUT AUTRE", head="Zoé Autre")])
    assert everything(database) == before


def test_what_a_file_does_not_have_is_reported_and_never_deleted(database: Database, there: Installed) -> None:
    imported(database, there, OFFICIAL)
    with database.begin() as session:
        row = session.scalars(sa.select(CandidateList).where(CandidateList.name == "LISTE DEUX")).one()
        subject = Subject(list_id=row.id)
        answer = confirmed(session, an_answer(subject, {"cameras": Position.REFUSED}), there)
    report = imported(database, there, OFFICIAL[:1])
    assert (report.missing.first, report.unchanged.count, report.constituencies) == (["2. LISTE DEUX"], 1, 1)
    imported(database, there, [OFFICIAL[0], replace(OFFICIAL[1], name="LISTE 2")])
    with database.read() as session:
        assert states(session) == {answer: "current"}
        assert list_view(session, row.id).head.name == "LISTE 2"


def test_a_list_recorded_by_hand_is_not_matched_silently(database: Database, there: Installed) -> None:
    report = imported(database, there, [a_record("Liste exemple A", 4)])
    assert report.added.first == ["4. Liste exemple A"]
    assert "Liste Exemple A" in report.provisional.first
    with database.read() as session:
        assert get_list(session, there.list_a).panel is None


def test_a_list_without_a_panel_number_is_known_by_its_name_also_when_it_got_one(
    database: Database, there: Installed
) -> None:
    by_hand = a_record("liste exemple A", head="Ada Nouvelle")
    assert imported(database, there, [by_hand]).changed.first == ["liste exemple A"]
    with database.begin() as session:
        edit_list(session, there.list_a, ListDetails(panel=9), there.alix, NOW)
    report = imported(database, there, [by_hand])
    assert counts(report) == {"added": 0, "changed": 0, "unchanged": 1, "missing": 0}


def test_the_rounds_of_an_election_have_lists_of_their_own(database: Database, there: Installed) -> None:
    imported(database, there, OFFICIAL)
    report = imported(database, there, OFFICIAL[:1], "2")
    assert (report.added.first, report.missing.count) == (["1. LISTE UN"], 0)


def test_an_import_that_is_refused_changes_nothing(database: Database, there: Installed) -> None:
    with database.begin() as session:
        add_organizer(session, "Max", frozenset({Role.VERIFIER}), there.alix, NOW)
        verifier = find_actor(session, "Max", "cli")
    before = everything(database)
    for by, key, objection in [
        (there.alix, "2020-t1", Objection.UNKNOWN_ROUND),
        (verifier, FIRST, Objection.ROLE_MISSING),
    ]:
        with pytest.raises(Refused) as caught, database.begin() as session:
            import_lists(session, OFFICIAL, key, "file", by, NOW)
        assert caught.value.objection is objection
    assert everything(database) == before

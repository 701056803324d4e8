"""Lists by hand and from files: nothing is matched silently, nothing is deleted, former names are still found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.roads import POLLS_CLOSED, SATURDAY
from factories.services import (
    FIRST,
    NOW,
    SECOND,
    TOWN,
    Installed,
    a_list,
    an_answer,
    confirmed,
    everything,
    installed,
    states,
)
from pledgebot.domain.answer import Position
from pledgebot.domain.election import LineageKind, ListRecord, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.list_files import import_lists
from pledgebot.services.lists import (
    BY_HAND,
    ListDetails,
    Place,
    add_alias,
    add_list,
    edit_list,
    find_constituency,
    find_round,
    get_list,
    merge_lists,
    reinstate_list,
    withdraw_list,
)
from pledgebot.services.matches import confirm_match
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.services.queries import list_view
from pledgebot.store.engine import Database
from pledgebot.store.tables import Audit, Banner, CandidateList, Lineage, NameAlias

HERE = Place(TOWN)


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def refused(database: Database, act: Callable[[Session], object]) -> Refused:
    """Expect a refusal that leaves the database as it was, and return it."""
    before = everything(database)
    with pytest.raises(Refused) as caught, database.begin() as session:
        act(session)
    assert everything(database) == before
    return caught.value


def aliases(session: Session, list_id: int) -> list[str]:
    return list(session.scalars(sa.select(NameAlias.alias).where(NameAlias.list_id == list_id).order_by(NameAlias.id)))


# By hand


def test_a_list_is_provisional_at_first_and_all_that_is_said_of_it_is_kept(
    database: Database, there: Installed
) -> None:
    details = ListDetails(" Liste   Exemple D ", "LED", "Di Exemple", None, "bannière EXEMPLE", "LDIV", "Ministère")
    with database.begin() as session:
        number = add_list(session, replace(HERE, constituency=" 13055 "), details, there.zoe, NOW)
    with database.read() as session:
        head = list_view(session, number).head
        assert (head.name, head.short_name, head.head, head.provisional) == (
            "Liste Exemple D",
            "LED",
            "Di Exemple",
            True,
        )
        assert (head.banner, head.nuance, head.nuance_source) == ("Bannière Exemple", "LDIV", "Ministère")
        assert (head.round_key, head.constituency, head.status) == (FIRST, "Marseille", ListStatus.STANDING)
        assert get_list(session, number).banner_id == there.banner


def test_a_new_constituency_is_made_when_it_has_a_label(database: Database, there: Installed) -> None:
    with database.begin() as session:
        number = add_list(session, Place("13055sr01", label="1er secteur"), ListDetails("Liste D"), there.zoe, NOW)
        assert list_view(session, number).head.constituency_code == "13055SR01"
        assert find_constituency(session, " 13055sr01").label == "1er secteur"


def test_a_round_is_found_by_key_or_number_and_the_first_without(database: Database, there: Installed) -> None:
    with database.read() as session:
        keys = [find_round(session, key).key for key in (None, "1", "2", SECOND)]
        assert keys == [FIRST, FIRST, SECOND, SECOND]
        with pytest.raises(Refused) as caught:
            find_round(session, "3")
    assert caught.value.facts["known"] == [FIRST, SECOND]
    assert there


Adding = tuple[Objection, Place, ListDetails]
ADDING: dict[str, Adding] = {
    "no name": (Objection.EMPTY_NAME, HERE, ListDetails(name="  ")),
    "no name at all": (Objection.EMPTY_NAME, HERE, ListDetails()),
    "an unknown constituency": (Objection.UNKNOWN_CONSTITUENCY, Place("99999"), ListDetails("Liste D")),
    "an unknown round": (Objection.UNKNOWN_ROUND, Place(TOWN, "2020-1"), ListDetails("Liste D")),
    "a name that is taken": (Objection.NAME_TAKEN, HERE, ListDetails("LISTE exemple a")),
    "a panel that is taken": (Objection.PANEL_TAKEN, HERE, ListDetails("Liste D", panel=7)),
}


@pytest.mark.parametrize("case", ADDING)
def test_what_may_not_be_added(database: Database, there: Installed, case: str) -> None:
    objection, place, details = ADDING[case]
    with database.begin() as session:
        edit_list(session, there.list_a, ListDetails(panel=7), there.alix, NOW)
    assert refused(database, lambda s: add_list(s, place, details, there.alix, NOW)).objection is objection


def test_the_name_of_a_list_that_no_longer_stands_is_free_and_so_is_one_elsewhere(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        withdraw_list(session, there.list_a, there.alix, NOW)
        a_list(session, "Liste Exemple A", there.alix)
        a_list(session, "Liste Exemple A", there.alix, round_key=SECOND)
        add_list(session, Place("13056", label="Ailleurs"), ListDetails("Liste Exemple A"), there.alix, NOW)


def test_a_change_keeps_what_is_not_mentioned_and_takes_away_what_is_emptied(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        edit_list(session, there.list_a, ListDetails(panel=3, short_name="LEA", nuance="LDIV"), there.alix, NOW)
        row = get_list(session, there.list_a)
        assert (row.name, row.head, row.panel, row.nuance_source) == ("Liste Exemple A", "Ada Exemple", 3, BY_HAND)
        edit_list(session, there.list_a, ListDetails(panel=0, short_name="", head="", nuance=""), there.alix, NOW)
        assert (row.panel, row.short_name, row.head, row.nuance, row.nuance_source) == (None,) * 5
        edit_list(session, there.list_b, ListDetails(banner=""), there.alix, NOW)
        assert get_list(session, there.list_b).banner_id is None
        edit_list(session, there.list_b, ListDetails(banner="Autre bannière"), there.alix, NOW)
        names = session.scalars(sa.select(Banner.name).order_by(Banner.id)).all()
        assert names == ["Bannière Exemple", "Autre bannière"]
        details = session.scalars(
            sa.select(Audit.details).where(Audit.action == "list.edit").order_by(Audit.id)
        ).first()
        assert details == {"changed": {"panel": [None, 3], "short_name": [None, "LEA"], "nuance": [None, "LDIV"],
                                       "nuance_source": [None, BY_HAND]}}  # fmt: skip


def test_the_former_name_stays_as_an_alias(database: Database, there: Installed) -> None:
    with database.begin() as session:
        edit_list(session, there.list_a, ListDetails(name="Exemple ensemble"), there.alix, NOW)
        assert aliases(session, there.list_a) == ["Liste Exemple A"]
        edit_list(session, there.list_a, ListDetails(name="Liste exemple à"), there.alix, NOW)
        edit_list(session, there.list_a, ListDetails(name="Exemple ensemble"), there.alix, NOW)
        assert aliases(session, there.list_a) == ["Liste Exemple A", "Exemple ensemble"]


def test_another_spelling_is_no_former_name(database: Database, there: Installed) -> None:
    with database.begin() as session:
        edit_list(session, there.list_a, ListDetails(name="LISTE EXEMPLE A"), there.alix, NOW)
        assert aliases(session, there.list_a) == []
        assert get_list(session, there.list_a).name == "LISTE EXEMPLE A"


def test_the_longest_name_that_there_may_be_becomes_an_alias_too(database: Database, there: Installed) -> None:
    with database.begin() as session:
        edit_list(session, there.list_a, ListDetails(name="é" * 500), there.alix, NOW)
        edit_list(session, there.list_a, ListDetails(name="Liste courte"), there.alix, NOW)
        assert aliases(session, there.list_a)[-1] == "é" * 500


EDITING: dict[str, tuple[Objection, ListDetails]] = {
    "nothing": (Objection.NOTHING_TO_CHANGE, ListDetails()),
    "the same again": (Objection.NOTHING_TO_CHANGE, ListDetails(name="Liste  Exemple A", head="Ada Exemple")),
    "an empty name": (Objection.EMPTY_NAME, ListDetails(name=" ")),
    "another list's name": (Objection.NAME_TAKEN, ListDetails(name="liste exemple b")),
    "another list's panel": (Objection.PANEL_TAKEN, ListDetails(name="Autre nom", banner="Neuve", panel=2)),
}


@pytest.mark.parametrize("case", EDITING)
def test_what_may_not_be_changed(database: Database, there: Installed, case: str) -> None:
    objection, details = EDITING[case]
    with database.begin() as session:
        edit_list(session, there.list_b, ListDetails(panel=2), there.alix, NOW)
    assert refused(database, lambda s: edit_list(s, there.list_a, details, there.alix, NOW)).objection is objection


def test_an_unknown_list_is_refused_everywhere(database: Database, there: Installed) -> None:
    for act in (
        lambda s: get_list(s, 999),
        lambda s: edit_list(s, 999, ListDetails("X"), there.alix, NOW),
        lambda s: withdraw_list(s, 999, there.alix, NOW),
        lambda s: merge_lists(s, (999,), there.list_a, there.alix, NOW),
        lambda s: merge_lists(s, (there.list_a,), 999, there.alix, NOW),
        lambda s: add_alias(s, "X", there.alix, NOW, list_id=999),
    ):
        assert refused(database, act).objection is Objection.UNKNOWN_LIST


def test_an_alias_is_said_once_of_each_list_or_banner(database: Database, there: Installed) -> None:
    with database.begin() as session:
        add_alias(session, " L.E.A. ", there.zoe, NOW, list_id=there.list_a)
        add_alias(session, "L.E.A.", there.zoe, NOW, list_id=there.list_b)
        add_alias(session, "L.E.A.", there.zoe, NOW, banner_id=there.banner)
        assert aliases(session, there.list_a) == ["L.E.A."]
    for objection, alias, subject in [
        (Objection.ALIAS_TAKEN, "l.e.a.", {"list_id": there.list_a}),
        (Objection.ALIAS_TAKEN, "l.e.a.", {"banner_id": there.banner}),
        (Objection.EMPTY_NAME, " ", {"list_id": there.list_a}),
        (Objection.UNKNOWN_BANNER, "X", {"banner_id": 999}),
        (Objection.UNKNOWN_BANNER, "X", {}),
    ]:
        refusal = refused(database, lambda s, a=alias, on=subject: add_alias(s, a, there.alix, NOW, **on))
        assert refusal.objection is objection


def test_a_list_that_withdrew_stays_with_what_it_said(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
        withdraw_list(session, there.list_a, there.alix, NOW)
        assert list_view(session, there.list_a).head.status is ListStatus.WITHDRAWN
        assert states(session) == {answer: "current"}
    refusal = refused(database, lambda s: withdraw_list(s, there.list_a, there.alix, NOW))
    assert refusal.objection is Objection.NOT_STANDING


def test_lists_merge_into_another_of_the_same_round_and_place(database: Database, there: Installed) -> None:
    with database.begin() as session:
        merge_lists(session, (there.list_b, there.list_c), there.list_a, there.alix, NOW)
        rows = session.scalars(sa.select(Lineage).order_by(Lineage.id)).all()
        assert [(row.child_id, row.parent_id, row.kind, row.confirmed_by) for row in rows] == [
            (there.list_a, parent, LineageKind.MERGED, there.alix.organizer) for parent in (there.list_b, there.list_c)
        ]
        head = list_view(session, there.list_b).head
        assert (head.status, head.merged_into) == (ListStatus.MERGED, "Liste Exemple A")
        assert [parent.name for parent in list_view(session, there.list_a).head.parents] == [
            "Liste Exemple B",
            "Liste Exemple C",
        ]


def test_what_may_not_merge(database: Database, there: Installed) -> None:
    with database.begin() as session:
        elsewhere = add_list(session, Place("13056", label="Ailleurs"), ListDetails("Liste D"), there.alix, NOW)
        second = a_list(session, "Liste Exemple A", there.alix, round_key=SECOND)
        gone = a_list(session, "Liste Exemple E", there.alix)
        withdraw_list(session, gone, there.alix, NOW)
    for objection, parents, into in [
        (Objection.SAME_LIST, (there.list_b, there.list_a), there.list_a),
        (Objection.OTHER_CONSTITUENCY, (elsewhere,), there.list_a),
        (Objection.OTHER_ROUND, (second,), there.list_a),
        (Objection.NOT_STANDING, (gone,), there.list_a),
        (Objection.NOT_STANDING, (there.list_b,), gone),
        (Objection.NOT_STANDING, (there.list_b, there.list_b), there.list_a),
    ]:
        refusal = refused(database, lambda s, p=parents, i=into: merge_lists(s, p, i, there.alix, NOW))
        assert refusal.objection is objection


def test_only_who_may_record_touches_lists(database: Database, there: Installed) -> None:
    with database.begin() as session:
        add_organizer(session, "Max", frozenset({Role.VERIFIER}), there.alix, NOW)
        verifier = find_actor(session, "Max", "cli")
    for act in (
        lambda s: add_list(s, HERE, ListDetails("X"), verifier, NOW),
        lambda s: edit_list(s, there.list_a, ListDetails("X"), verifier, NOW),
        lambda s: withdraw_list(s, there.list_a, verifier, NOW),
        lambda s: merge_lists(s, (there.list_b,), there.list_a, verifier, NOW),
        lambda s: add_alias(s, "X", verifier, NOW, list_id=there.list_a),
    ):
        assert refused(database, act).objection is Objection.ROLE_MISSING


def test_a_list_withdrawn_by_mistake_stands_again(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        withdraw_list(session, there.list_a, there.alix, NOW)
    with database.begin() as session:
        reinstate_list(session, there.list_a, there.alix, NOW)
        assert get_list(session, there.list_a).status is ListStatus.STANDING
    with pytest.raises(Refused, match="nothing_to_change"), database.begin() as session:
        reinstate_list(session, there.list_a, there.alix, NOW)


# In the electoral silence


def test_in_the_silence_nothing_changes_how_a_list_is_shown(database: Database, there: Installed) -> None:
    """Pages stay as they are, and names, panels and banners are not told apart by moments."""
    official = ListRecord(1, TOWN, "Marseille", 1, "LISTE EXEMPLE A POUR TOUS", None, "Ada Exemple", None)
    with database.begin() as session:
        import_lists(session, [official], FIRST, "file.csv", there.alix, NOW)
        theirs = session.scalars(sa.select(CandidateList.id).where(CandidateList.panel == 1)).one()
    acts: list[Callable[[Session, datetime], object]] = [
        lambda session, now: edit_list(session, there.list_a, ListDetails("Autre nom"), there.alix, now),
        lambda session, now: edit_list(session, there.list_a, ListDetails(None, banner="Autre"), there.alix, now),
        lambda session, now: add_alias(session, "L.E.A.", there.alix, now, list_id=there.list_a),
        lambda session, now: confirm_match(session, there.list_a, theirs, there.alix, now),
        lambda session, now: import_lists(
            session, [replace(official, head="Une Autre")], FIRST, "file.csv", there.alix, now
        ),
    ]
    for act in acts:
        caught = refused(database, lambda session, act=act: act(session, SATURDAY))
        assert caught.objection is Objection.IN_SILENCE
        assert str(caught.facts["until"]) == "2026-03-15 20:00:00+01:00"
    with database.begin() as session:
        import_lists(session, [official], FIRST, "file.csv", there.alix, SATURDAY)
        withdraw_list(session, there.list_b, there.alix, SATURDAY)
    for act in acts:
        with database.begin() as session:
            act(session, POLLS_CLOSED)
            session.rollback()

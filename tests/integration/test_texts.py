"""Texts that no table can hold get one clear reason on both databases, and NUL never reaches them."""

import pytest

from factories.services import NOW, an_answer, everything, installed, quoting, record
from pledgebot.domain.answer import Position
from pledgebot.domain.errors import Refused
from pledgebot.services.lists import ListDetails, Place, add_alias, add_list
from pledgebot.services.people import Role, add_organizer
from pledgebot.store.engine import Database
from pledgebot.store.tables import Answer, CandidateList


def test_what_is_too_long_is_refused_and_changes_nothing(database: Database) -> None:
    there = installed(database)
    before = everything(database)
    too_long = "x" * 501
    for details in (
        ListDetails(name=too_long),
        ListDetails(name="N", head=too_long),
        ListDetails(name="N", banner=too_long),
        ListDetails(name="N", nuance="x" * 17),
    ):
        with pytest.raises(Refused, match="text_too_long"), database.begin() as session:
            add_list(session, Place("13055"), details, there.alix, NOW)
    with pytest.raises(Refused, match="text_too_long"), database.begin() as session:
        add_alias(session, too_long, there.alix, NOW, list_id=there.list_a)
    with pytest.raises(Refused, match="text_too_long"), database.begin() as session:
        record(session, an_answer(there.a, {"cameras": Position.PARTIAL}, speaker="x" * 201), there.alix)
    with pytest.raises(Refused, match="text_too_long"), database.begin() as session:
        add_organizer(session, "x" * 101, frozenset(Role), there.alix, NOW)
    assert everything(database) == before


def test_the_longest_texts_and_a_nul_are_kept_as_far_as_they_can_be(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        number = add_list(session, Place("13055"), ListDetails(name="é" * 500, head="à" * 200), there.alix, NOW)
        add_alias(session, "ŉ" * 250, there.alix, NOW, list_id=number)
        assert len(session.get_one(CandidateList, number).name) == 500
        entry = record(
            session,
            an_answer(there.a, {"cameras": Position.PARTIAL}, speaker="A\0da", proofs=(quoting("We\0 will."),)),
            there.alix,
        )
        assert session.get_one(Answer, entry).speaker == "A da"

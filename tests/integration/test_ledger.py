"""The chain: whatever was changed is found, by whoever runs the database and by whoever holds an export."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import rfc8785
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from factories.services import (
    NOW,
    Installed,
    an_answer,
    confirm,
    confirmed,
    correcting,
    install,
    installed,
    undone,
)
from pledgebot.domain.answer import Position
from pledgebot.services.answers import Proof
from pledgebot.services.decisions import request_removal
from pledgebot.services.ledger import (
    GENESIS,
    Body,
    Link,
    export_ledger,
    lock_head,
    verify_entries,
    verify_ledger,
)
from pledgebot.services.lists import ListDetails, edit_list
from pledgebot.store.engine import Database
from pledgebot.store.tables import LedgerEntry

YES, NO, PARTIAL = Position.COMMITTED, Position.REFUSED, Position.PARTIAL


def fill(session: Session, there: Installed) -> Link:
    """Confirm four entries (the third is a correction of the first), undo the last, and return the end of the chain."""
    first = confirmed(session, an_answer(there.a, {"cameras": YES, "retraction/video": NO}), there)
    confirmed(session, an_answer(there.of_banner, {"committee": PARTIAL}, proofs=(Proof(file=b"letter"),)), there)
    confirmed(session, correcting(first, an_answer(there.a, {"cameras": PARTIAL}), "misread"), there)
    last = confirmed(session, an_answer(there.b, {"cameras": NO}, said=date(2026, 2, 3)), there)
    return undone(session, last, there.noe)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.begin() as session:
        fill(session, install(session))
    return database


def attack(database: Database, *statements: str, **values: object) -> None:
    """Write past the triggers: they are dropped first, as somebody who owns the database could."""
    with database.begin() as session:
        for trigger in _triggers(session):
            session.execute(sa.text(trigger))
        for statement in statements:
            session.execute(sa.text(statement), values)


def _triggers(session: Session) -> list[str]:
    kept = [(table, action) for table in ("ledger_entry", "answer", "stance") for action in ("update", "delete")]
    postgresql = session.get_bind().dialect.name == "postgresql"
    return [
        f"DROP TRIGGER IF EXISTS {table}_kept_{action}" + (f" ON {table}" if postgresql else "")
        for table, action in kept
    ]


def problems(database: Database, head: str | None = None) -> list[tuple[int | None, str]]:
    with database.read() as session:
        return [(fault.seq, fault.problem) for fault in verify_ledger(session, head).faults]


def exported(database: Database) -> list[Body]:
    with database.read() as session:
        return [json.loads(line) for line in export_ledger(session)]


# A sound ledger


def test_an_empty_ledger_is_sound(database: Database) -> None:
    installed(database)
    with database.read() as session:
        check = verify_ledger(session)
    assert (check.entries, check.head, check.removed, check.faults) == (0, Link(0, GENESIS), (), ())


def test_a_ledger_as_it_was_written_is_sound(filled: Database) -> None:
    with filled.begin() as session:
        end = lock_head(session)
    with filled.read() as session:
        check = verify_ledger(session, end.hash.upper())
        first = session.scalars(sa.select(LedgerEntry.hash).where(LedgerEntry.seq == 1)).one()
        assert verify_ledger(session, first).faults == ()
        assert verify_ledger(session, GENESIS).faults == ()
    assert (check.entries, check.head, check.removed, check.faults) == (5, end, (), ())


def test_what_an_entry_says_is_readable_json(filled: Database) -> None:
    bodies = [json.loads(str(line["body"])) for line in exported(filled)]
    assert [body["kind"] for body in bodies] == ["statement", "statement", "correction", "statement", "undo"]
    assert [body["target"] for body in bodies] == [None, None, 1, None, 4]
    assert bodies[0]["positions"] == [
        {"demand": "cameras", "version": 1, "test": bodies[0]["positions"][0]["test"], "part": "", "position": "committed"},
        {"demand": "retraction", "version": 1, "test": bodies[0]["positions"][1]["test"], "part": "video", "position": "refused"},
    ]  # fmt: skip
    assert (bodies[0]["said_on"], bodies[0]["confirmed_at"]) == ("2026-02-01", "2026-02-08T12:00:00+00:00")
    assert (bodies[0]["subject"]["constituency"], bodies[1]["subject"]["banner"]) == ("13055", 1)


def test_no_text_stands_in_a_body(filled: Database) -> None:
    """Texts enter by salted digests alone, so that they can be blanked."""
    for line in exported(filled):
        for text in ("Ada", "Alix", "Noé", "Liste", "example.org", "misread"):
            assert text not in str(line["body"])


# Attacks on the chain


def test_a_changed_body_is_found(filled: Database) -> None:
    attack(filled, "UPDATE ledger_entry SET body = replace(body, 'refused', 'committed') WHERE seq = 1")
    assert (1, "its content was changed") in problems(filled)


def test_a_changed_body_is_found_also_with_its_own_hash(filled: Database) -> None:
    """Whoever changes an entry has to change all that follow, and then the published heads are missing."""
    with filled.read() as session:
        body = json.loads(session.scalars(sa.select(LedgerEntry.body).where(LedgerEntry.seq == 2)).one())
        published = session.scalars(sa.select(LedgerEntry.hash).where(LedgerEntry.seq == 2)).one()
    body["positions"][0]["position"] = "committed"
    text = rfc8785.dumps(body).decode()
    changed = "UPDATE ledger_entry SET body = :body, hash = :hash WHERE seq = 2"
    attack(filled, changed, body=text, hash=hashlib.sha256(text.encode()).hexdigest())
    assert (3, "does not follow from the link before it") in problems(filled)
    assert (2, "positions differs between the table and the ledger") in problems(filled)
    assert any(published[:12] in problem for _seq, problem in problems(filled, published))


def test_a_changed_hash_is_found(filled: Database) -> None:
    attack(filled, f"UPDATE ledger_entry SET hash = '{'a' * 64}' WHERE seq = 2")
    assert {(2, "its content was changed"), (3, "does not follow from the link before it")} <= set(problems(filled))


FIELDS: dict[str, tuple[Callable[[dict[str, dict[str, str] | None]], object], str]] = {
    "a changed text": (lambda fields: (fields["speaker"] or {}).update(text="Somebody"), "speaker was changed"),
    "a changed salt": (lambda fields: (fields["speaker"] or {}).update(salt="0" * 32), "speaker was changed"),
    "a salt that is none": (lambda fields: (fields["speaker"] or {}).update(salt="salt"), "speaker was changed"),
    "a field taken out": (lambda fields: fields.pop("evidence.1.quote"), "evidence.1.quote is missing"),
    "a field put in": (lambda fields: fields.update(note={"salt": "0" * 32, "text": "x"}), "note is not in the ledger"),
    "a field blanked without a removal": (
        lambda fields: fields.update(speaker=None), "content is missing, and no removal entry says why"),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELDS)
def test_changed_fields_are_found(filled: Database, case: str) -> None:
    change, problem = FIELDS[case]
    with filled.begin() as session:
        row = session.get_one(LedgerEntry, 1)
        fields = json.loads(json.dumps(row.fields))
        change(fields)
        row.fields = fields
    assert (1, problem) in problems(filled)


def test_an_entry_deleted_in_the_middle_is_found(filled: Database) -> None:
    attack(filled, "UPDATE answer SET seq = NULL, state = 'pending', decided_by = NULL, decided_at = NULL WHERE seq = 2",
           "DELETE FROM ledger_entry WHERE seq = 2")  # fmt: skip
    found = problems(filled)
    assert (3, "link 2 should stand here: one is missing or out of order") in found
    assert (3, "does not follow from the link before it") in found


def test_reordered_entries_are_found(filled: Database) -> None:
    """Two entries change their numbers: the chain does not go through them any more."""
    attack(
        filled,
        "INSERT INTO ledger_entry (seq, prev_hash, hash, body, fields) SELECT 99, 'x', 'y', body, fields"
        " FROM ledger_entry WHERE seq = 2",
        *(
            f"UPDATE ledger_entry SET {column} = (SELECT other.{column} FROM ledger_entry other WHERE other.seq = 3)"
            " WHERE seq = 2"
            for column in ("body", "fields")
        ),
        *(
            f"UPDATE ledger_entry SET {column} = (SELECT other.{column} FROM ledger_entry other WHERE other.seq = 99)"
            " WHERE seq = 3"
            for column in ("body", "fields")
        ),
        "DELETE FROM ledger_entry WHERE seq = 99",
    )
    assert {seq for seq, _problem in problems(filled)} >= {2, 3}


TAIL = (
    "DELETE FROM stance WHERE answer_id IN (SELECT id FROM answer WHERE seq = 4)",
    "DELETE FROM event WHERE answer_id IN (SELECT id FROM answer WHERE seq = 4)",
    "DELETE FROM answer WHERE seq = 5",
    "UPDATE answer SET seq = NULL, state = 'pending', decided_by = NULL, decided_at = NULL WHERE seq = 4",
    "DELETE FROM ledger_entry WHERE seq >= 4",
)


def test_a_missing_tail_is_found_by_the_end_that_the_ledger_noted(filled: Database) -> None:
    attack(filled, *TAIL)
    ((seq, problem),) = problems(filled)
    assert seq is None
    assert problem.startswith("the ledger should end with link 5")


def test_a_missing_tail_is_found_by_a_published_head_when_the_note_was_changed_too(filled: Database) -> None:
    with filled.begin() as session:
        published = lock_head(session).hash
    attack(filled, *TAIL, "UPDATE ledger_head SET seq = 3, hash = (SELECT hash FROM ledger_entry WHERE seq = 3)")
    assert problems(filled) == []
    ((seq, problem),) = problems(filled, published)
    assert (seq, published[:12] in problem) == (None, True)


def test_a_ledger_without_its_end_is_not_sound(filled: Database) -> None:
    attack(filled, "DELETE FROM ledger_head")
    assert [seq for seq, _problem in problems(filled)] == [None]


# Attacks on the tables


TABLES = {
    "a position": ("UPDATE stance SET position = 'committed' WHERE answer_id = 1 AND part = 'video'", "positions"),
    "a position taken away": ("DELETE FROM stance WHERE answer_id = 1 AND part = 'video'", "positions"),
    "a position hidden": ("UPDATE stance SET state = 'rejected' WHERE answer_id = 1 AND part = 'video'", "positions"),
    "the part": ("UPDATE stance SET part = '' WHERE answer_id = 1 AND part = 'video'", "positions"),
    "the wording judged by": ("UPDATE demand_version SET content_hash = 'x'", "positions"),
    "the day": ("UPDATE answer SET said_on = '2026-01-01' WHERE seq = 1", "said_on"),
    "the kind of source": ("UPDATE answer SET source_kind = 'letter' WHERE seq = 1", "source"),
    "the speaker's role": ("UPDATE answer SET speaker_role = 'list' WHERE seq = 1", "role"),
    "the speaker": ("UPDATE answer SET speaker = 'Somebody' WHERE seq = 1", "speaker"),
    "the speaker taken away": ("UPDATE answer SET speaker = NULL WHERE seq = 1", "speaker"),
    "a reason put in": ("UPDATE answer SET reason = 'because' WHERE seq = 1", "reason"),
    "the quotation": ("UPDATE evidence SET quote = 'We will not.' WHERE answer_id = 1", "evidence.1.quote"),
    "the link": ("UPDATE evidence SET url = 'https://example.org/other' WHERE answer_id = 1", "evidence.1.url"),
    "the file": ("UPDATE evidence SET blob_sha256 = 'other' WHERE answer_id = 2", "evidence.1.file"),
    "a quotation put in": ("UPDATE evidence SET quote = 'Words' WHERE answer_id = 2", "evidence.1.quote"),
    "the kind": ("UPDATE answer SET kind = 'withdrawal' WHERE seq = 1", "kind"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_says_something_else_than_the_ledger_is_found(filled: Database, case: str) -> None:
    statement, name = TABLES[case]
    attack(
        filled,
        "INSERT INTO blob (sha256, size, media_type, content, is_public, kept_at)"
        " VALUES ('other', 1, 'image/png', 'x', FALSE, '2026-02-08 12:00:00')",
        statement,
    )
    faults = problems(filled)
    told = {problem for _seq, problem in faults}
    assert f"{name} differs between the table and the ledger" in told
    others = told - {f"{name} differs between the table and the ledger"}
    assert all(problem.startswith(("what counts differs", "the wording of demand")) for problem in others)
    assert (2 if "answer_id = 2" in statement else 1) in {seq for seq, _problem in faults}


def test_an_answer_moved_to_another_list_is_found(filled: Database) -> None:
    with filled.begin() as session:
        values = dict(session.execute(sa.text("SELECT name, id FROM candidate_list")).all())
    moved = values["Liste Exemple C"]
    postgresql = not filled.is_sqlite
    attack(
        filled,
        "ALTER TABLE stance DROP CONSTRAINT fk_stance_answer_id_list_id" if postgresql
        else "PRAGMA defer_foreign_keys = ON",
        f"UPDATE stance SET list_id = {moved} WHERE answer_id = 1",
        f"UPDATE answer SET list_id = {moved} WHERE seq = 1",
    )  # fmt: skip
    assert (1, "subject differs between the table and the ledger") in problems(filled)


def test_an_entry_without_its_answer_is_found(filled: Database) -> None:
    attack(filled, "DELETE FROM answer WHERE seq = 5")
    assert (5, "its answer is missing from the table") in problems(filled)


def test_a_changed_state_of_a_stance_is_found(filled: Database) -> None:
    assert problems(filled) == []
    attack(filled, "UPDATE stance SET state = 'superseded' WHERE state = 'current' AND answer_id = 1")
    assert {problem for _seq, problem in problems(filled)} == {"what counts differs between the table and the ledger"}


def test_a_changed_wording_of_a_demand_is_found(filled: Database) -> None:
    changed = "CAST(REPLACE(CAST(content AS TEXT), 'Cameras', 'Flowers') AS JSON)"
    value = "REPLACE(content, 'Cameras', 'Flowers')" if filled.is_sqlite else changed
    attack(filled, f"UPDATE demand_version SET content = {value}")
    assert any("wording of demand cameras" in problem for _seq, problem in problems(filled))


def test_a_list_may_get_its_panel_number_and_another_name(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        fill(session, there)
        edit_list(session, there.list_a, ListDetails(name="Autre nom", panel=3), there.alix, NOW)
    assert problems(database) == []


# Removals


def test_a_removal_is_listed_and_its_content_does_not_come_back(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        answer = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        confirm(session, request_removal(session, answer, "court order", there.alix, NOW), there.noe)
    with database.read() as session:
        check = verify_ledger(session)
    assert (check.removed, check.faults) == ((1,), ())
    assert verify_entries(exported(database)).removed == (1,)

    attack(database, "UPDATE answer SET speaker = 'Ada' WHERE seq = 1", "UPDATE evidence SET quote = 'Words'")
    assert problems(database) == [
        (1, "speaker differs between the table and the ledger"),
        (1, "evidence.1.quote differs between the table and the ledger"),
    ]


# Exports


def test_an_export_verifies_by_itself_and_names_no_organizer(filled: Database) -> None:
    with filled.read() as session:
        lines = list(export_ledger(session))
        end = verify_ledger(session).head
    check = verify_entries((json.loads(line) for line in lines), end.hash)
    assert (check.entries, check.head, check.faults) == (5, end, ())
    assert not any(name in line for line in lines for name in ("Alix", "Noé", "Zoé", "organizer"))


def test_an_export_without_its_end_is_found_by_the_head(filled: Database) -> None:
    lines = exported(filled)
    assert verify_entries(lines[:-1]).faults == ()
    (fault,) = verify_entries(lines[:-1], str(lines[-1]["hash"])).faults
    assert (fault.seq, "missing or changed" in fault.problem) == (None, True)


NO_ENTRIES: dict[str, Body] = {
    "nothing": {},
    "a body that is no text": {"seq": 1, "hash": "h", "body": {}, "fields": {}},
    "a number that is none": {"seq": "1", "hash": "h", "body": "{}", "fields": {}},
    "a body that is no JSON": {"seq": 1, "hash": hashlib.sha256(b"{").hexdigest(), "body": "{", "fields": {}},
    "a body that is a list": {"seq": 1, "hash": hashlib.sha256(b"[]").hexdigest(), "body": "[]", "fields": {}},
    "a number out of JSON": {"seq": 1, "hash": hashlib.sha256(b'{"a":NaN}').hexdigest(), "body": '{"a":NaN}', "fields": []},
    "half a character": {"seq": 1, "hash": "h", "body": '{"a":"\ud800"}', "fields": None},
}  # fmt: skip


@pytest.mark.parametrize("case", NO_ENTRIES)
def test_what_is_no_ledger_is_a_fault_and_no_crash(case: str) -> None:
    assert verify_entries([NO_ENTRIES[case]]).faults != ()


@pytest.fixture(scope="module")
def lines(sqlite_template: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Body]]:
    """The exported lines of a filled ledger, once for all examples."""
    path = shutil.copy(str(sqlite_template), tmp_path_factory.mktemp("ledger") / "ledger.db")
    database = Database(f"sqlite:///{path}")
    with database.begin() as session:
        fill(session, install(session))
    yield exported(database)
    database.close()


def _changed(data: st.DataObject, text: str) -> str:
    """Return a text with one character changed."""
    place = data.draw(st.integers(0, len(text) - 1), "place")
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != text[place]), "character")
    return text[:place] + other + text[place + 1 :]


@given(st.data())
def test_any_changed_character_of_a_body_or_a_hash_is_found(lines: list[Body], data: st.DataObject) -> None:
    place, name = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.sampled_from(["body", "hash"]))
    changed = [dict(line) for line in lines]
    changed[place][name] = _changed(data, str(lines[place][name]))
    assert verify_entries(changed).faults != ()


@given(st.data())
def test_any_changed_character_of_the_fields_is_found(lines: list[Body], data: st.DataObject) -> None:
    changed = json.loads(json.dumps(lines))
    fields = data.draw(st.sampled_from([line["fields"] for line in changed]))
    name = data.draw(st.sampled_from(sorted(fields)))
    if data.draw(st.booleans(), "the name itself"):
        fields[_changed(data, name)] = fields.pop(name)
    else:
        what = data.draw(st.sampled_from(["salt", "text"]))
        fields[name][what] = _changed(data, fields[name][what])
    assert verify_entries(changed).faults != ()


@given(st.data())
def test_a_salt_in_other_letters_is_found(lines: list[Body], data: st.DataObject) -> None:
    """The same bytes can be written in capitals and with spaces; only one way is the ledger's."""
    changed = json.loads(json.dumps(lines))
    field = data.draw(st.sampled_from([field for line in changed for field in line["fields"].values()]))
    other = data.draw(st.sampled_from([field["salt"].upper(), f" {field['salt']}", f"{field['salt']}\n"]))
    if other != field["salt"]:
        field["salt"] = other
        assert verify_entries(changed).faults != ()


@given(st.data())
def test_lines_taken_out_doubled_or_swapped_are_found(lines: list[Body], data: st.DataObject) -> None:
    changed = list(lines)
    place, how = data.draw(st.integers(0, len(lines) - 2)), data.draw(st.sampled_from(["out", "double", "swap"]))
    if how == "out":
        del changed[place]
    elif how == "double":
        changed.insert(place, changed[place])
    else:
        changed[place], changed[place + 1] = changed[place + 1], changed[place]
    assert verify_entries(changed, str(lines[-1]["hash"])).faults != ()


def test_the_end_of_the_chain_is_made_once(database: Database) -> None:
    installed(database)
    with database.begin() as session:
        assert lock_head(session) == Link(0, GENESIS)
        assert lock_head(session) == Link(0, GENESIS)

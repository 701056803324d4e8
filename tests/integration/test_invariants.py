"""What the database itself refuses, attacked with plain SQL: no code of ours stands in between.

Each test first lets the sound version of the row go in, so that a refusal is never that of a broken statement.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from factories.services import NOW, SECOND, Installed, a_list, an_answer, confirmed, install, shared_database
from pledgebot.domain.answer import Position
from pledgebot.services.fan_out import fan_out
from pledgebot.store.engine import Database
from pledgebot.store.tables import CandidateList

UNIQUE = "UNIQUE constraint failed|duplicate key value"
KEY = "FOREIGN KEY constraint failed|violates foreign key"
MISSING = "NOT NULL constraint failed|violates not-null"
KEPT = "the ledger is append-only"

WHEN = "2026-02-08 12:00:00"
DAY = "2026-02-01"
Values = dict[str, object]


@dataclass(frozen=True)
class Attack:
    """A session, what stands in the database, and ways to write into it past the services."""

    session: Session
    there: Installed
    numbers: Iterator[int]

    def sql(self, statement: str, **values: object) -> None:
        """Run a statement."""
        self.session.execute(sa.text(statement), values)

    def insert(self, table: str, values: Values) -> int:
        """Insert a row with the next free number (unless it has one) and return the number."""
        row = {"id": next(self.numbers), **values}
        columns, names = ", ".join(row), ", ".join(f":{name}" for name in row)
        self.sql(f"INSERT INTO {table} ({columns}) VALUES ({names})", **row)
        return int(str(row["id"]))

    def number(self, statement: str, **values: object) -> int:
        """Ask for one number."""
        return int(self.session.execute(sa.text(statement), values).scalar_one())

    def refused(self, rule: str, act: Callable[[], object]) -> None:
        """Expect that the database refuses by this rule, and not because the statement is broken."""
        with pytest.raises(DatabaseError) as caught, self.session.begin_nested():
            act()
        assert re.search(rule, str(caught.value.orig)), str(caught.value.orig)

    # Rows that go in as they are: each attack changes one thing in one of them.

    def answer(self, **changed: object) -> Values:
        """A waiting answer of list A."""
        return {
            "list_id": self.there.list_a, "banner_id": None, "kind": "statement", "target_id": None,
            "source_kind": "email", "speaker": None, "speaker_role": "list", "said_on": DAY,
            "contradiction": "replaces", "reason": None, "state": "pending", "version": 1,
            "recorded_by": self.there.alix.organizer, "recorded_at": WHEN, "recorded_via": "test",
            "decided_by": None, "decided_at": None, "lead_evidence_id": None, "seq": None, "removed_at": None,
        } | changed  # fmt: skip

    def evidence(self, answer: int, **changed: object) -> Values:
        """A link with its words."""
        return {
            "answer_id": answer, "place": 1, "kind": "link", "url": "https://example.org", "quote": "Words",
            "blob_sha256": None, "removed_at": None,
        } | changed  # fmt: skip

    def stance(self, answer: int, **changed: object) -> Values:
        """A waiting stance on the cameras."""
        return {
            "answer_id": answer, "list_id": self.there.list_a, "banner_id": None, "demand_id": self.demand(),
            "demand_version_id": self.version(), "part": "", "position": "committed", "state": "pending",
        } | changed  # fmt: skip

    def demand(self, key: str = "cameras") -> int:
        """The number of a demand."""
        return self.number("SELECT id FROM demand WHERE key = :key", key=key)

    def version(self, key: str = "cameras") -> int:
        """The number of a demand’s only version."""
        return self.number("SELECT id FROM demand_version WHERE demand_id = :demand", demand=self.demand(key))

    def link(self) -> int:
        """Insert an entry of the ledger and return its place."""
        seq = next(self.numbers)
        self.sql(
            "INSERT INTO ledger_entry (seq, prev_hash, hash, body, fields) VALUES (:seq, :prev, :hash, '{}', '{}')",
            seq=seq, prev=f"prev {seq}", hash=f"hash {seq}",
        )  # fmt: skip
        return seq

    def waiting(self, **changed: object) -> int:
        """Insert a waiting answer with its lead evidence, and return its number."""
        answer = self.insert("answer", self.answer(**changed))
        lead = self.insert("evidence", self.evidence(answer))
        self.sql("UPDATE answer SET lead_evidence_id = :lead WHERE id = :answer", lead=lead, answer=answer)
        return answer

    def decide(self, answer: int, **changed: object) -> None:
        """Confirm a waiting answer as the services do, with one thing changed."""
        row: Values = {
            "state": "confirmed", "decided_by": self.there.noe.organizer, "decided_at": WHEN,
            "seq": changed["seq"] if "seq" in changed else self.link(),
        } | changed  # fmt: skip
        pairs = ", ".join(f"{name} = :{name}" for name in row)
        self.sql(f"UPDATE answer SET {pairs} WHERE id = :answer", answer=answer, **row)

    def list_(self, **changed: object) -> Values:
        """A list beside list A, without a panel number."""
        same = self.session.get_one(CandidateList, self.there.list_a)
        return {
            "round_id": same.round_id, "constituency_id": same.constituency_id, "panel": None, "name": "D",
            "normal": "d", "status": "standing", "created_at": WHEN, "changed_at": WHEN, "banner_id": None,
        } | changed  # fmt: skip

    def lineage(self, child: int, parent: int, **changed: object) -> Values:
        """A confirmed continuation."""
        return {
            "child_id": child, "parent_id": parent, "kind": "continues", "confirmed_at": WHEN,
            "confirmed_by": self.there.alix.organizer,
        } | changed  # fmt: skip

    def destination(self, **changed: object) -> Values:
        """A public place."""
        return {
            "channel": "console", "address": f"place {next(self.numbers)}", "thread": "", "audience": "public",
            "language": "fr", "rhythm": "at_once", "consented_at": None, "created_at": WHEN,
        } | changed  # fmt: skip

    def delivery(self, **changed: object) -> Values:
        """Return the delivery of one event to a new place, which therefore does not have it yet."""
        return {
            "event_id": self.number("SELECT min(id) FROM event"),
            "destination_id": changed.pop("destination_id", None) or self.insert("destination", self.destination()),
            "part": 1, "action": "send", "acts_on_id": None, "state": "due", "due_at": WHEN, "attempts": 0,
            "wording_id": None, "claimed_at": None, "claim_token": None, "sent_at": None, "remote_id": None,
            "reason": None, "settled_by": None,
        } | changed  # fmt: skip

    def wording(self) -> int:
        """Insert a wording and return its number."""
        number = next(self.numbers)
        return self.insert("wording", {"hash": f"hash {number}", "language": "fr", "content": "{}", "created_at": WHEN})

    def event(self, **changed: object) -> Values:
        """A public event about no answer."""
        return {
            "kind": "answer_confirmed", "audience": "public", "answer_id": None, "topics": "{}", "facts": "{}",
            "facts_version": 1, "priority": 0, "created_at": WHEN, "not_before": WHEN, "expires_at": None,
            "fanned_to": 0,
        } | changed  # fmt: skip

    def inbox(self, **changed: object) -> Values:
        """An update that waits."""
        return {
            "source": "telegram", "external_id": f"update {next(self.numbers)}", "chat": "1", "payload": "{}",
            "received_at": WHEN, "state": "new",
        } | changed  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def attacked(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Installed]]:
    """A database that holds one confirmed answer of list A and one of the banner, the first of them announced."""
    with shared_database(request.param, sqlite_template, tmp_path_factory.mktemp("attacked")) as database:
        with database.begin() as session:
            there = install(session)
            confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
            confirmed(session, an_answer(there.of_banner, {"cameras": Position.PARTIAL}), there)
            fan_out(session, NOW)
        yield database, there


@pytest.fixture
def attack(attacked: tuple[Database, Installed]) -> Iterator[Attack]:
    """Whatever an attack manages to write is rolled back."""
    database, there = attacked
    with database.begin() as session:
        yield Attack(session, there, count(1000))
        session.rollback()


def confirmed_answer(attack: Attack) -> int:
    return attack.number("SELECT min(id) FROM answer WHERE state = 'confirmed'")


# Answers and stances


def test_a_list_has_one_current_stance_on_a_demand(attack: Attack) -> None:
    other = attack.waiting()
    attack.insert("stance", attack.stance(other, state="superseded"))
    attack.insert("stance", attack.stance(other, state="current", part="video"))

    second = attack.waiting()
    attack.refused(UNIQUE, lambda: attack.insert("stance", attack.stance(second, state="current")))


def test_a_banner_has_one_current_stance_on_a_demand(attack: Attack) -> None:
    of_banner: Values = {"list_id": None, "banner_id": attack.there.banner}
    answer = attack.waiting(**of_banner)
    attack.insert("stance", attack.stance(answer, **of_banner, state="beside"))

    second = attack.waiting(**of_banner)
    attack.refused(UNIQUE, lambda: attack.insert("stance", attack.stance(second, **of_banner, state="current")))


def test_an_answer_takes_one_position_on_a_demand(attack: Attack) -> None:
    answer = attack.waiting()
    attack.insert("stance", attack.stance(answer))
    attack.refused(UNIQUE, lambda: attack.insert("stance", attack.stance(answer, position="refused")))


@pytest.mark.parametrize("both", [True, False])
def test_an_answer_has_exactly_one_subject(attack: Attack, *, both: bool) -> None:
    attack.insert("answer", attack.answer())
    attack.insert("answer", attack.answer(list_id=None, banner_id=attack.there.banner))
    subject = {"banner_id": attack.there.banner} if both else {"list_id": None}
    attack.refused("ck_answer_one_subject", lambda: attack.insert("answer", attack.answer(**subject)))


@pytest.mark.parametrize("both", [True, False])
def test_a_stance_has_exactly_one_subject(attack: Attack, *, both: bool) -> None:
    answer = attack.waiting()
    attack.insert("stance", attack.stance(answer))
    subject = {"banner_id": attack.there.banner} if both else {"list_id": None}
    row = attack.stance(answer, part="video", **subject)
    attack.refused(f"ck_stance_one_subject|{KEY}", lambda: attack.insert("stance", row))


def test_a_waiting_answer_can_be_confirmed(attack: Attack) -> None:
    answer = attack.waiting()
    attack.decide(answer)
    assert attack.number("SELECT count(*) FROM answer WHERE state = 'confirmed' AND id = :id", id=answer) == 1


def test_nothing_is_confirmed_without_lead_evidence(attack: Attack) -> None:
    answer = attack.waiting()
    attack.refused("ck_answer_proved", lambda: attack.decide(answer, lead_evidence_id=None))
    attack.decide(answer)


def test_nobody_confirms_what_they_recorded(attack: Attack) -> None:
    answer = attack.waiting()
    attack.refused("ck_answer_four_eyes", lambda: attack.decide(answer, decided_by=attack.there.alix.organizer))


def test_a_removal_needs_two_persons_and_an_undo_one(attack: Attack) -> None:
    target = confirmed_answer(attack)
    mine = {"decided_by": attack.there.alix.organizer, "target_id": target, "reason": "law"}
    removal, undo = attack.waiting(), attack.waiting()
    attack.refused("ck_answer_four_eyes", lambda: attack.decide(removal, kind="removal", **mine))
    attack.decide(undo, kind="undo", **mine)


def test_nothing_is_confirmed_outside_the_ledger(attack: Attack) -> None:
    answer = attack.waiting()
    attack.refused("ck_answer_in_ledger", lambda: attack.decide(answer, seq=None))


def test_nothing_is_in_the_ledger_unless_it_was_confirmed(attack: Attack) -> None:
    answer = attack.waiting()
    attack.refused("ck_answer_in_ledger", lambda: attack.decide(answer, state="rejected"))
    attack.decide(answer, state="rejected", seq=None)


def test_two_answers_do_not_share_a_place_in_the_ledger(attack: Attack) -> None:
    first, second = attack.waiting(), attack.waiting()
    seq = attack.link()
    attack.decide(first, seq=seq)
    attack.refused(UNIQUE, lambda: attack.decide(second, seq=seq))


def test_a_place_in_the_ledger_has_to_be_there(attack: Attack) -> None:
    answer = attack.waiting()
    attack.refused(KEY, lambda: attack.decide(answer, seq=999_999))


def test_a_waiting_answer_was_decided_by_nobody(attack: Attack) -> None:
    decided = {"decided_by": attack.there.noe.organizer, "decided_at": WHEN}
    attack.insert("answer", attack.answer(state="rejected", **decided))
    attack.refused("ck_answer_decided_once", lambda: attack.insert("answer", attack.answer(**decided)))


def test_a_decision_was_taken_by_somebody(attack: Attack) -> None:
    attack.refused("ck_answer_decided_once", lambda: attack.insert("answer", attack.answer(state="rejected")))


def test_a_decision_has_a_moment(attack: Attack) -> None:
    decided = attack.answer(state="rejected", decided_by=attack.there.noe.organizer)
    attack.refused("ck_answer_decided_when", lambda: attack.insert("answer", decided))


def test_the_lead_evidence_is_the_answers_own(attack: Attack) -> None:
    mine, other = attack.waiting(), attack.waiting()
    theirs = attack.number("SELECT lead_evidence_id FROM answer WHERE id = :id", id=other)
    second = attack.insert("evidence", attack.evidence(mine, place=2))

    lead = "UPDATE answer SET lead_evidence_id = :lead WHERE id = :answer"
    attack.sql(lead, lead=second, answer=mine)
    attack.refused(KEY, lambda: attack.sql(lead, lead=theirs, answer=mine))


@pytest.mark.parametrize("of_banner", [True, False])
def test_a_stance_is_about_whom_its_answer_is_about(attack: Attack, *, of_banner: bool) -> None:
    answer = attack.waiting()
    attack.insert("stance", attack.stance(answer))
    other: Values = (
        {"list_id": None, "banner_id": attack.there.banner} if of_banner else {"list_id": attack.there.list_b}
    )
    attack.refused(KEY, lambda: attack.insert("stance", attack.stance(answer, part="video", **other)))


def test_a_stance_is_judged_by_a_version_of_its_own_demand(attack: Attack) -> None:
    answer = attack.waiting()
    committee: Values = {"demand_id": attack.demand("committee"), "demand_version_id": attack.version("committee")}
    attack.insert("stance", attack.stance(answer, **committee))
    mixed = attack.stance(answer, demand_version_id=committee["demand_version_id"])
    attack.refused(KEY, lambda: attack.insert("stance", mixed))


@pytest.mark.parametrize("column", ["kind", "state", "source_kind", "speaker_role", "contradiction"])
def test_an_answer_knows_no_other_words_than_those_of_the_rules(attack: Attack, column: str) -> None:
    answer = attack.waiting()
    broken = f"UPDATE answer SET {column} = 'perhaps', target_id = NULL, reason = 'so' WHERE id = :id"
    attack.refused(f"ck_answer_({column}_known|target_named|decided_once)", lambda: attack.sql(broken, id=answer))


@pytest.mark.parametrize("column", ["position", "state"])
def test_a_stance_knows_no_other_words_than_those_of_the_rules(attack: Attack, column: str) -> None:
    answer = attack.waiting()
    attack.insert("stance", attack.stance(answer, position=None))
    row = attack.stance(answer, part="video", **{column: "maybe"})
    attack.refused(f"ck_stance_{column}_known", lambda: attack.insert("stance", row))


@pytest.mark.parametrize("kind", ["correction", "undo", "removal"])
@pytest.mark.parametrize("reason", [None, ""])
def test_a_correction_says_why(attack: Attack, kind: str, reason: str | None) -> None:
    target = confirmed_answer(attack)
    attack.insert("answer", attack.answer(kind=kind, target_id=target, reason="A typing error"))
    row = attack.answer(kind=kind, target_id=target, reason=reason)
    attack.refused("ck_answer_reason_given", lambda: attack.insert("answer", row))


@pytest.mark.parametrize("kind", ["correction", "undo", "removal"])
def test_a_correction_says_of_what(attack: Attack, kind: str) -> None:
    row = attack.answer(kind=kind, reason="A typing error")
    attack.refused("ck_answer_target_named", lambda: attack.insert("answer", row))


def test_a_statement_corrects_nothing_and_no_answer_itself(attack: Attack) -> None:
    statement = attack.answer(target_id=confirmed_answer(attack))
    attack.refused("ck_answer_statement_free", lambda: attack.insert("answer", statement))
    itself = attack.answer(id=77, kind="correction", target_id=77, reason="A circle")
    attack.refused("ck_answer_not_itself", lambda: attack.insert("answer", itself))


# The ledger keeps what it has


def test_a_confirmed_answer_stays(attack: Attack) -> None:
    waiting = attack.insert("answer", attack.answer())
    attack.sql("DELETE FROM answer WHERE id = :id", id=waiting)
    attack.refused(f"{KEPT}: answer", lambda: attack.sql("DELETE FROM answer WHERE state = 'confirmed'"))


CHANGES = {
    "list_id": "list_id + 1",
    "kind": "'withdrawal'",
    "source_kind": "'letter'",
    "speaker_role": "'list'",
    "said_on": "'2020-01-01'",
    "contradiction": "'beside'",
    "state": "'rejected'",
    "recorded_by": "recorded_by + 2",
    "recorded_at": "'2020-01-01 00:00:00'",
    "decided_by": "decided_by + 1",
    "decided_at": "'2020-01-01 00:00:00'",
    "lead_evidence_id": "NULL",
    "seq": "NULL",
    "id": "id + 500",
}


@pytest.mark.parametrize("column", CHANGES)
def test_what_a_confirmed_answer_says_stays(attack: Attack, column: str) -> None:
    waiting = attack.waiting(speaker_role="head")
    change = f"UPDATE answer SET {column} = {CHANGES[column]} WHERE id = :id"
    if column not in {"id", "state", "decided_by", "decided_at", "seq"}:
        attack.sql(change, id=waiting)
    attack.refused(f"{KEPT}: answer", lambda: attack.sql(change, id=confirmed_answer(attack)))


def test_the_texts_of_a_confirmed_answer_can_be_blanked(attack: Attack) -> None:
    blank = "UPDATE answer SET speaker = NULL, removed_at = :now WHERE id = :id"
    attack.sql(blank, now=WHEN, id=confirmed_answer(attack))


@pytest.mark.parametrize("change", ["position = 'refused'", "position = NULL", "part = 'video'", "list_id = list_id + 1",
                                    "id = id + 500", "state = 'pending'", "state = 'rejected'"])  # fmt: skip
def test_what_a_confirmed_stance_says_stays(attack: Attack, change: str) -> None:
    answer = attack.waiting()
    waiting = attack.insert("stance", attack.stance(answer))
    attack.sql("UPDATE stance SET position = 'refused', part = 'video', state = 'rejected' WHERE id = :id", id=waiting)
    attack.sql("UPDATE stance SET state = 'superseded' WHERE state = 'current' AND banner_id IS NOT NULL")
    attack.refused(
        f"{KEPT}: stance",
        lambda: attack.sql(f"UPDATE stance SET {change} WHERE answer_id = {confirmed_answer(attack)}"),
    )


def test_a_confirmed_stance_is_not_deleted(attack: Attack) -> None:
    attack.insert("stance", attack.stance(attack.waiting()))
    attack.sql("DELETE FROM stance WHERE state = 'pending'")
    attack.refused(f"{KEPT}: stance", lambda: attack.sql("DELETE FROM stance"))


@pytest.mark.parametrize("change", ["body = '{}'", "hash = 'other'", "prev_hash = 'other'", "seq = seq + 100"])
def test_an_entry_of_the_ledger_stays(attack: Attack, change: str) -> None:
    attack.sql("UPDATE ledger_entry SET fields = '{}'")
    attack.refused(f"{KEPT}: ledger_entry", lambda: attack.sql(f"UPDATE ledger_entry SET {change} WHERE seq = 1"))


def test_an_entry_of_the_ledger_is_not_deleted(attack: Attack) -> None:
    loose = attack.link()
    attack.refused(f"{KEPT}: ledger_entry", lambda: attack.sql("DELETE FROM ledger_entry WHERE seq = :seq", seq=loose))


def test_an_entry_of_the_ledger_is_not_replaced(attack: Attack) -> None:
    """SQLite's own way of overwriting a row goes through no UPDATE; PostgreSQL's does."""
    sqlite = attack.session.get_bind().dialect.name == "sqlite"
    insert = "INSERT OR REPLACE" if sqlite else "INSERT"
    clash = "" if sqlite else "ON CONFLICT (seq) DO UPDATE SET hash = EXCLUDED.hash"
    row = f"{insert} INTO ledger_entry (seq, prev_hash, hash, body, fields) VALUES (:seq, :prev, 'h', '{{}}', '{{}}') {clash}"
    attack.sql(row, seq=500, prev="p")
    attack.refused(KEPT, lambda: attack.sql(row, seq=1, prev="0" * 64))


def test_two_entries_do_not_follow_one(attack: Attack) -> None:
    row = "INSERT INTO ledger_entry (seq, prev_hash, hash, body, fields) VALUES (:seq, :prev, :hash, '{}', '{}')"
    attack.sql(row, seq=500, prev="x", hash="y")
    attack.refused(UNIQUE, lambda: attack.sql(row, seq=501, prev="x", hash="z"))
    attack.refused(UNIQUE, lambda: attack.sql(row, seq=501, prev="z", hash="y"))
    attack.refused("ck_ledger_entry_seq_positive", lambda: attack.sql(row, seq=0, prev="z", hash="z"))


def test_the_ledger_has_one_end(attack: Attack) -> None:
    assert attack.number("SELECT count(*) FROM ledger_head") == 1
    row = {"seq": 3, "hash": "h"}
    attack.refused("ck_ledger_head_single", lambda: attack.insert("ledger_head", {"id": 2, **row}))
    attack.refused(UNIQUE, lambda: attack.insert("ledger_head", {"id": 1, **row}))


# Evidence and files


def blob(attack: Attack, size: int) -> str:
    digest = f"{next(attack.numbers):064}"
    attack.sql(
        "INSERT INTO blob (sha256, size, media_type, content, is_public, kept_at)"
        " VALUES (:digest, :size, 'image/png', :content, FALSE, :at)",
        digest=digest, size=size, content=b"x", at=WHEN,
    )  # fmt: skip
    return digest


def test_a_file_has_at_most_20_megabytes(attack: Attack) -> None:
    blob(attack, 20 * 1024 * 1024)
    attack.refused("ck_blob_size_allowed", lambda: blob(attack, 20 * 1024 * 1024 + 1))
    attack.refused("ck_blob_size_allowed", lambda: blob(attack, 0))


@pytest.mark.parametrize("quote", [None, ""])
def test_a_link_comes_with_its_words_or_a_capture(attack: Attack, quote: str | None) -> None:
    answer = attack.waiting()
    attack.insert("evidence", attack.evidence(answer, quote=quote, blob_sha256=blob(attack, 1)))
    attack.insert("evidence", attack.evidence(answer, quote="Words"))
    attack.insert("evidence", attack.evidence(answer, quote=None, url=None, removed_at=WHEN))
    row = attack.evidence(answer, quote=quote)
    attack.refused("ck_evidence_link_with_words", lambda: attack.insert("evidence", row))


def test_a_link_has_an_address(attack: Attack) -> None:
    row = attack.evidence(attack.waiting(), url=None)
    attack.refused("ck_evidence_link_with_words", lambda: attack.insert("evidence", row))


@pytest.mark.parametrize("quote", [None, ""])
def test_a_quotation_has_words(attack: Attack, quote: str | None) -> None:
    answer = attack.waiting()
    attack.insert("evidence", attack.evidence(answer, kind="quotation", url=None))
    row = attack.evidence(answer, kind="quotation", url=None, quote=quote)
    attack.refused("ck_evidence_quotation_with_words", lambda: attack.insert("evidence", row))


def test_a_file_is_there(attack: Attack) -> None:
    answer = attack.waiting()
    attack.insert("evidence", attack.evidence(answer, kind="file", url=None, blob_sha256=blob(attack, 1)))
    row = attack.evidence(answer, kind="file", url=None)
    attack.refused("ck_evidence_file_there", lambda: attack.insert("evidence", row))
    attack.refused(KEY, lambda: attack.insert("evidence", row | {"blob_sha256": "nowhere"}))


# Deliveries and events


def test_a_delivery_that_was_sent_is_proved_by_the_network_or_by_a_person(attack: Attack) -> None:
    sent: Values = {"state": "sent", "sent_at": WHEN}
    attack.insert("delivery", attack.delivery(**sent, remote_id="4711"))
    attack.insert("delivery", attack.delivery(**sent, settled_by=attack.there.noe.organizer))
    row = attack.delivery(**sent)
    attack.refused("ck_delivery_sent_proved", lambda: attack.insert("delivery", row))


def test_a_delivery_has_a_sending_time_exactly_when_it_was_sent(attack: Attack) -> None:
    attack.insert("delivery", attack.delivery())
    never, early = attack.delivery(state="sent", remote_id="4711"), attack.delivery(sent_at=WHEN)
    attack.refused("ck_delivery_sent_when", lambda: attack.insert("delivery", never))
    attack.refused("ck_delivery_sent_when", lambda: attack.insert("delivery", early))


@pytest.mark.parametrize("missing", ["claimed_at", "claim_token", "wording_id"])
def test_a_claim_is_whole(attack: Attack, missing: str) -> None:
    claim: Values = {"state": "claimed", "claimed_at": WHEN, "claim_token": 1, "wording_id": attack.wording()}
    attack.insert("delivery", attack.delivery(**claim))
    row = attack.delivery(**claim | {missing: None})
    attack.refused("ck_delivery_claim_whole", lambda: attack.insert("delivery", row))


@pytest.mark.parametrize("state", ["failed", "uncertain", "held", "cancelled"])
def test_what_was_not_sent_says_why(attack: Attack, state: str) -> None:
    attack.insert("delivery", attack.delivery(state=state, reason="blocked"))
    row = attack.delivery(state=state)
    attack.refused("ck_delivery_reason_given", lambda: attack.insert("delivery", row))


@pytest.mark.parametrize("action", ["edit", "reply"])
def test_an_edit_says_of_which_message(attack: Attack, action: str) -> None:
    original = attack.insert("delivery", attack.delivery(state="sent", sent_at=WHEN, remote_id="4711"))
    attack.insert("delivery", attack.delivery(action=action, acts_on_id=original))
    row = attack.delivery(action=action)
    attack.refused("ck_delivery_acts_on_named", lambda: attack.insert("delivery", row))


def test_one_place_is_told_of_one_event_once(attack: Attack) -> None:
    place = attack.insert("destination", attack.destination())
    attack.insert("delivery", attack.delivery(destination_id=place))
    attack.insert("delivery", attack.delivery(destination_id=place, part=2))
    row = attack.delivery(destination_id=place)
    attack.refused(UNIQUE, lambda: attack.insert("delivery", row))


@pytest.mark.parametrize("column", ["state", "action"])
def test_a_delivery_knows_no_other_words(attack: Attack, column: str) -> None:
    row = attack.delivery(**{column: "maybe"})
    rules = f"ck_delivery_({column}_known|acts_on_named)"
    attack.refused(rules, lambda: attack.insert("delivery", row))


def test_an_answer_is_announced_once_of_each_kind(attack: Attack) -> None:
    answer = attack.waiting()
    attack.insert("event", attack.event(answer_id=answer))
    attack.insert("event", attack.event(answer_id=answer, kind="content_removed"))
    attack.refused(UNIQUE, lambda: attack.insert("event", attack.event(answer_id=answer)))


def test_an_event_does_not_expire_before_it_may_be_told(attack: Attack) -> None:
    attack.insert("event", attack.event(expires_at="2026-02-08 12:00:01"))
    attack.refused("ck_event_expires_later", lambda: attack.insert("event", attack.event(expires_at=WHEN)))


# Lists


def test_a_panel_number_is_one_lists_in_one_place(attack: Attack) -> None:
    attack.insert("candidate_list", attack.list_(panel=3))
    attack.insert("candidate_list", attack.list_(panel=4))
    attack.insert("candidate_list", attack.list_())
    attack.refused(UNIQUE, lambda: attack.insert("candidate_list", attack.list_(panel=3)))
    attack.refused("ck_candidate_list_panel_positive", lambda: attack.insert("candidate_list", attack.list_(panel=0)))


def test_a_list_stands_under_a_banner_of_its_own_round(attack: Attack) -> None:
    first = attack.number("SELECT round_id FROM banner WHERE id = :id", id=attack.there.banner)
    second = attack.number("SELECT id FROM round WHERE id <> :first", first=first)
    attack.insert("candidate_list", attack.list_(banner_id=attack.there.banner))
    attack.insert("candidate_list", attack.list_(round_id=second))
    row = attack.list_(round_id=second, banner_id=attack.there.banner)
    attack.refused(KEY, lambda: attack.insert("candidate_list", row))


def test_a_nuance_is_somebodys_word_and_a_list_has_a_name(attack: Attack) -> None:
    attack.insert("candidate_list", attack.list_(nuance="LDIV", nuance_source="Ministère"))
    row = attack.list_(nuance="LDIV")
    attack.refused("ck_candidate_list_nuance_sourced", lambda: attack.insert("candidate_list", row))
    attack.refused("ck_candidate_list_named", lambda: attack.insert("candidate_list", attack.list_(name="")))
    row = attack.list_(status="gone")
    attack.refused("ck_candidate_list_status_known", lambda: attack.insert("candidate_list", row))


def test_no_list_descends_from_itself(attack: Attack) -> None:
    attack.insert("lineage", attack.lineage(attack.there.list_a, attack.there.list_b))
    row = attack.lineage(attack.there.list_b, attack.there.list_b)
    attack.refused("ck_lineage_two_lists", lambda: attack.insert("lineage", row))


def test_a_list_continues_one_other_at_most(attack: Attack) -> None:
    child = a_list(attack.session, "Liste Exemple D", attack.there.alix, round_key=SECOND)
    attack.insert("lineage", attack.lineage(child, attack.there.list_a))
    attack.insert("lineage", attack.lineage(child, attack.there.list_b, kind="merged"))
    attack.insert("lineage", attack.lineage(child, attack.there.list_c, confirmed_at=None, confirmed_by=None))

    confirm = "UPDATE lineage SET confirmed_at = :now, confirmed_by = 1 WHERE parent_id = :parent"
    attack.refused(UNIQUE, lambda: attack.sql(confirm, now=WHEN, parent=attack.there.list_c))


def test_a_lineage_is_said_once_and_confirmed_by_a_person(attack: Attack) -> None:
    child, parent = attack.there.list_a, attack.there.list_b
    attack.insert("lineage", attack.lineage(child, parent))
    attack.refused(UNIQUE, lambda: attack.insert("lineage", attack.lineage(child, parent, kind="merged")))
    nobody = attack.lineage(child, attack.there.list_c, confirmed_by=None)
    attack.refused("ck_lineage_confirmed_by_person", lambda: attack.insert("lineage", nobody))


def test_another_name_is_that_of_a_list_or_of_a_banner(attack: Attack) -> None:
    attack.insert("name_alias", {"list_id": attack.there.list_a, "alias": "LEA", "normal": "lea"})
    both: Values = {"list_id": attack.there.list_a, "banner_id": attack.there.banner, "alias": "X", "normal": "x"}
    attack.refused("ck_name_alias_one_subject", lambda: attack.insert("name_alias", both))
    attack.refused("ck_name_alias_one_subject", lambda: attack.insert("name_alias", {"alias": "X", "normal": "x"}))
    again: Values = {"list_id": attack.there.list_a, "alias": "L.E.A.", "normal": "lea"}
    attack.refused(UNIQUE, lambda: attack.insert("name_alias", again))


# Followers and the bot's own work


TOPICS = {"constituency": "constituency_id", "banner": "banner_id", "list": "list_id", "demand": "demand_id"}


def topic(attack: Attack, kind: str) -> int:
    if kind == "demand":
        return attack.demand()
    return {
        "constituency": attack.number("SELECT id FROM constituency"),
        "banner": attack.there.banner,
        "list": attack.there.list_a,
    }[kind]


@pytest.mark.parametrize("kind", TOPICS)
def test_a_subscription_names_its_topic_and_nothing_else(attack: Attack, kind: str) -> None:
    place = attack.insert("destination", attack.destination())
    named = {TOPICS[kind]: topic(attack, kind)}
    attack.insert("subscription", {"destination_id": place, "topic": kind, **named})

    nothing: Values = {"destination_id": place, "topic": kind}
    attack.refused(f"ck_subscription_{kind}_named", lambda: attack.insert("subscription", nothing))
    everything: Values = {"destination_id": place, "topic": "all", **named}
    attack.refused(f"ck_subscription_{kind}_named", lambda: attack.insert("subscription", everything))


@pytest.mark.parametrize("kind", [*TOPICS, "all"])
def test_a_place_follows_a_topic_once(attack: Attack, kind: str) -> None:
    named = {TOPICS[kind]: topic(attack, kind)} if kind in TOPICS else {}
    first, second = (attack.insert("destination", attack.destination()) for _ in range(2))
    attack.insert("subscription", {"destination_id": first, "topic": kind, **named})
    attack.insert("subscription", {"destination_id": second, "topic": kind, **named})
    row: Values = {"destination_id": first, "topic": kind, **named}
    attack.refused(UNIQUE, lambda: attack.insert("subscription", row))


def test_a_follower_is_not_written_to_without_their_consent(attack: Attack) -> None:
    attack.insert("destination", attack.destination(audience="subscriber", consented_at=WHEN))
    row = attack.destination(audience="subscriber")
    attack.refused("ck_destination_consented", lambda: attack.insert("destination", row))


def test_a_place_is_known_once_and_its_quiet_hours_are_whole(attack: Attack) -> None:
    place = attack.destination()
    attack.insert("destination", place)
    attack.insert("destination", place | {"thread": "12"})
    attack.refused(UNIQUE, lambda: attack.insert("destination", place))
    half = attack.destination(quiet_from="22:00:00")
    attack.refused("ck_destination_quiet_hours_whole", lambda: attack.insert("destination", half))


@pytest.mark.parametrize("column", ["audience", "rhythm"])
def test_a_place_knows_no_other_words(attack: Attack, column: str) -> None:
    row = attack.destination(**{column: "maybe"})
    attack.refused(f"ck_destination_{column}_known", lambda: attack.insert("destination", row))


def test_an_update_that_was_handled_keeps_no_payload(attack: Attack) -> None:
    attack.insert("inbox", attack.inbox(state="done", payload=None))
    row = attack.inbox(state="done")
    attack.refused("ck_inbox_payload_erased", lambda: attack.insert("inbox", row))


def test_an_update_is_taken_in_once(attack: Attack) -> None:
    update = attack.inbox()
    attack.insert("inbox", update)
    attack.insert("inbox", update | {"source": "mastodon"})
    attack.refused(UNIQUE, lambda: attack.insert("inbox", update))


def test_a_thing_is_recalled_once(attack: Attack) -> None:
    reminder: Values = {"rule": "days-left", "occurrence": "2026-03-08", "due_at": WHEN}
    attack.insert("reminder", reminder)
    attack.insert("reminder", reminder | {"occurrence": "2026-03-09"})
    attack.refused(UNIQUE, lambda: attack.insert("reminder", reminder))


def test_an_installation_is_one(attack: Attack) -> None:
    row = "INSERT INTO installation (id, secret, fictional, created_at) VALUES (:id, 's', FALSE, :now)"
    attack.refused("ck_installation_single", lambda: attack.sql(row, id=2, now=WHEN))
    attack.refused(UNIQUE, lambda: attack.sql(row, id=1, now=WHEN))

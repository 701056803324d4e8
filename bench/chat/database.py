"""The database that both contenders read: that of bench_questions, where lists have answered and were written to."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import bench_questions
import sqlalchemy as sa
from bench_questions import NOW, records

from pledgebot.domain.answer import Position, SourceKind, SpeakerRole
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.decisions import confirm_answer
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.people import Role, add_organizer, find_actor
from pledgebot.store.engine import Database
from pledgebot.store.schema import upgrade_schema
from pledgebot.store.tables import DemandRow

ANSWERED, CONTACTED = 1_500, 3_000
"""How many lists answered (all demands), and how many were written to."""


def build(path: Path) -> None:
    """Build the database, whole or not at all; the plain bot gets the indexes that it asks by."""
    plain = Path(tempfile.gettempdir()) / "pledgebot-bench-questions.db"
    if not plain.exists():
        bench_questions.build(plain, records())
    half = path.with_suffix(".building")
    shutil.copy(plain, half)
    database = Database(f"sqlite:///{half}")
    # What an earlier run left may be of an earlier shape.
    upgrade_schema(database)
    with database.begin() as session:
        alix = find_actor(session, "Alix", "bench")
        add_organizer(session, "Noé", frozenset(Role), alix, NOW)
        noe = find_actor(session, "Noé", "bench")
        keys = session.scalars(sa.select(DemandRow.key)).all()
        for number in range(1, ANSWERED + 1):
            new = NewAnswer(
                subject=Subject(list_id=number),
                positions=tuple(Taken(key, list(Position)[(number + at) % 3]) for at, key in enumerate(keys)),
                source=SourceKind.EMAIL, role=SpeakerRole.HEAD, said_on=date(2026, 2, 1), speaker="Ada Exemple",
                proofs=(Proof(url="https://example.org/words", quote="We say what we will do."),),
            )  # fmt: skip
            confirm_answer(session, record_answer(session, new, alix, NOW), 1, noe, NOW)
        for number in range(1, CONTACTED + 1):
            contact = NewContact(number, ContactKind.SENT, Medium.EMAIL, NOW - timedelta(days=3))
            log_contact(session, contact, alix, NOW)
    database.close()
    with closing(sqlite3.connect(half)) as connection, connection:
        for table, column in (("candidate_list", "normal"), ("candidate_list", "head"), ("constituency", "label")):
            connection.execute(f"CREATE INDEX bench_{table}_{column} ON {table} ({column})")
        connection.execute("ANALYZE")
    half.rename(path)

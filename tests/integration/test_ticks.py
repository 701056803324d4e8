"""Reminders are raised by whichever tick comes first: a second one does nothing, and a sleep of days is caught up once."""

import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from factories.services import Installed, everything, install
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.reminders import raise_due
from pledgebot.store.engine import Database
from pledgebot.store.tables import Event, Reminder

BEGINS = datetime(2026, 1, 20, 12, tzinfo=UTC)
ENDS = datetime(2026, 4, 2, tzinfo=UTC)
"""From before the first reminder of the example to after its second round."""
MINUTES = st.integers(0, int((ENDS - BEGINS).total_seconds()) // 60)
REMINDED = [
    datetime(2026, month, day, 12, 30, tzinfo=UTC) for month, day in ((2, 13), (3, 1), (3, 8), (3, 11), (3, 19))
]
NEAR = st.sampled_from([int((moment - BEGINS).total_seconds()) // 60 for moment in REMINDED])
"""On days on which people are reminded."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Each example is a database of its own: a failure is shown as it was found.
FEW = settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
SLEEP = 3 * DAY


@contextmanager
def example(template: Path, folder: Path) -> Iterator[Database]:
    """Open a database of its own, in which one list was written to, and one was not."""
    database = Database(f"sqlite:///{shutil.copy(template, folder / f'{uuid.uuid4().hex}.db')}")
    with database.begin() as session:
        there: Installed = install(session, BEGINS)
        contact = NewContact(there.list_a, ContactKind.SENT, Medium.EMAIL, BEGINS, "letter")
        log_contact(session, contact, there.alix, BEGINS)
    yield database
    database.close()


def look(database: Database, now: datetime) -> int:
    """Let a tick come."""
    with database.begin() as session:
        return raise_due(session, now)


@FEW
@given(minutes=st.lists(MINUTES, min_size=1, max_size=8), near=NEAR)
def test_a_double_tick_does_nothing(sqlite_template: Path, memory_folder: Path, minutes: list[int], near: int) -> None:
    with example(sqlite_template, memory_folder) as database:
        for minute in sorted({*minutes, near}):
            now = BEGINS + timedelta(minutes=minute)
            look(database, now)
            before = everything(database)
            assert look(database, now) == 0
            assert look(database, now + timedelta(milliseconds=1)) == 0
            assert everything(database) == before


@FEW
@given(minute=st.one_of(MINUTES, NEAR.map(lambda near: near - 60 * 24 * 3)))
def test_a_sleep_of_three_days_is_caught_up_once(sqlite_template: Path, memory_folder: Path, minute: int) -> None:
    asleep = BEGINS + timedelta(minutes=minute)
    awake = asleep + SLEEP
    with example(sqlite_template, memory_folder) as database:
        for hour in range(24):
            look(database, asleep - (24 - hour) * HOUR)
        look(database, awake)
        assert look(database, awake + timedelta(seconds=1)) == 0
        with database.read() as session:
            raised = session.scalars(sa.select(Reminder).where(Reminder.raised_at == awake)).all()
            events = {row.id: row for row in session.scalars(sa.select(Event))}
        by_rule = Counter(row.rule for row in raised)
        assert all(count == 1 for count in by_rule.values()), by_rule
        for row in raised:
            assert row.due_at <= awake
            event = events.get(row.event_id or 0)
            assert event is None or event.expires_at is None or awake < event.expires_at


@FEW
@given(gaps=st.lists(st.integers(5, 60 * 24 * 4), min_size=15, max_size=25))
def test_however_ticks_come_each_occurrence_is_raised_at_its_time(
    sqlite_template: Path, memory_folder: Path, gaps: list[int]
) -> None:
    with example(sqlite_template, memory_folder) as database:
        now = BEGINS
        for gap in gaps:
            now += timedelta(minutes=gap)
            look(database, now)
        with database.read() as session:
            rows = session.scalars(sa.select(Reminder)).all()
            events = {row.id: row for row in session.scalars(sa.select(Event))}
        assert len({(row.rule, row.occurrence) for row in rows}) == len(rows)
        for row in rows:
            assert row.raised_at is not None
            assert row.due_at <= row.raised_at
            if row.event_id is not None:
                expires = events[row.event_id].expires_at
                assert expires is None or row.raised_at < expires

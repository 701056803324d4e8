"""Addresses of databases: what is wrong with one is said in one line, without any secret in it."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pledgebot.domain.errors import Unusable
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.store.engine import Database
from pledgebot.store.schema import SchemaState, schema_state, upgrade_schema


@pytest.mark.parametrize(
    "query", ["password=topsecret", "sslpassword=topsecret", "connect_timeout=abc", "foo=topsecret"]
)
def test_a_wrong_address_is_one_line_without_its_secrets(query: str) -> None:
    database = Database(f"postgresql://someone:topsecret@/none?host=/nowhere/at/all&{query}")
    with pytest.raises(Unusable) as refused:
        schema_state(database)
    database.close()
    assert "\n" not in str(refused.value)
    assert "topsecret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_another_programs_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    database = Database(f"sqlite:///{path}")
    assert schema_state(database) is SchemaState.UNKNOWN
    with pytest.raises(Unusable):
        upgrade_schema(database)
    database.close()
    assert path.read_bytes() == before


def test_a_second_worker_on_one_file_is_refused(sqlite_url: str) -> None:
    first, second = Database(sqlite_url), Database(sqlite_url)
    with first.only_worker(), pytest.raises(Unusable, match="works on it already"), second.only_worker():
        pass
    with second.only_worker():
        pass
    first.close()
    second.close()


def test_a_second_opening_in_one_process_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    """Else another process would take itself for the last one, and throw away the log that this one goes on with."""
    path = tmp_path / "pledgebot.db"
    first = Database(f"sqlite:///{path}")
    upgrade_schema(first)
    writes = "INSERT INTO cursor (name, value, moved_at) VALUES ('other', 'told', '2026-01-01 00:00:00')"
    program = f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute({writes!r}); c.commit(); c.close()"
    with first.begin() as session:
        assert read_cursor(session, "other") is None
    Database(f"sqlite:///{path}").close()
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
    with first.begin() as session:
        assert read_cursor(session, "other") == "told"
        write_cursor(session, "own", "written", datetime(2026, 1, 1, tzinfo=UTC))
    reads = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT name FROM cursor').fetchall())"
    seen = subprocess.run([sys.executable, "-c", reads, str(path)], check=True, capture_output=True, text=True)
    first.close()
    assert "own" in seen.stdout


def test_what_is_no_file_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="directory"):
        Database(f"sqlite:///{tmp_path}")

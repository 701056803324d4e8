"""Addresses of databases: what is wrong with one is said in one line, without any secret in it."""

import sqlite3
from pathlib import Path

import pytest

from pledgebot.domain.errors import Unusable
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

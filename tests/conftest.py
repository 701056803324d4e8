"""What every test may use: databases of both kinds, built by the migrations, and a clock that stands still."""

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from pledgebot.clock import MovedClock
from pledgebot.store.engine import Database
from pledgebot.store.schema import upgrade_schema
from postgres import PostgresServer, dsn

settings.register_profile(
    "pledgebot", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile(
    "long", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile(os.environ.get("PLEDGEBOT_TEST_PROFILE", "pledgebot"))

ENGINES = ("sqlite", "postgresql")
_SERVER = "PLEDGEBOT_TEST_POSTGRES"
_TEMPLATE = "pledgebot_template"
_servers: list[PostgresServer] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL server for the whole run; the workers of a parallel run share it."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    server = PostgresServer().__enter__()
    _servers.append(server)
    database = Database(server.create_database(_TEMPLATE))
    upgrade_schema(database)
    database.close()
    os.environ[_SERVER] = str(server.folder)


def pytest_unconfigure() -> None:
    """Stop the server."""
    while _servers:
        _servers.pop().stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that had every migration."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade_schema(database)
    database.close()
    with_wal = path.with_name("copy.db")
    shutil.copy(path, with_wal)
    return with_wal


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database."""
    path = tmp_path / "pledgebot.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The URL of a fresh PostgreSQL database."""
    folder = Path(os.environ[_SERVER])
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(dsn(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_TEMPLATE}" STRATEGY FILE_COPY'.encode())
    yield f"postgresql://pledgebot@/{name}?host={folder}"
    with psycopg.connect(dsn(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database of each kind: whoever asks for it runs on both."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> MovedClock:
    """A clock that stands at noon, five weeks before the first round of the examples (15 March 2026)."""
    return MovedClock(datetime(2026, 2, 8, 12, 0, tzinfo=UTC))

"""What every test may use: databases of both kinds, built by the migrations, and a clock that stands still.

README.md says which tests run on which of them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from factories.crash.report import counted
from pledgebot.clock import MovedClock
from pledgebot.store.engine import Database
from pledgebot.store.schema import upgrade_schema
from postgres import PostgresServer
from spares import TEMPLATE, Spares

settings.register_profile(
    "pledgebot", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile(
    "long", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile(os.environ.get("PLEDGEBOT_TEST_PROFILE", "pledgebot"))

ENGINES = ("sqlite", "postgresql")
_SERVER = "PLEDGEBOT_TEST_POSTGRES"
_servers: list[PostgresServer] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL server for the whole run; the workers of a parallel run share it."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    server = PostgresServer().__enter__()
    _servers.append(server)
    database = Database(server.create_database(TEMPLATE))
    upgrade_schema(database)
    database.close()
    os.environ[_SERVER] = str(server.folder)


def pytest_unconfigure() -> None:
    """Stop the server."""
    while _servers:
        _servers.pop().stop()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs a browser, unless it is asked for by name: `make test-browser`."""
    return True if collection_path.name == "browser" and not any("browser" in one for one in config.args) else None


@pytest.fixture(scope="session")
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: a file there is not waited for at each commit."""
    memory = Path("/dev/shm")  # noqa: S108 # only what is made in it by `mkdtemp` is used
    with tempfile.TemporaryDirectory(prefix="pledgebot-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests that kill workers counted, one line for each combination."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    rows = [value for report in reports for name, value in report.user_properties if name == "kills"]
    for line in counted(rows):
        terminalreporter.write_line(line)


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
def sqlite_url(sqlite_template: Path, memory_folder: Path) -> str:
    """The URL of a fresh SQLite database: always the same, of a new file."""
    for left in memory_folder.iterdir():
        left.unlink()
    path = memory_folder / "pledgebot.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def spares() -> Spares:
    """The PostgreSQL databases of this process."""
    return Spares(Path(os.environ[_SERVER]))


@pytest.fixture
def postgresql_url(spares: Spares) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database."""
    with spares.lent() as url:
        yield url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whoever asks for a database on both kinds, or on those that the mark `engines` of the test or its module names."""
    if "database_url" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("database_url", mark.args if mark else ENGINES, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database of a kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def opened_before() -> dict[str, Database]:
    """The databases that tests had before, by their URL: their engines know already how to say what is asked again."""
    return {}


@pytest.fixture
def database(database_url: str, opened_before: dict[str, Database]) -> Iterator[Database]:
    """A fresh database of a kind."""
    if database_url not in opened_before:
        opened_before[database_url] = Database(database_url)
    yield opened_before[database_url]
    opened_before[database_url].close()


@pytest.fixture
def clock() -> MovedClock:
    """A clock that stands at noon, five weeks before the first round of the examples (15 March 2026)."""
    return MovedClock(datetime(2026, 2, 8, 12, 0, tzinfo=UTC))

"""The configured database, opened and brought to the shape of this version."""

from pathlib import Path

from pledgebot.config import Settings
from pledgebot.domain.errors import Unusable
from pledgebot.store.engine import Database
from pledgebot.store.schema import SchemaState, schema_state, upgrade_schema


def open_database(settings: Settings, *, create: bool) -> Database:
    """Return the configured database; an SQLite file that is not there is refused unless it may be created."""
    url = settings.database_url()
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite") and not create and not path.exists():
        raise Unusable(f"database {path}: not found; `pledgebot init` or `pledgebot db upgrade` creates it")
    return Database(url)


def ready_database(database: Database, *, upgrade: bool) -> None:
    """See that the database has this version's shape, and bring it there if that is allowed."""
    state = schema_state(database)
    if state is SchemaState.CURRENT:
        return
    if not upgrade and state is not SchemaState.UNKNOWN:
        raise Unusable(f"database: {_STALE[state]}; run `pledgebot db upgrade`")
    upgrade_schema(database)


_STALE = {SchemaState.EMPTY: "empty", SchemaState.OLD: "made by an older version of pledgebot"}

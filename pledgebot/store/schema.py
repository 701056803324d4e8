"""The shape of the database: which migrations it has had, and bringing it up to date."""

from enum import StrEnum

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from pledgebot.domain.errors import Unusable
from pledgebot.shipped import shipped
from pledgebot.store.engine import Database

_UPGRADE_LOCK = 0x706C6564


class SchemaState(StrEnum):
    """How a database's shape compares with what this version of pledgebot expects."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    UNKNOWN = "unknown"


def migrations() -> Config:
    """Return alembic's configuration for the migrations that travel with pledgebot."""
    config = Config()
    config.set_main_option("script_location", str(shipped("alembic")).replace("%", "%%"))
    return config


def schema_state(database: Database) -> SchemaState:
    """Tell how the database's shape compares with this version's migrations."""
    script = ScriptDirectory.from_config(migrations())
    with database.read() as session:
        connection = session.connection()
        heads = set(MigrationContext.configure(connection).get_current_heads())
        is_empty = not heads and not sa.inspect(connection).get_table_names()
    if heads == set(script.get_heads()):
        return SchemaState.CURRENT
    if is_empty:
        return SchemaState.EMPTY
    known = {revision.revision for revision in script.walk_revisions()}
    return SchemaState.OLD if heads and heads <= known else SchemaState.UNKNOWN


def upgrade_schema(database: Database) -> None:
    """Bring the database to this version's shape, in one transaction. Raises `Unusable` when it is not ours or newer."""
    if schema_state(database) is SchemaState.UNKNOWN:
        raise Unusable(
            "database: made by a newer version of pledgebot or by another program; install the version that made it"
        )
    config = migrations()
    with database.migrating() as connection:
        if connection.dialect.name == "postgresql":
            # Two workers that start together: the second waits, and finds nothing left to do.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _check_references(connection)


def _check_references(connection: sa.Connection) -> None:
    """Migrations on SQLite run without foreign keys: see that none was broken."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise Unusable("database: the upgrade would break references between tables; nothing was changed")

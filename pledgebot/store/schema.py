"""The shape of the database: which migrations it has had, and bringing it up to date."""

from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pledgebot.domain.errors import Unusable
from pledgebot.shipped import shipped
from pledgebot.store.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
"""The last migration. Ordinary commands compare with it and need not load alembic; a test holds it to the migrations."""

_UPGRADE_LOCK = 0x706C6564


class SchemaState(StrEnum):
    """How a database's shape compares with what this version of pledgebot expects."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    UNKNOWN = "unknown"


def migrations() -> "Config":
    """Return alembic's configuration for the migrations that travel with pledgebot."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("alembic")).replace("%", "%%"))
    return config


def schema_state(database: Database) -> SchemaState:
    """Tell how the database's shape compares with this version's migrations."""
    with database.read() as session:
        tables = sa.inspect(session.connection()).get_table_names()
        if "alembic_version" not in tables:
            return SchemaState.UNKNOWN if tables else SchemaState.EMPTY
        heads = set(session.scalars(sa.text("SELECT version_num FROM alembic_version")))
    if heads == {HEAD}:
        return SchemaState.CURRENT
    if not heads:
        return SchemaState.EMPTY if tables == ["alembic_version"] else SchemaState.UNKNOWN
    return SchemaState.OLD if heads <= _known_revisions() else SchemaState.UNKNOWN


def _known_revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {revision.revision for revision in ScriptDirectory.from_config(migrations()).walk_revisions()}


def upgrade_schema(database: Database) -> None:
    """Bring the database to this version's shape, in one transaction. Raises `Unusable` when it is not ours or newer."""
    if schema_state(database) is SchemaState.UNKNOWN:
        raise Unusable(
            "database: made by a newer version of pledgebot or by another program; install the version that made it"
        )
    from alembic import command

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

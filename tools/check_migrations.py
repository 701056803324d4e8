"""`alembic check` on both databases: the migrations give exactly the tables that the code expects."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError

from pledgebot.store.engine import Database
from pledgebot.store.schema import migrations, upgrade_schema

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from postgres import PostgresServer


def check(name: str, url: str) -> bool:
    """Upgrade an empty database and compare it with the tables; say what differs."""
    database = Database(url)
    try:
        upgrade_schema(database)
        config = migrations()
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.check(config)
    except CommandError as error:
        print(f"{name}: {error}")
        return False
    finally:
        database.close()
    print(f"{name}: the migrations and the tables agree")
    return True


def main() -> int:
    """Return 0 when both databases agree with the code."""
    with tempfile.TemporaryDirectory() as folder, PostgresServer() as server:
        results = [
            check("sqlite", f"sqlite:///{folder}/check.db"),
            check("postgresql", server.create_database("migrations_check")),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

"""`pledgebot db`: the database itself."""

import os

import typer

from pledgebot.cli.shared import Config

app = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade(config: Config = None) -> None:
    """Bring the database up to date; create it if there is none."""
    from contextlib import closing

    from pledgebot.bootstrap import config_path, open_database
    from pledgebot.config import load_settings
    from pledgebot.store.schema import SchemaState, schema_state, upgrade_schema

    with closing(open_database(load_settings(config_path(config), os.environ), create=True)) as database:
        before = schema_state(database)
        upgrade_schema(database)
    typer.echo("database: up to date already" if before is SchemaState.CURRENT else "database: upgraded")


@app.command()
def check(config: Config = None) -> None:
    """Check that the database has this version's shape; exit status 1 when it has not."""
    from contextlib import closing

    from pledgebot.bootstrap import config_path, open_database, ready_database
    from pledgebot.config import load_settings

    with closing(open_database(load_settings(config_path(config), os.environ), create=False)) as database:
        ready_database(database, upgrade=False)
    typer.echo("database: up to date")

"""`pledgebot board`: the public board."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import Config

if TYPE_CHECKING:
    from pledgebot.web.export import Said

app = typer.Typer(help="The public board.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _board() -> None:
    """Keep `export` a command of its own, however few there are."""


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write: a new folder, or a former export.")],
    config: Config = None,
) -> None:
    """Write the whole board as files for any host. A folder that holds anything else is refused."""
    from pledgebot.bootstrap import board_masthead, opened_bot
    from pledgebot.web.board import Board
    from pledgebot.web.export import export_board

    with opened_bot(config) as bot:
        board = Board(bot.database, bot.clock, board_masthead(bot.settings))
        written = export_board(bot.database, board, bot.clock.now(), folder.absolute(), _progress())
    typer.echo(f"{written.files} files, {written.size / 1_000_000:.1f} MB in {folder}")


def _progress() -> "Said | None":
    """Return who says on a terminal how far the work is; nobody where there is no terminal."""
    if not sys.stderr.isatty():
        return None

    def said(done: int, whole: int) -> None:
        typer.echo(f"\r{done} of {whole} pieces", nl=done == whole, err=True)

    return said

"""`pledgebot lists import`: lists from the Ministry's files and from spreadsheets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import As, Config

if TYPE_CHECKING:
    from pledgebot.intake import Intake

_BYTES_PER_ROW = 150
"""About as long is a row of the official files: enough for a progress bar."""


def import_(
    file: Annotated[Path, typer.Argument(help="A file of the Ministry (2020 or 2026), or a spreadsheet.")],
    by: As,
    round_key: Annotated[
        str | None,
        typer.Option(
            "--round", metavar="N", help="The round that the file is of; else its name says it, or the current one."
        ),
    ] = None,
    commune: Annotated[list[str] | None, typer.Option("--commune", metavar="CODE", help="Only these communes.")] = None,
    config: Config = None,
) -> None:
    """Import lists from the Ministry's file or a spreadsheet (constituency, panel, name, head, nuance).

    Doing it again changes nothing; a newer file adds and changes; nothing is deleted.
    """
    from pledgebot.bootstrap import opened_bot
    from pledgebot.intake import Source, take_in

    source = Source(file, round_key, frozenset(code.strip().upper() for code in commune or ()))
    with opened_bot(config) as bot, _bar(file) as progress:
        done = take_in(bot.database, source, by, "cli", bot.clock.now(), progress)
    _tell(done)


@contextmanager
def _bar(file: Path) -> Iterator[Callable[[int], None] | None]:
    """Show on a terminal how much of the file has been read."""
    import sys

    if not sys.stderr.isatty() or not file.is_file():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=max(1, file.stat().st_size // _BYTES_PER_ROW))
        yield lambda rows: progress.update(task, completed=rows)


def _tell(done: "Intake") -> None:
    report = done.report
    shown = (("added", report.added), ("changed", report.changed), ("not in the file", report.missing),
             ("recorded by hand, perhaps the same", report.provisional))  # fmt: skip
    for what, names in shown:
        for name in names.first:
            typer.echo(f"  {what}: {name}")
        if names.count > len(names.first):
            typer.echo(f"  {what}: and {names.count - len(names.first)} more")
    for repair in done.repairs:
        typer.echo(f"  repaired: {repair}")
    typer.echo(
        f"{report.added.count} added, {report.changed.count} changed, {report.unchanged.count} unchanged, "
        f"{report.missing.count} not in the file, in {report.constituencies} constituencies (round {done.round}; "
        f"{done.rows} rows, of {done.dropped} no name was kept)"
    )
    if done.matches:
        typer.echo(f"{done.matches} lists recorded by hand may be among them: `pledgebot lists match`")
    if done.lineages:
        typer.echo(f"{done.lineages} lineages are proposed: `pledgebot lists lineage`")

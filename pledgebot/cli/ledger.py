"""`pledgebot ledger`: the chain over what was confirmed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import Config, asking

if TYPE_CHECKING:
    from pledgebot.services.ledger import Body

app = typer.Typer(help="The chain over confirmed entries.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def verify(
    export: Annotated[Path | None, typer.Argument(help="An exported ledger; else the database's own.")] = None,
    head: Annotated[
        str | None, typer.Option("--head", metavar="HEX", help="A published hash that has to be there.")
    ] = None,
    config: Config = None,
) -> None:
    """Verify the ledger: finds a changed, missing or reordered entry, and with --head a missing tail."""
    from pledgebot.services.ledger import verify_entries, verify_ledger

    if export is not None:
        check = verify_entries(_entries(export), head)
    else:
        with asking(config) as (_bot, session):
            check = verify_ledger(session, head)
    for fault in check.faults:
        typer.echo(f"link {fault.seq}: {fault.problem}" if fault.seq is not None else fault.problem, err=True)
    if check.faults:
        raise typer.Exit(1)
    removed = f"; content removed from {', '.join(map(str, check.removed))}" if check.removed else ""
    typer.echo(f"{check.entries} entries verified{removed}; head {check.head.hash}")


def _entries(path: Path) -> "list[Body]":
    from pledgebot.domain.errors import Unusable

    entries: list[Body] = []
    try:
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
            # By this character alone: others that end lines elsewhere may stand in what is quoted.
            if not line:
                continue
            entry = json.loads(line)
            if not isinstance(entry, dict):
                raise Unusable(f"{path}: line {number}: not an entry of a ledger")
            entries.append(entry)
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
    except (ValueError, RecursionError):
        raise Unusable(
            f"{path}: line {len(entries) + 1}: not JSON; expected the lines of `pledgebot ledger export`"
        ) from None
    return entries


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; it must not be there yet.")], config: Config = None
) -> None:
    """Write the ledger as lines of JSON that anyone can verify; organizers are not named."""
    from pledgebot.domain.errors import Unusable
    from pledgebot.services.ledger import export_ledger

    with asking(config) as (_bot, session):
        lines = list(export_ledger(session))
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    typer.echo(f"wrote {len(lines)} entries to {file}")

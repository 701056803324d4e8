"""`pledgebot deliveries`: what was sent, what waits, what is in doubt."""

from typing import Annotated

import typer

from pledgebot.cli.shared import Config, Json, asking, print_json

app = typer.Typer(help="What was sent, what waits, what is in doubt.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="due, claimed, sent, uncertain, failed, held or cancelled.")
    ] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the last hundred deliveries; followers' addresses are never shown."""
    from pledgebot.domain.delivery import DeliveryState
    from pledgebot.services.deliveries import show_deliveries

    try:
        states = [DeliveryState(word) for word in state or ()]
    except ValueError as error:
        raise typer.BadParameter(f"{error}; expected {', '.join(DeliveryState)}") from None
    with asking(config) as (_bot, session):
        rows = show_deliveries(session, states)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        reason = f": {row.reason}" if row.reason else ""
        digest = f" in digest {row.bundle}" if row.bundle is not None else ""
        typer.echo(f"{row.id} {row.state.value} {row.channel} {row.kind.value} answer {row.answer}{digest}{reason}")

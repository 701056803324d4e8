"""`pledgebot deliveries`: what was sent, what waits, what is in doubt."""

import typer

from pledgebot.cli import brakes, dead_letters
from pledgebot.cli.shared import Config, Json, asking, print_json, terminal_translator

app = typer.Typer(help="What was sent, what waits, what is in doubt.", no_args_is_help=True, rich_markup_mode=None)
app.command()(brakes.pause)
app.command()(brakes.resume)
app.command()(dead_letters.retry)
app.command()(dead_letters.cancel)
app.command()(dead_letters.settle)
app.command()(dead_letters.pay)


@app.command()
def show(
    state: dead_letters.States = None,
    event: dead_letters.OfEvent = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the last hundred deliveries; followers' addresses are never shown."""
    from pledgebot.services.deliveries import show_deliveries

    states = dead_letters.read_states(state)
    with asking(config) as (_bot, session):
        rows = show_deliveries(session, states, event=event)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        reason = f": {row.reason}" if row.reason else ""
        digest = f" in digest {row.bundle}" if row.bundle is not None else ""
        answer = f" answer {row.answer}" if row.answer is not None else ""
        told = f"{row.kind.value}{answer} event {row.event}"
        typer.echo(f"{row.id} {row.state.value} {row.channel} {told}{digest}{reason}")


@app.command()
def count(event: dead_letters.OfEvent = None, config: Config = None, *, as_json: Json = False) -> None:
    """Tell how many deliveries are in each state, of all or of one event."""
    from pledgebot.messages.deliveries import counts_line
    from pledgebot.services.deliveries import count_deliveries

    with asking(config) as (_bot, session):
        counts = count_deliveries(session, event)
    if as_json:
        print_json(counts)
    else:
        typer.echo(counts_line(counts, terminal_translator()))

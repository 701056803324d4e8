"""`pledgebot subscribers`: how many follow what, and forgetting one who asked for it by mail."""

from typing import Annotated

import typer

from pledgebot.cli.shared import As, Config, Json, acting, asking, print_json

app = typer.Typer(help="Those who follow; never named.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show(config: Config = None, *, as_json: Json = False) -> None:
    """Count the places that follow something; their addresses are never shown."""
    from pledgebot.services.subscribers import count_subscribers

    with asking(config) as (_bot, session):
        counts = count_subscribers(session)
    if as_json:
        print_json(counts)
        return
    for count in counts:
        gone = count.places - count.active
        typer.echo(f"{count.by} {count.value}: {count.active}{f' (and {gone} gone)' if gone else ''}")
    if not counts:
        typer.echo("nobody follows anything yet")


# The numbers of groups and channels begin with a minus: they are no options.
@app.command(context_settings={"ignore_unknown_options": True})
def forget(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The number of the chat, as its network gives it.")],
    channel: Annotated[str, typer.Option("--channel", help="telegram, for example.")],
    by: As,
    thread: Annotated[str | None, typer.Option("--thread", metavar="T", help="One topic of a forum; else all.")] = None,
    config: Config = None,
) -> None:
    """Erase all that is kept of a place, for a person who asks by mail. The audit log does not say of which."""
    from pledgebot.domain.errors import Unusable
    from pledgebot.services.privacy import forget_for

    with acting(config, by) as (bot, session, actor):
        if not forget_for(session, channel, address, thread, actor, bot.clock.now()):
            raise Unusable("nothing is kept of this place")
    typer.echo("forgotten; backups made before still hold it until they expire")

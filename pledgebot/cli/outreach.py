"""`pledgebot outreach`: the log of contacts with lists."""

from datetime import datetime
from typing import Annotated

import typer

from pledgebot.cli.shared import As, Config, Json, Round, acting, asking, find_list, print_json

app = typer.Typer(help="Contacts with lists.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def log(
    name: Annotated[str, typer.Argument(metavar="LIST", help="The list: its number or a name.")],
    kind: Annotated[str, typer.Option("--kind", help="sent, reminded, received or declined.")],
    medium: Annotated[str, typer.Option("--medium", help="email, post, phone, form, social or meeting.")],
    by: As,
    at: Annotated[datetime | None, typer.Option("--at", help="When, in UTC; else now.")] = None,
    template: Annotated[str | None, typer.Option("--template", help="The text that was sent.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note, for organizers only.")] = None,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Log a contact: the progress of the conversation follows from it."""
    from datetime import UTC

    from pledgebot.domain.progress import ContactKind, Medium
    from pledgebot.services.outreach import NewContact, log_contact

    try:
        kinds = ContactKind(kind), Medium(medium)
    except ValueError as error:
        raise typer.BadParameter(f"{error}; expected {', '.join(ContactKind)} and {', '.join(Medium)}") from None
    with acting(config, by) as (bot, session, actor):
        now = bot.clock.now()
        moment = at.replace(tzinfo=UTC) if at is not None else now
        contact = NewContact(find_list(session, bot, name, round_key), *kinds, moment, template, note)
        number = log_contact(session, contact, actor, now)
    typer.echo(f"contact {number} logged")


@app.command()
def report(config: Config = None, *, as_json: Json = False) -> None:
    """Show every contact, list by list: the same treatment for all can be checked by anyone."""
    from pledgebot.services.outreach import contact_lines

    with asking(config) as (_bot, session):
        lines = contact_lines(session)
    if as_json:
        print_json(lines)
        return
    for line in lines:
        template = f" ({line.template})" if line.template else ""
        typer.echo(f"{line.name}: {line.kind.value} by {line.medium.value}, {line.at:%Y-%m-%d %H:%M} UTC{template}")

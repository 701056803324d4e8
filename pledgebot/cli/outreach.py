"""`pledgebot outreach`: the log of contacts with lists, what they are written, and whether all are treated alike."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import (
    As,
    Config,
    Json,
    Round,
    acting,
    asking,
    find_list,
    print_json,
    print_message,
    round_id,
    terminal_translator,
)

if TYPE_CHECKING:
    from pledgebot.domain.progress import ContactKind, Medium

app = typer.Typer(help="Contacts with lists.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def log(
    name: Annotated[str, typer.Argument(metavar="LIST", help="The list: its number or a name.")],
    kind: Annotated[str, typer.Option("--kind", help="sent, reminded, received, declined or opted_out.")],
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

    from pledgebot.services.outreach import NewContact, log_contact

    what, way = _words(kind, medium)
    with acting(config, by) as (bot, session, actor):
        now = bot.clock.now()
        moment = at.replace(tzinfo=UTC) if at is not None else now
        contact = NewContact(find_list(session, bot, name, round_key), what, way, moment, template, note)
        number = log_contact(session, contact, actor, now)
    typer.echo(f"contact {number} logged")


def _words(kind: str, medium: str) -> "tuple[ContactKind, Medium]":
    """Return what two words mean, in French or in English, as the chat understands them."""
    from pledgebot.domain.progress import ContactKind, Medium
    from pledgebot.domain.words import contact_from, medium_from

    what, way = contact_from(kind), medium_from(medium)
    if what is None:
        raise typer.BadParameter(f"{kind!r}: expected {', '.join(ContactKind)}", param_hint="--kind")
    if way is None:
        raise typer.BadParameter(f"{medium!r}: expected {', '.join(Medium)}", param_hint="--medium")
    return what, way


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A spreadsheet of contacts, as LibreOffice or Excel write it.")],
    by: As,
    config: Config = None,
) -> None:
    """Log the contacts of a spreadsheet. One fault, and nothing is logged; read again, it adds nothing."""
    from pledgebot.cli.contact_rows import log_rows
    from pledgebot.importers.contacts import read_contacts

    rows = read_contacts(file)
    with acting(config, by) as (bot, session, actor):
        new, known = log_rows(session, bot, file, rows, actor)
    typer.echo(f"{new} logged, {known} on record already")


@app.command()
def text(
    name: Annotated[str, typer.Argument(metavar="LIST", help="The list: its number or a name.")],
    round_key: Round = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print what a list is to be written next, ready to be sent: the letter, or a reminder. The same text for all."""
    from pledgebot.messages.mailing import mail_for, mailto
    from pledgebot.services.chases import opted_out
    from pledgebot.services.lists import get_list
    from pledgebot.services.mails import next_mail

    with asking(config) as (bot, session):
        number = find_list(session, bot, name, round_key)
        if number in opted_out(session):
            from pledgebot.domain.errors import Objection, Refused

            raise Refused(Objection.OPTED_OUT, name=get_list(session, number).name)
        one = next_mail(session, number, bot.clock.now())
    if one is None:
        return
    mail = mail_for(one)
    if as_json:
        print_json({"template": mail.template, "subject": mail.subject, "body": mail.body, "mailto": mailto(mail)})
    else:
        typer.echo(f"{mail.subject}\n\n{mail.body}\n\n{mailto(mail)}")


@app.command()
def report(round_key: Round = None, config: Config = None, *, as_json: Json = False) -> None:
    """Show what every list was sent, and where a list was treated otherwise than the others."""
    from pledgebot.messages.treatment import treatment_report
    from pledgebot.services.queries import whole_calendar
    from pledgebot.services.treatment import treatment

    with asking(config) as (bot, session):
        asked = round_id(session, bot, round_key)
        view = next(one for one in whole_calendar(session) if one.id == asked)
        told = treatment(session, view, bot.clock.now())
    if as_json:
        print_json(told)
    else:
        print_message(treatment_report(told, terminal_translator()))

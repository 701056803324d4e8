"""`pledgebot doctor` and `pledgebot calendar`: is everything right, and what is to come."""

import os
from typing import TYPE_CHECKING

import typer

from pledgebot.cli.shared import Config, asking, print_message, terminal_translator

if TYPE_CHECKING:
    from pledgebot.config import Settings


def doctor(config: Config = None) -> None:
    """Check the configuration, the letter, the database, the ledger; say what to do. Exit status 1 when something is wrong."""
    from contextlib import closing

    from pledgebot.bootstrap import config_path, open_database, ready_database
    from pledgebot.config import check_letter_fits, load_letter, load_settings
    from pledgebot.domain.errors import Unusable
    from pledgebot.services.ledger import verify_ledger

    path = config_path(config)
    settings = load_settings(path, os.environ)
    typer.echo(f"configuration {path}: right")
    letter = load_letter(settings.letter_path())
    check_letter_fits(settings, letter)
    typer.echo(f"letter {settings.letter_path()}: {len(letter.demands)} demands")
    with closing(open_database(settings, create=False)) as database:
        ready_database(database, upgrade=False)
        typer.echo("database: up to date")
        with database.read() as session:
            check = verify_ledger(session)
    if check.faults:
        raise Unusable("ledger: " + "; ".join(fault.problem for fault in check.faults))
    typer.echo(f"ledger: {check.entries} entries verified")
    if not settings.destinations:
        raise Unusable("destinations: none is configured, so nothing would be published; add a [[destinations]] table")
    typer.echo("destinations: " + ", ".join(f"{place.channel} {place.address}" for place in settings.destinations))
    if settings.telegram.token is not None:
        _check_telegram(settings)


def _check_telegram(settings: "Settings") -> None:
    """Ask Telegram whether the bot may do there what it is to do; raises `Unusable` with everything that is wrong."""
    import asyncio

    from pledgebot.bootstrap import telegram_account, webhook_address
    from pledgebot.chat.telegram.checkup import check_account
    from pledgebot.domain.errors import Unusable

    account, _channel = telegram_account(settings)
    if account is None:
        return
    places = [place.address for place in settings.destinations if place.channel == "telegram"]
    found = asyncio.run(check_account(account.bot, places, webhook=webhook_address(settings)))
    for one in found:
        if not one.wrong:
            typer.echo(one.line)
    wrong = [one.line for one in found if one.wrong]
    if wrong:
        raise Unusable("\n".join(wrong))


def calendar(config: Config = None) -> None:
    """Print the rounds and the silence around each, for a person to check."""
    from pledgebot.messages.about import dates
    from pledgebot.services import queries

    with asking(config) as (bot, session):
        view = queries.dates(session, bot.clock.now())
    print_message(dates(view, terminal_translator()))

"""`pledgebot doctor` and `pledgebot calendar`: is everything right, and what is to come."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from pledgebot.cli.shared import Config, asking, print_message, terminal_translator

if TYPE_CHECKING:
    from pledgebot.config import Settings


def doctor(config: Config = None) -> None:
    """Check the configuration, the letter, the database, the ledger, the accounts. Exit status 1 when something is wrong."""
    from contextlib import closing

    from pledgebot.bootstrap import config_path, open_database, ready_database
    from pledgebot.config import check_letter_fits, load_letter, load_settings
    from pledgebot.domain.errors import Unusable
    from pledgebot.services.ledger import verify_ledger
    from pledgebot.services.subscribers import count_subscribers

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
            followers = {count.value: count.active for count in count_subscribers(session) if count.by == "channel"}
    if check.faults:
        raise Unusable("ledger: " + "; ".join(fault.problem for fault in check.faults))
    typer.echo(f"ledger: {check.entries} entries verified")
    if not settings.destinations:
        raise Unusable("destinations: none is configured, so nothing would be published; add a [[destinations]] table")
    typer.echo("destinations: " + ", ".join(f"{place.channel} {place.address}" for place in settings.destinations))
    wrong = [*_check_telegram(settings), *_check_mastodon(settings, followers.get("mastodon", 0))]
    if wrong:
        raise Unusable("\n".join(wrong))


def _check_telegram(settings: "Settings") -> list[str]:
    """Ask Telegram whether the bot may do there what it is to do; print what is right, return what is wrong."""
    if settings.telegram.token is None:
        return []
    import asyncio

    from pledgebot.bootstrap import telegram_account, webhook_address
    from pledgebot.chat.telegram.checkup import check_account

    account, _channel = telegram_account(settings)
    if account is None:
        return []
    places = [place.address for place in settings.destinations if place.channel == "telegram"]
    found = asyncio.run(check_account(account.bot, places, webhook=webhook_address(settings)))
    return _told((one.line, one.wrong) for one in found)


def _check_mastodon(settings: "Settings", followers: int) -> list[str]:
    """Ask the instance whether the account may do there what it is to do; print what is right, return what is wrong."""
    if settings.mastodon.base_url is None:
        return []
    import asyncio

    from pledgebot.bootstrap import mastodon_gateway
    from pledgebot.channels.mastodon.checkup import Plan, check_account
    from pledgebot.clock import SystemClock

    clock = SystemClock()
    gateway = mastodon_gateway(settings, clock)
    if gateway is None:
        return ["mastodon: there is no token yet; `pledgebot mastodon login` fetches one"]
    plan = Plan(settings.mastodon.base_url, followers, settings.mastodon.posts_reserved)
    try:
        found = asyncio.run(check_account(gateway, clock, plan))
    finally:
        gateway.close()
    return _told((one.line, one.wrong) for one in found)


def _told(findings: Iterable[tuple[str, bool]]) -> list[str]:
    """Print the lines that are right, and return those that are wrong."""
    wrong: list[str] = []
    for line, is_wrong in findings:
        if is_wrong:
            wrong.append(line)
        else:
            typer.echo(line)
    return wrong


def calendar(config: Config = None) -> None:
    """Print the rounds and the silence around each, for a person to check."""
    from pledgebot.messages.about import dates
    from pledgebot.services import queries

    with asking(config) as (bot, session):
        view = queries.dates(session, bot.clock.now())
    print_message(dates(view, terminal_translator()))

"""`pledgebot doctor`: is everything right, and what is to be done."""

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from pledgebot.cli.shared import Config

if TYPE_CHECKING:
    from pledgebot.clock import ClockWatch
    from pledgebot.config import Settings


def doctor(config: Config = None) -> None:
    """Check the configuration, the letter, the database, the ledger, the accounts. Exit status 1 when something is wrong."""
    from contextlib import closing

    from pledgebot.bootstrap import config_path, open_database, ready_database
    from pledgebot.clock import ClockWatch
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
    _told(_operator(settings))
    watch = ClockWatch()
    wrong = [
        *_check_telegram(settings, watch),
        *_check_mastodon(settings, watch, followers.get("mastodon", 0)),
        *_told(_clock(watch)),
    ]
    if wrong:
        raise Unusable("\n".join(wrong))


def _operator(settings: "Settings") -> Iterator[tuple[str, bool]]:
    """Yield a line where others than this machine may read what is for the operator's monitoring: it is allowed."""
    listen = settings.web.operator_listen
    if listen is not None and not is_loopback(listen.rpartition(":")[0].strip("[]")):
        yield f"web.operator_listen {listen}: not only this machine may ask there; let a firewall say who else", False


def is_loopback(host: str) -> bool:
    """Tell whether a host can be reached from this machine only. A name may mean anything, `localhost` excepted."""
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clock(watch: "ClockWatch") -> Iterator[tuple[str, bool]]:
    """Yield what each network that answered says of this machine's clock, and whether that is wrong."""
    from pledgebot.clock import is_off

    for network, offset in watch.offsets.items():
        if not is_off(offset):
            yield f"clock: agrees with that of {network}", False
            continue
        seconds, way = round(abs(offset).total_seconds()), "ahead of" if offset > timedelta() else "behind"
        todo = "set this machine's clock right: until then nothing is said to the public"
        yield f"clock: {seconds} seconds {way} that of {network}; {todo}", True


def _check_telegram(settings: "Settings", watch: "ClockWatch") -> list[str]:
    """Ask Telegram whether the bot may do there what it is to do; print what is right, return what is wrong."""
    if settings.telegram.token is None:
        return []
    import asyncio

    from pledgebot.bootstrap import telegram_account, webhook_address
    from pledgebot.chat.telegram.checkup import check_account
    from pledgebot.clock import SystemClock

    account, *_ = telegram_account(settings, SystemClock(), watch)
    if account is None:
        return []
    places = [place.address for place in settings.destinations if place.channel == "telegram"]
    found = asyncio.run(check_account(account.bot, places, webhook=webhook_address(settings)))
    return _told((one.line, one.wrong) for one in found)


def _check_mastodon(settings: "Settings", watch: "ClockWatch", followers: int) -> list[str]:
    """Ask the instance whether the account may do there what it is to do; print what is right, return what is wrong."""
    if settings.mastodon.base_url is None:
        return []
    import asyncio

    from pledgebot.bootstrap import mastodon_gateway
    from pledgebot.channels.mastodon.checkup import Plan, check_account
    from pledgebot.clock import SystemClock

    gateway = mastodon_gateway(settings, SystemClock(), watch)
    if gateway is None:
        return ["mastodon: there is no token yet; `pledgebot mastodon login` fetches one"]
    plan = Plan(settings.mastodon.base_url, followers, settings.mastodon.posts_reserved)
    try:
        found = asyncio.run(check_account(gateway, plan))
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

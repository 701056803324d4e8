"""`pledgebot mastodon`: joining an instance, and what the account's profile says."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import Config, terminal_translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from pledgebot.bootstrap import Bot
    from pledgebot.channels.mastodon.gateway import Gateway
    from pledgebot.config.joining import Joining
    from pledgebot.messages.mastodon_profile import Identity

app = typer.Typer(help="The account on Mastodon.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def login(
    *,
    again: Annotated[bool, typer.Option("--again", help="Replace the token that is there.")] = False,
    config: Config = None,
) -> None:
    """Join the instance: allow the bot in the browser, and bring the code that is shown there."""
    from pledgebot.bootstrap import config_path
    from pledgebot.channels.mastodon import login as joining_in
    from pledgebot.clock import SystemClock
    from pledgebot.config.joining import joining

    wanted = joining(config_path(config), os.environ)
    file = _free(wanted.token_file, again=again)
    application = joining_in.register(wanted.base_url, wanted.website, SystemClock())
    try:
        typer.echo(f"Open this address where you are logged in as the bot, and allow it:\n{application.address}")
        token = joining_in.token_for(application, _code())
        _keep(file, token, again=again)
        typer.echo(f"wrote {wanted.token_file}")
        typer.echo(f"logged in as @{joining_in.account_behind(application)}")
    finally:
        joining_in.close(application)
    _say_what_is_next(wanted)


def _free(file: Path, *, again: bool) -> Path:
    """Return where the token goes, once it is sure that it can: a code is good only once."""
    from pledgebot.domain.errors import Unusable

    if os.path.lexists(file) and not again:
        raise Unusable(f"{file}: there already; --again replaces it")
    # A link is followed: what stands behind it is what the configuration reads.
    file = Path(os.path.realpath(file))
    if not os.access(file.parent, os.W_OK | os.X_OK) or file.is_dir():
        raise Unusable(f"{file}: cannot be written; nothing was asked for")
    return file


def _code() -> str:
    """Return what is pasted, also from a pipe."""
    import sys

    from pledgebot.domain.errors import Unusable

    typer.echo("The code: ", nl=False)
    try:
        code = sys.stdin.readline().strip()
    except UnicodeDecodeError:
        code = ""
    if not sys.stdin.isatty():
        # Nobody pressed Enter on the screen.
        typer.echo()
    if not code.isprintable() or not code:
        raise Unusable("mastodon: no code was given; nothing was written")
    return code


def _keep(file: Path, token: str, *, again: bool) -> None:
    from pledgebot.config.starting import write_private
    from pledgebot.domain.errors import Unusable

    problem = write_private(file, f"{token}\n".encode(), replace=again)
    if problem is not None:
        raise Unusable(f"{file}: {problem}; nothing was written")


def _say_what_is_next(wanted: "Joining") -> None:
    if not wanted.named:
        typer.echo(f'Next: add this line under [mastodon]: token_file = "{wanted.token_file.name}"')
    typer.echo("Next: `pledgebot mastodon profile`, then `pledgebot doctor`.")


@app.command()
def profile(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be changed.")] = False,
    config: Config = None,
) -> None:
    """Put the profile right: what the account is, whom to write to, how to ask. What is right already stays as it is."""
    import asyncio

    from pledgebot.bootstrap import mastodon_gateway, opened_bot
    from pledgebot.domain.errors import Unusable

    with opened_bot(config) as bot:
        gateway = mastodon_gateway(bot.settings, bot.clock, bot.watch)
        if gateway is None:
            raise Unusable("mastodon: not configured; fill in mastodon.base_url, then `pledgebot mastodon login`")
        if not dry_run:
            _refuse_in_silence(bot)
        asyncio.run(_put_right(gateway, _identity(bot), None if dry_run else partial(_refuse_in_silence, bot)))


def _refuse_in_silence(bot: "Bot") -> None:
    """Refuse to say anything in public while the law wants silence anywhere, or nobody knows whether it does.

    Whoever looks at a profile may be anywhere.
    """
    from zoneinfo import ZoneInfo

    from pledgebot.domain.election import Hush
    from pledgebot.domain.errors import Unusable
    from pledgebot.messages.about import hushed
    from pledgebot.messages.render import plain
    from pledgebot.services.gate import gate_at, silent_until

    now = bot.clock.now()
    with bot.database.read() as session:
        gate = gate_at(session, now, bot.silence, clock_off=bot.watch.off is not None)
        until = silent_until(session, now, bot.silence)
    if not gate.is_open:
        hush = Hush.SILENCE if gate.hush is Hush.FREE else gate.hush
        zone = ZoneInfo(str(bot.settings.election.zone))
        raise Unusable(plain(hushed(hush, until, terminal_translator(), zone)))


def _identity(bot: "Bot") -> "Identity":
    from pledgebot.messages.mastodon_profile import Identity

    settings, letter = bot.settings, bot.letter
    return Identity(
        letter=dict(letter.title),
        publisher=settings.legal.publisher,
        contact=settings.legal.contact,
        languages=settings.languages,
        fictional=settings.fictional,
        letter_url=letter.url or "",
        board_url=settings.board_address or "",
        telegram=settings.telegram.username or "",
    )


async def _put_right(gateway: "Gateway", who: "Identity", before: "Callable[[], None] | None") -> None:
    """Put the profile right, and ask `before` each change whether it may be made; without it only say what would be."""
    from pledgebot.channels.mastodon.profile import put_right
    from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain
    from pledgebot.domain.errors import Unusable

    said, problem = False, ""
    try:
        async for line in put_right(gateway, who, before=before):
            typer.echo(f"{'would change' if before is None else 'changed'}: {line}")
            said = True
    except (TemporaryFailure, PermanentFailure, Uncertain) as error:
        problem = error.reason
    finally:
        gateway.close()
    if problem:
        raise Unusable(f"mastodon: {problem}; ask again, it goes on where it stopped")
    if not said:
        typer.echo("mastodon: the profile is right already")

"""Beginning: `init`, `run`, `demo`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import Config

if TYPE_CHECKING:
    from pledgebot.bootstrap import Bot


def init(
    letter: Annotated[Path | None, typer.Option("--letter", metavar="FILE", help="A letter to begin with.")] = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where to write; else here.")] = Path(),
) -> None:
    """Write config.toml and letter.toml with comments, and create the database."""
    from contextlib import closing

    from pledgebot.config import write_starting_files
    from pledgebot.store.engine import Database
    from pledgebot.store.schema import upgrade_schema

    written = write_starting_files(folder, letter)
    with closing(Database(f"sqlite:///{(folder / 'pledgebot.db').absolute()}")) as database:
        upgrade_schema(database)
    for path in (*written, folder / "pledgebot.db"):
        typer.echo(f"wrote {path}")
    typer.echo("Next: fill in the legal notice in config.toml, then `pledgebot doctor`.")


def run(config: Config = None) -> None:
    """Run the bot: every configured channel, the scheduler, the dispatcher."""
    import asyncio
    import logging

    from pledgebot.bootstrap import opened_bot

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    # Where everything is logged, the library of Telegram would write the token and what people wrote.
    for chatty in ("apscheduler", "alembic", "telegram", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    with opened_bot(config, working=True) as bot:
        asyncio.run(_run(bot))


async def _run(bot: "Bot") -> None:
    """Run the bot, and say so once it can be stopped in order."""
    import asyncio

    from pledgebot.runtime import run_bot

    ready = asyncio.Event()

    async def say() -> None:
        await ready.wait()
        typer.echo("pledgebot runs; stop it with Ctrl-C", err=True)

    saying = asyncio.create_task(say())
    try:
        await run_bot(bot, ready)
    finally:
        saying.cancel()


def demo(
    language: Annotated[str, typer.Option("--language", help="fr or en.")] = "fr",
    chat: Annotated[bool, typer.Option("--chat/--no-chat", help="Talk to the bot afterwards (in a terminal).")] = True,
) -> None:
    """Show the whole of it on a throw-away database and a moved clock, with fictional lists; no account is needed."""
    from pledgebot.demo import play

    if language not in {"fr", "en"}:
        raise typer.BadParameter(f"{language!r}: expected fr or en", param_hint="--language")
    play(language, chat=chat)

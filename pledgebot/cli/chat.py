"""`pledgebot chat`: talk to the bot in the terminal."""

from typing import Annotated

import typer

from pledgebot.cli.shared import Config


def chat(
    by: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Talk as this organizer; else as a follower.")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", help="fr or en; else the installation's.")] = None,
    config: Config = None,
) -> None:
    """Talk to the bot in the terminal, as a follower or as an organizer; reads lines from a pipe too."""
    import io
    import sys

    from pledgebot.bootstrap import opened_bot
    from pledgebot.chat.answers import Asker
    from pledgebot.chat.terminal import converse, typed_lines
    from pledgebot.services.people import find_actor

    with opened_bot(config) as bot:
        if language is not None and language not in bot.settings.languages:
            raise typer.BadParameter(
                f"{language!r}: expected {' or '.join(bot.settings.languages)}", param_hint="--language"
            )
        spoken = language or bot.language
        with bot.database.read() as session:
            organizer = find_actor(session, by, "chat") if by else None
        if isinstance(sys.stdin, io.TextIOWrapper):
            # A stray byte in a pipe is one odd question, not the end of the conversation.
            sys.stdin.reconfigure(errors="replace")
        asker = Asker(spoken, organizer)
        converse(
            bot.database,
            bot.clock,
            asker,
            lines=typed_lines(bot.database, asker),
            out=sys.stdout,
            echo=not sys.stdin.isatty(),
        )

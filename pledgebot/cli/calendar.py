"""`pledgebot calendar`: what is to come, for a person to check."""

from typing import Annotated

import typer

from pledgebot.cli.shared import Config, Json, asking, print_json, print_message


def calendar(
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, metavar="N", help="Only the next N days; else all.")
    ] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print the coming silences, reminders and digests with their local times, for a person to check."""
    from pledgebot.messages.calendar import coming as worded
    from pledgebot.messages.i18n import translator
    from pledgebot.services.calendars import coming

    with asking(config) as (bot, session):
        view = coming(session, bot.clock.now(), days)
    if as_json:
        print_json(view)
    else:
        print_message(worded(view, translator(bot.language)))

"""`pledgebot deliveries pause` and `resume`: what goes out to the public is stopped, and let go on."""

from typing import Annotated

import typer

from pledgebot.cli.shared import As, Config, acting, print_message, terminal_translator

_RESUME = "pledgebot deliveries resume {number} --as NAME"


def pause(
    by: As,
    channel: Annotated[
        str, typer.Option("--channel", metavar="NAME", help="Only what goes by telegram, mastodon or console.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the other organizers.")] = "",
    config: Config = None,
) -> None:
    """Stop all that is for the public until somebody lets it go on; nothing is lost, and questions are answered."""
    from pledgebot.messages.brakes import pulled
    from pledgebot.services import brakes
    from pledgebot.services.brake_views import brake_view

    with acting(config, by) as (bot, session, actor):
        number = brakes.pause(session, actor, bot.clock.now(), channel, reason)
        view = brake_view(session, number)
    print_message(pulled(view.facts, terminal_translator(), _RESUME))


def resume(
    by: As,
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Numbers of what is stopped, or media; without one, what is stopped."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is stopped.")] = False,
    config: Config = None,
) -> None:
    """Let go on what is stopped; without a name the one thing that is, else it is shown what is stopped and why."""
    from pledgebot.messages.brakes import ended, standing
    from pledgebot.services import brakes
    from pledgebot.services.brake_views import brake_view, brakes_standing, meant

    tr = terminal_translator()
    with acting(config, by) as (bot, session, actor):
        there = brakes_standing(session)
        names = ["all"] if everything else named or ([] if len(there) > 1 else ["all"])
        chosen = dict.fromkeys(view.facts.brake for name in names for view in meant(there, name))
        for number in chosen:
            brakes.release(session, number, actor, bot.clock.now())
        told = [ended(brake_view(session, number), tr) for number in chosen] or [standing(there, tr, _RESUME)]
    for message in told:
        print_message(message)

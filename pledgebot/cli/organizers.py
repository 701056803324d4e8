"""`pledgebot organizers`: who may write."""

from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli.shared import As, Config, Json, acting, asking, print_json

if TYPE_CHECKING:
    from pledgebot.services.people import Role
    from pledgebot.store.engine import Session

app = typer.Typer(help="The people who may write.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The person's name; four eyes compare persons.")],
    role: Annotated[list[str], typer.Option("--role", help="recorder, verifier or admin; several may be given.")],
    by: Annotated[str | None, typer.Option("--as", metavar="NAME", help="An admin; needed once there is one.")] = None,
    config: Config = None,
) -> None:
    """Add an organizer, and print a one-time invitation. The first admin is added without --as."""
    from pledgebot.bootstrap import opened_bot
    from pledgebot.services.people import Role, add_organizer, find_actor

    roles = frozenset(_role(word) for word in role)
    with opened_bot(config) as bot, bot.database.begin() as session:
        actor = find_actor(session, by, "cli") if by else None
        invitation = _invitation(session, add_organizer(session, name, roles, actor, bot.clock.now()))
    typer.echo(f"added {name} ({', '.join(sorted(item.value for item in Role if item in roles))})")
    typer.echo(invitation)


@app.command()
def invite(name: Annotated[str, typer.Argument(help="Who joins again.")], by: As, config: Config = None) -> None:
    """Print a new one-time invitation for an organizer, such as after a change of telephone; unused ones are void."""
    from pledgebot.services.people import invite_again

    with acting(config, by) as (bot, session, actor):
        invitation = _invitation(session, invite_again(session, name, actor, bot.clock.now()))
    typer.echo(invitation)


def _invitation(session: "Session", token: str) -> str:
    """Return the one line by which somebody joins: a link where the running bot told its name, else what to write to it."""
    from pledgebot.services.cursors import read_cursor
    from pledgebot.services.people import INVITATION_LIFE

    username = read_cursor(session, "telegram:username")
    within = f"invitation, once, within {INVITATION_LIFE.days} days"
    if username:
        return f"{within}: https://t.me/{username}?start=join-{token}"
    return f"{within}, to be written to the bot: /start join-{token}"


def _role(word: str) -> "Role":
    from pledgebot.services.people import Role

    try:
        return Role(word.strip().lower())
    except ValueError:
        raise typer.BadParameter(f"{word!r}: expected recorder, verifier or admin") from None


@app.command()
def remove(name: Annotated[str, typer.Argument(help="Whose roles end.")], by: As, config: Config = None) -> None:
    """Take all roles from an organizer; what they recorded stays."""
    from pledgebot.services.people import remove_organizer

    with acting(config, by) as (bot, session, actor):
        remove_organizer(session, name, actor, bot.clock.now())
    typer.echo(f"removed {name}")


@app.command()
def show(config: Config = None, *, as_json: Json = False) -> None:
    """Show who may write."""
    from pledgebot.services.people import organizers

    with asking(config) as (_bot, session):
        people = organizers(session)
    if as_json:
        print_json(people)
        return
    for person in people:
        typer.echo(f"{person.name}: {', '.join(sorted(person.roles))}")

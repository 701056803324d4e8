"""`pledgebot lists`: lists and banners, by hand and from files."""

from typing import TYPE_CHECKING, Annotated

import typer

from pledgebot.cli import list_import, rounds
from pledgebot.cli.shared import (
    As,
    Config,
    Json,
    Round,
    acting,
    asking,
    find_banner,
    find_list,
    print_json,
    print_message,
    round_named,
    terminal_translator,
)

if TYPE_CHECKING:
    from pledgebot.bootstrap import Bot
    from pledgebot.services.views import TableView
    from pledgebot.store.engine import Session

app = typer.Typer(help="Lists and banners.", no_args_is_help=True, rich_markup_mode=None)
app.command("import")(list_import.import_)
app.command("match")(rounds.match)
app.command("lineage")(rounds.lineage)

ListName = Annotated[str, typer.Argument(metavar="LIST", help="The list: its number or a name.")]
Head = Annotated[str | None, typer.Option("--head", help="The head of list.")]
Panel = Annotated[int | None, typer.Option("--panel", help="The panel number; 0 takes it away.", min=0, max=99_999)]
Short = Annotated[str | None, typer.Option("--short-name", help="A shorter name.")]
BannerName = Annotated[str | None, typer.Option("--banner", help="The banner under which it stands; made if new.")]
Nuance = Annotated[str | None, typer.Option("--nuance", help="The nuance that the prefecture attributed.")]
NuanceSource = Annotated[str | None, typer.Option("--nuance-source", help="Where that nuance is from.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The name of the list.")],
    constituency: Annotated[
        str, typer.Option("--constituency", metavar="CODE", help="Where it stands, such as 13055.")
    ],
    by: As,
    label: Annotated[str | None, typer.Option("--label", help="The name of a constituency that is new.")] = None,
    head: Head = None,
    panel: Panel = None,
    short_name: Short = None,
    banner: BannerName = None,
    nuance: Nuance = None,
    nuance_source: NuanceSource = None,
    alias: Annotated[list[str] | None, typer.Option("--alias", help="Another name or initials.")] = None,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Add a list; it is provisional as long as it has no panel number."""
    from pledgebot.services.lists import ListDetails, Place, add_alias, add_list

    details = ListDetails(name, short_name, head, panel, banner, nuance, nuance_source)
    with acting(config, by) as (bot, session, actor):
        now = bot.clock.now()
        place = Place(constituency, round_named(session, bot, round_key), label)
        number = add_list(session, place, details, actor, now)
        for other in alias or ():
            add_alias(session, other, actor, now, list_id=number)
    typer.echo(f"list #{number} added")


@app.command()
def edit(
    which: ListName,
    by: As,
    name: Annotated[str | None, typer.Option("--name", help="The new name; the former one stays as an alias.")] = None,
    head: Head = None,
    panel: Panel = None,
    short_name: Short = None,
    banner: BannerName = None,
    nuance: Nuance = None,
    nuance_source: NuanceSource = None,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Change what is known of a list; an empty text takes a value away."""
    from pledgebot.services.lists import ListDetails, edit_list

    details = ListDetails(name, short_name, head, panel, banner, nuance, nuance_source)
    with acting(config, by) as (bot, session, actor):
        number = find_list(session, bot, which, round_key)
        edit_list(session, number, details, actor, bot.clock.now())
    typer.echo(f"list #{number} changed")


@app.command()
def alias(
    which: Annotated[
        str, typer.Argument(metavar="NAME", help="The list (number or name), or with --banner the banner.")
    ],
    other: Annotated[list[str], typer.Argument(metavar="ALIAS...", help="Other names or initials.")],
    by: As,
    banner: Annotated[bool, typer.Option("--banner", help="NAME is a banner.")] = False,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Give a list or a banner other names by which people ask for it."""
    from pledgebot.services.lists import add_alias

    with acting(config, by) as (bot, session, actor):
        list_id = None if banner else find_list(session, bot, which, round_key)
        banner_id = find_banner(session, bot, which, round_key) if banner else None
        for name in other:
            add_alias(session, name, actor, bot.clock.now(), list_id=list_id, banner_id=banner_id)
    typer.echo(f"{which}: also known as {', '.join(other)}")


@app.command()
def withdraw(
    which: ListName,
    by: As,
    undo: Annotated[bool, typer.Option("--undo", help="It stands after all: it was withdrawn by mistake.")] = False,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Say that a list no longer stands; what it said stays on record."""
    from pledgebot.services.lists import reinstate_list, withdraw_list

    with acting(config, by) as (bot, session, actor):
        number = find_list(session, bot, which, round_key)
        (reinstate_list if undo else withdraw_list)(session, number, actor, bot.clock.now())
    typer.echo(f"list #{number} stands" if undo else f"list #{number} no longer stands")


@app.command()
def merge(
    which: Annotated[
        list[str], typer.Argument(metavar="LIST...", help="The lists that no longer stand by themselves.")
    ],
    into: Annotated[str, typer.Option("--into", metavar="LIST", help="The list that they joined.")],
    by: As,
    round_key: Round = None,
    config: Config = None,
) -> None:
    """Say that lists merged into another; what they said is shown there as inherited, to be confirmed."""
    from pledgebot.services.lists import merge_lists

    with acting(config, by) as (bot, session, actor):
        child = find_list(session, bot, into, round_key)
        parents = tuple(find_list(session, bot, name, round_key) for name in which)
        merge_lists(session, parents, child, actor, bot.clock.now())
    typer.echo(f"{len(parents)} merged into list #{child}")


@app.command()
def show(
    place: Annotated[str | None, typer.Argument(help="A constituency: its code or name; else all.")] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the lists of the current round with their numbers and positions."""
    with asking(config) as (bot, session):
        tables = _tables(session, bot, place)
    if as_json:
        print_json(tables)
        return
    from pledgebot.messages.stances import table as worded

    tr = terminal_translator()
    for table in tables:
        print_message(worded(table, tr))
        typer.echo("\n" + "\n".join(f"#{row.head.id} = {row.head.name}" for row in table.rows) + "\n")


def _tables(session: "Session", bot: "Bot", place: str | None) -> "list[TableView]":
    from pledgebot.domain.errors import Objection, Refused
    from pledgebot.services.lookup import HitKind, find
    from pledgebot.services.queries import current_round, places, table

    now = bot.clock.now()
    asked = current_round(session, now)
    if place is None:
        return [table(session, known.id, now) for known in places(session, asked.id)]
    found = find(session, place, [HitKind.PLACE], asked.id)
    if found.sure is None:
        raise Refused(Objection.UNKNOWN_CONSTITUENCY, name=place)
    return [table(session, found.sure.id, now)]

"""`pledgebot lists match` and `pledgebot lists lineage`: what meets the official file, and who descends from whom."""

from typing import Annotated

import typer

from pledgebot.cli.shared import Config, Json, Round, acting, asking, find_list, print_json, round_id

Who = Annotated[str | None, typer.Option("--as", metavar="NAME", help="The organizer who confirms or undoes.")]


def match(
    provisional: Annotated[str | None, typer.Argument(metavar="LIST", help="The list recorded by hand.")] = None,
    official: Annotated[str | None, typer.Argument(metavar="LIST", help="The same list in the official file.")] = None,
    by: Who = None,
    round_key: Round = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Show which lists recorded by hand may be in the official file; with two lists, confirm that they are one.

    The list recorded by hand keeps its number, answers, contacts, aliases and subscriptions.
    """
    from pledgebot.services.matches import confirm_match, propose_matches

    if provisional is None:
        with asking(config) as (bot, session):
            views = propose_matches(session, round_id(session, bot, round_key))
        if as_json:
            print_json(views)
            return
        for view in views:
            head = ", same head of list" if view.same_head else ""
            typer.echo(
                f"#{view.provisional} {view.provisional_name} = #{view.official} {view.panel}. {view.official_name}? "
                f"({view.constituency}; names alike {view.likeness} %{head})"
            )
        typer.echo(f"{len(views)} proposed; confirm one with `pledgebot lists match LIST LIST --as NAME`")
        return
    if official is None or by is None:
        raise typer.BadParameter("expected both lists, and --as NAME")
    with acting(config, by) as (bot, session, actor):
        ours = find_list(session, bot, provisional, round_key)
        confirm_match(session, ours, find_list(session, bot, official, round_key), actor, bot.clock.now())
    typer.echo(f"list #{ours} is the one of the official file")


def lineage(
    confirm: Annotated[list[int] | None, typer.Option("--confirm", metavar="N", help="Confirm these lineages.")] = None,
    undo: Annotated[int | None, typer.Option("--undo", metavar="N", help="Take a lineage back.")] = None,
    child: Annotated[
        str | None, typer.Option("--child", metavar="LIST", help="By hand: the list of this round…")
    ] = None,
    parent: Annotated[
        str | None, typer.Option("--parent", metavar="LIST", help="…and the one that it comes from.")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="By hand: continues or merged.")] = "continues",
    close: Annotated[
        bool, typer.Option("--close", help="Drop what is left, and delete the candidates' digests.")
    ] = False,
    by: Who = None,
    round_key: Round = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Show from which first-round lists the lists of a round come; confirm, undo, or say it by hand."""
    from pledgebot.domain.election import LineageKind
    from pledgebot.services import lineages

    acts = [bool(confirm), undo is not None, child is not None or parent is not None, close]
    if sum(acts) > 1:
        raise typer.BadParameter("expected one of --confirm, --undo, --child with --parent, --close")
    if not any(acts):
        _show(config, round_key, as_json=as_json)
        return
    if by is None:
        raise typer.BadParameter("expected --as NAME")
    if kind not in {known.value for known in LineageKind}:
        raise typer.BadParameter(f"{kind!r}: expected {' or '.join(LineageKind)}", param_hint="--kind")
    with acting(config, by) as (bot, session, actor):
        now = bot.clock.now()
        if confirm:
            lineages.confirm_lineages(session, confirm, actor, now)
        elif undo is not None:
            lineages.undo_lineage(session, undo, actor, now)
        elif child is not None and parent is not None:
            numbers = find_list(session, bot, child, round_key), find_list(session, bot, parent, "1")
            lineages.set_lineage(session, *numbers, LineageKind(kind), actor, now)
        elif close:
            dropped = lineages.close_lineages(session, round_id(session, bot, round_key), actor, now)
            typer.echo(f"closed: {dropped} proposals dropped, digests deleted")
        else:
            raise typer.BadParameter("expected --child and --parent")
    _show(config, round_key, as_json=as_json)


def _show(config: Config, round_key: str | None, *, as_json: bool) -> None:
    from pledgebot.services.lineages import show_lineages

    with asking(config) as (bot, session):
        views = show_lineages(session, round_id(session, bot, round_key))
    if as_json:
        print_json(views)
        return
    for view in views:
        share = f", {view.common} of {view.of_child} candidates" if view.common is not None else ""
        state = "confirmed" if view.confirmed else "proposed"
        typer.echo(f"{view.id} {state}: {view.child} {view.kind.value} {view.parent} ({view.constituency}{share})")
    left = sum(not view.confirmed for view in views)
    typer.echo(f"{len(views)} lineages, {left} to confirm with `pledgebot lists lineage --confirm N --as NAME`")

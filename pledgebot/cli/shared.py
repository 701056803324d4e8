"""What commands share: their common options, opening an installation, finding what a person names, printing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pledgebot.bootstrap import Bot
    from pledgebot.messages.document import Message
    from pledgebot.messages.i18n import Translator
    from pledgebot.services.people import Actor
    from pledgebot.store.engine import Session

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The configuration; else $PLEDGEBOT_CONFIG, else ./config.toml."),
]
As = Annotated[str, typer.Option("--as", metavar="NAME", help="The organizer who acts.")]
Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
LARGEST = 2**31 - 1
"""The largest number that every database takes as the number of a row."""

Round = Annotated[str | None, typer.Option("--round", metavar="N", help="The round; else the current one.")]


@contextmanager
def acting(config: Path | None, name: str) -> Iterator[tuple["Bot", "Session", "Actor"]]:
    """Open an installation and one writing transaction in which an organizer acts; it commits when it leaves well."""
    from pledgebot.bootstrap import opened_bot
    from pledgebot.services.people import find_actor

    with opened_bot(config) as bot, bot.database.begin() as session:
        yield bot, session, find_actor(session, name, "cli")


@contextmanager
def asking(config: Path | None) -> Iterator[tuple["Bot", "Session"]]:
    """Open an installation and one reading transaction."""
    from pledgebot.bootstrap import opened_bot

    with opened_bot(config) as bot, bot.database.read() as session:
        yield bot, session


def terminal_translator() -> "Translator":
    """Return the translator of the terminal's language: French where the locale is, else English."""
    from pledgebot.messages.i18n import translator

    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    return translator("fr" if named.startswith("fr") else "en")


def find_list(session: "Session", bot: "Bot", text: str, round_key: str | None = None) -> int:
    """Return the list that a person names: its number as `lists show` gives it, or any name by which it is known."""
    from pledgebot.domain.errors import Objection, Refused
    from pledgebot.services.lookup import HitKind, find

    number = text.lstrip("#")
    if number.isdecimal():
        if len(number) > len(str(LARGEST)) or int(number) > LARGEST:
            raise Refused(Objection.UNKNOWN_LIST, name=text)
        return int(number)
    found = find(session, text, [HitKind.LIST], round_id(session, bot, round_key))
    if found.sure is not None:
        return found.sure.id
    if found.hits:
        raise Refused(Objection.AMBIGUOUS_LIST, name=text, known=[f"#{hit.id} {hit.label}" for hit in found.hits])
    raise Refused(Objection.UNKNOWN_LIST, name=text)


def find_banner(session: "Session", bot: "Bot", text: str, round_key: str | None = None) -> int:
    """Return the banner that a person names."""
    from pledgebot.domain.errors import Objection, Refused
    from pledgebot.services.lookup import HitKind, find

    found = find(session, text, [HitKind.BANNER], round_id(session, bot, round_key))
    if found.sure is None:
        raise Refused(Objection.UNKNOWN_BANNER, name=text)
    return found.sure.id


def round_id(session: "Session", bot: "Bot", key: str | None) -> int:
    """Return the round of a key or number, else the current one."""
    from pledgebot.services.lists import find_round

    return find_round(session, round_named(session, bot, key)).id


def round_named(session: "Session", bot: "Bot", key: str | None) -> str:
    """Return the key or number that a person gave for a round, else the key of the current one."""
    from pledgebot.services.queries import current_round

    return key if key is not None else current_round(session, bot.clock.now()).key


def print_message(message: "Message") -> None:
    """Print a message as plain text."""
    from pledgebot.messages.render import plain

    typer.echo(plain(message))


def print_json(value: object) -> None:
    """Print views as JSON; dates in ISO form, time zones by name."""
    from pydantic import TypeAdapter

    typer.echo(TypeAdapter(object).dump_json(value, indent=2, fallback=str).decode())

"""The menu of commands that Telegram shows: per language and scope, renewed when it changes."""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import telegram
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from pledgebot.messages.i18n import Translator, translator

_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Menu:
    """The commands of one scope in one language; an empty language is what everybody else sees."""

    scope: BotCommandScope
    language: str
    commands: tuple[tuple[str, str], ...]


def menus(languages: tuple[str, ...], organizers: Iterable[str], groups: Iterable[str]) -> tuple[Menu, ...]:
    """Return every menu. A menu of one chat hides all others there, so organizers' ones hold everything.

    `organizers` are the private chats of organizers, `groups` their groups. The first language is also everybody else's.
    """
    found: list[Menu] = []
    for language in ("", *languages):
        tr = translator(language or languages[0])
        follower, subscriber, organizer = (
            _named(commands(tr), tr) for commands in (_follower, _subscriber, _organizer)
        )
        found += [
            Menu(BotCommandScopeDefault(), language, follower),
            Menu(BotCommandScopeAllPrivateChats(), language, follower + subscriber),
            Menu(BotCommandScopeAllGroupChats(), language, follower + subscriber[:1]),
        ]
        found += [
            Menu(BotCommandScopeChat(int(chat)), language, organizer + follower + subscriber) for chat in organizers
        ]
        found += [Menu(BotCommandScopeChat(int(chat)), language, organizer + follower) for chat in groups]
    return tuple(found)


# The names of commands by language; a test holds them to the grammar, which understands all of them everywhere.
_FRENCH = {
    "stances": "positions", "list": "liste", "demand": "demande", "compare": "comparer", "history": "historique",
    "picture": "image",
    "dates": "dates", "letter": "lettre", "help": "aide", "subscribe": "abonner", "digest": "rythme", "quiet": "calme",
    "timezone": "fuseau",
    "language": "langue", "mydata": "mesdonnees", "forget": "oublier", "privacy": "confidentialite", "log": "noter",
    "pending": "attente", "lists": "listes", "contact": "contact", "chase": "relancer", "correct": "corriger",
    "withdraw": "retirer", "undo": "defaire", "deliveries": "envois", "status": "etat", "cancel": "annuler",
    "resume": "reprendre",
}  # fmt: skip


def _follower(tr: Translator) -> tuple[tuple[str, str], ...]:
    return (
        ("stances", tr._("what every list says")),
        ("list", tr._("one list, with its words and their proof")),
        ("demand", tr._("what every list says on one demand")),
        ("compare", tr._("two lists side by side")),
        ("history", tr._("everything that one list said, and when")),
        ("picture", tr._("the table as a picture")),
        ("dates", tr._("the polling days")),
        ("letter", tr._("the open letter")),
        ("help", tr._("what can be asked")),
    )


def _named(commands: tuple[tuple[str, str], ...], tr: Translator) -> tuple[tuple[str, str], ...]:
    """Return commands under their names in a language."""
    names = _FRENCH if tr.language == "fr" else {}
    return tuple((names.get(name, name), description) for name, description in commands)


def _subscriber(tr: Translator) -> tuple[tuple[str, str], ...]:
    return (
        ("subscribe", tr._("be told what changes")),
        ("digest", tr._("how often, on which day, at what hour")),
        ("quiet", tr._("hours without messages")),
        ("timezone", tr._("by which clocks hours are read")),
        ("language", tr._("choose the language")),
        ("mydata", tr._("everything that is kept of you")),
        ("forget", tr._("have it deleted at once")),
        ("privacy", tr._("what is kept, and for how long")),
    )


def _organizer(tr: Translator) -> tuple[tuple[str, str], ...]:
    return (
        ("log", tr._("log an answer with its proof")),
        ("pending", tr._("entries that wait for a second person")),
        ("lists", tr._("lists: add, rename, withdraw, merge")),
        ("contact", tr._("log a contact with a list")),
        ("chase", tr._("take a list for 24 hours")),
        ("correct", tr._("correct a confirmed entry")),
        ("withdraw", tr._("a list takes its word back")),
        ("undo", tr._("undo a confirmation that was not announced yet")),
        ("deliveries", tr._("messages in doubt or failed")),
        ("status", tr._("how the bot is")),
        ("pause", tr._("let nothing go out to the public")),
        ("resume", tr._("let go on what is stopped")),
        ("cancel", tr._("drop what you are logging")),
    )


def digest_of(wanted: Iterable[Menu]) -> str:
    """Return what tells these menus from other ones."""
    plain = [[menu.scope.to_dict(), menu.language, menu.commands] for menu in wanted]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


async def commands_there(bot: telegram.Bot) -> int:
    """Return how many commands everybody's menu has already; asked again and again while Telegram is away.

    A server that does not know the question tells of none.
    """
    failures = 0
    while True:
        try:
            return len(await bot.get_my_commands())
        except (BadRequest, Forbidden, InvalidToken):
            return 0
        except TelegramError:
            failures += 1
            await asyncio.sleep(min(_LONGEST_WAIT, 2.0**failures / 2))


async def set_menus(bot: telegram.Bot, wanted: Iterable[Menu]) -> None:
    """Set every menu; a chat that is gone is left out. Raises the library's errors when Telegram is away."""
    for menu in wanted:
        commands = [BotCommand(name, description[:256]) for name, description in menu.commands]
        try:
            await bot.set_my_commands(commands, scope=menu.scope, language_code=menu.language or None)
        except (BadRequest, Forbidden):
            if not isinstance(menu.scope, BotCommandScopeChat):
                raise


async def delete_menus(bot: telegram.Bot, chats: Iterable[str], languages: tuple[str, ...]) -> None:
    """Take the menus of chats away that have none of their own any more."""
    for chat in chats:
        for language in ("", *languages):
            with suppress(BadRequest, Forbidden):
                await bot.delete_my_commands(BotCommandScopeChat(int(chat)), language_code=language or None)

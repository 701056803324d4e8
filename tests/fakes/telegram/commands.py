"""The command menus that the bot set, and which of them a client shows (core.telegram.org/bots/api#botcommandscope)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.telegram.chats import Chat
    from fakes.telegram.people import Person

Menu = list[dict[str, str]]
Scope = tuple[str, int, int]
"""The type of a scope, with its chat and user or zeros."""


class Commands:
    """Menus by scope and language; `profile` the descriptions by method and language."""

    def __init__(self) -> None:
        self.menus: dict[tuple[Scope, str], Menu] = {}
        self.profile: dict[tuple[str, str], str] = {}

    def shown(self, person: "Person", chat: "Chat") -> dict[str, str]:
        """Return the menu that a person sees in a chat: the narrowest scope wins, then the language."""
        for scope in _scopes(person, chat):
            for language in dict.fromkeys((person.language[:2], "")):
                menu = self.menus.get((scope, language))
                if menu:
                    return {entry["command"]: entry["description"] for entry in menu}
        return {}


def _scopes(person: "Person", chat: "Chat") -> Iterator[Scope]:
    """Name the scopes that apply, the narrowest first."""
    if chat.kind == "private":
        yield ("chat", chat.id, 0)
        yield ("all_private_chats", 0, 0)
    else:
        admin = chat.member(person).is_admin
        yield ("chat_member", chat.id, person.id)
        yield from [("chat_administrators", chat.id, 0)] * admin
        yield ("chat", chat.id, 0)
        yield from [("all_chat_administrators", 0, 0)] * admin
        yield ("all_group_chats", 0, 0)
    yield ("default", 0, 0)

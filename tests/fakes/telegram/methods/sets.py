"""What the bot sets about itself: command menus, name and descriptions, each by language."""

import re
from collections.abc import Callable, Mapping

from fakes.telegram.commands import Scope
from fakes.telegram.parameters import Parameters
from fakes.telegram.refusals import bad_request
from fakes.telegram.world import World

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_OF_CHATS = frozenset({"chat", "chat_administrators", "chat_member"})
_MOST_COMMANDS = 100
_LONGEST_DESCRIPTION = 256
_LENGTHS = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}


def set_my_commands(world: World, given: Parameters) -> object:
    """Set the menu of a scope and language."""
    menu = [_command(item) for item in given.structures("commands")]
    if len(menu) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.commands.menus[_scope(world, given), _language(given)] = menu
    return True


def get_my_commands(world: World, given: Parameters) -> object:
    """Return the menu that was set for a scope and language."""
    return world.commands.menus.get((_scope(world, given), _language(given)), [])


def delete_my_commands(world: World, given: Parameters) -> object:
    """Forget the menu of a scope and language."""
    world.commands.menus.pop((_scope(world, given), _language(given)), None)
    return True


def _command(item: Mapping[str, object]) -> dict[str, str]:
    name, description = str(item.get("command", "")).removeprefix("/"), str(item.get("description", "")).strip()
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= _LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _scope(world: World, given: Parameters) -> Scope:
    scope = given.structure("scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope JSON object")
    kind = str(scope.get("type"))
    if kind in _SCOPES:
        return (kind, 0, 0)
    if kind not in _OF_CHATS:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    chat = world.chat_of(str(scope.get("chat_id", "")))
    if chat is None:
        raise bad_request("chat not found")
    chat.check_reachable()
    person = scope.get("user_id", 0)
    return (kind, chat.id, person if isinstance(person, int) and kind == "chat_member" else 0)


def _language(given: Parameters) -> str:
    language = given.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _setter(what: str) -> Callable[[World, Parameters], object]:
    key, longest = _LENGTHS[what]

    def put(world: World, given: Parameters) -> object:
        text = given.text(key)
        if len(text) > longest:
            raise bad_request(f"the bot's {key.replace('_', ' ')} is too long")
        world.commands.profile[key, _language(given)] = text
        return True

    return put


def _getter(what: str) -> Callable[[World, Parameters], object]:
    key, _longest = _LENGTHS[what]

    def get(world: World, given: Parameters) -> object:
        every = world.commands.profile
        return {key: every.get((key, _language(given))) or every.get((key, ""), "")}

    return get


PROFILE = {f"setMy{what}": _setter(what) for what in _LENGTHS} | {f"getMy{what}": _getter(what) for what in _LENGTHS}

"""The menus of commands: every command is understood, fits Telegram, and nothing is set twice."""

import re

import pytest
from telegram import BotCommandScopeChat

from pledgebot.chat.grammar import VERB_WORDS, Verb, parse
from pledgebot.chat.telegram.menus import Menu, digest_of, menus

ALL = menus(("fr", "en"), ("7000000001",), ("-1001",))


@pytest.mark.parametrize("menu", ALL, ids=lambda menu: f"{menu.scope.type}-{menu.language or 'any'}")
def test_every_command_of_a_menu_is_understood_and_fits_telegram(menu: Menu) -> None:
    commands = menu.commands
    assert 0 < len(commands) <= 100
    assert len({name for name, _description in commands}) == len(commands)
    for name, description in commands:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
        assert 3 <= len(description) <= 256
        assert parse(f"/{name}").verb is not Verb.UNKNOWN


def test_a_menu_has_the_same_commands_in_every_language() -> None:
    verbs = {
        (str(menu.scope.to_dict()), menu.language): [VERB_WORDS[name] for name, _description in menu.commands]
        for menu in ALL
    }
    for (scope, _language), found in verbs.items():
        assert found == verbs[scope, ""]


def test_the_menu_of_one_chat_hides_all_others_so_it_holds_everything() -> None:
    widest = {name for menu in ALL if menu.language == "en" for name, _description in menu.commands}
    own = next(
        menu for menu in ALL
        if menu.language == "en" and isinstance(menu.scope, BotCommandScopeChat) and menu.scope.chat_id > 0
    )  # fmt: skip
    assert {name for name, _description in own.commands} == widest


def test_a_stranger_sees_no_command_of_organizers() -> None:
    for menu in ALL:
        if not isinstance(menu.scope, BotCommandScopeChat):
            assert not {"log", "noter", "pending", "attente", "held", "status"} & {
                name for name, _words in menu.commands
            }


def test_menus_are_told_apart_by_what_they_say() -> None:
    assert digest_of(ALL) == digest_of(menus(("fr", "en"), ("7000000001",), ("-1001",)))
    assert digest_of(ALL) != digest_of(menus(("fr", "en"), ("7000000001", "5"), ("-1001",)))
    assert digest_of(ALL) != digest_of(menus(("en", "fr"), ("7000000001",), ("-1001",)))

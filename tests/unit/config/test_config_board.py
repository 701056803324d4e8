"""The board in the configuration: when it is shown, and where the world finds it."""

from collections.abc import Callable

import pytest

from pledgebot.bootstrap import board_masthead
from pledgebot.config import Settings

Load = Callable[..., Settings]

ROOT = 'public_url = "https://exemple.test"'
ELSEWHERE = 'board_url = "https://exemple.org/tableau/"'


@pytest.mark.parametrize(
    ("lines", "shown", "address"),
    [
        ((), False, None),
        (("[web]",), True, None),
        (("[web]", ROOT), True, "https://exemple.test"),
        (("[web]", ROOT, "board = false"), False, None),
        (("[web]", ROOT, ELSEWHERE), True, "https://exemple.org/tableau"),
        (("[web]", ROOT, ELSEWHERE, "board = false"), False, "https://exemple.org/tableau"),
    ],
)
def test_a_table_for_the_web_shows_the_board_and_its_address_is_found(
    load: Load, lines: tuple[str, ...], shown: bool, address: str | None
) -> None:
    settings = load(("[limits]", "\n".join([*lines, "[limits]"])))
    assert settings.has_board is shown
    assert settings.board_address == address


def test_the_board_says_who_publishes_it(load: Load) -> None:
    masthead = board_masthead(load(("[limits]", f'[web]\n{ROOT}\n[telegram]\nusername = "exemple_bot"\n[limits]')))
    assert masthead.root == "https://exemple.test/"
    assert masthead.languages == ("fr", "en")
    assert (masthead.publisher, masthead.contact) == ("Association Exemple", "contact@exemple.org")
    assert masthead.bots == {"Telegram": "https://t.me/exemple_bot"}

"""What is served over HTTP: the webhook, the board, and what an operator asks."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pledgebot.bootstrap.networks import webhook_address
from pledgebot.config import Settings

if TYPE_CHECKING:
    from pledgebot.bootstrap.bot import Bot
    from pledgebot.chat.telegram.life import TelegramLife
    from pledgebot.web.board_app import BoardApp
    from pledgebot.web.reading import Masthead
    from pledgebot.web.server import WebServer


def build_web(bot: "Bot", life: "TelegramLife | None") -> "WebServer | None":
    """Return the web server; None where nothing needs one."""
    listening = life if life is not None and life.webhook is not None else None
    if listening is None and not bot.settings.has_board:
        return None
    from pledgebot.web.app import Webhook, build_app
    from pledgebot.web.server import WebServer

    webhook = Webhook(listening.secret, listening.keep) if listening is not None else None
    board = build_board(bot)
    closing = board.close if board is not None else None
    return WebServer(build_app(webhook, board=board), bot.settings.web.listen, closing=closing)


def build_board(bot: "Bot") -> "BoardApp | None":
    """Return the board as it is served; None where it is switched off."""
    if not bot.settings.has_board:
        return None
    from pledgebot.web.board import Board
    from pledgebot.web.board_app import BoardApp

    masthead = board_masthead(bot.settings)
    return BoardApp(Board(bot.database, bot.clock, masthead), bot.clock, masthead.languages)


def board_masthead(settings: Settings) -> "Masthead":
    """Return what the configuration says of the board."""
    from pledgebot.web.reading import Masthead

    address, bot = settings.board_address, settings.telegram.username
    return Masthead(
        languages=tuple(str(language) for language in settings.languages),
        root=f"{address.rstrip('/')}/" if address else None,
        publisher=settings.legal.publisher,
        contact=settings.legal.contact,
        host=settings.legal.host,
        bots={"Telegram": f"https://t.me/{bot}"} if bot else {},
    )


def build_operator(bot: "Bot", lease: str, works_since: Callable[[], datetime | None]) -> "WebServer | None":
    """Return the server that only the operator's own monitoring asks; None where the configuration names no place for it.

    `works_since` is since when this worker holds the `lease`; None while it stands by.
    """
    listen = bot.settings.web.operator_listen
    if listen is None:
        return None
    from pledgebot.web.health import build_operator_app
    from pledgebot.web.office import Office
    from pledgebot.web.server import WebServer

    # A webhook brings what there is: nobody knows when the next update comes, and silence is no fault.
    fetched = {"telegram": bot.telegram is not None and webhook_address(bot.settings) is None}
    office = Office(
        database=bot.database,
        clock=bot.clock,
        watch=bot.watch,
        silence=bot.silence,
        tallies=bot.tallies,
        lease=lease,
        works_since=works_since,
        networks=frozenset(name for name in bot.channels if fetched.get(name, name != "console")),
        channels=frozenset(bot.channels),
    )
    return WebServer(build_operator_app(office), listen, "web.operator_listen")

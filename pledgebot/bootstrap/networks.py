"""The bot's accounts on the networks, and its life there."""

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pledgebot.channels.base import Channel
from pledgebot.channels.pictures import read_card
from pledgebot.clock import Clock, ClockWatch
from pledgebot.config import Settings
from pledgebot.domain.tallies import Tallies

if TYPE_CHECKING:
    from pledgebot.bootstrap.bot import Bot
    from pledgebot.channels.mastodon.budgets import Budgets
    from pledgebot.channels.mastodon.channel import MastodonChannel
    from pledgebot.channels.mastodon.gateway import Gateway
    from pledgebot.chat.mastodon.life import MastodonLife
    from pledgebot.chat.telegram.life import Account, TelegramLife
    from pledgebot.pace import Pace


@dataclass(frozen=True)
class MastodonAccount:
    """The bot's account on Mastodon: one gateway and one budget for all that it does there."""

    gateway: "Gateway"
    budgets: "Budgets"
    channel: "MastodonChannel"


def telegram_account(
    settings: Settings, clock: Clock, watch: ClockWatch, tallies: Tallies | None = None
) -> "tuple[Account, Channel, Pace] | tuple[None, None, None]":
    """Return the bot's account on Telegram, not opened yet, the medium that posts from it, and the pace of both.

    Nothing without a token. What Telegram's replies say of the time goes to `watch`, its requests for patience to `tallies`.
    """
    token = settings.telegram.token
    if token is None:
        return None, None, None
    # Read by the library whenever a server asks to wait: without it every such answer is a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    from telegram.ext import ExtBot

    from pledgebot.channels.telegram import AiohttpRequest, TelegramChannel, TelegramVoice
    from pledgebot.chat.telegram.life import Account
    from pledgebot.pace import Pace

    polling = AiohttpRequest(connections=1, clock=clock, watch=watch, tallies=tallies)
    bot: ExtBot[None] = ExtBot(
        token.get_secret_value(),
        base_url=settings.telegram.base_url,
        base_file_url=settings.telegram.base_file_url,
        request=AiohttpRequest(clock=clock, watch=watch, tallies=tallies),
        get_updates_request=polling,
    )
    # One pace for posts and answers: the limits are the account's.
    pace = Pace(time.monotonic)
    account = Account(bot, polling, TelegramVoice(bot, pace, read_card))
    pays = settings.telegram.paid_broadcasts
    return account, TelegramChannel(bot, pace, lambda: bot.username, read_card, pays=pays), pace


def mastodon_gateway(
    settings: Settings, clock: Clock, watch: ClockWatch, tallies: Tallies | None = None
) -> "Gateway | None":
    """Return the bot's account on Mastodon, of which nothing is asked yet; None without an instance and a token.

    What its replies say of the time goes to `watch`, its requests for patience to `tallies`.
    """
    base_url, token = settings.mastodon.base_url, settings.mastodon.token
    if base_url is None or token is None:
        return None
    from pledgebot.channels.mastodon.gateway import Gateway

    return Gateway(base_url, token.get_secret_value(), clock, watch=watch, tallies=tallies)


def mastodon_account(
    settings: Settings, clock: Clock, watch: ClockWatch, tallies: Tallies | None = None
) -> MastodonAccount | None:
    """Return the bot's account on Mastodon, of which nothing is asked yet; None without an instance and a token."""
    gateway = mastodon_gateway(settings, clock, watch, tallies)
    if gateway is None:
        return None
    from pledgebot.channels.mastodon.budgets import Budgets
    from pledgebot.channels.mastodon.channel import MastodonChannel, Style

    wanted = settings.mastodon
    budgets = Budgets(clock.now, wanted.posts_reserved)
    style = Style(wanted.announcements, wanted.reminders, wanted.content_warning or "")
    return MastodonAccount(gateway, budgets, MastodonChannel(gateway, budgets, style, clock.now, read_card))


def build_telegram(
    bot: "Bot", cross: Callable[[Callable[[], object]], Awaitable[object]], may_work: Callable[[], bool]
) -> "TelegramLife | None":
    """Return the bot's life on Telegram; None when it has no account there."""
    if bot.telegram is None:
        return None
    from pledgebot.chat.telegram.life import TelegramLife
    from pledgebot.chat.telegram.responder import Manners, Responder

    settings = bot.settings
    largest = settings.limits.evidence_megabytes * 1024 * 1024
    manners = Manners(settings.languages, settings.legal.contact, largest)
    return TelegramLife(
        account=bot.telegram,
        responder=Responder(bot.database, bot.clock, manners),
        zone=ZoneInfo(str(settings.election.zone)),
        cross=cross,
        may_work=may_work,
        webhook=webhook_address(settings),
        tallies=bot.tallies,
    )


def build_mastodon(
    bot: "Bot", cross: Callable[[Callable[[], object]], Awaitable[object]], may_work: Callable[[], bool]
) -> "MastodonLife | None":
    """Return the bot's life on Mastodon; None when it has no account there."""
    if bot.mastodon is None:
        return None
    from pledgebot.channels.mastodon.answers import Answers
    from pledgebot.channels.mastodon.errors import TOKEN_REFUSED
    from pledgebot.chat.mastodon.answering import Manners, Responder
    from pledgebot.chat.mastodon.life import MastodonLife

    account, settings = bot.mastodon, bot.settings
    return MastodonLife(
        ears=account.gateway,
        mouth=Answers(account.gateway, account.budgets, account.channel.limits, read_card),
        responder=Responder(
            bot.database, bot.clock, Manners(settings.languages, settings.legal.contact, settings.board_address)
        ),
        cross=cross,
        may_work=may_work,
        hopeless={TOKEN_REFUSED},
        tallies=bot.tallies,
    )


def webhook_address(settings: Settings) -> str | None:
    """Return where Telegram brings its updates; None where the bot fetches them."""
    from pledgebot.web.app import TELEGRAM_PATH

    public = settings.web.public_url
    return f"{public}{TELEGRAM_PATH}" if settings.telegram.webhook and public else None

"""The only place that constructs: configuration → a frozen record of the wired parts. Nothing happens at import."""

from pledgebot.bootstrap.bot import CONFIG_VARIABLE, DEFAULT_CONFIG, Bot, build_dispatcher, config_path, opened_bot
from pledgebot.bootstrap.databases import open_database, ready_database
from pledgebot.bootstrap.networks import (
    MastodonAccount,
    build_mastodon,
    build_telegram,
    mastodon_account,
    mastodon_gateway,
    telegram_account,
    webhook_address,
)
from pledgebot.bootstrap.plans import installation_plan, policy_of, silence_policy
from pledgebot.bootstrap.web import board_masthead, build_board, build_operator, build_web

__all__ = [
    "CONFIG_VARIABLE",
    "DEFAULT_CONFIG",
    "Bot",
    "MastodonAccount",
    "board_masthead",
    "build_board",
    "build_dispatcher",
    "build_mastodon",
    "build_operator",
    "build_telegram",
    "build_web",
    "config_path",
    "installation_plan",
    "mastodon_account",
    "mastodon_gateway",
    "open_database",
    "opened_bot",
    "policy_of",
    "ready_database",
    "silence_policy",
    "telegram_account",
    "webhook_address",
]

"""The only place that constructs: configuration → a frozen record of the wired parts. Nothing happens at import."""

import math
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

from pledgebot.channels.base import Channel
from pledgebot.channels.console import ConsoleChannel
from pledgebot.channels.pictures import read_card
from pledgebot.clock import Clock, ClockWatch, SystemClock
from pledgebot.config import Settings, check_letter_fits, load_letter, load_settings
from pledgebot.dispatcher import Dispatcher, House
from pledgebot.domain.audience import Audience
from pledgebot.domain.brakes import BrakePolicy
from pledgebot.domain.doubts import AfterDoubt, DoubtPolicy
from pledgebot.domain.errors import Unusable
from pledgebot.domain.letter import Letter
from pledgebot.domain.policy import Attach, Policy, ReminderPolicy
from pledgebot.domain.tallies import Tallies
from pledgebot.services.gate import SilencePolicy
from pledgebot.services.installation import (
    DestinationPlan,
    InstallationPlan,
    PlacePlan,
    RoundPlan,
    sync_installation,
)
from pledgebot.store.engine import Database
from pledgebot.store.schema import SchemaState, schema_state, upgrade_schema

if TYPE_CHECKING:
    from pledgebot.channels.mastodon.budgets import Budgets
    from pledgebot.channels.mastodon.channel import MastodonChannel
    from pledgebot.channels.mastodon.gateway import Gateway
    from pledgebot.chat.mastodon.life import MastodonLife
    from pledgebot.chat.telegram.life import Account, TelegramLife
    from pledgebot.pace import Pace
    from pledgebot.web.board_app import BoardApp
    from pledgebot.web.reading import Masthead
    from pledgebot.web.server import WebServer

CONFIG_VARIABLE = "PLEDGEBOT_CONFIG"
DEFAULT_CONFIG = Path("config.toml")


@dataclass(frozen=True)
class MastodonAccount:
    """The bot's account on Mastodon: one gateway and one budget for all that it does there."""

    gateway: "Gateway"
    budgets: "Budgets"
    channel: "MastodonChannel"


@dataclass(frozen=True)
class Bot:
    """The wired parts of one installation."""

    settings: Settings
    letter: Letter
    database: Database
    clock: Clock
    silence: SilencePolicy
    watch: ClockWatch = field(default_factory=ClockWatch)
    tallies: Tallies = field(default_factory=Tallies)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    telegram: "Account | None" = None
    mastodon: MastodonAccount | None = None
    pace: "Pace | None" = None

    @property
    def language(self) -> str:
        """Return the installation's first language."""
        return self.settings.languages[0]


def config_path(given: Path | None) -> Path:
    """Return the configuration file: the one named, else `PLEDGEBOT_CONFIG`, else `./config.toml`."""
    return given or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)


@contextmanager
def opened_bot(
    config: Path | None,
    *,
    clock: Clock | None = None,
    working: bool = False,
    stream: TextIO | None = None,
) -> Iterator[Bot]:
    """Open an installation for a while: settings, letter and database agree with each other inside.

    `working` is what `pledgebot run` asks for: it is the only worker on an SQLite database, and brings it up to date first.
    Otherwise an old or missing database is refused with a line that says what to do. Raises `Unusable`.
    """
    settings = load_settings(config_path(config), os.environ)
    letter = load_letter(settings.letter_path())
    check_letter_fits(settings, letter)
    database = open_database(settings, create=working)
    with closing(database), database.only_worker() if working else nullcontext():
        ready_database(database, upgrade=working)
        clock = clock or SystemClock()
        with database.begin() as session:
            sync_installation(session, installation_plan(settings, letter), clock.now())
        watch, tallies = ClockWatch(), Tallies()
        account, telegram, pace = telegram_account(settings, clock, watch, tallies) if working else (None, None, None)
        mastodon = mastodon_account(settings, clock, watch, tallies) if working else None
        yield Bot(
            settings=settings,
            letter=letter,
            database=database,
            clock=clock,
            silence=silence_policy(settings),
            watch=watch,
            tallies=tallies,
            channels=_channels(
                settings, stream or sys.stdout, telegram, mastodon.channel if mastodon is not None else None
            ),
            telegram=account,
            mastodon=mastodon,
            pace=pace,
        )


def silence_policy(settings: Settings) -> SilencePolicy:
    """Return what the configuration says of the silence in sending."""
    silence = settings.silence
    return SilencePolicy(silence.rule, timedelta(minutes=silence.margin_minutes), silence.removals)


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


def _channels(settings: Settings, stream: TextIO, *networks: Channel | None) -> dict[str, Channel]:
    """Return the media that are open: the console where something is to be shown there, or where there is nothing else."""
    channels: dict[str, Channel] = {network.name: network for network in networks if network is not None}
    if not channels or any(place.channel == "console" for place in settings.destinations):
        channels["console"] = ConsoleChannel(stream)
    return channels


def build_telegram(
    bot: Bot, cross: Callable[[Callable[[], object]], Awaitable[object]], may_work: Callable[[], bool]
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
    bot: Bot, cross: Callable[[Callable[[], object]], Awaitable[object]], may_work: Callable[[], bool]
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


def build_web(bot: Bot, life: "TelegramLife | None") -> "WebServer | None":
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


def build_board(bot: Bot) -> "BoardApp | None":
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


def build_operator(bot: Bot, lease: str, works_since: Callable[[], datetime | None]) -> "WebServer | None":
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


def open_database(settings: Settings, *, create: bool) -> Database:
    """Return the configured database; an SQLite file that is not there is refused unless it may be created."""
    url = settings.database_url()
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite") and not create and not path.exists():
        raise Unusable(f"database {path}: not found; `pledgebot init` or `pledgebot db upgrade` creates it")
    return Database(url)


def ready_database(database: Database, *, upgrade: bool) -> None:
    """See that the database has this version's shape, and bring it there if that is allowed."""
    state = schema_state(database)
    if state is SchemaState.CURRENT:
        return
    if not upgrade and state is not SchemaState.UNKNOWN:
        raise Unusable(f"database: {_STALE[state]}; run `pledgebot db upgrade`")
    upgrade_schema(database)


_STALE = {SchemaState.EMPTY: "empty", SchemaState.OLD: "made by an older version of pledgebot"}


def installation_plan(settings: Settings, letter: Letter) -> InstallationPlan:
    """Return what the configuration says about what the database has to hold."""
    election = settings.election
    return InstallationPlan(
        letter=letter,
        rounds=tuple(
            RoundPlan(
                row.number,
                row.date,
                row.closes,
                str(election.zone),
                {str(language): name for language, name in election.name.items()},
            )
            for row in election.rounds
        ),
        places=tuple(
            PlacePlan(
                code=row.code.upper(),
                label=row.label,
                aliases=tuple(row.aliases),
                parent=row.parent.upper() if row.parent else None,
                zone=str(row.zone) if row.zone else None,
                closes=row.closes,
            )
            for row in election.constituencies
        ),
        destinations=tuple(
            DestinationPlan(row.channel, row.address, row.language, Audience(row.audience), row.thread or "")
            for row in settings.destinations
        ),
        fictional=settings.fictional,
        policy=policy_of(settings),
    )


def policy_of(settings: Settings) -> Policy:
    """Return what the configuration decides about silence and reminders."""
    silence, reminders, limits = settings.silence, settings.reminders, settings.limits
    deliveries = settings.deliveries
    return Policy(
        rule=silence.rule,
        margin=timedelta(minutes=silence.margin_minutes),
        answers=silence.answers,
        removals=silence.removals,
        negative_days=silence.negative_days,
        negative_hour=silence.negative_hour,
        board_url=settings.board_address,
        publisher=settings.legal.publisher,
        contact=settings.legal.contact,
        language=settings.languages[0],
        reminders=ReminderPolicy(
            days_left=tuple(sorted(set(reminders.days_left), reverse=True)),
            hour=reminders.hour,
            last_call=reminders.last_call,
            organizers_hour=reminders.organizers_hour,
            ladder=tuple(sorted(set(reminders.ladder))),
        ),
        brakes=BrakePolicy(limits.lists_changed_percent, limits.lists_changed, limits.most_receivers),
        doubts=DoubtPolicy(
            AfterDoubt(deliveries.private_doubts),
            AfterDoubt(deliveries.public_doubts),
            AfterDoubt(deliveries.digest_doubts),
        ),
        paid_broadcasts=settings.telegram.paid_broadcasts,
    )


def build_dispatcher(
    bot: Bot,
    executor: ThreadPoolExecutor,
    token: int = 1,
    channels: Mapping[str, Channel] | None = None,
    may_go: Callable[[], bool] = lambda: True,
    lease_left: Callable[[], float] = lambda: math.inf,
    house: House | None = None,
    patience: timedelta = timedelta(0),
) -> Dispatcher:
    """Return a dispatcher of an installation, which works under a lease's token. `channels` are those open now, else all.

    Several in one process share a `house`. The others are as `Dispatcher` says.
    """
    return Dispatcher(
        database=bot.database,
        channels=bot.channels if channels is None else channels,
        clock=bot.clock,
        executor=executor,
        silence=bot.silence,
        watch=bot.watch,
        tallies=bot.tallies,
        token=token,
        board_url=bot.settings.board_address,
        attach=Attach(bot.settings.cards.attach),
        may_go=may_go,
        editable=frozenset(name for name, channel in bot.channels.items() if channel.edits),
        lease_left=lease_left,
        house=house or House(),
        patience=patience,
    )

"""The wired parts of one installation, and how it is opened."""

import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pledgebot.bootstrap.databases import open_database, ready_database
from pledgebot.bootstrap.networks import MastodonAccount, mastodon_account, telegram_account
from pledgebot.bootstrap.plans import installation_plan, silence_policy
from pledgebot.channels.base import Channel
from pledgebot.channels.console import ConsoleChannel
from pledgebot.clock import Clock, ClockWatch, SystemClock
from pledgebot.config import Settings, check_letter_fits, load_letter, load_settings
from pledgebot.dispatcher import Dispatcher, House
from pledgebot.domain.letter import Letter
from pledgebot.domain.policy import Attach
from pledgebot.domain.tallies import Tallies
from pledgebot.services.gate import SilencePolicy
from pledgebot.services.installation import (
    sync_installation,
)
from pledgebot.store.engine import Database

if TYPE_CHECKING:
    from pledgebot.chat.telegram.life import Account
    from pledgebot.pace import Pace

CONFIG_VARIABLE = "PLEDGEBOT_CONFIG"
DEFAULT_CONFIG = Path("config.toml")


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


def _channels(settings: Settings, stream: TextIO, *networks: Channel | None) -> dict[str, Channel]:
    """Return the media that are open: the console where something is to be shown there, or where there is nothing else."""
    channels: dict[str, Channel] = {network.name: network for network in networks if network is not None}
    if not channels or any(place.channel == "console" for place in settings.destinations):
        channels["console"] = ConsoleChannel(stream)
    return channels


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

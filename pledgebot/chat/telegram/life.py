"""The bot's life on Telegram: built and stopped by hand inside our own event loop, beside everything else that runs there."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import telegram
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

from pledgebot.chat.telegram.desk import Desk
from pledgebot.chat.telegram.handlers import Handlers
from pledgebot.chat.telegram.letters import leave_letters
from pledgebot.chat.telegram.menus import commands_there, delete_menus, digest_of, menus, set_menus
from pledgebot.chat.telegram.polling import ALLOWED, WRONG_TOKEN, Poller
from pledgebot.chat.telegram.responder import Responder
from pledgebot.chat.telegram.updates import App, Updates
from pledgebot.chat.telegram.voice import Voice
from pledgebot.domain.budgets import Budgets
from pledgebot.domain.errors import Unusable
from pledgebot.domain.tallies import Tallies
from pledgebot.services.brakes import is_known, meet_account
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.people import addresses_of_organizers
from pledgebot.services.subscriber_views import organizers_places

log = logging.getLogger(__name__)

R = TypeVar("R")

USERNAME = "telegram:username"
MENUS = "telegram:menus"
ROAD = "telegram"
"""Under which name it is kept which accounts were met."""
_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Account:
    """One bot account: the library's bot with its transport, the request that polls, by what means answers are sent."""

    bot: telegram.ext.ExtBot[None]
    polling: BaseRequest
    voice: Voice


@dataclass
class TelegramLife:
    """Starts, listens and stops. `cross` does what waits for the database outside the event loop."""

    account: Account
    responder: Responder
    zone: ZoneInfo
    cross: Callable[[Callable[[], object]], Awaitable[object]]
    may_work: Callable[[], bool]
    webhook: str | None = None
    tallies: Tallies = field(default_factory=Tallies)
    updates: Updates = field(init=False)

    def __post_init__(self) -> None:
        """Wire the parts; nothing is opened yet."""
        self._app: App = ApplicationBuilder().bot(self.account.bot).updater(None).job_queue(None).build()
        desk = Desk(self.account.bot, self.account.voice, self.responder, Budgets(), self.cross)
        self.updates = Updates(
            self.responder.database, self.responder.clock, self._app, desk, self.cross, self.may_work, self.tallies
        )
        Handlers(desk, self.updates, self.zone).register(self._app)
        self._running = False
        self._menus_in: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Live until cancelled. Raises `Unusable` when the token is refused; an absent network is waited for."""
        try:
            await self._begin()
            await self._app.start()
            self._running = True
            await self.look()
            if self.webhook is not None:
                await self._be_called()
            else:
                await self._poll()
        finally:
            await self._end()

    @property
    def ready(self) -> bool:
        """Tell whether Telegram has said who we are, so that messages can be sent."""
        return self._running

    async def look(self) -> None:
        """Take up what stands in the inbox: for a tick, and for whoever else put something there."""
        if not self._running or not self.may_work():
            return
        try:
            await self.cross(self._leave_letters)
            await self.updates.look()
        except Unusable as error:
            # What was committed stands in the inbox: the next look finds it.
            log.warning("database_away: %s", error)

    def _leave_letters(self) -> None:
        leave_letters(self.responder.database, self.responder.clock, self.responder.manners.languages[0])

    async def keep(self, raw: object) -> None:
        """Commit one update that a webhook brought, then take it up."""
        await self.cross(lambda: self.updates.keep([raw]))
        await self.look()

    @property
    def secret(self) -> str:
        """The word by which Telegram proves itself to our webhook, made from the token: nothing more to keep."""
        return hmac.new(self.account.bot.token.encode(), b"webhook", hashlib.sha256).hexdigest()

    async def _begin(self) -> None:
        """Ask who we are, again and again while the network is away."""
        failures = 0
        while True:
            try:
                await self._app.initialize()
                break
            except InvalidToken:
                raise Unusable(WRONG_TOKEN) from None
            except TelegramError as error:
                failures += 1
                if failures == 1:
                    log.warning("telegram_away: %s; the bot goes on trying", type(error).__name__)
                await asyncio.sleep(min(_LONGEST_WAIT, 2.0**failures / 2))
        self.responder.username = self.account.bot.username
        self.tallies.heard(ROAD, self.responder.clock.now())
        await self.cross(lambda: self._write(USERNAME, self.account.bot.username))
        await self._meet_account()
        await self.renew_menus()
        log.info("telegram_ready: @%s", self.account.bot.username)

    async def _meet_account(self) -> None:
        """See whether another database used the account before this one met it: then organizers are asked first."""
        account = str(self.account.bot.id)
        if await self.cross(partial(self._has_met, account)):
            return
        known = await self.cross(lambda: self._read(MENUS)) is not None
        used = 0 if known else await commands_there(self.account.bot)
        await self.cross(partial(self._meet, account, used, known=known))

    def _has_met(self, account: str) -> bool:
        with self.responder.database.read() as session:
            return is_known(session, ROAD, account)

    def _meet(self, account: str, used: int, *, known: bool) -> None:
        with self.responder.database.begin() as session:
            meet_account(session, ROAD, account, used=used, known=known, now=self.responder.clock.now())

    async def renew_menus(self) -> None:
        """Set the menus of commands if they are not what this version, these organizers and these groups need."""
        if not self.account.bot.username or not self.may_work():
            return
        people, groups = await self._organizers()
        wanted = menus(self.responder.manners.languages, people, groups)
        mark, here = digest_of(wanted), frozenset((*people, *groups))
        if await self.cross(lambda: self._read(MENUS)) == mark:
            self._menus_in = here
            return
        try:
            await set_menus(self.account.bot, wanted)
            # Whoever is no organizer any more sees what everybody sees.
            await delete_menus(self.account.bot, self._menus_in - here, self.responder.manners.languages)
            self._menus_in = here
        except TelegramError as error:
            log.warning("menus_not_set: %s", type(error).__name__)
            return
        await self.cross(lambda: self._write(MENUS, mark))

    async def _organizers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        def read() -> tuple[tuple[str, ...], tuple[str, ...]]:
            with self.responder.database.read() as session:
                return addresses_of_organizers(session, "telegram"), organizers_places(session, "telegram")

        found = await self.cross(read)
        return found if isinstance(found, tuple) else ((), ())

    async def _poll(self) -> None:
        await self._without_webhook()
        poller = Poller(
            bot=self.account.bot,
            request=self.account.polling,
            keep=self._keep_all,
            news=self.look,
            may_poll=self.may_work,
            wait_after=self.account.voice.wait_after,
        )
        await poller.run()

    async def _keep_all(self, raw: list[object]) -> None:
        """Commit what was fetched: from now on it is known that Telegram was reached."""
        await self.cross(lambda: self.updates.keep(raw))
        self.tallies.heard(ROAD, self.responder.clock.now())

    async def _without_webhook(self) -> None:
        """Take a webhook away that was set before: with one, polling is refused. What waits at Telegram is kept."""
        try:
            await self.account.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("webhook_not_deleted: %s", type(error).__name__)

    async def _be_called(self) -> None:
        """Tell Telegram where to bring its updates, until it has heard it; then only wait."""
        failures = 0
        while True:
            try:
                await self.account.bot.set_webhook(
                    self.webhook or "", secret_token=self.secret, allowed_updates=list(ALLOWED)
                )
                break
            except TelegramError as error:
                failures += 1
                log.warning("webhook_not_set: %s", type(error).__name__)
                await asyncio.sleep(min(_LONGEST_WAIT, 2.0**failures / 2))
        await asyncio.Event().wait()

    async def _end(self) -> None:
        self._running = False
        await self.updates.close()
        if self._app.running:
            await self._app.stop()
        await self._app.shutdown()
        # A bot that could not begin does not count as begun for the library: its connections are closed by us.
        await self.account.bot.request.shutdown()
        await self.account.polling.shutdown()

    def _read(self, name: str) -> str | None:
        with self.responder.database.read() as session:
            return read_cursor(session, name)

    def _write(self, name: str, value: str) -> None:
        with self.responder.database.begin() as session:
            write_cursor(session, name, value, self.responder.clock.now())

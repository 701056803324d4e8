"""Polling, in a loop of our own: fetched, committed, and only then acknowledged by the next fetch.

The library's own polling acknowledges from memory: a crash loses what it had not handled yet. An update that cannot be parsed
stops it for ever, since it parses before anybody sees it; here updates are kept as they came.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import telegram
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.request import BaseRequest

from pledgebot.domain.errors import Unusable

log = logging.getLogger(__name__)

ALLOWED = ("message", "callback_query", "inline_query", "my_chat_member")
"""What is asked for. Edited messages are not: an edited command does not run again."""
LONG_POLL = 25
BATCH = 100
LONGEST_WAIT = 30.0
WRONG_TOKEN = "telegram.token: Telegram refuses this token; ask BotFather for the right one"  # noqa: S105 - a sentence
CONFLICT = (
    "telegram_conflict: another program fetches the updates of this bot; stop it, or give this one a bot of its own"
)


@dataclass
class Poller:
    """Fetches updates. `keep` commits them; `news` is called when there were any; `may_poll` says who holds the lease."""

    bot: telegram.Bot
    request: BaseRequest
    keep: Callable[[list[object]], Awaitable[object]]
    news: Callable[[], Awaitable[None]]
    may_poll: Callable[[], bool]
    wait_after: Callable[[Exception], timedelta | None]
    long_poll: int = LONG_POLL
    conflict: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Fetch until cancelled. Raises `Unusable` when the token is refused."""
        offset: int | None = None
        failures = 0
        while True:
            if not self.may_poll():
                await asyncio.sleep(1)
                continue
            try:
                updates = await self._fetch(offset)
                await self.keep(updates)
            except InvalidToken:
                raise Unusable(WRONG_TOKEN) from None
            except (TelegramError, Unusable) as error:
                failures += 1
                await asyncio.sleep(self._wait(error, failures).total_seconds())
                continue
            failures, self.conflict = 0, False
            numbers = [one["update_id"] for one in updates if isinstance(one, dict) and "update_id" in one]
            # Only now, after the commit, does the next fetch acknowledge them. Where there was nothing, everything is
            # acknowledged: after a quiet week Telegram may begin with other numbers.
            offset = max(numbers) + 1 if numbers else None
            if numbers:
                await self.news()

    async def _fetch(self, offset: int | None) -> list[object]:
        asked: dict[str, object] = {
            "timeout": self.long_poll,
            "limit": BATCH,
            "allowed_updates": json.dumps(ALLOWED),
            **({"offset": offset} if offset is not None else {}),
        }
        url = f"{self.bot.base_url}/getUpdates?{urlencode(asked)}"
        result = await self.request.post(url, read_timeout=self.long_poll + 10)
        return list(result) if isinstance(result, list) else []

    def _wait(self, error: Exception, failures: int) -> timedelta:
        """Return how long to wait after a failure, and say the first one of a row, and every second poller."""
        if isinstance(error, Conflict):
            self.conflict = True
            log.error(CONFLICT)
            return timedelta(seconds=LONGEST_WAIT / 2)
        if failures == 1:
            log.warning("telegram_away: %s", type(error).__name__)
        wait = min(LONGEST_WAIT, 2.0 ** min(failures, 6) / 2)
        asked = self.wait_after(error)
        if asked is not None:
            wait = max(wait, asked.total_seconds())
        return timedelta(seconds=wait)

"""Getting updates, by long polling or by a webhook: never both."""

import asyncio
import json
import re
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientSession, ClientTimeout

from fakes.telegram.parameters import Parameters
from fakes.telegram.refusals import OTHER_POLLER, WEBHOOK_IS_SET, Json, bad_request, conflict

if TYPE_CHECKING:
    from fakes.telegram.world import World

SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
LONGEST_POLL = 50
MOST_UPDATES = 100
# Telegram wants HTTPS; a Bot API server of one's own takes plain HTTP, and so does this one on loopback.
_URL = re.compile(r"https://[^/\s]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)")
_IMPATIENCE = ClientTimeout(total=10)


class Delivery:
    """The way of one bot's updates; lives in the server's loop.

    `retry_seconds` is the pause after a webhook did not take an update; `posts` says what it answered to each.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._poller = 0
        self.polled = False
        """Whether the bot has asked for updates at least once."""
        self._interruption = OTHER_POLLER
        self.closing = False
        self.url = ""
        self.secret = ""
        self.connections = 40
        self.last_error: Json = {}
        self.retry_seconds = 0.05
        self.posts: list[tuple[int, int | None]] = []

    async def get_updates(self, given: Parameters) -> list[Json]:
        """Confirm what lies before the offset, and return what follows, waiting for it if asked to."""
        world = self._world
        with world.turns.lock:
            if self.url:
                raise conflict(WEBHOOK_IS_SET)
            self._interrupt(OTHER_POLLER)
            mine, self.polled = self._poller, True
            self._wanted(given)
            world.updates.confirm(given.whole("offset") or 0)
            limit = given.whole("limit")
            limit = MOST_UPDATES if limit is None or not 1 <= limit <= MOST_UPDATES else limit
            found = world.updates.look(limit)
        seconds = min(given.whole("timeout") or 0, LONGEST_POLL)
        if not found and seconds > 0:
            found = await self._poll(mine, limit, seconds)
        return found

    async def _poll(self, mine: int, limit: int, seconds: int) -> list[Json]:
        def look() -> list[Json] | None:
            if self._poller != mine:
                raise conflict(self._interruption)
            return self._world.updates.look(limit) or ([] if self.closing else None)

        try:
            return await self._world.turns.until(look, seconds, str)
        except AssertionError:
            return []

    def set_webhook(self, given: Parameters) -> object:
        """Set the address to which updates are posted; an empty one deletes it."""
        url, secret = given.text("url"), given.text("secret_token")
        if url and not _URL.match(url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if not SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        with self._world.turns.lock:
            self._interrupt("terminated by setWebhook request")
            self.url, self.secret = url, secret
            self.connections = given.whole("max_connections") or 40
            self.last_error = {}
            self._wanted(given)
            if given.flag("drop_pending_updates"):
                self._world.updates.clear()
            self._world.turns.changed()
        return True

    def delete_webhook(self, given: Parameters) -> object:
        """Go back to polling."""
        with self._world.turns.lock:
            self.url = ""
            if given.flag("drop_pending_updates"):
                self._world.updates.clear()
        return True

    def get_webhook_info(self, given: Parameters) -> object:
        """Describe the webhook."""
        del given
        info: Json = {"url": self.url, "has_custom_certificate": False}
        info["pending_update_count"] = len(self._world.updates)
        if self.url:
            info |= {"max_connections": self.connections, **self.last_error}
        return info | {"allowed_updates": sorted(self._world.updates.allowed)}

    async def run(self) -> None:
        """Post updates one after the other while there is a webhook; each until it is taken."""
        async with ClientSession(trust_env=False, timeout=_IMPATIENCE) as session:
            while True:
                update = await self._world.turns.until(self._first, None, str)
                status = await self._post(session, update)
                number = update["update_id"]
                if not isinstance(number, int):
                    raise TypeError("an update without a number")
                self.posts.append((number, status))
                if status is not None and status // 100 == 2:
                    with self._world.turns.lock:
                        self._world.updates.confirm(number + 1)
                        self._world.turns.changed()
                else:
                    self._failed(
                        "Connection refused" if status is None else f"Wrong response from the webhook: {status}"
                    )
                    await asyncio.sleep(self.retry_seconds)

    def _first(self) -> Json | None:
        pending = self._world.updates.look(1) if self.url else []
        return pending[0] if pending else None

    async def _post(self, session: ClientSession, update: Json) -> int | None:
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        body = json.dumps(update).encode()
        try:
            async with session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        except (ClientError, TimeoutError):
            return None

    def _failed(self, why: str) -> None:
        self.last_error = {"last_error_date": self._world.date(), "last_error_message": why}
        with self._world.turns.lock:
            self._world.turns.changed()

    def _interrupt(self, why: str) -> None:
        """Let whoever polls already know that it is over."""
        self._poller += 1
        self._interruption = why
        self._world.turns.changed()

    def _wanted(self, given: Parameters) -> None:
        kinds = given.structure("allowed_updates")
        if isinstance(kinds, list):
            self._world.updates.want(str(kind) for kind in kinds)

"""The bot's ear at a server of the tests: turned by hand, and begun again as after a crash."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from fakes.mastodon import MastodonServer
from pledgebot.channels.mastodon.answers import Answers
from pledgebot.channels.mastodon.budgets import Budgets
from pledgebot.channels.mastodon.errors import TOKEN_REFUSED
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.pictures import read_card
from pledgebot.chat.mastodon.answering import Manners, Responder
from pledgebot.chat.mastodon.life import MastodonLife
from pledgebot.clock import MovedClock
from pledgebot.domain.tallies import Tallies
from pledgebot.store.engine import Database

NOTIFICATIONS = "/api/v1/notifications"
POSTS = "/api/v1/statuses"


class Killed(BaseException):
    """The process ends here."""


class Dying(Answers):
    """The account's means to answer of a process that ends just before it says anything."""

    async def say(self, *_: object, **__: object) -> tuple[str, ...]:
        """Die."""
        raise Killed


class Bot:
    """A bot that listens. Whatever is written on the server counts as written when its clock says now."""

    def __init__(
        self,
        server: MastodonServer,
        database: Database,
        clock: MovedClock,
        *,
        board: str | None = None,
        token: str = "",
    ) -> None:
        self.server, self.database, self.clock, self.board = server, database, clock, board
        self.pauses: list[float] = []
        self.works, self.dies = True, False
        self._token = token or server.token()
        self._written: dict[object, datetime] = {}
        server.rewrite(self._dated, NOTIFICATIONS)
        self.life = self._born()

    def _dated(self, thing: object) -> dict[str, object]:
        assert isinstance(thing, dict)
        if "created_at" in thing and "content" in thing:
            written = self._written.setdefault(thing["id"], self.clock.now())
            return {**thing, "created_at": written.isoformat()}
        return thing

    def _born(self) -> MastodonLife:
        self.tallies = Tallies()
        patience = timedelta(seconds=10)
        self.gateway = Gateway(self.server.base_url, self._token, self.clock, patience, tallies=self.tallies)
        budgets = Budgets(self.clock.now, reserve=50)
        mouth = (Dying if self.dies else Answers)(self.gateway, budgets, self.gateway.limits, read_card)
        return MastodonLife(
            ears=self.gateway,
            mouth=mouth,
            responder=Responder(
                self.database, self.clock, Manners(("fr", "en"), "contact@exemple.invalid", self.board)
            ),
            cross=self._cross,
            may_work=lambda: self.works,
            hopeless=frozenset({TOKEN_REFUSED}),
            tallies=self.tallies,
            pause=self._pause,
        )

    async def _cross(self, work: Callable[[], object]) -> object:
        return await asyncio.to_thread(work)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def begin(self) -> "Bot":
        """Begin, with what is there by now behind it."""
        asyncio.run(self.life.begin())
        self.turn()
        return self

    def turn(self) -> timedelta:
        """Let it do once all that is due."""
        return asyncio.run(self.life.turn())

    def later(self, by: timedelta = timedelta(minutes=2)) -> timedelta:
        """Let it do once all that is due a little later."""
        self.clock.move(by=by)
        return self.turn()

    def written_ago(self, post: object, ago: timedelta) -> None:
        """Say that a post was written some time ago."""
        self._written[post] = self.clock.now() - ago

    def restart(self, *, dies: bool = False) -> "Bot":
        """Begin again: all that was only in memory is gone. What `dies` ends with `Killed` before it says anything."""
        self.gateway.close()
        self.dies = dies
        self.life = self._born()
        asyncio.run(self.life.begin())
        return self

    def close(self) -> None:
        """End."""
        self.gateway.close()

"""The bot's ear on Mastodon: one loop that lets people follow, fetches mentions, answers them, and sees who left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import urlsplit

from pledgebot.chat.mastodon.answering import CHANNEL, Responder, Self
from pledgebot.chat.mastodon.desk import Desk
from pledgebot.chat.mastodon.leaving import Leavers
from pledgebot.chat.mastodon.mention import address_of, kept
from pledgebot.chat.mastodon.voice import Ears, Heard, Me, Mouth
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.domain.errors import Unusable, place_of
from pledgebot.domain.tallies import Tallies
from pledgebot.services import inbox
from pledgebot.services.brakes import meet_account
from pledgebot.services.cursors import read_cursor, write_cursor
from pledgebot.services.inbox import ReceivedUpdate

log = logging.getLogger(__name__)

R = TypeVar("R")

POLLED_EVERY = timedelta(seconds=30)
FOLLOWERS_EVERY = timedelta(minutes=5)
LEAVERS_EVERY = timedelta(hours=1)
_LONGEST_WAIT = timedelta(minutes=5)
_LONGEST_NAME = 100
_NOTHING_YET = ""
"""What the cursor says of an account that nobody had told anything when the bot came: then all that comes is new."""


@dataclass
class MastodonLife:
    """Listens and answers. `cross` does what waits for the database outside the event loop; `pause` waits so many seconds.

    `hopeless` are the reasons of failures that no waiting mends, such as a refused token.
    """

    ears: Ears
    mouth: Mouth
    responder: Responder
    cross: Callable[[Callable[[], object]], Awaitable[object]]
    may_work: Callable[[], bool]
    hopeless: Collection[str] = ()
    tallies: Tallies = field(default_factory=Tallies)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ready: bool = field(default=False, init=False)
    """Whether the server has said whose account it is."""

    def __post_init__(self) -> None:
        """Wire the parts; nothing is asked yet."""
        self._desk = Desk(self.ears, self.mouth, self.responder, self.cross, self.may_work, self.tallies)
        self._leavers = Leavers(self.ears, self.responder.database, self.responder.clock, self.cross)
        self._me: Me | None = None
        self._cursor = ""
        self._due: dict[str, datetime] = {}
        self._failing: set[str] = set()

    async def run(self) -> None:
        """Live until cancelled. Raises `Unusable` when the token is refused; an absent server is waited for."""
        await self.begin()
        while True:
            wait = await self.turn() if self.may_work() else timedelta(seconds=1)
            await self.pause(wait.total_seconds())

    async def begin(self) -> None:
        """Ask who we are, again and again while the server is away. Raises `Unusable` when the token is refused."""
        failures = 0
        while not self.ready:
            try:
                me, place = await self.ears.verify(), await self.ears.limits()
            except (TemporaryFailure, PermanentFailure, Uncertain) as failure:
                if failure.reason in self.hopeless:
                    raise Unusable(f"mastodon: {failure.reason}; `pledgebot mastodon login` gets a new one") from None
                failures += 1
                if failures == 1:
                    log.warning("mastodon_away: %s; the bot goes on trying", failure.reason)
                await self.pause(min(_LONGEST_WAIT.total_seconds(), 2.0 ** min(failures, 10) / 2))
                continue
            ours = Self(me.acct, place.domain or urlsplit(me.url).hostname or "")
            await self._crossed(partial(self._meet, ours.address, me.statuses_count))
            self._know(me, ours)

    def _meet(self, address: str, posts: int) -> None:
        """See whether another database used the account before this one met it: then organizers are asked first."""
        with self.responder.database.begin() as session:
            known = read_cursor(session, cursor_name(address)) is not None
            now = self.responder.clock.now()
            meet_account(session, CHANNEL, address, used=posts, known=known, now=now)

    def _know(self, me: Me, ours: Self) -> None:
        self._me, self.responder.me = me, ours
        self._cursor = cursor_name(ours.address)
        self.ready = True
        self.tallies.heard(CHANNEL, self.responder.clock.now())
        log.info("mastodon_ready: @%s", ours.address)

    async def turn(self) -> timedelta:
        """Do once all that is due, and return how long to wait for the next time. What fails is tried again then."""
        waits = [
            await self._try("followers", self._let_follow, every=FOLLOWERS_EVERY),
            await self._try("mentions", self._fetch),
            await self._try("answers", self._desk.work),
            await self._try("leavers", self._see_who_left, every=LEAVERS_EVERY),
        ]
        return min(max(POLLED_EVERY, *waits), _LONGEST_WAIT)

    async def _try(
        self, name: str, act: Callable[[], Awaitable[object]], *, every: timedelta = timedelta(0)
    ) -> timedelta:
        """Do one thing if it is due, and return how long the server wants to be left alone."""
        now = self.responder.clock.now()
        if self._due.get(name, now) > now or not self.may_work():
            return timedelta(0)
        self._due[name] = now + every
        try:
            await act()
        except (TemporaryFailure, PermanentFailure, Uncertain) as failure:
            self._failed(name, failure.reason)
            asked = failure.retry_after if isinstance(failure, TemporaryFailure) else None
            return asked or timedelta(0)
        except Unusable as error:
            self._failed(name, str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the listening
            self._failed(name, place_of(error))
        else:
            self._failing.discard(name)
        return timedelta(0)

    def _failed(self, name: str, reason: str) -> None:
        """Say a failure once, until it works again."""
        if name not in self._failing:
            self._failing.add(name)
            log.warning("mastodon_%s_failed: %s; it is tried again", name, reason)

    async def _let_follow(self) -> None:
        await self.ears.accept_follow_requests()

    async def _see_who_left(self) -> None:
        await self._leavers.look(self.responder.me.domain)

    async def _fetch(self) -> None:
        """Keep what came since the last look. Where the bot never was before, it begins with what comes from now on."""
        cursor = await self._crossed(self._read_cursor)
        if cursor is None:
            newest = await self.ears.newest_notification()
            await self._crossed(partial(self._keep, (), newest or _NOTHING_YET))
            self.tallies.heard(CHANNEL, self.responder.clock.now())
            return
        more = True
        while more and self.may_work():
            heard = await self.ears.mentions(cursor or None)
            self.tallies.heard(CHANNEL, self.responder.clock.now())
            moved = heard.cursor or _NOTHING_YET
            more = heard.more and moved != cursor
            if heard.found or moved != cursor:
                await self._crossed(partial(self._keep, tuple(heard.found), moved))
            cursor = moved

    def _keep(self, heard: tuple[Heard, ...], cursor: str) -> None:
        """Commit mentions together with where the next look begins. Of programs, and of ourselves, nothing is kept."""
        now = self.responder.clock.now()
        domain = self.responder.me.domain
        updates = [
            ReceivedUpdate(one.status, address_of(one.author.acct, domain), kept(one))
            for one in heard
            if not one.author.bot and self._me is not None and one.author.id != self._me.id
        ]
        with self.responder.database.begin() as session:
            inbox.keep_updates(session, CHANNEL, updates, now)
            write_cursor(session, self._cursor, cursor, now)

    def _read_cursor(self) -> str | None:
        with self.responder.database.read() as session:
            return read_cursor(session, self._cursor)

    async def _crossed(self, work: Callable[[], R]) -> R:
        return await self.cross(work)  # type: ignore[return-value]  # a callable attribute cannot be generic


def cursor_name(address: str) -> str:
    """Return under what name it is kept where polling stands for an account."""
    name = f"{CHANNEL}:{address}"
    return name if len(name) <= _LONGEST_NAME else f"{CHANNEL}:{blake2b(address.encode(), digest_size=16).hexdigest()}"

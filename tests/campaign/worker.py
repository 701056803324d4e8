"""One process of a campaign: it does what the table of ticks says, as the real one does, without waiting for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from campaign.deaths import Inline
from pledgebot.channels.base import Channel
from pledgebot.clock import Clock
from pledgebot.dispatcher import Dispatcher
from pledgebot.scheduler import Acts, ticks
from pledgebot.services import doubts, inbox
from pledgebot.services.reminders import raise_due
from pledgebot.services.staying import ask_to_stay, forget_unanswered
from pledgebot.services.subscriber_places import forget_ended
from pledgebot.services.work import take_lease
from pledgebot.store.engine import Database


@dataclass(frozen=True)
class Machine:
    """What outlives a process: the database, the clock, the networks."""

    database: Database
    clock: Clock
    networks: Mapping[str, Channel]


class Worker:
    """One process: it holds a lease, and what it has in memory dies with it."""

    def __init__(self, of: Machine, owner: str) -> None:
        self._of = of
        self._owner = owner
        self._token: int | None = None
        self._ran: dict[str, datetime] = {}
        self.raised = 0

    async def turn(self) -> None:
        """Do what the table of ticks says is due by now; first of all comes the lease."""
        if self._token is None:
            await self.hold_lease()
        acts = Acts(self.dispatch, self.hold_lease, self.listen, self.keep_house, self.remind)
        now = self._of.clock.now()
        for tick in ticks(acts):
            if now - self._ran.get(tick.name, datetime.min.replace(tzinfo=UTC)) >= tick.every:
                self._ran[tick.name] = now
                await tick.act()

    async def hold_lease(self) -> None:
        """Take the lease; whoever takes it over doubts the claims of the one before."""
        with self._of.database.begin() as session:
            token = take_lease(session, "bot", self._owner, self._of.clock.now(), alone=True)
        if token != self._token and token is not None:
            with self._of.database.begin() as session:
                doubts.doubt_claims_before(session, token)
        self._token = token

    async def dispatch(self) -> None:
        """Send what is due, on every medium."""
        dispatcher = Dispatcher(
            database=self._of.database,
            channels=self._of.networks,
            clock=self._of.clock,
            executor=Inline(),
            token=self._token or 0,
        )
        await dispatcher.pass_once()

    async def listen(self) -> None:
        """Nobody asks anything in a campaign of the tests."""

    async def keep_house(self) -> None:
        """Erase what need not be kept, ask who stays."""
        now = self._of.clock.now()
        with self._of.database.begin() as session:
            inbox.tidy_inbox(session, now)
            forget_ended(session, now)
            ask_to_stay(session, now)
            forget_unanswered(session, now)

    async def remind(self) -> None:
        """Raise the reminders whose time has come; a second tick at once finds nothing to do."""
        with self._of.database.begin() as session:
            self.raised = raise_due(session, self._of.clock.now())

"""The books of what is under way on one medium: claimed before it leaves, settled as soon as its receipt is there.

While the road waits for the pace anyway, a receipt waits for the next claim, a few hundredths of a second, and both are one
transaction; while the road waits for receipts each is settled as it comes. At the free pace they are settled one by one, in a
broadcast that is paid for as many together as came since the last claim. A database that is away is asked again for as long as
it takes: what is not written would become a doubt.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from pledgebot.clock import Clock
from pledgebot.dispatcher.outcomes import Settlement
from pledgebot.domain.errors import Unusable, place_of
from pledgebot.services.claims import Worded, claim_deliveries
from pledgebot.services.quick_claims import claim_quickly
from pledgebot.services.settling import release_unsent, settle_quickly
from pledgebot.store.engine import Database
from pledgebot.store.line import Line

log = logging.getLogger(__name__)
R = TypeVar("R")


LINGER = 0.04
"""For so many seconds at most a receipt waits for the next claim."""
_SETTLE_AGAIN = (0.1, 0.5, 2.0)
"""How many seconds are waited before what became of a message is written again; the last of them again and again."""


@dataclass(frozen=True)
class Claiming:
    """A claim that is being written, and what is settled with it."""

    worded: Sequence[Worded]
    receipts: Sequence[tuple[Settlement, float]]
    written: Future[frozenset[int]]

    @property
    def is_written(self) -> bool:
        """Tell whether nobody has to wait for it any more."""
        return self.written.done()


async def _outcome(future: Future[R]) -> R:
    """Return what another thread did; what is done already costs no round through the event loop."""
    return future.result() if future.done() else await asyncio.wrap_future(future)


class Books:
    """Claims and settles under one lease's token. `under_way` are the deliveries claimed and not settled yet.

    It is shared by the dispatchers of one process: of what is under way here nobody else need say that it is in doubt.
    `tell` is told what became of each message once that is written down.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        executor: Executor,
        token: int,
        under_way: set[int],
        tell: Callable[[str], None] = lambda _outcome: None,
    ) -> None:
        self._database = database
        self._line = Line()
        self._clock = clock
        self._executor = executor
        self._token = token
        self._under_way = under_way
        self._mine: set[int] = set()
        self._tell = tell
        self._receipts: list[tuple[Settlement, float]] = []
        self._writing: asyncio.Task[None] | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._eager = True
        self.open: set[int] = set()
        self.counts: Counter[str] = Counter()
        self.places_changed = False
        self.latency = 0.1
        self.changed = asyncio.Event()

    def begin_claim(self, worded: Sequence[Worded]) -> Claiming:
        """Begin to claim deliveries, and to settle what waits."""
        self.open |= {item.delivery for item in worded}
        for item in worded:
            self._under_way.update(item.deliveries)
            self._mine.update(item.deliveries)
        receipts, self._receipts = self._receipts, []
        self._stop_lingering()
        written = self._executor.submit(self._claim, worded, [one for one, _took in receipts])
        return Claiming(worded, receipts, written)

    async def claimed(self, claiming: Claiming) -> frozenset[int]:
        """Return those that are this worker's own now, once that is written down."""
        try:
            ours = await _outcome(claiming.written)
        except Unusable:
            self._receipts = [*claiming.receipts, *self._receipts]
            self.write_now()
            # The claim may have been committed although nobody said so.
            await self.release(claiming.worded)
            raise
        self._settled(claiming.receipts)
        self._forget([item for item in claiming.worded if item.delivery not in ours])
        return ours

    async def release(self, worded: Sequence[Worded]) -> None:
        """Give claims back of which nothing has left."""
        await self._persist(partial(self._release, [item.delivery for item in worded]))
        self._forget(worded)

    def settle(self, settlement: Settlement, took: float) -> None:
        """Have it written down what became of a message, which took so many seconds."""
        self._receipts.append((settlement, took))
        if self._eager or settlement.sent is None:
            self.write_now()
        elif self._lingering is None:
            self._lingering = asyncio.get_running_loop().call_later(LINGER, self.write_now)

    def be_eager(self, *, eager: bool) -> None:
        """Settle each receipt as it comes, or let it wait for the next claim."""
        self._eager = eager
        if eager and self._receipts:
            self.write_now()

    def write_now(self) -> None:
        """Begin to settle what is not settled yet."""
        self._stop_lingering()
        if self._writing is None or self._writing.done():
            self.check()
            self._writing = asyncio.create_task(self._write_down())

    def check(self) -> None:
        """Raise what ended the writing, if it was no error that can be lived with."""
        if self._writing is not None and self._writing.done():
            self._writing.result()

    async def close(self) -> None:
        """Stop writing; what is not settled yet will be a doubt."""
        self._stop_lingering()
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        # Nobody here knows of it any more: who keeps the house makes it a doubt.
        self._let_go(list(self._mine))
        await _outcome(self._executor.submit(self._line.close))

    def _stop_lingering(self) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None

    async def _write_down(self) -> None:
        while self._receipts:
            receipts, self._receipts = self._receipts, []
            await self._persist(partial(self._write, [settlement for settlement, _took in receipts]))
            self._settled(receipts)

    def _settled(self, receipts: Sequence[tuple[Settlement, float]]) -> None:
        for settlement, took in receipts:
            self.counts[settlement.outcome] += 1
            self._tell(settlement.outcome)
            self.places_changed |= settlement.changes_places
            self.latency += (took - self.latency) / 10
            self.open.discard(settlement.due.delivery)
            self._let_go(settlement.due.deliveries)
        if receipts:
            self.changed.set()

    async def _persist(self, write: Callable[[], None]) -> None:
        waits = iter(_SETTLE_AGAIN)
        wait = 0.0
        while True:
            try:
                await _outcome(self._executor.submit(write))
            except Unusable as error:
                wait = next(waits, wait)
                log.warning("not_settled_yet: %s", error)
                await asyncio.sleep(wait)
            else:
                return

    def _claim(self, worded: Sequence[Worded], settlements: Sequence[Settlement]) -> frozenset[int]:
        """Settle what waits, and claim: nearly always in one transaction."""
        plain = [item for item in worded if item.is_plain]
        sent = [one.sent for one in settlements if one.sent is not None]
        claimed: frozenset[int] = frozenset()
        if plain or sent:
            with self._database.writing(self._line) as connection:
                if sent:
                    settle_quickly(connection, sent, self._token)
                claimed = claim_quickly(connection, plain, self._token, self._clock.now())
        for one in settlements:
            if one.sent is None:
                self._write_one(one)
        rest = [item for item in worded if item.delivery not in claimed]
        if rest:
            with self._database.begin() as session:
                claimed |= claim_deliveries(session, rest, self._token, self._clock.now())
        return claimed

    def _release(self, deliveries: Sequence[int]) -> None:
        with self._database.begin() as session:
            for delivery in deliveries:
                release_unsent(session, delivery, self._token)

    def _write(self, settlements: Sequence[Settlement]) -> None:
        """Write what arrived in one transaction, everything else in one each: a fault of one spoils no other."""
        sent = [one.sent for one in settlements if one.sent is not None]
        if sent:
            with self._database.writing(self._line) as connection:
                settle_quickly(connection, sent, self._token)
        for one in settlements:
            if one.sent is None:
                self._write_one(one)

    def _write_one(self, settlement: Settlement) -> None:
        try:
            with self._database.begin() as session:
                settlement.write(session, self._token)
        except Unusable:
            raise
        except Exception as error:  # noqa: BLE001 - it stays claimed, and is a doubt some time later
            # Its words may hold an address.
            log.error("not_settled: %s: %s", settlement.outcome, place_of(error))  # noqa: TRY400

    def _forget(self, worded: Sequence[Worded]) -> None:
        for item in worded:
            self.open.discard(item.delivery)
            self._let_go(item.deliveries)

    def _let_go(self, deliveries: Iterable[int]) -> None:
        self._under_way.difference_update(deliveries)
        self._mine.difference_update(deliveries)

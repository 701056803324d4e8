"""Where mentions are taken up: one after the other, the oldest first; what cannot be said now keeps nobody else waiting long."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from pledgebot.chat.mastodon.answering import ANSWERED_FOR, CHANNEL, HandledMeanwhile, Responder
from pledgebot.chat.mastodon.mention import Answer, Mention, answer_from, mention_from
from pledgebot.chat.mastodon.voice import Cut, Ears, Mouth
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain, back_off
from pledgebot.domain.errors import Unusable, place_of
from pledgebot.domain.tallies import Tallies
from pledgebot.services import inbox
from pledgebot.services.inbox import InboxItem
from pledgebot.store.tables import InboxState

log = logging.getLogger(__name__)

R = TypeVar("R")

_BATCH = 100
_FAULTS = 3
"""After so many faults of our own a mention is set aside."""
_DOUBTS = 8
"""After so many doubts nothing more is said to a mention: part of it, or all, may stand there."""
_IN_A_ROW = 3
"""When so many fail one after the other it is not the mentions' fault: the rest waits for the next time."""


@dataclass
class _Later:
    """A mention that failed: when it is tried again, and how often it failed in which way."""

    at: datetime
    attempts: int = 0
    doubts: int = 0
    faults: int = 0


@dataclass
class Desk:
    """Takes up what stands in the inbox, while this worker may. `cross` does what waits for the database."""

    ears: Ears
    mouth: Mouth
    responder: Responder
    cross: Callable[[Callable[[], object]], Awaitable[object]]
    may_work: Callable[[], bool]
    tallies: Tallies = field(default_factory=Tallies)
    _later: dict[int, _Later] = field(default_factory=dict)

    async def work(self) -> None:
        """Take up everything that stands in the inbox, in order. Of one account nothing passes what failed before it.

        Raises the failures of `domain.delivery` where the server does not even say what it takes.
        """
        last, failed = 0, 0
        waiting: set[str] = set()
        cut: Cut | None = None
        while page := await self._crossed(partial(self._page, last)):
            cut = cut or await self.mouth.cut()
            for item in page:
                if not self.may_work() or failed >= _IN_A_ROW:
                    return
                last = item.id
                if item.chat in waiting or self._put_off(item):
                    waiting.add(item.chat)
                elif await self._take(item, cut):
                    failed = 0
                else:
                    failed += 1
                    waiting.add(item.chat)

    def _page(self, after: int) -> tuple[InboxItem, ...]:
        with self.responder.database.read() as session:
            return inbox.waiting(session, CHANNEL, _BATCH, after)

    def _put_off(self, item: InboxItem) -> bool:
        later = self._later.get(item.id)
        return later is not None and later.at > self.responder.clock.now()

    async def _take(self, item: InboxItem, cut: Cut) -> bool:
        """Handle a mention, and tell whether that is the end of it."""
        try:
            await self._go_on(item, cut)
        except HandledMeanwhile:
            pass
        except Unusable:
            raise
        except PermanentFailure as failure:
            # The mention was deleted, or its author does not want to hear from us.
            log.info("mention_not_answered: %s", failure.reason)
            await self._finish(item.id)
        except (TemporaryFailure, Uncertain) as failure:
            return await self._after(item, failure)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must neither come for ever nor stop the others
            return await self._after(item, error)
        self._later.pop(item.id, None)
        return True

    async def _go_on(self, item: InboxItem, cut: Cut) -> None:
        decided = await self._decided(item, cut) if item.state is InboxState.NEW else answer_from(item.payload)
        if decided is None:
            # One that was passed over is done already.
            await self._finish(item.id)
            return
        # An answer that waited, since the server was away or the bot was, may have come into an electoral silence.
        answer = decided.at(self.responder.clock.now())
        repeated = item.state is not InboxState.NEW
        if repeated and self.responder.clock.now() - item.received_at > ANSWERED_FOR:
            await self._finish(item.id)
            return
        posts: tuple[str, ...] = ()
        if answer.texts:
            posts = await self.mouth.say(
                answer.texts,
                key=f"mention-{answer.status}",
                visibility=answer.visibility,
                language=answer.language,
                warning=answer.warning,
                reply_to=answer.status,
                repeated=repeated,
                pictures=answer.pictures,
            )
        await self._finish(item.id, answer, posts)
        self.tallies.answered(CHANNEL, self.responder.clock.now() - item.received_at)

    async def _decided(self, item: InboxItem, cut: Cut) -> Answer | None:
        mention = mention_from(item.payload)
        if mention is None:
            return None
        to_us = self.responder.unsure(mention) and await self._answers_us(mention)
        return await self._crossed(lambda: self.responder.decide(item, mention, cut, to_us=to_us))

    async def _answers_us(self, mention: Mention) -> bool:
        try:
            above = await self.ears.status(mention.in_reply_to or "")
        except PermanentFailure:
            return False
        return above.author.casefold() == self.responder.me.acct.casefold()

    async def _after(self, item: InboxItem, error: Exception) -> bool:
        """Note a failure, and tell whether nothing more is to be tried."""
        later = self._later.setdefault(item.id, _Later(self.responder.clock.now()))
        later.attempts += 1
        later.doubts += isinstance(error, Uncertain)
        if not isinstance(error, TemporaryFailure | Uncertain):
            later.faults += 1
            log.error("mention_not_handled: %s", place_of(error))
        if later.faults >= _FAULTS:
            await self._crossed(lambda: self._set_aside(item.id))
        elif later.doubts >= _DOUBTS:
            log.warning("mention_given_up: nobody knows whether it was answered")
            await self._finish(item.id)
        else:
            asked = error.retry_after if isinstance(error, TemporaryFailure) else None
            later.at = self.responder.clock.now() + back_off(later.attempts, asked)
            return False
        self._later.pop(item.id, None)
        return True

    async def _finish(self, item: int, answer: Answer | None = None, posts: tuple[str, ...] = ()) -> None:
        await self._crossed(lambda: self.responder.finish(item, answer, posts))

    def _set_aside(self, item: int) -> None:
        with self.responder.database.begin() as session:
            inbox.set_aside(session, item, self.responder.clock.now())

    async def _crossed(self, work: Callable[[], R]) -> R:
        return await self.cross(work)  # type: ignore[return-value]  # a callable attribute cannot be generic

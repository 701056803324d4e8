"""Fan out, word, claim, send, settle: the one road for all sending, and nothing else.

One delivery at a time is claimed, so that a crash leaves at most the one that was under way in doubt.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from pledgebot.channels.base import SEND_TIMEOUT, Channel, Outgoing
from pledgebot.clock import Clock
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.domain.election import SILENCE_MARGIN, Hush, SilenceRule, hush_at
from pledgebot.domain.events import EventKind
from pledgebot.messages.announcements import announce
from pledgebot.messages.document import Message, from_json, to_json
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.services import outbox, queries
from pledgebot.services.outbox import Due, Worded
from pledgebot.store.engine import Database

R = TypeVar("R")


@dataclass(frozen=True)
class SilencePolicy:
    """Which rule keeps the bot silent around a polling day, and how long before it sending stops."""

    rule: SilenceRule = SilenceRule.FR_L49
    margin: timedelta = SILENCE_MARGIN


@dataclass(frozen=True)
class Pass:
    """What one pass of the dispatcher did: how many deliveries were written, sent, put off, failed, left in doubt.

    `held` says why nothing was sent to the public, if so.
    """

    fanned_out: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0
    held: Hush = Hush.FREE

    @property
    def idle(self) -> bool:
        """Tell whether nothing was there to do."""
        return not (self.fanned_out or self.sent or self.put_off or self.failed or self.uncertain)


@dataclass
class Dispatcher:
    """Carries what is due to where it belongs. `token` is the lease under which it claims."""

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    executor: Executor
    silence: SilencePolicy = field(default_factory=SilencePolicy)
    token: int = 1
    send_timeout: timedelta = SEND_TIMEOUT

    async def pass_once(self) -> Pass:
        """Fan out what was published, and send everything that is due now; return what was done."""
        fanned_out = await self._fan_out()
        done = Pass(fanned_out=fanned_out, held=await self._cross(self._hush))
        while (due := await self._cross(self._next_due)) is not None:
            outcome = await self._deliver(due)
            done = replace(done, **{outcome: getattr(done, outcome) + 1}) if outcome else done
            if outcome is None:
                break
        return done

    async def _fan_out(self) -> int:
        await self._cross(self._keep_house)
        written = 0
        while await self._cross(self._events_open):
            written += await self._cross(self._fan_out_batch)
        return written

    async def _deliver(self, due: Due) -> str | None:
        """Claim one delivery, send it and settle it; return which count of `Pass` grows, None when it was not ours to send."""
        worded = Worded(due.delivery, due.facts, due.language, due.worded or to_json(word(due)))
        if not await self._cross(partial(self._claim, worded)):
            return None
        if due.audience is not Audience.ORGANIZERS and await self._cross(self._hush) is not Hush.FREE:
            # The silence began between choosing and sending: nothing leaves any more.
            await self._cross(partial(self._in_session, outbox.release_unsent, due.delivery, self.token))
            return None
        outgoing = Outgoing(due.delivery, due.address, due.thread, from_json(worded.content), due.action, due.acts_on)
        return await self._send(due, outgoing)

    async def _send(self, due: Due, outgoing: Outgoing) -> str:
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                receipt = await self.channels[due.channel].send(outgoing)
        except TemporaryFailure as failure:
            await self._cross(partial(self._settle_later, due, failure.retry_after))
            return "put_off"
        except PermanentFailure as failure:
            await self._cross(partial(self._in_session, outbox.settle_failed, due.delivery, self.token, failure.reason))
            return "failed"
        except Uncertain as doubt:
            return await self._doubt(due, doubt.reason)
        except TimeoutError:
            return await self._doubt(due, "no answer in time")
        except Exception as error:  # noqa: BLE001 - whatever a medium's library throws, the message may have left
            return await self._doubt(due, f"{type(error).__name__} while sending")
        now = self.clock.now()
        await self._cross(
            partial(self._in_session, outbox.settle_sent, due.delivery, self.token, receipt.remote_id, now)
        )
        return "sent"

    async def _doubt(self, due: Due, reason: str) -> str:
        await self._cross(partial(self._in_session, outbox.settle_uncertain, due.delivery, self.token, reason))
        return "uncertain"

    async def _cross(self, work: Callable[[], R]) -> R:
        """Do something that waits for the database, outside the event loop: the one place where the two worlds meet."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)

    def _in_session(self, act: Callable[..., R], *args: object) -> R:
        with self.database.begin() as session:
            return act(session, *args)

    def _keep_house(self) -> None:
        with self.database.begin() as session:
            outbox.doubt_stale_claims(session, self.clock.now())
            outbox.cancel_expired(session, self.clock.now())

    def _events_open(self) -> bool:
        public = self._hush() is Hush.FREE
        with self.database.read() as session:
            return outbox.open_events(session, self.clock.now(), public=public)

    def _fan_out_batch(self) -> int:
        public = self._hush() is Hush.FREE
        return self._in_session(partial(outbox.fan_out, public=public), self.clock.now())

    def _hush(self) -> Hush:
        with self.database.read() as session:
            known = queries.silences(session)
        return hush_at(self.clock.now(), known, self.silence.rule, self.silence.margin)

    def _next_due(self) -> Due | None:
        public = self._hush() is Hush.FREE
        with self.database.read() as session:
            due = outbox.due_deliveries(session, self.clock.now(), 1, public=public, channels=tuple(self.channels))
        return due[0] if due else None

    def _claim(self, worded: Worded) -> bool:
        with self.database.begin() as session:
            return bool(outbox.claim_deliveries(session, [worded], self.token, self.clock.now()))

    def _settle_later(self, due: Due, retry_after: timedelta | None) -> None:
        now = self.clock.now()
        self._in_session(outbox.settle_later, due.delivery, self.token, due.attempts + 1, now, retry_after)


def word(due: Due) -> Message:
    """Return the words of a delivery, made from its event's facts alone, in its destination's language."""
    tr = translator(due.language)
    facts, kind = due.facts, due.kind
    if kind is EventKind.ANSWER_CORRECTED and due.action is Action.SEND:
        # Whoever never read the error is told what is right, not that there was one.
        stances = tuple(replace(stance, was=None) for stance in facts.stances)
        facts, kind = replace(facts, stances=stances, reason=None, corrects_said_on=None), EventKind.ANSWER_CONFIRMED
    hashtags = tuple(dict.fromkeys(stance.hashtag for stance in facts.stances if stance.hashtag))
    message = announce(facts, kind, tr, hashtags=hashtags, removed_on=facts.decided_on)
    return frame(message, tr, fictional=facts.fictional)

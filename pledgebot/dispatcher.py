"""Fan out, word, claim, send, settle: the one road for all sending, and nothing else.

One message at a time is claimed, so that a crash leaves at most the one that was under way in doubt: one delivery, or all
those of a subscriber that are told together.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from pledgebot.channels.base import SEND_TIMEOUT, Channel, Outgoing
from pledgebot.clock import Clock, ClockWatch
from pledgebot.domain.audience import Audience
from pledgebot.domain.delivery import Action, Gone, Moved, PermanentFailure, TemporaryFailure, Uncertain
from pledgebot.domain.election import Hush
from pledgebot.domain.errors import Unusable
from pledgebot.domain.events import OF_ENTRIES, REMINDERS, AnswerFacts, EventKind, News, Reminded, Said
from pledgebot.domain.recalled import MergerFacts, ReminderFacts, as_followed
from pledgebot.messages.announcements import announce
from pledgebot.messages.corrected import corrected_post
from pledgebot.messages.digests import digest
from pledgebot.messages.document import Message, from_json, to_json
from pledgebot.messages.entry_notices import newest_remark
from pledgebot.messages.frame import frame
from pledgebot.messages.hashtags import hashtags_of
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.reminders import recall
from pledgebot.services import claims, doubts, fan_out, settling
from pledgebot.services.bundles import as_told
from pledgebot.services.claims import Worded
from pledgebot.services.due import Due, due_deliveries, put_off
from pledgebot.services.gate import Gate, SilencePolicy, gate_at, may_go
from pledgebot.services.stopped import is_news, keep_stopped
from pledgebot.store.engine import Database, Session

R = TypeVar("R")
N = TypeVar("N", bound=News)

CANDIDATES = 50
"""How many deliveries are looked at together: some of them may have to wait for the pace."""
_MOST_PASSED_OVER = 500
"""After so many places to which nothing can go now, the others wait for the next pass too."""


_Settlement = tuple[str, Callable[..., bool], tuple[object, ...]]
"""Which count of `Pass` grows, and the service that settles the claim, with what it is told beside delivery and token."""


_BATCH_SECONDS = 1.0
"""After so long in one batch it is looked again at what is to be sent first."""
_SETTLE_AGAIN = (0.1, 0.5, 2.0)
"""How many seconds are waited before what became of a message is written again."""


@dataclass(frozen=True)
class Pass:
    """What one pass of the dispatcher did: how many deliveries were written, and messages sent, put off, failed, in doubt.

    `moved` are those whose place has another address now, to which they go next. `held` says why nothing was sent to the
    public, if so.
    """

    fanned_out: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0
    moved: int = 0
    held: Hush = Hush.FREE

    @property
    def idle(self) -> bool:
        """Tell whether nothing was there to do."""
        return self == Pass(held=self.held)


@dataclass
class _Aside:
    """What a pass leaves aside: places to which nothing can go now; deliveries whose place moved once already."""

    places: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)


@dataclass
class Dispatcher:
    """Carries what is due to where it belongs. `token` is the lease under which it claims.

    `watch` knows whether the clock is right.
    `board_url` is the public page with the whole table, to which announcements lead. `may_go` says whether this worker still
    holds the lease and is not to stop: it is asked before anything is claimed. `channels` are those that it sends on, `editable`
    all those of the installation where a message can be changed (None: those of the former that can). Dispatchers of one
    process share `fanning`: events are fanned out one after the other, so that each place hears of them in their order.
    """

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    executor: Executor
    silence: SilencePolicy = field(default_factory=SilencePolicy)
    watch: ClockWatch = field(default_factory=ClockWatch)
    token: int = 1
    send_timeout: timedelta = SEND_TIMEOUT
    board_url: str | None = None
    may_go: Callable[[], bool] = lambda: True
    editable: frozenset[str] | None = None
    fanning: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def pass_once(self) -> Pass:
        """Fan out what was published, and send everything that may go now; return what was done.

        A pass ends when nothing is left that may go: what the pace keeps back is not waited for.
        """
        held = await self._cross(self._look_at_gate)
        fanned_out = await self._fan_out()
        done = Pass(fanned_out=fanned_out, held=held)
        aside = _Aside()
        while self.may_go() and (candidates := await self._cross(partial(self._candidates, frozenset(aside.places)))):
            outcomes = await self._deliver_ready(candidates, aside)
            for outcome in outcomes:
                done = replace(done, **{outcome: getattr(done, outcome) + 1})
            if not outcomes and len(aside.places) >= _MOST_PASSED_OVER:
                break
            # In a long broadcast too a correction has to reach its places before the error goes to the next ones.
            done = replace(done, fanned_out=done.fanned_out + await self._fan_out())
        return done

    async def _deliver_ready(self, candidates: Sequence[Due], aside: "_Aside") -> list[str]:
        """Deliver those of some candidates that may go now, and return what became of them; the others step aside."""
        outcomes: list[str] = []
        until = asyncio.get_running_loop().time() + _BATCH_SECONDS
        for due in candidates:
            if not self.may_go() or asyncio.get_running_loop().time() > until:
                break
            if self.channels[due.channel].ready_in(due.address) > timedelta(0):
                aside.places.add(due.place)
                continue
            outcome = await self._deliver(due)
            if outcome is None:
                aside.places.add(due.place)
                break
            outcomes.append(outcome)
            if outcome == "moved":
                # The other candidates were read with the addresses of before. A place that moves on and on waits a while.
                if due.delivery in aside.moved:
                    aside.places.add(due.place)
                aside.moved.add(due.delivery)
                break
        return outcomes

    async def _fan_out(self) -> int:
        await self._cross(self._keep_house)
        written = 0
        async with self.fanning:
            while await self._cross(self._events_open):
                written += await self._cross(self._fan_out_batch)
        return written

    async def _deliver(self, due: Due) -> str | None:
        """Claim one delivery, send it and settle it; return which count of `Pass` grows, None when it was not ours to send."""
        content = due.worded or to_json(word(due, self.board_url))
        worded = Worded(due.delivery, due.facts, due.language, content, due.trail, due.members)
        if not await self._cross(partial(self._claim, worded)):
            return None
        if not await self._cross(partial(self._may_leave, due)):
            # The silence began between choosing and sending, or it has lost its meaning: nothing leaves any more.
            await self._cross(partial(self._in_session, settling.release_unsent, due.delivery, self.token))
            return None
        outgoing = Outgoing(
            due.delivery,
            due.address,
            due.thread,
            from_json(worded.content),
            due.action,
            due.acts_on,
            repeated=due.attempts > 0,
            since=due.since,
            reminder=due.kind in REMINDERS,
        )
        return await self._send(due, outgoing)

    async def _send(self, due: Due, outgoing: Outgoing) -> str:
        try:
            async with asyncio.timeout(self.send_timeout.total_seconds()):
                receipt = await self.channels[due.channel].send(outgoing)
        except Exception as error:  # noqa: BLE001 - whatever a medium's library throws, the message may have left
            settlement = _after(error, due, self.clock.now())
        else:
            settlement = "sent", settling.settle_sent, (receipt.remote_id, self.clock.now())
        outcome, settle, told = settlement
        await self._settle(partial(self._in_session, settle, due.delivery, self.token, *told))
        return outcome

    async def _settle(self, write: Callable[[], object]) -> None:
        """Write down what became of a message; a database that is busy is asked again, for what is not written is a doubt."""
        for wait in _SETTLE_AGAIN:
            try:
                await self._cross(write)
            except Unusable:
                await asyncio.sleep(wait)
            else:
                return
        await self._cross(write)

    async def _cross(self, work: Callable[[], R]) -> R:
        """Do something that waits for the database, outside the event loop: the one place where the two worlds meet."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)

    def _in_session(self, act: Callable[..., R], *args: object) -> R:
        with self.database.begin() as session:
            return act(session, *args)

    def _keep_house(self) -> None:
        looking = [name for name, channel in self.channels.items() if channel.looks]
        with self.database.begin() as session:
            doubts.doubt_stale_claims(session, self.clock.now())
            doubts.look_into_doubts(session, looking, self.clock.now())
            doubts.cancel_expired(session, self.clock.now())

    def _events_open(self) -> bool:
        with self.database.read() as session:
            return fan_out.open_events(session, self.clock.now(), self._gate(session))

    def _fan_out_batch(self) -> int:
        editable = self.editable
        if editable is None:
            editable = frozenset(name for name, channel in self.channels.items() if channel.edits)
        with self.database.read() as session:
            gate = self._gate(session)
        return self._in_session(partial(fan_out.fan_out, gate=gate, editable=editable), self.clock.now())

    def _gate(self, session: Session) -> Gate:
        return gate_at(session, self.clock.now(), self.silence, clock_off=self.watch.off is not None)

    def _look_at_gate(self) -> Hush:
        """Return why nothing may be said to the public, and let organizers know where they have to do something about it."""
        now = self.clock.now()
        with self.database.read() as session:
            hush = self._gate(session).hush
            news = is_news(session, hush, now)
        if news:
            with self.database.begin() as session:
                keep_stopped(session, hush, now, self.watch.off)
        return hush

    def _may_leave(self, due: Due) -> bool:
        """Tell at the last moment whether a message may be sent."""
        if due.expires_at is not None and due.expires_at <= self.clock.now():
            return False
        if due.audience is Audience.ORGANIZERS:
            return True
        with self.database.read() as session:
            return may_go(session, self._gate(session), due.delivery)

    def _candidates(self, passed_over: frozenset[int]) -> tuple[Due, ...]:
        """Return what may be sent now. What would fall into a place's quiet hours is put off until they end."""
        now, channels = self.clock.now(), tuple(self.channels)
        while True:
            with self.database.read() as session:
                found = due_deliveries(
                    session,
                    now,
                    CANDIDATES,
                    channels=channels,
                    gate=self._gate(session),
                    passed_over=passed_over,
                )
            quiet = [(due.deliveries, due.quiet_until) for due in found if due.quiet_until is not None]
            if not quiet:
                return found
            with self.database.begin() as session:
                for deliveries, until in quiet:
                    put_off(session, deliveries, until)

    def _claim(self, worded: Worded) -> bool:
        with self.database.begin() as session:
            return bool(claims.claim_deliveries(session, [worded], self.token, self.clock.now()))


def _after(error: Exception, due: Due, now: datetime) -> _Settlement:
    """Return how a send is settled that raised something, from the narrow to the wide: whatever is not known is a doubt."""
    settlement: _Settlement
    match error:
        case Moved():
            settlement = "moved", settling.settle_moved, (error.address, now)
        case TemporaryFailure():
            settlement = "put_off", settling.settle_later, (due.attempts + 1, now, error.retry_after)
        case Gone():
            settlement = "failed", settling.settle_gone, (error.reason, now)
        case PermanentFailure():
            settlement = "failed", settling.settle_failed, (error.reason,)
        case Uncertain():
            settlement = "uncertain", settling.settle_uncertain, (error.reason,)
        case TimeoutError():
            settlement = "uncertain", settling.settle_uncertain, ("no answer in time",)
        case _:
            settlement = "uncertain", settling.settle_uncertain, (f"{type(error).__name__} while sending",)
    return settlement


def word(due: Due, board_url: str | None = None) -> Message:
    """Return the words of a delivery, made from what its event stored alone, in its destination's language."""
    tr = translator(due.language)
    facts, kind = due.facts, due.kind
    if due.members:
        return digest([_narrowed(member.told, due) for member in due.members], tr, board_url, due.audience)
    if isinstance(facts, (ReminderFacts, MergerFacts)):
        told = _narrowed(Reminded(kind, facts), due)
        return frame(recall(told.facts, kind, tr, board_url, due.audience), tr, facts.fictional)
    if isinstance(facts, AnswerFacts):
        return _word_answer(due, facts, tr, board_url)
    return announce(facts, kind, tr, board_url, spot=(due.address, due.thread))


def _word_answer(due: Due, facts: AnswerFacts, tr: Translator, board_url: str | None) -> Message:
    kind = due.kind
    if kind in OF_ENTRIES and due.action is not Action.EDIT:
        return frame(newest_remark(facts, tr), tr, facts.fictional)
    if due.trail and kind is EventKind.CONTENT_REMOVED:
        return digest([_narrowed(one, due) for one in due.trail], tr, board_url, due.audience)
    if trail := [one for one in due.trail if isinstance(one, Said)]:
        return corrected_post(trail, tr, board_url, hashtags_of(*(said.facts for said in trail)))
    said = as_told(kind, facts, due.action)
    tags, removed_on = hashtags_of(said.facts), said.facts.decided_on
    return announce(said.facts, said.kind, tr, board_url, hashtags=tags, removed_on=removed_on)


def _narrowed(news: N, due: Due) -> N:
    """Return what is told of something at a place: of a reminder only what it follows."""
    if isinstance(news, Reminded) and isinstance(news.facts, ReminderFacts):
        return replace(news, facts=as_followed(news.facts, due.follows))
    return news

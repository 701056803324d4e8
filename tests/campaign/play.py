"""A campaign is played: the clock leaps from one moment to the next, the table of ticks says what is done there."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random

import sqlalchemy as sa

from campaign.cast import EVERYWHERE, ORGANIZERS, PUBLIC, TIMELINE, Follower, draw_topics, join, settle_in
from campaign.deaths import STEPS, Death, MortalDatabase, Reaper
from campaign.hours import CALENDARS, DAY, MARGIN, PARIS, Span, at, silence
from campaign.network import Network, Told, Transcript
from campaign.organizers import Organizers
from campaign.worker import Machine, Worker
from pledgebot.clock import MovedClock
from pledgebot.domain.audience import Rhythm
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.doubts import AfterDoubt, DoubtPolicy
from pledgebot.domain.policy import Policy, ReminderPolicy
from pledgebot.services.subscribers import set_quiet_hours, set_rhythm, subscribe, unsubscribe
from pledgebot.store.tables import Delivery, Destination, Event

POLICIES = (
    Policy(reminders=ReminderPolicy(days_left=(30, 14, 7, 3))),
    Policy(reminders=ReminderPolicy(days_left=(7,), ladder=(7, 14))),
    Policy(reminders=ReminderPolicy(days_left=(21, 3), last_call=0)),
    Policy(reminders=ReminderPolicy(days_left=(10,), last_call=5), negative_days=0),
)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Seen:
    """What the database held at a moment near the end, before those are forgotten who did not say that they stay.

    `places` are since when each is told and when it ended; `fates` what became of each event there. Both by the address at
    which a place began.
    """

    at: datetime
    places: dict[str, tuple[datetime, datetime | None]]
    fates: dict[tuple[str, int], list[tuple[DeliveryState, str | None]]]


@dataclass(frozen=True)
class Size:
    """How much happens in a campaign."""

    followers: int
    answers: int
    deaths: float = 0.15
    """How likely a worker may die in one waking."""


@dataclass
class Campaign:
    """One campaign from ninety days before the first round to a month after the second; all of it drawn from a seed."""

    url: str
    seed: int
    size: Size
    turns: list[datetime] = field(default_factory=list)
    """When a worker looked that was not killed on the way."""
    asleep: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        """Draw the days, and build everything."""
        self.dice = Random(self.seed)  # noqa: S311 - the same dice for the same seed, that is the point
        self.days = self.dice.choice(CALENDARS)
        # Whoever hears a digest twice hears reminders twice and old news after new: the other rules count on none.
        self.policy = replace(self.dice.choice(POLICIES), doubts=DoubtPolicy(digests=AfterDoubt.LEAVE))
        self.borders = tuple(silence(day, frozenset({zone})).begins for day in self.days for zone in sorted(EVERYWHERE))
        self.begins = at(self.days[0] - 90 * DAY, time(12), PARIS)
        self.ends = at(self.days[1] + 31 * DAY, time(12), PARIS)
        self.clock = MovedClock(self.begins)
        self.reaper = Reaper()
        self.database = MortalDatabase(self.url, self.reaper)
        self.transcript = Transcript()
        self.networks = {name: self._network(name) for name in ("telegram", "mastodon")}
        self._queue: list[tuple[datetime, int, Callable[[datetime], None] | None]] = []
        self._numbers = count()
        self._workers = count()
        self.worker = self._new_worker()
        self.there = settle_in(self.database, self.days, self.policy, self.begins)
        self.organizers = Organizers(self.database, self.there, self._dice(), self._later)
        self._schedule()

    @property
    def reminder_days(self) -> frozenset[int]:
        """How many days before a vote the public is reminded."""
        return frozenset({*self.policy.reminders.days_left, self.policy.reminders.last_call} - {0})

    def _dice(self) -> Random:
        return Random(self.dice.random())  # noqa: S311 - dice of their own, so that one change does not change all

    def _network(self, name: str) -> Network:
        steady = frozenset({PUBLIC, TIMELINE, ORGANIZERS})
        return Network(
            name, self.clock, self.transcript, self._dice(), self._tells, self.reaper,
            looks=name == "mastodon", steady=steady, borders=self.borders,
        )  # fmt: skip

    def _new_worker(self) -> Worker:
        return Worker(Machine(self.database, self.clock, self.networks), f"worker-{next(self._workers)}")

    def _tells(self, delivery: int) -> tuple[Told, ...]:
        with self.database.read() as session:
            bundle = session.scalars(sa.select(Delivery.bundle_id).where(Delivery.id == delivery)).one()
            mine = Delivery.id == delivery if bundle is None else Delivery.bundle_id == bundle
            rows = session.execute(
                sa.select(Delivery.id, Event.id, Event.kind, Event.answer_id)
                .join(Event, Event.id == Delivery.event_id)
                .where(mine)
                .order_by(Event.id)
            )
            return tuple(Told(*row) for row in rows)

    # The plan: who does what when

    def _at(self, moment: datetime, act: Callable[[datetime], None] | None = None) -> None:
        heapq.heappush(self._queue, (moment, next(self._numbers), act))

    def _later(self, wait: timedelta, act: Callable[[datetime], None]) -> None:
        self._at(self.clock.now() + wait, act)

    def _any(self, begins: datetime, ends: datetime) -> datetime:
        return begins + timedelta(seconds=self.dice.randrange(int((ends - begins).total_seconds())))

    def _schedule(self) -> None:
        first, second = (silence(day, EVERYWHERE) for day in self.days)
        self._schedule_followers()
        for _ in range(self.size.answers):
            # A third of them in the last days before a vote and in the silence, where everything is most difficult.
            near = self.dice.choice([first, second])
            late = self.dice.random() < 0.35
            begins, ends = (near.begins - 3 * DAY, near.ends) if late else (self.begins, self.ends - 3 * DAY)
            self._at(self._any(begins, ends), self.organizers.hear)
        self._at(self._any(self.begins, self.begins + 20 * DAY), lambda now: self.organizers.write(now, 0.6))
        self._at(self._any(self.begins + 20 * DAY, self.begins + 50 * DAY), self.organizers.write)
        for _ in range(20):
            self._at(self._any(self.begins + 25 * DAY, second.begins), self.organizers.chase)
        self._at(at(self.days[0] + 2 * DAY, time(18, 30), PARIS), self.organizers.second_round)
        self._at(at(self.days[0] + 3 * DAY, time(8), PARIS), self.organizers.write)
        self._at(self.ends - 2 * DAY, self._look)
        self._schedule_ticks(first, second)

    def _look(self, now: datetime) -> None:
        """Keep what the database holds now."""
        home = self.transcript.home
        fates: dict[tuple[str, int], list[tuple[DeliveryState, str | None]]] = {}
        with self.database.read() as session:
            rows = session.execute(sa.select(Destination.address, Destination.created_at, Destination.ended_at)).all()
            told = session.execute(
                sa.select(Destination.address, Delivery.event_id, Delivery.state, Delivery.reason).join(
                    Destination, Destination.id == Delivery.destination_id
                )
            ).all()
        for address, event, state, reason in told:
            fates.setdefault((home(address), event), []).append((state, reason))
        places = {home(address): (since.astimezone(UTC), ended) for address, since, ended in rows}
        self.seen = Seen(now, places, fates)

    def _schedule_followers(self) -> None:
        with self.database.begin() as session:
            for number in range(self.size.followers):
                if self.dice.random() < 0.75:
                    self._surprise(join(session, self.there, number, self.dice, self.begins))
                else:
                    self._at(self._any(self.begins, self.ends), lambda now, its=number: self._join(its, now))

    def _join(self, number: int, now: datetime) -> None:
        with self.database.begin() as session:
            join(session, self.there, number, self.dice, now)

    def _surprise(self, follower: Follower) -> None:
        """Draw whether somebody leaves, follows something else, or changes how they hear."""
        change = self.dice.choices([None, self._leave, self._rhythm, self._quiet, self._follow], [68, 6, 9, 8, 9])[0]
        if change is not None:
            self._at(self._any(self.begins, self.ends), lambda now: change(follower, now))

    def _known(self, follower: Follower) -> bool:
        with self.database.read() as session:
            row = session.get(Destination, follower.number)
            return row is not None and row.address == follower.spot.address

    def _leave(self, follower: Follower, now: datetime) -> None:
        if self._known(follower):
            with self.database.begin() as session:
                unsubscribe(session, follower.spot, None, now)
            follower.left = now

    def _rhythm(self, follower: Follower, now: datetime) -> None:
        if self._known(follower):
            follower.unsettled.append(now)
            with self.database.begin() as session:
                set_rhythm(session, follower.spot, self.dice.choice(list(Rhythm)), time(9), now)

    def _quiet(self, follower: Follower, now: datetime) -> None:
        if self._known(follower):
            follower.unsettled.append(now)
            follower.quiet_before = now, follower.quiet
            follower.quiet = (time(20), time(10))
            with self.database.begin() as session:
                set_quiet_hours(session, follower.spot, follower.quiet, now)

    def _follow(self, follower: Follower, now: datetime) -> None:
        """Let somebody follow something else; the new topics come first, since who follows nothing any more is erased."""
        if self._known(follower):
            follower.unsettled.append(now)
            wanted = draw_topics(self.there, self.dice)
            with self.database.begin() as session:
                for topic in wanted:
                    subscribe(session, follower.spot, topic, follower.language, now)
                for topic in follower.topics_at(now) - set(wanted):
                    unsubscribe(session, follower.spot, topic, now)
                # Whoever chose no zone has that of the place that they follow.
                follower.zones.append((now, session.get_one(Destination, follower.number).zone or PARIS))
            follower.follows.append((now, frozenset(wanted)))

    def _schedule_ticks(self, first: Span, second: Span) -> None:
        """Look at the clock around the borders of every silence, and some times on each day."""
        for day in self.days:
            for zone in sorted(EVERYWHERE):
                span = silence(day, frozenset({zone}))
                self._at(span.begins - 2 * SECOND, self.organizers.hurry)
                for border in (span.begins, span.ends):
                    self._at(border - SECOND)
                    self._at(border)
                self._at(span.begins + MARGIN)
        for number in range((self.ends - self.begins).days):
            # When reminders are due, the machine looks at the clock in time; before, it is enough that it does now and then.
            hour = self.dice.uniform(10.05, 10.5) if number >= 58 else self.dice.uniform(0, 48)
            if number >= 58 or number % 2:
                self._at(at(self.days[0] + (number - 90) * DAY, time(0), PARIS) + timedelta(hours=hour))
        sleeps = [self._any(self.begins, self.ends), self._any(first.begins - DAY, second.ends)]
        lengths = [timedelta(hours=self.dice.choice([3, 12, 30, 72, 80])) for _ in sleeps]
        self.asleep = tuple(Span(begin, begin + length) for begin, length in zip(sleeps, lengths, strict=True))
        for span in self.asleep:
            self._at(span.ends)

    # The play

    def play(self) -> None:
        """Play all of it."""
        try:
            asyncio.run(self._play())
        finally:
            self.database.close()

    async def _play(self) -> None:
        while (moment := self._next()) is not None and moment < self.ends:
            self.clock.move(to=moment)
            looks = not self._queue or self._queue[0][0] > moment
            while self._queue and self._queue[0][0] <= moment:
                act = heapq.heappop(self._queue)[2]
                if act is not None:
                    act(moment)
                # The worker looks twice a second, but a campaign has to end: not after each thing that somebody does.
                looks = looks or act is None or self.dice.random() < 0.4
            if looks and not any(moment in span for span in self.asleep):
                await self._wake()

    def _next(self) -> datetime | None:
        """Return the next moment at which something happens; what becomes due waits a little for others."""
        now = self.clock.now()
        heads = [self._queue[0][0]] if self._queue else []
        with self.database.read() as session:
            waits = sa.select(sa.func.min(Delivery.due_at)).join(Destination, Destination.id == Delivery.destination_id)
            due = session.scalar(
                waits.where(Delivery.state == DeliveryState.DUE, Delivery.due_at > now, Destination.ended_at.is_(None))
            )
        if due is not None and not any(due in span for span in self.asleep):
            heads.append(due.astimezone(UTC) + self.dice.choice([0, 20, 90]) * MINUTE)
        return max(min(heads), now + SECOND) if heads else None

    async def _wake(self) -> None:
        """Let the worker have some turns, as seconds go by; it may die in one, and another one goes on at once or later."""
        if self.dice.random() < self.size.deaths:
            self.reaper.arm(self.dice.choice(STEPS), self.dice.choice([0, 0, 1, 2, 4, 9]))
        for _ in range(4):
            try:
                await self.worker.turn()
            except Death:
                self.worker = self._new_worker()
                if self.dice.random() < 0.3:
                    break
            else:
                self.turns.append(self.clock.now())
                if not self.worker.raised:
                    break
                self.worker.raised = 0
            self.clock.move(by=SECOND)
        self.reaper.disarm()

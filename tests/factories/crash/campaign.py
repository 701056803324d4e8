"""A campaign of kills: broadcast after broadcast, a worker killed in each, and in the end every copy is counted."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.command_line import config_text
from factories.crash.crew import Crew
from factories.crash.networks import Network
from factories.crash.tally import Tally, Told
from factories.services import an_answer, quoting
from pledgebot.cli.main import app
from pledgebot.clock import SystemClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Rhythm, TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.services.answers import Subject, record_answer
from pledgebot.services.decisions import confirm_answer
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.people import find_actor
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery, Destination, Event, Subscription
from scenarios.stage import eventually

NAMED = (
    "fan-out commit", "fan-out committed",
    "claim commit", "claim committed",
    "request leaves", "reply withheld",
    "settle statement", "settle commit", "settle committed",
    "doubt commit", "doubt committed",
)  # fmt: skip
"""The steps of a broadcast, each with the moment at which a worker is killed.

A commit is about to be sent, or done; `settle statement` is when the reply has come and nothing of it is written yet; `doubt`
is the take-over of what a dead worker had claimed.
"""
AT_RANDOM, WITHHELD = "at random", "reply withheld"
_WHILE_IT_RUNS = {AT_RANDOM, WITHHELD}
_ONCE = {"fan-out", "doubt"}
_LATEST = 6
"""So many claims, requests or settlements are let pass at most before one is the last."""
_LONGEST_WAIT = 1.2
"""Within so many seconds of a broadcast, which is as long as it takes, a worker is killed at random."""
SAID = date(2020, 2, 1)


@dataclass
class Campaign:
    """An installation on one network with so many workers, and all that was published and killed so far."""

    network: Network
    database: Database
    crew: Crew
    workers: int
    seed: int
    told: list[Told] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)
    claimed: list[tuple[str, frozenset[int]]] = field(default_factory=list)
    """What was claimed when a worker died, or when something else went wrong: more than that is not to be in doubt."""

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - a choice that can be repeated
        self._lists = iter(range(1, 1_000_000))

    # What is told

    def publish(self, to: Sequence[str] | None = None, hour: time | None = None) -> Told:
        """Let a new list be followed by new people, at once or at an hour of each day, and give a confirmed answer."""
        number = next(self._lists)
        people = self.network.people(number) if to is None else tuple(to)
        words = f"Exemple numéro {number:04}"
        with self.database.begin() as session:
            ada, bo, now = find_actor(session, "Ada", "cli"), find_actor(session, "Bo", "cli"), SystemClock().now()
            new = add_list(session, Place("13055"), ListDetails(f"Liste Exemple {number:04}"), ada, now)
            for address in people:
                place = self._place(session, address, hour)
                session.add(Subscription(destination_id=place, topic=TopicKind.LIST, list_id=new))
        with self.database.begin() as session:
            now = SystemClock().now()
            answer = an_answer(
                Subject(list_id=new), {"cameras": Position.COMMITTED}, said=SAID, proofs=(quoting(words, None),)
            )
            confirm_answer(session, record_answer(session, answer, ada, now), 1, bo, now)
            event = session.scalars(sa.select(sa.func.max(Event.id))).one()
            if self.network.pays:
                # Before anybody sees the event: who was told already for nothing would be told nothing for money.
                session.execute(sa.update(Event).where(Event.id == event).values(paid_at=now))
        self.told.append(Told(event or 0, words, frozenset(people) | self.network.always))
        return self.told[-1]

    def _place(self, session: Session, address: str, hour: time | None) -> int:
        same = (Destination.channel == self.network.name, Destination.address == address)
        known = session.scalar(sa.select(Destination.id).where(*same))
        if known is not None:
            return known
        now = SystemClock().now()
        place = Destination(
            channel=self.network.name, address=address, audience=Audience.SUBSCRIBER, place=PlaceKind.PRIVATE,
            language="fr", rhythm=Rhythm.AT_ONCE if hour is None else Rhythm.DAILY, hour=hour, consented_at=now,
            created_at=now,
        )  # fmt: skip
        session.add(place)
        session.flush()
        return place.id

    # What goes wrong

    def kill_at(self, where: str, harm: str = "") -> None:
        """Publish something, kill the worker that tells it at a named moment, and note what was claimed then."""
        step = where.partition(" ")[0]
        if step == "doubt":
            # The take-over of what the one before left behind: it may have to be made first.
            if not self._claimed():
                self.kill_at("claim committed", harm)
            self._killed_by_order(where, 1)
            return
        if where in _WHILE_IT_RUNS:
            self.stand_by()
        told = self.publish()
        if harm:
            self.network.harms()[harm](told.to)
        if len(told.to) == 1:
            # What harm has come to may not be sent again: there is to be something else.
            told = self.publish()
        if where == AT_RANDOM:
            threading.Event().wait(self._chance.uniform(0, _LONGEST_WAIT))
            self.killed(where, self.crew.kill)
        elif where == WITHHELD:
            self.network.withheld(told.to, partial(self.killed, where, self.crew.kill), self._hurry)
        else:
            most = min(_LATEST, len(told.to))
            self._killed_by_order(where, 1 if step in _ONCE else self._chance.randint(1, most))

    def stand_by(self) -> None:
        """See that all workers are there, and one of them at work."""
        self.crew.taken_over()
        self.crew.fill_up()

    def _killed_by_order(self, where: str, number: int) -> None:
        step, _blank, moment = where.partition(" ")
        self.crew.order(step, moment, number)
        self.killed(where, lambda: (self.stand_by(), self.crew.killed(meanwhile=self._hurry)))

    def told_so_far(self) -> int:
        """Return how many messages have arrived."""
        return sum(self.network.copies(told.words).total() for told in self.told)

    def killed(self, where: str, kill: Callable[[], object]) -> None:
        """Kill somehow, and note what was claimed then."""
        self.suffered(where, kill)
        self.kills.append(where)

    def suffered(self, where: str, harm: Callable[[], object]) -> None:
        """Do something that may leave as much in doubt as a kill, and note what is claimed then."""
        harm()
        # What an earlier harm left behind is counted there.
        before = frozenset().union(*(claimed for _where, claimed in self.claimed))
        self.claimed.append((where, self._claimed() - before))

    def _claimed(self) -> frozenset[int]:
        """Return what is claimed, once the database knows that whoever died is dead."""
        if not self.database.is_sqlite:
            eventually(lambda: not self._under_way(), "the database lets go of the dead")
        with self.database.read() as session:
            return frozenset(session.scalars(sa.select(Delivery.id).where(Delivery.state == DeliveryState.CLAIMED)))

    def _under_way(self) -> bool:
        with self.database.read() as session:
            others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            return bool(session.execute(sa.text(f"{others} AND state <> 'idle' LIMIT 1")).first())

    # What became of it

    def due(self) -> int:
        """Return how many messages wait, and are tried again at once."""
        self._hurry()
        with self.database.read() as session:
            return session.scalar(sa.select(sa.func.count()).where(Delivery.state == DeliveryState.DUE)) or 0

    def settle(self) -> None:
        """Let it all be told, by workers that live, however long they would wait before they tried again."""
        self.stand_by()
        eventually(self._is_told, "everything is told")

    def _hurry(self) -> None:
        """Let the back-off of what failed be over: half a minute is nothing to wait for."""
        now = SystemClock().now()
        late = sa.update(Delivery).where(
            Delivery.state == DeliveryState.DUE, Delivery.attempts > 0, Delivery.due_at > now
        )
        with self.database.begin() as session:
            session.execute(late.values(due_at=now))

    def _is_told(self) -> bool:
        self._hurry()
        with self.database.read() as session:
            if session.scalar(sa.select(Event.id).where(Event.fanned_out_at.is_(None)).limit(1)) is not None:
                return False
            waits = [DeliveryState.DUE, DeliveryState.CLAIMED]
            waits += [DeliveryState.UNCERTAIN] if self.network.name == "mastodon" else []
            return session.scalar(sa.select(Delivery.id).where(Delivery.state.in_(waits)).limit(1)) is None

    def tally(self) -> Tally:
        """Count what each receiver has, beside what the database says."""
        return Tally.of(self)

    @property
    def name(self) -> str:
        """Which combination this is."""
        engine = "SQLite" if self.database.is_sqlite else "PostgreSQL"
        name = f"{self.network.name}, paid for" if self.network.pays else self.network.name
        return f"{name}, {engine}, {self.workers} worker{'s' * (self.workers > 1)}"


@contextmanager
def campaign(folder: Path, network: Network, url: str, *, workers: int = 1, seed: int = 1) -> Iterator[Campaign]:
    """Make an installation of two people on one network, and see in the end that nothing is left running or told to a log."""
    # The console, to which such a configuration publishes too, would be one more road.
    config = config_text(url).partition("[[destinations]]")[0] + network.config
    (folder / "config.toml").write_text(config, "utf-8")
    every = [word for role in ("recorder", "verifier", "admin") for word in ("--role", role)]
    for arguments in (
        ["db", "upgrade"],
        ["organizers", "add", "Ada", *every],
        ["organizers", "add", "Bo", *every, "--as", "Ada"],
    ):
        app([*arguments, "--config", str(folder / "config.toml")], standalone_mode=False)
    database = Database(url)
    crew = Crew(folder, network.name, database, workers)
    run = Campaign(network, database, crew, workers, seed)
    try:
        yield run
        crew.stop()
    finally:
        crew.close()
        database.close()
    assert "Traceback" not in crew.written, crew.written
    told = [
        one
        for one in run.told
        if one.words in crew.written or any(to.isdecimal() and to in crew.written for to in one.to)
    ]
    assert not told, "the log says what nobody is to read there"

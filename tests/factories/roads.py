"""The road of all sending over a scripted channel, and short ways along it."""

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from factories.services import NOW, an_answer, confirm, installed, record
from fakes.channels import ScriptedChannel
from pledgebot.clock import Clock, MovedClock
from pledgebot.dispatcher import Dispatcher, Pass
from pledgebot.domain.answer import AnswerKind, Position
from pledgebot.domain.audience import Audience, TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.policy import Attach
from pledgebot.domain.tallies import Tallies
from pledgebot.messages.render import plain
from pledgebot.services.answers import NewAnswer
from pledgebot.services.decisions import request_removal
from pledgebot.services.gate import SilencePolicy
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery, Destination, Subscription

SATURDAY = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
POLLS_CLOSED = datetime(2026, 3, 15, 19, 0, tzinfo=UTC)
"""In the silence of the example, and its end."""


class Road:
    """An installation with a dispatcher over a scripted channel."""

    def __init__(self, database: Database, clock: Clock, executor: ThreadPoolExecutor) -> None:
        self.database = database
        self.clock = clock
        self.executor = executor
        self.channel = ScriptedChannel()
        self.there = installed(database)
        self.timeout = timedelta(seconds=30)
        self.board_url: str | None = None
        self.attach = Attach.NONE
        self.tallies = Tallies()

    def recorded(self, new: NewAnswer) -> int:
        """Record an answer as Alix, and return its number."""
        with self.database.begin() as session:
            return record(session, new, self.there.alix, self.clock.now())

    def confirm(self, number: int) -> None:
        """Confirm an entry as Noé."""
        with self.database.begin() as session:
            confirm(session, number, self.there.noe, self.clock.now())

    def confirmed(self, name: str = "list_a", position: Position = Position.COMMITTED, demand: str = "cameras") -> int:
        """Record and confirm an answer, and return its number."""
        subject = {"list_a": self.there.a, "list_b": self.there.b, "list_c": self.there.c}[name]
        number = self.recorded(an_answer(subject, {demand: position}))
        self.confirm(number)
        return number

    def run(self, silence: SilencePolicy | None = None, token: int = 1) -> Pass:
        """Let the dispatcher pass once."""
        dispatcher = Dispatcher(
            database=self.database,
            channels={self.channel.name: self.channel},
            clock=self.clock,
            executor=self.executor,
            silence=silence or SilencePolicy(),
            token=token,
            send_timeout=self.timeout,
            board_url=self.board_url,
            attach=self.attach,
            tallies=self.tallies,
        )
        return asyncio.run(dispatcher.pass_once())

    def states(self) -> list[DeliveryState]:
        """Return the states of all deliveries, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(sa.select(Delivery.state).order_by(Delivery.id)))

    def reasons(self) -> list[str | None]:
        """Return why each delivery failed, was cancelled or is in doubt, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(sa.select(Delivery.reason).order_by(Delivery.id)))

    def destination(self, address: str, language: str = "en", **values: object) -> int:
        """Add a place that follows everything."""
        with self.database.begin() as session:
            row = Destination(
                channel="console",
                address=address,
                audience=Audience.PUBLIC,
                language=language,
                created_at=NOW - timedelta(days=1),
            )
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)
            session.flush()
            session.add(Subscription(destination_id=row.id, topic=TopicKind.ALL))
            return row.id

    def subscriber(self, address: str, language: str = "en", **values: object) -> int:
        """Add somebody who follows everything."""
        return self.destination(address, language, audience=Audience.SUBSCRIBER, consented_at=NOW, **values)

    def unfollow(self, destination: int) -> None:
        """Let a place follow nothing any more, without ending it."""
        with self.database.begin() as session:
            session.execute(sa.delete(Subscription).where(Subscription.destination_id == destination))


def moved(road: Road) -> MovedClock:
    """Return the road's clock, which can be moved."""
    assert isinstance(road.clock, MovedClock)
    return road.clock


def correct(road: Road, number: int, position: Position = Position.PARTIAL, demand: str = "cameras") -> int:
    """Correct an answer's position on one demand, confirm the correction, and return its number."""
    correction = an_answer(
        road.there.a, {demand: position}, kind=AnswerKind.CORRECTION, target=number, reason="misread"
    )
    entry = road.recorded(correction)
    road.confirm(entry)
    return entry


def remove(road: Road, number: int) -> int:
    """Remove an entry's content on legal demand, and return the number of the removal."""
    with road.database.begin() as session:
        removal = request_removal(session, number, "court order", road.there.alix, road.clock.now())
    road.confirm(removal)
    return removal


def said(road: Road, to: Collection[str] = ()) -> list[str]:
    """Return what arrived (at some addresses), as plain text with ordinary spaces."""
    heard = [plain(outgoing.message) for outgoing in road.channel.received if not to or outgoing.address in to]
    return [text.replace("\u202f", " ").replace("\u00a0", " ") for text in heard]

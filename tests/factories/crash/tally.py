"""What every receiver has in the end, beside what the database says of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from factories.crash.report import HEADER
from pledgebot.domain.delivery import DeliveryState
from pledgebot.store.tables import Delivery, Destination

if TYPE_CHECKING:
    from factories.crash.campaign import Campaign


@dataclass(frozen=True)
class Told:
    """One broadcast: its event, words that stand in no other, and to whom it goes."""

    event: int
    words: str
    to: frozenset[str]


@dataclass
class Tally:
    """The counts of a campaign, and all that is wrong."""

    name: str
    kills: Counter[str]
    messages: int = 0
    copies: int = 0
    sent: int = 0
    uncertain: int = 0
    arrived: int = 0
    most_claimed: int = 0
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, campaign: "Campaign") -> "Tally":
        """Count the copies of every message."""
        tally = cls(campaign.name, Counter(campaign.kills))
        tally.most_claimed = max((len(claimed) for _where, claimed in campaign.claimed), default=0)
        at_once = campaign.network.at_once
        tally.wrong += [
            f"{len(claimed)} claimed after “{where}”, {at_once} may be"
            for where, claimed in campaign.claimed
            if len(claimed) > at_once
        ]
        excused = frozenset().union(*(claimed for _where, claimed in campaign.claimed))
        for told in campaign.told:
            tally._count(campaign, told, excused)
        return tally

    def _count(self, campaign: "Campaign", told: Told, excused: frozenset[int]) -> None:
        copies = campaign.network.copies(told.words)
        lost = campaign.network.doubtful(told.words)
        statement = sa.select(Delivery.id, Destination.address, Delivery.state).join(
            Destination, Destination.id == Delivery.destination_id
        )
        with campaign.database.read() as session:
            rows = session.execute(statement.where(Delivery.event_id == told.event)).all()
        self.messages += len(told.to)
        self.copies += copies.total()
        written = Counter(address for _number, address, _state in rows)
        self._expect(written == Counter(told.to), told, f"written for {_difference(written, told)}")
        strangers = [address for address in copies if address not in told.to]
        self._expect(not strangers, told, f"told to {len(strangers)} who were not to hear it")
        for number, address, state in rows:
            has = copies[address]
            self.sent += state is DeliveryState.SENT
            self.uncertain += state is DeliveryState.UNCERTAIN
            self.arrived += state is DeliveryState.UNCERTAIN and has > 0
            where = f"delivery {number} ({state.value})"
            if state is DeliveryState.SENT:
                self._expect(has == 1, told, f"{where}: {has} copies")
            elif state is DeliveryState.UNCERTAIN:
                self._expect(has <= 1, told, f"{where}: {has} copies")
                self._expect(number in excused or address in lost, told, f"{where}: in doubt without a reason")
            else:
                self._expect(ok=False, told=told, what=f"{where}: not told, {has} copies")

    def _expect(self, ok: bool, told: Told, what: str) -> None:
        if not ok:
            self.wrong.append(f"{told.words}: {what}")

    @property
    def row(self) -> tuple[str, ...]:
        """The counts as a row below `HEADER`."""
        counts = (
            self.kills.total(), self.messages, self.copies, self.sent, self.uncertain, self.arrived, self.most_claimed,
        )  # fmt: skip
        return self.name, *map(str, counts)

    @property
    def steps(self) -> str:
        """How often a worker was killed at which step."""
        return ", ".join(f"{step} ×{count}" for step, count in sorted(self.kills.items()))

    def __str__(self) -> str:
        """Return everything, as a failing test tells it."""
        counts = "\n".join(f"  {name}: {count}" for name, count in zip(HEADER, self.row, strict=True))
        return "\n".join([counts, f"  at: {self.steps}", *(f"  WRONG: {one}" for one in self.wrong)])


def _difference(written: Counter[str], told: Told) -> str:
    missing, twice = set(told.to) - set(written), [address for address, count in written.items() if count > 1]
    return f"{len(written)} of {len(told.to)}: {len(missing)} left out, {len(twice)} twice"

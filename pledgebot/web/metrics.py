"""The numbers for Prometheus: https://prometheus.io/docs/practices/naming/. No label holds an address or a name of a person.

Everything has the prefix `pledgebot_`; the process's memory, time and files are told under the library's own names.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

import pledgebot
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.tallies import ANSWER_BUCKETS, Counted, Times
from pledgebot.services.health import Backlog, Figures, backlogs, figures
from pledgebot.store.tables import InboxState
from pledgebot.web.office import Office

CONTENT_TYPE = CONTENT_TYPE_LATEST
RESULTS = ("sent", "put_off", "failed", "uncertain", "moved")
"""What may become of a send. Each is told from the beginning, as 0: a rate needs a value before the first one."""
KEPT_SECONDS = 5.0
"""For so long the numbers of the database are told again without asking it."""
SHARE = 20
"""They are kept for so many times as long as reading them took: however large the database, that is at most 5 % of a core."""
_WAITING = (InboxState.NEW, InboxState.ANSWERED)
_CHANNEL = ("channel",)


@dataclass(frozen=True)
class _Read:
    """What one look at the database gave, and how old the oldest delivery was then, in seconds by medium."""

    figures: Figures
    oldest: dict[str, float]


class Gauges:
    """Reads the database at most every few seconds, and tells it together with what the process counted of itself."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._kept: tuple[float, _Read] | None = None
        self._process = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._process)

    def read(self) -> _Read:
        """Return what the database holds, as it was some seconds ago at most. Raises `Unusable` when it is away."""
        began = time.monotonic()
        if self._kept is not None and began < self._kept[0]:
            return self._kept[1]
        office, now = self._office, self._office.clock.now()
        with office.database.read() as session:
            clock_off = office.watch.off is not None
            waiting = backlogs(session, now, office.channels, office.silence, clock_off=clock_off)
            found = _Read(figures(session, now), {one.channel: _age(one, office) for one in waiting})
        took = time.monotonic() - began
        self._kept = (began + took + max(KEPT_SECONDS, SHARE * took), found)
        return found

    def text(self, read: _Read | None) -> bytes:
        """Return everything as Prometheus reads it; without the database, what the process knows by itself."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once([*self._own(), *self._stored(read)]))
        return generate_latest(registry) + generate_latest(self._process)

    def _own(self) -> Iterator[Metric]:
        counted = self._office.tallies.counted()
        channels, networks = sorted(self._office.channels), sorted(self._office.networks)
        version = {"version": pledgebot.__version__}
        yield InfoMetricFamily("pledgebot_build", "Which pledgebot this is.", value=version)
        works = self._office.works_since() is not None
        yield GaugeMetricFamily(
            "pledgebot_lease_held", "1 while this worker works, 0 while it stands by.", float(works)
        )
        yield _sends(counted, channels)
        yield _answers(counted, networks)
        yield from _refusals(counted, sorted({*channels, *networks}))
        heard = GaugeMetricFamily(
            "pledgebot_last_poll_timestamp_seconds",
            "When a network last gave what it had for the bot.",
            labels=_CHANNEL,
        )
        for name, moment in sorted(counted.heard_at.items()):
            heard.add_metric([name], moment.timestamp())
        yield heard

    def _stored(self, read: _Read | None) -> Iterator[Metric]:
        yield GaugeMetricFamily("pledgebot_database_up", "Whether the database answered.", float(read is not None))
        if read is None:
            return
        held, channels = read.figures, sorted({*self._office.channels, *(name for name, _ in read.figures.deliveries)})
        deliveries = GaugeMetricFamily(
            "pledgebot_deliveries", "Deliveries, by medium and state.", labels=("channel", "state")
        )
        for name in channels:
            for state in DeliveryState:
                deliveries.add_metric([name, state.value], held.deliveries.get((name, state), 0))
        yield deliveries
        yield _by_channel(
            "pledgebot_oldest_due_age_seconds",
            "For how long the oldest delivery waits that could go: no silence and no brake holds it up. 0: none waits.",
            {name: read.oldest.get(name, 0.0) for name in sorted(self._office.channels)},
        )
        yield GaugeMetricFamily(
            "pledgebot_events_waiting", "Events that are not, or not wholly, made into deliveries.", held.events_waiting
        )
        sources = sorted({*self._office.networks, *(name for name, _ in held.inbox)})
        unanswered = {name: sum(held.inbox.get((name, state), 0) for state in _WAITING) for name in sources}
        set_aside = {name: held.inbox.get((name, InboxState.SET_ASIDE), 0) for name in sources}
        yield _by_channel(
            "pledgebot_inbox_waiting", "What people wrote or pressed and is not dealt with yet.", unanswered
        )
        yield _by_channel("pledgebot_inbox_set_aside", "What could not be dealt with, and was set aside.", set_aside)
        yield GaugeMetricFamily("pledgebot_ledger_entries", "Confirmed entries of the ledger.", held.ledger_entries)
        yield GaugeMetricFamily("pledgebot_lists", "Lists that are known.", held.lists)
        yield _by_channel(
            "pledgebot_subscribers", "Subscribers, rounded down to whole tens.", dict(sorted(held.subscribers.items()))
        )


class _Once(Collector):
    """Tells metrics that were made already."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Sequence[Metric]:
        return self._metrics


def _age(one: Backlog, office: Office) -> float:
    return max(0.0, (office.clock.now() - one.since).total_seconds())


def _by_channel(name: str, about: str, values: dict[str, float] | dict[str, int]) -> Metric:
    metric = GaugeMetricFamily(name, about, labels=_CHANNEL)
    for channel, value in values.items():
        metric.add_metric([channel], value)
    return metric


def _sends(counted: Counted, channels: Collection[str]) -> Metric:
    metric = CounterMetricFamily(
        "pledgebot_sends", "What became of messages that this process sent.", labels=("channel", "result")
    )
    for channel in channels:
        for result in RESULTS:
            metric.add_metric([channel, result], counted.sends.get((channel, result), 0))
    return metric


def _answers(counted: Counted, networks: Collection[str]) -> Metric:
    metric = HistogramMetricFamily(
        "pledgebot_answer_seconds",
        "From when something that a person wrote or pressed was kept until it was dealt with.",
        labels=_CHANNEL,
    )
    none = Times((0,) * (len(ANSWER_BUCKETS) + 1), 0.0)
    for network in networks:
        times, total = counted.answers.get(network, none), 0
        buckets: list[tuple[str, float]] = []
        for border, count in zip((*map(str, ANSWER_BUCKETS), "+Inf"), times.buckets, strict=True):
            total += count
            buckets.append((border, total))
        metric.add_metric([network], buckets, times.seconds)
    return metric


def _refusals(counted: Counted, names: Collection[str]) -> Iterator[Metric]:
    refusals = CounterMetricFamily("pledgebot_rate_limited", "Replies that asked for patience (429).", labels=_CHANNEL)
    waits = CounterMetricFamily(
        "pledgebot_rate_limit_wait_seconds", "The seconds that they asked for, in all.", labels=_CHANNEL
    )
    for name in names:
        refusals.add_metric([name], counted.refusals.get(name, 0))
        waits.add_metric([name], counted.waits.get(name, 0.0))
    yield refusals
    yield waits

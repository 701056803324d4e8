"""What the operator's own monitoring asks: does the process live, does it do its work, and in numbers how much of it.

It is served at an address of its own, so that no proxy before the board can publish it by mistake.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pledgebot.domain.errors import Unusable, place_of
from pledgebot.services.health import STALE, Backlog, backlogs
from pledgebot.services.work import is_held
from pledgebot.store.schema import SchemaState, schema_state
from pledgebot.web.metrics import CONTENT_TYPE, Gauges
from pledgebot.web.office import Office

log = logging.getLogger(__name__)
R = TypeVar("R")

FRESH: Mapping[str, timedelta] = {"telegram": timedelta(minutes=2), "mastodon": timedelta(minutes=10)}
"""So long ago a network may have been heard last. Telegram is asked again after 25 seconds; Mastodon after half a minute, and
after five when the server wants it."""
LONGEST_LOOK = 5.0
"""After so many seconds a database that does not answer counts as away."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, and how it is."""

    good: bool
    line: str

    def __str__(self) -> str:
        """Return it as it is shown."""
        return f"{'ok ' if self.good else 'bad'}  {self.line}"


def build_operator_app(office: Office, longest: float = LONGEST_LOOK) -> Starlette:
    """Return the application: `/healthz`, `/readyz`, `/metrics`. A look takes `longest` seconds at most."""
    desk = _Desk(office, Gauges(office), longest)
    return Starlette(
        routes=[Route("/healthz", alive), Route("/readyz", desk.ready), Route("/metrics", desk.metrics)],
    )


async def alive(_request: Request) -> Response:
    """Say that the process answers; it looks at nothing else."""
    return PlainTextResponse("alive\n", headers=_UNKEPT)


_UNKEPT = {"Cache-Control": "no-store"}


@dataclass
class _Desk:
    """Answers. A look that takes long is shared by all who ask meanwhile: a database that hangs is asked once."""

    office: Office
    gauges: Gauges
    longest: float
    _looks: dict[str, "asyncio.Task[object]"] = field(default_factory=dict)

    async def ready(self, _request: Request) -> Response:
        """Answer 200 when everything is right, else 503, with a line for each thing that was looked at."""
        checks = [*self._known(), *(await self._shared("ready", self._asked) or [_AWAY])]
        status = 200 if all(check.good for check in checks) else 503
        return PlainTextResponse("".join(f"{check}\n" for check in checks), status, headers=_UNKEPT)

    async def metrics(self, _request: Request) -> Response:
        """Answer with the numbers, as Prometheus reads them. What needs no database is told without one too."""
        text = self.gauges.text(await self._shared("metrics", self.gauges.read))
        return Response(text, media_type=CONTENT_TYPE, headers=_UNKEPT)

    async def _shared(self, name: str, work: Callable[[], R]) -> R | None:
        """Return what a look in a thread of its own gives; None where the database does not answer, or not in time."""
        look = self._looks.get(name)
        if look is None or look.done():
            look = self._looks[name] = asyncio.create_task(asyncio.to_thread(self._looked, work))
        await asyncio.wait({look}, timeout=self.longest)
        return look.result() if look.done() else None  # type: ignore[return-value]  # each name has one kind of look

    @staticmethod
    def _looked(work: Callable[[], R]) -> R | None:
        try:
            return work()
        except Unusable:
            return None
        except Exception as error:  # noqa: BLE001 - whatever is wrong, whoever asks is told that something is
            # Its words may hold what the database holds.
            log.error("health_not_known: %s", place_of(error))  # noqa: TRY400
            return None

    def _known(self) -> Iterator[Check]:
        """Yield what this process knows by itself: whether the networks were heard lately, if it is the one to listen."""
        since, now = self.office.works_since(), self.office.clock.now()
        if since is None:
            return
        for network in sorted(self.office.networks):
            yield _heard(network, self.office.tallies.heard_at(network), since, now)

    def _asked(self) -> list[Check]:
        """Return what the database knows. Raises `Unusable` when it is away."""
        office, now = self.office, self.office.clock.now()
        state = schema_state(office.database)
        checks = [Check(good=True, line="database"), Check(state is SchemaState.CURRENT, _SCHEMA[state])]
        if state is not SchemaState.CURRENT:
            return checks
        with office.database.read() as session:
            held = is_held(session, office.lease, now)
            clock_off = office.watch.off is not None
            waiting = backlogs(session, now, office.channels, office.silence, clock_off=clock_off)
        return [*checks, _lease(held=held, ours=office.works_since() is not None), *_deliveries(waiting, now)]


_AWAY = Check(good=False, line="database: it does not answer")
_SCHEMA = {
    SchemaState.CURRENT: "schema",
    SchemaState.OLD: "schema: made by an older version of pledgebot",
    SchemaState.EMPTY: "schema: the database is empty",
    SchemaState.UNKNOWN: "schema: made by a newer version of pledgebot, or by another program",
}


def _lease(*, held: bool, ours: bool) -> Check:
    if ours:
        return Check(good=True, line="lease: working")
    return Check(held, "lease: standing by" if held else "lease: nobody works")


def _heard(network: str, heard_at: datetime | None, since: datetime, now: datetime) -> Check:
    """Say when a network was heard last. Who began to work just now has to be given the time to ask."""
    if heard_at is None:
        return Check(good=False, line=f"{network}: not reached yet")
    good = now - max(heard_at, since) <= FRESH.get(network, STALE)
    return Check(good, f"{network}: heard {_span(now - heard_at)} ago")


def _deliveries(waiting: tuple[Backlog, ...], now: datetime) -> list[Check]:
    if not waiting:
        return [Check(good=True, line="oldest delivery: none waits")]
    return [
        Check(
            not one.is_stuck(now),
            f"oldest delivery on {one.channel}: {_span(now - one.since)}"
            + (", others go out" if one.moving and now - one.since > STALE else ""),
        )
        for one in waiting
    ]


def _span(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004 - two minutes

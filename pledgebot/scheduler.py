"""The table of ticks: what runs when, on one page. Truth is in rows with due times; a tick only looks.

A double tick does nothing, and a missed one is caught up by the next.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from pledgebot.domain.errors import place_of

log = logging.getLogger(__name__)

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Tick:
    """One thing that is done again and again."""

    name: str
    every: timedelta
    act: Act


@dataclass(frozen=True)
class Acts:
    """What the ticks do; the runtime hands it in."""

    dispatch: Act
    hold_lease: Act
    listen: Act
    keep_house: Act
    remind: Act


def ticks(acts: Acts) -> tuple[Tick, ...]:
    """Return the whole table."""
    return (
        Tick("dispatch", timedelta(seconds=1), acts.dispatch),
        Tick("hold_lease", timedelta(seconds=2), acts.hold_lease),
        Tick("listen", timedelta(seconds=2), acts.listen),
        Tick("keep_house", timedelta(minutes=1), acts.keep_house),
        Tick("remind", timedelta(minutes=1), acts.remind),
    )


def _guarded(tick: Tick) -> Act:
    """Return a tick that outlives a fault: the library would log it with everything that it holds."""

    async def act() -> None:
        try:
            await tick.act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next tick tries again
            log.error("tick_failed: %s: %s", tick.name, place_of(error))  # noqa: TRY400 - its words may hold an address

    return act


def build_scheduler(acts: Acts) -> AsyncIOScheduler:
    """Return a scheduler in memory with every tick.

    A tick that is late by any time runs once (coalesced), and never beside itself: the library's own grace is one second.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick in ticks(acts):
        scheduler.add_job(
            _guarded(tick),
            "interval",
            seconds=tick.every.total_seconds(),
            id=tick.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler

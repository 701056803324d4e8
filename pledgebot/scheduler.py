"""The table of ticks: what runs when, on one page. Truth is in rows with due times; a tick only looks.

A double tick does nothing, and a missed one is caught up by the next.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

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


def ticks(acts: Acts) -> tuple[Tick, ...]:
    """Return the whole table."""
    return (
        Tick("dispatch", timedelta(seconds=1), acts.dispatch),
        Tick("hold_lease", timedelta(seconds=5), acts.hold_lease),
    )


def build_scheduler(acts: Acts) -> AsyncIOScheduler:
    """Return a scheduler in memory with every tick.

    A tick that is late by any time runs once (coalesced), and never beside itself: the library's own grace is one second.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick in ticks(acts):
        scheduler.add_job(
            tick.act,
            "interval",
            seconds=tick.every.total_seconds(),
            id=tick.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler

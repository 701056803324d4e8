"""The table of ticks: one line for each act, and what happens to a tick that is late, or that fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import timedelta

import pytest

from pledgebot.scheduler import Acts, build_scheduler, ticks


def acts(done: list[str], failing: str = "") -> Acts:
    """Return acts that note their names, of which one may fail."""

    def noting(name: str) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            done.append(name)
            if name == failing:
                raise RuntimeError("the words of an error may hold an address: +33 6 00 00 00 00")

        return act

    return Acts(**{field.name: noting(field.name) for field in fields(Acts)})


def test_every_act_has_its_line_and_none_waits_long() -> None:
    table = ticks(acts([]))
    assert [tick.name for tick in table] == [field.name for field in fields(Acts)]
    assert all(timedelta(seconds=1) <= tick.every <= timedelta(minutes=1) for tick in table)


def test_a_tick_that_is_late_runs_once_and_never_beside_itself() -> None:
    scheduler = build_scheduler(acts([]))
    jobs = scheduler.get_jobs()
    assert {job.id for job in jobs} == {tick.name for tick in ticks(acts([]))}
    assert {(job.coalesce, job.max_instances, job.misfire_grace_time) for job in jobs} == {(True, 1, None)}


def test_a_tick_that_fails_is_logged_without_its_words_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    jobs = {job.id: job for job in build_scheduler(acts(done, failing="remind")).get_jobs()}
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            asyncio.run(jobs["remind"].func())
    assert done == ["remind", "remind"]
    assert caplog.text.count("tick_failed: remind: RuntimeError") == 2
    assert "+33" not in caplog.text

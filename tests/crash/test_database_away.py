"""The database goes away in the middle of a broadcast, and comes back: what was under way may be in doubt, nothing else."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from factories.crash.away import Restarted, locked
from factories.crash.campaign import Campaign, campaign
from factories.crash.networks import on_telegram
from scenarios.stage import eventually

Away = Callable[[], AbstractContextManager[None]]


def gone_for(run: Campaign, away: Away, seconds: float) -> None:
    """Let a broadcast begin, and take the database away for some seconds."""
    begun(run)
    run.suffered("database away", partial(waited, away, seconds))


def gone_with_the_worker(run: Campaign, away: Away, seconds: float) -> None:
    """Let a broadcast begin, and take the database away for some seconds, and the worker with it."""
    begun(run)
    run.killed("database away", partial(waited, away, seconds, run.crew.kill_all))


def begun(run: Campaign) -> None:
    """Let a broadcast begin."""
    run.stand_by()
    before = run.told_so_far()
    for _group in range(2):
        run.publish()
    eventually(lambda: run.told_so_far() > before + 2, "the broadcast has begun")


def waited(away: Away, seconds: float, then: Callable[[], None] = lambda: None) -> None:
    """Have the database away for some seconds."""
    with away():
        threading.Event().wait(seconds)
        then()


def counted(run: Campaign, request: pytest.FixtureRequest) -> None:
    """Let everything be told; what a worker could not note as sent is a doubt when the next one takes over."""
    run.stand_by()
    eventually(lambda: run.due() == 0, "nothing is left to be sent")
    run.crew.stop()
    run.settle()
    tally = run.tally()
    request.node.user_properties.append(("kills", ("database away: " + tally.row[0], *tally.row[1:])))
    assert not tally.wrong, f"\n{tally}"


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.long)])
def test_a_server_that_is_stopped_and_started(tmp_path: Path, request: pytest.FixtureRequest, seconds: float) -> None:
    with (
        Restarted() as server,
        on_telegram() as network,
        campaign(tmp_path, network, server.create_database("away")) as run,
    ):
        gone_for(run, server.away, seconds)
        gone_with_the_worker(run, server.away, 1)
        counted(run, request)


@pytest.mark.parametrize("seconds", [2, pytest.param(40, marks=pytest.mark.long)])
def test_a_file_that_is_locked(tmp_path: Path, sqlite_url: str, request: pytest.FixtureRequest, seconds: float) -> None:
    with on_telegram() as network, campaign(tmp_path, network, sqlite_url) as run:
        gone_for(run, partial(locked, sqlite_url), seconds)
        counted(run, request)

"""The disk is full, or must not be written, in the middle of a broadcast: it stops, says so, and goes on when it may."""

import re
import resource
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from factories.crash.campaign import Campaign, campaign
from factories.crash.networks import on_telegram
from scenarios.stage import eventually

PASSES = 2.5
"""Within so many seconds a worker looks a few times whether there is something to be sent."""
SAID = re.compile(r"WARNING \S+ (?:database_away|lease_unknown|not_settled_yet): database \S+: .+")


def full(run: Campaign, *, to: bool) -> None:
    """Let the database take no further page."""
    run.crew.forbid("full") if to else run.crew.allow("full")


def read_only(run: Campaign, *, to: bool) -> None:
    """Let nothing be written to the database."""
    run.crew.forbid("read-only") if to else run.crew.allow("read-only")


def no_room(run: Campaign, *, to: bool) -> None:
    """Let the system refuse to make any file of the worker's longer than the database's log is now."""
    path = run.database.path
    assert path is not None
    log = path.with_name(path.name + "-wal")
    for pid in run.crew.pids:
        _least, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (log.stat().st_size // 2 if to else most, most))


def for_a_while(run: Campaign, trouble: Callable[..., None]) -> None:
    """Have the trouble until the worker has said so, and has come to it a few times more."""
    trouble(run, to=True)
    eventually(lambda: SAID.search(run.crew.written), "it says so")
    told = run.told_so_far()
    threading.Event().wait(PASSES)
    # One may have been on its way.
    assert run.told_so_far() <= told + run.network.at_once
    trouble(run, to=False)


@pytest.mark.parametrize("trouble", [full, read_only, no_room])
def test_a_disk_that_takes_nothing(
    tmp_path: Path, sqlite_url: str, trouble: Callable[..., None], request: pytest.FixtureRequest
) -> None:
    with on_telegram(30) as network, campaign(tmp_path, network, sqlite_url) as run:
        run.stand_by()
        run.publish()
        run.publish()
        eventually(lambda: run.told_so_far() > 2, "the broadcast has begun")
        run.suffered(trouble.__name__, partial(for_a_while, run, trouble))
        assert SAID.search(run.crew.written), run.crew.written
        eventually(lambda: run.due() == 0, "nothing is left to be sent")
        run.crew.stop()
        run.settle()
        tally = run.tally()
    request.node.user_properties.append(("kills", (f"disk: {trouble.__name__}", *tally.row[1:])))
    assert not tally.wrong, f"\n{tally}"

"""`kill -9` at every step of a broadcast, and at random: nothing is told twice, nothing is lost, little is left in doubt."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from factories.crash.campaign import AT_RANDOM, NAMED, Campaign, campaign
from factories.crash.networks import Network, on_mastodon, on_telegram

SEED = int(os.environ.get("PLEDGEBOT_TEST_SEED", "20260315"))
CROWD = 90
"""So many hear of what is paid for: more than are claimed ahead, and few enough that none of them is tried before the others."""
NETWORKS = {"telegram": on_telegram, "mastodon": on_mastodon, "paid": partial(on_telegram, CROWD, pays=True)}

Plan = Sequence[tuple[str, str]]
"""Where a worker is killed, one after the other, and what goes wrong on the network meanwhile."""

FEW: dict[tuple[str, str, int], Plan] = {
    ("telegram", "sqlite", 1): [
        ("fan-out commit", ""),
        ("claim committed", "reply lost"),
        ("request leaves", "429"),
        ("reply withheld", ""),
        ("settle commit", "slow"),
        (AT_RANDOM, "502"),
    ],
    ("telegram", "postgresql", 1): [("settle statement", "garbage"), ("doubt commit", ""), ("claim commit", "500")],
    ("telegram", "postgresql", 3): [("fan-out committed", ""), ("reply withheld", "hung up"), (AT_RANDOM, "slow")],
    ("mastodon", "sqlite", 1): [("reply withheld", "reply lost"), ("request leaves", "503"), ("settle commit", "429")],
    ("mastodon", "postgresql", 3): [("claim committed", "garbage"), ("settle statement", "")],
    ("paid", "sqlite", 1): [("claim committed", "reply lost"), ("settle statement", "429"), (AT_RANDOM, "slow")],
}
"""Twenty kills; two more end a fan-out between its batches, one comes while the database is away."""

MANY = {
    ("telegram", "sqlite", 1): 44,
    ("telegram", "postgresql", 1): 36,
    ("telegram", "postgresql", 3): 36,
    ("mastodon", "sqlite", 1): 30,
    ("mastodon", "postgresql", 1): 26,
    ("mastodon", "postgresql", 3): 24,
    ("paid", "sqlite", 1): 22,
    ("paid", "postgresql", 3): 22,
}
"""How many are killed in a long campaign: with the others about two hundred and fifty."""


def _id(combination: tuple[str, str, int]) -> str:
    return "-".join(map(str, combination))


@contextmanager
def _stage(combination: tuple[str, str, int], folder: Path, request: pytest.FixtureRequest) -> Iterator[Campaign]:
    network, engine, workers = combination
    url = request.getfixturevalue(f"{engine}_url")
    with NETWORKS[network]() as there, campaign(folder, there, url, workers=workers, seed=SEED) as run:
        yield run


def _counted(run: Campaign, request: pytest.FixtureRequest) -> None:
    """Let everything be told, and count what everybody has."""
    run.settle()
    tally = run.tally()
    request.node.user_properties.append(("kills", tally.row))
    assert not tally.wrong, f"\n{tally}\n  seed: {run.seed}"


@pytest.mark.parametrize("combination", FEW, ids=_id)
def test_a_few_kills(combination: tuple[str, str, int], tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with _stage(combination, tmp_path, request) as run:
        for where, harm in FEW[combination]:
            run.kill_at(where, harm)
        _counted(run, request)


@pytest.mark.long
@pytest.mark.parametrize("combination", MANY, ids=_id)
def test_many_kills(combination: tuple[str, str, int], tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Every named moment comes in turn, a random one after every second of them, and all that can go wrong beside it."""
    with _stage(combination, tmp_path, request) as run:
        for where, harm in _plan(run.network, MANY[combination]):
            run.kill_at(where, harm)
        _counted(run, request)


def _plan(network: Network, kills: int) -> Plan:
    chance = random.Random(SEED)  # noqa: S311 - a choice that can be repeated
    moments = [moment for pair in zip(NAMED[::2], NAMED[1::2], strict=False) for moment in (*pair, AT_RANDOM)]
    moments += NAMED[len(NAMED) // 2 * 2 :]
    harms = ["", *network.harms()]
    chance.shuffle(harms)
    return [(moments[at % len(moments)], harms[at % len(harms)]) for at in range(kills)]

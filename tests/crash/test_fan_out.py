"""A fan-out that is cut off between its batches goes on where it stood: nobody is left out, nobody is written for twice."""

from collections import Counter
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from factories.crash.campaign import campaign
from factories.crash.networks import on_telegram
from pledgebot.services.fan_out import FAN_OUT_BATCH
from pledgebot.store.engine import Database
from pledgebot.store.tables import Delivery, Destination, Event
from scenarios.stage import eventually

SOME = 50


def test_no_batch_is_lost_and_none_comes_twice(tmp_path: Path, sqlite_url: str, request: pytest.FixtureRequest) -> None:
    # An hour ago: they are written for now, and hear of it tomorrow.
    hour = time((datetime.now(ZoneInfo("Europe/Paris")).hour - 1) % 24)
    people = [str(1_000_000 + number) for number in range(FAN_OUT_BATCH + SOME)]
    with on_telegram() as network, campaign(tmp_path, network, sqlite_url) as run:
        told = run.publish(people, hour)
        for moment, number in (("commit", 2), ("committed", 1)):
            run.crew.order("fan-out", moment, number)
            run.killed(f"fan-out {moment}", lambda: (run.stand_by(), run.crew.killed()))
        run.stand_by()
        eventually(lambda: _is_over(run.database), "the fan-out is over")
        with run.database.read() as session:
            rows = session.scalars(
                sa.select(Destination.address)
                .join(Delivery, Delivery.destination_id == Destination.id)
                .where(Delivery.event_id == told.event)
            ).all()
    request.node.user_properties.append(("kills", ("fan-out in batches", "2", str(len(people)), *["0"] * 5)))
    assert Counter(rows) == Counter(people)
    assert not any(claimed for _where, claimed in run.claimed)


def _is_over(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(sa.select(Event.id).where(Event.fanned_out_at.is_(None))) is None

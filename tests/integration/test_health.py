"""What the operator's monitoring is told: whether the bot does its work, and in numbers how much. Never a person."""

import asyncio
import signal
import socket
import time
import urllib.request
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

import pytest
from prometheus_client.parser import text_string_to_metric_families

from factories.command_line import config_text
from factories.processes import Running, run
from factories.roads import POLLS_CLOSED, SATURDAY, Road, moved
from factories.services import NOW
from fakes.channels import ScriptedChannel
from pledgebot.cli.checks import is_loopback
from pledgebot.clock import ClockWatch, MovedClock
from pledgebot.domain.brakes import BrakeKind
from pledgebot.domain.delivery import TemporaryFailure
from pledgebot.domain.tallies import Tallies
from pledgebot.services.brakes import pull, release
from pledgebot.services.gate import SilencePolicy
from pledgebot.services.work import take_lease
from pledgebot.store.engine import Database
from pledgebot.web.health import FRESH, LONGEST_LOOK, build_operator_app
from pledgebot.web.office import Office
from pledgebot.web.server import WebServer

Samples = dict[tuple[str, tuple[str, ...]], float]
LATE = timedelta(minutes=14)


def an_office(road: Road, **values: object) -> Office:
    """Return what is looked at: the installation of a road, by a worker that began to work when the example begins."""
    office = Office(
        database=road.database,
        clock=road.clock,
        watch=ClockWatch(),
        silence=SilencePolicy(),
        tallies=Tallies(),
        lease="bot",
        works_since=lambda: NOW,
        networks=frozenset(),
        channels=frozenset({"console"}),
    )
    return replace(office, **values)  # type: ignore[arg-type]  # each test names what it changes


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def got(address: str) -> tuple[int, str]:
    """Return the status and the text of an address."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def asked(office: Office, path: str = "/readyz", longest: float = LONGEST_LOOK) -> tuple[int, str]:
    """Serve an office for one question, and return its answer."""

    async def play() -> tuple[int, str]:
        port = free_port()
        server = WebServer(build_operator_app(office, longest), f"127.0.0.1:{port}")
        server.open()
        running = asyncio.create_task(server.run())
        try:
            return await asyncio.to_thread(got, f"http://127.0.0.1:{port}{path}")
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return asyncio.run(play())


def numbers(text: str) -> Samples:
    """Return (name, values of the labels) → number, as Prometheus's own parser reads a text."""
    return {
        (one.name, tuple(value for _label, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def leased(road: Road, now: datetime | None = None) -> None:
    """Let somebody hold the lease."""
    with road.database.begin() as session:
        take_lease(session, "bot", "somebody", now or road.clock.now())


def unsent(road: Road) -> None:
    """Have a delivery written that is due, and not sent."""
    road.channel.waits = {"terminal": timedelta(hours=1)}
    road.confirmed()
    assert road.run().sent == 0


def test_a_working_bot_is_ready_and_each_thing_that_was_looked_at_has_a_line(road: Road) -> None:
    tallies = Tallies()
    tallies.heard("telegram", NOW)
    moved(road).move(by=timedelta(seconds=40))
    office = an_office(road, networks=frozenset({"telegram"}), tallies=tallies)
    assert asked(office) == (
        200,
        "ok   telegram: heard 40 s ago\nok   database\nok   schema\nok   lease: working\nok   oldest delivery: none waits\n",
    )


def test_a_delivery_that_could_go_and_waits_for_too_long_makes_it_unready_unless_others_go_out(road: Road) -> None:
    unsent(road)
    moved(road).move(by=timedelta(minutes=9))
    assert asked(an_office(road))[0] == 200
    moved(road).move(by=timedelta(minutes=5))
    status, text = asked(an_office(road))
    assert (status, text.splitlines()[-1]) == (503, "bad  oldest delivery on console: 14 min")
    road.destination("elsewhere")
    road.confirmed("list_b")
    assert road.run().sent == 1
    status, text = asked(an_office(road))
    assert (status, text.splitlines()[-1]) == (200, "ok   oldest delivery on console: 14 min, others go out")


def test_what_a_brake_or_the_silence_holds_up_is_no_fault_and_what_they_let_go_has_its_time(road: Road) -> None:
    """Unready at the very moment at which thousands become free would be a false alarm at the worst time."""
    unsent(road)
    with road.database.begin() as session:
        brake = pull(session, BrakeKind.PAUSED, now=road.clock.now(), by=road.there.noe, reason="a look first")
    moved(road).move(by=timedelta(hours=2))
    assert asked(an_office(road))[1].endswith("ok   oldest delivery: none waits\n")
    with road.database.begin() as session:
        release(session, brake or 0, road.there.noe, road.clock.now())
    moved(road).move(by=timedelta(minutes=2))
    assert asked(an_office(road))[1].endswith("ok   oldest delivery on console: 2 min\n")
    for moment, line in (
        (SATURDAY, "ok   oldest delivery: none waits"),
        (POLLS_CLOSED + timedelta(seconds=30), "ok   oldest delivery on console: 30 s"),
        (POLLS_CLOSED + LATE, "bad  oldest delivery on console: 14 min"),
    ):
        moved(road).move(to=moment)
        assert asked(an_office(road))[1].splitlines()[-1] == line


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("heard", "works", "line"),
    [
        (None, timedelta(0), "bad  telegram: not reached yet"),
        (timedelta(0), timedelta(0), "ok   telegram: heard 90 s ago"),
        (-LATE, -LATE, "bad  telegram: heard 15 min ago"),
        # It stood by until now, and fetched nothing.
        (-LATE, timedelta(seconds=80), "ok   telegram: heard 15 min ago"),
    ],
)
def test_a_network_that_was_not_heard_lately_makes_the_worker_unready(
    road: Road, heard: timedelta | None, works: timedelta, line: str
) -> None:
    tallies = Tallies()
    if heard is not None:
        tallies.heard("telegram", NOW + heard)
    moved(road).move(by=timedelta(seconds=90))
    office = an_office(road, networks=frozenset({"telegram"}), tallies=tallies, works_since=lambda: NOW + works)
    status, text = asked(office)
    assert text.splitlines()[0] == line
    assert status == (200 if line.startswith("ok") else 503)


def test_who_stands_by_is_ready_while_another_works_and_fetches_nothing_itself(road: Road) -> None:
    office = an_office(road, networks=frozenset(FRESH), works_since=lambda: None)
    status, text = asked(office)
    assert (status, "bad  lease: nobody works\n" in text, "telegram" in text) == (503, True, False)
    # The lease goes by the database's own clock where it has one.
    leased(road)
    status, text = asked(office)
    assert (status, "ok   lease: standing by\n" in text) == (200, True)


def test_without_a_database_it_is_unready_in_one_line_and_tells_what_it_knows_itself() -> None:
    tallies = Tallies()
    tallies.sent("console", "sent")
    tallies.heard("mastodon", NOW)
    office = Office(
        Database("postgresql://nobody@127.0.0.1:1/nothing"), MovedClock(NOW), ClockWatch(), SilencePolicy(), tallies,
        "bot", lambda: NOW, frozenset({"mastodon"}), frozenset({"console"}),
    )  # fmt: skip
    assert asked(office) == (503, "ok   mastodon: heard 0 s ago\nbad  database: it does not answer\n")
    assert asked(office, "/healthz") == (200, "alive\n")
    told = numbers(asked(office, "/metrics")[1])
    assert told["pledgebot_database_up", ()] == 0
    assert told["pledgebot_sends_total", ("console", "sent")] == 1


@pytest.mark.engines("sqlite")
def test_a_database_that_hangs_is_asked_once_and_waited_for_a_moment_only(road: Road) -> None:
    began = time.monotonic()
    slow = an_office(road, clock=_Hanging(road.clock, began + 1.0))
    status, text = asked(slow, longest=0.2)
    assert (status, text) == (503, "bad  database: it does not answer\n")
    assert time.monotonic() - began < 60


class _Hanging:
    """A clock whose third asking takes until a moment: the look at the database waits behind it."""

    def __init__(self, clock: object, until: float) -> None:
        self._clock, self._until, self._calls = clock, until, 0

    def now(self) -> datetime:
        """Return the time, the second time only after a while."""
        self._calls += 1
        while self._calls > 1 and time.monotonic() < self._until:
            pass
        return NOW


def test_the_numbers_say_what_was_sent_what_waits_and_nothing_of_anybody(road: Road) -> None:
    tallies = Tallies()
    road.tallies = tallies
    road.channel = ScriptedChannel(script=(None, TemporaryFailure("later", timedelta(minutes=5))))
    for number in range(23):
        road.subscriber(f"address-of-{number}")
    road.confirmed()
    road.run()
    for took in (0.05, 0.3, 4000.0):
        tallies.answered("telegram", timedelta(seconds=took))
    tallies.refused("telegram", timedelta(seconds=7))
    moved(road).move(by=LATE)
    office = an_office(road, networks=frozenset({"telegram"}), tallies=tallies)
    status, text = asked(office, "/metrics")
    told = numbers(text)
    wanted: Samples = {
        ("pledgebot_database_up", ()): 1,
        ("pledgebot_lease_held", ()): 1,
        ("pledgebot_deliveries", ("console", "sent")): 23,
        ("pledgebot_deliveries", ("console", "due")): 1,
        ("pledgebot_deliveries", ("console", "uncertain")): 0,
        ("pledgebot_sends_total", ("console", "sent")): 23,
        ("pledgebot_sends_total", ("console", "put_off")): 1,
        ("pledgebot_sends_total", ("console", "failed")): 0,
        ("pledgebot_oldest_due_age_seconds", ("console",)): 9 * 60,
        ("pledgebot_events_waiting", ()): 0,
        ("pledgebot_inbox_waiting", ("telegram",)): 0,
        ("pledgebot_ledger_entries", ()): 1,
        ("pledgebot_lists", ()): 3,
        # In whole tens: nobody sees one person come or leave.
        ("pledgebot_subscribers", ("console",)): 20,
        ("pledgebot_answer_seconds_bucket", ("telegram", "0.1")): 1,
        ("pledgebot_answer_seconds_bucket", ("telegram", "0.5")): 2,
        ("pledgebot_answer_seconds_bucket", ("telegram", "300.0")): 2,
        ("pledgebot_answer_seconds_bucket", ("telegram", "+Inf")): 3,
        ("pledgebot_rate_limited_total", ("telegram",)): 1,
        ("pledgebot_rate_limit_wait_seconds_total", ("telegram",)): 7,
    }
    assert status == 200
    assert {key: told.get(key) for key in wanted} == wanted
    assert any(name == "pledgebot_build_info" for name, _labels in told)
    assert "process_resident_memory_bytes" in text
    for secret in ("address-of", "terminal", "Exemple", "Alix"):
        assert secret not in text


def test_the_database_is_read_once_in_a_while_however_often_it_is_asked(road: Road) -> None:
    office = an_office(road)

    async def play() -> tuple[str, str]:
        port = free_port()
        server = WebServer(build_operator_app(office), f"127.0.0.1:{port}")
        server.open()
        running = asyncio.create_task(server.run())
        try:
            _, first = await asyncio.to_thread(got, f"http://127.0.0.1:{port}/metrics")
            await asyncio.to_thread(road.confirmed)
            _, second = await asyncio.to_thread(got, f"http://127.0.0.1:{port}/metrics")
            return first, second
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    first, second = asyncio.run(play())
    assert numbers(first)["pledgebot_ledger_entries", ()] == numbers(second)["pledgebot_ledger_entries", ()] == 0


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),  # noqa: S104 - only read
     ("192.0.2.7", False), ("here.example.org", False)],
)  # fmt: skip
def test_the_doctor_knows_what_only_this_machine_can_reach(host: str, *, alone: bool) -> None:
    assert is_loopback(host) is alone


def test_the_program_serves_them_where_the_configuration_says_and_says_in_a_line_when_the_port_is_taken(
    tmp_path: Path,
) -> None:
    port = free_port()
    web = f'\n[web]\nboard = false\noperator_listen = "127.0.0.1:{port}"\n'
    (tmp_path / "config.toml").write_text(config_text("sqlite:///pledgebot.db") + web, "utf-8")
    with Running("run", folder=tmp_path) as bot:
        bot.until("pledgebot runs")
        status, text = got(f"http://127.0.0.1:{port}/readyz")
        assert (status, "ok   lease: working\n" in text) == (200, True)
        assert "pledgebot_lease_held 1.0" in got(f"http://127.0.0.1:{port}/metrics")[1]
        other = tmp_path / "other"
        other.mkdir()
        (other / "config.toml").write_text(config_text("sqlite:///pledgebot.db") + web, "utf-8")
        second = run("run", folder=other)
        assert second.returncode == 1
        [line] = [one for one in second.stderr.splitlines() if "operator_listen" in one]
        assert line.endswith(f"web.operator_listen 127.0.0.1:{port}: Address already in use")
        assert "Traceback" not in second.stderr
        bot.signal(signal.SIGTERM)
        assert bot.wait() == 0

"""`pledgebot doctor` asks the instance: one line for each fault, exit status 1, and never the token."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from factories.mastodon_office import Office, account_of, as_bot, granted, office_beside
from fakes.mastodon import Fault, MastodonServer, answer, garble, hang_up, mastodon_server, saying
from pledgebot.channels.mastodon.checkup import Plan, check_account
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.login import SCOPES
from pledgebot.clock import ClockWatch, MovedClock, SystemClock
from pledgebot.domain.audience import Spot, TopicKind
from pledgebot.services.subscribers import Topic, subscribe
from pledgebot.store.engine import Database


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server on which the bot's account is as it has to be."""
    with mastodon_server() as opened:
        as_bot(opened, "PATCH", "/api/v1/accounts/update_credentials", bot="true")
        opened.as_user("bot").policy(for_private_mentions="accept")
        yield opened


@pytest.fixture
def office(
    server: MastodonServer,
    tmp_path: Path,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Office]:
    """An installation with a token that may do all that is needed."""
    with office_beside(server, tmp_path, sqlite_url, monkeypatch, capsys) as office:
        office.settle(token=granted(server), more=TIMELINE)
        yield office


TIMELINE = '[[destinations]]\nchannel = "mastodon"\naddress = "timeline"\nlanguage = "fr"'


def wrong(office: Office, *lines: str) -> str:
    """Expect exactly these faults, one line each; return what is right."""
    outcome = office("doctor")
    assert outcome.status == 1, outcome
    said = outcome.err.splitlines()
    assert len(said) == len(lines), outcome.err
    for line, wanted in zip(said, lines, strict=True):
        assert wanted in line
    return outcome.out


def test_all_is_well(office: Office, server: MastodonServer) -> None:
    said = office.done("doctor")
    assert said[-8:] == [
        f"mastodon: @bot on {server.base_url}",
        "mastodon: marked as automated",
        "mastodon: the token may do all that is needed",
        "mastodon: everybody's mentions arrive, private ones too",
        "mastodon: posts of 500 characters, 4 pictures, descriptions of 1500",
        f"mastodon: rules of the instance: 1; read them at {server.base_url}/about",
        "mastodon: 0 private digests a day at most, room for 1200",
        "clock: agrees with that of mastodon",
    ]
    assert {asked.method for asked in server.asked} == {"GET"}


def test_what_the_profile_command_mends(office: Office, server: MastodonServer) -> None:
    as_bot(server, "PATCH", "/api/v1/accounts/update_credentials", bot="false")
    server.as_user("bot").policy(for_private_mentions="filter")
    wrong(
        office,
        "mastodon: not marked as automated; `pledgebot mastodon profile` mends it",
        "mastodon: private mentions of strangers never arrive; `pledgebot mastodon profile` mends it",
    )
    office.done("mastodon", "profile")
    assert account_of(server)["bot"] is True
    office.done("doctor")


def test_mentions_that_only_a_person_can_let_through(office: Office, server: MastodonServer) -> None:
    server.as_user("bot").policy(for_not_following="filter", for_new_accounts="drop")
    said = wrong(office, "mastodon: mentions of people it does not follow, new accounts never arrive; accept them in")
    assert "everybody's mentions" not in said


def test_a_server_without_such_a_policy(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(404, "Record not found"), path=".*notifications/policy"):
        assert "mastodon: the instance filters no mentions" in office.done("doctor")


def test_rights_that_are_missing(office: Office, server: MastodonServer) -> None:
    few = tuple(scope for scope in SCOPES if scope not in {"write:media", "read:follows"})
    office.settle(token=granted(server, few), more=TIMELINE)
    wrong(office, "mastodon: the token may not read:follows, write:media; `pledgebot mastodon login --again` fetches")


def test_rights_that_are_wider_will_do(office: Office, server: MastodonServer) -> None:
    office.settle(token=granted(server, ("read", "write", "push")), more=TIMELINE)
    assert "mastodon: the token may do all that is needed" in office.done("doctor")


def test_a_server_that_does_not_tell_rights(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(404, "Record not found"), path="/api/v1/apps/verify_credentials"):
        assert "mastodon: the instance does not tell what the token may do" in office.done("doctor")


def test_a_wrong_token(office: Office) -> None:
    office.settle(token="n0t-a-t0ken-of-anybody", more=TIMELINE)  # noqa: S106 - of nobody
    wrong(
        office, "mastodon: the server refuses the account's token; `pledgebot mastodon login --again` fetches another"
    )


def test_an_instance_without_a_token_yet(office: Office) -> None:
    office.settle()
    wrong(office, "mastodon: there is no token yet; `pledgebot mastodon login` fetches one")


def test_an_installation_that_is_not_on_mastodon_asks_nobody(office: Office, server: MastodonServer) -> None:
    office.settle()
    config = office.cli.folder / "config.toml"
    config.write_text(config.read_text("utf-8").split("[mastodon]")[0], "utf-8")
    assert "mastodon" not in "\n".join(office.done("doctor"))
    assert server.asked == []


@pytest.mark.parametrize("fault", [answer(503), hang_up, garble])
def test_an_instance_in_trouble(office: Office, server: MastodonServer, fault: Fault) -> None:
    with server.fault(fault):
        wrong(office, "mastodon: not reachable (")
    assert len(server.asked) == 1


def test_an_instance_that_goes_away_on_the_way(office: Office, server: MastodonServer) -> None:
    with server.fault(answer(503), path="/api/v.*/instance"):
        said = wrong(office, "mastodon: not reachable (the server answered 503); the bot waits for it, but check")
    assert "mastodon: @bot on " in said


def test_an_instance_that_is_not_there(office: Office) -> None:
    office.settle(base_url="http://127.0.0.1:9", token="t0ken-for-n0b0dy")  # noqa: S106 - of nobody
    wrong(office, "mastodon: not reachable (cannot be reached)")


def test_posts_that_are_too_short(office: Office, server: MastodonServer) -> None:
    server.characters = 299
    wrong(office, "mastodon: posts of 299 characters, 4 pictures, descriptions of 1500; fewer than 300")
    server.characters = 300
    office.done("doctor")


def test_an_instance_whose_clock_is_elsewhere(office: Office, server: MastodonServer) -> None:
    now = datetime.now(UTC)
    late = format_datetime(now - timedelta(minutes=10), usegmt=True)
    with server.fault(saying(Date=late)):
        wrong(office, "seconds ahead of that of mastodon; set this machine's clock right: until then nothing is said")


@pytest.mark.parametrize(("apart", "agree"), [(119, True), (121, False), (-119, True), (-122, False)])
def test_clocks_may_be_two_minutes_apart(server: MastodonServer, apart: int, *, agree: bool) -> None:
    here, watch = MovedClock(datetime(2026, 2, 8, 12, tzinfo=UTC)), ClockWatch()
    there = format_datetime(here.now() + timedelta(seconds=apart), usegmt=True)

    async def ask() -> None:
        gateway = Gateway(server.base_url, granted(server), here, watch=watch)
        try:
            await check_account(gateway, Plan(server.base_url, 0, 150))
        finally:
            gateway.close()

    with server.fault(saying(Date=there)):
        asyncio.run(ask())
    assert (watch.off is None) is agree
    with server.fault(saying(Date=there, Age="3")):
        asyncio.run(ask())
    assert (watch.off is None) is agree, "what a cache kept says nothing"


def test_a_server_that_tells_no_rules(office: Office, server: MastodonServer) -> None:
    server.rewrite(lambda thing: {name: value for name, value in thing.items() if name != "rules"}, "/api/v2/instance")
    said = office.done("doctor")
    assert f"mastodon: no rules are told; read about the instance at {server.base_url}/about" in said


def test_more_subscribers_than_can_be_written_to(office: Office) -> None:
    office.settle("posts_reserved = 299", token=office.secrets[-1], more=TIMELINE)
    follow(office.cli.database, 8)
    assert "mastodon: 8 private digests a day at most, room for 8" in office.done("doctor")
    follow(office.cli.database, 9)
    wrong(
        office, "mastodon: 9 private digests a day at most, room for 8; lower mastodon.posts_reserved, or have people"
    )


def follow(database: Database, people: int) -> None:
    """Let so many people follow everything on Mastodon, and some elsewhere."""
    with database.begin() as session:
        for number in range(people):
            for channel in ("mastodon", "telegram"):
                spot = Spot(channel, f"person{number}@exemple.invalid")
                subscribe(session, spot, Topic(TopicKind.ALL), "fr", SystemClock().now())

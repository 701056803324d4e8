"""`pledgebot doctor` asks Telegram: one line for each fault, exit status 1, and never the token."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from factories.command_line import CommandLine, Outcome
from factories.telegram import Account, account_of, closing_database, settle
from fakes.telegram import Channel, Group, TelegramServer

WRONG = "4200000042:AAThisTokenIsOfNobodyAndOpensNothing00"


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """An emulator in a thread of its own."""
    with TelegramServer.threaded() as running:
        yield running


@pytest.fixture
def office(server: TelegramServer) -> Group:
    """The organizers' group, with the bot in it."""
    return server.world.group("Organisation", bot=True)


@pytest.fixture
def news(server: TelegramServer) -> Channel:
    """The channel, in which the bot may post."""
    return server.world.channel("Nouvelles", bot=True)


class Doctor:
    """Calls the doctor to an installation."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.patch, self.capture = folder, patch, capture

    def __call__(self, account: Account, *places: Group | Channel, telegram: str = "", more: str = "") -> Outcome:
        """Return what the doctor says of an installation that publishes in these places."""
        told = [(place.id, "organizers" if isinstance(place, Group) else "public", "fr") for place in places]
        settle(self.folder, account, told, telegram=telegram, more=more, lists=())
        with closing_database(self.folder) as database:
            outcome = CommandLine(self.folder, database, self.patch, self.capture)("doctor")
        assert account.token.partition(":")[2] not in outcome.text
        assert "Traceback" not in outcome.text
        return outcome


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The doctor, in a folder that has no settings from elsewhere."""
    for name in [name for name in os.environ if name.startswith("PLEDGEBOT_") and name != "PLEDGEBOT_TEST_POSTGRES"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return Doctor(tmp_path, monkeypatch, capsys)


def wrong(outcome: Outcome, *lines: str) -> None:
    """Expect exactly these faults, one line each."""
    assert outcome.status == 1, outcome
    said = outcome.err.splitlines()
    assert len(said) == len(lines), outcome.err
    for line, wanted in zip(said, lines, strict=True):
        assert wanted in line


def test_all_is_well(doctor: Doctor, server: TelegramServer, office: Group, news: Channel) -> None:
    outcome = doctor(account_of(server), news, office)
    assert (outcome.status, outcome.err) == (0, ""), outcome
    assert f"telegram: @{server.world.bot.username}\n" in outcome.out
    for place in (news, office):
        assert f"destination {place.id}: the bot may write there\n" in outcome.out
    assert "telegram: inline mode on\n" in outcome.out
    assert f"telegram: {len(server.world.updates)} updates wait\n" in outcome.out


def test_a_wrong_token(doctor: Doctor, server: TelegramServer, office: Group) -> None:
    outcome = doctor(replace(account_of(server), token=WRONG), office)
    wrong(outcome, "Telegram refuses this token; ask BotFather for the right one")


def test_a_server_that_is_not_there(doctor: Doctor, server: TelegramServer, office: Group) -> None:
    account = account_of(server)
    server.go_away()
    try:
        wrong(doctor(account, office), "telegram: not reachable")
    finally:
        server.come_back()


def test_a_server_that_answers_with_a_page(doctor: Doctor, server: TelegramServer, office: Group) -> None:
    server.answers_html("getMe", times=9)
    wrong(doctor(account_of(server), office), "telegram: not reachable")


def test_places_where_the_bot_is_not_or_may_not_write(doctor: Doctor, server: TelegramServer, news: Channel) -> None:
    world = server.world
    empty, left, muted = world.group("Sans bot"), world.group("Quitté", bot=True), world.group("Muet", bot=True)
    left.kick_bot()
    muted.restrict_bot("can_send_messages")
    silent = world.channel("Sans droit")
    silent.promote_bot("can_edit_messages")
    outcome = doctor(account_of(server), news, silent, empty, left, muted)
    wrong(
        outcome,
        f"destination {silent.id}: the bot may not write there; make the bot an administrator who may post",
        f"destination {empty.id}: the bot is not there",
        f"destination {left.id}: the bot is not there",
        f"destination {muted.id}: the bot may not write there; lift the bot's restriction",
    )
    assert f"destination {news.id}: the bot may write there\n" in outcome.out


def test_a_webhook_that_was_left_behind_is_said_and_is_no_fault(
    doctor: Doctor, server: TelegramServer, office: Group
) -> None:
    server.delivery.url = "http://127.0.0.1:9/telegram"
    outcome = doctor(account_of(server), office)
    assert outcome.status == 0, outcome
    assert "telegram: a webhook is set" in outcome.out


def test_a_webhook_that_fails(doctor: Doctor, server: TelegramServer, office: Group) -> None:
    port_of_nobody = "http://127.0.0.1:9"
    server.delivery.url = f"{port_of_nobody}/telegram"
    server.world.user("Alix").write("/dates")
    server.world.wait_until(lambda: server.delivery.last_error, "nobody takes the update")
    outcome = doctor(account_of(server), office, telegram="webhook = true", more=f'web.public_url = "{port_of_nobody}"')
    wrong(outcome, "telegram: the webhook fails: Connection refused")
    server.delivery.url = ""

"""The bot's life on Telegram: a wrong token, an absent network, a rival, limits, nonsense, a webhook, and an orderly stop."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import replace
from http.client import HTTPResponse
from pathlib import Path

import pytest

from factories.processes import run
from factories.telegram import Local, account_of, free_port, local_play, settle
from factories.telegram_life import to
from fakes.telegram import TelegramServer
from scenarios.stage import answer, eventually

WRONG = "4200000042:AAThisTokenIsOfNobodyAndOpensNothing00"
LONGEST_STOP = 10.0
"""Seconds in which the bot has to stop on a machine that is busy with other tests."""


def test_a_wrong_token_is_said_in_one_line_that_does_not_hold_it(tmp_path: Path) -> None:
    with TelegramServer.threaded() as server:
        settle(tmp_path, replace(account_of(server), token=WRONG))
        refused = run("run", folder=tmp_path)
    assert refused.returncode == 1
    assert "Telegram refuses this token" in refused.stderr.splitlines()[-1]
    assert WRONG.partition(":")[2] not in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr
    assert "ERROR" not in refused.stderr


def test_the_bot_outlives_an_absent_network_limits_nonsense_and_a_rival(tmp_path: Path) -> None:
    with local_play(tmp_path, started=False) as local:
        server, world, play = local.server, local.server.world, local.play

        # Away at the start, there later.
        server.go_away()
        local.bots.start(until="telegram_away")
        server.come_back()
        local.bots.until("telegram_ready")
        win = play.follower("Win")

        # Away in between: what is asked meanwhile is answered afterwards.
        server.go_away()
        win.write("/dates")
        server.come_back()
        win.wait_for("2099")

        # Told to wait, the bot waits, and answers once.
        server.fails("sendMessage", retry_after=1)
        asked = time.monotonic()
        answer(win, "/letter", "surveillance")
        assert time.monotonic() - asked >= 1
        world.wait_until(lambda: _statuses(server)[-2:] == [429, 200], "it was refused once, then sent")

        # What nobody can read is set aside, and the next one is answered.
        world.tell_raw({"message": {"chat": {"id": win.id}, "from": "nobody", "date": "never"}})
        world.tell_raw({"message": "nonsense"})
        world.tell_raw({"no_such_kind": {"id": 1}})
        answer(win, "/list Liste Exemple A", "Liste Exemple A")
        aside = "SELECT count(*) FROM inbox WHERE state = 'set_aside'"
        eventually(lambda: local.town.select(aside)[0][0], "the nonsense is set aside")
        waiting = "SELECT count(*) FROM inbox WHERE state IN ('new', 'answered')"
        eventually(lambda: local.town.select(waiting) == [(0,)], "nothing waits any longer")

        # Another program that fetches the updates is noticed and said; then the bot stops in order, and soon.
        _rival(server)
        local.bots.until("telegram_conflict")
        begun = time.monotonic()
        local.bots.stop()
        assert time.monotonic() - begun < LONGEST_STOP


def test_after_a_kill_the_bot_does_not_knock_where_it_was_asked_to_wait(tmp_path: Path) -> None:
    with local_play(tmp_path) as local:
        win = local.play.follower("Win")
        local.server.fails("sendMessage", retry_after=43_837, where=to(win))
        win.write("/dates")
        kept = "SELECT count(*) FROM pace WHERE road = 'telegram'"
        eventually(lambda: local.town.select(kept) == [(1,)], "it is kept how long to wait")
        local.bots.kill()
        before = len(_statuses(local.server))
        local.bots.start(until="telegram_asked_to_wait")
        local.bots.until("telegram_ready")
        win.write("/list Liste Exemple A")
        waiting = "SELECT count(*) FROM inbox WHERE state = 'new'"
        eventually(lambda: local.town.select(waiting) == [(2,)], "both questions wait")
        local.bots.kill()
        assert len(_statuses(local.server)) == before
        assert local.town.select("SELECT count(*) FROM event WHERE kind = 'network_waits'") == [(1,)]


def test_updates_are_brought_to_the_webhook_when_there_is_one(tmp_path: Path) -> None:
    port = free_port()
    public = f'web.public_url = "http://127.0.0.1:{port}"'
    with local_play(tmp_path, port=port, more=public, telegram="webhook = true") as local:
        local.server.world.wait_until(lambda: local.server.delivery.url, "the webhook is set")
        assert local.server.delivery.url == f"http://127.0.0.1:{port}/telegram"
        win = local.play.follower("Win")
        table = answer(win, "/stances", "Liste Exemple A")
        win.press(table, "Liste Exemple B")
        win.wait_for("Head of list: Tête de Liste Exemple B")
        assert {status for _number, status in local.server.delivery.posts} == {200}
        assert local.server.calls_of("getUpdates") == []
        _refuses_strangers(local)
        # What is brought while nobody listens is brought again.
        local.bots.kill()
        win.write("/dates")
        local.server.world.wait_until(lambda: local.server.delivery.posts[-1][1] is None, "nobody takes it")
        local.bots.start()
        win.wait_for("2099")


def _statuses(server: TelegramServer) -> list[int | None]:
    return [call.status for call in server.calls_of("sendMessage")]


def _rival(server: TelegramServer) -> None:
    with _open(f"{server.base_url}{server.token}/getUpdates?timeout=0", None, {}) as taken:
        assert json.load(taken)["ok"]


def _refuses_strangers(local: Local) -> None:
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}):
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            _open(local.server.delivery.url, b'{"update_id": 1}', headers)
        refused.value.close()


def _open(url: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - an address of this test's own
    opened: HTTPResponse = opener.open(request, timeout=15)
    return opened

"""Updates wait until they are confirmed, one poller at a time, or go to a webhook until it takes them."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

from fakes.telegram import TelegramServer
from fakes.telegram.client import ask, updates

FIRST = 5_000


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """A server whose updates begin with a known number."""
    with TelegramServer.threaded(first_update=FIRST) as running:
        yield running


def secret(value: str) -> dict[str, str]:
    """Return the parameter by which a webhook proves that it is called by Telegram."""
    return {"secret_token": value}


def numbers(found: list[dict[str, object]]) -> list[object]:
    """Return the numbers of updates."""
    return [update["update_id"] for update in found]


def test_updates_come_again_until_they_are_confirmed(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    for text in ("/start", "un", "deux"):
        alix.write(text)
    assert numbers(updates(server)) == [FIRST, FIRST + 1, FIRST + 2]
    assert numbers(updates(server, limit=2)) == [FIRST, FIRST + 1]
    assert numbers(updates(server, offset=FIRST + 1)) == [FIRST + 1, FIRST + 2]
    assert numbers(updates(server, offset=0)) == [FIRST + 1, FIRST + 2]
    assert numbers(updates(server, offset=-1)) == [FIRST + 2]
    assert updates(server, offset=FIRST + 3) == []
    alix.write("trois")
    assert numbers(updates(server)) == [FIRST + 3]


def test_the_first_number_is_any_when_a_test_sets_none() -> None:
    assert len({_first() for _turn in range(3)}) > 1


def _first() -> object:
    with TelegramServer.threaded() as server:
        server.world.user("Alix").start()
        return updates(server)[0]["update_id"]


def test_a_long_poll_waits_for_the_next_update(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(updates, server, timeout=30)
        server.world.wait_until(lambda: server.delivery.polled, "a poll")
        alix.start()
        assert numbers(waiting.result(10)) == [FIRST]


def test_a_poll_that_is_over_returns_nothing(server: TelegramServer) -> None:
    assert updates(server, timeout=1) == []


def test_a_second_poller_ends_the_first(server: TelegramServer) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, server, "getUpdates", timeout=30)
        server.world.wait_until(lambda: server.delivery.polled, "a poll")
        assert updates(server, timeout=0) == []
        reply = first.result(10)
    assert reply.status == 409
    assert reply.description.startswith("Conflict: terminated by other getUpdates request")


def test_only_wanted_kinds_are_kept_and_the_wish_is_remembered(server: TelegramServer) -> None:
    alix = server.world.user("Alix")
    alix.start()
    assert updates(server, offset=FIRST + 1, allowed_updates=["my_chat_member"]) == []
    alix.write("unwanted")
    alix.block()
    assert [set(update) - {"update_id"} for update in updates(server)] == [{"my_chat_member"}]
    assert server.world.updates.refused == ["message"]
    updates(server, allowed_updates=[])
    alix.start()
    assert [set(update) - {"update_id"} for update in updates(server)][1:] == [{"my_chat_member"}, {"message"}]


class Hook:
    """A web server that answers with what a test put into its queue, 200 when that is empty."""

    def __init__(self) -> None:
        self.got: Queue[tuple[str | None, str | None, dict[str, object]]] = Queue()
        self.statuses: list[int] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.got.put((self.headers["X-Telegram-Bot-Api-Secret-Token"], self.headers["Content-Type"], body))
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/telegram"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A web server that Telegram can call."""
    made = Hook()
    yield made
    made.close()


def test_a_webhook_gets_each_update_with_the_secret_until_it_says_200(server: TelegramServer, hook: Hook) -> None:
    hook.statuses = [500, 403]
    assert ask(server, "setWebhook", url=hook.url, **secret("a-b_C1")).result is True
    alix = server.world.user("Alix")
    alix.start()
    got = [hook.got.get(timeout=10) for _turn in range(3)]
    assert {(secret, kind) for secret, kind, _body in got} == {("a-b_C1", "application/json")}
    assert numbers([body for _secret, _kind, body in got]) == [FIRST] * 3
    server.world.wait_until(lambda: len(server.world.updates) == 0, "the update is taken")
    assert [status for _number, status in server.delivery.posts] == [500, 403, 200]
    info = ask(server, "getWebhookInfo").result
    assert isinstance(info, dict)
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)
    assert info["last_error_message"] == "Wrong response from the webhook: 403"


def test_polling_and_a_webhook_exclude_each_other(server: TelegramServer, hook: Hook) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, server, "getUpdates", timeout=30)
        server.world.wait_until(lambda: server.delivery.polled, "a poll")
        ask(server, "setWebhook", url=hook.url)
        assert waiting.result(10).description == "Conflict: terminated by setWebhook request"
    reply = ask(server, "getUpdates")
    assert (reply.status, "while webhook is active" in reply.description) == (409, True)
    ask(server, "deleteWebhook")
    assert updates(server) == []


def test_a_bad_webhook_is_refused(server: TelegramServer) -> None:
    reply = ask(server, "setWebhook", url="http://exemple.invalid/")
    assert reply.description == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    assert ask(server, "setWebhook", url="https://exemple.invalid/", **secret("a b")).status == 400
    server.world.user("Alix").start()
    ask(server, "setWebhook", url="", drop_pending_updates=True)
    assert updates(server) == []


def test_an_update_of_a_tests_own_making_goes_as_it_is(server: TelegramServer) -> None:
    number = server.world.tell_raw({"message": {"nonsense": True}})
    assert updates(server) == [{"update_id": number, "message": {"nonsense": True}}]

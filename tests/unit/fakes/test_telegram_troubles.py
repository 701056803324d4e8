"""Limits are counted as a real server counts them; troubles come as ordered, and the record says what was done."""

import gc
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import BadStatusLine, RemoteDisconnected

import pytest

from fakes.telegram import Limits, Person, TelegramServer, Trouble
from fakes.telegram.client import ask


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_770_000_000.0

    def __call__(self) -> float:
        """Return them."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[TelegramServer]:
    """A server in a thread, with that clock."""
    with TelegramServer.threaded(now=clock) as running:
        yield running


@pytest.fixture
def alix(server: TelegramServer) -> Person:
    """Somebody who talks with the bot."""
    person = server.world.user("Alix")
    person.start()
    return person


def waits(server: TelegramServer, chat: int, times: int) -> list[int]:
    """Send so many messages, and return for how long the server wants each to wait: 0 when it took it."""
    found = []
    for _turn in range(times):
        reply = ask(server, "sendMessage", chat_id=chat, text="a")
        parameters = reply.body.get("parameters", {})
        assert (reply.status == 429) is bool(parameters)
        found.append(parameters.get("retry_after", 0) if isinstance(parameters, dict) else -1)
    return found


def test_without_limits_everything_is_taken(server: TelegramServer, alix: Person) -> None:
    assert waits(server, alix.id, 40) == [0] * 40


def test_one_message_a_second_in_a_private_chat(server: TelegramServer, alix: Person, clock: Clock) -> None:
    server.limit()
    assert waits(server, alix.id, 2) == [0, 1]
    clock.seconds += 1
    assert waits(server, alix.id, 2) == [0, 1]
    assert server.counter.refused == 2


def test_a_burst_may_be_allowed(server: TelegramServer, alix: Person, clock: Clock) -> None:
    server.limit(Limits(burst=3))
    assert waits(server, alix.id, 4) == [0, 0, 0, 3]
    clock.seconds += 3
    assert waits(server, alix.id, 1) == [0]


def test_twenty_a_minute_in_a_group(server: TelegramServer, clock: Clock) -> None:
    group = server.world.group("Organisation", bot=True)
    server.limit(Limits(overall=100))
    assert waits(server, group.id, 21) == [0] * 20 + [60]
    clock.seconds += 59.5
    assert waits(server, group.id, 1) == [1]
    clock.seconds += 0.5
    assert waits(server, group.id, 1) == [0]


def test_thirty_a_second_in_all(server: TelegramServer) -> None:
    server.limit()
    people = [server.world.user(f"Personne {number}") for number in range(31)]
    for person in people:
        person.start()
    taken = [waits(server, person.id, 1)[0] for person in people]
    assert taken == [0] * 30 + [1]
    server.unlimit()
    assert waits(server, people[-1].id, 2) == [0, 0]


@pytest.mark.parametrize(
    ("code", "retry_after", "status"), [(500, None, 500), (403, None, 403), (400, None, 400), (0, 7, 429)]
)
def test_ordered_errors_come_so_many_times(
    server: TelegramServer, alix: Person, code: int, retry_after: int | None, status: int
) -> None:
    server.fails("sendMessage", code, times=2, retry_after=retry_after)
    replies = [ask(server, "sendMessage", chat_id=alix.id, text="a") for _turn in range(3)]
    assert [reply.status for reply in replies] == [status, status, 200]
    assert [call.done for call in server.calls] == [False, False, True]
    assert replies[0].body.get("parameters") == (None if retry_after is None else {"retry_after": retry_after})
    assert len(alix.chat.from_bot) == 1


def test_an_order_may_concern_one_chat_only(server: TelegramServer, alix: Person) -> None:
    noe = server.world.user("Noé")
    noe.start()
    server.fails("", 500, where=lambda given: given.text("chat_id") == str(noe.id))
    assert [ask(server, "sendMessage", chat_id=p.id, text="a").status for p in (alix, noe, noe)] == [200, 500, 200]


def test_a_lost_reply_was_done_and_a_dropped_call_was_not(server: TelegramServer, alix: Person) -> None:
    server.loses_reply("sendMessage")
    server.drops("sendMessage")
    for _turn in range(2):
        with pytest.raises((RemoteDisconnected, ConnectionResetError, BadStatusLine)):
            ask(server, "sendMessage", chat_id=alix.id, text="a")
    lost, dropped = server.calls
    assert (lost.trouble, lost.done, lost.status) == (Trouble.REPLY_LOST, True, None)
    assert (dropped.trouble, dropped.done, dropped.status) == (Trouble.DROPPED, False, None)
    assert len(alix.chat.from_bot) == 1


def test_a_lost_reply_to_what_was_refused_was_not_done(server: TelegramServer) -> None:
    server.loses_reply("sendMessage")
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        ask(server, "sendMessage", chat_id=5, text="a")
    assert [(call.done, call.answer) for call in server.calls] == [(False, "Bad Request: chat not found")]


def test_a_page_of_html_and_broken_json_cannot_be_read(server: TelegramServer, alix: Person) -> None:
    server.answers_html("sendMessage")
    server.garbles("sendMessage")
    for _turn in range(2):
        with pytest.raises(ValueError, match="Expecting"):
            ask(server, "sendMessage", chat_id=alix.id, text="a")
    assert [(call.status, call.done) for call in server.calls] == [(502, False), (200, True)]


def test_a_call_is_held_until_the_gate_opens(server: TelegramServer, alix: Person) -> None:
    gate = server.holds("sendMessage")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(ask, server, "sendMessage", chat_id=alix.id, text="a")
        assert gate.reached.wait(10)
        assert alix.chat.from_bot == []
        gate.open()
        assert held.result(10).status == 200
    assert [call.trouble for call in server.calls] == [Trouble.HELD]


def test_a_slow_call_is_done_all_the_same(server: TelegramServer, alix: Person) -> None:
    server.slows("sendMessage", 0.01)
    assert ask(server, "sendMessage", chat_id=alix.id, text="a").status == 200


def test_a_server_that_went_away_comes_back_at_the_same_place_and_has_forgotten_nothing(
    server: TelegramServer, alix: Person
) -> None:
    server.go_away()
    with pytest.raises(ConnectionRefusedError):
        ask(server, "getMe")
    server.come_back()
    assert ask(server, "sendMessage", chat_id=alix.id, text="a").status == 200


def test_a_call_that_is_held_for_ever_does_not_keep_the_server_from_ending() -> None:
    with ThreadPoolExecutor(1) as pool:
        with TelegramServer.threaded() as server:
            gate = server.holds("getMe")
            held = pool.submit(ask, server, "getMe")
            assert gate.reached.wait(10)
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            held.result(10)


def test_the_record_holds_what_was_asked_and_answered(server: TelegramServer, alix: Person) -> None:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    ask(server, "sendmessage", chat_id=alix.id, text="a", reply_markup=keyboard)
    [call] = server.calls_of("sendMessage")
    assert call.parameters == {"chat_id": alix.id, "text": "a", "reply_markup": keyboard}
    assert isinstance(call.answer, dict)
    assert call.answer["text"] == "a"


def test_whoever_knocks_while_the_server_goes_away_leaves_nothing_open() -> None:
    """An accepted connection that nobody closes is a warning in whatever test runs when it is found."""
    over = threading.Event()

    def knock(server: TelegramServer) -> None:
        while not over.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 0.5):
                pass

    with TelegramServer.threaded() as server, ThreadPoolExecutor(4) as pool:
        for _caller in range(4):
            pool.submit(knock, server)
        try:
            for _time in range(15):
                server.go_away()
                server.come_back()
        finally:
            over.set()
    gc.collect()

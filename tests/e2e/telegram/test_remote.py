"""The scenarios reach another Bot API server too: here the emulator as a process of its own, driven over HTTP."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from factories.processes import environment
from factories.telegram import SERVER_VARIABLE, remote_play
from scenarios import telegram_followers, telegram_organizers, telegram_subscribers
from scenarios.stage import play_all

TESTS = Path(__file__).parents[2]


@contextmanager
def a_server() -> Iterator[str]:
    """Start the emulator as a process, and give its address."""
    program = [sys.executable, "-m", "fakes.telegram.control"]
    env = environment(PYTHONPATH=str(TESTS))
    with subprocess.Popen(program, env=env, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            name, _equals, address = process.stdout.readline().strip().partition("=")
            assert name == SERVER_VARIABLE
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(15) == 0


def test_scenarios_play_on_another_server_as_well(tmp_path: Path) -> None:
    scenarios = (
        telegram_followers.in_a_group_only_what_is_meant_for_the_bot_is_answered,
        telegram_followers.from_any_chat_a_list_is_suggested_and_inserted,
        telegram_followers.an_edited_command_does_not_run_again,
        telegram_subscribers.a_topic_is_a_place_of_its_own,
        telegram_subscribers.a_group_that_becomes_a_supergroup_is_told_there_once,
        telegram_organizers.every_kind_of_proof_is_taken_and_one_that_is_too_large_is_explained,
    )
    with a_server() as address, remote_play(tmp_path, address) as play:
        play_all(scenarios, play)

"""`pledgebot deliveries pause` and `resume`."""

import pytest

from factories.command_line import CommandLine

pytestmark = pytest.mark.engines("sqlite")


def test_what_is_paused_on_the_command_line_is_shown_and_let_go_on(cli: CommandLine) -> None:
    assert cli.done("deliveries", "resume", "--as", "Noé") == "Nothing is stopped.\n"
    told = cli.done("deliveries", "pause", "--reason", "an import gone wrong", "--as", "Zoé")
    assert "Zoé paused it. Reason: an import gone wrong" in told
    assert "pledgebot deliveries resume 1 --as NAME" in told
    cli.refused("deliveries", "pause", "--as", "Noé", status=1, saying="paused already")
    cli.refused("deliveries", "resume", "--as", "Zoé", status=1, saying="role")
    assert "Noé let it go on" in cli.done("deliveries", "resume", "--as", "Noé")
    assert cli.done("deliveries", "resume", "--all", "--as", "Noé") == "Nothing is stopped.\n"


def test_of_several_things_those_that_are_named_go_on(cli: CommandLine) -> None:
    for channel in ("telegram", "mastodon", "console"):
        cli.done("deliveries", "pause", "--channel", channel, "--as", "Zoé")
    listed = cli.done("deliveries", "resume", "--as", "Noé")
    assert [f"pledgebot deliveries resume {number} --as NAME" in listed for number in (1, 2, 3, 4)] == [True] * 3 + [
        False
    ]
    cli.refused(
        "deliveries", "resume", "4", "--as", "Noé", status=1, saying="Known are: 1 telegram, 2 mastodon and 3 console"
    )
    cli.refused("deliveries", "pause", "--channel", "pigeon", "--as", "Noé", status=1, saying="no medium is called so")
    told = cli.done("deliveries", "resume", "mastodon", "2", "1", "--as", "Noé")
    assert told.count("Noé let it go on") == 2
    assert "Console" in cli.done("deliveries", "resume", "--as", "Noé")

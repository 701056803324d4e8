"""`pledgebot chat` from a pipe: a follower asks, an organizer records and confirms."""

import pytest

from factories.command_line import CommandLine

pytestmark = pytest.mark.engines("sqlite")

LOG = "/log Liste Exemple A | cameras = engagée | source = lettre | date = 01/02/2020 | citation = « Oui. »\n"


def test_a_follower_asks_line_by_line_until_they_leave(told: CommandLine) -> None:
    said = told.done("chat", "--language", "en", typed="\n/list Liste Exemple B\n/quit\n/help\n")
    assert said.startswith("> /list Liste Exemple B\n")
    assert "We will do it." in said
    assert "/help" not in said


def test_the_conversation_speaks_the_first_language_unless_another_is_named(told: CommandLine) -> None:
    assert "listes et personnes fictives" in told.done("chat", typed="/dates\n")
    assert "fictional lists and people" in told.done("chat", "--language", "en", typed="/dates\n")


@pytest.mark.engines("sqlite", "postgresql")
def test_organizers_record_and_confirm_by_chat_under_four_eyes(cli: CommandLine) -> None:
    cli.done("chat", "--as", "Alix", typed=LOG)
    [number] = cli.pending()
    assert cli.entry(number)["recorded_by"] == "Alix"
    own = cli.done("chat", "--as", "Alix", "--language", "en", typed=f"/confirm {number} 1\n")
    assert "You recorded this entry yourself" in own
    assert cli.pending() == [number]
    cli.done("chat", "--as", "Noé", typed=f"/confirm {number} 1\n")
    assert cli.pending() == []


def test_what_was_recorded_on_the_command_line_cannot_be_confirmed_by_the_same_person_in_chat(
    told: CommandLine,
) -> None:
    before = told.rows()
    said = told.done(
        "chat", "--as", "Alix", "--language", "en", typed="/confirm {} 1\n".format(told.numbers["waiting"])
    )
    assert "You recorded this entry yourself" in said
    assert told.rows() == before


def test_a_follower_cannot_record(told: CommandLine) -> None:
    before = told.rows()
    told.done(
        "chat", typed=LOG + "/confirm {} 1\n/reject {} 1 no\n/pending\n".replace("{}", str(told.numbers["waiting"]))
    )
    assert told.rows() == before


LINES = (
    "/nonsense", "/list", "/list Inconnue", "/compare Liste", "x" * 5000, "/list 💥", "/confirm x", "'; DROP TABLE answer",
)  # fmt: skip


def test_whatever_a_follower_types_is_answered_and_changes_nothing(
    told: CommandLine, subtests: pytest.Subtests
) -> None:
    before = told.rows()
    for line in LINES:
        with subtests.test(line):
            said = told.done("chat", "--language", "en", typed=line + "\n")
            assert len(said.splitlines()) > 1
            assert told.rows() == before


def test_a_conversation_that_cannot_begin_is_refused(cli: CommandLine) -> None:
    cli.refused("chat", "--as", "Nobody", status=1, saying="Nobody of this name")
    cli.refused("chat", "--language", "de", status=2, saying="expected fr or en")
    cli.refused("chat", "hello", status=2, saying="hello")

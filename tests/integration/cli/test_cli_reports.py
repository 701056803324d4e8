"""`pledgebot outreach`, `pledgebot deliveries`: what was done, for people and as data."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from factories.command_line import CommandLine
from pledgebot.bootstrap import build_dispatcher, opened_bot


def test_a_logged_contact_is_in_the_report(cli: CommandLine) -> None:
    cli.done(
        "outreach", "log", "Liste Exemple B", "--kind", "sent", "--medium", "email", "--at", "2020-02-01T09:30",
        "--template", "letter", "--note", "by the form of their site", "--as", "Noé",
    )  # fmt: skip
    cli.done("outreach", "log", "{a}", "--kind", "declined", "--medium", "phone", "--as", "Zoé")
    said = cli.done("outreach", "report")
    assert "Liste Exemple B: sent by email, 2020-02-01 09:30 UTC (letter)\n" in said
    assert "Liste Exemple A: declined by phone, " in said
    assert {line["name"]: line["by"] for line in cli.data("outreach", "report")} == {
        "Liste Exemple A": "Zoé", "Liste Exemple B": "Noé",
    }  # fmt: skip


def test_a_contact_changes_what_is_said_of_a_silent_list(cli: CommandLine) -> None:
    ask = ("chat", "--language", "en")
    assert "not yet asked" in cli.done(*ask, typed="/list Liste Exemple A\n")
    cli.done("outreach", "log", "{a}", "--kind", "sent", "--medium", "email", "--at", "2020-02-01", "--as", "Noé")
    assert "not yet asked" not in cli.done(*ask, typed="/list Liste Exemple A\n")


LOG = ("outreach", "log", "{a}", "--as", "Noé")

BAD = [
    ((*LOG, "--kind", "shouted", "--medium", "email"), 2, "expected sent, reminded, received, declined"),
    ((*LOG, "--kind", "sent", "--medium", "pigeon"), 2, "email, post, phone, form, social, meeting"),
    ((*LOG, "--kind", "sent", "--medium", "email", "--at", "tomorrow"), 2, "--at"),
    ((*LOG, "--kind", "sent"), 2, "--medium"),
    (("outreach", "log", "#404", "--kind", "sent", "--medium", "email", "--as", "Noé"), 1, "404"),
    (("outreach", "log", "Liste Exemple", "--kind", "sent", "--medium", "email", "--as", "Noé"), 1, "Several lists"),
    (("outreach", "log", "{a}", "--kind", "sent", "--medium", "email", "--as", "Nobody"), 1, "Nobody of this name"),
    (("deliveries", "show", "--state", "lost"), 2, "expected due, claimed, sent"),
    (("organizers", "add", "", "--role", "recorder", "--as", "Alix"), 1, "is empty"),
    (("organizers", "add", "ALIX", "--role", "recorder", "--as", "Alix"), 1, "Name: ALIX"),
    (("organizers", "add", "Max", "--role", "boss", "--as", "Alix"), 2, "expected recorder, verifier or admin"),
    (("organizers", "add", "Max", "--as", "Alix"), 2, "--role"),
    (("organizers", "remove", "Alix", "--as", "Alix"), 1, "last administrator"),
    (("organizers", "remove", "Nobody", "--as", "Alix"), 1, "Nobody of this name"),
    (("organizers", "remove", "Zoé", "--as", "Noé"), 1, "role does not allow"),
]


def test_bad_input_changes_nothing(cli: CommandLine, subtests: pytest.Subtests) -> None:
    for arguments, status, saying in BAD:
        with subtests.test(" ".join(arguments)):
            cli.refused(*arguments, status=status, saying=saying)


def dispatch(cli: CommandLine) -> str:
    """Send what is due, and return what was posted."""
    posted = io.StringIO()
    with opened_bot(cli.folder / "config.toml", stream=posted) as bot, ThreadPoolExecutor(2) as executor:
        asyncio.run(build_dispatcher(bot, executor).pass_once())
    return posted.getvalue()


def test_a_delivery_is_shown_with_its_state_and_without_an_address(told: CommandLine) -> None:
    assert told.done("deliveries", "show") == ""
    assert told.data("deliveries", "show") == []
    assert "Liste Exemple B" in dispatch(told)
    [delivery] = told.data("deliveries", "show", "--state", "sent")
    assert (delivery["state"], delivery["channel"], delivery["answer"]) == (
        "sent",
        "console",
        told.numbers["confirmed"],
    )
    assert "address" not in delivery
    assert told.done("deliveries", "show").startswith(f"{delivery['id']} sent console answer_confirmed answer ")
    assert told.done("deliveries", "show", "--state", "due", "--state", "failed") == ""


def test_what_has_begun_to_go_out_cannot_be_undone(told: CommandLine) -> None:
    dispatch(told)
    told.refused(
        "answers", "undo", "{confirmed}", "--reason", "too late", "--as", "Noé", status=1, saying="going out already"
    )  # fmt: skip

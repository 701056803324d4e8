"""`pledgebot outreach`, `pledgebot deliveries`: what was done, for people and as data."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from factories.command_line import CommandLine
from pledgebot.bootstrap import build_dispatcher, opened_bot

pytestmark = pytest.mark.engines("sqlite")


def read(cli: CommandLine, *arguments: str) -> Any:  # noqa: ANN401 - what JSON holds, whose values the tests read
    """Run a command of `outreach` with `--json`, and return what it printed."""
    return json.loads(cli.done("outreach", *arguments, "--json"))


@pytest.mark.engines("sqlite", "postgresql")
def test_a_logged_contact_is_in_the_report(cli: CommandLine) -> None:
    cli.done(
        "outreach", "log", "Liste Exemple B", "--kind", "sent", "--medium", "email", "--at", "2020-02-01T09:30",
        "--template", "letter", "--note", "by the form of their site", "--as", "Noé",
    )  # fmt: skip
    cli.done("outreach", "log", "{a}", "--kind", "declined", "--medium", "phone", "--as", "Zoé")
    said = cli.done("outreach", "report")
    assert "Liste Exemple B (Marseille) — asked — 1 February 2020 10:30: letter sent, e-mail (letter)\n" in said
    assert "Liste Exemple A (Marseille) — declined to answer — " in said
    assert "Without any contact:" in said
    assert "Liste Exemple C (Marseille) — was never sent the letter" in said
    found = read(cli, "report")
    assert {row["name"]: [one["by"] for one in row["contacts"]] for row in found["lists"]} == {
        "Liste Exemple A": ["Zoé"], "Liste Exemple B": ["Noé"], "Liste Exemple C": [],
    }  # fmt: skip
    assert found["by_medium"] == {"email": 1}
    assert "never_asked" in {one["what"] for one in found["unequal"]}


SHEET = "Liste;Quoi;Moyen;Date;Heure;Texte\n"


def test_a_sheet_of_contacts_is_logged_once(cli: CommandLine) -> None:
    (cli.folder / "contacts.csv").write_text(
        SHEET + "Liste Exemple A;envoyée;courriel;01/02/2020;;letter\n"
        "Liste Exemple B;envoyée;courrier;01/02/2020;9h30;letter\n"
        f"#{cli.numbers['a']};relancée;téléphone;2020-02-08;;\n",
        "utf-8",
    )
    log = ("outreach", "import", "contacts.csv", "--as", "Zoé")
    assert cli.done(*log) == "3 logged, 0 on record already\n"
    assert cli.done(*log) == "0 logged, 3 on record already\n"
    rows = {row["name"]: row for row in read(cli, "report")["lists"]}
    assert (rows["Liste Exemple A"]["letters"], rows["Liste Exemple A"]["reminders"]) == (1, 1)
    assert [one["at"] for one in rows["Liste Exemple B"]["contacts"]] == ["2020-02-01T08:30:00Z"]


def test_a_sheet_with_a_fault_logs_nothing(cli: CommandLine) -> None:
    (cli.folder / "contacts.csv").write_text(
        SHEET + "Liste Exemple A;envoyée;courriel;01/02/2020;;\nNulle part;envoyée;courriel;01/02/2020;;\n"
        "Liste Exemple;envoyée;courriel;01/02/2020;;\nListe Exemple B;envoyée;courriel;01/02/2199;;\n"
        "#404;envoyée;courriel;01/02/2020;;\n",
        "utf-8",
    )
    before = cli.rows()
    log = ("outreach", "import", "contacts.csv", "--as", "Zoé")
    for line in (
        "line 3: No list is known",
        "line 4: Several lists",
        "line 5: The date",
        "line 6: No list",
        "nothing was",
    ):
        cli.refused(*log, status=1, saying=line, lines=5)
    assert cli.rows() == before


def test_what_a_list_is_written_next_is_printed_ready_to_be_sent(cli: CommandLine) -> None:
    mail = read(cli, "text", "Liste Exemple A")
    assert mail["template"] == "letter"
    assert mail["mailto"].startswith("mailto:?subject=")
    assert (
        cli.done("outreach", "text", "Liste Exemple A") == f"{mail['subject']}\n\n{mail['body']}\n\n{mail['mailto']}\n"
    )
    logged = ("outreach", "log", "Liste Exemple A", "--medium", "courriel", "--at", "2020-02-01", "--as", "Noé")
    cli.done(*logged, "--kind", "envoyée")
    assert read(cli, "text", "Liste Exemple A")["template"] == "reminder-1"
    cli.done(*logged, "--kind", "opted_out")
    cli.refused("outreach", "text", "Liste Exemple A", status=1, saying="asked not to be written to")


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

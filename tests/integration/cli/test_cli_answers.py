"""`pledgebot answers`: recorded, confirmed, rejected, corrected, withdrawn, undone, removed; and how each says no."""

import json

import pytest

from factories.command_line import SAID, CommandLine, facts_of, positions_of

pytestmark = pytest.mark.engines("sqlite")

MEGABYTE = 1024 * 1024
RECORD = ("answers", "record", "{a}", "--source", "letter", "--as", "Alix")
CAMERAS = ("--position", "cameras=committed")
DAY = ("--said-on", SAID)
QUOTE = ("--quote", "We will do it.")


def stances(cli: CommandLine, name: str) -> str:
    """Return what a follower reads about a list."""
    return cli.done("chat", "--language", "en", typed=f"/list {name}\n")


@pytest.mark.engines("sqlite", "postgresql")
def test_an_answer_waits_until_another_person_has_confirmed_it(cli: CommandLine) -> None:
    number = cli.record("Liste Exemple A", "cameras=committed", "retraction/observatory=partial")
    assert cli.pending() == [number]
    assert "We will do it." not in stances(cli, "Liste Exemple A")
    assert f"entry {number} confirmed: number 1 of the ledger, " in cli.confirm(number)
    assert cli.pending() == []
    assert "We will do it." in stances(cli, "Liste Exemple A")


def test_every_option_of_a_recorded_answer_is_kept(cli: CommandLine) -> None:
    said = cli.done(
        "answers", "record", "Bannière Exemple", "--banner", "--position", "cameras=oui", "--source", "débat",
        "--said-on", "14/02/2020", "--speaker", "Bea Exemple", "--role", "head", "--link", "https://exemple.invalid/x",
        "--quote", "Oui.", "--as", "Noé",
    )  # fmt: skip
    assert "Bea Exemple" in said
    [number] = cli.pending()
    facts = facts_of(cli.entry(number))
    assert positions_of(cli.entry(number)) == {"cameras": "committed"}
    assert (facts["said_on"], facts["source_kind"], facts["speaker_role"]) == ("2020-02-14", "recorded_speech", "head")
    assert facts["proof"] == {
        "kind": "link", "url": "https://exemple.invalid/x", "quote": "Oui.", "file_sha256": None,
    }  # fmt: skip


@pytest.mark.engines("sqlite", "postgresql")
def test_a_file_is_kept_as_proof_with_its_type(cli: CommandLine) -> None:
    (cli.folder / "scan.pdf").write_bytes(b"%PDF-1.7 fictional")
    cli.done(*RECORD, *CAMERAS, *DAY, "--file", "scan.pdf")
    [blob] = cli.rows()["blob"]
    assert b"%PDF-1.7 fictional" in blob
    assert "application/pdf" in blob


def test_a_contradiction_is_recorded_only_with_a_word_on_it(told: CommandLine) -> None:
    other = ("answers", "record", "{b}", "--position", "cameras=refused", "--source", "letter", *DAY, *QUOTE,
             "--as", "Alix")  # fmt: skip
    told.refused(*other, status=1, saying="say whether it replaces it or stands beside it")
    told.done(*other, "--beside")
    number = told.pending()[-1]
    told.confirm(number)
    assert "contradictory" in stances(told, "Liste Exemple B").casefold()


def test_an_amended_entry_has_a_new_version_and_the_one_shown_before_is_void(told: CommandLine) -> None:
    waiting = told.numbers["waiting"]
    told.done(*RECORD, "--position", "cameras=refused", *DAY, *QUOTE, "--amend", "{waiting}")
    assert positions_of(told.entry(waiting)) == {"cameras": "refused"}
    stale = ("answers", "confirm", "{waiting}", "--version", "1", "--as", "Noé")
    told.refused(*stale, status=1, saying="has changed since it was shown to you")
    told.confirm(waiting, version=2)


def test_a_rejected_entry_is_never_told(told: CommandLine) -> None:
    reject = ("answers", "reject", "{waiting}", "--version", "1", "--reason", "not their words", "--as", "Noé")
    assert told.done(*reject).endswith(" rejected\n")
    assert told.entry(told.numbers["waiting"])["state"] == "rejected"
    assert told.pending() == []
    told.refused(*reject, status=1, saying="has been decided already")


def test_one_demand_of_an_entry_is_rejected_and_the_rest_confirmed(cli: CommandLine) -> None:
    number = cli.record("{a}", "cameras=committed", "committee=committed")
    cli.done(
        "answers", "reject", str(number), "--demand", "committee", "--version", "1", "--reason", "no word on it",
        "--as", "Noé",
    )  # fmt: skip
    version = facts_of(cli.entry(number))["version"]
    cli.confirm(number, version=int(str(version)))
    assert positions_of(cli.entry(number)) == {"cameras": "committed"}


def test_a_correction_counts_once_another_person_has_confirmed_it(told: CommandLine) -> None:
    told.done(
        "answers", "correct", "{confirmed}", "--position", "cameras=committed", "--reason", "we misread it", *QUOTE,
        "--as", "Alix",
    )  # fmt: skip
    number = told.pending()[-1]
    assert told.entry(number)["kind"] == "correction"
    told.confirm(number)
    assert "we misread it" in told.done("chat", "--language", "en", typed="/history Liste Exemple B\n")


def test_a_list_takes_its_word_back(told: CommandLine) -> None:
    told.done(
        "answers", "withdraw", "{b}", "--demand", "cameras", "--source", "email", *DAY, *QUOTE, "--as", "Alix"
    )  # fmt: skip
    number = told.pending()[-1]
    assert told.entry(number)["kind"] == "withdrawal"
    told.confirm(number)
    assert positions_of(told.entry(number)) == {"cameras": None}


def test_an_undone_confirmation_publishes_nothing_and_stays_in_the_ledger(told: CommandLine) -> None:
    told.done("answers", "undo", "{confirmed}", "--reason", "pressed by mistake", "--as", "Noé")
    assert "2 entries verified" in told.done("ledger", "verify")
    assert told.done("deliveries", "show") == ""
    again = ("answers", "undo", "{confirmed}", "--reason", "again", "--as", "Noé")
    told.refused(*again, status=1, saying="has been undone already")


@pytest.mark.engines("sqlite", "postgresql")
def test_a_removal_erases_the_content_once_another_person_has_confirmed_it(told: CommandLine) -> None:
    said = told.done("answers", "remove", "{confirmed}", "--reason", "a judgment", "--as", "Alix")
    removal = told.pending()[-1]
    assert said.startswith(f"entry {removal} waits")
    told.refused(
        "answers", "confirm", str(removal), "--version", "1", "--as", "Alix", status=1, saying="You recorded this"
    )  # fmt: skip
    told.confirm(removal)
    assert "We will do it." not in json.dumps(told.entry(told.numbers["confirmed"]))
    assert "2 entries verified; content removed from 1" in told.done("ledger", "verify")


def test_without_a_terminal_the_version_that_was_seen_has_to_be_given(told: CommandLine) -> None:
    told.refused("answers", "confirm", "{waiting}", "--as", "Noé", status=2, saying="say which version you saw")
    told.refused(
        "answers", "reject", "{waiting}", "--reason", "no", "--as", "Noé", status=2, saying="say which version you saw"
    )  # fmt: skip


BAD = [
    ((*RECORD, *DAY, *QUOTE), 2, "--position"),
    ((*RECORD, "--position", "cameras", *DAY, *QUOTE), 2, "expected DEMAND=WORD"),
    ((*RECORD, "--position", "cameras=maybe", *DAY, *QUOTE), 2, "expected committed"),
    ((*RECORD, "--position", "parking=committed", *DAY, *QUOTE), 1, "Known are: retraction, cameras and committee"),
    ((*RECORD, "--position", "cameras/front=committed", *DAY, *QUOTE), 1, "no part of this name"),
    ((*RECORD, *CAMERAS, "--position", "cameras=refused", *DAY, *QUOTE), 1, "stands there twice"),
    ((*RECORD, "--position", "retraction=committed", "--position", "retraction/observatory=refused", *DAY, *QUOTE), 1,
     "a part of it cannot stand"),
    ((*RECORD, *CAMERAS, *QUOTE), 2, "--said-on"),
    ((*RECORD, *CAMERAS, "--said-on", "2020-02-31", *QUOTE), 2, "expected a day"),
    ((*RECORD, *CAMERAS, "--said-on", "yesterday", *QUOTE), 2, "expected a day"),
    ((*RECORD, *CAMERAS, "--said-on", "02/14/2020", *QUOTE), 2, "expected a day"),
    ((*RECORD, *CAMERAS, "--said-on", "2999-01-01", *QUOTE), 1, "lies in the future"),
    ((*RECORD, *CAMERAS, *DAY), 1, "proof is missing"),
    ((*RECORD, *CAMERAS, *DAY, "--quote", "  "), 1, "proof is missing"),
    ((*RECORD, *CAMERAS, *DAY, "--link", "https://exemple.invalid"), 1, "A link alone is no proof"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--link", "exemple.invalid"), 1, "not a web address"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--link", "javascript:alert(1)"), 1, "not a web address"),
    ((*RECORD, *CAMERAS, *DAY, "--file", "missing.pdf"), 1, "missing.pdf: No such file"),
    ((*RECORD, *CAMERAS, *DAY, "--file", "."), 1, "Is a directory"),
    ((*RECORD, *CAMERAS, *DAY, "--file", "empty.pdf"), 1, "file is empty"),
    ((*RECORD, *CAMERAS, *DAY, "--file", "large.pdf"), 1, "Limit: 20 MB"),
    ((*RECORD, *CAMERAS, *DAY, "--file", "/dev/zero"), 1, "Limit: 20 MB"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--role", "head"), 1, "speaker is missing"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--role", "mayor"), 2, "--role"),
    (("answers", "record", "{a}", *CAMERAS, *DAY, *QUOTE, "--source", "dream", "--as", "Alix"), 2, "--source"),
    (("answers", "record", "Liste Exemple", *CAMERAS, *DAY, *QUOTE, "--source", "letter", "--as", "Alix"), 1,
     "Several lists could be meant"),
    (("answers", "record", "Inconnue", *CAMERAS, *DAY, *QUOTE, "--source", "letter", "--as", "Alix"), 1, "No list is"),
    (("answers", "record", "{a}", *CAMERAS, *DAY, *QUOTE, "--source", "letter", "--as", "Nobody"), 1, "Nobody of this"),
    (("answers", "record", "{a}", *CAMERAS, *DAY, *QUOTE, "--source", "letter"), 2, "--as"),
    (("answers", "record", "A", *CAMERAS, *DAY, *QUOTE, "--source", "letter", "--round", "9", "--as", "Alix"), 1,
     "round is not known"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE), 1, "waits for a second person already"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--banner"), 1, "No banner is known"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--amend", "{confirmed}"), 1, "decided already"),
    ((*RECORD, *CAMERAS, *DAY, *QUOTE, "--amend", "404"), 1, "no such entry"),
    (("answers", "confirm", "{waiting}", "--version", "1", "--as", "Alix"), 1, "You recorded this entry yourself"),
    (("answers", "confirm", "{waiting}", "--version", "2", "--as", "Noé"), 1, "has changed since"),
    (("answers", "confirm", "{waiting}", "--version", "1", "--as", "Zoé"), 1, "role does not allow"),
    (("answers", "confirm", "{confirmed}", "--version", "1", "--as", "Noé"), 1, "decided already"),
    (("answers", "confirm", "404", "--version", "1", "--as", "Noé"), 1, "no such entry"),
    (("answers", "confirm", "99999999999999999999", "--version", "1", "--as", "Noé"), 2, "less than or equal"),
    (("answers", "confirm", "{waiting}", "--version", "99999999999999999999", "--as", "Noé"), 2, "--version"),
    (("answers", "confirm", "first", "--version", "1", "--as", "Noé"), 2, "valid integer"),
    (("answers", "reject", "{waiting}", "--version", "1", "--reason", " ", "--as", "Noé"), 1, "reason is missing"),
    (("answers", "reject", "{waiting}", "--version", "1", "--as", "Noé"), 2, "--reason"),
    (("answers", "reject", "{waiting}", "--version", "1", "--demand", "parking", "--reason", "x", "--as", "Noé"), 1,
     "demand"),
    (("answers", "correct", "{waiting}", *CAMERAS, *QUOTE, "--reason", "x", "--as", "Alix"), 1, "confirmed answer only"),
    (("answers", "correct", "{confirmed}", *CAMERAS, *QUOTE, "--reason", " ", "--as", "Alix"), 1, "reason is missing"),
    (("answers", "correct", "{confirmed}", *CAMERAS, "--reason", "x", "--as", "Alix"), 1, "proof is missing"),
    (("answers", "correct", "{confirmed}", "--position", "retraction=partial", *QUOTE, "--reason", "x", "--as", "Alix"),
     1, "says nothing on this demand"),
    (("answers", "correct", "404", *CAMERAS, *QUOTE, "--reason", "x", "--as", "Alix"), 1, "no such entry"),
    (("answers", "withdraw", "{a}", "--demand", "cameras", "--source", "letter", *DAY, *QUOTE, "--as", "Alix"), 1,
     "position is missing"),
    (("answers", "withdraw", "{b}", "--demand", "parking", "--source", "letter", *DAY, *QUOTE, "--as", "Alix"), 1,
     "no demand of this name"),
    (("answers", "undo", "{waiting}", "--reason", "x", "--as", "Noé"), 1, "confirmed answer only"),
    (("answers", "undo", "{confirmed}", "--reason", "", "--as", "Noé"), 1, "reason is missing"),
    (("answers", "undo", "{confirmed}", "--reason", "x", "--as", "Zoé"), 1, "role does not allow"),
    (("answers", "remove", "{waiting}", "--reason", "x", "--as", "Alix"), 1, "confirmed answer only"),
    (("answers", "remove", "{confirmed}", "--reason", " ", "--as", "Alix"), 1, "reason is missing"),
    (("answers", "show", "404"), 1, "no such entry"),
    (("answers", "show", "99999999999999999999"), 2, "less than or equal"),
    (("answers", "show", "--colour"), 2, "No such option"),
]  # fmt: skip


COMMANDS = sorted({arguments[1] for arguments, _status, _saying in BAD})


@pytest.mark.parametrize("command", COMMANDS)
def test_bad_input_changes_nothing(told: CommandLine, command: str, subtests: pytest.Subtests) -> None:
    (told.folder / "empty.pdf").touch()
    with (told.folder / "large.pdf").open("wb") as large:
        large.truncate(20 * MEGABYTE + 1)
    for arguments, status, saying in BAD:
        if arguments[1] == command:
            with subtests.test(" ".join(arguments)):
                told.refused(*arguments, status=status, saying=saying)


def test_the_limit_of_files_is_that_of_the_configuration(cli: CommandLine) -> None:
    config = cli.folder / "config.toml"
    limits = "[limits]\nevidence_megabytes = 1\n"
    config.write_text(config.read_text("utf-8").replace("[limits]\n", limits), "utf-8")
    (cli.folder / "fits.bin").write_bytes(bytes(MEGABYTE))
    (cli.folder / "large.bin").write_bytes(bytes(MEGABYTE + 1))
    cli.refused(*RECORD, *CAMERAS, *DAY, "--file", "large.bin", status=1, saying="Limit: 1 MB")
    cli.done(*RECORD, *CAMERAS, *DAY, "--file", "fits.bin")


def test_an_argument_that_is_not_utf8_is_wrong_usage(cli: CommandLine) -> None:
    cli.refused(*RECORD, *CAMERAS, *DAY, "--quote", "oui\udcff", status=2, saying="argument 13 is not UTF-8")

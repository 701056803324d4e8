"""`pledgebot lists`: each command is checked through what another one shows."""

import re
from datetime import date
from pathlib import Path

import pytest

import pledgebot
from factories.command_line import CommandLine, config_text

pytestmark = pytest.mark.engines("sqlite")

SAMPLE = Path(pledgebot.__file__).parent / "samples" / "municipales-2026-candidatures-exemple-tour-1.csv"


def names(cli: CommandLine, place: str = "13055") -> list[str]:
    """Return the names of the lists that `lists show` shows."""
    return re.findall(r"^#\d+ = (.*)$", cli.done("lists", "show", place), re.MULTILINE)


def test_an_added_list_is_shown_with_its_number(cli: CommandLine) -> None:
    said = cli.done(
        "lists", "add", "Liste Exemple D", "--constituency", "13055", "--head", "Dan Exemple", "--short-name", "LED",
        "--alias", "Les Dés", "--as", "Alix",
    )  # fmt: skip
    number = re.fullmatch(r"list #(\d+) added\n", said)
    assert number is not None
    assert f"#{number[1]} = Liste Exemple D" in cli.done("lists", "show")
    assert cli.record("les dés", "cameras=committed") in cli.pending()


def test_a_constituency_that_is_new_is_made_when_it_is_given_a_label(cli: CommandLine) -> None:
    add = ("lists", "add", "Liste Exemple E", "--constituency", "13001", "--as", "Alix")
    cli.refused(*add, status=1, saying="constituency is not known")
    cli.done(*add, "--label", "Aix-en-Provence")
    assert names(cli, "Aix-en-Provence") == ["Liste Exemple E"]


@pytest.mark.engines("sqlite", "postgresql")
def test_the_lists_of_every_constituency_are_printed_as_json(cli: CommandLine) -> None:
    [table] = cli.data("lists", "show")
    rows = table["rows"]
    assert isinstance(rows, list)
    assert [row["head"]["name"] for row in rows] == ["Liste Exemple A", "Liste Exemple B", "Liste Exemple C"]


def test_an_edited_list_is_still_found_by_its_former_name(cli: CommandLine) -> None:
    assert cli.done("lists", "edit", "{a}", "--name", "Liste Nouvelle", "--as", "Noé").endswith(" changed\n")
    assert "Liste Nouvelle" in names(cli)
    cli.done("lists", "edit", "Liste Exemple A", "--panel", "7", "--as", "Noé")
    assert "7. Liste Nouvelle" in cli.done("chat", typed="/liste Liste Nouvelle\n")


def test_an_alias_is_one_more_name(cli: CommandLine) -> None:
    cli.done("lists", "alias", "{a}", "Les Premiers", "LEA", "--as", "Zoé")
    cli.done("lists", "alias", "Bannière Exemple", "Les Unis", "--banner", "--as", "Zoé")
    assert "Liste Exemple A" in cli.done("chat", typed="/liste les premiers\n")
    assert "Bannière Exemple" in cli.done("chat", typed="/liste les unis\n")


def test_a_withdrawn_list_no_longer_stands_but_what_it_said_stays(told: CommandLine) -> None:
    told.done("lists", "withdraw", "Liste Exemple B", "--as", "Alix")
    assert "Liste Exemple B (list withdrawn)" in told.done("lists", "show")
    assert told.entry(told.numbers["confirmed"])["state"] == "confirmed"
    told.refused("lists", "withdraw", "{b}", "--as", "Alix", status=1, saying="no longer stands")


def test_merged_lists_are_shown_as_what_the_other_inherits_to_be_confirmed(told: CommandLine) -> None:
    said = told.done("lists", "merge", "{b}", "--into", "{a}", "--as", "Alix")
    assert said.startswith("1 merged into list #")
    assert "Liste Exemple B (merged into Liste Exemple A)" in told.done("lists", "show")
    shown = told.done("chat", "--language", "en", typed="/list Liste Exemple A\n")
    assert "inherited" in shown
    assert "Liste Exemple B" in shown


@pytest.mark.engines("sqlite", "postgresql")
def test_an_official_file_is_imported_for_the_round_that_is_named(cli: CommandLine) -> None:
    said = cli.done("lists", "import", str(SAMPLE), "--round", "2", "--commune", "13055", "--as", "Alix")
    assert "4 added, 0 changed, 0 unchanged, 0 not in the file, in 1 constituencies" in said
    again = cli.done("lists", "import", str(SAMPLE), "--round", "2099-t2", "--commune", "13055", "--as", "Alix")
    assert "0 added, 0 changed, 4 unchanged" in again
    assert "LISTE EXEMPLE D" not in names(cli)
    cli.done("lists", "edit", "LISTE EXEMPLE D", "--round", "2", "--head", "Dan Exemple", "--as", "Alix")


def test_the_round_of_an_official_file_stands_in_its_name(cli: CommandLine) -> None:
    file = cli.folder / "municipales-2026-candidatures-france-entiere-tour-1-2026-02-26.csv"
    file.write_bytes(SAMPLE.read_bytes())
    said = cli.done("lists", "import", str(file), "--commune", "13055", "--as", "Alix")
    assert "2 added, 2 changed" in said
    assert "LISTE EXEMPLE D" in names(cli)


def test_a_spreadsheet_of_lists_is_imported_into_the_current_round(cli: CommandLine) -> None:
    file = cli.folder / "lists.csv"
    file.write_text("constituency;name;head\n13055;Liste Exemple E;Eve Exemple\n", "utf-8")
    cli.done("lists", "import", str(file), "--as", "Alix")
    assert "Liste Exemple E" in names(cli)


@pytest.mark.parametrize("rounds", [(date(2020, 3, 15), date(2020, 6, 28)), (date(2020, 3, 15), date(2099, 3, 22))])
def test_without_a_round_a_list_is_added_where_it_is_then_shown(cli: CommandLine, rounds: tuple[date, ...]) -> None:
    """Once the first round is over, the current one is another: adding, importing and showing mean the same."""
    (cli.folder / "config.toml").write_text(config_text(cli.url, rounds), "utf-8")
    file = cli.folder / "lists.csv"
    file.write_text("constituency,name\n13055,Liste Exemple E\n", "utf-8")
    cli.done("lists", "add", "Liste Exemple D", "--constituency", "13055", "--as", "Alix")
    cli.done("lists", "import", str(file), "--as", "Alix")
    assert {"Liste Exemple D", "Liste Exemple E"} <= set(names(cli))
    cli.record("Liste Exemple D", "cameras=committed")


OFFICIAL_HEADER = SAMPLE.read_text("utf-8-sig").splitlines()[0]

FILES = {
    "faults in the middle": ("constituency;name;panel\n13055;Liste X;9\n13055;;3\n13055;Liste Y;many\n", "line 3", 2),
    "an unknown column": ("constituency;nom;couleur\n13055;Liste X;bleu\n", "unknown column", 1),
    "a column that is missing": ("constituency;panel\n13055;9\n", '"name" is missing', 1),
    "nothing": ("", "file is empty", 1),
    "a header only": ("constituency;name\n", "a header and no row", 1),
    "a file that is cut off": ('constituency;name\n13055;Liste X\n13055;"Liste', "cut off", 1),
    "an official header with no row": (OFFICIAL_HEADER + "\n", "a header and no row", 1),
    "the same panel twice": ("constituency;name;panel\n13055;Liste X;9\n13055;Liste Y;9\n", "taken by line 2", 1),
}


def test_of_a_file_with_a_fault_nothing_is_imported(cli: CommandLine, subtests: pytest.Subtests) -> None:
    for fault, (content, saying, lines) in FILES.items():
        (cli.folder / "lists.csv").write_text(content, "utf-8")
        with subtests.test(fault):
            cli.refused("lists", "import", "lists.csv", "--as", "Alix", status=1, saying=saying, lines=lines)


def test_an_official_file_needs_its_round_and_lists_of_the_communes_asked_for(cli: CommandLine) -> None:
    load = ("lists", "import", str(SAMPLE), "--as", "Alix")
    cli.refused(*load, status=1, saying="add --round 1 or --round 2")
    cli.refused(*load, "--round", "3", status=1, saying="round is not known")
    cli.refused(*load, "--round", "1", "--commune", "99999", status=1, saying="no list of 99999")


BAD = [
    (("lists", "add", "", "--constituency", "13055", "--as", "Alix"), 1, "name is empty"),
    (("lists", "add", "liste exemple a", "--constituency", "13055", "--as", "Alix"), 1, "is taken already"),
    (("lists", "add", "D", "--constituency", "13055", "--panel", "1", "--as", "Alix"), 1, "has this panel number"),
    (("lists", "add", "D", "--constituency", "13055", "--panel", "-1", "--as", "Alix"), 2, "--panel"),
    (("lists", "add", "D", "--constituency", "13055", "--panel", "99999999999", "--as", "Alix"), 2, "--panel"),
    (("lists", "add", "D", "--constituency", "13055", "--panel", "first", "--as", "Alix"), 2, "--panel"),
    (("lists", "add", "D", "--constituency", "99", "--as", "Alix"), 1, "constituency is not known"),
    (("lists", "add", "D", "--constituency", "13055", "--round", "2098-t1", "--as", "Alix"), 1, "round is not known"),
    (("lists", "add", "D", "--constituency", "13055", "--alias", "ok", "--alias", " ", "--as", "Alix"), 1, "is empty"),
    (("lists", "add", "D", "--constituency", "13055", "--as", "Nobody"), 1, "Nobody of this name"),
    (("lists", "add", "D", "--constituency", "13055"), 2, "--as"),
    (("lists", "add", "D", "--as", "Alix"), 2, "--constituency"),
    (("lists", "edit", "{a}", "--as", "Alix"), 1, "Nothing would change"),
    (("lists", "edit", "{a}", "--head", "Ada Exemple", "--as", "Alix"), 1, "Nothing would change"),
    (("lists", "edit", "{a}", "--name", "  ", "--as", "Alix"), 1, "name is empty"),
    (("lists", "edit", "{a}", "--panel", "2", "--as", "Alix"), 1, "Liste Exemple B"),
    (("lists", "edit", "Liste Exemple", "--head", "X", "--as", "Alix"), 1, "Several lists could be meant"),
    (("lists", "edit", "Quelque chose", "--head", "X", "--as", "Alix"), 1, "No list is known"),
    (("lists", "edit", "", "--head", "X", "--as", "Alix"), 1, "No list is known"),
    (("lists", "edit", "#404", "--head", "X", "--as", "Alix"), 1, "404"),
    (("lists", "edit", "#99999999999999999999", "--head", "X", "--as", "Alix"), 1, "No list is known"),
    (("lists", "edit", "#2147483648", "--head", "X", "--as", "Alix"), 1, "No list is known"),
    (("lists", "alias", "{a}", "", "--as", "Alix"), 1, "name is empty"),
    (("lists", "alias", "{a}", "LEA", "LEA", "--as", "Alix"), 1, "is called so already"),
    (("lists", "alias", "Nulle part", "X", "--banner", "--as", "Alix"), 1, "No banner is known"),
    (("lists", "withdraw", "#404", "--as", "Alix"), 1, "404"),
    (("lists", "merge", "{a}", "--into", "{a}", "--as", "Alix"), 1, "descend from itself"),
    (("lists", "merge", "{b}", "{b}", "--into", "{a}", "--as", "Alix"), 1, "no longer stands"),
    (("lists", "merge", "{b}", "#404", "--into", "{a}", "--as", "Alix"), 1, "404"),
    (("lists", "import", "missing.csv", "--as", "Alix"), 1, "missing.csv: No such file"),
    (("lists", "import", ".", "--as", "Alix"), 1, "Is a directory"),
    (("lists", "show", "Nulle part"), 1, "constituency is not known"),
    (("lists", "show", "--color"), 2, "No such option"),
    (("lists", "paint"), 2, "No such command"),
]


@pytest.mark.parametrize("command", sorted({arguments[1] for arguments, _status, _saying in BAD}))
def test_bad_input_changes_nothing(cli: CommandLine, command: str, subtests: pytest.Subtests) -> None:
    for arguments, status, saying in BAD:
        if arguments[1] == command:
            with subtests.test(" ".join(arguments)):
                cli.refused(*arguments, status=status, saying=saying)

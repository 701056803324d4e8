"""`pledgebot answers export` and `import`: a spreadsheet is one more way in, with the same rules."""

import csv
from itertools import product

import pytest

from factories.command_line import CommandLine, facts_of, positions_of

pytestmark = pytest.mark.engines("sqlite")

HEADER = "subject,said_on,source,role,quote,position: cameras\n"


@pytest.fixture(params=["libreoffice", "excel-fr"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each program for which a spreadsheet is written."""
    return str(request.param)


@pytest.mark.engines("sqlite", "postgresql")
def test_an_export_that_is_imported_again_records_nothing(told: CommandLine, dialect: str) -> None:
    told.done(
        "answers", "record", "Bannière Exemple", "--banner", "--position", "committee=partial", "--source", "programme",
        "--said-on", "2020-01-15", "--quote", "Peut-être ; « nous verrons », dit-il.", "--as", "Alix",
    )  # fmt: skip
    assert told.done("answers", "export", "answers.csv", "--dialect", dialect) == "wrote 3 answers to answers.csv\n"
    before = told.rows()
    assert told.done("answers", "import", "answers.csv", "--as", "Zoé") == "0 recorded, 3 on record already\n"
    assert told.rows() == before


def test_an_export_names_no_organizer(told: CommandLine, dialect: str) -> None:
    told.done("answers", "export", "answers.csv", "--dialect", dialect)
    text = (told.folder / "answers.csv").read_text("utf-8-sig")
    assert "Liste Exemple B" in text
    assert "Alix" not in text
    assert "Noé" not in text


def test_imported_rows_wait_for_another_person_like_any_answer(cli: CommandLine) -> None:
    (cli.folder / "new.csv").write_text(
        HEADER + "Liste Exemple A,2020-02-01,courriel,liste,Oui.,engagée\n"
        "Bannière Exemple,01/02/2020,lettre,liste,Non.,refus\n",
        "utf-8",
    )
    assert cli.done("answers", "import", "new.csv", "--as", "Zoé") == "2 recorded, 0 on record already\n"
    first, second = cli.pending()
    assert cli.entry(first)["recorded_by"] == "Zoé"
    assert positions_of(cli.entry(second)) == {"cameras": "refused"}
    again = cli.done("answers", "import", "new.csv", "--as", "Alix")
    assert again == "0 recorded, 2 on record already\n"
    cli.refused("answers", "confirm", str(first), "--version", "1", "--as", "Zoé", status=1, saying="role does not")
    cli.confirm(first)
    assert cli.pending() == [second]


def test_whoever_imported_a_row_cannot_confirm_it(cli: CommandLine) -> None:
    (cli.folder / "new.csv").write_text(HEADER + "Liste Exemple A,2020-02-01,letter,list,Yes.,committed\n", "utf-8")
    cli.done("answers", "import", "new.csv", "--as", "Noé")
    [number] = cli.pending()
    own = ("answers", "confirm", str(number), "--version", "1", "--as", "Noé")
    cli.refused(*own, status=1, saying="You recorded this entry yourself")


FORMULAS = ('=HYPERLINK("https://exemple.invalid";"Oui")', "+33 4 00 00 00 00", "-1", "@somebody", "'=1+1", "\t=1+1")


def quotes(cli: CommandLine, numbers: list[int]) -> list[object]:
    """Return the quoted words of entries."""
    proofs = [facts_of(cli.entry(number))["proof"] for number in numbers]
    return [proof["quote"] for proof in proofs if isinstance(proof, dict)]


def test_words_that_look_like_a_formula_are_harmless_in_the_file_and_whole_after_it(
    cli: CommandLine, dialect: str
) -> None:
    answers = product(("{a}", "{b}", "{c}"), ("cameras=partial", "committee=refused"))
    before = [cli.record(*answer, quote=words) for answer, words in zip(answers, FORMULAS, strict=True)]
    cli.done("answers", "export", "answers.csv", "--dialect", dialect)
    delimiter = ";" if dialect == "excel-fr" else ","
    with (cli.folder / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    assert [row["quote"][0] for row in rows] == ["'"] * len(FORMULAS)
    with (cli.folder / "new.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows({**row, "answer": "", "said_on": "2020-02-02"} for row in rows)
    assert cli.done("answers", "import", "new.csv", "--as", "Alix") == "6 recorded, 0 on record already\n"
    again = [number for number in cli.pending() if number not in before]
    assert quotes(cli, again) == quotes(cli, before)


def row(subject: str = "Liste Exemple A", day: str = "2020-02-01", word: str = "committed", quote: str = "Yes.") -> str:
    """Return one row of a spreadsheet."""
    return f"{subject},{day},letter,list,{quote},{word}\n"


FILES = {
    "faults in the middle": (
        HEADER + row() + row(day="yesterday") + row("Liste Exemple B", word="maybe"), ("line 3", "line 4"), 2,
    ),
    "a list that nobody knows": (HEADER + row() + row("Inconnue"), ("line 3: No list is known", "nothing was recorded"), 2),
    "a list that may be several": (HEADER + row("Liste Exemple"), ("line 2: Several lists", "nothing was recorded"), 2),
    "no proof": (HEADER + row() + row("Liste Exemple B", quote=""), ("line 3: The proof is missing", "nothing was"), 2),
    "a day to come": (HEADER + row(day="2999-01-01"), ("line 2: The date lies in the future", "nothing was"), 2),
    "an unknown demand": (
        HEADER.replace("cameras", "parking") + row(), ("line 2: The letter has no demand", "nothing was"), 2,
    ),
    "an unknown column": (HEADER.replace("role", "rôle joué") + row(), ("unknown column", '"role" is missing'), 2),
    "a correction": (
        "kind,reason," + HEADER + "correction,x," + row(), ("line 2: a correction names the entry", "nothing was"), 2,
    ),
    "no row": (HEADER, ("a header and no row",), 1),
    "nothing": ("", ("file is empty",), 1),
    "a cut file": (HEADER + row() + '"Liste Ex', ("cut off",), 1),
}  # fmt: skip


def test_of_a_file_with_a_fault_nothing_is_recorded(cli: CommandLine, subtests: pytest.Subtests) -> None:
    for fault, (content, sayings, lines) in FILES.items():
        (cli.folder / "new.csv").write_text(content, "utf-8")
        with subtests.test(fault):
            outcome = cli.refused(
                "answers", "import", "new.csv", "--as", "Alix", status=1, saying=sayings[0], lines=lines
            )  # fmt: skip
            assert all(saying in outcome.err for saying in sayings)


BAD = [
    (("answers", "import", "missing.csv", "--as", "Alix"), 1, "missing.csv: No such file"),
    (("answers", "import", ".", "--as", "Alix"), 1, "Is a directory"),
    (("answers", "import", "there.csv", "--as", "Nobody"), 1, "Nobody of this name"),
    (("answers", "import", "there.csv"), 2, "--as"),
    (("answers", "export", "there.csv"), 1, "there.csv: there already; nothing was written"),
    (("answers", "export", "missing/new.csv"), 1, "No such file or directory"),
    (("answers", "export", "."), 1, ".: "),
    (("answers", "export", "new.csv", "--dialect", "quattro"), 2, "expected excel-fr or libreoffice"),
]


def test_bad_input_changes_nothing(told: CommandLine, subtests: pytest.Subtests) -> None:
    there = HEADER + row("Liste Exemple C")
    (told.folder / "there.csv").write_text(there, "utf-8")
    for arguments, status, saying in BAD:
        with subtests.test(" ".join(arguments)):
            told.refused(*arguments, status=status, saying=saying)
    assert (told.folder / "there.csv").read_text("utf-8") == there
    assert not (told.folder / "new.csv").exists()

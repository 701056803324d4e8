"""Files come in whole or not at all, while questions go on being answered."""

from pathlib import Path

import pytest

from factories.services import NOW, everything, installed
from pledgebot.chat.answers import Asker, answer
from pledgebot.domain.errors import Unusable
from pledgebot.intake import Source, take_in
from pledgebot.messages.render import plain
from pledgebot.services.lookup import Directories
from pledgebot.store.engine import Database

SAMPLES = Path(__file__).parent.parent / "samples"
FIRST, SECOND = SAMPLES / "candidats-2026-sample.csv", SAMPLES / "candidats-2026-t2-sample.csv"
FIRST_2020, SECOND_2020 = SAMPLES / "candidats-2020-sample.txt", SAMPLES / "candidats-2020-t2-sample.txt"


@pytest.mark.parametrize(("first", "second"), [(FIRST, SECOND), (FIRST_2020, SECOND_2020)])
def test_both_rounds_of_both_forms_come_in_and_lineages_are_proposed(
    database: Database, first: Path, second: Path
) -> None:
    installed(database)
    done = take_in(database, Source(first, "1"), "Alix", "cli", NOW)
    assert done.report.added.count == done.report.constituencies or done.report.added.count > 5
    again = take_in(database, Source(first, "1"), "Alix", "cli", NOW)
    assert (again.report.added.count, again.report.changed.count) == (0, 0)
    assert take_in(database, Source(second, "2"), "Alix", "cli", NOW).lineages >= 3


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(FIRST), "of which round is it"),
        (Source(FIRST, "3"), "unknown_round"),
        (Source(FIRST, "1", frozenset({"99999"})), "no list of 99999 in it"),
        (Source(FIRST_2020, "2"), "is of round 1 by its form"),
        (Source(SECOND_2020, "1"), "is of round 2 by its form"),
        (Source(SAMPLES / "nowhere.csv", "1"), "nowhere.csv"),
        (Source(SAMPLES / "headers.json", "1"), "headers.json"),
    ],
)
def test_a_refused_file_changes_nothing(database: Database, source: Source, said: str) -> None:
    installed(database)
    before = everything(database)
    with pytest.raises(Exception, match=said):
        take_in(database, source, "Alix", "cli", NOW)
    assert everything(database) == before


def test_a_fault_in_the_last_row_imports_nothing(database: Database, tmp_path: Path) -> None:
    installed(database)
    broken = tmp_path / "broken.csv"
    broken.write_bytes(FIRST.read_bytes() + b'"13";"too short"\r\n')
    before = everything(database)
    with pytest.raises(Unusable, match=r"broken\.csv: line"):
        take_in(database, Source(broken, "1"), "Alix", "cli", NOW)
    assert everything(database) == before


def test_questions_are_answered_while_a_file_is_being_moved(database: Database) -> None:
    installed(database)
    directories = Directories()
    asked: list[str] = []

    def ask(_rows: int) -> None:
        asked.append(plain(answer(database, "liste exemple a", Asker("en"), NOW, directories)))

    take_in(database, Source(FIRST, "1"), "Alix", "cli", NOW, progress=ask)
    assert asked
    assert all("Liste Exemple A" in said for said in asked)
    # The names changed: a directory kept in memory notices, and finds the new lists.
    assert "ESEMPIU" in plain(answer(database, "esempiu", Asker("en"), NOW, directories))


def test_a_round_that_contradicts_the_official_name_of_a_file_is_refused(database: Database, tmp_path: Path) -> None:
    installed(database)
    named = tmp_path / "municipales-2026-candidatures-france-entiere-tour-2-2026-03-20.csv"
    named.write_bytes(SECOND.read_bytes())
    before = everything(database)
    with pytest.raises(Unusable, match="is of round 2 by its name, not of round 1"):
        take_in(database, Source(named, "1"), "Alix", "cli", NOW)
    assert everything(database) == before
    assert take_in(database, Source(named), "Alix", "cli", NOW).round == "2026-t2"

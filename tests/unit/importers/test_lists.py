"""Lists from a spreadsheet: the genuine excerpt goes in and comes back, and every fault is said with its line."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.election import ListRecord
from pledgebot.domain.errors import Unusable
from pledgebot.domain.words import normalise
from pledgebot.importers.lists import COLUMNS, read_list_spreadsheet, read_lists
from pledgebot.importers.official import read_official
from pledgebot.importers.spreadsheet import Dialect, write_table

SAMPLES = Path(__file__).parents[2] / "samples"
OFFICIAL = SAMPLES / "candidats-2026-sample.csv"
FRENCH = ["Circonscription", "Ville", "Panneau", "Liste", "Nom court", "Tête de liste", "Nuance"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists")


def written(folder: Path, text: str) -> Path:
    path = folder / f"{uuid4()}.csv"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(Unusable) as caught:
        read_list_spreadsheet(path)
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


def genuine_rows() -> list[list[str]]:
    """Return the lists of the genuine excerpt; it names no heads of list, so that column stays empty."""
    content = json.loads((SAMPLES / "genuine-2026-t1-listes-bouches-du-rhone.json").read_text("utf-8"))
    return [
        [
            town["codeCommune"],
            town["libelleCommune"],
            str(one["numero"]),
            one["libelleListe"],
            one["libelleAbrege"],
            "",
            one["nuance"],
        ]
        for town in content["communes"]
        for one in town["candidats"]
    ]


@pytest.mark.parametrize("dialect", Dialect)
def test_the_genuine_lists_come_back_from_a_spreadsheet(folder: Path, dialect: Dialect) -> None:
    path = folder / "genuine.csv"
    write_table(path, FRENCH, genuine_rows(), dialect=dialect)
    records = read_list_spreadsheet(path)

    assert len(records) == 13
    assert [
        [r.constituency, r.constituency_label, str(r.panel), r.name, r.short_name, r.head or "", r.nuance or ""]
        for r in records
    ] == genuine_rows()
    assert records[0] == ListRecord(
        line=2,
        constituency="13055",
        constituency_label="Marseille",
        panel=1,
        name="MARSEILLE JE T'AIME AVEC MARTINE VASSAL",
        short_name="MARSEILLE JE T'AIME",
        head=None,
        nuance="LDVD",
    )


@given(order=st.permutations(range(13)), dialect=st.sampled_from(Dialect), backwards=st.booleans())
def test_the_order_of_rows_and_columns_does_not_matter(
    folder: Path, order: list[int], dialect: Dialect, *, backwards: bool
) -> None:
    rows = genuine_rows()
    step = -1 if backwards else 1
    path = folder / "shuffled.csv"
    write_table(path, FRENCH[::step], [rows[n][::step] for n in order], dialect=dialect)
    assert [[r.constituency, r.name] for r in read_list_spreadsheet(path)] == [[rows[n][0], rows[n][3]] for n in order]


def test_a_list_without_a_panel_is_provisional_and_most_columns_may_be_left_out(folder: Path) -> None:
    path = written(folder, "commune,nom\n 13055 , Liste   Exemple A \n")
    assert read_list_spreadsheet(path) == [ListRecord(2, "13055", "", None, "Liste Exemple A", None, None, None)]


def test_no_name_belongs_to_two_columns() -> None:
    names = [normalise(name) for column in COLUMNS.values() for name in column.names]
    assert len(set(names)) == len(names)


def test_all_faults_are_said_at_once_with_their_lines(folder: Path) -> None:
    path = written(
        folder,
        "circonscription;panneau;liste\n;1;Liste Exemple A\n13055;un;\n13055;0;Liste Exemple B\n13055;3;Liste\0C\n"
        "13055;4;Liste Exemple D;x\n",
    )
    assert sorted(faults_of(path)) == [
        "line 2: column constituency: empty, expected a code such as 13055",
        "line 3: column name: empty, expected the list's name",
        'line 3: column panel: "un" is no number, expected one from 1, or nothing',
        'line 4: column panel: "0" is no number, expected one from 1, or nothing',
        'line 5: column name: "Liste\\x00C" holds a NUL character, expected text',
        'line 6: cell 4, "x", has no column, expected 3 cells',
    ]


def test_lists_that_cannot_be_told_apart_are_faults(folder: Path) -> None:
    path = written(
        folder,
        "circonscription;panneau;liste\n13055;1;Liste Exemple A\n13055;1;Liste Exemple B\n13055;;LISTE EXEMPLE A\n"
        "13057;;Liste Exemple A\n13057;;Liste éxemple A\n",
    )
    assert faults_of(path) == [
        'line 3: panel 1 of "13055" is taken by line 2, expected another number',
        (
            'line 4: list "LISTE EXEMPLE A" of "13055" stands at line 2 already, expected it once, or both with panel '
            "numbers"
        ),
        (
            'line 6: list "Liste éxemple A" of "13057" stands at line 5 already, expected it once, or both with panel '
            "numbers"
        ),
    ]


def test_two_lists_of_one_name_with_panels_of_their_own_are_two_lists(folder: Path) -> None:
    path = written(folder, "circonscription;panneau;liste\n13055;1;Liste Exemple A\n13055;2;Liste Exemple A\n")
    assert [record.panel for record in read_list_spreadsheet(path)] == [1, 2]


def test_a_header_alone_is_a_fault(folder: Path) -> None:
    assert faults_of(written(folder, "circonscription;liste\n")) == ["line 1: a header and no row, expected lists"]


def test_any_file_of_lists_is_read_by_its_header(folder: Path) -> None:
    assert list(read_lists(OFFICIAL)) == list(read_official(OFFICIAL))
    path = folder / "any.csv"
    write_table(path, FRENCH, genuine_rows(), dialect="excel-fr")
    assert list(read_lists(path)) == read_list_spreadsheet(path)


def test_communes_and_progress_work_for_both_forms(folder: Path) -> None:
    path = folder / "filtered.csv"
    write_table(path, FRENCH, genuine_rows(), dialect="libreoffice")
    heard: list[int] = []
    for file in (path, OFFICIAL):
        found = read_lists(file, communes=frozenset(("13057",)), progress=heard.append)
        assert [record.constituency for record in found] == ["13057"]
    assert heard == [13, 33]

"""Tables come back from spreadsheets as they went in, and no cell of theirs is taken for a formula."""

import codecs
import csv
import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledgebot.domain.errors import Unusable
from pledgebot.importers import spreadsheet
from pledgebot.importers.spreadsheet import Column, Dialect, neutralise, read_table, restore, write_table

COLUMNS = {"name": Column(("name", "liste", "tête de liste"), required=True), "panel": Column(("panel", "panneau"))}

STARTS = st.sampled_from(
    ["", "=", "'=", "''=", "'", "''", "+", "-", "@", "\t", "\r", "'\t", "'\r", "\n", "\ufeff", "sep=;"]
)
TEXTS = st.builds(str.__add__, STARTS, st.text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spreadsheet")


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / f"{uuid4()}.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells_of(path: Path) -> list[tuple[int, str, str]]:
    return [(row.line, row.cells["name"], row.cells.get("panel", "-")) for row in read_table(path, COLUMNS).rows]


def faults_of(path: Path) -> list[str]:
    with pytest.raises(Unusable) as caught:
        read_table(path, COLUMNS)
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


@given(TEXTS)
def test_what_was_neutralised_is_restored_exactly(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert not neutralise(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["=1+1", "+33", "-5", "@here", "\tx", "\rx"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["abc", "'quoted'", "l'été", "", "'"])
def test_other_text_is_left_alone(text: str) -> None:
    assert neutralise(text) == text
    assert restore(text) == text


@given(rows=st.lists(st.tuples(TEXTS, TEXTS), max_size=4), dialect=st.sampled_from(Dialect))
def test_a_table_comes_back_from_its_file_as_it_was(
    folder: Path, rows: list[tuple[str, str]], dialect: Dialect
) -> None:
    path = folder / "table.csv"
    write_table(path, ["name", "panel"], [(f"x{name}", panel) for name, panel in rows], dialect=dialect)
    assert [cells[1:] for cells in cells_of(path)] == [(f"x{name}", panel) for name, panel in rows]
    write_table(path, ["panel", "name"], [("x", name) for _panel, name in rows], dialect=dialect)
    assert [cells[1:] for cells in cells_of(path)] == [(name, "x") for _panel, name in rows]


def test_each_program_gets_its_own_form(folder: Path) -> None:
    path = folder / "form.csv"
    write_table(path, ["name", "panel"], [("=A", 'B "b"\nc')], dialect="excel-fr")
    assert path.read_bytes() == codecs.BOM_UTF8 + b'"name";"panel"\r\n"\'=A";"B ""b""\nc"\r\n'
    write_table(path, ["name", "panel"], [("=A", 'B "b"\nc')], dialect="libreoffice")
    assert path.read_bytes() == b'"name","panel"\n"\'=A","B ""b""\nc"\n'


def test_a_table_can_be_written_into_an_open_file() -> None:
    file = io.StringIO(newline="")
    write_table(file, ["name"], [("LISTE EXEMPLE A",)], dialect=Dialect.EXCEL_FR)
    assert file.getvalue() == '\ufeff"name"\r\n"LISTE EXEMPLE A"\r\n'


def test_a_place_that_cannot_be_written_is_refused_in_one_line(folder: Path) -> None:
    with pytest.raises(Unusable, match="No such file"):
        write_table(folder / "absent" / "table.csv", ["name"], [])


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_form_that_a_spreadsheet_writes_is_read(folder: Path, ends: str, delimiter: str, encoding: str) -> None:
    rows = [["Tête de Liste", " PANNEAU "], ['L’été, à "nous" ; vrai', "1"], ["deux\nlignes", "2"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows(rows)
    assert cells_of(written(folder, text.getvalue().encode(encoding))) == [
        (2, 'L’été, à "nous" ; vrai', "1"),
        (3, "deux\nlignes", "2"),
    ]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE])
def test_utf_16_is_read_by_its_mark(folder: Path, mark: bytes) -> None:
    encoding = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
    assert cells_of(written(folder, mark + "liste\tpanneau\r\nÉté\t1\r\n".encode(encoding))) == [(2, "Été", "1")]


def test_the_delimiter_is_the_one_that_makes_known_columns(folder: Path) -> None:
    columns = {"name": Column(("liste, ou nom",)), "panel": Column(("panneau",))}
    table = read_table(written(folder, "liste, ou nom;panneau\nA,B;1\n"), columns)
    assert dict(table.rows[0].cells) == {"name": "A,B", "panel": "1"}


def test_one_column_alone_is_read(folder: Path) -> None:
    assert cells_of(written(folder, "liste\nA\n")) == [(2, "A", "-")]


def test_the_separator_line_of_excel_is_understood_and_lines_are_counted_from_the_top(folder: Path) -> None:
    assert cells_of(written(folder, "sep=;\r\nname;panel\r\nA,B;1\r\n")) == [(3, "A,B", "1")]
    assert cells_of(written(folder, '"sep=|"\nname|panel\nA;B|1\n')) == [(3, "A;B", "1")]


def test_blank_lines_are_skipped_and_counted(folder: Path) -> None:
    assert cells_of(written(folder, "\n;;\nname;panel\n\n;\n ; \nA;1\n")) == [(7, "A", "1")]


def test_short_rows_are_filled_up_and_empty_columns_without_name_ignored(folder: Path) -> None:
    assert cells_of(written(folder, "name;panel;;\nA\nB;2;;;;\n")) == [(2, "A", ""), (3, "B", "2")]


def test_a_column_that_is_not_known_is_a_fault_with_the_nearest_known_one(folder: Path) -> None:
    assert faults_of(written(folder, "name;Panau;xyz\nA;1;2\n")) == [
        'line 1: unknown column "Panau", did you mean "panneau"? expected one of: name, panel',
        'line 1: unknown column "xyz", expected one of: name, panel',
    ]


def test_a_column_that_is_missing_or_there_twice_is_a_fault(folder: Path) -> None:
    assert faults_of(written(folder, "panel;panneau\n1;1\n")) == [
        'line 1: column "panneau" stands there twice, expected once',
        'line 1: column "name" is missing, expected one named name or liste or tête de liste',
    ]


def test_a_cell_without_a_column_is_a_fault(folder: Path) -> None:
    assert faults_of(written(folder, "name;panel;\nA;1\nB;1;x\nC;1;;y\n")) == [
        'line 3: cell 3, "x", has no column, expected 3 cells',
        'line 4: cell 4, "y", has no column, expected 3 cells',
    ]


def test_an_unclosed_quote_is_a_fault(folder: Path) -> None:
    [fault] = faults_of(written(folder, 'name;panel\nA;1\nB;"2\n'))
    assert fault.startswith("line 3: a quote is opened and never closed")


@pytest.mark.parametrize("content", ["", "\n\n", "sep=;\n", "\ufeff"])
def test_an_empty_file_is_a_fault(folder: Path, content: str) -> None:
    assert faults_of(written(folder, content)) == [
        "line 1: the file is empty, expected a header with one of: name, panel"
    ]


@pytest.mark.parametrize("content", [b"name\n\x81\x8d\n", b"\xff\xfea", codecs.BOM_UTF8 + b"name\n\xe9\n"])
def test_text_in_no_known_encoding_is_refused(folder: Path, content: bytes) -> None:
    [fault] = faults_of(written(folder, content))
    assert "no known encoding" in fault


def test_a_file_that_is_too_large_is_refused(folder: Path) -> None:
    path = folder / "large.csv"
    with path.open("wb") as file:
        file.truncate(spreadsheet.LARGEST + 1)
    assert faults_of(path) == ["larger than 64 MB, expected a spreadsheet"]
    path.unlink()


def test_a_cell_of_ten_megabytes_is_a_fault(folder: Path) -> None:
    [fault] = faults_of(written(folder, "name\n" + "A" * 10_000_000 + "\n"))
    assert fault.startswith("line 2: a cell of more than 131072 characters")
    [fault] = faults_of(written(folder, "A" * 10_000_000 + "\n"))
    assert fault.startswith("line 1: a cell of more than 131072 characters")


def test_a_header_of_very_many_columns_does_not_hang(folder: Path) -> None:
    faults = faults_of(written(folder, ";".join(f"c{n}" for n in range(100_000))))
    assert faults[-1] == "and 99981 more faults"


def test_a_folder_is_refused_in_one_line(folder: Path) -> None:
    assert faults_of(folder) == ["Is a directory"]


SAMPLE = 'name;panel\r\n"L’été, ""nous""";1\r\n"deux\nlignes";2\r\n\'=A;3\r\n'.encode()
NASTY = [b"", b'"', b";", b"\r", b"\n", b"\0", b"\xff", b"\xff\xfe", b"\xe9", b"sep=;\n", b"'", b"=", b"\t", b","]
MUTATION = st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 20), st.sampled_from(NASTY) | st.binary(max_size=8))


@settings(max_examples=300, deadline=timedelta(seconds=5))
@given(st.lists(MUTATION, min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(
    folder: Path, mutations: list[tuple[int, int, bytes]]
) -> None:
    content = SAMPLE
    for at, length, instead in mutations:
        content = content[:at] + instead + content[at + length :]
    path = folder / "damaged.csv"
    path.write_bytes(content)
    try:
        table = read_table(path, COLUMNS)
    except Unusable:
        return
    assert all(set(row.cells) == set(table.keys) for row in table.rows)

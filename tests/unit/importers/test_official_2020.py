"""The official files of 2020, both rounds: codes composed, shifted rows put right where it is certain, else refused."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from pledgebot.domain.election import ListRecord
from pledgebot.domain.errors import Unusable
from pledgebot.importers.forms import FORM_2020_1, FORM_2020_2
from pledgebot.importers.official import read_official
from pledgebot.importers.staging import stage

SAMPLES = Path(__file__).parents[2] / "samples"
FIRST = SAMPLES / "candidats-2020-sample.txt"
SECOND = SAMPLES / "candidats-2020-t2-sample.txt"
USUAL = {
    "Code du département": "13",
    "Libellé du département": "Bouches-du-Rhône",
    "Code commune": "055SR01",
    "Libellé commune": "Marseille Secteur 1",
    "N° Panneau Liste": "1",
    "N° dépôt liste": "7",
    "Libellé abrégé liste": "EXEMPLE A",
    "Libellé Etendu Liste": "LISTE EXEMPLE A",
    "Nuance Liste": "LUG",
    "N° candidat": "1",
    "Sexe candidat": "F",
    "Nom candidat": "FICTIF",
    "Prénom candidat": "Alix",
    "Date naissance candidat": "01/01/1900",
    "Nuance candidat": "LUG",
    "Nationalité": "Française",
    "Candidat au conseil communautaire": "O",
}
FORMS = {"first": FORM_2020_1, "second": FORM_2020_2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("official-2020")


def row(round_name: str, **cells: str) -> str:
    """Return a line: the usual cells but for some, named by what they are."""
    form = FORMS[round_name]
    columns = {"department_label": "Libellé du département", **vars(FORM_2020_2.roles)}
    changed = USUAL | {columns[name]: cell for name, cell in cells.items()}
    line = "\t".join(changed.get(column, "") for column in form.columns)
    return line + "\t" if round_name == "first" else line


def written(
    folder: Path, round_name: str, rows: Sequence[str], *, encoding: str = "latin-1", ends: str = "\r\n"
) -> Path:
    path = folder / f"{uuid4()}.txt"
    header = "\t".join(FORMS[round_name].columns)
    lines = ["Un commentaire", "", header + "\t"] if round_name == "first" else [header]
    path.write_bytes("".join(line + ends for line in [*lines, *rows]).encode(encoding))
    return path


def read_one(path: Path) -> ListRecord:
    [record] = read_official(path)
    return record


def faults_of(path: Path) -> list[str]:
    with pytest.raises(Unusable) as caught:
        list(read_official(path))
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


def repairs_of(path: Path) -> tuple[str, ...]:
    with stage(path) as staged:
        return staged.repairs


def test_the_first_round_is_read_as_one_record_per_list() -> None:
    assert [(r.line, r.constituency, r.panel, r.head, r.nuance, r.nuance_year) for r in read_official(FIRST)] == [
        (4, "13055SR01", 1, "Alix FICTIF-A1-1", "LUG", 2020),
        (8, "13055SR01", 2, "Noël FICTIF-B1-1", "LLR", 2020),
        (12, "13055SR01", 3, "Alix FICTIF-C1-1", "LVEC", 2020),
        (16, "13055SR04", 1, "Alix FICTIF-A4-1", "LUG", 2020),
        (20, "13055SR04", 2, "Noël FICTIF-B4-1", "LLR", 2020),
        (24, "13055SR04", 3, "Alix FICTIF-C4-1", "LVEC", 2020),
        (28, "13055SR05", 1, "Alix FICTIF-A5-1", "LUG", 2020),
        (32, "13055SR05", 2, "Noël FICTIF-B5-1", "LLR", 2020),
        (36, "13055SR05", 4, "Noël FICTIF-D5-1", "LDIV", 2020),
        (39, "01004", 1, "Alix FICTIF-E-1", "LDVG", 2020),
        (42, "01004", 2, "Noël FICTIF-F-1", None, None),
        (44, "2A004", 1, "Alix FICTIF-G-1", "LREG", 2020),
        (47, "ZA105", 1, "Noël FICTIF-H-1", None, None),
    ]


def test_the_shifted_list_of_the_sample_is_put_right_and_said() -> None:
    [record] = (record for record in read_official(FIRST) if record.line == 42)
    assert (record.name, record.short_name) == ("LISTE EXEMPLE F", "EXEMPLE F , un nouveau départ fictif")
    with stage(FIRST) as staged:
        assert staged.repaired == 2
        assert staged.repairs == (
            'lines 42 to 43: a tab inside a label: "EXEMPLE F ," and "un nouveau départ fictif" are read as one',
        )


def test_repairs_are_said_only_of_the_communes_asked_for() -> None:
    with stage(FIRST, communes=frozenset(("13055SR01",))) as staged:
        assert (staged.repairs, staged.repaired, staged.lists) == ((), 0, 3)


def test_the_second_round_is_read_by_position() -> None:
    assert [(r.line, r.constituency, r.panel, r.name, r.head) for r in read_official(SECOND)] == [
        (2, "13055SR01", 1, "LISTE EXEMPLE A ET C RASSEMBLÉES - SECTEUR 1", "Alix FICTIF-A1-1"),
        (6, "13055SR01", 2, "LISTE EXEMPLE B POUR L'ÉTÉ - SECTEUR 1", "Noël FICTIF-B1-1"),
        (10, "13055SR05", 1, "LISTE EXEMPLE B POUR L'ÉTÉ - SECTEUR 5", "Noël FICTIF-B5-1"),
        (14, "13055SR05", 2, 'LISTE EXEMPLE D, L\' "AUTRE" VOIE', "Noël FICTIF-D5-1"),
    ]


def test_names_of_the_second_round_that_are_not_sure_do_not_matter(folder: Path) -> None:
    content = SECOND.read_bytes().replace("N° dépôt liste".encode("latin-1"), b"Depot")
    path = folder / "renamed.txt"
    path.write_bytes(content.replace(b"Date naissance candidat", b"Naissance"))
    assert list(read_official(path)) == list(read_official(SECOND))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("\tNuance Liste", "\tNuance", 'line 1: column 9 is "Nuance", expected "Nuance Liste"'),
        ("\tNationalité", "", "line 1: 18 columns, expected the 19 of the 2020-2 form"),
        ("\tNationalité", "\tNationalité\t", "line 1: 20 columns, expected the 19 of the 2020-2 form"),
    ],
)
def test_a_header_of_the_second_round_is_checked_as_far_as_it_is_sure(
    folder: Path, old: str, new: str, fault: str
) -> None:
    path = folder / f"{uuid4()}.txt"
    header, rest = SECOND.read_text("latin-1").split("\n", 1)
    path.write_text(header.replace(old, new) + "\n" + rest, "latin-1")
    assert fault in faults_of(path)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"panel": "A"}, 'line 2: panel "A" is no number, expected one from 1'),
        ({"deposit": "x"}, 'line 2: deposit "x" is no number, expected one from 1'),
        (
            {"order": "F"},
            'line 2: candidate "F" of list "LISTE EXEMPLE A" has no number, expected one from 1 to 999',
        ),
        ({"code": "Marseille"}, 'line 2: commune "Marseille" is no code, expected one such as 055 or 055SR01'),
        ({"department": ""}, 'line 2: department "" is no code, expected one such as 13, 2A or ZA'),
    ],
)
def test_columns_of_numbers_that_hold_none_are_refused(folder: Path, cells: dict[str, str], fault: str) -> None:
    assert faults_of(written(folder, "second", [row("second", **cells)])) == [fault]


def test_quotes_are_text_like_any_other(folder: Path) -> None:
    record = read_one(written(folder, "first", [row("first", name='"EXEMPLE" A')]))
    assert record.name == '"EXEMPLE" A'


def test_the_head_is_the_first_in_order(folder: Path) -> None:
    rows = [row("first", order="2", family="B"), row("first", order="1", family="A")]
    assert read_one(written(folder, "first", rows)).head == "Alix A"


@pytest.mark.parametrize("nuance", ["NC", "LNC"])
def test_a_code_that_says_no_nuance_is_none(folder: Path, nuance: str) -> None:
    record = read_one(written(folder, "first", [row("first", nuance=nuance)]))
    assert (record.nuance, record.nuance_year) == (None, None)


def test_the_same_panel_in_communes_of_two_departments_is_two_lists(folder: Path) -> None:
    rows = [row("first", department=code, code="4") for code in ("1", "2A")]
    assert [record.constituency for record in read_official(written(folder, "first", rows))] == ["01004", "2A004"]


@pytest.mark.parametrize("round_name", ["first", "second"])
@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("department_label", "Bouches\tdu-Rhône"),
        ("label", "Marseille\tSecteur 1"),
        ("short", "EXEMPLE A ,\tensemble"),
        ("short", "LISTE\tEXEMPLE"),
        ("name", "EXEMPLE A\tAUTREMENT"),
        ("name", "LISTE EXEMPLE A -\tAUTREMENT"),
    ],
)
def test_a_label_that_a_tab_divided_is_joined(folder: Path, round_name: str, column: str, cell: str) -> None:
    whole = row(round_name, **{column: " ".join(cell.split("\t"))})
    divided = written(folder, round_name, [row(round_name, **{column: cell})])

    assert read_one(divided) == read_one(written(folder, round_name, [whole]))
    [repair] = repairs_of(divided)
    left, right = cell.split("\t")
    assert repair.endswith(f': a tab inside a label: "{left}" and "{right}" are read as one')


def test_where_the_texts_do_not_say_which_label_was_divided_the_name_is_left_and_a_check_asked_for(
    folder: Path,
) -> None:
    path = written(folder, "first", [row("first", short="EX\tAUTRE")])
    record = read_one(path)
    assert (record.short_name, record.name) == ("EX AUTRE", "LISTE EXEMPLE A")
    [repair] = repairs_of(path)
    assert repair.endswith('"EX" and "AUTRE" are read as one, which is likely only: please check')


def test_a_shifted_row_may_have_lost_its_last_tab_or_kept_it(folder: Path) -> None:
    kept = row("first", label="Marseille\tSecteur 1")
    assert read_one(written(folder, "first", [kept])) == read_one(written(folder, "first", [kept.removesuffix("\t")]))


@pytest.mark.parametrize("round_name", ["first", "second"])
def test_a_tab_inside_a_persons_name_is_refused_and_the_name_not_shown(folder: Path, round_name: str) -> None:
    [fault] = faults_of(written(folder, round_name, [row(round_name, family="SECRET\tNOM")]))
    assert "fields, expected" in fault
    assert "joining no label puts the numbers into their columns" in fault
    assert "SECRET" not in fault


def test_two_stray_tabs_are_refused(folder: Path) -> None:
    path = written(folder, "first", [row("first", short="A\tB", label="C\tD")])
    assert faults_of(path) == ["line 4: 17 fields, expected 15"]


@pytest.mark.parametrize("ending", ["", "\t"])
def test_the_empty_last_column_may_be_missing(folder: Path, ending: str) -> None:
    path = folder / f"{uuid4()}.txt"
    lines = [line.rstrip("\t") + ending for line in FIRST.read_text("latin-1").splitlines()]
    path.write_text("\n".join(lines), "latin-1")
    assert list(read_official(path)) == list(read_official(FIRST))


@pytest.mark.parametrize(
    ("round_name", "cut"), [("first", 2), ("first", 3), ("first", 20), ("second", 3), ("second", 30)]
)
def test_a_file_cut_off_in_its_last_row_is_refused(folder: Path, round_name: str, cut: int) -> None:
    path = written(folder, round_name, [row(round_name), row(round_name, order="2")], ends="\n")
    content = path.read_bytes()
    path.write_bytes(content[: -1 - cut])
    assert "the last row is short: the file seems cut off" in faults_of(path)[-1]


def test_a_copy_in_utf_8_is_read_as_such_and_said(folder: Path) -> None:
    for sample, line in ((FIRST, 3), (SECOND, 1)):
        for encoding in ("utf-8", "utf-8-sig"):
            path = folder / f"{uuid4()}.txt"
            path.write_bytes(sample.read_text("latin-1").encode(encoding))
            assert list(read_official(path)) == list(read_official(sample))
            with stage(path) as staged:
                assert f"line {line}: the file is UTF-8" in staged.repairs[0]


def test_two_encodings_in_one_file_are_refused(folder: Path) -> None:
    header, rest = SECOND.read_text("latin-1").split("\n", 1)
    path = folder / "mixed.txt"
    path.write_bytes(header.encode() + b"\n" + rest.encode("latin-1"))
    assert faults_of(path) == [
        "line 2: byte 0xF4 is not UTF-8, which the header is: two encodings in one file, expected one"
    ]
    path.write_bytes(header.encode("latin-1") + b"\n" + rest.encode())
    assert "is UTF-8 read as latin-1" in faults_of(path)[0]


def test_letters_of_windows_1252_are_read(folder: Path) -> None:
    path = written(folder, "first", [row("first", name="L’ŒUVRE")], encoding="cp1252")
    assert read_one(path).name == "L’ŒUVRE"


def test_bytes_that_are_no_letter_are_refused_with_their_line(folder: Path) -> None:
    path = written(folder, "first", [row("first"), row("first", order="2", family="\x81")])
    assert faults_of(path) == ["line 5: byte 0x81 is no character of latin-1 (windows-1252), expected text"]


def test_utf_16_is_refused(folder: Path) -> None:
    path = folder / "utf16.txt"
    path.write_bytes(FIRST.read_text("latin-1").encode("utf-16"))
    assert faults_of(path) == ["line 1: the file is UTF-16, expected latin-1: not the 2020-1 form as it is published"]


def test_columns_of_the_first_round_are_found_by_name(folder: Path) -> None:
    path = folder / "reordered.txt"
    lines = [line.split("\t") for line in FIRST.read_text("latin-1").splitlines()[2:41]]
    path.write_text("".join("\t".join([*cells[13::-1], ""]) + "\n" for cells in lines), "latin-1")
    expected = [record for record in read_official(FIRST) if record.line < 42]
    assert list(read_official(path)) == [replace(record, line=record.line - 2) for record in expected]


def test_a_missing_column_is_named(folder: Path) -> None:
    path = folder / "missing.txt"
    path.write_text(FIRST.read_text("latin-1").replace("N° candidat", "Numéro"), "latin-1")
    assert faults_of(path) == [
        'line 3: unknown column "Numéro", expected the 14 of the 2020-1 form',
        'line 3: column "N° candidat" is missing, expected once',
    ]

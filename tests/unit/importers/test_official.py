"""The official file of 2026: one record per list, whatever the line ends, and every fault said with its line."""

import csv
import io
import json
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.errors import Unusable
from pledgebot.importers.official import COLUMNS, looks_official, read_official

SAMPLES = Path(__file__).parents[2] / "samples"
ROUND_ONE = SAMPLES / "candidats-2026-sample.csv"
ROUND_TWO = SAMPLES / "candidats-2026-t2-sample.csv"

Cells = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("official")


def written(folder: Path, content: bytes) -> Path:
    path = folder / f"{uuid4()}.csv"
    path.write_bytes(content)
    return path


def row(**cells: str) -> Cells:
    usual = {
        "Code département": "13",
        "Département": "Bouches-du-Rhône",
        "Code circonscription": "13055",
        "Circonscription": "Marseille",
        "Numéro de panneau": "1",
        "Libellé abrégé de liste": "EXEMPLE A",
        "Libellé de la liste": "LISTE EXEMPLE A",
        "Code nuance de liste": "LUG",
        "Tête de liste": "",
        "Ordre": "1",
        "Nom sur le bulletin de vote": "FICTIF",
        "Prénom sur le bulletin de vote": "Alix",
    }
    names = {
        "code": "Code circonscription",
        "label": "Circonscription",
        "panel": "Numéro de panneau",
        "short": "Libellé abrégé de liste",
        "name": "Libellé de la liste",
        "nuance": "Code nuance de liste",
        "mark": "Tête de liste",
        "order": "Ordre",
        "family": "Nom sur le bulletin de vote",
        "given": "Prénom sur le bulletin de vote",
    }
    return usual | {names[key]: cell for key, cell in cells.items()}


def official(
    rows: Sequence[Cells], *, columns: Sequence[str] = COLUMNS, ends: str = "\r\n", encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator=ends)
    writer.writerow(columns)
    writer.writerows([cells.get(column, "") for column in columns] for cells in rows)
    return text.getvalue().encode(encoding)


def faults_of(path: Path) -> list[str]:
    with pytest.raises(Unusable) as caught:
        list(read_official(path))
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_the_header_is_that_of_the_sample_description() -> None:
    assert json.loads((SAMPLES / "headers.json").read_text("utf-8"))["2026_t1_t2"]["columns"] == list(COLUMNS)


def test_the_first_round_is_read_as_one_record_per_list() -> None:
    records = list(read_official(ROUND_ONE))

    assert [(r.line, r.constituency, r.panel, r.head, r.nuance) for r in records] == [
        (2, "13055", 1, "Alix FICTIF-A-1", "LUG"),
        (7, "13055", 2, "Noël FICTIF-B-1", "LDVD"),
        (12, "13055", 3, "Alix FICTIF-C-1", "LFI"),
        (17, "13055", 4, "Noël FICTIF-D-1", "LEXG"),
        (21, "13057", 1, "Noël FICTIF-E-1", None),
        (26, "01004", 1, "Alix FICTIF-F-1", "LDVC"),
        (29, "2A004", 1, "Alix FICTIF-G-1", "LREG"),
        (32, "97105", 1, "Noël FICTIF-H-1", "LDIV"),
    ]
    assert records[0].name == "LISTE EXEMPLE A, LA VILLE D'ABORD ; SUITE"
    assert records[2].name == 'Liste "Exemple" C fière et fictive'
    assert (records[4].constituency_label, records[4].short_name) == ("Mas-Blanc-des-Alpilles", None)


def test_the_second_round_is_read_in_the_same_way() -> None:
    assert [(r.panel, r.name, r.head) for r in read_official(ROUND_TWO)] == [
        (1, "LISTE EXEMPLE B", "Noël FICTIF-B-1"),
        (2, "LISTE EXEMPLE A ET C RASSEMBLÉES", "Alix FICTIF-A-1"),
    ]


def test_nothing_of_the_other_candidates_is_kept() -> None:
    assert "FICTIF-A-2" not in repr(list(read_official(ROUND_ONE)))


def test_only_the_communes_asked_for_are_read() -> None:
    records = read_official(ROUND_ONE, communes=frozenset(("01004", "2A004")))
    assert [record.constituency for record in records] == ["01004", "2A004"]


def test_progress_says_how_many_rows_were_read(folder: Path) -> None:
    heard: list[int] = []
    path = written(folder, official([row(panel=str(n // 500 + 1), order=str(n % 500 + 1)) for n in range(20_005)]))
    assert len(list(read_official(path, progress=heard.append))) == 41
    assert heard == [10_000, 20_000, 20_005]


@pytest.mark.parametrize("mark", ["OUI", "Oui", " oui "])
def test_the_head_is_the_one_marked_in_whatever_case(folder: Path, mark: str) -> None:
    rows = [row(order="1", mark="Non"), row(order="2", mark=mark, given="Noël", family="FICTIF-B")]
    [record] = read_official(written(folder, official(rows)))
    assert record.head == "Noël FICTIF-B"


def test_without_a_mark_the_first_in_order_is_the_head(folder: Path) -> None:
    rows = [row(order="2", family="SECOND"), row(order="1", family="FIRST"), row(order="3", family="THIRD")]
    [record] = read_official(written(folder, official(rows)))
    assert record.head == "Alix FIRST"


def test_a_list_without_mark_or_first_candidate_has_no_known_head(folder: Path) -> None:
    [record] = read_official(written(folder, official([row(order="2"), row(order="3")])))
    assert record.head is None


@pytest.mark.parametrize("nuance", ["LUG", "DVG"])
def test_a_nuance_is_kept_with_or_without_its_leading_letter(folder: Path, nuance: str) -> None:
    [record] = read_official(written(folder, official([row(nuance=nuance)])))
    assert record.nuance == nuance


def test_a_list_with_a_short_label_alone_is_named_by_it(folder: Path) -> None:
    [record] = read_official(written(folder, official([row(name="", short="EXEMPLE A")])))
    assert record.name == "EXEMPLE A"


def test_columns_in_another_order_are_found_by_name(folder: Path) -> None:
    backwards = written(folder, official([row(mark="OUI")], columns=COLUMNS[::-1]))
    assert list(read_official(backwards)) == list(read_official(written(folder, official([row(mark="OUI")]))))


def test_a_list_begins_at_its_own_line_after_cells_with_line_ends(folder: Path) -> None:
    rows = [row(label="Mar\nseille"), row(panel="2", name="LISTE EXEMPLE B")]
    assert [record.line for record in read_official(written(folder, official(rows)))] == [2, 4]


@given(
    lists=st.permutations([("13055", "1"), ("13055", "2"), ("01004", "1"), ("2A004", "12"), ("13055SR01", "1")]),
    ends=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    last_end=st.booleans(),
)
def test_order_line_ends_and_mark_do_not_change_the_records(
    folder: Path, lists: list[tuple[str, str]], ends: str, encoding: str, *, last_end: bool
) -> None:
    rows = [
        row(code=code, panel=panel, name=f"LISTE EXEMPLE {code} {panel}", order=order)
        for code, panel in lists
        for order in "12"
    ]
    content = official(rows, ends=ends, encoding=encoding)
    records = list(read_official(written(folder, content if last_end else content.rstrip(b"\r\n"))))

    assert [(record.constituency, str(record.panel)) for record in records] == lists
    assert [record.line for record in records] == [2, 4, 6, 8, 10]
    assert {record.head for record in records} == {"Alix FICTIF"}


@pytest.mark.parametrize("label", ["Marseille", "Mar\nseille"])
def test_memory_does_not_grow_with_the_rows(folder: Path, label: str) -> None:
    rows = [row(panel=str(n // 900 + 1), order=str(n % 900 + 1)) for n in range(45_000)]
    path = written(folder, official([row(panel="900", label=label), *rows]))
    del rows
    tracemalloc.start()
    try:
        list(read_official(path))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000 < path.stat().st_size


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([row(panel="trois")], 'line 2: panel "trois" is no number, expected one from 1'),
        ([row(panel="0")], 'line 2: panel "0" is no number, expected one from 1'),
        ([row(panel="-1")], 'line 2: panel "-1" is no number, expected one from 1'),
        ([row(panel="")], 'line 2: panel "" is no number, expected one from 1'),
        ([row(panel="9" * 5000)], f'line 2: panel "{"9" * 59}…" is no number, expected one from 1'),
        ([row(name=" ", short="")], 'line 2: list "1" of "13055" has no name, expected one'),
        ([row(code="")], "line 2: no constituency code, expected one such as 13055"),
        ([row(name="A\0B")], 'line 2: list "A\\x00B": "A\\x00B" holds a NUL character, expected text'),
        ([row(label="\0")], 'line 2: list "LISTE EXEMPLE A": "\\x00" holds a NUL character, expected text'),
        (
            [row(label="CitÃ©")],
            (
                'line 2: list "LISTE EXEMPLE A": "CitÃ©" is UTF-8 read as latin-1 ("Cité" is meant), expected one '
                "encoding in the whole file"
            ),
        ),
        (
            [row(short="FI\ufffdRE")],
            (
                'line 2: list "LISTE EXEMPLE A": "FI\ufffdRE" has lost letters to a wrong encoding, expected a copy from '
                "the source"
            ),
        ),
        (
            [row(code="1004")],
            ('line 2: constituency code "1004" seems to have lost its leading zero, expected one such as 01004'),
        ),
        (
            [row(order="")],
            'line 2: candidate "" of list "LISTE EXEMPLE A" has no number, expected one from 1 to 999',
        ),
        (
            [row(order="1000")],
            'line 2: candidate "1000" of list "LISTE EXEMPLE A" has no number, expected one from 1 to 999',
        ),
        (
            [row(), row(order="2"), row(order="02")],
            'line 4: candidate 2 of list "LISTE EXEMPLE A" stands there twice, expected once',
        ),
        (
            [row(), row(name="LISTE EXEMPLE B")],
            'line 3: panel 1 of 13055 is "LISTE EXEMPLE B" here and "LISTE EXEMPLE A" at line 2, expected one list',
        ),
        (
            [row(), row(panel="01", name="LISTE EXEMPLE B")],
            'line 3: panel 1 of 13055 is "LISTE EXEMPLE B" here and "LISTE EXEMPLE A" at line 2, expected one list',
        ),
        (
            [row(), row(code="01004"), row(order="2"), row(order="1")],
            'line 5: candidate 1 of list "LISTE EXEMPLE A" stands there twice, expected once',
        ),
        (
            [row(), row(code="01004"), row(order="2"), row(code="01004", order="2"), row(order="2")],
            'line 6: candidate 2 of list "LISTE EXEMPLE A" stands there twice, expected once',
        ),
        ([], "line 1: a header and no row, expected candidates"),
    ],
)
def test_a_fault_of_a_list_is_said_with_its_line(folder: Path, rows: list[Cells], fault: str) -> None:
    assert faults_of(written(folder, official(rows))) == [fault]


def test_all_faults_are_said_at_once_twenty_in_full_and_the_others_counted(folder: Path) -> None:
    path = written(folder, official([row(panel="?", name=f"LISTE EXEMPLE {n}") for n in range(25)]))
    faults = faults_of(path)
    assert [fault.split(":")[0] for fault in faults[:20]] == [f"line {n}" for n in range(2, 22)]
    assert faults[20:] == ["and 5 more faults"]


def test_a_fault_of_a_list_elsewhere_does_not_stop_the_commune_asked_for(folder: Path) -> None:
    path = written(folder, official([row(panel="?", code="01004"), row()]))
    assert len(list(read_official(path, communes=frozenset(("13055",))))) == 1


def test_a_fault_of_form_elsewhere_stops_every_import(folder: Path) -> None:
    path = written(folder, official([row(code="01004"), row()]).replace(b'"01004";', b""))
    with pytest.raises(Unusable, match="line 2: 16 fields, expected 17"):
        list(read_official(path, communes=frozenset(("13055",))))


def test_no_record_comes_before_the_last_fault_is_known(folder: Path) -> None:
    records = read_official(written(folder, official([row(), row(panel="?")])))
    with pytest.raises(Unusable):
        next(records)


def test_an_empty_file_is_refused(folder: Path) -> None:
    assert faults_of(written(folder, b"")) == ["line 1: the file is empty, expected the header of the 2026 form"]
    assert faults_of(written(folder, b"\xef\xbb\xbf\r\n")) == faults_of(written(folder, b""))


def test_latin_1_is_named_with_the_line_where_it_shows(folder: Path) -> None:
    content = official([row(), row(panel="2", name="LISTE EXEMPLE FI\u00c8RE")]).decode()
    path = written(folder, content.replace("È", "\udcc8").encode(errors="surrogateescape"))
    assert faults_of(path) == [
        "line 3: byte 0xC8 is not UTF-8, it looks like latin-1: not the 2026 form as it is published, expected UTF-8"
    ]


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_latin_1_is_found_far_from_where_decoding_stands(folder: Path, ends: str) -> None:
    good = official([row(label="", order=str(n)) for n in range(500)], ends=ends)
    path = written(folder, good + official([row()], ends=ends, encoding="latin-1"))
    [fault] = faults_of(path)
    assert fault.startswith("line 502: byte 0xE9 is not UTF-8, it looks like latin-1")


def test_utf_16_is_named(folder: Path) -> None:
    [fault] = faults_of(written(folder, official([row()], encoding="utf-16")))
    assert fault == "line 1: the file is UTF-16, expected UTF-8: not the 2026 form as it is published"


def test_missing_and_unknown_columns_are_named_with_the_nearest(folder: Path) -> None:
    columns = ["Numero panneau" if column == "Numéro de panneau" else column for column in COLUMNS]
    assert faults_of(written(folder, official([row()], columns=columns))) == [
        'line 1: unknown column "Numero panneau", did you mean "Numéro de panneau"? expected the 17 of the 2026 form',
        'line 1: column "Numéro de panneau" is missing, expected once',
    ]
    assert faults_of(written(folder, official([row()], columns=[*COLUMNS, "CC"]))) == [
        'line 1: column "CC" stands there twice, expected once'
    ]


def test_another_file_altogether_is_one_fault(folder: Path) -> None:
    assert faults_of(written(folder, b"a,b\n1,2\n")) == [
        'line 1: no column of the 2026 form, expected "Code département";"Département" and so on'
    ]


def test_rows_with_too_few_or_too_many_fields_are_said(folder: Path) -> None:
    content = official([row(), row(order="2"), row(order="3")]).decode().splitlines(keepends=True)
    content[1] = content[1].replace('"13055";', "")
    content[2] = content[2].replace('"13055";', '"13055";"";')
    assert faults_of(written(folder, "".join(content).encode())) == [
        "line 2: 16 fields, expected 17",
        "line 3: 18 fields, expected 17",
    ]


# Without its last two quotes the row has all its fields still, the last of them bare: nothing is lost, nothing is said.
@pytest.mark.parametrize("cut", [1, *range(3, 25)])
def test_a_file_cut_off_in_its_last_row_is_refused(folder: Path, cut: int) -> None:
    content = official([row(), row(order="2", family="É")]).rstrip(b"\r\n")
    faults = faults_of(written(folder, content[:-cut]))
    assert "seems cut off" in faults[-1]
    assert faults[-1].startswith("line 3: ")


def test_a_file_cut_off_within_a_character_is_refused(folder: Path) -> None:
    content = official([row(name="LISTE EXEMPLE FIÈRE")])
    faults = faults_of(written(folder, content[: content.index("È".encode()) + 1]))
    assert faults == ["line 2: the file ends within a character: it seems cut off, expected a whole file"]


def test_text_after_a_closing_quote_is_said_and_reading_goes_on(folder: Path) -> None:
    content = official([row(), row(panel="2"), row(panel="?")])
    faults = faults_of(written(folder, content.replace(b'"1";"EXEMPLE A"', b'"1"x;"EXEMPLE A"')))
    assert faults == [
        "line 2: text after a closing quote, expected the next field (a quote inside a cell is written twice)",
        'line 4: panel "?" is no number, expected one from 1',
    ]


def test_a_field_of_ten_megabytes_is_a_fault(folder: Path) -> None:
    [fault] = faults_of(written(folder, official([row(name="A" * 10_000_000), row(panel="2")])))
    assert fault.startswith("line 2: a cell of more than 131072 characters")


def test_a_header_of_ten_megabytes_is_a_fault(folder: Path) -> None:
    assert len(faults_of(written(folder, b'"' + b"A" * 10_000_000 + b'"\r\n'))) == 1


def test_a_nul_in_a_candidate_who_is_not_kept_does_no_harm(folder: Path) -> None:
    path = written(folder, official([row(mark="OUI"), row(order="2", family="A\0B")]))
    assert len(list(read_official(path))) == 1


def test_a_file_that_is_not_there_is_refused_in_one_line(folder: Path) -> None:
    path = folder / "absent.csv"
    with pytest.raises(Unusable, match=r"absent\.csv: No such file"):
        list(read_official(path))
    with pytest.raises(Unusable, match=r"absent\.csv: No such file"):
        looks_official(path)


def test_the_form_is_recognised_by_its_header(folder: Path) -> None:
    assert looks_official(ROUND_ONE)
    assert looks_official(ROUND_TWO)
    assert looks_official(written(folder, official([], encoding="latin-1")))
    assert looks_official(written(folder, official([], columns=COLUMNS[3:])))
    assert not looks_official(written(folder, "circonscription;panneau;liste;tête de liste;nuance\r\n".encode()))
    assert not looks_official(written(folder, b""))
    assert not looks_official(written(folder, b"\0" * 100_000))


def test_a_file_saved_with_commas_by_another_program_is_refused_as_such(folder: Path) -> None:
    path = written(folder, official([row()]).replace(b'";"', b'","'))
    [fault] = faults_of(path)
    assert fault.startswith("line 1: cells are divided by ',', expected ';': not the 2026 form as it is published")


def test_rows_of_a_list_may_stand_anywhere(folder: Path) -> None:
    apart = [row(order="2", family="B"), row(code="01004"), row(order="3", family="C"), row(order="1", family="A")]
    records = list(read_official(written(folder, official(apart))))
    assert [(record.line, record.constituency, record.head) for record in records] == [
        (2, "13055", "Alix A"),
        (3, "01004", "Alix FICTIF"),
    ]


def test_a_marked_head_that_comes_late_is_preferred_to_the_first_in_order(folder: Path) -> None:
    apart = [row(order="1", family="A"), row(code="01004"), row(order="2", family="B", mark="OUI")]
    assert next(read_official(written(folder, official(apart)))).head == "Alix B"


def test_after_cells_with_line_ends_rows_are_read_in_blocks_again_and_lines_stay_right(folder: Path) -> None:
    rows = [row(panel=str(n), label="Mar\nseille" if n % 700 == 1 else "Marseille") for n in range(1, 2_001)]
    records = list(read_official(written(folder, official([*rows, row(panel="2001")]))))
    assert [record.panel for record in records] == list(range(1, 2_002))
    assert records[-1].line == 2_005


def test_a_fault_is_found_at_its_line_in_any_block(folder: Path) -> None:
    rows = [row(panel=str(n)) for n in range(1, 1_501)]
    rows[1_234]["Ordre"] = "x"
    [fault] = faults_of(written(folder, official(rows)))
    assert fault.startswith("line 1236: candidate")

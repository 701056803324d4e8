"""The forms of official files: recognised by what a file holds, named in its official name, composed into codes."""

import json
from pathlib import Path

import pytest

from pledgebot.domain.errors import Unusable
from pledgebot.importers.forms import FORMS, constituency_code, recognise, round_from_name

SAMPLES = Path(__file__).parents[2] / "samples"


def test_the_columns_are_those_of_the_sample_description() -> None:
    described = json.loads((SAMPLES / "headers.json").read_text("utf-8"))
    forms = {form.key: list(form.columns) for form in FORMS}
    assert forms == {
        "2020-1": described["2020_t1"]["columns"],
        "2020-2": described["2020_t2"]["columns"],
        "2026": described["2026_t1_t2"]["columns"],
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_everything_that_a_form_names_is_one_of_its_columns(form) -> None:  # noqa: ANN001 - the parameter is typed by FORMS
    roles = form.roles.mapped(form.columns.index)
    assert roles.panel == 4
    assert set(form.sure) | set(form.labels) <= set(form.columns)


@pytest.mark.parametrize(
    ("sample", "key", "skipped", "encoding"),
    [
        ("candidats-2020-sample.txt", "2020-1", 2, "cp1252"),
        ("candidats-2020-t2-sample.txt", "2020-2", 0, "cp1252"),
        ("candidats-2026-sample.csv", "2026", 0, "utf-8-sig"),
        ("candidats-2026-t2-sample.csv", "2026", 0, "utf-8-sig"),
    ],
)
def test_a_form_is_recognised_whatever_the_file_is_called(
    tmp_path: Path, sample: str, key: str, skipped: int, encoding: str
) -> None:
    path = tmp_path / "liste.docx"
    path.write_bytes((SAMPLES / sample).read_bytes())
    found = recognise(path)
    assert found is not None
    assert (found.form.key, found.skipped, found.encoding) == (key, skipped, encoding)


@pytest.mark.parametrize("sample", ["candidats-2020-sample.txt", "candidats-2020-t2-sample.txt"])
@pytest.mark.parametrize(
    ("encoding", "read_as"), [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")]
)
def test_the_encoding_of_the_header_is_seen(tmp_path: Path, sample: str, encoding: str, read_as: str) -> None:
    path = tmp_path / "any"
    path.write_bytes((SAMPLES / sample).read_text("latin-1").encode(encoding))
    found = recognise(path)
    assert found is not None
    assert found.encoding == read_as


def test_the_second_round_of_2020_is_known_by_the_names_that_are_sure_alone(tmp_path: Path) -> None:
    sure = {0: "Code du département", 2: "Code commune", 8: "Nuance Liste", 15: "Nuance candidat"}
    path = tmp_path / "any"
    path.write_text("\t".join(sure.get(n, f"Colonne {n}") for n in range(19)), encoding="latin-1")
    found = recognise(path)
    assert found is not None
    assert found.form.key == "2020-2"


@pytest.mark.parametrize(
    "content", ["", "\n\n", "circonscription;panneau;liste", "Code commune\tNuance Liste", "\0" * 9]
)
def test_other_files_have_no_form(tmp_path: Path, content: str) -> None:
    path = tmp_path / "any"
    path.write_text(content)
    assert recognise(path) is None


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="Is a directory"):
        recognise(tmp_path)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("municipales-2026-candidatures-france-entiere-tour-1-2026-03-13.csv", 1),
        ("municipales-2026-candidatures-france-entiere-tour-2-2026-03-20.csv", 2),
        ("municipales-2026-candidatures-france-entiere-tour-2-2026-03-20 (1).csv", 2),
        ("livre-des-listes-et-candidats.txt", 1),
        ("livre-des-listes-et-candidats(2).txt", 1),
        ("LIVRE-DES-LISTES-ET-CANDIDATS.TXT", 1),
        ("livre-des-listes-et-candidats-subcom-t2-france-entiere.txt", 2),
        ("livre-des-listes-et-candidats.csv", None),
        ("livre-des-candidats-scrutin-plurinominal.txt", None),
        ("municipales-2026-candidatures-france-entiere-tour-3-2026-03-20.csv", None),
        ("municipales-2026-candidats-elus-france-entiere-tour-1-2026-03-20.csv", None),
        ("candidats-2026-t2-sample.csv", None),
        ("listes.csv", None),
    ],
)
def test_the_round_is_told_by_official_names_only(name: str, number: int | None) -> None:
    assert round_from_name(Path("somewhere") / name) == number


@pytest.mark.parametrize(
    ("department", "commune", "code"),
    [
        ("13", "055SR01", "13055SR01"),
        ("1", "4", "01004"),
        ("01", "004", "01004"),
        ("2A", "4", "2A004"),
        ("ZA", "105", "ZA105"),
        ("ZD", "5", "ZD5"),
    ],
)
def test_a_code_of_2020_is_composed_of_department_and_commune(department: str, commune: str, code: str) -> None:
    assert constituency_code(department, commune) == code

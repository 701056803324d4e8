"""Contacts from a spreadsheet: French and English words, all faults at once."""

from datetime import date, time
from pathlib import Path

import pytest

from pledgebot.domain.errors import Unusable
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.importers.contacts import ContactRecord, read_contacts


def sheet(folder: Path, text: str) -> Path:
    path = folder / "contacts.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_french_sheet_and_an_english_one_say_the_same(tmp_path: Path) -> None:
    french = read_contacts(
        sheet(
            tmp_path,
            "Liste;Quoi;Moyen;Date;Heure;Modèle;Remarque;Tour\n"
            "Liste Exemple A;lettre envoyée;courriel;01/02/2026;;letter;;1\n"
            "#12;relancée;téléphone;08/02/2026;14h30;;« rappelez demain »;\n"
            ";;;;;;;\n",
        )
    )
    english = read_contacts(
        sheet(
            tmp_path,
            "list,kind,medium,date,hour,template,note,round\n"
            "Liste Exemple A,sent,e-mail,2026-02-01,,letter,,1\n"
            "#12,reminded,phone,2026-02-08,2:30 pm,,« rappelez demain »,\n",
        )
    )
    assert french == english
    assert french == [
        ContactRecord(2, "Liste Exemple A", "", "1", ContactKind.SENT, Medium.EMAIL, date(2026, 2, 1), None, "letter", None),
        ContactRecord(3, "#12", "", "", ContactKind.REMINDED, Medium.PHONE, date(2026, 2, 8), time(14, 30), None,
                      "« rappelez demain »"),
    ]  # fmt: skip
    assert [record.line for record in french] == [2, 3]


def test_every_fault_is_said_with_its_line(tmp_path: Path) -> None:
    text = "list,kind,medium,date,hour\n,shouted,pigeon,2026-02-31,noonish\nListe Exemple A,opt-out,email,2026-02-01,\n"
    with pytest.raises(Unusable) as caught:
        read_contacts(sheet(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert [line.partition("line 2: ")[2].split(":")[0] for line in lines] == [
        "column list",
        "column kind",
        "column medium",
        "column date",
        "column hour",
    ]
    assert "expected sent" in lines[1]
    assert "opted_out" in lines[1]


@pytest.mark.parametrize("text", ["", "list,kind,medium,date\n", "list,kind,date\nA,sent,2026-02-01\n"])
def test_a_sheet_without_rows_or_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unusable):
        read_contacts(sheet(tmp_path, text))

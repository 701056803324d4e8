"""Answers from spreadsheets: what was written is read again, and every fault names line, column and accepted words."""

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.errors import Unusable
from pledgebot.domain.words import date_from, normalise
from pledgebot.importers.answers import COLUMNS, AnswerRow, read_answers, write_answers
from pledgebot.importers.spreadsheet import Dialect

DEMANDS = [("retrait", ""), ("cameras", ""), ("comite", "audit"), ("comite", "controle")]
HEADER = "Liste;Date;Source;Rôle;Dit par;Citation"
ROW = "Liste Exemple A;2026-02-14;lettre;liste;;Nous nous engageons."
ANSWER = AnswerRow(
    line=2,
    answer="",
    kind=AnswerKind.STATEMENT,
    subject="Liste Exemple A",
    constituency="",
    round="",
    said_on=date(2026, 2, 14),
    source=SourceKind.LETTER,
    speaker="",
    role=SpeakerRole.LIST,
    link="",
    quote="Nous nous engageons.",
    reason="",
    contradiction=None,
    positions=(),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("answers")


def written(folder: Path, *lines: str) -> Path:
    path = folder / f"{uuid4()}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(Unusable) as caught:
        read_answers(path)
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


# A NUL is refused: no database column of text takes one.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.sampled_from(["=1+1", "'=x", "-", "a\r\nb"])
NAMES = WORDS.map(str.strip)
PROSE = WORDS.filter(lambda text: not text or bool(text.strip()))


@st.composite
def answers(draw: st.DrawFn) -> AnswerRow:
    kind = draw(st.sampled_from(AnswerKind))
    taken = st.none() if kind is AnswerKind.WITHDRAWAL else st.sampled_from(Position)
    chosen = draw(st.sets(st.sampled_from(DEMANDS)))
    return AnswerRow(
        line=0,
        answer=draw(NAMES),
        kind=kind,
        subject=draw(NAMES.filter(bool)),
        constituency=draw(NAMES),
        round=draw(NAMES),
        said_on=draw(st.dates()),
        source=draw(st.sampled_from(SourceKind)),
        speaker=draw(NAMES),
        role=draw(st.sampled_from(SpeakerRole)),
        link=draw(NAMES),
        quote=draw(PROSE),
        reason=draw(PROSE),
        contradiction=draw(st.none() | st.sampled_from(Contradiction)),
        positions=tuple((*demand, draw(taken)) for demand in DEMANDS if demand in chosen),
    )


@given(rows=st.lists(answers(), min_size=1, max_size=4), dialect=st.sampled_from(Dialect))
def test_what_was_written_is_read_again(folder: Path, rows: list[AnswerRow], dialect: Dialect) -> None:
    path = folder / "written.csv"
    write_answers(path, rows, DEMANDS, dialect)
    assert read_answers(path) == rows


def test_a_row_of_everyday_words_is_understood(folder: Path) -> None:
    path = written(
        folder,
        "Réponse;Genre;Liste;Circonscription;Tour;Date;Source;Dit par;Rôle;Lien;Citation;Motif;Contradiction;"
        "Position : retrait;position: comite / audit;POSITION:cameras",
        '7;Rectificatif;Liste Exemple A;13055;2026-1;14/02/2026;Courrier;Alix Fictif;Tête de Liste;https://example.org/a;"Oui,\n'
        'nous le ferons.";faute de frappe;à côté;S’engage;;pas clair',
    )
    assert read_answers(path) == [
        AnswerRow(
            line=2,
            answer="7",
            kind=AnswerKind.CORRECTION,
            subject="Liste Exemple A",
            constituency="13055",
            round="2026-1",
            said_on=date(2026, 2, 14),
            source=SourceKind.LETTER,
            speaker="Alix Fictif",
            role=SpeakerRole.HEAD,
            link="https://example.org/a",
            quote="Oui,\nnous le ferons.",
            reason="faute de frappe",
            contradiction=Contradiction.BESIDE,
            positions=(("retrait", "", Position.COMMITTED), ("cameras", "", Position.UNCLEAR)),
        )
    ]


def test_a_row_with_the_needed_columns_only_is_a_statement(folder: Path) -> None:
    [answer] = read_answers(written(folder, HEADER, ROW))
    assert answer == ANSWER
    assert answer.line == 2


def test_a_withdrawal_names_what_it_takes_back(folder: Path) -> None:
    path = written(folder, f"{HEADER};kind;position: retrait;position: cameras", f"{ROW};retrait;Retirée;")
    assert read_answers(path) == [replace(ANSWER, kind=AnswerKind.WITHDRAWAL, positions=(("retrait", "", None),))]


def test_blanks_around_names_are_taken_away_and_kept_in_quotes(folder: Path) -> None:
    path = written(folder, HEADER, " Liste Exemple A ; 14.02.2026 ; Lettre ; liste ; ;  Nous, oui. ")
    assert read_answers(path) == [replace(ANSWER, quote="  Nous, oui. ")]


@pytest.mark.parametrize("text", ["2026-02-14", "14/02/2026", "14.02.2026", " 14/2/2026 ", "2026-2-14"])
def test_a_day_is_read_as_spreadsheets_write_it(text: str) -> None:
    assert date_from(text) == date(2026, 2, 14)


@pytest.mark.parametrize(
    "text", ["", "14/02/26", "02/14/2026", "14/02.2026", "2026-02-30", "0000-01-01", "hier", "٢026-02-14"]
)
def test_anything_else_is_no_day(text: str) -> None:
    assert date_from(text) is None


def test_no_name_belongs_to_two_columns() -> None:
    names = [normalise(name) for column in COLUMNS.values() for name in column.names]
    assert len(set(names)) == len(names)


def test_all_faults_are_said_at_once_with_line_column_and_accepted_words(folder: Path) -> None:
    path = written(
        folder,
        f"{HEADER};kind;contradiction;position: retrait",
        ";;;;;;;;",
        ";demain;letre;;;\0;?;?;peut-être",
        "Liste Exemple A;;;voisin;;;retrait;;oui",
    )
    positions = (
        "committed (s'engage, s'engagent), partial (en partie, partiel), refused (refus, non), unclear (pas clair,"
    )
    roles = "expected head (tete de liste, tete), candidate (colistier, colistiere), spokesperson (porte-parole,"
    faults = faults_of(path)
    for fault, start in zip(
        faults,
        [
            "line 3: column quote: a NUL character, expected text",
            'line 3: column kind: "?" is not understood, expected statement (declaration, reponse), correction (',
            "line 3: column subject: empty, expected a text",
            'line 3: column said_on: "demain" is no date, expected one such as 2026-02-14, 14/02/2026 or 14.02.2026',
            'line 3: column source: "letre" is not understood, did you mean "lettre"? expected letter (lettre, ',
            f"line 3: column role: empty, {roles}",
            'line 3: column contradiction: "?" is not understood, expected replaces (',
            f'line 3: column position: retrait: "peut-être" is not understood, expected {positions}',
            "line 4: column said_on: empty, expected one such as",
            "line 4: column source: empty, expected letter (",
            f'line 4: column role: "voisin" is not understood, {roles}',
            'line 4: column position: retrait: "oui" in a withdrawal, expected withdrawn (retirée), or nothing',
        ],
        strict=True,
    ):
        assert fault.startswith(start)


def test_columns_that_are_missing_unknown_or_there_twice_are_faults(folder: Path) -> None:
    path = written(folder, "Liste;Date;Sourse;Rôle;position: a/b/c;position:;position: a;Position : a", "x")
    faults = faults_of(path)
    assert [fault.split(", expected")[0].split("? ")[0] for fault in faults] == [
        'line 1: unknown column "Sourse", did you mean "source"',
        'line 1: unknown column "position: a/b/c"',
        'line 1: unknown column "position:"',
        'line 1: column "Position : a" stands there twice',
        'line 1: column "source" is missing',
    ]


def test_a_header_alone_is_a_fault(folder: Path) -> None:
    assert faults_of(written(folder, HEADER)) == ["line 1: a header and no row, expected answers"]


@pytest.mark.parametrize(
    ("positions", "columns"),
    [
        ((("retrait", "", Position.REFUSED),), []),
        ((("retrait", "", Position.REFUSED), ("retrait", "", Position.PARTIAL)), [("retrait", "")]),
        ((), [("retrait", ""), ("retrait", "")]),
        ((), [("re/trait", "")]),
        ((), [("", "")]),
    ],
)
def test_a_position_that_would_be_lost_is_not_written(
    positions: tuple[tuple[str, str, Position], ...], columns: list[tuple[str, str]]
) -> None:
    with pytest.raises(ValueError, match="column"):
        write_answers(io.StringIO(newline=""), [replace(ANSWER, positions=positions)], columns)


SAMPLE = (
    f'{HEADER};position: retrait;kind\r\n{ROW};oui;\r\n\'=Liste;14/02/2026;mail;tête;x;"a\nb";x;retrait\r\n'.encode()
)
NASTY = [b"", b'"', b";", b"\r", b"\n", b"\0", b"\xff", b"\xe9", b":", b"/", b"'", b"=", b"\t", b","]
MUTATION = st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 20), st.sampled_from(NASTY) | st.binary(max_size=8))


@settings(max_examples=300, deadline=timedelta(seconds=5))
@given(st.lists(MUTATION, min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(
    folder: Path, mutations: list[tuple[int, int, bytes]]
) -> None:
    content = SAMPLE
    for at, length, instead in mutations:
        content = content[:at] + instead + content[at + length :]
    path = folder / "damaged.csv"
    path.write_bytes(content)
    try:
        found = read_answers(path)
    except Unusable:
        return
    assert all(answer.subject for answer in found)

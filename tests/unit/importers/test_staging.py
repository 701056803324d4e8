"""Staging: all of a file or nothing, in any order of its rows, privately, and none but heads of lists by name."""

import os
import random
import re
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.domain.election import ListRecord
from pledgebot.domain.errors import Unusable
from pledgebot.importers.digests import DIGEST_BYTES, name_digest
from pledgebot.importers.lists import read_lists
from pledgebot.importers.staging import Staged, stage

SAMPLES = Path(__file__).parents[2] / "samples"
FIRST_2020 = SAMPLES / "candidats-2020-sample.txt"
SECOND_2020 = SAMPLES / "candidats-2020-t2-sample.txt"
FIRST_2026 = SAMPLES / "candidats-2026-sample.csv"
SECOND_2026 = SAMPLES / "candidats-2026-t2-sample.csv"
PREAMBLE = {FIRST_2020: 3, SECOND_2020: 1, FIRST_2026: 1, SECOND_2026: 1}
ENCODING = {FIRST_2020: "latin-1", SECOND_2020: "latin-1", FIRST_2026: "utf-8-sig", SECOND_2026: "utf-8"}
DIGEST = name_digest(b"a secret for tests")
HEADS = re.compile(r"FICTIF-[A-Z][0-9]?-1")

Key = tuple[str, int | None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("staging")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, empty."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def written(folder: Path, content: bytes) -> Path:
    path = folder / str(uuid4())
    path.write_bytes(content)
    return path


def by_key(path: Path) -> dict[Key, ListRecord]:
    with stage(path, digest=DIGEST) as staged:
        records = {(record.constituency, record.panel): replace(record, line=0) for record in staged.records()}
        assert len(records) == staged.lists
    return records


def members(path: Path) -> set[bytes]:
    """Return every digest of a file."""
    with stage(path, digest=DIGEST) as staged:
        joined = b"".join(record.members for record in staged.records())
    return {joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)}


@pytest.mark.parametrize(
    ("name", "sample", "form", "year", "number"),
    [
        ("livre-des-listes-et-candidats.txt", FIRST_2020, "2020-1", 2020, 1),
        ("livre-des-listes-et-candidats-subcom-t2-france-entiere.txt", SECOND_2020, "2020-2", 2020, 2),
        ("municipales-2026-candidatures-france-entiere-tour-1-2026-03-13.csv", FIRST_2026, "2026", 2026, 1),
        ("municipales-2026-candidatures-france-entiere-tour-2-2026-03-20.csv", SECOND_2026, "2026", 2026, 2),
        ("listes.txt", FIRST_2020, "2020-1", 2020, None),
        ("livre-des-listes-et-candidats.txt", SECOND_2020, "2020-2", 2020, None),
    ],
)
def test_form_year_and_round_are_known(
    tmp_path: Path, name: str, sample: Path, form: str, year: int, number: int | None
) -> None:
    path = tmp_path / name
    path.write_bytes(sample.read_bytes())
    with stage(path) as staged:
        assert (staged.form, staged.year, staged.round) == (form, year, number)


def test_what_was_read_kept_and_dropped_is_counted() -> None:
    with stage(FIRST_2026) as staged:
        assert (staged.rows, staged.dropped, staged.lists, staged.constituencies) == (33, 25, 8, 5)
    with stage(FIRST_2026, communes=frozenset(("13055",))) as staged:
        assert (staged.rows, staged.dropped, staged.lists, staged.constituencies) == (33, 29, 4, 1)


def test_records_can_be_read_again_and_by_two_readers_at_once() -> None:
    with stage(FIRST_2026, digest=DIGEST) as staged:
        once = list(staged.records())
        pairs = list(zip(staged.records(), staged.records(), strict=True))
    assert pairs == [(record, record) for record in once]
    assert all(len(record.members) >= 3 * DIGEST_BYTES for record in once)


def test_a_spreadsheet_is_staged_too(folder: Path) -> None:
    path = written(folder, b"circonscription,liste,panneau\n13055,Liste Exemple A,1\n13057,Liste Exemple B,\n")
    with stage(path, communes=frozenset(("13055",)), digest=DIGEST) as staged:
        assert (staged.form, staged.year, staged.round, staged.lists, staged.rows) == (None, None, None, 1, 2)
        assert list(staged.records()) == [ListRecord(2, "13055", "", 1, "Liste Exemple A", None, None, None)]


@given(
    sample=st.sampled_from(sorted(PREAMBLE)),
    seed=st.integers(0, 2**32),
    ends=st.sampled_from(["\r\n", "\n", "\r"]),
    last_end=st.booleans(),
    mark=st.booleans(),
)
def test_order_of_rows_line_ends_and_mark_do_not_change_the_lists(
    folder: Path, sample: Path, seed: int, ends: str, *, last_end: bool, mark: bool
) -> None:
    lines = sample.read_text(ENCODING[sample]).splitlines()
    begin, rows = lines[: PREAMBLE[sample]], lines[PREAMBLE[sample] :]
    random.Random(seed).shuffle(rows)  # noqa: S311 - a repeatable order
    encoding = ("utf-8-sig" if mark else "utf-8") if sample in {FIRST_2026, SECOND_2026} else "latin-1"
    text = ends.join([*begin, *rows]) + (ends if last_end else "")

    assert by_key(written(folder, text.encode(encoding))) == by_key(sample)


def test_an_order_of_rows_across_blocks_does_not_change_the_lists(folder: Path) -> None:
    header, first, *_rest = FIRST_2026.read_text("utf-8-sig").splitlines()
    rows = [
        first.replace('"13055"', f'"{code}"').replace('"OUI";"1"', f'"{"OUI" if order == 7 else ""}";"{order}"')
        for code in range(13001, 13101)
        for order in range(1, 31)
    ]
    together = written(folder, "\n".join([header, *rows]).encode())
    random.Random(1).shuffle(rows)  # noqa: S311 - a repeatable order
    apart = written(folder, "\n".join([header, *rows]).encode())
    assert by_key(apart) == by_key(together)
    assert len(by_key(apart)) == 100


def test_lists_are_given_out_in_the_order_in_which_the_file_begins_them(folder: Path) -> None:
    header, *rows = FIRST_2026.read_text("utf-8-sig").splitlines()
    with stage(written(folder, "\n".join([header, *reversed(rows)]).encode())) as staged:
        lines = [record.line for record in staged.records()]
    assert lines == sorted(lines)
    assert lines[0] == 2


def test_members_are_the_digests_of_all_candidates_and_tell_who_came_from_where() -> None:
    first = by_key(FIRST_2020)
    merged = by_key(SECOND_2020)["13055SR01", 1].members
    each = [merged[at : at + DIGEST_BYTES] for at in range(0, len(merged), DIGEST_BYTES)]

    assert each == sorted(each)
    assert set(each) == {
        DIGEST(family, given_name)
        for family, given_name in (
            ("FICTIF-A1-1", "Alix"),
            ("FICTIF-C1-2", "Noël"),
            ("FICTIF-A1-3", "Camille"),
            ("FICTIF-C1-1", "Alix"),
        )
    }
    assert sum(digest in first["13055SR01", 1].members for digest in each) == 2
    assert sum(digest in first["13055SR01", 3].members for digest in each) == 2


def test_without_a_digest_nothing_is_known_of_members() -> None:
    assert all(record.members == b"" for record in read_lists(FIRST_2026))


def open_temporary_files() -> Iterator[bytes]:
    """Yield what the temporary files hold that this program has open."""
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
            if target.startswith(tempfile.gettempdir()) and target.endswith("(deleted)"):
                yield os.pread(int(link.name), 2**20, 0)
        except OSError:
            continue


def everything(staged: Staged) -> str:
    """Return all that can be seen of a staged file."""
    records = list(staged.records())
    seen = [repr(staged), repr(staged.repairs), repr(records), repr([vars(record) for record in records])]
    return "".join([*seen, repr(DIGEST), *(content.decode("latin-1") for content in open_temporary_files())])


@pytest.mark.parametrize("sample", sorted(PREAMBLE))
def test_no_candidate_but_the_heads_and_no_personal_data_come_out(temporary: Path, sample: Path) -> None:
    with stage(sample, digest=DIGEST) as staged:
        seen = everything(staged)
        assert not Path("/proc/self/fd").exists() or list(open_temporary_files())
    assert set(re.findall(r"FICTIF-[A-Z][0-9]?-[0-9]+", seen)) == {
        record.head.split()[-1] for record in read_lists(sample) if record.head
    }
    for personal in ("01/01/1900", "Lieu-Fictif", "(fictif)", "Belge"):
        assert personal not in seen
    assert list(temporary.iterdir()) == []


def test_members_do_not_stand_in_the_words_for_a_record() -> None:
    assert "members" not in repr(next(read_lists(FIRST_2026, digest=DIGEST)))


def test_the_temporary_file_is_private_and_gone_afterwards_in_every_case(temporary: Path, folder: Path) -> None:
    with stage(FIRST_2026) as staged:
        assert staged.spool.mode == 0o600
        records = staged.records()
        next(records)
    with pytest.raises(ValueError, match="closed"):
        next(staged.records())

    bad = written(folder, FIRST_2026.read_bytes().replace(b'"4"', b'"x"'))
    with pytest.raises(Unusable), stage(bad):
        pass
    with pytest.raises(KeyboardInterrupt), stage(FIRST_2026):
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_without_room_for_a_temporary_file_it_is_said_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(Unusable, match=r"absent: .*expected room for a temporary file"), stage(FIRST_2026):
        pass


def test_nothing_is_given_out_of_a_file_with_one_fault_at_its_end(folder: Path) -> None:
    path = written(folder, FIRST_2026.read_bytes().rstrip()[:-30])
    records: list[ListRecord] = []
    with pytest.raises(Unusable, match="line 34: "):
        records.extend(read_lists(path))
    assert records == []


def test_memory_stays_small_in_any_order_of_many_rows(folder: Path) -> None:
    header, first, *_rest = FIRST_2026.read_text("utf-8-sig").splitlines()
    rows = [
        first.replace('"13055"', f'"{code}"').replace('"OUI";"1"', f'"";"{order}"')
        for order in range(1, 31)
        for code in range(13001, 14001)
    ]
    path = written(folder, "\n".join([header, *rows]).encode())
    del rows
    tracemalloc.start()
    try:
        with stage(path, digest=DIGEST) as staged:
            assert (staged.rows, staged.lists) == (30_000, 1_000)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A national file has fifty times as many lists: what one costs decides.
    assert peak < 3_000_000 < path.stat().st_size

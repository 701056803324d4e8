"""Damaged files: thousands of mutations of the samples never crash, never half import, and always say what is wrong."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pledgebot.domain.election import ListRecord
from pledgebot.domain.errors import Unusable
from pledgebot.importers.digests import DIGEST_BYTES, name_digest
from pledgebot.importers.lists import read_lists
from pledgebot.importers.staging import stage

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = (
    "candidats-2020-sample.txt",
    "candidats-2020-t2-sample.txt",
    "candidats-2026-sample.csv",
    "candidats-2026-t2-sample.csv",
)
DIGEST = name_digest(b"a secret for tests")
NASTY = (
    b"", b'"', b";", b"\t", b",", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xe9", b"\x81", b"\xc3\xa9", b'";"', b"0",
    b"-1", b"999999", b"OUI", b"1", b"SR01", b"\xef\xbb\xbf", b"\xff\xfe", b"=", b"\xef\xbf\xbd", b"A" * 200_000,
)  # fmt: skip
FAULT = re.compile(r"line [0-9]+: .+|and [0-9]+ more faults?|larger than .+|text in no known encoding .+", re.DOTALL)

Change = Callable[[random.Random, bytes], bytes]


def insert(rng: random.Random, content: bytes) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + rng.choice(NASTY) + content[at + rng.choice((0, 0, 1, 2, 30)) :]


def cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randint(0, len(content))]


def noise(rng: random.Random, content: bytes) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + rng.randbytes(rng.randint(1, 8)) + content[at + rng.randint(0, 8) :]


def lines_moved(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines.insert(to, lines[at] if rng.random() < 0.5 else lines.pop(at))
    return b"".join(lines)


def shuffled(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    head, rows = lines[:3], lines[3:]
    rng.shuffle(rows)
    return b"".join(head + rows)


def cell_changed(rng: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    mark = b";" if b'";"' in content else b"\t"
    cells = lines[at].split(mark)
    place = rng.randrange(len(cells))
    cells[place : place + rng.choice((0, 1, 1, 2))] = rng.choice(([], [b""], [cells[-1]], [b"x", b"y"]))
    lines[at] = mark.join(cells)
    return b"\n".join(lines)


def recoded(rng: random.Random, content: bytes) -> bytes:
    text = content.decode(rng.choice(("utf-8", "latin-1")), errors="replace")
    return text.encode(rng.choice(("utf-8", "latin-1", "utf-16", "cp1252", "utf-8-sig")), errors="replace")


def replaced(rng: random.Random, content: bytes) -> bytes:
    old = rng.choice((b"\t", b";", b'"', b"1", b"13", b"\r\n", b"EXEMPLE", b"Liste", b"Nuance", b"FICTIF"))
    return content.replace(old, rng.choice(NASTY[:-1]), rng.choice((-1, 1, 3)))


def twice(_rng: random.Random, content: bytes) -> bytes:
    return content + content


CHANGES: tuple[Change, ...] = (insert, cut, noise, lines_moved, shuffled, cell_changed, recoded, replaced, twice)


def mutated(rng: random.Random, content: bytes) -> bytes:
    for change in rng.choices(CHANGES, (6, 2, 4, 3, 1, 6, 1, 2, 0.5), k=rng.randint(1, 4)):
        content = change(rng, content)
    return content


def read(path: Path) -> tuple[list[ListRecord], str | None]:
    """Return the records that came of a file, and the error that ended them."""
    came: list[ListRecord] = []
    try:
        for record in read_lists(path, digest=DIGEST):
            came.append(record)  # noqa: PERF402 - what came before an error is the point
    except Unusable as error:
        return came, str(error)
    return came, None


def check(path: Path) -> bool:
    """Read one file by both roads and tell whether it was accepted."""
    came, error = read(path)
    if error is not None:
        nothing, *faults = error.split(f"{path}: ")
        assert (came, nothing) == ([], "")
        assert faults
        assert all(FAULT.fullmatch(fault.rstrip("\n")) for fault in faults)
        return False
    with stage(path, digest=DIGEST) as staged:
        assert list(staged.records()) == came
        assert len(came) == staged.lists <= staged.rows
        assert staged.constituencies == len({record.constituency for record in came})
        assert all(staged.repaired > 0 or " read as UTF-8" in repair for repair in staged.repairs)
        if staged.form is not None:
            assert staged.dropped == staged.rows - sum(record.head is not None for record in came)
            assert all(record.panel and len(record.members) >= DIGEST_BYTES for record in came)
            assert sum(len(record.members) for record in came) <= staged.rows * DIGEST_BYTES
            assert len({(record.constituency, record.panel) for record in came}) == len(came)
    assert all(record.name and record.constituency and record.line > 0 for record in came)
    assert not any("\0" in repr(vars(record)) for record in came)
    return True


def campaign(path: Path, sample: str, count: int) -> None:
    content = (SAMPLES / sample).read_bytes()
    accepted = 0
    for number in range(count):
        seed = f"{sample} {number}"
        path.write_bytes(mutated(random.Random(seed), content))  # noqa: S311 - repeatable damage
        try:
            accepted += check(path)
        except Exception as error:
            raise AssertionError(f"mutation {seed!r}") from error
    # A campaign that accepts everything, or nothing, would prove nothing.
    assert count / 50 < accepted < count / 2


@pytest.mark.parametrize("sample", FILES)
def test_a_hundred_mutations_of_each_sample_are_read_or_refused(tmp_path: Path, sample: str) -> None:
    campaign(tmp_path / "damaged", sample, 100)


@pytest.mark.long
@pytest.mark.parametrize("sample", FILES)
def test_ten_thousand_mutations_of_the_samples_are_read_or_refused(tmp_path: Path, sample: str) -> None:
    campaign(tmp_path / "damaged", sample, 2_500)

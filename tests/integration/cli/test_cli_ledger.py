"""`pledgebot ledger`: exported, verified by anyone, and every change found."""

import json
from pathlib import Path

import pytest

from factories.command_line import CommandLine

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def exported(told: CommandLine) -> Path:
    """The export of a ledger of two entries."""
    told.confirm(told.numbers["waiting"])
    assert told.done("ledger", "export", "ledger.jsonl") == "wrote 2 entries to ledger.jsonl\n"
    return told.folder / "ledger.jsonl"


@pytest.mark.engines("sqlite", "postgresql")
def test_the_export_is_verified_without_the_database(told: CommandLine, exported: Path) -> None:
    own = told.done("ledger", "verify")
    assert own.startswith("2 entries verified; head ")
    (told.folder / "config.toml").unlink()
    assert told.done("ledger", "verify", "ledger.jsonl") == own
    assert told.done("ledger", "verify", "ledger.jsonl", "--head", own.split()[-1].upper()) == own
    assert exported.exists()


def test_words_with_other_ends_of_lines_are_verified_too(cli: CommandLine) -> None:
    cli.confirm(cli.record("{a}", "cameras=committed", quote="We will\u2028do\u0085it."))
    cli.done("ledger", "export", "ledger.jsonl")
    assert "\u2028" in (cli.folder / "ledger.jsonl").read_text("utf-8")
    assert cli.done("ledger", "verify", "ledger.jsonl") == cli.done("ledger", "verify")


def test_the_export_names_no_organizer(told: CommandLine, exported: Path) -> None:
    text = exported.read_text("utf-8")
    assert told.done("organizers", "show")
    assert "Alix" not in text
    assert "Noé" not in text


def test_an_unknown_head_is_a_missing_tail(told: CommandLine, exported: Path) -> None:
    first, _second = exported.read_text("utf-8").splitlines()
    head = told.done("ledger", "verify").split()[-1]
    (told.folder / "short.jsonl").write_text(first + "\n", "utf-8")
    told.done("ledger", "verify", "short.jsonl")
    told.refused("ledger", "verify", "short.jsonl", "--head", head, status=1, saying="the end of the ledger is missing")
    told.refused("ledger", "verify", "--head", "0f0f", status=1, saying="no entry has the hash 0f0f")


def flipped(text: str, place: int) -> str:
    """Return a text with the character at a place replaced by another letter or digit."""
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def test_one_changed_byte_is_found(told: CommandLine, exported: Path, subtests: pytest.Subtests) -> None:
    whole = exported.read_text("utf-8")
    for word in ('\\"committed', "We will do it", '"salt": "0', '"hash": "0', "2020-02-01", '"seq": 2'):
        place = whole.index(word.rstrip("0")) + len(word) - 1
        exported.write_text(flipped(whole, place), "utf-8")
        with subtests.test(word):
            outcome = told("ledger", "verify", "ledger.jsonl")
            assert (outcome.status, outcome.out) == (1, ""), outcome
            assert outcome.err.startswith("link "), outcome


def reordered(lines: list[str]) -> list[str]:
    """Return the lines in another order."""
    return lines[::-1]


def beheaded(lines: list[str]) -> list[str]:
    """Return the lines without the first."""
    return lines[1:]


def doubled(lines: list[str]) -> list[str]:
    """Return the lines with the first one twice."""
    return [lines[0], *lines]


def renamed(lines: list[str]) -> list[str]:
    """Return the lines with another list's name in the first."""
    entry = json.loads(lines[0])
    entry["fields"]["name"]["text"] = "Liste Exemple Z"
    return [json.dumps(entry), *lines[1:]]


def test_a_missing_moved_or_renamed_entry_is_found(
    told: CommandLine, exported: Path, subtests: pytest.Subtests
) -> None:
    whole = exported.read_text("utf-8").splitlines()
    for change in (reordered, beheaded, doubled, renamed):
        exported.write_text("\n".join(change(whole)) + "\n", "utf-8")
        with subtests.test(change.__name__):
            outcome = told("ledger", "verify", "ledger.jsonl")
            assert (outcome.status, outcome.out) == (1, ""), outcome
            assert outcome.err.startswith("link "), outcome


NO_LEDGERS = {
    b"\xff\xfe": "not UTF-8",
    b"{}\nnonsense\n": "line 2: not JSON",
    b"[]\n": "line 1: not an entry of a ledger",
    b"{}\n": "not an entry of a ledger",
    b"[" * 100_000: "not JSON",
}


def test_a_file_that_is_no_ledger_is_said_in_one_line(cli: CommandLine, subtests: pytest.Subtests) -> None:
    for content, saying in NO_LEDGERS.items():
        (cli.folder / "other.jsonl").write_bytes(content)
        with subtests.test(saying):
            cli.refused("ledger", "verify", "other.jsonl", status=1, saying=saying)


def test_an_export_never_overwrites_and_needs_a_folder(told: CommandLine, exported: Path) -> None:
    before = exported.read_bytes()
    told.refused("ledger", "export", "ledger.jsonl", status=1, saying="ledger.jsonl: File exists")
    told.refused("ledger", "export", "missing/ledger.jsonl", status=1, saying="No such file or directory")
    told.refused("ledger", "export", ".", status=1, saying=".: ")
    told.refused("ledger", "verify", "missing.jsonl", status=1, saying="missing.jsonl: cannot be read")
    assert exported.read_bytes() == before


def test_an_empty_ledger_is_whole(bare: CommandLine) -> None:
    assert bare.done("ledger", "verify").startswith("0 entries verified; head 0000")
    assert bare.done("ledger", "export", "empty.jsonl") == "wrote 0 entries to empty.jsonl\n"
    assert bare.done("ledger", "verify", "empty.jsonl").startswith("0 entries verified")

"""`pledgebot board export` writes the board, says how much, and refuses what it must not touch in one line."""

import json
import re

import pytest

from factories.command_line import CommandLine

pytestmark = pytest.mark.engines("sqlite")


def test_the_board_is_exported_and_its_ledger_can_be_verified(cli: CommandLine) -> None:
    cli.confirm(cli.record("{a}", "cameras=committed"))
    said = cli.done("board", "export", "public")
    assert re.fullmatch(r"\d+ files, \d+\.\d MB in public\n", said)
    verified = cli.done("ledger", "verify", "public/data/ledger.jsonl")
    last = json.loads((cli.folder / "public/data/stances.json").read_text("utf-8"))["last_entry"]
    assert verified == f"1 entries verified; head {last['hash']}\n"
    assert "Collectif Exemple" in (cli.folder / "public/index.html").read_text("utf-8")
    assert not re.search(
        "Alix|Noé", "".join(one.read_text("utf-8") for one in (cli.folder / "public").rglob("*.json*"))
    )


def test_a_folder_of_somebody_else_is_refused(cli: CommandLine) -> None:
    cli.refused("board", "export", ".", status=1, saying="which is not of an exported board; name another folder")

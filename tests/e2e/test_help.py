"""Help: quick, since nothing heavy is imported for it, and there for every command."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from factories.processes import PLEDGEBOT, run
from pledgebot.cli.main import app, main

HEAVY = {
    "alembic",
    "apscheduler",
    "babel",
    "mastodon",
    "prompt_toolkit",
    "psycopg",
    "pydantic",
    "rapidfuzz",
    "rich",
    "sqlalchemy",
    "telegram",
}

PROBE = """
import json, sys
sys.argv = ["pledgebot", *json.loads(sys.argv[1])]
from pledgebot.cli.main import main
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "by_typer"),
    [
        (["--help"], set()),
        # Typer itself asks pydantic to check the numbers among a command's options.
        (["answers", "--help"], {"pydantic"}),
        (["answers", "record", "--help"], {"pydantic"}),
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str], by_typer: set[str], tmp_path: Path) -> None:
    done = run(json.dumps(arguments), folder=tmp_path, program=(sys.executable, "-c", PROBE))
    assert done.returncode == 0, done.stderr
    imported = set(json.loads(done.stderr))
    assert "pledgebot" in imported
    assert (imported & HEAVY) - by_typer == set()


def commands(group: TyperGroup, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command and group."""
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, TyperGroup):
            yield from commands(command, (*before, name))
        else:
            assert isinstance(command, TyperCommand)


def every_command() -> list[tuple[str, ...]]:
    """Return the words of every command."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    return list(commands(root))


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pledgebot", *words, "--help"])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert (left.value.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: pledgebot {' '.join(words)} ")
    explained = said.out.split("\n\n")[1]
    assert len(explained.split()) > 1


def test_the_names_of_the_commands_are_those_of_the_design() -> None:
    names = {" ".join(words) for words in every_command()}
    expected = {
        "init", "run", "demo", "chat", "doctor", "calendar", "db upgrade", "db check", "lists add", "lists edit",
        "lists alias", "lists withdraw", "lists merge", "lists import", "lists show", "answers record",
        "answers confirm", "answers reject", "answers correct", "answers withdraw", "answers undo", "answers show",
        "answers import", "answers export", "outreach log", "outreach report", "deliveries show", "organizers add",
        "organizers remove", "organizers show", "ledger verify",
    }  # fmt: skip
    assert expected <= names


def test_the_console_script_and_the_module_are_the_same_program(tmp_path: Path) -> None:
    script = run("--help", folder=tmp_path, program=(str(Path(sys.executable).with_name("pledgebot")),))
    module = run("--help", folder=tmp_path, program=PLEDGEBOT)
    assert script.returncode == module.returncode == 0
    assert script.stdout.splitlines()[2:] == module.stdout.splitlines()[2:]

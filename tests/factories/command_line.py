"""An installation in a folder, and the command line called inside the test's own process."""

import io
import json
import re
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from factories.services import everything
from pledgebot.cli.main import main
from pledgebot.store.engine import Database

FAR_ROUNDS = (date(2099, 3, 15), date(2099, 3, 22))
"""Polling days so far away that no test runs inside their silence, and that the first round is the current one."""

SAID = "2020-02-01"
"""A day that is past whenever the tests run."""

Rows = dict[str, list[tuple[object, ...]]]


UNASKED = """
[limits]
lists_changed = 100000
most_receivers = 1000000
"""
"""However much a test tells within the hour, nobody is asked first."""


def config_text(url: str, rounds: tuple[date, ...] = FAR_ROUNDS) -> str:
    """Return the configuration of a fictional installation: the letter of Marseille, the console."""
    tables = "".join(
        f"[[election.rounds]]\nnumber = {number}\ndate = {day}\ncloses = 20:00:00\n"
        for number, day in enumerate(rounds, start=1)
    )
    return f"""
letter = "builtin:marseille-2020"
languages = ["fr", "en"]
fictional = true
[database]
url = "{url}"
[legal]
publisher = "Collectif Exemple"
contact = "contact@exemple.invalid"
host = "Hébergeur Exemple"
[election]
zone = "Europe/Paris"
[election.name]
fr = "Élections municipales (exemple)"
en = "Municipal elections (example)"
{tables}
[[election.constituencies]]
code = "13055"
label = "Marseille"
aliases = ["13001"]
{UNASKED}
[[destinations]]
channel = "console"
address = "terminal"
language = "fr"
"""


@dataclass(frozen=True)
class Outcome:
    """What a command gave: its exit status, and what it wrote."""

    command: str
    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything that was written."""
        return self.out + self.err


@dataclass(frozen=True)
class CommandLine:
    """`pledgebot` in a folder whose configuration names a database."""

    folder: Path
    database: Database
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    numbers: dict[str, int] = field(default_factory=dict)
    """Numbers by which the arguments of a test may refer to what the fixture made, such as `{a}`."""

    def __call__(self, *arguments: str, typed: str | None = None) -> Outcome:
        """Run a command; `typed` is what stands in the pipe of its standard input."""
        self.capture.readouterr()
        self.patch.setattr(sys, "argv", ["pledgebot", *(self._named(argument) for argument in arguments)])
        if typed is not None:
            self.patch.setattr(sys, "stdin", io.StringIO(typed))
        try:
            main()
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else int(left.code is not None)
        else:
            status = 0
        written = self.capture.readouterr()
        return Outcome(" ".join(sys.argv), status, written.out, written.err)

    def _named(self, argument: str) -> str:
        for name, number in self.numbers.items():
            argument = argument.replace(f"{{{name}}}", str(number))
        return argument

    def done(self, *arguments: str, typed: str | None = None) -> str:
        """Run a command that has to work and to complain of nothing; return what it wrote."""
        outcome = self(*arguments, typed=typed)
        assert (outcome.status, outcome.err) == (0, ""), outcome
        return outcome.out

    def data(self, *arguments: str) -> list[dict[str, object]]:
        """Run a command with `--json`, and return what it printed."""
        parsed = json.loads(self.done(*arguments, "--json"))
        assert isinstance(parsed, list)
        return parsed

    def refused(self, *arguments: str, status: int, saying: str, lines: int = 1) -> Outcome:
        """Run a command that has to be refused, in one clear line, and to change nothing."""
        before = self.rows()
        outcome = self(*arguments)
        assert outcome.status == status, outcome
        assert saying.casefold() in outcome.err.casefold(), outcome
        assert "Traceback" not in outcome.text
        if status == 1:
            assert len(outcome.err.splitlines()) == lines, outcome.err
            assert outcome.err.strip() == outcome.err.rstrip("\n"), outcome.err
        assert self.rows() == before
        return outcome

    @property
    def url(self) -> str:
        """The URL of the database, as a configuration names it."""
        return self.database.url.render_as_string(hide_password=False)

    def record(self, which: str, *positions: str, by: str = "Alix", quote: str = "We will do it.") -> int:
        """Record a letter of a list, and return the number of the entry."""
        taken = [word for position in positions for word in ("--position", position)]
        written = self.done(
            "answers", "record", which, *taken, "--source", "letter", "--said-on", SAID, "--quote", quote, "--as", by
        )  # fmt: skip
        found = re.search(r"Entry (\d+) waits", written)
        assert found is not None, written
        return int(found[1])

    def confirm(self, number: int, *, by: str = "Noé", version: int = 1) -> str:
        """Confirm an entry, and return what was said."""
        return self.done("answers", "confirm", str(number), "--version", str(version), "--as", by)

    def rows(self) -> Rows:
        """Return every row of every table."""
        return everything(self.database)

    def entry(self, number: int) -> dict[str, object]:
        """Return one entry as `answers show N --json` prints it."""
        [entry] = self.data("answers", "show", str(number))
        return entry

    def pending(self) -> list[int]:
        """Return the numbers of the entries that wait."""
        return [int(str(facts["answer"])) for facts in map(facts_of, self.data("answers", "show"))]


def facts_of(entry: dict[str, object]) -> dict[str, object]:
    """Return the facts of an entry."""
    facts = entry["facts"]
    assert isinstance(facts, dict)
    return facts


def positions_of(entry: dict[str, object]) -> dict[str, str]:
    """Return demand → position of an entry."""
    stances = facts_of(entry)["stances"]
    assert isinstance(stances, list)
    return {stance["demand"]: stance["position"] for stance in stances}

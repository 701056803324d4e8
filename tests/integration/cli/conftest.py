"""An installation on each engine, with people and lists, and the command line in its folder."""

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from factories.command_line import SAID, CommandLine, config_text
from factories.services import Positions, a_list, add_people, an_answer, confirm, quoting, record
from pledgebot.bootstrap import opened_bot
from pledgebot.domain.answer import Position, SourceKind, SpeakerRole
from pledgebot.services.answers import NewAnswer, Subject
from pledgebot.services.people import find_actor
from pledgebot.store.engine import Database


@pytest.fixture
def bare(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """A configured installation in which nobody and nothing is known yet; its messages are in English."""
    cli = _command_line(tmp_path, database, monkeypatch, capsys)
    (tmp_path / "config.toml").write_text(config_text(cli.url), "utf-8")
    return cli


@pytest.fixture
def empty(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[CommandLine]:
    """The command line in a folder where nothing is."""
    folder = tmp_path / "empty"
    folder.mkdir()
    elsewhere = Database(sqlite_url)
    yield _command_line(folder, elsewhere, monkeypatch, capsys)
    elsewhere.close()


def _command_line(
    folder: Path, database: Database, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
) -> CommandLine:
    for name in [name for name in os.environ if name.startswith("PLEDGEBOT_")]:
        patch.delenv(name)
    patch.setenv("LC_ALL", "C.UTF-8")
    patch.chdir(folder)
    return CommandLine(folder, database, patch, capture)


@pytest.fixture
def cli(bare: CommandLine) -> CommandLine:
    """An installation with Alix (admin), Noé (recorder and verifier), Zoé (recorder), and three lists.

    `{a}` stands alone, `{b}` and `{c}` under the banner "Bannière Exemple".
    """
    with opened_bot(bare.folder / "config.toml", stream=sys.stderr) as bot, bot.database.begin() as session:
        now = bot.clock.now()
        alix, _noe, _zoe = add_people(session, now)
        bare.numbers["a"] = a_list(session, "Liste Exemple A", alix, now, panel=1, head="Ada Exemple")
        bare.numbers["b"] = a_list(session, "Liste Exemple B", alix, now, panel=2, banner="Bannière Exemple")
        bare.numbers["c"] = a_list(session, "Liste Exemple C", alix, now, banner="Bannière Exemple")
    return bare


@pytest.fixture
def told(cli: CommandLine) -> CommandLine:
    """The same, with an entry on list A that waits (`{waiting}`) and one on list B that is confirmed (`{confirmed}`)."""
    committed: Positions = {"cameras": Position.COMMITTED}
    mixed: Positions = {"cameras": Position.PARTIAL, "committee": Position.REFUSED}
    with opened_bot(cli.folder / "config.toml", stream=sys.stderr) as bot, bot.database.begin() as session:
        now = bot.clock.now()
        alix, noe = find_actor(session, "Alix", "chat"), find_actor(session, "Noé", "chat")
        cli.numbers["waiting"] = record(session, _letter(cli.numbers["a"], committed), alix, now)
        cli.numbers["confirmed"] = record(session, _letter(cli.numbers["b"], mixed), alix, now)
        confirm(session, cli.numbers["confirmed"], noe, now)
    return cli


def _letter(number: int, positions: Positions) -> NewAnswer:
    """Return a letter of a list, in the words that the command line's own tests use."""
    return an_answer(
        Subject(number),
        positions,
        said=date.fromisoformat(SAID),
        source=SourceKind.LETTER,
        speaker=None,
        role=SpeakerRole.LIST,
        proofs=(quoting("We will do it.", url=None),),
    )

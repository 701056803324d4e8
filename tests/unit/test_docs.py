"""The documents say what is true: commands exist, links lead somewhere, nothing is left out or given away."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from pledgebot.chat.grammar import VERB_WORDS, Verb, parse
from pledgebot.chat.terminal import LEAVE
from pledgebot.cli.main import app
from pledgebot.config.fields import every_key
from pledgebot.config.shape import Settings
from pledgebot.config.starting import write_starting_files
from pledgebot.domain.words import normalise

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "docs" / "organizer.en.md", ROOT / "docs" / "organizer.fr.md"]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
WITH_COMMANDS = [*DOCUMENTS, ROOT / "pledgebot" / "letters" / "README.md"]

_FENCE = re.compile(r"^([ ]*)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted|npmjs|crates\.io|proxy\.golang|rubygems|ghcr\.io|docker\.io|--index-url|--extra-index"
)
_MACHINE = re.compile(r"/(?:work|root|tmp|Users)/|/home/\w|[A-Z]:\\")

Command = TyperGroup | TyperCommand


@dataclass(frozen=True)
class Quoted:
    """One command as a document quotes it."""

    document: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Name the command in a test's report."""
        return f"{self.document}: {shlex.join(self.words)}"


def blocks(text: str, *languages: str) -> list[str]:
    """Return the fenced blocks in these languages, without their indent."""
    return [
        "\n".join(line.removeprefix(found[1]) for line in found[3].splitlines())
        for found in _FENCE.finditer(text)
        if found[2] in languages
    ]


def shell_lines(text: str) -> list[str]:
    """Return the lines of a document's shell blocks, those that go on joined."""
    return [line.strip() for block in blocks(text, "sh") for line in block.replace("\\\n", " ").splitlines()]


def command(line: str) -> tuple[str, ...]:
    """Return the words behind `pledgebot` in a line of shell; none when it calls something else."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    if not words or Path(words[0]).name != "pledgebot":
        return ()
    return tuple(words[1:])


def in_blocks(document: Path) -> Iterator[Quoted]:
    """Walk the pledgebot commands of a document's shell blocks."""
    for line in shell_lines(document.read_text("utf-8")):
        if words := command(line):
            yield Quoted(document.name, words)


def in_sentences(document: Path) -> Iterator[Quoted]:
    """Walk the pledgebot commands that stand inside sentences, which may hold placeholders."""
    for span in _INLINE.findall(_FENCE.sub("", document.read_text("utf-8"))):
        if re.match(r"(\S*/)?pledgebot \w", span):
            yield Quoted(document.name, command(span))


ALL_IN_BLOCKS = [quoted for document in WITH_COMMANDS for quoted in in_blocks(document)]
ALL_IN_SENTENCES = [quoted for document in WITH_COMMANDS for quoted in in_sentences(document)]


@cache
def tree() -> TyperGroup:
    """Return the whole command line, as Typer builds it."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def leaf(words: tuple[str, ...]) -> tuple[Command, list[str]]:
    """Return the command that some words name, and the words behind its name."""
    found: Command = tree()
    rest = list(words)
    while rest and rest[0] in below(found):
        found = below(found)[rest.pop(0)]
    return found, rest


def below(found: Command) -> dict[str, Command]:
    """Return the commands of a group by name, none for a command."""
    commands = found.commands if isinstance(found, TyperGroup) else {}
    return {name: one for name, one in commands.items() if isinstance(one, TyperGroup | TyperCommand)}


def options(found: Command) -> set[str]:
    """Return the options of a command, also those that switch something off."""
    return {name for option in found.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}


def test_there_are_commands_to_check() -> None:
    assert len(ALL_IN_BLOCKS) > 60
    assert len(ALL_IN_SENTENCES) > 20


@pytest.mark.parametrize("quoted", ALL_IN_BLOCKS, ids=str)
def test_a_command_in_a_block_is_understood_with_all_its_options(quoted: Quoted) -> None:
    found, rest = leaf(quoted.words)
    assert not below(found), f"{quoted}: no such command"
    found.make_context(quoted.words[0], rest)


@pytest.mark.parametrize("quoted", ALL_IN_SENTENCES, ids=str)
def test_a_command_in_a_sentence_exists_with_the_options_that_it_names(quoted: Quoted) -> None:
    found, rest = leaf(quoted.words)
    assert not (rest and below(found)), f"{quoted}: no such command"
    assert {word for word in rest if word.startswith("--")} <= options(found)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_an_option_in_a_sentence_of_the_guide_belongs_to_some_command(guide: Path) -> None:
    named = {
        word
        for span in _INLINE.findall(_FENCE.sub("", guide.read_text("utf-8")))
        for word in re.findall(r"(?<!\S)--[a-z-]+", span)
    }
    assert named
    assert named <= every_option(tree())


def every_option(found: Command) -> set[str]:
    """Return the options of a command and of those below it."""
    return options(found).union(*(every_option(one) for one in below(found).values()))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_what_the_guide_types_in_the_chat_is_understood(guide: Path) -> None:
    text = guide.read_text("utf-8")
    lines = [line for block in blocks(text, "text") for line in block.splitlines() if line.startswith("/")]
    spans = [span for span in _INLINE.findall(_FENCE.sub("", text)) if re.match(r"/\w+(\s|$)", span)]
    assert len(lines) > 10
    for said in (*lines, *spans):
        assert said in LEAVE or normalise(said.split()[0][1:]) in VERB_WORDS, said
    logged = next(parse(line) for line in lines if parse(line).verb is Verb.LOG)
    assert logged.about == "Liste Exemple A"
    assert len(logged.fields) > 5
    assert "?" not in logged.fields


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_worked_example_of_the_guide_works(guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the chapter is run, in order, on a new installation, a year before its polling days."""
    monkeypatch.setenv("PLEDGEBOT_CONFIG", str(new_installation(tmp_path)))
    chapter = next(
        part for part in guide.read_text("utf-8").split("\n## ") if part.startswith(("A worked", "Un exemple"))
    )
    commands = [command(line) for line in shell_lines(chapter)]
    last_year = str(datetime.now(UTC).year - 1)
    assert len(commands) > 12
    for words in commands:
        result = CliRunner().invoke(app, [word.replace("2026", last_year) for word in words])
        assert result.exit_code == 0, f"{shlex.join(words)}: {result.output}{result.exception!r}"
    assert "3 entries verified" in result.output


def new_installation(folder: Path) -> Path:
    """Write what `init` writes, with the legal notice filled in and an election that is still to come."""
    config, _letter = write_starting_files(folder, None)
    text = config.read_text("utf-8").replace('contact = "À REMPLIR / FILL IN"', 'contact = "contact@exemple.invalid"')
    next_year = datetime.now(UTC).year + 1
    text = text.replace("À REMPLIR / FILL IN", "Collectif fictif").replace("date = 2026-", f"date = {next_year}-")
    config.write_text(text, "utf-8")
    assert CliRunner().invoke(app, ["db", "upgrade", "--config", str(config)]).exit_code == 0
    return config


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(document: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", document.read_text("utf-8"))):
        if target.startswith(("https://", "mailto:")):
            continue
        name, _mark, anchor = target.partition("#")
        place = (document.parent / name).resolve() if name else document
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as forges make them: small letters, hyphens for spaces, no signs."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "file", [*WITH_COMMANDS, *(ROOT / "docs").glob("*.svg"), *(ROOT / "docs").glob("*.py")], ids=lambda path: path.name
)
def test_no_line_names_a_registry_or_a_machine(file: Path) -> None:
    for line in file.read_text("utf-8").splitlines():
        assert not _REGISTRIES.search(line), line
        assert not _MACHINE.search(line), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_that_are_named_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = document.read_text("utf-8")
    named = [span for span in _INLINE.findall(text) if span.startswith("make ")]
    named += [line for line in shell_lines(text) if line.startswith("make ")]
    assert {words.split()[1] for words in named} <= targets


def test_every_setting_is_in_the_table_for_operators() -> None:
    table = (ROOT / "docs" / "operator.md").read_text("utf-8")
    assert [key for path in every_key(Settings) if f"`{(key := '.'.join(path))}`" not in table] == []


def test_every_library_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    wanted = [*project["project"]["dependencies"], *(name for extra in extras for name in extra)]
    wanted += project["build-system"]["requires"]
    names = {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in wanted}
    reasons = (ROOT / "docs" / "decisions.md").read_text("utf-8").lower()
    assert sorted(name for name in names if name.lower() not in reasons) == []


def test_the_changelog_has_the_version_that_is_built() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_both_guides_have_the_same_chapters_and_commands() -> None:
    english, french = (guide.read_text("utf-8") for guide in GUIDES)
    assert english.count("\n## ") == french.count("\n## ")
    commands = [
        [leaf(command(line))[0].name for line in shell_lines(text) if command(line)] for text in (english, french)
    ]
    assert commands[0] == commands[1]


def test_the_picture_is_small_and_asks_nobody_for_anything() -> None:
    picture = (ROOT / "docs" / "demo.svg").read_text("utf-8")
    assert len(picture.encode()) < 60_000
    assert "url(http" not in picture
    assert set(re.findall(r"https?://[^\s\"<)]+", picture)) <= {
        "http://www.w3.org/2000/svg",
        "https://exemple.invalid/reponse",
    }
    assert "fictional" in picture.replace("\N{NO-BREAK SPACE}", " ").replace("&#160;", " ")

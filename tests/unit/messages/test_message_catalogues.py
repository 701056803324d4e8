"""The tool that keeps the catalogues, on a small package of its own."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

_TOOL = Path(__file__).parents[3] / "tools" / "messages.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", _TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "said.py").write_text(
        'tr._("Hello {name}")\ntr.p("place", "list")\ntr.p("verb", "list")\ntr.n("{count} vote", "{count} votes", n)\n'
    )
    return folder


@pytest.fixture
def locale(tool: ModuleType, package: Path, tmp_path: Path) -> Path:
    """Return complete catalogues of the small package."""
    folder = tmp_path / "locale"
    tool.update(package, folder)
    path = tool.po_path("fr", folder)
    text = path.read_text()
    for empty, filled in (
        ('msgid "Hello {name}"\nmsgstr ""', 'msgid "Hello {name}"\nmsgstr "Bonjour {name}"'),
        ('msgctxt "place"\nmsgid "list"\nmsgstr ""', 'msgctxt "place"\nmsgid "list"\nmsgstr "liste"'),
        ('msgctxt "verb"\nmsgid "list"\nmsgstr ""', 'msgctxt "verb"\nmsgid "list"\nmsgstr "lister"'),
        ('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "{count} voix"\nmsgstr[1] "{count} voix"'),
    ):
        assert empty in text
        text = text.replace(empty, filled)
    path.write_text(text)
    tool.update(package, folder)
    return folder


def test_complete_catalogues_pass(tool: ModuleType, package: Path, locale: Path) -> None:
    assert list(tool.problems(package, locale)) == []


def test_updating_twice_changes_nothing_more(tool: ModuleType, package: Path, locale: Path) -> None:
    before = {path: path.read_bytes() for path in locale.rglob("*.*")}
    tool.update(package, locale)
    assert {path: path.read_bytes() for path in locale.rglob("*.*")} == before


def test_english_is_filled_by_itself(tool: ModuleType, package: Path, locale: Path) -> None:
    (package / "more.py").write_text('tr._("Goodbye")\n')
    tool.update(package, locale)
    assert 'msgid "Goodbye"\nmsgstr "Goodbye"' in tool.po_path("en", locale).read_text()
    assert list(tool.problems(package, locale)) == ["fr: untranslated: 'Goodbye'"]


def test_what_left_the_source_leaves_the_catalogues(tool: ModuleType, package: Path, locale: Path) -> None:
    (package / "said.py").write_text('tr._("Hello {name}")\n')
    tool.update(package, locale)
    assert "vote" not in tool.po_path("fr", locale).read_text()
    assert list(tool.problems(package, locale)) == []


def test_neither_dates_nor_lines_make_a_difference_noisy(tool: ModuleType, locale: Path) -> None:
    text = tool.po_path("fr", locale).read_text()
    assert "Date" not in text
    assert "said.py" not in text


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda text: text.replace('msgid "Hello {name}"\nmsgstr "Bonjour {name}"\n', ""), "missing: 'Hello {name}'"),
        (lambda text: text + '\nmsgid "Gone"\nmsgstr "Parti"\n', "obsolete: 'Gone'"),
        (lambda text: text + '\n#~ msgid "Gone"\n#~ msgstr "Parti"\n', "obsolete: 'Gone'"),
        (lambda text: text.replace('"Bonjour {name}"', '""'), "untranslated: 'Hello {name}'"),
        (lambda text: text.replace('msgid "Hello', '#, fuzzy\nmsgid "Hello'), "fuzzy: 'Hello {name}'"),
        (
            lambda text: text.replace("Bonjour {name}", "Bonjour {nom}"),
            "places differ, name became nom: 'Hello {name}'",
        ),
        (lambda text: text.replace("Bonjour {name}", "Bonjour"), "places differ, name became none: 'Hello {name}'"),
        (
            lambda text: text.replace('msgstr[1] "{count} voix"', 'msgstr[1] ""'),
            "a plural form is missing: '{count} vote'",
        ),
        (lambda text: text.replace('"lister"', '""'), "untranslated: 'list' (verb)"),
        (lambda text: text.replace("Bonjour {name}", "Salut {name}"), "pledgebot.mo is not compiled from pledgebot.po"),
    ],
)
def test_a_spoiled_catalogue_fails(
    tool: ModuleType, package: Path, locale: Path, spoil: Callable[[str], str], problem: str
) -> None:
    path = tool.po_path("fr", locale)
    spoiled = spoil(path.read_text())
    assert spoiled != path.read_text()
    path.write_text(spoiled)
    assert any(line.startswith(f"fr: {problem}") for line in tool.problems(package, locale))


def test_a_missing_file_fails(tool: ModuleType, package: Path, locale: Path) -> None:
    tool.po_path("en", locale).with_suffix(".mo").unlink()
    tool.po_path("fr", locale).unlink()
    problems = list(tool.problems(package, locale))
    assert [problem.split(":")[0] for problem in problems] == ["fr", "en"]
    assert all("is missing" in problem for problem in problems)


def test_wrong_usage_is_told(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["compile"]) == 2
    assert "usage" in capsys.readouterr().err


def test_our_own_catalogues_are_complete(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["check"]) == 0, capsys.readouterr().out

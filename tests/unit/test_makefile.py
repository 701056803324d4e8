"""The two commands that the README promises, and the versions that they build on."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")
PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.+!]*")

REGISTRY = re.compile(
    rb"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang|(?:index-url|find-links|trusted-host)[ =]+[\w.:/]*/"
)
"""How a registry is named: which one is asked is the business of whoever installs, not of a file here."""


def make(*arguments: str) -> str:
    """Run make without building anything, and return what it prints."""
    assert MAKE is not None
    done = subprocess.run([MAKE, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tracked() -> list[Path]:
    """Return the files of the repository, also those that are not committed yet; outside of one, none."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a repository")
    done = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize(
    "target", ["setup", "demo", "test", "test-long", "test-browser", "pictures", "check", "bench", "help"]
)
def test_every_promised_target_is_there_with_a_word_on_it(target: str) -> None:
    assert re.search(rf"^{target}: .*## \S", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    make("--dry-run", target)


def test_make_help_prints_every_target_and_itself() -> None:
    lines = dict(line.split(maxsplit=1) for line in make("--no-print-directory", "help").splitlines())
    documented = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert list(lines) == documented
    assert lines["help"] == "Print this help"


def test_make_alone_helps() -> None:
    assert make("--no-print-directory") == make("--no-print-directory", "help")


def test_every_target_without_a_file_is_declared_phony() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert set(re.findall(r"^([a-z-]+):", text, re.MULTILINE)) == set(phony[1].split())


def test_every_version_is_pinned_and_no_address_is_named() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not PINNED.fullmatch(line)] == []
    names = [line.split("==")[0].casefold().replace("_", "-") for line in lines]
    assert len(set(names)) == len(names)


def test_what_pyproject_asks_for_is_pinned() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    dependencies = re.findall(r'^    "([A-Za-z0-9_-]+)(?:\[[a-z]+\])?[><=]=?', text, re.MULTILINE)
    pinned = {line.split("==")[0].casefold() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    assert len(dependencies) > 10
    assert [name for name in dependencies if name.casefold() not in pinned] == []


def test_no_file_names_a_registry() -> None:
    own = Path(__file__)
    found = [str(path.relative_to(ROOT)) for path in tracked() if path != own and REGISTRY.search(path.read_bytes())]
    assert found == []

"""The wheel as a user gets it: built here, installed into an empty folder, run where the source cannot be seen."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from factories.processes import PATIENCE, environment, run

ROOT = Path(__file__).parents[2]
MAIN = "import sys; from pledgebot.cli.main import main; sys.argv[0] = 'pledgebot'; main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the pinned versions."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-isolation"] if importlib.util.find_spec("hatchling") is not None else []
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", str(folder), str(ROOT)],
        env={**os.environ, "PIP_CONSTRAINT": str(ROOT / "constraints.txt"), "TMPDIR": str(folder)},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE * 5,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def files(wheel: Path) -> frozenset[str]:
    """What is in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel alone was installed."""
    site = tmp_path_factory.mktemp("site")
    installed = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        env=environment(PYTHONWARNINGS="default"),
        cwd=site.parent,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE * 2,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    return site


def test_everything_that_travels_with_pledgebot_is_in_the_wheel(files: frozenset[str]) -> None:
    migrations = {f"pledgebot/_alembic/versions/{path.name}" for path in (ROOT / "alembic" / "versions").glob("*.py")}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pledgebot").rglob("*.py")}
    assert migrations
    assert files >= migrations | modules | {
        "pledgebot/_alembic/env.py",
        "pledgebot/_config.example.toml",
        "pledgebot/fonts/SourceSansPro-LICENSE.txt",
        "pledgebot/fonts/SourceSansPro-Regular.ttf",
        "pledgebot/fonts/SourceSansPro-Semibold.ttf",
        "pledgebot/letters/marseille-2020.toml",
        "pledgebot/locale/en/LC_MESSAGES/pledgebot.mo",
        "pledgebot/locale/fr/LC_MESSAGES/pledgebot.mo",
        "pledgebot/py.typed",
        "pledgebot/samples/municipales-2026-candidatures-exemple-tour-1.csv",
        "pledgebot/web/static/board.css",
        "pledgebot/web/templates/layout.html",
    }


def test_nothing_else_is_in_the_wheel(files: frozenset[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in files} == {"pledgebot"}
    assert [name for name in files if name.endswith(".pyc") or "/tests/" in name or "alembic.ini" in name] == []


def test_its_metadata_name_the_program_the_licence_and_what_it_needs(wheel: Path, files: frozenset[str]) -> None:
    [metadata] = [name for name in files if name.endswith(".dist-info/METADATA")]
    [scripts] = [name for name in files if name.endswith(".dist-info/entry_points.txt")]
    with zipfile.ZipFile(wheel) as archive:
        told, entry_points = archive.read(metadata).decode(), archive.read(scripts).decode()
    assert "Name: pledgebot\n" in told
    assert "License-Expression: MIT\n" in told
    assert "Requires-Dist: sqlalchemy" in told.casefold().replace("requires-dist", "Requires-Dist")
    assert "pledgebot = pledgebot.cli.main:main" in entry_points


def test_the_installed_wheel_works_where_the_source_cannot_be_seen(site: Path, tmp_path: Path) -> None:
    env = environment(PYTHONPATH=str(site), PYTHONSAFEPATH="1", PYTHONDONTWRITEBYTECODE="1")

    def installed(*arguments: str, code: str = MAIN) -> str:
        done = run(*arguments, folder=tmp_path, program=(sys.executable, "-c", code), env=env)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    shown = installed(
        code="import pledgebot, pledgebot.shipped as s; print(pledgebot.__file__); print(s.shipped('alembic'))"
    )
    assert shown.splitlines() == [str(site / "pledgebot" / "__init__.py"), str(site / "pledgebot" / "_alembic")]
    installed("init")
    config = tmp_path / "config.toml"
    assert config.read_bytes() == (ROOT / "config.example.toml").read_bytes()
    filled = config.read_text("utf-8").replace('contact = "À REMPLIR / FILL IN"', 'contact = "a@exemple.invalid"')
    config.write_text(filled.replace("À REMPLIR / FILL IN", "Collectif Exemple"), "utf-8")
    assert "database: up to date" in installed("doctor")
    assert installed("db", "check") == "database: up to date\n"
    config.write_text(config.read_text("utf-8").replace("letter.toml", "builtin:marseille-2020"), "utf-8")
    assert "3 demands" in installed("doctor")
    demo = installed("demo", "--no-chat", "--language", "en")
    assert "3 entries verified" in demo
    assert "Electoral silence" in demo

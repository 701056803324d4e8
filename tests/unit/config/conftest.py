"""A configuration without fault, and a way to spoil it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pledgebot.config import Settings, load_settings
from pledgebot.domain.errors import Unusable

GOOD = """\
letter = "builtin:marseille-2020"
languages = ["fr", "en"]
[database]
url = "sqlite:///pledgebot.db"
[legal]
publisher = "Association Exemple"
contact = "contact@exemple.org"
host = "Hébergeur Exemple, 1 rue de l’Exemple"
[election]
zone = "Europe/Paris"
[election.name]
fr = "Municipales"
en = "Municipal elections"
[[election.rounds]]
number = 1
date = 2026-03-15
closes = 20:00:00
[[election.rounds]]
number = 2
date = 2026-03-22
closes = 19:00:00
[[election.constituencies]]
code = "13055"
label = "Marseille"
aliases = ["13001"]
[[election.constituencies]]
code = "13055SR03"
label = "Secteur 3"
parent = "13055"
[silence]
margin_minutes = 15
[[destinations]]
channel = "console"
address = "terminal"
language = "fr"
[limits]
evidence_megabytes = 5
"""


@pytest.fixture(scope="session")
def good() -> str:
    """Return a configuration without fault."""
    return GOOD


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    """Load the good configuration after replacements of text, under an environment."""

    def load(*replacements: tuple[str, str], environ: Mapping[str, str] | None = None) -> Settings:
        text = GOOD
        for old, new in replacements:
            assert old in text, f"the good configuration holds no {old!r}"
            text = text.replace(old, new)
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path, environ or {})

    return load


@pytest.fixture
def faults(load: Callable[..., Settings], tmp_path: Path) -> Callable[..., list[str]]:
    """Return the lines of the faults that replacements bring about, without the folder."""

    def faults(*replacements: tuple[str, str], environ: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(Unusable) as caught:
            load(*replacements, environ=environ)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return faults

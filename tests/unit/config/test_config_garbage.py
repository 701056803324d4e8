"""Whatever stands in a file, the answer is settings, a letter, or `Unusable`: never another error."""

import tomllib
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledgebot.config import Settings, load_letter, load_settings
from pledgebot.config.fields import every_key
from pledgebot.config.letter import LetterFile, letter_from
from pledgebot.config.settings import settings_from
from pledgebot.config.shape import LETTERS
from pledgebot.domain.errors import Unusable
from pledgebot.domain.letter import Letter

NOWHERE = Path("/nowhere/config.toml")
NAMES = sorted({name for model in (Settings, LetterFile) for path in every_key(model) for name in path})
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        ["fr", "en", "none", "Europe", "builtin:x", "sqlite:///x", "postgresql://", "{list}", "{", "trees"]
    ),
)
VALUES = st.recursive(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(),
        st.floats(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.just(date(1, 1, 1)),
        st.just(datetime(2026, 3, 15)),  # noqa: DTZ001 - TOML knows datetimes without zone
        st.just(time(20)),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | TEXTS, inner, max_size=5),
    max_leaves=12,
)
TABLES = st.dictionaries(st.sampled_from(NAMES) | TEXTS, VALUES, max_size=8)


def places(value: object, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the places of everything inside plain data."""
    steps = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    found = [before] if before else []
    for step in steps:
        found += places(value[step], (*before, step))
    return found


def spoilt(text: str, data: st.DataObject) -> dict[str, object]:
    """Put garbage into some places of a good file."""
    good = tomllib.loads(text)
    for _turn in range(data.draw(st.integers(1, 3))):
        current = good
        *way, last = data.draw(st.sampled_from(places(good)))
        for step in way:
            current = current[step]
        current[last] = data.draw(VALUES)
    return good


@given(TABLES, st.dictionaries(st.sampled_from(["PLEDGEBOT_DATABASE__URL", "PLEDGEBOT_X"]), TEXTS, max_size=1))
def test_any_table_gives_settings_or_is_unusable(table: dict[str, object], environ: dict[str, str]) -> None:
    with pytest.raises(Unusable) as caught:
        settings_from(table, NOWHERE, environ)
    assert "" not in str(caught.value).splitlines()


@given(st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_configuration_that_was_spoilt_gives_settings_or_is_unusable(good: str, data: st.DataObject) -> None:
    try:
        found = settings_from(spoilt(good, data), NOWHERE, {})
    except Unusable:
        return
    assert isinstance(found, Settings)
    assert found.database_url()
    assert found.letter_path().is_file()


@given(st.data())
@settings(max_examples=200)
def test_a_letter_that_was_spoilt_gives_a_letter_or_is_unusable(data: st.DataObject) -> None:
    text = (LETTERS / "marseille-2020.toml").read_text(encoding="utf-8")
    try:
        found = letter_from(spoilt(text, data), NOWHERE)
    except Unusable:
        return
    assert isinstance(found, Letter)
    assert all(set(demand.title) == set(found.languages) for demand in found.demands)


@given(TABLES)
def test_any_table_gives_a_letter_or_is_unusable(table: dict[str, object]) -> None:
    with pytest.raises(Unusable):
        letter_from(table, NOWHERE)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_unusable_in_lines_that_can_be_printed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    for load in (load_letter, lambda file: load_settings(file, {})):
        with pytest.raises(Unusable) as caught:
            load(path)
        assert str(caught.value).encode()
        assert str(caught.value).replace("\n", "").isprintable()


def test_a_key_that_bears_the_librarys_own_mark_is_an_unknown_key_like_any_other() -> None:
    with pytest.raises(Unusable, match="unknown key"):
        letter_from({"[key]": 1}, NOWHERE)

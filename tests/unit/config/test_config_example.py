"""The example is complete, and what `pledgebot init` writes can be used once the legal notice is filled in."""

import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from pledgebot.config import check_letter_fits, load_letter, load_settings, write_starting_files
from pledgebot.config.fields import as_table, every_key, item_of
from pledgebot.config.letter import LetterFile
from pledgebot.config.shape import LETTERS, Settings
from pledgebot.domain.errors import Unusable
from pledgebot.shipped import shipped

EXAMPLE = shipped("config.example.toml")
MARSEILLE = LETTERS / "marseille-2020.toml"
SWITCHED_OFF = re.compile(r"^#(?=[a-z\[])", re.MULTILINE)


def filled_in(text: str) -> str:
    """Fill in the three lines of the legal notice."""
    for key, value in {"publisher": "Association Exemple", "contact": "a@exemple.org", "host": "Hébergeur"}.items():
        text = text.replace(f'{key} = "À REMPLIR / FILL IN"', f'{key} = "{value}"')
    return text


def keys_of(value: object, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk the keys of plain data, those of tables in lists without their places."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from keys_of(inner, (*before, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for item in value:
            yield from keys_of(item, before)
    else:
        yield before


def test_the_example_holds_every_key_and_no_other() -> None:
    example = tomllib.loads(SWITCHED_OFF.sub("", EXAMPLE.read_text(encoding="utf-8")))
    assert set(keys_of(example)) == set(every_key(Settings))


def test_every_key_of_the_example_is_explained_where_it_first_stands() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    # The names of the election are explained at their table, one key for each language.
    for key in {path[-1] for path in every_key(Settings)} - {"fr", "en"}:
        first = next(place for place, line in enumerate(lines) if re.match(rf"#?{key} = ", line))
        assert lines[first - 1].startswith("# "), key


def tables_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Walk a model and the models inside it."""
    yield model
    for info in model.model_fields.values():
        inner = as_table(info.annotation) or as_table(item_of(info.annotation))
        if inner is not None:
            yield from tables_of(inner)


@pytest.mark.parametrize("model", [Settings, LetterFile])
def test_every_key_says_what_it_expects(model: type[BaseModel]) -> None:
    for table in tables_of(model):
        for name, info in table.model_fields.items():
            assert info.description, f"{table.__name__}.{name}"


def test_the_example_is_refused_until_the_legal_notice_is_filled_in_and_for_nothing_else(tmp_path: Path) -> None:
    write_starting_files(tmp_path, None)
    with pytest.raises(Unusable) as caught:
        load_settings(tmp_path / "config.toml", {})
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["legal.publisher", "legal.contact", "legal.host"]
    assert all("still to be filled in; expected" in line for line in lines)


def test_what_init_writes_works_once_the_legal_notice_is_filled_in(tmp_path: Path) -> None:
    config, letter = write_starting_files(tmp_path, None)
    config.write_text(filled_in(config.read_text(encoding="utf-8")), encoding="utf-8")
    settings = load_settings(config, {})
    assert settings.letter_path() == letter
    assert settings.fictional is False
    check_letter_fits(settings, load_letter(letter))


def test_what_init_writes_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    written = write_starting_files(tmp_path, None)
    assert [path.name for path in written] == ["config.toml", "letter.toml"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in written] == [0o600, 0o600]
    assert written[0].read_bytes() == EXAMPLE.read_bytes()
    assert written[1].read_bytes() == MARSEILLE.read_bytes()


def test_a_letter_of_ones_own_is_copied(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(MARSEILLE.read_text(encoding="utf-8").replace("marseille-2020", "ailleurs-2026"), encoding="utf-8")
    folder = tmp_path / "new"
    folder.mkdir()
    _config, letter = write_starting_files(folder, own)
    assert load_letter(letter).key == "ailleurs-2026"


@pytest.mark.parametrize("name", ["config.toml", "letter.toml"])
def test_nothing_is_written_when_one_of_the_files_is_there(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(Unusable) as caught:
        write_starting_files(tmp_path, None)
    assert str(caught.value) == f"{tmp_path / name}: there already; nothing was written"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_link_to_nowhere_counts_as_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "letter.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Unusable, match="there already"):
        write_starting_files(tmp_path, None)
    assert not (tmp_path / "config.toml").exists()


def test_nothing_is_written_for_a_letter_that_cannot_be_used(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('key = "x"')
    with pytest.raises(Unusable, match="demands: missing"):
        write_starting_files(tmp_path, own)
    assert [path.name for path in tmp_path.iterdir()] == ["own.toml"]


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as caught:
        write_starting_files(tmp_path / "nowhere", None)
    assert str(caught.value) == (
        f"{tmp_path / 'nowhere' / 'config.toml'}: cannot be written (No such file or directory); nothing was written"
    )


def test_a_letter_that_lacks_a_language_of_the_configuration_does_not_fit(tmp_path: Path) -> None:
    config, _letter = write_starting_files(tmp_path, None)
    config.write_text(filled_in(config.read_text(encoding="utf-8")), encoding="utf-8")
    own = tmp_path / "own.toml"
    text = MARSEILLE.read_text(encoding="utf-8").replace('languages = ["fr", "en"]', 'languages = ["fr"]')
    own.write_text(re.sub(r'^en = (""".*?"""|".*?")$', "", text, flags=re.MULTILINE | re.DOTALL), encoding="utf-8")
    with pytest.raises(Unusable, match="languages: the letter marseille-2020 is not written in en"):
        check_letter_fits(load_settings(config, {}), load_letter(own))

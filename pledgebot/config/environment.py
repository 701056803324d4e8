"""Lays the environment over what a file says, and fetches secrets from the files that hold them.

`PLEDGEBOT_SECTION__KEY` overrides any single setting. A secret `x` may also be given as `x_file`, the path of a file that
holds it. The environment as a whole goes before the configuration file, whichever of the two forms each of them uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from pydantic import BaseModel, SecretStr

from pledgebot.config.faults import Faults, key_text, nearest, shown
from pledgebot.config.fields import KeyPath, as_table, bare, fixed_keys, leaves, listed, secrets, table_at
from pledgebot.config.reading import reason_of

PREFIX = "PLEDGEBOT_"
NOT_SETTINGS = ("PLEDGEBOT_CONFIG",)
"""Variables of ours that are no settings: where the configuration is."""

_TESTS = "PLEDGEBOT_TEST_"
_FILE = "_FILE"
_LONGEST_SECRET = 65_536
_SWITCH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def variable(path: KeyPath) -> str:
    """Return the name of the environment variable that overrides a setting."""
    return PREFIX + "__".join(path).upper()


def with_sections(model: type[BaseModel], data: Mapping[str, object]) -> dict[str, object]:
    """Copy plain data so that every section of the model is there, empty when it was absent.

    A section that is missing altogether then counts as one in which every required key is missing.
    """
    copy: dict[str, object] = dict(data)
    for name, info in model.model_fields.items():
        inner, table = copy.get(name, {}), as_table(info.annotation)
        if isinstance(inner, Mapping) and table is not None:
            copy[name] = with_sections(table, inner)
        elif isinstance(inner, Mapping) and fixed_keys(bare(info.annotation)):
            copy[name] = dict(inner)
    return copy


def overlay(
    data: dict[str, object], model: type[BaseModel], environ: Mapping[str, str], folder: Path, faults: Faults
) -> None:
    """Put the environment's settings and the secrets' files into plain data; secrets become `SecretStr`.

    Paths of files are relative to the folder. Unknown variables, and secrets that cannot be had, are faults.
    """
    secret = secrets(model)
    for path in secret:
        _settle_secret(data, path, environ, folder, faults)
    for path, kind in leaves(model):
        name, table = variable(path), table_at(data, path[:-1])
        if name in environ and path not in secret and table is not None:
            table[path[-1]] = _converted(environ[name], kind)
            faults.comes_from(path, f"environment: {name}")
    _note_unknown(model, environ, faults)


def _note_unknown(model: type[BaseModel], environ: Mapping[str, str], faults: Faults) -> None:
    known = {variable(path) for path, _kind in leaves(model)} | {variable(path) + _FILE for path in secrets(model)}
    lists = {variable(path) for path in listed(model)}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(_TESTS) or name in known or name in NOT_SETTINGS:
            continue
        if name in lists:
            faults.add_variable(name, "a list; expected in the configuration file, not here")
            continue
        near = nearest(name, sorted(known))
        faults.add_variable(name, f"unknown variable; {f'did you mean {near}?' if near else 'expected a setting'}")


def _converted(text: str, kind: object) -> object:
    """Return a variable's text as its setting's type; text that does not fit is left for validation to refuse."""
    bare_text = text.strip()
    if kind is bool:
        return _SWITCH.get(bare_text.lower(), text)
    try:
        if kind is int:
            return int(bare_text)
        if kind is time:
            return time.fromisoformat(bare_text)
    except ValueError:
        return text
    return bare_text


@dataclass(frozen=True)
class _Given:
    """How a secret was given in one place: itself, or the name of its file, and how a fault names each."""

    value: object
    file: object
    value_name: str
    file_name: str

    @property
    def anything(self) -> bool:
        return self.value is not None or self.file is not None


def _settle_secret(
    data: dict[str, object], path: KeyPath, environ: Mapping[str, str], folder: Path, faults: Faults
) -> None:
    table = table_at(data, path[:-1])
    if table is None:
        return
    key, name, shown_key = path[-1], variable(path), key_text(path)
    in_file = _Given(table.pop(key, None), table.pop(f"{key}_file", None), shown_key, f"{shown_key}_file")
    outside = _Given(environ.get(name), environ.get(name + _FILE), name, name + _FILE)
    given = outside if outside.anything else in_file
    if outside.anything:
        faults.comes_from(path, f"environment: {name if outside.file is None else name + _FILE}")
    if given.value is not None and given.file is not None:
        faults.add_sentence(path, f"both {given.value_name} and {given.file_name} are given; expected one of them")
        faults.settle(path)
    elif given.file is not None:
        table[key] = _from_file(given, path, folder, faults)
    elif given.value is not None:
        table[key] = SecretStr(given.value.strip()) if isinstance(given.value, str) else given.value


def _from_file(given: _Given, path: KeyPath, folder: Path, faults: Faults) -> SecretStr | None:
    """Return the secret that a file holds; None, with the fault noted, when it cannot be had."""
    if not isinstance(given.file, str) or not given.file.strip():
        faults.add_sentence(path, f"{given.file_name} is no path; expected the path of a file that holds the secret")
        faults.settle(path)
        return None
    place = folder / given.file.strip()
    try:
        with place.open("rb") as file:
            content = file.read(_LONGEST_SECRET + 1)
        text, problem = content.decode("utf-8-sig").strip(), None
    except UnicodeDecodeError:
        text, problem = "", "not UTF-8"
    except (OSError, ValueError) as error:
        text, problem = "", reason_of(error)
    if problem is None and (not text or len(content) > _LONGEST_SECRET):
        problem = "empty" if not text else "too large for a secret"
    if problem is not None:
        faults.add_sentence(path, f"its file {shown(str(place), longest=None)} cannot be used ({problem})")
        faults.settle(path)
        return None
    faults.comes_from(path, f"{faults.place_of(path)} (from {shown(str(place), longest=None)})")
    return SecretStr(text)

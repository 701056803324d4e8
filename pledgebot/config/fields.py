"""What the models know about their keys: which there are, what each expects, which are secrets.

Everything is read from the models, so that a key is described in one place.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

Loc = tuple[str | int, ...]
"""Where a value stands: keys of tables and places in lists (from 0), from the outside in."""

KeyPath = tuple[str, ...]
"""The same for a value that stands in no list."""


def bare(annotation: object) -> object:
    """Return a type without what surrounds it: constraints, and that it may be absent."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return bare(next(arg for arg in get_args(annotation) if arg is not type(None)))
    return annotation


def as_table(annotation: object) -> type[BaseModel] | None:
    """Return the model when a type is one."""
    kind = bare(annotation)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def item_of(annotation: object) -> object:
    """Return the type of a list's items, or of a dictionary's values; None for anything else."""
    kind = bare(annotation)
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return arguments[0]
    return arguments[1] if get_origin(kind) is dict else None


def leaves(model: type[BaseModel], before: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Walk the single values of a model that stand in no list: path and type of each."""
    for name, info in model.model_fields.items():
        kind = bare(info.annotation)
        table = as_table(kind)
        if table is not None:
            yield from leaves(table, (*before, name))
        elif get_origin(kind) is dict:
            yield from (((*before, name, key), bare(item_of(kind))) for key in fixed_keys(kind))
        elif get_origin(kind) is not tuple:
            yield (*before, name), kind


def listed(model: type[BaseModel], before: KeyPath = ()) -> Iterator[KeyPath]:
    """Walk the lists of a model that stand in no other list."""
    for name, info in model.model_fields.items():
        table = as_table(info.annotation)
        if table is not None:
            yield from listed(table, (*before, name))
        elif get_origin(bare(info.annotation)) is tuple:
            yield (*before, name)


def secrets(model: type[BaseModel]) -> list[KeyPath]:
    """Return the paths of a model's secrets."""
    return [path for path, kind in leaves(model) if kind is SecretStr]


def fixed_keys(annotation: object) -> tuple[str, ...]:
    """Return the keys that a dictionary may have, when its type names them."""
    kind = bare(annotation)
    keys = get_args(kind)[0] if get_origin(kind) is dict else None
    return tuple(get_args(keys)) if get_origin(keys) is Literal else ()


def choices(kind: object) -> tuple[str, ...]:
    """Return the words that a value may be, when its type names them."""
    if get_origin(kind) is Literal:
        return tuple(str(choice) for choice in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(member.value) for member in kind)
    return ()


def known_keys(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """Return the keys that the table at a place may have: none when there is no table or its keys are free."""
    _info, kind = _descend(model, loc)
    table = as_table(kind)
    if table is None:
        return fixed_keys(kind)
    names: list[str] = []
    for name, info in table.model_fields.items():
        names.append(name)
        if bare(info.annotation) is SecretStr:
            names.append(f"{name}_file")
    return tuple(names)


def expected(model: type[BaseModel], loc: Loc) -> str | None:
    """Return what the innermost described field at a place expects, in words."""
    info, _kind = _descend(model, loc)
    return info.description if info is not None else None


def every_key(model: type[BaseModel], before: KeyPath = ()) -> Iterator[KeyPath]:
    """Walk all keys of a model, also those inside lists (without their places), the way a file writes them."""
    for name, info in model.model_fields.items():
        inner = bare(info.annotation)
        table = as_table(inner) or as_table(item_of(inner))
        if table is not None:
            yield from every_key(table, (*before, name))
        elif fixed_keys(inner):
            yield from ((*before, name, key) for key in fixed_keys(inner))
        else:
            yield (*before, name)
            if inner is SecretStr:
                yield (*before, f"{name}_file")


def table_at(data: Mapping[str, object], path: KeyPath) -> dict[str, object] | None:
    """Return the table at a path of plain data, or None when something else stands in its way."""
    current: object = data
    for name in path:
        current = current.get(name) if isinstance(current, dict) else None
    return current if isinstance(current, dict) else None


def _descend(model: type[BaseModel], loc: Loc) -> tuple[FieldInfo | None, object]:
    info: FieldInfo | None = None
    kind: object = model
    for step in loc:
        table = as_table(kind)
        if table is None:
            kind = item_of(kind)
            continue
        found = table.model_fields.get(str(step))
        if found is None:
            return None, None
        info, kind = found, found.annotation
    return info, kind

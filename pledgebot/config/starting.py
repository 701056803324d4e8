"""Writes the files with which an installation begins."""

import os
from pathlib import Path

from pledgebot.config.letter import load_letter
from pledgebot.config.reading import reason_of
from pledgebot.config.shape import LETTERS
from pledgebot.domain.errors import Unusable
from pledgebot.shipped import shipped

CONFIG, LETTER, EXAMPLE = "config.toml", "letter.toml", "config.example.toml"
_FIRST_LETTER = LETTERS / "marseille-2020.toml"


def write_starting_files(folder: Path, letter: Path | None) -> list[Path]:
    """Write `config.toml` and `letter.toml` into a folder, readable by their owner only; return their paths.

    The letter is a copy of the one given, else of the Marseille letter. Raise `Unusable`, and write nothing, when one of
    the two files is there already, or when the letter given cannot be used.
    """
    source = letter or _FIRST_LETTER
    load_letter(source)
    contents = {folder / CONFIG: _content(shipped(EXAMPLE)), folder / LETTER: _content(source)}
    for path in contents:
        if os.path.lexists(path):
            raise Unusable(f"{path}: there already; nothing was written")
    written: list[Path] = []
    for path, content in contents.items():
        problem = write_private(path, content)
        if problem is not None:
            for done in written:
                done.unlink(missing_ok=True)
            raise Unusable(f"{path}: {problem}; nothing was written")
        written.append(path)
    return written


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = reason_of(error)
    raise Unusable(f"{path}: cannot be read ({problem})")


def write_private(path: Path, content: bytes, *, replace: bool = False) -> str | None:
    """Write a file that only its owner reads; return why it could not be written, leaving nothing of it.

    A file that is there already is such a reason, unless it may be replaced: that happens at once or not at all.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}") if replace else path
    problem = _create(new, content)
    if problem is None and replace:
        try:
            new.replace(path)
        except OSError as error:
            new.unlink(missing_ok=True)
            problem = f"cannot be written ({reason_of(error)})"
    return problem


def _create(path: Path, content: bytes) -> str | None:
    try:
        # Created with its final rights: a moment in which others can read it would be enough.
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return "there already"
    except OSError as error:
        return f"cannot be written ({reason_of(error)})"
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)
        return f"cannot be written ({reason_of(error)})"
    return None

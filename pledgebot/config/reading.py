"""Reads a TOML file; whatever is wrong with the file as a whole is said in one line."""

import re
import tomllib
from pathlib import Path

from pledgebot.config.faults import shown
from pledgebot.domain.errors import Unusable

_PLACED = re.compile(r"(?s)(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")


def read_toml(path: Path, *, hint: str = "") -> dict[str, object]:
    """Return what a TOML file holds.

    Raise `Unusable` when it is not there (the line then ends with the hint), cannot be read, or is not TOML.
    """
    text = read_text(path, hint=hint)
    try:
        return tomllib.loads(text)
    except RecursionError:
        fault = "nested too deeply"
    except ValueError as error:
        # Not only TOMLDecodeError: a number of thousands of digits is a plain ValueError.
        fault = _syntax_fault(str(error), text)
    # Raised here and not inside the handler: an error that is kept as context would carry the file's text along.
    raise Unusable(f"{path}: {fault}")


def read_text(path: Path, *, hint: str = "") -> str:
    """Return a file's text, with or without a byte order mark; raise `Unusable` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        fault = f"not found{hint}"
    except UnicodeDecodeError as error:
        lines = error.object[: error.start].count(b"\n")
        fault = f"line {lines + 1}: not UTF-8"
    except (OSError, ValueError) as error:
        fault = f"cannot be read ({reason_of(error)})"
    raise Unusable(f"{path}: {fault}")


def reason_of(error: OSError | ValueError) -> str:
    """Return why the system does not let us use a file, without the file's content."""
    return error.strerror or "system error" if isinstance(error, OSError) else "not a path"


def _syntax_fault(message: str, text: str) -> str:
    placed = _PLACED.fullmatch(message)
    if placed is None:
        return f"not TOML ({shown(message)})"
    what = shown(placed["what"])
    if placed["line"] is None:
        last = text.count("\n") + 1
        return f"line {last}: not TOML ({what} at the end of the file)"
    return f"line {placed['line']}, column {placed['column']}: not TOML ({what})"

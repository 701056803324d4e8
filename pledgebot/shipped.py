"""Where the files that travel with pledgebot are: in the wheel inside the package, in a source tree at its top."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Return the path of a shipped file or folder, such as `alembic` or `config.example.toml`."""
    inside = _PACKAGE / f"_{name}"
    return inside if inside.exists() else _PACKAGE.parent / name

"""Loads the configuration: file, environment, secrets' files, validation. All faults are said at once."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pledgebot.config.checks import settings_faults
from pledgebot.config.environment import overlay, with_sections
from pledgebot.config.faults import Faults
from pledgebot.config.reading import read_toml
from pledgebot.config.shape import Settings
from pledgebot.domain.errors import Unusable


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a configuration file, overridden by the environment.

    Raise `Unusable`, with one line per fault, when the file or a variable cannot be used. No line holds a secret, nor does
    the error keep one as its cause.
    """
    return settings_from(read_toml(path, hint="; `pledgebot init` writes one"), path, environ)


def settings_from(data: Mapping[str, object], path: Path, environ: Mapping[str, str]) -> Settings:
    """Return the settings that plain data hold; the path names the file in faults and is where relative paths start."""
    folder = path.absolute().parent
    faults = Faults(path, Settings)
    merged = with_sections(Settings, data)
    overlay(merged, Settings, environ, folder, faults)
    settings: Settings | None = None
    try:
        # A table that is not there counts as an empty one: which were there in the file or the environment is kept beside.
        named = frozenset(data) | {name for name, table in merged.items() if table}
        settings = Settings.model_validate(merged, context={"folder": folder, "named": named})
    except ValidationError as error:
        faults.add_validation(error)
    for loc, reason in settings_faults(merged, folder):
        faults.add(loc, reason)
    # Raised here and not inside the handler: pydantic's error would stay behind as context, with everything it looked at.
    faults.raise_any()
    if settings is None:
        raise Unusable(f"{path}: cannot be used")
    return settings

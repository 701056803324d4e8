"""The configuration and the letter: two TOML files, validated so that all faults of one are said at once."""

from pledgebot.config.letter import check_letter_fits, load_letter
from pledgebot.config.settings import load_settings
from pledgebot.config.shape import Settings
from pledgebot.config.starting import write_starting_files

__all__ = ["Settings", "check_letter_fits", "load_letter", "load_settings", "write_starting_files"]

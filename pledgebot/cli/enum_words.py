"""Words on the command line that mean a member of an enum: stored values and everyday words in both languages."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pledgebot.domain.answer import Position, SourceKind, SpeakerRole


def position_word(text: str) -> "Position":
    """Return the position that a word means."""
    from pledgebot.domain.words import POSITION_WORDS, accepted, position_from

    position = position_from(text)
    if position is None:
        raise typer.BadParameter(f"{text!r}: expected {accepted(POSITION_WORDS)}", param_hint="--position")
    return position


def source_word(text: str) -> "SourceKind":
    """Return the kind of source that a word means."""
    from pledgebot.domain.words import SOURCE_WORDS, accepted, source_from

    source = source_from(text)
    if source is None:
        raise typer.BadParameter(f"{text!r}: expected {accepted(SOURCE_WORDS)}", param_hint="--source")
    return source


def role_word(text: str) -> "SpeakerRole":
    """Return the role that a word means."""
    from pledgebot.domain.words import ROLE_WORDS, accepted, role_from

    role = role_from(text)
    if role is None:
        raise typer.BadParameter(f"{text!r}: expected {accepted(ROLE_WORDS)}", param_hint="--role")
    return role

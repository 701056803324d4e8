"""What pressing a button says: a short token that fits Telegram's callback data and its deep links alike.

A token is a verb and its arguments, joined by hyphens: `list-12`, `history-banner-3`, `confirm-12-1`. Both the callback data
(64 bytes) and a deep link's payload (64 characters of A-Z, a-z, 0-9, _ and -) take it as it is, so one reader serves both.
"""

import re
from dataclasses import dataclass

LONGEST = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton and https://core.telegram.org/bots/features#deep-linking"""

_PART = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True)
class Press:
    """What somebody pressed: a verb, and its arguments as they were written."""

    verb: str
    arguments: tuple[str, ...] = ()

    def numbers(self) -> tuple[int, ...] | None:
        """Return the arguments as whole numbers, None when one of them is none."""
        read = tuple(number(argument) for argument in self.arguments)
        known = tuple(one for one in read if one is not None)
        return known if len(known) == len(read) else None


def token(verb: str, *arguments: str | int) -> str:
    """Return the token of a press. Raises `ValueError` for an argument that a token cannot hold, or too many of them."""
    parts = [verb, *(_written(argument) for argument in arguments)]
    made = "-".join(parts)
    if len(made) > LONGEST or not all(map(_PART.fullmatch, parts)):
        raise ValueError(f"not a token: {made!r}")
    return made


def read_token(text: str) -> Press | None:
    """Return what a token says, None for anything that is none: it comes from outside, and may be old or forged."""
    parts = text.split("-")
    if len(text) > LONGEST or not all(map(_PART.fullmatch, parts)):
        return None
    return Press(parts[0], tuple(parts[1:]))


def number(argument: str) -> int | None:
    """Return an argument as the number that `token` was given; a negative one is written with an `n`."""
    digits = argument.removeprefix("n")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return -int(digits) if argument.startswith("n") else int(digits)


def _written(argument: str | int) -> str:
    return f"n{-argument}" if isinstance(argument, int) and argument < 0 else str(argument)

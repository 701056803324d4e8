"""What every page of the board is made from: one moment of the database, and what the operator says of the board."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pledgebot.services.revision import Remembered
from pledgebot.store.engine import Session


@dataclass(frozen=True)
class Masthead:
    """What the configuration says of the board.

    `languages` are those of the installation, the first one first; `root` is the address of the board's root as the world sees
    it, with a slash at its end, None where nobody said it: then no page needs it. `publisher`, `contact` and `host` are the
    legal notice; `licence` is the (name, address) of that of the open data.
    """

    languages: tuple[str, ...]
    root: str | None
    publisher: str
    contact: str
    host: str
    licence: tuple[str, str] = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    bots: Mapping[str, str] = field(default_factory=dict)
    """How the bot is called on each network → where it is found there."""


@dataclass(frozen=True)
class Reading:
    """One look at the database. `as_of` is the moment as of which everything is shown: None for now.

    `now` is the clock's; pages show no moment that depends on it, so that they change only when what they say does. `day` is
    the day whose end is asked for, `unfinished` says that this day is not over; `framed` that it is for a frame elsewhere.
    """

    session: Session
    now: datetime
    as_of: datetime | None
    known: Remembered
    masthead: Masthead
    day: date | None = None
    unfinished: bool = False
    framed: bool = False

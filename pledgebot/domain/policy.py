"""What an installation decided about silence and reminders: kept in the database, so that every mouth follows it."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from pledgebot.domain.brakes import BrakePolicy
from pledgebot.domain.doubts import DoubtPolicy
from pledgebot.domain.election import SILENCE_MARGIN, SilenceRule


class SilenceAnswers(StrEnum):
    """What a follower who asks during the silence hears: a neutral notice, or the state at the silence's start in full."""

    NOTICE = "notice"
    FULL = "full"


class Attach(StrEnum):
    """With which announcements and digests a card goes as a picture: those to the public, those to everybody, none."""

    PUBLIC = "public"
    EVERYWHERE = "everywhere"
    NONE = "none"


@dataclass(frozen=True)
class ReminderPolicy:
    """When reminders come. Days are counted back from a polling day, hours are local ones.

    `days_left` are those of the public's reminders, `last_call` that of the last call to the lists (0: none), `ladder` the
    days after the first letter on which organizers are told to write again.
    """

    days_left: tuple[int, ...] = (30, 14, 7, 3)
    hour: time = time(10)
    last_call: int = 4
    organizers_hour: time = time(9)
    ladder: tuple[int, ...] = (7, 14, 21)


@dataclass(frozen=True)
class Policy:
    """All of it. `negative_days` and `negative_hour` say from when on no new negative entry is published before the vote.

    `removals` says whether a false statement may be removed from what was posted during the silence. `board_url` is the public
    page with the whole table. `publisher` signs what lists are written, `contact` is where they answer, `language` is the one
    in which they are written to. `brakes` say when the bot stops by itself, `doubts` what becomes of a message of which
    nobody knows whether it arrived. `paid_broadcasts` says that organizers may pay for sending faster.
    """

    rule: SilenceRule = SilenceRule.FR_L49
    margin: timedelta = SILENCE_MARGIN
    answers: SilenceAnswers = SilenceAnswers.NOTICE
    removals: bool = False
    negative_days: int = 3
    negative_hour: time = time(12)
    board_url: str | None = None
    publisher: str = ""
    contact: str = ""
    language: str = "fr"
    reminders: ReminderPolicy = field(default_factory=ReminderPolicy)
    brakes: BrakePolicy = field(default_factory=BrakePolicy)
    doubts: DoubtPolicy = field(default_factory=DoubtPolicy)
    paid_broadcasts: bool = False

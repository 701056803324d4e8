"""What reminders say, as frozen facts that can be stored: made when a reminder is raised, worded when it is sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Topics
from pledgebot.domain.brakes import BrakeKind
from pledgebot.domain.election import LineageKind
from pledgebot.domain.progress import Stage

Titles = dict[str, str]
"""One text in several languages, by language code."""


@dataclass(frozen=True)
class RecalledList:
    """One list in a reminder; `since` is the day of what its stage speaks of (None: never contacted).

    `lists` and `banners` are the numbers by which it is followed: its own, and those of what it descends from.
    """

    id: int
    name: str
    panel: int | None
    constituency: str
    constituency_id: int
    stage: Stage
    since: date | None
    lists: tuple[int, ...] = ()
    banners: tuple[int, ...] = ()


@dataclass(frozen=True)
class GoneList:
    """A list that stands no more and went on in no other; `lists` and `banners` are the numbers by which it is followed."""

    id: int
    name: str
    lists: tuple[int, ...] = ()
    banners: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReminderFacts:
    """How many days are left before a round, who has answered and who has not, as it was at `as_of` (by the election's clocks).

    `counts` are the standing lists of the round by stage; `lists` names them where they are few, and is empty where they are
    many. `places` are the numbers of the constituency that it is about and of what this is part of, none where it is about the
    whole election. `silence_begins` is when nothing more is said, `refusals_until` until when a new refusal may be said, both
    by the clocks of the election and None where there is no such moment.
    """

    letter_title: Titles
    election: Titles
    round_number: int
    day: date
    days_left: int
    silence_begins: datetime | None
    counts: dict[Stage, int]
    lists: tuple[RecalledList, ...]
    fictional: bool
    places: tuple[int, ...] = ()
    constituency: str = ""
    refusals_until: datetime | None = None
    as_of: datetime | None = None
    gone: tuple[GoneList, ...] = ()


def counted(lists: Iterable[RecalledList]) -> dict[Stage, int]:
    """Return how many lists are in each stage of the conversation; stages in which none is are left out."""
    return dict(Counter(one.stage for one in lists))


def as_followed(facts: ReminderFacts, follows: Topics | None) -> ReminderFacts:
    """Return what a reminder says to whoever follows these places, lists and banners; None follows everything.

    Whoever follows a place hears of all lists there, and whoever follows a list or a banner of that alone. That a list stands
    no more is said to those who follow it.
    """
    if follows is None or not facts.places:
        return replace(facts, gone=())
    gone = tuple(one for one in facts.gone if _is_followed(one, follows))
    if not set(facts.places).isdisjoint(follows.constituencies):
        return replace(facts, gone=gone)
    mine = tuple(one for one in facts.lists if _is_followed(one, follows))
    return replace(facts, lists=mine, counts=counted(mine), gone=gone)


def _is_followed(one: RecalledList | GoneList, follows: Topics) -> bool:
    return not {one.id, *one.lists}.isdisjoint(follows.lists) or not set(one.banners).isdisjoint(follows.banners)


@dataclass(frozen=True)
class RecalledPosition:
    """What a list of the round before had said on a demand, or on a part of it; without a `position` nothing is on record.

    `beside` contradicts the position and stands beside it. `taken_back` is that the list took its word back, `inherited` that
    it had the position from lists that it descends from itself, and never said it; `being_corrected` that the entry contains
    an error, and its correction waits for a second person.
    """

    demand: str
    title: Titles
    position: Position | None
    part_title: Titles | None = None
    beside: tuple[Position, ...] = ()
    taken_back: bool = False
    inherited: bool = False
    being_corrected: bool = False


@dataclass(frozen=True)
class RecalledParent:
    """A list from which another one descends, and what it had said."""

    id: int
    name: str
    kind: LineageKind
    positions: tuple[RecalledPosition, ...]


@dataclass(frozen=True)
class MergerFacts:
    """A list that unites others: what changes for whoever follows one of them.

    `taken_back` are the names of lists of which that was told before, and is not so any more; `told_on` is when it was.
    """

    letter_title: Titles
    election: Titles
    round_number: int
    child: RecalledList
    parents: tuple[RecalledParent, ...]
    fictional: bool
    taken_back: tuple[str, ...] = ()
    told_on: date | None = None


@dataclass(frozen=True)
class OutreachLine:
    """A list to which organizers should write: `reminders` were sent so far, the letter `sent_on` (None: never)."""

    id: int
    name: str
    constituency: str
    sent_on: date | None
    reminders: int
    head: str | None = None


@dataclass(frozen=True)
class MailFacts:
    """What a mail to a list is made of, the same for all: `subject` and `body` are the letter's templates in one language.

    `letter` is where the letter can be read, or its title. An answer before the day of `deadline` is published in time.
    """

    language: str
    subject: str
    body: str
    demands: tuple[str, ...]
    letter: str
    publisher: str
    contact: str
    deadline: date


@dataclass(frozen=True)
class OutreachFacts:
    """What organizers have to do on a day: lists never contacted in this round, lists to be reminded, what waits for them.

    So many `more_never` and `more_again` are not named. `last` says that nobody is reminded after this day.
    """

    letter_title: Titles
    day: date
    never: tuple[OutreachLine, ...]
    again: tuple[OutreachLine, ...]
    more_never: int
    more_again: int
    last: bool
    fictional: bool
    waiting_entries: int = 0
    waiting_answers: int = 0
    mail: MailFacts | None = None


@dataclass(frozen=True)
class WaitingFacts:
    """What waits for an organizer for so many hours: an entry for a second person, or a list's answer for being recorded.

    Where many do at once they are told as one: `count`, without a name or a number.
    """

    answer: int | None
    version: int
    list_id: int | None
    name: str
    constituencies: tuple[str, ...]
    hours: int
    recorded_by: str | None
    fictional: bool
    count: int = 1
    has_file: bool = False


@dataclass(frozen=True)
class DeadlineFacts:
    """A moment of the calendar that comes, by the clocks of the election: `what` is a `Deadline`."""

    what: str
    at: datetime
    round_number: int
    waiting_entries: int
    waiting_deliveries: int
    fictional: bool


@dataclass(frozen=True)
class StopFacts:
    """Why nothing is said to the public: `what` is `Hush.NO_CALENDAR` (none, or one that cannot be read) or `Hush.CLOCK_OFF`.

    `since` is when that began; `seconds` how far this machine's clock is ahead of a network's (below zero: behind), where it
    is the clock.
    """

    what: str
    since: datetime
    seconds: int | None
    fictional: bool = False
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BrakeFacts:
    """What is stopped, why, and since when (by the clocks of the election); `numbers` are what crossed the line.

    It stops what goes by one `channel` (empty: by all), or the one `event`, which is of the kind `about` and of the list or
    banner `name`. `by` is who paused, and `reason` what they said.
    """

    brake: int
    kind: BrakeKind
    since: datetime
    numbers: dict[str, int]
    channel: str = ""
    event: int | None = None
    about: str = ""
    name: str = ""
    by: str = ""
    reason: str = ""
    fictional: bool = False


@dataclass(frozen=True)
class Whereabouts:
    """So many messages to one kind of place on one medium. Only a public place is named, by its `address`; a follower never."""

    channel: str
    audience: str
    place: str
    messages: int
    address: str = ""


@dataclass(frozen=True)
class DoubtFacts:
    """Messages of which nobody knows whether they arrived, and about which the bot does nothing by itself.

    They tell the `event`, which is of the kind `about` and of the list or banner `name`; of digests it is the first thing that
    they tell. `highest` is the number of the last of the deliveries.
    """

    event: int
    about: str
    name: str
    messages: int
    highest: int
    where: tuple[Whereabouts, ...]
    answer: int | None = None
    fictional: bool = False


@dataclass(frozen=True)
class NetworkFacts:
    """That the network of a `channel` wants to hear nothing until a moment, by the clocks of the election.

    `place` is the address of the one place that it concerns, which the configuration names; empty: nothing goes out there.
    """

    channel: str
    until: datetime
    place: str = ""
    fictional: bool = False


Recalled = (
    ReminderFacts
    | MergerFacts
    | OutreachFacts
    | WaitingFacts
    | DeadlineFacts
    | StopFacts
    | BrakeFacts
    | DoubtFacts
    | NetworkFacts
)
"""What a reminder may say."""

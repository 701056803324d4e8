"""What queries return: frozen values that wording and rendering can use after the transaction is over."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
    Standing,
)
from pledgebot.domain.election import Fate, LineageKind, ListStatus, Silence
from pledgebot.domain.events import AnswerFacts, ProofFacts, Titles
from pledgebot.domain.progress import Progress


@dataclass(frozen=True)
class RoundView:
    """One round: its key such as `2026-t1`, its number, the election's name, its day and the zone of its hours."""

    id: int
    key: str
    number: int
    election: Titles
    day: date
    zone: ZoneInfo
    silence: Silence | None


@dataclass(frozen=True)
class DatesView:
    """The calendar, and the moment for which it was asked."""

    rounds: tuple[RoundView, ...]
    now: datetime


@dataclass(frozen=True)
class DemandView:
    """One demand as it is worded now; `parts` are (key, titles)."""

    id: int
    key: str
    number: int
    version: int
    title: Titles
    text: Titles
    tests: dict[Position, Titles]
    hashtag: str
    parts: tuple[tuple[str, Titles], ...]
    retired: bool = False


@dataclass(frozen=True)
class StanceView:
    """One confirmed stance that is shown: `position` is None when the word was taken back.

    `being_corrected` says that a correction of its entry on this demand waits for a second person.
    """

    answer: int
    seq: int
    position: Position | None
    said_on: date
    source: SourceKind
    speaker: str | None
    role: SpeakerRole
    proof: ProofFacts | None
    being_corrected: bool = False


@dataclass(frozen=True)
class CellView:
    """A list's standing on one demand, and on its parts where something was said on a part alone."""

    demand: DemandView
    standing: Standing[StanceView]
    parts: tuple[tuple[Titles, Standing[StanceView]], ...] = ()


@dataclass(frozen=True)
class ParentView:
    """A list from which another descends."""

    name: str
    kind: LineageKind
    id: int | None = None


@dataclass(frozen=True)
class ListHead:
    """What a list is, without what it said. The nuance is the prefecture's word, never the list's own.

    `fate` is what became of it once the next round's lists are known, `successors` the lists in which it goes on.
    """

    id: int
    name: str
    short_name: str | None
    head: str | None
    panel: int | None
    constituency: str
    constituency_code: str
    round_key: str
    round_number: int
    status: ListStatus
    banner: str | None
    nuance: str | None
    nuance_source: str | None
    merged_into: str | None = None
    fate: Fate = Fate.STANDING
    successors: tuple[str, ...] = ()
    parents: tuple[ParentView, ...] = ()
    banner_id: int | None = None
    successor_ids: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        """Tell whether the official file with panel numbers is still to come for this list."""
        return self.panel is None


@dataclass(frozen=True)
class ListView:
    """A list, its standing on each demand, and how far the conversation is."""

    head: ListHead
    cells: tuple[CellView, ...]
    progress: Progress
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class BannerView:
    """A banner: its own standing on each demand, its lists, and those whose position differs from it (exceptions)."""

    id: int
    name: str
    round_key: str
    round_number: int
    cells: tuple[CellView, ...]
    lists: tuple[ListHead, ...]
    exceptions: tuple[ListView, ...] = ()


@dataclass(frozen=True)
class TableView:
    """Lists × demands of one constituency in one round, lists in panel order (before there is one, alphabetical)."""

    constituency: str
    constituency_code: str
    round: RoundView
    demands: tuple[DemandView, ...]
    rows: tuple[ListView, ...]


@dataclass(frozen=True)
class DemandRows:
    """What each list of one constituency says on one demand."""

    demand: DemandView
    constituency: str
    round: RoundView
    rows: tuple[tuple[ListHead, CellView, Progress], ...]


@dataclass(frozen=True)
class HistoryStance:
    """What one entry said on one demand, and what became of that stance."""

    title: Titles
    part_title: Titles | None
    position: Position | None
    state: StanceState


@dataclass(frozen=True)
class HistoryEntry:
    """One entry of the ledger about a subject; `target` is the number of the entry that it corrects, undoes or blanks."""

    answer: int
    seq: int
    kind: AnswerKind
    said_on: date
    confirmed_at: datetime
    source: SourceKind
    speaker: str | None
    role: SpeakerRole
    reason: str | None
    proof: ProofFacts | None
    stances: tuple[HistoryStance, ...]
    target: int | None
    hash: str
    undone: bool = False
    removed: bool = False


@dataclass(frozen=True)
class HistoryView:
    """Everything that was confirmed about one list or banner, newest first; `demand` narrows it to one demand."""

    subject: str
    constituency: str | None
    demand: DemandView | None
    entries: tuple[HistoryEntry, ...]


@dataclass(frozen=True)
class PlaceView:
    """A constituency, and how many lists stand in it."""

    id: int
    code: str
    label: str
    lists: int


@dataclass(frozen=True)
class EntryView:
    """One entry as organizers see it: what will be posted, who recorded it, what it would change."""

    facts: AnswerFacts
    kind: AnswerKind
    state: AnswerState
    recorded_by: str
    recorded_at: datetime
    decided_by: str | None
    rejected_demands: tuple[Titles, ...] = ()

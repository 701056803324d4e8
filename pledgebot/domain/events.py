"""What may be announced, as frozen facts that can be stored: ids, names, titles in every language, proof, dates.

An event's words are made from these facts alone, at sending time, so that a name changed later does not change what was
confirmed. `FACTS_VERSION` is raised when a field's sense changes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pledgebot.domain.answer import AnswerKind, AnswerState, EvidenceKind, Position, SourceKind, SpeakerRole
from pledgebot.domain.recalled import (
    BrakeFacts,
    DeadlineFacts,
    DoubtFacts,
    MergerFacts,
    NetworkFacts,
    OutreachFacts,
    Recalled,
    ReminderFacts,
    StopFacts,
    Titles,
    WaitingFacts,
)

FACTS_VERSION = 1

__all__ = [
    "FACTS_OF",
    "FACTS_VERSION",
    "NOTICES",
    "OF_ENTRIES",
    "PUBLIC_REMINDERS",
    "REMINDERS",
    "AnswerFacts",
    "Decision",
    "EventKind",
    "Facts",
    "News",
    "NoticeFacts",
    "ProofFacts",
    "Remark",
    "Reminded",
    "Said",
    "StanceFacts",
    "SubjectFacts",
    "Titles",
]


class EventKind(StrEnum):
    """The kinds of event. Each has a wording in `messages/announcements.py`."""

    ANSWER_CONFIRMED = "answer_confirmed"
    ANSWER_CORRECTED = "answer_corrected"
    ANSWER_WITHDRAWN = "answer_withdrawn"
    CONTENT_REMOVED = "content_removed"
    ANSWER_PENDING = "answer_pending"
    STAY_ASKED = "stay_asked"
    ENTRY_ASKED = "entry_asked"
    ENTRY_EXPLAINED = "entry_explained"
    ENTRY_DECIDED = "entry_decided"
    DAYS_LEFT = "days_left"
    LAST_CALL = "last_call"
    LISTS_MERGED = "lists_merged"
    OUTREACH_DUE = "outreach_due"
    ENTRY_WAITS = "entry_waits"
    ANSWER_WAITS = "answer_waits"
    DEADLINE = "deadline"
    BOT_STOPPED = "bot_stopped"
    BRAKE_PULLED = "brake_pulled"
    DOUBTS_LEFT = "doubts_left"
    NETWORK_WAITS = "network_waits"


@dataclass(frozen=True)
class SubjectFacts:
    """Whom an answer is about: a list in its constituency, or a banner of several lists.

    `id` is the number of the list or banner; facts that were stored before it was kept have none.
    """

    name: str
    is_banner: bool
    head: str | None
    panel: int | None
    constituencies: tuple[str, ...]
    withdrawn: bool = False
    id: int | None = None


@dataclass(frozen=True)
class StanceFacts:
    """One position taken; `was` is the position that it replaces, `contradicts` one that goes on standing beside it.

    `counts` is False for a statement that is history already, being older than what is known.
    """

    demand: str
    title: Titles
    part_title: Titles | None
    position: Position | None
    was: Position | None = None
    contradicts: Position | None = None
    counts: bool = True
    hashtag: str = ""


@dataclass(frozen=True)
class ProofFacts:
    """The lead evidence, as it may be shown in public: files stay private unless marked public."""

    kind: EvidenceKind
    url: str | None
    quote: str | None
    file_sha256: str | None


@dataclass(frozen=True)
class Remark:
    """One question about a waiting entry, or the answer to it: organizers say it among themselves."""

    by: str
    text: str
    answers: bool


@dataclass(frozen=True)
class Decision:
    """What became of an entry, as organizers are told: by whom, at which moment of the election's clocks, why.

    `undone` is that a confirmation was taken back before anybody was told.
    """

    state: AnswerState
    by: str
    at: datetime
    reason: str | None = None
    undone: bool = False


@dataclass(frozen=True)
class AnswerFacts:
    """Everything that an announcement of one answer may say. `kind` is None in facts stored before it was kept.

    `proofs` is how many there are, with the lead; 0 in facts stored before they were counted.

    `talk` and `decision` are told to organizers only; of what is told to others they are empty.
    """

    answer: int
    version: int
    seq: int | None
    head_hash: str | None
    subject: SubjectFacts
    stances: tuple[StanceFacts, ...]
    source_kind: SourceKind
    speaker: str | None
    speaker_role: SpeakerRole
    said_on: date
    proof: ProofFacts | None
    reason: str | None
    corrects_said_on: date | None
    letter_title: Titles
    fictional: bool
    decided_on: date | None = None
    kind: AnswerKind | None = None
    proofs: int = 0
    talk: tuple[Remark, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True)
class Said:
    """What one event says of an answer, and as what."""

    kind: EventKind
    facts: AnswerFacts


@dataclass(frozen=True)
class NoticeFacts:
    """What a notice may say that is about no answer: the letter, the election and its last day, the last day to answer."""

    letter_title: Titles
    election: Titles
    last_round: date
    deadline: date
    fictional: bool


@dataclass(frozen=True)
class Reminded:
    """What one event recalls to subscribers, as what."""

    kind: EventKind
    facts: ReminderFacts | MergerFacts


News = Said | Reminded
"""What may be told together with other things."""

Facts = AnswerFacts | NoticeFacts | Recalled
"""What an event may say."""

FACTS_OF: dict[EventKind, type] = {
    EventKind.STAY_ASKED: NoticeFacts,
    EventKind.DAYS_LEFT: ReminderFacts,
    EventKind.LAST_CALL: ReminderFacts,
    EventKind.LISTS_MERGED: MergerFacts,
    EventKind.OUTREACH_DUE: OutreachFacts,
    EventKind.ENTRY_WAITS: WaitingFacts,
    EventKind.ANSWER_WAITS: WaitingFacts,
    EventKind.DEADLINE: DeadlineFacts,
    EventKind.BOT_STOPPED: StopFacts,
    EventKind.BRAKE_PULLED: BrakeFacts,
    EventKind.DOUBTS_LEFT: DoubtFacts,
    EventKind.NETWORK_WAITS: NetworkFacts,
}
"""What the kinds of event say that announce no answer; all others say `AnswerFacts`."""

NOTICES = frozenset(FACTS_OF)
"""The kinds of event that announce no answer."""

REMINDERS = NOTICES - {EventKind.STAY_ASKED}
"""The kinds of event that recall something."""

PUBLIC_REMINDERS = frozenset({EventKind.DAYS_LEFT, EventKind.LAST_CALL, EventKind.LISTS_MERGED})
"""Those of them that are for the public and for subscribers."""

OF_ENTRIES = frozenset({EventKind.ENTRY_ASKED, EventKind.ENTRY_EXPLAINED, EventKind.ENTRY_DECIDED})
"""What became of an entry that organizers were asked about: it is told in the messages that asked them."""

"""The words for what the model knows by stored values: one function per enum, and `label` for any of them."""

from collections.abc import Callable
from enum import StrEnum

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    EvidenceKind,
    Origin,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
)
from pledgebot.domain.audience import Rhythm, TopicKind
from pledgebot.domain.delivery import DeliveryState
from pledgebot.domain.election import Fate, Hush, LineageKind, ListStatus
from pledgebot.domain.events import EventKind
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.messages.i18n import Translator


def position(member: Position, tr: Translator) -> str:
    """Return the word for what a list said on a demand."""
    return {
        Position.COMMITTED: tr.p("position", "committed"),
        Position.PARTIAL: tr.p("position", "partly committed"),
        Position.REFUSED: tr.p("position", "refused"),
        Position.UNCLEAR: tr.p("position", "unclear"),
    }[member]


def source_kind(member: SourceKind, tr: Translator) -> str:
    """Return the word for a kind of source."""
    return {
        SourceKind.LETTER: tr.p("source", "letter"),
        SourceKind.EMAIL: tr.p("source", "e-mail"),
        SourceKind.PROGRAMME: tr.p("source", "programme"),
        SourceKind.PUBLIC_POST: tr.p("source", "public post"),
        SourceKind.RECORDED_SPEECH: tr.p("source", "recorded speech"),
        SourceKind.REPORTED_SPEECH: tr.p("source", "words reported by others"),
    }[member]


def source_phrase(member: SourceKind, tr: Translator) -> str:
    """Return a kind of source as it stands in a sentence after "said on …". Hearsay is always named as such."""
    return {
        SourceKind.LETTER: tr._("in a letter"),
        SourceKind.EMAIL: tr._("by e-mail"),
        SourceKind.PROGRAMME: tr._("in a programme"),
        SourceKind.PUBLIC_POST: tr._("in a public post"),
        SourceKind.RECORDED_SPEECH: tr._("in recorded speech"),
        SourceKind.REPORTED_SPEECH: tr._("reported by others"),
    }[member]


def speaker_role(member: SpeakerRole, tr: Translator) -> str:
    """Return the role that stands after a speaker's name."""
    return {
        SpeakerRole.HEAD: tr.p("role", "head of list"),
        SpeakerRole.CANDIDATE: tr.p("role", "candidate"),
        SpeakerRole.SPOKESPERSON: tr.p("role", "spokesperson"),
        SpeakerRole.LIST: tr.p("role", "on behalf of the list"),
    }[member]


def unnamed_speaker(member: SpeakerRole, tr: Translator) -> str:
    """Return who spoke, by role alone, as it stands in a sentence after "by"."""
    return {
        SpeakerRole.HEAD: tr._("the head of the list"),
        SpeakerRole.CANDIDATE: tr._("a candidate of the list"),
        SpeakerRole.SPOKESPERSON: tr._("a spokesperson of the list"),
        SpeakerRole.LIST: tr._("the list"),
    }[member]


def evidence_kind(member: EvidenceKind, tr: Translator) -> str:
    """Return the word for a kind of proof."""
    return {
        EvidenceKind.LINK: tr.p("proof", "link"),
        EvidenceKind.QUOTATION: tr.p("proof", "quotation"),
        EvidenceKind.FILE: tr.p("proof", "file"),
    }[member]


def answer_kind(member: AnswerKind, tr: Translator) -> str:
    """Return the word for what an entry of the ledger does."""
    return {
        AnswerKind.STATEMENT: tr.p("entry", "answer"),
        AnswerKind.CORRECTION: tr.p("entry", "correction"),
        AnswerKind.WITHDRAWAL: tr.p("entry", "word taken back"),
        AnswerKind.UNDO: tr.p("entry", "confirmation undone"),
        AnswerKind.REMOVAL: tr.p("entry", "content removed on legal demand"),
    }[member]


def answer_state(member: AnswerState, tr: Translator) -> str:
    """Return the word for where an entry stands."""
    return {
        AnswerState.PENDING: tr.p("entry state", "waiting for a second person"),
        AnswerState.CONFIRMED: tr.p("entry state", "confirmed"),
        AnswerState.REJECTED: tr.p("entry state", "rejected"),
    }[member]


def stance_state(member: StanceState, tr: Translator) -> str:
    """Return the word for what became of a stance."""
    return {
        StanceState.PENDING: tr.p("stance state", "to be confirmed"),
        StanceState.CURRENT: tr.p("stance state", "counts today"),
        StanceState.BESIDE: tr.p("stance state", "contradictory"),
        StanceState.SUPERSEDED: tr.p("stance state", "replaced"),
        StanceState.REJECTED: tr.p("stance state", "rejected"),
    }[member]


def contradiction(member: Contradiction, tr: Translator) -> str:
    """Return what a recorder may say of an answer that contradicts the current one."""
    return {
        Contradiction.REPLACES: tr._("it replaces what was said before"),
        Contradiction.BESIDE: tr._("both stand side by side, as contradictory"),
    }[member]


def origin(member: Origin, tr: Translator) -> str:
    """Return where a position comes from."""
    return {
        Origin.OWN: tr._("said by the list itself"),
        Origin.CONTINUED: tr._("said in the first round"),
        Origin.BANNER: tr._("position of its banner"),
        Origin.INHERITED: tr._("inherited, to be confirmed"),
        Origin.NOWHERE: tr._("no position known"),
    }[member]


def stage(member: Stage, tr: Translator) -> str:
    """Return how far the conversation with a list is, without its date."""
    return {
        Stage.NOT_CONTACTED: tr.p("conversation", "not yet asked"),
        Stage.CONTACTED: tr.p("conversation", "asked"),
        Stage.REMINDED: tr.p("conversation", "asked again"),
        Stage.RECEIVED: tr.p("conversation", "an answer is being checked"),
        Stage.ANSWERED: tr.p("conversation", "answered"),
        Stage.DECLINED: tr.p("conversation", "declined to answer"),
    }[member]


def contact_kind(member: ContactKind, tr: Translator) -> str:
    """Return the word for one contact with a list."""
    return {
        ContactKind.SENT: tr.p("contact", "letter sent"),
        ContactKind.REMINDED: tr.p("contact", "reminder sent"),
        ContactKind.RECEIVED: tr.p("contact", "message received"),
        ContactKind.DECLINED: tr.p("contact", "declined to answer"),
        ContactKind.OPTED_OUT: tr.p("contact", "asked not to be written to"),
    }[member]


def medium(member: Medium, tr: Translator) -> str:
    """Return by what way a list was contacted."""
    return {
        Medium.EMAIL: tr.p("contact", "e-mail"),
        Medium.POST: tr.p("contact", "post"),
        Medium.PHONE: tr.p("contact", "telephone"),
        Medium.FORM: tr.p("contact", "form on its website"),
        Medium.SOCIAL: tr.p("contact", "social network"),
        Medium.MEETING: tr.p("contact", "meeting"),
    }[member]


def list_status(member: ListStatus, tr: Translator) -> str:
    """Return what became of a list."""
    return {
        ListStatus.STANDING: tr.p("list", "standing"),
        ListStatus.WITHDRAWN: tr.p("list", "withdrawn"),
        ListStatus.MERGED: tr.p("list", "merged into another list"),
    }[member]


def fate(member: Fate, tr: Translator) -> str:
    """Return what became of a list once the next round's lists are known."""
    return {
        Fate.STANDING: tr.p("list", "standing"),
        Fate.WITHDRAWN: tr.p("list", "withdrawn"),
        Fate.MERGED: tr.p("list", "merged into another list"),
        Fate.CONTINUED: tr.p("list", "stands in the next round"),
        Fate.NOT_STANDING: tr.p("list", "does not stand in the next round"),
        Fate.OPEN: tr.p("list", "not confirmed yet"),
    }[member]


def lineage_kind(member: LineageKind, tr: Translator) -> str:
    """Return how a list descends from an earlier one."""
    return {
        LineageKind.CONTINUES: tr.p("lineage", "continues"),
        LineageKind.MERGED: tr.p("lineage", "merged from"),
    }[member]


def hush(member: Hush, tr: Translator) -> str:
    """Return whether the public may be spoken to, and why not."""
    return {
        Hush.FREE: tr._("messages go out"),
        Hush.SILENCE: tr._("electoral silence"),
        Hush.NO_CALENDAR: tr._("no polling day is known"),
        Hush.CLOCK_OFF: tr._("the machine's clock is wrong"),
    }[member]


def rhythm(member: Rhythm, tr: Translator) -> str:
    """Return how often a destination wants to hear."""
    return {
        Rhythm.AT_ONCE: tr.p("rhythm", "at once"),
        Rhythm.DAILY: tr.p("rhythm", "once a day"),
        Rhythm.WEEKLY: tr.p("rhythm", "once a week"),
    }[member]


def topic_kind(member: TopicKind, tr: Translator) -> str:
    """Return what a subscription follows."""
    return {
        TopicKind.ALL: tr.p("topic", "everything"),
        TopicKind.CONSTITUENCY: tr.p("topic", "constituency"),
        TopicKind.BANNER: tr.p("topic", "banner"),
        TopicKind.LIST: tr.p("topic", "list"),
        TopicKind.DEMAND: tr.p("topic", "demand"),
    }[member]


def delivery_state(member: DeliveryState, tr: Translator) -> str:
    """Return where a message to one destination stands."""
    return {
        DeliveryState.DUE: tr.p("delivery", "due"),
        DeliveryState.CLAIMED: tr.p("delivery", "being sent"),
        DeliveryState.SENT: tr.p("delivery", "sent"),
        DeliveryState.UNCERTAIN: tr.p("delivery", "uncertain"),
        DeliveryState.FAILED: tr.p("delivery", "failed"),
        DeliveryState.HELD: tr.p("delivery", "held"),
        DeliveryState.CANCELLED: tr.p("delivery", "cancelled"),
    }[member]


def event_kind(member: EventKind, tr: Translator) -> str:
    """Return what an announcement is about."""
    return {
        EventKind.ANSWER_CONFIRMED: tr.p("event", "new answer"),
        EventKind.ANSWER_CORRECTED: tr.p("event", "correction"),
        EventKind.ANSWER_WITHDRAWN: tr.p("event", "word taken back"),
        EventKind.CONTENT_REMOVED: tr.p("event", "content removed"),
        EventKind.ANSWER_PENDING: tr.p("event", "entry to be confirmed"),
        EventKind.STAY_ASKED: tr.p("event", "question whether to stay"),
        EventKind.ENTRY_ASKED: tr.p("event", "question about an entry"),
        EventKind.ENTRY_EXPLAINED: tr.p("event", "answer about an entry"),
        EventKind.ENTRY_DECIDED: tr.p("event", "decision on an entry"),
        EventKind.DAYS_LEFT: tr.p("event", "reminder of the days left"),
        EventKind.LAST_CALL: tr.p("event", "last call to the lists"),
        EventKind.LISTS_MERGED: tr.p("event", "merger of lists"),
        EventKind.OUTREACH_DUE: tr.p("event", "lists to write to"),
        EventKind.ENTRY_WAITS: tr.p("event", "entry that still waits"),
        EventKind.ANSWER_WAITS: tr.p("event", "answer that is not recorded yet"),
        EventKind.DEADLINE: tr.p("event", "date that comes"),
        EventKind.BOT_STOPPED: tr.p("event", "nothing goes out"),
        EventKind.BRAKE_PULLED: tr.p("event", "stopped, and asked about"),
        EventKind.DOUBTS_LEFT: tr.p("event", "messages in doubt"),
        EventKind.NETWORK_WAITS: tr.p("event", "wait that a network asked for"),
    }[member]


LABELS: dict[type[StrEnum], Callable[..., str]] = {
    Position: position,
    SourceKind: source_kind,
    SpeakerRole: speaker_role,
    EvidenceKind: evidence_kind,
    AnswerKind: answer_kind,
    AnswerState: answer_state,
    StanceState: stance_state,
    Contradiction: contradiction,
    Origin: origin,
    Stage: stage,
    ContactKind: contact_kind,
    Medium: medium,
    ListStatus: list_status,
    Fate: fate,
    LineageKind: lineage_kind,
    Hush: hush,
    Rhythm: rhythm,
    TopicKind: topic_kind,
    DeliveryState: delivery_state,
    EventKind: event_kind,
}
"""Every enum that has words, and the function that knows them."""


def label(member: StrEnum, tr: Translator) -> str:
    """Return the words for a member of any enum in `LABELS`."""
    return LABELS[type(member)](member, tr)

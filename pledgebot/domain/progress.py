"""How far the conversation with a list is, so that its silence is told apart from our own backlog."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ContactKind(StrEnum):
    """What happened in one contact with a list. `OPTED_OUT`: it asked to be written to no more, and answered nothing."""

    SENT = "sent"
    REMINDED = "reminded"
    RECEIVED = "received"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"


class Medium(StrEnum):
    """By what way a list was contacted."""

    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    FORM = "form"
    SOCIAL = "social"
    MEETING = "meeting"


class Stage(StrEnum):
    """How far the conversation is. `RECEIVED`: an answer came, and nobody confirmed yet what it says."""

    NOT_CONTACTED = "not_contacted"
    CONTACTED = "contacted"
    REMINDED = "reminded"
    RECEIVED = "received"
    ANSWERED = "answered"
    DECLINED = "declined"


@dataclass(frozen=True)
class Contact:
    """One contact with a list: what happened, and when (aware, UTC)."""

    kind: ContactKind
    at: datetime


@dataclass(frozen=True)
class Progress:
    """The stage of a conversation and since when; `since` is None as long as there was no contact."""

    stage: Stage
    since: datetime | None = None


def progress_of(
    contacts: Iterable[Contact], *, answered_at: datetime | None, waiting_since: datetime | None = None
) -> Progress:
    """Return how far the conversation with a list is.

    An entry that waits to be confirmed (`waiting_since`) and a message received of which nothing is confirmed are our backlog,
    and never the list's silence. A confirmed answer ends the conversation. A list that declined to answer is not chased,
    whatever we sent it afterwards; otherwise the last contact speaks.
    """
    ordered = sorted(contacts, key=lambda contact: contact.at)
    if waiting_since is not None:
        return Progress(Stage.RECEIVED, waiting_since)
    if answered_at is not None:
        return Progress(Stage.ANSWERED, answered_at)
    stage = Progress(Stage.NOT_CONTACTED)
    for contact in ordered:
        if contact.kind is ContactKind.OPTED_OUT or (stage.stage is Stage.DECLINED and contact.kind in _OURS):
            continue
        stage = Progress(_STAGES[contact.kind], contact.at)
    return stage


_OURS = frozenset({ContactKind.SENT, ContactKind.REMINDED})

_STAGES = {
    ContactKind.SENT: Stage.CONTACTED,
    ContactKind.REMINDED: Stage.REMINDED,
    ContactKind.RECEIVED: Stage.RECEIVED,
    ContactKind.DECLINED: Stage.DECLINED,
}

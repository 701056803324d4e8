"""What the report on outreach shows: every list of a round with its contacts, counted by way, hour and text, and what differs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from pledgebot.domain.election import ListStatus
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.domain.treatment import Logged, Treated, Unequal, unequal
from pledgebot.services.chases import ConversationView, conversations
from pledgebot.services.outreach import ContactLine, contact_lines
from pledgebot.services.views import RoundView

MOST_LISTS = 100_000
"""As many lists as a country may have in a round."""

_OURS = frozenset({ContactKind.SENT, ContactKind.REMINDED})
_ENDED = frozenset({Stage.RECEIVED, Stage.ANSWERED, Stage.DECLINED})


@dataclass(frozen=True)
class ListTreatment:
    """One list with its contacts, in their order. `since` is the day of its stage, None before the first contact."""

    id: int
    name: str
    constituency: str
    constituency_code: str
    panel: int | None
    status: ListStatus
    stage: Stage
    since: date | None
    opted_out: bool
    letters: int
    reminders: int
    contacts: tuple[ContactLine, ...]


@dataclass(frozen=True)
class TreatmentReport:
    """How the lists of a round were treated. What was sent to them is counted by way, by hour of the day and by text.

    Days and hours are those of the round's clocks; the text that nobody named is counted under an empty name.
    """

    round_key: str
    round_number: int
    zone: str
    lists: tuple[ListTreatment, ...]
    by_medium: dict[Medium, int]
    by_hour: dict[int, int]
    by_template: dict[str, int]
    unequal: tuple[Unequal, ...]


def treatment(session: Session, asked: RoundView, now: datetime) -> TreatmentReport:
    """Return how the lists of a round were treated, those that nobody has contacted too, by place and panel."""
    contacts: dict[int, list[ContactLine]] = defaultdict(list)
    for line in contact_lines(session, asked.id):
        contacts[line.list_id].append(line)
    views = conversations(session, asked.id, now, MOST_LISTS).rows
    ours = [line for its in contacts.values() for line in its if line.kind in _OURS]
    return TreatmentReport(
        round_key=asked.key,
        round_number=asked.number,
        zone=str(asked.zone),
        lists=tuple(_row(view, contacts.get(view.head.id, []), asked.zone) for view in views),
        by_medium=dict(Counter(line.medium for line in ours).most_common()),
        by_hour=dict(sorted(Counter(line.at.astimezone(asked.zone).hour for line in ours).items())),
        by_template=dict(Counter(line.template or "" for line in ours).most_common()),
        unequal=_unequal(views, contacts, asked, now),
    )


def _row(view: ConversationView, contacts: Sequence[ContactLine], zone: tzinfo) -> ListTreatment:
    head, progress = view.head, view.progress
    return ListTreatment(
        id=head.id,
        name=head.name,
        constituency=head.constituency,
        constituency_code=head.constituency_code,
        panel=head.panel,
        status=head.status,
        stage=progress.stage,
        since=progress.since.astimezone(zone).date() if progress.since is not None else None,
        opted_out=view.opted_out,
        letters=sum(line.kind is ContactKind.SENT for line in contacts),
        reminders=sum(line.kind is ContactKind.REMINDED for line in contacts),
        contacts=tuple(contacts),
    )


def _unequal(
    views: Sequence[ConversationView], contacts: Mapping[int, Sequence[ContactLine]], asked: RoundView, now: datetime
) -> tuple[Unequal, ...]:
    """Compare the lists that stand: whoever withdrew is written to no more."""
    compared = [
        Treated(
            list_id=view.head.id,
            place=view.head.constituency_code,
            contacts=tuple(Logged(line.kind, line.medium, line.at, line.template) for line in its),
            ended=_ended(view, its, asked.zone),
        )
        for view in views
        if view.head.status is ListStatus.STANDING
        for its in [contacts.get(view.head.id, ())]
    ]
    # After the vote nobody is written to any more: nothing is missed then.
    return unequal(compared, min(now.astimezone(asked.zone).date(), asked.day), asked.zone)


def _ended(view: ConversationView, contacts: Sequence[ContactLine], zone: tzinfo) -> date | None:
    """Return the day on which there was nothing left to ask: an answer that is recorded later came with its message."""
    last = max((line.at for line in contacts if line.kind in _OURS), default=None)
    ends = [
        line.at
        for line in contacts
        if line.kind is ContactKind.OPTED_OUT
        or (line.kind in {ContactKind.RECEIVED, ContactKind.DECLINED} and (last is None or line.at > last))
    ]
    if view.progress.stage in _ENDED and view.progress.since is not None:
        ends.append(view.progress.since)
    return min(ends).astimezone(zone).date() if ends else None

"""Which lists are to be written to on a day, and what each was sent in its round: every list by the same rule."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.organizer_calendar import History, history_of, last_day, rung_due, rungs
from pledgebot.domain.policy import ReminderPolicy
from pledgebot.domain.progress import Contact, ContactKind, Stage
from pledgebot.domain.recalled import OutreachLine
from pledgebot.domain.words import normalise
from pledgebot.services.chases import ConversationView, begun_conversations, untouched_conversations
from pledgebot.services.views import RoundView
from pledgebot.store.tables import CandidateList, ContactRow, Round

MOST_NAMED = 8
"""How many lists a message names of each kind: what somebody reads on a telephone, and has buttons for."""

_TIME_TO_ASK = timedelta(days=3)
"""A list that was never asked can still answer when it is on the Thursday before the vote."""

_SILENT = (Stage.CONTACTED, Stage.REMINDED)


@dataclass(frozen=True)
class ToWriteTo:
    """The lists to be written to on a day: never in this round, and again. Of each the first ones, and how many more.

    `last` says that nobody is reminded after this day.
    """

    never: tuple[OutreachLine, ...]
    again: tuple[OutreachLine, ...]
    more_never: int
    more_again: int
    last: bool


def lists_to_write_to(session: Session, asked: RoundView, policy: ReminderPolicy, now: datetime) -> ToWriteTo:
    """Return the standing lists of a round to which organizers should write today, by place, panel and name.

    A list that somebody has taken is left to them. One that answered, whose answer waits, that declined or that asked to be
    written to no more is not among them.
    """
    today = now.astimezone(asked.zone).date()
    before = _round_before(session, asked)
    last = last_day(asked.day, policy, before)
    sent = histories(session, asked.id, asked.zone)
    never: list[ConversationView] = []
    again: list[ConversationView] = []
    for view in sorted(begun_conversations(session, asked.id, now), key=_place):
        history = sent.get(view.head.id, History())
        if view.opted_out or view.chase is not None or view.progress.stage not in {Stage.NOT_CONTACTED, *_SILENT}:
            continue
        if history.first is None:
            never.append(view)
        elif view.progress.stage in _SILENT:
            steps = rungs(history.first, asked.day, policy, before)
            again += [view] if rung_due(history, steps, today, last) is not None else []
    more_never = 0
    if today > asked.day - _TIME_TO_ASK:
        never = []
    else:
        fresh = untouched_conversations(session, asked.id, now, MOST_NAMED)
        more_never = len(never) + len(fresh.rows) + fresh.more
        never = sorted((*never, *fresh.rows), key=_place)[:MOST_NAMED]
        more_never -= len(never)
    return ToWriteTo(
        never=_lines(never, sent),
        again=_lines(again[:MOST_NAMED], sent),
        more_never=more_never,
        more_again=max(0, len(again) - MOST_NAMED),
        last=today == last,
    )


def _round_before(session: Session, asked: RoundView) -> date | None:
    return session.scalar(sa.select(sa.func.max(Round.day)).where(Round.day < asked.day))


def _place(view: ConversationView) -> tuple[str, bool, int, str]:
    head = view.head
    return head.constituency, head.panel is None, head.panel or 0, normalise(head.name)


def _lines(views: Iterable[ConversationView], sent: Mapping[int, History]) -> tuple[OutreachLine, ...]:
    return tuple(
        OutreachLine(
            id=view.head.id,
            name=view.head.name,
            constituency=view.head.constituency,
            sent_on=(history := sent.get(view.head.id, History())).first,
            reminders=len(history.reminders),
            head=view.head.head,
        )
        for view in views
    )


def histories(session: Session, round_id: int, zone: tzinfo, only: int | None = None) -> dict[int, History]:
    """Return what the lists of a round were sent, by list; of one list alone where it is named."""
    rows = session.execute(
        sa.select(ContactRow.list_id, ContactRow.kind, ContactRow.at)
        .join(CandidateList, CandidateList.id == ContactRow.list_id)
        .where(
            CandidateList.round_id == round_id,
            ContactRow.kind.in_([ContactKind.SENT, ContactKind.REMINDED]),
            sa.true() if only is None else ContactRow.list_id == only,
        )
    )
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for list_id, kind, at in rows:
        contacts[list_id].append(Contact(kind, at))
    return {list_id: history_of(its, zone) for list_id, its in contacts.items()}

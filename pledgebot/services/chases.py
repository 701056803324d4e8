"""Who takes which list for a while, and how far the conversation with each list is: what organizers have before them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerState
from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium, Progress, Stage
from pledgebot.services.list_views import list_views
from pledgebot.services.lists import get_list
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.views import ListHead
from pledgebot.store.tables import Answer, CandidateList, Chase, Constituency, ContactRow, Lineage, Organizer, Round

CHASE_LIFE = timedelta(hours=24)
"""For how long an organizer takes a list: an evening, and the day on which the answer comes."""

OPEN_STAGES = (Stage.NOT_CONTACTED, Stage.CONTACTED, Stage.REMINDED)
"""The stages in which it is on us to write, or to write again."""

_BATCH = 500


@dataclass(frozen=True)
class ChaseView:
    """A list that an organizer has taken until a moment."""

    list_id: int
    name: str
    constituency: str
    by: str
    until: datetime


@dataclass(frozen=True)
class ContactView:
    """One contact with a list, as it was logged."""

    kind: ContactKind
    medium: Medium
    at: datetime
    by: str


@dataclass(frozen=True)
class ConversationView:
    """A list with how far the conversation with it is, and who has taken it.

    `opted_out` says that it asked to be written to no more: that is not told to the public, and nobody is offered the list.
    """

    head: ListHead
    progress: Progress
    chase: ChaseView | None = None
    aliases: tuple[str, ...] = ()
    contacts: tuple[ContactView, ...] = ()
    opted_out: bool = False


@dataclass(frozen=True)
class ConversationsView:
    """Some of the lists of a round; `more` is how many others there are."""

    rows: tuple[ConversationView, ...]
    more: int = 0


def take_list(session: Session, list_id: int, by: Actor, now: datetime) -> ChaseView:
    """Take a list for 24 hours, or for 24 hours more.

    Refuses one that another person has taken, and one that asked to be written to no more.
    """
    require_role(session, by, Role.RECORDER)
    row = get_list(session, list_id)
    # The list's row is the lock: two who take it at once come one after the other.
    session.refresh(row, with_for_update=True)
    if row.status is not ListStatus.STANDING:
        raise Refused(Objection.NOT_STANDING, name=row.name)
    if list_id in opted_out(session):
        raise Refused(Objection.OPTED_OUT, name=row.name)
    chase = session.get(Chase, list_id)
    if chase is not None and chase.until > now and chase.organizer_id != by.organizer:
        other = session.get_one(Organizer, chase.organizer_id)
        zone = ZoneInfo(session.get_one(Round, row.round_id).zone)
        raise Refused(Objection.ALREADY_CHASED, name=other.name, until=chase.until.astimezone(zone))
    if chase is None:
        chase = Chase(list_id=list_id)
        session.add(chase)
    chase.organizer_id, chase.until = by.organizer, now + CHASE_LIFE
    session.flush()
    note(session, by, "list.chase", f"list:{list_id}", now)
    place = session.get_one(Constituency, row.constituency_id).label
    return ChaseView(list_id, row.name, place, by.name, chase.until)


def open_chases(session: Session, now: datetime) -> tuple[ChaseView, ...]:
    """Return who has taken which list now, by the end of their time."""
    rows = session.execute(
        sa.select(Chase.list_id, CandidateList.name, Constituency.label, Organizer.name, Chase.until)
        .join(CandidateList, CandidateList.id == Chase.list_id)
        .join(Constituency, Constituency.id == CandidateList.constituency_id)
        .join(Organizer, Organizer.id == Chase.organizer_id)
        .where(Chase.until > now)
        .order_by(Chase.until, Chase.list_id)
    )
    return tuple(ChaseView(*row) for row in rows)


def conversation(session: Session, list_id: int, now: datetime, most: int = 5) -> ConversationView:
    """Return one list with its last contacts, newest first; refuses an unknown one."""
    [view] = _conversations(session, [get_list(session, list_id)], now)
    rows = session.execute(
        sa.select(ContactRow.kind, ContactRow.medium, ContactRow.at, Organizer.name)
        .join(Organizer, Organizer.id == ContactRow.organizer_id)
        .where(ContactRow.list_id == list_id)
        .order_by(ContactRow.at.desc(), ContactRow.id.desc())
        .limit(most)
    )
    contacts = tuple(ContactView(*row) for row in rows)
    return replace(view, contacts=contacts)


def conversations(
    session: Session, round_id: int, now: datetime, most: int, constituency_id: int | None = None
) -> ConversationsView:
    """Return the lists of a round, withdrawn ones too, by place and panel; of one place or of all, at most so many."""
    here = sa.true() if constituency_id is None else CandidateList.constituency_id == constituency_id
    rows = session.scalars(
        sa.select(CandidateList)
        .join(Constituency, Constituency.id == CandidateList.constituency_id)
        .where(CandidateList.round_id == round_id, here)
        .order_by(Constituency.label, CandidateList.panel.is_(None), CandidateList.panel, CandidateList.normal)
        .limit(most)
    ).all()
    counted = sa.select(sa.func.count()).select_from(CandidateList).where(CandidateList.round_id == round_id, here)
    return ConversationsView(
        tuple(_conversations(session, rows, now)), max(0, (session.scalar(counted) or 0) - len(rows))
    )


def waiting_conversations(session: Session, round_id: int, now: datetime, most: int) -> ConversationsView:
    """Return the standing lists of a round that nobody has taken, that are still to be written to, and that let themselves be.

    Those that were written to and did not answer come first, the longest silence at the top; then those not yet asked.
    """
    taken = {chase.list_id for chase in open_chases(session, now)}
    begun = [
        view for view in begun_conversations(session, round_id, now) if view.head.id not in taken and not view.opted_out
    ]
    silent = [view for view in begun if view.progress.stage in (Stage.CONTACTED, Stage.REMINDED)]
    silent.sort(key=lambda view: (view.progress.since or now, view.head.id))
    shown = silent[:most]
    not_asked = [view for view in begun if view.progress.stage is Stage.NOT_CONTACTED]
    fresh = untouched_conversations(session, round_id, now, most - len(shown))
    shown += [*not_asked, *fresh.rows][: most - len(shown)]
    whole = len(silent) + len(not_asked) + len(fresh.rows) + fresh.more
    return ConversationsView(tuple(shown), whole - len(shown))


def untouched_conversations(session: Session, round_id: int, now: datetime, most: int) -> ConversationsView:
    """Return the standing lists of a round that nobody has taken and with which nothing has happened yet, at most so many.

    By place, panel and name.
    """
    taken = {chase.list_id for chase in open_chases(session, now)}
    untouched = sa.and_(_standing(round_id), sa.not_(_touched()))
    if taken:
        untouched = sa.and_(untouched, CandidateList.id.not_in(taken))
    rows = session.scalars(
        sa.select(CandidateList)
        .join(Constituency, Constituency.id == CandidateList.constituency_id)
        .where(untouched)
        .order_by(Constituency.label, CandidateList.panel.is_(None), CandidateList.panel, CandidateList.normal)
        .limit(most)
    ).all()
    whole = session.scalar(sa.select(sa.func.count()).select_from(CandidateList).where(untouched)) or 0
    return ConversationsView(tuple(_conversations(session, rows, now)), whole - len(rows))


def opted_out(session: Session) -> frozenset[int]:
    """Return the lists that asked to be written to no more: they themselves, and those that continue one that did."""
    asked = sa.select(ContactRow.list_id).where(ContactRow.kind == ContactKind.OPTED_OUT)
    heirs = sa.select(Lineage.child_id).where(
        Lineage.kind == LineageKind.CONTINUES, Lineage.confirmed_at.is_not(None), Lineage.parent_id.in_(asked)
    )
    return frozenset(session.scalars(asked.union(heirs)))


def stages(session: Session, round_id: int, now: datetime) -> dict[Stage, int]:
    """Return how many standing lists of a round are in each stage of the conversation."""
    whole = session.scalar(sa.select(sa.func.count()).select_from(CandidateList).where(_standing(round_id))) or 0
    counts = dict.fromkeys(Stage, 0)
    begun = 0
    for view in begun_conversations(session, round_id, now):
        counts[view.progress.stage] += 1
        begun += 1
    counts[Stage.NOT_CONTACTED] += whole - begun
    return counts


def _standing(round_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(CandidateList.round_id == round_id, CandidateList.status == ListStatus.STANDING)


def _touched() -> sa.ColumnElement[bool]:
    """Tell of which lists the stage may be another than "not yet asked": in a national file they are few."""
    told = Answer.state != AnswerState.REJECTED
    answered = sa.select(Answer.list_id).where(told, Answer.list_id.is_not(None))
    under = sa.select(Answer.banner_id).where(told, Answer.banner_id.is_not(None))
    heirs = sa.select(Lineage.child_id).where(Lineage.kind == LineageKind.CONTINUES, Lineage.confirmed_at.is_not(None))
    return sa.or_(
        CandidateList.id.in_(sa.select(ContactRow.list_id)),
        CandidateList.id.in_(answered),
        sa.and_(CandidateList.banner_id.is_not(None), CandidateList.banner_id.in_(under)),
        CandidateList.id.in_(heirs),
    )


def begun_conversations(session: Session, round_id: int, now: datetime) -> Iterator[ConversationView]:
    """Yield the standing lists of a round with which something has happened already, or of which something is on record."""
    rows = session.scalars(
        sa.select(CandidateList).where(_standing(round_id), _touched()).order_by(CandidateList.id)
    ).all()
    for first in range(0, len(rows), _BATCH):
        yield from _conversations(session, rows[first : first + _BATCH], now)


def _conversations(session: Session, rows: Sequence[CandidateList], now: datetime) -> Iterator[ConversationView]:
    taken = {chase.list_id: chase for chase in open_chases(session, now)} if rows else {}
    left = opted_out(session) if rows else frozenset[int]()
    for view in list_views(session, rows, ()):
        number = view.head.id
        yield ConversationView(view.head, view.progress, taken.get(number), view.aliases, opted_out=number in left)

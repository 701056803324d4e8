"""Telling that lists united: once, when nothing about the new list is open any more; and putting right what was not so."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import Standing
from pledgebot.domain.audience import Audience
from pledgebot.domain.calendar import Occurrence
from pledgebot.domain.election import LineageKind
from pledgebot.domain.events import EventKind, Titles
from pledgebot.domain.recalled import MergerFacts, RecalledParent, RecalledPosition
from pledgebot.services.demands import demands
from pledgebot.services.facts import facts_from
from pledgebot.services.list_views import views_of
from pledgebot.services.occurrences import link_event, take_occurrence
from pledgebot.services.positions import Positions
from pledgebot.services.publishing import cancel_event, publish_notice
from pledgebot.services.recalled_lists import Descents, recalled_list
from pledgebot.services.rounds import whole_calendar
from pledgebot.services.topics import topics_of_lists
from pledgebot.services.views import CellView, RoundView, StanceView
from pledgebot.store.tables import CandidateList, Event, Installation, Lineage, Reminder

MERGER_RULE = "lists_merged"
"""Under this rule it is kept what was told of a list, by its number and a running one."""


def tell_mergers(session: Session, children: Collection[int], now: datetime) -> None:
    """Tell of some lists which others have united in them, where that changed; called after every change of lineages.

    It is told once no proposal about a list is open any more. What was told and is not so any more is put right at once;
    nothing is said of what nobody has heard yet. After the vote of its round no merger is news.
    """
    session.flush()
    # Locked, so that of two who decide at once about one list the second sees what the first decided.
    locked = sa.select(CandidateList.id).where(CandidateList.id.in_(children)).order_by(CandidateList.id)
    affected = session.scalars(locked.with_for_update(key_share=True)).all()
    rounds = {view.id: view for view in whole_calendar(session)} if affected else {}
    for child in affected:
        _tell(session, child, rounds, now)


@dataclass(frozen=True)
class _News:
    """Which lists have united in one, and of which that is taken back."""

    united: frozenset[int] = frozenset()
    taken_back: frozenset[int] = frozenset()


def _tell(session: Session, child: int, rounds: dict[int, RoundView], now: datetime) -> None:
    earlier = _events(session, child)
    heard = [event for event in earlier if event.fanned_to or event.fanned_out_at is not None]
    told = frozenset(parent.id for parent in _facts(heard[-1]).parents) if heard else frozenset()
    news = _news(session, child, told)
    for event in earlier:
        if event not in heard:
            if news == _said(event, told):
                return
            cancel_event(session, event, now)
    asked = rounds[session.get_one(CandidateList, child).round_id]
    end = asked.silence.ends if asked.silence is not None else None
    over = end is not None and end <= now
    if news is None or (over and not news.taken_back):
        return
    told_on = heard[-1].created_at.astimezone(asked.zone).date() if heard else None
    facts = _merger_facts(session, child, news, asked, told_on)
    reminder = take_occurrence(session, Occurrence(MERGER_RULE, f"{child}:{_count(session, child)}", now), now)
    if reminder is None:
        return
    number = publish_notice(
        session,
        EventKind.LISTS_MERGED,
        facts,
        now,
        audience=Audience.PUBLIC,
        topics=topics_of_lists(session, {child, *news.united, *news.taken_back}),
        expires_at=None if news.taken_back else end,
    )
    link_event(session, reminder, number)


def _told(child: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Reminder.rule == MERGER_RULE, Reminder.occurrence.startswith(f"{child}:", autoescape=True)


def _events(session: Session, child: int) -> list[Event]:
    """Return what was published of a list and stands, oldest first; a fan-out that is under way is waited for."""
    rows = session.scalars(
        sa.select(Event)
        .join(Reminder, Reminder.event_id == Event.id)
        .where(*_told(child), Event.cancelled_at.is_(None))
        .order_by(Event.id)
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _count(session: Session, child: int) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Reminder).where(*_told(child))) or 0


def _facts(event: Event) -> MergerFacts:
    return cast("MergerFacts", facts_from(event.kind, event.facts))


def _news(session: Session, child: int, told: frozenset[int]) -> _News | None:
    """Return what is to be told of a list of which some were told to have united in it; None where that is all right."""
    rows = session.execute(
        sa.select(Lineage.parent_id, Lineage.kind, Lineage.confirmed_at).where(Lineage.child_id == child)
    ).all()
    united = frozenset(row.parent_id for row in rows if row.kind is LineageKind.MERGED and row.confirmed_at is not None)
    decided = all(row.confirmed_at is not None for row in rows)
    taken_back = told - united
    if not taken_back and (united == told or not decided):
        return None
    return _News(united if decided else united & told, taken_back)


def _said(event: Event, told: frozenset[int]) -> _News:
    united = frozenset(parent.id for parent in _facts(event).parents)
    return _News(united, told - united)


def _merger_facts(session: Session, child: int, news: _News, asked: RoundView, told_on: date | None) -> MergerFacts:
    installation = session.get_one(Installation, 1)
    row = session.get_one(CandidateList, child)
    [view] = views_of(session, [child], ())
    names = _names(session, {*news.united, *news.taken_back})
    return MergerFacts(
        letter_title=cast("dict[str, Titles]", installation.letter or {}).get("title", {}),
        election=asked.election,
        round_number=asked.number,
        child=recalled_list(view, row.constituency_id, Descents(session).known_as(child, row.banner_id), asked.zone),
        parents=tuple(_parents(session, [(number, name) for number, name in names.items() if number in news.united])),
        fictional=installation.fictional,
        taken_back=tuple(name for number, name in names.items() if number in news.taken_back),
        told_on=told_on,
    )


def _names(session: Session, lists: Collection[int]) -> dict[int, str]:
    """Return the names of lists, in panel order (before there is one, alphabetical)."""
    rows = session.execute(
        sa.select(CandidateList.id, CandidateList.name)
        .where(CandidateList.id.in_(lists))
        .order_by(CandidateList.panel.is_(None), CandidateList.panel, CandidateList.normal, CandidateList.id)
    )
    return {row.id: row.name for row in rows}


def _parents(session: Session, parents: Collection[tuple[int, str]]) -> Iterator[RecalledParent]:
    """Yield what lists that united had said on each demand."""
    asked = demands(session)
    positions = Positions(session, [number for number, _name in parents])
    for number, name in parents:
        cells = positions.cells_of_list(number, asked)
        yield RecalledParent(number, name, LineageKind.MERGED, tuple(one for cell in cells for one in _of_cell(cell)))


def _of_cell(cell: CellView) -> Iterator[RecalledPosition]:
    """Yield what was said on a demand as a whole, unless only parts of it were spoken of, and on its parts."""
    if cell.standing.known or cell.standing.beside or not cell.parts:
        yield _position(cell, cell.standing, None)
    for title, standing in cell.parts:
        yield _position(cell, standing, title)


def _position(cell: CellView, standing: Standing[StanceView], part: Titles | None) -> RecalledPosition:
    counts = standing.counts
    return RecalledPosition(
        demand=cell.demand.key,
        title=cell.demand.title,
        position=counts.position if counts is not None else None,
        part_title=part,
        beside=tuple(one.position for one in standing.beside if one.position is not None),
        taken_back=standing.withdrawn is not None,
        inherited=bool(standing.parents),
        being_corrected=counts is not None and counts.being_corrected,
    )

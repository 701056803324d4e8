"""A draft as a screen shows it: with the names of what it holds by number, and what may be chosen now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.draft import (
    Draft,
    Question,
    Questions,
    Said,
    Slot,
    Step,
    can_go_back,
    can_split,
    is_missing,
    slots,
)
from pledgebot.domain.election import ListStatus
from pledgebot.domain.events import SubjectFacts, Titles
from pledgebot.services.demands import demands
from pledgebot.services.draft_answers import is_there
from pledgebot.services.facts import subject_facts
from pledgebot.services.lookup import Directories, Hit, HitKind, find
from pledgebot.services.rounds import current_round
from pledgebot.services.views import DemandView, RoundView
from pledgebot.store.tables import Banner, CandidateList, Constituency

MOST_CHOICES = 30
"""How many lists and banners are offered as buttons at most; where there are more a name is typed."""

FINDABLE = (HitKind.LIST, HitKind.BANNER, HitKind.PLACE)


@dataclass(frozen=True)
class SlotView:
    """One demand, or part of one, on which something is said; `said` is None while it is open."""

    slot: Slot
    title: Titles
    part_title: Titles | None
    said: Said | None


@dataclass(frozen=True)
class DraftView:
    """A draft on the screen. `choices` are what the list step offers, `more` says that there are others.

    `can_go_on` says that what is asked now is answered already, so that it can be left as it is.
    """

    draft: Draft
    revision: int
    subject: SubjectFacts | None
    slots: tuple[SlotView, ...]
    can_split: bool
    can_go_back: bool
    can_go_on: bool
    choices: tuple[Hit, ...]
    more: bool
    today: date

    @property
    def at(self) -> SlotView | None:
        """Return what is asked about now, if a position is."""
        return next((view for view in self.slots if view.slot == self.draft.at), None)


def questions_of(columns: Iterable[DemandView]) -> Questions:
    """Return the demands of the letter as a draft asks about them."""
    return tuple(Question(one.key, tuple(key for key, _title in one.parts)) for one in columns)


def draft_view(
    session: Session, draft: Draft, revision: int, now: datetime, directories: Directories | None = None
) -> DraftView:
    """Return a draft as it is shown now."""
    asked, columns = current_round(session, now), demands(session)
    questions = questions_of(columns)
    choices, more = _choices(session, draft, asked, directories) if draft.step is Step.LIST else ((), False)
    known = is_there(session, list_id=draft.list_id, banner_id=draft.banner_id)
    return DraftView(
        draft=draft,
        revision=revision,
        subject=subject_facts(session, draft.list_id, draft.banner_id) if known else None,
        slots=tuple(_slot_view(draft, slot, columns) for slot in slots(draft, questions)),
        can_split=can_split(draft, draft.at, questions),
        can_go_back=can_go_back(draft, questions),
        can_go_on=_is_answered(draft, questions),
        choices=choices,
        more=more,
        today=now.astimezone(asked.zone).date(),
    )


def _is_answered(draft: Draft, questions: Questions) -> bool:
    if draft.step is Step.POSITIONS:
        return draft.at is not None and draft.on(draft.at) is not None
    return draft.step is not Step.PREVIEW and not is_missing(draft, draft.step, questions)


def _slot_view(draft: Draft, slot: Slot, columns: Iterable[DemandView]) -> SlotView:
    """Return what is asked about, with its title; a demand that was retired goes by its key."""
    demand = next((one for one in columns if one.key == slot.demand), None)
    if demand is None:
        return SlotView(slot, {"": slot.demand}, {"": slot.part} if slot.part else None, draft.on(slot))
    part = dict(demand.parts).get(slot.part)
    return SlotView(slot, demand.title, part, draft.on(slot))


def _choices(
    session: Session, draft: Draft, asked: RoundView, directories: Directories | None
) -> tuple[tuple[Hit, ...], bool]:
    if draft.query:
        found = find(session, draft.query, FINDABLE, asked.id, directories)
        return found.hits, found.more
    if draft.place is None and _are_many(session, asked.id):
        # Of a whole country the first thirty would only mislead; of one place they are a beginning.
        return (), True
    hits = (*_banners(session, asked.id, draft.place), *_lists(session, asked.id, draft.place))
    return hits[:MOST_CHOICES], len(hits) > MOST_CHOICES


def _are_many(session: Session, round_id: int) -> bool:
    some = sa.select(CandidateList.id).where(CandidateList.round_id == round_id).limit(MOST_CHOICES + 1)
    return len(session.scalars(some).all()) > MOST_CHOICES


def _banners(session: Session, round_id: int, place: int | None) -> list[Hit]:
    query = sa.select(Banner.id, Banner.name).where(Banner.round_id == round_id)
    if place is not None:
        there = sa.select(CandidateList.banner_id).join(Constituency, _stands_in()).where(_within(place))
        query = query.where(Banner.id.in_(there))
    rows = session.execute(query.order_by(Banner.name, Banner.id).limit(MOST_CHOICES + 1))
    return [Hit(HitKind.BANNER, row.id, row.name) for row in rows]


def _lists(session: Session, round_id: int, place: int | None) -> list[Hit]:
    query = (
        sa.select(CandidateList.id, CandidateList.name, CandidateList.panel, Constituency.label)
        .join(Constituency, _stands_in())
        .where(CandidateList.round_id == round_id, CandidateList.status == ListStatus.STANDING)
        .order_by(Constituency.label, CandidateList.panel.asc().nulls_last(), CandidateList.name, CandidateList.id)
        .limit(MOST_CHOICES + 1)
    )
    rows = session.execute(query if place is None else query.where(_within(place)))
    return [
        Hit(HitKind.LIST, row.id, f"{'' if row.panel is None else f'{row.panel}. '}{row.name} ({row.label})")
        for row in rows
    ]


def _stands_in() -> sa.ColumnElement[bool]:
    return CandidateList.constituency_id == Constituency.id


def _within(place: int) -> sa.ColumnElement[bool]:
    return sa.or_(Constituency.id == place, Constituency.parent_id == place)

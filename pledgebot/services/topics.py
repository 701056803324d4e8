"""What an answer touches: whoever follows one of these hears of it."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind
from pledgebot.domain.audience import Topics
from pledgebot.store.tables import Answer, CandidateList, Constituency, Lineage, Stance


def topics_of(session: Session, answer: Answer) -> Topics:
    """Return what an answer touches: its list or banner, their constituencies (and what these are part of), its demands.

    Whoever follows a list, or the banner under which it stood, hears of the lists that descend from it.

    A removal has no demands of its own: it touches those of the entry whose content it removes.
    """
    speaking = answer.target_id if answer.kind is AnswerKind.REMOVAL else answer.id
    demands = tuple(session.scalars(sa.select(Stance.demand_id).where(Stance.answer_id == speaking).distinct()))
    if answer.list_id is not None:
        rows = [session.get_one(CandidateList, answer.list_id)]
    else:
        rows = list(session.scalars(sa.select(CandidateList).where(CandidateList.banner_id == answer.banner_id)))
    told = topics_of_lists(session, {row.id for row in rows})
    banners = {*told.banners} if answer.banner_id is None else {*told.banners, answer.banner_id}
    return replace(told, banners=tuple(sorted(banners)), demands=tuple(sorted(demands)))


def topics_of_lists(session: Session, lists: set[int]) -> Topics:
    """Return what some lists touch: those from which they descend, the banners of all of them, where they stand."""
    family = _with_ancestors(session, lists)
    rows = session.execute(
        sa.select(CandidateList.id, CandidateList.banner_id, CandidateList.constituency_id).where(
            CandidateList.id.in_(family)
        )
    ).all()
    banners = {row.banner_id for row in rows if row.banner_id is not None}
    places = {row.constituency_id for row in rows if row.id in lists}
    return Topics(lists=family, banners=tuple(sorted(banners)), constituencies=with_parents(session, places))


def _with_ancestors(session: Session, lists: set[int]) -> tuple[int, ...]:
    """Return lists and those from which they descend by confirmed lineages: whoever follows one hears of its heirs."""
    found: set[int] = set()
    waiting = set(lists)
    while waiting:
        found |= waiting
        parents = session.scalars(
            sa.select(Lineage.parent_id).where(Lineage.child_id.in_(waiting), Lineage.confirmed_at.is_not(None))
        )
        waiting = set(parents) - found
    return tuple(sorted(found))


def with_parents(session: Session, places: set[int]) -> tuple[int, ...]:
    """Return places and those of which they are part."""
    found: set[int] = set()
    waiting = set(places)
    while waiting:
        found |= waiting
        parents = session.scalars(sa.select(Constituency.parent_id).where(Constituency.id.in_(waiting)))
        waiting = {parent for parent in parents if parent is not None} - found
    return tuple(sorted(found))

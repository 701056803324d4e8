"""Lists as reminders name them: how far the conversation with each is, and by which numbers it is followed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import Fate, ListStatus
from pledgebot.domain.recalled import GoneList, RecalledList
from pledgebot.services.list_views import views_of
from pledgebot.services.views import ListView
from pledgebot.store.tables import CandidateList, Constituency, Lineage

_BATCH = 500
"""So many lists are looked at by one query."""


class Descents:
    """Who descends from whom by confirmed lineages, and the banners of all of them: read once for many lists."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            sa.select(Lineage.child_id, Lineage.parent_id).where(Lineage.confirmed_at.is_not(None))
        ).all()
        self._parents: dict[int, set[int]] = defaultdict(set)
        self._children: dict[int, set[int]] = defaultdict(set)
        for child, parent in rows:
            self._parents[child].add(parent)
            self._children[parent].add(child)
        parents = sa.select(Lineage.parent_id).where(Lineage.confirmed_at.is_not(None))
        banners = sa.select(CandidateList.id, CandidateList.banner_id).where(
            CandidateList.id.in_(parents), CandidateList.banner_id.is_not(None)
        )
        self._banners = {number: banner for number, banner in session.execute(banners) if banner is not None}

    def known_as(self, list_id: int, banner_id: int | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the numbers of the lists and of the banners by whose followers a list is followed."""
        lists = _closure({list_id}, self._parents)
        banners = {self._banners[number] for number in lists if number in self._banners}
        return tuple(sorted(lists)), tuple(sorted(banners | ({banner_id} if banner_id is not None else set())))

    def heirs(self, lists: Collection[int]) -> set[int]:
        """Return some lists and all those that descend from them."""
        return _closure(set(lists), self._children)


def _closure(lists: set[int], of: Mapping[int, set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = set(lists)
    while waiting:
        found |= waiting
        waiting = {other for number in waiting for other in of.get(number, ())} - found
    return found


def standing_lists(session: Session, round_id: int, descents: Descents, zone: tzinfo) -> tuple[RecalledList, ...]:
    """Return the lists that stand in a round, by place and panel number (before there is one, by name).

    `zone` is that in which the days begin of which their stages speak.
    """
    rows = session.execute(
        sa.select(CandidateList.id, CandidateList.banner_id, CandidateList.constituency_id)
        .join(Constituency, Constituency.id == CandidateList.constituency_id)
        .where(CandidateList.round_id == round_id, CandidateList.status == ListStatus.STANDING)
        .order_by(
            Constituency.label,
            CandidateList.constituency_id,
            CandidateList.panel.is_(None),
            CandidateList.panel,
            CandidateList.normal,
            CandidateList.id,
        )
    ).all()
    views = _views(session, [row.id for row in rows])
    return tuple(
        recalled_list(view, row.constituency_id, descents.known_as(row.id, row.banner_id), zone)
        for row, view in zip(rows, views, strict=True)
    )


def recalled_list(
    view: ListView, constituency_id: int, known_as: tuple[tuple[int, ...], tuple[int, ...]], zone: tzinfo
) -> RecalledList:
    """Return a list as a reminder names it; `known_as` is that of `Descents`."""
    since, (lists, banners) = view.progress.since, known_as
    return RecalledList(
        id=view.head.id,
        name=view.head.name,
        panel=view.head.panel,
        constituency=view.head.constituency,
        constituency_id=constituency_id,
        stage=view.progress.stage,
        since=since.astimezone(zone).date() if since is not None else None,
        lists=lists,
        banners=banners,
    )


def _views(session: Session, lists: Sequence[int]) -> Iterator[ListView]:
    for first in range(0, len(lists), _BATCH):
        yield from views_of(session, lists[first : first + _BATCH], ())


def gone_lists(
    session: Session, lists: Collection[int], banners: Collection[int], descents: Descents
) -> dict[int, tuple[GoneList, ...]]:
    """Return which of some lists, and of those under some banners, stand no more and went on in no other, by constituency.

    Where a list went that is still open is not said.
    """
    followed = set(lists)
    if banners:
        followed |= set(session.scalars(sa.select(CandidateList.id).where(CandidateList.banner_id.in_(banners))))
    family = sorted(descents.heirs(followed))
    rows = {
        row.id: row
        for first in range(0, len(family), _BATCH)
        for row in session.execute(
            sa.select(CandidateList.id, CandidateList.constituency_id, CandidateList.banner_id).where(
                CandidateList.id.in_(family[first : first + _BATCH])
            )
        )
    }
    found: dict[int, list[GoneList]] = defaultdict(list)
    for view in _views(session, family):
        if view.head.fate in {Fate.WITHDRAWN, Fate.NOT_STANDING}:
            row = rows[view.head.id]
            gone = GoneList(view.head.id, view.head.name, *descents.known_as(row.id, row.banner_id))
            found[row.constituency_id].append(gone)
    return {place: tuple(gone) for place, gone in found.items()}

"""The second round: who descends from whom. Proposed by comparing candidates, confirmed by a person, undone by a person.

No official file names the first-round list of a second-round list (electoral-facts §1.4): the share of common candidates
tells. By article L. 264 of the electoral code the candidates of one list may go to one other list only.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import Descent, LineageKind, descents
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.mergers import tell_mergers
from pledgebot.services.names import names_changed
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.revision import raise_revision
from pledgebot.store.tables import CandidateList, Constituency, Lineage, NameDigest, Round
from pledgebot.store.types import Json

DIGEST_SIZE = 8


@dataclass(frozen=True)
class LineageView:
    """One lineage, proposed or confirmed: `common` of the child's `of_child` candidates stood on the parent."""

    id: int
    constituency: str
    child: str
    parent: str
    kind: LineageKind
    common: int | None
    of_child: int | None
    confirmed: bool


def propose_lineages(session: Session, round_id: int) -> int:
    """Propose, for each list of a round, the lists of the round before from which its candidates come.

    Returned is how many wait for a person. What a person confirmed stays as it is; doing it again changes nothing.
    """
    before = _round_before(session, round_id)
    if before is None:
        return 0
    children, parents = _members(session, round_id), _members(session, before)
    found = {
        (child, descent.parent): descent
        for place in children.keys() & parents.keys()
        for child, descent in descents(children[place], parents[place])
    }
    there = _of_round(session, round_id)
    left = [row for pair, row in there.items() if row.confirmed_at is None and pair not in found]
    new = [pair for pair in found if pair not in there]
    for row in left:
        session.delete(row)
    session.flush()
    session.add_all(_lineage(child, found[child, parent]) for child, parent in new)
    session.flush()
    if left or new:
        # A proposal says nothing of where a list went, but that it is open.
        raise_revision(session)
    return sum(pair not in there or there[pair].confirmed_at is None for pair in found)


def _of_round(session: Session, round_id: int) -> dict[tuple[int, int], Lineage]:
    """Return the lineages of a round's lists by (child, parent)."""
    rows = session.scalars(
        sa.select(Lineage)
        .join(CandidateList, CandidateList.id == Lineage.child_id)
        .where(CandidateList.round_id == round_id)
    )
    return {(row.child_id, row.parent_id): row for row in rows}


def _lineage(child: int, descent: Descent) -> Lineage:
    return Lineage(
        child_id=child, parent_id=descent.parent, kind=descent.kind, common=descent.common, of_child=descent.of_child
    )


def _round_before(session: Session, round_id: int) -> int | None:
    day = session.get_one(Round, round_id).day
    return session.scalar(sa.select(Round.id).where(Round.day < day).order_by(Round.day.desc()).limit(1))


def _members(session: Session, round_id: int) -> dict[int, dict[int, frozenset[bytes]]]:
    """Return constituency → list → its candidates' digests."""
    rows = session.execute(
        sa.select(CandidateList.constituency_id, CandidateList.id, NameDigest.digests)
        .join(NameDigest, NameDigest.list_id == CandidateList.id)
        .where(CandidateList.round_id == round_id)
    )
    members: dict[int, dict[int, frozenset[bytes]]] = defaultdict(dict)
    for place, list_id, digests in rows:
        cut = range(0, len(digests), DIGEST_SIZE)
        members[place][list_id] = frozenset(digests[at : at + DIGEST_SIZE] for at in cut)
    return members


def show_lineages(session: Session, round_id: int, *, only_open: bool = False) -> tuple[LineageView, ...]:
    """Return the lineages of a round's lists, by constituency and list."""
    child, parent = sa.orm.aliased(CandidateList), sa.orm.aliased(CandidateList)
    rows = session.execute(
        sa.select(Lineage, Constituency.label, child.name, parent.name)
        .join(child, child.id == Lineage.child_id)
        .join(parent, parent.id == Lineage.parent_id)
        .join(Constituency, Constituency.id == child.constituency_id)
        .where(child.round_id == round_id, Lineage.confirmed_at.is_(None) if only_open else sa.true())
        .order_by(Constituency.label, child.panel, child.normal, Lineage.common.desc(), Lineage.id)
    )
    return tuple(
        LineageView(
            id=row.id,
            constituency=place,
            child=child_name,
            parent=parent_name,
            kind=row.kind,
            common=row.common,
            of_child=row.of_child,
            confirmed=row.confirmed_at is not None,
        )
        for row, place, child_name, parent_name in rows
    )


def confirm_lineages(session: Session, ids: Iterable[int], by: Actor, now: datetime) -> None:
    """Confirm lineages: positions, topics and progress follow them from now on. Refuses a second list continued by one.

    Followers are told of a merger once no proposal about the new list is open any more.
    """
    require_role(session, by, Role.VERIFIER)
    children: set[int] = set()
    for lineage_id in ids:
        row = _lineage_row(session, lineage_id)
        children.add(row.child_id)
        if row.confirmed_at is None:
            _refuse_two_continued(session, row)
            row.confirmed_at, row.confirmed_by = now, by.organizer
            session.flush()
            note(session, by, "lineage.confirm", f"lineage:{row.id}", now)
    names_changed(session)
    tell_mergers(session, children, now)


def _lineage_row(session: Session, lineage_id: int) -> Lineage:
    row = session.get(Lineage, lineage_id)
    if row is None:
        raise Refused(Objection.UNKNOWN_LINEAGE, name=str(lineage_id))
    return row


def _refuse_two_continued(session: Session, row: Lineage) -> None:
    other = sa.select(Lineage.id).where(
        Lineage.child_id == row.child_id,
        Lineage.id != row.id,
        Lineage.confirmed_at.is_not(None),
        sa.true() if row.kind is LineageKind.CONTINUES else Lineage.kind == LineageKind.CONTINUES,
    )
    if session.scalar(other.limit(1)) is not None:
        raise Refused(Objection.OTHER_LINEAGE, name=session.get_one(CandidateList, row.child_id).name)


def set_lineage(session: Session, child_id: int, parent_id: int, kind: LineageKind, by: Actor, now: datetime) -> int:
    """Say by hand that a list descends from another of an earlier round, and return the lineage's number."""
    require_role(session, by, Role.VERIFIER)
    child, parent = session.get(CandidateList, child_id), session.get(CandidateList, parent_id)
    if child is None or parent is None:
        raise Refused(Objection.UNKNOWN_LIST, name=str(child_id if child is None else parent_id))
    if child.constituency_id != parent.constituency_id:
        raise Refused(Objection.OTHER_CONSTITUENCY, name=parent.name, other=child.name)
    if _round_before(session, child.round_id) != parent.round_id:
        raise Refused(Objection.OTHER_ROUND, name=parent.name, other=child.name)
    row = session.scalar(sa.select(Lineage).where(Lineage.child_id == child_id, Lineage.parent_id == parent_id))
    if row is None:
        row = Lineage(child_id=child_id, parent_id=parent_id, kind=kind)
        session.add(row)
    elif row.confirmed_at is not None and row.kind is not kind:
        raise Refused(Objection.OTHER_LINEAGE, name=child.name)
    row.kind = kind
    session.flush()
    confirm_lineages(session, [row.id], by, now)
    return row.id


def undo_lineage(session: Session, lineage_id: int, by: Actor, now: datetime) -> None:
    """Take a confirmed lineage back, or drop a proposal: nothing is inherited by it any more.

    Whoever was told of the merger already is told that it is taken back.
    """
    require_role(session, by, Role.VERIFIER)
    row = _lineage_row(session, lineage_id)
    child = row.child_id
    # The state at an earlier moment is computed from these: see `as_of`.
    was: dict[str, Json] = {
        "child": row.child_id,
        "parent": row.parent_id,
        "kind": row.kind.value,
        "confirmed_at": row.confirmed_at.isoformat() if row.confirmed_at is not None else None,
    }
    if row.confirmed_at is None or row.common is None:
        session.delete(row)
    else:
        row.confirmed_at = row.confirmed_by = None
    names_changed(session)
    note(session, by, "lineage.undo", f"lineage:{lineage_id}", now, **was)
    tell_mergers(session, [child], now)


def close_lineages(session: Session, round_id: int, by: Actor, now: datetime) -> int:
    """Close a round's lineages: proposals left are dropped, and the candidates' digests deleted. Returns how many proposals."""
    require_role(session, by, Role.VERIFIER)
    row = session.get_one(Round, round_id)
    left = [view.id for view in show_lineages(session, round_id, only_open=True)]
    children = session.scalars(sa.select(Lineage.child_id).where(Lineage.id.in_(left))).all()
    session.execute(sa.delete(Lineage).where(Lineage.id.in_(left)))
    before = _round_before(session, round_id)
    rounds: Sequence[int] = [round_id] if before is None else [round_id, before]
    # Both rounds: importing the first one's file again must not bring its digests back.
    session.execute(sa.update(Round).where(Round.id.in_(rounds)).values(lineages_closed_at=now))
    session.execute(
        sa.delete(NameDigest).where(
            NameDigest.list_id.in_(sa.select(CandidateList.id).where(CandidateList.round_id.in_(rounds)))
        )
    )
    names_changed(session)
    note(session, by, "lineage.close", f"round:{row.key}", now, dropped=len(left))
    tell_mergers(session, children, now)
    return len(left)

"""Provisional lists meet the official file: matches are proposed, and a person confirms each. Nothing is matched silently."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import normalise
from pledgebot.services.hushed import refuse_in_silence
from pledgebot.services.lists import get_list
from pledgebot.services.names import names_changed
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.store.tables import (
    Answer,
    CandidateList,
    Constituency,
    ContactRow,
    Lineage,
    NameAlias,
    NameDigest,
    Subscription,
)

LIKENESS = 85
"""From this likeness on (0 to 100) two names are proposed as one list's."""


@dataclass(frozen=True)
class MatchView:
    """A provisional list and the list of the official file that it may be: why, and how alike the names are (0 to 100)."""

    provisional: int
    provisional_name: str
    official: int
    official_name: str
    panel: int
    constituency: str
    same_head: bool
    likeness: int


def propose_matches(session: Session, round_id: int) -> tuple[MatchView, ...]:
    """Return what provisional lists may be in the official file: by constituency, head of list and name; likeliest first."""
    rows = session.execute(
        sa.select(CandidateList, Constituency.label)
        .join(Constituency, Constituency.id == CandidateList.constituency_id)
        .where(
            CandidateList.round_id == round_id,
            CandidateList.status == ListStatus.STANDING,
            CandidateList.constituency_id.in_(
                sa.select(CandidateList.constituency_id).where(
                    CandidateList.round_id == round_id, CandidateList.panel.is_(None)
                )
            ),
        )
    ).all()
    official: dict[int, list[CandidateList]] = defaultdict(list)
    for row, _label in rows:
        if row.panel is not None:
            official[row.constituency_id].append(row)
    aliases = _aliases(session, [row.id for row, _label in rows if row.panel is None])
    views = [
        _match(row, aliases[row.id], other, label)
        for row, label in rows
        if row.panel is None
        for other in official[row.constituency_id]
    ]
    likely = [view for view in views if view.same_head or view.likeness >= LIKENESS]
    return tuple(sorted(likely, key=lambda v: (v.constituency, v.provisional, not v.same_head, -v.likeness, v.panel)))


def _aliases(session: Session, lists: list[int]) -> dict[int, list[str]]:
    aliases: dict[int, list[str]] = defaultdict(list)
    for owner, normal in session.execute(
        sa.select(NameAlias.list_id, NameAlias.normal).where(NameAlias.list_id.in_(lists))
    ):
        if owner is not None:
            aliases[owner].append(normal)
    return aliases


def _match(row: CandidateList, aliases: list[str], other: CandidateList, place: str) -> MatchView:
    from rapidfuzz import fuzz

    ours = [row.normal, *aliases, *([normalise(row.short_name)] if row.short_name else [])]
    theirs = [other.normal, *([normalise(other.short_name)] if other.short_name else [])]
    heads = (_head(row.head), _head(other.head))
    return MatchView(
        provisional=row.id,
        provisional_name=row.name,
        official=other.id,
        official_name=other.name,
        panel=other.panel or 0,
        constituency=place,
        same_head=bool(heads[0]) and heads[0] == heads[1],
        likeness=round(max(fuzz.ratio(a, b) for a in ours for b in theirs)),
    )


def _head(name: str | None) -> frozenset[str]:
    """Return the words of a person's name: given and family name come in either order."""
    return frozenset(normalise(name).replace("-", " ").split()) if name else frozenset()


def confirm_match(session: Session, provisional_id: int, official_id: int, by: Actor, now: datetime) -> None:
    """Say that a provisional list is one of the official file.

    The provisional list stays, with its number, answers, contacts, aliases and subscriptions, and takes over what the file
    says; its former name goes on as an alias. What was said of the file's row meanwhile moves along; if both have answers it
    is refused, since entries of the ledger do not change their subject.
    """
    require_role(session, by, Role.RECORDER)
    ours, theirs = get_list(session, provisional_id), get_list(session, official_id)
    if ours.panel is not None:
        raise Refused(Objection.NOT_PROVISIONAL, name=ours.name)
    if theirs.panel is None:
        raise Refused(Objection.NOT_OFFICIAL, name=theirs.name)
    if ours.constituency_id != theirs.constituency_id:
        raise Refused(Objection.OTHER_CONSTITUENCY, name=theirs.name, other=ours.name)
    if ours.round_id != theirs.round_id:
        raise Refused(Objection.OTHER_ROUND, name=theirs.name, other=ours.name)
    if session.scalar(sa.select(Answer.id).where(Answer.list_id == official_id).limit(1)) is not None:
        raise Refused(Objection.BOTH_ANSWERED, name=theirs.name, other=ours.name)
    if ours.status is not ListStatus.STANDING:
        raise Refused(Objection.NOT_STANDING, name=ours.name)
    refuse_in_silence(session, now)
    former = ours.name
    _move_descent(session, official_id, ours)
    _move(session, official_id, provisional_id)
    _take_over(session, ours, theirs, now)
    _keep_name(session, ours, former)
    names_changed(session)
    note(session, by, "list.match", f"list:{provisional_id}", now, official=official_id, former=former)


def _move_descent(session: Session, source: int, ours: CandidateList) -> None:
    """Move lineages to our list; of the same one said twice the confirmed stays. Refuses what could not be confirmed."""
    for mine, other in ((Lineage.child_id, Lineage.parent_id), (Lineage.parent_id, Lineage.child_id)):
        rows = session.scalars(sa.select(Lineage).where(mine.in_([ours.id, source]))).all()
        kept: dict[int, Lineage] = {}
        for row in sorted(rows, key=lambda row: (row.confirmed_at is None, getattr(row, mine.key) != ours.id, row.id)):
            kept.setdefault(getattr(row, other.key), row)
        kinds = [row.kind for row in kept.values() if row.confirmed_at is not None]
        if mine is Lineage.child_id and LineageKind.CONTINUES in kinds and len(kinds) > 1:
            raise Refused(Objection.OTHER_LINEAGE, name=ours.name)
        for row in rows:
            if row not in kept.values():
                session.delete(row)
        session.flush()
        for row in kept.values():
            setattr(row, mine.key, ours.id)
        session.flush()


def _move(session: Session, source: int, target: int) -> None:
    """Move what hangs on one list to another: contacts, descent, digests, and what the other does not have already."""
    session.execute(sa.update(ContactRow).where(ContactRow.list_id == source).values(list_id=target))
    session.execute(sa.delete(NameDigest).where(NameDigest.list_id == target))
    session.execute(sa.update(NameDigest).where(NameDigest.list_id == source).values(list_id=target))
    there = sa.select(NameAlias.normal).where(NameAlias.list_id == target)
    session.execute(sa.delete(NameAlias).where(NameAlias.list_id == source, NameAlias.normal.in_(there)))
    session.execute(sa.update(NameAlias).where(NameAlias.list_id == source).values(list_id=target))
    followers = sa.select(Subscription.destination_id).where(Subscription.list_id == target)
    session.execute(
        sa.delete(Subscription).where(Subscription.list_id == source, Subscription.destination_id.in_(followers))
    )
    session.execute(sa.update(Subscription).where(Subscription.list_id == source).values(list_id=target))


def _take_over(session: Session, ours: CandidateList, theirs: CandidateList, now: datetime) -> None:
    panel, banner = theirs.panel, ours.banner_id or theirs.banner_id
    values = {name: getattr(theirs, name) for name in _OFFICIAL}
    session.delete(theirs)
    # The row of the file goes first: two lists of one place cannot have one panel number, not even for a moment.
    session.flush()
    for name, value in values.items():
        setattr(ours, name, value if value is not None else getattr(ours, name))
    ours.panel, ours.banner_id, ours.changed_at = panel, banner, now
    session.flush()


_OFFICIAL = ("name", "normal", "short_name", "head", "nuance", "nuance_source", "nuance_year")


def _keep_name(session: Session, row: CandidateList, former: str) -> None:
    normal = normalise(former)
    known = sa.select(NameAlias.id).where(NameAlias.list_id == row.id, NameAlias.normal == normal)
    if normal != row.normal and session.scalar(known) is None:
        session.add(NameAlias(list_id=row.id, alias=former, normal=normal))

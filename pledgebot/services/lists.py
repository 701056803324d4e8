"""Lists and banners by hand: added, edited, given aliases, withdrawn, merged. Weeks before the vote there is no file yet."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.election import LineageKind, ListStatus
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import normalise
from pledgebot.services.hushed import refuse_in_silence
from pledgebot.services.mergers import tell_mergers
from pledgebot.services.names import names_changed
from pledgebot.services.people import Actor, Role, note, require_role
from pledgebot.services.texts import one_line
from pledgebot.store.tables import Banner, CandidateList, Constituency, Lineage, NameAlias, Round
from pledgebot.store.types import Json

CODE_LENGTH = 16
LARGEST_NUMBER = 1 << 31
BY_HAND = "recorded by the collective"
NAME_LENGTH, SHORT_LENGTH, PERSON_LENGTH, PLACE_LENGTH, NUANCE_LENGTH = 500, 300, 200, 200, 16
"""The longest texts that the tables hold."""


@dataclass(frozen=True)
class ListDetails:
    """What may be said of a list; a field left None says nothing (when editing: stays as it is).

    An empty text or a panel of 0 takes the value away. `banner` names a banner of the same round, made if there is none.
    """

    name: str | None = None
    short_name: str | None = None
    head: str | None = None
    panel: int | None = None
    banner: str | None = None
    nuance: str | None = None
    nuance_source: str | None = None


@dataclass(frozen=True)
class Place:
    """Where and when a list stands: a constituency's code and a round's key; the label is for a new constituency."""

    constituency: str
    round: str | None = None
    label: str | None = None
    aliases: tuple[str, ...] = field(default=())


def find_round(session: Session, key: str | None) -> Round:
    """Return the round of a key or number; without one, the first round."""
    rounds = list(session.scalars(sa.select(Round).order_by(Round.day)))
    if key is None and rounds:
        return rounds[0]
    found = [row for row in rounds if row.key == key] or [row for row in rounds if str(row.number) == key]
    if len(found) != 1:
        raise Refused(Objection.UNKNOWN_ROUND, name=key or "", known=[row.key for row in rounds])
    return found[0]


def find_constituency(session: Session, code: str) -> Constituency:
    """Return the constituency of a code; refuses an unknown one."""
    row = session.scalar(sa.select(Constituency).where(Constituency.code == code.strip().upper()))
    if row is None:
        raise Refused(Objection.UNKNOWN_CONSTITUENCY, name=code)
    return row


def add_list(session: Session, place: Place, details: ListDetails, by: Actor, now: datetime) -> int:
    """Add a list by hand and return its number. A constituency that is not known yet is made when it is given a label."""
    require_role(session, by, Role.RECORDER)
    constituency = _constituency(session, place)
    row = CandidateList(
        round_id=find_round(session, place.round).id,
        constituency_id=constituency.id,
        status=ListStatus.STANDING,
        created_at=now,
        changed_at=now,
        name="",
        normal="",
    )
    if not one_line(details.name, NAME_LENGTH):
        raise Refused(Objection.EMPTY_NAME)
    _apply(session, row, details)
    session.add(row)
    session.flush()
    names_changed(session)
    note(session, by, "list.add", f"list:{row.id}", now, name=row.name)
    return row.id


def _constituency(session: Session, place: Place) -> Constituency:
    code = place.constituency.strip().upper()
    if not (code.isascii() and code.isalnum() and len(code) <= CODE_LENGTH):
        raise Refused(Objection.UNKNOWN_CONSTITUENCY, name=place.constituency)
    row = session.scalar(sa.select(Constituency).where(Constituency.code == code))
    if row is None:
        if not one_line(place.label, PLACE_LENGTH):
            raise Refused(Objection.UNKNOWN_CONSTITUENCY, name=place.constituency)
        row = Constituency(code=code, label=one_line(place.label, PLACE_LENGTH))
        session.add(row)
        session.flush()
    return row


def edit_list(session: Session, list_id: int, details: ListDetails, by: Actor, now: datetime) -> None:
    """Change what is known of a list. The former name stays as an alias, since people go on asking for it."""
    require_role(session, by, Role.RECORDER)
    row = get_list(session, list_id)
    before = {name: getattr(row, name) for name in _EDITABLE}
    former = row.name
    if details.name is not None and not one_line(details.name, NAME_LENGTH):
        raise Refused(Objection.EMPTY_NAME)
    with session.no_autoflush:
        _apply(session, row, details)
    after = {name: getattr(row, name) for name in _EDITABLE}
    if before == after:
        raise Refused(Objection.NOTHING_TO_CHANGE)
    refuse_in_silence(session, now)
    row.changed_at = now
    session.flush()
    keep_former_name(session, row, former)
    changed: dict[str, Json] = {name: [before[name], after[name]] for name in _EDITABLE if before[name] != after[name]}
    names_changed(session)
    note(session, by, "list.edit", f"list:{list_id}", now, changed=changed)


def keep_former_name(session: Session, row: CandidateList, former: str) -> None:
    """Make a list's former name an alias of it, unless it still goes by that name."""
    if normalise(former) != row.normal and not _has_alias(session, row.id, normalise(former)):
        session.add(NameAlias(list_id=row.id, alias=former, normal=normalise(former)))


_EDITABLE = ("name", "short_name", "head", "panel", "banner_id", "nuance", "nuance_source")


def _apply(session: Session, row: CandidateList, details: ListDetails) -> None:
    if details.name is not None:
        row.name = one_line(details.name, NAME_LENGTH)
        row.normal = normalise(row.name)
        _refuse_same_name(session, row)
    if details.short_name is not None:
        row.short_name = one_line(details.short_name, SHORT_LENGTH) or None
    if details.head is not None:
        row.head = one_line(details.head, PERSON_LENGTH) or None
    if details.panel is not None:
        row.panel = details.panel or None
        _refuse_same_panel(session, row)
    if details.banner is not None:
        row.banner_id = (
            _banner(session, row.round_id, details.banner) if one_line(details.banner, NAME_LENGTH) else None
        )
    if details.nuance is not None:
        row.nuance = one_line(details.nuance, NUANCE_LENGTH) or None
        row.nuance_source = (one_line(details.nuance_source, PERSON_LENGTH) or BY_HAND) if row.nuance else None


def _refuse_same_name(session: Session, row: CandidateList) -> None:
    same = sa.select(CandidateList.id).where(
        CandidateList.round_id == row.round_id,
        CandidateList.constituency_id == row.constituency_id,
        CandidateList.normal == row.normal,
        CandidateList.status == ListStatus.STANDING,
        CandidateList.id != (row.id or 0),
    )
    other = session.scalar(same)
    if other is not None:
        raise Refused(Objection.NAME_TAKEN, name=row.name, list=other)


def _refuse_same_panel(session: Session, row: CandidateList) -> None:
    if row.panel is None:
        return
    other = session.scalar(
        sa.select(CandidateList).where(
            CandidateList.round_id == row.round_id,
            CandidateList.constituency_id == row.constituency_id,
            CandidateList.panel == row.panel,
            CandidateList.id != (row.id or 0),
        )
    )
    if other is not None:
        raise Refused(Objection.PANEL_TAKEN, panel=row.panel, name=other.name, list=other.id)


def _banner(session: Session, round_id: int, name: str) -> int:
    clean = one_line(name, NAME_LENGTH)
    normal = normalise(clean)
    banner = session.scalar(sa.select(Banner).where(Banner.round_id == round_id, Banner.normal == normal))
    if banner is None:
        banner = Banner(round_id=round_id, name=clean, normal=normal)
        session.add(banner)
        session.flush()
    return banner.id


def add_alias(
    session: Session, alias: str, by: Actor, now: datetime, *, list_id: int | None = None, banner_id: int | None = None
) -> None:
    """Give a list or a banner another name or initials by which people ask for it."""
    require_role(session, by, Role.RECORDER)
    clean = one_line(alias, NAME_LENGTH)
    if not clean:
        raise Refused(Objection.EMPTY_NAME)
    if list_id is not None:
        get_list(session, list_id)
    elif banner_id is None or session.get(Banner, banner_id) is None:
        raise Refused(Objection.UNKNOWN_BANNER, name=str(banner_id or ""))
    normal = normalise(clean)
    if _has_alias(session, list_id, normal, banner_id):
        raise Refused(Objection.ALIAS_TAKEN, name=clean)
    refuse_in_silence(session, now)
    session.add(NameAlias(list_id=list_id, banner_id=banner_id, alias=clean, normal=normal))
    subject = f"list:{list_id}" if list_id is not None else f"banner:{banner_id}"
    names_changed(session)
    note(session, by, "alias.add", subject, now, alias=clean)


def _has_alias(session: Session, list_id: int | None, normal: str, banner_id: int | None = None) -> bool:
    same = sa.select(NameAlias.id).where(
        NameAlias.normal == normal, NameAlias.list_id.is_(list_id) if list_id is None else NameAlias.list_id == list_id
    )
    if banner_id is not None:
        same = same.where(NameAlias.banner_id == banner_id)
    return session.scalar(same) is not None


def withdraw_list(session: Session, list_id: int, by: Actor, now: datetime) -> None:
    """Say that a list no longer stands. What it said stays on record."""
    require_role(session, by, Role.RECORDER)
    row = _standing(session, list_id)
    row.status, row.changed_at = ListStatus.WITHDRAWN, now
    names_changed(session)
    note(session, by, "list.withdraw", f"list:{list_id}", now)


def reinstate_list(session: Session, list_id: int, by: Actor, now: datetime) -> None:
    """Say that a list stands after all, which was withdrawn by mistake; refuses one that was not withdrawn."""
    require_role(session, by, Role.RECORDER)
    row = get_list(session, list_id)
    if row.status is not ListStatus.WITHDRAWN:
        raise Refused(Objection.NOTHING_TO_CHANGE, name=row.name)
    _refuse_same_name(session, row)
    row.status, row.changed_at = ListStatus.STANDING, now
    note(session, by, "list.reinstate", f"list:{list_id}", now)


def merge_lists(session: Session, parents: tuple[int, ...], into: int, by: Actor, now: datetime) -> None:
    """Say that lists merged into another of the same round and constituency.

    The merged lists no longer stand. What they said does not pass to the other by itself: it is shown there as "inherited,
    to be confirmed" until the merged list answers. Whoever follows one of them is told.
    """
    require_role(session, by, Role.RECORDER)
    child = _standing(session, into)
    for parent_id in parents:
        if parent_id == into:
            raise Refused(Objection.SAME_LIST, name=child.name)
        parent = _standing(session, parent_id)
        if parent.constituency_id != child.constituency_id:
            raise Refused(Objection.OTHER_CONSTITUENCY, name=parent.name, other=child.name)
        if parent.round_id != child.round_id:
            raise Refused(Objection.OTHER_ROUND, name=parent.name, other=child.name)
        parent.status, parent.changed_at = ListStatus.MERGED, now
        session.add(
            Lineage(
                child_id=into, parent_id=parent_id, kind=LineageKind.MERGED, confirmed_at=now, confirmed_by=by.organizer
            )
        )
        note(session, by, "list.merge", f"list:{parent_id}", now, into=into)
    names_changed(session)
    tell_mergers(session, [into], now)


def get_list(session: Session, list_id: int) -> CandidateList:
    """Return a list by its number; refuses an unknown one."""
    row = session.get(CandidateList, list_id) if 0 < list_id < LARGEST_NUMBER else None
    if row is None:
        raise Refused(Objection.UNKNOWN_LIST, name=str(list_id))
    return row


def _standing(session: Session, list_id: int) -> CandidateList:
    row = get_list(session, list_id)
    if row.status is not ListStatus.STANDING:
        raise Refused(Objection.NOT_STANDING, name=row.name)
    return row

"""That a list withdrew, merged or declined is said of it in public at once: one organizer says so, a second one confirms it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.progress import ContactKind, Medium, Stage
from pledgebot.services.list_views import list_view
from pledgebot.services.lists import get_list, merge_lists, withdraw_list
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.people import Actor, Role, find_actor, note, require_role
from pledgebot.store.tables import Organizer


class FateKind(StrEnum):
    """What became of a list, as an organizer says."""

    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    DECLINED = "declined"


@dataclass(frozen=True)
class Fate:
    """What an organizer (by number) says of a list, and nobody confirmed yet.

    `parents` are the lists that merged into it; `medium` is the way by which it declined, `at` when (aware).
    """

    kind: FateKind
    list_id: int
    said_by: int
    parents: tuple[int, ...] = ()
    medium: Medium | None = None
    at: datetime | None = None


def try_fate(session: Session, fate: Fate, by: Actor, now: datetime) -> None:
    """Refuse what could not be done as it is; nothing is kept of the attempt."""
    with session.begin_nested() as attempt:
        _do(session, fate, by, now)
        attempt.rollback()


def confirm_fate(session: Session, fate: Fate, by: Actor, now: datetime) -> None:
    """Do what another person said of a list. Refuses that person's own confirmation, and what was done already."""
    if fate.said_by == by.organizer:
        raise Refused(Objection.SAME_PERSON, name=by.name)
    require_role(session, by, Role.VERIFIER)
    # The list's row is the lock: of two who confirm at once, the second finds it done.
    session.refresh(get_list(session, fate.list_id), with_for_update=True)
    said_by = session.get(Organizer, fate.said_by)
    if said_by is None:
        raise Refused(Objection.UNKNOWN_ORGANIZER, name=str(fate.said_by))
    _do(session, fate, find_actor(session, said_by.name, by.via), now)
    note(session, by, f"list.{fate.kind.value}.confirm", f"list:{fate.list_id}", now, said_by=fate.said_by)


def _do(session: Session, fate: Fate, by: Actor, now: datetime) -> None:
    if fate.kind is FateKind.WITHDRAWN:
        withdraw_list(session, fate.list_id, by, now)
    elif fate.kind is FateKind.MERGED:
        merge_lists(session, fate.parents, fate.list_id, by, now)
    else:
        _decline(session, fate, by, now)


def _decline(session: Session, fate: Fate, by: Actor, now: datetime) -> None:
    if fate.medium is None or fate.at is None:
        raise ValueError("a list that declined did so by some way at some time")
    known = list_view(session, fate.list_id)
    if known.progress.stage is Stage.DECLINED:
        raise Refused(Objection.NOTHING_TO_CHANGE, name=known.head.name)
    log_contact(session, NewContact(fate.list_id, ContactKind.DECLINED, fate.medium, fate.at), by, now)

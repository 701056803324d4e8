"""Brakes as people see them: what is stopped, why, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.brakes import BrakeEnd
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.recalled import BrakeFacts
from pledgebot.domain.words import normalise
from pledgebot.services.facts import election_zone, facts_from
from pledgebot.services.troubles import name_in
from pledgebot.store.tables import Brake, Event, Installation, Organizer

ALL = frozenset({"all", "everything", "tout", "toutes", "tous"})
"""The words for everything, in both languages."""


@dataclass(frozen=True)
class BrakeView:
    """A brake; once it is ended, when (by the clocks of the election), by whom, and how."""

    facts: BrakeFacts
    ended_at: datetime | None = None
    ended_by: str = ""
    outcome: BrakeEnd | None = None


def brake_view(session: Session, number: int) -> BrakeView:
    """Return a brake, also one that is ended; refuses a number that none has."""
    brake = session.get(Brake, number, populate_existing=True)
    if brake is None:
        raise Refused(Objection.UNKNOWN_BRAKE, name=str(number))
    return _view(session, brake)


def brakes_standing(session: Session) -> tuple[BrakeView, ...]:
    """Return what is stopped now, the oldest first."""
    standing = sa.select(Brake).where(Brake.ended_at.is_(None)).order_by(Brake.id)
    return tuple(_view(session, brake) for brake in session.scalars(standing).all())


def meant(views: Sequence[BrakeView], named: str) -> tuple[BrakeView, ...]:
    """Return those of some brakes that a number, a medium, or "all" means; refuses what means none."""
    word = normalise(named).removeprefix("#")
    if word in ALL:
        return tuple(views)
    found = tuple(view for view in views if word and word in {str(view.facts.brake), view.facts.channel})
    if not found:
        known = [f"{view.facts.brake} {view.facts.channel}".strip() for view in views]
        raise Refused(Objection.UNKNOWN_BRAKE, name=named, known=known)
    return found


def brake_facts(session: Session, brake: Brake) -> BrakeFacts:
    """Return what organizers are told of a brake."""
    event = session.get(Event, brake.event_id) if brake.event_id is not None else None
    return BrakeFacts(
        brake=brake.id,
        kind=brake.kind,
        since=brake.since.astimezone(election_zone(session)),
        numbers=dict(brake.numbers),
        channel=brake.channel,
        event=brake.event_id,
        about=event.kind.value if event is not None else "",
        name=name_in(facts_from(event.kind, event.facts)) if event is not None else "",
        by=_person(session, brake.organizer_id),
        reason=brake.reason,
        fictional=bool(session.scalar(sa.select(Installation.fictional))),
    )


def _view(session: Session, brake: Brake) -> BrakeView:
    ended = brake.ended_at.astimezone(election_zone(session)) if brake.ended_at is not None else None
    return BrakeView(brake_facts(session, brake), ended, _person(session, brake.ended_by), brake.outcome)


def _person(session: Session, number: int | None) -> str:
    found = session.get(Organizer, number) if number is not None else None
    return found.name if found is not None else ""

"""Rows that make a reminder come once: unique by rule and occurrence, so that a double tick finds them and does nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.calendar import Occurrence
from pledgebot.store.tables import Reminder
from pledgebot.store.upserts import insert_into


def take_occurrence(session: Session, occurrence: Occurrence, now: datetime) -> int | None:
    """Keep that an occurrence is raised now, and return its number; None when it was raised before, by whomever."""
    return session.scalar(
        insert_into(session, Reminder.__table__)
        .values(rule=occurrence.rule, occurrence=occurrence.key, due_at=occurrence.due_at, raised_at=now)
        .on_conflict_do_nothing(index_elements=["rule", "occurrence"])
        .returning(Reminder.id)
    )


def was_raised(session: Session, rule: str, keys: list[str]) -> frozenset[str]:
    """Return those of some occurrences of a rule that were raised already."""
    known = sa.select(Reminder.occurrence).where(Reminder.rule == rule, Reminder.occurrence.in_(keys))
    return frozenset(session.scalars(known))


def link_event(session: Session, reminder: int, event: int) -> None:
    """Keep which event an occurrence raised."""
    session.execute(sa.update(Reminder).where(Reminder.id == reminder).values(event_id=event))
